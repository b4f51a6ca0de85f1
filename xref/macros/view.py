# SPDX-License-Identifier: MIT
"""Which definitions of a macro are in force: in a file, and at a line of it.

A file's own definitions come before those of the headers that it can see; what an ``#undef`` ends holds up to that
line.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final, Protocol

from xref.lex import guard as g
from xref.lex.model import MacroDef
from xref.lex.tokens import is_identifier
from xref.macros.body import body_tokens
from xref.macros.visibility import IncludeGraph
from xref.tree.files import is_shared, program_of

_MAX_CANDIDATES: Final = 6
_MOST_LED: Final = 40
_MANY: Final = 16
_STATEMENT: Final = re.compile(r"do\b|\(\s*\{|\(\s*\(\s*void\s*\)|\(\s*void\s*\)")
_NULL: Final = ("NULL", "(NULL)")
BUILTINS: Final = frozenset(("__COUNTER__", "__LINE__"))
"""Names that are replaced although they have no definition."""


program: Final = lru_cache(maxsize=131072)(program_of)
"""Which program a file belongs to; this is asked for every definition that a name has."""


class MacroSource(Protocol):
    """Where a view gets its definitions from: a table in memory, or an index."""

    graph: IncludeGraph
    orders: dict[tuple[MacroDef, ...], tuple[MacroDef, ...]]
    """What views have made of definitions that may be in force, for the next that has the same."""

    def all(self, name: str) -> tuple[MacroDef, ...]:
        """Every definition of ``name`` that some configuration allows."""


class Definitions(Protocol):
    """The definitions that a name may have somewhere."""

    def candidates(self, name: str) -> tuple[MacroDef, ...]:
        """The definitions that may be in force, the likeliest first."""


class Reading(dict[str, MacroDef | None]):
    """One reading of the macros that a file sees: the definition in force for every name that was asked for.

    A dictionary that fills itself, because an expansion asks for every token: ``reading[token]`` costs no call.
    ``silent`` are the tokens that were found to be no macros: of most texts all are, which a set tells at once.
    ``pasted`` remembers what the bodies of these macros say (see :func:`xref.macros.body.pasted`).
    """

    __slots__ = ("_find", "pasted", "silent")

    def __init__(self, find: Callable[[str], MacroDef | None]) -> None:
        super().__init__()
        self._find = find
        self.silent: set[str] = set()
        self.pasted: dict[str, frozenset[str]] = {}

    def __missing__(self, name: str) -> MacroDef | None:
        found = self[name] = self._find(name)
        if found is None and name not in BUILTINS:
            self.silent.add(name)
        return found


class MacroView:
    """The macros that one file sees; answers are remembered.

    ``before``: what is included at or below this line is not seen. include/trace/events/x.h ends with
    ``#include <trace/define_trace.h>``, which defines TRACE_EVENT anew for passes of its own.

    ``ended`` are the names of which an ``#undef`` ends a definition of the file's own, as far as :meth:`divide` was
    told: what they mean depends on the line (:meth:`at`), and ``region`` tells apart the views of different lines.
    ``renewed`` are those of them that take arguments and are defined more than once.

    ``functions``: under which guards the file defines functions of a name, as far as is known (:meth:`defining`).
    """

    def __init__(
        self, table: MacroSource, file: str, before: int = 0, functions: Callable[[str], Iterable[str]] | None = None
    ) -> None:
        self._table = table
        self.file = file
        self._functions = functions
        self.region = 0
        self.ended: frozenset[str] = frozenset()
        self.renewed: frozenset[str] = frozenset()
        self._invoked: frozenset[str] = frozenset()
        self._early = table.graph.seen_before(file, before) if before else None
        self._is_part = bool(table.graph.wholes(file))
        self._program = program(file)
        self._known: dict[str, tuple[MacroDef, ...]] = {}
        self._reached: dict[str, bool] = {}
        self._readings: dict[int, Reading] = {}
        self._first = Reading(self._likeliest)
        self._bounds: list[int] = []
        self._regions: dict[int, MacroView] = {}
        self._leading: dict[str, bool] = {}

    def divide(self, macros: Iterable[MacroDef]) -> None:
        """Tells of the definitions in the file: those that an ``#undef`` ends hold from their line to that line.
        fs/bcachefs of 6.12 defines ``x()`` anew for each table that it makes of one list.
        """
        defs = list(macros)
        self.ended = frozenset([m.name for m in defs if m.until])
        lines = {line for m in defs if m.name in self.ended for line in (m.line, m.until) if line}
        self._bounds = sorted(lines)
        invoked = [m.name for m in defs if m.name in self.ended and m.params is not None]
        self._invoked = frozenset(invoked)
        self.renewed = frozenset([name for name in self._invoked if invoked.count(name) > 1])

    def defining(self, functions: Mapping[str, Iterable[str]]) -> None:
        """Tells of the functions that the file defines, by name, with their guards: see :meth:`_not_own`."""
        names = [name for name in functions if self._table.all(name)]
        if not names:
            return
        self._functions = lambda name: functions.get(name, ())
        for name in names:
            self._known.pop(name, None)
            for reading in (self._first, *self._readings.values()):
                reading.pop(name, None)
        self._regions.clear()

    def at(self, line: int) -> MacroView:
        """The macros as they are at a line."""
        if not self._bounds:
            return self
        region = bisect_right(self._bounds, line)
        known = self._regions.get(region)
        if known is None:
            known = self._regions[region] = _Region(self, line, region + 1)
        return known

    def depends_on_line(self, name: str) -> bool:
        """Whether only the expansion of a macro where it stands says what it does: it is one of ``renewed``, or invokes
        what the file defines for a while, as a list of ``x()`` in a header does, directly or through others.
        """
        if not self._invoked:
            return False
        known = self._leading.get(name)
        if known is None:
            known = self._leading[name] = name in self.renewed or self._leads(name)
        return known

    def _leads(self, name: str) -> bool:
        seen = {name}
        todo = [name]
        while todo and len(seen) < _MOST_LED:
            for m in self.candidates(todo.pop()):
                tokens = body_tokens(m.body)
                called = {t for t, following in pairwise(tokens) if following == "(" and t not in (m.params or ())}
                if not called.isdisjoint(self.renewed if m.file == self.file else self._invoked):
                    return True
                new = [t for t in called - seen if is_identifier(t) and self.get(t) is not None]
                seen.update(new)
                todo.extend(new)
        return False

    def candidates(self, name: str) -> tuple[MacroDef, ...]:
        """The definitions that may be in force, the likeliest first: the file's own, else the visible headers'."""
        known = self._known.get(name)
        if known is None:
            every = self._table.all(name)
            if not every:
                return ()  # as of most words, which need not be remembered
            known = self._known[name] = self._candidates(every)
        return known

    def get(self, name: str) -> MacroDef | None:
        """The likeliest definition."""
        return self._first[name]

    def _likeliest(self, name: str) -> MacroDef | None:
        found = self.candidates(name)
        return found[0] if found else None

    def reading(self, k: int) -> Reading:
        """The ``k``-th reading of every name: the arms that are stubs for a feature that is off do not count."""
        known = self._readings.get(k)
        if known is None:

            def find(name: str) -> MacroDef | None:
                found = self.candidates(name)
                if not found:
                    return None
                full = [m for m in found if m.body] or list(found)
                return full[min(k, len(full) - 1)]

            known = self._readings[k] = Reading(find)
        return known

    def variant(self, name: str, k: int) -> MacroDef | None:
        """The definition of ``name`` in the ``k``-th reading."""
        return self.reading(k)[name]

    def variants(self, name: str) -> int:
        """How many readings ``name`` has."""
        return len([m for m in self.candidates(name) if m.body])

    def possible(self, definition: MacroDef) -> bool:
        """Whether some configuration has this definition."""
        return definition in self._table.all(definition.name)

    def definitions(self, name: str, *, elsewhere: bool = False) -> list[MacroDef]:
        """Every definition that may be in force, those with the same body too: the file's own, else (or where
        ``elsewhere`` asks for them) the visible headers'.
        """
        defs = self._table.all(name)
        own = [] if elsewhere else [m for m in defs if m.file == self.file]
        return own or self._headers([m for m in defs if m.file != self.file])

    def _headers(self, defs: Sequence[MacroDef]) -> list[MacroDef]:
        if len(defs) > _MANY:  # there are two thousand of pr_fmt
            self._table.graph.expect_wholes(m.file for m in defs if not is_shared(m.file))
        lasting = self._not_own([m for m in defs if not m.until])
        reached = [m for m in lasting if self._reachable(m.file)]
        if len({m.file for m in reached}) == 1 and not self._is_part:
            return reached
        # what is seen, else what the file finds where it is included, else what any file may include
        found = [m for m in reached if self._sees(m.file)] or self._found_around(lasting)
        # what include/trace/ftrace.h makes of TRACE_EVENT holds only in the further readings that it asks for
        return found or [m for m in reached if not self._table.graph.computes(m.file)] or reached

    def _not_own(self, defs: list[MacroDef]) -> list[MacroDef]:
        """Without those of headers that the file does not see, where it has a function of the name itself: map_write()
        of kernel/user_namespace.c is none of include/linux/mtd/map.h. What is there under the opposite condition, or
        asked for by ``#ifndef`` of the name, stays: a header may have it of those that its includers have included.
        """
        if self._functions is None or not defs:
            return defs
        guards = [g.from_text(guard) for guard in self._functions(defs[0].name)]
        if not guards or any(defs[0].name in guard.about for guard in guards):
            return defs
        sees, around = self._sees, self._table.graph.finds_around
        return [
            m
            for m in defs
            if sees(m.file)
            or (self._is_part and around(self.file, m.file))
            or all(g.contradicts(guard, g.from_text(m.guard)) for guard in guards)
        ]

    def _found_around(self, defs: Iterable[MacroDef]) -> list[MacroDef]:
        if not self._is_part:
            return []
        return [m for m in defs if self._table.graph.finds_around(self.file, m.file)]

    def _candidates(self, defs: tuple[MacroDef, ...]) -> tuple[MacroDef, ...]:
        if not defs:
            return ()
        found = [m for m in defs if m.file == self.file] or self._headers(defs)
        if len(found) == 1:
            return () if _stands_for_nothing(found[0]) else (found[0],)
        possible = tuple(found)
        known = self._table.orders.get(possible)
        if known is None:
            known = self._table.orders[possible] = self._in_order(possible)
        return known

    def _in_order(self, defs: tuple[MacroDef, ...]) -> tuple[MacroDef, ...]:
        """Those of ``defs`` that say something, each meaning once, the fullest body first: the other arms are stubs for
        a feature that is off.
        """
        unique: dict[tuple[str, tuple[str, ...] | None], MacroDef] = {}
        for m in sorted(defs, key=lambda m: (-self._fullness(m), m.file, m.line)):
            if not _stands_for_nothing(m):
                unique.setdefault((m.body, m.params), m)
        return tuple(unique.values())[:_MAX_CANDIDATES]

    def _fullness(self, m: MacroDef) -> int:
        """How long the body is, or that of the macro which it is another name for: TRACE_EVENT_RCU is TRACE_EVENT or
        TRACE_EVENT_NOP.
        """
        others = self._table.all(m.body) if m.params is None and m.body.isidentifier() else ()
        if m.params and _only_evaluates(m):
            return min(1, len(m.body))
        return max((len(d.body) for d in others if d.params is not None), default=len(m.body))

    def _reachable(self, other: str) -> bool:
        known = self._reached.get(other)
        if known is None:
            known = self._reached[other] = self._may_include(other)
        return known

    def _may_include(self, other: str) -> bool:
        return _at_hand(self._program, other) or self._sees(other)

    def _sees(self, other: str) -> bool:
        if self._early is None:
            return self._table.graph.sees(self.file, other)
        return other == self.file or self._table.graph.holds(self._early, other)


@lru_cache(maxsize=131072)
def _at_hand(program_: str, other: str) -> bool:
    """A cheap test before the include graph is asked: is ``other`` a header that this program may include, whatever the
    file.
    """
    if other.endswith(".c"):
        return False
    theirs = program(other)
    if theirs != program_ and (theirs != "kernel" or program_.startswith("tools")):
        return False
    return is_shared(other) and "/asm-generic/" not in other  # an architecture may have its own instead


def _only_evaluates(m: MacroDef) -> bool:
    """Whether a body is a statement that does no more than to use the arguments: ``do { (void)(fn); } while (0)``, the
    hotcpu_notifier() of include/linux/cpu.h, is longer than what it stands in for.
    """
    if _STATEMENT.match(m.body) is None:
        return False
    words = [t for t in body_tokens(m.body) if is_identifier(t)]
    allowed = {*(m.params or ()), "do", "while", "void"}
    return ("void" in words or "do" in words) and allowed.issuperset(words)


def _stands_for_nothing(m: MacroDef) -> bool:
    """Whether a name is a null pointer in some configurations, and so mostly a function in the others:
    ``#define dwc3_complete NULL`` in the #else of the function, drivers/usb/dwc3/core.c.
    """
    return m.params is None and bool(m.guard) and m.body in _NULL


class _Region(MacroView):
    """The view of some lines of a file between two definitions or ends of ``ended``."""

    def __init__(self, whole: MacroView, line: int, region: int) -> None:
        super().__init__(whole._table, whole.file, functions=whole._functions)
        self._whole = whole
        self._line = line
        self.region = region
        self.ended = whole.ended
        self.renewed = whole.renewed
        self._early = whole._early

    def at(self, line: int) -> MacroView:
        """The macros as they are at a line."""
        return self._whole.at(line)

    def depends_on_line(self, name: str) -> bool:
        """See the base."""
        return self._whole.depends_on_line(name)

    def candidates(self, name: str) -> tuple[MacroDef, ...]:
        """The definitions that may be in force, the likeliest first: the file's own, else the visible headers'."""
        if name not in self.ended:
            return self._whole.candidates(name)
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = self._candidates(tuple(filter(self._holds, self._table.all(name))))
        return known

    def _holds(self, m: MacroDef) -> bool:
        return m.file != self.file or m.holds_at(self._line)
