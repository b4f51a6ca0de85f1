# SPDX-License-Identifier: MIT
"""From call sites to targets: what each call of a function calls, and why."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import chain
from typing import TypeAlias

import msgspec

from xref.facts.model import Body, CallFact
from xref.parse import ctree as x
from xref.parse.ctree import Base, CType, Function, Pointer, Tagged
from xref.resolve.callsites.arms import Arms
from xref.resolve.callsites.shared import Shared
from xref.resolve.edge import Confidence, EdgeKind
from xref.resolve.language.filled import yielded
from xref.resolve.language.scope import Scope, fails_the_build
from xref.resolve.language.spell import spell
from xref.resolve.lookup.arguments import arguments
from xref.resolve.model import Holding, MemberType, Site, Step, Target
from xref.resolve.valueflow.casts import NONE_OF_TYPE, fitting, seems_meant
from xref.resolve.valueflow.flow import slot_place
from xref.resolve.valueflow.values import Values, static_call_key
from xref.store.model import FunctionInfo
from xref.store.stored import last_member

_BUILTIN = re.compile(r"__builtin_\w+|offsetof|va_(?:start|end|arg|copy)|alloca")
_BUILTIN_UNLESS_DEFINED = re.compile(r"__sync_\w+|__atomic_\w+")
"""The compiler's, but the kernel has functions of such names: ``__sync_filesystem`` of fs/sync.c."""
_DEEPEST = 12
"""A callee goes through so many expressions: what rcu_dereference() of arm64 yields lies behind seven."""
_MEMBER = re.compile(r"[A-Za-z_]\w*\s*(?:\[|\.|->|$)")
_INVOKED = re.compile(r"(\w+)\s*\(")
_CAST = re.compile(r"\(\s*(?:__\w+\s+)*(\w+)\s*\)")

Reaching: TypeAlias = Callable[[FunctionInfo], Iterable[tuple[FunctionInfo, CallFact]]]
"""Who calls a function through a pointer, and where."""


