# SPDX-License-Identifier: MIT
"""The places that the address of one function reaches, and the values of pointers as far as they are that function."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, TypeVar

from xref.resolve.language.macros import IndexedMacros
from xref.resolve.lookup.written import Written
from xref.resolve.model import Place, Step
from xref.resolve.valueflow.flow import Arrival, Inflow
from xref.resolve.valueflow.values import Values
from xref.store.model import FunctionInfo

Source = TypeVar("Source", Place, FunctionInfo | Place)


class Outflow(NamedTuple):
    """A place to which a value is brought, the step that brings it, and the condition of that."""

    place: Place
    step: Step | None = None
    guard: str = ""


class Way(NamedTuple):
    """How an address came to a place, the last step first, and the condition nearest to where it was named."""

    steps: tuple[Step, ...]
    guard: str


class Reached(NamedTuple):
    """Where an address comes to. In this order: the places, the functions (by row) that may call through one of them,
    how many functions were not looked at that may bring it further, the names by which a call can mean it, the places
    into which it is brought by its name, and what leaves each place.
    """

    places: Mapping[Place, Way]
    callers: tuple[int, ...]
    beyond: int
    names: frozenset[str]
    first: tuple[Place, ...]
    onward: Mapping[Place, tuple[Outflow, ...]]


class Ways(Values):
    """The values that pointers have, as far as they are one function. The way back is not searched: it is known where
    the address of the function comes to.
    """

    def __init__(
        self, written: Written, macros: IndexedMacros, function: FunctionInfo, reached: Reached, values: Values
    ) -> None:
        """``values`` knows what flows into a place, whatever the function."""
        super().__init__(written, macros)
        self._function = function
        self._places = reached.places
        self._values = values
        self._inflows = values._inflows
        self._asked = values._asked
        self._is_asked = any(self._asked.by(1, place).of for place in self._places if place.kind == "slot")
        """Whether the function is in a table of which each asks for its own."""

    def solve(self, first: Iterable[Inflow[FunctionInfo]], most: int = Values.MOST) -> list[Arrival[FunctionInfo]]:
        """The function, by the shortest way, if any of ``first`` can have it."""
        found: list[Arrival[FunctionInfo]] = []
        for source, step, guard in first:
            way: Way | None = Way((), "")
            if isinstance(source, Place):
                way = self._places.get(plainly(source))
                if self._is_asked and all(h.function.id != self._function.id for h in self._values.held_in(source)):
                    way = None  # another's table has it
            elif source.id != self._function.id:
                way = None
            if way is not None:
                steps = (step, *way.steps) if step is not None else way.steps
                found.append(Arrival(self._function, steps, way.guard or guard))
        return [min(found, key=lambda arrival: len(arrival.steps))] if found else []


def plainly(source: Source) -> Source:
    """The same, whoever asks for it."""
    return source._replace(of=frozenset()) if isinstance(source, Place) and source.of else source


def short_of(reached: Reached, end: Callable[[Place], bool]) -> list[Place]:
    """The places that it comes to over none of which ``end`` is true; none where it comes to no such place."""
    if not any(end(place) for place in reached.places):
        return []
    found = dict.fromkeys(reached.first)
    todo = list(found)
    for place in todo:
        for outflow in reached.onward.get(place, ()) if not end(place) else ():
            if outflow.place not in found:
                found[outflow.place] = None
                todo.append(outflow.place)
    return [place for place in found if not end(place)]
