# SPDX-License-Identifier: MIT
"""Functions that are handed over along with an object, told apart by that object.

``tracepoint_probe_register(&__tracepoint_sched_switch, probe, data)`` puts ``probe`` into a slot that all tracepoints
share; ``__traceiter_sched_switch()`` calls what it finds there from ``(&__tracepoint_sched_switch)->funcs``. On the way
back from that call, calls that hand over the address of another tracepoint are left out, so that of a slot of thousands
of functions the few are left that were given to this object. Where the object is not named, the call counts with what
the structure holds from which both arguments come (:mod:`xref.resolve.valueflow.anchors`), or with everything. The
object may also be named by a string (:mod:`xref.resolve.valueflow.titles`).
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from xref.facts.model import CallFact
from xref.parse import ctree as x
from xref.resolve.language.scope import Scope
from xref.resolve.lookup.arguments import arguments
from xref.resolve.lookup.written import Written
from xref.resolve.model import Holding, Place, Step
from xref.resolve.valueflow.anchors import Anchors
from xref.resolve.valueflow.flow import Inflow
from xref.resolve.valueflow.titles import TEXT, Titles, is_text
from xref.resolve.valueflow.values import Values
from xref.store.model import FunctionInfo
from xref.store.reader import Reader
from xref.store.stored import NAMED

_ADDRESS: Final = re.compile(r"&\s*([A-Za-z_]\w*)")
_MOST: Final = 1000
"""So many places are visited."""
_FEW: Final = 100
"""So many objects are looked for one by one; then all calls are read."""


class Companion(NamedTuple):
    """The object ``name``, a ``struct tag`` that is a variable at file scope."""

    tag: str
    name: str


_Reached = tuple[Place, tuple[Step, ...], str]
"""A place, the steps from the slot back to it, and the innermost guard on the way."""


class _Handings:
    """The calls of a function that hand over one of its parameters, by the object that goes with it as the argument
    ``position`` ('' where none is named): the object's name, or what a string calls it, where ``titles`` are what
    strings may. Ten thousand calls register a probe with a tracepoint of their own; only those are read that can name
    the object which is asked for.
    """

    def __init__(self, reader: Reader, function: FunctionInfo, position: int, titles: Container[str] | None) -> None:
        self.position = position
        self.titled = titles is not None
        self._titles = titles
        self._reader = reader
        self._name = function.name
        self._calls: dict[str, list[tuple[int, CallFact]]] = {}
        self._asked: set[str] = set()
        every = reader.mentions("c", function.name)
        naming = frozenset() if self.titled else reader.handing_objects(function.name, position)
        self._naming = [fid for fid in every if fid in naming]
        """Those that name an object in all of their calls, and have not been read."""
        self._read([fid for fid in every if fid not in naming])
        self.any = bool(self._naming or self._calls)
        """Whether anybody calls the function at all."""

    def naming(self, text: str) -> str:
        """The object that an argument names, or the title that it is; '' where it is something else."""
        named = (NAMED if self._titles is None else TEXT).fullmatch(text)
        return named[1] if named is not None and (self._titles is None or named[1] in self._titles) else ""

    def with_object(self, name: str) -> list[tuple[int, CallFact]]:
        """The calls where an object of that name goes with the parameter, and the function (by row) of each."""
        if name and name not in self._asked and self._naming:
            self._asked.add(name)
            # the names of values are noted but for those in capitals
            some = len(self._asked) < _FEW and not name.isupper()
            wanted = frozenset(self._reader.mentions("v", name) if some else self._naming)
            self._read([fid for fid in self._naming if fid in wanted])
            self._naming = [fid for fid in self._naming if fid not in wanted]
        return sorted(self._calls.get(name, ()), key=lambda at: at[0])

    def _read(self, ids: Sequence[int]) -> None:
        """The calls that name the function, whatever they mean by it."""
        for f in self._reader.functions(ids):
            for call in self._reader.body(f.id).calls:
                if call.callee == self._name:
                    args = arguments(call.arguments)
                    name = self.naming(args[self.position]) if self.position < len(args) else ""
                    self._calls.setdefault(name, []).append((f.id, call))


class _Common(NamedTuple):
    """What is in a slot for every object, by function; and the places where what one object is given enters."""

    found: dict[int, Holding]
    told: tuple[_Reached, ...]


class _Walk:
    """The functions that were found on the way back from ``first``, and the places still to be visited."""

    def __init__(self, first: Iterable[Place]) -> None:
        self.found: dict[int, Holding] = {}
        self.todo: deque[_Reached] = deque((place, (), "") for place in first)

    def take(self, inflows: Iterable[Inflow[FunctionInfo]], way: tuple[Step, ...], guard: str) -> None:
        """Add what flows into a place that was reached by ``way``."""
        for source, step, condition in inflows:
            further = (*way, step) if step is not None else way
            if isinstance(source, Place):
                self.todo.append((source, further, condition or guard))
            else:
                self.found.setdefault(source.id, Holding(source, further, condition or guard or source.guard))


class Companions:
    """Finds what the object of a call site was given. One instance serves one index."""

    def __init__(self, written: Written, values: Values, anchors: Anchors, titles: Titles) -> None:
        self._written = written
        self._reader = written.reader
        self._types = written.types
        self._values = values
        self._anchors = anchors
        self._titles = titles
        self._handings: dict[tuple[Place, str], _Handings | None] = {}
        self._commons: dict[tuple[Place, str], _Common] = {}

    def of(self, receiver: x.Member, scope: Scope) -> Companion | None:
        """The object from which the receiver of a call was loaded, where its function names just one."""
        root: x.Expr = receiver.base
        while isinstance(root, x.Member | x.Index | x.Unary | x.Cast):
            root = root.base if isinstance(root, x.Member | x.Index) else root.operand
        if not isinstance(root, x.Name) or not scope.mentions(root.name):
            return None
        texts = [a.value for a in scope.body.assigns if a.target == root.name]
        texts += [d.init_text for _, d in scope.declarations(root.name) if d.init_text]
        names = {name for text in texts for name in _ADDRESS.findall(text) if not scope.mentions(name)}
        if len(names) != 1:
            return None
        name = names.pop()
        tag = self._types.record_tag(self._types.object_type(name, scope.file_id), scope.file_id)
        return Companion(tag, name) if tag else None

    def holdings(self, slot: Place, companion: Companion) -> tuple[Holding, ...] | None:
        """The functions that the object has in a slot; None where nobody fills the slot along with such an object."""
        common = self._common(slot, companion.tag)
        if not common.told:
            return None
        told = _Walk(())
        for place, way, guard in common.told:
            handings = self._beside(place, companion.tag)
            if handings is not None:
                told.take(self._told(place, companion, handings), way, guard)
        seen = {slot}
        while told.todo and len(seen) < _MOST:
            place, way, guard = told.todo.popleft()
            if place not in seen:
                seen.add(place)
                handings = self._beside(place, companion.tag)
                inflows = self._told(place, companion, handings) if handings is not None else self._values.into(place)
                told.take(inflows, way, guard)
        others = (holding for fid, holding in common.found.items() if fid not in told.found)
        return (*told.found.values(), *others)

    def _common(self, slot: Place, tag: str) -> _Common:
        """What is in a slot whatever the object: as far back as no ``struct tag`` goes with what is handed over."""
        known = self._commons.get((slot, tag))
        if known is None:
            walk = _Walk((slot,))
            told = []
            seen: set[Place] = set()
            while walk.todo and len(seen) < _MOST:
                place, way, guard = walk.todo.popleft()
                if place in seen:
                    continue
                seen.add(place)
                if self._beside(place, tag) is not None:
                    told.append((place, way, guard))
                else:
                    walk.take(self._values.into(place), way, guard)
            known = self._commons[slot, tag] = _Common(walk.found, tuple(told))
        return known

    def _told(self, place: Place, companion: Companion, handings: _Handings) -> Iterator[Inflow[FunctionInfo]]:
        """What those hand over who hand over this object, or one that is not named."""
        handed, position = int(place.name), handings.position
        names = self._titles.by_object(companion.tag).get(companion.name, ()) if handings.titled else (companion.name,)
        for fid, call in [at for name in (*names, "") for at in handings.with_object(name)]:
            caller = self._reader.function(fid)
            if caller is None or all(
                f.id != place.owner for f in self._written.names.functions(call.callee, caller.file_id)
            ):
                continue
            args = arguments(call.arguments)
            if handed >= len(args):
                continue
            scope = self._written.scope(caller)
            e = self._types.parse(args[handed])
            anchored = None
            if position < len(args) and not (TEXT if handings.titled else NAMED).fullmatch(args[position]):
                beside = self._types.parse(args[position])
                anchored = self._anchors.functions(e, beside, names, scope, call.line)
            for inflow in anchored if anchored is not None else self._values.sources(e, scope, call.line):
                yield Inflow(inflow.source, Step("argument", caller.file_id, call.line), call.guard or inflow.guard)

    def _beside(self, place: Place, tag: str) -> _Handings | None:
        """The calls that hand over a parameter; None where no other parameter points to a ``struct tag``, or nobody
        calls.
        """
        if place.kind != "param":
            return None
        if (place, tag) not in self._handings:
            self._handings[place, tag] = self._found_beside(place, tag)
        return self._handings[place, tag]

    def _found_beside(self, place: Place, tag: str) -> _Handings | None:
        function = self._reader.function(int(place.owner))
        if function is None:
            return None
        position, titles = self._position(function, place, tag), None
        if position is None and "char" in function.signature:
            position = self._text_position(function, place)
            titles = self._titles.of(tag) if position is not None else None  # thousands of objects are read for it
        if position is None or (titles is not None and not titles):
            return None
        handings = _Handings(self._reader, function, position, titles)
        return handings if handings.any else None

    def _position(self, function: FunctionInfo, place: Place, tag: str) -> int | None:
        if function.kind == "macro" or tag not in function.signature:
            return None
        for k, param in enumerate(self._written.scope(function).params):
            if k != int(place.name) and self._types.record_tag(param.ctype, function.file_id) == tag:
                return k
        return None

    def _text_position(self, function: FunctionInfo, place: Place) -> int | None:
        if function.kind == "macro":
            return None
        for k, param in enumerate(self._written.scope(function).params):
            if k != int(place.name) and is_text(self._types, param.ctype, function.file_id):
                return k
        return None
