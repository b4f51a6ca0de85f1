# SPDX-License-Identifier: MIT
"""What a compiler decides from types: which arm of ``if (sizeof(n) <= 4)`` or of ``if
(__builtin_types_compatible_p(typeof(*x), struct static_key_true))`` is taken.

An arm that cannot be taken has no calls. What is not certain stays open: a type that depends on the configuration, a
member that two arms of an ``#if`` declare, the size of a ``long`` where ``CONFIG_64BIT`` may be set or not.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

from xref.parse import ctree as x
from xref.parse.cexpr import parse_args
from xref.resolve.language.certain import CertainTypes, number
from xref.resolve.language.scope import Scope

_MAX_DEPTH: Final = 30
_BUILTINS: Final = ("__builtin_types_compatible_p", "__builtin_constant_p")
_COMPUTED: Final[dict[str, Callable[[int, int], int]]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "&": operator.and_, "|": operator.or_,
    "^": operator.xor, "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


class Choices:
    """Judges the conditions of calls. One instance serves one index."""

    def __init__(self, types: CertainTypes) -> None:
        self._types = types
        self.open = lru_cache(maxsize=10_000)(self._is_open)

    def possible(self, choice: str, scope: Scope, line: int) -> bool:
        """Whether a call can be made that hangs on ``choice``, at a line of a function."""
        return self._value(self._types.parse(choice), scope, line, 0) != 0

    def _is_open(self, choice: str) -> bool:
        """Whether ``choice`` asks for nothing but whether a compiler knows values, so that no arguments rule it out."""
        todo = [self._types.parse(choice)]
        while todo:
            match todo.pop():
                case x.Binary("&&" | "||", left, right):
                    todo += (left, right)
                case x.Call(x.Name("__builtin_constant_p"), _):
                    pass
                case _:
                    return False
        return True

    def _value(self, e: x.Expr, scope: Scope, line: int, depth: int) -> int | None:
        """The value of a constant expression; None where that is not known."""
        if depth > _MAX_DEPTH:
            return None
        match e:
            case x.Num(text):
                known = number(text)
                return known[0] if known is not None else None
            case x.Unary("!", operand):
                value = self._value(operand, scope, line, depth + 1)
                return None if value is None else int(not value)
            case x.Unary("-", operand):
                value = self._value(operand, scope, line, depth + 1)
                return None if value is None else -value
            case x.Binary("&&" | "||" as op, left, right):
                settling = int(op == "||")
                values = [self._value(side, scope, line, depth + 1) for side in (left, right)]
                if any(value is not None and bool(value) == bool(settling) for value in values):
                    return settling
                return None if None in values else 1 - settling
            case x.Binary(op, left, right) if op in _COMPUTED:
                a = self._value(left, scope, line, depth + 1)
                b = self._value(right, scope, line, depth + 1)
                return None if a is None or b is None else int(_COMPUTED[op](a, b))
            case x.Cond(test, then, other):
                value = self._value(test, scope, line, depth + 1)
                if value is not None and then is not None:
                    return self._value(then if value else other, scope, line, depth + 1)
            case x.SizeofLike("sizeof", text):
                return self._types.size(self._types.of_text(text, scope, line))
            case x.SizeofLike("__builtin_types_compatible_p", text):
                return self._compatible(parse_args(text.strip()[1:-1]), scope, line)
            case x.Call(x.Name("__builtin_constant_p"), (operand,)):
                return self._constant(operand, depth + 1)
            case x.Call(x.Name(name)) if name not in _BUILTINS:
                found = {self._value(opened, scope, line, depth + 1) for opened in self._types.expansions(e, scope)}
                return found.pop() if len(found) == 1 else None
        return None

    def _compatible(self, given: Sequence[str], scope: Scope, line: int) -> int | None:
        """GCC, "Other Built-in Functions": qualifiers at the top do not count, and enumerations are what each is."""
        if len(given) != 2:
            return None
        one, other = (self._types.of_text(text, scope, line) for text in given)
        return self._types.agree(one, other)

    def _constant(self, e: x.Expr, depth: int) -> int | None:
        """Whether a compiler knows the value: it does of numbers; of anything else it may."""
        if depth > _MAX_DEPTH:
            return None
        match e:
            case x.Num() | x.SizeofLike() | x.Str():
                return 1
            case x.Cast(_, operand) | x.Unary("-" | "~" | "!" | "+", operand):
                return self._constant(operand, depth + 1)
            case x.Binary(op, left, right) if op in _COMPUTED or op in ("/", "%", "<<", ">>"):
                known = [self._constant(side, depth + 1) for side in (left, right)]
                return None if None in known else 1
        return None
