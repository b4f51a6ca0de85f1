# SPDX-License-Identifier: MIT
"""What an index knows of Kconfig's options: the part of :class:`~xref.store.reader.Reader` that says what they need."""

from __future__ import annotations

import sqlite3
from typing import Final

from xref.store.contents import ContentReader

_FEW: Final = 500
"""After so many questions all options are read."""


class OptionReader(ContentReader):
    """An open index, asked what options need."""

    def __init__(self, db: sqlite3.Connection) -> None:
        super().__init__(db)
        self._required: dict[str, str] = {}
        self._asked_options = 0

    def requires(self, option: str) -> tuple[str, ...]:
        """What holds whenever an option is set: ``CONFIG_X`` that another one is, ``!CONFIG_X`` that it is not."""
        if option not in self._required and self._asked_options <= _FEW:
            self._asked_options += 1
            where, values = ("", ()) if self._asked_options > _FEW else (" WHERE name = ?", (option,))
            self._required.update(self._db.execute(f"SELECT name, requires FROM options{where}", values))
        found = self._required.get(option)
        return tuple(found.split(" ")) if found is not None else ()

    def needed(self, option: str) -> tuple[int, int]:
        """How many options need that ``option`` is set, and how many that it is not."""
        spaced = "' ' || requires || ' '"
        on, off = self._db.execute(
            f"SELECT sum(instr({spaced}, ?) > 0), sum(instr({spaced}, ?) > 0) FROM options",
            (f" {option} ", f" !{option} "),
        ).fetchone()
        return on or 0, off or 0
