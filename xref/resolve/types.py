# SPDX-License-Identifier: MIT
"""Just enough of C's types to say what a receiver is.

Declarations, typedefs, members (embedded, anonymous, behind alias macros), pointers and arrays, return types, casts,
statement expressions, ``typeof``, and macros, which are expanded one level whenever an expression begins with one:
``container_of``, ``READ_ONCE``, ``rcu_dereference`` and ``per_cpu_ptr`` need no rules of their own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from xref.facts.display import ANONYMOUS, display_name
from xref.lex.model import MacroDef
from xref.macros.view import MacroView
from xref.parse import ctree as x
from xref.parse.cexpr import parse_expr
from xref.parse.ctree import Array, AutoType, Base, CType, Function, Named, Pointer, Tagged, TypeofExpr
from xref.parse.ctype import WORD, looks_like_type, parse_declaration, parse_signature
from xref.parse.derived import is_void_pointer, strip, strip_pointer, to_text
from xref.resolve.filled import read_in_c
from xref.resolve.macros import IndexedMacros
from xref.resolve.model import MemberType
from xref.resolve.names import Names
from xref.resolve.scope import Scope
from xref.resolve.spell import spell
from xref.store.model import DeclInfo, RecordInfo
from xref.store.reader import Reader
from xref.tree.files import same_program

_MAX_DEPTH = 40
_DEEP = 8
"""So many typedefs of typedefs are opened at once."""
_INT = Base("int")
# By far the commonest declaration, of which a kernel has hundreds of thousands: `static const struct x y[]`
_PLAIN_DECL = re.compile(
    r"(?:(?:static|const|extern)\s+)*(struct|union)\s+([A-Za-z_]\w*)\s+(\*{0,2})([A-Za-z_]\w*)((?:\[[^][(){}\"']*\]){0,4})"
)


class Types:
    """Types of expressions; answers depend on the file, because tags and typedefs do."""

    def __init__(self, reader: Reader, macros: IndexedMacros, names: Names) -> None:
        self._reader = reader
        self._macros = macros
        self._names = names
        self.tag = lru_cache(maxsize=100_000)(self._tag)
        self.record = lru_cache(maxsize=100_000)(self._record)
        self._typedef_memo = lru_cache(maxsize=100_000)(self._typedef)
        self._opened_memo = lru_cache(maxsize=100_000)(self._opened_anywhere)
        self._member_memo = lru_cache(maxsize=200_000)(self._member)
        self._agreed_memo = lru_cache(maxsize=200_000)(self._agreed)
        self.settled = lru_cache(maxsize=200_000)(self._settled)
        self.members = lru_cache(maxsize=200_000)(self._members)
        self.decl_type = lru_cache(maxsize=100_000)(self._decl_type)
        self.returned = lru_cache(maxsize=100_000)(self._return_type)
        self.overlapping = lru_cache(maxsize=20_000)(self._overlapping)
        self.is_type = lru_cache(maxsize=200_000)(self._is_type)
        self.parse = lru_cache(maxsize=1 << 16)(self._parse)
        """The expression that a text spells."""

    def _is_type(self, name: str) -> bool:
        return looks_like_type(name) or bool(self._reader.typedefs(name))

    def _parse(self, text: str) -> x.Expr:
        return parse_expr(text, self.is_type)

    # -- declarations -------------------------------------------------------------------------------------------------

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
        here = self._reader.file(file_id)
        graph = self._macros.graph
        paths = [self._reader.file(r.file_id).path for r in rows]
        seen = [i for i, p in enumerate(paths) if graph.sees(here.path, p)]
        if seen:
            return seen
        shared = [i for i, p in enumerate(paths) if p.startswith("include/") or "/include/asm/" in p]
        if shared:
            return shared
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

    def type_of(self, e: x.Expr, scope: Scope, line: int, depth: int = 0) -> CType | None:
        """The type of an expression inside a function; None where it cannot be told."""
        if depth > _MAX_DEPTH:
            return None
        file_id = scope.file_id
        match e:
            case x.Name(name):
                return self._name_type(name, scope, line, depth)
            case x.Member(base, field, _):
                of = self.resolved(self.type_of(base, scope, line, depth + 1), scope, line)
                pointed = of.to if isinstance(of, Pointer) else of
                if isinstance(pointed, Tagged) and pointed.kind != "enum":
                    agreed = self._agreed_memo(pointed.tag, field)
                    if agreed is not None:
                        return agreed
                found = self.member(of, field, file_id)
                return found.ctype if found is not None else None
            case x.Call(func, args):
                return self._call_type(func, args, scope, line, depth)
            case x.Index(base, _):
                return strip(self.plain(self.type_of(base, scope, line, depth + 1), file_id))
            case x.Unary("*", operand):
                t = self.plain(self.type_of(operand, scope, line, depth + 1), file_id)
                return t if isinstance(t, Function) else strip(t)
            case x.Unary("&", operand):
                t = self.type_of(operand, scope, line, depth + 1)
                return Pointer(t) if t is not None else None
            case x.Unary("!", _) | x.SizeofLike():
                return _INT
            case x.Unary(_, operand):
                return self.type_of(operand, scope, line, depth + 1)
            case x.Cast(ctype, _) | x.Compound(ctype, _) | x.TypeName(ctype):
                return self.resolved(ctype, scope, line, depth + 1)
            case x.Cond(test, then, other):
                t = self.type_of(then if then is not None else test, scope, line, depth + 1)
                if t is None or is_void_pointer(t):
                    t = self.type_of(other, scope, line, depth + 1) or t
                return t
            case x.Assign(_, target, _):
                return self.type_of(target, scope, line, depth + 1)
            case x.Binary(",", _, right):
                return self.type_of(right, scope, line, depth + 1)
            case x.Binary("+" | "-", left, right):
                for side in (left, right):
                    t = self.plain(self.type_of(side, scope, line, depth + 1), file_id)
                    if isinstance(t, Pointer | Array):
                        return t
                return _INT
            case x.Binary():
                return _INT
            case x.StmtExpr(decls, _, result):
                if result is None:
                    return None
                with scope.declaring(decls):
                    made = self.type_of(result, scope, line, depth + 1)
                    return self.resolved(made, scope, line, depth + 1)
            case x.Generic():
                chosen = self.chosen(e, scope, line, depth)
                return self.type_of(chosen[0], scope, line, depth + 1) if chosen else None
        return None

    def chosen(self, e: x.Generic, scope: Scope, line: int, depth: int = 0) -> tuple[x.Expr, ...]:
        """What a ``_Generic`` can select (C11 6.5.1.1 p3): the arm of its controlling type, or the default; all arms
        where that type cannot be told.
        """
        control = self.plain(self.resolved(self.type_of(e.control, scope, line, depth + 1), scope, line), scope.file_id)
        default = tuple(arm for kind, arm in e.arms if kind is None)
        if control is None:
            return tuple(arm for _, arm in e.arms)
        decayed = Pointer(control.of) if isinstance(control, Array) else control
        wanted = to_text(self._opened(decayed, scope.file_id))
        for kind, arm in e.arms:
            if kind is not None and to_text(self._opened(kind, scope.file_id)) == wanted:
                return (arm,)
        return default or tuple(arm for _, arm in e.arms)

    def _opened(self, t: CType, file_id: int) -> CType:
        """``t`` with the typedefs opened that it is, or points to."""
        opened = self.plain(t, file_id) or t
        if isinstance(opened, Pointer):
            return Pointer(self._opened(opened.to, file_id))
        return opened

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

    def resolved(self, t: CType | None, scope: Scope, line: int, depth: int = 0) -> CType | None:
        """``t`` with any ``typeof`` worked out."""
        if isinstance(t, TypeofExpr):
            return self.type_of(t.expr, scope, line, depth + 1)
        if isinstance(t, Pointer) and isinstance(t.to, TypeofExpr | Pointer):
            inner = self.resolved(t.to, scope, line, depth + 1)
            return Pointer(inner) if inner is not None else None
        if isinstance(t, Array) and isinstance(t.of, TypeofExpr):
            inner = self.resolved(t.of, scope, line, depth + 1)
            return Array(inner) if inner is not None else None
        return t

    def _name_type(self, name: str, scope: Scope, line: int, depth: int) -> CType | None:
        plain = scope.plain(name)
        if plain is not None:
            return plain
        decl = scope.local(name, line)
        if decl is not None:
            if isinstance(decl.ctype, AutoType):
                init = decl.init or (self.parse(decl.init_text) if decl.init_text else None)
                return self.type_of(init, scope, line, depth + 1) if init is not None else None
            if isinstance(decl.ctype, TypeofExpr) and decl.ctype.expr == x.Name(name):
                return None
            return self.resolved(decl.ctype, scope, line, depth + 1)
        param = scope.param(name)
        if param is not None:
            return param[1].ctype
        macro = self._view(scope).get(name)
        if macro is not None and macro.params is None and macro.body and macro.body != name:
            t = self.type_of(self.parse(macro.body), scope, line, depth + 1)  # current, whatever object has that name
            if t is not None:
                return t
        t = self.object_type(name, scope.file_id, scope.function.name)
        if t is not None:
            return self.resolved(t, scope, line, depth + 1)
        functions = self._names.functions(name, scope.file_id)
        if functions:
            declared = parse_signature(functions[0].signature, self.is_type)
            return declared.ctype if declared is not None else None
        return None

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
        every = self._reader.objects(name)
        rows = [r for r in every if r.function in ("", function) and self._in_reach(r.file_id, file_id)]
        if all(r.file_id != file_id for r in rows):
            rows = [r for r in rows if r.linkage != "static" or self._reader.file(r.file_id).path.endswith(".h")]
        return tuple(rows)

    def _view(self, scope: Scope) -> MacroView:
        return self._macros.view(self._reader.file(scope.file_id).path)

    def macro(self, name: str, scope: Scope) -> MacroDef | None:
        """The definition of ``name`` in force where ``scope`` stands."""
        return self._view(scope).get(name)

    def expanded(self, e: x.Call, scope: Scope) -> x.Expr | None:
        """A macro invocation expanded by one level and parsed; None for a call that is none."""
        func = e.func
        if isinstance(func, x.Call):
            inner = self.expanded(func, scope)
            return x.Call(inner, e.args) if inner is not None else None
        if not isinstance(func, x.Name) or scope.declares(func.name):
            return None
        macro = self.macro(func.name, scope)
        if macro is None:
            return None
        if macro.params is None:
            if not macro.body or macro.body == func.name:
                return None
            return x.Call(self.parse(macro.body), e.args)
        text = self._macros.expand_once(macro, tuple(spell(a) for a in e.args), self._view(scope))
        if not text:
            return None
        parsed = self.parse(text)
        return None if isinstance(parsed, x.Unknown) or parsed == e else read_in_c(parsed)

    def _call_type(self, func: x.Expr, args: tuple[x.Expr, ...], scope: Scope, line: int, depth: int) -> CType | None:
        if isinstance(func, x.Name):
            if func.name == "__builtin_choose_expr" and len(args) == 3:
                return self.type_of(args[1], scope, line, depth + 1) or self.type_of(args[2], scope, line, depth + 1)
            if func.name in ("__builtin_expect", "__builtin_expect_with_probability") and args:
                return self.type_of(args[0], scope, line, depth + 1)
            opened = self.expanded(x.Call(func, args), scope)
            if opened is not None:
                t = self.type_of(opened, scope, line, depth + 1)
                if t is not None:
                    return t
            if not scope.declares(func.name):
                t = self.returned(func.name, scope.file_id)
                if t is not None:
                    return t
        elif isinstance(func, x.Call):
            opened = self.expanded(func, scope)
            if opened is not None:
                return self._call_type(opened, args, scope, line, depth + 1)
        t = self.plain(self.type_of(func, scope, line, depth + 1), scope.file_id)
        if isinstance(t, Pointer):
            t = self.plain(t.to, scope.file_id)
        return t.returns if isinstance(t, Function) else None

    def _return_type(self, name: str, file_id: int) -> CType | None:
        """The type that the function called ``name`` returns, as a file sees it."""
        for f in self._names.functions(name, file_id):
            declared = parse_signature(f.signature, self.is_type)
            if declared is not None and isinstance(declared.ctype, Function):
                return declared.ctype.returns
        return None


def _steps(body: str) -> list[str]:
    """The members that the body of an alias macro goes through, in order; none where it is something else."""
    steps = [s.strip() for s in body.replace("->", ".").split(".")]
    return steps if all(s.isidentifier() for s in steps) else []
