# SPDX-License-Identifier: MIT
"""Positions: what an editor means by one, and which line of the index that is.

An editor counts lines from 0 and characters in code units of UTF-16 (or what was agreed upon), and has a text that may
be newer than the file; the index counts lines from 1 and bytes, of the file as it was read.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from lsprotocol import types

from xref.graph.spot import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

UTF8: Final = "utf-8"
UTF32: Final = "utf-32"
_EDITED: Final = 16
"""Of so many files is remembered how what the editor has differs."""
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
    """Where the lines of a file are in an editor's text: runs of lines that are the same in both, each with where it
    begins in the one and in the other, from 0, and its length.
    """

    runs: tuple[tuple[int, int, int], ...]

    def shown(self, line: int) -> int:
        """The editor's line for one of the file, both 1-based; in what was edited, the nearest that stayed."""
        return _other(line, [(old, new, size) for old, new, size in self.runs])

    def saved(self, line: int) -> int:
        """The other way round."""
        return _other(line, [(new, old, size) for old, new, size in self.runs])


def _other(line: int, runs: list[tuple[int, int, int]]) -> int:
    at = bisect_right(runs, line - 1, key=lambda run: run[0]) - 1
    if at < 0:
        return 1
    mine, other, size = runs[at]
    return other + min(line - 1 - mine, max(size - 1, 0)) + 1


def shift(saved: bytes, shown: bytes) -> Shift:
    """How an editor's text differs from the file."""
    old, new = ([line.rstrip(b"\r") for line in text.split(b"\n")] for text in (saved, shown))
    most = min(len(old), len(new))
    before = behind = 0
    while before < most and old[before] == new[before]:
        before += 1
    while behind < most - before and old[-1 - behind] == new[-1 - behind]:
        behind += 1
    runs = [(0, 0, before)] if before else []
    middle = old[before : len(old) - behind], new[before : len(new) - behind]
    if middle[0] and middle[1]:  # edited in several places
        blocks = SequenceMatcher(None, *middle).get_matching_blocks()
        runs += [(before + i, before + j, size) for i, j, size in blocks if size]
    if behind:
        runs.append((len(old) - behind, len(new) - behind, behind))
    return Shift(tuple(runs))


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

    def stays(self, line: int) -> bool:
        """Whether a shown line stands in the file as well."""
        return self.moved is None or self.moved.shown(self.moved.saved(line)) == line


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
        return Document(path, Text(path, shown), self._read.shift(path, saved.data, shown))

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
        self._shifts: OrderedDict[str, tuple[bytes, bytes, Shift]] = OrderedDict()

    def shift(self, path: str, saved: bytes, shown: bytes) -> Shift:
        """How the text of an editor differs from the file; while nobody types it is the same for each question."""
        known = self._shifts.get(path)
        if known is None or known[:2] != (saved, shown):
            known = self._shifts[path] = (saved, shown, shift(saved, shown))
        self._shifts.move_to_end(path)
        if len(self._shifts) > _EDITED:
            self._shifts.popitem(last=False)
        return known[2]

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
