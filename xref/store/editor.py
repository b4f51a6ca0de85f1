# SPDX-License-Identifier: MIT
"""Replaces files in an index: what comes out is what a fresh index would hold."""

from __future__ import annotations

import sqlite3
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from xref.facts.model import FunctionFact, RecordFact
from xref.store.database import open_readonly
from xref.store.model import FileRow, FunctionRow, Offer, RecordRow
from xref.store.numbers import first, first_wide
from xref.store.rows import LEFT_OUT, function_row, member_alias, record_row
from xref.store.stored import WIDE_KINDS, decode_body, decode_fields, decode_ids, encode_ids, ids_of
from xref.store.writer import (
    NOTHING,
    Counts,
    insert_file,
    insert_options,
    insert_rows,
    insert_syscalls,
    mentions,
    name_and_shape,
    replace_guards,
    replace_parts,
    replace_resolved,
)

_NUMBERED = ("functions", "records")
_OTHERS = ("aliases", "typedefs", "objects", "registrations", "macros", "exports")


class Editor:
    """Edits an index: a copy, which is worth nothing before :meth:`finish` has returned, or the index itself, which
    until then is what it was.
    """

    def __init__(self, path: Path, *, in_place: bool = False) -> None:
        """``in_place`` journals what it does, so that whoever is killed leaves the index as it was. What raises
        ``sqlite3.OperationalError`` then has changed nothing; it does so at once where somebody reads the index.
        """
        self._db = sqlite3.connect(path, isolation_level=None, timeout=0)
        journal, safety = ("DELETE", "FULL") if in_place else ("OFF", "OFF")
        try:
            for pragma in (f"journal_mode = {journal}", f"synchronous = {safety}", "cache_size = -65536"):
                self._db.execute(f"PRAGMA {pragma}")
            self._db.execute("BEGIN EXCLUSIVE" if in_place else "BEGIN")
        except sqlite3.OperationalError:
            self._db.close()
            raise
        self._aliased = False
        self.difference = Counts()
        """What has been added to the counts of the summary."""

    def touch(self, file_id: int, size: int, mtime_ns: int) -> None:
        """Notes the size and the time of a file."""
        self._db.execute("UPDATE files SET size = ?, mtime_ns = ? WHERE id = ?", (size, mtime_ns, file_id))

    def add(self, file_id: int, path: str, program: str) -> None:
        """Notes a file that the index does not have yet; what is in it follows with :meth:`replace`."""
        insert_file(self._db, file_id, FileRow(path, 0, 0, b"", 0, b"", ""), program, "", NOTHING)

    def leave(self, old: Path, numbers: Sequence[int]) -> None:
        """Counts the rows of files no longer that were in the index ``old``, from which this was made without them."""
        if not numbers:
            return
        source = open_readonly(old)
        for file_id in numbers:
            self.difference.add(_stored(source, file_id), -1)
            self._aliased = True
        source.close()

    def syscalls(self, entries: Iterable[tuple[str, str, int | None, str, str, str, str, int]]) -> None:
        """Replaces the lines of system call tables."""
        self._db.execute("DELETE FROM syscalls")
        insert_syscalls(self._db, entries)

    def parts(self, parts: Mapping[str, Sequence[str]]) -> None:
        """Replaces what is a part of what."""
        replace_parts(self._db, parts)

    def resolved(self, resolved: Mapping[str, Sequence[str]]) -> None:
        """Replaces what each file includes."""
        replace_resolved(self._db, resolved)

    def options(self, requires: Mapping[str, Sequence[str]]) -> None:
        """Replaces what options need."""
        self._db.execute("DELETE FROM options")
        insert_options(self._db, requires)

    def left_out(self) -> list[tuple[str, int]]:
        """Why files are in the index by name only, and how many for each reason."""
        notes = self._db.execute("SELECT notes FROM files WHERE notes LIKE ?", (f"{LEFT_OUT}%",))
        return list(Counter(note.removeprefix(LEFT_OUT) for (note,) in notes).items())

    def offer(self, file_id: int, offer: Offer) -> None:
        """Notes what a file offers to others."""
        self._db.execute(
            "UPDATE files SET interface = ?, asks = ?, listing = ? WHERE id = ?",
            (offer.interface, offer.asks, offer.listing, file_id),
        )
        self._aliased = True

    def guard(self, guards: Mapping[str, str]) -> None:
        """Notes under which conditions files are compiled, by path."""
        replace_guards(self._db, guards)

    def replace(self, file_id: int, row: FileRow) -> None:
        """Takes all rows of a file out and those of ``row`` in."""
        db = self._db
        old = _stored(db, file_id)
        self.difference.add(old, -1)
        self.difference.add(row)
        for table in _NUMBERED:
            db.execute(f"DELETE FROM {table} WHERE id >= ? AND id < ?", (first(file_id), first(file_id + 1)))
        for table in _OTHERS:
            limits = (first_wide(file_id), first_wide(file_id + 1))
            db.execute(f"DELETE FROM {table} WHERE rowid >= ? AND rowid < ?", limits)
        insert_rows(db, file_id, row)
        db.execute(
            "UPDATE files SET size = ?, mtime_ns = ?, hash = ?, error_bytes = ?, includes = ?, notes = ? WHERE id = ?",
            (row.size, row.mtime_ns, row.hash, row.error_bytes, row.includes, row.notes, file_id),
        )
        before, after = _posted(file_id, old), _posted(file_id, row)
        for key in before.keys() | after.keys():
            if before.get(key) != after.get(key):
                self._post(file_id, key, after.get(key) or ids_of(key[0]))

    def _post(self, file_id: int, key: tuple[str, str], numbers: array[int]) -> None:
        kind, name = key[0], name_and_shape(key[1])
        where = "WHERE kind = ? AND name = ? AND shape = ?"
        row = self._db.execute(f"SELECT ids FROM postings {where}", (kind, *name)).fetchone()
        ids = decode_ids(row[0]) if row is not None else ids_of(kind)
        lowest = first_wide if kind in WIDE_KINDS else first
        start, end = bisect_left(ids, lowest(file_id)), bisect_left(ids, lowest(file_id + 1))
        ids[start:end] = numbers
        if ids:
            self._db.execute("INSERT OR REPLACE INTO postings VALUES (?,?,?,?)", (kind, *name, encode_ids(ids)))
        else:
            self._db.execute(f"DELETE FROM postings {where}", (kind, *name))

    def finish(self, meta: Mapping[str, str]) -> None:
        """Notes what has changed about the index, and closes it."""
        if self._aliased:
            self._alias()
        self._db.executemany("INSERT OR REPLACE INTO meta VALUES (?,?)", meta.items())
        self._db.execute("COMMIT")
        self._db.close()

    def _alias(self) -> None:
        """Finds the members with a second name anew: a macro that is gone may not have been the only one."""
        plain = self._db.execute("SELECT name, body FROM macros WHERE params IS NULL")
        pairs = {pair for name, body in plain if (pair := member_alias(name, body)) is not None}
        self._db.execute("DELETE FROM member_aliases")
        self._db.executemany("INSERT INTO member_aliases VALUES (?,?)", sorted(pairs))

    def abandon(self) -> None:
        """Closes the file."""
        try:
            self._db.close()
        except sqlite3.Error:
            return


