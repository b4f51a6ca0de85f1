# SPDX-License-Identifier: MIT
"""The flow of pointers, backwards and on demand, without regard to order.

The flow is a graph. Its nodes are places that hold a value: a slot, a parameter, a local, what a function returns, a
global, the elements of a table. Each place knows, from facts alone, what is written into it by name, and the places
from which it is copied. The answer for a place is everything that is written into any place that flows into it. Members
are told apart by the type that declares them, not by object (field-based, as in Pearce, Kelly and Hankin, "Efficient
field-sensitive pointer analysis of C", 2007, section 2).

What is carried depends on the flow: functions (:mod:`xref.resolve.valueflow.values`), objects
(:mod:`xref.resolve.objects.objects`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Hashable, Iterable, Iterator
from typing import Final, Generic, NamedTuple, TypeVar

from xref.facts.model import AssignFact
from xref.parse import ctree as x
from xref.parse.ctree import Array, CType, Function, Pointer
from xref.parse.derived import strip_pointer
from xref.resolve.language.scope import Scope
from xref.resolve.lookup.arguments import arguments
from xref.resolve.lookup.written import ALL_CALLERS, MAX_CALLERS, Written
from xref.resolve.model import Place, Step
from xref.store.model import FunctionInfo, RegistrationInfo

Carried = TypeVar("Carried")


class Inflow(NamedTuple, Generic[Carried]):
    """What flows into a place: something by name, or another place; with the step that brings it, and the condition of
    that.
    """

    source: Carried | Place
    step: Step | None = None
    guard: str = ""


class Arrival(NamedTuple, Generic[Carried]):
    """What arrives where it was asked for, the steps by which it came (the nearest first), and the innermost guard."""

    carried: Carried
    steps: tuple[Step, ...]
    guard: str


def slot_place(struct: str, field: str, home: int | None) -> Place:
    """A slot's place; ``home`` None means the records of every file that have this tag."""
    return Place("slot", struct, field if home is None else f"{field} {home}")


