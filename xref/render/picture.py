# SPDX-License-Identifier: MIT
"""What a picture shows, before anybody decides where: boxes in lanes, arrows between them.

A box holds one function, or, where ``cards`` are wanted, several that hang on the same function in the same way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal, TypeAlias

from xref.graph.answer import Answer, AnswerEdge, Node
from xref.render.few import few
from xref.render.fold import Folded, Link, More, bridged, fold, links
from xref.render.options import RenderOptions
from xref.render.room import MOST, behind, most_that_fit, opened, openings
from xref.render.slim import has_ways, slim
from xref.render.spine import spine
from xref.render.strings import one_line
from xref.resolve.edge import EdgeKind

OTHER = "other"
Style = Literal["direct", "slot", "callback", "weak"]
Tie: TypeAlias = tuple[str, str, str, Style]
"""What a function hangs on: the other, ``in`` or ``out``, and how it is drawn."""


@dataclass(frozen=True, slots=True)
class Box:
    """``nodes`` are drawn, ``hidden`` counted; ``missing`` counts the calls of its functions that are unresolved."""

    id: str
    lane: int
    nodes: tuple[Node, ...]
    hidden: tuple[Node, ...] = ()
    spine: bool = False
    root: bool = False
    missing: int = 0
    behind: tuple[int, ...] = ()
    """Of each of the nodes, how many functions it leads to that are not drawn."""


@dataclass(frozen=True, slots=True)
class Arrow:
    """From one box to another, caller to callee, for all of ``edges``; ``hidden`` counts folded targets."""

    tail: str
    head: str
    edges: tuple[AnswerEdge, ...]
    label: str
    style: Style
    spine: bool = False
    through: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """The boxes in the order of the answer; ``lanes`` by name, outermost first."""

    lanes: tuple[str, ...]
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    up: bool = False
    beside: int = 0
    """How many functions are not drawn because they are only called by name beside the way."""
    left: int = 0
    """How many there is no room for."""

    @property
    def size(self) -> int:
        """How much there is to look at."""
        return max(len(self.boxes), len(self.arrows))


def picture(answer: Answer, options: RenderOptions, *, cards: bool) -> Picture:
    """What to draw of an answer."""
    beside = 0
    answer, _ = few(answer, options.limit)
    if ways := has_ways(answer) and not options.show_all:
        answer, beside = slim(answer)
    folded = fold(answer, options.limit, macros=options.macros, leaves=True, near=ways)
    whole = _drawn(answer, folded, cards=cards)
    if options.show_all or (whole if cards else _drawn(answer, folded, cards=True)).size <= MOST:
        return replace(whole, beside=beside)
    every = links(answer, macros=options.macros)
    order = openings(answer, every, spine(answer, folded))
    beyond = behind(every, up=folded.up)
    hidden = set() if options.macros else bridged(answer)

    def part(count: int) -> tuple[Answer, Folded]:
        less = opened(answer, order[:count], beyond, hidden)
        return less, fold(less, options.limit, macros=options.macros, leaves=True, near=ways)

    count = most_that_fit(len(order), lambda count: _drawn(*part(count), cards=True).size)
    less, folded = part(count)
    there = {n.id for n in less.nodes}
    closed = {node: sum(b not in there for b in beyond[node]) for node in beyond if node not in order[:count]}
    left = len({n.id for n in answer.nodes if n.id not in hidden} - there)
    return replace(_drawn(less, folded, cards=cards, closed=closed), beside=beside, left=left)


def _drawn(answer: Answer, folded: Folded, *, cards: bool, closed: Mapping[str, int] | None = None) -> Picture:
    """The boxes and arrows of what is left to show; ``closed``: how many functions some of them lead to besides."""
    chain = spine(answer, folded)
    lanes = _lanes(answer, folded)
    groups = _cards(answer, folded, chain) if cards else {}
    missing: dict[str, int] = {}
    for m in answer.unresolved:
        missing[m.source] = missing.get(m.source, 0) + 1

    members: dict[str, list[Node]] = {}
    owner: dict[str, str] = {}
    for node in folded.nodes:
        owner[node.id] = groups.get(node.id, node.id)
        members.setdefault(owner[node.id], []).append(node)
    box_ids = {name: f"b{i}" for i, name in enumerate(members)}
    on_spine = {owner[n] for n in chain}
    boxes = {
        name: Box(
            box_ids[name],
            lanes.index(_lane(nodes[0], lanes)),
            tuple(nodes),
            spine=name in on_spine,
            root=any(n.id in answer.roots for n in nodes),
            missing=sum(missing.get(n.id, 0) for n in nodes),
            behind=tuple(closed.get(n.id, 0) for n in nodes) if closed else (),
        )
        for name, nodes in members.items()
    }
    steps = {(owner[a], owner[b]) for a, b in pairwise(chain)}
    arrows: dict[tuple[str, str], Arrow] = {}
    for link in folded.links:
        ends = (owner[link.source], owner[link.target])
        arrow = _arrow(link, box_ids[ends[0]], box_ids[ends[1]], spine=ends in steps)
        old = arrows.get(ends)
        arrows[ends] = arrow if old is None else replace(old, edges=old.edges + arrow.edges)
    _hang_rest(answer, folded, lanes, owner, boxes, arrows)
    return Picture(lanes, tuple(boxes.values()), tuple(arrows.values()), folded.up)


def _lanes(answer: Answer, folded: Folded) -> tuple[str, ...]:
    """The answer's layers, those that it forgot to name, and a last one for what has none; only those with nodes."""
    there = dict.fromkeys([*answer.layers, *(n.layer for n in folded.nodes)])
    used = {n.layer for n in folded.nodes} | {n.layer for n in answer.nodes if n.role != "leaf"}
    used |= {_hidden_layer(m, answer) for m in folded.more}
    named = [layer for layer in there if layer and layer in used]
    return (*named, OTHER) if "" in used and OTHER not in named else tuple(named)


