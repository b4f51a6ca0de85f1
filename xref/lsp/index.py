# SPDX-License-Identifier: MIT
"""The index behind the server: found, kept open, and opened again when somebody has brought it up to date."""

from __future__ import annotations

import gc
import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from xref.errors import IndexUnavailable, XrefError
from xref.index.locate import locate_index
from xref.resolve.front.resolver import Resolver
from xref.store.database import stamp
from xref.tree.root import find_root

if TYPE_CHECKING:
    from xref.graph.crossref import Definition


_MUCH: Final = 1_500_000_000
"""So many bytes may be remembered."""
_GARBAGE: Final = 100_000
"""So many objects more than when garbage was collected last may be some."""


class Wanted(NamedTuple):
    """What the command line says: the tree, the index, the architecture and the configuration, as far as it does."""

    tree: Path | None = None
    db: Path | None = None
    arch: str | None = None
    config: Path | None = None


class Index:
    """Opened where it is asked, in one thread; between two questions it is not locked, so that whoever brings it up to
    date need not wait for an editor to be closed.
    """

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._source: Resolver | None = None
        self._db = Path()
        self._stamp: tuple[int, ...] = ()
        self._begun = 0
        self.opened = 0
        """How often an index was opened: what was said of another need not be true of this one."""
        self.top: Path | None = wanted.tree
        """The top of the tree as the user or the editor calls it."""
        self.constants: dict[str, tuple[Definition, ...]] = {}
        """What was found outside of the index."""

    @property
    def known(self) -> bool:
        """Whether it is known of which tree the index is."""
        return self._wanted.db is not None or self.top is not None

    def look_in(self, folder: Path) -> None:
        """The tree is the one around a folder of the editor's, where no other was named."""
        if self.top is None:
            self.top = find_root(folder)

    def open(self, near: Path | None = None) -> Resolver:
        """The index, as it is now; ``near`` is a file that tells the tree where nothing else did. Raises XrefError.

        ``rest`` has to follow.
        """
        if near is not None:
            self.look_in(near.parent)
        db = self._locate()
        if self._source is not None:
            with suppress(sqlite3.Error):
                self._source.reader.resume()
                if (self._db, self._stamp) == (db, stamp(db)):
                    self._source.look_again()
                    return self._source
            self.close()
        self._stamp = stamp(db)
        try:
            source = Resolver.open(db, config=self._wanted.config)
        except sqlite3.Error as error:
            raise IndexUnavailable(f"{db} is damaged ({error}); run `xref index`") from error
        indexed, arch = source.tree.arch, self._wanted.arch
        if arch is not None and indexed and indexed != arch:
            source.close()
            raise IndexUnavailable(f"{db} holds {indexed}, not {arch}; run xref --arch {arch} --db FILE index")
        self._source, self._db, self._begun = source, db, _memory()
        self.opened += 1
        self.constants.clear()
        return source

    def notes(self, source: Resolver) -> list[str]:
        """What has to be said of an index before its answers are believed."""
        found = [source.tree.part] if source.tree.part else []
        other = source.stand_in(self.top) if self.top is not None else ""
        if other:
            found.append(f"{self._db} holds {other}, not {self.top}: answers are about the former")
        return found

    def rest(self) -> None:
        """Until the next question the index may be changed. What was remembered is forgotten where it has become much:
        editors stay open for days.
        """
        if self._source is not None:
            with suppress(sqlite3.Error):
                self._source.reader.rest()
            if _memory() > max(_MUCH, 2 * self._begun):
                self.close()
                gc.collect()

    def tidy(self) -> None:
        """Collects garbage, where there may be much: a tenth of a second that no question should wait for."""
        if gc.get_count()[0] > _GARBAGE:
            gc.collect()

    def close(self) -> None:
        """Closes what is open."""
        if self._source is not None:
            source, self._source = self._source, None
            with suppress(sqlite3.Error):
                source.close()

    def _locate(self) -> Path:
        if self._wanted.db is not None:
            return self._wanted.db
        if self.top is None:
            raise XrefError("there is no kernel tree around the files of the editor; name one with --tree")
        return locate_index(self.top.resolve())


def _memory() -> int:
    """The bytes that this process has for itself; 0 where that is not told."""
    try:
        _, resident, shared, *_ = Path("/proc/self/statm").read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return 0
    return (int(resident) - int(shared)) * os.sysconf("SC_PAGE_SIZE")
