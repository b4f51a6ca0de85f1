# SPDX-License-Identifier: MIT
"""Blanks comments, keeping every byte where it is.

Offsets and lines stay true through the whole pipeline because nothing is ever removed, only overwritten with blanks
(C11 5.1.1.2, phase 3 replaces a comment by one space; we replace it by as many as it had).
"""

from __future__ import annotations

import re
from typing import Final

_COMMENT_OR_LITERAL: Final = re.compile(
    rb"""/\*.*?\*/|//(?:[^\\\n]|\\\r?\n|\\.)*|"(?:[^"\\\n]|\\\r?\n|\\.)*"|'(?:[^'\\\n]|\\.)*'""", re.DOTALL
)
_CONTINUED: Final = re.compile(rb"\\\r?\n")
BLANK: Final = bytes(c if c in b"\n" else 0x20 for c in range(256))
"""Translation table: every byte but the line feed becomes a blank."""


def blank_comments(source: bytes) -> bytes:
    """``source`` with comments blanked, of the same length; literals are left alone."""
    if b"/*" not in source and b"//" not in source:
        return source

    def replace(m: re.Match[bytes]) -> bytes:
        text = m.group()
        if text[0] != 0x2F:
            return text
        blank = text.translate(BLANK)
        if text[1] == 0x2A and b"\\" in text:
            # Lines are joined before comments go (phase 2): a macro goes on behind a comment of several lines.
            for end in _CONTINUED.finditer(text):
                blank = blank[: end.end() - 2] + b"\\" + blank[end.end() - 1 :]
        return blank

    return _COMMENT_OR_LITERAL.sub(replace, source)
