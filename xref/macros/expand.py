# SPDX-License-Identifier: MIT
"""Macro expansion over tokens: C11 6.10.3, with GNU's named variadics and ``, ## __VA_ARGS__``.

Rescanning works on a stack of pending tokens in which a marker behind each expansion says when its macro may be
expanded again (6.10.3.4 p2). A name that was met while its own macro was being expanded is painted and never expanded
later. Which definition of a name is in force is the caller's business.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from xref.lex.directives import MacroDef
from xref.lex.tokens import tokenize

Lookup = Callable[[str], MacroDef | None]

MAX_TOKENS: Final = 40_000
"""A longer expansion is cut: all that defines or calls stands in its first few thousand tokens."""
MAX_NESTING: Final = 250
MAX_STEPS: Final = 20_000
_BUILTINS: Final = frozenset(("__COUNTER__", "__LINE__"))
_STRUCTURE: Final = frozenset(("(", ")", ",", ""))
"""What parts arguments; the empty one is :class:`_End`."""
_SPECIAL: Final = _BUILTINS | frozenset("{}")
_OPERATORS: Final = frozenset(("#", "##", "__VA_OPT__"))


class _Painted(str):
    """An identifier that must not be expanded any more."""

    __slots__ = ()


class _End(str):
    """Marks where the expansion of ``name`` ends in the pending tokens; no token itself."""

    __slots__ = ("name", "plain")
    name: str
    plain: int


def _end(name: str, plain: int) -> _End:
    marker = _End()
    marker.name = name
    marker.plain = plain
    return marker


@lru_cache(maxsize=65536)
def body_tokens(body: str) -> tuple[str, ...]:
    """The tokens of a macro body."""
    return tuple(tokenize(body))


@lru_cache(maxsize=65536)
def _prepared(body: str) -> tuple[tuple[str, ...], bool]:
    """The tokens of a macro body, and whether some of them are operators: ``#``, ``##``, ``__VA_OPT__``."""
    tokens = body_tokens(body)
    return tokens, not _OPERATORS.isdisjoint(tokens)


def _stringify(tokens: list[str]) -> str:
    # 6.10.3.2 p2: only inside literals do backslashes and quotes need one more backslash
    parts = (t.replace("\\", "\\\\").replace('"', '\\"') if t[0] in "\"'" else t for t in tokens)
    return f'"{" ".join(parts)}"'


def _paste(left: str, right: str) -> list[str]:
    """What ``left ## right`` makes: one token where the spellings allow it, else both (6.10.3.3 p3: undefined)."""
    joined = left + right
    tokens = tokenize(joined)
    return tokens if len(tokens) == 1 else [t for t in (left, right) if t]


