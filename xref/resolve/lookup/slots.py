# SPDX-License-Identifier: MIT
"""What a slot holds: the registrations of ``struct.field``, each typed by the declaration of its own object."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

from xref.parse.ctree import Array, CType, Pointer, Tagged
from xref.resolve.language.typenames import TypeNames
from xref.resolve.language.types import Types
from xref.resolve.lookup.demand import Demand
from xref.resolve.model import MemberType
from xref.store.model import RegistrationInfo
from xref.store.reader import Reader
from xref.store.stored import decode_ids

_STEP = re.compile(r"\.(\w+)(?:\+(\d+))?|\[\]|#(\d+)")
_LAST_STEP = re.compile(r"(?:\.\w+(?:\+\d+)?|\[\]|#\d+)$")
_MAX_PARENTS = 10_000


class Slots:
    """Finds the slot that an initialiser fills, and the initialisers that fill a slot."""

    def __init__(self, reader: Reader, types: Types) -> None:
        self._reader = reader
        self._types = types
        self._names = TypeNames(reader)
        self.demand = Demand()
        self._target_memo = lru_cache(maxsize=300_000)(self._target)
        self._owners_memo = lru_cache(maxsize=50_000)(self._owners)
        self._own_memo = lru_cache(maxsize=10_000)(self._own)
        self._shapes_memo = lru_cache(maxsize=16)(reader.registration_shapes)
        self._parents_memo = lru_cache(maxsize=10_000)(self._parents)
        self._asked: set[str] = set()
        """The tags of which ``_owners`` has been asked, and mostly remembers all."""
        self._positional_memo = lru_cache(maxsize=256)(self._positional)
        self._members_memo = lru_cache(maxsize=64)(self._find_members)
        self._positional_inside = lru_cache(maxsize=256)(self._find_positional_inside)

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
        return self.in_order(r for r in self.candidates(struct, field) if self._is(r, struct, field, home))

    def each_registration(self, struct: str, field: str, home: int | None = None) -> Iterator[RegistrationInfo]:
        """The same in no order, read as they are asked for."""
        yield from (
            r for r in self._reader.each_registration(self.rows(struct, field)) if self._is(r, struct, field, home)
        )
        yield from (r for r in self._positional_memo(struct) if self._is(r, struct, field, home))

    def candidates(self, struct: str, field: str) -> list[RegistrationInfo]:
        """All that ``registrations`` picks from, in no order: some are of other records."""
        return [*self._candidates(struct, field), *self._positional_memo(struct)]

    def in_order(self, found: Iterable[RegistrationInfo]) -> list[RegistrationInfo]:
        """Initialisers by file and line."""
        every = list(found)
        self._reader.expect_files(r.file_id for r in every)
        return sorted(every, key=lambda r: (self._reader.file(r.file_id).path, r.line, r.column, r.id))

    def _positional(self, struct: str) -> list[RegistrationInfo]:
        """The initialisers without designators in objects that can hold a ``struct``: the same for all its fields."""
        return self._reader.positional_registrations(self._parents_memo(struct))

    def _find_positional_inside(self, struct: str) -> list[RegistrationInfo]:
        """Those of them that are in a compound literal, or may be in a member of an object."""
        return self._reader.positional_registrations(self._parents_memo(struct), inside=True)

    def loose_candidates(self, struct: str, field: str) -> Iterator[RegistrationInfo]:
        """Those of the candidates that are in no variable but in a compound literal."""
        yield from self._reader.registrations_in_literals(self.rows(struct, field))
        yield from (r for r in self._positional_inside(struct) if not r.object)

    def deep_candidates(
        self, struct: str, field: str, wanted: Callable[[str, tuple[str, ...]], bool]
    ) -> Iterator[RegistrationInfo]:
        """Those of the candidates that are in a member of an object, read as they are asked for. ``wanted``: whether a
        variable of that type (a tag or a typedef) may be meant with these members; one of a function's own may.
        """
        ids: array[int] = array("Q")
        local: array[int] = array("Q")
        for tag, path, rows in self._shaped(struct, field):
            members = members_of_path(path)[:-1]
            if members:
                (ids if wanted(tag, members) else local).extend(rows)
        yield from self._reader.each_registration(ids)
        yield from self._reader.registrations_in_functions(local)
        yield from (r for r in self._positional_inside(struct) if len(members_of_path(r.path)) > 1)

    def candidates_in(self, struct: str, field: str, way: tuple[str, ...]) -> Iterator[RegistrationInfo]:
        """Those of the candidates that may be in the member at ``way`` of an object, as they or macros spell it."""
        ids: array[int] = array("Q")
        for path, rows in self._members_memo(struct, field):
            members = members_of_path(path)[:-1]
            if members == way or any(map(self._reader.is_alias, members)):
                ids.extend(rows)
        yield from self._reader.each_registration(ids)
        yield from self._positional_inside(struct)

    def _find_members(self, struct: str, field: str) -> list[tuple[str, array[int]]]:
        return [(path, rows) for _, path, rows in self._shaped(struct, field) if len(members_of_path(path)) > 1]

    def registrations_in_tables(self, struct: str, field: str) -> list[RegistrationInfo]:
        """Those of the initialisers that are in elements of arrays, in no order."""
        found = self._reader.registrations(self.rows(struct, field, tables=True))
        found += [r for r in self._positional_memo(struct) if "[" in r.decl]
        return [r for r in found if self._is(r, struct, field, None)]

    def unplain_candidates(self, struct: str, field: str) -> list[RegistrationInfo]:
        """Those of the candidates whose value is more than a name that can be nothing but a function."""
        positional = [r.id for r in self._positional_memo(struct)]
        return self._reader.unplain_registrations([*self.rows(struct, field), *positional])

    def _candidates(self, struct: str, field: str) -> list[RegistrationInfo]:
        return self._reader.registrations(self.rows(struct, field))

    def rows(self, struct: str, field: str, *, tables: bool = False) -> array[int]:
        """The initialisers that name a ``field``, but for those that are plainly of another record; ``tables``: those
        in elements of arrays.
        """
        ids: array[int] = array("Q")
        for _, _, rows in self._shaped(struct, field, tables=tables):
            ids.extend(rows)
        return ids

    def _shaped(self, struct: str, field: str, *, tables: bool = False) -> Iterator[tuple[str, str, array[int]]]:
        """The same by what tells their record: a tag, and a path. Of the tens of thousands of a ``.get`` few are
        wanted, and whole tables are told by the type they begin with.
        """
        own = self._own_memo(struct, field)
        shapes = self._shapes_memo(field)
        if tables:
            shapes = [shape for shape in shapes if shape[2]]
        if own is not None:
            self._names.expect(
                (tag for tag, path, _, _ in shapes if path.count(".") < 2),
                {members_of_path(path)[-2] for _, path, _, _ in shapes if path.count(".") > 1},
            )
            shapes = [shape for shape in shapes if "+" in shape[1] or not self._is_other(shape[0], shape[1], own)]
        self._expect_owners(tag for tag, _, _, _ in shapes)
        for tag, path, brackets, rows in shapes:
            owners = self._owners_memo(tag, path, brackets)
            if owners is None or struct in owners:
                yield tag, path, decode_ids(rows)

    def _own(self, struct: str, field: str) -> frozenset[str] | None:
        """The tags whose ``x.field``, without members on the way, can be ``struct.field``; None where a macro may lead
        there from anywhere.
        """
        holders = self._parents_memo(struct)
        return frozenset(holders) if len(holders) < _MAX_PARENTS and not self._reader.is_alias(field) else None

    def expect_steps(self, members: Iterable[str]) -> None:
        """Reads at once of what types members are that accesses may lead over."""
        self._names.expect((), members)

    def may_lead(self, tag: str, steps: Sequence[str], struct: str, field: str) -> bool:
        """Whether an access from a ``struct tag`` over the members ``steps``, and then ``field``, may come to
        ``struct.field``, as far as names tell.
        """
        own = self._own_memo(struct, field)
        if own is None:
            return True
        return self._names.may_reach(steps[-1], own) if steps else self._names.may_be(tag, own)

    def _is_other(self, tag: str, path: str, own: frozenset[str]) -> bool:
        """Whether the record of the last member on a ``path`` from a ``tag`` is plainly none of ``own``. Only names are
        looked at, which need no record to be read.
        """
        if path.count(".") < 2:
            return not self._names.may_be(tag, own)
        return not self._names.may_reach(members_of_path(path)[-2], own)

    def mentioning(self, kind: str, struct: str, field: str) -> list[int]:
        """The functions that assign to (``kind`` "a"), call through ("m"), take the address ("p") or use the value
        ("g") of what may be ``struct.field``.
        """
        self.demand.ask(kind, struct, field)
        return sorted({fid for ids, _ in self._mentioning(kind, struct, field) for fid in ids})

    def telling(self, kind: str, struct: str, field: str) -> set[int]:
        """Those of them whose own text tells that it is ``struct.field``."""
        return {fid for ids, told in self._mentioning(kind, struct, field) if told for fid in ids}

    def _mentioning(self, kind: str, struct: str, field: str) -> Iterator[tuple[array[int], bool]]:
        own = self._own_memo(struct, field)
        for name in self._reader.spellings(field):
            shapes = [(shape.split(" "), ids) for shape, ids in self._reader.mentions_by_shape(kind, name)]
            if own is not None and name == field:
                self._names.expect(
                    (way[0] for way, _ in shapes if len(way) == 1), (way[-1] for way, _ in shapes if len(way) > 1)
                )
                shapes = [(way, ids) for way, ids in shapes if self._may_begin(way, own)]
            self._expect_owners(way[0] for way, _ in shapes)
            for (tag, *steps), ids in shapes:
                owners = self._owners_memo(tag, "".join(f".{step}" for step in (*steps, name)), 0) if tag else None
                if owners is None or struct in owners:
                    yield decode_ids(ids), owners is not None

    def _may_begin(self, way: Sequence[str], own: frozenset[str]) -> bool:
        """Whether an access from ``way[0]`` over the other members may come to one of ``own``."""
        return self._names.may_begin(way[0], own) if len(way) == 1 else self._names.may_reach(way[-1], own)

    def _expect_owners(self, tags: Iterable[str]) -> None:
        """Reads at once what ``_owners`` asks of many tags."""
        some = {tag for tag in tags if tag} - self._asked
        self._asked |= some
        self._reader.expect_namings(some)
        self._reader.expect_records(tag for tag in some if self._names.is_plain(tag))

    def _owners(self, tag: str, path: str, brackets: int) -> tuple[str, ...] | None:
        """The records whose member an initialiser at ``path`` of a ``struct tag`` can set, over all files; None where
        that may depend on more of the declaration than its tag and how many ``brackets`` it has.
        """
        types = self._types
        if not tag or not self._names.is_plain(tag):
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
        return tuple({member.owner for member in found}) if found is not None else None

    def fills(self, r: RegistrationInfo, struct: str, field: str, home: int | None = None) -> bool:
        """Whether an initialiser is one of ``registrations(struct, field, home)``."""
        named = r.field == field or (not r.field and r.name != "")
        return named and self._is(r, struct, field, home)

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
        last = [struct, *self._reader.typedefs_of(struct)]
        found = dict.fromkeys(last)
        while last and len(found) < _MAX_PARENTS:
            last = [tag for tag in self._reader.tags_with(last) if tag not in found]
            found.update(dict.fromkeys(last))
        return tuple(found)


def _innermost(t: CType | None) -> CType | None:
    """What an array is made of, or a pointer leads to."""
    while isinstance(t, Array | Pointer):
        t = t.of if isinstance(t, Array) else t.to
    return t


def around_path(path: str) -> str:
    """The path without its last step: what a member belongs to, ``#0`` for ``#0.prot`` and for ``#0#1``."""
    return _LAST_STEP.sub("", path)


def members_of_path(path: str) -> tuple[str, ...]:
    """The members that an initialiser's path names, without its subscripts and positions."""
    return tuple(m[1] for m in _STEP.finditer(path) if m[1] is not None)
