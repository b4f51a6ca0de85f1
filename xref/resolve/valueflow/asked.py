# SPDX-License-Identifier: MIT
"""Data in tables of drivers, which a driver asks for through a function that all drivers use.

``init = of_device_get_match_data(dev)`` gets a function out of ``of_device_id.data``, a ``const void *`` that the match
tables of all drivers fill. A driver gets its own: what is asked for in a file that fills such a table itself comes from
that file. So each place on the way, the helpers' return values and the member itself, is kept apart by the file that
asks. A file without a table may get what any table has.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple

from xref.macros.fixpoint import Fixpoint
from xref.parse import ctree as x
from xref.parse.ctree import Base, CType, Pointer
from xref.resolve.language.scope import Scope
from xref.resolve.lookup.written import Written
from xref.resolve.model import Place
from xref.store.model import FunctionInfo

_DEEP: Final = 8
_FEW: Final = 3
"""What fewer files fill is no table of all drivers'."""


class File(NamedTuple):
    """The file that asks."""

    file_id: int


class Asked:
    """Tells which places are kept apart by who asks. One instance serves one index."""

    def __init__(self, written: Written, constant: Callable[[str, int], tuple[FunctionInfo, ...]]) -> None:
        """``constant``: the functions that an initialiser's value names."""
        self._written = written
        self._reader = written.reader
        self._types = written.types
        self._constant = constant
        self.filling = lru_cache(maxsize=2000)(self._filling)
        self._tables: Fixpoint[int, frozenset[tuple[str, str]]] = Fixpoint(self._returned_from, frozenset())

    def by(self, file_id: int, place: Place) -> Place:
        """The place as it is asked for in a file."""
        slots = self._slots_behind(place)
        if not slots:
            return place
        asks = self.asking(place)
        if asks and any(asks in self.filling(*slot) for slot in slots):
            return place  # who is asked has a table of its own
        return place._replace(of=frozenset((File(file_id),)))

    @staticmethod
    def asking(place: Place) -> int:
        """The file that asks; 0 where it is not told."""
        return next((at.file_id for at in place.of if isinstance(at, File)), 0)

    def own(self, place: Place) -> frozenset[int] | None:
        """The files whose initialisers fill a member for who asks; None where it is not told apart."""
        asks = self.asking(place)
        return self.beside(asks, str(place.owner), str(place.name).partition(" ")[0]) if asks else None

    def beside(self, file_id: int, struct: str, field: str) -> frozenset[int] | None:
        """The file itself where it has a table; else the one that seems to be linked into one object with it: it lies
        beside it and is compiled with it.
        """
        filling = self.filling(struct, field)
        if file_id in filling:
            return frozenset((file_id,))
        here = self._reader.file(file_id)
        folder = here.path.rpartition("/")[0]
        found = frozenset(
            other
            for other in filling
            if here.guard
            and self._reader.file(other).guard == here.guard
            and self._reader.file(other).path.rpartition("/")[0] == folder
        )
        return found if len(found) == 1 else None

    def _slots_behind(self, place: Place) -> frozenset[tuple[str, str]]:
        if place.kind == "slot":
            slot = str(place.owner), str(place.name).partition(" ")[0]
            return frozenset((slot,)) if self.filling(*slot) else frozenset()
        return self._tables(int(place.owner)) if place.kind == "return" else frozenset()

    def _filling(self, struct: str, field: str) -> frozenset[int]:
        """The files whose tables fill a member that may be anything, with functions; none for what is assigned too.
        An object alone is no table: the linker makes one of those of all drivers (``CLK_OF_DECLARE``).
        """
        members = self._types.members(struct, field) or ()
        there = next((record.file_id for record in self._reader.records(struct)), 0)
        if not members or not there or not all(self._is_word(m.ctype, m.home or there) for m in members):
            return frozenset()
        tables = self._written.slots.registrations_in_tables(struct, field)
        found = {r.file_id for r in tables if self._constant(r.value, r.file_id)}
        if len(found) < _FEW or self._written.is_assigned(struct, field):
            return frozenset()
        return frozenset(found)

    def _returned_from(self, fid: int) -> frozenset[tuple[str, str]]:
        """The members of tables whose value a function returns."""
        function = self._reader.function(fid)
        if function is None or function.kind == "macro":
            return frozenset()
        if not self._is_word(self._types.returned(function.name, function.file_id), function.file_id):
            return frozenset()
        scope = self._written.scope(function)
        found: set[tuple[str, str]] = set()
        for r in scope.body.returns:
            found |= self._read(self._types.parse(r.value), scope, r.line, 0)
        return frozenset(found)

    def _read(self, e: x.Expr, scope: Scope, line: int, depth: int) -> frozenset[tuple[str, str]]:
        if depth > _DEEP:
            return frozenset()
        match e:
            case x.Cast(_, operand):
                return self._read(operand, scope, line, depth + 1)
            case x.Cond(test, then, other):
                first = self._read(then if then is not None else test, scope, line, depth + 1)
                return first | self._read(other, scope, line, depth + 1)
            case x.Member():
                found = self._written.member(e, scope, line)
                if found is None or not self.filling(found.owner, found.field):
                    return frozenset()
                return frozenset(((found.owner, found.field),))
            case x.Name(name) if scope.mentions(name):
                texts = [d.init_text for _, d in scope.declarations(name) if d.init_text]
                texts += [a.value for a in scope.body.assigns if a.target == name]
                behind = (self._read(self._types.parse(t), scope, line, depth + 1) for t in texts)
                return frozenset().union(*behind)
            case x.Call(x.Name(name), _):
                functions = self._written.names.functions(name, scope.file_id)
                return frozenset().union(*(self._tables(f.id) for f in functions))
        return frozenset()

    def _is_word(self, t: CType | None, file_id: int) -> bool:
        """Whether a type lets anything in: ``const void *``, ``unsigned long``, a typedef of these."""
        t = self._types.plain(t, file_id)
        return t.to == Base("void") if isinstance(t, Pointer) else t == Base("unsigned long")
