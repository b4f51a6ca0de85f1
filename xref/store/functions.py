# SPDX-License-Identifier: MIT
"""Typed look-ups of functions, and of macros and assembly entries that are called like them: the part of
:class:`~xref.store.reader.Reader` that has what they are called and what happens in them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from xref.facts.model import Body
from xref.store.batches import CHUNK, of_each
from xref.store.memo import MANY, make_room, remember
from xref.store.model import FunctionInfo
from xref.store.numbers import first
from xref.store.paths import PathReader
from xref.store.stored import decode_body

_FUNCTION: Final = (
    "SELECT f.id, f.file_id, f.name, f.line, f.col, f.end_line, f.kind, f.linkage, f.aliases, f.guard, f.signature,"
    " f.trouble, f.made_by FROM functions f"
)

_FUNCTION_AND_BODY: Final = (
    "SELECT f.id, f.body, f.file_id, f.name, f.line, f.col, f.end_line, f.kind, f.linkage, f.aliases, f.guard,"
    " f.signature, f.trouble, f.made_by FROM functions f"
)
_ALIASED: Final = (
    "SELECT a.name, f.id, f.file_id, f.name, f.line, f.col, f.end_line, f.kind, f.linkage, f.aliases, f.guard,"
    " f.signature, f.trouble, f.made_by FROM aliases a CROSS JOIN functions f ON f.id = a.function_id"
)
_FEW: Final = 8_000
"""How many bodies are kept."""


class FunctionReader(PathReader):
    """An open index, asked for functions."""

    def __init__(self, db: sqlite3.Connection) -> None:
        super().__init__(db)
        self._functions: dict[int, FunctionInfo | None] = {}
        self._bodies: dict[int, bytes | Body] = {}
        self._named: dict[str, tuple[FunctionInfo, ...]] = {}
        self._firsts: dict[str, frozenset[int]] = {}
        self._aliases: frozenset[str] | None = None

    def function(self, fid: int) -> FunctionInfo | None:
        """One function by its row."""
        if fid not in self._functions:
            row = self._db.execute(f"{_FUNCTION} WHERE f.id = ?", (fid,)).fetchone()
            make_room(self._functions, MANY)
            self._functions[fid] = FunctionInfo(*row) if row is not None else None
        return self._functions[fid]

    def expect_functions(self, ids: Iterable[int]) -> None:
        """Reads these rows at once, without their bodies."""
        make_room(self._functions, MANY)
        missing = [fid for fid in ids if fid not in self._functions]
        for row in of_each(self._db, f"{_FUNCTION} WHERE f.id IN", missing):
            self._functions[row[0]] = FunctionInfo(*row)

    def body(self, fid: int) -> Body:
        """What happens inside a function."""
        known = self._bodies.get(fid)
        if known is None:
            row = self._db.execute("SELECT body FROM functions WHERE id = ?", (fid,)).fetchone()
            make_room(self._bodies, _FEW)
            known = row[0] if row is not None else Body()
        if isinstance(known, bytes):
            known = decode_body(known)
        self._bodies[fid] = known
        return known

    def expect_bodies(self, ids: Iterable[int]) -> None:
        """Reads at once what happens inside these functions."""
        make_room(self._bodies, _FEW)
        missing = [fid for fid in dict.fromkeys(ids) if fid not in self._bodies]
        for fid, body in of_each(self._db, "SELECT id, body FROM functions WHERE id IN", missing):
            self._bodies[fid] = body

    def functions(self, ids: Sequence[int]) -> Iterator[FunctionInfo]:
        """The functions of these rows, in this order, read many at once and their bodies with them."""
        for start in range(0, len(ids), CHUNK):
            part = ids[start : start + CHUNK]
            make_room(self._functions, MANY)
            make_room(self._bodies, _FEW)
            missing = [fid for fid in part if fid not in self._bodies or fid not in self._functions]
            for fid, body, *row in of_each(self._db, f"{_FUNCTION_AND_BODY} WHERE f.id IN", missing):
                self._functions[fid] = FunctionInfo(fid, *row)
                self._bodies.setdefault(fid, body)
            for fid in part:
                function = self.function(fid)
                if function is not None:
                    yield function

    def functions_named(self, name: str) -> tuple[FunctionInfo, ...]:
        """The functions, macros and assembly entries of that name, then those that have it for an alias."""
        known = self._named.get(name)
        if known is None:
            self._read_names([name])
            known = self._named[name]
        return known

    def functions_named_in(self, name: str, file_id: int) -> list[FunctionInfo]:
        """Those of them that stand in one file: every module has an ``__inittest``."""
        of_file = "= ? AND f.id >= ? AND f.id < ?"
        wanted = (name, first(file_id), first(file_id + 1))
        found = [
            FunctionInfo(*r) for r in self._db.execute(f"{_FUNCTION} WHERE f.name {of_file} ORDER BY f.id", wanted)
        ]
        aliased = self._db.execute(f"{_ALIASED} WHERE f.name <> a.name AND a.name {of_file}", wanted)
        return found + [FunctionInfo(*r) for _, *r in aliased]

    def is_first(self, f: FunctionInfo) -> bool:
        """Whether no other function of that name stands above ``f`` in its file. The index by name tells; to read them
        all takes long where every driver has one (``__exittest``).
        """
        firsts = self._firsts.get(f.name)
        if firsts is None and f.name in self._named:
            above: dict[int, int] = {}
            for other in self._named[f.name]:
                if other.name == f.name:
                    above[other.file_id] = min(other.id, above.get(other.file_id, other.id))
            make_room(self._firsts, MANY)
            firsts = self._firsts[f.name] = frozenset(above.values())
        if firsts is not None:
            return f.id in firsts
        sql = "SELECT 1 FROM functions WHERE name = ? AND id >= ? AND id < ? LIMIT 1"
        return self._db.execute(sql, (f.name, first(f.file_id), f.id)).fetchone() is None

    def _is_alias(self, name: str) -> bool:
        """Whether ``name`` may be one: there are few, and they are read when many names are asked for."""
        if self._aliases is None:
            if len(self._named) < CHUNK:
                return True
            self._aliases = frozenset(r[0] for r in self._db.execute("SELECT name FROM aliases"))
        return name in self._aliases

    def _read_names(self, names: Sequence[str]) -> None:
        make_room(self._named, MANY)
        found: dict[str, list[FunctionInfo]] = {}
        for row in of_each(self._db, f"{_FUNCTION} WHERE f.name IN", names):
            found.setdefault(row[2], []).append(FunctionInfo(*row))
        aliased = [name for name in names if self._is_alias(name)]
        for name, *rest in of_each(self._db, f"{_ALIASED} WHERE f.name <> a.name AND a.name IN", aliased):
            found.setdefault(name, []).append(FunctionInfo(*rest))
        remember(self._named, names, found)
        self.expect_files(f.file_id for rows in found.values() for f in rows)

    def functions_between(self, low: int, high: int) -> list[FunctionInfo]:
        """The functions whose number is in ``[low, high)``."""
        rows = self._db.execute(f"{_FUNCTION} WHERE f.id >= ? AND f.id < ? ORDER BY f.id", (low, high))
        return [FunctionInfo(*r) for r in rows]

    def function_ranges(self, count: int) -> list[tuple[int, int]]:
        """Ranges ``[low, high)`` of ``count`` functions each, which hold all functions."""
        ids = [r[0] for r in self._db.execute("SELECT id FROM functions ORDER BY id")]
        starts = ids[::count]
        return list(zip(starts, [*starts[1:], ids[-1] + 1], strict=True)) if ids else []

    def troubles(self, limit: int) -> list[tuple[str, int]]:
        """The most frequent causes for which functions could not be read whole, and how many functions each spoilt."""
        return self._db.execute(
            "SELECT trouble, count(*) FROM functions WHERE trouble <> '' AND kind <> 'macro'"
            " GROUP BY trouble ORDER BY 2 DESC, 1 LIMIT ?",
            (limit,),
        ).fetchall()
