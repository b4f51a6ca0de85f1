# SPDX-License-Identifier: MIT
"""What a slot holds: the registrations of ``struct.field``, each typed by its own object's declaration."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache

from xref.parse.ctree import Array, CType, Named, Pointer, Tagged
from xref.resolve.types import MemberType, Types
from xref.store.model import RegistrationInfo
from xref.store.reader import Reader

_STEP = re.compile(r"\.(\w+)(?:\+(\d+))?|\[\]|#(\d+)")
_MAX_PARENTS = 40


class Slots:
    """Types initialisers, and finds those of a slot."""

    def __init__(self, reader: Reader, types: Types) -> None:
        self._reader = reader
        self._types = types
        self._target_memo = lru_cache(maxsize=300_000)(self._target)
        self._owners_memo = lru_cache(maxsize=50_000)(self._owners)
        self._shapes_memo = lru_cache(maxsize=16)(self._shapes)
        self._parents_memo = lru_cache(maxsize=10_000)(self._parents)

    def target(self, r: RegistrationInfo) -> MemberType | None:
        """The member that an initialiser sets, or None where its type cannot be told."""
        return self._target_memo(r.decl, r.path, r.file_id)

    def _target(self, decl: str, path: str, file_id: int) -> MemberType | None:
        types = self._types
        current: CType | None = types.decl_type(decl) or types.decl_type(f"{decl} x")  # a compound literal has no name
        found: MemberType | None = None
        for m in _STEP.finditer(path):
            current = types.plain(current, file_id)
            if m[1] is not None:
                while isinstance(current, Array | Pointer):
                    current = types.plain(current.of if isinstance(current, Array) else current.to, file_id)
                found = types.member(current, m[1], file_id)
                if found is not None and m[2] is not None:
                    found = self._nth(current, self._position(current, m[1], file_id) + int(m[2]), file_id)
                if found is None:
                    return None
                current = found.ctype
            elif isinstance(current, Array):
                current = current.of
            elif m[3] is not None:
                found = self._nth(current, int(m[3]), file_id)
                if found is None:
                    return None
                current = found.ctype
            elif isinstance(current, Pointer):
                current = current.to
        return found

    def _position(self, t: CType | None, field: str, file_id: int) -> int:
        """Which member of a record ``field`` is, counted from 0; past the end where it is none."""
        t = self._types.plain(t, file_id)
        if isinstance(t, Tagged):
            for record in self._types.record(t.tag, file_id):
                for i, f in enumerate(record.fields):
                    if f.name == field:
                        return i
        return 1 << 30

    def _nth(self, t: CType | None, n: int, file_id: int) -> MemberType | None:
        """The n-th member of a record: what a positional initialiser sets (C11 6.7.9 p17)."""
        t = self._types.plain(t, file_id)
        if isinstance(t, Pointer):
            t = self._types.plain(t.to, file_id)
        if not isinstance(t, Tagged):
            return None
        for record in self._types.record(t.tag, file_id):
            if record.kind == "union":
                n = 0
            if n >= len(record.fields):
                continue
            f = record.fields[n]
            if f.name:
                return self._types.member(t, f.name, file_id)
            inner = self._types.decl_type(f"{f.decl} x")
            return MemberType(t.tag, "", inner)
        return None

    def registrations(self, struct: str, field: str, home: int | None = None) -> list[RegistrationInfo]:
        """Every initialiser of ``struct.field``, designated or positional, by file and line; ``home`` (see MemberType)
        tells records of one tag apart, None takes them all.
        """
        found = [r for r in self._candidates(struct, field) if self._is(r, struct, field, home)]
        for tag in self._parents_memo(struct):
            found.extend(r for r in self._reader.positional_registrations(tag) if self._is(r, struct, field, home))
        return sorted(found, key=lambda r: (self._reader.file(r.file_id).path, r.line, r.column, r.id))

    def _candidates(self, struct: str, field: str) -> list[RegistrationInfo]:
        """The initialisers of some ``field`` but for those that are plainly of another record. Of the tens of thousands
        of a ``.get`` few are wanted, and whole tables are told by the type they begin with.
        """
        ids: list[int] = []
        for shape, rows in self._shapes_memo(field).items():
            owners = self._owners_memo(*shape)
            if owners is None or struct in owners:
                ids.extend(rows)
        return self._reader.registrations(ids)

    def mentioning(self, kind: str, struct: str, field: str) -> list[int]:
        """The functions that assign to (``kind`` "a"), or call through ("m"), what may be ``struct.field``."""
        found: set[int] = set()
        for name in self._reader.spellings(field):
            for shape, ids in self._reader.mentions_by_shape(kind, name):
                tag, *steps = shape.split(" ")
                owners = self._owners_memo(tag, "".join(f".{step}" for step in (*steps, name)), 0) if tag else None
                if owners is None or struct in owners:
                    found.update(ids)
        return sorted(found)

    def _shapes(self, field: str) -> dict[tuple[str, str, int], list[int]]:
        """The initialisers of some ``field`` by the shape that tells their record."""
        found: defaultdict[tuple[str, str, int], list[int]] = defaultdict(list)
        for rid, tag, path, brackets in self._reader.registration_shapes(field):
            found[tag, path, brackets].append(rid)
        self._reader.expect_macros(tag for tag, _, _ in found)
        return found

    def _owners(self, tag: str, path: str, brackets: int) -> frozenset[str] | None:
        """The records whose member an initialiser at ``path`` of a ``struct tag`` can set, over all files; None where
        that may depend on more of the declaration than its tag and how many ``brackets`` it has.
        """
        types, reader = self._types, self._reader
        if not tag or reader.typedefs(tag) or reader.macros(tag):
            return None
        current: set[CType | None] = {Tagged("struct", tag)}
        found: list[MemberType] | None = None
        for m in _STEP.finditer(path):
            if m[2] is not None:
                return None
            if m[1] is not None:
                records = {_innermost(t) for t in current}
                found = []
                for t in records:
                    members = types.members(t.tag, m[1]) if isinstance(t, Tagged) else None
                    if members is None:
                        return None
                    found += members
                current = {member.ctype for member in found}
            elif found is None:
                brackets -= 1
                if m[3] is not None and brackets < 0:
                    return None
            elif all(isinstance(t, Array) for t in current):
                current = {t.of for t in current if isinstance(t, Array)}
            else:
                return None
        return frozenset(member.owner for member in found) if found is not None else None

    def _is(self, r: RegistrationInfo, struct: str, field: str, home: int | None) -> bool:
        target = self.target(r)
        return (
            target is not None
            and target.owner == struct
            and target.field == field
            and (home is None or target.home == home)
        )

    def _parents(self, struct: str) -> tuple[str, ...]:
        """The tags (and typedefs) whose objects can hold a ``struct`` by value: itself, and what embeds it."""
        found = {struct: None}
        todo = [struct]
        while todo and len(found) < _MAX_PARENTS:
            tag = todo.pop()
            for record_id in self._reader.mentions("t", tag):
                record = self._reader.record(record_id)
                if record.tag in found:
                    continue
                if any(tag in f.decl and self._embeds(f.decl, tag) for f in record.fields):
                    found[record.tag] = None
                    todo.append(record.tag)
        return tuple(found)

    def _embeds(self, decl: str, tag: str) -> bool:
        t = self._types.decl_type(decl)
        while isinstance(t, Array):
            t = t.of
        return (isinstance(t, Tagged) and t.tag == tag) or (isinstance(t, Named) and t.name == tag)


def _innermost(t: CType | None) -> CType | None:
    """What an array is made of, or a pointer leads to."""
    while isinstance(t, Array | Pointer):
        t = t.of if isinstance(t, Array) else t.to
    return t


def members_of_path(path: str) -> tuple[str, ...]:
    """The members that an initialiser's path names, without its subscripts and positions."""
    return tuple(m[1] for m in _STEP.finditer(path) if m[1] is not None)
