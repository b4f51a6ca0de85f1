# SPDX-License-Identifier: MIT
"""What a macro's body says by itself: its tokens, its operators, which parameters become half of a name."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from typing import Final

from xref.lex.model import MacroDef
from xref.lex.tokens import is_identifier, tokenize

ONE_NAME: Final = re.compile(r"(?:\([\w\s*]+\)\s*)?[a-z_]\w*")
"""The body of a macro that is another name of a function or a variable, cast or not."""
_ADDRESS: Final = re.compile(r"\(?\s*&\s*[A-Za-z_]\w*\s*\)?")
_OPERATORS: Final = frozenset(("#", "##", "__VA_OPT__"))
_STEPS: Final = 4
"""Through how many macros a parameter is followed; CONCATENATE takes two."""


def names_something(body: str) -> bool:
    """Whether a macro's body is nothing but a function, a variable, or the address of one."""
    return ONE_NAME.fullmatch(body) is not None or _ADDRESS.fullmatch(body) is not None


@lru_cache(maxsize=65536)
def body_tokens(body: str) -> tuple[str, ...]:
    """The tokens of a macro body."""
    return tuple(tokenize(body))


class Prepared:
    """The body of a macro, read once for all that invoke it.

    ``operators``: some of its ``tokens`` are ``#``, ``##`` or ``__VA_OPT__``. Else ``slots`` are the parameters in it,
    by their positions (the variadic one last), and ``runs`` the tokens before each of them, and behind the last.
    """

    __slots__ = ("operators", "runs", "slots", "tokens")

    def __init__(self, body: str, names: tuple[str, ...]) -> None:
        self.tokens = list(body_tokens(body))
        self.operators = not _OPERATORS.isdisjoint(self.tokens)
        self.slots: list[int] = []
        self.runs: list[list[str]] = []
        if self.operators:
            return
        position = {name: k for k, name in enumerate(names)}
        begin = 0
        for i, token in enumerate(self.tokens):
            k = position.get(token, -1)
            if k >= 0:
                self.runs.append(self.tokens[begin:i])
                self.slots.append(k)
                begin = i + 1
        self.runs.append(self.tokens[begin:])


@lru_cache(maxsize=65536)
def prepared(body: str, names: tuple[str, ...]) -> Prepared:
    """The body of a macro with these parameters."""
    return Prepared(body, names)


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


def is_operand(macro: MacroDef, k: int) -> bool:
    """Whether the parameter at ``k`` stands beside a ``#`` or ``##``; the variadic one takes all the last ones."""
    if "#" not in macro.body:
        return False
    names = macro.params or ()
    name = names[k] if k < len(names) else macro.variadic
    return name in _operands(macro.body) or name in _spelled(macro.body)


@lru_cache(maxsize=65536)
def _spelled(body: str) -> frozenset[str]:
    """What stands behind a ``#``."""
    return frozenset([t for before, t in pairwise(body_tokens(body)) if before == "#"])


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
