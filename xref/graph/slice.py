# SPDX-License-Identifier: MIT
"""The questions that can be put to the call graph, each answered with one bounded ``Answer``.

``down``: from a symbol to a layer, a function, or so many steps. ``up``: to the entries. ``between``: call chains.
``callers`` and ``callees``: one step, for which none of what searches farther is loaded. The same question to the same
index gives the same answer, byte for byte.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xref.graph.answer import QueryInfo, Truncated, ambiguity
from xref.graph.convert import candidates
from xref.graph.draft import Draft
from xref.graph.layers import SYSCALL, load_layers
from xref.graph.reader import Reader
from xref.graph.start import no_end
from xref.graph.syscall_notes import table_notes
from xref.graph.walk import walk_down, walk_up

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xref.graph.answer import Answer
    from xref.graph.layers import Layers
    from xref.graph.source import CallSource
    from xref.graph.start import Start

MAX_NODES: Final = 2000
EVERY: Final = 1 << 30
"""As many nodes as there are."""
MAX_VISITS: Final = 20_000
DEFAULT_DEPTH: Final = 3
CHAINS: Final = 10
CANDIDATES: Final = 10
"""So many other meanings of where a path ends are named."""


def down(
    source: CallSource,
    start: Start,
    *,
    to: str | None = None,
    depth: int | None = None,
    stop: Sequence[str] = (),
    layers: Layers | None = None,
    max_nodes: int = MAX_NODES,
) -> Answer:
    """What ``start`` calls.

    ``to`` is a layer or a symbol; without it, and without ``depth``, a system call goes down to the default layer of
    the domain that it is at home in, everything else ``DEFAULT_DEPTH`` steps. Raises NoMatch when ``to`` names neither
    a layer nor a symbol, UsageError when it is a layer that does not lie below ``start``.
    """
    from xref.graph.spine import down_to_layer, down_to_symbol

    where = layers if layers is not None else load_layers()
    reader = Reader(source)
    home = where.home_of(start.symbol)
    is_call = bool(start.syscall) or (home is not None and home.layer(start.symbol) == SYSCALL)
    every = to is not None
    if to is None and depth is None and is_call and home is not None:
        to = home.default_stop or None
    query = QueryInfo("callgraph", start.asked, "down", to or "", depth, tuple(stop))
    notes = table_notes(reader, start.syscall, start.symbol) if start.syscall else []
    if to is not None and depth is None:
        domain = where.with_layer(to, home)
        if domain is not None:
            return down_to_layer(reader, start, query, where, domain, notes, max_nodes, MAX_VISITS, every=every)
        targets = source.lookup(to)
        if not targets:
            raise no_end(source, to, where)
        return down_to_symbol(reader, start, targets, query, where, notes, max_nodes, MAX_VISITS)
    draft = Draft(reader, where, home, max_nodes)
    draft.notes.extend(notes)
    cut = walk_down(reader, draft, start.symbol, depth if depth is not None else DEFAULT_DEPTH, stop)
    return draft.finish(query, start, truncated=cut)


def up(
    source: CallSource,
    start: Start,
    *,
    to: str | None = None,
    depth: int | None = None,
    stop: Sequence[str] = (),
    layers: Layers | None = None,
    max_nodes: int = MAX_NODES,
) -> Answer:
    """What reaches ``start``, up to system calls and functions without callers (role ``goal``); with ``to``, a layer or
    a symbol, the likeliest chains from there.
    """
    where = layers if layers is not None else load_layers()
    reader = Reader(source)
    if to is not None:
        from xref.graph.upward import up_to

        return up_to(reader, start, QueryInfo("callgraph", start.asked, "up", to, None, tuple(stop)), where, max_nodes)
    draft = Draft(reader, where, None, max_nodes)
    cut = walk_up(reader, draft, start.symbol, where, depth, stop)
    if len(draft) == 1:
        draft.notes.append(_no_callers(reader, start))
        draft.certain = bool(start.syscall)
    _note_beyond(reader, draft, start)
    return draft.finish(QueryInfo("callgraph", start.asked, "up", "", depth, tuple(stop)), start, truncated=cut)


def between(
    source: CallSource,
    first: Start,
    last: Start,
    *,
    count: int = CHAINS,
    depth: int | None = None,
    stop: Sequence[str] = (),
    layers: Layers | None = None,
    max_nodes: int = MAX_NODES,
) -> Answer:
    """The ``count`` shortest call chains from ``first`` to ``last``; no chain is an answer too, and says so."""
    from xref.graph.between import find_chains
    from xref.graph.spine import lay_chains, left_out

    where = layers if layers is not None else load_layers()
    reader = Reader(source)
    found = find_chains(reader, first.symbol, last.symbol, count=count, stop=stop, depth=depth, max_visits=MAX_VISITS)
    draft = Draft(reader, where, None, max_nodes)
    lay_chains(draft, found, first.symbol, last.symbol)
    if not found.chains:
        limit = f" within {depth} calls" if depth is not None else ""
        reach = "so far as the search went" if found.waiting else "in what could be resolved"
        draft.notes.append(f"No call chain leads from {first.symbol.name} to {last.symbol.name}{limit}, {reach}.")
    draft.notes.extend(left_out(found))
    if last.others:
        _, *rest = ends = candidates(last)
        more = f", and {len(rest) - CANDIDATES} more" if len(rest) > CANDIDATES else ""
        draft.notes.append(f"{ambiguity(last.asked, ends)} The name is also: {', '.join(rest[:CANDIDATES])}{more}.")
    cut = Truncated("visits", MAX_VISITS, found.waiting) if found.waiting else None
    query = QueryInfo("path", first.asked, "between", last.asked, depth, tuple(stop))
    return draft.finish(query, first, truncated=cut)


def callees(source: CallSource, start: Start, *, layers: Layers | None = None, max_nodes: int = MAX_NODES) -> Answer:
    """What ``start`` calls, one step."""
    where = layers if layers is not None else load_layers()
    reader = Reader(source)
    draft = Draft(reader, where, None, max_nodes)
    walk_down(reader, draft, start.symbol, 1)
    if len(draft) == 1:
        gaps = len(reader.calls(start.symbol).unresolved)
        known = "none of its calls has a known target" if gaps else "it calls nothing"
        draft.notes.append(f"{start.symbol.name} has no callees: {known}.")
    return draft.finish(QueryInfo("callees", start.asked, "down", "", 1), start)


def callers(source: CallSource, start: Start, *, layers: Layers | None = None, max_nodes: int = MAX_NODES) -> Answer:
    """What calls ``start``, one step."""
    where = layers if layers is not None else load_layers()
    reader = Reader(source)
    draft = Draft(reader, where, None, max_nodes)
    walk_up(reader, draft, start.symbol, where, 1)
    if len(draft) == 1:
        draft.notes.append(_no_callers(reader, start))
        draft.certain = bool(start.syscall)
    _note_beyond(reader, draft, start)
    return draft.finish(QueryInfo("callers", start.asked, "up", "", 1), start)


def _note_beyond(reader: Reader, draft: Draft, start: Start) -> None:
    """Says where an address goes to more places than are looked at."""
    beyond = reader.source.beyond(start.symbol)
    if beyond:
        draft.certain = False
        draft.notes.append(
            f"The address of {start.symbol.name} comes to where {beyond:,} more functions may hand it on; they were not"
            " looked at, and callers may be missing."
        )


def _no_callers(reader: Reader, start: Start) -> str:
    """Why there are none, as far as that is known."""
    if start.syscall:
        return f"{start.symbol.name} has no callers in the kernel: it is the entry of the system call {start.syscall}."
    weak = reader.weak_callers(start.symbol)
    if weak:
        return f"{start.symbol.name} has no certain callers: {weak} calls agree in the member's name alone."
    return f"No caller of {start.symbol.name} is known; a call through a pointer that could not be resolved may exist."
