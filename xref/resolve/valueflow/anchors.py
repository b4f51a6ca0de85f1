# SPDX-License-Identifier: MIT
"""What is handed over along with an object, where both were loaded from one structure.

``tracepoint_probe_register(call->tp, call->class->probe, file)`` of kernel/trace/trace_events.c names neither the
tracepoint nor the probe. But the ``struct trace_event_call`` that holds ``&__tracepoint_cpu_idle`` was registered with
``.class = &event_class_cpu``, and that with ``.probe = trace_event_raw_event_cpu``. So this call gives cpu_idle this
probe, and no other event's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final, NamedTuple

from xref.parse import ctree as x
from xref.resolve.language.scope import Scope
from xref.resolve.lookup.written import Written
from xref.resolve.valueflow.flow import Inflow
from xref.resolve.valueflow.titles import is_text, titles
from xref.resolve.valueflow.values import Values
from xref.store.model import FunctionInfo, RegistrationInfo
from xref.store.stored import NAMED

_DEEP: Final = 8
_FEW: Final = 500
"""After so many questions about a slot all its initialisers are read."""

_Slot = tuple[str, str, int | None]
"""The tag of a structure, a member, and the record's home."""


class _Ways(NamedTuple):
    """How both arguments are reached from the structure that they come from: the slots on the way to what is handed
    over (``pointers`` tells which of them, other than the last, are pointers to follow), and the slot of what goes with
    it. That is None where it is the structure itself (``tp->probestub`` beside ``tp``), or a string in it that names it
    (``titled``).
    """

    handed: tuple[_Slot, ...]
    pointers: tuple[bool, ...]
    beside: _Slot | None
    titled: bool


