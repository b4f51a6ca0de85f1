# SPDX-License-Identifier: MIT
"""Variables that can change without an assignment to their name: their address is handed over, a macro stores in them,
or their function is called by callers that are not known by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from xref.parse import ctree as x
from xref.resolve.language.scope import Scope
from xref.resolve.lookup.arguments import arguments
from xref.resolve.lookup.written import MAX_CALLERS, Written
from xref.resolve.model import Place
from xref.store.model import FunctionInfo

_TAKEN: Final = re.compile(r"(?<!&)&\s*\(?\s*([A-Za-z_]\w*)\b(?!\s*(?:->|\.|\[|\())")
"""Where the address of a variable is taken, and not that of what it points to."""
_STORED: Final = re.compile(r"\b([A-Za-z_]\w*)\s*\)*\s*=(?!=)")
_DEEP: Final = 6
"""So many macros may hand an argument on to each other."""


class Changed:
    """Tells which places of a flow, other than slots, change in this way. One instance serves one index."""

    def __init__(self, written: Written) -> None:
        self._written = written
        self._reader = written.reader
        self._types = written.types
        self._names = written.names
        self.slot_addressed = lru_cache(maxsize=20_000)(self._slot_addressed)
        self._is_used = lru_cache(maxsize=100_000)(self._used)
        self._stores = lru_cache(maxsize=10_000)(self._stored_by)

    def unseen(self, place: Place) -> bool:
        """Whether a variable, a parameter or what a function returns has values that are not seen."""
        kind, owner, name = place[:3]
        if kind in ("global", "table"):
            return self._is_global_changed(str(name), int(owner))
        if kind == "assigned":
            return False
        function = self._reader.function(int(owner))
        if function is None or function.kind == "asm":
            return True
        scope = self._written.scope(function)
        if kind == "return":
            return not scope.body.returns
        if kind == "local":
            return self.is_changed(str(name).partition(" ")[2], scope)
        if kind != "param":
            return True
        if self.has_many_callers(function):
            return True
        if function.kind == "macro":
            return False
        return self._is_used(function.id) or self.is_changed(scope.parameter_name(int(name)), scope)

    def has_many_callers(self, function: FunctionInfo) -> bool:
        """Whether a function has more callers by its name than are read."""
        names = (function.name, *filter(None, function.aliases.split(",")))
        return any(len(self._reader.mentions("c", n)) > MAX_CALLERS for n in names)

    def _slot_addressed(self, struct: str, field: str) -> bool:
        """Whether the address of a member is taken, so that anyone may write it."""
        users = self._written.slots.mentioning("p", struct, field)
        if len(users) > MAX_CALLERS:
            return True
        names = self._reader.spellings(field)
        for f in self._reader.functions(users):
            scope = self._written.scope(f)
            body = scope.body
            texts = [(c.arguments, c.line) for c in body.calls] + [(a.value, a.line) for a in body.assigns]
            texts += [(r.value, r.line) for r in body.returns]
            texts += [(local.text.partition("=")[2], local.line) for local in body.locals]
            for text, line in texts:
                if "&" not in text or not any(name in text for name in names):
                    continue
                for part in arguments(text):
                    for e in _addressed(self._types.parse(part)):
                        if e.field in names:
                            member = self._written.member(e, scope, line)
                            if member is None:
                                if f.kind != "macro":
                                    return True
                            elif (member.owner, member.field) == (struct, field):
                                return True
        return False

    def _used(self, fid: int) -> bool:
        """Whether a function is used other than by a call of its name."""
        function = self._reader.function(fid)
        if function is None:
            return True
        for name in (function.name, *filter(None, function.aliases.split(","))):
            if self._reader.registrations_naming(name):
                return True
            for f in self._reader.functions(self._reader.mentions("v", name)):
                if function.linkage != "static" or f.file_id == function.file_id:
                    return True
        return False

    def _is_global_changed(self, name: str, home: int) -> bool:
        if any(_takes(r.value, name) for r in self._reader.registrations_naming(name, home)):
            return True
        users = sorted({*self._reader.mentions("v", name), *self._reader.mentions("a", name)})
        if len(users) > MAX_CALLERS:
            return True
        for f in self._reader.functions(users):
            if not home or f.file_id == home:
                body = self._reader.body(f.id)
                texts = (
                    [a.value for a in body.assigns] + [r.value for r in body.returns] + [d.text for d in body.locals]
                )
                if self._is_handed_over(name, texts, self._written.scope(f)):
                    return True
                # per_cpu(ops, cpu) = p
                if any(name in a.target and "(" in a.target and name != a.target.strip("() ") for a in body.assigns):
                    return True
        return False

    def is_changed(self, name: str, scope: Scope) -> bool:
        """Whether a local variable or a parameter may be written by who has its address."""
        if not name:
            return True
        body = scope.body
        texts = [a.value for a in body.assigns] + [local.text for local in body.locals]
        return self._is_handed_over(name, texts, scope)

    def _is_handed_over(self, name: str, texts: Iterable[str], scope: Scope) -> bool:
        """Whether the address of a variable is taken in texts or arguments of calls, or a macro stores in it."""
        if any(_takes(text, name) for text in texts):
            return True
        for call in scope.body.calls:
            if name not in call.arguments:
                continue
            if _takes(call.arguments, name):
                return True
            if call.callee.isidentifier():
                for k, arg in enumerate(arguments(call.arguments)):
                    if arg.strip("() ") == name:
                        macros = self._names.macro_nodes(call.callee, scope.file_id)
                        if any(self._stores(macro.id, k, 0) for macro in macros):
                            return True
        return False

    def _stored_by(self, fid: int, position: int, depth: int) -> bool:
        """Whether a macro may assign to its argument, by itself or by a macro that it hands it on to."""
        macro = self._reader.function(fid)
        if macro is None or depth > _DEEP:
            return True
        scope = self._written.scope(macro)
        if position >= len(scope.macro_params):
            return bool(scope.variadic)
        name = scope.macro_params[position]
        if any(a.target.strip("()* ") == name for a in scope.body.assigns):
            return True
        for call in scope.body.calls:
            if name not in call.arguments or not call.callee.isidentifier():
                continue
            for k, arg in enumerate(arguments(call.arguments)):
                taken = _TAKEN.fullmatch(arg.strip("() "))
                if taken is not None and taken[1] == name:
                    return True
                if arg.strip("() ") == name:
                    for inner in self._names.macro_nodes(call.callee, macro.file_id):
                        if inner.id != fid and self._stores(inner.id, k, depth + 1):
                            return True
        # what an open loop assigns may not have been read
        bodies = (m.body for m in self._reader.macros(macro.name) if m.line == macro.line)
        return any(name in _STORED.findall(body) for body in bodies)


def _takes(text: str, name: str) -> bool:
    """Whether a text takes the address of a variable."""
    return "&" in text and name in text and name in _TAKEN.findall(text)


def _addressed(e: x.Expr) -> Iterator[x.Member]:
    """The members of which an expression takes the address."""
    todo: list[x.Expr] = [e]
    while todo:
        e = todo.pop()
        match e:
            case x.Unary(op, operand):
                inner = operand
                while isinstance(inner, x.Cast):
                    inner = inner.operand
                if op == "&" and isinstance(inner, x.Member):
                    yield inner
                todo.append(operand)
            case x.Call(func, args):
                todo.extend((func, *args))
            case x.Cast(_, operand):
                todo.append(operand)
            case x.Member(base, _, _):
                todo.append(base)
            case x.Index(base, index):
                todo.extend((base, index))
            case x.Binary(_, left, right) | x.Assign(_, left, right):
                todo.extend((left, right))
            case x.Cond(test, then, other):
                todo.extend((test, other))
                if then is not None:
                    todo.append(then)
            case x.StmtExpr(_, stmts, result):
                todo.extend(s for s in stmts if not isinstance(s, str))
                if result is not None:
                    todo.append(result)
