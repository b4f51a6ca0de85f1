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
from xref.resolve.objects import Thing
from xref.resolve.overwritten import Overwritten
from xref.resolve.puts import Put, Puts
from xref.resolve.scope import Scope
from xref.resolve.siblings import Siblings
from xref.resolve.values import Values
from xref.store.model import FunctionInfo

_MOST_THINGS: Final = 3_000
"""A receiver that can be more objects is one of all."""

_MANY_TO_ONE: Final = 50
"""An object in so many may be copied over."""


class Receivers:
    """Narrows what a slot holds to what those objects have in it that a receiver can be. One serves one index."""

    def __init__(
        self, closed: Closed, puts: Puts, overwritten: Overwritten, siblings: Siblings, *, whole: bool = True
    ) -> None:
        """``whole``: nothing but what is indexed can be in a slot."""
        self._whole = whole
        self._puts = puts
        self._siblings = siblings
        self._closed = closed
        self._overwritten = overwritten

    def of(
        self,
        holdings: tuple[Holding, ...],
        slot: MemberType,
        e: x.Member,
        scope: Scope,
        line: int,
        ways: Values | None = None,
    ) -> tuple[Holding, ...]:
        """Those of ``holdings`` that are not known to be in other objects alone; all, where some of the objects are not
        known, none of them is seen to be filled, or something else may be copied over the whole of one. ``ways``: the
        values that are one function, the only one of ``holdings``.
        """
        if not holdings or self._closed.overlaps(slot):
            return holdings
        if len(holdings) == 1 and ways is None and self._whole:
            return holdings  # where nothing else is in the slot, nothing else is in any object
        things = [*self._closed.hasty.receivers(e, scope, line)]
        if not things or len(things) > _MOST_THINGS or OPEN in things:
            return self._siblings.of(holdings, slot, e, scope, line, ways)
        if ways is not None and not self._closed.knows_holders(slot.owner, slot.field):
            if not self._puts.is_array(slot.owner, slot.field):
                return holdings if self._may_hold(holdings[0].function, slot, things, ways) else ()
        may_be = self._closed.may_be
        holders = self._closed.holders(slot.owner, slot.field)
        own = {fid for fid, held in holders.items() if any(a != OPEN and may_be(a, b) for a in held for b in things)}
        if not own or self._are_overwritten(things):
            return holdings
        return tuple(h for h in holdings if h.function.id in own or OPEN in holders.get(h.function.id, (OPEN,)))

    def _may_hold(self, function: FunctionInfo, slot: MemberType, things: list[Thing], ways: Values) -> bool:
        """The same for one function, without asking what all the others are in."""
        puts, struct, field = self._puts, slot.owner, slot.field
        known = list(puts.naming(struct, field, function))
        if self._is_any(known, things) or self._are_overwritten(things):
            return True
        beside = tuple(self._closed.registered_to(struct, field, things))
        if any(puts.puts(r, function, ways) for r in beside):
            return True
        unnamed = list(puts.unnamed(struct, field, function, ways))
        if self._is_any(unnamed, things):
            return True
        if not (known or unnamed or any(puts.registered(struct, field, function, ways))):
            return True
        return not puts.fills(struct, field, things, beside)

    def _are_overwritten(self, things: list[Thing]) -> bool:
        """Whether so many of these objects may be copied over that nobody can tell what they hold: one of the 300
        ``dev_pm_ops`` that drivers of PCI have is, in sound/soc/fsl/imx-rpmsg.c, and holds little more for it.
        """
        allowed = len(things) // _MANY_TO_ONE
        for thing in things:
            allowed -= self._overwritten.is_whole(thing)
            if allowed < 0:
                return True
        return False

    def _is_any(self, puts: list[Put], things: list[Thing]) -> bool:
        """Whether something is put into one of these objects, or into one that is not known."""
        may_be = self._closed.may_be
        return any(held == OPEN or may_be(held, thing) for put in puts for held in put.things for thing in things)
