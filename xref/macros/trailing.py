# SPDX-License-Identifier: MIT
"""Macros behind which an initialiser goes on without a comma, because they end in one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from xref.lex.model import MacroDef
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
        """Whether any definition of ``name`` ends so, or in a macro that does."""
        return self._open(name)

    def among(self, definitions: Iterable[MacroDef]) -> bool:
        """The same of these definitions: ``N(x)`` is a list here, and a case of a switch in net/core/dev.c."""
        return any(self._ends_open(m) for m in definitions)

    def _leaves_open(self, name: str) -> bool:
        return self.among(self._table.all(name))

    def _ends_open(self, m: MacroDef) -> bool:
        if m.body[-1:] in _OPEN_ENDS:
            return True
        if m.body[-1:] == ")" or "," in m.body or m.body.isidentifier():
            head = _last_head(body_tokens(m.body))
            return bool(head) and head != m.name and self._open(head)
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
