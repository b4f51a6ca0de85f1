# SPDX-License-Identifier: MIT
"""Call chains between two functions: search from both ends, then the likeliest chains of what was found.

What a function calls is quickly known; who calls it is a question to the whole tree. So the search goes forward, and
backward where as much has been spent on the way ahead.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import msgspec

from xref.graph.chains import ChainFinder
from xref.graph.reader import is_named
from xref.graph.search import INFINITE, STEP, Calls, Prices, Side

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from xref.graph.reader import Reader
    from xref.resolve.edge import Edge, Symbol

DETOUR: Final = 6 * STEP
"""A chain that is so much dearer than the cheapest one is not worth showing beside it."""
_BEYOND: Final = 300
"""How much more is read after the ends have met, for chains that are dearer than the cheapest."""
_AHEAD: Final = 200
"""So much more is spent on the way forward: to ask for callers takes long for the first time."""
_FURTHER: Final = 4 * STEP
"""How much further is searched where none of the chains holds."""
_OTHER_PROGRAM: Final = re.compile(r"(tools|scripts|samples|usr|Documentation)/|arch/[^/]+/boot/")


class Chains(msgspec.Struct, frozen=True, gc=False):
    """``chains``: node ids from one end to the other, likeliest first. ``edges``: all calls between neighbours in them.

    ``waiting``: where there are none, how many functions were met and not searched because of the bound, or how many
    beginnings of chains were not looked at; 0 says that there is none in what could be resolved. ``apart`` and
    ``alien``: how many beginnings were given up because their objects never come together, and because they call back
    what nobody on the way has handed over.
    """

    chains: tuple[tuple[str, ...], ...]
    symbols: dict[str, Symbol]
    edges: tuple[Edge, ...]
    waiting: int
    apart: int
    alien: int


def passing(ends: Iterable[Symbol], stops: tuple[str, ...]) -> Callable[[Symbol], bool]:
    """Whether a chain may go through a function: none that ``stops`` name, none of a program that no end is of."""
    nodes = {sym.node for sym in ends}
    programs = {_program(sym) for sym in ends}

    def passes(sym: Symbol) -> bool:
        return sym.node in nodes or (_program(sym) in programs and not is_named(sym, stops))

    return passes


def _program(sym: Symbol) -> str:
    """The folder of a program that is built for itself, '' for the kernel."""
    found = _OTHER_PROGRAM.match(sym.file)
    return found.group() if found else ""


class _Search:
    """From both ends at once, by turns."""

    def __init__(self, reader: Reader, first: Symbol, last: Symbol, stops: tuple[str, ...], depth: int | None) -> None:
        self.calls = Calls()
        prices = Prices(reader, last.node)
        passes = passing((first, last), stops)
        self._ahead = Side([first], reader, self.calls, prices, passes, forward=True, depth=depth)
        self._back = Side([last], reader, self.calls, prices, passes, forward=False, depth=depth)
        self.best = 0 if first.node == last.node else INFINITE
        """What the cheapest way costs that has been found."""
        self._met = 0
        """How much had been read when the ends met."""

    @property
    def work(self) -> int:
        """How much was read, in functions."""
        return self._ahead.work + self._back.work

    @property
    def least(self) -> int:
        """What a way that was not found yet costs at least."""
        ahead, back = self._ahead.least, self._back.least
        return INFINITE if INFINITE in (ahead, back) else ahead + back

    @property
    def waiting(self) -> int:
        """How many functions were met and not read."""
        return self._ahead.waiting + self._back.waiting

    def go_on(self, bound: int, max_visits: int) -> None:
        """Read until the ends have met and somewhat more, or, with a ``bound``, all ways that are cheaper."""
        enough = max_visits
        while self.work < enough and self.least < bound:
            if bound == INFINITE and self.best < INFINITE:
                if self.least >= self.best + DETOUR:
                    break
                enough = min(enough, self._met + _BEYOND)
            self._step()
            if self.best == INFINITE:
                self._met = self.work

    def _step(self) -> None:
        ahead, back = self._ahead, self._back
        side, other = (ahead, back) if ahead.work <= back.work + _AHEAD else (back, ahead)
        side.step()
        for node in side.met:
            if node in other.near:
                self.best = min(self.best, side.near[node] + other.near[node])


def find_chains(
    reader: Reader,
    first: Symbol,
    last: Symbol,
    *,
    count: int,
    stop: Iterable[str] = (),
    max_visits: int,
    depth: int | None = None,
) -> Chains:
    """The ``count`` likeliest chains of calls from ``first`` to ``last``, none longer than ``depth`` calls.

    When the two searches meet a little more is read, so that chains that are somewhat dearer are found as well. Where
    none of the chains so far can be run, the search goes on.
    """
    search = _Search(reader, first, last, tuple(stop), depth)
    search.go_on(INFINITE, max_visits)
    further = _FURTHER
    while True:
        finder = ChainFinder(search.calls, last.node, reader.source, depth)
        found = [nodes for nodes, _ in finder.chains(first.node, count, DETOUR)]
        if found or search.work >= max_visits or search.least >= INFINITE:
            break
        search.go_on(search.least + further, max_visits)
        further *= 2
    chains = tuple(found)
    used = dict.fromkeys(pair for chain in chains for pair in pairwise(chain))
    edges = tuple(edge for pair in used for edge in search.calls.edges[pair].values())
    symbols = {first.node: first, last.node: last}
    for edge in edges:
        symbols.setdefault(edge.caller.node, edge.caller)
        symbols.setdefault(edge.callee.node, edge.callee)
    waiting = search.waiting if search.work >= max_visits else finder.dropped
    return Chains(chains, symbols, edges, 0 if found else waiting, finder.apart, finder.alien)
