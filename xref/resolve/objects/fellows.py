# SPDX-License-Identifier: MIT
"""What is given to a function that is called only through an object: what the object has beside the function.

``mode = grp->is_visible(kobj, *attr, i)`` of fs/sysfs/group.c, where ``attr`` goes through ``grp->attrs``, gives a
function of ``{ .attrs = fw_attrs, .is_visible = fw_visible }`` the elements of ``fw_attrs`` and no other attribute. It
is the same where a driver sets ``fw_group.attrs`` later.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from xref.facts.model import AssignFact, CallFact
from xref.parse import ctree as x
from xref.resolve.language.scope import Scope
from xref.resolve.lookup.arguments import arguments
from xref.resolve.lookup.registered import registered_alone
from xref.resolve.lookup.slots import members_of_path
from xref.resolve.lookup.written import Written
from xref.resolve.model import MemberType
from xref.resolve.objects.objects import split_place
from xref.store.model import FunctionInfo, RegistrationInfo

_MOST_DISPATCHES: Final = 12
"""What is called in more places is given all sorts of things."""


class Relation(NamedTuple):
    """What is given: what the object has in ``field``, or an ``element`` of that."""

    field: str
    element: bool


class Fellow(NamedTuple):
    """An initialiser, or an assignment in a function, whose value is given, or the elements of whose value are."""

    put: RegistrationInfo | tuple[Scope, AssignFact]
    element: bool


class Fellows:
    """Finds what the parameters of such functions are given. One instance serves one index."""

    def __init__(self, written: Written) -> None:
        self._written = written
        self._reader = written.reader
        self._types = written.types
        self.given = lru_cache(maxsize=20_000)(self._given)
        self._relation = lru_cache(maxsize=5_000)(self._related)

    def _given(self, fid: int, position: int) -> tuple[Fellow, ...]:
        """The initialisers that tell all that a function gets for a parameter; empty where they do not."""
        found: list[Fellow] = []
        for r in registered_alone(self._reader, fid):
            target = self._written.slots.target(r)
            relation = self._relation(target.owner, target.field, position) if target is not None else None
            if target is None or relation is None:
                return ()
            puts: list[RegistrationInfo | tuple[Scope, AssignFact]] = [*self._beside(r, relation.field)]
            puts += self._set_beside(r, target, relation.field)
            if not puts:
                return ()
            found.extend(Fellow(put, relation.element) for put in puts)
        return tuple(found)

    def _beside(self, r: RegistrationInfo, field: str) -> Iterator[RegistrationInfo]:
        """The initialisers of ``field`` in the object that ``r`` fills."""
        around = members_of_path(r.path)[:-1]
        for other in self._reader.registrations_of_object(r.object):
            if other.file_id == r.file_id and other.field == field and not other.function:
                if members_of_path(other.path)[:-1] == around and "[" not in other.path + r.path:
                    yield other

    def _set_beside(self, r: RegistrationInfo, target: MemberType, field: str) -> Iterator[tuple[Scope, AssignFact]]:
        """The assignments to ``field`` of the variable that ``r`` fills."""
        around = members_of_path(r.path)[:-1]
        if "[" in r.path:
            return
        for scope, a in self._written.slot_assignments(target.owner, field):
            root, path = split_place(self._types.parse(a.target))
            if root == x.Name(r.object) and path == (*around, field) and not scope.holds(r.object, a.line):
                if scope.file_id == r.file_id or not self._written.home(r.object, r.file_id):
                    yield scope, a

    def _related(self, struct: str, field: str, position: int) -> Relation | None:
        """What all who call through a slot give for a parameter."""
        dispatches = self._written.dispatches(struct, field)
        found = {self._relation_at(f, call, position) for f, call in dispatches[: _MOST_DISPATCHES + 1]}
        return found.pop() if len(found) == 1 and len(dispatches) <= _MOST_DISPATCHES else None

    def _relation_at(self, caller: FunctionInfo, call: CallFact, position: int) -> Relation | None:
        scope = self._written.scope(caller)
        callee, given = x.accessed(self._types.parse(call.callee)), arguments(call.arguments)
        if not isinstance(callee, x.Member) or not callee.arrow or position >= len(given):
            return None
        e = self._seen_through(self._types.parse(given[position]), scope, call.line)
        element = isinstance(e, x.Index) or (isinstance(e, x.Unary) and e.op == "*")
        if isinstance(e, x.Index):
            e = self._seen_through(e.base, scope, call.line)
        elif isinstance(e, x.Unary):
            e = self._seen_through(e.operand, scope, call.line)
        held = isinstance(e, x.Member) and e.arrow and e.base == callee.base and e.field != callee.field
        return Relation(e.field, element) if isinstance(e, x.Member) and held else None

    def _seen_through(self, e: x.Expr, scope: Scope, line: int) -> x.Expr:
        while isinstance(e, x.Cast):
            e = e.operand
        text = scope.only_value(e.name, line) if isinstance(e, x.Name) else None
        return self._types.parse(text) if text is not None else e
