# SPDX-License-Identifier: MIT
"""Deferred edges: from who has something run later to what runs.

``schedule_work(&adapter->reset_task)`` runs what ``INIT_WORK(&adapter->reset_task, e1000_reset_task)`` has put there:
the two meet in the object, which is the member ``reset_task`` of every ``struct e1000_adapter``, or a variable. A slot
that all of the kernel shares (``work_struct.func``) would tie every work item to every function.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from functools import lru_cache

import msgspec

from xref.facts.model import AssignFact, CallFact
from xref.parse import ctree as x
from xref.parse.cexpr import parse_args
from xref.resolve.edge import Confidence, EdgeKind
from xref.resolve.handing import INDEX, Handed, Handing
from xref.resolve.later import Later, Slot, ways
from xref.resolve.linked import Linked
from xref.resolve.model import Holding, Place, Site, Step, Target
from xref.resolve.objects import Objects, Thing
from xref.resolve.scope import Scope
from xref.resolve.slots import members_of_path
from xref.resolve.values import Values
from xref.resolve.written import Written
from xref.store.model import FunctionInfo, RegistrationInfo
from xref.store.rows import decode_ids, last_member

_ROOT = re.compile(r"[(&*\s]*([A-Za-z_]\w*)")
_MANY = 2000
"""How many functions are read to find out what an object holds."""


class Deferred:
    """Finds what a function has run later, and who has it run. One instance serves one index."""

    def __init__(self, written: Written, values: Values, objects: Objects) -> None:
        self._written = written
        self._reader = written.reader
        self._types = written.types
        self._slots = written.slots
        self._values = values
        self._objects = objects
        self._handing = Handing(written, objects)
        self._ways = ways()
        self._tables = [Linked(written, table) for table in self._ways.tables]
        self._registrations = lru_cache(maxsize=64)(self._slots.registrations)
        self._by_last = lru_cache(maxsize=64)(self._all_by_last)
        self._things_of = lru_cache(maxsize=16)(lambda function: dict.fromkeys(self._things_with(function)))
        self._loose = lru_cache(maxsize=64)(self._all_loose)
        self._held: dict[tuple[Slot, Thing], tuple[Holding, ...]] = {}

    # -- questions ----------------------------------------------------------------------------------------------------

    def of(self, function: FunctionInfo, only: FunctionInfo | None = None) -> Iterator[Site]:
        """The calls of a function that have another one run later; ``only``: who is not that one need not be found."""
        if function.kind == "macro":
            return
        for table in self._tables:
            yield from table.of(function, only)
        wanted = self._things_of(only) if only is not None else None
        scope = self._written.scope(function)
        for call in scope.body.calls:
            if not call.arguments or not call.callee.isidentifier():
                continue
            for meant in self._handing.meant(call, scope):
                yield from self._started(call, meant, scope, wanted)
                yield from self._given(call, meant, scope)

    def runs_table(self, call: CallFact, function: FunctionInfo) -> bool:
        """Whether a call runs what is in a table of the linker's."""
        return any(site.call is call for table in self._tables for site in table.of(function))

    def known(self, slot: Slot, receiver: x.Member, scope: Scope, line: int) -> tuple[Holding, ...]:
        """What a dispatch through a slot of all the kernel can reach, where its very object is known and something is
        known to be put there: ``q->immediate.func(&q->immediate)`` of net/sctp/inqueue.c.
        """
        if slot not in self._ways.by_slot:
            return ()
        base = receiver.base if receiver.arrow else x.Unary("&", receiver.base)
        keys = list(self._handing.pointed(base, scope, line))
        things = [key for key in keys if isinstance(key, Thing)]
        if not things or len(things) < len(keys):
            return ()
        return tuple(h for thing in things for h in self.held(slot, thing))

    def starters(self, function: FunctionInfo) -> list[int]:
        """The functions (by row) that may have ``function`` run later; nothing runs a macro later."""
        if function.kind == "macro":
            return []
        found: dict[int, None] = {}
        for thing in self._things_of(function):
            found.update(dict.fromkeys(self._naming(thing)))
        for name in (function.name, *filter(None, function.aliases.split(","))):
            found.update(dict.fromkeys(self._reader.mentions("v", name)))
        for table in self._tables:
            found.update(dict.fromkeys(table.starters(function)))
        return list(found)

    # -- from the call ------------------------------------------------------------------------------------------------

    def _started(
        self, call: CallFact, meant: FunctionInfo, scope: Scope, wanted: Container[Thing] | None
    ) -> Iterator[Site]:
        for way, what in self._handing.starts(meant):
            args = parse_args(call.arguments)
            if what.position >= len(args):
                continue
            if way.indexed:
                things = [_element(way, args[what.position])]
            else:
                keys = list(self._handing.keys(args[what.position], scope, call.line))
                if any(isinstance(key, Handed) for key in keys):
                    continue  # who calls this function has it run
                things = [k._replace(path=(*k.path, *what.path)) for k in keys if isinstance(k, Thing)]
            if wanted is not None:
                things = [thing for thing in things if thing in wanted]
            for slot in way.slots if things else ():
                holdings = [h for thing in things for h in self.held(slot, thing)]
                if holdings:
                    yield self._site(call, slot, holdings, scope, Confidence.OBJECT)

    def _given(self, call: CallFact, meant: FunctionInfo, scope: Scope) -> Iterator[Site]:
        if not any(self._names_function(arg, scope, call.line) for arg in parse_args(call.arguments)):
            return
        for slot, position in self._handing.gives(meant):
            args = parse_args(call.arguments)
            if position < len(args):
                step = Step("argument", scope.file_id, call.line)
                named = self._values.named(self._types.parse(args[position]), scope, call.line)
                if named:
                    holdings = [Holding(f, (step,), f.guard) for f in named]
                    yield self._site(call, slot, holdings, scope, Confidence.TYPED)

    def _names_function(self, arg: str, scope: Scope, line: int) -> bool:
        word = arg.strip("&() ")
        return (
            word.isidentifier()
            and not scope.holds(word, line)
            and bool(self._written.names.functions(word, scope.file_id))
        )

    @staticmethod
    def _site(call: CallFact, slot: Slot, holdings: Iterable[Holding], scope: Scope, confidence: Confidence) -> Site:
        step = Step("deferred", scope.file_id, call.line)
        targets = {
            h.function.id: Target(h.function, EdgeKind.DEFERRED, confidence, h.guard, (step, *h.steps))
            for h in reversed(list(holdings))
        }
        return Site(call, ".".join(slot), EdgeKind.DEFERRED, tuple(reversed(targets.values())))

    # -- what an object holds -----------------------------------------------------------------------------------------

    def held(self, slot: Slot, thing: Thing) -> tuple[Holding, ...]:
        """The functions in ``slot`` of one object: by initialisers, by assignments, by what puts them there."""
        known = self._held.get((slot, thing))
        if known is None:
            found: dict[int, Holding] = {}
            for h in self._find_held(slot, thing):
                found.setdefault(h.function.id, h)
            known = self._held[slot, thing] = tuple(found.values())
        return known

    def _find_held(self, slot: Slot, thing: Thing) -> Iterator[Holding]:
        for r in self._registrations(*slot):
            if self._is_in(r, thing):
                yield from self._values.values_of(r)
        for scope, a in self._assignments(slot, thing):
            if self._mentions(a.target, thing) and not self._plainly_other(a.target, thing, scope):
                written, base = self._handing.slot_of(a.target, scope, a.line)
                if written == slot and base is not None and self._meets(base, (), thing, scope, a.line):
                    yield from self._from(a.value, scope, a.line, "assignment")
        for scope in map(self._written.scope, self._reader.functions(self._naming(thing))):
            for call in scope.body.calls:
                if not self._mentions(call.arguments, thing):
                    continue
                for meant in self._handing.meant(call, scope):
                    yield from self._put_by(call, meant, slot, thing, scope)

    def _plainly_other(self, target: str, thing: Thing, scope: Scope) -> bool:
        """Whether the way from a variable of a plain type to what is assigned does not lead through ``thing``."""
        root = _ROOT.match(target)
        t = scope.plain(root[1]) if root is not None and not thing.name else None
        tag = self._types.record_tag(t, scope.file_id) if t is not None else ""
        return bool(tag) and tag not in self._ways.carriers and not all(step in target for step in thing.path)

    def _put_by(self, call: CallFact, meant: FunctionInfo, slot: Slot, thing: Thing, scope: Scope) -> Iterator[Holding]:
        for into, what, function in self._handing.puts(meant):
            args = parse_args(call.arguments)
            if into != slot or isinstance(what, Thing) or max(what.position, function) >= len(args):
                continue  # what goes into an object of its own is found there
            if what.path == INDEX:
                if thing in [_element(way, args[what.position]) for way in self._ways.by_slot[slot]]:
                    yield from self._from(args[function], scope, call.line, "argument")
            elif self._meets(self._types.parse(args[what.position]), what.path, thing, scope, call.line):
                yield from self._from(args[function], scope, call.line, "argument")

    def _from(self, value: str, scope: Scope, line: int, rule: str) -> Iterator[Holding]:
        step = Step(rule, scope.file_id, line)
        # INIT_WORK(&cl->work, cl->work.func) of include/linux/closure.h: the slot holds all functions of the kernel
        for h in self._values.besides(self._types.parse(value), scope, line, self._is_of_all):
            yield msgspec.structs.replace(h, steps=(step, *h.steps))

    def _is_of_all(self, place: Place) -> bool:
        return place.kind == "slot" and (str(place.owner), str(place.name).partition(" ")[0]) in self._ways.by_slot

    def _meets(self, e: x.Expr, path: tuple[str, ...], thing: Thing, scope: Scope, line: int) -> bool:
        """Whether a pointer leads to ``thing``."""
        return any(
            isinstance(key, Thing) and key._replace(path=(*key.path, *path)) == thing
            for key in self._handing.pointed(e, scope, line)
        )

    def _is_in(self, r: RegistrationInfo, thing: Thing) -> bool:
        path = members_of_path(r.path)[:-1]
        if path[-len(thing.path) :] != thing.path if thing.path else False:
            return False
        if thing.name:
            return self._objects.registered_in(r) == thing
        return path == thing.path and self._as_member(r) == thing

    def _as_member(self, r: RegistrationInfo) -> Thing | None:
        """The member of a struct that an initialiser inside a bigger object sets."""
        path = members_of_path(r.path)[:-1]
        t = self._types.decl_type(r.decl) or self._types.decl_type(f"{r.decl} x")
        found = self._types.member(t, path[0], r.file_id) if path else None
        return Thing("", found.home, "", found.owner, path) if found is not None else None

    @staticmethod
    def _mentions(text: str, thing: Thing) -> bool:
        if thing.name:
            return thing.name.partition("[")[2].rstrip("]") in text or thing.name in text
        return any(step in text for step in thing.path)

    def _naming(self, thing: Thing) -> list[int]:
        """The functions (by row) that take the address of an object, or of what it is a part of."""
        if thing.name.endswith("]"):
            # a constant is no name that is looked up: who calls the few functions that take it
            ways = [way for way in self._ways.every if way.indexed and thing.name.startswith(f"{way.indexed}[")]
            setters = {s.function.name for w in ways for at in w.slots for s, _ in self._written.slot_assignments(*at)}
            names = setters.union(*(way.starts for way in ways))
            return [fid for name in sorted(names) for fid in self._reader.mentions("c", name)]
        if thing.name:
            return self._reader.mentions("v", thing.name)[:_MANY]
        found: set[int] = set()
        for k, step in enumerate(thing.path):
            if not k:
                found.update(self._slots.mentioning("p", thing.owner, step))
                continue
            for shape, ids in self._reader.mentions_by_shape("p", step):
                if shape.endswith(f" {thing.path[k - 1]}"):
                    found.update(decode_ids(ids))
        return sorted(found)[:_MANY]

    def _assignments(self, slot: Slot, thing: Thing) -> Iterator[tuple[Scope, AssignFact]]:
        """The assignments to a field of that name, of this object or of one that is not plainly another."""
        by_last = self._by_last(slot[1])
        yield from self._loose(slot[1])
        if not thing.name:
            for f in self._reader.functions(by_last.get(thing.path[-1], ())[:_MANY]):
                yield from self._assigning(f, slot[1])

    def _assigning(self, f: FunctionInfo, field: str) -> Iterator[tuple[Scope, AssignFact]]:
        if f.kind != "macro":
            scope = self._written.scope(f)
            for a in scope.body.assigns:
                if field in a.target and last_member(a.target) == field:
                    yield scope, a

    def _all_by_last(self, field: str) -> dict[str, list[int]]:
        """The functions that assign to a field of that name, by the member that it is a member of; '' where the
        function does not tell.
        """
        found: dict[str, list[int]] = {}
        for shape, ids in self._reader.mentions_by_shape("a", field):
            tag, _, steps = shape.partition(" ")
            if steps or not tag:
                found.setdefault(steps.rpartition(" ")[2], []).extend(decode_ids(ids))
        return found

    def _all_loose(self, field: str) -> list[tuple[Scope, AssignFact]]:
        """The assignments to a field of that name of which the function does not tell what the field belongs to."""
        functions = self._reader.functions(self._by_last(field).get("", ()))
        return [found for f in functions for found in self._assigning(f, field)]

    # -- from the function --------------------------------------------------------------------------------------------

    def _things_with(self, function: FunctionInfo) -> Iterator[Thing]:
        """The objects that hold a function in one of the slots of ``deferred.toml``."""
        for name in (function.name, *filter(None, function.aliases.split(","))):
            for r in self._reader.registrations_of_name(name):
                target = self._slots.target(r)
                if target is not None and (target.owner, target.field) in self._ways.by_slot:
                    yield self._objects.registered_in(r)
                    member = self._as_member(r)
                    if member is not None:
                        yield member
            for f in self._reader.functions(self._reader.mentions("v", name)):
                meant = self._written.names.functions(name, f.file_id)
                if f.kind == "macro" or all(m.id != function.id for m in meant):
                    continue
                scope = self._written.scope(f)
                for a in scope.body.assigns:
                    if name in a.value:
                        slot, base = self._handing.slot_of(a.target, scope, a.line)
                        if slot is not None and base is not None:
                            for key in self._handing.pointed(base, scope, a.line):
                                if isinstance(key, Thing):
                                    yield key
                for call in scope.body.calls:
                    if name in call.arguments and call.callee.isidentifier():
                        yield from self._put_into(call, name, scope)

    def _put_into(self, call: CallFact, name: str, scope: Scope) -> Iterator[Thing]:
        args = parse_args(call.arguments)
        for meant in self._handing.meant(call, scope):
            for slot, what, function in self._handing.puts(meant):
                if function >= len(args) or name not in args[function]:
                    continue
                if isinstance(what, Thing):
                    yield what
                elif what.position >= len(args):
                    continue
                elif what.path == INDEX:
                    yield from (_element(way, args[what.position]) for way in self._ways.by_slot[slot] if way.indexed)
                else:
                    for key in self._handing.keys(args[what.position], scope, call.line):
                        if isinstance(key, Thing):
                            yield key._replace(path=(*key.path, *what.path))


def _element(way: Later, index: str) -> Thing:
    """The element of a table that a constant tells from the others."""
    return Thing(f"{way.indexed}[{index.strip()}]", 0, "", "", ())
