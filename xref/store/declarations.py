# SPDX-License-Identifier: MIT
"""Typed look-ups of declarations: the part of :class:`~xref.store.reader.Reader` that has records, typedefs and
variables.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final

from xref.facts.display import ANONYMOUS, display_name
from xref.store.batches import all_of, of_each
from xref.store.functions import FunctionReader
from xref.store.memo import MANY, make_room, remember
from xref.store.model import DeclInfo, RecordInfo
from xref.store.stored import decode_fields

_RECORD: Final = "SELECT id, file_id, tag, kind, line, guard, open, fields FROM records"
_FEW_TYPEDEFS: Final = 600
"""After so many questions the names of all typedefs are read: most names that are asked for are none."""
_MOST_RECORDS: Final = 20_000
"""How many are kept."""


class DeclarationReader(FunctionReader):
    """An open index, asked for what is declared."""

    def __init__(self, db: sqlite3.Connection) -> None:
        super().__init__(db)
        self._typedefs: dict[str, tuple[DeclInfo, ...]] = {}
        self._typedef_names: frozenset[str] | None = None
        self._objects: dict[str, tuple[DeclInfo, ...]] = {}
        self._tags: dict[str, bool] = {}
        self._records: dict[str, tuple[RecordInfo, ...]] = {}
        self._overlaid: dict[str, tuple[RecordInfo, ...]] = {}
        self._member_aliases: frozenset[str] | None = None
        self._spelled: dict[str, tuple[str, ...]] | None = None

    def records(self, tag: str) -> tuple[RecordInfo, ...]:
        """The records of that tag."""
        known = self._records.get(tag)
        if known is None:
            self.expect_records((tag,))
            known = self._records[tag]
        return known

    def expect_records(self, tags: Iterable[str]) -> None:
        """Reads at once the records of many tags."""
        make_room(self._records, _MOST_RECORDS)
        missing = [tag for tag in tags if tag not in self._records]
        found: dict[str, list[RecordInfo]] = {}
        for row in of_each(self._db, f"{_RECORD} WHERE tag IN", missing):
            found.setdefault(row[2], []).append(_record(*row))
        remember(self._records, missing, found)

    def is_tag(self, name: str) -> bool:
        """Whether there is a record of that tag."""
        known = self._tags.get(name)
        if known is None:
            self.expect_tags([name])
            known = self._tags[name]
        return known

    def expect_tags(self, names: Iterable[str]) -> None:
        """Finds out at once which names are tags of records."""
        make_room(self._tags, MANY)
        missing = [name for name in names if name not in self._tags]
        self._tags.update(dict.fromkeys(missing, False))
        for (tag,) in of_each(self._db, "SELECT DISTINCT tag FROM records WHERE tag IN", missing):
            self._tags[tag] = True

    def records_by_row(self, ids: Sequence[int]) -> list[RecordInfo]:
        """The records of these rows."""
        rows = of_each(self._db, f"{_RECORD} WHERE id IN", ids)
        found = {r[0]: _record(*r) for r in rows}
        return [found[record_id] for record_id in ids]

    def unions_called(self, shown: str) -> tuple[RecordInfo, ...]:
        """The unions that are shown by that name (see :func:`~xref.facts.display.display_name`)."""
        known = self._overlaid.get(shown)
        if known is None:
            untagged = f"{shown}{ANONYMOUS}"
            rows = self._db.execute(
                f"{_RECORD} WHERE kind = 'union' AND (tag = ? OR (tag >= ? AND tag < ?)) ORDER BY id",
                (shown, untagged, untagged + "\U0010ffff"),
            )
            make_room(self._overlaid, _MOST_RECORDS)
            known = self._overlaid[shown] = tuple(_record(*r) for r in rows if display_name(r[2]) == shown)
        return known

    def tags_with(self, types: Sequence[str]) -> list[str]:
        """The tags of the records that have a member of one of these types (tags or typedefs) in them, by value."""
        rows = of_each(self._db, "SELECT shape FROM postings WHERE kind = 't' AND name IN", types)
        return sorted({tag for (tag,) in rows})

    def typedefs_of(self, tag: str) -> tuple[str, ...]:
        """The other names of a record: ``config`` of ``typedef struct config_s { ... } config``."""
        rows = self._db.execute("SELECT DISTINCT name FROM typedefs WHERE tag = ? AND tag <> ''", (tag,))
        return tuple(sorted(name for (name,) in rows))

    def typedefs(self, name: str) -> tuple[DeclInfo, ...]:
        """The typedefs of that name."""
        known = self._typedefs.get(name)
        if known is None:
            self.expect_typedefs([name])
            known = self._typedefs[name]
        return known

    def expect_typedefs(self, names: Iterable[str]) -> None:
        """Reads at once the typedefs of many names."""
        make_room(self._typedefs, MANY)
        missing = [name for name in names if name not in self._typedefs]
        if self._typedef_names is None and len(self._typedefs) + len(missing) > _FEW_TYPEDEFS:
            self._typedef_names = all_of(self._db, "name", "FROM typedefs")
        known = self._typedef_names
        wanted = missing if known is None else [name for name in missing if name in known]
        found: dict[str, list[DeclInfo]] = {}
        sql = "SELECT name, file_id, decl, line, guard FROM typedefs WHERE name IN"
        for name, file_id, decl, line, guard in of_each(self._db, sql, wanted):
            found.setdefault(name, []).append(DeclInfo(name, file_id, decl, line, "", guard, ""))
        remember(self._typedefs, missing, found)

    def objects(self, name: str) -> tuple[DeclInfo, ...]:
        """The variables of that name."""
        known = self._objects.get(name)
        if known is None:
            self._read_objects([name])
            known = self._objects[name]
        return known

    def _read_objects(self, names: Sequence[str]) -> None:
        make_room(self._objects, MANY)
        found: dict[str, list[DeclInfo]] = {}
        sql = "SELECT name, file_id, decl, line, linkage, guard, function FROM objects WHERE name IN"
        for row in of_each(self._db, sql, names):
            found.setdefault(row[0], []).append(DeclInfo(*row))
        remember(self._objects, names, found)

    def is_alias(self, name: str) -> bool:
        """Whether a macro without parameters makes another member of ``name``."""
        if self._member_aliases is None:
            self._member_aliases = frozenset(r[0] for r in self._db.execute("SELECT name FROM member_aliases"))
        return name in self._member_aliases

    def spellings(self, field: str) -> tuple[str, ...]:
        """A member's name, and the macros that stand for it: ``skc_prot`` and ``sk_prot``."""
        if self._spelled is None:
            self._spelled = {}
            for name, macro in self._db.execute("SELECT field, name FROM member_aliases ORDER BY field, name"):
                self._spelled[name] = (*self._spelled.get(name, (name,)), macro)
        return self._spelled.get(field, (field,))


def _record(
    number: int, file_id: int, tag: str, kind: str, line: int, guard: str, open_: int, fields: bytes
) -> RecordInfo:
    return RecordInfo(number, file_id, tag, kind, line, guard, bool(open_), decode_fields(fields))
