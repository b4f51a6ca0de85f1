# SPDX-License-Identifier: MIT
"""Macros behind which an initialiser goes on without a comma, because they end in one."""

from __future__ import annotations

from typing import Final

from xref.lex.tokens import is_identifier
from xref.macros.body import body_tokens
from xref.macros.fixpoint import Fixpoint
from xref.macros.view import MacroSource

_OPEN_ENDS: Final = frozenset({",", "="})


class Trailing:
    """Says of names whether what they stand for leaves the list open in which they are; each is worked out once.

    ``SET_RUNTIME_PM_OPS(a, b, c)`` of include/linux/pm.h ends in a comma, so that the next element follows it at once;
    ``PINMUX_BIAS_REG(...)`` of drivers/pinctrl/renesas/sh_pfc.h ends in ``.pins =``, and braces follow.
    """

    def __init__(self, table: MacroSource) -> None:
        self._table = table
        self._open = Fixpoint(self._leaves_open, False)

    def __call__(self, name: str) -> bool:
        """Whether a definition of ``name`` ends so, or in a macro that does."""
        return self._open(name)

    def _leaves_open(self, name: str) -> bool:
        for m in self._table.all(name):
            if m.body[-1:] in _OPEN_ENDS:
                return True
            if m.body[-1:] == ")" or "," in m.body or m.body.isidentifier():
                head = _last_head(body_tokens(m.body))
                if head and head != name and self._open(head):
                    return True
        return False


def _last_head(tokens: tuple[str, ...]) -> str:
    """The name that the last invocation begins with, or the last name; '' where something else stands there."""
    at = len(tokens) - 1
    if at >= 0 and tokens[at] == ")":
        nesting = 0
        while at >= 0:
            nesting += (tokens[at] == ")") - (tokens[at] == "(")
            at -= 1
            if not nesting:
                break
    return tokens[at] if at >= 0 and is_identifier(tokens[at]) else ""
