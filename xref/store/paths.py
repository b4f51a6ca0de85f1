# SPDX-License-Identifier: MIT
"""Typed look-ups of files: the part of :class:`~xref.store.reader.Reader` that knows where they lie, when they are
compiled, and what is part of what.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from xref.lex.model import Include
from xref.store.batches import Includes, all_of, of_each
from xref.store.model import FileInfo
from xref.store.options import OptionReader

_FILE: Final = "SELECT id, path, program, guard FROM files WHERE id"


class PathReader(OptionReader):
    """An open index, asked for its files."""

    def __init__(self, db: sqlite3.Connection) -> None:
        super().__init__(db)
        self.meta: Mapping[str, str] = dict(self._db.execute("SELECT key, value FROM meta"))
        self._files: dict[int, FileInfo] = {}
        self._file_ids: dict[str, int | None] = {}
        self._part_sources: frozenset[str] | None = None

    def file(self, file_id: int) -> FileInfo:
        """One file by its row."""
        known = self._files.get(file_id)
        if known is None:
            row = self._db.execute(f"{_FILE} = ?", (file_id,)).fetchone()
            known = self._files[file_id] = FileInfo(*row)
            self._file_ids[known.path] = file_id
        return known

    def expect_files(self, ids: Iterable[int]) -> None:
        """Reads the rows of these files at once."""
        for row in of_each(self._db, f"{_FILE} IN", [each for each in set(ids) if each not in self._files]):
            self._files[row[0]] = FileInfo(*row)
            self._file_ids[row[1]] = row[0]

    def file_id(self, path: str) -> int | None:
        """The row of a file; None where the index does not have it."""
        if path not in self._file_ids:
            row = self._db.execute("SELECT id FROM files WHERE path = ?", (path,)).fetchone()
            self._file_ids[path] = row[0] if row is not None else None
        return self._file_ids[path]

    def files_ending(self, suffix: str) -> list[FileInfo]:
        """The files whose path is ``suffix`` or ends in ``/suffix``."""
        rows = self._db.execute(
            "SELECT id, path, program, guard FROM files WHERE path LIKE ? ORDER BY path", (f"%{suffix}",)
        )
        return [FileInfo(*r) for r in rows if r[1] == suffix or r[1].endswith(f"/{suffix}")]

    def includes(self, instead: Mapping[str, tuple[Include, ...]] | None = None) -> Includes:
        """The include directives of every file, read when asked for; for some files those that ``instead`` has."""
        return Includes(self._db, instead)

    def links(self) -> dict[str, tuple[str, ...]]:
        """The folders of tests with programs of their own, each with what their Makefiles name of other folders."""
        lines = (line.split("\t") for line in self.meta.get("links", "").splitlines())
        return {folder: tuple(paths) for folder, *paths in lines}

    def include_dirs(self) -> dict[str, tuple[str, ...]]:
        """The ``-I`` paths of each folder that has some."""
        flags = (line.partition("\t") for line in self.meta.get("include_dirs", "").splitlines())
        known: dict[str, tuple[str, ...]] = {}
        found: dict[str, tuple[str, ...]] = {}
        for folder, _, joined in flags:
            paths = known.get(joined)  # those of a driver with hundreds of folders are mostly the same for all of them
            if paths is None:
                paths = known[joined] = tuple(joined.split("\t")) if joined else ()
            found[folder] = paths
        return found

    def parts(self) -> dict[str, tuple[str, ...]]:
        """The files that are parts of others, each with these (see ``IncludeGraph.find_parts``)."""
        rows = self._db.execute("SELECT path, wholes FROM parts")
        return {path: tuple(wholes.split("\t")) for path, wholes in rows}

    def wholes(self, paths: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """What each of these is a part of, as far as it is one. Of the sources that are asked for hardly any is: those
        that are fit into a page or two.
        """
        if self._part_sources is None:
            self._part_sources = all_of(self._db, "path", "FROM parts WHERE NOT path GLOB '*.h'")
        sources = self._part_sources
        some = [path for path in paths if path.endswith(".h") or path in sources]
        rows = of_each(self._db, "SELECT path, wholes FROM parts WHERE path IN", some)
        return {path: tuple(wholes.split("\t")) for path, wholes in rows}

    def resolved(self, paths: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """The files that each of these includes, in order, as far as it includes some."""
        rows = of_each(self._db, "SELECT path, targets FROM resolved WHERE path IN", paths)
        return {path: tuple(targets.split("\t")) for path, targets in rows}

    def guards(self) -> dict[str, str]:
        """The condition of every file, by path."""
        return dict(self._db.execute("SELECT path, guard FROM files"))

    def header_guard(self, path: str) -> str:
        """The condition under which a file is compiled or included; '' for one that the index does not have."""
        file_id = self.file_id(path)
        return self.file(file_id).guard if file_id is not None else ""

    def listings(self) -> list[tuple[str, bytes]]:
        """The headers that hold nothing but invocations, with their text."""
        return self._db.execute("SELECT path, listing FROM files WHERE listing <> x''").fetchall()
