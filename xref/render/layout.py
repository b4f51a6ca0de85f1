# SPDX-License-Identifier: MIT
"""The built-in layout: a picture with a place for everything. Deterministic, pure Python, needs no Graphviz."""

from __future__ import annotations

from dataclasses import dataclass

from xref.render.boxes import LABEL_SIZE, Content, content, text_width
from xref.render.order import PASSING, across, order, spread
from xref.render.picture import Arrow, Box, Picture
from xref.render.route import PORT, TRACK, Bend, sided, tracks
from xref.render.rows import Net, Rows, arrange
from xref.render.straight import straighten

PAGE = 840.0
GUTTER = 88.0
EDGE = 16.0
LANE_PAD = 12.0
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Placed:
    """A box with its upper left corner."""

    box: Box
    content: Content
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Line:
    """An arrow and the corners it goes round, from caller to callee."""

    arrow: Arrow
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Label:
    """A slot's name; ``x`` its left end, ``y`` its base line."""

    arrow: Arrow
    text: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Band:
    """A lane."""

    name: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything has its place."""

    width: float
    height: float
    bands: tuple[Band, ...]
    boxes: tuple[Placed, ...]
    lines: tuple[Line, ...]
    labels: tuple[Label, ...]
    beside: int = 0
    """How many plain calls are not drawn."""
    left: int = 0
    """How many functions there was no room for."""


def lay_out(picture: Picture) -> Layout:
    """Places a picture: rows, order, x, then the gaps between the rows, which know how many tracks they need."""
    inside = {b.id: content(b) for b in picture.boxes}
    widths = {key: c.width for key, c in inside.items()}
    rows = arrange(picture, widths, PAGE)
    passing = {k for row in rows.rows for k in row if k not in widths}
    widths.update(dict.fromkeys(passing, PASSING))
    fixed = frozenset(b.id for b in picture.boxes if b.spine) | rows.straight
    ordered = order(rows, fixed)
    reach = {
        n.top: widths[n.top] / 2 + text_width(n.label, LABEL_SIZE) + 8 for n in rows.nets if n.label and not n.spine
    }
    x = across(ordered, rows, widths, reach, fixed, GUTTER + EDGE)
    straighten(ordered, rows, x, widths, reach, fixed, GUTTER + EDGE)
    bends, entry = _bends(rows, x, widths)
    bends = [sided(gap, EDGE) for gap in bends]
    placed_tracks = [tracks(gap) for gap in bends]

    tops, bands, bottom = _down(rows, inside, [count for _, count in placed_tracks], picture)
    boxes = tuple(Placed(b, inside[b.id], x[b.id] - widths[b.id] / 2, tops[_row_of(rows, b.id)]) for b in picture.boxes)
    feet = {p.box.id: p.y + p.content.height for p in boxes}
    track_y = [
        {net: _gap_top(rows, inside, tops, row) + TRACK * (t + 1) for net, t in placed.items()}
        for row, (placed, _) in enumerate(placed_tracks)
    ]
    lines, labels = _lines(rows, bends, entry, track_y, tops, feet, boxes)
    right = max([p.x + p.content.width for p in boxes], default=GUTTER)
    right = max(
        [right, *(b.label_span[1] for gap in bends for b in gap), *(p[0] for line in lines for p in line.points)]
    )
    return Layout(right + EDGE, bottom, bands, boxes, lines, labels, picture.beside, picture.left)


def _row_of(rows: Rows, key: str) -> int:
    return next(i for i, row in enumerate(rows.rows) if key in row)


def _bends(
    rows: Rows, x: dict[str, float], widths: dict[str, float]
) -> tuple[list[list[Bend]], dict[tuple[str, str], float]]:
    """Each gap's nets with the x of all their ends; and the x at which a net enters each box."""
    exits = _exits(rows, x, widths)
    came: dict[str, list[tuple[str, float, bool]]] = {}
    nets = {n.id: n for n in rows.nets}
    start = {(net, upper): exits.get(net, 0.0) if ":" not in upper else x[upper] for _, upper, net, _ in rows.joints}
    for _, upper, net, lower in rows.joints:
        if ":" not in lower:
            straight = any(a.spine and lower in (a.head, a.tail) for a in nets[net].arrows)
            came.setdefault(lower, []).append((net, start[net, upper], straight))
    entry: dict[tuple[str, str], float] = {}
    for box, nets_in in came.items():
        half = max(0.0, widths[box] / 2 - 8)
        nets_in.sort(key=lambda n: n[1])
        want = [x[box] if s else min(max(at, x[box] - half), x[box] + half) for _, at, s in nets_in]
        weights = [1e6 if s else 1.0 for *_, s in nets_in]
        for (net, *_), at in zip(nets_in, _ports(want, weights, x[box], half), strict=True):
            entry[net, box] = at
    gaps: list[dict[tuple[str, str], list[float]]] = [{} for _ in rows.rows]
    for row, upper, net, lower in rows.joints:
        end = x[lower] if ":" in lower else entry[net, lower]
        gaps[row].setdefault((net, upper), []).append(end)
    return [
        [
            Bend(net, start[net, upper], tuple(ends), nets[net].label if ":" not in upper else "")
            for (net, upper), ends in gap.items()
        ]
        for gap in gaps
    ], entry


