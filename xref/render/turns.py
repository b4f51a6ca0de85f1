# SPDX-License-Identifier: MIT
"""Which target of a dispatch comes first: text opens it, and of equally short ways a picture's spine takes it.

1. One that the source asks for by name. Since kernels avoid retpolines, many dispatches compare the pointer with a few
   functions first (``INDIRECT_CALL_INET`` of include/linux/indirect_call_wrapper.h): those that are meant to be met.
2. One under fewer conditions of the build, beyond those of the caller: what more kernels have.
3. The commonest, which most objects are registered with: that is the order of a slot's targets in the answer.

The order in which the source names them says nothing: it is one of cost, IPv6 is asked for before IPv4.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from xref.resolve.edge import EdgeKind

if TYPE_CHECKING:
    from xref.graph.answer import Answer, AnswerEdge
    from xref.render.fold import Link

Site: TypeAlias = tuple[str, str, int, int]


def in_turn(answer: Answer, every: Sequence[Link]) -> list[Link]:
    """The links with the targets of each dispatch in that order; all else stays where it is."""
    order = {id(edge): at for at, edge in enumerate(answer.edges)}
    guards = {node.id: node.guard for node in answer.nodes}
    groups: dict[tuple[Site, str], list[tuple[bool, int, int, int]]] = {}
    for at, link in enumerate(every):
        own = [edge for edge in link.edges if edge.source == link.source and edge.target == link.target]
        pointed = next((edge for edge in own if edge.kind is EdgeKind.INDIRECT), None)
        if pointed is not None:
            site = _site(pointed)
            named = any(edge.kind is EdgeKind.DIRECT and _site(edge) == site for edge in own)
            more = len(further(pointed.guard, guards.get(link.source, "")))
            groups.setdefault((site, pointed.via), []).append((not named, more, order[id(pointed)], at))
    turned = list(every)
    for group in groups.values():
        for place, (*_, at) in zip(sorted(at for *_, at in group), sorted(group), strict=True):
            turned[place] = every[at]
    return turned


def further(guard: str, known: str) -> list[str]:
    """What ``guard`` asks for beyond ``known``: conditions that the caller stands under are not said again."""
    said = set(known.split(" && "))
    return [part for part in guard.split(" && ") if part and part not in said]


def _site(edge: AnswerEdge) -> Site:
    return (edge.source, edge.file, edge.line, edge.column)
