# SPDX-License-Identifier: MIT
"""From what the resolver says to what an answer holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xref.graph.answer import AnswerEdge, Missing, Node, RuledOut, TreeInfo

if TYPE_CHECKING:
    from xref.graph import model
    from xref.graph.source import Tree
    from xref.graph.start import Start
    from xref.resolve.edge import Confidence, Edge, Evidence, Symbol, Unresolved


def node(sym: Symbol, layer: str, role: str) -> Node:
    """``sym`` as a node of an answer."""
    return Node(
        id=sym.node,
        name=sym.name,
        kind=sym.kind,
        file=sym.file,
        line=sym.line,
        end_line=sym.end_line,
        layer=layer,
        signature=sym.signature,
        guard=sym.guard,
        aliases=sym.aliases,
        role=role,
    )


class _Shown:
    """A call as an edge of an answer; see ``AnswerEdge``."""

    def __init__(self, call: Edge) -> None:
        self.source = call.caller.node
        self.target = call.callee.node
        self.kind = call.kind
        self.via = call.via
        self.file = call.file
        self.line = call.line
        self.column = call.column
        self.condition = call.condition
        self._call = call

    @property
    def confidence(self) -> Confidence:
        return self._call.confidence

    @property
    def weak(self) -> bool:
        return self._call.weak

    @property
    def text(self) -> str:
        return self._call.text

    @property
    def guard(self) -> str:
        return self._call.guard

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        return self._call.evidence


def edge(call: Edge) -> AnswerEdge:
    """``call`` as an edge of an answer."""
    return _Shown(call)


def missing(call: Unresolved) -> Missing:
    """``call`` as a gap of an answer."""
    return Missing(
        source=call.caller.node,
        callee=call.callee_text,
        via=call.via,
        file=call.file,
        line=call.line,
        column=call.column,
        text=call.text,
        guard=call.guard,
        reason=call.reason,
    )


def ruled_out(call: model.Barred) -> RuledOut:
    """A call that is ruled out as an answer shows it."""
    edge = call.edge
    return RuledOut(
        source=edge.caller.node,
        target=edge.callee.node,
        name=edge.callee.name,
        via=edge.via,
        file=edge.file,
        line=edge.line,
        column=edge.column,
        objects=call.apart.objects,
        partners=call.apart.partners,
        evidence=call.apart.evidence,
    )


def place(sym: Symbol) -> str:
    """``sym`` as one of the candidates for an ambiguous name: ``file:line name``."""
    return f"{sym.file}:{sym.line} {sym.name}"


def candidates(start: Start) -> tuple[str, ...]:
    """All that a name can mean, the shown one first."""
    return tuple(place(sym) for sym in (start.symbol, *start.others))


def tree(asked: Tree) -> TreeInfo:
    """``asked`` as the head of an answer."""
    return TreeInfo(asked.root, asked.version, asked.arch, asked.config)
