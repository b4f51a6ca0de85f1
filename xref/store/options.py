# SPDX-License-Identifier: MIT
"""What an index knows of Kconfig's options: the part of :class:`~xref.store.reader.Reader` that says what they need."""

from __future__ import annotations

from xref.store.contents import ContentReader


class OptionReader(ContentReader):
    """An open index, asked what options need."""

    def requires(self, option: str) -> tuple[str, ...]:
        """What holds whenever an option is set: ``CONFIG_X`` that another one is, ``!CONFIG_X`` that it is not."""
        row = self._db.execute("SELECT requires FROM options WHERE name = ?", (option,)).fetchone()
        return tuple(row[0].split(" ")) if row is not None else ()

    def needed(self, option: str) -> tuple[int, int]:
        """How many options need that ``option`` is set, and how many that it is not."""
        spaced = "' ' || requires || ' '"
        on, off = self._db.execute(
            f"SELECT sum(instr({spaced}, ?) > 0), sum(instr({spaced}, ?) > 0) FROM options",
            (f" {option} ", f" !{option} "),
        ).fetchone()
        return on or 0, off or 0
