# SPDX-License-Identifier: MIT
"""The configurations in which a walk can come where it is: a way that needs CONFIG_X and its opposite is none.

What is known at a place are the conditions that all ways to it have in common, so nothing is ruled out that some way
allows; each further way can only take conditions away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Generic, TypeVar

from xref.lex import guard as g

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xref.lex.guard import Cond
    from xref.resolve.edge import Edge

Place = TypeVar("Place")
_MANY: Final = 16


class Conditions(Generic[Place]):
    """What holds at the places of one walk that begins at ``first``."""

    def __init__(self, first: Place) -> None:
        self._known: dict[Place, Cond] = {first: g.ALWAYS}
        self._entered: set[Place] = set()
        self._changed: set[Place] = set()
        self._behind: dict[tuple[Cond, str], Cond] = {}

    def enter(self, place: Place) -> bool:
        """Called before the edges of ``place`` are followed; whether it is for the first time."""
        self._changed.discard(place)
        first = place not in self._entered
        self._entered.add(place)
        return first

    def follow(self, origin: Place, target: Place, edge: Edge) -> bool:
        """Notes the way over ``edge``; False where no configuration has it."""
        before, guard = self._known[origin], edge.guard
        behind = before
        if guard:
            after = self._behind.get((before, guard))
            behind = after if after is not None else _after(before, edge)
            self._behind[before, guard] = behind
            if behind is g.NEVER:
                return False
        known = self._known.get(target)
        if known is g.ALWAYS:
            return True  # nothing can be taken away
        less = behind if known is None else _common(known, behind)
        if less is not known:
            self._known[target] = less
            if target in self._entered:
                self._changed.add(target)
        return True

    def again(self, place: Place) -> bool:
        """Whether ``place`` must be entered once more: fewer conditions hold there than when it was."""
        if place not in self._changed:
            return False
        self._changed.discard(place)
        return True


def begin() -> dict[Cond, None]:
    """What holds where a chain begins."""
    return {g.ALWAYS: None}


def behind(known: dict[Cond, None], calls: Iterable[Edge]) -> dict[Cond, None]:
    """What can hold behind one of several calls, where one of ``known`` does before; empty where no configuration has
    any of them.
    """
    found = {_after(k, edge): None for k in known for edge in calls}
    found.pop(g.NEVER, None)
    return found if len(found) <= _MANY else begin()


def _after(known: Cond, edge: Edge) -> Cond:
    return g.conj(known, g.from_text(edge.guard)) if edge.guard else known


def _common(a: Cond, b: Cond) -> Cond:
    """The conditions that are part of both."""
    if a is b:
        return a
    others = set(_parts(b))
    return g.conj(*(part for part in _parts(a) if part in others))


def _parts(c: Cond) -> Sequence[Cond]:
    return c.parts if c.op == "&&" else (c,)
