# SPDX-License-Identifier: MIT
"""Options that no configuration of an architecture can set, or that all of them set.

Reads the Kconfig files that the tree's own configurator would read, and works out for every option two things by
fixpoint: whether it *may* be set (it can be asked for, defaults to something, or is selected by one that may be set)
and whether it *must* be (its default is y on conditions that must hold, or one that must be set selects it). What
depends on the environment or on the compiler (``$(ARCH)``, ``$(cc-option,...)``, ``64BIT``) may be, and need not be.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from xref.tree.root import Tree

Expr: TypeAlias = "tuple[str, Expr, Expr] | tuple[str, Expr] | str | bool | None"
"""``("&&", a, b)``, ``("||", a, b)``, ``("!", a)``, an option's name, a constant, or None for unknown."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the Kconfig files say, for one architecture. Names are written ``CONFIG_X``."""

    constants: dict[str, bool]
    """True: set in every configuration (y or m); False: in none. Everything else depends on the configuration."""
    tristate: frozenset[str]
    """Options that can be m."""


def read_options(tree: Tree, arch: str) -> Options:
    """Read all Kconfig files of one architecture. Never raises: what cannot be read makes options unknown."""
    reader = _Reader(tree.root, arch)
    for top in ("Kconfig", f"arch/{arch}/Kconfig"):
        if reader.file(top):
            break
    symbols = reader.symbols
    solver = _Solver(symbols, reader.complete)
    solver.run()
    constants = dict.fromkeys(sorted(symbols.keys() - solver.may), False) | dict.fromkeys(sorted(solver.must), True)
    constants |= dict.fromkeys(sorted(_elsewhere(tree, arch) - symbols.keys()), False)
    return Options(
        {f"CONFIG_{name}": value for name, value in constants.items()},
        frozenset(f"CONFIG_{n}" for n, s in symbols.items() if s.type == "tristate"),
    )


@dataclass(slots=True)
class _Entry:
    """One ``config`` block."""

    depends: list[Expr]
    prompts: list[Expr] = field(default_factory=list)
    """The condition of each prompt."""
    defaults: list[tuple[Expr, Expr]] = field(default_factory=list)
    """Value and condition."""
    selects: list[tuple[str, Expr]] = field(default_factory=list)
    implies: list[tuple[str, Expr]] = field(default_factory=list)


@dataclass(slots=True)
class _Symbol:
    type: str = ""
    entries: list[_Entry] = field(default_factory=list)


_TOKEN = re.compile(
    r"""&&|\|\||[!<>]=|[=<>!()]|"(?:\\.|[^"\\])*"|'[^']*'|\$\((?:[^()]|\([^()]*\))*\)|[^\s&|!=<>()"']+"""
)
_LINE = re.compile(r"(\w+)\b\s*(.*)", re.S)
_CUT_IF = re.compile(r"(.*?)(?:\s|^)if\s+(.*)", re.S)
_DEFINED = re.compile(r"^\s*(?:menu)?config[ \t]+(\w+)", re.M)
_TYPES: Final = ("bool", "boolean", "tristate", "int", "hex", "string")


class _Reader:
    """Reads a Kconfig file and those that it sources."""

    def __init__(self, root: Path, arch: str) -> None:
        self.symbols: dict[str, _Symbol] = {}
        self.complete = True
        """Whether every file that was named has been read."""
        self._root = root
        self._arch = arch
        self._scope: list[list[Expr]] = []
        self._open: set[str] = set()

    def file(self, path: str) -> bool:
        """Read one file; False when that is not possible."""
        if path in self._open:
            return True
        try:
            data = (self._root / path).read_bytes().decode("utf-8", "replace")
        except (OSError, ValueError):
            return False
        self._open.add(path)
        depth = len(self._scope)
        self._lines(path, _logical(data))
        del self._scope[depth:]
        self._open.discard(path)
        return True

    def _lines(self, path: str, lines: Iterator[str]) -> None:
        symbol, entry = _Symbol(), _Entry([])  # of the block that is open; thrown away for choice and comment
        for line in lines:
            found = _LINE.match(line)
            if not found:
                continue
            word, rest = found.groups()
            if word in ("config", "menuconfig"):
                symbol = self.symbols.setdefault(rest.strip(), _Symbol())
                entry = _Entry([e for level in self._scope for e in level])
                symbol.entries.append(entry)
            elif word in ("menu", "choice", "comment"):
                symbol, entry = _Symbol(), _Entry([])
                if word != "comment":
                    self._scope.append(entry.depends)  # "depends on" that follows is for all that is inside
            elif word == "if":
                self._scope.append([_parse(rest)])
                symbol, entry = _Symbol(), _Entry([])
            elif word in ("endif", "endmenu", "endchoice"):
                if self._scope:
                    self._scope.pop()
                symbol, entry = _Symbol(), _Entry([])
            elif word in ("source", "rsource", "osource", "orsource"):
                self._source(path, word, rest)
            else:
                _attribute(symbol, entry, word, rest)

    def _source(self, path: str, word: str, rest: str) -> None:
        name = rest.strip().strip("\"'")
        for spelling in ("$(SRCARCH)", "$SRCARCH", "$(ARCH)", "$ARCH"):
            name = name.replace(spelling, self._arch)
        name = name.replace("$(srctree)/", "")
        if "r" in word.removesuffix("source"):
            name = os.path.join(os.path.dirname(path), name)  # noqa: PTH118, PTH120 - no file is meant yet
        if any(c in name for c in "*?["):
            for found in sorted(self._root.glob(name)):
                self.file(found.relative_to(self._root).as_posix())
        elif ("$" in name or not self.file(name)) and not word.startswith("o"):
            self.complete = False


