# SPDX-License-Identifier: MIT
"""Makes an answer small enough to look at: parallel calls merged, macros bridged, wide dispatches folded.

A dispatch is everything that one function calls through one slot. A fold keeps the targets that lead on to the goal
and says how many others there are; it never hides that there are some.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from xref.graph.answer import Answer, AnswerEdge, Node
from xref.render.options import GOALS_PER_FAN
from xref.render.turns import in_turn
from xref.resolve.edge import EdgeKind, SymbolKind

_LOUDEST = (EdgeKind.INDIRECT, EdgeKind.CALLBACK, EdgeKind.DEFERRED, EdgeKind.DIRECT, EdgeKind.MACRO)


class Link(msgspec.Struct, frozen=True, gc=False):
    """All the calls from one node to another; ``through`` names the macros that were bridged."""

    source: str
    target: str
    edges: tuple[AnswerEdge, ...]
    through: tuple[str, ...] = ()

    @property
    def main(self) -> AnswerEdge:
        """The call that the link is drawn as: through a slot rather than direct, when it is both."""
        return min(self.edges, key=lambda e: _LOUDEST.index(e.kind))

    @property
    def weak(self) -> bool:
        """Whether the member's name alone says that there is a call at all."""
        real = [e for e in self.edges if e.kind is not EdgeKind.MACRO] or self.edges
        return all(e.weak for e in real)


class More(msgspec.Struct, frozen=True, gc=False):
    """The folded rest of a dispatch: ``anchor`` is the node that stays, ``hidden`` what is not shown."""

    anchor: str
    kind: EdgeKind
    via: str
    hidden: tuple[Link, ...]


class Folded(msgspec.Struct, frozen=True, gc=False):
    """What is left to show; nodes and links in the order of the answer."""

    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    more: tuple[More, ...]
    up: bool


def links(answer: Answer, *, macros: bool) -> list[Link]:
    """The answer's edges merged by their two ends; without ``macros`` a macro's calls become those of its user."""
    hidden = set() if macros else bridged(answer)
    leaving: dict[str, list[AnswerEdge]] = {}
    for edge in answer.edges:
        leaving.setdefault(edge.source, []).append(edge)
    names = {n.id: n.name for n in answer.nodes}
    merged: dict[tuple[str, str], tuple[dict[AnswerEdge, None], dict[str, None]]] = {}

    def add(source: str, target: str, edges: Iterable[AnswerEdge], through: Iterable[str]) -> None:
        both = merged.setdefault((source, target), ({}, {}))
        both[0].update(dict.fromkeys(edges))
        both[1].update(dict.fromkeys(through))

    for edge in answer.edges:
        if edge.source in hidden or edge.source not in names or edge.target not in names:
            continue
        if edge.target not in hidden:
            add(edge.source, edge.target, (edge,), ())
            continue
        seen = {edge.target}
        todo: list[tuple[AnswerEdge, ...]] = [(edge,)]
        while todo:
            chain = todo.pop()
            for nxt in reversed(leaving.get(chain[-1].target, [])):
                if nxt.target not in hidden:
                    if nxt.target in names:
                        add(edge.source, nxt.target, (*chain, nxt), [names[e.target] for e in chain])
                elif nxt.target not in seen:
                    seen.add(nxt.target)
                    todo.append((*chain, nxt))
    return [Link(*ends, tuple(edges), tuple(through)) for ends, (edges, through) in merged.items()]


def bridged(answer: Answer) -> set[str]:
    """The macros that a picture can do without: somebody's, and not what was asked about."""
    called = {e.target for e in answer.edges if e.source != e.target}
    return {
        n.id
        for n in answer.nodes
        if n.kind is SymbolKind.MACRO and n.role != "goal" and n.id not in answer.roots and n.id in called
    }


