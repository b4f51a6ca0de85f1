# SPDX-License-Identifier: MIT
"""Presence conditions: under which configuration a line of the kernel exists.

A condition (:class:`Cond`) is built by :func:`atom`, :func:`conj`, :func:`disj` and :func:`neg`, which simplify as they
build, and never by its class. Equal conditions are the same object, so comparing and hashing cost nothing and every
operation is memoised. Simplification is bounded: what is larger than ``_LARGE`` leaves stays as it was written.

Negation stands only before atoms. Atoms are written as the kernel spells them:

- ``CONFIG_X``: the option is y or m; ``CONFIG_X=y``, ``CONFIG_X=m``: exactly that
- ``FOO``: the macro FOO is defined
- anything else, such as ``BITS_PER_LONG == 64``: that text holds, whatever it means

>>> to_text(conj(atom("CONFIG_NET"), disj(neg(atom("CONFIG_SMP")), atom("A > 2"))))
'CONFIG_NET && (A > 2 || !CONFIG_SMP)'
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

Lookup = Callable[[str], bool | None]
"""What is known of an atom, by its name: it holds, it does not, or None for unknown."""

_LARGE: Final = 64
"""Conditions with more leaves than this are flattened but not simplified any further."""
_FEW: Final = 16
"""Clauses are compared pairwise up to this many."""
DEEP: Final = 60
"""Parentheses nested deeper than this make a text opaque."""

_NO, _YES, _MOD = 1, 2, 4
"""The states of an option; a literal is the set of states that it allows. Plain macros use _NO and _YES | _MOD."""


class Cond:
    """One node; ``op`` is ``1``, ``0``, ``a`` (an atom), ``!`` (a negated atom), ``&&`` or ``||``."""

    __slots__ = ("about", "base", "mask", "name", "op", "parts", "size", "text")

    def __init__(
        self,
        op: str,
        name: str,
        parts: tuple[Cond, ...],
        text: str,
        size: int,
        base: str,
        mask: int,
        about: frozenset[str],
    ) -> None:
        self.op: Final = op
        self.name: Final = name
        """The atom's name; empty for groups."""
        self.parts: Final = parts
        """What a group joins, in canonical order."""
        self.text: Final = text
        """The canonical text, see :func:`to_text`."""
        self.size: Final = size
        """Number of leaves."""
        self.base: Final = base
        """The option that an atom speaks of: ``CONFIG_X`` for ``CONFIG_X=m``."""
        self.mask: Final = mask
        """The states of ``base`` that a literal allows."""
        self.about: Final = about
        """Everything that the condition speaks of: conditions that share nothing cannot contradict each other."""

    def __reduce__(self) -> tuple[object, ...]:
        return _node, (self.op, self.name, self.parts)

    def __repr__(self) -> str:
        return f"Cond({self.text!r})"


_nodes: dict[tuple[str, str, tuple[Cond, ...]], Cond] = {}
_OPTION = re.compile(r"(CONFIG_\w+)=([ym])")
_PLAIN = re.compile(r"[A-Za-z_]\w*(=[ym])?")
_BOUNDARY = re.compile(r"&&|\|\||[()]")
_EQUAL = re.compile(r"(.*) == (0|[1-9]\d*)", re.S)
_NAMES = re.compile(r"!?[A-Za-z_]\w*(?: && !?[A-Za-z_]\w*)*")
_QUOTED = re.compile(r"`((?:[^\\`]|\\.)*)`", re.S)
_ESCAPED = re.compile(r"\\(.)", re.S)


def _node(op: str, name: str = "", parts: tuple[Cond, ...] = ()) -> Cond:
    """The one object with this content."""
    key = (op, name, parts)
    if (known := _nodes.get(key)) is not None:
        return known
    base, mask, size = name, _YES | _MOD, 1
    if option := _OPTION.fullmatch(name):
        base, mask = option[1], _YES if option[2] == "y" else _MOD
    if op in ("a", "!"):
        text = name if _reads_back(name) else "`" + re.sub(r"[\\`]", r"\\\g<0>", name) + "`"
        if op == "!":
            mask ^= _NO | _YES | _MOD
            text = f"!{text}" if _PLAIN.fullmatch(name) or text[0] == "`" else f"!({text})"
    else:
        text = (
            f" {op} ".join(f"({p.text})" if p.parts else p.text for p in parts) if parts else "0" if op == "0" else ""
        )
        size = sum(p.size for p in parts)
    if parts:
        about = frozenset[str]().union(*(p.about for p in parts))
    elif value := _EQUAL.fullmatch(name):
        about = frozenset((base, value[1]))
    else:
        about = frozenset((base,) if name else ())
    return _nodes.setdefault(key, Cond(op, name, parts, text, size, base, mask, about))


def _reads_back(name: str) -> bool:
    """Whether a name can stand for itself in a text: nothing in it looks like the text's own structure."""
    if _PLAIN.fullmatch(name):
        return True
    if not re.match(r"[A-Za-z_]", name) or name != name.strip() or re.search(r"&&|\|\||`", name):
        return False
    return _atom_end(name, 0) == len(name)


