# SPDX-License-Identifier: MIT
"""Version, pragmas and the opening of an index file.

An index is a cache: one of another version, a foreign file or a half-written one is refused with a sentence that says
what to run; it is never migrated.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from xref.errors import IndexUnavailable

APPLICATION_ID: Final = 0x78726566
"""``xref`` in ASCII, in the SQLite header: tells an index from any other database."""
SCHEMA_VERSION: Final = 25
COMPLETE: Final = "complete"
"""The key in ``meta`` that is written last: an index without it was interrupted."""

_PATIENCE: Final = 30.0
"""Seconds to wait for somebody who is editing the index, which takes a fraction of one."""
_HEADER: Final = 100
"""Bytes of a SQLite file's header; its application id is at 68 to 71."""
_HERE: Final = Path(__file__).resolve().parent


def schema() -> str:
    """The tables, as SQL."""
    return (_HERE / "schema.sql").read_text(encoding="utf-8")


def indexes() -> str:
    """What is made after the load, as SQL."""
    return (_HERE / "indexes.sql").read_text(encoding="utf-8")


def create(path: Path) -> sqlite3.Connection:
    """A new index at ``path`` set up for bulk load: no journal and no fsync, because an interrupted load is thrown away
    as a whole.
    """
    db = load(path)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    db.executescript(schema())
    return db


def load(path: Path) -> sqlite3.Connection:
    """An index, or a file that becomes one, set up as :func:`create` says."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA page_size = 8192")
    db.execute("PRAGMA journal_mode = OFF")
    db.execute("PRAGMA synchronous = OFF")
    db.execute("PRAGMA cache_size = -200000")
    db.execute("PRAGMA temp_store = MEMORY")
    db.execute("PRAGMA threads = 2")  # an index is sorted by two threads
    return db


def complete(db: sqlite3.Connection) -> None:
    """Makes the indexes of a file that has been loaded, and marks it as whole."""
    for statement in indexes().split(";"):
        if statement.strip():
            db.execute(statement)
    db.execute("PRAGMA analysis_limit = 1000")  # how selective an index is shows in a sample of it
    db.execute("ANALYZE")
    db.execute("INSERT INTO meta VALUES (?, '1')", (COMPLETE,))


def journal_of(path: Path) -> Path:
    """Where SQLite notes how to undo what is being changed in an index."""
    return path.with_name(f"{path.name}-journal")


def roll_back(path: Path) -> None:
    """Undoes what somebody has left half done who was killed while editing the index: who only reads must not."""
    path = path.resolve()
    if journal_of(path).exists():
        uri = f"{path.as_uri()}?mode=rw"
        with suppress(sqlite3.Error), closing(sqlite3.connect(uri, uri=True)) as db:  # reading will say what is wrong
            db.execute("SELECT count(*) FROM sqlite_schema").fetchone()


def may_replace(path: Path) -> bool:
    """Whether an index may be written to ``path``: there is nothing, or an index of any version. Raises
    :class:`IndexUnavailable` for what cannot be read.
    """
    if path.is_dir():
        raise IndexUnavailable(f"{path} is a folder, not an xref index; name a file with --db")
    try:
        with path.open("rb") as file:
            head = file.read(_HEADER)
    except FileNotFoundError:
        return True
    except OSError as error:
        raise IndexUnavailable(f"{path} cannot be read: {error.strerror or error}") from error
    return not head or (head.startswith(b"SQLite format 3\0") and head[68:72] == APPLICATION_ID.to_bytes(4, "big"))


def open_readonly(path: Path) -> sqlite3.Connection:
    """Opens an index for reading. Raises :class:`IndexUnavailable` for what is none, or is not whole."""
    if not may_replace(path):
        raise IndexUnavailable(f"{path} is not an xref index; name another file with --db")
    if not path.is_file():
        raise IndexUnavailable(f"no index at {path}; run `xref index`")
    roll_back(path)
    try:
        db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=_PATIENCE)
        application = db.execute("PRAGMA application_id").fetchone()[0]
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if application != APPLICATION_ID:
            raise IndexUnavailable(f"{path} is empty; run `xref index`")
        if version != SCHEMA_VERSION:
            raise IndexUnavailable(
                f"{path} was made by another version of xref (format {version}, not {SCHEMA_VERSION}); run `xref index`"
            )
        row = db.execute("SELECT value FROM meta WHERE key = ?", (COMPLETE,)).fetchone()
        if row is None:
            raise IndexUnavailable(f"{path} is only half written; run `xref index`")
    except sqlite3.DatabaseError as e:
        if getattr(e, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
            raise IndexUnavailable(f"{path} cannot be read now: somebody is changing it; ask again") from e
        raise IndexUnavailable(f"{path} is damaged ({e}); run `xref index`") from e
    db.execute("PRAGMA query_only = ON")
    db.execute("PRAGMA mmap_size = 2147418112")
    db.execute("PRAGMA cache_size = -65536")
    return db


def stamp(path: Path) -> tuple[int, ...]:
    """What tells whether an index is still the same file with the same content; () where there is none."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def copy_index(source: Path, target: Path) -> None:
    """A copy of a file; inside the kernel, and shared where the file system can, which takes a fraction of the time."""
    with source.open("rb") as a, target.open("wb") as b:
        left = os.fstat(a.fileno()).st_size
        try:
            while left > 0:
                copied = os.copy_file_range(a.fileno(), b.fileno(), left)
                if not copied:
                    break
                left -= copied
        except OSError:
            a.seek(0)
            b.seek(0)
            b.truncate()
            while piece := a.read(1 << 20):
                b.write(piece)
            b.flush()
        os.fsync(b.fileno())  # so that little is left to be written when it is swapped in
