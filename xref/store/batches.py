# SPDX-License-Identifier: MIT
"""Many rows at once: where thousands of look-ups follow each other, most of the time goes into asking."""

from __future__ import annotations

import re
import sqlite3
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from xref.lex.model import Include
from xref.store.stored import decode_includes

_SHARED = re.compile(r"include/|arch/\w+/include/")
CHUNK = 256
_LENGTHS = (1, 4, 16, 64, CHUNK)
_MARKS = tuple(f"({','.join('?' * length)})" for length in _LENGTHS)
_FEW_FOLDERS = 120
"""Of so many folders it is asked what is in them; then the paths of all files are read."""


def of_each(db: sqlite3.Connection, sql: str, keys: Sequence[object]) -> Iterator[tuple[Any, ...]]:
    """The rows of ``sql``, which ends in ``IN``, for these keys. Lists come in few lengths, so that SQLite has to
    understand few statements.
    """
    for start in range(0, len(keys), CHUNK):
        part = keys[start : start + CHUNK]
        size = bisect_left(_LENGTHS, len(part))
        padding = (part[0],) * (_LENGTHS[size] - len(part))
        yield from db.execute(f"{sql} {_MARKS[size]}", (*part, *padding))


def all_of(db: sqlite3.Connection, column: str, rest: str, values: Sequence[object] = ()) -> frozenset[str]:
    """The names or paths in ``SELECT column rest``: one long row is read in a third of the time of ten thousand short
    ones. No path has a NUL in it.
    """
    joined = db.execute(f"SELECT group_concat({column}, char(0)) {rest}", values).fetchone()[0]
    return frozenset(joined.split("\0")) if joined is not None else frozenset()


class Includes(Mapping[str, tuple[Include, ...]]):
    """Include directives by path; a path is in it when the file is in the index."""

    def __init__(self, db: sqlite3.Connection, instead: Mapping[str, tuple[Include, ...]] | None = None) -> None:
        """``instead`` has what some files include in place of what the index says."""
        self._db = db
        self._instead = instead or {}
        self._known: dict[str, bool] = {}
        self._below: dict[str, frozenset[str]] = {}
        self._paths: frozenset[str] | None = None
        self._last: tuple[str, tuple[Include, ...]] | None = None
        """What was asked last: who asks again mostly does so at once."""

    def __getitem__(self, path: str) -> tuple[Include, ...]:
        if path in self._instead:
            return self._instead[path]
        if self._last is not None and path == self._last[0]:
            return self._last[1]
        row = self._db.execute("SELECT includes FROM files WHERE path = ?", (path,)).fetchone()
        if row is None:
            raise KeyError(path)
        found = decode_includes(row[0])
        self._last = (path, found)
        return found

    def __contains__(self, path: object) -> bool:
        path = str(path)
        if self._paths is not None:
            return path in self._paths
        shared = _SHARED.match(path)
        if shared is not None:
            return path in self._paths_below(shared[0])
        folder = path[: path.rfind("/") + 1]
        if folder.count("/") > 1:
            return path in self._paths_below(folder)
        known = self._known.get(path)
        if known is None:
            found = self._db.execute("SELECT 1 FROM files WHERE path = ?", (path,)).fetchone()
            known = self._known[path] = found is not None
        return known

    def _paths_below(self, folder: str) -> frozenset[str]:
        """All files below a folder: one query instead of one for every include that may lead there."""
        found = self._below.get(folder)
        if found is None:
            if len(self._below) >= _FEW_FOLDERS:
                self._paths = all_of(self._db, "path", "FROM files")
                return self._paths
            limits = (folder, f"{folder}\U0010ffff")
            found = self._below[folder] = all_of(self._db, "path", "FROM files WHERE path >= ? AND path < ?", limits)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(r[0] for r in self._db.execute("SELECT path FROM files"))

    def __len__(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM files").fetchone()[0])
