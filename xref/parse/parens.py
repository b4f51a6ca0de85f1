# SPDX-License-Identifier: MIT
"""Matching parentheses in text, literals aside."""

from __future__ import annotations

import re
from typing import Final

_PAREN: Final = re.compile(rb"""[()]|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""")


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
