# SPDX-License-Identifier: MIT
"""What a name means: the system call first, then the function; and every other thing it could have meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from xref.errors import NoMatch

if TYPE_CHECKING:
    from xref.graph.layers import Layers
    from xref.graph.source import CallSource
    from xref.resolve.edge import Symbol


class Start(msgspec.Struct, frozen=True, gc=False):
    """The symbol that ``asked`` was taken to mean. ``others``: what it could have meant too, likeliest first.

    ``syscall`` is the name of the system call that ``symbol`` implements, where the name was found as one.
    """

    symbol: Symbol
    asked: str
    others: tuple[Symbol, ...] = ()
    syscall: str = ""


def find_start(source: CallSource, asked: str) -> Start:
    """What ``asked`` means in ``source``. Raises NoMatch, with near names, when nothing has that name."""
    calls = source.syscall(asked)
    named = source.lookup(asked)
    found = tuple({sym.node: sym for sym in (*calls, *named)}.values())
    if not found:
        if otherwise := source.otherwise(asked):
            raise NoMatch(otherwise)
        raise NoMatch(f"no function, macro or system call is called '{asked}'", source.near(asked))
    return Start(found[0], asked, found[1:], asked if calls else _syscall_of(source, found[0]))


def no_end(source: CallSource, to: str, layers: Layers) -> NoMatch:
    """What is said of a goal that is neither a layer nor a symbol."""
    from difflib import get_close_matches

    names = layers.names()
    near = (*get_close_matches(to, names, n=1, cutoff=0.7), *source.near(to))
    return NoMatch(f"'{to}' is neither a layer ({', '.join(names)}) nor a symbol", near)


def _syscall_of(source: CallSource, sym: Symbol) -> str:
    """The system call that ``sym`` implements, '' for an ordinary function."""
    for name in (sym.name, *sym.aliases):
        if name.startswith("sys_"):
            short = name.removeprefix("sys_")
            if any(entry.node == sym.node for entry in source.syscall(short)):
                return short
    return ""
