# SPDX-License-Identifier: MIT
"""The flow of a function's address forwards: the places that it reaches, and the calls through them.

The mirror of :mod:`xref.resolve.valueflow.values`, which goes backwards from a call. It starts where the function is
named as a value, and finds, for each place that the address comes to, the code that copies it further. What counts as
bringing a value somewhere is not said again here: an expression is asked for its sources, as on the way back.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Container, Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from xref.facts.model import CallFact
from xref.parse import ctree as x
from xref.parse.ctype import parse_declaration
from xref.resolve.language.scope import Scope
from xref.resolve.lookup.arguments import arguments
from xref.resolve.lookup.written import MAX_CALLERS, Written
from xref.resolve.model import Place, Step
from xref.resolve.valueflow.anchors import Anchors
from xref.resolve.valueflow.casts import fits
from xref.resolve.valueflow.flow import slot_place
from xref.resolve.valueflow.reached import Outflow, Reached, Way
from xref.resolve.valueflow.readers import Readers
from xref.resolve.valueflow.sought import Sought, Wanted
from xref.resolve.valueflow.values import Values, keys_of_slot, static_call_key, updated_key
from xref.store.model import FunctionInfo, RegistrationInfo
from xref.store.numbers import file_of
from xref.store.stored import chosen_among

MOST: Final = 1500
"""So many places are gone to; an address that comes further comes everywhere."""
_ADDRESS: Final = re.compile(r"&\s*([A-Za-z_]\w*)")
_STRING: Final = re.compile(r'"[A-Za-z_]\w*"')
_LOADED: Final = re.compile(r"->|\.")
_WORD: Final = re.compile(r"[A-Za-z_]")
_READ: Final = re.compile(r"(?<!\w)(\w+)(?!\w)(?!\s*=(?!=))")
"""A name that is not set: ``{ . data . func = __func__ }``, as WARN() of a kernel with branch profiling has it."""


class _Pair(NamedTuple):
    """An argument, and another of the same call on line ``line`` of the function ``caller``."""

    handed: str
    beside: str
    caller: int
    line: int


class _Onward(NamedTuple):
    """What leaves a place, the objects that are handed over along with it (those that are named, and ``pairs``, of
    which the function that is brought there says more), and how many functions were not read for it.
    """

    outflows: tuple[Outflow, ...]
    beside: frozenset[str]
    pairs: tuple[_Pair, ...]
    beyond: int


class Towards:
    """Finds who may call a function through a pointer. One instance serves one index."""

    def __init__(self, written: Written, values: Values, sought: Sought, anchors: Anchors) -> None:
        self._written = written
        self._values = values
        self._sought = sought
        self._anchors = anchors
        self._readers = Readers(written, values)
        self._reader = written.reader
        self._names = written.names
        self._types = written.types
        self._slots = written.slots
        self._beyond = 0
        self._pairs: list[_Pair] = []
        self._beside: set[str] = set()
        """The objects whose addresses are handed over along with the function."""
        self._chosen = False
        """Whether these have decided since who is read."""
        self._onwards: dict[Place, _Onward] = {}
        self._addressed = lru_cache(maxsize=8)(self._all_addressed)
        self.reached = lru_cache(maxsize=64)(self._reached)

    def _reached(self, function: FunctionInfo) -> Reached:
        """The places that the address of ``function`` reaches; a macro has none."""
        if function.kind == "macro":
            return Reached({}, (), 0, self._calling_names(function, ()), (), {})
        self._beyond = 0
        self._beside.clear()
        found: dict[Place, Way] = {}
        callers: dict[int, None] = {}
        for place, step, guard in self._first(function):
            found.setdefault(place, Way((step,) if step is not None else (), guard))
        first = tuple(found)
        onward: dict[Place, tuple[Outflow, ...]] = {}
        todo = deque(found)
        while todo:
            at = todo.popleft()
            callers.update(dict.fromkeys(self._calling(at)))
            if len(found) > MOST:
                self._beyond += 1
                continue
            way = found[at]
            outflows = onward[at] = self._outflows(at, function)
            for place, step, guard in outflows:
                if place not in found:
                    found[place] = Way((step, *way.steps) if step is not None else way.steps, way.guard or guard)
                    todo.append(place)
        names = self._calling_names(function, found)
        return Reached(found, tuple(callers), self._beyond, names, first, onward)

    def _calling_names(self, function: FunctionInfo, places: Iterable[Place]) -> frozenset[str]:
        """What a call by name can be spelled that calls ``function`` or what is in one of ``places``: a name of it, a
        variable or a static call that it is in, or a macro that is another name of these, or of a slot.
        """
        names = set(self._names.spellings(function))
        for place in places:
            if place.kind == "slot":
                names.update(self._macros_for(place))
            elif place.kind in ("global", "table"):
                names.add(str(place.name))
            elif place.kind == "static_call":
                names.update((f"__SCT__{place.owner}", f"__SCK__{place.owner}"))
        return frozenset(self._reader.names_for(names))

    def calls_through(self, scope: Scope, function: FunctionInfo, reached: Reached) -> Iterator[CallFact]:
        """The calls that name ``function``, or go through a place that it reaches; what else is called by name, nearly
        all, is seen at a glance.
        """
        names, macro = reached.names, scope.function.kind == "macro"
        for call in scope.body.calls:
            callee = call.callee
            if callee not in names and callee.isidentifier() and not scope.mentions(callee):
                if not macro or scope.macro_param(callee) is None:
                    continue
            if self.through(call, scope, function, reached.places):
                yield call

    def calling(self, function: FunctionInfo) -> Iterator[tuple[FunctionInfo, CallFact]]:
        """Who calls ``function`` through a pointer, and where."""
        reached = self.reached(function)
        for f in self._reader.functions(reached.callers):
            scope = self._written.scope(f)
            yield from ((f, c) for c in self.calls_through(scope, function, reached))

    def through(self, call: CallFact, scope: Scope, function: FunctionInfo, places: Container[Place]) -> bool:
        """Whether a call names ``function``, or goes through one of ``places``."""
        names = (function.name, *function.aliases.split(","))
        callee = call.callee
        e: x.Expr
        if callee.isidentifier():
            if callee in names:
                return True
            e = x.Name(callee)
        else:
            key = static_call_key(callee)
            if key is not None:
                return Place("static_call", key[0], "") in places
            e = self._types.parse(callee)
            while isinstance(e, x.Unary) and e.op in ("*", "&"):
                e = e.operand
        if isinstance(e, x.Name) and not scope.holds(e.name, call.line) and not self._reader.objects(e.name):
            if e.name in names or self._names.alias(e.name, scope.file_id) in names:
                return True
            opened = self._types.expanded(x.Call(e, ()), scope)
            if not isinstance(opened, x.Call) or isinstance(opened.func, x.Name):
                return False
            e = opened.func
        if isinstance(e, x.Cast) and not fits(function, e.type):
            return False
        return self._sought.among(e, scope, call.line, lambda source: _is(source, function) or source in places)

    # -- from the function --------------------------------------------------------------------------------------------

    def _first(self, function: FunctionInfo) -> Iterator[Outflow]:
        names = self._names.spellings(function)
        for name in names:
            for r in self._reader.registrations_naming(name):
                if any(_is(i.source, function) for i in self._values.registered(r) if not isinstance(i.source, Place)):
                    yield from self._registered_in(r)
                    around = self._written.around(r)
                    if around is not None and r.object and "." not in r.path:
                        # vq_callback_t *callbacks[] = { skb_recv_done, ... }, an array of a function's own
                        yield from self._handed_on(around.function, (r.object,), lambda source: _is(source, function))
            mentioning = self._reader.mentions("v", name)
            if self._names.is_private(function):
                mentioning = [fid for fid in mentioning if file_of(fid) == function.file_id]
            for f in self._functions(mentioning):
                yield from self._handed_on(f, names, lambda source: _is(source, function))

    def _registered_in(self, r: RegistrationInfo) -> Iterator[Outflow]:
        """The place that an initialiser fills."""
        step = Step("registration", r.file_id, r.line)
        key = static_call_key(r.object)
        if key is not None and r.field == "func":
            yield Outflow(Place("static_call", key[0], ""), step, r.guard)
        if r.object and "." not in r.path:  # of a compound literal only the members have names
            kind = "table" if r.path else "global"
            yield Outflow(Place(kind, self._written.home(r.object, r.file_id), r.object), step, r.guard)
        target = self._slots.target(r)
        if target is not None and target.field:
            yield Outflow(slot_place(target.owner, target.field, target.home), step, r.guard)

    # -- from place to place ------------------------------------------------------------------------------------------

    def _outflows(self, place: Place, function: FunctionInfo) -> tuple[Outflow, ...]:
        """The places that the value of ``place`` is brought to, remembered: all work items share one slot."""
        known = self._onwards.get(place)
        if known is None:
            beside, beyond = self._beside, self._beyond
            self._beside, self._beyond, self._chosen = set(beside), 0, False
            self._pairs = []
            outflows = tuple(self._onward(place))
            known = _Onward(outflows, frozenset(self._beside - beside), tuple(self._pairs), self._beyond)
            if not self._chosen:
                self._onwards[place] = known
            self._beside, self._beyond = beside, beyond
        self._beside |= known.beside
        for pair in known.pairs:
            self._beside |= self._together(pair, function)
        self._beyond += known.beyond
        return known.outflows

    def _together(self, pair: _Pair, function: FunctionInfo) -> set[str]:
        """The objects that go with ``function`` where one argument is it."""
        caller = self._reader.function(pair.caller)
        if caller is None:
            return set()
        handed, beside = self._types.parse(pair.handed), self._types.parse(pair.beside)
        return self._anchors.objects(handed, beside, function, self._written.scope(caller), pair.line)

    def _onward(self, place: Place) -> Iterator[Outflow]:
        """The same, worked out."""
        if place.kind == "slot":
            struct, (field, _, home) = str(place.owner), str(place.name).partition(" ")
            if self._readers.reads_functions(struct, field):
                yield from self._by(self._readers.of(struct, field), self._reader.spellings(field), place)
                yield from self._initialised(self._reader.spellings(field), place)
            for other, same in self._types.overlapping(struct, field).items():
                shared = slot_place(struct, other, int(home) if home else None)
                if same or any(i.source == place for i in self._values.into(shared)):
                    yield Outflow(shared)
            for key in keys_of_slot(self._reader, struct, field):
                yield Outflow(Place("static_call", key, ""))
        elif place.kind in ("global", "table"):
            yield from self._by(self._reader.mentions("v", str(place.name)), (str(place.name),), place)
            for r in self._reader.registrations_naming(str(place.name)):
                # what a variable holds is no constant: only a function can initialise something with it
                if place.kind == "table" or r.function:
                    if any(i.source == place for i in self._values.registered(r)):
                        yield from self._registered_in(r)
        elif place.kind == "return":
            function = self._reader.function(int(place.owner))
            if function is not None:
                callers = dict.fromkeys(caller.id for caller, _ in self._written.call_sites(function))
                yield from self._by(callers, self._names.spellings(function), place)
        elif place.kind in ("param", "local"):
            function = self._reader.function(int(place.owner))
            if function is not None:
                yield from self._inside(function, place)

    def _initialised(self, members: tuple[str, ...], place: Place) -> Iterator[Outflow]:
        """Where initialisers inside functions bring the value of a slot: ``{ .dump = cb_table[op].dump }`` of
        drivers/infiniband/core/netlink.c.
        """
        numbers = sorted({number for name in members for number in self._reader.mentions("i", name)})
        self._beyond += max(0, len(numbers) - MAX_CALLERS)
        for r in self._reader.registrations(numbers[:MAX_CALLERS]):
            around = self._written.around(r)
            if around is not None and self._sought.among(
                self._types.parse(r.value), around, r.line, lambda source: source == place, members
            ):
                yield from self._registered_in(r)

    def _by(self, functions: Iterable[int], words: tuple[str, ...], place: Place) -> Iterator[Outflow]:
        members = words if place.kind == "slot" else ()
        for f in self._functions(functions):
            yield from self._handed_on(f, words, lambda source: source == place, members)

    def _functions(self, ids: Iterable[int]) -> Iterator[FunctionInfo]:
        every = list(ids)
        if len(every) > MAX_CALLERS and self._beside:
            every = self._naming_beside(every) or every
        self._beyond += max(0, len(every) - MAX_CALLERS)
        return self._reader.functions(every[:MAX_CALLERS])

    def _naming_beside(self, ids: list[int]) -> list[int]:
        """Of all that reads a slot of all tracepoints, who names the one that the function was handed over with."""
        objects = {name for name in self._beside if name[0] != '"'}
        named = {fid for name in objects for fid in self._reader.mentions("v", name)}
        titles = tuple(f"_{name[1:-1]}" for name in self._beside if name[0] == '"')
        addressed = self._addressed(tuple(ids)) if titles else {}
        named.update(fid for name, fids in addressed.items() if name.endswith(titles) for fid in fids)
        self._chosen = self._chosen or bool(objects or addressed)
        return [fid for fid in ids if fid in named]

    def _all_addressed(self, ids: tuple[int, ...]) -> dict[str, list[int]]:
        """The objects whose address some functions bring into a variable, and which do."""
        found: dict[str, list[int]] = {}
        for fid in ids:
            body = self._reader.body(fid)
            for text in (*(a.value for a in body.assigns), *(local.text for local in body.locals)):
                for name in _ADDRESS.findall(text) if "&" in text else ():
                    found.setdefault(name, []).append(fid)
        return found

    def _inside(self, f: FunctionInfo, place: Place) -> Iterator[Outflow]:
        """Where a parameter or a local variable goes inside its function."""
        scope = self._written.scope(f)
        if place.kind == "local":
            at, _, name = str(place.name).partition(" ")
            types = [d.ctype for fact, d in scope.declarations(name) if fact.line == int(at)]
            if types and not any(
                self._values.carries(self._types.resolved(t, scope, int(at)), f.file_id) for t in types
            ):
                return
        else:
            position = int(place.name)
            first = scope.macro_param(scope.variadic) if scope.variadic else None
            if first is not None and position >= first:
                yield from self._passed_on(scope, position - first)
                return
            name = scope.parameter_name(position)
        if name:
            yield from self._handed_on(f, (name,), lambda source: source == place)
            for r in self._reader.registrations_naming(name, f.file_id):  # struct work_for_cpu wfc = { .fn = fn }
                if r.function == f.name:
                    if any(i.source == place for i in self._values.registered(r)):
                        yield from self._registered_in(r)

    def _passed_on(self, scope: Scope, nth: int) -> Iterator[Outflow]:
        """Where the ``nth`` of a macro's variable arguments goes, which hands on all of them."""
        for call in scope.body.calls:
            for k, arg in enumerate(arguments(call.arguments)):
                if arg.lstrip("# ") == scope.variadic:
                    yield from self._parameters(call, k + nth, scope)

    def _handed_on(
        self, f: FunctionInfo, words: Iterable[str], wanted: Wanted, members: tuple[str, ...] = ()
    ) -> Iterator[Outflow]:
        """Where ``f`` brings what is ``wanted``, and spelled with one of ``words``; ``members``: those of a slot."""
        scope = self._written.scope(f)
        body = scope.body
        spelled = frozenset(words)

        def brings(text: str, line: int) -> bool:
            return _has_any(text, spelled) and self._sought.among(self._types.parse(text), scope, line, wanted, members)

        for a in body.assigns:
            if brings(a.value, a.line):
                step = Step("assignment", f.file_id, a.line)
                target = self._types.parse(a.target)
                place = self._assigned(target, scope, a.line)
                if place is not None:
                    yield Outflow(place, step, a.guard)
                    for array in self._arrays_behind(place, target, f):
                        yield Outflow(array, step, a.guard)
        for local in body.locals:
            if _has_any(local.text, spelled):
                for decl in parse_declaration(local.text, self._types.is_type):
                    if decl.name and decl.init_text is not None and brings(decl.init_text, local.line):
                        place = Place("local", f.id, f"{local.line} {decl.name}")
                        yield Outflow(place, Step("initialiser", f.file_id, local.line))
        for r in body.returns:
            if brings(r.value, r.line):
                yield Outflow(Place("return", f.id, ""), Step("return", f.file_id, r.line))
        for call in body.calls:
            if not _has_any(call.arguments, spelled):
                continue
            for k, arg in enumerate(arguments(call.arguments)):
                if brings(arg, call.line):
                    yield from self._parameters(call, k, scope)

    def _assigned(self, target: x.Expr, scope: Scope, line: int) -> Place | None:
        """The place that an assignment fills."""
        element = False
        while isinstance(target, x.Index) or (isinstance(target, x.Unary) and target.op == "*"):
            element = element or isinstance(target, x.Index)
            target = target.base if isinstance(target, x.Index) else target.operand
        if isinstance(target, x.Member):
            member = self._written.member(target, scope, line)
            return slot_place(member.owner, member.field, member.home) if member is not None else None
        if isinstance(target, x.Name):
            declared = scope.declaration(target.name, line)
            if declared is not None:
                return Place("local", scope.function.id, f"{declared[0].line} {target.name}")
            if not scope.holds(target.name, line):
                kind = "table" if element else "global"
                return Place(kind, self._written.home(target.name, scope.file_id), target.name)
            param = scope.param(target.name)
            return Place("param", scope.function.id, param[0]) if param is not None else None
        return None

    def _arrays_behind(self, place: Place, target: x.Expr, f: FunctionInfo) -> Iterator[Place]:
        """The arrays that a parameter or a local variable points to, of which an element is assigned."""
        if not isinstance(target, x.Index) or place.kind not in ("param", "local"):
            return
        if place.kind == "local":
            for inflow in self._values.into(place):
                if isinstance(inflow.source, Place) and inflow.source.kind == "slot":
                    yield inflow.source
            return
        for caller, call in self._written.call_sites(f):
            given = arguments(call.arguments)
            name = given[int(place.name)] if int(place.name) < len(given) else ""
            if name.isidentifier() and not self._written.scope(caller).holds(name, call.line):
                yield Place("table", self._written.home(name, caller.file_id), name)

    def _parameters(self, call: CallFact, position: int, scope: Scope) -> Iterator[Outflow]:
        """The parameters that an argument becomes."""
        callee = call.callee
        step = Step("argument", scope.file_id, call.line)
        self._beside.update(_ADDRESS.findall(call.arguments))
        self._beside.update(_STRING.findall(call.arguments))
        given = arguments(call.arguments)
        if position < len(given) and _LOADED.search(given[position]) is not None:
            others = (arg for k, arg in enumerate(given) if k != position and _WORD.search(arg) is not None)
            self._pairs.extend(_Pair(given[position], arg, scope.function.id, call.line) for arg in others)
        for stored in self._values.out_parameters.of(call, scope):
            if stored.argument == position:
                yield Outflow(slot_place(stored.slot.owner, stored.slot.field, stored.slot.home), step, call.guard)
        for name in chosen_among(callee):
            for f in self._names.functions(name, scope.file_id):
                yield Outflow(Place("param", f.id, position), step, call.guard)
        if callee.isidentifier() and scope.holds(callee, call.line):
            for holding in self._values.of(x.Name(callee), scope, call.line)[:MAX_CALLERS]:
                if self._values.is_callback(holding.function, position):
                    yield Outflow(Place("param", holding.function.id, position), step, call.guard)
            return
        if callee.isidentifier():
            key = updated_key(call) if position == 2 else ""
            if key:
                yield Outflow(
                    Place("static_call", key, ""), Step("static_call_update", scope.file_id, call.line), call.guard
                )
            names = self._names
            meant = names.alias(callee, scope.file_id)
            for f in (*names.called(callee, scope.file_id), *names.macro_nodes(meant, scope.file_id)):
                yield Outflow(Place("param", f.id, position), step, call.guard)
            return
        e = self._types.parse(callee)
        while isinstance(e, x.Unary | x.Cast | x.Index):
            e = e.base if isinstance(e, x.Index) else e.operand
        member = self._written.member(e, scope, call.line) if isinstance(e, x.Member) else None
        if member is not None:
            for holding in self._values.slot(member.owner, member.field, member.home)[:MAX_CALLERS]:
                if self._values.is_callback(holding.function, position):
                    yield Outflow(Place("param", holding.function.id, position), step, call.guard)

    # -- calls --------------------------------------------------------------------------------------------------------

    def _calling(self, place: Place) -> Iterable[int]:
        """The functions that may call through a place."""
        reader = self._reader
        if place.kind == "slot":
            through = self._slots.mentioning("m", str(place.owner), str(place.name).partition(" ")[0])
            return (*through, *(fid for name in self._macros_for(place) for fid in reader.mentions("c", name)))
        if place.kind == "static_call":
            return reader.mentions("m", f"__SCT__{place.owner}")
        if place.kind in ("global", "table"):
            return (*reader.mentions("c", str(place.name)), *reader.mentions("m", str(place.name)))
        function = reader.function(int(place.owner))
        if function is None:
            return ()
        if place.kind == "return":
            return (caller.id for caller, _ in self._written.call_sites(function))
        return () if function.kind == "macro" else (function.id,)

    def _macros_for(self, place: Place) -> tuple[str, ...]:
        """The macros that stand for a slot and are called: ``#define inb pio_ops.f_inb`` of arch/x86/boot/io.h."""
        return self._reader.spellings(str(place.name).partition(" ")[0])[1:]


def _is(source: FunctionInfo | Place, function: FunctionInfo) -> bool:
    return not isinstance(source, Place) and source.id == function.id


def _has_any(text: str, words: frozenset[str]) -> bool:
    """Whether a text has one of some names in it; ``func`` does not stand in ``__func__``."""
    for word in words:
        if word in text:  # hardly ever one is
            return not words.isdisjoint(_READ.findall(text))
    return False
