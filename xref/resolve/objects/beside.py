# SPDX-License-Identifier: MIT
"""Which objects are set together.

``{ .type = SOCK_STREAM, .prot = &tcp_prot, .ops = &inet_stream_ops }`` of net/ipv4/af_inet.c sets a ``proto`` together
with a ``proto_ops``; so does a function that assigns both. The *units* of an object are the initialisers and functions
that put its address anywhere. Unlike a tie (``xref.graph.ties``), a unit need not say which object goes with which:
here it matters what may come together, and where an object is put without any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from xref.facts.model import CallFact
from xref.resolve.language.scope import Scope
from xref.resolve.lookup.arguments import arguments
from xref.resolve.lookup.slots import around_path
from xref.resolve.lookup.written import Written
from xref.resolve.model import Step
from xref.resolve.objects.objects import Objects, Thing
from xref.store.model import FunctionInfo, RegistrationInfo

_WHOLE: Final = r"\b(?!\s*(?:\.|\[|->|\())"
_ADDRESS: Final = re.compile(rf"&\s*([A-Za-z_]\w*){_WHOLE}")
_CALL: Final = re.compile(r"\b[A-Za-z_]\w*\s*\([^()]*\)")
COPYING: Final = frozenset({"memcpy", "__builtin_memcpy", "memmove"})
"""What copies an object as an assignment does: C11 7.24.2."""
_KEEPING: Final = 4
"""So many calls a pointer is followed through to see whether anybody keeps it."""


class _Unit(NamedTuple):
    """A place that puts an object somewhere, and the objects of every type beside it, by the tag of their type."""

    step: Step
    beside: dict[str, frozenset[Thing]]


class Company(NamedTuple):
    """The objects of one type that an object comes with, each with a line that says so; ``alone``: whether the object
    is also put somewhere without any.
    """

    beside: dict[Thing, Step]
    alone: bool


class Beside:
    """Finds what comes together. One instance serves one index."""

    def __init__(self, written: Written, objects: Objects) -> None:
        self._written = written
        self._reader = written.reader
        self._names = written.names
        self._types = written.types
        self._objects = objects
        self._units: dict[Thing, tuple[_Unit, ...]] = {}
        self._inside: dict[int, dict[str, frozenset[Thing]]] = {}
        self._kept: dict[tuple[int, int], bool] = {}
        self.company = lru_cache(maxsize=10_000)(self._company)
        self.copies = lru_cache(maxsize=10_000)(self._all_copies)
        self.is_known = lru_cache(maxsize=10_000)(self._is_known)

    def _company(self, thing: Thing, struct: str) -> Company:
        """What ``thing`` comes with of type ``struct``."""
        found: dict[Thing, Step] = {}
        alone = False
        for unit in self._units_of(thing):
            partners = unit.beside.get(struct)
            alone |= not partners
            for partner in sorted(partners or ()):
                found.setdefault(partner, unit.step)
        return Company(found, alone)

    def _units_of(self, thing: Thing) -> tuple[_Unit, ...]:
        known = self._units.get(thing)
        if known is None:
            known = self._units[thing] = tuple(self._find_units(thing))
        return known

    def _find_units(self, thing: Thing) -> Iterator[_Unit]:
        """All places that put the address of ``thing`` somewhere."""
        if not thing.name or thing.path or thing.function:
            # part of an object, or one of a function's own: who has its address is not known
            yield _Unit(Step("pair", thing.home, 0), {})
            return
        mention = _mention(thing)
        for r in self._reader.registrations_naming(thing.name, thing.home):
            if any(source == thing for source in self._objects.constant_sources(r)):
                yield _Unit(Step("pair", r.file_id, r.line), _by_tag(self._siblings(r)))
            elif r.name != thing.name and mention.search(r.value):
                yield _Unit(Step("pair", r.file_id, r.line), {})
        for f in self._reader.functions(self._reader.mentions("v", thing.name)):
            if thing.home not in (0, f.file_id):
                continue
            scope = self._written.scope(f)
            line = self._puts(thing, scope)
            if line:
                yield _Unit(Step("pair", f.file_id, line), self._things_in(scope))

    def _all_copies(self, thing: Thing) -> tuple[tuple[Thing, Step], ...]:
        return tuple(self._find_copies(thing))

    def _find_copies(self, thing: Thing) -> Iterator[tuple[Thing, Step]]:
        """The objects that ``thing`` is copied to as a whole, by their names."""
        if not thing.name or thing.path or thing.function:
            return
        for f in self._reader.functions(self._reader.mentions("v", thing.name)):
            if thing.home not in (0, f.file_id):
                continue
            scope = self._written.scope(f)
            copied = [(a.target, a.line) for a in scope.body.assigns if a.value == thing.name]
            for call in scope.body.calls:
                if call.callee in COPYING and len(args := arguments(call.arguments)) == 3:
                    if _mention(thing).fullmatch(args[1]) and (to := _ADDRESS.fullmatch(args[0])) is not None:
                        copied.append((to[1], call.line))
            for name, line in copied if self._named(thing.name, scope) == thing else ():
                copy = self._named(name, scope) if name.isidentifier() else None
                if copy is not None:
                    yield copy, Step("assignment", f.file_id, line)

    def _is_known(self, thing: Thing, via: str) -> bool:
        """Whether what an object holds in a slot is said of it by its name, in an initialiser or a copy, or known all
        the same: ``espintcp6_ops`` of net/xfrm is filled by who gets its address.
        """
        struct, _, field = via.rpartition(".")
        return (
            any(self._objects.registered_in(r) == thing for r in self._reader.registrations_of_object(thing.name))
            or any(a.target == thing.name for _, a in self._written.assignments_to(thing.name, thing.home))
            or any(thing in things for things in self._objects.holders(struct, field).values())
        )

    def _siblings(self, r: RegistrationInfo) -> Iterator[tuple[str, Thing]]:
        """The objects that one initialiser points to beside the one of ``r``."""
        if not r.object:
            return
        prefix = around_path(r.path)
        for other in self._reader.registrations_of_object(r.object):
            if (other.file_id, other.function) != (r.file_id, r.function) or other.id == r.id:
                continue
            if other.name and around_path(other.path) == prefix:
                for thing in self._objects.constant_sources(other):
                    yield from self._tagged(thing, other.file_id)

    def _things_in(self, scope: Scope) -> dict[str, frozenset[Thing]]:
        """Every object whose address a function mentions. Which goes with which it need not say: more partners rule
        out less.
        """
        known = self._inside.get(scope.function.id)
        if known is None:
            texts = [*(text for text, _ in _stored(scope)), *(call.arguments for call in scope.body.calls)]
            names = {name for text in texts if "&" in text for name in _ADDRESS.findall(text)}
            things = (thing for name in sorted(names) if (thing := self._named(name, scope)) is not None)
            tagged = [pair for thing in things for pair in self._tagged(thing, scope.file_id)]
            known = self._inside[scope.function.id] = _by_tag(iter(tagged))
        return known

    def _named(self, name: str, scope: Scope) -> Thing | None:
        if scope.mentions(name) or not self._reader.objects(name):
            return None
        return Thing(name, self._written.home(name, scope.file_id), "", "", ())

    def _tagged(self, thing: Thing, file_id: int) -> Iterator[tuple[str, Thing]]:
        tag = self._types.record_tag(self._types.object_type(thing.name, file_id), file_id)
        if tag:
            yield tag, thing

    def _puts(self, thing: Thing, scope: Scope) -> int:
        """The line on which a function first puts the address of ``thing`` somewhere; 0 where it does not."""
        mention = _mention(thing)
        if self._named(thing.name, scope) != thing:
            return 0
        for text, line in _stored(scope):
            if mention.search(text):
                return line
        for call in scope.body.calls:
            if "&" in call.arguments and mention.search(call.arguments):
                for position, argument in enumerate(arguments(call.arguments)):
                    if mention.search(_outside_calls(argument)) and self._keeps(call, position, scope, 0):
                        return call.line
        return 0

    def _keeps(self, call: CallFact, position: int, scope: Scope, depth: int) -> bool:
        """Whether a call's argument may be kept by who is called: ``proto_register(&tcp_prot, 1)`` does not."""
        if call.callee in COPYING:
            return False  # memcpy(&espintcp_prot, &tcp_prot, sizeof(tcp_prot)): what it points to
        functions = self._names.functions(call.callee, scope.file_id) if call.callee.isidentifier() else ()
        if not functions or depth >= _KEEPING:
            return True
        return any(self._keeps_parameter(f, position, depth) for f in functions)

    def _keeps_parameter(self, function: FunctionInfo, position: int, depth: int) -> bool:
        key = (function.id, position)
        known = self._kept.get(key)
        if known is None:
            self._kept[key] = False  # who comes back here keeps it nowhere else
            known = self._kept[key] = self._find_keeping(self._written.scope(function), position, depth)
        return known

    def _find_keeping(self, scope: Scope, position: int, depth: int) -> bool:
        name = scope.parameter_name(position)
        if not name:
            return True
        whole = re.compile(rf"(?<![\w.>*&]){re.escape(name)}\b(?!\s*(?:\.|\[|->))")
        if any(whole.search(text) for text, _ in _stored(scope)):
            return True
        for call in scope.body.calls:
            if name in call.arguments:
                for k, argument in enumerate(arguments(call.arguments)):
                    if whole.search(_outside_calls(argument)) and self._keeps(call, k, scope, depth + 1):
                        return True
        return False


def _mention(thing: Thing) -> re.Pattern[str]:
    """The address of a whole object."""
    return re.compile(rf"&\s*{re.escape(thing.name)}{_WHOLE}")


def _stored(scope: Scope) -> Iterator[tuple[str, int]]:
    """What a function assigns, returns and sets up its variables with, and the lines."""
    for a in scope.body.assigns:
        yield _outside_calls(a.value), a.line
    for r in scope.body.returns:
        yield _outside_calls(r.value), r.line
    for local in scope.body.locals:
        yield _outside_calls(local.text.partition("=")[2]), local.line


def _outside_calls(text: str) -> str:
    """The text without what it hands to functions, which are looked at as calls."""
    while "(" in text:
        shorter = _CALL.sub("", text)
        if shorter == text:
            break
        text = shorter
    return text


def _by_tag(pairs: Iterator[tuple[str, Thing]]) -> dict[str, frozenset[Thing]]:
    found: dict[str, set[Thing]] = {}
    for tag, thing in pairs:
        found.setdefault(tag, set()).add(thing)
    return {tag: frozenset(things) for tag, things in found.items()}
