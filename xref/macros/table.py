# SPDX-License-Identifier: MIT
"""Every macro definition of a tree, and which of them is in force in a file.

A name can be defined many times: per architecture, per configuration, per driver. The preprocessor would take the last
one it met; we have no configuration and keep every definition that the file can see and that some configuration of this
architecture allows.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final, Protocol

from xref.lex.directives import MacroDef
from xref.macros.defined import NOTHING_KNOWN, Known
from xref.macros.visibility import IncludeGraph
from xref.tree.files import program_of

_MAX_CANDIDATES: Final = 6


_program: Final = lru_cache(maxsize=131072)(program_of)


class MacroSource(Protocol):
    """Where a view gets its definitions from: a table in memory, or an index."""

    graph: IncludeGraph

    def all(self, name: str) -> tuple[MacroDef, ...]:
        """Every definition of ``name`` that some configuration allows."""


class MacroTable:
    """All definitions by name, but for those that no configuration of the architecture can have."""

    def __init__(self, macros: Iterable[MacroDef], graph: IncludeGraph, known: Known = NOTHING_KNOWN) -> None:
        self.graph = graph
        self.known = known
        self._by_name: dict[str, tuple[MacroDef, ...]] = {}
        self.displaced: dict[str, tuple[MacroDef, ...]] = {}
        """Definitions for want of a better one (``#ifndef X``) of names that always have a better one."""
        collected: dict[str, list[MacroDef]] = {}
        for m in macros:
            collected.setdefault(m.name, []).append(m)
        for name, defs in collected.items():
            alive = tuple(m for m in defs if not m.guard or known.possible(m.guard))
            if alive:
                self._by_name[name] = alive
                if len(alive) < len(defs) and name in known.defined:
                    self.displaced[name] = tuple(m for m in defs if m not in alive)

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def all(self, name: str) -> tuple[MacroDef, ...]:
        """Every definition of ``name`` that some configuration allows."""
        return self._by_name.get(name, ())

    def view(self, file: str) -> MacroView:
        """The macros as ``file`` sees them."""
        return MacroView(self, file)


class MacroView:
    """The macros that one file sees; answers are remembered."""

    def __init__(self, table: MacroSource, file: str) -> None:
        self._table = table
        self.file = file
        self._program = _program(file)
        self._known: dict[str, tuple[MacroDef, ...]] = {}

    def candidates(self, name: str) -> tuple[MacroDef, ...]:
        """The definitions that may be in force, the likeliest first: the file's own, else the visible headers'."""
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = self._candidates(self._table.all(name))
        return known

    def get(self, name: str) -> MacroDef | None:
        """The likeliest definition."""
        found = self.candidates(name)
        return found[0] if found else None

    def variant(self, name: str, k: int) -> MacroDef | None:
        """The ``k``-th reading of ``name``: the arms that are stubs for a feature that is off do not count."""
        found = self.candidates(name)
        if not found:
            return None
        full = [m for m in found if m.body] or list(found)
        return full[min(k, len(full) - 1)]

    def variants(self, name: str) -> int:
        """How many readings ``name`` has."""
        return len([m for m in self.candidates(name) if m.body])

    def _candidates(self, defs: tuple[MacroDef, ...]) -> tuple[MacroDef, ...]:
        if not defs:
            return ()
        own = [m for m in defs if m.file == self.file]
        if not own:
            own = [m for m in defs if not m.until and self._reachable(m.file)]
            if len({m.file for m in own}) > 1:
                graph = self._table.graph
                seen = [m for m in own if graph.sees(self.file, m.file)]
                own = seen or own
        # the fullest body first: the other arms are stubs for a feature that is off
        own.sort(key=lambda m: (-len(m.body), m.file, m.line))
        unique: dict[tuple[str, tuple[str, ...] | None], MacroDef] = {}
        for m in own:
            unique.setdefault((m.body, m.params), m)
        return tuple(unique.values())[:_MAX_CANDIDATES]

    def _reachable(self, other: str) -> bool:
        """A cheap test before the include graph is asked: is ``other`` a header that this program may include."""
        if other.endswith(".c"):
            return self._table.graph.sees(self.file, other)
        theirs = _program(other)
        if theirs != self._program and (theirs != "kernel" or self._program.startswith("tools")):
            return self._table.graph.sees(self.file, other)
        if "/asm-generic/" in other:
            return self._table.graph.sees(self.file, other)  # an architecture may have its own instead
        if other.startswith("include/") or (other.startswith("arch/") and "/include/" in other):
            return True
        return self._table.graph.sees(self.file, other)
