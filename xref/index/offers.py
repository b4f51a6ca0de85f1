# SPDX-License-Identifier: MIT
"""What the files of a tree offer to each other: macros, includes, and what these say of configurations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from xref.index.image import TableImage
from xref.index.notes import EntryRow
from xref.index.unread import put_off
from xref.index.worker import LexedFile
from xref.lex import guard as g
from xref.lex.model import Marker
from xref.macros.defined import Known, defined_names, header_conditions
from xref.macros.visibility import IncludeGraph
from xref.tree.files import KERNEL, program_of
from xref.tree.kbuild import Kbuild, defined_flags
from xref.tree.root import Tree
from xref.tree.syscalltbl import generated_headers

_ALWAYS: Final = ("include/linux/compiler", "include/linux/kconfig.h")
"""What Kbuild includes everywhere (``-include`` in the top Makefile)."""


def image_of(
    tree: Tree,
    arch: str,
    kbuild: Kbuild,
    entries: Iterable[EntryRow],
    lexed: Mapping[str, LexedFile],
    flags: dict[str, frozenset[str]] | None = None,
) -> tuple[TableImage, dict[str, str]]:
    """The table of what ``lexed`` (in the order of the tree) and the system call tables' ``entries`` hold, and the
    condition under which each file is compiled or included. ``flags`` is for :func:`~xref.tree.kbuild.defined_flags`.
    """
    includes = {path: f.includes for path, f in lexed.items()}
    graph = IncludeGraph(includes, arch, kbuild.include_dirs)
    headers = header_conditions(includes, graph)

    def guarded(guard: str, path: str) -> str:
        return g.to_text(g.conj(g.from_text(guard), headers[path])) if path in headers else guard

    macros = [
        msgspec.structs.replace(m, guard=guarded(m.guard, m.file)) if m.file in headers else m
        for f in lexed.values()
        for m in f.macros
    ]
    markers = {
        path: [Marker(m.name, guarded(m.guard, path), m.ended) for m in f.markers]
        for path, f in lexed.items()
        if f.markers
    }
    asked = {path: f.asked for path, f in lexed.items() if f.asked}
    numbers = {n for path, f in lexed.items() if f.numbers and program_of(path) == KERNEL for n in f.numbers}
    command_line = defined_flags(tree, includes, flags)
    defined = defined_names(macros, markers, asked, numbers, command_line, graph, arch)
    constants, known_defined = Known(kbuild.options.constants, defined).to_text()
    parts = graph.find_parts()
    image = TableImage(
        arch, tuple(macros), includes, dict(kbuild.include_dirs), parts, constants, known_defined,
        {path: f.listing for path, f in lexed.items() if f.listing} | generated_headers(entries),
    )  # fmt: skip
    never = g.to_text(g.NEVER)
    unbuilt = (path for path in kbuild.unbuilt if path in lexed and path not in parts and program_of(path) == KERNEL)
    guards = kbuild.guards | dict.fromkeys(unbuilt, never)
    return image, guards | {path: g.to_text(cond) for path, cond in headers.items()}


def without_unread(
    image: TableImage, lexed: Mapping[str, LexedFile], root: str, places: Iterable[str]
) -> tuple[dict[str, LexedFile], frozenset[str]]:
    """``lexed`` with the headers bare that none of the sources includes, directly or not, and those that are put off:
    ``places`` aside, which were asked for. And which are put off.
    """
    graph = IncludeGraph(image.includes, image.arch, image.include_dirs)
    todo = [path for path in lexed if not path.endswith(".h") or path.startswith(_ALWAYS)]
    reached = set(todo)
    while todo:
        new = set(graph.direct(todo.pop())) - reached
        reached |= new
        todo.extend(new)
    waiting = put_off(graph, root, reached, frozenset(places))
    read = {
        path: f if path in reached and path not in waiting else msgspec.structs.replace(f, bare=True)
        for path, f in lexed.items()
    }
    return read, waiting
