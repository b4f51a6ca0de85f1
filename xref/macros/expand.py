# SPDX-License-Identifier: MIT
"""Macro expansion over tokens: C11 6.10.3, with GNU's named variadics and ``, ## __VA_ARGS__``.

Rescanning works on a stack of frames, one an expansion, at whose end its macro may be expanded again (6.10.3.4 p2). A
name that was met while its own macro was being expanded is painted and never expanded later. Which definition of a name
is in force is the caller's business.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from xref.lex.model import MacroDef
from xref.lex.tokens import tokenize
from xref.macros.body import pasted, prepared
from xref.macros.marks import EMPTY, Painted
from xref.macros.view import BUILTINS, Reading

Lookup = Callable[[str], MacroDef | None]

MAX_TOKENS: Final = 40_000
"""A longer expansion is cut: all that defines or calls stands in its first few thousand tokens."""
MAX_NESTING: Final = 250
MAX_STEPS: Final = 20_000
_STRUCTURE: Final = frozenset("(),")
_BRACES: Final = frozenset("{}")


class _Frame:
    """Tokens that are being scanned: what was given, or what the macro ``name`` expanded to inside the frame around it.

    ``at`` is the next token, ``hits`` are the indices of those that may be replaced, the next one last: all between
    them is copied in one go. ``plain`` counts the object-like macros that the tokens are part of.
    """

    __slots__ = ("at", "hits", "name", "plain", "tokens")

    def __init__(self, tokens: list[str], hits: list[int], name: str, plain: int) -> None:
        self.tokens = tokens
        self.name = name
        self.plain = plain
        self.at = 0
        self.hits = hits


def _stringify(tokens: list[str]) -> str:
    # 6.10.3.2 p2: only inside literals do backslashes and quotes need one more backslash
    parts = (t.replace("\\", "\\\\").replace('"', '\\"') if t[0] in "\"'" else t for t in tokens)
    return f'"{" ".join(parts)}"'


def _paste(left: str, right: str) -> list[str]:
    """What ``left ## right`` makes: one token where the spellings allow it, else both (6.10.3.3 p3: undefined)."""
    joined = left + right
    if joined.isidentifier() and joined.isascii():
        return [joined]  # as nearly all that is pasted
    tokens = tokenize(joined)
    return tokens if len(tokens) == 1 else [t for t in (left, right) if t]


