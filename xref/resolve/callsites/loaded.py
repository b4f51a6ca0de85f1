# SPDX-License-Identifier: MIT
"""Pointers that were loaded from a slot, and slots that the function itself has filled.

``f = ops->open; f(x)`` is a dispatch through ``ops->open``. ``phy->ops = f; phy->ops()`` calls ``f``.
"""

from __future__ import annotations

from typing import NamedTuple

from xref.parse import ctree as x
from xref.parse.ctree import CType, Decl
from xref.parse.derived import is_void_pointer
from xref.resolve.language.filled import yielded
from xref.resolve.language.scope import Scope
from xref.resolve.lookup.changed import Changed
from xref.resolve.lookup.written import Written
from xref.resolve.model import Holding, MemberType, Step
from xref.resolve.valueflow.values import Values

_DEEPEST = 8


class Loaded(NamedTuple):
    """A slot, by the member that names it. ``alone``: the pointer has its value from nowhere else.

    ``called_as``: the pointer's own type where the slot's is ``void *``: ``initfn = match->data`` of
    drivers/of/of_reserved_mem.c; None for slots that are pointers to functions.
    """

    slot: MemberType
    member: x.Member
    alone: bool
    called_as: CType | None


class Loads:
    """Finds what pointers are loaded from. One instance serves one index."""

    def __init__(self, written: Written, changed: Changed) -> None:
        self._written = written
        self._types = written.types
        self._changed = changed

    def of_local(self, name: str, decl: Decl, scope: Scope, line: int) -> Loaded | None:
        """The slot that a local variable is loaded from, ``typeof(f) __f1 = (f)`` of INDIRECT_CALL_1() included; None
        where there is none.
        """
        init = decl.init or (self._types.parse(decl.init_text) if decl.init_text else None)
        assigned = [a for a in scope.body.assigns if a.target == name]
        values = [(init, line)] if init is not None else []
        values += [(self._types.parse(a.value), a.line) for a in assigned]
        for value, at in values:
            found = self._slot(value, scope, at)
            if found is not None:
                one = len({a.value for a in assigned}) + (init is not None) == 1
                alone = one and not self._changed.is_changed(name, scope)
                return Loaded(*found, alone, self._called_as(decl, found[0], scope))
        return None

    def above(self, e: x.Member, scope: Scope, line: int, values: Values, whole: Values) -> tuple[Holding, ...] | None:
        """What a slot holds because the function itself has filled it: ``phy->ops = f; phy->ops()``, as far as it is in
        ``values``. None where it has not, or where that is nothing in the ``whole`` index.
        """
        assigned = [(self._types.parse(a.value), a) for a in self._written.latest.of(e, scope, line)]
        if not assigned or not all(whole.of(value, scope, a.line) for value, a in assigned):
            return None
        found: dict[int, Holding] = {}
        for value, a in assigned:
            step = Step("assignment", scope.file_id, a.line)
            for h in values.of(value, scope, a.line):
                found.setdefault(h.function.id, Holding(h.function, (step, *h.steps), a.guard or h.guard))
        return tuple(found.values())

    def _called_as(self, decl: Decl, slot: MemberType, scope: Scope) -> CType | None:
        t = self._types.plain(slot.ctype, scope.file_id)
        return self._types.plain(decl.ctype, scope.file_id) if t is not None and is_void_pointer(t) else None

    def _slot(self, e: x.Expr | None, scope: Scope, line: int) -> tuple[MemberType, x.Member] | None:
        for _ in range(_DEEPEST):
            match e:
                case x.Cast(_, operand) | x.Unary("*" | "&", operand):
                    e = operand
                case x.Member():
                    found = self._written.member(e, scope, line)
                    return (found, e) if found is not None else None
                case x.Name(name) if scope.holds(name, line):
                    decl = scope.local(name, line)
                    if decl is None or not (decl.init or decl.init_text):
                        return None
                    e = decl.init or self._types.parse(decl.init_text or "")
                case x.Call():
                    e = self._types.expanded(e, scope)
                case x.StmtExpr(_, _, result) if result is not None:
                    e = yielded(e)
                case _:
                    return None
        return None
