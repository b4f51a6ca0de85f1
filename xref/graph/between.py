# SPDX-License-Identifier: MIT
"""Call chains between two functions: search from both ends at once, then the shortest chains of what was found."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Final

import networkx as nx  # type: ignore[import-untyped, unused-ignore]

from xref.graph.reader import is_named

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xref.graph.reader import Reader
    from xref.resolve.edge import Edge, Symbol

_DETOUR: Final = 2
"""A chain that is more calls longer than the shortest one is not worth showing beside it."""


@dataclass(frozen=True, slots=True)
class Chains:
    """``chains``: node ids from one end to the other, shortest first. ``edges``: every call between neighbours in them.

    ``waiting``: how many functions were not searched because of the bound; 0 says that the search was exhaustive for
    the shortest chains.
    """

    chains: tuple[tuple[str, ...], ...]
    symbols: dict[str, Symbol]
    edges: tuple[Edge, ...]
    waiting: int


class _Side:
    """One half of the search: what was seen from one end, and the front that comes next."""

    def __init__(self, end: Symbol, reader: Reader, *, forward: bool) -> None:
        self._reader = reader
        self._forward = forward
        self.seen: dict[str, Symbol] = {end.node: end}
        self.front: list[Symbol] = [end]

    def step(self, stops: tuple[str, ...], ends: frozenset[str], room: int) -> tuple[list[Edge], int]:
        """Read the front as far as there is ``room``; the edges met, and how many functions were not read."""
        reading, waiting = self.front[:room], len(self.front) - room
        self.front = []
        met: list[Edge] = []
        for sym in reading:
            for edge in self._reader.calls(sym).edges if self._forward else self._reader.callers(sym):
                other = edge.callee if self._forward else edge.caller
                if is_named(other, stops) and other.node not in ends:
                    continue
                met.append(edge)
                if other.node not in self.seen:
                    self.seen[other.node] = other
                    self.front.append(other)
        return met, max(waiting, 0)


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

    The side with the smaller front goes first. When the two meet, the level that is being read is finished and one
    more is read, so that chains one call longer than the shortest are found as well.
    """
    stops = tuple(stop)
    ends = frozenset({first.node, last.node})
    down, up = _Side(first, reader, forward=True), _Side(last, reader, forward=False)
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(ends)
    calls: dict[tuple[str, str], dict[tuple[str, int, int, str], Edge]] = {}
    visits, levels, beyond, waiting = 0, 0, 0, 0
    met = first.node == last.node
    while beyond < 2 and (down.front or up.front) and (met or (down.front and up.front)):
        if visits >= max_visits or (depth is not None and levels >= depth):
            break
        side = down if down.front and (not up.front or len(down.front) <= len(up.front)) else up
        before = len(side.front)
        found, waiting = side.step(stops, ends, max_visits - visits)
        visits += before - waiting
        levels += 1
        for edge in found:
            pair = (edge.caller.node, edge.callee.node)
            graph.add_edge(*pair)
            calls.setdefault(pair, {}).setdefault((edge.file, edge.line, edge.column, edge.via), edge)
        met = met or bool(down.seen.keys() & up.seen.keys())
        beyond += met
    if not met and visits >= max_visits:
        waiting += len(down.front) + len(up.front)
    chains = _shortest(graph, first.node, last.node, count, depth) if met else ()
    used = tuple(dict.fromkeys(pair for chain in chains for pair in pairwise(chain)))
    edges = tuple(edge for pair in used for edge in calls[pair].values())
    symbols = {first.node: first, last.node: last}
    for edge in edges:
        symbols.setdefault(edge.caller.node, edge.caller)
        symbols.setdefault(edge.callee.node, edge.callee)
    return Chains(chains, symbols, edges, waiting)


def _shortest(
    graph: nx.DiGraph[str], first: str, last: str, count: int, depth: int | None
) -> tuple[tuple[str, ...], ...]:
    """Up to ``count`` simple paths, shortest first, none more than ``_DETOUR`` calls longer than the shortest."""
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
    paths = islice(nx.shortest_simple_paths(ordered, first, last), count)
    return tuple(tuple(path) for path in paths if len(path) - 1 <= longest)
