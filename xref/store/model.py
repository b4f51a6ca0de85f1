# SPDX-License-Identifier: MIT
"""What goes into the tables, and what comes out of them: data alone."""

from __future__ import annotations

import msgspec

from xref.facts.model import FieldFact


class FunctionRow(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One function ready for the table, with the names it mentions: by call, through a member, assigned, as a value.

    A member that it calls through, assigns to, takes the address of or uses as a value (``got``) may have its shape
    behind it: ``sendmsg socket ops``; what it calls with the address of an object (``handed``), a position.
    """

    name: str
    line: int
    column: int
    end_line: int
    kind: str
    linkage: str
    aliases: tuple[str, ...]
    guard: str
    signature: str
    trouble: str
    made_by: str
    body: bytes
    calls: int
    dispatches: int
    called: tuple[str, ...]
    through: tuple[str, ...]
    assigned: tuple[str, ...]
    values: tuple[str, ...]
    addressed: tuple[str, ...]
    got: tuple[str, ...]
    handed: tuple[str, ...]


class RecordRow(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One struct or union, its members encoded, their names and the tags of their types beside them."""

    tag: str
    kind: str
    line: int
    guard: str
    open: bool
    fields: bytes
    names: tuple[str, ...]
    types: tuple[str, ...]


class FileRow(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """All rows of one file; the tuples follow the columns of their tables behind ``file_id``."""

    path: str
    size: int
    mtime_ns: int
    hash: bytes
    error_bytes: int
    includes: bytes
    notes: str
    functions: tuple[FunctionRow, ...] = ()
    records: tuple[RecordRow, ...] = ()
    typedefs: tuple[tuple[str, str, int, str, str], ...] = ()
    objects: tuple[tuple[str, str, int, str, str, str], ...] = ()
    registrations: tuple[tuple[int, int, str, str, str, str, str, str, str, str, str, str], ...] = ()
    macros: tuple[tuple[str, int, int, int, int, str | None, str, str, str], ...] = ()
    exports: tuple[str, ...] = ()
    member_aliases: tuple[tuple[str, str], ...] = ()
    seconds: float = 0.0
    failure: str = ""


class Offer(msgspec.Struct, frozen=True, gc=False):
    """What a file offers to others beside its macros: columns of ``files`` that the first pass over it yields."""

    interface: bytes
    asks: bytes
    listing: bytes


class FileInfo(msgspec.Struct, frozen=True, gc=False):
    """One file of the index; ``guard`` says when Kbuild compiles it, or when a header is included at all."""

    id: int
    path: str
    program: str
    guard: str


class FunctionInfo(msgspec.Struct, frozen=True, gc=False):
    """One row of ``functions`` without its body."""

    id: int
    file_id: int
    name: str
    line: int
    column: int
    end_line: int
    kind: str
    linkage: str
    aliases: str
    guard: str
    signature: str
    trouble: str
    made_by: str


class RecordInfo(msgspec.Struct, frozen=True, gc=False):
    """One struct or union with its members."""

    id: int
    file_id: int
    tag: str
    kind: str
    line: int
    guard: str
    open: bool
    fields: tuple[FieldFact, ...]


class DeclInfo(msgspec.Struct, frozen=True, gc=False):
    """A typedef or an object: its name, its declaration and where it stands."""

    name: str
    file_id: int
    decl: str
    line: int
    linkage: str
    guard: str
    function: str


class RegistrationInfo(msgspec.Struct, frozen=True, gc=False):
    """One row of ``registrations``."""

    id: int
    file_id: int
    line: int
    column: int
    object: str
    decl: str
    path: str
    field: str
    value: str
    name: str
    how: str
    guard: str
    function: str


class SyscallInfo(msgspec.Struct, frozen=True, gc=False):
    """One line of a system call table."""

    arch: str
    abi: str
    number: int
    name: str
    entry: str
    compat: str
    file: str
    line: int
