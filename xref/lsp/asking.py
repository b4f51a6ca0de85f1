# SPDX-License-Identifier: MIT
"""One question to the index: what it is asked of, and how places of the tree become the editor's."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lsprotocol import types
from pygls.uris import from_fs_path

from xref.graph.meaning import Meaning
from xref.graph.reader import Reader
from xref.lsp.documents import Documents

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from xref.graph.crossref import Definition
    from xref.graph.meaning import Spot
    from xref.lsp.documents import Document, Files
    from xref.resolve.edge import Symbol
    from xref.resolve.front.resolver import Resolver

_WORD: Final = re.compile(rb"[\w$]+")
_HEAD: Final = 40
"""So many lines may the head of a function, or a declaration, have."""
LOCALS: Final = ("local", "parameter", "label")
"""The kinds of definitions that hold inside one function."""
MOST: Final = 2000
"""So many places are sent at once; of more, the rest is counted."""


class Cancelled(Exception):
    """The editor has taken its question back."""


class Asking:
    """One question. ``said`` is what the person at the editor is told besides the answer, ``logged`` what stands in the
    editor's log.
    """

    def __init__(
        self,
        source: Resolver,
        top: Path | None,
        opened: Mapping[str, str],
        files: Files,
        encoding: str,
        constants: dict[str, tuple[Definition, ...]],
        cancelled: Callable[[], bool] = lambda: False,
        send: Callable[[list[types.Location]], None] | None = None,
    ) -> None:
        """``top``: the tree as the editor calls it; ``opened``: its texts, by their paths; ``send`` is there where the
        editor wants parts of an answer as they are found.
        """
        self._cancelled = cancelled
        self.send = send
        self.source = source
        self._root = Path(source.tree.root)
        self._top = top if top is not None and top.resolve() == self._root else self._root
        self.meaning = Meaning(source, Reader(source), constants)
        inside = {self.path(place): text for place, text in opened.items()}
        self.documents = Documents(self._root, {p: text for p, text in inside.items() if p}, files, encoding)
        self.said: list[tuple[types.MessageType, str]] = []
        self.logged: list[str] = []

    def go_on(self) -> None:
        """Raises Cancelled as soon as nobody waits for the answer any more. For what takes long to ask now and then."""
        if self._cancelled():
            raise Cancelled

    # -- in -----------------------------------------------------------------------------------------------------------

    def path(self, place: str) -> str:
        """A file of the editor's, relative to the tree; '' for one outside of it."""
        for top in dict.fromkeys((self._top, self._root)):
            inside = _below(place, str(top))
            if inside and self.source.reader.file_id(inside) is not None:
                return inside
        real = os.path.realpath(place)
        return _below(real, str(self._root))

    def document(self, place: str) -> Document | None:
        """A file of the tree as the editor has it; None for any other. Says where its lines may be others by now."""
        path = self.path(place)
        if not path:
            return None
        if self.source.changed(path):
            sentence = "what is in it may stand elsewhere now; run `xref index`"
            self.said.append((types.MessageType.Warning, f"{path} has changed since it was indexed: {sentence}"))
        return self.documents.get(path)

    def spot(self, document: Document, position: types.Position) -> Spot | None:
        """The name at a position of a file."""
        shown, offset = position.line + 1, self.documents.offset(document, position)
        line = None if self.source.changed(document.path) else document.saved(shown)
        return self.meaning.spot(document.text, offset, line, exact=document.stays(shown))

    def name(self, place: str, position: types.Position) -> tuple[Document, Spot] | None:
        """Both at once; None where there is no name."""
        document = self.document(place)
        spot = self.spot(document, position) if document is not None else None
        return (document, spot) if document is not None and spot is not None else None

    # -- out ----------------------------------------------------------------------------------------------------------

    def uri(self, path: str) -> str:
        """The address of a file."""
        return from_fs_path(str(self._top / path)) or ""

    def line(self, path: str, line: int, name: str) -> int:
        """Where a line that the index knows is shown; of a file that has changed, the nearest that has the name."""
        document = self.documents.get(path)
        shown = document.shown(line)
        return document.text.nearest(name, shown) if name and self.source.changed(path) else shown

    def span(self, path: str, line: int, name: str, at: int | None = None) -> types.Range:
        """The range of a name in a line that the index knows, at a byte of it if that is told."""
        document = self.documents.get(path)
        shown = self.line(path, line, name)
        text, wanted = document.text.line(shown), name.encode("utf-8", "replace")
        begin = at if at is not None else -1
        if begin < 0 or text[begin : begin + len(wanted)] != wanted:
            found = document.text.column(name, shown) if name else -1
            begin = found if found >= 0 else max(begin, 0)
        word = _WORD.match(text, begin)
        return self.documents.span(document, shown, min(begin, len(text)), word.end() if word is not None else begin)

    def location(self, path: str, line: int, name: str, at: int | None = None) -> types.Location:
        """The same as a place to go to."""
        return types.Location(self.uri(path), self.span(path, line, name, at))

    def defined(self, found: Definition, spot: Spot | None = None) -> types.Location:
        """Where something is defined; what holds in one function only, in that of ``spot``."""
        name = found.name.rpartition(".")[2]
        if found.kind == "file":
            return types.Location(self.uri(found.file), types.Range(types.Position(0, 0), types.Position(0, 0)))
        if found.kind not in LOCALS or spot is None:
            return self.location(found.file, found.line, name)
        document = self.documents.get(found.file)
        if found.kind == "label":
            first = found.line  # of the text as it is
        elif self.source.changed(found.file):
            first = max(1, found.line + spot.line - spot.known)
        else:
            first = document.shown(found.line)
        line = next((n for n in range(first, first + _HEAD) if document.text.column(name, n) >= 0), first)
        at = max(document.text.column(name, line), 0)
        return types.Location(self.uri(found.file), self.documents.span(document, line, at, at + len(name)))

    def symbol(self, sym: Symbol) -> types.Location:
        """Where a function stands."""
        return types.Location(self.uri(sym.file), self.name_of(sym))

    def name_of(self, sym: Symbol) -> types.Range:
        """The range of a function's name; of one that a macro makes, the invocation's."""
        row = self.source.reader.function(sym.fid)
        return self.span(sym.file, sym.line, sym.name, row.column if row is not None else None)

    def bounded(self, places: list[types.Location], what: str, command: str) -> list[types.Location]:
        """As many places as are sent, each once; the person is told of the rest."""
        unique = list({(p.uri, p.range.start.line, p.range.start.character): p for p in places}.values())
        if len(unique) > MOST:
            rest = f"{MOST:,} of {len(unique):,} {what} are shown; {command} has all"
            self.said.append((types.MessageType.Info, rest))
        return unique[:MOST]


def _below(place: str, top: str) -> str:
    """A path relative to a folder, with ``/`` between its parts; '' where it is not below that."""
    inside = os.path.relpath(place, top) if place.startswith(f"{top.rstrip('/')}/") else ""
    return "" if inside.startswith("..") else inside.replace(os.sep, "/")