def _stored(db: sqlite3.Connection, file_id: int) -> FileRow:
    """The rows of a file as they are, as far as counts and postings go."""
    numbers = first(file_id), first(file_id + 1)
    functions = db.execute(
        "SELECT name, line, col, end_line, kind, linkage, aliases, guard, signature, trouble, made_by, body"
        " FROM functions WHERE id >= ? AND id < ? ORDER BY id",
        numbers,
    )
    records = db.execute(
        "SELECT tag, kind, line, guard, open, fields FROM records WHERE id >= ? AND id < ? ORDER BY id", numbers
    )
    registrations = db.execute(
        "SELECT line, col, object, decl, path, field, value, name, how, guard, function, tag FROM registrations"
        " WHERE id >= ? AND id < ? ORDER BY id",
        (first_wide(file_id), first_wide(file_id + 1)),
    )
    return FileRow(
        "", 0, 0, b"", 0, b"", "",
        functions=tuple(_function(*f) for f in functions),
        records=tuple(_record(*r) for r in records),
        registrations=tuple(registrations),
    )  # fmt: skip


def _function(
    name: str, line: int, column: int, end_line: int, kind: str, linkage: str, aliases: str, guard: str, signature: str,
    trouble: str, made_by: str, body: bytes,
) -> FunctionRow:  # fmt: skip
    return function_row(
        FunctionFact(
            name, line, column, end_line, kind, linkage, tuple(filter(None, aliases.split(","))), guard, signature,
            trouble, made_by, decode_body(body),
        )
    )  # fmt: skip


def _record(tag: str, kind: str, line: int, guard: str, open_: int, fields: bytes) -> RecordRow:
    return record_row(RecordFact(tag, kind, line, guard, bool(open_), decode_fields(fields)))


def _posted(file_id: int, row: FileRow) -> dict[tuple[str, str], array[int]]:
    """Every name that a file mentions, by kind, with the functions or records that do."""
    found: dict[tuple[str, str], array[int]] = {}
    for kind, names, number in mentions(file_id, row):
        for name in names:
            found.setdefault((kind, name), ids_of(kind)).append(number)
    return found
