# SPDX-License-Identifier: MIT
"""Chains out of the calls that a search has met, cheapest first, each of which a kernel can run as a whole.

A chain is begun only as far as it holds: as soon as two of its calls need opposite configurations, two of its objects
never come together, or it calls back what nobody on it handed over, nothing that begins that way is looked at.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING, Final, NamedTuple

from xref.graph.apart import Ways, go_on
from xref.graph.conditions import begin, behind
from xref.graph.search import INFINITE, Calls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xref.graph.source import CallSource
    from xref.lex.guard import Cond
    from xref.resolve.edge import Edge, Handed

_TRIES: Final = 30_000
_OFTEN: Final = 20
"""So many chains are begun to one function for each that is wanted."""
_MANY: Final = 8
"""Where more than so many things may have been handed over, anything may."""


class _Begun(NamedTuple):
    """A chain as far as ``node``, and what is known there."""

    node: str
    before: _Begun | None
    length: int
    price: int
    known: dict[Cond, None]
    ways: Ways
    handed: tuple[Handed, ...]

    def nodes(self) -> tuple[str, ...]:
        """The chain from its beginning."""
        found: list[str] = []
        at: _Begun | None = self
        while at is not None:
            found.append(at.node)
            at = at.before
        return tuple(reversed(found))

    def holds(self, node: str) -> bool:
        """Whether the chain goes through a function."""
        at: _Begun | None = self
        while at is not None:
            if at.node == node:
                return True
            at = at.before
        return False


class ChainFinder:
    """Chains to one function. ``apart`` and ``alien`` count the beginnings of chains that were given up because objects
    never come together, and because a function is called back that was not handed over; ``dropped`` those that were not
    looked at because there were too many.
    """

    def __init__(
        self, calls: Calls, last: str, source: CallSource, stop_at: int | None = None, tries: int = _TRIES
    ) -> None:
        """``stop_at``: chains of more calls are none. ``tries``: so many beginnings are looked at for one question."""
        self._tries = tries
        self._calls = calls
        self._last = last
        self._source = source
        self._longest = stop_at
        self._after: dict[str, list[str]] = {}
        before: dict[str, list[str]] = {}
        for caller, callee in sorted(calls.edges):
            self._after.setdefault(caller, []).append(callee)
            before.setdefault(callee, []).append(caller)
        self._far = self._distances(before, calls.price)
        self._hops = self._distances(before, {}) if stop_at is not None else {}
        self.apart = 0
        self.alien = 0
        self.dropped = 0

    def price(self, first: str) -> int:
        """What the way from ``first`` costs at least."""
        return self._far.get(first, INFINITE)

    def chains(self, first: str, count: int, detour: int) -> Iterator[tuple[tuple[str, ...], int]]:
        """Up to ``count`` chains from ``first``, cheapest first, with their prices, none more than ``detour`` dearer
        than the cheapest.
        """
        if first not in self._far:
            return
        begun = _Begun(first, None, 0, 0, begin(), (), ((),))
        heap: list[tuple[int, int, int, _Begun]] = [(self._far[first], 0, 0, begun)]
        seen: dict[tuple[str, tuple[Handed, ...]], int] = {}
        left, made, most = self._tries, 0, INFINITE
        while heap and left and count:
            price, _, _, begun = heappop(heap)
            left -= 1
            if price > most:
                return
            if begun.node == self._last:
                most = min(most, price + detour)
                count -= 1
                yield begun.nodes(), price
                continue
            state = (begun.node, begun.handed)
            seen[state] = seen.get(state, 0) + 1
            if seen[state] > _OFTEN * count:
                self.dropped += 1
                continue
            for callee in self._after.get(begun.node, ()):
                far = self._far.get(callee)
                if far is None or self._too_long(begun.length + 1, callee) or begun.holds(callee):
                    continue
                longer = self._longer(begun, callee)
                if longer is not None:
                    made += 1
                    heappush(heap, (longer.price + far, longer.length, made, longer))
        self.dropped += len(heap) if count else 0

    def _too_long(self, length: int, node: str) -> bool:
        return self._longest is not None and length + self._hops[node] > self._longest

    def _longer(self, begun: _Begun, callee: str) -> _Begun | None:
        """The chain with one more call; None where no call to ``callee`` can follow."""
        pair = (begun.node, callee)
        handed: dict[Handed, None] = {}
        edges: list[Edge] = []
        for edge in self._calls.edges[pair].values():
            fitting = [each for each in (self._source.handed(edge, h) for h in begun.handed) if each is not None]
            handed.update(dict.fromkeys(fitting))
            if fitting:
                edges.append(edge)
        if not edges:
            self.alien += 1
            return None
        known = behind(begun.known, edges)
        if not known:
            return None
        ways = go_on(begun.ways, edges, self._source)
        if ways is None:
            self.apart += 1
            return None
        told = tuple(handed) if len(handed) <= _MANY and () not in handed else ((),)
        return _Begun(callee, begun, begun.length + 1, begun.price + self._calls.price[pair], known, ways, told)

    def _distances(self, before: dict[str, list[str]], price: dict[tuple[str, str], int]) -> dict[str, int]:
        """What the way to the last function costs at least; its calls, where there are no prices."""
        far = {self._last: 0}
        heap = [(0, self._last)]
        while heap:
            cost, node = heappop(heap)
            if cost > far[node]:
                continue
            for caller in before.get(node, ()):
                further = cost + price.get((caller, node), 1)
                if further < far.get(caller, INFINITE):
                    far[caller] = further
                    heappush(heap, (further, caller))
        return far
