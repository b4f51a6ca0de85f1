# SPDX-License-Identifier: MIT
"""Guards: what stands behind ``#if``, ``#elif`` and ``#ifdef``, as a presence condition.

The conditions themselves live in :mod:`xref.lex.presence`; everything that the other parts need is offered from here.

>>> to_text(parse_if("defined(CONFIG_NET) && (A > 2 || !IS_ENABLED(CONFIG_SMP))"))
'CONFIG_NET && (A > 2 || !CONFIG_SMP)'
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple

from xref.lex.presence import (
    ALWAYS,
    DEEP,
    NEVER,
    BrokenTextError,
    Cond,
    Lookup,
    atom,
    conj,
    contradicts,
    disj,
    evaluate,
    from_text,
    neg,
    rewrite,
    substitute,
    to_text,
)

__all__ = [
    "ALWAYS",
    "CONSTANTS",
    "NEVER",
    "OPTION_TESTS",
    "Cond",
    "Lookup",
    "atom",
    "conj",
    "contradicts",
    "defined",
    "disj",
    "evaluate",
    "from_text",
    "neg",
    "parse_if",
    "rewrite",
    "substitute",
    "to_text",
]

CONSTANTS: Final[dict[str, bool]] = {
    "__KERNEL__": True,  # KBUILD_CPPFLAGS := -D__KERNEL__ (top Makefile)
    "__ASSEMBLY__": False,  # set only for .S: KBUILD_AFLAGS := -D__ASSEMBLY__
    "__ASSEMBLER__": False,  # the compiler's own name for the same
    "__CHECKER__": False,  # set only by sparse: CHECKFLAGS := -D__CHECKER__
    "__cplusplus": False,  # the kernel is C
    "__GNUC__": True,  # clang defines it too
    "__GENKSYMS__": False,  # set only by scripts/genksyms for its own reading
    "__DTS__": False,  # set only for device trees: dtc_cpp_flags = ... -D__DTS__
}
"""Macros whose presence does not depend on any configuration when the kernel's own C is compiled."""

_ASSEMBLY: Final = {"__ASSEMBLY__": True, "__ASSEMBLER__": True}
_BINARY: Final = {
    op: level
    for level, ops in enumerate(("||", "&&", "|", "^", "&", "== !=", "< > <= >=", "<< >>", "+ -", "* / %"), start=1)
    for op in ops.split()
}
_UNARY: Final = 99
OPTION_TESTS: Final = ("IS_ENABLED", "IS_BUILTIN", "IS_MODULE", "IS_REACHABLE")
"""Macros of include/linux/kconfig.h that ask for an option. They are questions here, not text: what they expand to
depends on a header that only a configured build has.
"""
_TOKEN = re.compile(r"""[A-Za-z_]\w*|\d[\w.]*|'(?:\\.|[^'])+'|"(?:\\.|[^"])*"|&&|\|\||[=!<>]=|<<|>>|\S""", re.S)
_NUMBER = re.compile(r"(0[xX][0-9a-fA-F]+|\d+)[uUlL]*")
_COMMENT = re.compile(r"/\*.*?(\*/|$)|//.*|\\\n", re.S)


class _Value(NamedTuple):
    """A part of an ``#if`` expression."""

    text: str
    cond: Cond
    """That it is not zero."""
    level: int
    """How tightly its outermost operator binds."""
    number: int | None = None


@lru_cache(maxsize=1 << 16)
def parse_if(text: str, assembly: bool = False) -> Cond:
    """The condition behind ``#if`` or ``#elif``; text that is not an expression is one opaque atom.

    ``assembly``: the line stands in a ``.S`` file, where ``__ASSEMBLY__`` is defined.
    """
    text = " ".join(_COMMENT.sub(" ", text).split())
    reader = _Expression(_TOKEN.findall(text), CONSTANTS | _ASSEMBLY if assembly else CONSTANTS)
    try:
        value = reader.ternary(0)
        if not reader.peek():
            return value.cond
    except BrokenTextError:
        pass
    return atom(text)


def defined(name: str, assembly: bool = False) -> Cond:
    """The condition of ``#ifdef name``."""
    return parse_if(f"defined({name})", assembly)


