# SPDX-License-Identifier: MIT
"""The one chain of calls that a picture draws straight: from the root to where most of what was asked for is."""

from __future__ import annotations

from xref.graph.answer import Answer
from xref.render.fold import Folded


def spine(answer: Answer, folded: Folded) -> tuple[str, ...]:
    """Node ids from the first root on, each step towards the most goals; caller before callee whatever the direction.

    Where nothing is a goal the chain goes where the most functions are.
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
    reach = _reachable(start, steps, goals or set(shown))
    place = {n: i for i, n in enumerate(shown)}
    chain = [start]
    while chain[-1] not in goals:
        nexts = [n for n in steps.get(chain[-1], ()) if n not in chain and (not goals or reach.get(n))]
        if not nexts:
            break
        chain.append(max(nexts, key=lambda n: (reach[n].bit_count(), shown[n].role != "leaf", -place[n])))
    return tuple(reversed(chain)) if folded.up else tuple(chain)


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
