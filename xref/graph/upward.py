# SPDX-License-Identifier: MIT
"""Upwards to a layer, or to a function: from which of its functions one is reached, each by the likeliest chain.

What reaches a function on the ground floor of the kernel is nearly everything. So the search goes by price (see
``xref.graph.search``): what comes first is what somebody would name who knows the code, and where the bound ends the
search it ends among what is far. System calls are known beforehand, and the search comes down from all of them as well.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from xref.errors import UsageError
from xref.graph.answer import Truncated
from xref.graph.between import passing
from xref.graph.chains import ChainFinder
from xref.graph.draft import GOAL, ROOT, SPINE, Draft
from xref.graph.layers import SYSCALL
from xref.graph.reader import is_macro
from xref.graph.search import INFINITE, Calls, Prices, Side
from xref.graph.start import no_end

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping, Sequence

    from xref.graph.answer import Answer, QueryInfo
    from xref.graph.layers import Layers
    from xref.graph.reader import Reader
    from xref.graph.start import Start
    from xref.resolve.edge import Symbol

MOST: Final = 6_000
"""So much is read from below, and from above."""
_FAMOUS: Final = 16
"""Looked at from below each of a function's callers is as likely as the others."""
_TRIES: Final = 3000
"""So many beginnings of chains are looked at for each function that is a goal."""


class _Goals:
    """Where a search upwards ends: ``known`` are those that are known beforehand, ``is_one`` finds others."""

    def __init__(self, known: Iterable[Symbol], is_one: Callable[[Symbol], bool], *, passed: bool = False) -> None:
        """``passed``: whether chains go through them as well."""
        self.known = {sym.node: sym for sym in known}
        self.is_one = is_one
        self.passed = passed


def up_to(reader: Reader, start: Start, query: QueryInfo, layers: Layers, max_nodes: int) -> Answer:
    """From which functions of the layer ``query.to``, or of that name, ``start`` is reached."""
    root = start.symbol
    names = {sym.node: name for name, sym in reader.source.system_calls()} if query.to == SYSCALL else {}
    goals = _goals(reader, root, query.to, layers)
    calls = Calls()
    sides = _search(reader, root, goals, calls, tuple(query.stop))
    finder = ChainFinder(calls, root.node, reader.source, tries=_TRIES)
    nearest = sorted(goals.known, key=lambda node: (finder.price(node), names.get(node, "").endswith(")"), node))
    symbols = {node: sym for side in sides for node, sym in side.symbols.items()}
    draft = Draft(reader, layers, None, max_nodes)
    draft.add(root, ROOT)
    reached: list[str] = []
    for node in nearest:
        chain = next((nodes for nodes, _ in finder.chains(node, 1, INFINITE)), ()) if node != root.node else ()
        if chain:
            reached.append(node)
            _lay(draft, chain, calls, symbols, goals.known)
    searched = not all(side.least < INFINITE for side in sides)
    waiting = finder.dropped if searched else sides[0].waiting
    cut = not searched or finder.dropped > 0
    draft.notes.append(_said(root, query.to, [names.get(node, node) for node in reached], cut=cut))
    draft.certain = not cut
    return draft.finish(query, start, truncated=Truncated("visits", MOST, waiting) if cut else None)


def _goals(reader: Reader, root: Symbol, to: str, layers: Layers) -> _Goals:
    """What ``to`` means. Raises NoMatch where it is neither a layer nor a symbol, UsageError where it is the layer of
    ``root``.
    """
    source = reader.source
    if to == SYSCALL:
        return _Goals((sym for _, sym in source.system_calls()), lambda _: False, passed=True)
    domain = layers.with_layer(to, layers.home_of(root))
    if domain is not None:
        if domain.layer(root) == to:
            raise UsageError(f"{root.name} is in layer {to} itself")
        return _Goals((), lambda sym: not is_macro(sym) and domain.layer(sym) == to)
    ends = (*source.syscall(to), *source.lookup(to))
    if not ends:
        raise no_end(source, to, layers)
    return _Goals(ends[:1], lambda _: False)


def _search(reader: Reader, root: Symbol, goals: _Goals, calls: Calls, stops: tuple[str, ...]) -> list[Side]:
    """Up from ``root``; and down from the goals, where they are known. Goals that are found on the way up are noted."""
    prices = Prices(reader, root.node, _FAMOUS)
    passes = passing((root, *goals.known.values()), stops)
    sides = [Side([root], reader, calls, prices, passes, forward=False)]
    if goals.known:
        sides.append(Side(goals.known.values(), reader, calls, prices, passes, forward=True))
    one = len(goals.known) == 1
    while all(side.least < INFINITE for side in sides):
        side = min(sides, key=lambda side: side.work)
        if side.work >= MOST or (one and goals.known.keys() <= sides[0].near.keys()):
            break
        sym = side.first()
        goal = side is sides[0] and sym.node != root.node and (sym.node in goals.known or goals.is_one(sym))
        side.step(on=not goal or goals.passed)
        if goal:
            goals.known.setdefault(sym.node, sym)
    return sides


def _lay(
    draft: Draft, chain: Sequence[str], calls: Calls, symbols: Mapping[str, Symbol], goals: Container[str]
) -> None:
    """Show a chain, from its end upwards, if there is room for all of it."""
    for node in reversed(chain[:-1]):
        if not draft.add(symbols[node], GOAL if node in goals else SPINE):
            return
    for pair in pairwise(chain):
        for edge in calls.edges[pair].values():
            draft.link(edge)


def _said(root: Symbol, to: str, reached: Sequence[str], *, cut: bool) -> str:
    """From where ``root`` is reached, the likeliest first."""
    if not reached:
        far = "so far as the search went" if cut else "in what could be resolved"
        what = "No system call" if to == SYSCALL else f"Nothing of {to}"
        return f"{what} was found from which a chain of calls leads to {root.name}, {far}."
    if to != SYSCALL:
        functions = "1 function" if len(reached) == 1 else f"{len(reached):,} functions"
        return f"{root.name} is reached from {functions} of {to}."
    if len(reached) == 1:
        return f"{root.name} is reached from 1 system call: {reached[0]}."
    return f"{root.name} is reached from {len(reached):,} system calls, the likeliest first: {', '.join(reached)}."
