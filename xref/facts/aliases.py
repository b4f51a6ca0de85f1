# SPDX-License-Identifier: MIT
"""Functions that are other names of one: what one invocation makes around the body behind it."""

from __future__ import annotations

import re
from typing import Final, TypeAlias

from xref.facts.builder import FunctionBuilder
from xref.facts.model import CallFact

ALIAS_MARK: Final = "\0"
"""Before the name of the body around which a function was made, among its aliases, until all are read."""
_NAME: Final = re.compile(r"(?<![\w.>])(?<!> )(?<!\. )[A-Za-z_]\w*")
_LITERAL: Final = re.compile(r'"(?:\\.|[^"\\])*"')
Functions: TypeAlias = dict[tuple[str, int], FunctionBuilder]


def join_aliases(functions: Functions) -> None:
    """Wrappers that one invocation makes around the body behind it become names of that body, and are none of
    ``functions`` any more: ``__x64_sys_send`` calls ``__se_sys_send`` calls ``__do_sys_send``.
    """
    wrappers: dict[tuple[str, int], list[FunctionBuilder]] = {}
    for builder in functions.values():
        for mark in [a for a in builder.aliases if a.startswith(ALIAS_MARK)]:
            del builder.aliases[mark]
            wrappers.setdefault((mark[len(ALIAS_MARK) :], builder.line), []).append(builder)
    for key, made in wrappers.items():
        target = functions.get(key)
        if target is not None:
            _join(functions, target, [builder for builder in made if builder is not target])
    claimed: dict[str, str] = {b.name: b.name for b in functions.values()}
    for builder in functions.values():
        # SYSCALL32_DEFINE6(fanotify_mark, ...) is SYSCALL_DEFINE6 where there is no CONFIG_COMPAT: not one more
        # name for this function, but for the other one
        for alias in [a for a in builder.aliases if claimed.setdefault(a, builder.name) != builder.name]:
            del builder.aliases[alias]


def _join(functions: Functions, target: FunctionBuilder, made: list[FunctionBuilder]) -> None:
    """Those of ``made`` that call ``target``, hand it over, or lead to it by one another. What else the invocation
    makes stays a function: SYSCALL_METADATA of RHEL 6 makes init_enter__send() and five more.
    """
    wrapped = {target.name, *target.aliases}
    left = made
    while found := [b for b in left if any(not wrapped.isdisjoint(_names_in(c)) for c in b.calls)]:
        left = [b for b in left if b not in found]
        wrapped.update(b.name for b in found)
    for builder in (b for b in made if b not in left):
        target.aliases[builder.name] = None
        target.calls.update((c, None) for c in builder.calls if c.callee not in wrapped)
        functions.pop((builder.name, builder.line), None)


def _names_in(call: CallFact) -> list[str]:
    """The names in a call's callee and arguments, members and literals aside."""
    return _NAME.findall(_LITERAL.sub("", f"{call.callee} {call.arguments}"))
