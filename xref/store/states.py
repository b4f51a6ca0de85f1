# SPDX-License-Identifier: MIT
"""What the files of an index were like: the part of :class:`~xref.store.reader.Reader` that tells what has changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import NamedTuple


class FileState(NamedTuple):
    """A file as it was when it was indexed: bytes, nanoseconds since the epoch, and the hash of its content."""

    size: int
    mtime_ns: int
    hash: bytes


def content_hash(data: bytes) -> bytes:
    """What two files with the same content have in common."""
    from hashlib import blake2b  # which loads OpenSSL: most questions meet no file that has to be read again

    return blake2b(data, digest_size=16).digest()


class StateReader:
    """An open index, asked what its files were like."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def state(self, path: str) -> FileState | None:
        """What a file was like; None for one that the index does not have."""
        row = self._db.execute("SELECT size, mtime_ns, hash FROM files WHERE path = ?", (path,)).fetchone()
        return FileState(*row) if row is not None else None

    def states(self) -> Iterator[tuple[str, FileState]]:
        """Every file with what it was like."""
        for path, *rest in self._db.execute("SELECT path, size, mtime_ns, hash FROM files"):
            yield path, FileState(*rest)
