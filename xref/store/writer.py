# SPDX-License-Identifier: MIT
"""Bulk load: one writer, rows in any order, postings gathered in memory and written at the end."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Mapping
from pathlib import Path

from xref.store.database import COMPLETE, create, indexes
from xref.store.model import FileRow
from xref.store.rows import encode_ids


class Writer:
    """Fills a new index file. Nothing of it is valid before :meth:`finish` has returned."""

    def __init__(self, path: Path) -> None:
        self._db = create(path)
        self._db.execute("BEGIN")
        self._next_function = 1
        self._next_record = 1
        self._next_file = 1
        self._postings: dict[str, dict[str, array[int]]] = {k: {} for k in "cmavpft"}
        self._member_aliases: dict[tuple[str, str], None] = {}
        self.functions = self.macros = self.calls = self.dispatches = self.registrations = self.broken = 0

    def _post(self, kind: str, names: Iterable[str], number: int) -> None:
        table = self._postings[kind]
        for name in names:
            ids = table.get(name)
            if ids is None:
                table[name] = array("I", (number,))
            else:
                ids.append(number)

    def add(self, row: FileRow, program: str, guard: str, defines: bytes) -> None:
        """Adds one file."""
        db, fid = self._db, self._next_file
        self._next_file += 1
        db.execute(
            "INSERT INTO files VALUES (?,?,?,?,?,?,?,?,?,?,?)",
            (
                fid, row.path, row.size, row.mtime_ns, row.hash, program, guard, row.error_bytes, defines, row.includes,
                row.notes,
            ),
        )  # fmt: skip
        functions = []
        aliases: list[tuple[str, int]] = []
        for f in row.functions:
            number = self._next_function
            self._next_function += 1
            functions.append(
                (
                    number, fid, f.name, f.line, f.column, f.end_line, f.kind, f.linkage, ",".join(f.aliases), f.guard,
                    f.signature, f.trouble, f.made_by, f.body,
                )
            )  # fmt: skip
            aliases.extend((a, number) for a in f.aliases)
            self._post("c", f.called, number)
            self._post("m", f.through, number)
            self._post("a", f.assigned, number)
            self._post("v", f.values, number)
            self._post("p", f.addressed, number)
            self.calls += f.calls
            self.dispatches += f.dispatches
            if f.kind == "macro":
                self.macros += 1
            else:
                self.functions += 1
                self.broken += bool(f.trouble)
        db.executemany("INSERT INTO functions VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)", functions)
        db.executemany("INSERT INTO aliases VALUES (?,?)", aliases)
        records = []
        for r in row.records:
            number = self._next_record
            self._next_record += 1
            records.append((number, fid, r.tag, r.kind, r.line, r.guard, r.open, r.fields))
            self._post("f", r.names, number)
            self._post("t", r.types, number)
        db.executemany("INSERT INTO records VALUES (?,?,?,?,?,?,?,?)", records)
        db.executemany("INSERT INTO typedefs VALUES (?,?,?,?,?)", [(t[0], fid, *t[1:]) for t in row.typedefs])
        db.executemany("INSERT INTO objects VALUES (?,?,?,?,?,?,?)", [(o[0], fid, *o[1:]) for o in row.objects])
        db.executemany(
            "INSERT INTO registrations VALUES (NULL,?,?,?,?,?,?,?,?,?,?,?,?,?)", [(fid, *r) for r in row.registrations]
        )
        self.registrations += len(row.registrations)
        db.executemany("INSERT INTO macros VALUES (?,?,?,?,?,?,?,?)", [(m[0], fid, *m[1:]) for m in row.macros])
        db.executemany("INSERT INTO exports VALUES (?,?)", [(e, fid) for e in row.exports])
        self._member_aliases.update(dict.fromkeys(row.member_aliases))

    def add_syscalls(self, entries: Iterable[tuple[str, str, int | None, str, str, str, str, int]]) -> None:
        """Adds lines of system call tables, in the order of the table's columns."""
        self._db.executemany("INSERT INTO syscalls VALUES (?,?,?,?,?,?,?,?)", entries)

    def finish(self, meta: Mapping[str, str]) -> None:
        """Writes the postings, builds the indexes, marks the file as whole and closes it."""
        db = self._db
        for kind, table in sorted(self._postings.items()):  # in the order of the key, each row goes behind the last
            db.executemany(
                "INSERT INTO postings VALUES (?,?,?,?)",
                ((kind, *_key(name), encode_ids(table[name])) for name in sorted(table)),
            )
            table.clear()
        db.executemany("INSERT INTO member_aliases VALUES (?,?)", sorted(self._member_aliases))
        db.executemany("INSERT INTO meta VALUES (?,?)", meta.items())
        db.execute("COMMIT")
        for statement in indexes().split(";"):
            if statement.strip():
                db.execute(statement)
        db.execute("PRAGMA analysis_limit = 1000")  # how selective an index is shows in a sample of it
        db.execute("ANALYZE")
        db.execute("INSERT INTO meta VALUES (?, '1')", (COMPLETE,))
        db.close()

    def abandon(self) -> None:
        """Closes the file without making it valid."""
        try:
            self._db.close()
        except sqlite3.Error:
            return


def _key(shaped: str) -> tuple[str, str]:
    name, _, shape = shaped.partition(" ")
    return name, shape
