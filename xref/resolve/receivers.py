# SPDX-License-Identifier: MIT
"""Calls whose receiver can be but a few objects: what only others hold is not called there.

``clk_gate_ops.disable(hw)`` calls what that variable has; ``gate->ops->disable(hw)`` does where nothing but
``gate->ops = &clk_gate_ops`` is ever assigned (see :mod:`xref.resolve.closed`); and the ``irq_mask`` of a member
``struct irq_chip chip`` is none that stands in variables which are no part of such a struct.
"""

from __future__ import annotations

from typing import Final

from xref.parse import ctree as x
from xref.resolve.closed import OPEN, Closed
from xref.resolve.model import Holding, MemberType
from xref.resolve.overwritten import Overwritten
from xref.resolve.scope import Scope
from xref.resolve.siblings import Siblings

_MOST_THINGS: Final = 40
"""A receiver that can be more objects is one of all."""


class Receivers:
    """Narrows what a slot holds to what those objects have in it that a receiver can be. One serves one index."""

    def __init__(self, closed: Closed, overwritten: Overwritten, siblings: Siblings) -> None:
        self._siblings = siblings
        self._closed = closed
        self._overwritten = overwritten

    def of(
        self, holdings: tuple[Holding, ...], slot: MemberType, e: x.Member, scope: Scope, line: int
    ) -> tuple[Holding, ...]:
        """Those of ``holdings`` that are not known to be in other objects alone; all, where some of the objects are not
        known, none of them is seen to be filled, or something else may be copied over the whole of one.
        """
        if not holdings or self._closed.overlaps(slot):
            return holdings
        things = [*self._closed.hasty.receivers(e, scope, line)]
        if not things or len(things) > _MOST_THINGS or OPEN in things:
            return self._siblings.of(holdings, slot, e, scope, line)
        may_be = self._closed.may_be
        holders = self._closed.holders(slot.owner, slot.field)
        own = {fid for fid, held in holders.items() if any(a != OPEN and may_be(a, b) for a in held for b in things)}
        if not own or any(self._overwritten.is_whole(thing) for thing in things):
            return holdings
        return tuple(h for h in holdings if h.function.id in own or OPEN in holders.get(h.function.id, (OPEN,)))
