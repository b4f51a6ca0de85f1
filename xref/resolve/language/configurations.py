# SPDX-License-Identifier: MIT
"""Which places no configuration compiles together, because options need others.

drivers/misc/keba/cp500.c is compiled under KEBA_CP500, which depends on PCI: what include/linux/pci.h has for kernels
without PCI is never called there. Of the conditions of a place only the options count that must be set, or must not,
and what the former need (see :mod:`xref.tree.requires`). ``A > 2`` and ``CONFIG_X=m`` are left to
:func:`xref.lex.guard.contradicts`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from xref.lex import guard as g
from xref.store.reader import Reader

_NOTHING: Final = frozenset[str]()


class _Demand(NamedTuple):
    """The options that are set wherever a condition holds, and those that are not."""

    on: frozenset[str]
    off: frozenset[str]


_NONE: Final = _Demand(_NOTHING, _NOTHING)


class Configurations:
    """What the options of an index leave possible. One instance serves one index."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._demands: dict[tuple[str, str], _Demand] = {("", ""): _NONE}
        self._needs: dict[str, _Demand] = {}

    def apart(self, guard: str, file_id: int, other: str, other_file_id: int) -> bool:
        """Whether two places, each with its condition and its file, are in no kernel together."""
        a = self._demand(guard, file_id)
        b = self._demand(other, other_file_id)
        return not (a.on.isdisjoint(b.off) and a.off.isdisjoint(b.on))

    def _demand(self, guard: str, file_id: int) -> _Demand:
        key = (guard, self._reader.file(file_id).guard)
        known = self._demands.get(key)
        if known is None:
            known = _all(self._of(g.from_text(text)) for text in key if text)
            if not known.on.isdisjoint(known.off):
                known = _NONE  # never compiled, or its build rule is misread: nothing follows from that
            self._demands[key] = known
        return known

    def _of(self, c: g.Cond) -> _Demand:
        """What ``c`` says for certain: all that the parts of an ``&&`` say, what those of an ``||`` have in common."""
        if c.parts:
            demands = [self._of(part) for part in c.parts]
            if c.op == "&&":
                return _all(demands)
            return _Demand(
                _NOTHING.union(demands[0].on).intersection(*(d.on for d in demands)),
                _NOTHING.union(demands[0].off).intersection(*(d.off for d in demands)),
            )
        if c.op == "a":
            return self._needed(c.base)
        if c.op == "!" and c.name == c.base:
            return _Demand(_NOTHING, frozenset((c.name,)))
        return _NONE

    def _needed(self, option: str) -> _Demand:
        """What holds where an option is set."""
        known = self._needs.get(option)
        if known is None:
            words = self._reader.requires(option) if option.startswith("CONFIG_") else ()
            on = frozenset((option, *(word for word in words if word[0] != "!")))
            known = self._needs[option] = _Demand(on, frozenset(word[1:] for word in words if word[0] == "!"))
        return known


def _all(demands: Iterable[_Demand]) -> _Demand:
    on, off = _NOTHING, _NOTHING
    for demand in demands:
        on |= demand.on
        off |= demand.off
    return _Demand(on, off)
