# SPDX-License-Identifier: MIT
"""The call hierarchy: what ``xref callers`` and ``xref callees`` answer, a step at a time.

What such an answer says beside its edges has a place too: a call without a known target is an item of its own, and so
is the count of what was left out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types

from xref.graph.layers import load_layers
from xref.graph.meaning import functions_of
from xref.graph.slice import callees, callers
from xref.graph.start import Start
from xref.lsp.asking import MOST
from xref.render.strings import in_words, one_line
from xref.resolve.edge import SymbolKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xref.graph.answer import Answer, AnswerEdge, Missing
    from xref.lsp.asking import Asking
    from xref.resolve.edge import Symbol

_CALLEE: Final = re.compile(rb"[\w$]+(?:(?:->|\.)[\w$]+)*")
_KINDS: Final = {
    SymbolKind.FUNCTION: types.SymbolKind.Function,
    SymbolKind.MACRO: types.SymbolKind.Operator,
    SymbolKind.ASM: types.SymbolKind.Function,
}


def prepare(asking: Asking, place: str, position: types.Position) -> list[types.CallHierarchyItem]:
    """What a hierarchy can begin with: what is called at a position, else what is put into the slot or has the name
    there; where no name stands, the function around.
    """
    document = asking.document(place)
    if document is None:
        return []
    spot = asking.spot(document, position)
    meaning = asking.meaning
    if spot is None or not spot.word.kind:
        found = meaning.around(document.path, document.saved(position.line + 1))
    else:
        called = meaning.call_at(spot)
        slot = meaning.slot(spot) if called is None or not called.edges else None
        if called is not None and called.edges:
            found = functions_of(called)
        elif slot is not None:
            found = tuple({entry.function.node: entry.function for entry in slot.entries}.values())
        else:
            found = meaning.functions(spot)
    if len(found) > MOST:
        asking.said.append((types.MessageType.Info, f"{MOST:,} of {len(found):,} functions are shown"))
    return [item(asking, sym, _placed(sym)) for sym in found[:MOST]]


def incoming(asking: Asking, place: str, asked: types.CallHierarchyItem) -> list[types.CallHierarchyIncomingCall]:
    """What calls a function."""
    sym = _symbol(asking, place, asked)
    if sym is None:
        return []
    answer = callers(asking.source, Start(sym, sym.name), layers=load_layers(), max_nodes=MOST)
    found: list[types.CallHierarchyIncomingCall] = []
    for edges in _grouped(edge for edge in answer.edges if edge.target == sym.node):
        caller = _node(asking, edges[0].source)
        if caller is not None:
            spans = [_site(asking, edge) for edge in edges]
            found.append(types.CallHierarchyIncomingCall(item(asking, caller, _detail(edges)), spans))
    rest = _rest(asking, answer, sym, "callers")
    if rest is not None:
        found.append(types.CallHierarchyIncomingCall(rest, [rest.selection_range]))
    _note(asking, answer, empty=not found)
    return found


def outgoing(asking: Asking, place: str, asked: types.CallHierarchyItem) -> list[types.CallHierarchyOutgoingCall]:
    """What a function calls; of calls without a known target, the reason."""
    sym = _symbol(asking, place, asked)
    if sym is None:
        return []
    answer = callees(asking.source, Start(sym, sym.name), layers=load_layers(), max_nodes=MOST)
    found: list[types.CallHierarchyOutgoingCall] = []
    for edges in _grouped(edge for edge in answer.edges if edge.source == sym.node):
        callee = _node(asking, edges[0].target)
        if callee is not None:
            spans = [_site(asking, edge) for edge in edges]
            found.append(types.CallHierarchyOutgoingCall(item(asking, callee, _detail(edges)), spans))
    for gap in answer.unresolved:
        span = _site(asking, gap)
        found.append(types.CallHierarchyOutgoingCall(_gap(asking, gap, span), [span]))
    rest = _rest(asking, answer, sym, "callees")
    if rest is not None:
        found.append(types.CallHierarchyOutgoingCall(rest, [asking.name_of(sym)]))
    _note(asking, answer, empty=not found)
    return found


def item(asking: Asking, sym: Symbol, detail: str) -> types.CallHierarchyItem:
    """A function as an item; its ``data`` tells it apart from others of its name."""
    name = asking.name_of(sym)
    document = asking.documents.get(sym.file)
    first = name.start.line + 1
    last = max(first, document.shown(sym.end_line))
    whole = asking.documents.lines(document, first, last)
    return types.CallHierarchyItem(
        name=sym.name,
        kind=_KINDS[sym.kind],
        uri=asking.uri(sym.file),
        range=types.Range(whole.start, max(whole.end, name.end, key=lambda p: (p.line, p.character))),
        selection_range=name,
        detail=detail,
        data={"node": sym.node},
    )


def _placed(sym: Symbol) -> str:
    """Where a function stands, for one that no call has led to."""
    guard = f", if {sym.guard}" if sym.guard else ""
    return f"{sym.kind}, {sym.file}:{sym.line}{guard}"


def _detail(edges: list[AnswerEdge]) -> str:
    """How a call comes about, how sure that is, and the line because of which it is believed."""
    edge = edges[0]
    site = (edge.file, edge.line)
    why = [each for each in edge.evidence if (each.file, each.line) != site]
    because = f"; {why[-1].rule} {why[-1].file}:{why[-1].line}" if why else ""
    condition = f"; when {one_line(edge.condition)}" if edge.condition else ""
    return f"{in_words(edge)}{because}{condition}"


def _grouped(edges: Iterator[AnswerEdge]) -> list[list[AnswerEdge]]:
    """The calls between two functions that come about in the same way and are equally sure: one item."""
    found: dict[tuple[str, str, str], list[AnswerEdge]] = {}
    for edge in edges:
        found.setdefault((edge.source, edge.target, in_words(edge)), []).append(edge)
    return list(found.values())


def _node(asking: Asking, node: str) -> Symbol | None:
    """The function of an id."""
    return next((sym for sym in asking.source.lookup(node) if sym.node == node), None)


def _symbol(asking: Asking, place: str, asked: types.CallHierarchyItem) -> Symbol | None:
    """The function of an item: by its ``data``, or by name and file where an editor has lost that."""
    data: Any = asked.data
    if isinstance(data, dict):
        node = data.get("node")
        return _node(asking, node) if isinstance(node, str) else None
    path = asking.path(place)
    here = [sym for sym in asking.source.lookup(asked.name) if sym.file == path]
    line = asked.selection_range.start.line + 1
    return min(here, key=lambda sym: abs(asking.line(path, sym.line, sym.name) - line), default=None)


def _site(asking: Asking, call: AnswerEdge | Missing) -> types.Range:
    """The range of what is called, as far as it stands in one line."""
    document = asking.documents.get(call.file)
    shown = document.shown(call.line)
    text = document.text.line(shown)
    named = _CALLEE.match(text, call.column)
    end = named.end() if named is not None else call.column + 1
    return asking.documents.span(document, shown, min(call.column, len(text)), min(end, len(text)))


def _gap(asking: Asking, gap: Missing, span: types.Range) -> types.CallHierarchyItem:
    """A call that no target is known for."""
    return types.CallHierarchyItem(
        name=one_line(gap.callee),
        kind=types.SymbolKind.Event,
        uri=asking.uri(gap.file),
        range=span,
        selection_range=span,
        detail=f"no known target: {gap.reason}",
        data={"gap": True},
    )


def _rest(asking: Asking, answer: Answer, sym: Symbol, command: str) -> types.CallHierarchyItem | None:
    """What was left out of an answer, as its last item."""
    cut = answer.truncated
    if cut is None:
        return None
    said = f"{cut.hidden:,} more; xref {command} {sym.node} --all shows them"
    asking.said.append((types.MessageType.Info, f"{sym.name} has {said}"))
    span = asking.name_of(sym)
    return types.CallHierarchyItem(
        name=f"... {cut.hidden:,} more",
        kind=types.SymbolKind.Event,
        uri=asking.uri(sym.file),
        range=span,
        selection_range=span,
        detail=said,
        data={"gap": True},
    )


def _note(asking: Asking, answer: Answer, *, empty: bool) -> None:
    """What an answer says to its reader: of an empty one why it is, where that is seen."""
    if empty:
        asking.said += [(types.MessageType.Info, note) for note in answer.notes]
    else:
        asking.logged += answer.notes
