# SPDX-License-Identifier: MIT
"""The drivers that devices of one bus have.

``drv = dev->driver; drv->pm->suspend(dev)`` of platform_pm_suspend(), drivers/base/platform.c, calls what platform
drivers hold, and not what those of PCI do. That is no matter of pointers: nothing but the rule of the driver core that
a device is bound to a driver of its own bus (driver_match_device() and __driver_attach() of drivers/base) ties
``device.driver`` to ``device.bus``. So what a bus has in its ``struct bus_type``, or in the ``struct dev_pm_ops`` of
that, is called for devices whose driver has ``bus`` set to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Final

from xref.facts.model import AssignFact
from xref.parse import ctree as x
from xref.resolve.language.scope import Scope
from xref.resolve.lookup.registered import registered_alone
from xref.resolve.lookup.written import Written
from xref.resolve.objects.objects import Thing, split_place
from xref.store.model import RegistrationInfo

_BUS: Final = "bus_type"
_PM: Final = "dev_pm_ops"
_HELD: Final = frozenset({("device", "driver"), ("device_private", "driver")})


class Buses:
    """Answers for the functions of bus types. One instance serves one index."""

    def __init__(
        self,
        written: Written,
        filled: Callable[[AssignFact, Scope], Iterable[Thing]],
        registered_in: Callable[[RegistrationInfo], Thing],
    ) -> None:
        """``filled``: the objects of which an assignment sets a member; ``registered_in``: that of an initialiser."""
        self._written = written
        self._reader = written.reader
        self._types = written.types
        self._filled = filled
        self._registered_in = registered_in
        self._of_function = lru_cache(maxsize=5_000)(self._buses)
        self._drivers = lru_cache(maxsize=500)(self._drivers_of)
        self._pm: dict[str, frozenset[str]] | None = None

    def drivers(self, e: x.Expr, scope: Scope, line: int) -> tuple[Thing, ...]:
        """What ``dev->driver`` leads to in a function that only a bus calls, of whose devices ``dev``, a parameter, is
        one; empty for all else.
        """
        if not isinstance(e, x.Member) or e.field != "driver" or not isinstance(e.base, x.Name):
            return ()
        name = e.base.name
        if scope.param(name) is None or scope.local(name, line) is not None:
            return ()
        if any(a.target == name for a in scope.body.assigns):
            return ()
        buses = self._of_function(scope.function.id)
        if not buses:
            return ()
        found = self._written.member(e, scope, line)
        if found is None or (found.owner, found.field) not in _HELD:
            return ()
        every = [self._drivers(bus) for bus in sorted(buses)]
        return tuple(dict.fromkeys(thing for things in every for thing in things)) if all(every) else ()

    def _buses(self, fid: int) -> frozenset[str]:
        """The bus types that a function is of; none where it stands anywhere else, or somebody calls it by name."""
        found: set[str] = set()
        for r in registered_alone(self._reader, fid):
            buses = self._around(r)
            if not buses:
                return frozenset()
            found |= buses
        return frozenset(found)

    def _around(self, r: RegistrationInfo) -> frozenset[str]:
        """The bus types that an initialiser is of, or the object with which it stands."""
        target = self._written.slots.target(r)
        if target is None:
            return frozenset()
        if target.owner == _BUS:
            return frozenset({r.object})
        return self._with_pm().get(r.object, frozenset()) if target.owner == _PM else frozenset()

    def _with_pm(self) -> dict[str, frozenset[str]]:
        """The bus types that point to each ``struct dev_pm_ops``, for those to which nothing else does."""
        if self._pm is None:
            found: dict[str, set[str]] = {}
            for r in self._written.slots.registrations(_BUS, "pm"):
                name = self._named(r.value, r.file_id) if r.object else ""
                if name:
                    found.setdefault(name, set()).add(r.object)
            self._pm = {name: frozenset(buses) for name, buses in found.items() if self._is_of_buses(name)}
        return self._pm

    def _is_of_buses(self, name: str) -> bool:
        targets = [self._written.slots.target(r) for r in self._reader.registrations_naming(name)]
        return not self._reader.mentions("v", name) and all(t is not None and t.owner == _BUS for t in targets)

    def _named(self, text: str, file_id: int) -> str:
        """The object of which a value is the address, if it is one; '' for other values."""
        root, path = split_place(_pointed(self._types.parse(text)))
        return root.name if isinstance(root, x.Name) and not path and self._reader.objects(root.name) else ""

    def _drivers_of(self, bus: str) -> tuple[Thing, ...]:
        """The objects in which ``device_driver.bus`` is this one."""
        return tuple(dict.fromkeys(self._having(bus)))

    def _having(self, bus: str) -> Iterator[Thing]:
        for r in self._written.slots.registrations("device_driver", "bus"):
            if self._named(r.value, r.file_id) == bus:
                yield self._registered_in(r)
        for scope, a in self._written.slot_assignments("device_driver", "bus"):
            if self._named(a.value, scope.file_id) == bus:
                yield from self._filled(a, scope)


def _pointed(e: x.Expr) -> x.Expr:
    while isinstance(e, x.Cast) or (isinstance(e, x.Unary) and e.op == "&"):
        e = e.operand
    return e
