# SPDX-License-Identifier: MIT
"""Whether all the objects are known that a pointer can lead to.

The flow of :mod:`xref.resolve.objects.objects` finds objects, and says nothing of what it does not understand. Here
everything that is not understood is one more object, ``OPEN``: memory that is allocated, an element of a list, what is
handed over by callers that are not known by name. A pointer to which ``OPEN`` never comes leads to the objects that
were found and to no other. So functions that only other objects hold are not called through it.

A pointer that is loaded from a member (``dev->mt76.bus``) is what is put into that member of such an object, where the
objects are told apart by parameters, variables and members alone; else it is what is put into it in any object.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import lru_cache
from itertools import chain
from typing import Final

from xref.facts.model import AssignFact
from xref.parse import ctree as x
from xref.parse.ctree import Base, CType, Pointer
from xref.resolve.language.scope import Scope
from xref.resolve.lookup.arguments import arguments
from xref.resolve.lookup.callbacks import Callbacks
from xref.resolve.lookup.changed import Changed
from xref.resolve.lookup.written import Written
from xref.resolve.model import MemberType, Place, Step
from xref.resolve.objects.buses import Buses
from xref.resolve.objects.copied import Copy, bring
from xref.resolve.objects.duplicates import Duplicates
from xref.resolve.objects.fellows import Fellows
from xref.resolve.objects.meant import Meant
from xref.resolve.objects.objects import Objects, Thing
from xref.resolve.objects.overwritten import Overwritten
from xref.resolve.valueflow.flow import Arrival, Inflow, slot_place
from xref.resolve.valueflow.values import Values
from xref.store.model import FunctionInfo, RegistrationInfo

OPEN: Final = Thing("?", 0, "", "", ())
"""Stands for objects that are not known."""
_MOST: Final = 60
"""So many places are visited; a pointer that has come farther may lead to anything."""
_MOST_THINGS: Final = 3_000
"""The members of more objects are not told apart. Some 300 are in ``miscdevice.fops``, 1,300 in the ``driver.pm`` of
platform drivers."""
_OFFSET: Final = re.compile(r"\([^,]+,\s*(\w+(?:\s*\.\s*\w+)*)\s*\)")
"""What ``offsetof`` is asked for: a type and the members from there."""
_ERRORS: Final = frozenset({"ERR_PTR", "ERR_CAST", "IOMEM_ERR_PTR"})


class Near(Objects):
    """The objects that parameters and variables tell of; what members hold is ``OPEN``."""

    def __init__(
        self,
        written: Written,
        values: Values,
        changed: Changed,
        sees: Callable[[str, str], bool],
        *,
        hasty: bool = True,
    ) -> None:
        """``sees``: whether a file includes another, by their paths; ``hasty``: what comes along with ``OPEN`` is of no
        interest.
        """
        super().__init__(written, values)
        self._hasty = hasty
        self._changed = changed
        self._sees = sees
        self.may_be = lru_cache(maxsize=100_000)(self._may_be)
        self._buses = Buses(written, self.filled, self.registered_in)
        self._fellows = Fellows(written)
        self._callbacks = Callbacks(written)
        self._duplicates = Duplicates(written)

    def solve(self, first: Iterable[Inflow[Thing]], most: int = _MOST) -> list[Arrival[Thing]]:
        """The same; what is cut off is not known."""
        before = self.cut
        found = super().solve(first, min(most, _MOST))
        if self.cut != before:
            found.append(Arrival(OPEN, (), ""))
        return found

    def settles(self, inflows: tuple[Inflow[Thing], ...]) -> bool:
        """See the base."""
        return self._hasty and any(i.source is OPEN for i in inflows)

    def compute(self, place: Place) -> Iterator[Inflow[Thing]]:
        """What flows into a place, and ``OPEN`` where more may."""
        some = False
        things: set[Thing] = set()
        known = self._handed_over(place) if self.is_open(place) else self.understood(place)
        for inflow in known:
            some = True
            yield inflow
            if self._hasty and not isinstance(inflow.source, Place):
                things.add(inflow.source)
                if len(things) > _MOST_THINGS:
                    yield Inflow(OPEN)  # nobody tells the members of so many apart
                    return
        if not some and place.kind != "assigned":  # of which sources() has told
            yield Inflow(OPEN)

    def _handed_over(self, place: Place) -> Iterator[Inflow[Thing]]:
        """What a parameter gets of a function that is called through pointers, where all who call it are known; nothing
        for every other place.
        """
        if place.kind != "param":
            return
        fid, position = int(place.owner), int(place.name)
        function = self._reader.function(fid)
        if function is None or function.kind != "function":
            return
        scope = self._written.scope(function)
        if self._changed.has_many_callers(function) or self._changed.is_changed(scope.parameter_name(position), scope):
            return
        fellows = self._fellows.given(fid, position)
        for put, element in fellows:
            if isinstance(put, RegistrationInfo):
                yield from self._elements(self.constant_sources(put)) if element else self.registered(put)
            elif element:
                scope, a = put
                yield from self._elements(self.tables(self._types.parse(a.value), scope, a.line))
            else:
                yield from self._assigned(put[1], put[0])
        calls = self._callbacks.calls(fid) if not fellows else None
        if calls:
            yield from self.understood(place)  # by those who call it by its name
        for at, call in calls or ():
            args = arguments(call.arguments)
            step = Step("argument", at.file_id, call.line)
            if position < len(args):
                yield from self._stepped(args[position], at, call.line, step, call.guard)

    def understood(self, place: Place) -> Iterator[Inflow[Thing]]:
        """What is known to flow into a place."""
        return super().compute(place)

    def is_open(self, place: Place) -> bool:
        """Whether a place gets values that are not known."""
        return place.kind == "slot" or self._changed.unseen(place)

    def sources(self, e: x.Expr, scope: Scope, line: int, depth: int = 0) -> Iterator[Inflow[Thing]]:
        """The same, and ``OPEN`` for what is not understood; nothing where a pointer is none."""
        if _is_null(e):
            return
        drivers = self._buses.drivers(e, scope, line)
        if drivers:
            yield from (Inflow(thing) for thing in drivers)
            return
        if isinstance(e, x.Call) and isinstance(e.func, x.Name):
            position = self._duplicates.copied(e.func.name, scope.file_id)
            if position is not None and position < len(e.args):
                yield from self.sources(e.args[position], scope, line, depth + 1)
                return
        if isinstance(e, x.Binary) and e.op == "-" and isinstance(e.right, x.SizeofLike):
            yield from self._containers(e.left, e.right, scope, line, depth)
            return
        some = False
        for inflow in super().sources(e, scope, line, depth):
            some = True
            yield inflow
        if not some and not (isinstance(e, x.Cond | x.Cast | x.StmtExpr | x.Assign) or _is_comma(e)):
            yield Inflow(OPEN)

    def _containers(
        self, e: x.Expr, offset: x.SizeofLike, scope: Scope, line: int, depth: int
    ) -> Iterator[Inflow[Thing]]:
        """The variables around what a pointer leads to: ``container_of(attr, struct device_attribute, attr)``."""
        m = _OFFSET.fullmatch(offset.text)
        path = tuple(step.strip() for step in m[1].split(".")) if m is not None else ()
        for thing, _, _ in self.solve(tuple(self.sources(e, scope, line, depth + 1))):
            around = len(thing.path) - len(path)
            told = bool(path) and bool(thing.name) and thing.path[around:] == path
            yield Inflow(thing._replace(path=thing.path[:around]) if told else OPEN)

    def registered(self, r: RegistrationInfo) -> Iterator[Inflow[Thing]]:
        """The same, and ``OPEN`` for a value that is not understood."""
        some = False
        for inflow in super().registered(r):
            some = True
            yield inflow
        if not some and not _is_null(self._types.parse(r.value)):
            yield Inflow(OPEN)

    def filled(self, a: AssignFact, scope: Scope) -> tuple[Thing, ...]:
        """The objects in which an assignment fills a member; ``OPEN`` where that is not told."""
        target = x.accessed(self._types.parse(a.target))
        held = self.receivers(target, scope, a.line) if isinstance(target, x.Member) else {}
        return tuple(held) or (OPEN,)

    def tables(self, e: x.Expr, scope: Scope, line: int) -> Iterator[Thing]:
        """The tables of pointers to which an expression points."""
        return (thing for thing, _, _ in self.solve(tuple(self.sources(e, scope, line))))

    def _elements(self, tables: Iterable[Thing]) -> Iterator[Inflow[Thing]]:
        """What tables hold; ``OPEN`` where one is no variable."""
        some = False
        for thing in tables:
            some = True
            told = thing.name and thing != OPEN and not thing.path and not thing.function
            yield Inflow(Place("table", thing.home, thing.name) if told else OPEN)
        if not some:
            yield Inflow(OPEN)

    def elements(self, name: str, scope: Scope, line: int) -> Iterator[Inflow[Thing]]:
        """The same; a local array whose elements are assigned holds anything."""
        if scope.holds(name, line) and any(a.target.startswith((f"{name}[", f"{name} [")) for a in scope.body.assigns):
            yield Inflow(OPEN)
        yield from super().elements(name, scope, line)

    def _may_be(self, held: Thing, meant: Thing) -> bool:
        """Whether an object that holds something may be one that is meant."""
        if held.name.startswith("(") and held.function:
            return True  # a compound literal may have been copied
        if held.name and meant.name:
            return held[:3] == meant[:3]
        if len(held.path) < len(meant.path) or meant.name:
            held, meant = meant, held  # the first is the one that more is known of
        before = len(held.path) - len(meant.path)
        if meant.name or before < 0:
            return False
        return self._is_at(held.path, before, self._owner(held, before), meant)

    def _is_at(self, path: tuple[str, ...], before: int, owner: str, meant: Thing) -> bool:
        """Whether a member of a ``struct owner``, ``before`` steps along a path, may be one that has no name."""
        if owner and owner != meant.owner:
            return len(meant.path) == 1 and self._is_both(owner, path[before], meant.owner, meant.path[0])
        return path[before:] == meant.path

    def _is_both(self, one: str, first: str, other: str, second: str) -> bool:
        """Whether two structs begin with the same, and know each other: a pointer to one may be taken for the other, as
        TO_DCN10_DPP() of drivers/gpu/drm/amd/display does with what is a ``struct dcn20_dpp``.
        """
        paths = []
        for tag, field in ((one, first), (other, second)):
            records = self._reader.records(tag)
            if not records or all(r.fields and r.fields[0].name not in ("", field) for r in records):
                return False
            paths.append({self._reader.file(r.file_id).path for r in records})
        return any(a == b or self._sees(a, b) or self._sees(b, a) for a in paths[0] for b in paths[1])

    def _owner(self, thing: Thing, steps: int) -> str:
        """The record that declares the member ``steps`` along the path of an object; '' where that cannot be told."""
        tag, at = thing.owner, thing.home
        if thing.name:
            if thing.function:
                return ""
            at = at or next((o.file_id for o in self._reader.objects(thing.name) if not o.function), 0)
            tag = self._types.record_tag(self._types.object_type(thing.name, at), at) if at else ""
        return self._declaring(tag, thing.path[: steps + 1], at)

    def _declaring(self, tag: str, path: tuple[str, ...], at: int) -> str:
        """The record that declares the last member of a path from a ``struct tag``."""
        owner = ""
        for step in path:
            members = (self._types.members(tag, step) if tag else None) or ()
            if len(members) != 1:
                return ""
            owner = members[0].owner
            there = at or next((record.file_id for record in self._reader.records(tag)), 0)
            tag = self._types.record_tag(members[0].ctype, there) if there else ""
        return owner

    def _may_be_in(self, tag: str, path: tuple[str, ...], meant: Thing) -> bool:
        """Whether a member of a global variable, of that type and at that path, may be one that has no name."""
        before = len(path) - len(meant.path)
        if before < 0:
            return False
        owner = self._declaring(tag, path[: before + 1], 0)
        return not owner or self._is_at(path, before, owner, meant)

    def registrations(self, struct: str, field: str, home: int | None) -> Iterable[RegistrationInfo]:
        """See the base; in a hurry they are not all read."""
        if not self._hasty:
            return super().registrations(struct, field, home)
        return self._written.slots.each_registration(struct, field, home)


class Closed(Near):
    """Finds all objects of a receiver. One instance serves one index."""

    def __init__(
        self,
        written: Written,
        values: Values,
        changed: Changed,
        overwritten: Overwritten,
        sees: Callable[[str, str], bool],
        whole: Closed | None = None,
        *,
        of_tables: bool = False,
    ) -> None:
        """``whole``: the one of whose answers these are what a hurried question needs; ``of_tables``: what is asked for
        are the tables to which a ``struct attribute **`` points, and not their elements.
        """
        super().__init__(written, values, changed, sees, hasty=whole is not None)
        self._of_tables = of_tables
        self._overwritten = overwritten
        self.near: Near = whole.near if whole is not None else Near(written, values, changed, sees)
        self._for_tables = (
            self if of_tables else Closed(written, values, changed, overwritten, sees, self, of_tables=True)
        )
        if whole is None:
            self.hasty = Closed(written, values, changed, overwritten, sees, self)
            """The same, but that a receiver which can be ``OPEN`` is nothing else."""

    def is_open(self, place: Place) -> bool:
        """Whether something else than initialisers and assignments may fill a place. A slot: where it is no pointer to
        a record, is in a union, or its address is taken.
        """
        if place.kind != "slot":
            return self._changed.unseen(place)
        struct, field = str(place.owner), str(place.name).partition(" ")[0]
        members = self._types.members(struct, field) or ()
        if not members or not all(self._is_followed(m.ctype) for m in members):
            return True
        if not all(self._types.overlapping(struct, field).values()):
            return True
        return self._changed.slot_addressed(struct, field)

    def sources(self, e: x.Expr, scope: Scope, line: int, depth: int = 0) -> Iterator[Inflow[Thing]]:
        """The same; what is loaded from a member, from that of the objects that are meant."""
        member = e
        while isinstance(member, x.Index):
            member = member.base
        for inflow in super().sources(e, scope, line, depth):
            source = inflow.source
            if isinstance(member, x.Member) and isinstance(source, Place) and source.kind == "slot" and not source.of:
                inflow = inflow._replace(source=source._replace(of=self._objects_of(member, scope, line)))
            yield inflow

    def _is_followed(self, t: CType | None) -> bool:
        if self._of_tables and isinstance(t, Pointer):
            t = t.to
        return isinstance(t, Pointer) and not _is_word(t)

    def tables(self, e: x.Expr, scope: Scope, line: int) -> Iterator[Thing]:
        """See the base."""
        asked = self._for_tables
        return (thing for thing, _, _ in asked.solve(tuple(asked.sources(e, scope, line))))

    def overlaps(self, slot: MemberType) -> bool:
        """Whether a member shares its place with others that are no other names of it."""
        return not all(self._types.overlapping(slot.owner, slot.field).values())

    def holding(self, struct: str, field: str) -> Iterator[tuple[Thing, tuple[FunctionInfo, ...], Step]]:
        """The objects that hold functions in a slot, once for each place that puts them there."""
        return self._holding(struct, field)

    def _holding(self, struct: str, field: str) -> Iterator[tuple[Thing, tuple[FunctionInfo, ...], Step]]:
        """The same, and what arrives there without being named: ``to->open = from->open``."""
        named: list[tuple[Thing, tuple[FunctionInfo, ...]]] = []
        arriving: list[tuple[Scope, AssignFact, x.Expr]] = []
        for r in self._written.slots.registrations(struct, field):
            functions = self._values.constant(r.value, r.file_id)
            functions = functions or tuple(h.function for h in self._values.values_of(r))
            if functions:
                named.append((self.registered_in(r), functions))
                yield *named[-1], Step("registration", r.file_id, r.line)
        assignments = self._written.slot_assignments(struct, field)
        for scope, a in (*assignments, *self._written.filled_by_local(struct, field)):
            value = self._types.parse(a.value)
            functions = self._values.named(value, scope, a.line)
            if not functions:
                arriving.append((scope, a, value))
            for thing in self.filled(a, scope) if functions else ():
                named.append((thing, functions))
                yield thing, functions, Step("assignment", scope.file_id, a.line)
        yield from self._copied(struct, field, arriving, named)

    def _copied(
        self,
        struct: str,
        field: str,
        arriving: list[tuple[Scope, AssignFact, x.Expr]],
        named: list[tuple[Thing, tuple[FunctionInfo, ...]]],
    ) -> Iterator[tuple[Thing, tuple[FunctionInfo, ...], Step]]:
        """What assignments bring that name no function, beside what is ``named``."""
        copies = []
        for scope, a, value in arriving:
            functions = tuple(h.function for h in self._values.of(value, scope, a.line))
            if functions:
                source = self.copied_from(value, struct, field, scope, a.line)
                step = Step("assignment", scope.file_id, a.line)
                copies.append(Copy(self.filled(a, scope), source, functions, step))
        bring(copies, named, self.may_be_any)
        for copy in copies:
            put = copy.put
            for thing in copy.filled if put else ():
                yield thing, put, copy.step

    def meant(self, things: Collection[Thing]) -> Meant:
        """These objects, to be asked whether what is put into another may be in one of them."""
        return Meant(things, self.may_be)

    def may_be_any(self, held: Thing, things: Collection[Thing]) -> bool:
        """Whether what is put into one object, or into one that is not known, may be in one of ``things``."""
        return held == OPEN or any(self.may_be(held, thing) for thing in things)

    def copied_from(self, value: x.Expr, struct: str, field: str, scope: Scope, line: int) -> frozenset[Thing]:
        """The objects out of which an assignment copies the same slot, where all are known: ``fops->open =
        afu_fops.open`` of drivers/misc/cxl/api.c; empty else.
        """
        found = self._written.member(value, scope, line) if isinstance(value, x.Member) else None
        if found is None or (found.owner, found.field) != (struct, field) or not isinstance(value, x.Member):
            return frozenset()
        return frozenset(thing for thing in self._objects_of(value, scope, line) if isinstance(thing, Thing))

    def _objects_of(self, e: x.Member, scope: Scope, line: int) -> frozenset[object]:
        """The objects whose member is loaded, where all are known; empty else."""
        things = self.near.receivers(e, scope, line)
        if not things or OPEN in things or len(things) > _MOST_THINGS:
            return frozenset()
        if any(self._overwritten.is_whole(thing) for thing in things):
            return frozenset()
        return frozenset(things)

    def understood(self, place: Place) -> Iterator[Inflow[Thing]]:
        """What is known to flow into a place; into a member, by those who may mean one of its objects."""
        return self._into_member_of(place) if place.of else super().understood(place)

    def registered_to(
        self, struct: str, field: str, things: Collection[Thing], home: int | None = None
    ) -> Iterator[RegistrationInfo]:
        """The initialisers of a slot that may be of one of these objects. A variable's are found by its name; only a
        compound literal may be any object, and only what is in a member of another may be one that has no name.
        """
        slots, reader = self._written.slots, self._reader
        named = (r for name in {t.name: None for t in things} if name for r in reader.registrations_of_object(name))
        nameless = [thing for thing in things if not thing.name]

        def wanted(tag: str, path: tuple[str, ...]) -> bool:
            return any(self._may_be_in(tag, path, thing) for thing in nameless)

        inside = slots.deep_candidates(struct, field, wanted) if nameless else iter(())
        meant = self.meant(things)
        seen: set[int] = set()
        for r in chain(named, slots.loose_candidates(struct, field), inside):
            if r.id not in seen and slots.fills(r, struct, field, home):
                seen.add(r.id)
                if meant.may_be(self.registered_in(r)):
                    yield r

    def knows_holders(self, struct: str, field: str) -> bool:
        """Whether it has been worked out what all of a slot is filled with."""
        return (struct, field) in self._holders

    def _into_member_of(self, place: Place) -> Iterator[Inflow[Thing]]:
        struct, (field, _, home) = str(place.owner), str(place.name).partition(" ")
        at = int(home) if home else None
        of = [thing for thing in place.of if isinstance(thing, Thing)]
        meant = self.meant(of)
        written = False
        for r in self.registered_to(struct, field, of, at):
            for inflow in self.registered(r):
                written = True
                yield inflow
        for scope, a in self._written.slot_assignments(struct, field, at):
            target = self._types.parse(a.target)
            while isinstance(target, x.Index):
                target = target.base
            held = self.near.receivers(target, scope, a.line) if isinstance(target, x.Member) else {}
            if not held or any(h == OPEN or meant.may_be(h) for h in held):
                for inflow in self._assigned(a, scope):
                    written = True
                    yield inflow
        for scope, a in self._written.filled_by_local(struct, field):
            yield from self._assigned(a, scope)
        if not written:
            for other, same in self._types.overlapping(struct, field).items():
                if same:
                    yield Inflow(slot_place(struct, other, at))


def _is_word(t: Pointer) -> bool:
    return isinstance(t.to, Base | Pointer)


def _is_comma(e: x.Expr) -> bool:
    return isinstance(e, x.Binary) and e.op in (",", "+")


def _is_null(e: x.Expr) -> bool:
    """Whether a value is no address: a number, ``NULL``, an error."""
    while isinstance(e, x.Cast) or (isinstance(e, x.Unary) and e.op in ("-", "~", "+")):
        e = e.operand
    match e:
        case x.Num() | x.SizeofLike():
            return True
        case x.Name(name):
            return name == "NULL"
        case x.Call(x.Name(name), _):
            return name in _ERRORS
    return False
