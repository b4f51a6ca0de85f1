# SPDX-License-Identifier: MIT
"""Deferred edges: from the function that has something run later to the function that runs.

``schedule_work(&adapter->reset_task)`` runs what ``INIT_WORK(&adapter->reset_task, e1000_reset_task)`` has put there.
The two meet in the object: the member ``reset_task`` of every ``struct e1000_adapter``, or a variable. To meet in the
slot alone (``work_struct.func``), which the whole kernel shares, would tie every work item to every function.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from functools import lru_cache

from xref.facts.model import CallFact
from xref.parse import ctree as x
from xref.resolve.deferred.handing import INDEX, Handed, Handing
from xref.resolve.deferred.held import Held, element
from xref.resolve.deferred.later import Slot, ways
from xref.resolve.deferred.linked import Linked
from xref.resolve.edge import Confidence, EdgeKind
from xref.resolve.language.scope import Scope
from xref.resolve.lookup.arguments import arguments
from xref.resolve.lookup.written import MAX_CALLERS, Written
from xref.resolve.model import Holding, Place, Site, Step, Target
from xref.resolve.objects.objects import Objects, Thing
from xref.resolve.valueflow.reached import short_of
from xref.resolve.valueflow.towards import Towards
from xref.resolve.valueflow.values import Values
from xref.store.model import FunctionInfo

_WORD = re.compile(r"[A-Za-z_]\w*")


class Deferred:
    """Finds what a function has run later, and which functions have it run. One instance serves one index."""

    def __init__(self, written: Written, values: Values, objects: Objects, towards: Towards) -> None:
        self._towards = towards
        self._written = written
        self._reader = written.reader
        self._types = written.types
        self._slots = written.slots
        self._values = values
        self._objects = objects
        self._handing = Handing(written, objects)
        self._held = Held(written, values, objects, self._handing)
        self._ways = ways()
        self._tables = [Linked(written, table) for table in self._ways.tables]
        self._things_of = lru_cache(maxsize=16)(self._all_things_of)
        self._names_of = lru_cache(maxsize=16)(self._all_names_of)

    # -- questions ----------------------------------------------------------------------------------------------------

    def of(self, function: FunctionInfo, only: FunctionInfo | None = None) -> Iterator[Site]:
        """The calls of a function that have another one run later; ``only``: who is not that one need not be found."""
        if function.kind == "macro":
            return
        for table in self._tables:
            yield from table.of(function, only)
        wanted = self._things_of(only) if only is not None else None
        names = self._names_of(only) if only is not None else None
        scope = self._written.scope(function)
        self._handing.expect(call.callee for call in scope.body.calls if call.arguments)
        for call in scope.body.calls:
            if not call.arguments or not call.callee.isidentifier():
                continue
            starting = (wanted is None or bool(wanted)) and self._handing.may_hand(call.callee)
            giving = names is None or not names.isdisjoint(_WORD.findall(call.arguments))
            giving = giving and any(self._names_function(arg, scope, call.line) for arg in arguments(call.arguments))
            for meant in self._handing.meant(call, scope) if starting or giving else ():
                if starting:
                    yield from self._started(call, meant, scope, wanted)
                if giving:
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
        return tuple(h for thing in things for h in self._held.of(slot, thing))

    def starters(self, function: FunctionInfo) -> list[int]:
        """The functions (by row) that may have ``function`` run later; nothing runs a macro later."""
        if function.kind == "macro":
            return []
        found: dict[int, None] = {}
        for thing in self._things_of(function):
            found.update(dict.fromkeys(self._held.naming(thing)))
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
            args = arguments(call.arguments)
            if what.position >= len(args):
                continue
            if way.indexed:
                things = [element(way, args[what.position])]
            else:
                keys = list(self._handing.keys(args[what.position], scope, call.line))
                if any(isinstance(key, Handed) for key in keys):
                    continue  # who calls this function has it run
                things = [k._replace(path=(*k.path, *what.path)) for k in keys if isinstance(k, Thing)]
            if wanted is not None:
                things = [t for t in things if any(p in wanted for p in (t, *self._held.parts(t, scope.file_id)))]
            for slot in way.slots if things else ():
                holdings = [h for thing in things for h in self._held.by_pointer(slot, thing, scope.file_id)]
                if holdings:
                    yield self._site(call, slot, holdings, scope, Confidence.OBJECT)

    def _given(self, call: CallFact, meant: FunctionInfo, scope: Scope) -> Iterator[Site]:
        for slot, position in self._handing.gives(meant):
            args = arguments(call.arguments)
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
        via = ".".join(filter(None, slot))
        return Site(call, via, EdgeKind.DEFERRED, tuple(reversed(targets.values())))

    # -- from the function --------------------------------------------------------------------------------------------

    def _all_names_of(self, function: FunctionInfo) -> frozenset[str]:
        """What a function can be spelled as a value."""
        return frozenset(self._written.names.spellings(function))

    def _all_things_of(self, function: FunctionInfo) -> dict[Thing, None]:
        things = dict.fromkeys(self._things_with(function))
        return things | dict.fromkeys(part for thing in things for part in self._held.parts(thing, function.file_id))

    def _things_with(self, function: FunctionInfo) -> Iterator[Thing]:
        """The objects that hold a function in one of the slots of ``deferred.toml``."""
        for name in (function.name, *filter(None, function.aliases.split(","))):
            for r in self._reader.registrations_of_name(name):
                target = self._slots.target(r)
                if target is not None and (target.owner, target.field) in self._ways.by_slot:
                    yield self._objects.registered_in(r)
                    member = self._held.as_member(r)
                    if member is not None:
                        yield member
            for f in self._reader.functions(self._reader.mentions("v", name)):
                meant = self._written.names.functions(name, f.file_id)
                if f.kind != "macro" and any(m.id == function.id for m in meant):
                    yield from self._put_in(f, (name,))
        # what comes out of such a slot again may be any function of the kernel
        for place in short_of(self._towards.reached(function), self._is_of_all):
            yield from self._put_from(place)

    def _is_of_all(self, place: Place) -> bool:
        return place.kind == "slot" and (str(place.owner), str(place.name).partition(" ")[0]) in self._ways.by_slot

    def _put_from(self, place: Place) -> Iterator[Thing]:
        """The objects that what is in a place may be put into: ``timer_setup(&tp->timer, tbl[i].media_timer, 0)``."""
        reader = self._reader
        if place.kind in ("param", "local"):
            f = reader.function(int(place.owner))
            if f is not None and f.kind != "macro":
                local = str(place.name).partition(" ")[2]
                name = local if place.kind == "local" else self._written.scope(f).parameter_name(int(place.name))
                yield from self._put_in(f, (name,) if name else ())
            return
        names: tuple[str, ...] = (str(place.name),)
        if place.kind == "slot":
            field = str(place.name).partition(" ")[0]
            names = reader.spellings(field)
            users = self._slots.mentioning("g", str(place.owner), field)
        elif place.kind in ("global", "table"):
            users = reader.mentions("v", str(place.name))
        else:
            return
        for f in reader.functions(users[:MAX_CALLERS]):
            if f.kind != "macro":
                yield from self._put_in(f, names)

    def _put_in(self, f: FunctionInfo, names: tuple[str, ...]) -> Iterator[Thing]:
        """The objects into which ``f`` puts, by assignments and calls, what one of ``names`` stands in."""
        body = self._reader.body(f.id)
        for a in body.assigns:
            if any(name in a.value for name in names):
                scope = self._written.scope(f)
                slot, base = self._handing.slot_of(a.target, scope, a.line)
                if slot is not None and base is not None:
                    for key in self._handing.pointed(base, scope, a.line):
                        if isinstance(key, Thing):
                            yield key
        for call in body.calls:
            if call.callee.isidentifier() and any(name in call.arguments for name in names):
                yield from self._put_into(call, names, self._written.scope(f))

    def _put_into(self, call: CallFact, names: tuple[str, ...], scope: Scope) -> Iterator[Thing]:
        args = arguments(call.arguments)
        for meant in self._handing.meant(call, scope) if self._handing.may_hand(call.callee) else ():
            for slot, what, function in self._handing.puts(meant):
                if function >= len(args) or not any(name in args[function] for name in names):
                    continue
                if isinstance(what, Thing):
                    yield what
                elif what.position >= len(args):
                    continue
                elif what.path == INDEX:
                    yield from (element(way, args[what.position]) for way in self._ways.by_slot[slot] if way.indexed)
                else:
                    for key in self._handing.keys(args[what.position], scope, call.line):
                        if isinstance(key, Thing):
                            yield key._replace(path=(*key.path, *what.path))
