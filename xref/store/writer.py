# SPDX-License-Identifier: MIT
"""Bulk load: one writer, files in the order of their numbers, postings gathered in memory and written at the end."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from xref.store.database import complete, create
from xref.store.model import FileRow, Offer
from xref.store.numbers import first, first_wide
from xref.store.rows import members_inside, names_inside, registration_shape
from xref.store.stored import encode_ids, ids_of

NOTHING = Offer(b"", b"", b"")


class Counts:
    """What a summary counts, over all files of an index."""

    def __init__(self) -> None:
        self.functions = self.macros = self.calls = self.dispatches = self.registrations = self.broken = 0

    def add(self, row: FileRow, sign: int = 1) -> None:
        """Counts the rows of one file, or, with ``sign`` -1, no longer."""
        for f in row.functions:
            self.calls += sign * f.calls
            self.dispatches += sign * f.dispatches
            if f.kind == "macro":
                self.macros += sign
            else:
                self.functions += sign
                self.broken += sign * bool(f.trouble)
        self.registrations += sign * len(row.registrations)

    def include(self, other: Counts) -> None:
        """Counts what another has counted."""
        self.functions += other.functions
        self.macros += other.macros
        self.calls += other.calls
        self.dispatches += other.dispatches
        self.registrations += other.registrations
        self.broken += other.broken


class Writer:
    """Fills a new index file. Nothing of it is valid before :meth:`finish` has returned."""

    def __init__(self, path: Path, db: sqlite3.Connection | None = None) -> None:
        """``db``: the file, where there is one already."""
        self._db = db if db is not None else create(path)
        self._db.execute("BEGIN")
        self._postings: dict[str, dict[str, array[int]]] = {k: {} for k in "cmavpghftrwi"}
        self._member_aliases: dict[tuple[str, str], None] = {}
        self.counts = Counts()

    def add(self, file_id: int, row: FileRow, *, program: str = "", guard: str = "", offer: Offer = NOTHING) -> None:
        """Adds one file."""
        insert_file(self._db, file_id, row, program, guard, offer)
        insert_rows(self._db, file_id, row)
        for kind, names, number in mentions(file_id, row):
            if not names:
                continue
            table = self._postings[kind]
            for name in names:
                ids = table.get(name)
                if ids is None:
                    ids = table[name] = ids_of(kind)
                ids.append(number)
        self.counts.add(row)
        self._member_aliases.update(dict.fromkeys(row.member_aliases))

    def add_syscalls(self, entries: Iterable[tuple[str, str, int | None, str, str, str, str, int]]) -> None:
        """Adds lines of system call tables, in the order of the table's columns."""
        insert_syscalls(self._db, entries)

    def add_parts(self, parts: Mapping[str, Sequence[str]]) -> None:
        """Adds the files that are parts of others, each with these."""
        insert_parts(self._db, parts)

    def add_resolved(self, resolved: Mapping[str, Sequence[str]]) -> None:
        """Adds the files that include others, each with these."""
        insert_resolved(self._db, resolved)

    def add_options(self, requires: Mapping[str, Sequence[str]]) -> None:
        """Adds the options that need others to be set, or not, each with these."""
        insert_options(self._db, requires)

    def finish(self, meta: Mapping[str, str]) -> None:
        """Writes the postings, builds the indexes, marks the file as whole and closes it."""
        db = self._db
        for kind, table in sorted(self._postings.items()):  # in the order of the key, each row goes behind the last
            db.executemany(
                "INSERT INTO postings VALUES (?,?,?,?)",
                ((kind, *name_and_shape(name), encode_ids(table[name])) for name in sorted(table)),
            )
            table.clear()
        db.executemany("INSERT INTO member_aliases VALUES (?,?)", sorted(self._member_aliases))
        db.executemany("INSERT INTO meta VALUES (?,?)", meta.items())
        db.execute("COMMIT")
        complete(db)
        db.close()

    def abandon(self) -> None:
        """Closes the file without making it valid."""
        try:
            self._db.close()
        except sqlite3.Error:
            return


def insert_file(db: sqlite3.Connection, file_id: int, row: FileRow, program: str, guard: str, offer: Offer) -> None:
    """The row of the file itself."""
    db.execute(
        "INSERT INTO files VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            file_id, row.path, row.size, row.mtime_ns, row.hash, program, guard, row.error_bytes, offer.interface,
            row.includes, offer.asks, offer.listing, row.notes,
        ),
    )  # fmt: skip