def _atom_end(text: str, start: int) -> int:
    """Where an unquoted name that begins at ``start`` ends: before ``&&``, ``||`` or a foreign ``)``."""
    depth = 0
    for m in _BOUNDARY.finditer(text, start):
        if m[0] == "(":
            depth += 1
        elif m[0] == ")" and depth:
            depth -= 1
        else:
            return m.start()
    return len(text) if not depth else -1


def _group(op: str, parts: list[Cond]) -> Cond:
    if len(parts) == 1:
        return parts[0]
    return _node(op, "", tuple(sorted(parts, key=lambda p: (bool(p.parts), p.name or p.text, p.op))))


ALWAYS: Final = _node("1")
NEVER: Final = _node("0")


def atom(name: str) -> Cond:
    """The condition that ``name`` holds; see the module for how names are spelt."""
    return _node("a", name)


@lru_cache(maxsize=1 << 16)
def neg(c: Cond) -> Cond:
    """The opposite condition; ``neg(neg(c)) is c``."""
    if c.parts:
        return _group("||" if c.op == "&&" else "&&", [neg(p) for p in c.parts])
    return _node({"1": "0", "0": "1", "a": "!", "!": "a"}[c.op], c.name)


def conj(*conditions: Cond) -> Cond:
    """All of them hold; ALWAYS for none."""
    wanted = tuple(dict.fromkeys(c for c in conditions if c is not ALWAYS))
    if len(wanted) < 2:
        return wanted[0] if wanted else ALWAYS
    return _conj(wanted)


def disj(*conditions: Cond) -> Cond:
    """At least one of them holds; NEVER for none."""
    return neg(conj(*(neg(c) for c in conditions)))


class _Facts:
    """What a set of literals says: the states left for every option, and the value of what is compared by ``==``."""

    __slots__ = ("equal", "states")

    def __init__(self) -> None:
        self.states: dict[str, int] = {}
        self.equal: dict[str, str] = {}

    def add(self, literal: Cond) -> bool:
        """Learn a literal; False when it contradicts what is known."""
        known = self.says(literal)
        self.states[literal.base] = self.states.get(literal.base, _NO | _YES | _MOD) & literal.mask
        if literal.op == "a" and (value := _EQUAL.fullmatch(literal.name)):
            self.equal[value[1]] = value[2]
        return known is not False

    def says(self, literal: Cond) -> bool | None:
        states = self.states.get(literal.base, _NO | _YES | _MOD)
        if not states & literal.mask:
            return False
        if not states & ~literal.mask:
            return True
        if self.equal and (value := _EQUAL.fullmatch(literal.name)) and value[1] in self.equal:
            return (self.equal[value[1]] == value[2]) is (literal.op == "a")
        return None

    def assume(self, c: Cond) -> Cond:
        """``c`` without what is known already."""
        if not c.parts:
            known = self.says(c)
            return c if known is None else ALWAYS if known else NEVER
        parts = [self.assume(p) for p in c.parts]
        if all(new is old for new, old in zip(parts, c.parts, strict=True)):
            return c
        return conj(*parts) if c.op == "&&" else disj(*parts)

    def literals(self, given: dict[Cond, None]) -> list[Cond]:
        """The fewest literals that say the same as the given ones: one for every option."""
        fewest: dict[Cond, None] = {}
        for literal in given:
            states = self.states[literal.base]
            if states != literal.mask:  # CONFIG_X && !CONFIG_X=m is CONFIG_X=y
                sign, suffix = _STATES[states]
                literal = _node(sign, literal.base + suffix)
            if literal.op == "!" and (value := _EQUAL.fullmatch(literal.name)) and value[1] in self.equal:
                continue  # A == 1 says already that A is not 2
            fewest[literal] = None
        return list(fewest)


_STATES: Final = {
    _NO: ("!", ""),
    _YES: ("a", "=y"),
    _MOD: ("a", "=m"),
    _YES | _MOD: ("a", ""),
    _NO | _YES: ("!", "=m"),
    _NO | _MOD: ("!", "=y"),
}


@lru_cache(maxsize=1 << 17)
def _conj(conditions: tuple[Cond, ...]) -> Cond:
    facts = _Facts()
    literals: dict[Cond, None] = {}
    clauses: dict[Cond, None] = {}
    todo = list(conditions)
    simplify = sum(c.size for c in conditions) <= _LARGE
    while todo:
        for c in _flat(todo):
            if c is NEVER or (not c.parts and not facts.add(c)):
                return NEVER
            (clauses if c.parts else literals)[c] = None
        todo = []
        if simplify and literals:
            for clause in list(clauses):
                less = facts.assume(clause)
                if less is not clause:
                    del clauses[clause]
                    todo.append(less)
    if simplify and 1 < len(clauses) <= _FEW:
        fewer = _absorb(list(clauses))
        if fewer is not None:
            return _conj((*literals, *fewer))
    return _group("&&", [*facts.literals(literals), *clauses])


