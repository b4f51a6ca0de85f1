# SPDX-License-Identifier: MIT
"""Typed look-ups in an index. Every method is one or two indexed queries; what is asked again and again is
remembered.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from xref.store.database import open_readonly
from xref.store.model import SyscallInfo
from xref.store.registrations import RegistrationReader


class Reader(RegistrationReader):
    """An open index."""

    def __init__(self, path: Path) -> None:
        """Raises :class:`~xref.errors.IndexUnavailable` for what is no whole index of this version."""
        self.path = path
        db = open_readonly(path)
        db.execute("BEGIN")  # one lock for all questions: it is three system calls for each otherwise
        super().__init__(db)

    def close(self) -> None:
        """Closes the file."""
        self._db.close()

    def expect(self, names: Iterable[str], *, objects: bool = False) -> None:
        """Reads what is called ``names`` (functions and macros; objects on request) at once: the look-ups that follow
        find it remembered.
        """
        wanted = dict.fromkeys(names)
        self._read_names([name for name in wanted if name not in self._named])
        self._read_macros([name for name in wanted if name not in self._macros])
        if objects:
            self._read_objects([name for name in wanted if name not in self._objects])

    def similar_names(self, prefix: str, limit: int = 400, *, tags: bool = False) -> list[str]:
        """Names of functions, or tags of records, that begin with ``prefix``, in order."""
        name, table = ("tag", "records") if tags else ("name", "functions")
        rows = self._db.execute(
            f"SELECT DISTINCT {name} FROM {table} WHERE {name} >= ? AND {name} < ? ORDER BY {name} LIMIT ?",
            (prefix, prefix + "\U0010ffff", limit),
        )
        return [r[0] for r in rows]

    def tags_ending(self, suffix: str) -> list[str]:
        """Tags of records that end in ``suffix``, in order."""
        sql = "SELECT DISTINCT tag FROM records WHERE substr(tag, -length(?1)) = ?1 ORDER BY tag"
        return [tag for (tag,) in self._db.execute(sql, (suffix,))] if suffix else []

    def syscalls(self, name: str | None = None) -> list[SyscallInfo]:
        """Lines of the system call tables, of one call or of all."""
        sql = "SELECT arch, abi, number, name, entry, compat, file, line FROM syscalls"
        rows = self._db.execute(f"{sql} WHERE name = ?", (name,)) if name is not None else self._db.execute(sql)
        return sorted(
            (SyscallInfo(a, b, -1 if n is None else n, *rest) for a, b, n, *rest in rows),
            key=lambda s: (s.arch, s.abi, s.number, s.name, s.file, s.line),
        )

    def count(self, table: str) -> int:
        """How many rows a table has."""
        return int(self._db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
