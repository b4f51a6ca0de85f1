# SPDX-License-Identifier: MIT
"""The way down: which functions lie between a root and a layer (or a function) below it.

From the root, breadth first, a call is followed only where it leads *down*:

* into a function of a layer of the domain that is not above the one it came from, and above the goal;
* through a macro whatever its file: a macro stands where its invocation stands;
* through a function of the goal layer that is written in a header: it becomes part of its caller, so that the goal is
  what it calls, and an accessor such as ``udp_hdr`` is none;
* not through helpers of no layer (``lib/``, ``mm/``, locking), nor hooks beside the way (``security``), nor slots that
  lead upwards (``sock.sk_data_ready``), nor from one family sideways into another through a pointer.

What that finds is a graph of ways; ``xref.graph.ways`` says which of them are the *spine*. All the rest (a family that
does all by itself, a helper, a hook) is not on it, and the slice shows it as a leaf beside the spine.
"""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Final

from xref.graph.conditions import Conditions
from xref.graph.model import Descent, Goal, Interest, State, Step
from xref.graph.reader import is_macro, is_named
from xref.resolve.edge import EdgeKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xref.graph.layers import Domain
    from xref.graph.reader import Reader
    from xref.resolve.edge import Edge, Symbol

_NOT_YET: Final = -1
_AHEAD: Final = 256
"""So many functions are read at once."""
_POINTED: Final = frozenset({EdgeKind.INDIRECT, EdgeKind.CALLBACK, EdgeKind.DEFERRED})


def descend(
    reader: Reader,
    root: Symbol,
    domain: Domain,
    goal: Goal,
    *,
    approach: Domain | None = None,
    stop: Iterable[str] = (),
    max_visits: int = 20_000,
) -> Descent:
    """Search from ``root`` down to ``goal`` through the layers of ``domain``.

    ``approach`` is the domain that ``root`` is at home in where that is another one (``write`` is a matter of the
    file system before it is one of the network): its outer layers are passed through until the first function of
    ``domain`` is met.
    """
    stops = tuple(stop)
    layer = domain.layer(root)
    first: State = (root.node, domain.rank(layer) if layer else _NOT_YET)
    symbols: dict[State, Symbol] = {first: root}
    before: dict[State, list[Step]] = {first: []}
    goals: list[State] = []
    queue = deque([first])
    explored: dict[str, Symbol] = {}
    downhill = _Downhill(domain, approach, goal)
    interest = Interest(domain.is_upcall, downhill.may_lead)
    conditions = Conditions(first)
    ruled_out: dict[State, set[int]] = {}
    ahead = 0
    while queue and len(explored) < max_visits:
        if not ahead:
            ahead = min(len(queue), _AHEAD)
            reader.expect(symbols[state] for state in islice(queue, ahead))
        ahead -= 1
        state = queue.popleft()
        sym = symbols[state]
        explored.setdefault(sym.node, sym)
        again = not conditions.enter(state)
        earlier, ruled_out[state] = ruled_out.get(state, set()), set()
        for number, edge in enumerate(reader.calls_of(sym, interest).edges):
            callee = edge.callee
            rank = downhill.rank_after(edge, state[1])
            if rank is None:
                continue
            target: State = (callee.node, rank)
            if not conditions.follow(state, target, edge):
                ruled_out[state].add(number)
                continue
            if conditions.again(target):
                queue.append(target)
            if again and number not in earlier:
                continue
            step = Step(state, edge.kind in _POINTED, 0 if is_macro(callee) else 1)
            if target in before:
                before[target].append(step)
                continue
            if goal.reached(edge, rank):
                goals.append(target)
            elif is_named(callee, stops):
                continue
            else:
                queue.append(target)
            symbols[target] = callee
            before[target] = [step]
    return Descent(first, before, tuple(goals), explored, len(queue), interest)


class _Downhill:
    """Where the layers of one descent allow it to go."""

    def __init__(self, domain: Domain, approach: Domain | None, goal: Goal) -> None:
        self._domain = domain
        self._approach = approach
        self._goal = goal
        self._layers: dict[str, str] = {}
        self._may: dict[str, bool] = {}

    def may_lead(self, callee: Symbol) -> bool:
        """Whether a call of ``callee`` may be a way down, from wherever it is called. Most are none."""
        known = self._may.get(callee.node)
        if known is None:
            known = self._may[callee.node] = is_macro(callee) or self._is_below(callee)
        return known

    def _is_below(self, callee: Symbol) -> bool:
        layer = self._layer(callee)
        if not layer:
            return _approaches(callee, self._approach)
        rank = self._domain.rank(layer)
        if rank > self._goal.deepest:
            return self._goal.through
        return layer not in self._domain.aside or rank == self._goal.deepest

    def rank_after(self, edge: Edge, floor: int) -> int | None:
        """How deep the way has come after ``edge``; None where it is no way down."""
        domain, deepest = self._domain, self._goal.deepest
        if is_macro(edge.callee):
            return floor
        if not self.may_lead(edge.callee) or (edge.via and domain.is_upcall(edge.via)):
            return None
        layer = self._layer(edge.callee)
        if not layer:
            return _NOT_YET if floor == _NOT_YET else None
        rank = domain.rank(layer)
        if rank < floor or floor < deepest < rank:
            return None
        if rank == floor and layer in domain.peers and edge.kind in _POINTED and _apart(edge):
            return None
        return rank

    def _layer(self, callee: Symbol) -> str:
        known = self._layers.get(callee.node)
        if known is None:
            known = self._layers[callee.node] = self._domain.layer(callee)
        return known


def _approaches(sym: Symbol, approach: Domain | None) -> bool:
    if approach is None or not approach.is_home(sym):
        return False
    layer = approach.layer(sym)
    if not layer or layer in approach.aside:
        return False
    return not approach.default_stop or approach.rank(layer) < approach.rank(approach.default_stop)


def _apart(edge: Edge) -> bool:
    """Whether caller and callee are written in different folders."""
    return edge.caller.file.rpartition("/")[0] != edge.callee.file.rpartition("/")[0]
