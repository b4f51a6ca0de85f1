# SPDX-License-Identifier: MIT
"""Types that are certain. Where definitions, declarations or the arms of an ``#if`` differ, none is.

:mod:`xref.resolve.language.types` says what a receiver most likely is. Whatever leaves calls out has to be certain.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from xref.parse import ctree as x
from xref.parse.ctree import UNKNOWN, Array, AutoType, Base, CType, Function, Named, Pointer, Tagged, TypeofExpr
from xref.parse.ctype import parse_signature
from xref.parse.parens import matching_paren
from xref.resolve.language.macros import IndexedMacros
from xref.resolve.language.names import Names
from xref.resolve.language.scope import Scope
from xref.resolve.language.spell import spell
from xref.resolve.language.types import Types
from xref.store.model import RecordInfo
from xref.store.reader import Reader

_MAX_DEPTH: Final = 30
_INT: Final = Base("int")
_SIZES: Final = {"bool": 1, "char": 1, "short": 2, "int": 4, "float": 4, "long long": 8, "double": 8, "__int128": 16}
"""Of an integer it is that of the signed type; x86-32 has the same."""
_RANKS: Final = ("bool", "char", "short", "int", "long", "long long", "__int128")
_NUMBER: Final = re.compile(r"(0[xX][0-9a-fA-F]+|0[bB][01]+|\d+)([uUlL]*)")
_WIDE: Final = "CONFIG_64BIT"
_COMPARING: Final = frozenset(("==", "!=", "<", ">", "<=", ">=", "&&", "||"))


class CertainTypes:
    """Finds types of expressions that hold in every configuration, and what follows from them."""

    def __init__(self, reader: Reader, macros: IndexedMacros, names: Names, types: Types) -> None:
        self._reader = reader
        self._macros = macros
        self._names = names
        self._types = types
        self.parse = types.parse
        self._typedef = lru_cache(maxsize=20_000)(self._opened)
        self._member = lru_cache(maxsize=20_000)(self._member_type)
        self._object = lru_cache(maxsize=20_000)(self._object_type)

    # -- what is known of a type --------------------------------------------------------------------------------------

    def size(self, t: CType | None) -> int | None:
        """``sizeof``: of numbers, and of pointers where it is settled how wide an address is."""
        if isinstance(t, Pointer):
            return self._word()
        if not isinstance(t, Base):
            return None
        name = _signed(t.name)
        return self._word() if name == "long" else _SIZES.get(name)

    def _word(self) -> int | None:
        if self._macros.certain(_WIDE):
            return 8
        return None if self._macros.possible(_WIDE) else 4

    def agree(self, one: CType | None, other: CType | None) -> int | None:
        """Whether two types are the same; None where it cannot be said. Qualifiers are not among what is known, and
        what a pointer leads to may differ by them alone. Enumerations are compatible with some integer or other.
        """
        if one is None or other is None or _is_open(one) or _is_open(other):
            return None
        if one != other:
            return 0
        return 1 if isinstance(one, Base | Tagged) else None

    # -- what types are -----------------------------------------------------------------------------------------------

    def of_text(self, text: str, scope: Scope, line: int) -> CType | None:
        """The type that is meant by a type's name, ``typeof(...)``, or an expression."""
        text = text.strip()
        while text[:1] == "(" and matching_paren(text.encode("latin-1", "replace"), 0) == len(text):
            text = text[1:-1].strip()
        if not (text.isidentifier() and scope.holds(text, line)):
            cast = self.parse(f"({text})0")
            if isinstance(cast, x.Cast):
                return self._plain(cast.type, scope, line, 0)
        inner = self.parse(text)
        if isinstance(inner, x.TypeName):
            return self._plain(inner.type, scope, line, 0)
        return self._type(inner, scope, line, 0)

    def _plain(self, t: CType, scope: Scope, line: int, depth: int) -> CType | None:
        """``t`` with typedefs opened and ``typeof`` worked out, at every level of pointers."""
        match t:
            case Named(name):
                return self._typedef(name, scope.file_id, 0)
            case TypeofExpr(e):
                return self._type(e, scope, line, depth + 1)
            case Pointer(to):
                return Pointer(self._plain(to, scope, line, depth + 1) or UNKNOWN)
            case Array(of):
                return Array(self._plain(of, scope, line, depth + 1) or UNKNOWN)
            case Tagged(kind, tag):
                return Tagged(kind, self._types.tag(tag) if kind != "enum" else tag) if tag else None
            case AutoType():
                return None
        return None if t == UNKNOWN else t

    def _opened(self, name: str, file_id: int, depth: int) -> CType | None:
        """What a typedef is in the end."""
        return _same(
            self._open(self._types.decl_type(row.decl), file_id, depth)
            for row in self._types.typedefs_meant(name, file_id)
            if self._macros.possible(row.guard)
        )

    def _open(self, t: CType | None, file_id: int, depth: int) -> CType | None:
        """The same where there is no function around."""
        if isinstance(t, Named):
            return self._typedef(t.name, file_id, depth + 1) if depth < _MAX_DEPTH else None
        if isinstance(t, Pointer | Array):
            inner = (self._open(t.to if isinstance(t, Pointer) else t.of, file_id, depth + 1)) or UNKNOWN
            return Pointer(inner) if isinstance(t, Pointer) else Array(inner)
        if isinstance(t, Tagged):
            return Tagged(t.kind, self._types.tag(t.tag) if t.kind != "enum" else t.tag) if t.tag else None
        return None if isinstance(t, TypeofExpr | AutoType) or t == UNKNOWN else t

    def _type(self, e: x.Expr | None, scope: Scope, line: int, depth: int) -> CType | None:
        if depth > _MAX_DEPTH:
            return None
        match e:
            case x.Name(name):
                return self._named(name, scope, line, depth)
            case x.Num(text):
                return _number_type(text)
            case x.Member(base, field, _):
                of = _pointed(self._type(base, scope, line, depth + 1))
                if isinstance(of, Tagged) and of.kind != "enum":
                    return self._member(of.tag, field, scope.file_id)
            case x.Index(base, _) | x.Unary("*", base):
                t = self._type(base, scope, line, depth + 1)
                return _known(_pointed(t)) if isinstance(t, Pointer | Array) else None
            case x.Unary("&", operand):
                return Pointer(self._type(operand, scope, line, depth + 1) or UNKNOWN)
            case x.Unary("!", _):
                return _INT
            case x.Unary("-" | "~" | "+", operand):
                return _promoted(self._type(operand, scope, line, depth + 1))
            case x.Unary("++" | "--" | "post++" | "post--", operand) | x.Assign(_, operand, _):
                return self._type(operand, scope, line, depth + 1)
            case x.Cast(ctype, _) | x.Compound(ctype, _) | x.TypeName(ctype):
                return self._plain(ctype, scope, line, depth + 1)
            case x.Binary(",", _, right):
                return self._type(right, scope, line, depth + 1)
            case x.Binary(op, left, right):
                if op in _COMPARING:
                    return _INT
                one = self._type(left, scope, line, depth + 1)
                other = self._type(right, scope, line, depth + 1)
                return _promoted(one) if op in ("<<", ">>") else self._joined(op, one, other)
            case x.Cond(test, then, other_arm):
                one = self._type(then if then is not None else test, scope, line, depth + 1)
                other = self._type(other_arm, scope, line, depth + 1)
                return one if one is not None and one == other and not _is_open(one) else self._joined("?", one, other)
            case x.StmtExpr(decls, _, result) if result is not None:
                with scope.declaring(decls):
                    return self._type(result, scope, line, depth + 1)
            case x.Generic():
                chosen = self._types.chosen(e, scope, line, depth)
                return self._type(chosen[0], scope, line, depth + 1) if len(chosen) == 1 else None
            case x.Call(x.Name(name)) if not scope.declares(name):
                opened = list(self.expansions(e, scope))
                if opened:
                    return _same(self._type(each, scope, line, depth + 1) for each in opened)
                return self._returned(name, scope)
        return None

    def _joined(self, op: str, one: CType | None, other: CType | None) -> CType | None:
        """C11 6.3.1.8: what the operands of an operator are converted to."""
        if not isinstance(one, Base) or not isinstance(other, Base):
            return None
        a, b = _promoted(one), _promoted(other)
        if a is None or b is None:
            return None
        first, second = _RANKS.index(_signed(a.name)), _RANKS.index(_signed(b.name))
        wide = a if first >= second else b
        narrow = b if wide is a else a
        if wide.name.startswith("unsigned") or not narrow.name.startswith("unsigned"):
            return wide
        if first == second:
            return narrow
        return wide if self.size(wide) != self.size(narrow) else None

    def _named(self, name: str, scope: Scope, line: int, depth: int) -> CType | None:
        if name in scope.extra:
            return self._declared(scope.extra[name], scope, line, depth)
        declared = scope.declarations(name) if scope.mentions(name) else []
        if declared:
            holding = [pair for pair in declared if pair[0].line <= line <= pair[0].end_line]
            inner = max((local.line for local, _ in holding), default=0)
            return _same(self._declared(d, scope, line, depth) for local, d in holding if local.line == inner)
        param = scope.param(name)
        if param is not None:
            t = self._plain(param[1].ctype, scope, line, depth + 1)
            return Pointer(t.of) if isinstance(t, Array) else t
        bodies = {m.body for m in self._macros.view(self._path(scope)).candidates(name) if m.params is None}
        if bodies:
            if name in bodies:
                return None
            return _same(self._type(self.parse(body), scope, line, depth + 1) for body in bodies)
        t = self._object(name, scope.file_id, scope.function.name)
        return self._plain(t, scope, line, depth + 1) if t is not None else None

    def _declared(self, decl: x.Decl, scope: Scope, line: int, depth: int) -> CType | None:
        if isinstance(decl.ctype, AutoType):
            init = decl.init or (self.parse(decl.init_text) if decl.init_text else None)
            return self._type(init, scope, line, depth + 1)
        if isinstance(decl.ctype, TypeofExpr) and decl.ctype.expr == x.Name(decl.name):
            return None
        return self._plain(decl.ctype, scope, line, depth + 1)

    def _object_type(self, name: str, file_id: int, function: str) -> CType | None:
        """The type in all declarations of an object that a file may mean."""
        rows = self._types.objects_meant(name, file_id, function)
        decls = dict.fromkeys(r.decl for r in rows if self._macros.possible(r.guard))
        itself = TypeofExpr(x.Name(name))  # extern typeof(name) name, of EXPORT_SYMBOL
        types = [t for t in map(self._types.decl_type, decls) if t != itself]
        return _same(self._open(t, file_id, 0) for t in types)

    def _member_type(self, tag: str, field: str, file_id: int) -> CType | None:
        """The type of a member in all records that a tag may mean, and in all arms of these."""
        decls: dict[str, int] = {}
        for record in self._types.record(tag, file_id):
            found = dict(self._fields(record, field, 0))
            if not found:
                decls = {}
                break
            decls.update(found)
        if not decls:
            member = self._types.member_of(tag, field, file_id)  # behind an alias, in what a macro declares
            return self._open(member.ctype, file_id, 0) if member is not None and member.field != field else None
        return _same(self._open(self._types.decl_type(decl), at, 0) for decl, at in decls.items())

    def _fields(self, record: RecordInfo, field: str, depth: int) -> Iterator[tuple[str, int]]:
        """The declarations of a member, anonymous structs and unions included, with the file that they stand in."""
        for f in record.fields:
            if f.name == field:
                if self._macros.possible(f.guard):
                    yield f.decl, record.file_id
            elif not f.name and f.decl and depth < 8:
                for nested in self._types.record(f.decl.split()[-1], record.file_id):
                    yield from self._fields(nested, field, depth + 1)

    def _returned(self, name: str, scope: Scope) -> CType | None:
        found: list[CType | None] = []
        for f in self._names.functions(name, scope.file_id):
            declared = parse_signature(f.signature, self._types.is_type)
            t = declared.ctype if declared is not None else None
            found.append(self._open(t.returns, f.file_id, 0) if isinstance(t, Function) else None)
        return _same(found)

    # -- macros -----------------------------------------------------------------------------------------------------

    def expansions(self, e: x.Call, scope: Scope) -> Iterator[x.Expr]:
        """An invocation opened by one level, by each definition that may be in force; none for a call."""
        if not isinstance(e.func, x.Name) or scope.declares(e.func.name):
            return
        view = self._macros.view(self._path(scope))
        for m in view.candidates(e.func.name):
            if m.params is None:
                yield x.Call(self.parse(m.body), e.args) if m.body and m.body != m.name else x.Unknown(m.body)
                continue
            text = self._macros.expand_once(m, tuple(spell(a) for a in e.args), view)
            parsed = self.parse(text) if text else x.Unknown(text)
            yield x.Unknown(text) if parsed == e else parsed

    def _path(self, scope: Scope) -> str:
        return self._reader.file(scope.file_id).path


