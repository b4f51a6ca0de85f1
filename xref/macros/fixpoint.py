# SPDX-License-Identifier: MIT
"""What is true of a name because of other names, and perhaps of itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Generic, TypeVar

_ROUNDS: Final = 200
"""Enough for any circle of macros; a bound all the same, for answers that change in their spelling alone."""
K = TypeVar("K")
T = TypeVar("T")


class Fixpoint(Generic[K, T]):
    """A property of names that may depend on itself through other names, each worked out once.

    ``judge`` asks for other names through this object and must be monotone: from ``bottom`` on, what it says may only
    change one way. Names that reach one another are judged together, again and again, until nothing changes.
    """

    def __init__(self, judge: Callable[[K], T], bottom: T) -> None:
        self._judge = judge
        self._bottom = bottom
        self._known: dict[K, T] = {}
        self._guesses: dict[K, T] = {}
        self._asked: dict[K, bool] = {}
        self._leaned: set[K] = set()
        self._again = False
        self._busy = False

    def __call__(self, name: K) -> T:
        """The property of ``name``."""
        if name in self._known:
            return self._known[name]
        if self._busy:
            return self._guess(name)
        self._busy = True
        try:
            for _ in range(_ROUNDS):
                self._asked.clear()
                self._again = False
                self._guess(name)
                if not self._again:
                    break
            self._known.update((n, self._guesses[n]) for n in self._asked)
        finally:
            self._busy = False
            self._guesses.clear()
        return self._known[name]

    def _guess(self, name: K) -> T:
        before = self._guesses.get(name, self._bottom)
        if name in self._asked:
            if self._asked[name]:
                self._leaned.add(name)  # still open: what is said of it now may have to be said again
            return before
        self._asked[name] = True
        after = self._guesses[name] = self._judge(name)
        self._asked[name] = False
        if after != before and name in self._leaned:
            self._again = True
        self._leaned.discard(name)
        return after