class Expander:
    """Expands token lists under one view of the macros.

    ``lookup`` gives the definition in force for a name, or None: a :class:`~xref.macros.view.Reading`, or what one is
    made of. ``want(name, depth)`` says whether to expand it at this depth of braces of the output; a macro that is not
    wanted stays as it is written, arguments included. What ``hold`` holds for is not expanded in an argument: where
    that comes to stand decides.

    ``cut`` is set when a runaway was stopped, ``located`` when the result holds a line or a count.
    """

    def __init__(
        self,
        lookup: Lookup | Reading,
        want: Callable[[str, int], bool] | None = None,
        line: int = 0,
        hold: Callable[[str], bool] | None = None,
    ) -> None:
        reading = lookup if isinstance(lookup, Reading) else Reading(lookup)
        self._lookup: Lookup = reading.__getitem__
        self._silent: set[str] = reading.silent
        self._pasted: dict[str, frozenset[str]] = reading.pasted
        self._want = want
        self._hold = hold
        self._line = line
        self._arguments = 0
        self._counter = 0
        self._steps = 0
        self._made = 0
        self._nesting = 0
        self.cut = False
        self.located = False
        self.used: dict[str, MacroDef] = {}
        self._watched: frozenset[str] = frozenset()
        self.exposed: set[str] = set()
        """Those of the watched tokens of which a comma in their place would make two arguments."""

    def watch(self, tokens: frozenset[str]) -> None:
        """Watches tokens that stand in the arguments of the next invocation: see ``exposed``."""
        self._watched = tokens

    def touches(self, tokens: list[str]) -> bool:
        """Whether some of the tokens are macros, or replaced otherwise."""
        return bool(self._hits(tokens))

    def expand_argument(self, macro: MacroDef, k: int, arg: list[str]) -> list[str]:
        """The argument at ``k`` as ``macro`` has it expanded."""
        names = macro.params or ()
        return self._argument(macro, names[k] if k < len(names) else macro.variadic, arg, {}, 0, 0)

    def expand_text(self, text: str) -> list[str]:
        """The tokens of ``text``, expanded."""
        return self.expand(tokenize(text))

    def expand_once(self, macro: MacroDef, args: list[list[str]]) -> list[str]:
        """The body of ``macro`` with ``args`` put in, arguments and result not expanded further."""
        return list(self._substitute(macro, args, False, {}))

    def expand(
        self, tokens: list[str], active: frozenset[str] = frozenset(), depth: int = 0, plain: int = 0
    ) -> list[str]:
        """Fully expands ``tokens``; names in ``active`` are barred. ``plain`` counts the object-like macros whose
        bodies this is part of, and the pasted arguments: those are always expanded to the end, for they may be half of
        a name.
        """
        hits = self._hits(tokens)
        return self._expanded(tokens, hits, active, depth, plain) if hits else tokens

    def _expanded(
        self, tokens: list[str], hits: list[int], active: frozenset[str], depth: int, plain: int
    ) -> list[str]:
        """The same for tokens of which some may be replaced."""
        lookup = self._lookup
        if self._nesting > MAX_NESTING:
            self.cut = True
            return tokens
        self._nesting += 1
        out: list[str] = []
        frames = [_Frame(tokens, hits, "", plain)]
        barred = dict.fromkeys(active, 1)
        while frames:
            frame = frames[-1]
            hit = frame.hits.pop() if frame.hits else len(frame.tokens)
            if hit < frame.at:
                continue  # inside arguments that were taken
            run = frame.tokens[frame.at : hit]
            out.extend(run)
            if not _BRACES.isdisjoint(run):
                depth += run.count("{") - run.count("}")
            frame.at = hit + 1
            if hit == len(frame.tokens):
                _close(frames, barred)
                continue
            token = frame.tokens[hit]
            macro = lookup(token)
            if macro is None:
                out.append(self._builtin(token))
                continue
            if isinstance(token, Painted) or barred.get(token):
                out.append(Painted(token))
                continue
            if self._want is not None and not frame.plain and not self._want(token, depth):
                out.append(token)
                continue
            if self._arguments and self._hold is not None and not frame.plain and self._hold(token):
                out.append(token)
                continue
            args: list[list[str]] = []
            if macro.params is not None:
                given = _arguments(frames, barred)
                if given is None:
                    out.append(token)
                    continue
                args = given
                if self._watched and self._steps:
                    self._expose(args[: len(macro.params)])
            self._steps += 1
            left = 0
            for f in frames:
                left += len(f.tokens) - f.at
            if self._steps > MAX_STEPS or left + len(out) > MAX_TOKENS or self._made > 4 * MAX_TOKENS:
                self.cut = True
                out.extend(_written(token, macro, args))
                continue
            self.used.setdefault(token, macro)
            around = frames[-1].plain if frames else plain
            body = self._substitute(macro, args, True, barred, depth, around)
            inside = self._hits(body)
            self._made += len(body)
            if self._made > 4 * MAX_TOKENS:
                self.cut = True
                out.extend(_written(token, macro, args))
            elif not inside:
                out.extend(body)
                if not _BRACES.isdisjoint(body):
                    depth += body.count("{") - body.count("}")
            else:
                frames.append(_Frame(body, inside, token, around + (macro.params is None)))
                barred[token] = barred.get(token, 0) + 1
        self._nesting -= 1
        return out

    def _expose(self, args: list[list[str]]) -> None:
        for arg in args:
            depth = 0
            for token in arg:
                if token == "(":
                    depth += 1
                elif token == ")":
                    depth -= 1
                elif not depth and token in self._watched:
                    self.exposed.add(token)

    def _hits(self, tokens: list[str]) -> list[int]:
        """Which tokens are macros or otherwise replaced, the first one last; most arguments and bodies hold none."""
        hits: list[int] = []
        silent = self._silent
        if silent.issuperset(tokens):
            return hits
        lookup = self._lookup
        for k, token in enumerate(tokens):
            if token not in silent and (lookup(token) is not None or token in BUILTINS):
                hits.append(k)
        hits.reverse()
        return hits

    def _argument(
        self, macro: MacroDef, name: str, arg: list[str], barred: dict[str, int], depth: int, plain: int
    ) -> list[str]:
        """What is put in for the parameter ``name``: the argument, expanded (6.10.3.1)."""
        hits = self._hits(arg)
        if not hits:
            return arg
        half = not plain and self._want is not None and name in self._pastes(macro)
        self._arguments += not half
        active = frozenset([n for n, k in barred.items() if k > 0])
        arg = self._expanded(arg, hits, active, depth, plain + half)
        self._arguments -= not half
        return arg

    def _pastes(self, macro: MacroDef) -> frozenset[str]:
        """The parameters that ``macro`` hands on to be pasted."""
        if self._lookup(macro.name) is not macro:
            return pasted(macro, self._lookup)  # what stands in __VA_OPT__
        known = self._pasted.get(macro.name)
        if known is None:
            known = self._pasted[macro.name] = pasted(macro, self._lookup)
        return known

    def _builtin(self, token: str) -> str:
        if token not in BUILTINS:
            return token
        self.located = True
        if token == "__LINE__":
            return str(self._line)
        self._counter += 1
        return str(self._counter)

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
        counts are not expanded in the arguments. The list may be that of the body itself.
        """
        names = macro.params or ()
        if macro.variadic:
            names = (*names, macro.variadic)
        body = prepared(macro.body, names)
        if not body.operators:
            if not body.slots:
                return body.tokens
            known: list[list[str] | None] = [None] * len(names)
            made: list[str] = []
            runs = body.runs
            for i, k in enumerate(body.slots):
                made.extend(runs[i])
                filled = known[k]
                if filled is None:
                    filled = _given(macro, args, k)
                    if expand_args:
                        filled = self._argument(macro, names[k], filled, barred, depth, plain)
                    known[k] = filled
                made.extend(filled)
            made.extend(runs[-1])
            return made
        tokens = body.tokens
        bound = {name: _given(macro, args, k) for k, name in enumerate(names)}
        ready: dict[str, list[str]] = {}

        def expanded(name: str) -> list[str]:
            if not expand_args:
                return bound[name]
            if name not in ready:
                ready[name] = self._argument(macro, name, bound[name], barred, depth, plain)
            return ready[name]

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
                left = out.pop() if out and out[-1] is not EMPTY else ""
                if out and out[-1] is EMPTY:
                    out.pop()
                if right:
                    out.extend(_paste(left, right[0]) if left else right[:1])
                    out.extend(right[1:])
                else:
                    out.append(left if left else EMPTY)
                i += 1
            elif token == "__VA_OPT__" and following == "(" and macro.variadic:
                inner, i = _balanced(tokens, i + 1)
                if bound[macro.variadic]:
                    part = _with_body(macro, inner)
                    out.extend(self._substitute(part, args, expand_args, barred, depth))
            elif token in bound:
                arg = bound[token] if following == "##" else expanded(token)
                out.extend(arg if arg else [EMPTY] if following == "##" else [])
                i += 1
            else:
                out.append(token)
                i += 1
        return [t for t in out if t is not EMPTY]


def _given(macro: MacroDef, args: list[list[str]], k: int) -> list[str]:
    """The argument for the parameter at ``k``; for the variadic one all that are left."""
    if k < len(macro.params or ()):
        return args[k] if k < len(args) else []
    if k + 1 >= len(args):
        return args[k] if k < len(args) else []
    rest = list(args[k])
    for arg in args[k + 1 :]:
        rest.append(",")
        rest.extend(arg)
    return rest


def _close(frames: list[_Frame], barred: dict[str, int]) -> None:
    """Leaves the innermost frame: its macro may be expanded again (6.10.3.4 p2)."""
    name = frames.pop().name
    if name:
        barred[name] -= 1


def _arguments(frames: list[_Frame], barred: dict[str, int]) -> list[list[str]] | None:
    """Takes ``( ... )`` off what comes next; None (nothing taken) where it does not come or is not closed. It may begin
    or end behind the innermost frame: 6.10.3.4 p1 has a macro rescanned along with all that follows it.
    """
    while frames and frames[-1].at == len(frames[-1].tokens):
        _close(frames, barred)
    if not frames or frames[-1].tokens[frames[-1].at] != "(":
        return None
    frame = frames[-1]
    tokens, start = frame.tokens, frame.at
    args, end = _split(tokens, start)
    outer = len(frames) - 2
    while end < 0 and outer >= 0:
        if start:
            tokens, start = tokens[start:], 0
        tokens = tokens + frames[outer].tokens[frames[outer].at :]
        args, end = _split(tokens, 0)
        outer -= 1
    if end < 0:
        return None
    taken = end - start
    while taken > len(frames[-1].tokens) - frames[-1].at:
        taken -= len(frames[-1].tokens) - frames[-1].at
        _close(frames, barred)
    frames[-1].at += taken
    return args


def _split(tokens: list[str], start: int) -> tuple[list[list[str]], int]:
    """The arguments between the parenthesis at ``start`` and the one that closes it, and the index behind that; -1
    where none does. Brackets and braces do not hold an argument together (6.10.3 p11).
    """
    args: list[list[str]] = []
    nesting, begin = 0, start + 1
    for i in range(start, len(tokens)):
        token = tokens[i]
        if token not in _STRUCTURE:
            continue
        if token == "(":
            nesting += 1
        elif token == ")":
            nesting -= 1
            if nesting == 0:
                args.append(tokens[begin:i])
                return args, i + 1
        elif nesting == 1:
            args.append(tokens[begin:i])
            begin = i + 1
    return args, -1


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


def _balanced(tokens: list[str], start: int) -> tuple[list[str], int]:
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


def _with_body(macro: MacroDef, body: list[str]) -> MacroDef:
    """``macro`` with another body: what stands inside its ``__VA_OPT__``."""
    return MacroDef(
        macro.name, macro.params, macro.variadic, " ".join(body), macro.guard, macro.file, macro.line, macro.end_line
    )