class Expander:
    """Expands token lists under one view of the macros.

    ``lookup`` gives the definition in force for a name, or None. ``want(name, depth)`` says whether to expand it at
    this depth of braces of the output; a macro that is not wanted stays as it is written, arguments included.
    ``cut`` is set when a runaway was stopped.
    """

    def __init__(self, lookup: Lookup, want: Callable[[str, int], bool] | None = None, line: int = 0) -> None:
        self._lookup = lookup
        self._want = want
        self._line = line
        self._counter = 0
        self._steps = 0
        self._made = 0
        self._nesting = 0
        self.cut = False
        self.used: dict[str, MacroDef] = {}

    def expand_text(self, text: str) -> list[str]:
        """The tokens of ``text``, expanded."""
        return self.expand(tokenize(text))

    def expand_once(self, macro: MacroDef, args: list[list[str]]) -> list[str]:
        """The body of ``macro`` with ``args`` put in, arguments and result not expanded further."""
        return self._substitute(macro, args, False, {})

    def expand(
        self, tokens: list[str], active: frozenset[str] = frozenset(), depth: int = 0, plain: int = 0
    ) -> list[str]:
        """Fully expands ``tokens``; names in ``active`` are barred. ``plain`` counts the object-like macros whose
        bodies this is part of: those are always expanded to the end, for they may be half of a pasted name.
        """
        lookup = self._lookup
        if self._nothing_in(tokens):
            return tokens
        out: list[str] = []
        if self._nesting > MAX_NESTING:
            self.cut = True
            return tokens
        self._nesting += 1
        pending: list[str] = tokens[::-1]
        barred = dict.fromkeys(active, 1)
        pop, append = pending.pop, out.append
        while pending:
            token = pop()
            if token.__class__ is not str:
                if isinstance(token, _End):
                    barred[token.name] -= 1
                    plain -= token.plain
                else:
                    append(token)  # painted
                continue
            macro = lookup(token)
            if macro is None:
                if token in _SPECIAL:
                    if token == "{":
                        depth += 1
                    elif token == "}":
                        depth -= 1
                    else:
                        token = self._builtin(token)
                append(token)
                continue
            if barred.get(token):
                append(_Painted(token))
                continue
            if self._want is not None and not plain and not self._want(token, depth):
                append(token)
                continue
            if macro.params is None:
                args: list[list[str]] = []
            else:
                while pending and isinstance(end := pending[-1], _End):
                    pop()
                    barred[end.name] -= 1
                    plain -= end.plain
                if not pending or pending[-1] != "(":
                    append(token)
                    continue
                collected = self._arguments(pending, barred)
                if collected is None:
                    append(token)
                    continue
                args = collected
            self._steps += 1
            if self._steps > MAX_STEPS or len(pending) + len(out) > MAX_TOKENS or self._made > 4 * MAX_TOKENS:
                self.cut = True
                out.extend(_written(token, macro, args))
                continue
            self.used.setdefault(token, macro)
            body = self._substitute(macro, args, True, barred, depth, plain)
            self._made += len(body)
            if self._made > 4 * MAX_TOKENS:
                self.cut = True
                out.extend(_written(token, macro, args))
                continue
            if self._nothing_in(body):
                out.extend(body)
                depth += body.count("{") - body.count("}")
                continue
            pending.append(_end(token, int(macro.params is None)))
            plain += macro.params is None
            barred[token] = barred.get(token, 0) + 1
            pending.extend(body[::-1])
        self._nesting -= 1
        return out

    def _nothing_in(self, tokens: list[str]) -> bool:
        """Whether no token is a macro or otherwise replaced; most arguments and bodies hold none."""
        return not any(map(self._lookup, tokens)) and _BUILTINS.isdisjoint(tokens)

    def _builtin(self, token: str) -> str:
        if token == "__COUNTER__":
            self._counter += 1
            return str(self._counter)
        if token == "__LINE__":
            return str(self._line)
        return token

    @staticmethod
    def _arguments(pending: list[str], barred: dict[str, int]) -> list[list[str]] | None:
        """Takes ``( ... )`` off ``pending``, which runs backwards; None (nothing taken) where it is not closed."""
        args: list[list[str]] = []
        nesting = 0
        begin = len(pending) - 1
        ends: list[_End] = []
        for i in range(len(pending) - 1, -1, -1):
            token = pending[i]
            if token not in _STRUCTURE:
                continue
            if token == "(":  # brackets and braces do not hold an argument together (6.10.3 p11)
                nesting += 1
                if nesting == 1:
                    begin = i
            elif token == ")":
                nesting -= 1
                if nesting == 0:
                    args.append(_forwards(pending, i + 1, begin, ends))
                    for end in ends:
                        barred[end.name] -= 1
                    del pending[i:]
                    return args
            elif token == ",":
                if nesting == 1:
                    args.append(_forwards(pending, i + 1, begin, ends))
                    begin = i
            elif isinstance(token, _End):
                ends.append(token)
        return None

    def _substitute(
        self,
        macro: MacroDef,
        args: list[list[str]],
        expand_args: bool,
        barred: dict[str, int],
        depth: int = 0,
        plain: int = 0,
    ) -> list[str]:
        """The body with arguments in place, ``#`` and ``##`` applied (6.10.3.1 to 6.10.3.3); names that ``barred``
        counts are not expanded in the arguments.
        """
        names = macro.params or ()
        bound: dict[str, list[str]] = {}
        for i, name in enumerate(names):
            bound[name] = args[i] if i < len(args) else []
        if macro.variadic:
            rest: list[str] = []
            for i, arg in enumerate(args[len(names) :]):
                if i:
                    rest.append(",")
                rest.extend(arg)
            bound[macro.variadic] = rest
        ready: dict[str, list[str]] = {}

        def expanded(name: str) -> list[str]:
            if not expand_args:
                return bound[name]
            if name not in ready:
                arg = bound[name]
                if not self._nothing_in(arg):
                    arg = self.expand(arg, frozenset(n for n, k in barred.items() if k > 0), depth, plain)
                ready[name] = arg
            return ready[name]

        tokens, operators = _prepared(macro.body)
        if not operators:
            if not bound:
                return list(tokens)
            simple: list[str] = []
            for token in tokens:
                if token in bound:
                    simple.extend(expanded(token))
                else:
                    simple.append(token)
            return simple
        out: list[str] = []
        i, n = 0, len(tokens)
        while i < n:
            token = tokens[i]
            following = tokens[i + 1] if i + 1 < n else ""
            if token == "#" and following in bound:
                out.append(_stringify(bound[following]))
                i += 2
            elif token == "##" and i + 1 < n:
                i += 1
                if following == "#" and i + 1 < n and tokens[i + 1] in bound:
                    right = [_stringify(bound[tokens[i + 1]])]
                    i += 1
                else:
                    right = list(bound[following]) if following in bound else [following]
                    if following == macro.variadic and out and out[-1] == ",":
                        # GNU: the comma goes when nothing follows, and nothing is pasted when something does
                        if not right:
                            out.pop()
                        else:
                            out.extend(expanded(following))
                        i += 1
                        continue
                left = out.pop() if out and out[-1] is not _EMPTY else ""
                if out and out[-1] is _EMPTY:
                    out.pop()
                if right:
                    out.extend(_paste(left, right[0]) if left else right[:1])
                    out.extend(right[1:])
                else:
                    out.append(left if left else _EMPTY)
                i += 1
            elif token == "__VA_OPT__" and following == "(" and macro.variadic:
                inner, i = _balanced(tokens, i + 1)
                if bound[macro.variadic]:
                    part = _with_body(macro, inner)
                    out.extend(self._substitute(part, args, expand_args, barred, depth))
            elif token in bound:
                arg = bound[token] if following == "##" else expanded(token)
                out.extend(arg if arg else [_EMPTY] if following == "##" else [])
                i += 1
            else:
                out.append(token)
                i += 1
        return [t for t in out if t is not _EMPTY]


