# SPDX-License-Identifier: MIT
"""What a function has itself assigned to a member before it loads the member.

``replace_fops(file, new_fops); file->f_op->open(inode, file)`` of drivers/char/misc.c calls what ``new_fops`` has, and
not what any file has. That holds where the load is reached only through the assignment (``until`` of
:class:`~xref.facts.model.AssignFact`), where the pointers on the way are the same, and where the object was not handed
meanwhile to anybody who could have changed it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from xref.facts.model import AssignFact
from xref.parse import ctree as x
from xref.resolve.language.scope import Scope
from xref.resolve.language.types import Types
from xref.resolve.lookup.arguments import arguments
from xref.store.stored import last_member

_DEEPEST: Final = 8
_MOST: Final = 5_000
"""Of so many functions it is remembered which members they assign."""
_WHOLE: Final = re.compile(r"[A-Za-z_]\w*(?!\w|\s*(?:->|\.|\[))")
"""A variable of which no member or element is taken."""


class Latest:
    """Finds such assignments. One instance serves one index."""

    def __init__(self, types: Types) -> None:
        self._types = types
        self._known: dict[int, dict[str, list[AssignFact]]] = {}

    def of(self, e: x.Expr, scope: Scope, line: int) -> tuple[AssignFact, ...]:
        """The assignments of which ``e`` has its value at ``line``: the last one that everybody has made who comes
        here, and what may have been assigned since. None where another function may have had a hand in it.
        """
        if not isinstance(e, x.Member) or scope.extra:
            return ()
        made = self._settled(scope).get(e.field)
        if made is None:
            return ()
        before = [a for a in made if a.line < line <= a.until and not a.guard]
        meant = self._place(e, scope, line) if before else None
        if meant is None:
            return ()
        last = next((a for a in reversed(before) if self._target(a, scope) == meant), None)
        if last is None or self._is_open(meant, last, scope, line):
            return ()
        later = (a for a in scope.body.assigns if a.line > last.line and last_member(a.target) == e.field)
        return (last, *later)

    def _settled(self, scope: Scope) -> dict[str, list[AssignFact]]:
        """The assignments to members of which it is known how long they have been made, by the member."""
        fid = scope.function.id
        found = self._known.get(fid)
        if found is None:
            if len(self._known) > _MOST:
                self._known.clear()
            found = self._known[fid] = {}
            for a in sorted(scope.body.assigns, key=lambda a: a.line) if scope.function.kind != "macro" else ():
                if a.until:
                    found.setdefault(last_member(a.target), []).append(a)
        return found

    def _target(self, a: AssignFact, scope: Scope) -> x.Expr | None:
        return self._place(self._types.parse(a.target), scope, a.line)

    def _place(self, e: x.Expr, scope: Scope, line: int, depth: int = 0) -> x.Expr | None:
        """The same place as the source first has it, behind casts and variables that have one value only; None for one
        that does not begin with a variable of the function.
        """
        if depth > _DEEPEST:
            return None
        match e:
            case x.Cast(_, operand):
                return self._place(operand, scope, line, depth + 1)
            case x.Name(name):
                if scope.local(name, line) is None:
                    return e if scope.param(name) is not None else None
                once = scope.only_value(name, line)
                found = self._place(self._types.parse(once), scope, line, depth + 1) if once is not None else None
                return found if found is not None else e
            case x.Unary("&", operand):
                base = self._place(operand, scope, line, depth + 1)
                return x.Unary("&", base) if base is not None else None
            case x.Member(base, field, arrow):
                held = self._place(base, scope, line, depth + 1)
                if arrow and isinstance(held, x.Unary):
                    held, arrow = held.operand, False
                return x.Member(held, field, arrow) if held is not None else None
            case x.Index(base, x.Num() as index):
                held = self._place(base, scope, line, depth + 1)
                return x.Index(held, index) if held is not None else None
        return None

    def _is_open(self, meant: x.Expr, last: AssignFact, scope: Scope, line: int) -> bool:
        """Whether a pointer on the way to a place may be another since an assignment, or somebody else have had the
        object in between.
        """
        ways = list(_ways(meant))
        names = {e.name for e in ways if isinstance(e, x.Name)}
        fields = {e.field for e in ways if isinstance(e, x.Member)}
        for a in scope.body.assigns:
            if a.line > last.line and (a.target in names or last_member(a.target) in fields):
                return True
        between = (call for call in scope.body.calls if last.line < call.line < line)
        given = ((text, call.line) for call in between for text in arguments(call.arguments))
        return any(self._hands_over(text, at, ways, scope) for text, at in given)

    def _hands_over(self, text: str, line: int, ways: list[x.Expr], scope: Scope) -> bool:
        """Whether an argument is one of these pointers, or leads to what they point to."""
        e = self._place(self._types.parse(text), scope, line)
        if e is not None:
            return (e.operand if isinstance(e, x.Unary) else e) in ways
        return any(x.Name(word) in ways for word in _WHOLE.findall(text))


def _ways(e: x.Expr) -> Iterator[x.Expr]:
    """What one goes through on the way to a place, the place left out."""
    while isinstance(e, x.Member | x.Index):
        e = e.base
        yield e
