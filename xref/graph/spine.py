# SPDX-License-Identifier: MIT
"""Slices with a goal: the spine (see ``ways``), and beside it, as leaves, what the spine calls besides.

Where nothing else is asked for, the spine is the study: straight down by name, every way through a pointer. For a layer
that was named it is every way there, as long as that stays of a size to be read: else no detours, and no plain calls.

A hook beside the way (``security_socket_sendmsg``) shows what it dispatches to, one step; no other leaf does.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from xref.errors import UsageError
from xref.graph.answer import Truncated
from xref.graph.apart import narrowed
from xref.graph.between import Chains, find_chains
from xref.graph.descend import descend
from xref.graph.draft import GOAL, LEAF, ROOT, SPINE, Draft
from xref.graph.model import Descent, Goal, Spine
from xref.graph.reader import is_macro
from xref.graph.walk import walk_down
from xref.graph.ways import every_way, near_ways, study
from xref.resolve.edge import EdgeKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from xref.graph.answer import Answer, QueryInfo
    from xref.graph.layers import Domain, Layers
    from xref.graph.reader import Reader
    from xref.graph.start import Start
    from xref.resolve.edge import Edge, Symbol

FALLBACK_DEPTH: Final = 3
_MANY_CHAINS: Final = 50
_READABLE: Final = 600
"""More nodes than that are asked for by name (``path``), not by layer."""
_DETOUR: Final = 1.5
_NAMED: Final = frozenset({EdgeKind.DIRECT, EdgeKind.MACRO})


def down_to_layer(
    reader: Reader,
    start: Start,
    query: QueryInfo,
    layers: Layers,
    domain: Domain,
    notes: Sequence[str],
    max_nodes: int,
    max_visits: int,
    *,
    every: bool,
) -> Answer:
    """From ``start`` to the functions of layer ``query.to`` of ``domain``; three steps where none is reached.

    ``every``: all ways there are wanted, rather than the study.
    """
    root, layer = start.symbol, query.to
    deepest = domain.rank(layer)
    here = domain.layer(root)
    if here and domain.rank(here) >= deepest:
        raise UsageError(f"{root.name} is in layer {here}; {layer} does not lie below it (try --depth, or --up)")
    home = layers.home_of(root)
    approach = None if here else home
    found = _descend(reader, root, domain, layer, approach, query.stop, max_visits)
    found, ruled_out = narrowed(reader, found, (every_way if every else study)(found).nodes, domain)
    draft = Draft(reader, layers, domain, max_nodes)
    draft.notes.extend(notes)
    draft.rule_out(ruled_out)
    if not found.goals:
        draft.notes.append(
            f"No function of layer {layer} was reached from {root.name}; shown are {FALLBACK_DEPTH} steps."
        )
        cut = walk_down(reader, draft, root, FALLBACK_DEPTH, query.stop)
        return draft.finish(query, start, truncated=cut)
    spine, plain = _readable(reader, draft, found, layer) if every else (study(found), True)
    _fill(reader, draft, root, found, spine, domain, plain=plain)
    return draft.finish(query, start, truncated=_cut(found, max_visits))


def down_to_symbol(
    reader: Reader,
    start: Start,
    targets: Sequence[Symbol],
    query: QueryInfo,
    layers: Layers,
    notes: Sequence[str],
    max_nodes: int,
    max_visits: int,
) -> Answer:
    """From ``start`` down to the first of ``targets`` that lies below it; else the shortest chains to the first."""
    root = start.symbol
    home = layers.home_of(root)
    for target in targets:
        domain = home if home is not None and home.layer(target) else layers.home_of(target)
        if domain is None or not domain.layer(target) or is_macro(target):
            continue
        goal = Goal(domain.rank(domain.layer(target)), reached=_is(target))
        approach = None if domain.layer(root) else home
        found = descend(reader, root, domain, goal, approach=approach, stop=query.stop, max_visits=max_visits)
        spine = every_way(found)
        found, ruled_out = narrowed(reader, found, spine.nodes, domain)
        if found.goals:
            draft = Draft(reader, layers, domain, max_nodes)
            draft.notes.extend(notes)
            draft.rule_out(out for out in ruled_out if out.edge.callee.node in spine.nodes | spine.goals)
            _only_spine(reader, draft, root, found, every_way(found), domain)
            return draft.finish(query, start, truncated=_cut(found, max_visits))
    chains = find_chains(reader, root, targets[0], count=_MANY_CHAINS, stop=query.stop, max_visits=max_visits)
    draft = Draft(reader, layers, home, max_nodes)
    draft.notes.extend(notes)
    lay_chains(draft, chains, root, targets[0])
    draft.notes.extend(left_out(chains))
    if not chains.chains:
        draft.notes.append(f"No call chain leads from {root.name} to {targets[0].name} in what could be resolved.")
    return draft.finish(
        query, start, truncated=Truncated("visits", max_visits, chains.waiting) if chains.waiting else None
    )


def lay_chains(draft: Draft, found: Chains, first: Symbol, last: Symbol) -> None:
    """Show call chains, each from its beginning, so that a bound never leaves an end without its way."""
    draft.add(first, ROOT)
    for chain in found.chains:
        for node in chain[1:]:
            if not draft.add(found.symbols[node], GOAL if node == last.node else SPINE):
                break
    for edge in found.edges:
        draft.link(edge)


def left_out(found: Chains) -> Iterator[str]:
    """What is said of chains that no kernel runs."""
    if found.apart:
        chains, are = ("chain", "is") if found.apart == 1 else ("chains", "are")
        yield f"{found.apart:,} {chains} through objects that never come together {are} left out."
    if found.alien:
        chains, are = ("chain that calls", "is") if found.alien == 1 else ("chains that call", "are")
        yield f"{found.alien:,} {chains} back what nobody on the way has handed over {are} left out."


def _descend(
    reader: Reader,
    root: Symbol,
    domain: Domain,
    layer: str,
    approach: Domain | None,
    stop: Sequence[str],
    max_visits: int,
) -> Descent:
    """Down to the first functions of ``layer``; or on to what comes below it, where it is one to be seen through."""
    deepest = domain.rank(layer)
    if layer in domain.through:
        below = Goal(deepest, lambda edge, rank: rank > deepest and _is_of_its_own(edge), through=True)
        found = descend(reader, root, domain, below, approach=approach, stop=stop, max_visits=max_visits)
        if found.goals:
            return found
    goal = Goal(deepest, lambda edge, rank: rank == deepest and _is_of_its_own(edge))
    return descend(reader, root, domain, goal, approach=approach, stop=stop, max_visits=max_visits)


def _readable(reader: Reader, draft: Draft, found: Descent, layer: str) -> tuple[Spine, bool]:
    """The ways to show, and whether with plain calls beside them; a note says what was left out for size."""
    spine = every_way(found)
    if _size(reader, found, spine) <= _READABLE:
        return spine, True
    whole = len(spine.nodes)
    spine = near_ways(found, _DETOUR)
    plain = _size(reader, found, spine) <= _READABLE
    if len(spine.nodes) < whole:
        draft.notes.append(
            f"Ways by name down to {layer} that are more than {_DETOUR} times as long as the shortest are left out"
            f" ({whole - len(spine.nodes)} functions)."
        )
    if not plain:
        draft.notes.append("What is called by name beside these ways is left out; xref callees NAME shows it.")
    draft.certain = False
    return spine, plain


def _size(reader: Reader, found: Descent, spine: Spine) -> int:
    """How many nodes a spine makes, with all that it calls."""
    nodes = set(spine.nodes)
    for node in spine.nodes:
        nodes.update(edge.callee.node for edge in reader.calls(found.explored[node]).edges)
    return len(nodes)


def _is(target: Symbol) -> Callable[[Edge, int], bool]:
    return lambda edge, _: edge.callee.node == target.node


def _is_of_its_own(edge: Edge) -> bool:
    """Whether the callee is more than text that becomes part of its caller: a macro, a function in a header."""
    if is_macro(edge.callee):
        return False
    return edge.kind not in _NAMED or not edge.callee.file.endswith(".h")


def _cut(found: Descent, max_visits: int) -> Truncated | None:
    return Truncated("visits", max_visits, found.waiting) if found.waiting else None


def _fill(
    reader: Reader,
    draft: Draft,
    root: Symbol,
    found: Descent,
    spine: Spine,
    domain: Domain,
    *,
    plain: bool,
) -> None:
    """The spine with all that it calls: goals, spine, and leaves, those that are called by name only if ``plain``.

    Leaves do not take the room of the spine where the answer is bounded.
    """
    draft.reserve(spine.nodes | spine.goals)
    draft.add(root, ROOT)
    queue = deque([root])
    queued = {root.node}
    beside: dict[str, Symbol] = {}
    while queue:
        sym = queue.popleft()
        draft.gaps(sym)
        for edge in reader.calls(sym).edges:
            callee = edge.callee
            role = GOAL if callee.node in spine.goals else SPINE if callee.node in spine.nodes else LEAF
            hook = role == LEAF and edge.kind in _NAMED and domain.layer(callee) in domain.aside
            if role == LEAF and edge.kind in _NAMED and not (plain or hook):
                continue
            if not draft.add(callee, role):
                continue
            draft.link(edge)
            if role == SPINE and callee.node not in queued:
                queued.add(callee.node)
                queue.append(callee)
            elif hook:
                beside.setdefault(callee.node, callee)
        for edge in reader.deferred(sym) if plain else ():
            if draft.add(edge.callee, LEAF):
                draft.link(edge)
    opened = {sym.node for sym in beside.values() if _open(reader, draft, sym, domain)}
    unseen = [sym for node, sym in found.explored.items() if node not in queued and node not in opened]
    draft.open_ends = sum(len(reader.calls_of(sym, found.interest).unresolved) for sym in unseen)


def _open(reader: Reader, draft: Draft, leaf: Symbol, domain: Domain) -> bool:
    """Show what ``leaf`` dispatches to, through macros too; whether there was anything of the kind."""
    dispatched: list[Edge] = []
    queue = deque([leaf])
    into: dict[str, Edge] = {}
    while queue:
        sym = queue.popleft()
        for edge in reader.calls(sym).edges:
            if edge.kind is EdgeKind.INDIRECT and not domain.is_upcall(edge.via):
                dispatched.append(edge)
            elif edge.kind is EdgeKind.MACRO and edge.callee.node not in into and edge.callee.node != leaf.node:
                into[edge.callee.node] = edge
                queue.append(edge.callee)
    gaps = [call for call in reader.calls(leaf).unresolved if call.kind is EdgeKind.INDIRECT]
    for edge in dispatched:
        way = [edge]
        while way[-1].caller.node != leaf.node:
            way.append(into[way[-1].caller.node])
        for step in reversed(way):
            if draft.add(step.callee, LEAF):
                draft.link(step)
    if dispatched or gaps:
        draft.gaps(leaf)
    return bool(dispatched or gaps)


def _only_spine(reader: Reader, draft: Draft, root: Symbol, found: Descent, spine: Spine, domain: Domain) -> None:
    """The spine and its goal alone: every way from the root to one function, and nothing beside it."""
    on_way = spine.nodes | spine.goals
    draft.add(root, ROOT)
    queue = deque([root])
    queued = {root.node}
    while queue:
        sym = queue.popleft()
        for edge in reader.calls(sym).edges:
            callee = edge.callee
            if callee.node not in on_way or not draft.add(callee, GOAL if callee.node in spine.goals else SPINE):
                continue
            draft.link(edge)
            if callee.node not in queued and callee.node not in spine.goals:
                queued.add(callee.node)
                queue.append(callee)
    draft.open_ends = sum(len(reader.calls_of(sym, found.interest).unresolved) for sym in found.explored.values())
