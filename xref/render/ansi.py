# SPDX-License-Identifier: MIT
"""Colour for terminals, and lines that are wrapped before they are coloured."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

Span = tuple[str, str]
"""A piece of text and its style, '' for plain."""

_CODES: Final = {
    "root": "1;33",
    "spine": "1",
    "goal": "1;32",
    "macro": "35",
    "place": "2",
    "slot": "36",
    "guard": "33",
    "layer": "1;34",
    "soft": "2",
    "warn": "31",
}


def painted(text: str, style: str, color: bool) -> str:
    """``text`` in a style, or as it is."""
    code = _CODES.get(style)
    return f"\x1b[{code}m{text}\x1b[0m" if color and code and text else text


def wrapped(spans: Iterable[Span], first: str, rest: str, width: int, *, color: bool, gap: str = "  ") -> list[str]:
    """The spans with ``gap`` between them, in lines of at most ``width`` columns.

    ``first`` stands before the first line, ``rest`` before the others. A span that is too long is broken at a blank
    where it has one.
    """
    lines: list[str] = []
    line, used = painted(first, "soft", color), len(first)
    empty = True
    for text, style in spans:
        while text:
            space = width - used - (0 if empty else len(gap))
            if len(text) <= space:
                line += ("" if empty else gap) + painted(text, style, color)
                used += len(text) + (0 if empty else len(gap))
                empty = False
                break
            if empty:
                room = max(1, space)
                at = text.rfind(" ", 1, room + 1)
                head, text = (text[:at], text[at + 1 :]) if at > 0 else (text[:room], text[room:])
                line += painted(head, style, color)
            lines.append(line.rstrip())
            line, used, empty = painted(rest, "soft", color), len(rest), True
    if not empty:
        lines.append(line.rstrip())
    return lines
