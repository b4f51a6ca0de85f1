# SPDX-License-Identifier: MIT
"""Calls that cannot follow the way to where they stand.

``inet_sendmsg`` calls ``sk->sk_prot->sendmsg``, and ``pn_sendmsg`` of net/phonet is in that slot. But who comes to
``inet_sendmsg`` comes through a ``proto_ops`` that is never put in place together with the ``proto`` of phonet
(``xref.resolve.context.pairs`` says what is). A call is ruled out where no way into its function can go on with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import msgspec

from xref.graph.model import Barred, Step
from xref.graph.ways import reachable
from xref.resolve.edge import EdgeKind

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from xref.graph.layers import Domain
    from xref.graph.model import Descent
    from xref.graph.reader import Reader
    from xref.graph.source import CallSource
    from xref.resolve.edge import Edge

_LONGEST: Final = 4
"""A dispatch and so many calls by name behind it, less one, are one way."""
_MOST: Final = 40
"""A function with more ways into it is left as it is."""
_Way: TypeAlias = tuple["Edge", ...]
Ways: TypeAlias = tuple[_Way, ...]


class _WaysIn:
    """The ways into the functions of one descent."""

    def __init__(self, reader: Reader, found: Descent, domain: Domain) -> None:
        self._reader = reader
        self._found = found
        self._domain = domain
        self._steps: dict[str, list[Step]] = {}
        for state, steps in found.before.items():
            self._steps.setdefault(state[0], []).extend(steps)

    def ruled_out(self, nodes: Container[str]) -> Iterator[Barred]:
        """The calls that leave ``nodes`` and cannot follow any way there, in the order of the descent."""
        for node in self._steps:
            sym = self._found.explored.get(node) if node in nodes else None
            if sym is None or node == self._found.first[0]:
                continue
            outgoing = [edge for edge in self._reader.calls_down(sym, self._domain).edges if _through_slot(edge)]
            vias = {edge.via for edge in outgoing}
            if not outgoing or len(outgoing) == len(vias):
                continue
            ways = self._into(node, (node,))
            for edge in outgoing if ways else ():
                reasons = [self._reader.source.apart(way, edge) for way in ways]
                why = reasons[0]
                if why is not None and all(reason is not None for reason in reasons):
                    yield Barred(edge, why)

    def _into(self, node: str, behind: tuple[str, ...]) -> list[_Way]:
        """Every way into ``node`` from the last dispatch on; empty where one is not known, or there are too many."""
        ways: list[_Way] = []
        for origin in dict.fromkeys(step.origin[0] for step in self._steps.get(node, ())):
            sym = self._found.explored[origin]
            leaving = self._reader.calls_of(sym, self._found.interest).edges
            edges = [edge for edge in leaving if edge.callee.node == node]
            dispatched = {(edge.line, edge.column) for edge in edges if _through_slot(edge)}
            for edge in edges:
                if _through_slot(edge):
                    ways.append((edge,))
                elif edge.kind is EdgeKind.DIRECT and (edge.line, edge.column) in dispatched:
                    pass  # INDIRECT_CALL_INET(ops->sendmsg, inet6_sendmsg, inet_sendmsg, ...) names what ops may hold
                elif edge.kind is not EdgeKind.DIRECT or len(behind) >= _LONGEST or origin == self._found.first[0]:
                    return []
                elif origin not in behind:
                    before = self._into(origin, (*behind, origin))
                    if not before:
                        return []
                    ways.extend((*way, edge) for way in before)
            if len(ways) > _MOST:
                return []
        return ways


def go_on(ways: Ways, calls: Sequence[Edge], source: CallSource) -> Ways | None:
    """The ways to behind one of several calls between two functions, where those to before it are ``ways``, each from
    the last dispatch on; None where none of the calls can follow any. Empty are the ways that need not be known.
    """
    dispatched = {(edge.line, edge.column) for edge in calls if _through_slot(edge)}
    on: list[_Way] = []
    free = possible = False
    for edge in calls:
        if _through_slot(edge):
            if not ways or any(source.apart(way, edge) is None for way in ways):
                possible = True
                on.append((edge,))
        elif edge.kind is not EdgeKind.DIRECT or (edge.line, edge.column) not in dispatched:
            possible = True
            longer = [(*way, edge) for way in ways if len(way) < _LONGEST and edge.kind is EdgeKind.DIRECT]
            free |= not longer or len(longer) < len(ways)
            on += longer
    if not possible:
        return None
    return () if free else tuple(on)


def narrowed(
    reader: Reader, found: Descent, nodes: Container[str], domain: Domain
) -> tuple[Descent, tuple[Barred, ...]]:
    """``found`` without the calls that leave ``nodes`` and cannot follow the ways there, and these calls, which
    ``reader`` no longer has.
    """
    ruled_out = tuple(_WaysIn(reader, found, domain).ruled_out(nodes))
    if not ruled_out:
        return found, ()
    gone = [out.edge for out in ruled_out]
    reader.leave_out(gone)
    pairs = {(edge.caller.node, edge.callee.node) for edge in gone}
    left = {
        (caller, callee)
        for caller, callee in pairs
        if any(edge.callee.node == callee for edge in reader.calls_down(found.explored[caller], domain).edges)
    }
    pairs -= left
    cut = {callee for _, callee in pairs}
    before = {
        state: [step for step in steps if (step.origin[0], state[0]) not in pairs] if state[0] in cut else steps
        for state, steps in found.before.items()
    }
    return reachable(msgspec.structs.replace(found, before=before)), ruled_out


def _through_slot(edge: Edge) -> bool:
    return edge.kind is EdgeKind.INDIRECT and "." in edge.via