class _Expression:
    """Reads a constant expression (C11 6.6) as far as it is a boolean structure, and keeps the rest as text."""

    def __init__(self, tokens: list[str], constants: dict[str, bool]) -> None:
        self.tokens = tokens
        self.at = 0
        self.constants = constants
        # Beside CONFIG_X_MODULE, plain CONFIG_X means "built in": autoconf.h defines only one of the two.
        self.both = {t.removesuffix("_MODULE") for t in tokens if t.startswith("CONFIG_") and t.endswith("_MODULE")}

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, wanted: str = "") -> str:
        token = self.peek()
        if not token or (wanted and token != wanted):
            raise BrokenTextError
        self.at += 1
        return token

    def ternary(self, depth: int) -> _Value:
        if depth == DEEP:
            raise BrokenTextError
        test = self.binary(1, depth)
        if self.peek() != "?":
            return test
        self.take()
        yes = self.ternary(depth + 1)
        self.take(":")
        no = self.ternary(depth + 1)
        cond = disj(conj(test.cond, yes.cond), conj(neg(test.cond), no.cond))
        return _Value(f"{_wrap(test, 1)} ? {yes.text} : {no.text}", cond, 0)

    def binary(self, lowest: int, depth: int) -> _Value:
        left = self.unary(depth)
        while (level := _BINARY.get(self.peek(), 0)) >= lowest:
            op = self.take()
            right = self.binary(level + 1, depth)
            text = f"{_wrap(left, level)} {op} {_wrap(right, level + 1)}"
            left = _Value(text, _binary(op, left, right, text), level)
        return left

    def unary(self, depth: int) -> _Value:
        signs: list[str] = []
        while self.peek() in ("!", "-", "+", "~"):
            signs.append(self.take())
        value = self.primary(depth)
        for sign in reversed(signs):
            text = sign + _wrap(value, _UNARY)
            value = _Value(text, neg(value.cond) if sign == "!" else atom(text), _UNARY)
        return value

    def primary(self, depth: int) -> _Value:
        token = self.take()
        if token == "(":
            value = self.ternary(depth + 1)
            self.take(")")
            return value
        if token == "defined":
            bare = self.peek() != "("
            name = self.take() if bare else self.arguments()
            if not re.fullmatch(r"[A-Za-z_]\w*", name):
                raise BrokenTextError
            return _Value(f"defined({name})", self.symbol(name), _UNARY)
        if number := _NUMBER.fullmatch(token):
            digits = number[1]
            octal = digits[0] == "0" and digits.isdigit()
            try:
                n = int(digits, 8 if octal else 0)
            except ValueError:
                raise BrokenTextError from None
            return _Value(token, ALWAYS if n else NEVER, _UNARY, n)
        if not re.match(r"[A-Za-z_]", token):
            if token[0] in "'\"" and len(token) > 1:
                return _Value(token, atom(token), _UNARY)
            raise BrokenTextError
        if self.peek() == "(":
            argument = self.arguments()
            text = f"{token}({argument})"
            if token in OPTION_TESTS and re.fullmatch(r"CONFIG_\w+", argument):
                return _Value(text, _option(token, argument), _UNARY)
            return _Value(text, atom(text), _UNARY)
        if token.startswith("CONFIG_") or token in self.constants:
            return _Value(token, self.symbol(token), _UNARY)
        return _Value(token, atom(f"{token} != 0"), _UNARY)  # defined to 0 is not the same as undefined

    def arguments(self) -> str:
        """A parenthesised token list, normalised, without the parentheses."""
        self.take("(")
        depth, taken = 1, list[str]()
        while True:
            token = self.take()
            depth += (token == "(") - (token == ")")
            if not depth:
                return re.sub(r"(?<=[(<]) | (?=[),(/>])|(?<=/) ", "", " ".join(taken))
            taken.append(token)

    def symbol(self, name: str) -> Cond:
        """That ``name`` is defined."""
        if name in self.constants:
            return ALWAYS if self.constants[name] else NEVER
        if name.startswith("CONFIG_") and name.endswith("_MODULE"):
            return atom(name.removesuffix("_MODULE") + "=m")
        return atom(name + "=y" if name in self.both else name)


def _wrap(value: _Value, level: int) -> str:
    return value.text if value.level >= level else f"({value.text})"


def _option(test: str, name: str) -> Cond:
    """What include/linux/kconfig.h makes of IS_ENABLED(name) and its relatives."""
    built_in, module = atom(name + "=y"), atom(name.removesuffix("_MODULE") + "=m")
    if name.endswith("_MODULE"):
        return module
    if test == "IS_ENABLED":
        return atom(name)
    if test == "IS_REACHABLE":
        return disj(built_in, conj(module, atom("MODULE")))
    return built_in if test == "IS_BUILTIN" else module


def _binary(op: str, left: _Value, right: _Value, text: str) -> Cond:
    """That ``left op right`` is not zero. Comparisons come in one spelling each, so that opposites meet."""
    if op in ("&&", "||"):
        return conj(left.cond, right.cond) if op == "&&" else disj(left.cond, right.cond)
    if left.number is not None and right.number is not None and op in _COMPARE:
        return ALWAYS if _COMPARE[op](left.number, right.number) else NEVER
    if op in ("<", "<=") or (op == "!=" and right.number != 0) or (op == "==" and right.number == 0):
        opposite = {"!=": "==", "==": "!=", "<": ">=", "<=": ">"}[op]
        return neg(atom(f"{_wrap(left, _BINARY[op])} {opposite} {_wrap(right, _BINARY[op] + 1)}"))
    return atom(text)


_COMPARE: Final[dict[str, Callable[[int, int], bool]]] = {
    "==": int.__eq__,
    "!=": int.__ne__,
    "<": int.__lt__,
    "<=": int.__le__,
    ">": int.__gt__,
    ">=": int.__ge__,
}
