# SPDX-License-Identifier: MIT
"""Which functions a pointer can hold: a backward value flow, on demand, insensitive to order.

From an expression back through locals, parameters (to the arguments of the callers), returns, globals, array elements,
copies between members, to the places where a function's name was written. Members are told apart by the type that
declares them, not by object (field-based, as in Pearce, Kelly and Hankin, "Efficient field-sensitive pointer analysis of
C", 2007, section 2). Bounded in depth and width; what was cut is no target, never a guess.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from xref.facts.model import AssignFact, Body, CallFact
from xref.parse import cexpr as x
from xref.resolve.macros import IndexedMacros
from xref.resolve.names import Names
from xref.resolve.scope import Scope
from xref.resolve.slots import Slots
from xref.resolve.spell import spell
from xref.resolve.types import MemberType, Types
from xref.store.reader import FunctionInfo, Reader
from xref.store.rows import last_member

MAX_DEPTH = 7
MAX_CALLERS = 400
_STATIC_CALL = re.compile(r"__SC[TK]__(\w+)")
# Linux keeps its security hooks in static calls named after hook and slot, whose targets are written at boot through a
# pointer that is typed by a union of all hooks (lsm_static_call_init() in security/security.c since Linux kernel commit
# 417c5643cd67 ("lsm: replace indirect LSM hook calls with static calls") in v6.12): the name is the only tie left.
_KEY_SLOTS = ((re.compile(r"lsm_static_call_(\w+)_\d+"), "security_list_options"),)


@dataclass(frozen=True, slots=True)
class Step:
    """One piece of evidence: the rule, and where it was applied."""

    rule: str
    file_id: int
    line: int


@dataclass(frozen=True, slots=True)
class Holding:
    """A function that a pointer can hold, and the steps by which it got there (the registration first)."""

    function: FunctionInfo
    steps: tuple[Step, ...]
    guard: str = ""


class Values:
    """The flow. One instance serves one index; answers for slots are remembered."""

    def __init__(self, reader: Reader, macros: IndexedMacros, names: Names, types: Types, slots: Slots) -> None:
        self._reader = reader
        self._macros = macros
        self._names = names
        self._types = types
        self._slots = slots
        self._slot_memo: dict[tuple[str, str], tuple[Holding, ...]] = {}
        self._scopes: dict[int, Scope] = {}
        self._busy: set[object] = set()
        self.cut = 0

    def scope(self, function: FunctionInfo, body: Body | None = None) -> Scope:
        """The names inside a function."""
        known = self._scopes.get(function.id)
        if known is None:
            if len(self._scopes) > 5000:
                self._scopes.clear()
            known = Scope(function, body if body is not None else self._reader.body(function.id), self._types.is_type)
            self._scopes[function.id] = known
        return known

    # -- expressions --------------------------------------------------------------------------------------------------

    def of(self, e: x.Expr, scope: Scope, line: int, depth: int = 0) -> tuple[Holding, ...]:
        """The functions that an expression's value can be."""
        if depth > MAX_DEPTH:
            self.cut += 1
            return ()
        match e:
            case x.Name(name):
                return self._name(name, scope, line, depth)
            case x.Cast(_, operand) | x.Unary("&" | "*", operand) | x.Assign("=", _, operand):
                return self.of(operand, scope, line, depth)
            case x.Binary(",", _, right):
                return self.of(right, scope, line, depth)
            case x.Cond(test, then, other):
                return _merge(self.of(then if then is not None else test, scope, line, depth), self.of(other, scope, line, depth))
            case x.Member():
                found = self.member(e, scope, line)
                return self.slot(found.owner, found.field, depth + 1) if found is not None else ()
            case x.Index(base, _):
                return self._elements(base, scope, line, depth)
            case x.StmtExpr(decls, _, result) if result is not None:
                saved = dict(scope.extra)
                scope.extra.update((d.name, d) for d in decls if d.name)
                try:
                    return self.of(result, scope, line, depth + 1)
                finally:
                    scope.extra.clear()
                    scope.extra.update(saved)
            case x.Call(func, _):
                opened = self._types.expanded(e, scope)
                if opened is not None:
                    return self.of(opened, scope, line, depth + 1)
                if isinstance(func, x.Name):
                    return self._returned(func.name, scope, depth)
        return ()

    def member(self, e: x.Member, scope: Scope, line: int) -> MemberType | None:
        """The slot that a member expression names."""
        base = self._types.type_of(e.base, scope, line)
        return self._types.member(self._types.resolved(base, scope, line), e.field, scope.file_id)

    def _name(self, name: str, scope: Scope, line: int, depth: int) -> tuple[Holding, ...]:
        if scope.function.kind == "macro":
            position = scope.macro_param(name)
            if position is not None:
                return self.parameter(scope.function, position, depth + 1)
        if scope.holds(name, line):
            decl = scope.local(name, line)
            if decl is None:
                param = scope.param(name)
                return self.parameter(scope.function, param[0], depth + 1) if param is not None else ()
            return self._local(name, decl.init or decl.init_text, scope, line, depth)
        name = self._names.alias(name, scope.file_id)
        functions = self._names.functions(name, scope.file_id)
        if functions:
            return tuple(Holding(f, (), f.guard) for f in functions)
        static_call = _STATIC_CALL.fullmatch(name)
        if static_call is not None:
            return self.static_call(static_call[1], depth)
        return self._global(name, scope, depth)

    def _local(
        self, name: str, init: x.Expr | str | None, scope: Scope, line: int, depth: int
    ) -> tuple[Holding, ...]:
        key = ("local", scope.function.id, name)
        if key in self._busy:
            return ()
        self._busy.add(key)
        try:
            found: tuple[Holding, ...] = ()
            inits: list[x.Expr | str | None] = [init]
            if not isinstance(init, str | None):
                return self.of(init, scope, line, depth + 1)
            inits += [d.init_text for d in scope.locals_named(name) if d.init_text != init]
            for value in inits:
                if isinstance(value, str) and not value.startswith("{"):
                    found = _merge(found, self.of(self._types.parse(value), scope, line, depth + 1))
            for a in scope.body.assigns:
                if a.target == name:
                    found = _merge(found, self._assigned(a, scope, depth))
            return found
        finally:
            self._busy.discard(key)

    def _assigned(self, a: AssignFact, scope: Scope, depth: int, rule: str = "assignment") -> tuple[Holding, ...]:
        step = Step(rule, scope.file_id, a.line)
        return tuple(
            Holding(h.function, (step, *h.steps), a.guard or h.guard)
            for h in self.of(self._types.parse(a.value), scope, a.line, depth + 1)
        )

    def _global(self, name: str, scope: Scope, depth: int) -> tuple[Holding, ...]:
        """What a variable at file scope is initialised with or assigned."""
        rows = [r for r in self._reader.objects(name) if not r.function or r.function == scope.function.name]
        if not rows:
            return ()
        key = ("global", name)
        if key in self._busy:
            return ()
        self._busy.add(key)
        try:
            own = {r.file_id for r in rows if r.file_id == scope.file_id}
            found: tuple[Holding, ...] = ()
            for r in self._reader.registrations_of_object(name):
                if not r.path and (not own or r.file_id in own):
                    found = _merge(found, self.registered(r.value, r.file_id, r.line, r.guard))
            for fid in self._reader.mentions("a", name)[:MAX_CALLERS]:
                f = self._reader.function(fid)
                if f is None or f.kind == "macro" or (own and f.file_id not in own):
                    continue
                inner = self.scope(f)
                for a in inner.body.assigns:
                    if a.target == name:
                        found = _merge(found, self._assigned(a, inner, depth))
            return found
        finally:
            self._busy.discard(key)

    def registered(self, value: str, file_id: int, line: int, guard: str = "") -> tuple[Holding, ...]:
        """The functions that an initialiser's value names (file scope: only names, casts and conditionals)."""
        step = Step("registration", file_id, line)
        return tuple(
            Holding(f, (step,), guard or f.guard) for f in self._constant(self._types.parse(value), file_id, 0)
        )

    def named(self, e: x.Expr, scope: Scope, line: int) -> tuple[FunctionInfo, ...]:
        """The functions that a value names outright: no flow, only casts and conditionals."""
        match e:
            case x.Name(name):
                if name in scope.words and scope.holds(name, line):
                    return ()
                return self._names.functions(self._names.alias(name, scope.file_id), scope.file_id)
            case x.Cast(_, operand) | x.Unary("&" | "*", operand) | x.Assign("=", _, operand):
                return self.named(operand, scope, line)
            case x.Cond(test, then, other):
                return (*self.named(then if then is not None else test, scope, line), *self.named(other, scope, line))
        return ()

    def _constant(self, e: x.Expr, file_id: int, depth: int) -> tuple[FunctionInfo, ...]:
        if depth > MAX_DEPTH:
            return ()
        match e:
            case x.Name(name):
                name = self._names.alias(name, file_id)
                functions = self._names.functions(name, file_id)
                if functions:
                    return functions
                macro = self._macros.view(self._reader.file(file_id).path).get(name)
                if macro is not None and macro.params is None and macro.body not in ("", name):
                    return self._constant(self._types.parse(macro.body), file_id, depth + 1)
            case x.Cast(_, operand) | x.Unary("&" | "*", operand):
                return self._constant(operand, file_id, depth + 1)
            case x.Cond(test, then, other):
                first = self._constant(then if then is not None else test, file_id, depth + 1)
                return (*first, *(f for f in self._constant(other, file_id, depth + 1) if f not in first))
            case x.Call(x.Name(name), args):
                found: dict[int, FunctionInfo] = {}
                for macro in self._macros.view(self._reader.file(file_id).path).candidates(name):
                    if macro.params is not None:
                        text = self._macros.expand_once(macro, tuple(spell(a) for a in args))
                        for f in self._constant(self._types.parse(text), file_id, depth + 1) if text else ():
                            found[f.id] = f
                return tuple(found.values())
        return ()

    def _elements(self, base: x.Expr, scope: Scope, line: int, depth: int) -> tuple[Holding, ...]:
        """What the elements of an array can be: of a named table, or of a member that is one."""
        if isinstance(base, x.Member):
            return self.of(base, scope, line, depth)
        if isinstance(base, x.Index):
            return self._elements(base.base, scope, line, depth)
        if not isinstance(base, x.Name):
            return ()
        found: tuple[Holding, ...] = ()
        if scope.holds(base.name, line) and scope.local(base.name, line) is None:
            return ()
        local = scope.holds(base.name, line)
        for r in self._reader.registrations_of_object(base.name):
            if local and (r.file_id != scope.file_id or r.function != scope.function.name):
                continue
            if r.path and "." not in r.path and (r.file_id == scope.file_id or not self._is_static(base.name, r.file_id)):
                found = _merge(found, self.registered(r.value, r.file_id, r.line, r.guard))
        for fid in self._reader.mentions("a", base.name)[:MAX_CALLERS]:
            f = self._reader.function(fid)
            if f is None or f.kind == "macro" or (f.file_id != scope.file_id and self._is_static(base.name, scope.file_id)):
                continue
            inner = self.scope(f)
            for a in inner.body.assigns:
                target = self._types.parse(a.target)
                while isinstance(target, x.Index):
                    target = target.base
                if target == base:
                    found = _merge(found, self._assigned(a, inner, depth))
        return found

    def _is_static(self, name: str, file_id: int) -> bool:
        return any(o.linkage == "static" and o.file_id == file_id for o in self._reader.objects(name))

    def _returned(self, name: str, scope: Scope, depth: int) -> tuple[Holding, ...]:
        found: tuple[Holding, ...] = ()
        for f in self._names.functions(name, scope.file_id):
            key = ("return", f.id)
            if key in self._busy:
                continue
            self._busy.add(key)
            try:
                inner = self.scope(f)
                for r in inner.body.returns:
                    step = Step("return", f.file_id, r.line)
                    for h in self.of(self._types.parse(r.value), inner, r.line, depth + 1):
                        found = _merge(found, (Holding(h.function, (step, *h.steps), h.guard),))
            finally:
                self._busy.discard(key)
        return found

    # -- parameters ---------------------------------------------------------------------------------------------------

    def parameter(self, function: FunctionInfo, position: int, depth: int = 0) -> tuple[Holding, ...]:
        """The functions that callers hand in as an argument."""
        key = ("param", function.id, position)
        if key in self._busy or depth > MAX_DEPTH:
            return ()
        self._busy.add(key)
        try:
            found: tuple[Holding, ...] = ()
            for caller, call in self.call_sites(function):
                args = x.parse_args(call.arguments)
                if position >= len(args):
                    continue
                scope = self.scope(caller)
                step = Step("argument", caller.file_id, call.line)
                for h in self.of(self._types.parse(args[position]), scope, call.line, depth + 1):
                    found = _merge(found, (Holding(h.function, (step, *h.steps), call.guard or h.guard),))
            return found
        finally:
            self._busy.discard(key)

    def call_sites(self, function: FunctionInfo) -> list[tuple[FunctionInfo, CallFact]]:
        """The direct calls of a function, by name, in files where the name means it."""
        found = []
        for name in (function.name, *filter(None, function.aliases.split(","))):
            callers = self._reader.mentions("c", name)
            if len(callers) > MAX_CALLERS:
                self.cut += 1
                callers = callers[:MAX_CALLERS]
            for fid in callers:
                caller = self._reader.function(fid)
                if caller is None:
                    continue
                meant = self._names.macro_nodes if function.kind == "macro" else self._names.functions
                if not any(f.id == function.id for f in meant(name, caller.file_id)):
                    continue
                found.extend((caller, c) for c in self._reader.body(fid).calls if c.callee == name)
        return found

    # -- slots --------------------------------------------------------------------------------------------------------

    def slot(self, struct: str, field: str, depth: int = 0) -> tuple[Holding, ...]:
        """The functions that a slot can hold: by initialisers, by assignments, by copies from other slots."""
        key = (struct, field)
        known = self._slot_memo.get(key)
        if known is not None:
            return known
        if ("slot", key) in self._busy or depth > MAX_DEPTH:
            return ()
        self._busy.add(("slot", key))
        cut_before = self.cut
        try:
            found: dict[int, Holding] = {}
            for r in self._slots.registrations(struct, field):
                for h in self.registered(r.value, r.file_id, r.line, r.guard):
                    found.setdefault(h.function.id, h)
            for scope, a in self.slot_assignments(struct, field):
                for h in self._assigned(a, scope, depth + 1):
                    found.setdefault(h.function.id, h)
            answer = tuple(found.values())
        finally:
            self._busy.discard(("slot", key))
        if not self._busy or self.cut == cut_before:
            self._slot_memo[key] = answer
        return answer

    def slot_assignments(self, struct: str, field: str) -> list[tuple[Scope, AssignFact]]:
        """Every ``x->field = value`` whose ``x`` is a ``struct``."""
        found = []
        for fid in self._reader.mentions("a", field):
            f = self._reader.function(fid)
            if f is None or f.kind == "macro":
                continue
            scope = self.scope(f)
            for a in scope.body.assigns:
                if last_member(a.target) != field:
                    continue
                target = self._types.parse(a.target)
                while isinstance(target, x.Index) or (isinstance(target, x.Unary) and target.op == "*"):
                    target = target.base if isinstance(target, x.Index) else target.operand
                if not isinstance(target, x.Member) or target.field != field:
                    continue
                member = self.member(target, scope, a.line)
                if member is not None and member.owner == struct and member.field == field:
                    found.append((scope, a))
        return found

    # -- static calls -------------------------------------------------------------------------------------------------

    def static_call(self, key: str, depth: int = 0) -> tuple[Holding, ...]:
        """The targets of a static call: its definition's, and what ``static_call_update`` gives it later."""
        for pattern, struct in _KEY_SLOTS:
            m = pattern.fullmatch(key)
            if m is not None:
                return self.slot(struct, m[1], depth + 1)
        found: tuple[Holding, ...] = ()
        for name in (f"__SCK__{key}", f"__SCT__{key}"):
            for r in self._reader.registrations_of_object(name):
                if r.field == "func":
                    found = _merge(found, self.registered(r.value, r.file_id, r.line, r.guard))
        for fid in self._reader.mentions("v", f"__SCK__{key}"):
            f = self._reader.function(fid)
            if f is None or f.kind == "macro":
                continue
            scope = self.scope(f)
            for call in scope.body.calls:
                if call.callee == "__static_call_update" and f"__SCK__{key}" in call.arguments:
                    args = x.parse_args(call.arguments)
                    if len(args) > 2:
                        step = Step("static_call_update", f.file_id, call.line)
                        for h in self.of(self._types.parse(args[2]), scope, call.line, depth + 1):
                            found = _merge(found, (Holding(h.function, (step, *h.steps), call.guard or h.guard),))
        return found

    def static_call_key(self, text: str) -> tuple[str, str, str] | None:
        """The key of a static call whose callee is spelled ``text``, and the slot (struct, field) that it stands for."""
        m = _STATIC_CALL.search(text)
        if m is None:
            return None
        for pattern, struct in _KEY_SLOTS:
            slot = pattern.fullmatch(m[1])
            if slot is not None:
                return m[1], struct, slot[1]
        return m[1], "", ""

def _merge(a: tuple[Holding, ...], b: tuple[Holding, ...]) -> tuple[Holding, ...]:
    if not a:
        return b
    if not b:
        return a
    known = {h.function.id for h in a}
    return (*a, *(h for h in b if h.function.id not in known))