def insert_rows(db: sqlite3.Connection, file_id: int, row: FileRow) -> None:
    """All that is in a file, but for the postings."""
    number, wide = first(file_id), first_wide(file_id)
    db.executemany(
        "INSERT INTO functions VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        [
            (
                number + k, file_id, f.name, f.line, f.column, f.end_line, f.kind, f.linkage, ",".join(f.aliases),
                f.guard, f.signature, f.trouble, f.made_by, f.body,
            )
            for k, f in enumerate(row.functions)
        ],
    )  # fmt: skip
    aliases = [(a, number + k) for k, f in enumerate(row.functions) for a in f.aliases]
    db.executemany(
        "INSERT INTO aliases (rowid, name, function_id) VALUES (?,?,?)",
        [(wide + k, *alias) for k, alias in enumerate(aliases)],
    )
    db.executemany(
        "INSERT INTO records VALUES (?,?,?,?,?,?,?,?)",
        [(number + k, file_id, r.tag, r.kind, r.line, r.guard, r.open, r.fields) for k, r in enumerate(row.records)],
    )
    db.executemany(
        "INSERT INTO typedefs (rowid, name, file_id, decl, line, guard, tag) VALUES (?,?,?,?,?,?,?)",
        [(wide + k, t[0], file_id, *t[1:]) for k, t in enumerate(row.typedefs)],
    )
    db.executemany(
        "INSERT INTO objects (rowid, name, file_id, decl, line, linkage, guard, function) VALUES (?,?,?,?,?,?,?,?)",
        [(wide + k, o[0], file_id, *o[1:]) for k, o in enumerate(row.objects)],
    )
    db.executemany(
        "INSERT INTO registrations VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        [(wide + k, file_id, *r) for k, r in enumerate(row.registrations)],
    )
    db.executemany(
        "INSERT INTO macros (rowid, name, file_id, line, end_line, body_line, until, params, variadic, body, guard)"
        " VALUES (?,?,?,?,?,?,?,?,?,?,?)",
        [(wide + k, m[0], file_id, *m[1:]) for k, m in enumerate(row.macros)],
    )
    db.executemany(
        "INSERT INTO exports (rowid, name, file_id) VALUES (?,?,?)",
        [(wide + k, e, file_id) for k, e in enumerate(row.exports)],
    )


def insert_syscalls(
    db: sqlite3.Connection, entries: Iterable[tuple[str, str, int | None, str, str, str, str, int]]
) -> None:
    """Lines of system call tables, in the order of the table's columns."""
    db.executemany("INSERT INTO syscalls VALUES (?,?,?,?,?,?,?,?)", entries)


def insert_parts(db: sqlite3.Connection, parts: Mapping[str, Sequence[str]]) -> None:
    """The files that are parts of others, each with these."""
    db.executemany("INSERT INTO parts VALUES (?,?)", ((path, "\t".join(parts[path])) for path in sorted(parts)))


def replace_parts(db: sqlite3.Connection, parts: Mapping[str, Sequence[str]]) -> None:
    """The same in place of those that are there."""
    db.execute("DELETE FROM parts")
    insert_parts(db, parts)


def insert_resolved(db: sqlite3.Connection, resolved: Mapping[str, Sequence[str]]) -> None:
    """The files that include others, each with these."""
    rows = ((path, "\t".join(resolved[path])) for path in sorted(resolved) if resolved[path])
    db.executemany("INSERT INTO resolved VALUES (?,?)", rows)


def replace_resolved(db: sqlite3.Connection, resolved: Mapping[str, Sequence[str]]) -> None:
    """The same in place of those that are there."""
    db.execute("DELETE FROM resolved")
    insert_resolved(db, resolved)


def replace_guards(db: sqlite3.Connection, guards: Mapping[str, str]) -> None:
    """The conditions under which files are compiled, by path."""
    known = db.execute("SELECT path, guard FROM files").fetchall()
    db.executemany(
        "UPDATE files SET guard = ? WHERE path = ?", [(guards[p], p) for p, g in known if guards.get(p, g) != g]
    )


def insert_options(db: sqlite3.Connection, requires: Mapping[str, Sequence[str]]) -> None:
    """The options that need others to be set, or not, each with these."""
    db.executemany("INSERT INTO options VALUES (?,?)", ((name, " ".join(requires[name])) for name in sorted(requires)))


def mentions(file_id: int, row: FileRow) -> Iterator[tuple[str, tuple[str, ...], int]]:
    """Which function, record or registration (by number) mentions which names in which way: kind, names with their
    shapes, number.
    """
    number = first(file_id)
    for f in row.functions:
        yield "c", f.called, number
        yield "m", f.through, number
        yield "a", f.assigned, number
        yield "v", f.values, number
        yield "p", f.addressed, number
        yield "g", f.got, number
        yield "h", f.handed, number
        number += 1
    number = first(file_id)
    for r in row.records:
        yield "f", r.names, number
        yield "t", r.types, number
        number += 1
    for number, registration in enumerate(row.registrations, first_wide(file_id)):
        _, _, _, decl, path, field, value, name, _, _, function, tag = registration
        if field:
            yield "r", (registration_shape(field, tag, path, decl),), number
        if not name and ("(" in value or "?" in value):
            yield "w", names_inside(value), number
        if function and not name:
            yield "i", members_inside(value), number


def name_and_shape(shaped: str) -> tuple[str, str]:
    """The two halves of a name that may have its shape behind it."""
    name, _, shape = shaped.partition(" ")
    return name, shape
