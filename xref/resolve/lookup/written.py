# SPDX-License-Identifier: MIT
"""What stands where in the source, as far as facts tell: the calls of a function, the assignments to a name or to a
slot, the calls through a slot, and the names that are in scope at such a place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TypeAlias

from xref.facts.model import AssignFact, Body, CallFact
from xref.parse import ctree as x
from xref.parse.ctree import Array
from xref.resolve.language.names import Names
from xref.resolve.language.scope import Scope
from xref.resolve.language.types import Types
from xref.resolve.lookup.arguments import arguments
from xref.resolve.lookup.latest import Latest
from xref.resolve.lookup.slots import Slots
from xref.resolve.model import MemberType
from xref.store.model import FunctionInfo, RegistrationInfo
from xref.store.reader import Reader
from xref.store.stored import chosen_among, last_member

MAX_CALLERS = 400
"""So many callers are read where what they hand over may be anything: words, and pointers to data."""
ALL_CALLERS = 20_000
"""The same where it is a function: single_open() of fs/seq_file.c has 1,700 callers, timer_setup() a thousand."""
_SCOPES = 5000
_WORD = re.compile(r"[A-Za-z_]\w*")
_Assigned: TypeAlias = tuple[int, int, AssignFact, str]
"""An assignment to a member: its function, its file, and the tag of what the member is accessed from."""


class Written:
    """Finds places in the source. One instance serves one index."""

    def __init__(self, reader: Reader, names: Names, types: Types, slots: Slots) -> None:
        self.reader = reader
        self.names = names
        self.types = types
        self.slots = slots
        self.demand = slots.demand
        self.latest = Latest(types)
        self._scopes: dict[int, Scope] = {}
        self._assignments_memo = lru_cache(maxsize=1000)(self._assignments)
        self._dispatches_memo = lru_cache(maxsize=1000)(self._dispatches)
        self.cut = 0
        """How many functions have more callers than are read."""

    def scope(self, function: FunctionInfo, body: Body | None = None) -> Scope:
        """The names inside a function."""
        known = self._scopes.get(function.id)
        if known is None:
            if len(self._scopes) > _SCOPES:
                self._scopes.clear()
            body = body if body is not None else self.reader.body(function.id)
            known = self._scopes[function.id] = Scope(function, body, self.types.is_type)
        return known

    def around(self, r: RegistrationInfo) -> Scope | None:
        """The function in which an initialiser stands; None at file scope."""
        if r.function:
            for f in self.reader.functions_named(r.function):
                if f.file_id == r.file_id and f.kind != "macro" and f.line <= r.line <= f.end_line:
                    return self.scope(f)
        return None

    def member(self, e: x.Member, scope: Scope, line: int) -> MemberType | None:
        """The slot that a member expression names."""
        base = self.types.type_of(e.base, scope, line)
        return self.types.member(self.types.resolved(base, scope, line), e.field, scope.file_id)

    def home(self, name: str, file_id: int) -> int:
        """The file that an object of this name is private to, as seen from ``file_id``; 0 for an external one."""
        own = any(o.linkage == "static" and o.file_id == file_id for o in self.reader.objects(name))
        return file_id if own else 0

    def stands_in(self, name: str, home: int, file_id: int) -> bool:
        """Whether a file can initialise the object ``name`` of ``home``: of an external one, where it is not static."""
        if home:
            return home == file_id
        return any(o.file_id == file_id and o.linkage != "static" for o in self.reader.objects(name))

    # -- calls --------------------------------------------------------------------------------------------------------

    def call_sites(self, function: FunctionInfo, most: int = MAX_CALLERS) -> list[tuple[FunctionInfo, CallFact]]:
        """The direct calls of a function, by name, in files where the name means it, in ``most`` of its callers."""
        found: list[tuple[FunctionInfo, CallFact]] = []
        self.demand.callers.add((function.name, function.file_id if function.linkage == "static" else 0))
        for name in self.names.spellings(function):
            meant = self._meaning(name, function)
            callers = self.reader.mentions("c", name)
            if len(callers) > most:
                self.cut += 1
                callers = callers[:most]
            self.reader.expect_functions(callers)
            rows = [row for fid in callers if (row := self.reader.function(fid)) is not None]
            meaning = [row for row in rows if any(f.id == function.id for f in meant(row.file_id))]
            self.reader.expect_bodies(row.id for row in meaning)
            for caller in meaning:
                calls = self.reader.body(caller.id).calls
                found.extend((caller, c) for c in calls if c.callee == name or name in chosen_among(c.callee))
        return found

    def _meaning(self, name: str, function: FunctionInfo) -> Callable[[int], tuple[FunctionInfo, ...]]:
        """What ``name``, of which a macro may make ``function``, means in a file, as far as it is of that kind."""
        names = self.names
        if name != function.name and name not in function.aliases.split(","):
            if function.kind == "macro":
                return lambda file_id: names.macro_nodes(names.alias(name, file_id), file_id)
            return lambda file_id: names.called(name, file_id)
        kind = names.macro_nodes if function.kind == "macro" else names.functions
        return lambda file_id: kind(name, file_id)

    def registered_slots(self, function: FunctionInfo) -> set[tuple[str, str]]:
        """The slots that initialisers put a function into, by its name, and assignments."""
        found: set[tuple[str, str]] = set()
        for f in self.reader.functions(self.reader.mentions("v", function.name)[:MAX_CALLERS]):
            scope = self.scope(f)
            for a in scope.body.assigns if f.kind != "macro" else ():
                if a.value.lstrip("& ") == function.name and not a.target.isidentifier():
                    assigned = self.types.parse(a.target)
                    member = self.member(assigned, scope, a.line) if isinstance(assigned, x.Member) else None
                    if member is not None and member.field:
                        if any(g.id == function.id for g in self.names.functions(function.name, f.file_id)):
                            found.add((member.owner, member.field))
        for name in (function.name, *filter(None, function.aliases.split(","))):
            for r in self.reader.registrations_of_name(name):
                target = self.slots.target(r)
                if target is not None and target.field:
                    if any(f.id == function.id for f in self.names.functions(name, r.file_id)):
                        found.add((target.owner, target.field))
        return found

    def dispatches(self, struct: str, field: str) -> tuple[tuple[FunctionInfo, CallFact], ...]:
        """The calls that spell ``x->field(...)`` (or an element of it) whose ``x`` is a ``struct``."""
        return self._dispatches_memo(struct, field)

    def _dispatches(self, struct: str, field: str) -> tuple[tuple[FunctionInfo, CallFact], ...]:
        found = []
        names = self.reader.spellings(field)
        for f in self.reader.functions(self.slots.mentioning("m", struct, field)):
            for call in self.reader.body(f.id).calls:
                if call.callee.isidentifier() or last_member(call.callee) not in names:
                    continue
                e = self.types.parse(call.callee)
                while isinstance(e, x.Unary | x.Cast | x.Index):
                    e = e.base if isinstance(e, x.Index) else e.operand
                if isinstance(e, x.Member):
                    member = self.member(e, self.scope(f), call.line)
                    if member is not None and member.owner == struct and member.field == field:
                        found.append((f, call))
        return tuple(found)

    def dispatches_by_local(self, function: FunctionInfo) -> Iterator[tuple[FunctionInfo, CallFact]]:
        """The calls through a local variable that ``function`` was put into by its name: ``writer = interleaved_copy;
        ... writer(substream, ..., transfer)`` of sound/core/pcm_lib.c.
        """
        for f in self.reader.functions(self.reader.mentions("v", function.name)[:MAX_CALLERS]):
            scope = self.scope(f)
            calls = [c for c in scope.body.calls if c.callee.isidentifier() and scope.holds(c.callee, c.line)]
            if calls and any(meant.id == function.id for meant in self.names.functions(function.name, f.file_id)):
                for call in calls:
                    if any(function.name in _WORD.findall(text) for text in self._given(call.callee, scope)):
                        yield f, call

    @staticmethod
    def _given(name: str, scope: Scope) -> Iterator[str]:
        """What a local variable is declared with, or assigned."""
        for _, declared in scope.declarations(name):
            yield declared.init_text or ""
        for a in scope.body.assigns:
            if a.target == name:
                yield a.value

    # -- assignments --------------------------------------------------------------------------------------------------

    def assignments_to(self, name: str, file_id: int) -> Iterator[tuple[Scope, AssignFact]]:
        """The assignments that may be to the object ``name`` or to its elements; ``file_id`` 0: of every file."""
        for fid in self.reader.mentions("a", name)[:MAX_CALLERS]:
            f = self.reader.function(fid)
            if f is None or f.kind == "macro" or (file_id and f.file_id != file_id):
                continue
            scope = self.scope(f)
            for a in scope.body.assigns:
                # nvkm_iccsense_oneinit() of drivers/gpu/drm/nouveau has a variable "read" of its own
                if last_member(a.target) == name and not scope.holds(name, a.line):
                    yield scope, a

    def filled_elsewhere(self, name: str, file_id: int) -> Iterator[tuple[Scope, AssignFact]]:
        """The assignments to elements of the table ``name`` by a function that is given it:
        ``exit_handlers[EXIT_REASON_VMON] = handle_vmxon`` of nested_vmx_hardware_setup(), arch/x86/kvm/vmx/nested.c.
        """
        for f in self.reader.functions(self.reader.mentions("v", name)[:MAX_CALLERS]):
            if file_id and f.file_id != file_id:
                continue
            for call in self.reader.body(f.id).calls:
                if name in call.arguments and call.callee.isidentifier():
                    for k, arg in enumerate(arguments(call.arguments)):
                        for g in self.names.functions(call.callee, f.file_id) if arg == name else ():
                            yield from self._filled(self.scope(g), self.scope(g).parameter_name(k))

    def filled_by_local(self, struct: str, field: str) -> Iterator[tuple[Scope, AssignFact]]:
        """The assignments to elements of an array that is a member, by a local pointer to it: ``handlers =
        priv->rx_handlers; handlers[REPLY_ERROR] = iwlagn_rx_reply_error`` of drivers/net/wireless/intel/iwlwifi/dvm.
        """
        members = self.types.members(struct, field)
        if not members or not all(isinstance(m.ctype, Array) for m in members):
            return
        for f in self.reader.functions(self.slots.mentioning("g", struct, field)):
            scope = self.scope(f)
            for local in sorted({a.target.partition("[")[0] for a in scope.body.assigns if a.target.endswith("]")}):
                for text in self._given(local, scope) if local.isidentifier() else ():
                    e = self.types.parse(text)
                    found = self.member(e, scope, f.line) if field in text and isinstance(e, x.Member) else None
                    if found is not None and (found.owner, found.field) == (struct, field):
                        yield from self._filled(scope, local)

    @staticmethod
    def _filled(scope: Scope, name: str) -> Iterator[tuple[Scope, AssignFact]]:
        """The assignments to elements of what a parameter or a local variable points to."""
        for a in scope.body.assigns:
            if name and a.target.endswith("]") and a.target.partition("[")[0].rstrip() == name:
                yield scope, a

    def slot_assignments(self, struct: str, field: str, home: int | None = None) -> list[tuple[Scope, AssignFact]]:
        """Every ``x->field = value`` whose ``x`` is a ``struct``."""
        return list(self._of_slot(self._assignments_memo(struct, field), struct, field, home))

    def is_assigned(self, struct: str, field: str) -> bool:
        """Whether there is one."""
        assigned = self._assigned_in(self.slots.mentioning("a", struct, field), field, None)
        return any(True for _ in self._of_slot(assigned, struct, field, None))

    def slot_assignments_of(
        self, functions: Sequence[int], struct: str, field: str, wanted: Callable[[AssignFact, Scope], bool]
    ) -> list[tuple[Scope, AssignFact]]:
        """Those of them that stand in ``functions`` and are ``wanted``; the others are not typed."""
        return list(self._of_slot(self._assigned_in(functions, field, wanted), struct, field, None))

    def _of_slot(
        self, assigned: Iterable[_Assigned], struct: str, field: str, home: int | None
    ) -> Iterator[tuple[Scope, AssignFact]]:
        for fid, file_id, a, tag in assigned:
            name = last_member(a.target)
            possible = self.types.members(tag, name)
            if possible is not None and all(m.owner != struct for m in possible):
                continue
            member = self.types.member_of(tag, name, file_id)
            if member is None or member.field != field:  # a field of that name may be an alias of another
                continue
            if member.owner == struct and (home is None or member.home == home):
                function = self.reader.function(fid)
                if function is not None:
                    yield self.scope(function), a

    def _assignments(self, struct: str, field: str) -> tuple[_Assigned, ...]:
        """Every ``x->field = value`` whose ``x`` may be a ``struct``."""
        return tuple(self._assigned_in(self.slots.mentioning("a", struct, field), field, None))

    def _assigned_in(
        self, functions: Sequence[int], field: str, wanted: Callable[[AssignFact, Scope], bool] | None
    ) -> Iterator[_Assigned]:
        """Every assignment to something named ``field`` in these functions, if it is ``wanted``."""
        names = self.reader.spellings(field)
        for f in self.reader.functions(functions):
            if f.kind == "macro":
                continue
            for a in self.reader.body(f.id).assigns:
                if not any(name in a.target for name in names) or last_member(a.target) not in names:
                    continue
                if wanted is not None and not wanted(a, self.scope(f)):
                    continue
                target = x.accessed(self.types.parse(a.target))
                if not isinstance(target, x.Member) or target.field not in names:
                    continue
                scope = self.scope(f)
                base = self.types.resolved(self.types.type_of(target.base, scope, a.line), scope, a.line)
                tag = self.types.record_tag(base, f.file_id)
                if tag:
                    yield f.id, f.file_id, a, tag
