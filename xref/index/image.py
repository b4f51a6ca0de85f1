# SPDX-License-Identifier: MIT
"""What the second pass needs to know of the rest of the tree, in a form that can be sent to another machine."""

from __future__ import annotations

import hashlib

import msgspec

from xref.lex.model import Include, MacroDef
from xref.macros.defined import Known
from xref.macros.table import MacroTable
from xref.macros.visibility import IncludeGraph


class TableImage(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a :class:`~xref.macros.table.MacroTable` is made of. ``constants`` and ``defined`` are those of
    :class:`~xref.macros.defined.Known`, as text; ``parts`` is what the graph of the includes says.
    """

    arch: str
    macros: tuple[MacroDef, ...]
    includes: dict[str, tuple[Include, ...]]
    include_dirs: dict[str, tuple[str, ...]]
    parts: dict[str, tuple[str, ...]]
    constants: str
    defined: str
    listings: dict[str, bytes]

    def table(self) -> MacroTable:
        """The table."""
        graph = IncludeGraph(self.includes, self.arch, self.include_dirs, self.parts)
        table = MacroTable(self.macros, graph, Known.from_text(self.constants, self.defined))
        table.listings.update(self.listings)
        return table

    def resolved(self) -> dict[str, tuple[str, ...]]:
        """The files that each file includes, in order."""
        graph = IncludeGraph(self.includes, self.arch, self.include_dirs)
        return {path: graph.direct(path) for path in self.includes}


def encode_image(image: TableImage) -> tuple[bytes, str]:
    """The image as bytes, and a digest of them."""
    data = msgspec.msgpack.encode(image)
    return data, hashlib.blake2b(data, digest_size=16).hexdigest()


def decode_image(data: bytes) -> TableImage:
    """The inverse of :func:`encode_image`."""
    return msgspec.msgpack.decode(data, type=TableImage)
