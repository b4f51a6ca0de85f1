# SPDX-License-Identifier: MIT
"""Which functions a pointer can hold: a backward value flow, on demand, insensitive to order.

The flow is a graph. Its nodes are places that hold a value: a slot, a parameter, a local, what a function returns, a
global, the elements of a table. Each place knows, from facts alone, the functions that are written into it by name and
the places it is copied from; the answer for a place is every function written into any place that flows into it.
Members are told apart by the type that declares them, not by object (field-based, as in Pearce, Kelly and Hankin,
"Efficient field-sensitive pointer analysis of C", 2007, section 2).
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from functools import lru_cache

from xref.facts.model import AssignFact, Body, CallFact
from xref.parse import ctree as x
from xref.parse.cexpr import parse_args
from xref.parse.ctree import Array, Base, CType, Pointer, Tagged
from xref.parse.ctype import strip_pointer
from xref.resolve.macros import IndexedMacros
from xref.resolve.model import Holding, Inflow, Place, Step
from xref.resolve.names import Names
from xref.resolve.scope import Scope
from xref.resolve.slots import Slots
from xref.resolve.spell import spell
from xref.resolve.types import MemberType, Types
from xref.store.model import FunctionInfo, RegistrationInfo
from xref.store.reader import Reader
from xref.store.rows import last_member

MAX_PLACES = 1500
"""How many places one question may visit; a flow as wide as that ties everything to everything."""
MAX_CALLERS = 400
_MAX_DEPTH = 24
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_STATIC_CALL = re.compile(r"\b__SC[TK]__(\w+)")
# Linux keeps its security hooks in static calls named after hook and slot, whose targets are written at boot through a
# pointer that is typed by a union of all hooks (lsm_static_call_init() in security/security.c since Linux kernel commit
# 417c5643cd67 ("lsm: replace indirect LSM hook calls with static calls") in v6.12): the name is the only tie left.
_KEY_SLOTS = ((re.compile(r"lsm_static_call_(\w+)_\d+"), "security_list_options"),)


def _slot_place(struct: str, field: str, home: int | None) -> Place:
    """A slot's place; ``home`` None means the records of every file that have this tag."""
    return Place("slot", struct, field if home is None else f"{field} {home}")


