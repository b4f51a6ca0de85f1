# SPDX-License-Identifier: MIT
"""Where the lines of a text begin. The table is made when it is first asked for: the first pass never asks."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate


@dataclass(slots=True)
class Lines:
    """The lines of ``text``."""

    text: str
    _table: tuple[int, ...] = field(default=(), compare=False)
    """Where each line ends, behind its line feed."""

    def at(self, offset: int) -> int:
        """The 1-based line of an offset."""
        return bisect_right(self._table or self._ends(), offset) + 1

    def start(self, line: int) -> int:
        """The offset at which a 1-based line begins."""
        ends = self._table or self._ends()
        return ends[line - 2] if 1 < line <= len(ends) + 1 else 0

    def column(self, offset: int) -> int:
        """The 0-based column of an offset."""
        ends = self._table or self._ends()
        line = bisect_right(ends, offset)
        return offset - ends[line - 1] if line else offset

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset."""
        ends = self._table or self._ends()
        line = bisect_right(ends, offset)
        return line + 1, offset - ends[line - 1] if line else offset

    def _ends(self) -> tuple[int, ...]:
        self._table = tuple(accumulate([len(line) + 1 for line in self.text.split("\n")]))
        return self._table
