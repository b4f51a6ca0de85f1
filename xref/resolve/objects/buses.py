# SPDX-License-Identifier: MIT
"""The drivers that devices of one bus have.

``drv = dev->driver; drv->pm->suspend(dev)`` of platform_pm_suspend(), drivers/base/platform.c, calls what platform
drivers hold, and not what those of PCI do. Following pointers does not show that. ``device.driver`` goes with
``device.bus`` only by the rule of the driver core that a device is bound to a driver of its own bus
(driver_match_device() and __driver_attach() of drivers/base). So what a bus has in its ``struct bus_type``, or in the
``struct dev_pm_ops`` of that, is called for devices whose driver has ``bus`` set to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Final

from xref.facts.model import AssignFact
from xref.parse import ctree as x
from xref.resolve.language.scope import Scope
from xref.resolve.lookup.arguments import arguments
from xref.resolve.lookup.written import Written
from xref.resolve.objects.objects import Thing, split_place
from xref.store.model import FunctionInfo, RegistrationInfo

_BUS: Final = "bus_type"
_TYPE: Final = "device_type"
_PM: Final = "dev_pm_ops"
_HELD: Final = frozenset({("device", "driver"), ("device_private", "driver")})
_MOST_USES: Final = 12
"""A function that stands in more initialisers, or is called by more functions, is nobody's own."""
_DEEPEST: Final = 4
"""A device is handed on so many times."""


class Buses:
    """Finds the drivers behind ``dev->driver`` in the functions of bus types. One instance serves one index."""

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
        self._names = written.names
        self._filled = filled
        self._registered_in = registered_in
        self._of_parameter = lru_cache(maxsize=5_000)(self._buses)
        self._of_type = lru_cache(maxsize=500)(self._buses_of_type)
        self._drivers = lru_cache(maxsize=500)(self._drivers_of)
        self._of_pm = lru_cache(maxsize=500)(self._buses_of_pm)

    def drivers(self, e: x.Expr, scope: Scope, line: int) -> tuple[Thing, ...]:
        """What ``dev->driver`` leads to in a function that only a bus calls, of whose devices ``dev``, a parameter, is
        one; empty for all else.
        """
        if not isinstance(e, x.Member) or e.field != "driver" or not isinstance(e.base, x.Name):
            return ()
        position = _own_parameter(e.base.name, scope, line)
        buses = self._of_parameter(scope.function.id, position, 0) if position is not None else frozenset[str]()
        if not buses:
            return ()
        found = self._written.member(e, scope, line)
        if found is None or (found.owner, found.field) not in _HELD:
            return ()
        every = [self._drivers(bus) for bus in sorted(buses)]
        return tuple(dict.fromkeys(thing for things in every for thing in things)) if all(every) else ()

    def _buses(self, fid: int, position: int, depth: int) -> frozenset[str]:
        """The bus types whose devices a function gets for a parameter; none where it may get others."""
        function = self._reader.function(fid)
        if function is None or function.kind != "function" or depth > _DEEPEST or self._is_handed_over(function):
            return frozenset()
        callers = self._reader.mentions("c", function.name)
        uses = self._reader.registrations_naming(function.name)
        if len(uses) > _MOST_USES or len(callers) > _MOST_USES:
            return frozenset()
        found = [
            self._around(r) for r in uses if not _is_elsewhere(function, r.file_id) and self._names.is_built(r.file_id)
        ]
        for caller, call in self._written.call_sites(function):
            given = arguments(call.arguments)
            name = given[position].strip("() ") if position < len(given) else ""
            own = _own_parameter(name, self._written.scope(caller), call.line)
            found.append(self._of_parameter(caller.id, own, depth + 1) if own is not None else frozenset())
        return frozenset[str]().union(*found) if all(found) else frozenset()

    def _is_handed_over(self, function: FunctionInfo) -> bool:
        """Whether a function uses this one other than by calling it."""
        users = self._reader.functions(self._reader.mentions("v", function.name))
        return any(not _is_elsewhere(function, f.file_id) for f in users)

    def _around(self, r: RegistrationInfo) -> frozenset[str]:
        """The bus types that an initialiser is of, or the object with which it stands."""
        target = self._written.slots.target(r)
        if target is None or not r.object or r.function:
            return frozenset()
        if target.owner == _PM:
            return self._of_pm(r.object)
        return self._of_holder(target.owner, r.object)

    def _of_holder(self, struct: str, name: str) -> frozenset[str]:
        if struct == _BUS:
            return frozenset({name} if name else ())
        return self._of_type(name) if struct == _TYPE else frozenset()

    def _buses_of_type(self, name: str) -> frozenset[str]:
        """The bus types of devices of one ``struct device_type``; none where some may be of any."""
        if any(self._named(r.value, r.file_id) == name for r in self._written.slots.registrations("device", "type")):
            return frozenset()
        found = [
            self._bus_beside(scope, a)
            for scope, a in self._written.slot_assignments("device", "type")
            if self._named(a.value, scope.file_id) == name
        ]
        return frozenset(found) if all(found) else frozenset()

    def _bus_beside(self, scope: Scope, a: AssignFact) -> str:
        """The bus that a function gives to the device to which it gives a type; '' where it gives none."""
        target = self._types.parse(a.target)
        if isinstance(target, x.Member):
            bus = x.Member(target.base, "bus", target.arrow)
            for other in scope.body.assigns:
                if "bus" in other.target and self._types.parse(other.target) == bus:
                    return self._named(other.value, scope.file_id)
        return ""

    def _buses_of_pm(self, name: str) -> frozenset[str]:
        """The bus types of a ``struct dev_pm_ops`` to which only they, and types of devices, point."""
        if self._reader.mentions("v", name):
            return frozenset()
        found = []
        for r in self._reader.registrations_naming(name):
            target = self._written.slots.target(r)
            found.append(self._of_holder(target.owner, r.object) if target is not None else frozenset())
        return frozenset[str]().union(*found) if all(found) else frozenset()

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


def _own_parameter(name: str, scope: Scope, line: int) -> int | None:
    """The position of a parameter that a function never assigns; None for every other name."""
    found = scope.param(name) if name.isidentifier() else None
    if found is None or scope.local(name, line) is not None or any(a.target == name for a in scope.body.assigns):
        return None
    return found[0]


def _is_elsewhere(function: FunctionInfo, file_id: int) -> bool:
    """Whether a file cannot mean a function."""
    return function.linkage == "static" and file_id != function.file_id
