# SPDX-License-Identifier: MIT
"""An answer while it is being made: nodes in the order they are reached, the best role of each, a bound on all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xref.graph import convert
from xref.graph.answer import Answer, Truncated, ambiguity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xref.graph import model
    from xref.graph.answer import AnswerEdge, Missing, QueryInfo, RuledOut
    from xref.graph.layers import Domain, Layers
    from xref.graph.reader import Reader
    from xref.graph.start import Start
    from xref.resolve.edge import Edge, Symbol

ROOT: Final = "root"
SPINE: Final = "spine"
GOAL: Final = "goal"
LEAF: Final = "leaf"
_NAMED: Final = 3
"""So many changed files are named."""
_STRENGTH: Final = {LEAF: 0, SPINE: 1, GOAL: 2, ROOT: 3}


class Draft:
    """Collects one answer. ``max_nodes`` bounds it: what does not fit is counted, never half shown."""

    def __init__(self, reader: Reader, layers: Layers, domain: Domain | None, max_nodes: int) -> None:
        self._reader = reader
        self._layers = layers
        self._domain = domain
        self._max_nodes = max_nodes
        self._symbols: dict[str, Symbol] = {}
        self._roles: dict[str, str] = {}
        self._edges: dict[tuple[str, str, str, str, int, int], AnswerEdge] = {}
        self._missing: list[Missing] = []
        self._ruled_out: list[RuledOut] = []
        self._refused: set[str] = set()
        self._reserved: set[str] = set()
        self.notes: list[str] = []
        self.open_ends = 0
        """Calls without a known target in functions that were read but are not shown."""
        self.certain = True
        """Whether nothing outside what was read could add to the answer."""

    def reserve(self, nodes: Iterable[str]) -> None:
        """Keep room for ``nodes``, which are going to be added: a leaf has to fit in beside them."""
        self._reserved.update(nodes)

    def add(self, sym: Symbol, role: str) -> bool:
        """Show ``sym``; False when the bound is reached. A second role stays only if it is a stronger one."""
        known = self._roles.get(sym.node)
        if known is None:
            self._reserved.discard(sym.node)
            if len(self._symbols) + (len(self._reserved) if role == LEAF else 0) >= self._max_nodes:
                self._refused.add(sym.node)
                return False
            self._symbols[sym.node] = sym
            self._roles[sym.node] = role
        elif _STRENGTH[role] > _STRENGTH[known]:
            self._roles[sym.node] = role
        return True

    def link(self, call: Edge) -> None:
        """Show ``call``; both of its ends must have been added."""
        key = (call.caller.node, call.callee.node, call.via, call.file, call.line, call.column)
        if key not in self._edges and key[0] in self._symbols and key[1] in self._symbols:
            self._edges[key] = convert.edge(call)

    def gaps(self, sym: Symbol) -> None:
        """Show the calls of ``sym`` that have no known target."""
        self._missing.extend(convert.missing(call) for call in self._reader.calls(sym).unresolved)

    def rule_out(self, calls: Iterable[model.Barred]) -> None:
        """Say of those that leave a shown node that they cannot follow the ways to it."""
        self._ruled_out.extend(convert.ruled_out(call) for call in calls)

    def __contains__(self, node: str) -> bool:
        return node in self._symbols

    def __len__(self) -> int:
        return len(self._symbols)

    def finish(self, query: QueryInfo, start: Start, *, truncated: Truncated | None = None) -> Answer:
        """The answer. ``truncated`` is a bound that the caller has met; the draft's own goes before it."""
        if self._refused:
            truncated = Truncated("nodes", self._max_nodes, len(self._refused))
        order = {node: at for at, node in enumerate(self._symbols)}
        nodes = tuple(
            convert.node(sym, self._layers.layer(sym, self._domain), self._roles[node])
            for node, sym in self._symbols.items()
        )
        edges = sorted(self._edges.values(), key=lambda edge: order[edge.source])
        return Answer(
            tree=convert.tree(self._reader.source.tree),
            query=query,
            roots=(start.symbol.node,),
            nodes=nodes,
            edges=tuple(edges),
            ruled_out=tuple(sorted((o for o in self._ruled_out if o.source in order), key=lambda o: order[o.source])),
            unresolved=tuple(sorted(self._missing, key=lambda gap: order[gap.source])),
            complete=truncated is None
            and not self._missing
            and self.open_ends == 0
            and self.certain
            and not self._reader.source.tree.part,
            truncated=truncated,
            layers=self._layer_order({node.layer for node in nodes}),
            notes=(*self._part(), *self._ambiguity(start), *self.notes, *self._counts(), *self._changed()),
            candidates=convert.candidates(start) if start.others else (),
        )

    def _layer_order(self, present: set[str]) -> tuple[str, ...]:
        names = self._domain.order if self._domain is not None else self._layers.names()
        return tuple(name for name in names if name in present)

    def _ambiguity(self, start: Start) -> Iterable[str]:
        if start.others:
            yield ambiguity(start.asked, convert.candidates(start))

    def _part(self) -> Iterable[str]:
        part = self._reader.source.tree.part
        return (part,) if part else ()

    def _counts(self) -> Iterable[str]:
        if weak := self._reader.weak_from(self._symbols):
            yield f"{_count(weak, 'weak edge')} (only the member's name agrees) left out."
        if self.open_ends:
            calls = _count(self.open_ends, "call")
            yield f"{calls} without a known target in functions that were read but are not shown."

    def _changed(self) -> Iterable[str]:
        files = dict.fromkeys(sym.file for sym in self._symbols.values())
        files.update(dict.fromkeys(edge.file for edge in self._edges.values()))
        changed = [path for path in files if self._reader.source.changed(path)]
        if changed:
            some = ", ".join(changed[:_NAMED]) + (f" and {len(changed) - _NAMED} more" if len(changed) > _NAMED else "")
            verb = "have" if len(changed) > 1 else "has"
            yield f"{some} {verb} changed since the index was made: lines may be others now; run xref index."


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
