# SPDX-License-Identifier: MIT
"""Which of the ways that a descent found are worth showing: the spine.

``every_way`` keeps them all. ``study`` keeps what one would follow with a finger: a call by name only where it is a
step down the shortest way, a call through a pointer always, because which of its targets runs is not known.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

import msgspec

from xref.graph.model import Descent, Spine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from xref.graph.model import State, Step

FAR: Final = 1 << 30


def every_way(found: Descent) -> Spine:
    """All that leads to a goal."""
    to_goal = distances(found, found.goals)
    return _spine(found, {state for state in to_goal if found.before[state] or state == found.first})


def study(found: Descent, ends: Iterable[State] | None = None) -> Spine:
    """Calls by name strictly down the shortest way to ``ends`` (any goal, unless told otherwise), pointers always."""
    to_goal = distances(found, found.goals if ends is None else ends)
    return _spine(found, _walk(found, to_goal, lambda step, at: step.cost + to_goal[at] <= to_goal[step.origin]))


def study_each(found: Descent) -> Spine:
    """The study of every goal by itself, laid over one another."""
    studies = [study(found, (goal,)) for goal in found.goals]
    return _union(studies)


def near_ways(found: Descent, factor: float) -> Spine:
    """For every goal the calls on ways to it that are at most ``factor`` times as long as the shortest."""
    from_root = _forward(found)
    parts = []
    for goal in found.goals:
        to_goal = distances(found, (goal,))
        longest = factor * from_root[goal]

        def near(step: Step, at: State, to_goal: dict[State, int] = to_goal, longest: float = longest) -> bool:
            return from_root[step.origin] + step.cost + to_goal[at] <= longest

        parts.append(_spine(found, _walk(found, to_goal, near)))
    return _union(parts)


def distances(found: Descent, ends: Iterable[State]) -> dict[State, int]:
    """The least number of steps from every state to one of ``ends``; macros do not count."""
    far = dict.fromkeys(ends, 0)
    queue = deque(far)
    while queue:
        at = queue.popleft()
        for step in found.before[at]:
            length = far[at] + step.cost
            if length < far.get(step.origin, FAR):
                far[step.origin] = length
                if step.cost:
                    queue.append(step.origin)
                else:
                    queue.appendleft(step.origin)
    return far


def _after(found: Descent) -> dict[State, list[tuple[State, Step]]]:
    after: dict[State, list[tuple[State, Step]]] = {}
    for state, steps in found.before.items():
        for step in steps:
            after.setdefault(step.origin, []).append((state, step))
    return after


def reachable(found: Descent) -> Descent:
    """What ways from the root lead to."""
    after: dict[State, list[State]] = {}
    for state, steps in found.before.items():
        for step in steps:
            after.setdefault(step.origin, []).append(state)
    seen = _beyond(found.first, after)
    before = {
        state: [step for step in steps if step.origin in seen] for state, steps in found.before.items() if state in seen
    }
    return msgspec.structs.replace(found, before=before, goals=tuple(goal for goal in found.goals if goal in seen))


def _forward(found: Descent) -> dict[State, int]:
    """The least number of steps from the root to every state."""
    after = _after(found)
    far = {found.first: 0}
    queue = deque([found.first])
    while queue:
        at = queue.popleft()
        for state, step in after.get(at, ()):
            length = far[at] + step.cost
            if length < far.get(state, FAR):
                far[state] = length
                if step.cost:
                    queue.append(state)
                else:
                    queue.appendleft(state)
    return far


def _walk(found: Descent, to_goal: dict[State, int], keeps: Callable[[Step, State], bool]) -> set[State]:
    """All states that the root reaches over states that reach a goal, by steps through pointers or that ``keeps``."""
    after: dict[State, list[State]] = {}
    for state in to_goal:
        for step in found.before[state]:
            if step.pointed or keeps(step, state):
                after.setdefault(step.origin, []).append(state)
    if found.first not in to_goal:
        return set()
    return _beyond(found.first, after)


def _beyond(first: State, after: dict[State, list[State]]) -> set[State]:
    """``first``, and all that steps lead to from there."""
    seen = {first}
    queue = deque(seen)
    while queue:
        for state in after.get(queue.popleft(), ()):
            if state not in seen:
                seen.add(state)
                queue.append(state)
    return seen


def _spine(found: Descent, states: set[State]) -> Spine:
    goals = set(found.goals)
    return Spine(
        frozenset(state[0] for state in states if state not in goals),
        frozenset(state[0] for state in states if state in goals),
    )


def _union(parts: Iterable[Spine]) -> Spine:
    nodes: set[str] = set()
    goals: set[str] = set()
    for part in parts:
        nodes |= part.nodes
        goals |= part.goals
    return Spine(frozenset(nodes), frozenset(goals))
