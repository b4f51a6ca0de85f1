# SPDX-License-Identifier: MIT
"""Chains up to a layer: of several hundred the likeliest, which stand first in the answer."""

from __future__ import annotations

from msgspec.structs import replace

from xref.graph.answer import Answer
from xref.render.options import GOALS_PER_FAN


def few(answer: Answer, limit: int | None) -> tuple[Answer, int]:
    """The answer with the chains of some goals, and of how many goals the chains are left out.

    Nodes stand in the order in which chains need them, so what stands before a goal is all that its chain goes through.
    """
    if limit is None or answer.query.direction != "up" or not answer.query.to:
        return answer, 0
    goals = [at for at, node in enumerate(answer.nodes) if node.role == "goal"]
    most = GOALS_PER_FAN * limit
    if len(goals) <= most:
        return answer, 0
    nodes = answer.nodes[: goals[most - 1] + 1]
    kept = {node.id for node in nodes}
    edges = tuple(edge for edge in answer.edges if edge.source in kept and edge.target in kept)
    return replace(answer, nodes=nodes, edges=edges), len(goals) - most
