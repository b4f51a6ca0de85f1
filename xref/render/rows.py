# SPDX-License-Identifier: MIT
"""Which row a box stands in: lanes below one another, in a lane callers above callees, no row wider than a page.

Arrows that leave one box for one reason are one net: they share a trunk and part where they must. A net that crosses
a row without ending there has a place in that row, so that nothing is drawn through a box.
"""

from __future__ import annotations

from dataclasses import dataclass

from xref.render.picture import Arrow, Box, Picture


@dataclass(frozen=True, slots=True)
class Net:
    """The arrows from one box; ``turned``: drawn against its direction, from a box further down up to ``top``'s foot.

    ``heads`` are the boxes at the lower ends; ``label`` is drawn once, at the trunk.
    """

    id: str
    top: str
    heads: tuple[str, ...]
    arrows: tuple[Arrow, ...]
    label: str
    spine: bool
    turned: bool


@dataclass(frozen=True, slots=True)
class Rows:
    """``rows`` hold box ids and passing nets (``net:row``); ``lane_of`` each row's lane; ``loops`` call themselves."""

    rows: tuple[tuple[str, ...], ...]
    lane_of: tuple[int, ...]
    nets: tuple[Net, ...]
    loops: tuple[Arrow, ...]
    joints: tuple[tuple[int, str, str, str], ...]
    """Row, upper end, net, lower end: what is to be connected between a row and the next."""
    straight: frozenset[str] = frozenset()
    """The places of the spine in the rows that it only passes."""


def arrange(picture: Picture, widths: dict[str, float], page: float) -> Rows:
    """Puts every box into a row and cuts every arrow into steps from row to row."""
    boxes = {b.id: b for b in picture.boxes}
    rank: dict[str, int] = {}
    rows: list[list[str]] = []
    lane_of: list[int] = []
    for lane in range(len(picture.lanes)):
        members = [b for b in picture.boxes if b.lane == lane]
        depth = _depths(members, picture.arrows)
        for level in range(max(depth.values(), default=-1) + 1):
            level_boxes = [b for b in members if depth[b.id] == level]
            for part in _broken(level_boxes, widths, page):
                for box in part:
                    rank[box.id] = len(rows)
                rows.append([box.id for box in part])
                lane_of.append(lane)
    nets = _nets(picture, boxes, rank)
    joints: list[tuple[int, str, str, str]] = []
    straight: set[str] = set()
    for net in nets:
        last = max(rank[h] for h in net.heads)
        goes_straight = max((rank[h] for h, a in zip(net.heads, net.arrows, strict=True) if a.spine), default=-1)
        upper = net.top
        for below in range(rank[net.top] + 1, last + 1):
            joints.extend((below - 1, upper, net.id, h) for h in net.heads if rank[h] == below)
            if below < last:
                passing = f"{net.id}:{below}"
                rows[below].append(passing)
                if below < goes_straight:
                    straight.add(passing)
                joints.append((below - 1, upper, net.id, passing))
                upper = passing
    loops = tuple(a for a in picture.arrows if a.tail == a.head)
    return Rows(tuple(map(tuple, rows)), tuple(lane_of), nets, loops, tuple(joints), frozenset(straight))


def _depths(members: list[Box], arrows: tuple[Arrow, ...]) -> dict[str, int]:
    """The longest way down to each box of a lane by calls within the lane; calls that close a cycle do not count."""
    here = {b.id for b in members}
    down: dict[str, list[str]] = {b.id: [] for b in members}
    for a in sorted(arrows, key=lambda a: not a.spine):
        if a.tail in here and a.head in here and a.tail != a.head:
            down[a.tail].append(a.head)
    done: list[str] = []
    state: dict[str, int] = {}
    forward: dict[str, list[str]] = {b.id: [] for b in members}
    called = {h for heads in down.values() for h in heads}
    for box in sorted(members, key=lambda b: (not b.spine, b.id in called)):
        if box.id in state:
            continue
        state[box.id] = 1
        stack = [(box.id, iter(down[box.id]))]
        while stack:
            at, rest = stack[-1]
            to = next(rest, None)
            if to is None:
                stack.pop()
                state[at] = 2
                done.append(at)
            elif state.get(to) != 1:
                forward[at].append(to)
                if to not in state:
                    state[to] = 1
                    stack.append((to, iter(down[to])))
    depth = dict.fromkeys(here, 0)
    for at in reversed(done):
        for to in forward[at]:
            depth[to] = max(depth[to], depth[at] + 1)
    return depth


def _broken(boxes: list[Box], widths: dict[str, float], page: float) -> list[list[Box]]:
    """One level of a lane as rows that fit the page: the spine in the first, and what leads on before what does not."""
    rows: list[list[Box]] = []
    used = 0.0
    for box in sorted(boxes, key=lambda b: (not b.spine, all(n.role == "leaf" for n in b.nodes))):
        width = widths[box.id] + 30
        if not rows or used + width > page:
            rows.append([])
            used = 0.0
        rows[-1].append(box)
        used += width
    return rows


def _nets(picture: Picture, boxes: dict[str, Box], rank: dict[str, int]) -> tuple[Net, ...]:
    groups: dict[tuple[str, ...], list[Arrow]] = {}
    for a in picture.arrows:
        if a.tail == a.head:
            continue
        if rank[a.tail] < rank[a.head]:
            key: tuple[str, ...] = (a.tail, a.label, a.style) if a.label or not a.spine else (a.tail, a.head, "spine")
            groups.setdefault(key, []).append(a)
        else:
            groups.setdefault((a.head, a.tail, "turned"), []).append(a)
    nets = []
    for i, (key, arrows) in enumerate(groups.items()):
        turned = key[-1] == "turned"
        heads = tuple(a.tail if turned else a.head for a in arrows)
        spine = any(a.spine for a in arrows)
        nets.append(Net(f"n{i}", key[0], heads, tuple(arrows), arrows[0].label, spine, turned))
    return tuple(nets)
