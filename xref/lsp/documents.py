# SPDX-License-Identifier: MIT
"""Positions: what an editor means by one, and which line of the index that is.

An editor counts lines from 0 and characters in code units of UTF-16 (or what was agreed upon), and has a text that may
be newer than the file; the index counts lines from 1 and bytes, of the file as it was read.
"""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from lsprotocol import types

from xref.graph.spot import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

UTF8: Final = "utf-8"
UTF32: Final = "utf-32"
_KEPT: Final = 256
"""So many files are remembered that were read to find columns in them."""


def units(text: bytes, encoding: str) -> int:
    """How many characters an editor counts in a piece of a line."""
    if encoding == UTF8 or text.isascii():
        return len(text)
    chars = text.decode("utf-8", "surrogateescape")
    return len(chars) if encoding == UTF32 else len(chars) + sum(char > "\uffff" for char in chars)


def column(line: bytes, character: int, encoding: str) -> int:
    """The byte at which a character of a line begins; its length for one behind its end."""
    if encoding == UTF8 or line.isascii():
        return min(max(character, 0), len(line))
    passed = at = 0
    for char in line.decode("utf-8", "surrogateescape"):
        if passed >= character:
            break
        passed += 2 if encoding != UTF32 and char > "\uffff" else 1
        at += len(char.encode("utf-8", "surrogateescape"))
    return at


class Shift(NamedTuple):
    """Where the lines of a file are in an editor's text: ``before`` lines are the same at the beginning, ``behind`` at
    the end, of ``old`` and ``new`` lines altogether.
    """

    before: int
    behind: int
    old: int
    new: int

    def shown(self, line: int) -> int:
        """The editor's line for one of the file, both 1-based; in what was edited, the nearest that there is."""
        if line <= self.before:
            return line
        if line > self.old - self.behind:
            return line + self.new - self.old
        return max(1, min(line, self.new - self.behind))

    def saved(self, line: int) -> int:
        """The other way round."""
        return Shift(self.before, self.behind, self.new, self.old).shown(line)


def shift(saved: bytes, shown: bytes) -> Shift:
    """How an editor's text differs from the file."""
    old, new = saved.split(b"\n"), shown.split(b"\n")
    most = min(len(old), len(new))
    before = 0
    while before < most and old[before].rstrip(b"\r") == new[before].rstrip(b"\r"):
        before += 1
    behind = 0
    while behind < most - before and old[-1 - behind].rstrip(b"\r") == new[-1 - behind].rstrip(b"\r"):
        behind += 1
    return Shift(before, behind, len(old), len(new))


class Document(NamedTuple):
    """A file as it is shown. ``moved`` is None where that is what is on the disk."""

    path: str
    text: Text
    moved: Shift | None

    def shown(self, line: int) -> int:
        """The line that shows a 1-based line of the file."""
        return line if self.moved is None else self.moved.shown(line)

    def saved(self, line: int) -> int:
        """The line of the file that a shown one is."""
        return line if self.moved is None else self.moved.saved(line)


class Documents:
    """The files of a tree as they are shown, for one request: those that are open in the editor as it has them."""

    def __init__(self, root: Path, opened: Mapping[str, str], read: Files, encoding: str) -> None:
        """``opened``: the texts that the editor has, by path below ``root``."""
        self._root = root
        self._opened = opened
        self._read = read
        self._known: dict[str, Document] = {}
        self.encoding = encoding

    def get(self, path: str) -> Document:
        """A file; an empty one where it cannot be read."""
        known = self._known.get(path)
        if known is None:
            known = self._known[path] = self._get(path)
        return known

    def _get(self, path: str) -> Document:
        saved = self._read.text(self._root, path)
        opened = self._opened.get(path)
        if opened is None:
            return Document(path, saved, None)
        shown = opened.encode("utf-8", "replace")
        if shown == saved.data:
            return Document(path, saved, None)
        return Document(path, Text(path, shown), shift(saved.data, shown))

    def offset(self, document: Document, position: types.Position) -> int:
        """The byte of the shown text that a position means; the nearest one where there is no such position."""
        line = document.text.line(position.line + 1)
        return document.text.offset(position.line + 1, column(line, position.character, self.encoding))

    def position(self, document: Document, line: int, at: int) -> types.Position:
        """The position of a byte in a 1-based shown line."""
        text = document.text.line(line)
        return types.Position(max(line - 1, 0), units(text[: max(at, 0)], self.encoding))

    def span(self, document: Document, line: int, begin: int, end: int) -> types.Range:
        """The range between two bytes of a 1-based shown line."""
        return types.Range(self.position(document, line, begin), self.position(document, line, end))

    def lines(self, document: Document, first: int, last: int) -> types.Range:
        """The range of some whole lines."""
        end = document.text.line(last)
        return types.Range(types.Position(max(first - 1, 0), 0), self.position(document, max(last, 1), len(end)))


class Files:
    """The files that were read lately, as they are on the disk now."""

    def __init__(self) -> None:
        self._known: OrderedDict[Path, tuple[tuple[int, int, int], Text]] = OrderedDict()

    def text(self, root: Path, path: str) -> Text:
        """A file; an empty one where it cannot be read."""
        place = root / path
        try:
            stat = place.stat()
            stamp = (stat.st_ino, stat.st_size, stat.st_mtime_ns)
            known = self._known.get(place)
            if known is None or known[0] != stamp:
                known = self._known[place] = (stamp, Text(path, place.read_bytes()))
        except (OSError, ValueError):
            return Text(path, b"")
        self._known.move_to_end(place)
        if len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return known[1]