def _hidden_layer(more: More, answer: Answer) -> str:
    """The layer that most of what is folded belongs to."""
    by_id = {n.id: n for n in answer.nodes}
    ends = [k.source if k.source != more.anchor else k.target for k in more.hidden]
    return Counter(by_id[end].layer for end in ends).most_common(1)[0][0]


def _lane(node: Node, lanes: tuple[str, ...]) -> str:
    return node.layer if node.layer in lanes else OTHER


def _arrow(link: Link, tail: str, head: str, *, spine: bool) -> Arrow:
    main = link.main
    label, style = _label(main)
    if link.weak:
        style = "weak"
    return Arrow(tail, head, link.edges, label, style, spine, link.through)


def _label(edge: AnswerEdge) -> tuple[str, Style]:
    via = one_line(edge.via)
    match edge.kind:
        case EdgeKind.INDIRECT:
            return via, "slot"
        case EdgeKind.CALLBACK:
            return f"callback {via}".strip(), "callback"
        case EdgeKind.DEFERRED:
            return f"deferred {via}".strip(), "callback"
        case _:
            return "", "direct"


def _cards(answer: Answer, folded: Folded, chain: tuple[str, ...]) -> dict[str, str]:
    """Node id to the id of the card it is put on: nodes that hang on the same others, and in the same way."""
    ties: dict[str, set[Tie]] = {n.id: set() for n in folded.nodes}
    for link in folded.links:
        label, style = _label(link.main)
        ties[link.source].add((link.target, "out", label, style))
        ties[link.target].add((link.source, "in", label, style))
    fixed = {*chain[1:-1], *answer.roots}
    cards: dict[tuple[frozenset[Tie], str, bool], list[str]] = {}
    for node in folded.nodes:
        tied = ties[node.id]
        sides = {side for _, side, *_ in tied}
        if node.id in fixed or len(sides) != 1 or any(other == node.id for other, *_ in tied):
            continue
        cards.setdefault((frozenset(tied), node.layer, node.role == "goal"), []).append(node.id)
    return {member: ids[0] for ids in cards.values() for member in ids}


def _hang_rest(
    answer: Answer,
    folded: Folded,
    lanes: tuple[str, ...],
    owner: dict[str, str],
    boxes: dict[str, Box],
    arrows: dict[tuple[str, str], Arrow],
) -> None:
    """Puts what was folded away on the card of the same dispatch, or else in a box of its own."""
    by_id = {n.id: n for n in answer.nodes}
    for more in folded.more:
        anchor = owner[more.anchor]
        hidden = tuple(by_id[k.source if folded.up else k.target] for k in more.hidden)
        label, style = _label(more.hidden[0].main)
        if more.hidden[0].weak:
            style = "weak"
        layer = _hidden_layer(more, answer)
        lane = lanes.index(layer if layer in lanes else OTHER)
        edges = tuple(e for k in more.hidden for e in k.edges)
        card = next(
            (
                ends
                for ends, a in arrows.items()
                if ends[1 if folded.up else 0] == anchor
                and (a.label, a.style) == (label, style)
                and len(boxes[ends[0 if folded.up else 1]].nodes) > 1
                and boxes[ends[0 if folded.up else 1]].lane == lane
                and (hidden[0].role == "goal") == (boxes[ends[0 if folded.up else 1]].nodes[0].role == "goal")
            ),
            None,
        )
        if card is not None:
            name = card[0 if folded.up else 1]
            boxes[name] = replace(boxes[name], hidden=boxes[name].hidden + hidden)
            arrows[card] = replace(arrows[card], edges=arrows[card].edges + edges)
            continue
        name = f"\0more {len(boxes)}"
        boxes[name] = Box(f"b{len(boxes)}", lane, (), hidden)
        ends = (name, anchor) if folded.up else (anchor, name)
        arrows[ends] = Arrow(boxes[ends[0]].id, boxes[ends[1]].id, edges, label, style)
