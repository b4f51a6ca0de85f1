# SPDX-License-Identifier: MIT
"""Reads the Kconfig files that the tree's own configurator would read, for one architecture.

What follows from them is worked out in :mod:`xref.tree.options` and :mod:`xref.tree.requires`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from xref.tree.root import Tree

Expr: TypeAlias = "tuple[str, Expr, Expr] | tuple[str, Expr] | str | bool | None"
"""``("&&", a, b)``, ``("||", a, b)``, ``("!", a)``, an option's name, a constant, or None for unknown."""


@dataclass(frozen=True, slots=True)
class Kconfig:
    """All that the Kconfig files say of options, by names without ``CONFIG_``."""

    symbols: dict[str, Symbol]
    choices: tuple[tuple[str, ...], ...]
    """The options of each ``choice``, of which one at most can be y."""
    complete: bool
    """Whether every file that was named has been read."""


@dataclass(slots=True)
class Entry:
    """One ``config`` block."""

    depends: list[Expr]
    prompts: list[Expr] = field(default_factory=list)
    """The condition of each prompt."""
    defaults: list[tuple[Expr, Expr]] = field(default_factory=list)
    """Value and condition."""
    selects: list[tuple[str, Expr]] = field(default_factory=list)
    implies: list[tuple[str, Expr]] = field(default_factory=list)


@dataclass(slots=True)
class Symbol:
    """An option, with all blocks that speak of it."""

    type: str = ""
    entries: list[Entry] = field(default_factory=list)


def read_kconfig(tree: Tree, arch: str) -> Kconfig:
    """Read all Kconfig files of one architecture. Never raises: what cannot be read makes options unknown."""
    reader = _Reader(tree.root, arch)
    for top in ("Kconfig", f"arch/{arch}/Kconfig"):
        if reader.file(top):
            break
    return Kconfig(reader.symbols, tuple(map(tuple, reader.choices)), reader.complete)


_TOKEN = re.compile(
    r"""&&|\|\||[!<>]=|[=<>!()]|"(?:\\.|[^"\\])*"|'[^']*'|\$\((?:[^()]|\([^()]*\))*\)|[^\s&|!=<>()"']+"""
)
_LINE = re.compile(r"(\w+)\b\s*(.*)", re.S)
_CUT_IF = re.compile(r"(.*?)(?:\s|^)if\s+(.*)", re.S)
_TYPES: Final = ("bool", "boolean", "tristate", "int", "hex", "string")


class _Reader:
    """Reads a Kconfig file and those that it sources."""

    def __init__(self, root: Path, arch: str) -> None:
        self.symbols: dict[str, Symbol] = {}
        self.choices: list[list[str]] = []
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
        symbol, entry = Symbol(), Entry([])  # of the block that is open; thrown away for choice and comment
        chosen: list[str] = []  # of the choice that is open; thrown away outside
        for line in lines:
            found = _LINE.match(line)
            if not found:
                continue
            word, rest = found.groups()
            if word in ("config", "menuconfig"):
                symbol = self.symbols.setdefault(rest.strip(), Symbol())
                entry = Entry([e for level in self._scope for e in level])
                symbol.entries.append(entry)
                chosen.append(rest.strip())
            elif word in ("menu", "choice", "comment"):
                symbol, entry = Symbol(), Entry([])
                if word == "choice":
                    self.choices.append(chosen := [])
                if word != "comment":
                    self._scope.append(entry.depends)  # "depends on" that follows is for all that is inside
            elif word == "if":
                self._scope.append([_parse(rest)])
                symbol, entry = Symbol(), Entry([])
            elif word in ("endif", "endmenu", "endchoice"):
                if self._scope:
                    self._scope.pop()
                if word == "endchoice":
                    chosen = []
                symbol, entry = Symbol(), Entry([])
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


def _attribute(symbol: Symbol, entry: Entry, word: str, rest: str) -> None:
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
