# SPDX-License-Identifier: MIT
"""A macro expanded once for many invocations.

Most arguments cannot change what is expanded: they hold no macro, and what they are pasted into is none. Then every
expansion of a macro is the same text with other words in it, and a file that invokes ``call_int_hook`` 250 times needs
only one. An argument that holds macros (``TP_PROTO(struct sock *sk)``) is expanded by itself (C11 6.10.3.1 p1) and put
in as what that gives, where nothing in it could be expanded further; else it is part of the template as it is: a header
of trace events has many with the same.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence, Set
from typing import Final

from xref.lex.model import MacroDef
from xref.lex.tokens import is_identifier, tokenize
from xref.macros.body import is_operand
from xref.macros.expand import Expander
from xref.macros.shapes import skip_brackets, split_arguments
from xref.macros.view import Reading

_MARK: Final = "XREFARGUMENT"
_LONGEST: Final = 4_000
"""In tokens. What is longer is expanded by itself, for it may have to be cut."""
_MOST_REFUSALS: Final = 2
_OPENING: Final = frozenset("([{")
_CLOSING: Final = frozenset(")]}")
_Tokens = tuple[str, ...]
_Key = tuple[Hashable, ...]


class Template:
    """The expansion of ``macro`` by ``expander`` with ``args`` of which those that are None are open; ``cut`` and
    ``located`` are its.
    """

    def __init__(self, macro: MacroDef, expander: Expander, args: Sequence[_Tokens | None]) -> None:
        marks = [f"{_MARK}{k}Q" if arg is None else "" for k, arg in enumerate(args)]
        invocation = [macro.name, "("]
        for k, arg in enumerate(args):
            if k:
                invocation.append(",")
            invocation.extend([marks[k]] if arg is None else arg)
        expander.watch(frozenset(mark for mark in marks if mark))
        tokens = [str(t) for t in expander.expand([*invocation, ")"])]
        self.cut = expander.cut
        self.located = expander.located
        position = {mark: k for k, mark in enumerate(marks) if mark}
        self._tokens = tokens
        self._whole = [(i, position[t]) for i, t in enumerate(tokens) if t in position]
        """Which tokens are an argument."""
        self._inside = [
            (i, [k for mark, k in position.items() if mark in t])
            for i, t in enumerate(tokens)
            if t not in position and _MARK in t
        ]
        """Which tokens an argument was pasted into, or made a literal of."""
        self._marks = marks
        self._pasted = {k for _, ks in self._inside for k in ks}
        self._behind_names = {k for i, k in self._whole if i and expander.touches(tokens[i - 1 : i])}
        """Which arguments would be those of the macro before them, if they began with a parenthesis."""
        self._split = frozenset([position[mark] for mark in expander.exposed])
        """Which arguments would be several where they are handed on, if a comma stood in them."""

    def needs(self, rich: Set[int]) -> list[int] | None:
        """Which of the arguments in ``rich`` have to be expanded to be put in; None where one is pasted."""
        if not self._pasted.isdisjoint(rich):
            return None
        return [k for k in sorted(rich) if k in self._split or any(k == other for _, other in self._whole)]

    def filled(
        self, args: Sequence[_Tokens], reading: Reading, ready: dict[int, Sequence[str]] | None = None
    ) -> list[str] | None:
        """The tokens with these arguments; None where the open ones could change what is expanded. ``ready`` are those
        that were expanded before.
        """
        given: Sequence[Sequence[str]] = args
        if ready:
            if any(k in self._split and _has_comma(arg) for k, arg in ready.items()):
                return None
            given = [ready.get(k, arg) for k, arg in enumerate(args)]
        if any(given[k][0] == "(" for k in self._behind_names):
            return None
        for k in self._pasted:
            if len(given[k]) != 1 or not is_identifier(given[k][0]):
                return None
        made: list[str | Sequence[str]] = list(self._tokens)
        for i, ks in self._inside:
            token = self._tokens[i]
            for k in ks:
                token = token.replace(self._marks[k], given[k][0])
            if is_identifier(token) and reading[token] is not None:
                return None
            made[i] = token
        for i, k in self._whole:
            made[i] = given[k]
        out: list[str] = []
        for part in made:
            if isinstance(part, str):
                out.append(part)
            else:
                out.extend(part)
        return out


class Templates:
    """The templates of one file, made when a macro is expanded in the same way for the second time."""

    def __init__(self) -> None:
        self._seen: set[_Key] = set()
        self._made: dict[_Key, Template] = {}
        self._refused: dict[_Key, int] = {}
        self._ready: dict[_Key, list[str] | None] = {}

    def expanded(
        self,
        name: str,
        invocation: str,
        reading: Reading,
        expander: Callable[[], Expander],
        way: tuple[Hashable, ...],
        located: bool = True,
    ) -> tuple[list[str], bool]:
        """The tokens of ``invocation``, and whether the expansion was cut. ``way`` tells apart what gives the same name
        another expansion; without ``located`` no line and no count is that of another invocation.
        """
        tokens = tokenize(invocation)
        macro = reading[name]
        given = tuple(tokens)
        invoked = len(tokens) > 1 and skip_brackets(given, 1) == len(tokens)  # and not the name alone
        if invoked and macro is not None and macro.params is not None:
            args = split_arguments(given, 1)
            rich = _with_macros(args, reading)
            # an empty one takes a comma away (, ## args), or what __VA_OPT__ holds
            open_ones = [
                None if arg and (k not in rich or not is_operand(macro, k)) else arg for k, arg in enumerate(args)
            ]
            key: _Key = (tuple(open_ones), name, *way)
            if key in self._seen and self._refused.get(key, 0) < _MOST_REFUSALS:
                template = self._template(key, macro, expander, open_ones)
                if located or not template.located:
                    ready = self._expanded_arguments(template, macro, args, rich, expander, way)
                    filled = template.filled(args, reading, ready) if ready is not None else None
                    if filled is not None and (not rich or len(filled) <= _LONGEST):
                        return filled, template.cut
                if rich:
                    self._refused[key] = self._refused.get(key, 0) + 1
            self._seen.add(key)
            if rich:
                fixed = [arg if not arg or k in rich else None for k, arg in enumerate(args)]
                key = (tuple(fixed), name, *way)
                if key in self._seen:
                    template = self._template(key, macro, expander, fixed)
                    filled = template.filled(args, reading) if located or not template.located else None
                    if filled is not None:
                        return filled, template.cut
                self._seen.add(key)
        made = expander()
        return made.expand(tokens), made.cut

    def _template(
        self, key: _Key, macro: MacroDef, expander: Callable[[], Expander], args: Sequence[_Tokens | None]
    ) -> Template:
        template = self._made.get(key)
        if template is None:
            template = self._made[key] = Template(macro, expander(), args)
        return template

    def _expanded_arguments(
        self,
        template: Template,
        macro: MacroDef,
        args: Sequence[_Tokens],
        rich: Set[int],
        expander: Callable[[], Expander],
        way: tuple[Hashable, ...],
    ) -> dict[int, Sequence[str]] | None:
        """Those of the arguments with macros that the template puts in, expanded; None where one cannot be."""
        ready: dict[int, Sequence[str]] = {}
        needed = template.needs(rich) if rich else []
        if needed is None:
            return None
        for k in needed:
            key: _Key = (k, args[k], macro.name, *way)
            if key not in self._ready:
                self._ready[key] = _finished(macro, k, args[k], expander())
            made = self._ready[key]
            if made is None:
                return None
            ready[k] = made
        return ready


def _with_macros(args: Sequence[_Tokens], reading: Reading) -> Set[int]:
    """Which arguments hold the name of a macro."""
    silent = reading.silent
    return {k for k, arg in enumerate(args) if not silent.issuperset(arg) and any(map(reading.__getitem__, arg))}


def _finished(macro: MacroDef, k: int, arg: _Tokens, expander: Expander) -> list[str] | None:
    """An argument expanded, where that is the same wherever it comes to stand: nothing, and nothing around it, could be
    expanded further.
    """
    made = [str(t) for t in expander.expand_argument(macro, k, list(arg))]
    if not made or expander.cut or expander.located or expander.touches(made):
        return None
    depth = 0
    for token in made:
        if token in _OPENING:
            depth += 1
        elif token in _CLOSING:
            depth -= 1
            if depth < 0:
                return None
    return made if not depth else None


def _has_comma(tokens: Sequence[str]) -> bool:
    """Whether a comma stands outside all parentheses."""
    depth = 0
    for token in tokens:
        if token == "(":
            depth += 1
        elif token == ")":
            depth -= 1
        elif token == "," and not depth:
            return True
    return False
