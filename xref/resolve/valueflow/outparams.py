# SPDX-License-Identifier: MIT
"""Functions that are stored where an argument points to.

``smc_clcsock_replace_cb(&clcsk->sk_data_ready, smc_fback_data_ready, &smc->clcsk_data_ready)`` of net/smc/af_smc.c: the
assignment ``*target_cb = new_cb`` inside fills the slot whose address this call hands over, with the function that this
call hands over.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from xref.facts.model import AssignFact, CallFact
from xref.parse import ctree as x
from xref.parse.ctree import Function, Pointer
from xref.resolve.language.scope import Scope
from xref.resolve.lookup.arguments import arguments
from xref.resolve.lookup.written import Written
from xref.resolve.model import MemberType
from xref.store.model import FunctionInfo


class Stored(NamedTuple):
    """A call that has ``slot`` of one of its arguments assigned: the argument that is put there or, where that is None,
    the assignment ``fact`` of the function ``inside``.
    """

    slot: MemberType
    call: CallFact
    argument: int | None
    fact: AssignFact
    inside: FunctionInfo


class OutParameters:
    """Finds such calls. One instance serves one index."""

    def __init__(self, written: Written) -> None:
        self._written = written
        self._types = written.types
        self._stores: dict[int, tuple[tuple[int, int | None, AssignFact], ...]] = {}

    def into(self, struct: str, field: str) -> Iterator[tuple[Scope, Stored]]:
        """The calls that have ``struct.field`` assigned, if that is a pointer to a function."""
        members = self._types.members(struct, field) or ()
        if not any(isinstance(m.ctype, Pointer) and isinstance(m.ctype.to, Function) for m in members):
            return
        for f in self._written.reader.functions(self._written.slots.mentioning("p", struct, field)):
            scope = self._written.scope(f)
            for call in scope.body.calls if f.kind != "macro" else ():
                if field in call.arguments:
                    for stored in self.of(call, scope):
                        if stored.slot.owner == struct and stored.slot.field == field:
                            yield scope, stored

    def of(self, call: CallFact, scope: Scope) -> Iterator[Stored]:
        """What one call has assigned."""
        if "&" not in call.arguments or not call.callee.isidentifier() or scope.mentions(call.callee):
            return
        args = arguments(call.arguments)
        for k, arg in enumerate(args):
            e = self._types.parse(arg) if arg.startswith("&") else None
            if not (isinstance(e, x.Unary) and e.op == "&" and isinstance(e.operand, x.Member)):
                continue
            for g in self._written.names.called(call.callee, scope.file_id):
                stores = [store for store in self._stored(g) if store[0] == k]
                slot = self._written.member(e.operand, scope, call.line) if stores else None
                for _, position, fact in stores:
                    if slot is not None and (position is None or position < len(args)):
                        yield Stored(slot, call, position, fact, g)

    def _stored(self, g: FunctionInfo) -> tuple[tuple[int, int | None, AssignFact], ...]:
        """The assignments of a function to what its parameters point to: which, from which other one, and where."""
        known = self._stores.get(g.id)
        if known is None:
            known = self._stores[g.id] = tuple(self._found(g)) if "**" in g.signature else ()
        return known

    def _found(self, g: FunctionInfo) -> Iterator[tuple[int, int | None, AssignFact]]:
        scope = self._written.scope(g)
        for a in scope.body.assigns:
            target = self._types.parse(a.target) if a.target.startswith("*") else None
            into = self._parameter(target, scope, a.line) if isinstance(target, x.Unary) else None
            if into is not None:
                yield into, self._parameter(self._types.parse(a.value), scope, a.line), a

    @staticmethod
    def _parameter(e: x.Expr | None, scope: Scope, line: int) -> int | None:
        """The parameter that an expression is, or what it points to."""
        while isinstance(e, x.Cast) or (isinstance(e, x.Unary) and e.op == "*"):
            e = e.operand
        if not isinstance(e, x.Name) or not scope.holds(e.name, line) or scope.local(e.name, line) is not None:
            return None
        param = scope.param(e.name)
        return param[0] if param is not None else None
