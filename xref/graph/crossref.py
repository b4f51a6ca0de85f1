# SPDX-License-Identifier: MIT
"""Definitions of names of every kind, and the list of system calls, out of the index."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from xref.resolve.front.likeliest import Standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xref.resolve.front.symbols import Symbols
    from xref.store.model import RecordInfo


_DEEPEST: Final = 8
_INSIDE: Final = re.compile(r"(?:struct|union)\s+(\w+)\s*")
_UNNAMED: Final = "__anon_"
"""Stands in the tag of a record without one, behind that of the record around it."""


class Definition(msgspec.Struct, frozen=True, gc=False):
    """A place where a name is defined; lines 1-based.

    ``kind``: ``function``, ``macro``, ``asm``, ``struct``, ``union``, ``field``, ``typedef``, ``global``,
    ``declaration``; out of ``constants.py`` also ``enum``, ``enumerator``. ``text`` is the declaration, or the body
    of a macro.
    """

    kind: str
    name: str
    file: str
    line: int
    end_line: int
    text: str
    guard: str


class _Placed(NamedTuple):
    """A definition, and where it stands."""

    definition: Definition
    standing: Standing


def definitions(source: Symbols, asked: str, *, everything: bool = True) -> tuple[Definition, ...]:
    """Every definition of ``asked``: a name, an alias, ``file.c:name``, or ``struct.field``; the likeliest meant first,
    members of structs last. Who has the name from a place where it is no member does without ``everything``: thousands
    of structs may have one of that name.

    Declarations of objects are given only where nothing else of that name is defined but macros and members:
    ``jiffies`` is the linker's.
    """
    file, _, name = asked.rpartition(":")
    tagged = name.startswith(("struct ", "union "))
    name = name.removeprefix("struct ").removeprefix("union ").strip()
    found = list(_functions(source, asked, name))
    owner, dot, field = name.partition(".")
    if tagged and not dot:
        found = [each for each in _types(source, name) if each.definition.kind != "typedef"]
        members = []
    elif dot:
        members = list(_fields_of(source, owner, field))
    else:
        found += [*_types(source, name), *_objects(source, name), *_object_macros(source, name)]
        members = list(_fields(source, name)) if everything else []
    ranked = [
        each.definition
        for some in (found, members)
        for each in source.likeliest.first(some, lambda each: each.standing)
        if not file or each.definition.file == file or each.definition.file.endswith(f"/{file}")
    ]
    defined = any(each.kind not in ("declaration", "macro", "field") for each in ranked)
    return tuple(dict.fromkeys(each for each in ranked if not (defined and each.kind == "declaration")))


def _placed(source: Symbols, file_id: int, found: Definition, linkage: str = "", *, exact: bool = True) -> _Placed:
    file = source.reader.file(file_id)
    guard = source.conjunction(file.guard, found.guard)
    macro = found.kind == "macro"
    standing = Standing(file.path, file.program, found.line, guard, file.guard, linkage, exact=exact, macro=macro)
    return _Placed(found, standing)


def _functions(source: Symbols, asked: str, name: str) -> Iterator[_Placed]:
    for sym in source.lookup(asked):
        text = f"{sym.name}({sym.signature})" if sym.kind == "macro" and "(" not in sym.signature else sym.signature
        found = Definition(str(sym.kind), sym.name, sym.file, sym.line, sym.end_line, text, sym.guard)
        row = source.reader.function(sym.fid)
        if row is not None:
            yield _Placed(found, source.standing(row, name))


def _types(source: Symbols, name: str) -> Iterator[_Placed]:
    reader = source.reader
    for record in reader.records(name):
        last = max((field.line for field in record.fields), default=record.line)
        path = reader.file(record.file_id).path
        text = f"{record.kind} {name}, {len(record.fields)} members"
        found = Definition(record.kind, name, path, record.line, max(last, record.line), text, record.guard)
        yield _placed(source, record.file_id, found)
    for typedef in reader.typedefs(name):
        path = reader.file(typedef.file_id).path
        found = Definition("typedef", name, path, typedef.line, typedef.line, typedef.decl, typedef.guard)
        yield _placed(source, typedef.file_id, found)


def _objects(source: Symbols, name: str) -> Iterator[_Placed]:
    for each in source.reader.objects(name):
        kind = "declaration" if each.linkage == "declared" else "global"
        path = source.reader.file(each.file_id).path
        found = Definition(kind, name, path, each.line, each.line, each.decl, each.guard)
        yield _placed(source, each.file_id, found, each.linkage)


def _object_macros(source: Symbols, name: str) -> Iterator[_Placed]:
    for macro in source.reader.macros(name):
        file_id = source.reader.file_id(macro.file)
        if macro.params is None and file_id is not None:
            text = f"{name} {macro.body}"
            found = Definition("macro", name, macro.file, macro.line, macro.end_line, text, macro.guard)
            yield _placed(source, file_id, found)


def _fields(source: Symbols, name: str) -> Iterator[_Placed]:
    reader = source.reader
    for record in reader.records_by_row(reader.mentions("f", name)):
        yield from _members(source, record, name)


def _fields_of(source: Symbols, owner: str, name: str, depth: int = 0) -> Iterator[_Placed]:
    """The members of that name of a record, and of those without a name inside it."""
    for record in source.reader.records(owner):
        yield from _members(source, record, name)
        for field in record.fields if depth < _DEEPEST else ():
            inner = _INSIDE.fullmatch(field.decl) if not field.name else None
            if inner is not None:
                yield from _fields_of(source, inner[1], name, depth + 1)


def _members(source: Symbols, record: RecordInfo, name: str) -> Iterator[_Placed]:
    path = source.reader.file(record.file_id).path
    for field in record.fields:
        if field.name == name:
            called = f"{record.tag.partition(_UNNAMED)[0] or record.tag}.{name}"
            found = Definition("field", called, path, field.line, field.line, field.decl, field.guard)
            yield _placed(source, record.file_id, found)
