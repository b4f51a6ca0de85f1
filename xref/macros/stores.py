# SPDX-License-Identifier: MIT
"""Which macros store one of their arguments in another: ``WRITE_ONCE(a->b, c)``, ``rcu_assign_pointer(a->b, c)``.

Learnt from the bodies, down to the assignment that is found there; only what an instruction stores has to be known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from xref.lex.model import MacroDef
from xref.lex.tokens import is_identifier
from xref.macros.body import body_tokens
from xref.macros.fixpoint import Fixpoint
from xref.macros.shapes import skip_brackets, split_arguments
from xref.macros.view import MacroSource
from xref.tree.files import program_of

_TYPE_OPERATORS: Final = frozenset("typeof __typeof__ __typeof typeof_unqual __unqual_scalar_typeof sizeof".split())
_OPENS: Final = frozenset({";", "{", "}", ",", "do", "else"})
_MOST_DEFINITIONS: Final = 6
_DEEPEST: Final = 4


class Store(NamedTuple):
    """The argument at ``value`` is stored in the one at ``target``; ``deref`` is 1 where that is a pointer to the place
    (``smp_store_release(&x, y)``), 0 where it is the place itself.
    """

    target: int
    value: int
    deref: int


# xchg(), cmpxchg() and their kin end in an asm statement (arch/x86/include/asm/cmpxchg.h).
_INSTRUCTIONS: Final = re.compile(r"(?:arch_|raw_)?(try_)?(xchg|cmpxchg)(?:_relaxed|_acquire|_release|_local)?")


class Stores:
    """Answers for every macro of a table; each name is worked out once."""

    def __init__(self, table: MacroSource) -> None:
        self._table = table
        self._judged = Fixpoint(self._judge, frozenset[Store]())
        self._known: dict[str, tuple[Store, ...]] = {}

    def of(self, name: str) -> tuple[Store, ...]:
        """What an invocation of ``name`` stores; nothing for what is no macro."""
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = tuple(sorted(self._judged(name)))
        return known

    def _judge(self, name: str) -> frozenset[Store]:
        instruction = _INSTRUCTIONS.fullmatch(name)
        if instruction is not None:
            return frozenset({Store(0, 1 if instruction[2] == "xchg" else 2, 1)})
        defs = [m for m in self._table.all(name) if m.params]
        defs = [m for m in defs if program_of(m.file) == "kernel"] or defs
        found: set[Store] = set()
        for m in defs[:_MOST_DEFINITIONS]:
            found |= self._in_body(m)
        return frozenset(found)

    def _in_body(self, m: MacroDef) -> set[Store]:
        tokens = body_tokens(m.body)
        known = {p: k for k, p in enumerate(m.params or ())}
        found: set[Store] = set()
        begin = 0
        for i, t in enumerate(tokens):
            if t in _OPENS:
                begin = i + 1
            elif t == "=":
                place = self._operand(tokens[begin:i], known)
                value = self._operand(_statement(tokens, i + 1), known)
                if value is None or value[1] != 0:
                    continue
                if place is not None and place[0] != value[0]:
                    found.add(Store(place[0], value[0], max(place[1], 0)))
                elif place is None and is_identifier(tokens[i - 1]) and i - begin > 1:
                    known = {**known, tokens[i - 1]: value[0]}  # typeof(v) __new = (v);
            elif is_identifier(t) and i + 1 < len(tokens) and tokens[i + 1] == "(" and t != m.name:
                if t in known or t in _TYPE_OPERATORS or not self._table.all(t):
                    continue
                inner = self._judged(t)
                if inner:
                    args = [self._operand(a, known) for a in split_arguments(tokens, i + 1)]
                    for s in inner:
                        if s.target < len(args) and s.value < len(args):
                            place, value = args[s.target], args[s.value]
                            if place and value and place[0] != value[0] and not value[1]:
                                found.add(Store(place[0], value[0], max(place[1] + s.deref, 0)))
        return {s for s in found if s.deref < 2}

    def _operand(self, tokens: tuple[str, ...], known: Mapping[str, int], depth: int = 0) -> tuple[int, int] | None:
        """The parameter that an expression is, with how often it is dereferenced; None for anything else than a
        parameter behind casts, ``&``, ``*`` and macros that are such: ``*(volatile typeof(x) *)&(x)``,
        ``RCU_INITIALIZER(v)``.
        """
        found: tuple[int, int] | None = None
        level = 0
        i, n = 0, len(tokens)
        while i < n:
            t = tokens[i]
            if t in _TYPE_OPERATORS and i + 1 < n and tokens[i + 1] == "(":
                i = skip_brackets(tokens, i + 1)
                continue
            if t == "(" and _is_cast(tokens, i):
                i = skip_brackets(tokens, i)
                continue
            operand: tuple[int, int] | None = None
            if t in known:
                operand = known[t], 0
            elif t == "*":
                level += 1
            elif t == "&":
                level -= 1
            elif is_identifier(t) and i + 1 < n and tokens[i + 1] == "(" and depth < _DEEPEST:
                operand = self._wrapped(t, split_arguments(tokens, i + 1), known, depth + 1)
                if operand is None:
                    return None
                i = skip_brackets(tokens, i + 1) - 1
            elif t not in ("(", ")"):
                return None
            if operand is not None:
                if found is not None:
                    return None
                found = operand
            i += 1
        return (found[0], found[1] + level) if found is not None else None

    def _wrapped(
        self, name: str, args: list[tuple[str, ...]], known: Mapping[str, int], depth: int
    ) -> tuple[int, int] | None:
        """The operand in an invocation of a macro that is one of its own arguments, casts aside."""
        for m in self._table.all(name)[:1]:
            inner = self._operand(body_tokens(m.body), {p: k for k, p in enumerate(m.params or ())}, depth)
            if inner is not None and inner[0] < len(args):
                outer = self._operand(args[inner[0]], known, depth)
                return (outer[0], outer[1] + inner[1]) if outer is not None else None
        return None


def _statement(tokens: tuple[str, ...], start: int) -> tuple[str, ...]:
    end = start
    while end < len(tokens) and tokens[end] not in (";", "}"):
        end += 1
    return tokens[start:end]


def _is_cast(tokens: tuple[str, ...], start: int) -> bool:
    """Whether the parenthesis at ``start`` holds a type: it ends in ``*``, or a ``typeof`` or another one stands in it,
    and an operand follows.
    """
    end = skip_brackets(tokens, start)
    if end >= len(tokens) or tokens[end] in (")", ";", ",", "=", "->", ".", "["):
        return False
    inside = tokens[start + 1 : end - 1]
    return bool(inside) and (
        inside[-1] == "*" or not _TYPE_OPERATORS.isdisjoint(inside) or (all(map(is_identifier, inside)))
    )
