# SPDX-License-Identifier: MIT
"""Calls whose receiver is written as a variable: ``clk_gate_ops.disable(hw)`` calls what that variable has there, and
no other object of the type.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from xref.parse import ctree as x
from xref.resolve.arguments import arguments
from xref.resolve.beside import COPYING
from xref.resolve.model import Holding, MemberType, Step
from xref.resolve.objects import Objects, Thing, split_place
from xref.resolve.scope import Scope
from xref.resolve.written import Written

_MOST: Final = 400
"""Of a variable that more functions name it is not asked whether one of them writes all of it."""


class NamedReceivers:
    """Narrows what a slot holds to what one variable has in it. One instance serves one index."""

    def __init__(self, written: Written, objects: Objects) -> None:
        self._written = written
        self._reader = written.reader
        self._objects = objects
        self._written_whole = lru_cache(maxsize=4096)(self._is_written_whole)

    def of(
        self, holdings: tuple[Holding, ...], slot: MemberType, e: x.Member, scope: Scope, line: int
    ) -> tuple[Holding, ...]:
        """Those of ``holdings`` that are not known to be in other variables alone; all, where ``e`` begins with a
        pointer, where the variable is not seen to be filled, or something else may be copied over the whole of it.
        """
        root, _ = split_place(e)
        if not holdings or not isinstance(root, x.Name) or scope.holds(root.name, line):
            return holdings
        things = self._objects.receivers(e, scope, line)
        meant = next(iter(things), None)
        if meant is None or len(things) > 1 or meant.name != root.name:
            return holdings
        holders = self._objects.holders(slot.owner, slot.field)
        own = {fid for fid, held in holders.items() if meant in held}
        if not own or self._written_whole(meant):
            return holdings
        return tuple(h for h in holdings if h.function.id in own or not _elsewhere(holders.get(h.function.id), meant))

    def _is_written_whole(self, thing: Thing) -> bool:
        """Whether some function assigns to all of a variable, or copies something over it."""
        users = sorted({*self._reader.mentions("v", thing.name), *self._reader.mentions("a", thing.name)})
        if len(users) > _MOST:
            return True
        for f in self._reader.functions(users):
            if thing.home and f.file_id != thing.home:
                continue
            body = self._reader.body(f.id)
            if any(a.target.partition("[")[0].strip("*& ()") == thing.name for a in body.assigns):
                return True
            for call in body.calls:
                if call.callee in COPYING:
                    into = next(iter(arguments(call.arguments)), "").partition("[")[0].strip("*& ()")
                    if into == thing.name:
                        return True
        return False


def _elsewhere(held: dict[Thing, Step] | None, meant: Thing) -> bool:
    """Whether a function is known to be in other objects alone: in other variables, or, where a variable is meant
    itself and no part of it, in members of structs. A compound literal may have been copied.
    """
    return bool(held) and all(
        thing[:3] != meant[:3] and not thing.name.startswith("(") if thing.name else not meant.path
        for thing in held or ()
    )
