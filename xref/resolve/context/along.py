# SPDX-License-Identifier: MIT
"""Whether a dispatch is about the object that an earlier one went through.

``sock->ops->sendmsg(sock, msg)`` hands on the object whose pointer it follows. If the function that is called then
calls ``sk->sk_prot->sendmsg``, where ``sk`` is ``sock->sk``, it calls what belongs to the same socket.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from xref.parse import ctree as x
from xref.resolve.language.filled import yielded
from xref.resolve.language.scope import Scope
from xref.resolve.lookup.arguments import arguments
from xref.resolve.lookup.written import Written
from xref.resolve.model import Crossing

_DEPTH: Final = 8


class _Reach(NamedTuple):
    """The parameter that an expression begins with, and the records that it goes through from there by pointers."""

    position: int
    through: tuple[str, ...]


class Along:
    """Follows one object along a way. One instance serves one index."""

    def __init__(self, written: Written) -> None:
        self._written = written
        self._types = written.types

    def holds(self, way: Sequence[Crossing], out: Crossing) -> bool:
        """Whether the receiver of ``out`` belongs to the object that the first dispatch of ``way`` went through: it has
        the pointer itself, or what it has one pointer further does, which is of another type (``sock->sk->sk_prot``,
        not ``sk->parent->sk_prot``). What is called by name in between is handed the same object.
        """
        handed: Mapping[int, tuple[str, ...]] = dict.fromkeys(self._handed(way[0]), ())
        for crossing in way[1:]:
            handed = self._handed_on(crossing, handed)
        if not handed or out.site.receiver is None or out.caller.kind == "macro":
            return False
        scope = self._written.scope(out.caller)
        reach = self._reach(out.site.receiver.base, scope, out.site.call.line)
        if reach is None or reach.position not in handed:
            return False
        through = (*handed[reach.position], *reach.through)
        return len(through) == 1 or (len(through) == 2 and through[0] != through[1])

    def _handed(self, crossing: Crossing) -> Iterator[int]:
        """The arguments of a dispatch that are what its pointer was found in: 0 for ``sock->ops->bind(sock, addr)``."""
        receiver = crossing.site.receiver
        if receiver is None or not receiver.arrow or crossing.caller.kind == "macro":
            return
        scope, line = self._written.scope(crossing.caller), crossing.site.call.line
        pointer = self._seen_through(receiver.base, scope, line)
        if not isinstance(pointer, x.Member):
            return
        holder: x.Expr = pointer
        while isinstance(holder, x.Member) and not holder.arrow:
            holder = holder.base  # sk->__sk_common.skc_prot
        if not isinstance(holder, x.Member):
            return
        wanted = self._seen_through(holder.base, scope, line)
        for position, text in enumerate(arguments(crossing.site.call.arguments)):
            if self._seen_through(self._types.parse(text), scope, line) == wanted:
                yield position

    def _handed_on(self, crossing: Crossing, handed: Mapping[int, tuple[str, ...]]) -> dict[int, tuple[str, ...]]:
        """The same behind a call by name: which of its arguments are, or are found in, what came in ``handed``."""
        if crossing.caller.kind == "macro":
            return {}
        scope, line = self._written.scope(crossing.caller), crossing.site.call.line
        found: dict[int, tuple[str, ...]] = {}
        for position, text in enumerate(arguments(crossing.site.call.arguments)):
            reach = self._reach(self._types.parse(text), scope, line)
            if reach is not None and reach.position in handed:
                found[position] = (*handed[reach.position], *reach.through)
        return found

    def _reach(self, e: x.Expr, scope: Scope, line: int, depth: int = 0) -> _Reach | None:
        """What an expression begins with, where that is a parameter and nothing but members lead from there."""
        e = self._seen_through(e, scope, line)
        if isinstance(e, x.Name):
            found = scope.param(e.name)
            if (
                found is None
                or scope.local(e.name, line) is not None
                or any(a.target == e.name for a in scope.body.assigns)
            ):
                return None
            return _Reach(found[0], ())
        if not isinstance(e, x.Member) or depth > _DEPTH:
            return None
        inner = self._reach(e.base, scope, line, depth + 1)
        if inner is None or not e.arrow:
            return inner
        tag = self._types.record_tag(self._types.type_of(e.base, scope, line), scope.file_id)
        return _Reach(inner.position, (*inner.through, tag)) if tag else None

    def _seen_through(self, e: x.Expr, scope: Scope, line: int) -> x.Expr:
        """The same value as the source first has it: behind casts, ``READ_ONCE`` and locals that get one value."""
        for _ in range(_DEPTH):
            match e:
                case x.Cast(_, operand):
                    e = operand
                case x.Unary("*", x.Cast(_, x.Unary("&", operand))) | x.Unary("*", x.Unary("&", operand)):
                    e = operand
                case x.StmtExpr(_, _, result) if result is not None:
                    e = yielded(e)
                case x.Name(name) if scope.holds(name, line):
                    value = scope.only_value(name, line)
                    if value is None:
                        return e
                    e = self._types.parse(value)
                case x.Call():
                    opened = self._types.expanded(e, scope)
                    if opened is None:
                        return e
                    e = opened
                case _:
                    return e
        return e
