# SPDX-License-Identifier: MIT
"""Where one function is put into a slot, and what is put into the slot of a few objects.

Both can be told without knowing everything that, say, ``file_operations.open`` is filled with in the whole kernel. The
answers are those that :meth:`xref.resolve.objects.closed.Closed.holding` has for the whole slot. Whatever puts a
function into a slot names it, nearly always, and is found by that name. What brings functions without naming them (a
copy, ``to->open = from->open``, the table of a macro) is set apart once for each slot, and is asked whether it brings
this one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from xref.facts.model import AssignFact
from xref.parse.ctree import Array
from xref.resolve.language.scope import Scope
from xref.resolve.lookup.written import Written
from xref.resolve.objects.closed import OPEN, Closed
from xref.resolve.objects.meant import Meant
from xref.resolve.objects.objects import Thing
from xref.resolve.valueflow.values import Values
from xref.store.model import FunctionInfo, RegistrationInfo
from xref.store.numbers import file_of, file_of_wide

_MANY: Final = 300
"""Of more functions that name one it is looked up which of them assign to the slot."""


class Put(NamedTuple):
    """One place that puts a function into a slot: of which objects, and in which file."""

    things: tuple[Thing, ...]
    file_id: int


class Puts:
    """Finds such places. One instance serves one index."""

    def __init__(self, written: Written, values: Values, closed: Closed) -> None:
        self._written = written
        self._reader = written.reader
        self._types = written.types
        self._names = written.names
        self._slots = written.slots
        self._values = values
        self._closed = closed
        self.is_array = lru_cache(maxsize=10_000)(self._is_array)
        self.naming = lru_cache(maxsize=200)(self._naming)
        self._registering = lru_cache(maxsize=8)(self._registrations_naming)
        self._unnamed_assignments = lru_cache(maxsize=500)(self._assignments_without_name)
        self._unplain = lru_cache(maxsize=500)(self._unplain_registrations)

    def _is_array(self, struct: str, field: str) -> bool:
        """Whether a slot is an array, whose elements are filled by ways of their own."""
        members = self._types.members(struct, field) or ()
        return any(isinstance(m.ctype, Array) for m in members)

    # -- one function -------------------------------------------------------------------------------------------------

    def _naming(self, struct: str, field: str, function: FunctionInfo) -> tuple[Put, ...]:
        """What puts ``function`` into a slot and names it."""
        found = [
            Put((self._closed.registered_in(r),), r.file_id)
            for r in self._registering(function)
            if self._slots.fills(r, struct, field) and self.puts(r, function, self._values)
        ]
        names = self._names.spellings(function)
        users = sorted({fid for name in names for fid in self._reader.mentions("v", name)})
        if self._names.is_private(function):
            users = [fid for fid in users if file_of(fid) == function.file_id]
        if len(users) > _MANY:
            users = sorted({*users} & {*self._slots.mentioning("a", struct, field)})

        def is_named(a: AssignFact, scope: Scope) -> bool:
            return any(name in a.value for name in names)

        for scope, a in self._written.slot_assignments_of(users, struct, field, is_named):
            if any(f.id == function.id for f in self._values.named(self._types.parse(a.value), scope, a.line)):
                found.append(Put(self._closed.filled(a, scope), scope.file_id))
        return tuple(found)

    def unnamed(self, struct: str, field: str, function: FunctionInfo, ways: Values) -> Iterator[Put]:
        """The assignments that put ``function`` into a slot without naming it; ``ways``: the values that are it."""
        copies: list[tuple[Put, frozenset[Thing]]] = []
        brought: list[Put] = []
        for scope, a in self._unnamed_assignments(struct, field):
            value = self._types.parse(a.value)
            if not self._values.named(value, scope, a.line) and ways.of(value, scope, a.line):
                put = Put(self._closed.filled(a, scope), scope.file_id)
                of = self._closed.copied_from(value, struct, field, scope, a.line)
                if of:
                    copies.append((put, of))
                else:
                    brought.append(put)
                    yield put
        if copies:
            brought += self.naming(struct, field, function)
            brought += self.registered(struct, field, function, ways)
            yield from self._copied(copies, brought)

    def _copied(self, copies: list[tuple[Put, frozenset[Thing]]], brought: list[Put]) -> Iterator[Put]:
        """Those of ``copies`` out of objects into which the function has been ``brought``, by one of them at last."""
        may_be = self._closed.may_be_any
        more = True
        while more:
            more = False
            for copy in [*copies]:
                put, source = copy
                if any(may_be(held, source) for b in brought for held in b.things):
                    copies.remove(copy)
                    brought.append(put)
                    more = True
                    yield put

    def registered(self, struct: str, field: str, function: FunctionInfo, ways: Values) -> Iterator[Put]:
        """The initialisers that put ``function`` into a slot, and may not name it."""
        private = self._names.is_private(function)
        for r in self._unplain(struct, field):
            if private and r.file_id != function.file_id and not r.function and not self._reader.objects(r.name):
                continue  # no constant of another file is this function
            if self.puts(r, function, ways):
                yield Put((self._closed.registered_in(r),), r.file_id)

    def puts(self, r: RegistrationInfo, function: FunctionInfo, values: Values) -> bool:
        """Whether an initialiser's value is ``function``."""
        functions = self._values.constant(r.value, r.file_id) or (h.function for h in values.values_of(r))
        return any(f.id == function.id for f in functions)

    def _registrations_naming(self, function: FunctionInfo) -> tuple[RegistrationInfo, ...]:
        names = self._names.spellings(function)
        return tuple(r for name in names for r in self._reader.registrations_naming(name))

    # -- some objects, or any -----------------------------------------------------------------------------------------

    def fills(self, struct: str, field: str, meant: Meant, beside: Iterable[RegistrationInfo]) -> bool:
        """Whether anything is put into a slot of the objects that are meant; ``beside``: the initialisers of these."""
        if any(self._fills(r) for r in beside):
            return True
        return any(held != OPEN and meant.may_be(held) for put in self.assigned(struct, field) for held in put.things)

    def assigned(self, struct: str, field: str) -> Iterator[Put]:
        """All assignments that put functions into a slot."""
        for scope, a in self._written.slot_assignments(struct, field):
            value = self._types.parse(a.value)
            if self._values.named(value, scope, a.line) or self._values.of(value, scope, a.line):
                yield Put(self._closed.filled(a, scope), scope.file_id)

    def files(self, struct: str, field: str) -> Iterator[int]:
        """Files that put functions into a slot: of initialisers, one by one, as they are asked for."""
        by_file: dict[int, list[int]] = {}
        for number in self._slots.rows(struct, field):
            by_file.setdefault(file_of_wide(number), []).append(number)
        for file_id, numbers in by_file.items():
            yield from (
                file_id
                for r in self._reader.registrations(numbers)
                if self._slots.fills(r, struct, field) and self._fills(r)
            )

    def _fills(self, r: RegistrationInfo) -> bool:
        """Whether an initialiser's value is a function."""
        return bool(self._values.constant(r.value, r.file_id) or self._values.values_of(r))

    # -- what names no function ---------------------------------------------------------------------------------------

    def _unplain_registrations(self, struct: str, field: str) -> list[RegistrationInfo]:
        found = self._slots.unplain_candidates(struct, field)
        return [r for r in found if self._slots.fills(r, struct, field)]

    def _assignments_without_name(self, struct: str, field: str) -> list[tuple[Scope, AssignFact]]:
        """The assignments whose value is more than a name that can be nothing but a function."""
        assigning = self._slots.mentioning("a", struct, field)
        return self._written.slot_assignments_of(assigning, struct, field, self._may_be_unnamed)

    def _may_be_unnamed(self, a: AssignFact, scope: Scope) -> bool:
        name = a.value.lstrip("& ")
        if not name.isidentifier():
            return not a.value[:1].isdigit()
        if scope.mentions(name) and scope.holds(name, a.line):
            return True
        macros = self._reader.macros(name)
        return any(m.params is None and m.body.isidentifier() for m in macros) or bool(self._reader.objects(name))
