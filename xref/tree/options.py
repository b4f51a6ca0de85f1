# SPDX-License-Identifier: MIT
"""Options that no configuration of an architecture can set, or that all of them set.

Works out for every option of the Kconfig files two things by fixpoint: whether it *may* be set (it can be asked for,
defaults to something, or is selected by one that may be set) and whether it *must* be (its default is y on conditions
that must hold, or one that must be set selects it). What depends on the environment or on the compiler (``$(ARCH)``,
``$(cc-option,...)``, ``64BIT``) may be, and need not be.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from xref.tree.kconfig import Expr, Symbol, read_kconfig
from xref.tree.requires import requirements
from xref.tree.root import Tree


@dataclass(frozen=True, slots=True)
class Options:
    """What the Kconfig files say, for one architecture. Names are written ``CONFIG_X``."""

    constants: dict[str, bool]
    """True: set in every configuration (y or m); False: in none. Everything else depends on the configuration."""
    tristate: frozenset[str]
    """Options that can be m."""
    requires: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The options that are set (``CONFIG_X``), or not (``!CONFIG_X``), whenever one is; without the constant ones."""


def read_options(tree: Tree, arch: str) -> Options:
    """Read all Kconfig files of one architecture. Never raises: what cannot be read makes options unknown."""
    kconfig = read_kconfig(tree, arch)
    symbols = kconfig.symbols
    solver = _Solver(symbols, kconfig.complete)
    solver.run()
    constants = dict.fromkeys(sorted(symbols.keys() - solver.may), False) | dict.fromkeys(sorted(solver.must), True)
    constants |= dict.fromkeys(sorted(_elsewhere(tree, arch) - symbols.keys()), False)
    return Options(
        {f"CONFIG_{name}": value for name, value in constants.items()},
        frozenset(f"CONFIG_{n}" for n, s in symbols.items() if s.type == "tristate"),
        {f"CONFIG_{name}": words for name, found in requirements(kconfig).items()
         if (words := _spelt(found, constants))},
    )  # fmt: skip


def _spelt(literals: frozenset[str], constants: Mapping[str, bool]) -> tuple[str, ...]:
    return tuple(
        f"!CONFIG_{literal[1:]}" if literal[0] == "!" else f"CONFIG_{literal}"
        for literal in sorted(literals)
        if literal.lstrip("!") not in constants
    )


_DEFINED = re.compile(r"^\s*(?:menu)?config[ \t]+(\w+)", re.M)


def _elsewhere(tree: Tree, arch: str) -> set[str]:
    """The options that the Kconfig files of other architectures define."""
    names: set[str] = set()
    for other in tree.archs:
        if other == arch:
            continue
        for folder, _, files in os.walk(tree.root / "arch" / other):
            for file in files:
                if file.startswith("Kconfig"):
                    try:
                        data = Path(folder, file).read_bytes()
                    except OSError:
                        continue
                    names.update(_DEFINED.findall(data.decode("utf-8", "replace")))
    return names


class _Solver:
    """The two fixpoints: ``may`` grows from nothing, and so does ``must``."""

    def __init__(self, symbols: dict[str, Symbol], complete: bool) -> None:
        self.symbols = symbols
        self.complete = complete
        self.may: set[str] = set()
        self.must: set[str] = set()
        self.selecting = [(n, e) for n, s in symbols.items() for e in s.entries if e.selects or e.implies]

    def run(self) -> None:
        for _ in range(2):  # what must be makes its opposite impossible, and the other way round
            self.may = set()
            self._grow(self.may, self._possible, self.maybe)
            self.must = set()
            self._grow(self.must, self._certain, self.surely)

    def maybe(self, e: Expr) -> bool:
        """Whether some configuration makes ``e`` other than n."""
        if isinstance(e, str):
            return e in self.may or (not self.complete and e not in self.symbols)
        if isinstance(e, tuple):
            if len(e) == 2:
                return not self.surely(e[1])
            return (self.maybe(e[1]) and self.maybe(e[2])) if e[0] == "&&" else (self.maybe(e[1]) or self.maybe(e[2]))
        return e is not False

    def surely(self, e: Expr) -> bool:
        """Whether every configuration makes ``e`` y."""
        if isinstance(e, str):
            return e in self.must
        if isinstance(e, tuple):
            if len(e) == 2:
                return not self.maybe(e[1])
            both = self.surely(e[1]), self.surely(e[2])
            return all(both) if e[0] == "&&" else any(both)
        return e is True

    def _grow(self, found: set[str], test: Callable[[Symbol], bool], holds: Callable[[Expr], bool]) -> None:
        """Add what passes ``test`` or is selected by what is there, until nothing changes."""
        while True:
            before = len(found)
            for name, symbol in self.symbols.items():
                if name not in found and test(symbol):
                    found.add(name)
            for name, entry in self.selecting:
                if name in found:
                    chosen = entry.selects if found is self.must else entry.selects + entry.implies
                    targets = [target for target, condition in chosen if target not in found and holds(condition)]
                    if targets and all(map(holds, entry.depends)):
                        found.update(t for t in targets if t in self.symbols)
            if len(found) == before:
                return

    def _possible(self, symbol: Symbol) -> bool:
        for entry in symbol.entries:
            if all(map(self.maybe, entry.depends)) and (
                symbol.type not in ("bool", "tristate")
                or any(map(self.maybe, entry.prompts))
                or any(self.maybe(value) and self.maybe(condition) for value, condition in entry.defaults)
            ):
                return True
        return False

    def _certain(self, symbol: Symbol) -> bool:
        if symbol.type not in ("bool", "tristate"):
            return False
        defaults = [(*default, entry) for entry in symbol.entries for default in entry.defaults]
        if not defaults or any(
            any(map(self.maybe, entry.prompts)) and all(map(self.maybe, entry.depends)) for entry in symbol.entries
        ):
            return False
        for value, condition, entry in defaults:  # the first that applies counts
            conditions = [condition, *entry.depends]
            if not all(map(self.maybe, conditions)):
                continue
            if not self.surely(value):
                return False
            if all(map(self.surely, conditions)):
                return True
        return False
