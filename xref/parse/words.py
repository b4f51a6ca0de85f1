# SPDX-License-Identifier: MIT
"""Words in text, and what stands beside them; steps of a few bytes, where a pattern would have to search backwards."""

from __future__ import annotations

import re
from typing import Final

WORD_BYTES: Final = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$")
DIGITS: Final = frozenset(b"0123456789")
_LONGEST: Final = 60
_QUOTED: Final = re.compile(r"""'(?:[^'\\\n]|\\[^\n])*+'|"(?:[^"\\]++|\\.)*+\"""", re.S)


def find_word(buffer: bytes | bytearray, word: bytes, start: int) -> int:
    """The next place at which ``word`` stands as a whole word, not as a member; -1 for none."""
    n = len(word)
    at = buffer.find(word, start)
    while at >= 0:
        before = buffer[at - 1] if at else 0x20
        after = buffer[at + n] if at + n < len(buffer) else 0x20
        if (
            before not in WORD_BYTES
            and after not in WORD_BYTES
            and before != 0x2E
            and not (before == 0x3E and at >= 2 and buffer[at - 2] == 0x2D)
        ):
            return at
        at = buffer.find(word, at + n)
    return -1


def word_before(text: bytes | bytearray, at: int) -> tuple[int, bytes]:
    """The identifier that ends before ``at``, blanks aside, and where it begins; empty for none, or a longer one."""
    end = at
    while end and text[end - 1] in b" \t":
        end -= 1
    start = end
    while start and text[start - 1] in WORD_BYTES:
        start -= 1
    if start == end or at - start > _LONGEST or text[start] in DIGITS:
        return at, b""
    return start, bytes(text[start:end])


def next_code(buffer: bytearray, at: int) -> int:
    """The next byte from ``at`` on that is no white space, or the end."""
    while at < len(buffer) and buffer[at] in b" \t\r\n":
        at += 1
    return at


def starts_statement(buffer: bytearray, at: int) -> bool:
    """Whether a statement may begin at ``at``: behind ``;``, a brace, a label, ``)`` or ``else``."""
    i = at - 1
    while i >= 0 and buffer[i] in b" \t\r\n":
        i -= 1
    return (
        i < 0
        or buffer[i] in b";{}):"
        or bytes(buffer[max(0, i - 3) : i + 1]) in (b"else",)
        or bytes(buffer[max(0, i - 1) : i + 1]) == b"do"
    )


def unquoted(text: str) -> str:
    """An expression without what its strings say, whose words are no names: ``dev_dbg(dev, "scsi_runtime_suspend")``
    of drivers/scsi/scsi_pm.c mentions no function.
    """
    return _QUOTED.sub('""', text) if '"' in text else text