def _flat(conditions: list[Cond]) -> list[Cond]:
    """Their literals and ``||`` groups, ALWAYS left out."""
    flat: list[Cond] = []
    for c in conditions:
        flat.extend(c.parts if c.op == "&&" else () if c is ALWAYS else (c,))
    return flat


def _absorb(clauses: list[Cond]) -> list[Cond] | None:
    """One step of ``(A|B) & (A|B|C) -> A|B`` or ``(A|B) & (A|!B) -> A``; None when there is nothing to do."""
    for i, first in enumerate(clauses):
        for second in clauses[i + 1 :]:
            a, b = set(first.parts), set(second.parts)
            rest = [c for c in clauses if c is not first and c is not second]
            if a <= b or b <= a:
                return [*rest, first if a <= b else second]
            only_a, only_b = a - b, b - a
            if len(only_a) == len(only_b) == 1 and neg(only_a.pop()) is only_b.pop():
                return [*rest, disj(*(a & b))]
    return None


def contradicts(a: Cond, b: Cond) -> bool:
    """No configuration has both. False may also mean that it was too hard to tell."""
    if a is NEVER or b is NEVER:
        return True
    return not a.about.isdisjoint(b.about) and _contradicts(a, b)


@lru_cache(maxsize=1 << 18)
def _contradicts(a: Cond, b: Cond) -> bool:
    return conj(a, b) is NEVER


def evaluate(c: Cond, lookup: Lookup) -> bool | None:
    """What ``c`` comes to with what ``lookup`` knows; None when that does not decide it."""
    result = substitute(c, lookup)
    return True if result is ALWAYS else False if result is NEVER else None


def substitute(c: Cond, lookup: Lookup) -> Cond:
    """``c`` simplified by what ``lookup`` knows of its atoms."""
    if c.parts:
        parts = [substitute(p, lookup) for p in c.parts]
        return conj(*parts) if c.op == "&&" else disj(*parts)
    if c.op in "01":
        return c
    known = lookup(c.name)
    if known is None and c.base != c.name and lookup(c.base) is False:
        known = False  # CONFIG_X=m without CONFIG_X
    if known is None:
        return c
    return ALWAYS if known is (c.op == "a") else NEVER


def rewrite(c: Cond, meaning: Callable[[str], Cond | None]) -> Cond:
    """``c`` with its atoms replaced by what they mean, where ``meaning`` says so; it is asked with their names."""
    if c.parts:
        parts = [rewrite(p, meaning) for p in c.parts]
        return conj(*parts) if c.op == "&&" else disj(*parts)
    if c.op in "01":
        return c
    value = meaning(c.name)
    if value is None:
        return c
    return value if c.op == "a" else neg(value)


def to_text(c: Cond) -> str:
    """The canonical text: "" for ALWAYS, "0" for NEVER; names that would not read back stand in backquotes."""
    return c.text


class BrokenTextError(Exception):
    """The text is not what was expected; it becomes one opaque atom."""


@lru_cache(maxsize=1 << 16)
def from_text(text: str) -> Cond:
    """The condition that :func:`to_text` wrote as ``text``; a text that it cannot have written is one opaque atom."""
    if not text:
        return ALWAYS
    if _NAMES.fullmatch(text) is not None:
        # most are no more than this, and names that differ say nothing of each other
        literals = [neg(_node("a", word[1:])) if word[0] == "!" else _node("a", word) for word in text.split(" && ")]
        if len({c.base for c in literals}) == len(literals):
            return _group("&&", literals)
    try:
        c, end = _read_any(text, 0, 0)
        if end == len(text):
            return c
    except BrokenTextError:
        pass
    return atom(" ".join(text.split()))


def _read_any(text: str, at: int, depth: int) -> tuple[Cond, int]:
    """``a && b || c`` from ``at`` on, with where it ends."""
    terms: list[Cond] = []
    factors: list[Cond] = []
    while True:
        c, at = _read_one(text, at, depth)
        factors.append(c)
        if text.startswith("&&", at):
            at += 2
            continue
        terms.append(conj(*factors))
        factors = []
        if not text.startswith("||", at):
            return disj(*terms), at
        at += 2


def _read_one(text: str, at: int, depth: int) -> tuple[Cond, int]:
    negated = False
    while text[at : at + 1] in (" ", "!") and at < len(text):
        negated ^= text[at] == "!"
        at += 1
    if text[at : at + 1] == "(":
        if depth == DEEP:
            raise BrokenTextError
        c, at = _read_any(text, at + 1, depth + 1)
        if text[at : at + 1] != ")":
            raise BrokenTextError
        at += 1
    elif quoted := _QUOTED.match(text, at):
        c, at = atom(_ESCAPED.sub(r"\1", quoted[1])), quoted.end()
    else:
        end = _atom_end(text, at)
        name = text[at:end].strip(" ")
        if end < 0 or not name:
            raise BrokenTextError
        c, at = NEVER if name == "0" else atom(name), end
    while text[at : at + 1] == " ":
        at += 1
    return neg(c) if negated else c, at
