# SPDX-License-Identifier: MIT
"""Calls whose receiver can be only a few objects: what only others hold is not called there.

``clk_gate_ops.disable(hw)`` calls what that variable has. So does ``gate->ops->disable(hw)``, where nothing but
``gate->ops = &clk_gate_ops`` is ever assigned (see :mod:`xref.resolve.objects.closed`). And the ``irq_mask`` of a
member ``struct irq_chip chip`` is not a function that only variables hold which are no part of such a struct.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from xref.parse import ctree as x
from xref.resolve.language.scope import Scope
from xref.resolve.model import Holding, MemberType
from xref.resolve.objects.closed import OPEN, Closed
from xref.resolve.objects.meant import Meant
from xref.resolve.objects.objects import Thing
from xref.resolve.objects.overwritten import Overwritten
from xref.resolve.objects.puts import Put, Puts
from xref.resolve.objects.siblings import Siblings
from xref.resolve.valueflow.values import Values
from xref.store.model import FunctionInfo
from xref.store.reader import Reader

_MOST_THINGS: Final = 3_000
"""A receiver that can be more objects is one of all."""

_MANY_TO_ONE: Final = 5
"""An object in so many may be copied over."""
_MANY_THINGS: Final = 40
"""Of more objects it is asked, too, which structs they are in."""


class Receivers:
    """Narrows what a slot holds to what the objects have in it that a receiver can be. One serves one index."""

    def __init__(
        self,
        reader: Reader,
        closed: Closed,
        puts: Puts,
        overwritten: Overwritten,
        siblings: Siblings,
        *,
        whole: bool = True,
    ) -> None:
        """``whole``: nothing but what is indexed can be in a slot."""
        self._whole = whole
        self._puts = puts
        self._siblings = siblings
        self._closed = closed
        self._overwritten = overwritten
        self._reader = reader
        self._is_named = lru_cache(maxsize=20_000)(self._naming)

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
        held = self._held_by(holdings, slot, things, ways)
        return held if len(things) <= _MANY_THINGS else self._siblings.of(held, slot, e, scope, line, ways)

    def _held_by(
        self, holdings: tuple[Holding, ...], slot: MemberType, things: list[Thing], ways: Values | None
    ) -> tuple[Holding, ...]:
        """Those of ``holdings`` that are not known to be in other objects than ``things`` alone."""
        if ways is not None and not self._closed.knows_holders(slot.owner, slot.field):
            if not self._puts.is_array(slot.owner, slot.field):
                return holdings if self._may_hold(holdings[0].function, slot, things, ways) else ()
        meant = self._closed.meant(things)
        holders = self._closed.holders(slot.owner, slot.field)
        own = {fid for fid, held in holders.items() if any(a != OPEN and meant.may_be(a) for a in held)}
        if not own or self._are_overwritten(things):
            return holdings
        return tuple(
            h
            for h in holdings
            if h.function.id in own
            or any(self._may_be_anywhere(t, things) for t in holders.get(h.function.id, (OPEN,)))
        )

    def _may_be_anywhere(self, thing: Thing, things: list[Thing]) -> bool:
        """Whether an object is not known, or it is not told who gets to it: nobody seems to name it, as where a macro
        has another name for it under some configuration (EXPORT_GPL_DEV_PM_OPS() of include/linux/pm.h). It may then
        be one of ``things``, if they are all that so many drivers have.
        """
        if thing == OPEN or len(things) <= _MANY_THINGS:
            return thing == OPEN
        return bool(thing.name) and not thing.path and not self._is_named(thing.name)

    def _naming(self, name: str) -> bool:
        """Whether a variable is used by its name anywhere."""
        mentions = self._reader.mentions
        return bool(mentions("v", name) or mentions("a", name) or self._reader.registrations_naming(name))

    def _may_hold(self, function: FunctionInfo, slot: MemberType, things: list[Thing], ways: Values) -> bool:
        """The same for one function, without asking what all the others are in."""
        puts, struct, field = self._puts, slot.owner, slot.field
        known = list(puts.naming(struct, field, function))
        if any(self._may_be_anywhere(thing, things) for put in known for thing in put.things):
            return True
        meant = self._closed.meant(things)
        if _is_any(known, meant) or self._are_overwritten(things):
            return True
        registered = list(puts.registered(struct, field, function, ways))
        if _is_any(registered, meant):
            return True
        unnamed = list(puts.unnamed(struct, field, function, ways))
        if _is_any(unnamed, meant):
            return True
        if not (known or unnamed or registered):
            return True
        return not puts.fills(struct, field, meant, self._closed.registered_to(struct, field, things))

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


def _is_any(puts: list[Put], meant: Meant) -> bool:
    """Whether something is put into one of the objects that are meant, or into one that is not known."""
    return any(held == OPEN or meant.may_be(held) for put in puts for held in put.things)