class Sites:
    """Resolves the call sites of functions."""

    def __init__(
        self,
        shared: Shared,
        values: Values,
        reaching: Reaching | None = None,
        *,
        arms: Arms | None = None,
        ways: Values | None = None,
        left_out: Callable[[str], bool] | None = None,
        wanted: Callable[[FunctionInfo], bool] | None = None,
    ) -> None:
        """``values``: what a pointer can hold; ``ways``: the same, where that is one function. ``arms``: those of
        another, if they are not this one's own. ``left_out``, ``wanted``: see :meth:`but`.
        """
        self.left_out = 0
        """How many calls were."""
        self._shared = shared
        self._written = shared.written
        self._reader = shared.written.reader
        self._names = shared.written.names
        self._types = shared.written.types
        self._macros = shared.macros
        self._called = shared.called
        self._loads = shared.loads
        self._values = values
        self._ways = ways
        self._reaching = reaching
        self._is_left_out = left_out
        self._is_wanted = wanted
        self.arms = arms if arms is not None else Arms(self._written, self._names, shared.choices, self._opened)

    def with_values(self, values: Values) -> Sites:
        """The same, but for what a pointer can hold: ``values`` that are one function."""
        return Sites(self._shared, values, arms=self.arms, ways=values)

    def but(
        self, left_out: Callable[[str], bool] | None, wanted: Callable[[FunctionInfo], bool] | None = None
    ) -> Sites:
        """The same, but that calls through slots (``struct.field``) of which ``left_out`` is true are none of the
        answer, and of calls none of whose targets is ``wanted`` it is only seen that they have some.
        """
        return Sites(self._shared, self._values, self._reaching, left_out=left_out, wanted=wanted)

    def of(self, function: FunctionInfo, body: Body | None = None, *, expected: bool = False) -> list[Site]:
        """Every call site of a function, in the order of the source; ``expected``: what it calls has been read."""
        scope = self._written.scope(function, body)
        if not expected:
            self._reader.expect(call.callee for call in scope.body.calls if call.callee.isidentifier())
        found: list[Site] = []
        sites = [site for call in scope.body.calls if (site := self.site(call, scope)) is not None]
        macros = [[t.function.id for t in site.targets if t.kind is EdgeKind.MACRO] for site in sites]
        self._reader.expect_bodies(chain.from_iterable(macros))
        for site, invoked in zip(sites, macros, strict=True):
            found.append(site)
            if invoked:
                found.extend(self.arms.made(site, scope, self._leads_on))
        return found

    def site(self, call: CallFact, scope: Scope) -> Site | None:
        """One call site; None for what is no call at all."""
        return self._opened(call, scope) if not call.choice or self.arms.taken(call, scope) else None

    def _opened(self, call: CallFact, scope: Scope) -> Site | None:
        """The same, whatever types say of it."""
        callee = call.callee
        if callee.isidentifier():
            if scope.mentions(callee) and scope.holds(callee, call.line) and self._callable(callee, scope, call.line):
                return self._pointer(call, x.Name(callee), scope)
            return self._named(call, callee, scope)
        key = static_call_key(callee)
        if key is not None:
            return self._static_call(call, key)
        e = self._types.parse(callee)
        cast = _CAST.fullmatch(callee)
        if cast is not None and self._types.is_type(cast[1]) and not scope.holds(cast[1], call.line):
            return None  # (__force __sum16)(x): no call but a cast, which only the typedef tells
        while isinstance(e, x.Unary) and e.op in ("*", "&"):
            e = e.operand
        return self._dispatch(call, e, scope, 0)

    def _callable(self, name: str, scope: Scope, line: int) -> bool:
        """Whether a variable can be called: ``this_rq = this_rq()`` of kernel/sched calls a macro of the same name."""
        t = self._types.plain(self._types.type_of(x.Name(name), scope, line), scope.file_id)
        if isinstance(t, Pointer):
            t = self._types.plain(t.to, scope.file_id)
        return not isinstance(t, Base | Tagged) or t == Base("?") or t == Base("void")

    # -- direct -------------------------------------------------------------------------------------------------------

    def _named(self, call: CallFact, name: str, scope: Scope) -> Site | None:
        if _BUILTIN.fullmatch(name):
            return None
        meant = self._called.of(name, scope.function, call.line, call.guard or scope.function.guard)
        if meant:
            rule = f"expansion of {call.macro}" if call.macro else "call"
            step = (Step(rule, scope.file_id, call.line),)
            targets = tuple(Target(f, kind, Confidence.EXACT, f.guard, step) for f, kind in meant)
            return Site(call, "", targets[0].kind, targets)
        if _BUILTIN_UNLESS_DEFINED.fullmatch(name):
            return None
        other = self._names.alias(name, scope.file_id)
        if other != name and not other.isidentifier():
            return self._dispatch(call, self._types.parse(other), scope, 0)
        if self._types.sees_object(other, scope.file_id, scope.function.name):
            return self._pointer(call, x.Name(other), scope)
        opened = self._types.expanded(x.Call(x.Name(name), ()), scope)
        if isinstance(opened, x.Call) and not isinstance(opened.func, x.Name):
            return self._dispatch(call, opened.func, scope, 0)  # #define foo (*ops.foo)
        prototype = scope.prototype(name, call.line)
        if prototype is None:
            return Site(call, "", EdgeKind.DIRECT, (), "no definition in the indexed tree")
        if fails_the_build(prototype.text):
            return None
        return Site(call, "", EdgeKind.DIRECT, (), "declared here, defined nowhere in the indexed tree")

    # -- through pointers ---------------------------------------------------------------------------------------------

    def _targets(
        self, call: CallFact, holdings: tuple[Holding, ...], kind: EdgeKind, scope: Scope
    ) -> tuple[Target, ...]:
        step = Step("dispatch", scope.file_id, call.line)
        here, can_be = call.guard or scope.function.guard, self._called.can_be
        if any(len(h.steps) > 1 for h in holdings) and not self._hands_several(call):
            given = len(arguments(call.arguments))
            holdings = tuple(h for h in holdings if seems_meant(h, given))
        return tuple(
            Target(h.function, kind, Confidence.TYPED, h.guard, (step, *h.steps))
            for h in holdings
            if can_be(h.function, here, scope.file_id)
        )

    def _hands_several(self, call: CallFact) -> bool:
        """Whether a macro may make several arguments of one: TP_ARGS(__data, napi) of include/linux/tracepoint.h."""
        heads = [m[1] for arg in arguments(call.arguments) if (m := _INVOKED.match(arg)) is not None]
        return any(macro.variadic for name in heads for macro in self._macros.all(name))

    def _pointer(self, call: CallFact, e: x.Name, scope: Scope, ctype: CType | None = None) -> Site | None:
        """A call through a local variable, a parameter or a global, which may be cast to ``ctype``."""
        name = e.name
        if scope.function.kind == "macro":
            return None  # an argument decides: the call is made where the macro is used
        if scope.holds(name, call.line):
            decl = scope.local(name, call.line)
            if decl is None:
                param = scope.param(name)
                if param is None:
                    return None
                position = param[0]
                via = f"param {position}"
                holdings = fitting(self._handed(scope.function, position), ctype)
                targets = self._targets(call, holdings, EdgeKind.CALLBACK, scope)
                reason = "" if targets else "no caller is known to pass a function here"
                return Site(call, via, EdgeKind.CALLBACK, targets, reason)
            loaded = self._loads.of_local(name, decl, scope, call.line)
        else:
            loaded = None
        via, receiver = name, None
        every: tuple[Holding, ...] = ()
        if loaded is not None:
            via, receiver = f"{loaded.slot.owner}.{loaded.slot.field}", loaded.member
            if self._leaves_out(via):
                return None
            every = self._values_beside(loaded.slot, receiver, scope)
        if not every:
            every = self._values.of(e, scope, call.line)
            if loaded is not None and loaded.alone and self._leads_on(every):
                every = self._shared.receivers.of(every, loaded.slot, loaded.member, scope, call.line, self._ways)
        holdings = fitting(every, ctype if ctype is not None or loaded is None else loaded.called_as)
        targets = self._targets(call, holdings, EdgeKind.INDIRECT, scope)
        reason = "" if targets else "nothing is known to be assigned here"
        if len(holdings) < len(every) and not targets:
            reason = NONE_OF_TYPE
        return Site(call, via, EdgeKind.INDIRECT, targets, reason, receiver)

    def _handed(self, function: FunctionInfo, position: int) -> tuple[Holding, ...]:
        """What callers hand over as an argument. Where none is known who calls by name or through a slot, those who
        call through any other pointer: ``decompress(buf, len, NULL, flush_buffer, NULL, &my_inptr, error)`` of
        init/initramfs.c, which has its function from decompress_method().
        """
        found = self._values.parameter(function, position)
        if found or self._reaching is None or not self._values.is_callback(function, position):
            return found
        held: dict[int, Holding] = {}
        for caller, call in self._reaching(function):
            args = arguments(call.arguments)
            step = Step("argument", caller.file_id, call.line)
            if position < len(args):
                e = self._types.parse(args[position])
                for h in self._values.of(e, self._written.scope(caller), call.line):
                    held.setdefault(h.function.id, Holding(h.function, (step, *h.steps), call.guard or h.guard))
        return tuple(held.values())

    def _values_beside(self, slot: MemberType, receiver: x.Member, scope: Scope) -> tuple[Holding, ...]:
        """What the very object that a pointer was loaded from has in the slot; empty where that cannot be told."""
        companion = self._shared.companions.of(receiver, scope)
        if companion is None:
            return ()
        return self._shared.companions.holdings(slot_place(slot.owner, slot.field, slot.home), companion) or ()

    def _dispatch(self, call: CallFact, e: x.Expr, scope: Scope, depth: int) -> Site | None:
        if depth > _DEEPEST:
            return Site(call, last_member(call.callee), EdgeKind.INDIRECT, (), "the callee is nested too deeply")
        match e:
            case x.Name(name):
                if scope.holds(name, call.line):
                    return self._pointer(call, e, scope)
                return self._named(call, name, scope)
            case x.Cast(ctype, x.Name(name) as operand) if scope.holds(name, call.line):
                return self._pointer(call, operand, scope, ctype)
            case x.Cast(ctype, operand):
                site = self._dispatch(call, operand, scope, depth + 1)
                fit = fitting(site.targets, ctype) if site is not None else ()
                if site is None or len(fit) == len(site.targets):
                    return site
                return msgspec.structs.replace(site, targets=fit, reason="" if fit else NONE_OF_TYPE)
            case x.Unary("*" | "&", operand):
                return self._dispatch(call, operand, scope, depth + 1)
            case x.Member(_, field, _):
                member = self._written.member(e, scope, call.line)
                if member is None:
                    if scope.function.kind == "macro":
                        return None  # typed where the macro is used
                    opened = self._behind_arrow(e, call, scope)
                    if isinstance(opened, x.Call):
                        return self._dispatch(call, opened.func, scope, depth + 1)
                    if opened is not None:
                        return None
                    return Site(call, f"?.{field}", EdgeKind.INDIRECT, (), "the type of the receiver is not known")
                return self._slot_site(call, member, scope, e)
            case x.Index(base, _):
                while isinstance(base, x.Index):
                    base = base.base
                if isinstance(base, x.Member):
                    return self._dispatch(call, base, scope, depth + 1)
                holdings = self._values.of(e, scope, call.line)
                via = base.name if isinstance(base, x.Name) else last_member(call.callee)
                targets = self._targets(call, holdings, EdgeKind.INDIRECT, scope)
                return Site(call, via, EdgeKind.INDIRECT, targets, "" if targets else "no element is known")
            case x.Cond(test, then, other):
                first = self._dispatch(call, then if then is not None else test, scope, depth + 1)
                second = self._dispatch(call, other, scope, depth + 1)
                if first is None or second is None:
                    return first or second
                return Site(call, first.via or second.via, first.kind, (*first.targets, *second.targets), first.reason)
            case x.StmtExpr(_, _, result) if result is not None:
                return self._dispatch(call, yielded(e), scope, depth + 1)
            case x.Generic():
                found = [self._dispatch(call, arm, scope, depth + 1) for arm in self._types.chosen(e, scope, call.line)]
                sites = [site for site in found if site is not None]
                if not sites:
                    return None
                targets = tuple(t for site in sites for t in site.targets)
                return Site(call, sites[0].via, sites[0].kind, targets, "" if targets else sites[0].reason)
            case x.Call():
                opened = self._types.expanded(e, scope)
                if opened is not None:
                    return self._dispatch(call, opened, scope, depth + 1)
                holdings = self._values.of(e, scope, call.line)
                targets = self._targets(call, holdings, EdgeKind.INDIRECT, scope)
                via = e.func.name if isinstance(e.func, x.Name) else ""
                if isinstance(e.func, x.Name) and not targets:
                    t = self._types.plain(self._types.type_of(e, scope, call.line), scope.file_id)
                    if not isinstance(t, Pointer | Function):
                        return None
                return Site(
                    call, via, EdgeKind.INDIRECT, targets, "" if targets else "what the call returns is not known"
                )
        if scope.function.kind == "macro":
            return None
        return Site(call, last_member(call.callee), EdgeKind.INDIRECT, (), "the callee could not be read")

    def _behind_arrow(self, e: x.Member, call: CallFact, scope: Scope) -> x.Expr | None:
        """What ``e`` is where a macro with arguments stands for the member: ``sbi->fs_cs(i)`` of fs/ufs is an element
        of ``sbi->s_csp``, and no call.
        """
        view = self._macros.view(self._reader.file(scope.file_id).path)
        macro = view.get(e.field)
        if macro is None or macro.params is None:
            return None
        text = self._macros.expand_once(macro, arguments(call.arguments), view)
        if _MEMBER.match(text) is None:
            return None
        return self._types.parse(f"({spell(e.base)}){'->' if e.arrow else '.'}{text}")

    def _leaves_out(self, via: str) -> bool:
        left_out = self._is_left_out is not None and self._is_left_out(via)
        self.left_out += left_out
        return left_out

    def _leads_on(self, found: Iterable[Holding | Target]) -> bool:
        """Whether any of the functions is wanted."""
        wanted = self._is_wanted
        return wanted is None or any(wanted(each.function) for each in found)

    def _slot_site(self, call: CallFact, member: MemberType, scope: Scope, e: x.Member) -> Site | None:
        via = f"{member.owner}.{member.field}"
        if self._leaves_out(via):
            return None
        holdings = self._shared.deferred.known((member.owner, member.field), e, scope, call.line)
        assigned = self._loads.above(e, scope, call.line, self._values, self._shared.values) if not holdings else None
        if assigned is not None:
            holdings = assigned
        elif not holdings:
            every = self._values.slot(member.owner, member.field, member.home, scope.file_id)
            holdings = every
            if self._leads_on(every):
                holdings = self._shared.receivers.of(every, member, e, scope, call.line, self._ways)
        targets = self._targets(call, holdings, EdgeKind.INDIRECT, scope)
        reason = "" if targets else "nothing is registered in this slot"
        return Site(call, via, EdgeKind.INDIRECT, targets, reason, e)

    def tie(self, function: FunctionInfo, site: Site, target: Target) -> tuple[Step, ...] | None:
        """The steps that tie a target to the object which is called: the assignment that brings the object to the
        receiver, and the registration that puts the function into it. None where no such object is known; empty steps
        where none of the objects with this function is known to reach a receiver of which some others are.
        """
        struct, _, field = site.via.rpartition(".")
        if site.receiver is None or target.confidence is not Confidence.TYPED:
            return None
        receivers = self._shared.objects.receivers(site.receiver, self._written.scope(function), site.call.line)
        if not receivers:
            return None
        for thing, step in self._shared.objects.holders(struct, field).get(target.function.id, {}).items():
            steps = receivers.get(thing)
            if steps is not None:
                return (*steps, step)
        return ()

    def _static_call(self, call: CallFact, key: tuple[str, str, str]) -> Site:
        name, struct, field = key
        via = f"{struct}.{field}" if struct else name
        holdings = self._values.static_call(name)
        targets = tuple(Target(h.function, EdgeKind.INDIRECT, Confidence.TYPED, h.guard, h.steps) for h in holdings)
        return Site(
            call, via, EdgeKind.INDIRECT, targets, "" if targets else "nothing is registered for this static call"
        )