class Values:
    """The flow. One instance serves one index; the inflows of a place are worked out once."""

    def __init__(self, reader: Reader, macros: IndexedMacros, names: Names, types: Types, slots: Slots) -> None:
        self._reader = reader
        self._macros = macros
        self._names = names
        self._types = types
        self._slots = slots
        self._answers: dict[Place, tuple[Holding, ...]] = {}
        self._inflows: dict[Place, tuple[Inflow, ...]] = {}
        self._scopes: dict[int, Scope] = {}
        self._assignments_memo = lru_cache(maxsize=1000)(self._assignments)
        self.functions = names.functions
        self.cut = 0
        """How many questions were too wide to be followed to the end."""

    def scope(self, function: FunctionInfo, body: Body | None = None) -> Scope:
        """The names inside a function."""
        known = self._scopes.get(function.id)
        if known is None:
            if len(self._scopes) > 5000:
                self._scopes.clear()
            known = Scope(function, body if body is not None else self._reader.body(function.id), self._types.is_type)
            self._scopes[function.id] = known
        return known

    # -- questions ----------------------------------------------------------------------------------------------------

    def of(self, e: x.Expr, scope: Scope, line: int) -> tuple[Holding, ...]:
        """The functions that an expression's value can be."""
        return self._solve(tuple(self._sources(e, scope, line)))

    def slot(self, struct: str, field: str, home: int | None = None) -> tuple[Holding, ...]:
        """The functions that a slot can hold: by initialisers, by assignments, by copies from other places; those that
        most objects are registered with come first.
        """
        return self._answer(_slot_place(struct, field, home))

    def parameter(self, function: FunctionInfo, position: int) -> tuple[Holding, ...]:
        """The functions that callers hand in as an argument."""
        return self._answer(Place("param", function.id, position))

    def static_call(self, key: str) -> tuple[Holding, ...]:
        """The targets of a static call: its definition's, and what ``static_call_update`` gives it later."""
        return self._answer(Place("static_call", key, ""))

    def _answer(self, place: Place) -> tuple[Holding, ...]:
        known = self._answers.get(place)
        if known is None:
            known = self._answers[place] = self._solve((Inflow(place, None, ""),))
        return known

    def _solve(self, first: tuple[Inflow, ...]) -> tuple[Holding, ...]:
        """Every function in the places that flow into ``first``, nearest first; breadth-first, so the evidence of each
        is the shortest there is.
        """
        found: dict[int, Holding] = {}
        seen: set[Place] = set()
        todo: deque[tuple[Inflow, tuple[Step, ...], str]] = deque((i, (), "") for i in first)
        while todo:
            inflow, steps, guard = todo.popleft()
            if inflow.step is not None:
                steps = (*steps, inflow.step)
            guard = inflow.guard or guard
            source = inflow.source
            if isinstance(source, FunctionInfo):
                found.setdefault(source.id, Holding(source, steps, guard or source.guard))
            elif source not in seen:
                if len(seen) >= MAX_PLACES:
                    self.cut += 1
                    break
                seen.add(source)
                todo.extend((i, steps, guard) for i in self._into(source))
        return tuple(found.values())

    # -- inflows of a place -------------------------------------------------------------------------------------------

    def _into(self, place: Place) -> tuple[Inflow, ...]:
        known = self._inflows.get(place)
        if known is None:
            self._inflows[place] = ()
            once: dict[tuple[object, ...], Inflow] = {}
            for i in self._compute(place):
                source = i.source.id if isinstance(i.source, FunctionInfo) else i.source
                once.setdefault((source, i.step, i.guard), i)
            known = tuple(once.values())
            if place.kind == "slot":
                # The commonest first, here rather than in ``slot``: a pointer that was loaded from a slot and is called
                # later (INDIRECT_CALL_2 of include/linux/indirect_call_wrapper.h) has its targets in the same order.
                written = Counter(i.source.id for i in known if isinstance(i.source, FunctionInfo))
                count = [written[i.source.id] if isinstance(i.source, FunctionInfo) else 0 for i in known]
                known = tuple(known[at] for at in sorted(range(len(known)), key=lambda at: -count[at]))
            self._inflows[place] = known
        return known

    def _compute(self, place: Place) -> Iterator[Inflow]:
        kind, owner, name = place
        if kind == "slot":
            field, _, home = str(name).partition(" ")
            return self._into_slot(str(owner), field, int(home) if home else None)
        if kind == "global":
            return self._into_global(str(name), int(owner))
        if kind == "table":
            return self._into_table(str(name), int(owner))
        if kind == "static_call":
            return self._into_static_call(str(owner))
        function = self._reader.function(int(owner))
        if function is None:
            return iter(())
        if kind == "param":
            return self._into_parameter(function, int(name))
        if kind == "local":
            at, _, local = str(name).partition(" ")
            return self._into_local(function, local, int(at))
        return self._into_return(function)

    def _into_slot(self, struct: str, field: str, home: int | None) -> Iterator[Inflow]:
        registrations = self._slots.registrations(struct, field, home)
        self._reader.expect(r.name for r in registrations if r.name)
        written = False
        for r in registrations:
            for inflow in self._registered(r):
                written = True
                yield inflow
        for scope, a in self.slot_assignments(struct, field, home):
            for inflow in self._assigned(a, scope):
                written = True
                yield inflow
        if not written:
            # cpuhp_step.startup of kernel/cpu.c is written as .single and called as .multi
            for other in self._types.overlapping(struct, field):
                yield Inflow(_slot_place(struct, other, home), None, "")

    def _into_parameter(self, function: FunctionInfo, position: int) -> Iterator[Inflow]:
        for caller, call in self.call_sites(function):
            args = parse_args(call.arguments)
            step = Step("argument", caller.file_id, call.line)
            scope = self.scope(caller)
            rest = next((k for k, a in enumerate(args[: position + 1]) if a.lstrip("# ") == scope.variadic), None)
            if rest is not None:
                # #define mempool_init(...) alloc_hooks(mempool_init_noprof(__VA_ARGS__))   include/linux/mempool.h
                first = scope.macro_param(scope.variadic) or 0
                yield Inflow(Place("param", caller.id, first + position - rest), step, call.guard)
            elif position < len(args):
                yield from self._stepped(args[position], self.scope(caller), call.line, step, call.guard)

    def _into_local(self, function: FunctionInfo, name: str, line: int) -> Iterator[Inflow]:
        """What the local variable ``name`` that is declared on ``line`` is initialised with or assigned."""
        scope = self.scope(function)
        for local, decl in scope.declarations(name):
            if local.line == line and decl.init_text is not None and not decl.init_text.startswith("{"):
                step = Step("initialiser", function.file_id, local.line)
                yield from self._stepped(decl.init_text, scope, local.line, step, "")
        for a in scope.body.assigns:
            if a.target == name:
                declared = scope.declaration(name, a.line)
                if declared is not None and declared[0].line == line:
                    yield from self._assigned(a, scope)

    def _into_return(self, function: FunctionInfo) -> Iterator[Inflow]:
        scope = self.scope(function)
        for r in scope.body.returns:
            yield from self._stepped(r.value, scope, r.line, Step("return", function.file_id, r.line), "")

    def _into_global(self, name: str, file_id: int) -> Iterator[Inflow]:
        """What a variable at file scope is initialised with or assigned; ``file_id`` is 0 for an external one."""
        for r in self._reader.registrations_of_object(name):
            if not r.path and file_id in (0, r.file_id):
                yield from self._registered(r)
        for scope, a in self.assignments_to(name, file_id):
            if a.target == name:
                yield from self._assigned(a, scope)

    def _into_table(self, name: str, file_id: int) -> Iterator[Inflow]:
        """What the elements of an array of pointers are."""
        for r in self._reader.registrations_of_object(name):
            if r.path and "." not in r.path and file_id in (0, r.file_id):
                yield from self._registered(r)
        for scope, a in self.assignments_to(name, file_id):
            target = self._types.parse(a.target)
            while isinstance(target, x.Index):
                target = target.base
            if target == x.Name(name):
                yield from self._assigned(a, scope)

    def _into_static_call(self, key: str) -> Iterator[Inflow]:
        for pattern, struct in _KEY_SLOTS:
            m = pattern.fullmatch(key)
            if m is not None:
                yield Inflow(_slot_place(struct, m[1], None), None, "")
                return
        for name in (f"__SCK__{key}", f"__SCT__{key}"):
            for r in self._reader.registrations_of_object(name):
                if r.field == "func":
                    yield from self._registered(r)
        for fid in self._reader.mentions("v", f"__SCK__{key}"):
            f = self._reader.function(fid)
            if f is None or f.kind == "macro":
                continue
            scope = self.scope(f)
            for call in scope.body.calls:
                if call.callee == "__static_call_update" and f"__SCK__{key}" in call.arguments:
                    args = parse_args(call.arguments)
                    if len(args) > 2:
                        step = Step("static_call_update", f.file_id, call.line)
                        yield from self._stepped(args[2], scope, call.line, step, call.guard)

    def _assigned(self, a: AssignFact, scope: Scope) -> Iterator[Inflow]:
        return self._stepped(a.value, scope, a.line, Step("assignment", scope.file_id, a.line), a.guard)

    def _stepped(self, text: str, scope: Scope, line: int, step: Step, guard: str) -> Iterator[Inflow]:
        for inflow in self._sources(self._types.parse(text), scope, line):
            yield Inflow(inflow.source, step, guard or inflow.guard)

    def _registered(self, r: RegistrationInfo) -> Iterator[Inflow]:
        step = Step("registration", r.file_id, r.line)
        scope = self._inside(r)
        if scope is not None:
            yield from self._stepped(r.value, scope, r.line, step, r.guard)
            return
        for f in self.constant(r.value, r.file_id):
            yield Inflow(f, step, r.guard)

    def _inside(self, r: RegistrationInfo) -> Scope | None:
        """The function in which an initialiser stands, where its value depends on that: it is a parameter
        (``struct work_for_cpu wfc = { .fn = fn }`` of kernel/workqueue.c), a local variable, or a member.
        """
        if not r.function:
            return None
        for f in self._reader.functions_named(r.function):
            if f.file_id == r.file_id and f.kind != "macro" and f.line <= r.line <= f.end_line:
                scope = self.scope(f)
                names = set(_IDENTIFIER.findall(r.value))
                if any(scope.holds(name, r.line) for name in names) or not self.constant(r.value, r.file_id):
                    return scope
        return None

    # -- expressions --------------------------------------------------------------------------------------------------

    def _sources(self, e: x.Expr, scope: Scope, line: int, depth: int = 0) -> Iterator[Inflow]:
        """The functions and places that an expression's value comes from."""
        if depth > _MAX_DEPTH:
            self.cut += 1
            return
        match e:
            case x.Name(name):
                yield from self._name(name, scope, line, depth)
            case x.Cast(_, operand) | x.Unary("&" | "*", operand) | x.Assign("=", _, operand):
                yield from self._sources(operand, scope, line, depth + 1)
            case x.Binary(",", _, right):
                yield from self._sources(right, scope, line, depth + 1)
            case x.Cond(test, then, other):
                yield from self._sources(then if then is not None else test, scope, line, depth + 1)
                yield from self._sources(other, scope, line, depth + 1)
            case x.Member():
                found = self.member(e, scope, line)
                if found is not None and self._may_hold(found.ctype, scope.file_id):
                    yield Inflow(_slot_place(found.owner, found.field, found.home), None, "")
            case x.Index(base, _):
                yield from self._elements(base, scope, line, depth)
            case x.Generic():
                for arm in self._types.chosen(e, scope, line):
                    yield from self._sources(arm, scope, line, depth + 1)
            case x.StmtExpr(decls, _, result) if result is not None:
                with scope.declaring(decls):
                    yield from list(self._sources(result, scope, line, depth + 1))
            case x.Call(func, _):
                opened = self._types.expanded(e, scope)
                if opened is not None:
                    yield from self._sources(opened, scope, line, depth + 1)
                elif isinstance(func, x.Name):
                    for f in self._names.functions(func.name, scope.file_id):
                        if not self._may_hold(self._types.returned(f.name, f.file_id), f.file_id):
                            continue
                        yield Inflow(Place("return", f.id, ""), None, "")

    def member(self, e: x.Member, scope: Scope, line: int) -> MemberType | None:
        """The slot that a member expression names."""
        base = self._types.type_of(e.base, scope, line)
        return self._types.member(self._types.resolved(base, scope, line), e.field, scope.file_id)

    def _name(self, name: str, scope: Scope, line: int, depth: int) -> Iterator[Inflow]:
        position = scope.macro_param(name)
        if position is not None:
            yield Inflow(Place("param", scope.function.id, position), None, "")
            return
        if scope.holds(name, line):
            decl = scope.local(name, line)
            if decl is None:
                param = scope.param(name)
                if param is not None and self._may_hold(param[1].ctype, scope.file_id):
                    yield Inflow(Place("param", scope.function.id, param[0]), None, "")
            elif decl.init is not None:  # declared by a statement expression around this one
                yield from self._sources(decl.init, scope, line, depth + 1)
            elif self._may_hold(self._types.resolved(decl.ctype, scope, line), scope.file_id):
                declared = scope.declaration(name, line)
                if declared is not None:
                    yield Inflow(Place("local", scope.function.id, f"{declared[0].line} {name}"), None, "")
            return
        functions = self._names.called(name, scope.file_id)
        if functions:
            for f in functions:
                yield Inflow(f, None, f.guard)
            return
        name = self._names.alias(name, scope.file_id)
        static_call = _STATIC_CALL.fullmatch(name)
        if static_call is not None:
            yield Inflow(Place("static_call", static_call[1], ""), None, "")
            return
        rows = [r for r in self._reader.objects(name) if not r.function or r.function == scope.function.name]
        if rows:
            yield Inflow(Place("global", self.home(name, scope.file_id), name), None, "")

    def _may_hold(self, t: CType | None, file_id: int) -> bool:
        """Whether a value of this type may be a function's address: pointers to functions, tables of them, and the
        untyped words that kernel code passes them in (``void *``, ``unsigned long``); an unknown type may.
        """
        t = self._types.plain(t, file_id)
        while isinstance(t, Pointer | Array):
            t = self._types.plain(strip_pointer(t), file_id)
            if isinstance(t, Base):
                return t.name == "void"
        if isinstance(t, Base):
            return t.name in ("unsigned long", "long", "?")
        return not isinstance(t, Tagged)

    def home(self, name: str, file_id: int) -> int:
        """The file that an object of this name is private to, as seen from ``file_id``; 0 for an external one."""
        own = any(o.linkage == "static" and o.file_id == file_id for o in self._reader.objects(name))
        return file_id if own else 0

    def _elements(self, base: x.Expr, scope: Scope, line: int, depth: int) -> Iterator[Inflow]:
        while isinstance(base, x.Index):
            base = base.base
        if isinstance(base, x.Member):
            yield from self._sources(base, scope, line, depth + 1)
        elif isinstance(base, x.Name):
            if not scope.holds(base.name, line):
                yield Inflow(Place("table", self.home(base.name, scope.file_id), base.name), None, "")
                return
            for r in self._reader.registrations_of_object(base.name):
                if r.file_id == scope.file_id and r.function == scope.function.name and "." not in r.path:
                    yield from self._registered(r)

    # -- names at file scope ------------------------------------------------------------------------------------------

    def registered(self, r: RegistrationInfo) -> tuple[Holding, ...]:
        """The functions that an initialiser's value is: outside functions names, casts, conditionals and wrappers."""
        return self._solve(tuple(self._registered(r)))

    def constant(self, value: str, file_id: int) -> tuple[FunctionInfo, ...]:
        """The functions that a constant expression names."""
        return self._constant(self._types.parse(value), file_id, 0)

    def named(self, e: x.Expr, scope: Scope, line: int) -> tuple[FunctionInfo, ...]:
        """The functions that a value names outright: no flow, only casts and conditionals."""
        match e:
            case x.Name(name):
                if scope.holds(name, line):
                    return ()
                return self._names.called(name, scope.file_id)
            case x.Cast(_, operand) | x.Unary("&" | "*", operand) | x.Assign("=", _, operand):
                return self.named(operand, scope, line)
            case x.Cond(test, then, other):
                return (*self.named(then if then is not None else test, scope, line), *self.named(other, scope, line))
        return ()

    def _constant(self, e: x.Expr, file_id: int, depth: int) -> tuple[FunctionInfo, ...]:
        if depth > _MAX_DEPTH:
            return ()
        match e:
            case x.Name(name):
                functions = self._names.called(name, file_id)
                if functions:
                    return functions
                name = self._names.alias(name, file_id)
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

    # -- facts --------------------------------------------------------------------------------------------------------

    def call_sites(self, function: FunctionInfo) -> list[tuple[FunctionInfo, CallFact]]:
        """The direct calls of a function, by name, in files where the name means it."""
        found: list[tuple[FunctionInfo, CallFact]] = []
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

    def assignments_to(self, name: str, file_id: int) -> Iterator[tuple[Scope, AssignFact]]:
        """The assignments that may be to the object ``name`` or to its elements."""
        for fid in self._reader.mentions("a", name)[:MAX_CALLERS]:
            f = self._reader.function(fid)
            if f is None or f.kind == "macro" or (file_id and f.file_id != file_id):
                continue
            scope = self.scope(f)
            for a in scope.body.assigns:
                if last_member(a.target) == name:
                    yield scope, a

    def slot_assignments(self, struct: str, field: str, home: int | None = None) -> list[tuple[Scope, AssignFact]]:
        """Every ``x->field = value`` whose ``x`` is a ``struct``."""
        found = []
        for fid, file_id, a, tag in self._assignments_memo(struct, field):
            name = last_member(a.target)
            possible = self._types.members(tag, name)
            if possible is not None and all(m.owner != struct for m in possible):
                continue
            member = self._types.member_of(tag, name, file_id)
            if member is None or member.field != field:  # a field of that name may be an alias of another
                continue
            if member.owner == struct and (home is None or member.home == home):
                function = self._reader.function(fid)
                if function is not None:
                    found.append((self.scope(function), a))
        return found

    def _assignments(self, struct: str, field: str) -> tuple[tuple[int, int, AssignFact, str], ...]:
        """Every ``x->field = value`` whose ``x`` may be a ``struct``, with its function, its file, and the tag of what
        ``x`` is or points to.
        """
        found = []
        names = self._reader.spellings(field)
        for f in self._reader.functions(self._slots.mentioning("a", struct, field)):
            if f.kind == "macro":
                continue
            for a in self._reader.body(f.id).assigns:
                if not any(name in a.target for name in names) or last_member(a.target) not in names:
                    continue
                target = self._types.parse(a.target)
                while isinstance(target, x.Index) or (isinstance(target, x.Unary) and target.op == "*"):
                    target = target.base if isinstance(target, x.Index) else target.operand
                if not isinstance(target, x.Member) or target.field not in names:
                    continue
                scope = self.scope(f)
                base = self._types.resolved(self._types.type_of(target.base, scope, a.line), scope, a.line)
                tag = self._types.record_tag(base, f.file_id)
                if tag:
                    found.append((f.id, f.file_id, a, tag))
        return tuple(found)

    def static_call_key(self, text: str) -> tuple[str, str, str] | None:
        """The key of a static call whose callee is spelled ``text``, and the slot (struct, field) that it stands
        for.
        """
        m = _STATIC_CALL.search(text)
        if m is None:
            return None
        for pattern, struct in _KEY_SLOTS:
            slot = pattern.fullmatch(m[1])
            if slot is not None:
                return m[1], struct, slot[1]
        return m[1], "", ""
