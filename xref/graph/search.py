# SPDX-License-Identifier: MIT
"""Searches for the likeliest ways between functions: which call is taken next is a matter of its price.

A call by name costs one step. One through a pointer costs the more, the more targets it has: to say which of 500 file
systems is meant takes as much as nine steps. So does going through what is called from everywhere: that a way leads
through ``kmalloc`` or ``schedule`` says nothing of where it begins and ends.
"""

from __future__ import annotations

from heapq import heappop, heappush, nsmallest
from math import log2
from typing import TYPE_CHECKING, Final, TypeAlias

from xref.graph.reader import is_macro
from xref.resolve.edge import EdgeKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from xref.graph.reader import Reader
    from xref.resolve.edge import Edge, Symbol

STEP: Final = 16
"""The price of one call by name."""
_MACRO: Final = 4
_WIDE: Final = 16
"""What it costs that a pointer has twice as many targets."""
FAMOUS: Final = 8
"""What it costs that a function has twice as many callers, beyond the first few."""
_FEW: Final = 4
_AHEAD: Final = 64
"""So many functions are read at once."""
DEAR: Final = 4
"""To ask for the callers of one function takes as long as to ask for the calls of so many, and of each caller."""
INFINITE: Final = 1 << 60
Pair: TypeAlias = tuple[str, str]
Site: TypeAlias = tuple[str, int, int, str]


class Calls:
    """The calls that searches have met, by the two ends, each with its price."""

    def __init__(self) -> None:
        self.edges: dict[Pair, dict[Site, Edge]] = {}
        self.price: dict[Pair, int] = {}

    def add(self, edge: Edge, price: int) -> None:
        """Another call; of several between two functions the cheapest counts."""
        pair = (edge.caller.node, edge.callee.node)
        self.edges.setdefault(pair, {}).setdefault((edge.file, edge.line, edge.column, edge.via), edge)
        self.price[pair] = min(price, self.price.get(pair, INFINITE))


class Prices:
    """What calls cost, whichever end is looked from."""

    def __init__(self, reader: Reader, last: str, famous: int = FAMOUS) -> None:
        """``famous``: what it costs that a function has twice as many callers."""
        self._reader = reader
        self._per_caller = famous
        self._famous: dict[str, int] = {last: 0}  # however many call what is asked for
        self._wide: dict[str, dict[Site, int]] = {}

    def of(self, edge: Edge) -> int:
        """The price of a call."""
        step = _MACRO if is_macro(edge.callee) else STEP
        return step + self._fame(edge.callee) + self._width(edge)

    def _fame(self, sym: Symbol) -> int:
        known = self._famous.get(sym.node)
        if known is None:
            callers = self._reader.source.fame(sym)
            known = self._famous[sym.node] = round(self._per_caller * log2(callers / _FEW)) if callers > _FEW else 0
        return known

    def _width(self, edge: Edge) -> int:
        if not edge.via or edge.kind is EdgeKind.DIRECT:
            return 0
        sites = self._wide.get(edge.caller.node)
        if sites is None:
            targets: dict[Site, set[str]] = {}
            for other in self._reader.calls(edge.caller).edges:
                if other.via:
                    targets.setdefault(_site(other), set()).add(other.callee.node)
            sites = self._wide[edge.caller.node] = {site: len(nodes) for site, nodes in targets.items()}
        return round(_WIDE * log2(sites.get(_site(edge), 1)))


class Side:
    """A search from one end, cheapest first. ``near``: what the way to each function costs, as far as is known."""

    def __init__(
        self, ends: Iterable[Symbol], reader: Reader, calls: Calls, prices: Prices, passes: Callable[[Symbol], bool],
        *, forward: bool, depth: int | None = None,
    ) -> None:  # fmt: skip
        """``depth``: what is so many calls away is not read."""
        self._reader = reader
        self._calls = calls
        self._prices = prices
        self._passes = passes
        self._forward = forward
        self.symbols: dict[str, Symbol] = {end.node: end for end in ends}
        self.near: dict[str, int] = dict.fromkeys(self.symbols, 0)
        self._front: list[tuple[int, int, str]] = [(0, at, node) for at, node in enumerate(self.symbols)]
        self._read: set[str] = set()
        self._depth = depth
        self._ahead = 0
        self.met: list[str] = []
        """What the last step has come nearer to."""
        self.work = 0
        """How much was read, in functions."""

    @property
    def least(self) -> int:
        """What the cheapest way on costs at least."""
        while self._front and (self._front[0][2] in self._read or self._front[0][0] > self.near[self._front[0][2]]):
            heappop(self._front)
        return self._front[0][0] if self._front else INFINITE

    @property
    def waiting(self) -> int:
        """How many functions were met and not read."""
        return len(self.near.keys() - self._read)

    def step(self, *, on: bool = True) -> Symbol:
        """Reads the function that is nearest, unless the search is not to go ``on`` from there. Not to be called where
        ``least`` is infinite.
        """
        cost, _, node = heappop(self._front)
        self._read.add(node)
        self.met = []
        sym = self.symbols[node]
        if not on:
            return sym
        if self._forward:
            self._expect()
            self.work += 1
        for edge in self._reader.calls(sym).edges if self._forward else self._callers(sym):
            other = edge.callee if self._forward else edge.caller
            if not self._passes(other):
                continue
            price = self._prices.of(edge)
            self._calls.add(edge, price)
            if self._depth is not None:
                price = STEP  # nearest is what is fewest calls away
            if cost + price < self.near.get(other.node, INFINITE):
                self.near[other.node] = cost + price
                self.met.append(other.node)
                self.symbols.setdefault(other.node, other)
                if self._depth is None or cost + price < self._depth * STEP:
                    heappush(self._front, (cost + price, len(self.symbols), other.node))
        return sym

    def first(self) -> Symbol:
        """What ``step`` would read. Not to be called where ``least`` is infinite."""
        return self.symbols[self._front[0][2]]

    def _callers(self, sym: Symbol) -> tuple[Edge, ...]:
        found = self._reader.callers(sym)
        self.work += DEAR + len({edge.caller.node for edge in found})
        return found

    def _expect(self) -> None:
        if self._ahead == 0:
            self._ahead = _AHEAD
            self._reader.expect(self.symbols[node] for _, _, node in nsmallest(_AHEAD, self._front))
        self._ahead -= 1


def _site(edge: Edge) -> Site:
    return (edge.file, edge.line, edge.column, edge.via)
