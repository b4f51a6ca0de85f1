# SPDX-License-Identifier: MIT
"""What a macro's body says by itself: its tokens, its operators, which parameters become half of a name."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from xref.lex.model import MacroDef
from xref.lex.tokens import is_identifier, tokenize

_OPERATORS: Final = frozenset(("#", "##", "__VA_OPT__"))
_STEPS: Final = 4
"""Through how many macros a parameter is followed; CONCATENATE takes two."""


@lru_cache(maxsize=65536)
def body_tokens(body: str) -> tuple[str, ...]:
    """The tokens of a macro body."""
    return tuple(tokenize(body))


@lru_cache(maxsize=65536)
def prepared(body: str) -> tuple[tuple[str, ...], bool]:
    """The tokens of a macro body, and whether some of them are operators: ``#``, ``##``, ``__VA_OPT__``."""
    tokens = body_tokens(body)
    return tokens, not _OPERATORS.isdisjoint(tokens)


def pasted(macro: MacroDef, lookup: Callable[[str], MacroDef | None], steps: int = _STEPS) -> frozenset[str]:
    """The parameters of ``macro`` that it hands on to a macro which pastes them.

    ``CONCATENATE(bpf_trace_run, COUNT_ARGS(args))`` in include/trace/bpf_probe.h is ``__CONCAT`` behind one macro. Such
    an argument is expanded before it is pasted (C11 6.10.3.1 p1), which an operand of ``##`` itself is not.
    """
    handed = _handed_on(macro.body, macro.params or ())
    if not handed or not steps:
        return frozenset()
    found = set()
    for callee, k, name in handed:
        inner = lookup(callee)
        if inner is not None and inner.params is not None and k < len(inner.params):
            if inner.params[k] in _operands(inner.body) or inner.params[k] in pasted(inner, lookup, steps - 1):
                found.add(name)
    return frozenset(found)


@lru_cache(maxsize=65536)
def _operands(body: str) -> frozenset[str]:
    """What stands beside a ``##``."""
    if "##" not in body:
        return frozenset()
    tokens = body_tokens(body)
    return frozenset(
        t
        for i, t in enumerate(tokens)
        if "##" in (tokens[i - 1] if i else "", tokens[i + 1] if i + 1 < len(tokens) else "")
    )


@lru_cache(maxsize=65536)
def _handed_on(body: str, params: tuple[str, ...]) -> tuple[tuple[str, int, str], ...]:
    """Which parameters are whole arguments of which macros or functions: callee, position, parameter."""
    tokens = body_tokens(body)
    found: list[tuple[str, int, str]] = []
    open_calls: list[tuple[str, int]] = []
    for i, t in enumerate(tokens):
        if t == "(":
            open_calls.append((tokens[i - 1] if i and is_identifier(tokens[i - 1]) else "", 0))
        elif t == ")":
            if open_calls:
                open_calls.pop()
        elif t == "," and open_calls:
            callee, k = open_calls.pop()
            open_calls.append((callee, k + 1))
        elif t in params and open_calls and open_calls[-1][0]:
            if tokens[i - 1] in ("(", ",") and i + 1 < len(tokens) and tokens[i + 1] in (")", ","):
                found.append((*open_calls[-1], t))
    return tuple(found)
