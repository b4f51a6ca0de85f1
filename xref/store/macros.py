# SPDX-License-Identifier: MIT
"""Typed look-ups of macros: the part of :class:`~xref.store.reader.Reader` that has their definitions."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final

import msgspec

from xref.lex import guard as conditions
from xref.lex.model import Include, MacroDef
from xref.store.batches import of_each
from xref.store.declarations import DeclarationReader
from xref.store.memo import MANY, make_room, remember
from xref.store.numbers import first_wide
from xref.store.stored import decode_includes

_MACRO: Final = (
    "SELECT name, params, variadic, body, guard, file_id, line, end_line, body_line, until FROM macros WHERE name IN"
)
_RENAMING: Final = (
    "SELECT name FROM macros INDEXED BY macros_renaming WHERE params IS NULL AND body GLOB '[A-Za-z_]*'"
    " AND NOT body GLOB '*[^A-Za-z0-9_]*' AND body IN"
)


class MacroReader(DeclarationReader):
    """An open index, asked for macros."""

    def __init__(self, db: sqlite3.Connection) -> None:
        super().__init__(db)
        self._macros: dict[str, tuple[MacroDef, ...]] = {}

    def macros(self, name: str) -> tuple[MacroDef, ...]:
        """Every definition of the macro ``name``."""
        known = self._macros.get(name)
        if known is None:
            self._read_macros([name])
            known = self._macros[name]
        return known

    def expect_macros(self, names: Iterable[str]) -> None:
        """Reads at once the definitions of many macros."""
        self._read_macros([name for name in dict.fromkeys(names) if name not in self._macros])

    def _read_macros(self, names: Sequence[str]) -> None:
        make_room(self._macros, MANY)
        found: dict[str, list[MacroDef]] = {}
        rows = list(of_each(self._db, _MACRO, names))
        self.expect_files(row[5] for row in rows)
        for n, p, v, b, g, file_id, line, end_line, body_line, until in rows:
            file = self.file(file_id)
            guard, path = _both(g, file.guard, file.path), file.path
            found.setdefault(n, []).append(MacroDef(n, _params(p), v, b, guard, path, line, end_line, until, body_line))
        remember(self._macros, names, found)

    def names_for(self, names: Iterable[str]) -> tuple[str, ...]:
        """``names``, and the macros that are nothing but another name of one of these (``page_to_pfn`` of
        ``__page_to_pfn``), then those of such macros.
        """
        found = dict.fromkeys(names)
        last = list(found)
        while last:
            last = sorted({name for (name,) in of_each(self._db, _RENAMING, last)} - found.keys())
            found.update(dict.fromkeys(last))
        return tuple(found)

    def macros_in(self, path: str) -> list[MacroDef]:
        """The definitions that stand in a file."""
        file_id = self.file_id(path)
        if file_id is None:
            return []
        limits = (first_wide(file_id), first_wide(file_id + 1))
        names = self._db.execute("SELECT DISTINCT name FROM macros WHERE rowid >= ? AND rowid < ?", limits)
        found = [m for (name,) in names.fetchall() for m in self.macros(name) if m.file == path]
        return sorted(found, key=lambda m: m.line)

    def all_offers(
        self,
    ) -> Iterator[tuple[str, tuple[MacroDef, ...], tuple[Include, ...], bytes, bytes, bytes]]:
        """Of every file, by number: its path, macros (without the condition of the file), includes, interface, what it
        asks for, and its listing.
        """
        rows = self._db.execute(
            "SELECT rowid, name, params, variadic, body, guard, line, end_line, until, body_line FROM macros"
            " ORDER BY rowid"
        )
        row = next(rows, None)
        files = self._db.execute(
            "SELECT id, path, includes, interface, asks, listing FROM files ORDER BY id"
        ).fetchall()
        for file_id, path, includes, interface, asks, listing in files:
            macros = []
            end = first_wide(file_id + 1)
            while row is not None and row[0] < end:
                _, name, params, variadic, body, guard, line, end_line, until, body_line = row
                given = _params(params)
                macros.append(MacroDef(name, given, variadic, body, guard, path, line, end_line, until, body_line))
                row = next(rows, None)
            yield path, tuple(macros), decode_includes(includes), interface, asks, listing


def _params(stored: str | None) -> tuple[str, ...] | None:
    """A macro's parameters as a definition has them."""
    return None if stored is None else tuple(stored.split(",")) if stored else ()


def with_header(definition: MacroDef, header: str) -> MacroDef:
    """A definition under the condition ``header`` of its file as well."""
    both = _both(definition.guard, header, definition.file)
    return definition if both == definition.guard else msgspec.structs.replace(definition, guard=both)


def _both(guard: str, header: str, path: str) -> str:
    """A definition's own condition, and the one under which its header is included."""
    if not header or not path.endswith(".h"):
        return guard
    return _joined(guard, header) if guard else header


@lru_cache(maxsize=10_000)
def _joined(guard: str, header: str) -> str:
    return conditions.to_text(conditions.conj(conditions.from_text(guard), conditions.from_text(header)))
