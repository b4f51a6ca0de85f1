# SPDX-License-Identifier: MIT
"""Puts more files into an index of a part of a tree."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from pathlib import Path

from xref.store.database import COMPLETE, load
from xref.store.model import FileRow, Offer
from xref.store.numbers import first_wide
from xref.store.stored import decode_ids, encode_ids
from xref.store.writer import NOTHING, Counts, Writer, name_and_shape, replace_guards, replace_parts, replace_resolved


class Enlarger(Writer):
    """Fills a copy of an index further. Nothing of it is valid before :meth:`finish` has returned."""

    def __init__(self, path: Path, counts: Counts) -> None:
        """``counts``: of what is in the index."""
        super().__init__(path, load(path))
        self.counts.include(counts)
        self._db.execute("DELETE FROM meta WHERE key = ?", (COMPLETE,))

    def add(self, file_id: int, row: FileRow, *, program: str = "", guard: str = "", offer: Offer = NOTHING) -> None:
        """Adds one file, or what is in one of which the index has the macros alone."""
        self._db.execute("DELETE FROM files WHERE id = ?", (file_id,))
        limits = (first_wide(file_id), first_wide(file_id + 1))
        self._db.execute("DELETE FROM macros WHERE rowid >= ? AND rowid < ?", limits)
        super().add(file_id, row, program=program, guard=guard, offer=offer)

    def guard(self, guards: Mapping[str, str]) -> None:
        """Notes under which conditions files are compiled, by path."""
        replace_guards(self._db, guards)

    def add_parts(self, parts: Mapping[str, Sequence[str]]) -> None:
        """Replaces what is a part of what."""
        replace_parts(self._db, parts)

    def add_resolved(self, resolved: Mapping[str, Sequence[str]]) -> None:
        """Replaces what each file includes."""
        replace_resolved(self._db, resolved)

    def finish(self, meta: Mapping[str, str]) -> None:
        """Adds to the postings, marks the file as whole and closes it."""
        db = self._db
        db.create_function("merged", 2, _merged, deterministic=True)
        for kind, table in self._postings.items():
            db.executemany(
                "INSERT INTO postings VALUES (?,?,?,?)"
                " ON CONFLICT (kind, name, shape) DO UPDATE SET ids = merged(ids, excluded.ids)",
                # what stands beside one another is on one page
                ((kind, *name_and_shape(shaped), encode_ids(table[shaped])) for shaped in sorted(table)),
            )
        db.executemany("INSERT OR IGNORE INTO member_aliases VALUES (?,?)", sorted(self._member_aliases))
        db.executemany("INSERT OR REPLACE INTO meta VALUES (?,?)", {**meta, COMPLETE: "1"}.items())
        db.execute("COMMIT")
        db.close()


def _merged(before: bytes, more: bytes) -> bytes:
    """Two posting lists as one, in the order of the numbers."""
    ids = decode_ids(before)
    ids.extend(decode_ids(more))
    return encode_ids(array(ids.typecode, sorted(ids)))
