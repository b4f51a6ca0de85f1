# SPDX-License-Identifier: MIT
"""Matching parentheses and braces in text, literals aside."""

from __future__ import annotations

import re
from typing import Final

_PAREN: Final = re.compile(rb"""[()]|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""")
_BRACE: Final = re.compile(rb"""[{}]|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""")


def matching_brace(text: bytes | bytearray, opening: int) -> int:
    """The offset behind the ``}`` that closes the ``{`` at ``opening``; -1 where none does."""
    nesting = 0
    for m in _BRACE.finditer(text, opening):
        nesting += (m[0] == b"{") - (m[0] == b"}")
        if not nesting:
            return m.end()
    return -1


def matching_paren(text: bytes | bytearray, opening: int) -> int:
    """The offset behind the ``)`` that closes the ``(`` at ``opening``; -1 where none does."""
    depth = 0
    for m in _PAREN.finditer(text, opening):
        c = m.group()
        if c == b"(":
            depth += 1
        elif c == b")":
            depth -= 1
            if depth == 0:
                return m.end()
    return -1
