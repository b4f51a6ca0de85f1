# SPDX-License-Identifier: MIT
"""A text without what was blanked in it.

Of a kernel source three bytes in ten are comments and directives. All that reads the text afterwards, the parser first
of all, would step over their blanks one by one. Only blank lines are left out, and what is blank at the end of others:
every byte that stays keeps its column, and its line is looked up.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate

from xref.lex.directives import Directives
from xref.lex.lines import Lines


def packed(code: bytes, directives: Directives) -> tuple[bytes, Directives]:
    """``code`` (comments and directives blanked) without blank lines, and its directives, which are asked about offsets
    in that.
    """
    lines = [line.rstrip() for line in code.split(b"\n")]
    # many a pattern begins with a line feed: the first line stays
    numbers = [n for n, line in enumerate(lines, 1) if line or n == 1]
    kept = [lines[n - 1] for n in numbers]
    ends = tuple(accumulate([len(line) + 1 for line in kept]))

    def moved(offset: int) -> int:
        """Where what is at ``offset`` of ``code`` has come to, or else what stands behind it."""
        before = directives.lines.table()
        line = bisect_right(before, offset)
        k = bisect_left(numbers, line + 1)
        start = ends[k - 1] if k else 0
        if k < len(kept) and numbers[k] == line + 1:
            return start + min(offset - (before[line - 1] if line else 0), len(kept[k]))
        return start

    moving = directives.moved(moved, Lines("", ends, (*numbers, len(lines))))
    kept.append(b"")
    return b"\n".join(kept), moving
