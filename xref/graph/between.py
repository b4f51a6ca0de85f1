# SPDX-License-Identifier: MIT
"""Call chains between two functions: search from both ends, then the shortest chains of what was found.

What a function calls is quickly known; who calls it is a question to the whole tree. So the search goes forward, and
backward only where the front ahead has grown wide.
"""

from __future__ import annotations

import re
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Final

import msgspec

from xref.graph.apart import together
from xref.graph.conditions import possible
from xref.graph.reader import is_named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import networkx as nx  # type: ignore[import-untyped, unused-ignore]

    from xref.graph.reader import Reader
    from xref.resolve.edge import Edge, Symbol

_DETOUR: Final = 2
"""A chain that is more calls longer than the shortest one is not worth showing beside it."""
_DEAR: Final = 500
"""To ask for the callers of one function takes as long as to ask for the calls of so many."""
_BEYOND: Final = 300
"""How many more functions are read after the ends have met, for chains that are longer than the shortest."""
_TRIES: Final = 20
_AHEAD: Final = 64
"""So many functions are read at once."""
_OTHER_PROGRAM: Final = re.compile(r"(tools|scripts|samples|usr|Documentation)/|arch/[^/]+/boot/")


class Chains(msgspec.Struct, frozen=True, gc=False):
    """``chains``: node ids from one end to the other, shortest first. ``edges``: every call between neighbours in them.

    ``waiting``: how many functions were not searched because of the bound; 0 says that the search was exhaustive for
    the shortest chains. ``apart``: how many chains were left out because their objects never come together.
    """

    chains: tuple[tuple[str, ...], ...]
    symbols: dict[str, Symbol]
    edges: tuple[Edge, ...]
    waiting: int
    apart: int


class _Side:
    """One half of the search: what was seen from one end, and the front that comes next."""

    def __init__(self, end: Symbol, reader: Reader, *, forward: bool) -> None:
        self._reader = reader
        self._forward = forward
        self.seen: dict[str, Symbol] = {end.node: end}
        self.front: list[Symbol] = [end]

    @property
    def cost(self) -> int:
        """How dear the next level is."""
        return len(self.front) if self._forward else _DEAR * len(self.front)

    def step(self, passes: Callable[[Symbol], bool], room: int) -> tuple[list[Edge], int]:
        """Read the front as far as there is ``room``; the edges met, and how many functions were not read."""
        reading, waiting = self.front[:room], len(self.front) - room
        self.front = []
        met: list[Edge] = []
        for at, sym in enumerate(reading):
            if self._forward and at % _AHEAD == 0:
                self._reader.expect(reading[at : at + _AHEAD])
            for edge in self._reader.calls(sym).edges if self._forward else self._reader.callers(sym):
                other = edge.callee if self._forward else edge.caller
                if not passes(other):
                    continue
                met.append(edge)
                if other.node not in self.seen:
                    self.seen[other.node] = other
                    self.front.append(other)
        return met, max(waiting, 0)


def _passing(first: Symbol, last: Symbol, stops: tuple[str, ...]) -> Callable[[Symbol], bool]:
    """Whether a chain may go through a function: none that ``stops`` name, none of a program that neither end is of."""
    programs = {_program(first), _program(last)}

    def passes(sym: Symbol) -> bool:
        if sym.node in (first.node, last.node):
            return True
        return _program(sym) in programs and not is_named(sym, stops)

    return passes


def _program(sym: Symbol) -> str:
    """The folder of a program that is built for itself, '' for the kernel."""
    found = _OTHER_PROGRAM.match(sym.file)
    return found.group() if found else ""


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
    """The ``count`` shortest chains of calls from ``first`` to ``last``, none longer than ``depth`` calls.

    The cheaper side goes first. When the two meet, the level that is being read is finished, and a little more is
    read, so that chains that are somewhat longer than the shortest are found as well.
    """
    import networkx as nx  # takes longer to import than most other questions take

    passes = _passing(first, last, tuple(stop))
    down, up = _Side(first, reader, forward=True), _Side(last, reader, forward=False)
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from((first.node, last.node))
    calls: dict[tuple[str, str], dict[tuple[str, int, int, str], Edge]] = {}
    visits, levels, waiting = 0, 0, 0
    met = first.node == last.node
    done = False
    while not done and (down.front or up.front) and (met or (down.front and up.front)):
        if visits >= max_visits or (depth is not None and levels >= depth):
            break
        side = down if down.front and (not up.front or down.cost <= up.cost) else up
        if done := met:
            side = down
        before = len(side.front)
        found, left = side.step(passes, min(_BEYOND, max_visits - visits) if met else max_visits - visits)
        visits += before - left
        levels += 1
        waiting = 0 if met else left
        for edge in found:
            pair = (edge.caller.node, edge.callee.node)
            graph.add_edge(*pair)
            calls.setdefault(pair, {}).setdefault((edge.file, edge.line, edge.column, edge.via), edge)
        met = met or bool(down.seen.keys() & up.seen.keys())
    if not met and visits >= max_visits:
        waiting += len(down.front) + len(up.front)
    edges_of = {pair: list(found.values()) for pair, found in calls.items()}
    apart: set[tuple[str, ...]] = set()

    def good(chain: tuple[str, ...]) -> bool:
        if not possible(chain, edges_of):
            return False
        if not together(chain, edges_of, reader.source):
            apart.add(chain)
            return False
        return True

    chains = _shortest(graph, first.node, last.node, count, depth, good) if met else ()
    used = tuple(dict.fromkeys(pair for chain in chains for pair in pairwise(chain)))
    edges = tuple(edge for pair in used for edge in edges_of[pair])
    symbols = {first.node: first, last.node: last}
    for edge in edges:
        symbols.setdefault(edge.caller.node, edge.caller)
        symbols.setdefault(edge.callee.node, edge.callee)
    return Chains(chains, symbols, edges, waiting, len(apart))


def _shortest(
    graph: nx.DiGraph[str],
    first: str,
    last: str,
    count: int,
    depth: int | None,
    passes: Callable[[tuple[str, ...]], bool],
) -> tuple[tuple[str, ...], ...]:
    """Up to ``count`` simple paths, shortest first, none more than ``_DETOUR`` calls longer than the shortest; of those
    that ``passes`` refuses a good many are tried.
    """
    import networkx as nx

    ahead = nx.single_source_shortest_path_length(graph, first)
    behind = nx.single_source_shortest_path_length(graph.reverse(copy=False), last)
    if last not in ahead:
        return ()
    longest = ahead[last] + _DETOUR if depth is None else min(ahead[last] + _DETOUR, depth)
    near = graph.subgraph([node for node in graph if ahead.get(node, longest) + behind.get(node, longest) <= longest])
    if last not in near:
        return ()
    ordered: nx.DiGraph[str] = nx.DiGraph()
    ordered.add_nodes_from(sorted(near))
    ordered.add_edges_from(sorted(near.edges))
    paths = islice(nx.shortest_simple_paths(ordered, first, last), count * _TRIES)
    fitting = (tuple(path) for path in paths if len(path) - 1 <= longest)
    return tuple(islice(filter(passes, fitting), count))
