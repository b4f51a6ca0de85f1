# SPDX-License-Identifier: MIT
"""A macro expanded once for many invocations.

Most arguments cannot change what is expanded: they hold no macro, and what they are pasted into is none. Then every
expansion of a macro is the same text with other words in it, and a file that invokes ``call_int_hook`` 250 times needs
only one.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Final

from xref.lex.model import MacroDef
from xref.lex.tokens import is_identifier, tokenize
from xref.macros.expand import Expander
from xref.macros.nature import skip_brackets, split_arguments

_FROM: Final = 1
"""After so many expansions of one macro in a file a template of it is made."""
_MARK: Final = "XREFARGUMENT"


class Template:
    """The expansion of ``macro`` by ``expander`` with ``count`` open arguments; ``cut`` and ``located`` are its."""

    def __init__(self, macro: MacroDef, expander: Expander, count: int) -> None:
        marks = [f"{_MARK}{k}Q" for k in range(count)]
        invocation = [macro.name, "("]
        for k, mark in enumerate(marks):
            invocation.extend([",", mark] if k else [mark])
        tokens = [str(t) for t in expander.expand([*invocation, ")"])]
        self.cut = expander.cut
        self.located = expander.located
        position = {mark: k for k, mark in enumerate(marks)}
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

    def filled(self, given: list[tuple[str, ...]], lookup: Callable[[str], MacroDef | None]) -> list[str] | None:
        """The tokens with these arguments; None where they could change what is expanded."""
        if len(given) != len(self._marks) or not all(given):
            return None  # an empty one takes a comma away (, ## args), or what __VA_OPT__ holds
        for k, arg in enumerate(given):
            if any(map(lookup, arg)):
                return None
            if k in self._pasted and (len(arg) != 1 or not is_identifier(arg[0])):
                return None
        made: list[str | tuple[str, ...]] = list(self._tokens)
        for i, ks in self._inside:
            token = self._tokens[i]
            for k in ks:
                token = token.replace(self._marks[k], given[k][0])
            if is_identifier(token) and lookup(token) is not None:
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
    """The templates of one file, made when a macro has been expanded a few times in the same way."""

    def __init__(self) -> None:
        self._seen: dict[tuple[Hashable, ...], int] = {}
        self._made: dict[tuple[Hashable, ...], Template] = {}

    def expanded(
        self,
        name: str,
        invocation: str,
        lookup: Callable[[str], MacroDef | None],
        expander: Callable[[], Expander],
        way: tuple[Hashable, ...],
        located: bool = True,
    ) -> tuple[list[str], bool]:
        """The tokens of ``invocation``, and whether the expansion was cut. ``way`` tells apart what gives the same name
        another expansion; without ``located`` no line and no count is that of another invocation.
        """
        key = (name, *way)
        seen = self._seen[key] = self._seen.get(key, 0) + 1
        macro = lookup(name) if seen > _FROM else None
        if macro is not None and macro.params is not None:
            tokens = tuple(tokenize(invocation))
            if skip_brackets(tokens, 1) == len(tokens):
                args = split_arguments(tokens, 1)
                template = self._made.get((len(args), *key))
                if template is None:
                    template = self._made[len(args), *key] = Template(macro, expander(), len(args))
                filled = template.filled(args, lookup) if located or not template.located else None
                if filled is not None:
                    return filled, template.cut
        made = expander()
        return made.expand_text(invocation), made.cut
