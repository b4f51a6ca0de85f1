# SPDX-License-Identifier: MIT
"""Names of the whole tree, and what stands in one file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lsprotocol import types

from xref.graph.crossref import definitions
from xref.resolve.front.hints import near_definitions
from xref.store.numbers import first

if TYPE_CHECKING:
    from xref.graph.crossref import Definition
    from xref.lsp.asking import Asking

_NAMES: Final = 100
_SHOWN: Final = 200
"""So many symbols are sent for a query; who types on is asked again."""
_KINDS: Final = {
    "function": types.SymbolKind.Function,
    "asm": types.SymbolKind.Function,
    "macro": types.SymbolKind.Constant,
    "struct": types.SymbolKind.Struct,
    "union": types.SymbolKind.Struct,
    "field": types.SymbolKind.Field,
    "typedef": types.SymbolKind.Class,
    "global": types.SymbolKind.Variable,
    "declaration": types.SymbolKind.Variable,
    "enum": types.SymbolKind.Enum,
    "enumerator": types.SymbolKind.EnumMember,
}


def in_tree(asking: Asking, query: str) -> list[types.SymbolInformation]:
    """What has a name that begins as ``query``, itself first; where nothing has, what is spelled nearly so.

    ``file.c:name`` and ``struct.member`` are understood.
    """
    asked = query.strip()
    if not asked:
        return []
    source = asking.source
    found = list(definitions(source, asked, everything=False))
    if asked.isidentifier():
        names = source.reader.names_beginning(asked, _NAMES) or list(near_definitions(source, asked))
        for name in sorted(names, key=lambda each: (each != asked, len(each), each)):
            if len(found) >= _SHOWN:
                break
            if name != asked:
                found += definitions(source, name, everything=False)
    return [_symbol(asking, each) for each in found[:_SHOWN]]


def _symbol(asking: Asking, found: Definition) -> types.SymbolInformation:
    kind = _KINDS.get(found.kind, types.SymbolKind.Variable)
    return types.SymbolInformation(
        location=asking.defined(found), name=found.name, kind=kind, container_name=found.file
    )


def in_file(asking: Asking, place: str, *, nested: bool) -> list[types.DocumentSymbol] | list[types.SymbolInformation]:
    """What stands in a file, in its order; ``nested``: with the members of structs."""
    path = asking.path(place)
    file_id = asking.source.reader.file_id(path) if path else None
    if file_id is None:
        return []
    found = sorted(_contents(asking, path, file_id), key=lambda each: (each.range.start.line, each.name))
    if nested:
        return found
    uri = asking.uri(path)
    return [
        types.SymbolInformation(location=types.Location(uri, each.selection_range), name=each.name, kind=each.kind)
        for each in found
    ]


def _contents(asking: Asking, path: str, file_id: int) -> list[types.DocumentSymbol]:
    reader = asking.source.reader
    found: list[types.DocumentSymbol] = []
    functions = reader.functions_between(first(file_id), first(file_id + 1))
    lines = {(f.name, f.line) for f in functions}
    for f in functions:
        found.append(_piece(asking, path, f.name, f.kind, f.line, f.end_line, f.signature, f.column))
    for record in reader.records_by_row([number for number, *_ in reader.records_in(file_id)]):
        named = [field for field in record.fields if field.name]
        members = [_piece(asking, path, f.name, "field", f.line, f.line, f.decl) for f in named]
        last = max((field.line for field in record.fields), default=record.line)
        tag = "" if "__anon_" in record.tag else record.tag
        if tag:
            piece = _piece(asking, path, tag, record.kind, record.line, max(last, record.line), f"{record.kind} {tag}")
            piece.children = [each for each in members if _inside(each.range, piece.range)]
            found.append(piece)
    for name, line, decl in reader.typedefs_in(file_id):
        found.append(_piece(asking, path, name, "typedef", line, line, decl))
    for name, line, decl, linkage in reader.objects_in(file_id):
        if linkage != "declared":
            found.append(_piece(asking, path, name, "global", line, line, decl))
    for macro in reader.macros_in(path):
        if (macro.name, macro.line) not in lines:
            found.append(_piece(asking, path, macro.name, "macro", macro.line, macro.end_line, ""))
    return found


def _piece(
    asking: Asking, path: str, name: str, kind: str, line: int, end_line: int, detail: str, at: int | None = None
) -> types.DocumentSymbol:
    span = asking.span(path, line, name, at)
    document = asking.documents.get(path)
    begin = span.start.line + 1
    whole = asking.documents.lines(document, begin, max(begin, document.shown(end_line)))
    return types.DocumentSymbol(
        name=name,
        kind=_KINDS.get(kind, types.SymbolKind.Variable),
        range=whole,
        selection_range=span,
        detail=" ".join(detail.split())[:120],
    )


def _inside(inner: types.Range, outer: types.Range) -> bool:
    return outer.start.line <= inner.start.line and inner.end.line <= outer.end.line
