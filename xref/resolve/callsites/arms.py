# SPDX-License-Identifier: MIT
"""Calls of a macro that the types of its arguments decide; they belong to whoever uses the macro.

``static_branch_likely(x)`` has an arm for ``struct static_key_true`` and one for ``struct static_key_false``. The macro
itself does not decide which of them is taken, so the calls in such arms do not leave from the macro's node. Where the
macro is used, the arguments are put into the condition, and the calls of the arm that is left are made there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

import msgspec

from xref.facts.model import CallFact
from xref.lex import guard as g
from xref.resolve.edge import EdgeKind
from xref.resolve.language.choices import Choices
from xref.resolve.language.names import Names
from xref.resolve.language.scope import Scope
from xref.resolve.lookup.arguments import arguments
from xref.resolve.lookup.written import Written
from xref.resolve.model import Site, Step, Target
from xref.store.model import FunctionInfo

_WORD: Final = re.compile(r"[A-Za-z_$][\w$]*")
_MOST: Final = 1_000
"""So many arms of one macro are looked at."""
_AT_ONCE: Final = 1_000
"""The bodies of more functions are not read only to find the macros among them."""
_LONGEST: Final = 10_000
"""A condition of so many characters is not looked into: it may hold."""


class Arm(NamedTuple):
    """A call that a macro makes where ``choice`` holds, a condition in which the macro's parameters stand. ``macro`` is
    the one in whose body the call is: the same, or one that is invoked in it.
    """

    choice: str
    call: CallFact
    macro: FunctionInfo
    guard: str


class Arms:
    """Finds the arms of macros, and which of them a use takes. One instance serves one index."""

    def __init__(
        self, written: Written, names: Names, choices: Choices, opened: Callable[[CallFact, Scope], Site | None]
    ) -> None:
        """``opened``: what a call is, whatever its choice."""
        self._written = written
        self._reader = written.reader
        self._names = names
        self._choices = choices
        self._opened = opened
        self._known: dict[int, tuple[Arm, ...]] = {}
        self._params: dict[int, tuple[str, ...]] = {}
        self._inner: dict[tuple[int, int], Site] = {}

    def decides(self, call: CallFact, scope: Scope) -> bool:
        """Whether only who uses the macro that a call stands in can say if there is such a call."""
        return bool(call.choice) and _mentions(call.choice, self._deciding(scope))

    def _deciding(self, scope: Scope) -> tuple[str, ...]:
        """The parameters of a macro whose types only its users know: not what it declares a variable by, as
        ``__dynamic_func_call(id, ...)`` of include/linux/dynamic_debug.h does.
        """
        if scope.function.kind != "macro":
            return ()
        known = self._params.get(scope.function.id)
        if known is None:
            left = tuple(p for p in scope.macro_params if not scope.declares(p))
            known = self._params[scope.function.id] = left
        return known

    def taken(self, call: CallFact, scope: Scope) -> bool:
        """Whether a call can be one of a function or macro itself."""
        if self.decides(call, scope):
            return False
        return not call.choice or self._choices.possible(call.choice, scope, call.line)

    def made(self, site: Site, scope: Scope, leads_on: Callable[[Iterable[Target]], bool] | None = None) -> list[Site]:
        """The calls that the macros make which are invoked at ``site``, by the types of the arguments there; but for
        those by name of functions of which ``leads_on`` is not true.
        """
        call = site.call
        found: dict[tuple[object, ...], Site] = {}
        for t in site.targets:
            if t.kind is not EdgeKind.MACRO:
                continue
            taken: dict[str, bool] = {}
            for k, arm in enumerate(self._of(t.function)):
                if leads_on is not None and arm.call.callee.isidentifier():
                    named = self._inside(arm, t.function.id, k)
                    if named is None or (named.targets and not named.via and not leads_on(named.targets)):
                        continue
                if arm.choice not in taken:
                    taken[arm.choice] = self._is_taken(arm.choice, t.function, call, scope)
                if not taken[arm.choice]:
                    continue
                inner = self._inside(arm, t.function.id, k)
                if inner is None:
                    continue
                made = self._here(inner, arm, call, t.function, scope)
                key = (made.call.callee, made.via, *(target.function.id for target in made.targets))
                other = found.get(key)  # by another definition of the macro
                if other is not None:
                    made = msgspec.structs.replace(other, call=_in_either(other.call, made.call))
                found[key] = made
        return list(found.values())

    def _inside(self, arm: Arm, macro: int, k: int) -> Site | None:
        """What the call of an arm is, the ``k``-th of a macro: by name, the same wherever that is used."""
        known = self._inner.get((macro, k))
        if known is None:
            known = self._opened(arm.call, self._written.scope(arm.macro))
            if known is not None and not known.via:
                self._inner[macro, k] = known
        return known

    def _is_taken(self, choice: str, macro: FunctionInfo, call: CallFact, scope: Scope) -> bool:
        """Whether the arms of a macro that hang on ``choice`` may have calls where it is used by ``call``."""
        deciding = self._deciding(scope)
        if not deciding and self._choices.open(choice):
            return True  # test_bit(nr, addr): an arm for numbers that are known, another for all others
        here = self._put_in(choice, macro, call)
        if _mentions(here, deciding):
            return False
        return len(here) > _LONGEST or self._choices.possible(here, scope, call.line)

    @staticmethod
    def _here(inner: Site, arm: Arm, call: CallFact, macro: FunctionInfo, scope: Scope) -> Site:
        guard = _both(call.guard or scope.function.guard, arm.guard) if arm.guard else call.guard
        step = Step(f"expansion of {macro.name}", scope.file_id, call.line)
        fact = CallFact(call.line, call.column, inner.call.callee, "", guard, macro.name, call.condition)
        targets = tuple(msgspec.structs.replace(t, steps=(step, *t.steps)) for t in inner.targets)
        return Site(fact, inner.via, inner.kind, targets, inner.reason)

    def _of(self, macro: FunctionInfo) -> tuple[Arm, ...]:
        """The arms of a macro that its arguments decide."""
        known = self._known.get(macro.id)
        if known is None:
            self._known[macro.id] = ()  # what reaches itself
            known = self._known[macro.id] = tuple(self._find(macro))
        return known

    def _find(self, macro: FunctionInfo) -> list[Arm]:
        scope = self._written.scope(macro)
        params = self._deciding(scope)
        found: dict[Arm, None] = {}
        for call in scope.body.calls if params else ():
            guard = call.guard or macro.guard
            if self.decides(call, scope):
                found[Arm(call.choice, call, macro, guard)] = None
            if not call.callee.isidentifier() or not _mentions(call.arguments, params):
                continue
            site = self._opened(call, scope)
            for t in site.targets if site is not None else ():
                for arm in self._of(t.function) if t.kind is EdgeKind.MACRO else ():
                    choice = self._put_in(arm.choice, t.function, call)
                    if _mentions(choice, params):
                        choice = f"{call.choice} && {choice}" if call.choice else choice
                        found[arm._replace(choice=choice, guard=_both(guard, arm.guard))] = None
        return list(found)[:_MOST]

    def _put_in(self, choice: str, macro: FunctionInfo, call: CallFact) -> str:
        """``choice`` with the arguments of ``call`` for the parameters of ``macro``."""
        scope = self._written.scope(macro)
        given = arguments(call.arguments)
        by_name = dict(zip(scope.macro_params, given, strict=False))
        if scope.variadic:
            by_name[scope.variadic] = ", ".join(given[len(scope.macro_params) - 1 :])
        return _WORD.sub(lambda m: by_name.get(m[0], m[0]), choice)

    def leading_to(self, names: Iterable[str]) -> frozenset[str]:
        """The names of the macros by whose invocation one of ``names`` may be called so."""
        wanted = frozenset(names)
        if not self._choosing(wanted):
            return frozenset()
        found: set[str] = set()
        seen: set[int] = set()
        todo = sorted(wanted)
        while todo:
            ids = [fid for fid in self._reader.mentions("c", todo.pop()) if fid not in seen]
            seen.update(ids)
            for f in self._reader.functions(ids):
                if f.kind == "macro" and any(arm.call.callee in wanted for arm in self._of(f)):
                    new = set(self._names.spellings(f)) - found
                    found |= new
                    todo += sorted(new)
        return frozenset(found)

    def _choosing(self, wanted: frozenset[str]) -> bool:
        """Whether any macro calls one of ``wanted`` by the types of its own arguments: hardly one does, and then it
        need not be asked what else such macros invoke.
        """
        ids = list(dict.fromkeys(fid for name in sorted(wanted) for fid in self._reader.mentions("c", name)))
        if len(ids) > _AT_ONCE:
            self._reader.expect_functions(ids)  # without their bodies
            ids = [fid for fid in ids if (f := self._reader.function(fid)) is not None and f.kind == "macro"]
        for f in self._reader.functions(ids):
            if f.kind == "macro":
                scope = self._written.scope(f)
                if any(call.callee in wanted and self.decides(call, scope) for call in scope.body.calls):
                    return True
        return False


def _mentions(text: str, names: Sequence[str]) -> bool:
    return bool(names) and not frozenset(names).isdisjoint(_WORD.findall(text))


def _in_either(one: CallFact, other: CallFact) -> CallFact:
    """A call that is made under the guard of either; '' is that of the function."""
    guard = g.to_text(g.disj(g.from_text(one.guard), g.from_text(other.guard))) if one.guard and other.guard else ""
    return msgspec.structs.replace(one, guard=guard)


def _both(one: str, other: str) -> str:
    return g.to_text(g.conj(g.from_text(one), g.from_text(other)))
