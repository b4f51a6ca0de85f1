# SPDX-License-Identifier: MIT
"""Conditions of build files: sets of alternatives, each a set of options that must be set or not.

Kbuild can say little more than "this option and that one", so a disjunctive normal form is enough, and short. What
grows past ``_LIMIT`` alternatives is weakened: the condition then holds more often than it should, never less.

Literals: ``CONFIG_X`` (y or m), ``CONFIG_X=y``, ``CONFIG_X=m``, and each with ``!`` in front.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache, reduce
from typing import Final, TypeAlias

Term: TypeAlias = frozenset[str]
Terms: TypeAlias = frozenset[Term]

TRUE: Final[Terms] = frozenset({frozenset()})
FALSE: Final[Terms] = frozenset()

_LIMIT: Final = 24


def option(literal: str) -> Terms:
    """The condition that one literal makes."""
    return frozenset({frozenset({literal})})


@lru_cache(maxsize=1 << 14)
def both(a: Terms, b: Terms) -> Terms:
    """``a`` and ``b`` hold."""
    if a in (TRUE, b):
        return b
    if b == TRUE:
        return a
    if len(a) * len(b) > _LIMIT * _LIMIT:
        return a
    terms = _fewest(t for t in (_join(x, y) for x in a for y in b) if t is not None)
    return terms if len(terms) <= _LIMIT else a


@lru_cache(maxsize=1 << 14)
def either(a: Terms, b: Terms) -> Terms:
    """``a`` or ``b`` holds."""
    terms = _fewest(a | b)
    return terms if len(terms) <= _LIMIT else TRUE


@lru_cache(maxsize=1 << 12)
def opposite(a: Terms) -> Terms:
    """``a`` does not hold."""
    return reduce(both, (_fewest(frozenset({_flip(literal)}) for literal in term) for term in a), TRUE)


def text(a: Terms) -> str:
    """As :func:`xref.lex.guard.to_text` spells conditions: "" for always, "0" for never."""
    if not a:
        return "0"
    common = frozenset.intersection(*a)
    rest = [term - common for term in a]
    if not all(rest):
        return _spell(common)
    spelt = sorted((len(term) > 1, _spell(term).lstrip("!" if len(term) == 1 else ""), _spell(term)) for term in rest)
    groups = " || ".join(f"({term})" if several else term for several, _, term in spelt)
    return groups if not common else f"{_spell(common)} && ({groups})"


def _spell(term: Term) -> str:
    return " && ".join(sorted(term, key=lambda literal: (literal.lstrip("!"), literal)))


def _flip(literal: str) -> str:
    return literal[1:] if literal[0] == "!" else "!" + literal


def _join(x: Term, y: Term) -> Term | None:
    """All literals of both; None when they contradict each other."""
    term = x | y
    implied: set[str] = set()
    for literal in term:
        base, equals, state = literal.partition("=")
        if literal[0] == "!":
            continue
        other = f"{base}={'m' if state == 'y' else 'y'}" if equals else literal
        if f"!{literal}" in term or (equals and (f"!{base}" in term or other in term)):
            return None
        if equals:
            implied |= {base, f"!{other}"}
    for literal in term:
        base = literal[1:-2]
        if literal[0] == "!" and literal.endswith("=m"):
            if f"!{base}=y" in term:
                return _join(term - {literal, f"!{base}=y"}, frozenset({f"!{base}"}))
            if base in term:
                return _join(term - {literal, base}, frozenset({f"{base}=y"}))
    return term - implied


def _fewest(terms: Iterable[Term]) -> Terms:
    """Without terms that another one covers; ``(A && B) || (A && !B)`` is ``A``."""
    unique = frozenset(terms)
    if len(unique) < 2:
        return unique
    left = sorted(unique, key=lambda term: (len(term), sorted(term)))
    kept: list[Term] = []
    for term in left:
        if any(shorter <= term for shorter in kept):
            continue
        extra = next((x for x in term if any(other <= term - {x} | {_flip(x)} for other in left if other != term)), "")
        if extra:  # (A && !B) || B is A || B
            return _fewest([*(t for t in left if t != term), term - {extra}])
        twin = next((k for k in kept if len(k) == len(term) and _merge(k, term) is not None), None)
        if twin is not None:
            merged = _merge(twin, term)
            return _fewest([*(t for t in left if t not in (twin, term)), *([merged] if merged is not None else [])])
        kept.append(term)
    return frozenset(kept)


def _merge(x: Term, y: Term) -> Term | None:
    """What two terms share that differ in one literal only, which they hold oppositely."""
    only_x, only_y = x - y, y - x
    if len(only_x) == len(only_y) == 1:
        (a,), (b,) = only_x, only_y
        if _flip(a) == b:
            return x & y
        if a[0] != "!" and {a[-2:], b[-2:]} == {"=y", "=m"} and a[:-2] == b[:-2]:
            return (x & y) | {a[:-2]}
    return None
