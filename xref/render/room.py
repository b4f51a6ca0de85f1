# SPDX-License-Identifier: MIT
"""What a picture has room for: more boxes than fit on a large sheet are no picture, whatever is in them.

Functions are opened one after the other, those on the main line first, then those near to what was asked about and in
its folder, until the sheet is full. What stands at the end with calls of its own says how many there are.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from heapq import heappop, heappush

from msgspec.structs import replace

from xref.graph.answer import Answer, Node
from xref.render.fold import Link, reached

MOST = 64
"""So many boxes can be looked at, and so many arrows."""
_ELSEWHERE = 2
"""A function in another folder is opened as if it were so many steps further away."""


def openings(answer: Answer, every: Sequence[Link], chain: Sequence[str]) -> list[str]:
    """The functions that call others (looking up: are called), in the order in which they are opened."""
    up = answer.query.direction == "up"
    beyond = behind(every, up=up)
    by_id = {n.id: n for n in answer.nodes}
    place = {n.id: at for at, n in enumerate(answer.nodes)}
    main = set(chain)
    heap: list[tuple[bool, int, int, int, str]] = []
    home = {_folder(by_id[root]) for root in answer.roots if root in by_id}
    for root in answer.roots:
        if root in beyond:
            heappush(heap, (False, 0, place[root], 0, root))
    seen = set(answer.roots)
    order: list[str] = []
    while heap:
        _, _, _, steps, node = heappop(heap)
        order.append(node)
        for there in beyond[node]:
            if there not in seen and there in beyond and there in by_id:
                seen.add(there)
                far = steps + 1 + (0 if _folder(by_id[there]) in home else _ELSEWHERE)
                heappush(heap, (there not in main, far, place[there], steps + 1, there))
    return order


def behind(every: Sequence[Link], *, up: bool) -> dict[str, list[str]]:
    """What each function calls, or looking up what calls it."""
    found: dict[str, dict[str, None]] = {}
    for link in every:
        here, there = (link.target, link.source) if up else (link.source, link.target)
        if here != there:
            found.setdefault(here, {})[there] = None
    return {here: list(there) for here, there in found.items()}


def opened(answer: Answer, order: Sequence[str], beyond: dict[str, list[str]], bridged: set[str]) -> Answer:
    """The answer with the functions in ``order`` opened and no others; ``bridged`` are macros that are not drawn."""
    up = answer.query.direction == "up"
    spread = set(order)
    shown = {*answer.roots, *spread, *(there for node in spread for there in beyond[node])}
    drawn = shown | bridged
    callers = spread | bridged

    def node(n: Node) -> Node:
        return n if n.id in spread or n.role == "goal" or n.id in answer.roots else replace(n, role="leaf")

    edges = [
        e for e in answer.edges if e.source in drawn and e.target in drawn and (e.target if up else e.source) in callers
    ]
    drawn = reached(answer.roots, edges, up=up)  # macros whose callers are not drawn are not
    return replace(
        answer,
        nodes=tuple(node(n) for n in answer.nodes if n.id in drawn),
        edges=tuple(e for e in edges if e.source in drawn and e.target in drawn),
    )


def most_that_fit(count: int, size: Callable[[int], int]) -> int:
    """How many of ``count`` functions can be opened, where so many make a picture of that ``size``; one in any case."""
    return max(1, bisect_right(range(1, count + 1), MOST, key=size))


def _folder(node: Node) -> str:
    return node.file.rpartition("/")[0]
