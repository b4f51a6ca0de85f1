# SPDX-License-Identifier: MIT
"""Every macro definition of a tree.

A name can be defined many times: per architecture, per configuration, per driver. The preprocessor would take the last
one it met; we have no configuration and keep every definition that the file can see and that some configuration of this
architecture allows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from xref.lex.model import MacroDef
from xref.macros.defined import NOTHING_KNOWN, Known
from xref.macros.view import MacroView
from xref.macros.visibility import IncludeGraph

_STATEMENTS: Final = frozenset("if else for while do switch case default return goto break continue".split())


class MacroTable:
    """All definitions by name, but for those that no configuration of the architecture can have."""

    def __init__(self, macros: Iterable[MacroDef], graph: IncludeGraph, known: Known = NOTHING_KNOWN) -> None:
        self.graph = graph
        self.listings: dict[str, bytes] = {}
        """Headers that hold nothing but invocations, by path: see :mod:`xref.facts.listings`."""
        self.known = known
        self.orders: dict[tuple[MacroDef, ...], tuple[MacroDef, ...]] = {}
        self._by_name: dict[str, tuple[MacroDef, ...]] = {}
        self._by_file: dict[str, list[MacroDef]] = {}
        self.displaced: dict[str, tuple[MacroDef, ...]] = {}
        """Definitions for want of a better one (``#ifndef X``) of names that always have a better one."""
        collected: dict[str, list[MacroDef]] = {}
        for m in macros:
            collected.setdefault(m.name, []).append(m)
        for name, defs in collected.items():
            alive = self._alive(name, defs)
            if alive:
                self._by_name[name] = alive

    def _alive(self, name: str, defs: Sequence[MacroDef]) -> tuple[MacroDef, ...]:
        """The definitions that some configuration allows; of the others those that are displaced are noted. A statement
        stays one, whatever ``#define if(cond, ...)`` of include/linux/compiler.h puts around its condition.
        """
        if name in _STATEMENTS:
            return ()
        alive = tuple(m for m in defs if not m.guard or self.known.possible(m.guard))
        if alive and len(alive) < len(defs) and name in self.known.defined:
            self.displaced[name] = tuple(m for m in defs if m not in alive)
        return alive

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def all(self, name: str) -> tuple[MacroDef, ...]:
        """Every definition of ``name`` that some configuration allows."""
        return self._by_name.get(name, ())

    def of_file(self, path: str) -> tuple[MacroDef, ...]:
        """The definitions that stand in one file."""
        if not self._by_file:
            for defs in self._by_name.values():
                for m in defs:
                    self._by_file.setdefault(m.file, []).append(m)
        return tuple(self._by_file.get(path, ()))

    def candidates(self, name: str) -> tuple[MacroDef, ...]:
        """Every definition, whoever sees it."""
        return self.all(name)

    def view(self, file: str, before: int = 0) -> MacroView:
        """The macros as ``file`` sees them: all of it, or what stands above the line ``before``."""
        return MacroView(self, file, before)


class StoredTable(MacroTable):
    """The table of an index: definitions are read when they are asked for, which is cheaper for a few files."""

    def __init__(
        self,
        find: Callable[[str], Sequence[MacroDef]],
        of_file: Callable[[str], Sequence[MacroDef]],
        graph: IncludeGraph,
        known: Known,
    ) -> None:
        """``find`` knows the definitions of a name, ``of_file`` those in a file; both in the order of the tree."""
        super().__init__((), graph, known)
        self._find = find
        self._in_file = of_file
        self._asked: dict[str, tuple[MacroDef, ...]] = {}
        for name in sorted(known.defined):  # fills ``displaced``
            self.all(name)

    def __contains__(self, name: str) -> bool:
        return bool(self.all(name))

    def all(self, name: str) -> tuple[MacroDef, ...]:
        """Every definition of ``name`` that some configuration allows."""
        found = self._asked.get(name)
        if found is None:
            found = self._asked[name] = self._alive(name, self._find(name))
        return found

    def of_file(self, path: str) -> tuple[MacroDef, ...]:
        """The definitions that stand in one file."""
        return tuple(m for m in self._in_file(path) if m in self.all(m.name))
