# SPDX-License-Identifier: MIT
"""What can be taken from an old index: which files are as they were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from xref import __version__
from xref.errors import IndexUnavailable
from xref.index.notes import stored_summary
from xref.index.summary import Summary
from xref.store.database import open_readonly
from xref.tree.files import SourceFile

_YOUNG_NS: Final = 2_000_000_000
"""A file that was changed so shortly before it was listed can change again without a sign: the times of some file
systems (FAT) go in steps of two seconds."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What an index knows of one file."""

    id: int
    size: int
    mtime_ns: int
    hash: bytes
    interface: bytes

    @property
    def stat(self) -> tuple[int, int]:
        """Size, and time of the last change."""
        return self.size, self.mtime_ns


@dataclass(frozen=True, slots=True)
class Old:
    """An index of the same tree, or of another release of it, built by the same rules."""

    db: Path
    meta: dict[str, str]
    files: dict[str, Stored]
    own: bool = True
    """Whether it is what is brought up to date, and not another tree's, which is only read."""

    def suspects(self, files: Sequence[SourceFile]) -> list[SourceFile]:
        """The files of the index whose content may be another now: by size, by the time of the last change, or because
        that time is too young to tell. The times of another tree's files tell nothing.
        """
        young = int(self.meta.get("started", "0")) - _YOUNG_NS
        found = []
        for f in files:
            old = self.files.get(f.path)
            if old is None:
                continue
            if not self.own or old.stat != (f.size, f.mtime_ns) or f.mtime_ns >= young:
                found.append(f)
        return found

    def summary(self) -> Summary:
        """The summary that it carries, of a run in which no file was read."""
        return stored_summary(self.meta, len(self.files), self.db.stat().st_size)


def read_old(db: Path, arch: str, *, own: bool = True) -> Old | None:
    """The index at ``db``; None where there is none by this xref of this architecture, and of the whole tree."""
    try:
        connection = open_readonly(db)
    except IndexUnavailable:
        return None
    try:
        meta: dict[str, str] = dict(connection.execute("SELECT key, value FROM meta"))
        if (meta.get("xref"), meta.get("arch"), meta.get("part")) != (__version__, arch, ""):
            return None
        rows = connection.execute("SELECT path, id, size, mtime_ns, hash, interface FROM files")
        files = {path: Stored(*rest) for path, *rest in rows}
    finally:
        connection.close()
    return Old(db, meta, files, own)
