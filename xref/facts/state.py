# SPDX-License-Identifier: MIT
"""What the extraction of one file has found so far, and what it knows of the tree."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Set

from tree_sitter import Node

from xref.facts.builder import FunctionBuilder
from xref.facts.conditions import Regions
from xref.facts.listings import Listed
from xref.facts.model import ObjectFact, RecordFact, RegistrationFact, TypedefFact
from xref.facts.text import Origin, Place, Role, Text
from xref.macros.asking import TypeTests
from xref.macros.body import names_something
from xref.macros.liveness import Liveness
from xref.macros.nature import Nature, Natures
from xref.macros.pasting import Pasting
from xref.macros.stores import Stores
from xref.macros.table import MacroTable
from xref.macros.template import Templates
from xref.macros.view import MacroView
from xref.parse.mask import Masker
from xref.parse.queries import Grammar

Spell = Callable[[Node], str]
"""A node's text as the source has it, blanks merged."""
Owner = Callable[[int], FunctionBuilder | None]
"""The function or macro that holds a byte."""


class Context:
    """What extraction knows of the whole tree; one a process."""

    def __init__(self, table: MacroTable, natures: Natures, grammar: Grammar) -> None:
        self.table = table
        self.natures = natures
        self.grammar = grammar
        self.masker = Masker(table, natures)
        self.liveness = Liveness(table)
        self.stores = Stores(table)
        self.pasting = Pasting(table)
        self.type_tests = TypeTests(table)
        self._callers: set[bytes] = set()
        self._silent: set[bytes] = set()
        self._droppers: dict[bytes, bool] = {}
        self._naming: dict[str, bool] = {}
        self._tests: set[bytes] = set()
        self._no_tests: set[bytes] = set()

    def names_something(self, name: str) -> bool:
        """Whether a macro without parameters may be a function, a variable or the address of one, and no more."""
        known = self._naming.get(name)
        if known is None:
            known = any(m.params is None and names_something(m.body) for m in self.table.all(name))
            self._naming[name] = known
        return known

    def callers_among(self, words: Set[bytes]) -> list[bytes]:
        """Those of ``words`` that are object-like macros which call something, in order; the others are remembered."""
        for raw in words - self._silent:
            if raw not in self._callers:
                name = raw.decode("latin-1")
                calls = any(m.params is None and m.body for m in self.table.all(name)) and (
                    self.natures.calls(name) and not self.natures.of(name) & Nature.ATTRIBUTE
                )
                (self._callers if calls else self._silent).add(raw)
        return sorted(words & self._callers)

    def tests_among(self, words: Set[bytes]) -> list[bytes]:
        """Those of ``words`` that ask for types; the others are remembered."""
        for raw in words - self._no_tests:
            if raw not in self._tests:
                (self._tests if self.type_tests.asks(raw.decode("latin-1")) else self._no_tests).add(raw)
        return sorted(words & self._tests)

    def drops(self, raw: bytes) -> bool:
        """Whether a macro of that name may leave an argument unevaluated, under any of its definitions."""
        known = self._droppers.get(raw)
        if known is None:
            name = raw.decode("latin-1")
            known = self._droppers[raw] = name in self.table and self.liveness.drops(name)
        return known


class FileState:
    """The extraction of one file, between its steps."""

    def __init__(self, owner: Context, path: str) -> None:
        self._x = owner
        self._path = path
        self._view: MacroView = owner.table.view(path)
        self._functions: dict[tuple[str, int], FunctionBuilder] = {}
        self._records: dict[RecordFact, None] = {}
        self._typedefs: dict[TypedefFact, None] = {}
        self._objects: dict[ObjectFact, None] = {}
        self._registrations: dict[RegistrationFact, None] = {}
        self._exports: dict[str, None] = {}
        self._queue: list[tuple[str, Origin]] = []
        self._expansions = 0
        self._made = 0
        self._notes: dict[str, None] = {}
        self._error_bytes = 0
        self._object_types: dict[int, str] = {}
        self._object_declarators: dict[int, str] = {}
        self._include_lines: tuple[int, ...] = ()
        self._regions = Regions()
        self._wanted: dict[tuple[int, int], dict[str, bool]] = {}
        """By reading: which macros an expansion inside a function expands."""
        self._templates = Templates()
        self._inner: dict[tuple[tuple[str, int], int], dict[str, int]] = {}
        """How many variables of each name expansions have declared on a line of a function so far."""
        self._inner_starts: dict[tuple[tuple[tuple[str, int], int], str], dict[str, int]] = {}
        """The same when an invocation was expanded for the first time."""
        self._listed_inside: list[Listed] = []
        self._member_parts: dict[str, tuple[int, str]] = {}
        """By the tag of what is read for them: the line of the struct in which macros make members, and the macro."""
        self._salt = f"{zlib.crc32(path.encode('utf-8', 'surrogateescape')):08x}"

    def _tell_functions(self) -> None:
        """Tells the view which functions the file defines: what it calls by their names is no macro of others."""
        found: dict[str, list[str]] = {}
        for builder in self._functions.values():
            if builder.kind == "function":
                found.setdefault(builder.name, []).append(builder.guard)
        self._view.defining(found)

    def _placed(self, text: Text, offset: int) -> tuple[Place, str]:
        origin = text.origin(offset)
        if origin is None or origin.role is Role.MACRO_BODY:
            return text.place(offset), ""
        return origin.place, origin.chain[-1] if origin.chain else ""

    def _settled(self, text: Text, holder: FunctionBuilder, offset: int) -> int:
        """The line to which nobody comes, in what holds a byte, who has not been there; 0 where that is no further."""
        origin = text.origin(offset)
        end = text.part_end(offset)
        until = self._regions.settled_until(offset, end)
        if origin is not None:
            return origin.until if until == end else 0
        if holder.kind == "macro":
            return 0
        line = min(text.place(until - 1).line, holder.end_line)
        return line if line > text.place(offset).line else 0


def key_of(builder: FunctionBuilder) -> tuple[str, int]:
    """What a function or a macro is known by in its file."""
    return builder.name, -builder.line if builder.kind == "macro" else builder.line
