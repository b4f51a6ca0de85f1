# SPDX-License-Identifier: MIT
"""What is declared: tags, typedefs, objects and members, as a file means them.

Members may be embedded, anonymous, or behind alias macros (``#define sk_prot __sk_common.skc_prot``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from xref.facts.display import ANONYMOUS, display_name
from xref.parse import ctree as x
from xref.parse.ctree import Array, CType, Named, Pointer, Tagged, TypeofExpr
from xref.parse.ctype import WORD, looks_like_type, parse_declaration
from xref.parse.derived import strip_pointer
from xref.resolve.language.macros import IndexedMacros
from xref.resolve.model import MemberType
from xref.store.model import DeclInfo, RecordInfo
from xref.store.reader import Reader
from xref.tree.files import same_program

_MAX_DEPTH = 40
_DEEP = 8
"""So many typedefs of typedefs are opened at once."""
# By far the commonest declaration, of which a kernel has hundreds of thousands: `static const struct x y[]`
_PLAIN_DECL = re.compile(
    r"(?:(?:static|const|extern)\s+)*(struct|union)\s+([A-Za-z_]\w*)\s+(\*{0,2})([A-Za-z_]\w*)((?:\[[^][(){}\"']*\]){0,4})"
)


class Declared:
    """What names of types, objects and members mean; answers depend on the file."""

    def __init__(self, reader: Reader, macros: IndexedMacros) -> None:
        self._reader = reader
        self._macros = macros
        self.tag = lru_cache(maxsize=100_000)(self._tag)
        self.record = lru_cache(maxsize=100_000)(self._record)
        self._typedef_memo = lru_cache(maxsize=100_000)(self._typedef)
        self._opened_memo = lru_cache(maxsize=100_000)(self._opened_anywhere)
        self._member_memo = lru_cache(maxsize=200_000)(self._member)
        self._agreed_memo = lru_cache(maxsize=200_000)(self._agreed)
        self.settled = lru_cache(maxsize=200_000)(self._settled)
        self.members = lru_cache(maxsize=200_000)(self._members)
        self.decl_type = lru_cache(maxsize=100_000)(self._decl_type)
        self.overlapping = lru_cache(maxsize=20_000)(self._overlapping)
        self.is_type = lru_cache(maxsize=200_000)(self._is_type)

    def _is_type(self, name: str) -> bool:
        return looks_like_type(name) or bool(self._reader.typedefs(name))

    def _decl_type(self, decl: str) -> CType | None:
        """The type in a declaration's text."""
        plain = _PLAIN_DECL.fullmatch(decl)
        if plain is not None and plain[2] not in WORD and plain[4] not in WORD:
            ctype: CType = Tagged(plain[1], plain[2])
            for _ in plain[3]:
                ctype = Pointer(ctype)
            for _ in range(plain[5].count("[")):
                ctype = Array(ctype)
            return ctype
        decls = parse_declaration(decl, self.is_type)
        return decls[0].ctype if decls else None

    def _nearest(self, rows: Sequence[DeclInfo | RecordInfo], file_id: int) -> list[int]:
        """The positions of the rows that a file means: its own, else those it can see, else a common header's."""
        own = [i for i, r in enumerate(rows) if r.file_id == file_id]
        if own or len(rows) < 2:
            return own or list(range(len(rows)))
        self._reader.expect_files([r.file_id for r in rows])
        here = self._reader.file(file_id)
        graph = self._macros.graph
        paths = [self._reader.file(r.file_id).path for r in rows]
        shared = [i for i, p in enumerate(paths) if p.startswith("include/") or "/include/asm/" in p]
        seen = [i for i, p in enumerate(paths) if i not in shared and graph.sees(here.path, p)]
        if not seen and len(shared) == 1:
            return shared  # whether it is seen, too, which is much to ask, or not
        seen += [i for i in shared if graph.sees(here.path, paths[i])]
        if seen or shared:
            return sorted(seen) or shared
        related = [i for i, r in enumerate(rows) if self._in_reach(r.file_id, file_id)]
        return related or list(range(len(rows)))

    def _in_reach(self, there: int, file_id: int) -> bool:
        """Whether a file can mean by a name what another file has: no program of tools/ is part of the kernel."""
        here, other = self._reader.file(file_id), self._reader.file(there)
        return same_program(here.program, other.program) or self._macros.graph.sees(here.path, other.path)

    def _tag(self, tag: str) -> str:
        """The tag that ``tag`` stands for where it is a macro: ``rcu_head`` of include/linux/types.h."""
        if self._reader.records(tag):
            return tag
        bodies = {m.body for m in self._reader.macros(tag) if m.params is None and m.body.isidentifier()}
        return bodies.pop() if len(bodies) == 1 else tag

    def _record(self, tag: str, file_id: int) -> tuple[RecordInfo, ...]:
        """The records that a tag means in a file: several where guards leave several arms."""
        rows = self._reader.records(self.tag(tag))
        if len(rows) < 2:
            return rows
        return tuple(rows[i] for i in self._nearest(rows, file_id) if self._macros.possible(rows[i].guard))

    def _typedef(self, name: str, file_id: int) -> CType | None:
        nearest = (self.decl_type(row.decl) for row in self.typedefs_meant(name, file_id))
        return next((t for t in nearest if t is not None), None)

    def typedefs_meant(self, name: str, file_id: int) -> tuple[DeclInfo, ...]:
        """The typedefs that a file means by a name: several where guards leave several arms."""
        rows = self._reader.typedefs(name)
        return tuple(rows[i] for i in self._nearest(rows, file_id))

    def plain(self, t: CType | None, file_id: int) -> CType | None:
        """``t`` with typedefs opened until it is something else, and the ``typeof`` of an object at file scope."""
        for _ in range(_MAX_DEPTH):
            if isinstance(t, TypeofExpr) and isinstance(t.expr, x.Name):
                t = self.object_type(t.expr.name, file_id)
                continue
            if not isinstance(t, Named):
                return t
            anywhere = self._opened_memo(t.name, 0)
            if anywhere is not None:
                return anywhere
            if (found := self._typedef_memo(t.name, file_id)) is None:
                return t
            t = found
        return t

    def _opened_anywhere(self, name: str, depth: int) -> CType | None:
        """What a typedef is in the end, where that is the same for all files (``u32``, of which programs of tools/ have
        their own): what a file includes need not be found out. None for all others.
        """
        rows = self._reader.typedefs(name)
        found: set[CType] = set()
        for row in rows:
            t = self.decl_type(row.decl)
            if isinstance(t, Named) and depth < _DEEP:
                t = self._opened_memo(t.name, depth + 1)
            if t is None or isinstance(t, Named | TypeofExpr):
                return None
            found.add(t)
        return found.pop() if len(found) == 1 else None

    # -- members ------------------------------------------------------------------------------------------------------

    def object_type(self, name: str, file_id: int, function: str = "") -> CType | None:
        """The type of an object at file scope (or static in ``function``), as a file sees it."""
        nearest = (self.decl_type(row.decl) for row in self.objects_meant(name, file_id, function))
        return next((t for t in nearest if t is not None), None)

    def objects_meant(self, name: str, file_id: int, function: str = "") -> tuple[DeclInfo, ...]:
        """The declarations of the object that a file (or ``function`` in it) means by a name."""
        rows = self._objects_seen(name, file_id, function)
        return tuple(rows[i] for i in self._nearest(rows, file_id))

    def sees_object(self, name: str, file_id: int, function: str = "") -> bool:
        """Whether a name can mean an object there: ``free`` of tools/ is no variable of a driver."""
        return bool(self._objects_seen(name, file_id, function))

    def _objects_seen(self, name: str, file_id: int, function: str) -> tuple[DeclInfo, ...]:
        every = [r for r in self._reader.objects(name) if r.function in ("", function)]
        self._reader.expect_files(r.file_id for r in every)
        rows = [r for r in every if self._in_reach(r.file_id, file_id)]
        if all(r.file_id != file_id for r in rows):
            rows = [r for r in rows if r.linkage != "static" or self._reader.file(r.file_id).path.endswith(".h")]
        return tuple(rows)

    def member(self, t: CType | None, field: str, file_id: int) -> MemberType | None:
        """The member ``field`` of a record, or of what ``t`` points to."""
        tag = self.record_tag(t, file_id)
        return self.member_of(tag, field, file_id) if tag else None

    def member_of(self, tag: str, field: str, file_id: int) -> MemberType | None:
        """The member ``field`` of the record that ``tag`` means in a file."""
        return self.settled(tag, field) or self._member_memo(tag, field, file_id)

    def as_declared(self, path: Sequence[str], file_id: int) -> tuple[str, ...]:
        """The members that a path goes through, where a file may say some by macros: ``.cra_cipher.cia_encrypt`` of
        crypto/aes_ti.c is ``.cra_u.cipher.cia_encrypt``.
        """
        steps: list[str] = []
        for step in path:
            alias = self._reader.is_alias(step)
            macro = self._macros.view(self._reader.file(file_id).path).get(step) if alias else None
            opened = _steps(macro.body) if macro is not None and macro.params is None else []
            steps += opened or [step]
        return tuple(steps)

    def record_tag(self, t: CType | None, file_id: int) -> str:
        """The tag of the record that ``t`` is, or points to; '' for all else."""
        for _ in range(_MAX_DEPTH):
            if isinstance(t, Named):
                opened = self.plain(t, file_id)
                if opened is t:
                    return ""
                t = opened
            elif isinstance(t, Pointer | Array):
                t = strip_pointer(t)
            else:
                break
        return self.tag(t.tag) if isinstance(t, Tagged) and t.kind != "enum" else ""

    def _members(self, tag: str, field: str) -> tuple[MemberType, ...] | None:
        """What ``field`` of a ``struct tag`` can be, over all records of the tag and so over all files; None where more
        than the records decides: one does not have it, and a macro of that name may lead to another member.

        Which record a file means is costly to say (what does it include?), and mostly none of them is looked for.
        """
        tag = self.tag(tag)
        owner = display_name(tag)
        known: list[MemberType] = []
        for record in self._reader.records(tag):
            found = self._in_record(record, owner, field, 0)
            if found is not None:
                known.append(found)
            elif any(m.params is None and _steps(m.body) for m in self._reader.macros(field)):
                return None
            elif record.open:
                known.append(MemberType(owner, field, None))
        return tuple(known)

    def _settled(self, tag: str, field: str) -> MemberType | None:
        """A member that is the same seen from every file, which most are: the tag means one record, and it is in it."""
        tag = self.tag(tag)
        records = self._reader.records(tag)
        return self._in_record(records[0], display_name(tag), field, 0) if len(records) == 1 else None

    def _member(self, tag: str, field: str, file_id: int) -> MemberType | None:
        tag = self.tag(tag)
        owner = display_name(tag)
        records = self.record(tag, file_id)
        for record in records:
            found = self._in_record(record, owner, field, 0)
            if found is not None:
                return (
                    MemberType(found.owner, found.field, found.ctype, self._home(record))
                    if found.owner == owner
                    else found
                )
        view = self._macros.view(self._reader.file(file_id).path)
        macro = view.get(field)
        if macro is None and records:
            macro = self._macros.view(self._reader.file(records[0].file_id).path).get(field)
        if macro is not None and macro.params is None and macro.body and macro.body != field:
            # #define sk_prot __sk_common.skc_prot   include/net/sock.h
            steps = _steps(macro.body)
            if steps:
                found = self._walk(tag, steps, file_id)
                if found is not None:
                    return found
        for record in records:
            if record.open:
                return MemberType(owner, field, None)
        return None

    def _agreed(self, tag: str, field: str) -> CType | None:
        """The type of a member where all records of the tag say the same, so that no file needs to be looked at."""
        types = {
            self._declared(r, field) if self._macros.possible(r.guard) else None for r in self._reader.records(tag)
        }
        return types.pop() if len(types) == 1 else None

    def _declared(self, record: RecordInfo, field: str) -> CType | None:
        return next((self.decl_type(f.decl) for f in record.fields if f.name == field), None)

    def _home(self, record: RecordInfo) -> int:
        rivals = {r.file_id for r in self._reader.records(record.tag)}
        if len(rivals) < 2 or self._reader.file(record.file_id).path.startswith("include/"):
            return 0
        return record.file_id

    def _walk(self, tag: str, steps: list[str], file_id: int) -> MemberType | None:
        current: CType | None = Tagged("struct", tag)
        found: MemberType | None = None
        for step in steps:
            if found is None:
                found = self._member_memo(tag, step, file_id)
            else:
                found = self.member(current, step, file_id)
            if found is None:
                return None
            current = found.ctype
        return found

    def _in_record(self, record: RecordInfo, owner: str, field: str, depth: int) -> MemberType | None:
        for f in record.fields:
            if f.name == field:
                return MemberType(owner, field, self.decl_type(f.decl))
        if depth > 8:
            return None
        for f in record.fields:
            if f.name:
                continue
            inner = f.decl.split()[-1] if f.decl else ""
            for nested in self.record(inner, record.file_id):
                found = self._in_record(nested, owner if ANONYMOUS in inner else inner, field, depth + 1)
                if found is not None:
                    return found
        return None

    # -- expressions --------------------------------------------------------------------------------------------------

    def _overlapping(self, owner: str, field: str) -> Mapping[str, bool]:
        """The other pointers to functions in a union of which ``owner.field`` is one: they share their bytes
        (C11 6.7.2.1 p16). Each with whether it is declared as ``field`` is, and so another name of it:
        ``remove_new`` beside ``remove`` in struct platform_driver of 6.12.
        """
        found: dict[str, bool] = {}
        for record in self._reader.unions_called(owner):
            if any(f.name == field for f in record.fields):
                own = self._declared(record, field)
                for f in record.fields:
                    if f.name not in ("", field) and "(*" in f.decl:
                        found[f.name] = self.decl_type(f.decl) == own
        return found


def _steps(body: str) -> list[str]:
    """The members that the body of an alias macro goes through, in order; none where it is something else."""
    steps = [s.strip() for s in body.replace("->", ".").split(".")]
    return steps if all(s.isidentifier() for s in steps) else []
