# SPDX-License-Identifier: MIT
"""Definitions of names of every kind, and the list of system calls, out of the index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xref.resolve.symbols import Symbols

_MANY: Final = 1_000_000
_WORKERS: Final = ("sys_", "SYSC_", "__do_sys_")
"""What ``SYSCALL_DEFINE`` puts before the name of the function with the body, by age of the kernel."""


class Definition(msgspec.Struct, frozen=True, gc=False):
    """A place where a name is defined; lines 1-based.

    ``kind``: ``function``, ``macro``, ``asm``, ``struct``, ``union``, ``field``, ``typedef``, ``global``,
    ``declaration``; ``text`` is the declaration, or the body of a macro.
    """

    kind: str
    name: str
    file: str
    line: int
    end_line: int
    text: str
    guard: str


def definitions(source: Symbols, asked: str) -> tuple[Definition, ...]:
    """Every definition of ``asked``: a name, an alias, ``file.c:name``, or ``struct.field``. Functions come first.

    Declarations of objects are given only where there is no definition.
    """
    file, _, name = asked.rpartition(":")
    name = name.removeprefix("struct ").removeprefix("union ").strip()
    found = list(_functions(source, asked))
    owner, dot, field = name.partition(".")
    if dot:
        found += _fields_of(source, owner, field)
    else:
        found += _types(source, name)
        found += _objects(source, name)
        found += _object_macros(source, name)
        found += _fields(source, name)
    if file:
        found = [each for each in found if each.file == file or each.file.endswith(f"/{file}")]
    defined = [each for each in found if each.kind != "declaration"]
    return tuple(dict.fromkeys(defined or found))


def _functions(source: Symbols, asked: str) -> Iterator[Definition]:
    for sym in source.lookup(asked):
        text = f"{sym.name}({sym.signature})" if sym.kind == "macro" and "(" not in sym.signature else sym.signature
        yield Definition(str(sym.kind), sym.name, sym.file, sym.line, sym.end_line, text, sym.guard)


def _types(source: Symbols, name: str) -> Iterator[Definition]:
    reader = source.reader
    for record in reader.records(name):
        last = max((field.line for field in record.fields), default=record.line)
        path = reader.file(record.file_id).path
        text = f"{record.kind} {name}, {len(record.fields)} members"
        yield Definition(record.kind, name, path, record.line, max(last, record.line), text, record.guard)
    for typedef in reader.typedefs(name):
        path = reader.file(typedef.file_id).path
        yield Definition("typedef", name, path, typedef.line, typedef.line, typedef.decl, typedef.guard)


def _objects(source: Symbols, name: str) -> Iterator[Definition]:
    for each in source.reader.objects(name):
        kind = "declaration" if each.linkage == "declared" else "global"
        path = source.reader.file(each.file_id).path
        yield Definition(kind, name, path, each.line, each.line, each.decl, each.guard)


def _object_macros(source: Symbols, name: str) -> Iterator[Definition]:
    for macro in source.reader.macros(name):
        if macro.params is None:
            yield Definition("macro", name, macro.file, macro.line, macro.end_line, f"{name} {macro.body}", macro.guard)


def _fields(source: Symbols, name: str) -> Iterator[Definition]:
    reader = source.reader
    for record in reader.records_by_row(reader.mentions("f", name)):
        for field in record.fields:
            if field.name == name:
                path = reader.file(record.file_id).path
                yield Definition("field", f"{record.tag}.{name}", path, field.line, field.line, field.decl, field.guard)


def _fields_of(source: Symbols, owner: str, name: str) -> Iterator[Definition]:
    for record in source.reader.records(owner):
        for field in record.fields:
            if field.name == name:
                path = source.reader.file(record.file_id).path
                yield Definition("field", f"{owner}.{name}", path, field.line, field.line, field.decl, field.guard)


def syscall_names(source: Symbols) -> tuple[str, ...]:
    """Every system call in the tables of the tree's architecture, or made by a ``SYSCALL_DEFINE``; sorted."""
    names = {entry.name for entry in source.reader.syscalls() if entry.arch == source.tree.arch}
    for prefix in _WORKERS:
        for name in source.reader.similar_names(prefix, limit=_MANY):
            if any("SYSCALL_DEFINE" in row.made_by for row in source.reader.functions_named(name)):
                names.add(name.removeprefix(prefix))
    return tuple(sorted(names))
