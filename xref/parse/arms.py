# SPDX-License-Identifier: MIT
"""Conditional arms that a parser cannot read side by side.

Most ``#if`` arms hold whole statements or declarations: with the directives blanked, all arms can stay and are
parsed in
one go, each fact knowing its condition by its offset. Where arms split a statement, a brace or a parameter list, the
text is parsed once per arm: a *variant* keeps one arm of every such group, chosen so that no two of them contradict
each other, and blanks the rest.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Final

from xref.lex import guard as g
from xref.lex.comments import BLANK
from xref.lex.directives import Arm, ArmGroup, Directives
from xref.lex.guard import Cond

_BRACKET: Final = re.compile(rb"""[(){}\[\]]|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""")
_DEPTH: Final = {b"(": 1, b"[": 1, b"{": 1, b")": -1, b"]": -1, b"}": -1}
MAX_VARIANTS: Final = 4
_MAX_CHOSEN: Final = 24


def _balanced(text: bytes) -> bool:
    depth = 0
    for token in _BRACKET.findall(text):
        step = _DEPTH.get(token)
        if step is not None:
            depth += step
            if depth < 0:
                return False
    return depth == 0


def _splits(code: bytes, group: ArmGroup) -> bool:
    """Whether the arms of ``group`` cannot simply stand one behind the other."""
    texts = [code[a.start : a.end].strip() for a in group.arms if a.cond is not g.NEVER]
    texts = [t for t in texts if t]
    if not texts:
        return False
    if not all(_balanced(t) for t in texts):
        return True
    return any(t[-1:] not in b";{},:" for t in texts[:-1])


def _blank(buffer: bytearray, start: int, end: int) -> None:
    buffer[start:end] = bytes(buffer[start:end]).translate(BLANK)


def blank_dead(code: bytes, directives: Directives) -> bytes:
    """``code`` without the arms that no configuration compiles (``#if 0``, ``#ifdef __ASSEMBLY__``)."""
    dead = [a for group in directives.groups for a in group.arms if a.cond is g.NEVER and a.end > a.start]
    if not dead:
        return code
    buffer = bytearray(code)
    for a in dead:
        _blank(buffer, a.start, a.end)
    return bytes(buffer)


def variants(code: bytes, directives: Directives) -> list[bytes]:
    """The texts to parse, all of the same length: the first is the whole file, the others hold only the surroundings of
    the groups that had to be taken apart.
    """
    splitting = [group for group in directives.groups if _splits(code, group)]
    if not splitting:
        return [code]
    splitting.sort(key=lambda group: group.arms[0].start)
    count = min(MAX_VARIANTS, max(len(group.arms) + (not group.exhaustive) for group in splitting))
    texts = []
    for k in range(count):
        buffer = bytearray(code)
        for start, end in _losers(splitting, k):
            _blank(buffer, start, end)
        text = bytes(buffer)
        texts.append(text if k == 0 else _surroundings(text, splitting))
    return texts


def _losers(groups: list[ArmGroup], k: int) -> list[tuple[int, int]]:
    """The ranges to blank in variant ``k``."""
    chosen: Cond = g.ALWAYS
    picked = 0
    ranges: list[tuple[int, int]] = []
    for group in groups:
        options: list[Arm | None] = [a for a in group.arms if a.cond is not g.NEVER]
        if not group.exhaustive:
            options.append(None)
        turn = k % len(options) if options else 0
        winner: Arm | None = None
        for option in options[turn:] + options[:turn]:
            cond = option.cond if option is not None else g.conj(*(g.neg(a.cond) for a in group.arms))
            if not g.contradicts(chosen, cond):
                winner = option
                if picked < _MAX_CHOSEN:
                    chosen = g.conj(chosen, cond)
                    picked += 1
                break
        ranges.extend((a.start, a.end) for a in group.arms if a is not winner)
    return ranges


_CLOSE: Final = re.compile(rb"^[}\)]", re.MULTILINE)


def _surroundings(text: bytes, groups: list[ArmGroup]) -> bytes:
    """``text`` with all blanked but the top-level items that hold a group: kernel style closes every function, record
    and table with a ``}`` in column 0.
    """
    closes = [m.start() for m in _CLOSE.finditer(text)]
    keep = bytearray(text.translate(BLANK))
    for group in groups:
        start, end = group.arms[0].start, group.arms[-1].end
        i = bisect_left(closes, start)
        begin = text.find(b"\n", closes[i - 1]) if i else 0
        j = bisect_left(closes, end)
        stop = text.find(b"\n", closes[j]) if j < len(closes) else len(text)
        begin, stop = max(begin, 0), stop if stop >= 0 else len(text)
        keep[begin:stop] = text[begin:stop]
    return bytes(keep)
