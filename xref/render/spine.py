# SPDX-License-Identifier: MIT
"""The one chain of calls that a picture draws straight: the shortest way from the root to what was asked for."""

from __future__ import annotations

from collections import deque

from xref.graph.answer import Answer
from xref.render.fold import Folded


def spine(answer: Answer, folded: Folded) -> tuple[str, ...]:
    """Node ids from the first root to the nearest goal, of equally near ones the first in the order of the calls; of
    the targets of one dispatch the one whose turn is first (see ``turns``).

    Where nothing is a goal the chain goes where the most functions are. Caller before callee whatever the direction.
    """
    shown = {n.id: n for n in folded.nodes}
    start = next((r for r in answer.roots if r in shown), None)
    if start is None:
        return ()
    steps: dict[str, list[str]] = {}
    for link in folded.links:
        here, there = (link.target, link.source) if folded.up else (link.source, link.target)
        if here != there:
            steps.setdefault(here, []).append(there)
    goals = {n.id for n in folded.nodes if n.role == "goal" and n.id != start}
    chain = _nearest(start, steps, goals) if goals else _fullest(start, steps, list(shown))
    return tuple(reversed(chain)) if folded.up else tuple(chain)


def _nearest(start: str, steps: dict[str, list[str]], goals: set[str]) -> list[str]:
    """The shortest way to a goal; as far as the start itself where none is reached."""
    came: dict[str, str] = {start: start}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        if here in goals:
            chain = [here]
            while chain[-1] != start:
                chain.append(came[chain[-1]])
            return chain[::-1]
        for there in steps.get(here, ()):
            if there not in came:
                came[there] = here
                queue.append(there)
    return [start]


def _fullest(start: str, steps: dict[str, list[str]], shown: list[str]) -> list[str]:
    """The way on which every step leads to the most functions."""
    reach = _reachable(start, steps, set(shown))
    place = {n: i for i, n in enumerate(shown)}
    chain = [start]
    while nexts := [n for n in steps.get(chain[-1], ()) if n not in chain]:
        chain.append(max(nexts, key=lambda n: (reach[n].bit_count(), -place[n])))
    return chain


def _reachable(start: str, steps: dict[str, list[str]], wanted: set[str]) -> dict[str, int]:
    """For each node the wanted ones below it, itself included, as a bit set; exact but for calls back up a cycle."""
    bit = {n: 1 << i for i, n in enumerate(sorted(wanted))}
    reach: dict[str, int] = {start: bit.get(start, 0)}
    stack = [(start, iter(steps.get(start, ())))]
    while stack:
        here, rest = stack[-1]
        there = next(rest, None)
        if there is None:
            stack.pop()
            if stack:
                reach[stack[-1][0]] |= reach[here]
        elif there in reach:
            reach[here] |= reach[there]
        else:
            reach[there] = bit.get(there, 0)
            stack.append((there, iter(steps.get(there, ()))))
    return reach
