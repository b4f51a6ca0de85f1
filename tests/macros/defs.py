# SPDX-License-Identifier: MIT
"""Macros out of ``#define`` lines, for tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xref.lex.comments import blank_comments
from xref.lex.directives import parse_define, scan
from xref.lex.model import MacroDef
from xref.macros.defined import Known
from xref.macros.expand import Expander
from xref.macros.nature import Natures
from xref.macros.table import MacroTable
from xref.macros.visibility import IncludeGraph


def defines(text: str) -> dict[str, MacroDef]:
    """The definitions in ``text``, numbers among them; the last of a name counts."""
    found = {}
    for n, line in enumerate(text.replace("\\\n", " ").split("\n"), start=1):
        before, word, rest = line.partition("#define")
        macro = parse_define(rest, "", "", n) if word and not before.strip() else None
        if macro is not None:
            found[macro.name] = macro
    return found


def expander(text: str) -> Expander:
    return Expander(defines(text).get)


def expand(text: str, source: str) -> str:
    """``source`` expanded under the definitions in ``text``, one blank between the tokens."""
    return " ".join(expander(text).expand_text(source))


def table(files: Mapping[str, str], constants: Mapping[str, bool] | None = None, arch: str = "x86") -> MacroTable:
    """The macro table of a tree of these files."""
    scans = {path: scan(blank_comments(text.encode("latin-1")).decode("latin-1"), path) for path, text in files.items()}
    graph = IncludeGraph({path: d.includes for path, d in scans.items()}, arch)
    return MacroTable([m for d in scans.values() for m in d.macros], graph, Known(constants or {}, {}))


class NaturesByName:
    """Natures that are asked by name."""

    def __init__(self, macros: MacroTable) -> None:
        self._table = macros
        self._natures = Natures(macros)

    def decides(self, name: str) -> frozenset[int]:
        """The structural parameters over all definitions."""
        return self._natures.structural(self._table.all(name))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._natures, name)


def natures(text: str) -> NaturesByName:
    return NaturesByName(table({"include/linux/x.h": text}))
