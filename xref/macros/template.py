# SPDX-License-Identifier: MIT
"""A macro expanded once for many invocations.

Most arguments cannot change what is expanded: they hold no macro, and what they are pasted into is none. Then every
expansion of a macro is the same text with other words in it, and a file that invokes ``call_int_hook`` 250 times needs
only one. Arguments that can (``TP_PROTO(struct sock *sk)``) are part of the template as they are: a header of trace
events has many with the same.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Final

from xref.lex.model import MacroDef
from xref.lex.tokens import is_identifier, tokenize
from xref.macros.expand import Expander
from xref.macros.shapes import skip_brackets, split_arguments

_MARK: Final = "XREFARGUMENT"
_Tokens = tuple[str, ...]


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

    def filled(self, given: Sequence[_Tokens], lookup: Callable[[str], MacroDef | None]) -> list[str] | None:
        """The tokens with these arguments; None where the open ones could change what is expanded."""
        for k in self._pasted:
            if len(given[k]) != 1 or not is_identifier(given[k][0]):
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
    """The templates of one file, made when a macro is expanded in the same way for the second time."""

    def __init__(self) -> None:
        self._seen: set[tuple[Hashable, ...]] = set()
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
        tokens = tokenize(invocation)
        macro = lookup(name)
        invoked = len(tokens) > 1 and skip_brackets(tuple(tokens), 1) == len(tokens)  # and not the name alone
        if invoked and macro is not None and macro.params is not None:
            args = split_arguments(tuple(tokens), 1)
            # an empty one takes a comma away (, ## args), or what __VA_OPT__ holds
            fixed = tuple([arg if not arg or any(map(lookup, arg)) else None for arg in args])
            key = (fixed, name, *way)
            if key in self._seen:
                template = self._made.get(key)
                if template is None:
                    template = self._made[key] = Template(macro, expander(), fixed)
                filled = template.filled(args, lookup) if located or not template.located else None
                if filled is not None:
                    return filled, template.cut
            self._seen.add(key)
        made = expander()
        return made.expand(tokens), made.cut
