# SPDX-License-Identifier: MIT
"""What stands at a place, as text, JSON and quickfix lines."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final, Protocol

from xref.cli.listing import Row, envelope, one_line, painter
from xref.cli.slot_views import counts
from xref.graph import convert
from xref.graph.draft import LEAF, ROOT
from xref.graph.layers import load_layers
from xref.render import json_
from xref.render.strings import in_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from xref.graph.meaning import Found
    from xref.resolve.edge import Edge
    from xref.resolve.front.resolver import Resolver

SCHEMA: Final = "xref.at/1"


class View(Protocol):
    """What was found in one format. ``limit``: how many targets of a call are shown before the rest is counted."""

    def __call__(self, source: Resolver, found: Found, asked: str, limit: int | None) -> str:
        """The text, with a line end."""


def _text(source: Resolver, found: Found, asked: str, limit: int | None) -> str:
    return "".join(f"{line}\n" for line in _lines(found, limit))


def _lines(found: Found, limit: int | None) -> Iterator[str]:
    paint = painter()
    within = f"  in {', '.join(sym.name for sym in found.within)}" if found.within else ""
    name = f"  {paint('bright', found.spot.slot or found.spot.name)}" if found.spot is not None else ""
    yield f"{found.path}:{found.line}{name}{within}"
    yield paint("dull", f"    {one_line(found.text)}")
    if found.definitions:
        yield "defined"
    for each in found.definitions[:limit]:
        guard = paint("dull", f"  [{each.guard}]") if each.guard else ""
        yield f"  {each.file}:{each.line}: {each.kind} {each.name}{guard}"
        if each.text:
            yield paint("dull", f"      {one_line(each.text)}")
    yield from _more(len(found.definitions), limit)
    if found.slot is not None:
        yield "slot"
        yield f"  {counts(found.slot)}"
    if found.calls.edges or found.calls.unresolved:
        yield "calls"
    for edges in _by_call(found.calls.edges):
        words: dict[str, list[Edge]] = {}
        for edge in edges[:limit]:
            words.setdefault(in_words(edge), []).append(edge)
        for how, some in words.items():
            yield f"  :{edges[0].line}:{edges[0].column + 1}  {how}"
            for edge in some:
                guard = paint("dull", f"  [{edge.guard}]") if edge.guard else ""
                yield f"    {edge.callee.name}  {edge.callee.file}:{edge.callee.line}{guard}"
        yield from _more(len(edges), limit)
    for gap in found.calls.unresolved:
        yield f"  :{gap.line}:{gap.column + 1}  {one_line(gap.callee_text)}: no known target, {gap.reason}"


def _more(count: int, limit: int | None) -> Iterator[str]:
    if limit is not None and count > limit:
        yield f"    ... {count - limit} more (--all shows them)"


def _by_call(edges: Sequence[Edge]) -> list[list[Edge]]:
    found: dict[tuple[int, int, str, str], list[Edge]] = {}
    for edge in edges:
        found.setdefault((edge.line, edge.column, edge.via, str(edge.kind)), []).append(edge)
    return list(found.values())


def _json(source: Resolver, found: Found, asked: str, limit: int | None) -> str:
    layers = load_layers()
    spot, slot = found.spot, found.slot
    roles = {sym.node: (sym, ROOT) for sym in found.within}
    for edge in found.calls.edges:
        roles.setdefault(edge.callee.node, (edge.callee, LEAF))
    body = {
        "within": [sym.node for sym in found.within],
        "text": found.text,
        "changed": found.changed,
        "name": None
        if spot is None
        else {
            "name": spot.name,
            "kind": spot.word.kind or "text",
            "line": spot.line,
            "column": spot.column,
            "member_of": spot.owner,
        },
        "definitions": [
            asdict(Row(d.kind, d.name, d.file, d.line, d.end_line, 0, "", d.text, d.guard)) for d in found.definitions
        ],
        "slot": None
        if slot is None
        else {
            "struct": slot.struct,
            "field": slot.field,
            "registrations": len(slot.entries),
            "functions": len({entry.function.node for entry in slot.entries}),
            "sites": len(slot.sites),
        },
        "nodes": [json_.node(convert.node(sym, layers.layer(sym, None), role)) for sym, role in roles.values()],
        "edges": [json_.edge(convert.edge(edge)) for edge in found.calls.edges],
        "unresolved": [json_.missing(convert.missing(gap)) for gap in found.calls.unresolved],
    }
    return envelope(SCHEMA, source.tree, {"command": "at", "place": asked}, body)


def _quickfix(source: Resolver, found: Found, asked: str, limit: int | None) -> str:
    lines = [f"{d.file}:{d.line}:1: {d.kind} {one_line(d.text) or d.name}" for d in found.definitions]
    for edge in found.calls.edges:
        callee = source.reader.function(edge.callee.fid)
        column = callee.column + 1 if callee is not None else 1
        how = in_words(edge)
        lines.append(f"{edge.callee.file}:{edge.callee.line}:{column}: {edge.callee.name} is called ({how})")
    for gap in found.calls.unresolved:
        lines.append(
            f"{gap.file}:{gap.line}:{gap.column + 1}: {one_line(gap.callee_text)} has no known target ({gap.reason})"
        )
    return "".join(f"{line}\n" for line in dict.fromkeys(lines))


VIEWS: Final[Mapping[str, View]] = {"text": _text, "json": _json, "quickfix": _quickfix}
