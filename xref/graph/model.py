# SPDX-License-Identifier: MIT
"""What the walks over the graph hand on: data alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

    from xref.resolve.edge import Apart, Edge, Symbol, Unresolved


class Outgoing(msgspec.Struct, frozen=True, gc=False):
    """What leaves one function: edges worth following, calls without a target, and how many weak edges were dropped."""

    edges: tuple[Edge, ...]
    unresolved: tuple[Unresolved, ...]
    weak: int


State: TypeAlias = tuple[str, int]
"""A node and how deep the way to it has come. A function is as deep as its layer; a macro as deep as who invokes it."""


class Goal(msgspec.Struct, frozen=True, gc=False):
    """Where a descent ends: at the calls that ``reached`` accepts, and never below rank ``deepest``.

    ``reached`` is asked with the call and the rank after it. ``through``: from rank ``deepest`` on, a call may lead
    below it as well, so that ``reached`` can accept what stands there.
    """

    deepest: int
    reached: Callable[[Edge, int], bool]
    through: bool = False


class Step(msgspec.Struct, frozen=True, gc=False):
    """A way into a state: where from, whether through a pointer, and 1, or 0 where the state is a macro."""

    origin: State
    pointed: bool
    cost: int


class Interest(msgspec.Struct, frozen=True, gc=False):
    """Which calls a descent looks at: not those through slots of which ``but`` is true, nor those of symbols of which
    ``wanted`` is not.
    """

    but: Callable[[str], bool]
    wanted: Callable[[Symbol], bool]


class Descent(msgspec.Struct, frozen=True, gc=False):
    """What a descent found, in the order reached: ``before`` has for every state the steps into it.

    ``explored``: all that was read on the way; ``waiting``: how many functions were not, because of the bound;
    ``interest``: what was read of their calls.
    """

    first: State
    before: dict[State, list[Step]]
    goals: tuple[State, ...]
    explored: dict[str, Symbol]
    waiting: int
    interest: Interest


class Spine(msgspec.Struct, frozen=True, gc=False):
    """Node ids: ``nodes`` on the way, the root among them; ``goals`` where the ways end."""

    nodes: frozenset[str]
    goals: frozenset[str]


class Barred(msgspec.Struct, frozen=True, gc=False):
    """A call that cannot follow the way to it, and why."""

    edge: Edge
    apart: Apart
