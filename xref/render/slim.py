# SPDX-License-Identifier: MIT
"""What a picture of ways to a goal can do without: functions that are only called beside the way, by name."""

from __future__ import annotations

from msgspec.structs import replace

from xref.graph.answer import Answer
from xref.resolve.edge import EdgeKind, SymbolKind

_BY_NAME = frozenset({EdgeKind.DIRECT, EdgeKind.MACRO})


def has_ways(answer: Answer) -> bool:
    """Whether the answer is one of ways down to goals, so that there is a beside."""
    return answer.query.direction == "down" and any(node.role == "goal" for node in answer.nodes)


def slim(answer: Answer) -> tuple[Answer, int]:
    """The answer without its plain leaves, and how many functions these are.

    A leaf that dispatches (a hook) stays, and so does one that stands behind a pointer.
    """
    caller = {edge.source for edge in answer.edges}
    pointed = {edge.target for edge in answer.edges if edge.kind not in _BY_NAME}
    plain = {n.id for n in answer.nodes if n.role == "leaf" and n.id not in caller and n.id not in pointed}
    if not plain:
        return answer, 0
    count = sum(node.kind is not SymbolKind.MACRO for node in answer.nodes if node.id in plain)
    left = replace(
        answer,
        nodes=tuple(node for node in answer.nodes if node.id not in plain),
        edges=tuple(edge for edge in answer.edges if edge.target not in plain),
    )
    return left, count