def _logical(data: str) -> Iterator[str]:
    """The lines without comments, help texts and continuations."""
    help_indent = -1  # -1: not in a help text; 0: in one whose indentation is still to be seen
    for line in re.sub(r"\\\r?\n", " ", data).split("\n"):
        bare = line.strip()
        if not bare:
            continue
        if help_indent >= 0:
            expanded = line.expandtabs()
            indent = len(expanded) - len(expanded.lstrip())
            if indent and indent >= help_indent:
                help_indent = help_indent or indent
                continue
            help_indent = -1
        if bare in ("help", "---help---"):
            help_indent = 0
        elif bare[0] != "#":
            yield bare


def _attribute(symbol: _Symbol, entry: _Entry, word: str, rest: str) -> None:
    """A line inside of a block."""
    if word in ("depends", "requires"):
        entry.depends.append(_parse(rest.removeprefix("on ").removeprefix("on\t")))
        return
    value, condition = _split_if(rest)
    if word in _TYPES:
        symbol.type = "bool" if word == "boolean" else word
        if value:
            entry.prompts.append(condition)
    elif word == "prompt":
        entry.prompts.append(condition)
    elif word in ("def_bool", "def_tristate"):
        symbol.type = word.removeprefix("def_")
        entry.defaults.append((_parse(value), condition))
    elif word == "default":
        entry.defaults.append((_parse(value), condition))
    elif word in ("select", "imply", "enable"):
        (entry.implies if word == "imply" else entry.selects).append((value, condition))


def _split_if(text: str) -> tuple[str, Expr]:
    """``value if condition``, where the value may be a text that holds an ``if``."""
    text = re.sub(r"\s#.*", "", text) if '"' not in text and "'" not in text else text
    quoted = re.match(r"""("(?:\\.|[^"\\])*"|'[^']*')\s*(.*)""", text, re.S)
    if quoted and (not quoted[2] or quoted[2].startswith(("if ", "if\t", "if(", "#"))):
        return quoted[1], _parse(quoted[2][2:]) if quoted[2].startswith("if") else True
    cut = _CUT_IF.fullmatch(text)
    return (cut[1].strip(), _parse(cut[2])) if cut else (text.strip(), True)


def _parse(text: str) -> Expr:
    """An expression; unknown when it is malformed."""
    tokens = []
    for token in _TOKEN.findall(text):
        if token[0] == "#":
            break
        tokens.append(token)
    tokens.reverse()
    try:
        expr = _parse_or(tokens)
    except (IndexError, RecursionError):
        return None
    return None if tokens else expr


def _parse_or(tokens: list[str]) -> Expr:
    left = _parse_and(tokens)
    while tokens and tokens[-1] == "||":
        tokens.pop()
        left = ("||", left, _parse_and(tokens))
    return left


def _parse_and(tokens: list[str]) -> Expr:
    left = _parse_one(tokens)
    while tokens and tokens[-1] == "&&":
        tokens.pop()
        left = ("&&", left, _parse_one(tokens))
    return left


def _parse_one(tokens: list[str]) -> Expr:
    token = tokens.pop()
    if token == "!":
        return ("!", _parse_one(tokens))
    if token == "(":
        inner = _parse_or(tokens)
        if tokens.pop() != ")":
            raise IndexError
        return inner
    if tokens and tokens[-1] in ("=", "!=", "<", ">", "<=", ">="):
        tokens.pop()
        tokens.pop()
        return None
    bare = token.strip("\"'")
    if "$" in bare or not bare:
        return None
    return {"y": True, "n": False, "m": None}.get(bare, bare)


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

    def __init__(self, symbols: dict[str, _Symbol], complete: bool) -> None:
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

    def _grow(self, found: set[str], test: Callable[[_Symbol], bool], holds: Callable[[Expr], bool]) -> None:
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

    def _possible(self, symbol: _Symbol) -> bool:
        for entry in symbol.entries:
            if all(map(self.maybe, entry.depends)) and (
                symbol.type not in ("bool", "tristate")
                or any(map(self.maybe, entry.prompts))
                or any(self.maybe(value) and self.maybe(condition) for value, condition in entry.defaults)
            ):
                return True
        return False

    def _certain(self, symbol: _Symbol) -> bool:
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
