# SPDX-License-Identifier: MIT
"""Which functions a pointer can hold: the flow of functions' addresses (see :mod:`xref.resolve.valueflow.flow`)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator

from xref.facts.model import CallFact
from xref.parse import ctree as x
from xref.parse.ctree import Array, Base, CType, Function, Pointer, Tagged
from xref.parse.derived import strip_pointer
from xref.resolve.language.macros import IndexedMacros
from xref.resolve.language.scope import Scope
from xref.resolve.lookup.arguments import arguments
from xref.resolve.lookup.written import Written
from xref.resolve.model import Holding, Place, Step
from xref.resolve.valueflow.asked import Asked
from xref.resolve.valueflow.flow import Flow, Inflow, slot_place
from xref.resolve.valueflow.outparams import OutParameters
from xref.store.model import FunctionInfo, RegistrationInfo
from xref.store.reader import Reader
from xref.store.stored import STATIC_CALL

_MAX_DEPTH = 24
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
# Linux keeps its security hooks in static calls named after hook and slot, whose targets are written at boot through a
# pointer that is typed by a union of all hooks (lsm_static_call_init() in security/security.c since Linux kernel commit
# 417c5643cd67 ("lsm: replace indirect LSM hook calls with static calls") in v6.12): the name is the only tie left.
_KEY_SLOTS = ((re.compile(r"lsm_static_call_(\w+)_\d+"), "security_list_options"),)


class Values(Flow[FunctionInfo]):
    """Finds which functions a pointer can hold. One instance serves one index."""

    def __init__(self, written: Written, macros: IndexedMacros) -> None:
        super().__init__(written)
        self._macros = macros
        self._names = written.names
        self._answers: dict[Place, tuple[Holding, ...]] = {}
        self._mixing: dict[Place, bool] = {}
        self.out_parameters = OutParameters(written)
        self._asked = Asked(written, self.constant)

    # -- questions ----------------------------------------------------------------------------------------------------

    def of(self, e: x.Expr, scope: Scope, line: int) -> tuple[Holding, ...]:
        """The functions that an expression's value can be."""
        return self._holdings(self.sources(e, scope, line))

    def besides(self, e: x.Expr, scope: Scope, line: int, mixing: Callable[[Place], bool]) -> tuple[Holding, ...]:
        """The same without what comes out of a place that is ``mixing`` by itself, or over a local variable:
        ``saved = rps->work.func; ...; rps->work.func = saved`` of drivers/gpu/drm/i915/gt/selftest_rps.c.
        """
        first: list[Inflow[FunctionInfo]] = []
        for inflow in self.sources(e, scope, line):
            if isinstance(inflow.source, Place) and inflow.source.kind == "local":
                first.extend(self.into(inflow.source))
            else:
                first.append(inflow)
        return self._holdings(i for i in first if not (isinstance(i.source, Place) and mixing(i.source)))

    def slot(self, struct: str, field: str, home: int | None = None, asking: int = 0) -> tuple[Holding, ...]:
        """The functions that a slot can hold: by initialisers, by assignments, by copies from other places; those that
        most objects are registered with come first. ``asking``: the file in which it is called.
        """
        place = slot_place(struct, field, home)
        return self._answer(self._asked.by(asking, place) if asking else place)

    def parameter(self, function: FunctionInfo, position: int) -> tuple[Holding, ...]:
        """The functions that callers hand in as an argument."""
        return self._answer(Place("param", function.id, position))

    def static_call(self, key: str) -> tuple[Holding, ...]:
        """The targets of a static call: its definition's, and what ``static_call_update`` gives it later."""
        return self._answer(Place("static_call", key, ""))

    def values_of(self, r: RegistrationInfo) -> tuple[Holding, ...]:
        """The functions that an initialiser's value is: outside functions names, casts, conditionals and wrappers."""
        return self._holdings(self.registered(r))

    def held_in(self, place: Place) -> tuple[Holding, ...]:
        """The functions that a place of the flow can hold."""
        return self._answer(place)

    def _answer(self, place: Place) -> tuple[Holding, ...]:
        known = self._answers.get(place)
        if known is None:
            known = self._answers[place] = self._holdings((Inflow(place),))
        return known

    def _holdings(self, first: Iterable[Inflow[FunctionInfo]]) -> tuple[Holding, ...]:
        return tuple(Holding(f, steps, guard or f.guard) for f, steps, guard in self.solve(first))

    # -- what is carried ----------------------------------------------------------------------------------------------

    def identity(self, carried: FunctionInfo) -> Hashable:
        """A function's row."""
        return carried.id

    def in_order(self, place: Place, inflows: tuple[Inflow[FunctionInfo], ...]) -> tuple[Inflow[FunctionInfo], ...]:
        """In a slot the commonest first; here rather than in ``slot``: a pointer that was loaded from a slot and is
        called later (INDIRECT_CALL_2 of include/linux/indirect_call_wrapper.h) has its targets in the same order.
        """
        if place.kind != "slot":
            return inflows
        count = Counter(i.source.id for i in inflows if isinstance(i.source, FunctionInfo))
        return tuple(
            sorted(inflows, key=lambda i: -count[i.source.id] if isinstance(i.source, FunctionInfo) else 0),
        )

    def carries(self, t: CType | None, file_id: int) -> bool:
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

    def told_apart(self, place: Place, scope: Scope) -> Place:
        """The place as it is asked for in a file (see :mod:`xref.resolve.valueflow.asked`)."""
        return self._asked.by(scope.file_id, place)

    def mixes(self, place: Place) -> bool:
        """Words and untyped pointers: a slot ``void *private`` holds whatever anyone has put into it."""
        known = self._mixing.get(place)
        if known is None:
            known = self._mixing[place] = self._mixes(place)
        return known

    def _mixes(self, place: Place) -> bool:
        kind, owner, name = place[:3]
        t: CType | None = None
        file_id = 0
        if kind == "slot":
            field, _, home = str(name).partition(" ")
            members = self._types.members(str(owner), field) or ()
            found = [m for m in members if not home or m.home == int(home)]
            there = next((record.file_id for record in self._reader.records(str(owner))), 0)
            return bool(found and there) and all(self._is_word(m.ctype, m.home or there) for m in found)
        if kind in ("param", "local", "return"):
            function = self._reader.function(int(owner))
            if function is None or function.kind == "macro":
                return False
            file_id = function.file_id
            scope = self._written.scope(function)
            if kind == "param":
                t = scope.params[int(name)].ctype if int(name) < len(scope.params) else None
            elif kind == "return":
                t = self._types.returned(function.name, file_id)
            else:
                at, _, local = str(name).partition(" ")
                t = next((d.ctype for fact, d in scope.declarations(local) if fact.line == int(at)), None)
        return self._is_word(t, file_id)

    def _is_word(self, t: CType | None, file_id: int) -> bool:
        t = self._types.plain(t, file_id)
        while isinstance(t, Pointer | Array):
            t = self._types.plain(strip_pointer(t), file_id)
        return isinstance(t, Base) and t.name != "?"

    def fills(self, target: str, name: str) -> bool:
        """Elements of an array: ``io_callbacks[j] = in_intr`` of drivers/char/virtio_console.c."""
        return target.endswith("]") and target.partition("[")[0].rstrip() == name

    def follows_all(self, function: FunctionInfo, position: int) -> bool:
        """A parameter that is declared as a function, and what macros pass through to one."""
        return function.kind == "macro" or self.is_callback(function, position)

    def compute(self, place: Place) -> Iterator[Inflow[FunctionInfo]]:
        """What flows into a place; of the flows this one alone has static calls, tells who asks for a table's, and has
        slots that a function is handed the address of.
        """
        if place.of:
            yield from self._into_asked(place)
            return
        if place.kind == "static_call":
            yield from self._into_static_call(str(place.owner))
            return
        yield from super().compute(place)
        if place.kind == "slot":
            for scope, stored in self.out_parameters.into(str(place.owner), str(place.name).partition(" ")[0]):
                step = Step("argument", scope.file_id, stored.call.line)
                if stored.argument is None:
                    yield from self._assigned(stored.fact, self._written.scope(stored.inside))
                else:
                    text = arguments(stored.call.arguments)[stored.argument]
                    yield from self._stepped(text, scope, stored.call.line, step, stored.call.guard)

    def _into_asked(self, place: Place) -> Iterator[Inflow[FunctionInfo]]:
        every = self.into(place._replace(of=frozenset()))
        if place.kind == "slot":
            own = self._asked.own(place)
            yield from (i for i in every if own is None or (i.step is not None and i.step.file_id in own))
            return
        for inflow in every:
            source = inflow.source
            if isinstance(source, Place) and source.kind == "local":
                source = source._replace(of=place.of)
            elif isinstance(source, Place):
                source = self._asked.by(self._asked.asking(place), source)
            yield inflow._replace(source=source)

    def registered(self, r: RegistrationInfo) -> Iterator[Inflow[FunctionInfo]]:
        """The same, and the elements of a table that is named: ``.actions = pkcs7_action_table``."""
        told = False
        for inflow in super().registered(r):
            told = True
            yield inflow
        if not told and r.name and self._is_table(r.name, r.file_id):
            table = Place("table", self._written.home(r.name, r.file_id), r.name)
            yield Inflow(table, Step("registration", r.file_id, r.line), r.guard)

    def _is_table(self, name: str, file_id: int) -> bool:
        """Whether a name means an array of pointers to functions in a file."""
        t = self._types.plain(self._types.object_type(name, file_id), file_id)
        if not isinstance(t, Array):
            return False
        while isinstance(t, Pointer | Array):
            t = self._types.plain(strip_pointer(t), file_id)
        return isinstance(t, Function)

    def inside(self, r: RegistrationInfo) -> Scope | None:
        """The function in which an initialiser stands, where its value depends on that: it is a parameter
        (``struct work_for_cpu wfc = { .fn = fn }`` of kernel/workqueue.c), a local variable, or a member.
        """
        scope = super().inside(r)
        if scope is not None and self.constant(r.value, r.file_id):
            names = set(_IDENTIFIER.findall(r.value))
            return scope if any(scope.holds(name, r.line) for name in names) else None
        return scope

    def _into_static_call(self, key: str) -> Iterator[Inflow[FunctionInfo]]:
        for pattern, struct in _KEY_SLOTS:
            m = pattern.fullmatch(key)
            if m is not None:
                yield Inflow(slot_place(struct, m[1], None))
                return
        for name in (f"__SCK__{key}", f"__SCT__{key}"):
            for r in self._reader.registrations_of_object(name):
                if r.field == "func":
                    yield from self.registered(r)
        for fid in self._reader.mentions("v", f"__SCK__{key}"):
            f = self._reader.function(fid)
            if f is None or f.kind == "macro":
                continue
            scope = self._written.scope(f)
            for call in scope.body.calls:
                if updated_key(call) == key:
                    args = arguments(call.arguments)
                    if len(args) > 2:
                        step = Step("static_call_update", f.file_id, call.line)
                        yield from self._stepped(args[2], scope, call.line, step, call.guard)

    # -- expressions --------------------------------------------------------------------------------------------------

    def sources(self, e: x.Expr, scope: Scope, line: int, depth: int = 0) -> Iterator[Inflow[FunctionInfo]]:
        """The functions and places that an expression's value comes from."""
        if depth > _MAX_DEPTH:
            self.cut += 1
            return
        match e:
            case x.Name(name):
                yield from self._name(name, scope, line, depth)
            case x.Cast(ctype, operand):
                yield from self.sources(operand, scope, line, depth + 1)
                match ctype:
                    case x.TypeofExpr(x.Unary("&", x.Name() as itself)):
                        # #define symbol_get(x) ((typeof(&x))(__symbol_get(__stringify(x))))   include/linux/module.h
                        yield from self.sources(itself, scope, line, depth + 1)
            case x.Unary("&" | "*", operand) | x.Assign("=", _, operand):
                yield from self.sources(operand, scope, line, depth + 1)
            case x.Binary(",", _, right):
                yield from self.sources(right, scope, line, depth + 1)
            case x.Cond(test, then, other):
                yield from self.sources(then if then is not None else test, scope, line, depth + 1)
                yield from self.sources(other, scope, line, depth + 1)
            case x.Member():
                found = self._written.member(e, scope, line)
                if found is not None:
                    slot = slot_place(found.owner, found.field, found.home)
                    if self.leads(slot) and self.carries(found.ctype, scope.file_id):
                        yield Inflow(self.told_apart(slot, scope))
            case x.Index(base, _):
                while isinstance(base, x.Index):
                    base = base.base
                if isinstance(base, x.Member):
                    yield from self.sources(base, scope, line, depth + 1)
                elif isinstance(base, x.Name):
                    yield from self.elements(base.name, scope, line)
            case x.Generic():
                for arm in self._types.chosen(e, scope, line):
                    yield from self.sources(arm, scope, line, depth + 1)
            case x.StmtExpr(decls, _, result) if result is not None:
                with scope.declaring(decls):
                    yield from list(self.sources(result, scope, line, depth + 1))
            case x.Call(func, _):
                opened = self._types.expanded(e, scope)
                if opened is not None:
                    yield from self.sources(opened, scope, line, depth + 1)
                elif isinstance(func, x.Name):
                    for f in self._names.called(func.name, scope.file_id):
                        made = Place("return", f.id, "")
                        if self.leads(made) and self.carries(self._types.returned(f.name, f.file_id), f.file_id):
                            yield Inflow(self.told_apart(made, scope))

    def _name(self, name: str, scope: Scope, line: int, depth: int) -> Iterator[Inflow[FunctionInfo]]:
        position = scope.macro_param(name)
        if position is not None:
            yield Inflow(Place("param", scope.function.id, position))
            return
        if scope.holds(name, line):
            local = scope.local(name, line)
            if local is not None and isinstance(local.ctype, Array):
                yield from self.elements(name, scope, line)
            else:
                yield from self.variable(name, scope, line, depth)
            return
        functions = self._names.called(name, scope.file_id)
        if functions:
            for f in functions:
                yield Inflow(f, None, f.guard)
            return
        name = self._names.alias(name, scope.file_id)
        static_call = STATIC_CALL.fullmatch(name)
        if static_call is not None:
            yield Inflow(Place("static_call", static_call[1], ""))
            return
        rows = [r for r in self._reader.objects(name) if not r.function or r.function == scope.function.name]
        if rows:
            home = self._written.home(name, scope.file_id)
            if self.leads(Place("table", home, name)) or self.leads(Place("global", home, name)):
                # an array that is handed over is its elements to who subscripts it
                kind = "table" if self._is_table(name, scope.file_id) else "global"
                yield Inflow(Place(kind, home, name))

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

    # -- constants ----------------------------------------------------------------------------------------------------

    def constant_sources(self, r: RegistrationInfo) -> Iterator[FunctionInfo]:
        """The functions that an initialiser at file scope names."""
        return iter(self.constant(r.value, r.file_id))

    def constant(self, value: str, file_id: int) -> tuple[FunctionInfo, ...]:
        """The functions that a constant expression names."""
        return self._constant(self._types.parse(value), file_id, 0)

    def _constant(self, e: x.Expr, file_id: int, depth: int) -> tuple[FunctionInfo, ...]:
        if depth > _MAX_DEPTH:
            return ()
        match e:
            case x.Name(name):
                functions = self._names.called(name, file_id)
                if functions:
                    return functions
                e = x.Name(self._names.alias(name, file_id))
                return self._constants(self._types.readings(e, file_id), file_id, depth)
            case x.Cast(_, operand) | x.Unary("&" | "*", operand):
                return self._constant(operand, file_id, depth + 1)
            case x.Cond(test, then, other):
                first = self._constant(then if then is not None else test, file_id, depth + 1)
                return (*first, *(f for f in self._constant(other, file_id, depth + 1) if f not in first))
            case x.Call():
                return self._constants(self._types.readings(e, file_id), file_id, depth)
        return ()

    def _constants(self, readings: Iterable[x.Expr], file_id: int, depth: int) -> tuple[FunctionInfo, ...]:
        return tuple({f.id: f for e in readings for f in self._constant(e, file_id, depth + 1)}.values())


def keys_of_slot(reader: Reader, struct: str, field: str) -> Iterator[str]:
    """The keys of static calls that are named after a slot."""
    for pattern, owner in _KEY_SLOTS:
        if owner == struct:
            for name in reader.names_called_through(f"__SCT__{pattern.pattern.partition('(')[0]}{field}_"):
                key = name.removeprefix("__SCT__")
                m = pattern.fullmatch(key)
                if m is not None and m[1] == field:
                    yield key


def updated_key(call: CallFact) -> str:
    """The key of the static call that ``__static_call_update(&key, ...)`` gives another target; '' for other calls."""
    m = STATIC_CALL.search(call.arguments) if call.callee == "__static_call_update" else None
    return m[1] if m is not None else ""


def static_call_key(text: str) -> tuple[str, str, str] | None:
    """The key of a static call whose callee is spelled ``text``, and the slot (struct, field) that it stands for."""
    m = STATIC_CALL.search(text)
    if m is None:
        return None
    for pattern, struct in _KEY_SLOTS:
        slot = pattern.fullmatch(m[1])
        if slot is not None:
            return m[1], struct, slot[1]
    return m[1], "", ""