def _ports(want: list[float], weights: list[float], middle: float, half: float) -> list[float]:
    """Where arrows meet a box's edge: near where they want to, apart, closer where there are many of them."""
    room = half if max(weights) > 1 else 2 * half  # all may have to be on one side of the spine
    apart = [min(PORT, room / max(1, len(want) - 1))] * (len(want) - 1)
    return spread(want, apart, weights, middle - half, middle + half)


def _exits(rows: Rows, x: dict[str, float], widths: dict[str, float]) -> dict[str, float]:
    """The x at which every net leaves its box: towards where it goes, the spine from the middle."""
    goes: dict[str, list[float]] = {}
    for _, upper, net, lower in rows.joints:
        if ":" not in upper:
            goes.setdefault(net, []).append(x[lower])
    leaving: dict[str, list[Net]] = {}
    for n in rows.nets:
        leaving.setdefault(n.top, []).append(n)
    exits: dict[str, float] = {}
    for box, nets in leaving.items():
        half = max(0.0, widths[box] / 2 - 8)
        mean = {n.id: sum(goes[n.id]) / len(goes[n.id]) for n in nets}
        nets.sort(key=lambda n: (x[box] if n.spine else mean[n.id], n.id))
        want = [x[box] if n.spine else min(max(mean[n.id], x[box] - half), x[box] + half) for n in nets]
        weights = [1e6 if n.spine else 1.0 for n in nets]
        for n, at in zip(nets, _ports(want, weights, x[box], half), strict=True):
            exits[n.id] = at
    return exits


def _gap_top(rows: Rows, inside: dict[str, Content], tops: list[float], row: int) -> float:
    return tops[row] + max((inside[k].height for k in rows.rows[row] if k in inside), default=0.0)


def _down(
    rows: Rows, inside: dict[str, Content], counts: list[int], picture: Picture
) -> tuple[list[float], tuple[Band, ...], float]:
    """The y of every row and lane."""
    tops: list[float] = []
    bands: list[Band] = []
    y = 0.0
    start = 0.0
    for row, lane in enumerate(rows.lane_of):
        if row == 0 or rows.lane_of[row - 1] != lane:
            start = y
            y += LANE_PAD
        tops.append(y)
        y = _gap_top(rows, inside, tops, row)
        y += max(26.0, TRACK * counts[row] + 18) if row + 1 < len(rows.lane_of) else 0.0
        if row + 1 == len(rows.lane_of) or rows.lane_of[row + 1] != lane:
            y += 0 if row + 1 < len(rows.lane_of) else LANE_PAD
            bands.append(Band(picture.lanes[lane], start, y - start))
    return tops, tuple(bands), y


def _lines(
    rows: Rows,
    bends: list[list[Bend]],
    entry: dict[tuple[str, str], float],
    track_y: list[dict[str, float]],
    tops: list[float],
    feet: dict[str, float],
    boxes: tuple[Placed, ...],
) -> tuple[tuple[Line, ...], tuple[Label, ...]]:
    """The corners of every arrow and the places of the slots' names."""
    rank = {k: i for i, row in enumerate(rows.rows) for k in row}
    start = {(gap, b.net): b for gap, some in enumerate(bends) for b in some}
    lines: list[Line] = []
    labels: list[Label] = []
    for net in rows.nets:
        first = rank[net.top]
        for arrow, head in zip(net.arrows, net.heads, strict=True):
            bend = start[first, net.id]
            points: list[Point] = [(bend.x, feet[net.top])]
            for gap in range(first, rank[head]):
                bend = start[gap, net.id]
                after = start[gap + 1, net.id].x if gap + 1 < rank[head] else entry[net.id, head]
                if abs(after - bend.x) >= 0.5:
                    y = track_y[gap][net.id]
                    points += [(bend.x, y), (after, y)]
            points.append((entry[net.id, head], tops[rank[head]]))
            lines.append(Line(arrow, tuple(reversed(points)) if net.turned else tuple(points)))
        if net.label:
            trunk = start[first, net.id]
            at = trunk.label_span[0] + (2 if trunk.left else 6)
            arrow = next((a for a in net.arrows if a.spine), net.arrows[0])
            labels.append(Label(arrow, net.label, at, track_y[first][net.id] - 4.5))
    places = {p.box.id: p for p in boxes}
    for arrow in rows.loops:
        p = places[arrow.tail]
        right, y = p.x + p.content.width, p.y + p.content.height / 2
        lines.append(Line(arrow, ((right, y - 8), (right + 13, y - 8), (right + 13, y + 8), (right, y + 8))))
    return tuple(lines), tuple(labels)