class _Empty(str):
    """The placemarker of 6.10.3.3 p2, for an empty operand of ``##``."""

    __slots__ = ()


_EMPTY: Final = _Empty("")


def _forwards(pending: list[str], start: int, stop: int, ends: list[_End]) -> list[str]:
    """``pending[start:stop]`` turned round, without the markers among them if there are any."""
    part = pending[start:stop][::-1]
    return [t for t in part if t.__class__ is not _End] if ends else part


def _written(name: str, macro: MacroDef, args: list[list[str]]) -> list[str]:
    """An invocation as it was written, for one that is not expanded after all."""
    if macro.params is None:
        return [name]
    out = [name, "("]
    for i, arg in enumerate(args):
        if i:
            out.append(",")
        out.extend(arg)
    out.append(")")
    return out


def _balanced(tokens: tuple[str, ...], start: int) -> tuple[tuple[str, ...], int]:
    """What stands inside the parentheses that open at ``start``, and the index behind them."""
    nesting = 0
    for i in range(start, len(tokens)):
        if tokens[i] == "(":
            nesting += 1
        elif tokens[i] == ")":
            nesting -= 1
            if nesting == 0:
                return tokens[start + 1 : i], i + 1
    return tokens[start + 1 :], len(tokens)


def _with_body(macro: MacroDef, body: tuple[str, ...]) -> MacroDef:
    """``macro`` with another body: what stands inside its ``__VA_OPT__``."""
    return MacroDef(
        macro.name, macro.params, macro.variadic, " ".join(body), macro.guard, macro.file, macro.line, macro.end_line
    )
