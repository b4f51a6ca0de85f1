# SPDX-License-Identifier: MIT
"""Drivers that share a core, told apart by the structs in which they embed the core's struct.

``dev->mt76.bus->rmw(&dev->mt76, ...)`` of mt7915 reaches the core's ``struct mt76_dev`` in a ``struct mt7915_dev``.
Another driver has its own struct around that of the core, and its files do not see this one. What it puts into objects
of its own never comes here; what the core itself puts anywhere may.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import chain
from typing import Final

from xref.parse import ctree as x
from xref.resolve.language.scope import Scope
from xref.resolve.lookup.written import Written
from xref.resolve.model import Holding, MemberType
from xref.resolve.objects.closed import OPEN, Closed
from xref.resolve.objects.objects import Thing
from xref.resolve.objects.puts import Puts
from xref.resolve.valueflow.values import Values
from xref.store.model import FunctionInfo

_MOST: Final = 100
"""A struct that more others contain is not what a few drivers share."""


class Siblings:
    """Narrows what a slot holds by the struct around the receiver's struct. One instance serves one index."""

    def __init__(self, written: Written, closed: Closed, puts: Puts, sees: Callable[[str, str], bool]) -> None:
        """``sees``: whether a file includes another, by their paths."""
        self._reader = written.reader
        self._types = written.types
        self._closed = closed
        self._puts = puts
        self._sees = sees
        self._putting = lru_cache(maxsize=500)(self._files_putting)
        self._around = lru_cache(maxsize=5000)(self._files_around)
        self._is_other = lru_cache(maxsize=200_000)(self._is_other_driver)

    def of(
        self,
        holdings: tuple[Holding, ...],
        slot: MemberType,
        e: x.Member,
        scope: Scope,
        line: int,
        ways: Values | None = None,
    ) -> tuple[Holding, ...]:
        """Those of ``holdings`` that are not put into objects by other drivers alone; ``ways``: the values that are one
        function, the only one of ``holdings``.
        """
        pointer = e.base if e.arrow else None
        while isinstance(pointer, x.Cast | x.Index):
            pointer = pointer.operand if isinstance(pointer, x.Cast) else pointer.base
        if not holdings or not isinstance(pointer, x.Member):
            return holdings
        things = tuple(self._closed.near.receivers(pointer, scope, line))
        if not things or any(thing == OPEN or thing.name for thing in things):
            return holdings
        if ways is not None and not self._puts.is_array(slot.owner, slot.field):
            return holdings if self._may_put(holdings[0].function, slot, things, ways) else ()
        putting = self._putting(slot.owner, slot.field)
        if all(self._is_others(files, things) for files in putting.values()):
            return holdings
        return tuple(h for h in holdings if not self._is_others(putting.get(h.function.id, frozenset()), things))

    def _may_put(self, function: FunctionInfo, slot: MemberType, things: tuple[Thing, ...], ways: Values) -> bool:
        """The same for one function, without asking who puts all the others there."""
        puts, struct, field = self._puts, slot.owner, slot.field
        some = False
        every = (puts.unnamed(struct, field, function, ways), puts.registered(struct, field, function, ways))
        for put in chain(puts.naming(struct, field, function), *every):
            for file_id in self._files_of(put.things, put.file_id):
                some = True
                if not self._is_others(frozenset((file_id,)), things):
                    return True
        if not some:
            return True
        if any(not self._is_others(frozenset((file_id,)), things) for file_id in puts.files(struct, field)):
            return False
        return all(self._is_others(files, things) for files in self._putting(struct, field).values())

    def _files_of(self, things: Iterable[Thing], file_id: int) -> Iterator[int]:
        """The file that puts something into objects, and those that name them."""
        yield file_id
        for thing in things:
            if thing.name and not thing.home and thing != OPEN:
                yield from self._naming(thing.name)

    def _is_others(self, files: frozenset[int], things: tuple[Thing, ...]) -> bool:
        return bool(files) and all(self._is_other(file_id, thing) for thing in things for file_id in files)

    def _is_other_driver(self, file_id: int, thing: Thing) -> bool:
        """Whether a file sees structs around the one that is meant, but not that which is around it here."""
        own, others = self._around(thing)
        path = self._reader.file(file_id).path
        return bool(own) and not self._any_seen(path, own) and self._any_seen(path, others)

    def _any_seen(self, path: str, others: frozenset[str]) -> bool:
        return path in others or any(self._sees(path, other) for other in others)

    def _files_around(self, thing: Thing) -> tuple[frozenset[str], frozenset[str]]:
        """The files that define the struct around the one that is meant, and other structs around such a one."""
        reader = self._reader
        members = self._types.members(thing.owner, thing.path[-1]) if len(thing.path) == 1 else None
        tag = self._types.record_tag(members[0].ctype, self._first(thing.owner)) if members else ""
        around = reader.tags_with([tag]) if tag else []
        own = frozenset(reader.file(record.file_id).path for record in reader.records(thing.owner))
        if not 1 < len(around) <= _MOST:
            return frozenset(), frozenset()
        every = {reader.file(record.file_id).path for other in around for record in reader.records(other)}
        return own, frozenset(every) - own

    def _first(self, tag: str) -> int:
        return next((record.file_id for record in self._reader.records(tag)), 0)

    def _files_putting(self, struct: str, field: str) -> dict[int, frozenset[int]]:
        """The functions (by row) that a slot holds, and the files that put them into objects or name those objects."""
        found: dict[int, set[int]] = {}
        for thing, functions, step in self._closed.holding(struct, field):
            files = set(self._files_of((thing,), step.file_id))
            for f in functions:
                found.setdefault(f.id, set()).update(files)
        return {fid: frozenset(files) for fid, files in found.items()}

    def _naming(self, name: str) -> set[int]:
        files = {r.file_id for r in self._reader.registrations_naming(name)}
        return files | {f.file_id for f in self._reader.functions(self._reader.mentions("v", name))}