class Flow(ABC, Generic[Carried]):
    """One flow. The inflows of a place are worked out once."""

    MOST: Final = 1500
    """How many places one question may visit; a flow as wide as that ties everything to everything."""
    MOST_MIXED: Final = 300
    """How many of these may be places that anything passes through (see ``mixes``); they are visited last."""
    LONGEST: Final = 100
    """How many places in a row, each with one source alone, are answered one inside another."""

    def __init__(self, written: Written) -> None:
        self._written = written
        self._reader = written.reader
        self._types = written.types
        self._inflows: dict[Place, tuple[Inflow[Carried], ...]] = {}
        self._arrivals: dict[Place, list[Arrival[Carried]]] = {}
        self._nested = 0
        self.cut = 0
        """How many questions were too wide to be followed to the end."""

    # -- what is carried ----------------------------------------------------------------------------------------------

    @abstractmethod
    def sources(self, e: x.Expr, scope: Scope, line: int, depth: int = 0) -> Iterator[Inflow[Carried]]:
        """What an expression's value is, as far as its own function tells, and the places that it comes from."""

    @abstractmethod
    def constant_sources(self, r: RegistrationInfo) -> Iterator[Carried]:
        """The same for the value of an initialiser at file scope."""

    def identity(self, carried: Carried) -> Hashable:
        """What tells one thing that is carried from another."""
        return carried

    def carries(self, t: CType | None, file_id: int) -> bool:
        """Whether a value of this type can be what is carried."""
        return True

    def leads(self, place: Place) -> bool:
        """Whether anybody wants to know of this place as a source; it is asked before its type is."""
        return True

    def mixes(self, place: Place) -> bool:
        """Whether the type of a place lets anything in: what comes that way is looked at last, and only so far."""
        return False

    def follows_all(self, function: FunctionInfo, position: int) -> bool:
        """Whether every caller is asked what it hands over as a parameter, however many there are."""
        return False

    def fills(self, target: str, name: str) -> bool:
        """Whether an assignment to ``target`` fills what the variable ``name`` points to."""
        return False

    def settles(self, inflows: tuple[Inflow[Carried], ...]) -> bool:
        """Whether nobody wants to know more, now that these are found."""
        return False

    def in_order(self, place: Place, inflows: tuple[Inflow[Carried], ...]) -> tuple[Inflow[Carried], ...]:
        """The inflows of a place, the most telling first."""
        return inflows

    # -- the walk -----------------------------------------------------------------------------------------------------

    def solve(self, first: Iterable[Inflow[Carried]], most: int = MOST) -> list[Arrival[Carried]]:
        """All that is in the places that flow into ``first``, nearest first; breadth-first, so the steps of each are
        the fewest there are.
        """
        first = tuple(first)
        if self.settles(first):
            return [Arrival(i.source, (), "") for i in first if not isinstance(i.source, Place)]
        found: dict[Hashable, Arrival[Carried]] = {}
        seen: set[Place] = set()
        todo: deque[tuple[Inflow[Carried], tuple[Step, ...], str]] = deque((i, (), "") for i in first)
        mixed: deque[tuple[Inflow[Carried], tuple[Step, ...], str]] = deque()
        left = self.MOST_MIXED
        while todo or mixed:
            through = not todo
            inflow, steps, guard = mixed.popleft() if through else todo.popleft()
            source = inflow.source
            if not isinstance(source, Place):
                steps = (*steps, inflow.step) if inflow.step is not None else steps
                found.setdefault(self.identity(source), Arrival(source, steps, inflow.guard or guard))
                continue
            if source in seen:
                continue
            if not through and self.mixes(source):
                mixed.append((inflow, steps, guard))
                continue
            left -= through
            if len(seen) >= most or left < 0:
                self.cut += 1
                break
            steps = (*steps, inflow.step) if inflow.step is not None else steps
            guard = inflow.guard or guard
            if seen and not (todo or mixed or found) and self._nested < self.LONGEST:
                # what is in this place is all there is
                arrivals = self._all_in(source)
                return [Arrival(a.carried, (*steps, *a.steps), a.guard or guard) for a in arrivals]
            seen.add(source)
            more = self.into(source)
            if self.settles(more):
                return [Arrival(i.source, (), "") for i in more if not isinstance(i.source, Place)]
            todo.extend((i, steps, guard) for i in more)
        return list(found.values())

    def _all_in(self, place: Place) -> list[Arrival[Carried]]:
        """All that is in a place, remembered: a slot is loaded into many a variable before it is called."""
        known = self._arrivals.get(place)
        if known is None:
            # who comes back here had nothing else on the way: f(cb) { g(cb); } g(cb) { f(cb); }
            self._arrivals[place] = []
            self._nested += 1
            known = self._arrivals[place] = self.solve((Inflow(place),))
            self._nested -= 1
        return known

    def into(self, place: Place) -> tuple[Inflow[Carried], ...]:
        """What flows into a place."""
        known = self._inflows.get(place)
        if known is None:
            self._inflows[place] = ()
            once: dict[tuple[Hashable, Step | None, str], Inflow[Carried]] = {}
            for i in self.compute(place):
                source = i.source if isinstance(i.source, Place) else self.identity(i.source)
                once.setdefault((source, i.step, i.guard), i)
            known = self._inflows[place] = self.in_order(place, tuple(once.values()))
        return known

    def compute(self, place: Place) -> Iterator[Inflow[Carried]]:
        """The same, worked out."""
        kind, owner, name = place[:3]
        if kind == "slot":
            field, _, home = str(name).partition(" ")
            return self._into_slot(str(owner), field, int(home) if home else None)
        if kind == "global":
            return self._into_global(str(name), int(owner))
        if kind == "table":
            return self._into_table(str(name), int(owner))
        function = self._reader.function(int(owner))
        if function is None:
            return iter(())
        if kind == "param":
            return self._into_parameter(function, int(name))
        if kind == "local":
            at, _, local = str(name).partition(" ")
            return self._into_local(function, local, int(at))
        if kind == "assigned":
            scope = self._written.scope(function)
            return self._assigned(scope.body.assigns[int(name)], scope)
        return self._into_return(function)

    def _into_slot(self, struct: str, field: str, home: int | None) -> Iterator[Inflow[Carried]]:
        written = False
        for r in self.registrations(struct, field, home):
            for inflow in self.registered(r):
                written = True
                yield inflow
        for scope, a in self._written.slot_assignments(struct, field, home):
            for inflow in self._assigned(a, scope):
                written = True
                yield inflow
        for scope, a in self._written.filled_by_local(struct, field):
            yield from self._assigned(a, scope)
        for other, same in self._types.overlapping(struct, field).items():
            if same or not written:
                # cpuhp_step.startup of kernel/cpu.c is written as .single and called as .multi
                yield Inflow(slot_place(struct, other, home))

    def registrations(self, struct: str, field: str, home: int | None) -> Iterable[RegistrationInfo]:
        """The initialisers of a slot."""
        found = self._written.slots.registrations(struct, field, home)
        self._reader.expect(r.name for r in found if r.name)
        return found

    def _into_parameter(self, function: FunctionInfo, position: int) -> Iterator[Inflow[Carried]]:
        calls = self._written.call_sites(function, ALL_CALLERS if self.follows_all(function, position) else MAX_CALLERS)
        if self.is_callback(function, position):
            # sk->sk_prot->read_skb(sk, recv_actor): who calls through a slot hands it to all who are in the slot
            for slot in sorted(self._written.registered_slots(function)):
                calls.extend(self._written.dispatches(*slot))
            calls.extend(self._written.dispatches_by_local(function))
        for caller, call in calls:
            args = arguments(call.arguments)
            step = Step("argument", caller.file_id, call.line)
            scope = self._written.scope(caller)
            rest = next((k for k, a in enumerate(args[: position + 1]) if a.lstrip("# ") == scope.variadic), None)
            if rest is not None:
                # #define mempool_init(...) alloc_hooks(mempool_init_noprof(__VA_ARGS__))   include/linux/mempool.h
                first = scope.macro_param(scope.variadic) or 0
                yield Inflow(Place("param", caller.id, first + position - rest), step, call.guard)
            elif position < len(args):
                yield from self._stepped(args[position], scope, call.line, step, call.guard)
        if function.kind != "macro":
            # if (!conv) conv = do_proc_dointvec_conv;   kernel/sysctl.c
            scope = self._written.scope(function)
            name = scope.params[position].name if position < len(scope.params) else ""
            for a in scope.body.assigns:
                if a.target == name and scope.local(name, a.line) is None:
                    yield from self._assigned(a, scope)

    def is_callback(self, function: FunctionInfo, position: int) -> bool:
        """Whether a parameter is declared as a pointer to a function, or an array of such. Pointers to data, and words
        that may be anything, are not followed through slots: what comes that way comes from everywhere.
        """
        if function.kind == "macro":
            return False
        params = self._written.scope(function).params
        t = self._types.plain(params[position].ctype, function.file_id) if position < len(params) else None
        while isinstance(t, Pointer | Array):
            t = self._types.plain(strip_pointer(t), function.file_id)
        return isinstance(t, Function)

    def _into_local(self, function: FunctionInfo, name: str, line: int) -> Iterator[Inflow[Carried]]:
        """What the local variable ``name`` that is declared on ``line`` is initialised with or assigned."""
        scope = self._written.scope(function)
        for local, decl in scope.declarations(name):
            if local.line == line and decl.init_text is not None and not decl.init_text.startswith("{"):
                step = Step("initialiser", function.file_id, local.line)
                yield from self._stepped(decl.init_text, scope, local.line, step, "")
        for a in scope.body.assigns:
            if a.target == name or self.fills(a.target, name):
                declared = scope.declaration(name, a.line)
                if declared is not None and declared[0].line == line:
                    yield from self._assigned(a, scope)

    def _into_return(self, function: FunctionInfo) -> Iterator[Inflow[Carried]]:
        scope = self._written.scope(function)
        for r in scope.body.returns:
            yield from self._stepped(r.value, scope, r.line, Step("return", function.file_id, r.line), "")

    def _into_global(self, name: str, file_id: int) -> Iterator[Inflow[Carried]]:
        """What a variable at file scope is initialised with or assigned; ``file_id`` is 0 for an external one."""
        for r in self._reader.registrations_of_object(name):
            if not r.path and self._written.stands_in(name, file_id, r.file_id):
                yield from self.registered(r)
        for scope, a in self._written.assignments_to(name, file_id):
            if a.target == name:
                yield from self._assigned(a, scope)

    def _into_table(self, name: str, file_id: int) -> Iterator[Inflow[Carried]]:
        """What the elements of an array of pointers are."""
        for r in self._reader.registrations_of_object(name):
            if r.path and "." not in r.path and self._written.stands_in(name, file_id, r.file_id):
                yield from self.registered(r)
        for scope, a in self._written.assignments_to(name, file_id):
            target = self._types.parse(a.target)
            while isinstance(target, x.Index):
                target = target.base
            if target == x.Name(name):
                yield from self._assigned(a, scope)
        for scope, a in self._written.filled_elsewhere(name, file_id):
            yield from self._assigned(a, scope)

    def _assigned(self, a: AssignFact, scope: Scope) -> Iterator[Inflow[Carried]]:
        return self._stepped(a.value, scope, a.line, Step("assignment", scope.file_id, a.line), a.guard)

    def _stepped(self, text: str, scope: Scope, line: int, step: Step, guard: str) -> Iterator[Inflow[Carried]]:
        for inflow in self.sources(self._types.parse(text), scope, line):
            yield Inflow(inflow.source, step, guard or inflow.guard)

    def registered(self, r: RegistrationInfo) -> Iterator[Inflow[Carried]]:
        """What an initialiser's value is, or comes from."""
        step = Step("registration", r.file_id, r.line)
        scope = self.inside(r)
        if scope is not None:
            yield from self._stepped(r.value, scope, r.line, step, r.guard)
        else:
            for source in self.constant_sources(r):
                yield Inflow(source, step, r.guard)

    def inside(self, r: RegistrationInfo) -> Scope | None:
        """The function in which an initialiser stands, where its value depends on that."""
        return self._written.around(r)

    # -- names --------------------------------------------------------------------------------------------------------

    def variable(self, name: str, scope: Scope, line: int, depth: int) -> Iterator[Inflow[Carried]]:
        """The place that a parameter or a local variable is; nothing for other names, or where its type carries
        nothing.
        """
        decl = scope.local(name, line)
        if decl is None:
            param = scope.param(name)
            if param is not None:
                place = Place("param", scope.function.id, param[0])
                if self.leads(place) and self.carries(param[1].ctype, scope.file_id):
                    yield Inflow(place)
        elif decl.init is not None:  # declared by a statement expression around this one
            yield from self.sources(decl.init, scope, line, depth + 1)
        else:
            declared = scope.declaration(name, line)
            if declared is not None:
                place = Place("local", scope.function.id, f"{declared[0].line} {name}")
                if self.leads(place) and self.carries(self._types.resolved(decl.ctype, scope, line), scope.file_id):
                    yield Inflow(place)

    def elements(self, name: str, scope: Scope, line: int) -> Iterator[Inflow[Carried]]:
        """The place that the elements of an array of pointers are."""
        if not scope.holds(name, line):
            yield Inflow(Place("table", self._written.home(name, scope.file_id), name))
            return
        own = False
        for r in self._reader.registrations_of_object(name):
            if r.file_id == scope.file_id and r.function == scope.function.name and "." not in r.path:
                own = True
                yield from self.registered(r)
        if not own:
            yield from self.variable(name, scope, line, 0)  # crcu_array[i](...) of a parameter, kernel/rcu/update.c
