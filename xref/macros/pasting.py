# SPDX-License-Identifier: MIT
"""Which arguments become part of a function's name, whatever they look like.

An argument in capitals is a constant to most macros that paste it. Not so to ``dest.read_reg = &Read##name##_##typ`` of
drivers/isdn/hardware/mISDN/iohelper.h: what is made with a part in small letters, and has its address taken or is
called, is a function or an object.
"""

from __future__ import annotations

from collections.abc import Iterable

from xref.lex.model import MacroDef
from xref.lex.tokens import is_identifier
from xref.macros.body import body_tokens
from xref.macros.fixpoint import Fixpoint
from xref.macros.nature import NOT_CALLED
from xref.macros.shapes import split_arguments
from xref.macros.view import MacroSource
from xref.tree.files import program_of


class Pasting:
    """Answers for every macro of a table; each name is worked out once."""

    def __init__(self, table: MacroSource) -> None:
        self._table = table
        self._judged = Fixpoint(self._judge, frozenset[int]())
        self._known: dict[tuple[str, int], frozenset[int]] = {}

    def of(self, definitions: Iterable[MacroDef]) -> frozenset[int]:
        """The positions of such parameters in one of these definitions or another; the variadic one counts behind the
        last.
        """
        found: frozenset[int] = frozenset()
        for m in definitions:
            known = self._known.get((m.file, m.line))
            if known is None:
                known = self._known[m.file, m.line] = self._in_body(m)
            found |= known
        return found

    def _judge(self, name: str) -> frozenset[int]:
        defs = [m for m in self._table.all(name) if m.params]
        defs = [m for m in defs if program_of(m.file) == "kernel"] or defs
        return frozenset[int]().union(*map(self._in_body, defs))

    def _in_body(self, m: MacroDef) -> frozenset[int]:
        tokens = body_tokens(m.body)
        position = {p: k for k, p in enumerate((*(m.params or ()), *((m.variadic,) if m.variadic else ())))}
        found: set[int] = set()
        end = 0
        for i, t in enumerate(tokens):
            if t == "##" and i >= end and i:
                start, end = i - 1, i
                while end < len(tokens) and tokens[end] == "##":
                    end += 2
                parts = tokens[start:end:2]
                before, following = tokens[start - 1 : start], tokens[end : end + 1]
                if before == ("&",) or following == ("(",):
                    if any(part not in position and _in_small_letters(part) for part in parts):
                        found.update(position[part] for part in parts if part in position)
            elif is_identifier(t) and tokens[i + 1 : i + 2] == ("(",) and t not in NOT_CALLED and t != m.name:
                inner = self._judged(t) if t not in position and self._table.all(t) else frozenset[int]()
                last = max((len(d.params or ()) for d in self._table.all(t)), default=0) if inner else 0
                for k, arg in enumerate(split_arguments(tokens, i + 1)) if inner else ():
                    if min(k, last) in inner:
                        found.update(position[a] for a in arg if a in position)
        return frozenset(found)


def _in_small_letters(part: str) -> bool:
    return is_identifier(part) and any(map(str.islower, part))
