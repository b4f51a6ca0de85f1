# SPDX-License-Identifier: MIT
"""What all files of a tree offer to each other: macros, includes, and what that says of configurations."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from xref.index.image import TableImage
from xref.index.notes import entry_rows
from xref.index.worker import LexedFile
from xref.lex import guard as g
from xref.macros.defined import Known, defined_names, header_conditions
from xref.macros.visibility import IncludeGraph
from xref.tree.kbuild import Kbuild, defined_flags
from xref.tree.kconfig import constant_symbols
from xref.tree.root import Tree
from xref.tree.syscalltbl import generated_headers


def image_of(
    tree: Tree, arch: str, kbuild: Kbuild, lexed: Mapping[str, LexedFile]
) -> tuple[TableImage, dict[str, str]]:
    """The table of what ``lexed`` (in the order of the tree) holds, and the condition under which each file is compiled
    or included.
    """
    includes = {path: f.includes for path, f in lexed.items()}
    graph = IncludeGraph(includes, arch, kbuild.include_dirs)
    headers = header_conditions(includes, graph)
    macros = [
        msgspec.structs.replace(m, guard=g.to_text(g.conj(g.from_text(m.guard), headers[m.file])))
        if m.file in headers
        else m
        for f in lexed.values()
        for m in f.macros
    ]
    asked = {path: f.asked for path, f in lexed.items() if f.asked}
    numbers = {n for f in lexed.values() for n in f.numbers}
    defined = defined_names(macros, asked, numbers, defined_flags(tree, includes), graph, arch)
    constants, known_defined = Known(constant_symbols(tree, arch), defined).to_text()
    parts = graph.find_parts()
    image = TableImage(
        arch, tuple(macros), includes, dict(kbuild.include_dirs), parts, constants, known_defined,
        {path: f.listing for path, f in lexed.items() if f.listing} | generated_headers(entry_rows(tree)),
    )  # fmt: skip
    return image, kbuild.guards | {path: g.to_text(cond) for path, cond in headers.items()}
