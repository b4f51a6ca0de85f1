# SPDX-License-Identifier: MIT
"""Which objects a pointer can lead to, and which functions those objects hold.

An object is told from another by the variable it is (``inet_stream_ops``), or by the member of which record it is
(every ``work`` inside a ``struct foo`` is one object, whatever foo). The flow is that of :mod:`xref.resolve.values`,
carried by pointers to data instead of pointers to functions: field-based, insensitive to order, backwards from the
place where it is asked.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from xref.facts.model import AssignFact
from xref.parse import ctree as x
from xref.parse.cexpr import parse_args
from xref.parse.ctree import Array, Tagged
from xref.resolve.model import Place, Step
from xref.resolve.scope import Scope
from xref.resolve.slots import Slots, members_of_path
from xref.resolve.types import Types
from xref.resolve.values import Values
from xref.store.model import FunctionInfo, RegistrationInfo
from xref.store.reader import Reader

_MAX_PLACES = 300
"""How many places one question may visit; pointers that have come farther tell little."""
_MAX_DEPTH = 12


class Thing(NamedTuple):
    """An object: the variable ``name`` (``home``: the file of a static one, 0 for an external one; ``function``: of a
    local one), or, with ``name`` empty, every object that is a member of a ``struct owner`` (``home``: the file of a
    struct whose tag other files give to structs of their own). ``path`` leads from there to the part that is meant.
    """

    name: str
    home: int
    function: str
    owner: str
    path: tuple[str, ...]


class Objects:
    """Follows pointers to data. One instance serves one index."""

    def __init__(self, reader: Reader, types: Types, slots: Slots, values: Values) -> None:
        self._reader = reader
        self._types = types
        self._slots = slots
        self._values = values
        self._inflows: dict[Place, tuple[tuple[Thing | Place, Step], ...]] = {}
        self._answers: dict[tuple[Thing | Place, ...], dict[Thing, tuple[Step, ...]]] = {}
        self._holders: dict[tuple[str, str], dict[int, dict[Thing, Step]]] = {}

    # -- questions ----------------------------------------------------------------------------------------------------

    def receivers(self, e: x.Member, scope: Scope, line: int) -> dict[Thing, tuple[Step, ...]]:
        """The objects whose member ``e`` names, each with the steps by which its address came here."""
        base = e.base if e.arrow else x.Unary("&", e.base)
        return self._solve(tuple(dict.fromkeys(self.sources(base, scope, line))))

    def holders(self, struct: str, field: str) -> dict[int, dict[Thing, Step]]:
        """The functions (by row) that ``struct.field`` holds by name, and in which objects."""
        known = self._holders.get((struct, field))
        if known is None:
            known = self._holders[struct, field] = {}
            for thing, functions, step in self._written(struct, field):
                for f in functions:
                    known.setdefault(f.id, {}).setdefault(thing, step)
        return known

    def _written(self, struct: str, field: str) -> Iterator[tuple[Thing, tuple[FunctionInfo, ...], Step]]:
        for r in self._slots.registrations(struct, field):
            functions = self._values.constant(r.value, r.file_id)
            if functions:
                yield self.registered_in(r), functions, Step("registration", r.file_id, r.line)
        for scope, a in self._values.slot_assignments(struct, field):
            functions = self._values.named(self._types.parse(a.value), scope, a.line)
            target = self._types.parse(a.target)
            if functions and isinstance(target, x.Member):
                for thing in self.receivers(target, scope, a.line):
                    yield thing, functions, Step("assignment", scope.file_id, a.line)

    def registered_in(self, r: RegistrationInfo) -> Thing:
        """The object whose member an initialiser sets."""
        path = members_of_path(r.path)[:-1]
        if not r.object:  # a compound literal is an object of its own
            return Thing(f"({r.decl})@{r.line}", r.file_id, r.function, "", path)
        return self._variable(r.object, r.file_id, r.function, path)

    # -- the flow -----------------------------------------------------------------------------------------------------

    def _solve(self, first: tuple[Thing | Place, ...]) -> dict[Thing, tuple[Step, ...]]:
        known = self._answers.get(first)
        if known is not None:
            return known
        found: dict[Thing, tuple[Step, ...]] = {}
        seen: set[Place] = set()
        todo: deque[tuple[Thing | Place, tuple[Step, ...]]] = deque((source, ()) for source in first)
        while todo and len(seen) < _MAX_PLACES:
            source, steps = todo.popleft()
            if isinstance(source, Thing):
                found.setdefault(source, steps)
            elif source not in seen:
                seen.add(source)
                todo.extend((inflow, (*steps, step)) for inflow, step in self._into(source))
        self._answers[first] = found
        return found

    def _into(self, place: Place) -> tuple[tuple[Thing | Place, Step], ...]:
        known = self._inflows.get(place)
        if known is None:
            self._inflows[place] = ()
            known = self._inflows[place] = tuple(dict.fromkeys(self._compute(place)))
        return known

    def _compute(self, place: Place) -> Iterator[tuple[Thing | Place, Step]]:
        kind, owner, name = place
        if kind == "slot":
            for r in self._slots.registrations(str(owner), str(name)):
                yield from self._registered(r)
            for scope, a in self._values.slot_assignments(str(owner), str(name)):
                yield from self._assigned(a, scope)
        elif kind == "global":
            for r in self._reader.registrations_of_object(str(name)):
                if not members_of_path(r.path) and owner in (0, r.file_id):
                    yield from self._registered(r)
            for scope, a in self._values.assignments_to(str(name), int(owner)):
                yield from self._assigned(a, scope)
        else:
            function = self._reader.function(int(owner))
            if function is None:
                return
            if kind == "param":
                for caller, call in self._values.call_sites(function):
                    args = parse_args(call.arguments)
                    if int(name) < len(args):
                        step = Step("argument", caller.file_id, call.line)
                        argument = self._types.parse(args[int(name)])
                        for source in self.sources(argument, self._values.scope(caller), call.line):
                            yield source, step
            elif kind == "return":
                scope = self._values.scope(function)
                for ret in scope.body.returns:
                    step = Step("return", function.file_id, ret.line)
                    for source in self.sources(self._types.parse(ret.value), scope, ret.line):
                        yield source, step

    def _assigned(self, a: AssignFact, scope: Scope) -> Iterator[tuple[Thing | Place, Step]]:
        step = Step("assignment", scope.file_id, a.line)
        for source in self.sources(self._types.parse(a.value), scope, a.line):
            yield source, step

    def _registered(self, r: RegistrationInfo) -> Iterator[tuple[Thing | Place, Step]]:
        """What an initialiser at file scope points to."""
        step = Step("registration", r.file_id, r.line)
        e = self._types.parse(r.value)
        while isinstance(e, x.Cast):
            e = e.operand
        if isinstance(e, x.Unary) and e.op == "&":
            root, path = split_place(e.operand)
        else:
            root, path = split_place(e)
        if isinstance(root, x.Name) and self._reader.objects(root.name):
            yield self._variable(root.name, r.file_id, r.function, path), step

    # -- expressions --------------------------------------------------------------------------------------------------

    def sources(self, e: x.Expr, scope: Scope, line: int, depth: int = 0) -> Iterator[Thing | Place]:
        """The objects that a pointer leads to, as far as its own function tells, and the places that it comes from."""
        if depth > _MAX_DEPTH:
            return
        match e:
            case x.Unary("&", operand):
                yield from self._addressed(operand, scope, line, depth)
            case x.Unary("*", operand):  # READ_ONCE(p) is *(volatile typeof(p) *)&p
                while isinstance(operand, x.Cast):
                    operand = operand.operand
                if isinstance(operand, x.Unary) and operand.op == "&":
                    yield from self.sources(operand.operand, scope, line, depth + 1)
            case x.Cast(_, operand) | x.Assign("=", _, operand) | x.Binary(",", _, operand):
                yield from self.sources(operand, scope, line, depth + 1)
            case x.Binary("+", left, _):
                yield from self.sources(left, scope, line, depth + 1)
            case x.Cond(test, then, other):
                yield from self.sources(then if then is not None else test, scope, line, depth + 1)
                yield from self.sources(other, scope, line, depth + 1)
            case x.Name(name):
                yield from self._name(name, scope, line, depth)
            case x.Member() | x.Index():
                if self._is_array(e, scope, line):
                    yield from self._addressed(e, scope, line, depth)
                    return
                while isinstance(e, x.Index):
                    e = e.base
                if isinstance(e, x.Name):
                    yield from self._name(e.name, scope, line, depth)
                elif isinstance(e, x.Member):
                    found = self._values.member(e, scope, line)
                    if found is not None and found.field:
                        yield Place("slot", found.owner, found.field)
            case x.StmtExpr(decls, _, result) if result is not None:
                with scope.declaring(decls):
                    yield from list(self.sources(result, scope, line, depth + 1))
            case x.Call(func, _):
                opened = self._types.expanded(e, scope)
                if opened is not None:
                    yield from self.sources(opened, scope, line, depth + 1)
                elif isinstance(func, x.Name):
                    for f in self._values.functions(func.name, scope.file_id):
                        yield Place("return", f.id, "")

    def _name(self, name: str, scope: Scope, line: int, depth: int) -> Iterator[Thing | Place]:
        position = scope.macro_param(name)
        if position is not None:
            yield Place("param", scope.function.id, position)
        elif scope.holds(name, line):
            decl = scope.local(name, line)
            if decl is None:
                param = scope.param(name)
                if param is not None:
                    yield Place("param", scope.function.id, param[0])
                return
            if isinstance(self._types.plain(decl.ctype, scope.file_id), Array | Tagged):
                yield self._variable(name, scope.file_id, scope.function.name, ())
                return
            init = decl.init or (self._types.parse(decl.init_text) if decl.init_text else None)
            if init is not None:
                yield from self.sources(init, scope, line, depth + 1)
            for a in scope.body.assigns:
                if a.target == name:
                    yield from self.sources(self._types.parse(a.value), scope, a.line, depth + 1)
        elif self._reader.objects(name):
            t = self._types.plain(self._types.object_type(name, scope.file_id, scope.function.name), scope.file_id)
            if isinstance(t, Array | Tagged):
                yield self._variable(name, scope.file_id, scope.function.name, ())
            else:
                yield Place("global", self._values.home(name, scope.file_id), name)

    def _addressed(self, e: x.Expr, scope: Scope, line: int, depth: int) -> Iterator[Thing | Place]:
        """The object that an lvalue is (part of)."""
        while isinstance(e, x.Cast):
            e = e.operand
        if isinstance(e, x.Unary) and e.op == "*":
            yield from self.sources(e.operand, scope, line, depth + 1)
            return
        if isinstance(e, x.Call | x.StmtExpr):
            opened = self._types.expanded(e, scope) if isinstance(e, x.Call) else e.result
            if opened is not None and depth < _MAX_DEPTH:
                yield from self._addressed(opened, scope, line, depth + 1)
            return
        root, path = split_place(e)
        if isinstance(root, x.Name):
            name = root.name
            if scope.holds(name, line) and scope.local(name, line) is None:
                return  # the address of a parameter's own storage
            if scope.holds(name, line) or self._reader.objects(name):
                yield self._variable(name, scope.file_id, scope.function.name, path)
        elif isinstance(root, x.Member):
            found = self._values.member(root, scope, line)
            if found is not None and found.field:
                yield Thing("", found.home, "", found.owner, (found.field, *path))

    def _is_array(self, e: x.Expr, scope: Scope, line: int) -> bool:
        return isinstance(self._types.plain(self._types.type_of(e, scope, line), scope.file_id), Array | Tagged)

    def _variable(self, name: str, file_id: int, function: str, path: tuple[str, ...]) -> Thing:
        inside = (
            any(o.function == function and o.file_id == file_id for o in self._reader.objects(name))
            if function
            else False
        )
        known = any(not o.function for o in self._reader.objects(name))
        if function and (inside or not known):
            return Thing(name, file_id, function, "", path)
        return Thing(name, self._values.home(name, file_id), "", "", path)


def split_place(e: x.Expr) -> tuple[x.Expr, tuple[str, ...]]:
    """What an lvalue begins with, behind the last pointer that it follows, and the members from there:
    ``a->b.c[i].d`` begins with ``a->b``.
    """
    path: list[str] = []
    while True:
        if isinstance(e, x.Index):
            e = e.base
        elif isinstance(e, x.Cast):
            e = e.operand
        elif isinstance(e, x.Member) and not e.arrow:
            path.append(e.field)
            e = e.base
        elif isinstance(e, x.Member) and isinstance(inner := _bare(e.base), x.Unary) and inner.op == "&":
            path.append(e.field)  # (&a)->b is a.b
            e = inner.operand
        else:
            return e, tuple(reversed(path))


def _bare(e: x.Expr) -> x.Expr:
    while isinstance(e, x.Cast):
        e = e.operand
    return e