def fold(answer: Answer, limit: int | None, *, macros: bool, leaves: bool, near: bool = False) -> Folded:
    """The answer with every dispatch of more than ``limit`` targets folded; ``leaves``: plain leaf calls as well.

    ``near``: where some targets of a dispatch lead on, those that do not are shown only in the layers of those that do.
    Looking upwards it is the callers of one function that are folded.
    """
    up = answer.query.direction == "up"
    by_id = {n.id: n for n in answer.nodes}
    every = links(answer, macros=macros)
    if not up:
        every = in_turn(answer, every)
    keys = [_bucket(link, by_id, up=up, leaves=leaves) for link in every]
    buckets: dict[tuple[str, str, str], list[Link]] = {}
    for link, key in zip(every, keys, strict=True):
        if key is not None:
            buckets.setdefault(key, []).append(link)
    every = _leading_first(every, keys, buckets, by_id, limit, up=up)
    keys = [_bucket(link, by_id, up=up, leaves=leaves) for link in every]
    kept = {
        (link.source, link.target)
        for key, bucket in buckets.items()
        for link in _first(bucket, by_id, limit, up=up, near=near, to=bool(answer.query.to))
        if key
    }
    open_links = [k for k, key in zip(every, keys, strict=True) if key is None or (k.source, k.target) in kept]
    shown = _reach(answer, every, open_links, up=up)
    if not macros:
        shown -= bridged(answer)
    more = []
    for key, bucket in buckets.items():
        rest = tuple(k for k in bucket if (k.source if up else k.target) not in shown)
        if rest and key[0] in shown:
            main = rest[0].main
            more.append(More(key[0], main.kind, main.via, rest))
    return Folded(
        tuple(n for n in answer.nodes if n.id in shown),
        tuple(k for k in every if k.source in shown and k.target in shown),
        tuple(more),
        up,
    )


def _bucket(link: Link, by_id: dict[str, Node], *, up: bool, leaves: bool) -> tuple[str, str, str] | None:
    main = link.main
    if up:
        return (link.target, str(main.kind), main.via)
    if main.kind in (EdgeKind.INDIRECT, EdgeKind.CALLBACK, EdgeKind.DEFERRED):
        return (link.source, str(main.kind), main.via)
    return (link.source, "leaf", "") if leaves and by_id[link.target].role == "leaf" else None


def _first(
    bucket: list[Link], by_id: dict[str, Node], limit: int | None, *, up: bool, near: bool, to: bool
) -> list[Link]:
    """Those that a fold keeps: the ones that lead on first, and more of these than of others. ``to``: all of
    them lead on to what was asked for.
    """
    leading = [k for k in bucket if by_id[k.source if up else k.target].role != "leaf"]
    others = [k for k in bucket if by_id[k.source if up else k.target].role == "leaf"]
    if near and leading:
        layers = {by_id[k.source if up else k.target].layer for k in leading}
        others = [k for k in others if by_id[k.source if up else k.target].layer in layers]
    if limit is None or len(bucket) <= limit:
        return [*leading, *others]
    most = limit if up and not to else GOALS_PER_FAN * limit
    return leading[:most] + others[: max(0, limit - len(leading))]


def _leading_first(
    every: list[Link],
    keys: list[tuple[str, str, str] | None],
    buckets: dict[tuple[str, str, str], list[Link]],
    by_id: dict[str, Node],
    limit: int | None,
    *,
    up: bool,
) -> list[Link]:
    """The links with those that lead on put before the others of their dispatch, where it is going to be folded."""
    turns = {
        key: iter(sorted(bucket, key=lambda k: by_id[k.source if up else k.target].role == "leaf"))
        for key, bucket in buckets.items()
        if limit is not None and len(bucket) > limit
    }
    return [next(turns[key]) if key in turns else link for link, key in zip(every, keys, strict=True)]


def _reach(answer: Answer, every: list[Link], open_links: list[Link], *, up: bool) -> set[str]:
    """What the open links reach from the roots, and what no link reaches from them (no answer should hold such)."""
    ids = {n.id for n in answer.nodes}
    roots = [r for r in answer.roots if r in ids]
    found = reached(roots, every, up=up)
    lost = [n.id for n in answer.nodes if n.id not in found]
    return reached([*roots, *lost] if roots else [n.id for n in answer.nodes], open_links, up=up)


def reached(starts: Iterable[str], steps: Iterable[Link | AnswerEdge], *, up: bool) -> set[str]:
    """What steps lead to from the nodes ``starts``, these among them; ``up``: from callees to callers."""
    nexts: dict[str, list[str]] = {}
    for step in steps:
        here, there = (step.target, step.source) if up else (step.source, step.target)
        nexts.setdefault(here, []).append(there)
    seen = set(starts)
    todo = list(seen)
    while todo:
        for there in nexts.get(todo.pop(), ()):
            if there not in seen:
                seen.add(there)
                todo.append(there)
    return seen
