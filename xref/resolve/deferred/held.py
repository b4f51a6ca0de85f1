# SPDX-License-Identifier: MIT
"""What one object has in a slot that the whole kernel shares: ``work_struct.func`` of one ``struct work_struct``.

Objects are told apart by the struct that they are a member of, or by their variable. The place that fills the slot and
the one that has it run may name the object differently: one from the outside (``&card->ports[i].work``), the other
through a pointer to a struct in between (``&port->work``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec

from xref.facts.model import AssignFact, CallFact
from xref.parse import ctree as x
from xref.resolve.deferred.handing import INDEX, Handing
from xref.resolve.deferred.later import Later, Slot, ways
from xref.resolve.language.scope import Scope
from xref.resolve.lookup.arguments import arguments
from xref.resolve.lookup.written import Written
from xref.resolve.model import Holding, Place, Step
from xref.resolve.objects.objects import Objects, Thing
from xref.resolve.valueflow.values import Values
from xref.store.model import FunctionInfo, RegistrationInfo
from xref.store.stored import decode_ids, last_member

_ROOT = re.compile(r"[(&*\s]*([A-Za-z_]\w*)")
_MANY = 2000
"""How many functions are read to find out what an object holds."""


class _Shape(NamedTuple):
    """Assignments through the members ``steps`` of a ``struct tag``, and the functions (by row) that make them."""

    tag: str
    steps: tuple[str, ...]
    ids: Sequence[int]


class Held:
    """Finds what objects hold. One instance serves one index."""

    def __init__(self, written: Written, values: Values, objects: Objects, handing: Handing) -> None:
        self._written = written
        self._reader = written.reader
        self._types = written.types
        self._slots = written.slots
        self._values = values
        self._objects = objects
        self._handing = handing
        self._ways = ways()
        self._by_last = lru_cache(maxsize=64)(self._all_by_last)
        self._loose = lru_cache(maxsize=64)(self._all_loose)
        self.parts = lru_cache(maxsize=10_000)(self._all_parts)
        self._known: dict[tuple[Slot, Thing, bool], tuple[Holding, ...]] = {}

    def of(self, slot: Slot, thing: Thing, *, alone: bool = False) -> tuple[Holding, ...]:
        """The functions in ``slot`` of one object: by initialisers, by assignments, by what puts them there; unless
        ``alone`` those as well that are put into it as a part of something bigger.
        """
        known = self._known.get((slot, thing, alone))
        if known is None:
            found: dict[int, Holding] = {}
            for h in self._find_held(slot, thing, alone):
                found.setdefault(h.function.id, h)
            known = self._known[slot, thing, alone] = tuple(found.values())
        return known

    def by_pointer(self, slot: Slot, thing: Thing, file_id: int) -> tuple[Holding, ...]:
        """The same; where nothing is known to be put into just this object, what is put where it may be the one."""
        known = self.of(slot, thing)
        for part in self.parts(thing, file_id) if not known else ():
            known = known or self.of(slot, part, alone=True)
        return known

    def _all_parts(self, thing: Thing, file_id: int) -> tuple[Thing, ...]:
        """What an object is to who has a pointer to the struct that it is in: ``dev->port[i].work``, and that of a
        variable, is the ``work`` of a ``struct port``. The outermost struct first.
        """
        found: list[Thing] = []
        at, path = thing.home or file_id, thing.path
        if thing.name:
            t = None if thing.function else self._types.object_type(thing.name, at)
        else:
            member = self._types.member_of(thing.owner, path[0], at) if path else None
            t, path = member.ctype if member is not None else None, path[1:]
        while t is not None and path:
            tag = self._types.record_tag(t, at)
            member = self._types.member_of(tag, path[0], at) if tag and tag not in self._ways.carriers else None
            if member is None or not member.field:
                break
            found.append(Thing("", member.home, "", member.owner, (member.field, *path[1:])))
            t, path = member.ctype, path[1:]
        return tuple(found)

    def _find_held(self, slot: Slot, thing: Thing, alone: bool) -> Iterator[Holding]:
        inside = (r for r in self._initialisers(slot, thing) if self._is_in(r, thing))
        for r in self._slots.in_order(r for r in inside if self._slots.fills(r, *slot)):
            yield from self._values.values_of(r)
        for scope, a in self._assignments(slot, thing):
            if self._mentions(a.target, thing) and not self._plainly_other(a.target, thing, scope):
                written, base = self._handing.slot_of(a.target, scope, a.line)
                if written == slot and base is not None and self._meets(base, (), thing, scope, a.line, alone):
                    yield from self._from(a.value, scope, a.line, "assignment")
        for scope in map(self._written.scope, self._reader.functions(self.naming(thing))):
            calls = [call for call in scope.body.calls if self._mentions(call.arguments, thing)]
            self._handing.expect(call.callee for call in calls)
            for call in calls:
                if not self._handing.may_hand(call.callee):
                    continue
                for meant in self._handing.meant(call, scope):
                    yield from self._put_by(call, meant, slot, thing, scope, alone)

    def _initialisers(self, slot: Slot, thing: Thing) -> Iterable[RegistrationInfo]:
        """Those among which the ones of an object's slot are: of a variable by its name, of a member by its path. All
        that initialise a slot of all the kernel would be thousands.
        """
        if not thing.name:
            return self._slots.candidates_in(*slot, thing.path)
        if thing.name.startswith("("):
            return self._slots.loose_candidates(*slot)
        return self._reader.registrations_of_object(thing.name)

    def _plainly_other(self, target: str, thing: Thing, scope: Scope) -> bool:
        """Whether the way from a variable of a plain type to what is assigned does not lead through ``thing``."""
        root = _ROOT.match(target)
        t = scope.plain(root[1]) if root is not None and not thing.name else None
        tag = self._types.record_tag(t, scope.file_id) if t is not None else ""
        return bool(tag) and tag not in self._ways.carriers and not all(step in target for step in thing.path)

    def _put_by(
        self, call: CallFact, meant: FunctionInfo, slot: Slot, thing: Thing, scope: Scope, alone: bool
    ) -> Iterator[Holding]:
        for into, what, function in self._handing.puts(meant):
            args = arguments(call.arguments)
            if into != slot or isinstance(what, Thing) or max(what.position, function) >= len(args):
                continue  # what goes into an object of its own is found there
            if what.path == INDEX:
                if thing in [element(way, args[what.position]) for way in self._ways.by_slot[slot]]:
                    yield from self._from(args[function], scope, call.line, "argument")
            elif self._meets(self._types.parse(args[what.position]), what.path, thing, scope, call.line, alone):
                yield from self._from(args[function], scope, call.line, "argument")

    def _from(self, value: str, scope: Scope, line: int, rule: str) -> Iterator[Holding]:
        step = Step(rule, scope.file_id, line)
        # INIT_WORK(&cl->work, cl->work.func) of include/linux/closure.h: the slot holds all functions of the kernel
        for h in self._values.besides(self._types.parse(value), scope, line, self._is_of_all):
            yield msgspec.structs.replace(h, steps=(step, *h.steps))

    def _is_of_all(self, place: Place) -> bool:
        return place.kind == "slot" and (str(place.owner), str(place.name).partition(" ")[0]) in self._ways.by_slot

    def _meets(self, e: x.Expr, path: tuple[str, ...], thing: Thing, scope: Scope, line: int, alone: bool) -> bool:
        """Whether a pointer leads to ``thing``; unless ``alone`` as a part of something bigger, too."""
        things = (
            key._replace(path=(*key.path, *path))
            for key in self._handing.pointed(e, scope, line)
            if isinstance(key, Thing)
        )
        return any(
            at == thing or (not alone and not thing.name and thing in self.parts(at, scope.file_id)) for at in things
        )

    def _is_in(self, r: RegistrationInfo, thing: Thing) -> bool:
        path = self._objects.around(r)
        if path[-len(thing.path) :] != thing.path if thing.path else False:
            return False
        if thing.name:
            return self._objects.registered_in(r) == thing
        return path == thing.path and self.as_member(r) == thing

    def as_member(self, r: RegistrationInfo) -> Thing | None:
        """The member of a struct that an initialiser inside a bigger object sets."""
        path = self._objects.around(r)
        t = self._types.decl_type(r.decl) or self._types.decl_type(f"{r.decl} x")
        found = self._types.member(t, path[0], r.file_id) if path else None
        return Thing("", found.home, "", found.owner, path) if found is not None else None

    @staticmethod
    def _mentions(text: str, thing: Thing) -> bool:
        if thing.name:
            return thing.name.partition("[")[2].rstrip("]") in text or thing.name in text
        return any(step in text for step in thing.path)

    def naming(self, thing: Thing) -> list[int]:
        """The functions (by row) that take the address of an object, or of what it is a part of."""
        if thing.name.endswith("]"):
            # a constant is no name that is looked up: who calls the few functions that take it
            ways = [way for way in self._ways.every if way.indexed and thing.name.startswith(f"{way.indexed}[")]
            setters = {s.function.name for w in ways for at in w.slots for s, _ in self._written.slot_assignments(*at)}
            names = setters.union(*(way.starts for way in ways))
            return [fid for name in sorted(names) for fid in self._reader.mentions("c", name)]
        if thing.name:
            around = self._reader.functions_named(thing.function) if thing.function else ()
            own = [f.id for f in around if f.file_id == thing.home and f.kind != "macro"]
            return own or self._reader.mentions("v", thing.name)[:_MANY]
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
        if thing.path:
            every = by_last.get(thing.path[-1], [])
            leading = (shape.steps[: len(shape.steps) - len(thing.path)] for shape in every)
            self._slots.expect_steps(way[-1] for way in leading if way)
            possible = {fid for shape in every if self._may_be(thing, shape) for fid in shape.ids}
            ids = [fid for shape in every for fid in shape.ids if fid in possible]
            for f in self._reader.functions(ids[:_MANY]):
                yield from self._assigning(f, slot[1])

    def _may_be(self, thing: Thing, shape: _Shape) -> bool:
        """Whether an assignment may be to ``thing`` or to what it is a part of, as far as names tell."""
        if thing.name or not shape.tag or shape.tag in self._ways.carriers:
            return True
        before = len(shape.steps) - len(thing.path)
        if before < 0 or not all(any(step in other for other in shape.steps) for step in thing.path):
            return False
        return self._slots.may_lead(shape.tag, shape.steps[:before], thing.owner, thing.path[0])

    def _assigning(self, f: FunctionInfo, field: str) -> Iterator[tuple[Scope, AssignFact]]:
        if f.kind != "macro":
            scope = self._written.scope(f)
            for a in scope.body.assigns:
                if field in a.target and last_member(a.target) == field:
                    yield scope, a

    def _all_by_last(self, field: str) -> dict[str, list[_Shape]]:
        """Who assigns to a field of that name, by the member that it is a member of; '' where the function does not
        tell.
        """
        found: dict[str, list[_Shape]] = {}
        for shape, ids in self._reader.mentions_by_shape("a", field):
            tag, *steps = shape.split(" ")
            if steps or not tag:
                found.setdefault(steps[-1] if steps else "", []).append(_Shape(tag, tuple(steps), decode_ids(ids)))
        return found

    def _all_loose(self, field: str) -> list[tuple[Scope, AssignFact]]:
        """The assignments to a field of that name of which the function does not tell what the field belongs to."""
        functions = self._reader.functions([fid for shape in self._by_last(field).get("", ()) for fid in shape.ids])
        return [found for f in functions for found in self._assigning(f, field)]


def element(way: Later, index: str) -> Thing:
    """The element of a table that a constant tells from the others."""
    return Thing(f"{way.indexed}[{index.strip()}]", 0, "", "", ())
