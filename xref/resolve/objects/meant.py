# SPDX-License-Identifier: MIT
"""Objects that are meant, of which it is asked again and again whether another may be among them: a thousand drivers
of one bus, held against whatever a thousand initialisers fill.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from xref.resolve.objects.objects import Thing


class Meant:
    """Some objects; variables among them are looked up by their names."""

    __slots__ = ("_may_be", "_named", "_nameless", "_things")

    def __init__(self, things: Collection[Thing], may_be: Callable[[Thing, Thing], bool]) -> None:
        """``may_be``: whether an object that holds something may be one that is meant."""
        self._may_be = may_be
        self._things = things
        self._named = {thing[:3] for thing in things if thing.name}
        self._nameless = [thing for thing in things if not thing.name]

    def may_be(self, held: Thing) -> bool:
        """Whether an object may be one of them."""
        is_variable = held.name and not held.name.startswith("(")
        if is_variable and held[:3] in self._named:
            return True
        return any(self._may_be(held, thing) for thing in (self._nameless if is_variable else self._things))
