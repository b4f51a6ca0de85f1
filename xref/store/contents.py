# SPDX-License-Identifier: MIT
"""What the files of an index hold, and which names begin in some way: the part of
:class:`~xref.store.reader.Reader` that editors ask.
"""

from __future__ import annotations

from typing import Final

from xref.store.numbers import first, first_wide
from xref.store.states import StateReader

_NAMED: Final = (
    ("functions", "name"), ("records", "tag"), ("typedefs", "name"), ("objects", "name"), ("macros", "name"),
)  # fmt: skip
"""What has names, and in which column."""
_LAST: Final = "\U0010ffff"


class ContentReader(StateReader):
    """An open index, asked for what stands in a file."""

    def rest(self) -> None:
        """Gives up the lock, so that the index can be brought up to date where it is, until the next question."""
        if self._db.in_transaction:
            self._db.execute("COMMIT")

    def resume(self) -> None:
        """Takes the lock again, and waits for whoever is changing the index; what is remembered may be old then."""
        if not self._db.in_transaction:
            self._db.execute("BEGIN")
            self._db.execute("SELECT 1 FROM meta LIMIT 1").fetchone()

    def objects_in(self, file_id: int) -> list[tuple[str, int, str, str]]:
        """The variables that stand at file scope in a file: name, line, declaration, linkage."""
        limits = (first_wide(file_id), first_wide(file_id + 1))
        sql = "SELECT name, line, decl, linkage FROM objects WHERE rowid >= ? AND rowid < ? AND function = ''"
        return self._db.execute(f"{sql} ORDER BY line", limits).fetchall()

    def records_in(self, file_id: int) -> list[tuple[int, str, str, int]]:
        """The structs and unions that stand in a file: number, tag, kind, line."""
        limits = (first(file_id), first(file_id + 1))
        return self._db.execute(
            "SELECT id, tag, kind, line FROM records WHERE id >= ? AND id < ? ORDER BY line", limits
        ).fetchall()

    def typedefs_in(self, file_id: int) -> list[tuple[str, int, str]]:
        """The typedefs that stand in a file: name, line, declaration."""
        limits = (first_wide(file_id), first_wide(file_id + 1))
        sql = "SELECT name, line, decl FROM typedefs WHERE rowid >= ? AND rowid < ? ORDER BY line"
        return self._db.execute(sql, limits).fetchall()

    def names_beginning(self, prefix: str, limit: int) -> list[str]:
        """Names of functions, types, variables and macros that begin with ``prefix``, in order; so many of each."""
        found: set[str] = set()
        for table, column in _NAMED:
            rows = self._db.execute(
                f"SELECT DISTINCT {column} FROM {table} WHERE {column} >= ? AND {column} < ? ORDER BY {column} LIMIT ?",
                (prefix, prefix + _LAST, limit),
            )
            found.update(name for (name,) in rows)
        return sorted(found)
