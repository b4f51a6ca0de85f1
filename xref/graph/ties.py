# SPDX-License-Identifier: MIT
"""Which objects belong together: pairs that one initialiser, or one function, puts into two slots.

``{ .type = SOCK_STREAM, .prot = &tcp_prot, .ops = &inet_stream_ops }`` in net/ipv4/af_inet.c says that a socket whose
``proto_ops`` is ``inet_stream_ops`` has ``tcp_prot`` for its ``proto``; so does a ``create`` function that sets both.
A path through two dispatch sites can be narrowed by it. Only objects count whose type has a pointer to a function.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations, groupby, pairwise
from typing import Final

import msgspec

from xref.parse import ctree as x
from xref.parse.cexpr import parse_args
from xref.resolve.front.resolver import Resolver
from xref.resolve.language.scope import Scope
from xref.resolve.lookup.slots import around_path
from xref.store.model import FunctionInfo, RegistrationInfo

_OBJECT: Final = re.compile(r"(?:\([^()]*\)\s*)?&?\s*([A-Za-z_]\w*)")
_MOST: Final = 8
"""An initialiser or a function that fills more slots with objects, a table of everything, ties none of them."""

_NEAR: Final = 2
"""So many lines apart, at most, one object is set beside another."""


class Tie(msgspec.Struct, frozen=True, gc=False):
    """Two slots (``struct.field``) and the objects that they get in one place. ``object`` is what is initialised, or
    the function that sets both, as ``inet_create()``.
    """

    file: str
    line: int
    object: str
    slot_a: str
    value_a: str
    slot_b: str
    value_b: str


class _Held(msgspec.Struct, frozen=True, gc=False):
    line: int
    slot: str
    value: str


class Ties:
    """Finds the ties of one index."""

    def __init__(self, resolver: Resolver) -> None:
        self._r = resolver
        self._dispatching: dict[tuple[str, int], bool] = {}
        self._stored: dict[tuple[int, int], str] = {}

    def of_initialisers(self) -> Iterator[Tie]:
        """The ties of all initialisers, in the order of the index."""
        r = self._r
        for file_id, registrations in groupby(r.reader.all_registrations(), key=lambda reg: reg.file_id):
            file = r.reader.file(file_id)
            if not r.compiled(file.guard):
                continue
            groups: dict[tuple[str, str, str], list[RegistrationInfo]] = {}
            for reg in registrations:
                if reg.name and reg.path and _OBJECT.fullmatch(reg.value) and r.compiled(reg.guard):
                    groups.setdefault((reg.function, reg.object, around_path(reg.path)), []).append(reg)
            for (_, name, _), members in groups.items():
                if len(members) > 1:
                    yield from _pairs(file.path, name, [h for reg in members if (h := self._held(reg)) is not None])

    def of_function(self, function: FunctionInfo) -> Iterator[Tie]:
        """The ties of one function: what it assigns, and what it hands to functions that store it."""
        r = self._r
        if function.kind == "macro":
            return
        scope = r.written.scope(function)
        held: list[_Held] = []
        for a in scope.body.assigns:
            name = self._object(a.value, scope, a.line)
            if name and a.target.isidentifier() and scope.holds(a.target, a.line):
                held.extend(_Held(a.line, slot, name) for slot in self._slots_of_local(a.target, scope))
            elif name and (slot := self._slot(a.target, scope, a.line)):
                held.append(_Held(a.line, slot, name))
        for call in scope.body.calls:
            if "&" not in call.arguments or not call.callee.isidentifier() or call.macro:
                continue
            for k, argument in enumerate(parse_args(call.arguments)):
                name = self._object(argument, scope, call.line) if argument.startswith("&") else ""
                slot = self._slot_of_argument(call.callee, k, scope) if name else ""
                if slot:
                    held.append(_Held(call.line, slot, name))
        yield from _pairs(r.reader.file(function.file_id).path, f"{function.name}()", held)

    def _held(self, reg: RegistrationInfo) -> _Held | None:
        if not self._dispatches(reg.name, reg.file_id, reg.function):
            return None
        target = self._r.slots.target(reg)
        if target is None or not target.field:
            return None
        return _Held(reg.line, f"{target.owner}.{target.field}", reg.name)

    def _object(self, value: str, scope: Scope, line: int) -> str:
        """The object that a value is the address of; '' for all else."""
        m = _OBJECT.fullmatch(value)
        if m is None or scope.holds(m[1], line):
            return ""
        return m[1] if self._dispatches(m[1], scope.file_id, scope.function.name) else ""

    def _dispatches(self, name: str, file_id: int, function: str) -> bool:
        """Whether ``name`` is an object of a type with a pointer to a function among its members."""
        types = self._r.types
        tag = types.record_tag(types.object_type(name, file_id, function), file_id)
        if not tag:
            return False
        key = (tag, file_id)
        known = self._dispatching.get(key)
        if known is None:
            known = self._dispatching[key] = any(
                "(*" in field.decl for record in self._r.reader.records(tag) for field in record.fields
            )
        return known

    def _slots_of_local(self, name: str, scope: Scope) -> Iterator[str]:
        """The slots that a variable is put into: ``proto`` of ieee802154_create() in net/ieee802154 is handed to
        sk_alloc(), ``ops`` goes to ``sock->ops``.
        """
        for a in scope.body.assigns:
            if a.value == name and (slot := self._slot(a.target, scope, a.line)):
                yield slot
        for call in scope.body.calls:
            if name in call.arguments and call.callee.isidentifier() and not call.macro:
                for k, argument in enumerate(parse_args(call.arguments)):
                    if argument == name and (slot := self._slot_of_argument(call.callee, k, scope)):
                        yield slot

    def _slot(self, target: str, scope: Scope, line: int) -> str:
        e = self._r.types.parse(target)
        if not isinstance(e, x.Member):
            return ""
        member = self._r.written.member(e, scope, line)
        return f"{member.owner}.{member.field}" if member is not None and member.field else ""

    def _slot_of_argument(self, callee: str, position: int, scope: Scope) -> str:
        """The slot into which a function puts its argument: the fourth of ``sk_alloc`` goes to ``sk->sk_prot``."""
        for function in self._r.names.functions(callee, scope.file_id)[:1]:
            key = (function.id, position)
            known = self._stored.get(key)
            if known is None:
                known = self._stored[key] = self._stored_into(function, position)
            return known
        return ""

    def _stored_into(self, function: FunctionInfo, position: int) -> str:
        inner = self._r.written.scope(function)
        if position >= len(inner.params) or not inner.params[position].name:
            return ""
        wanted = re.compile(rf"(?:.*=)?\s*{re.escape(inner.params[position].name)}")
        for a in inner.body.assigns:
            if wanted.fullmatch(a.value):
                slot = self._slot(a.target, inner, a.line)
                if slot:
                    return slot
        return ""


def _pairs(file: str, name: str, held: list[_Held]) -> Iterator[Tie]:
    """Every two slots. Where both get several objects, which goes with which is said only by neighbouring lines: each
    case of a ``switch`` sets both.
    """
    by_slot: dict[str, dict[str, _Held]] = {}
    for h in held:
        by_slot.setdefault(h.slot, {}).setdefault(h.value, h)
    single = [next(iter(values.values())) for values in by_slot.values() if len(values) == 1]
    if len(single) <= _MOST:
        for a, b in combinations(single, 2):
            if a.value != b.value:
                yield Tie(file, min(a.line, b.line), name, a.slot, a.value, b.slot, b.value)
    several = [h for h in {h.line: h for h in held}.values() if len(by_slot[h.slot]) > 1]
    for a, b in pairwise(sorted(several, key=lambda h: h.line)):
        if b.line - a.line <= _NEAR and a.slot != b.slot and a.value != b.value:
            yield Tie(file, a.line, name, a.slot, a.value, b.slot, b.value)
