# SPDX-License-Identifier: MIT
"""Blanks comments, keeping every byte where it is.

Offsets and lines stay true through the whole pipeline because nothing is ever removed, only overwritten with blanks
(C11 5.1.1.2, phase 3 replaces a comment by one space; we replace it by as many as it had).

Slashes are looked for with ``bytes.find`` of one byte, which costs half of a pattern that stops at every quote as well;
literals are read only where a quote stands between two comments.
"""

from __future__ import annotations

import re
from typing import Final

_QUOTED: Final = rb""""[^"\\\n]*+(?:\\(?:\r?\n|.)[^"\\\n]*+)*"|'[^'\\\n]*+(?:\\.[^'\\\n]*+)*'"""
_LITERAL: Final = re.compile(_QUOTED, re.DOTALL)
_LITERALS: Final = re.compile(rb"""[^"']*+(?:(?:%s)[^"']*+)*""" % _QUOTED, re.DOTALL)
_LINE_COMMENT: Final = re.compile(rb"//[^\\\n]*+(?:\\(?:\r?\n|.)[^\\\n]*+)*", re.DOTALL)
_CONTINUED: Final = re.compile(rb"\\\r?\n")
_CONTINUED_OR_LITERAL: Final = re.compile(rb"\\\r?\n|" + _QUOTED, re.DOTALL)
_STAR: Final = 0x2A
_BACKSLASH: Final = 0x5C
BLANK: Final = bytes(c if c in b"\n" else 0x20 for c in range(256))
"""Translation table: every byte but the line feed becomes a blank."""


def blank_comments(source: bytes) -> bytes:
    """``source`` with comments blanked, of the same length; literals are left alone."""
    find = source.find
    parts: list[bytes] = []
    done = look = 0
    closed = True
    while (start := find(b"/", look)) >= 0:
        look = start + 1
        kind = source[look : look + 1]
        if kind != b"/" and (kind != b"*" or not closed):
            continue
        code = source[done:start]
        if (b'"' in code or b"'" in code) and (quote := _open_quote(code)) >= 0:
            look = _literal_end(source, done + quote)
            parts.append(source[done:look])
        elif kind == b"/":
            comment = _LINE_COMMENT.match(source, start)
            look = comment.end() if comment is not None else len(source)
            parts += code, source[start:look].translate(BLANK)
        else:
            end = find(b"/", start + 3)
            while end >= 0 and source[end - 1] != _STAR:
                end = find(b"/", end + 1)
            if end < 0:
                closed = False  # nor is any further one
                continue
            look = end + 1
            parts += code, _blank_block(source[start:look])
        done = look
    return b"".join((*parts, source[done:])) if parts else source


def blank_continuations(code: bytes) -> bytes:
    """``code`` (comments and directives blanked) without the backslashes that end lines, of the same length: C11
    5.1.1.2 has lines joined (phase 2) before macros are invoked, and outside directives only a literal can tell
    joined lines from ones that stand below one another.
    """
    if b"\\\n" not in code and b"\\\r\n" not in code:
        return code
    return _CONTINUED_OR_LITERAL.sub(lambda m: m[0].translate(BLANK) if m[0][0] == _BACKSLASH else m[0], code)


def _open_quote(code: bytes) -> int:
    """The offset of the first quote in ``code`` whose literal does not end in it; -1 for none."""
    literals = _LITERALS.match(code)
    end = literals.end() if literals is not None else 0
    return end if end < len(code) else -1


def _literal_end(source: bytes, quote: int) -> int:
    """Where the literal ends that begins at ``quote``; a quote that nothing closes stands for itself."""
    literal = _LITERAL.match(source, quote)
    return literal.end() if literal is not None else quote + 1


def _blank_block(comment: bytes) -> bytes:
    blank = comment.translate(BLANK)
    if b"\\" in comment:
        # Lines are joined before comments go (phase 2): a macro goes on behind a comment of several lines.
        for end in _CONTINUED.finditer(comment):
            blank = blank[: end.start()] + end.group() + blank[end.end() :]
    return blank
