# SPDX-License-Identifier: MIT
"""Finds and loads ``queries/*.scm``, and runs them.

A wheel carries the queries inside the package; in a checkout (an editable install) they stand beside it;
``XREF_QUERIES`` overrides both.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

import tree_sitter_c
from tree_sitter import Language, Node, Parser, Query, QueryCursor

from xref.errors import XrefError

FAMILIES: Final = ("functions", "calls", "branches", "flow", "types", "data")
_PACKAGE: Final = Path(__file__).resolve().parent.parent


def queries_dir() -> Path:
    """Where the queries are. Raises :class:`XrefError` when the installation has lost them."""
    places = [_PACKAGE / "queries", _PACKAGE.parent / "queries"]
    if override := os.environ.get("XREF_QUERIES"):
        places.insert(0, Path(override))
    for place in places:
        if (place / f"{FAMILIES[0]}.scm").is_file():
            return place
    raise XrefError(f"the tree-sitter queries are missing (looked in {', '.join(map(str, places))}); reinstall xref")


@lru_cache(maxsize=1)
def language() -> Language:
    """The C grammar."""
    return Language(tree_sitter_c.language())


class Grammar:
    """One parser with all queries; one a process, never shared between threads."""

    def __init__(self) -> None:
        folder = queries_dir()
        source = "\n".join((folder / f"{family}.scm").read_text(encoding="utf-8") for family in FAMILIES)
        self._query = Query(language(), source)
        self._parser = Parser(language())

    def parse(self, text: bytes) -> Node:
        """The root of the syntax tree of ``text``; the tree lives as long as its nodes do."""
        return self._parser.parse(text).root_node

    def matches(self, node: Node) -> Iterator[dict[str, list[Node]]]:
        """Every match below ``node``: capture names to nodes."""
        for _, captures in QueryCursor(self._query).matches(node):
            yield captures
        if node.type == "ERROR":  # all of a text that the parser could not finish: no translation_unit to match
            for child in node.children:
                if child.type == "declaration":
                    yield {"definition.object": [child]}


@lru_cache(maxsize=1)
def grammar() -> Grammar:
    """The grammar of this process."""
    return Grammar()
