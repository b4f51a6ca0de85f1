# SPDX-License-Identifier: MIT
"""Inline assembly as something that tree-sitter can read: its operands as arguments of a call.

``asm volatile(LOCK_PREFIX "xorb %2,%1" CC_SET(s) : CC_OUT(s) (negative) : "iq" (f(mask)) : "memory")`` mixes literals
with macros that make literals in ways that only a preprocessor sorts out. All that matters here are the operand
expressions: what stands in parentheses behind a constraint. An operand that the assembly calls becomes a call of it.
"""

from __future__ import annotations

import re
from typing import Final

from xref.lex.comments import BLANK
from xref.macros.nature import CALLED_OPERANDS, CALLING

ASM_WORD: Final = rb"asm(?:(?<![\w.>]asm)|(?<=__asm)(?<![\w.>]__asm)(?:__)?)"
"""``asm``, ``__asm`` or ``__asm__``, of which the match begins at the a (see :func:`asm_start`): a search for letters
is several times as fast as one for what is no part of another word.
"""
_ASM: Final = re.compile(ASM_WORD + rb"\s*(?:(?:volatile|__volatile__|__volatile|goto|inline|__inline)\s*)*\(")
_TOKEN: Final = re.compile(rb"""[():]|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""")
_OPERAND: Final = re.compile(rb"\[\s*(\w+)\s*\]\s*(?:\"[^\"\n]*\"\s*)+$")
_CALLING: Final = re.compile(CALLING.encode())
_ALWAYS_CALLED: Final = frozenset(name.encode() for name in CALLED_OPERANDS)
_LONGEST: Final = 20_000
_MOST_BROKEN: Final = 20
"""So many unclosed ones in a file, and it is no C."""


def mask_asm(text: bytes) -> bytes:
    """``text`` of the same length with its inline assembly rewritten."""
    if b"asm" not in text:
        return text
    buffer = bytearray(text)
    broken = 0
    for m in _ASM.finditer(text):
        start = asm_start(m)
        if text.count(b'"', text.rfind(b"\n", 0, start) + 1, start) % 2:
            continue  # inside a literal
        groups, end = _operands(text, m.end())
        if end < 0:
            broken += 1
            if broken > _MOST_BROKEN:
                break
            continue
        filler = bytearray(text[start:end].translate(BLANK))
        if groups:
            called = _ALWAYS_CALLED.union(_CALLING.findall(text, start, groups[0][0]))
            filler[0:1] = b"A"
            filler[m.end() - 1 - start] = 0x28
            filler[end - 1 - start] = 0x29
            for k, (opened, stop) in enumerate(groups):
                filler[opened - start : stop - start] = text[opened:stop]
                behind = groups[k - 1][1] if k else m.end()
                free = [i for i in range(behind, opened) if text[i] != 0x0A]
                if k:
                    filler[free[-1] - start] = 0x2C
                operand = _OPERAND.search(text, behind, opened)
                if operand is not None and operand[1] in called:
                    following = groups[k + 1][0] if k + 1 < len(groups) else end - 1
                    room = [i for i in range(stop, following) if text[i] != 0x0A]
                    if len(room) > 2:
                        filler[room[0] - start], filler[room[1] - start] = 0x28, 0x29
        buffer[start:end] = filler
    return bytes(buffer)


def asm_start(m: re.Match[bytes]) -> int:
    """Where the word begins in a match that begins with ``ASM_WORD``."""
    return m.start() - 2 if m.string[max(0, m.start() - 2) : m.start()] == b"__" else m.start()


def _operands(text: bytes, start: int) -> tuple[list[tuple[int, int]], int]:
    """The spans of the operands' parentheses behind the first colon, and the offset behind the closing one; -1 where
    there is none.
    """
    groups: list[tuple[int, int]] = []
    depth, opened, colons = 1, 0, 0
    for m in _TOKEN.finditer(text, start, start + _LONGEST):
        token = m.group()
        if token == b"(":
            depth += 1
            if depth == 2:
                opened = m.start()
        elif token == b")":
            depth -= 1
            if depth == 0:
                return groups, m.end()
            if depth == 1 and colons:
                if groups and not text[groups[-1][1] : opened].strip(b"\n"):
                    groups.pop()  # CC_OUT(s)(a): the arguments of a macro that makes the constraint
                groups.append((opened, m.end()))
        elif token == b":" and depth == 1:
            colons += 1
    return [], -1


def is_asm(masked: bytes, source: bytes, start: int, end: int) -> bool:
    """Whether what looks like the callee of a call is what :func:`mask_asm` put there."""
    return end - start == 1 and masked[start:end] == b"A" != source[start:end]
