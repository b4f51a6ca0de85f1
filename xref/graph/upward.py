# SPDX-License-Identifier: MIT
"""Upwards to a layer, or to a function: from which of its functions one is reached, each by the likeliest chain.

What reaches a function on the ground floor of the kernel is nearly everything. So the search goes by price (see
``xref.graph.search``): what comes first is what somebody would name who knows the code, and where the bound ends the
search it ends among what is far.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from xref.errors import NoMatch, UsageError
from xref.graph.answer import Truncated
from xref.graph.between import passing
from xref.graph.chains import ChainFinder
from xref.graph.draft import GOAL, ROOT, SPINE, Draft
from xref.graph.layers import SYSCALL
from xref.graph.reader import is_macro
from xref.graph.search import INFINITE, Calls, Prices, Side
from xref.graph.start import compat_of, syscall_of

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Sequence

    from xref.graph.answer import Answer, QueryInfo
    from xref.graph.layers import Layers
    from xref.graph.reader import Reader
    from xref.graph.start import Start
    from xref.resolve.edge import Symbol

_FAMOUS: Final = 16
"""Looked at from below each of a function's callers is as likely as the others."""
MOST: Final = 10_000
"""So much is read; the callers of a function that many call are not many visits, but each of them is looked at."""


def up_to(reader: Reader, start: Start, query: QueryInfo, layers: Layers, max_nodes: int) -> Answer:
    """From which functions of the layer ``query.to``, or of that name, ``start`` is reached."""
    is_goal, ends = _goal(reader, start.symbol, query.to, layers)
    calls = Calls()
    prices = Prices(reader, start.symbol.node, _FAMOUS)
    passes = passing((start.symbol, *ends), tuple(query.stop))
    side = Side([start.symbol], reader, calls, prices, passes, forward=False)
    goals: dict[str, Symbol] = {}
    while side.work < MOST and side.least < INFINITE and not (ends and ends[0].node in goals):
        sym = side.first()
        goal = sym.node != start.symbol.node and is_goal(sym)
        side.step(on=not goal or query.to == SYSCALL)
        if goal:
            goals[sym.node] = sym
    draft = Draft(reader, layers, None, max_nodes)
    draft.add(start.symbol, ROOT)
    finder = ChainFinder(calls, start.symbol.node, reader.source)
    reached: list[Symbol] = []
    for goal_sym in goals.values():
        chain = next((nodes for nodes, _ in finder.chains(goal_sym.node, 1, INFINITE)), ())
        if chain:
            reached.append(goal_sym)
            _lay(draft, chain, calls, side, goals)
    waiting = side.waiting if side.work >= MOST and side.least < INFINITE else 0
    reached.sort(key=lambda sym: (side.near[sym.node], not syscall_of(reader.source, sym)))
    draft.notes.append(_said(reader, start.symbol, query.to, reached, cut=waiting > 0))
    draft.certain = not waiting
    return draft.finish(query, start, truncated=Truncated("visits", MOST, waiting) if waiting else None)


def _goal(reader: Reader, root: Symbol, to: str, layers: Layers) -> tuple[Callable[[Symbol], bool], tuple[Symbol, ...]]:
    """What says of a function that it is one to end at, and the functions that are, where they are known by name.

    Raises NoMatch where ``to`` is neither a layer nor a symbol, UsageError where it is the layer of ``root``.
    """
    source = reader.source
    if to == SYSCALL:
        return (lambda sym: bool(syscall_of(source, sym) or compat_of(source, sym))), ()
    domain = layers.with_layer(to, layers.home_of(root))
    if domain is not None:
        if domain.layer(root) == to:
            raise UsageError(f"{root.name} is in layer {to} itself")
        return (lambda sym: not is_macro(sym) and domain.layer(sym) == to), ()
    ends = (*source.syscall(to), *source.lookup(to))
    if not ends:
        raise NoMatch(f"'{to}' is neither a layer ({', '.join(layers.names())}) nor a symbol", source.near(to))
    nodes = {sym.node for sym in ends}
    return (lambda sym: sym.node in nodes), ends


def _lay(draft: Draft, chain: Sequence[str], calls: Calls, side: Side, goals: Container[str]) -> bool:
    """Show a chain, from its end upwards, if there is room for all of it."""
    for node in reversed(chain[:-1]):
        if not draft.add(side.symbols[node], GOAL if node in goals else SPINE):
            return False
    for pair in pairwise(chain):
        for edge in calls.edges[pair].values():
            draft.link(edge)
    return True


def _said(reader: Reader, root: Symbol, to: str, reached: Sequence[Symbol], *, cut: bool) -> str:
    """From where ``root`` is reached, the likeliest first."""
    if not reached:
        far = "so far as the search went" if cut else "in what could be resolved"
        what = "No system call" if to == SYSCALL else f"Nothing of {to}"
        return f"{what} was found from which a chain of calls leads to {root.name}, {far}."
    if to != SYSCALL:
        return f"{root.name} is reached from {to} by {len(reached):,} of its functions."
    names: dict[str, None] = {}
    for sym in reached:
        short = syscall_of(reader.source, sym)
        names[short or f"{compat_of(reader.source, sym)} (compat)"] = None
    calls = "1 system call" if len(names) == 1 else f"{len(names):,} system calls"
    most = "the likeliest first" if len(names) > 1 else "one likely chain"
    return f"{root.name} is reached from {calls}, {most}: {', '.join(names)}."
