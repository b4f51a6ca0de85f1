# SPDX-License-Identifier: MIT
"""Where the lines of a text begin. The table is made when it is first asked for: the first pass never asks."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from itertools import accumulate


@dataclass(slots=True)
class Lines:
    """The lines of ``text``, or of another one from which some are left out: then ``numbers`` has the number of each
    line, and of what is behind the last.
    """

    text: str
    _table: tuple[int, ...] = field(default=(), compare=False)
    """Where each line ends, behind its line feed. It is made when it is first asked for."""
    numbers: tuple[int, ...] = ()

    def at(self, offset: int) -> int:
        """The 1-based line of an offset."""
        index = bisect_right(self._table or self.table(), offset)
        return self.numbers[index] if self.numbers else index + 1

    def start(self, line: int) -> int:
        """The offset at which a 1-based line begins, or what follows it where the text does not have it."""
        ends = self._table or self.table()
        if self.numbers:
            line = bisect_left(self.numbers, line, 0, len(ends)) + 1
        return ends[line - 2] if 1 < line <= len(ends) + 1 else 0

    def position(self, offset: int) -> tuple[int, int]:
        """The 1-based line and the 0-based column of an offset."""
        ends = self._table or self.table()
        index = bisect_right(ends, offset)
        line = self.numbers[index] if self.numbers else index + 1
        return line, offset - ends[index - 1] if index else offset

    def table(self) -> tuple[int, ...]:
        """Where each line ends."""
        if not self._table:
            self._table = tuple(accumulate([len(line) + 1 for line in self.text.split("\n")]))
        return self._table