class Anchors:
    """Finds what goes with an argument. One instance serves one index."""

    def __init__(self, written: Written, values: Values) -> None:
        self._written = written
        self._types = written.types
        self._values = values
        self._filled: dict[_Slot, dict[str, list[RegistrationInfo]]] = {}
        self._holders: dict[_Slot, dict[str, list[str]]] = {}
        self._asked: Counter[_Slot] = Counter()

    def functions(
        self, handed: x.Expr, beside: x.Expr, names: Iterable[str], scope: Scope, line: int
    ) -> list[Inflow[FunctionInfo]] | None:
        """The functions that ``handed`` can be where ``beside`` is the address of the object of one of ``names``, or
        a string that is one of them; None where the two do not come from one structure, or nothing says which objects
        hold what.
        """
        ways = self._ways(handed, beside, scope, line)
        if ways is None:
            return None
        holders = set(names)
        if ways.titled:
            called = titles(self._by_object(ways.handed[0]))
            holders = {holder for name in holders for holder in called.get(name, ())}
        elif ways.beside is not None:
            holders = {holder for name in holders for holder in self._holders_of(ways.beside, name)}
            if not holders and not self._naming(ways.beside):
                return None
        return [i for r in self._filling(holders, ways) for i in self._values.registered(r)]

    def objects(self, handed: x.Expr, beside: x.Expr, function: FunctionInfo, scope: Scope, line: int) -> set[str]:
        """The objects that ``beside`` can be the address of where ``handed`` is ``function``; in quotes where it is a
        string that names one.
        """
        ways = self._ways(handed, beside, scope, line)
        if ways is None:
            return set()
        names = (function.name, *filter(None, function.aliases.split(",")))
        found = {r.object for name in names for r in self._with_value(ways.handed[-1], name)}
        for slot, behind in zip(reversed(ways.handed[:-1]), reversed(ways.pointers), strict=True):
            if behind:
                found = {holder for name in found for holder in self._holders_of(slot, name)}
        if ways.titled:
            called = titles(self._by_object(ways.handed[0]))
            return {f'"{title}"' for title, of in called.items() if not found.isdisjoint(of)}
        if ways.beside is None:
            return found
        filled = (r for name in found for r in self._filled_in(ways.beside, name))
        return {m[1] for r in filled if (m := NAMED.fullmatch(r.value)) is not None}

    def _ways(self, handed: x.Expr, beside: x.Expr, scope: Scope, line: int) -> _Ways | None:
        root, theirs = self._members(beside, scope)
        other, ours = self._members(handed, scope)
        if not root or root != other:
            return None
        shared = 0
        while shared < min(len(theirs), len(ours)) and theirs[shared].field == ours[shared].field:
            shared += 1
        if len(ours) == shared or len(theirs) > shared + 1:
            return None
        slots = [self._slot(member, scope, line) for member in (*ours[shared:], *theirs[shared:])]
        known = [slot for slot in slots if slot is not None]
        if len(known) < len(slots):
            return None
        many = len(ours) - shared
        pointers = tuple(member.arrow for member in ours[shared + 1 :])
        titled = is_text(self._types, self._types.type_of(beside, scope, line), scope.file_id)
        beside_slot = known[many] if len(known) > many and not titled else None
        return _Ways(tuple(known[:many]), pointers, beside_slot, titled)

    def _filling(self, objects: set[str], ways: _Ways) -> list[RegistrationInfo]:
        """What the members at the end of the way from these objects are initialised with."""
        for slot, behind in zip(ways.handed, ways.pointers, strict=False):
            if behind:
                found = [NAMED.fullmatch(r.value) for name in sorted(objects) for r in self._filled_in(slot, name)]
                objects = {m[1] for m in found if m is not None}
        return [r for name in sorted(objects) for r in self._filled_in(ways.handed[-1], name)]

    def _members(self, e: x.Expr, scope: Scope) -> tuple[str, list[x.Member]]:
        """The variable that a chain of members begins with, behind locals that are loaded once, and the chain from it
        on; '' for what is no chain.
        """
        chain: list[x.Member] = []
        for _ in range(_DEEP):
            match e:
                case x.Cast(_, operand):
                    e = operand
                case x.Member(base, _, _):
                    chain.insert(0, e)
                    e = base
                case x.Name(name):
                    once = self._loaded_once(name, scope)
                    if once is None:
                        return name, chain
                    e = once
                case _:
                    break
        return "", []

    def _loaded_once(self, name: str, scope: Scope) -> x.Expr | None:
        """The value of a local variable that is declared with one and never gets another."""
        declared = scope.declarations(name) if scope.mentions(name) else []
        if len(declared) != 1 or any(a.target == name for a in scope.body.assigns):
            return None
        text = declared[0][1].init_text
        return self._types.parse(text) if text else None

    def _slot(self, member: x.Member, scope: Scope, line: int) -> _Slot | None:
        found = self._written.member(member, scope, line)
        return (found.owner, found.field, found.home) if found is not None else None

    # -- initialisers ------------------------------------------------------------------------------------------------

    def _filled_in(self, slot: _Slot, name: str) -> list[RegistrationInfo]:
        """What an object of that name has in a slot."""
        if not name or self._often(slot):
            return self._by_object(slot).get(name, [])
        return self._of_slot(slot, self._written.reader.registrations_of_object(name))

    def _with_value(self, slot: _Slot, name: str) -> list[RegistrationInfo]:
        """The initialisers of a slot whose value is ``name``."""
        return self._of_slot(slot, self._written.reader.registrations_of_name(name))

    def _holders_of(self, slot: _Slot, name: str) -> set[str]:
        """The objects that have the address of the object ``name`` in a slot."""
        if self._often(slot):
            return set(self._naming(slot).get(name, ()))
        return {r.object for r in self._with_value(slot, name) if NAMED.fullmatch(r.value) is not None}

    def _of_slot(self, slot: _Slot, rows: list[RegistrationInfo]) -> list[RegistrationInfo]:
        slots = self._written.slots
        return slots.in_order(r for r in rows if slots.fills(r, *slot))

    def _often(self, slot: _Slot) -> bool:
        """Whether so much is asked about a slot that all that is in it had better be read at once: those of trace
        events have ten thousand objects, of which one question needs a few.
        """
        self._asked[slot] += 1
        return self._asked[slot] > _FEW or slot in self._filled

    def _by_object(self, slot: _Slot) -> dict[str, list[RegistrationInfo]]:
        known = self._filled.get(slot)
        if known is None:
            known = self._filled[slot] = {}
            for r in self._written.slots.registrations(*slot):
                known.setdefault(r.object, []).append(r)
        return known

    def _naming(self, slot: _Slot) -> dict[str, list[str]]:
        """The objects that hold others, by the names of those."""
        known = self._holders.get(slot)
        if known is None:
            known = self._holders[slot] = {}
            for name, registrations in self._by_object(slot).items():
                for r in registrations:
                    if (named := NAMED.fullmatch(r.value)) is not None:
                        known.setdefault(named[1], []).append(name)
        return known
