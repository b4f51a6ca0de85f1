# SPDX-License-Identifier: MIT
"""Which objects a pointer can lead to, and which functions those objects hold.

Objects are told apart by the variable that they are (``inet_stream_ops``), or by the record and member that they are
(every ``work`` inside a ``struct foo`` is one object, in whatever foo). The flow is that of
:mod:`xref.resolve.valueflow.values`, but it carries pointers to data instead of pointers to functions: field-based,
without regard to order, backwards from the place where it is asked (see :mod:`xref.resolve.valueflow.flow`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from xref.parse import ctree as x
from xref.parse.ctree import Array, Pointer, Tagged
from xref.resolve.language.scope import Scope
from xref.resolve.lookup.slots import members_of_path
from xref.resolve.lookup.written import Written
from xref.resolve.model import Place, Step
from xref.resolve.valueflow.flow import Flow, Inflow, slot_place
from xref.resolve.valueflow.values import Values
from xref.store.model import FunctionInfo, RegistrationInfo

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


class Objects(Flow[Thing]):
    """Follows pointers to data. One instance serves one index."""

    def __init__(self, written: Written, values: Values) -> None:
        super().__init__(written)
        self._values = values
        self._answers: dict[tuple[Inflow[Thing], ...], dict[Thing, tuple[Step, ...]]] = {}
        self._holders: dict[tuple[str, str], dict[int, dict[Thing, Step]]] = {}

    # -- questions ----------------------------------------------------------------------------------------------------

    def receivers(self, e: x.Member, scope: Scope, line: int) -> dict[Thing, tuple[Step, ...]]:
        """The objects whose member ``e`` names, each with the steps by which its address came here."""
        base = e.base if e.arrow else x.Unary("&", e.base)
        first = tuple(dict.fromkeys(self.sources(base, scope, line)))
        known = self._answers.get(first)
        if known is None:
            known = self._answers[first] = {thing: steps for thing, steps, _ in self.solve(first, _MAX_PLACES)}
        return known

    def told(self, e: x.Expr, scope: Scope, line: int) -> Iterator[Thing | Place]:
        """The objects that a pointer leads to, and the parameters and other places that it comes from, as far as the
        function around it tells: its own variables are seen through.
        """
        seen: set[Thing | Place] = set()
        todo = deque(self.sources(e, scope, line))
        while todo:
            source = todo.popleft().source
            if source in seen:
                continue
            seen.add(source)
            if isinstance(source, Place) and source.kind == "local":
                todo.extend(self.into(source))
            else:
                yield source

    def holders(self, struct: str, field: str) -> dict[int, dict[Thing, Step]]:
        """The functions (by row) that ``struct.field`` holds by name, and in which objects."""
        known = self._holders.get((struct, field))
        if known is None:
            known = self._holders[struct, field] = {}
            for thing, functions, step in self._holding(struct, field):
                for f in functions:
                    known.setdefault(f.id, {}).setdefault(thing, step)
        return known

    def _holding(self, struct: str, field: str) -> Iterator[tuple[Thing, tuple[FunctionInfo, ...], Step]]:
        for r in self._written.slots.registrations(struct, field):
            functions = self._values.constant(r.value, r.file_id)
            if functions:
                yield self.registered_in(r), functions, Step("registration", r.file_id, r.line)
        for scope, a in self._written.slot_assignments(struct, field):
            functions = self._values.named(self._types.parse(a.value), scope, a.line)
            target = self._types.parse(a.target)
            if functions and isinstance(target, x.Member):
                for thing in self.receivers(target, scope, a.line):
                    yield thing, functions, Step("assignment", scope.file_id, a.line)

    def around(self, r: RegistrationInfo) -> tuple[str, ...]:
        """The members on the path to the one that an initialiser sets."""
        return self._types.as_declared(members_of_path(r.path)[:-1], r.file_id)

    def registered_in(self, r: RegistrationInfo) -> Thing:
        """The object whose member an initialiser sets."""
        path = self.around(r)
        if not r.object:  # a compound literal is an object of its own
            return Thing(f"({r.decl})@{r.line}", r.file_id, r.function, "", path)
        return self._variable(r.object, r.file_id, r.function, path)

    def constant_sources(self, r: RegistrationInfo) -> Iterator[Thing]:
        """What an initialiser at file scope points to."""
        yield from self._constant(self._types.parse(r.value), r, 0)

    def _constant(self, e: x.Expr, r: RegistrationInfo, depth: int) -> Iterator[Thing]:
        e = _bare(e)
        if isinstance(e, x.Cond):
            for arm in (e.then if e.then is not None else e.test, e.other):
                yield from self._constant(arm, r, depth + 1)
            return
        taken = isinstance(e, x.Unary) and e.op == "&"
        root, path = split_place(e.operand if isinstance(e, x.Unary) and taken else e)
        if isinstance(root, x.Name) and (taken or self._reader.objects(root.name)):
            yield self._variable(root.name, r.file_id, r.function, path)
        elif isinstance(e, x.Name | x.Call) and depth < _MAX_DEPTH:  # pm_ptr(&ops) is a choice of a macro's
            for reading in self._types.readings(e, r.file_id):
                yield from self._constant(reading, r, depth + 1)

    # -- expressions --------------------------------------------------------------------------------------------------

    def sources(self, e: x.Expr, scope: Scope, line: int, depth: int = 0) -> Iterator[Inflow[Thing]]:
        """The objects that a pointer leads to, as far as its own function tells, and the places that it comes from."""
        if depth > _MAX_DEPTH:
            return
        match e:
            case x.Unary("&", operand):
                yield from self._addressed(operand, scope, line, depth)
            case x.Unary("*", operand):  # READ_ONCE(p) is *(volatile typeof(p) *)&p
                operand = _bare(operand)
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
                    yield from self.elements(e.name, scope, line)
                elif isinstance(e, x.Member):
                    latest = self._written.latest.of(e, scope, line)
                    for a in latest:
                        # a place and not its sources: those of one may be those of another, and so on
                        yield Inflow(Place("assigned", scope.function.id, scope.body.assigns.index(a)))
                    found = self._written.member(e, scope, line) if not latest else None
                    if found is not None and found.field:
                        yield Inflow(slot_place(found.owner, found.field, found.home))
            case x.StmtExpr(decls, _, result) if result is not None:
                with scope.declaring(decls):
                    yield from list(self.sources(result, scope, line, depth + 1))
            case x.Call(func, _):
                opened = self._types.expanded(e, scope)
                if opened is not None:
                    yield from self.sources(opened, scope, line, depth + 1)
                elif isinstance(func, x.Name):
                    for f in self._written.names.called(func.name, scope.file_id):
                        yield Inflow(Place("return", f.id, ""))

    def _name(self, name: str, scope: Scope, line: int, depth: int) -> Iterator[Inflow[Thing]]:
        position = scope.macro_param(name)
        if position is not None:
            yield Inflow(Place("param", scope.function.id, position))
        elif scope.holds(name, line):
            decl = scope.local(name, line)
            if decl is not None and isinstance(self._types.plain(decl.ctype, scope.file_id), Array | Tagged):
                yield Inflow(self._variable(name, scope.file_id, scope.function.name, ()))
            else:
                yield from self.variable(name, scope, line, depth)
        elif self._reader.objects(name):
            t = self._types.plain(self._types.object_type(name, scope.file_id, scope.function.name), scope.file_id)
            if isinstance(t, Array | Tagged):
                yield Inflow(self._variable(name, scope.file_id, scope.function.name, ()))
            else:
                yield Inflow(Place("global", self._written.home(name, scope.file_id), name))

    def _addressed(self, e: x.Expr, scope: Scope, line: int, depth: int) -> Iterator[Inflow[Thing]]:
        """The object that an lvalue is (part of)."""
        e = _bare(e)
        if isinstance(e, x.Unary) and e.op == "*":
            yield from self.sources(e.operand, scope, line, depth + 1)
            return
        if isinstance(e, x.Call | x.StmtExpr):
            opened = self._types.expanded(e, scope) if isinstance(e, x.Call) else e.result
            if opened is not None and depth < _MAX_DEPTH:
                yield from self._addressed(opened, scope, line, depth + 1)
            return
        e = self.followed(e, scope, line)
        if isinstance(e, x.Index):
            yield from self.sources(e.base, scope, line, depth + 1)
            return
        root, path = split_place(e)
        if isinstance(root, x.Name):
            name = root.name
            if scope.holds(name, line) and scope.local(name, line) is None:
                return  # the address of a parameter's own storage
            if scope.holds(name, line) or self._reader.objects(name):
                yield Inflow(self._variable(name, scope.file_id, scope.function.name, path))
        elif isinstance(root, x.Member):
            found = self._written.member(root, scope, line)
            if found is not None and found.field:
                yield Inflow(Thing("", found.home, "", found.owner, (found.field, *path)))

    def followed(self, e: x.Expr, scope: Scope, line: int) -> x.Expr:
        """The same lvalue with ``p[i].a`` spelled ``p->a`` where ``p`` is a pointer: a subscript follows it.
        What is left of ``p[i]`` alone is a subscript; of an array's element, the array.
        """
        match e:
            case x.Cast(_, operand):
                return self.followed(operand, scope, line)
            case x.Index(base, index):
                if isinstance(self._types.plain(self._types.type_of(base, scope, line), scope.file_id), Pointer):
                    return x.Index(base, index)
                return self.followed(base, scope, line)
            case x.Member(base, field, False):
                inner = self.followed(base, scope, line)
                if isinstance(inner, x.Index):
                    return x.Member(inner.base, field, True)
                return x.Member(inner, field, False)
        return e

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
        return Thing(name, self._written.home(name, file_id), "", "", path)


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