def _same(types: Iterable[CType | None]) -> CType | None:
    """The one type that all of these are; None where they are not, or one is not known."""
    found = set(types)
    return found.pop() if len(found) == 1 else None


def _known(t: CType | None) -> CType | None:
    return None if t == UNKNOWN else t


def _pointed(t: CType | None) -> CType | None:
    if isinstance(t, Pointer):
        return t.to
    return t.of if isinstance(t, Array) else t


def _is_open(t: CType) -> bool:
    """Whether something in a type is not known, or not told by its spelling: a length, parameters, an enumeration."""
    while isinstance(t, Pointer):
        t = t.to
    return isinstance(t, Array | Function) or t == UNKNOWN or (isinstance(t, Tagged) and t.kind == "enum")


def _signed(name: str) -> str:
    return name.removeprefix("unsigned ").removeprefix("signed ")


def _promoted(t: CType | None) -> Base | None:
    """C11 6.3.1.1 p2."""
    if not isinstance(t, Base) or _signed(t.name) not in _RANKS:
        return None
    return _INT if _RANKS.index(_signed(t.name)) < _RANKS.index("int") else t


def _number_type(text: str) -> CType | None:
    """C11 6.4.4.1 p5, for what is settled without knowing how wide a ``long`` is."""
    if text[:1] == "'":
        return _INT
    known = number(text)
    if known is None:
        return None
    value, suffix = known
    name = "long long" if "ll" in suffix else "long" if "l" in suffix else "int"
    if name == "int" and value >= 1 << 31:
        if value >> 32 or not ("u" in suffix or text[0] == "0"):
            return None
        return Base("unsigned int")
    return Base(f"unsigned {name}" if "u" in suffix else name)


def number(text: str) -> tuple[int, str] | None:
    """The value of an integer constant, and its suffix in small letters; None for all else."""
    m = _NUMBER.fullmatch(text)
    if m is None:
        return None
    digits = m[1]
    return int(digits, 8 if digits[0] == "0" and digits.isdigit() else 0), m[2].lower()
