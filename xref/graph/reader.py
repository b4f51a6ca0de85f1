# SPDX-License-Identifier: MIT
"""A source as the slices read it: memoised, in a stable order, weak edges set aside and counted."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from xref.graph.model import Interest, Outgoing
from xref.resolve.edge import SymbolKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xref.graph.layers import Domain
    from xref.graph.source import CallSource
    from xref.resolve.edge import Calls, Edge, Symbol


class Reader:
    """``calls()`` and ``callers()`` of a source, each asked once a function for as long as one answer is made."""

    def __init__(self, source: CallSource) -> None:
        self.source = source
        self._calls: dict[str, Outgoing] = {}
        self._down: dict[str, Outgoing] = {}
        self._of_interest: dict[str, Outgoing] = {}
        self._interest: Interest | None = None
        self._left_out: dict[str, list[Edge]] = {}
        self._weak_callers: dict[str, int] = {}
        self._callers: dict[str, tuple[Edge, ...]] = {}

    def expect(self, symbols: Iterable[Symbol]) -> None:
        """Says whose calls will be asked for next."""
        self.source.expect([sym for sym in symbols if sym.node not in self._calls])

    def calls(self, sym: Symbol) -> Outgoing:
        """What leaves ``sym``, by place in the source."""
        known = self._calls.get(sym.node)
        if known is None:
            known = self._calls[sym.node] = self._left(sym, _outgoing(self.source.calls(sym)))
        return known

    def calls_down(self, sym: Symbol, domain: Domain) -> Outgoing:
        """The same, without the calls through slots that lead upwards in ``domain``, which can be many. For one domain
        only as long as one answer is made.
        """
        known = self._calls.get(sym.node) or self._down.get(sym.node)
        if known is None:
            found = self.source.calls(sym, domain.is_upcall)
            known = self._left(sym, _outgoing(found))
            (self._down if found.left_out else self._calls)[sym.node] = known
        return known

    def calls_of(self, sym: Symbol, interest: Interest) -> Outgoing:
        """Those of the calls that are of interest, and all without a target. What is none is not looked into: a
        dispatch that leads nowhere of interest counts as one with targets, though its receiver might have none.
        """
        if self._interest is not interest:
            self._of_interest.clear()
            self._interest = interest
        known = self._of_interest.get(sym.node)
        if known is None:
            found = self.source.calls(sym, interest.but, interest.wanted)
            known = self._of_interest[sym.node] = self._left(sym, _outgoing(found))
        return known

    def leave_out(self, edges: Iterable[Edge]) -> None:
        """From now on these are none of the calls."""
        for edge in edges:
            self._left_out.setdefault(edge.caller.node, []).append(edge)
        for memo in (self._calls, self._down, self._of_interest):
            for node in self._left_out.keys() & memo.keys():
                memo[node] = _but(memo[node], self._left_out[node])

    def _left(self, sym: Symbol, outgoing: Outgoing) -> Outgoing:
        gone = self._left_out.get(sym.node)
        return _but(outgoing, gone) if gone else outgoing

    def callers(self, sym: Symbol) -> tuple[Edge, ...]:
        """What reaches ``sym``, by caller and place; weak edges left out."""
        known = self._callers.get(sym.node)
        if known is None:
            every = self.source.callers(sym)
            self._weak_callers[sym.node] = sum(edge.weak for edge in every)
            strong = (edge for edge in every if not edge.weak and not _is_seam(edge))
            known = tuple(sorted(_unique(strong), key=_by_caller))
            self._callers[sym.node] = known
        return known

    def weak_callers(self, sym: Symbol) -> int:
        """How many calls of ``sym`` agree in the member's name alone."""
        self.callers(sym)
        return self._weak_callers[sym.node]

    def deferred(self, sym: Symbol) -> tuple[Edge, ...]:
        """What ``sym`` has run later."""
        return tuple(sorted(_unique(self.source.deferred(sym)), key=_by_site))

    def deferrers(self, sym: Symbol) -> tuple[Edge, ...]:
        """Who has ``sym`` run later."""
        return tuple(sorted(_unique(self.source.deferrers(sym)), key=_by_caller))

    def weak_from(self, nodes: Iterable[str]) -> int:
        """How many weak edges leave those of ``nodes`` that were read."""
        read = (self._calls.get(node) or self._down.get(node) or self._of_interest.get(node) for node in nodes)
        return sum(outgoing.weak for outgoing in read if outgoing is not None)


def _outgoing(found: Calls) -> Outgoing:
    strong: dict[tuple[str, str, str, int, int], Edge] = {}
    weak = 0
    for edge in found.edges:
        if edge.weak:
            weak += 1
        elif not _is_seam(edge):
            key = _by_call(edge)  # they all leave one function
            if key not in strong:
                strong[key] = edge
    return Outgoing(tuple(sorted(strong.values(), key=_by_site)), found.unresolved, weak)


def _but(outgoing: Outgoing, gone: Iterable[Edge]) -> Outgoing:
    keys = {_by_call(edge) for edge in gone}
    return Outgoing(
        tuple(edge for edge in outgoing.edges if _by_call(edge) not in keys), outgoing.unresolved, outgoing.weak
    )


def is_macro(sym: Symbol) -> bool:
    """Whether ``sym`` is a macro: followed whatever file it is in, because its text becomes part of the caller."""
    return sym.kind is SymbolKind.MACRO


def is_named(sym: Symbol, names: Sequence[str]) -> bool:
    """Whether one of ``names`` (a name, an alias, ``file.c:name``, or a glob of these) means ``sym``."""
    if not names:
        return False
    spellings = (sym.name, sym.node, f"{sym.file.rsplit('/', 1)[-1]}:{sym.name}", *sym.aliases)
    return any(fnmatchcase(spelling, name) for name in names for spelling in spellings)


def _is_seam(edge: Edge) -> bool:
    """Whether ``edge`` is no call that anybody wrote, but one between the aliases that ``SYSCALL_DEFINE`` makes.

    ``sys_send``, ``SyS_send`` and ``SYSC_send`` call one another and are one node; a function that calls itself does so
    further down than in the line that defines it.
    """
    caller = edge.caller
    return edge.line == caller.line and caller.node == edge.callee.node


def _unique(edges: Iterable[Edge]) -> list[Edge]:
    """``edges`` without repeats of one call to one target; the first of each stays."""
    seen: dict[tuple[str, str, str, str, int, int], Edge] = {}
    for edge in edges:
        key = (edge.caller.node, edge.callee.node, edge.via, edge.file, edge.line, edge.column)
        seen.setdefault(key, edge)
    return list(seen.values())


def _by_call(edge: Edge) -> tuple[str, str, str, int, int]:
    """What tells the calls of one function apart."""
    return (edge.callee.node, edge.via, edge.file, edge.line, edge.column)


def _by_site(edge: Edge) -> tuple[bool, str, int, int]:
    """The order of the calls; the targets of one call stay in the order given, the commonest first."""
    return (edge.file != edge.caller.file, edge.file, edge.line, edge.column)


def _by_caller(edge: Edge) -> tuple[str, int, str, int, int]:
    return (edge.caller.file, edge.caller.line, edge.caller.name, edge.line, edge.column)
