# SPDX-License-Identifier: MIT
"""As much of C's types as it takes to say what a receiver is.

Pointers and arrays, return types, casts, statement expressions, ``typeof``, and macros, which are expanded one level
whenever an expression begins with one: ``container_of``, ``READ_ONCE``, ``rcu_dereference`` and ``per_cpu_ptr`` need no
rules of their own. Declarations are looked up in ``declared.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from xref.lex.model import MacroDef
from xref.macros.view import MacroView
from xref.parse import ctree as x
from xref.parse.cexpr import parse_expr
from xref.parse.ctree import Array, AutoType, Base, CType, Function, Pointer, Tagged, TypeofExpr
from xref.parse.ctype import parse_signature
from xref.parse.derived import is_void_pointer, strip, to_text
from xref.resolve.language.declared import Declared
from xref.resolve.language.filled import read_in_c
from xref.resolve.language.macros import IndexedMacros
from xref.resolve.language.names import Names
from xref.resolve.language.scope import Scope
from xref.resolve.language.spell import spell
from xref.store.reader import Reader

_MAX_DEPTH = 40
_INT = Base("int")


class Types(Declared):
    """Types of expressions; answers depend on the file, because tags and typedefs do."""

    def __init__(self, reader: Reader, macros: IndexedMacros, names: Names) -> None:
        super().__init__(reader, macros)
        self._names = names
        self.returned = lru_cache(maxsize=100_000)(self._return_type)
        self.parse = lru_cache(maxsize=1 << 16)(self._parse)
        """The expression that a text spells."""

    def _parse(self, text: str) -> x.Expr:
        return parse_expr(text, self.is_type)

    # -- declarations -------------------------------------------------------------------------------------------------

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

    def readings(self, e: x.Expr, file_id: int) -> Iterator[x.Expr]:
        """What a macro, or an invocation, stands for at file scope under each of its definitions: ``&foo_pm`` and
        ``NULL`` for ``FOO_PM_OPS``. Nothing for what is no macro.
        """
        view = self._macros.view(self._reader.file(file_id).path)
        match e:
            case x.Name(name):
                macro = view.get(name)
                if macro is not None and macro.params is None and macro.body not in ("", name):
                    yield self.parse(macro.body)
            case x.Call(x.Name(name), args):
                for macro in view.candidates(name):
                    if macro.params is not None:
                        text = self._macros.expand_once(macro, tuple(spell(a) for a in args), view)
                        if text:
                            yield self.parse(text)

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
