# SPDX-License-Identifier: MIT
"""The flow of a function's address forwards: the places that it reaches, and the calls through them.

The mirror of :mod:`xref.resolve.values`, which goes from a call backwards. It starts where the function is named as a
value, and looks in every place that it comes to for those who copy it further. What counts as bringing a value
somewhere is not said again here: an expression is asked for its sources, as on the way back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from xref.facts.model import CallFact
from xref.parse import ctree as x
from xref.parse.cexpr import parse_args
from xref.parse.ctype import parse_declaration
from xref.resolve.flow import slot_place
from xref.resolve.model import Place
from xref.resolve.scope import Scope
from xref.resolve.values import Values, keys_of_slot, static_call_key, updated_key
from xref.resolve.written import MAX_CALLERS, Written
from xref.store.model import FunctionInfo, RegistrationInfo

MOST: Final = 1500
"""So many places are gone to; an address that comes further comes everywhere."""
_Wanted = Callable[[FunctionInfo | Place], bool]


class Reached(NamedTuple):
    """Where an address comes to, and the functions (by row) that may call through one of these places."""

    places: frozenset[Place]
    callers: tuple[int, ...]


class Towards:
    """Finds who may call a function through a pointer. One instance serves one index."""

    def __init__(self, written: Written, values: Values) -> None:
        self._written = written
        self._values = values
        self._reader = written.reader
        self._names = written.names
        self._types = written.types
        self._slots = written.slots
        self.reached = lru_cache(maxsize=64)(self._reached)

    def _reached(self, function: FunctionInfo) -> Reached:
        """The places that the address of ``function`` reaches."""
        found: dict[Place, None] = dict.fromkeys(self._first(function))
        callers: dict[int, None] = {}
        done = 0
        while done < len(found) < MOST:
            for place in list(found)[done:]:
                done += 1
                callers.update(dict.fromkeys(self._calling(place)))
                found.update(dict.fromkeys(self._onward(place)))
        return Reached(frozenset(found), tuple(callers))

    def through(self, call: CallFact, scope: Scope, function: FunctionInfo, places: frozenset[Place]) -> bool:
        """Whether a call goes through one of ``places``, or through something that is plainly ``function``."""
        key = static_call_key(call.callee)
        if key is not None:
            return Place("static_call", key[0], "") in places
        e = self._types.parse(call.callee)
        if isinstance(e, x.Name) and not scope.holds(e.name, call.line) and not self._reader.objects(e.name):
            return False  # a call by name
        return self._brings(e, scope, call.line, lambda source: _is(source, function) or source in places)

    # -- from the function --------------------------------------------------------------------------------------------

    def _first(self, function: FunctionInfo) -> Iterator[Place]:
        names = (function.name, *filter(None, function.aliases.split(",")))
        for name in names:
            for r in self._reader.registrations_of_name(name):
                if any(_is(i.source, function) for i in self._values.registered(r) if not isinstance(i.source, Place)):
                    yield from self._registered_in(r)
            for f in self._functions(self._reader.mentions("v", name)):
                yield from self._handed_on(f, names, lambda source: _is(source, function))

    def _registered_in(self, r: RegistrationInfo) -> Iterator[Place]:
        """The place that an initialiser fills."""
        key = static_call_key(r.object)
        if key is not None and r.field == "func":
            yield Place("static_call", key[0], "")
        if not r.path:
            yield Place("global", self._written.home(r.object, r.file_id), r.object)
        elif "." not in r.path:
            yield Place("table", self._written.home(r.object, r.file_id), r.object)
        target = self._slots.target(r)
        if target is not None and target.field:
            yield slot_place(target.owner, target.field, target.home)

    # -- from place to place ------------------------------------------------------------------------------------------

    def _onward(self, place: Place) -> Iterator[Place]:
        """The places that the value of ``place`` is brought to."""
        if place.kind == "slot":
            struct, field = str(place.owner), str(place.name).partition(" ")[0]
            readers = self._slots.mentioning("g", struct, field)
            yield from self._by(readers, self._reader.spellings(field), place)
            for other in self._types.overlapping(struct, field):
                yield slot_place(struct, other, 0)
            for key in keys_of_slot(self._reader, struct, field):
                yield Place("static_call", key, "")
        elif place.kind == "global":
            yield from self._by(self._reader.mentions("v", str(place.name)), (str(place.name),), place)
        elif place.kind == "return":
            function = self._reader.function(int(place.owner))
            if function is not None:
                callers = dict.fromkeys(caller.id for caller, _ in self._written.call_sites(function))
                yield from self._by(callers, (function.name,), place)
        elif place.kind in ("param", "local"):
            function = self._reader.function(int(place.owner))
            if function is not None:
                yield from self._inside(function, place)

    def _by(self, functions: Iterable[int], words: tuple[str, ...], place: Place) -> Iterator[Place]:
        for f in self._functions(functions):
            yield from self._handed_on(f, words, lambda source: source == place)

    def _functions(self, ids: Iterable[int]) -> Iterator[FunctionInfo]:
        return self._reader.functions(list(ids)[:MAX_CALLERS])

    def _inside(self, f: FunctionInfo, place: Place) -> Iterator[Place]:
        """Where a parameter or a local variable goes inside its function."""
        scope = self._written.scope(f)
        if place.kind == "local":
            name = str(place.name).partition(" ")[2]
        else:
            position = int(place.name)
            first = scope.macro_param(scope.variadic) if scope.variadic else None
            if first is not None and position >= first:
                yield from self._passed_on(f, scope, position - first)
                return
            name = scope.parameter_name(position)
        if name:
            yield from self._handed_on(f, (name,), lambda source: source == place)
            for r in self._reader.registrations_of_name(name):  # struct work_for_cpu wfc = { .fn = fn }
                if r.function == f.name and r.file_id == f.file_id:
                    yield from self._registered_in(r)

    def _passed_on(self, f: FunctionInfo, scope: Scope, nth: int) -> Iterator[Place]:
        """Where the ``nth`` of a macro's variable arguments goes, which hands on all of them."""
        for call in scope.body.calls:
            for k, arg in enumerate(parse_args(call.arguments)):
                if arg.lstrip("# ") == scope.variadic:
                    yield from self._parameters(call, k + nth, scope)

    def _handed_on(self, f: FunctionInfo, words: Iterable[str], wanted: _Wanted) -> Iterator[Place]:
        """Where ``f`` brings what is ``wanted``, and spelled with one of ``words``."""
        scope = self._written.scope(f)
        body = scope.body

        def brings(text: str, line: int) -> bool:
            return any(w in text for w in words) and self._brings(self._types.parse(text), scope, line, wanted)

        for a in body.assigns:
            if brings(a.value, a.line):
                yield from self._assigned(self._types.parse(a.target), scope, a.line)
        for local in body.locals:
            if any(w in local.text for w in words):
                for decl in parse_declaration(local.text, self._types.is_type):
                    if decl.name and decl.init_text is not None and brings(decl.init_text, local.line):
                        yield Place("local", f.id, f"{local.line} {decl.name}")
        for r in body.returns:
            if brings(r.value, r.line):
                yield Place("return", f.id, "")
        for call in body.calls:
            if not any(w in call.arguments for w in words):
                continue
            for k, arg in enumerate(parse_args(call.arguments)):
                if brings(arg, call.line):
                    yield from self._parameters(call, k, scope)

    def _brings(self, e: x.Expr, scope: Scope, line: int, wanted: _Wanted) -> bool:
        return any(wanted(i.source) for i in self._values.sources(e, scope, line))

    def _assigned(self, target: x.Expr, scope: Scope, line: int) -> Iterator[Place]:
        """The place that an assignment fills."""
        element = False
        while isinstance(target, x.Index) or (isinstance(target, x.Unary) and target.op == "*"):
            element = element or isinstance(target, x.Index)
            target = target.base if isinstance(target, x.Index) else target.operand
        if isinstance(target, x.Member):
            member = self._written.member(target, scope, line)
            if member is not None:
                yield slot_place(member.owner, member.field, member.home)
        elif isinstance(target, x.Name):
            declared = scope.declaration(target.name, line)
            if declared is not None:
                yield Place("local", scope.function.id, f"{declared[0].line} {target.name}")
            elif not scope.holds(target.name, line):
                kind = "table" if element else "global"
                yield Place(kind, self._written.home(target.name, scope.file_id), target.name)

    def _parameters(self, call: CallFact, position: int, scope: Scope) -> Iterator[Place]:
        """The parameters that an argument becomes."""
        callee = call.callee
        if callee.isidentifier():
            key = updated_key(call) if position == 2 else ""
            if key:
                yield Place("static_call", key, "")
            for f in self._names.functions(callee, scope.file_id):
                yield Place("param", f.id, position)
            for f in self._names.macro_nodes(callee, scope.file_id):
                yield Place("param", f.id, position)
            return
        e = self._types.parse(callee)
        while isinstance(e, x.Unary | x.Cast | x.Index):
            e = e.base if isinstance(e, x.Index) else e.operand
        member = self._written.member(e, scope, call.line) if isinstance(e, x.Member) else None
        if member is not None:
            for holding in self._values.slot(member.owner, member.field, member.home)[:MAX_CALLERS]:
                if self._values.is_callback(holding.function, position):
                    yield Place("param", holding.function.id, position)

    # -- calls --------------------------------------------------------------------------------------------------------

    def _calling(self, place: Place) -> Iterable[int]:
        """The functions that may call through a place."""
        reader = self._reader
        if place.kind == "slot":
            return self._slots.mentioning("m", str(place.owner), str(place.name).partition(" ")[0])
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


def _is(source: FunctionInfo | Place, function: FunctionInfo) -> bool:
    return not isinstance(source, Place) and source.id == function.id
