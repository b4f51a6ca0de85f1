# SPDX-License-Identifier: MIT
"""What functions do with what they are handed, as far as running it later goes.

Three things are learnt of a function (or a macro) from its body, and from the functions to which it hands its
parameters: which parameter it *starts* (``schedule_work(work)``), which function it *puts* into which object
(``timer_setup(timer, callback, 0)``), and which function it *gives* away to be run (``call_rcu(head, func)``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple, TypeVar

from xref.facts.model import CallFact
from xref.macros.fixpoint import Fixpoint
from xref.parse import ctree as x
from xref.parse.ctree import Base, Function, Pointer, Tagged
from xref.resolve.deferred.later import Later, Slot, ways
from xref.resolve.language.scope import Scope
from xref.resolve.lookup.arguments import arguments
from xref.resolve.lookup.written import Written
from xref.resolve.model import Place
from xref.resolve.objects.objects import Objects, Thing, split_place
from xref.store.model import FunctionInfo, RegistrationInfo

_Found = TypeVar("_Found")
_LONGEST = 4
"""So many members deep a parameter is followed: a list of itself would have no end."""
_WORD = re.compile(r"[A-Za-z_]\w*")


class Handed(NamedTuple):
    """What a parameter points to, or the part of it to which ``path`` leads."""

    position: int
    path: tuple[str, ...]


INDEX = ("[]",)
"""The path of a parameter that is not a pointer to an object but its number in a table."""


class Start(NamedTuple):
    """A function that runs later, or has others run, what it finds in one of its parameters."""

    way: Later
    what: Handed


class Put(NamedTuple):
    """A function puts its parameter ``function`` into ``slot`` of an object: one that it names, or one that another
    parameter points to.
    """

    slot: Slot
    what: Handed | Thing
    function: int


class Given(NamedTuple):
    """A function has its parameter ``function`` run, through ``slot``."""

    slot: Slot
    function: int


class Handing:
    """Answers for functions and macros; each is worked out once."""

    def __init__(self, written: Written, objects: Objects) -> None:
        self._written = written
        self._slots = written.slots
        self._inside = lru_cache(maxsize=1024)(self._find_inside)
        self._names = written.names
        self._may: dict[str, bool] = {}
        self._fills: frozenset[int] | None = None
        self._types = written.types
        self._objects = objects
        self._ways = ways()
        self._starts: Fixpoint[FunctionInfo, tuple[Start, ...]] = Fixpoint(lambda f: _once(self._find_starts(f)), ())
        self._puts: Fixpoint[FunctionInfo, tuple[Put, ...]] = Fixpoint(lambda f: _once(self._find_puts(f)), ())
        self._gives: Fixpoint[FunctionInfo, tuple[Given, ...]] = Fixpoint(lambda f: _once(self._find_gives(f)), ())

    def meant(self, call: CallFact, scope: Scope) -> tuple[FunctionInfo, ...]:
        """The macros or functions that a call by name means."""
        name = call.callee
        if not name.isidentifier() or scope.mentions(name):
            return ()
        return self._names.macro_nodes(name, scope.file_id) or self._names.called(name, scope.file_id)

    def may_hand(self, name: str) -> bool:
        """Whether something called ``name`` may start an object that it is handed, or put a function into one. Most
        names have no macro and no function that takes such an object, and need not be looked for where they are called.
        """
        known = self._may.get(name)
        if known is None:
            self.expect((name,))
            known = self._may.get(name, False)
        return known

    def expect(self, names: Iterable[str]) -> None:
        """Finds that out at once of many names."""
        reader = self._written.reader
        new = [name for name in dict.fromkeys(names) if name not in self._may and name.isidentifier()]
        reader.expect(new)
        for name in new:
            self._may[name] = bool(reader.macros(name)) or any(map(self._may_do, reader.functions_named(name)))

    def _may_do(self, f: FunctionInfo) -> bool:
        if f.kind == "macro" or f.name in self._ways.started_by:
            return True
        return not self._ways.carriers.isdisjoint(_WORD.findall(f.signature)) or f.id in self._filling_tables()

    def _filling_tables(self) -> frozenset[int]:
        """The functions (by row) that may fill an element of a table of all the kernel."""
        if self._fills is None:
            fields = {field for way in self._ways.every if way.indexed for _, field in way.slots}
            self._fills = frozenset(fid for name in fields for fid in self._written.reader.mentions("a", name))
        return self._fills

    def keys(self, text: str, scope: Scope, line: int) -> Iterator[Thing | Handed]:
        """The objects that an argument points to, as far as this function tells them from others."""
        yield from self.pointed(self._types.parse(text), scope, line)

    def pointed(self, e: x.Expr, scope: Scope, line: int) -> Iterator[Thing | Handed]:
        """The same for a pointer that is parsed."""
        for source in self._objects.told(e, scope, line):
            if isinstance(source, Place):
                if source.kind == "param" and source.owner == scope.function.id:
                    yield Handed(int(source.name), ())
            elif source.name or source.owner not in self._ways.carriers:
                yield source
            else:
                # &dwork->work: a part of something as generic; what that is a part of decides
                while isinstance(e, x.Cast):
                    e = e.operand
                root, path = split_place(e.operand if isinstance(e, x.Unary) and e.op == "&" else e)
                if isinstance(root, x.Member) and root.arrow:
                    for outer in self.pointed(root.base, scope, line):
                        yield outer._replace(path=(*outer.path, root.field, *path))

    # -- starts -------------------------------------------------------------------------------------------------------

    def starts(self, f: FunctionInfo) -> tuple[Start, ...]:
        """Which parameters of ``f`` are run later for having been handed to it."""
        return self._starts(f)

    def _find_starts(self, f: FunctionInfo) -> Iterator[Start]:
        ground = self._ways.started_by.get(f.name, ())
        macro = f.kind == "macro"
        if not macro and not ground and self._ways.carriers.isdisjoint(_WORD.findall(f.signature)):
            return
        scope = self._written.scope(f)
        for way in ground:
            for k, p in enumerate(scope.params):
                tag = self._types.record_tag(p.ctype, f.file_id)
                if way.indexed or tag in way.carriers:
                    yield Start(way, Handed(k, self._way_to_slot(tag, way, f.file_id)))
                    break
        handed = self._own(scope, carriers=not macro)
        if handed:
            self.expect(call.callee for call in scope.body.calls)
        for call in scope.body.calls:
            if handed.isdisjoint(_WORD.findall(call.arguments)) or not self.may_hand(call.callee):
                continue
            for g in self.meant(call, scope):
                for way, what in self._starts(g) if g.id != f.id else ():
                    args = arguments(call.arguments)
                    if what.position < len(args):
                        for key in self.keys(args[what.position], scope, call.line):
                            if isinstance(key, Handed) and len(key.path) + len(what.path) <= _LONGEST:
                                yield Start(way, Handed(key.position, (*key.path, *what.path)))

    def _way_to_slot(self, tag: str, way: Later, file_id: int) -> tuple[str, ...]:
        """The members that lead from a carrier to the struct that has the slot: ``work`` of a ``struct rcu_work``."""
        if way.indexed or any(struct == tag for struct, _ in way.slots):
            return ()
        for record in self._written.reader.records(tag):
            for field in record.fields:
                inner = self._types.record_tag(self._types.decl_type(field.decl), file_id)
                if field.name and inner in way.carriers and inner != tag:
                    return (field.name, *self._way_to_slot(inner, way, file_id))
        return ()

    def _own(self, scope: Scope, *, carriers: bool) -> frozenset[str]:
        """The parameters that may be handed on: those that point to carriers, all of a macro."""
        if not carriers:
            return frozenset(_WORD.findall(scope.function.signature.partition("(")[2]))
        tags = self._ways.carriers
        own = {p.name for p in scope.params if self._types.record_tag(p.ctype, scope.file_id) in tags}
        if not own:
            return frozenset()
        own.update(d[1].name for name in scope.words for d in scope.declarations(name) if d[1].name)
        return frozenset(own)

    # -- puts ---------------------------------------------------------------------------------------------------------

    def puts(self, f: FunctionInfo) -> tuple[Put, ...]:
        """Which parameters of ``f`` it puts into a slot of which others."""
        return self._puts(f)

    def _find_puts(self, f: FunctionInfo) -> Iterator[Put]:
        scope = self._written.scope(f)
        if f.kind != "macro" and self._ways.carriers.isdisjoint(_WORD.findall(f.signature)):
            tables = [way.indexed for way in self._ways.every if way.indexed]
            if not any(table in a.target for table in tables for a in scope.body.assigns):
                return
        for a in scope.body.assigns:
            slot, base = self.slot_of(a.target, scope, a.line)
            position = self._parameter(a.value, scope) if slot is not None else None
            if slot is not None and base is not None and position is not None:
                index = self._indexed_by(base, slot, scope)
                if index is not None:
                    yield Put(slot, Handed(index, INDEX), position)
                for key in self.pointed(base, scope, a.line):
                    yield Put(slot, key, position)
        self.expect(call.callee for call in scope.body.calls if call.arguments)
        for call in scope.body.calls:
            args = arguments(call.arguments)
            handed = [self._parameter(arg, scope) for arg in args]
            if all(p is None for p in handed) or not self.may_hand(call.callee):
                continue
            for g in self.meant(call, scope):
                for slot, what, function in self._puts(g) if g.id != f.id else ():
                    position = handed[function] if function < len(handed) else None
                    if position is None:
                        continue
                    if isinstance(what, Thing):
                        yield Put(slot, what, position)
                    elif what.position < len(args):
                        for key in self.keys(args[what.position], scope, call.line):
                            if len(key.path) + len(what.path) <= _LONGEST:
                                yield Put(slot, key._replace(path=(*key.path, *what.path)), position)

    def _indexed_by(self, base: x.Expr, slot: Slot, scope: Scope) -> int | None:
        """The parameter that says which element of a table is meant: ``nr`` in ``softirq_vec[nr].action = action``."""
        if isinstance(base, x.Unary) and isinstance(base.operand, x.Index):
            table, index = base.operand.base, base.operand.index
            if isinstance(table, x.Name) and isinstance(index, x.Name):
                if any(way.indexed == table.name for way in self._ways.by_slot[slot]):
                    param = scope.param(index.name)
                    return param[0] if param is not None else None
        return None

    def slot_of(self, target: str, scope: Scope, line: int) -> tuple[Slot | None, x.Expr | None]:
        """The slot of ``deferred.toml`` that an assignment is to, and the pointer to its object."""
        field = re.search(r"(\w+)\W*$", target)
        if field is None or all(field[1] != name for _, name in self._ways.by_slot):
            return None, None
        e = self._types.parse(target)
        if not isinstance(e, x.Member):
            return None, None
        member = self._written.member(e, scope, line)
        if member is None or (member.owner, member.field) not in self._ways.by_slot:
            return None, None
        return (member.owner, member.field), e.base if e.arrow else x.Unary("&", e.base)

    def _parameter(self, text: str, scope: Scope) -> int | None:
        """Which parameter an argument is, casts aside."""
        if not text.strip("()& \t\n").isidentifier() and "(" not in text:
            return None
        e = self._types.parse(text)
        while isinstance(e, x.Cast) or (isinstance(e, x.Unary) and e.op == "&"):
            e = e.operand
        if not isinstance(e, x.Name):
            return None
        position = scope.macro_param(e.name)
        if position is not None or scope.function.kind == "macro":
            return position
        found = scope.param(e.name)
        return found[0] if found is not None else None

    # -- gives --------------------------------------------------------------------------------------------------------

    def gives(self, f: FunctionInfo) -> tuple[Given, ...]:
        """Which parameters of ``f`` are functions that run later for having been handed to it."""
        return self._gives(f)

    def _find_gives(self, f: FunctionInfo) -> Iterator[Given]:
        found = False
        for given in self._gives_onward(f):
            found = True
            yield given
        if not found and f.kind != "macro":
            # kernel_thread() of old kernels puts the function into a register of the new task
            for way in self._ways.every:
                if f.name in way.given_by:
                    params = self._written.scope(f).params
                    may = (k for k, p in enumerate(params) if self._may_be_function(p.ctype, f.file_id))
                    yield from (Given(slot, next(may, 0)) for slot in way.slots)

    def _gives_onward(self, f: FunctionInfo) -> Iterator[Given]:
        scope = self._written.scope(f)
        if f.kind != "macro":
            callable_ = {p.name for p in scope.params if self._may_be_function(p.ctype, f.file_id)}
            if not callable_:
                return
        for slot, value in self._given_inside(f):
            position = self._parameter(value, scope)
            if position is not None:
                yield Given(slot, position)
        for a in scope.body.assigns:
            position = self._parameter(a.value, scope)
            if position is not None:
                into, _ = self.slot_of(a.target, scope, a.line)
                if into is not None and any(way.given for way in self._ways.by_slot[into]):
                    yield Given(into, position)
        for call in scope.body.calls:
            if not call.callee.isidentifier():
                continue
            handed = [self._parameter(arg, scope) for arg in arguments(call.arguments)]
            if f.kind != "macro":
                handed = [
                    p if p is not None and self._may_be_function(scope.params[p].ctype, f.file_id) else None
                    for p in handed
                ]
            if all(p is None for p in handed):
                continue
            for g in self.meant(call, scope):
                for slot, function in self._gives(g) if g.id != f.id else ():
                    position = handed[function] if function < len(handed) else None
                    if position is not None:
                        yield Given(slot, position)

    def _given_inside(self, f: FunctionInfo) -> list[tuple[Slot, str]]:
        """Initialisers in a function: ``struct cpu_stop_work work = { .fn = fn }`` of kernel/stop_machine.c."""
        rows = self._inside(f.file_id).get(f.name, ())
        slots = [slot for slot, its_ways in self._ways.by_slot.items() if any(way.given for way in its_ways)]
        return [(slot, r.value) for slot in slots for r in rows if self._slots.fills(r, *slot)]

    def _find_inside(self, file_id: int) -> dict[str, list[RegistrationInfo]]:
        """The initialisers in the functions of a file; those of all its slots would take far longer to find."""
        found: dict[str, list[RegistrationInfo]] = {}
        for r in self._written.reader.registrations_inside(file_id):
            found.setdefault(r.function, []).append(r)
        return found

    def _may_be_function(self, t: x.CType | None, file_id: int) -> bool:
        t = self._types.plain(t, file_id)
        if isinstance(t, Pointer):
            t = self._types.plain(t.to, file_id)
            return isinstance(t, Function)
        return not isinstance(t, Base | Tagged)


def _once(found: Iterator[_Found]) -> tuple[_Found, ...]:
    return tuple(dict.fromkeys(found))
