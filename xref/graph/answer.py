# SPDX-License-Identifier: MIT
"""The typed answer that every output format renders; no format sees anything else.

Order is part of the answer: nodes in the order they are first reached, edges by caller and then by place in the
source. Lines are 1-based, columns 0-based bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from xref.resolve.edge import Call, Evidence, SymbolKind


class TreeInfo(msgspec.Struct, frozen=True, gc=False):
    """Which kernel was asked: ``version`` as the top Makefile spells it, ``config`` the path of a ``.config`` or ''."""

    root: str
    version: str
    arch: str
    config: str = ""


class QueryInfo(msgspec.Struct, frozen=True, gc=False):
    """What was asked. ``direction`` is ``down``, ``up`` or ``between``; ``to`` a layer or a symbol, '' for none."""

    command: str
    symbol: str
    direction: str = "down"
    to: str = ""
    depth: int | None = None
    stop: tuple[str, ...] = ()


class Node(msgspec.Struct, frozen=True, gc=False):
    """A function or macro in the answer.

    ``role``: ``root``, ``spine`` (on the way to the goal), ``goal`` (in the layer or of the name asked for; going up,
    an entry), ``leaf`` (shown, not followed).
    """

    id: str
    name: str
    kind: SymbolKind
    file: str
    line: int
    end_line: int
    layer: str
    signature: str
    guard: str
    aliases: tuple[str, ...] = ()
    role: str = "spine"


class AnswerEdge(Call, Protocol):
    """One call between two nodes, by their ids, with its site and evidence.

    What it is believed for, and how sure that is, is worked out when it is read: most formats show neither. So an
    answer is to be rendered while the index is open.
    """

    @property
    def source(self) -> str:
        """The id of who calls."""

    @property
    def target(self) -> str:
        """The id of who is called."""


class Missing(msgspec.Struct, frozen=True, gc=False):
    """A call of a shown node that could not be resolved, and why."""

    source: str
    callee: str
    via: str
    file: str
    line: int
    column: int
    text: str
    guard: str
    reason: str


class RuledOut(msgspec.Struct, frozen=True, gc=False):
    """A call of a shown node that its slot could make and that cannot follow any of the ways to the node.

    ``objects`` hold the target; they come together with ``partners`` only, none of which is on the way.
    """

    source: str
    target: str
    name: str
    via: str
    file: str
    line: int
    column: int
    objects: tuple[str, ...]
    partners: tuple[str, ...]
    evidence: tuple[Evidence, ...]


class Truncated(msgspec.Struct, frozen=True, gc=False):
    """Why and where the answer was cut: ``limit`` names it (``depth``, ``nodes``), ``hidden`` counts what was left."""

    limit: str
    value: int
    hidden: int


class Answer(msgspec.Struct, frozen=True, gc=False):
    """A slice of the call graph. ``layers``: the names in order, outermost first, that occur in the answer.

    ``roots`` are node ids; ``notes`` are sentences for the reader (ambiguity, what the system call table says);
    ``candidates`` every ``file:line name`` an ambiguous name could have meant, the shown one first.
    """

    tree: TreeInfo
    query: QueryInfo
    roots: tuple[str, ...]
    nodes: tuple[Node, ...]
    edges: tuple[AnswerEdge, ...]
    unresolved: tuple[Missing, ...] = ()
    complete: bool = True
    truncated: Truncated | None = None
    layers: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    ruled_out: tuple[RuledOut, ...] = ()


def ambiguity(asked: str, candidates: Sequence[str]) -> str:
    """The note on a name that means several things: ``candidates`` as in an answer, two at least."""
    return f"'{asked}' means {len(candidates)} things; shown is {candidates[0]}."
