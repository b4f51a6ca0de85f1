# SPDX-License-Identifier: MIT
"""Answers for an open index: the calls that leave and reach a symbol, and slots.

Everything is worked out from facts when it is asked, and remembered for as long as the resolver is open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from functools import lru_cache
from typing import TYPE_CHECKING

from xref.parse import ctree as x
from xref.resolve.callsites.shared import share
from xref.resolve.callsites.sites import Sites
from xref.resolve.context.handed import HandedOver
from xref.resolve.context.pairs import Pairs
from xref.resolve.deferred.deferred import Deferred
from xref.resolve.edge import Apart, Calls, DispatchSite, Edge, EdgeKind, Handed, Slot, SlotEntry, Symbol, Unresolved
from xref.resolve.front.symbols import Symbols
from xref.resolve.front.wording import FoundEdge, FoundEntry, FoundGap
from xref.resolve.language.names import Names
from xref.resolve.language.types import Types
from xref.resolve.lookup.slots import Slots
from xref.resolve.lookup.written import Written
from xref.resolve.model import Crossing, Holding, Site, Step, Target
from xref.resolve.objects.objects import Objects
from xref.resolve.valueflow.anchors import Anchors
from xref.resolve.valueflow.companions import Companions
from xref.resolve.valueflow.reached import Reached, Ways
from xref.resolve.valueflow.sought import Sought
from xref.resolve.valueflow.titles import Titles
from xref.resolve.valueflow.towards import Towards
from xref.resolve.valueflow.values import Values
from xref.store.model import FunctionInfo
from xref.store.numbers import file_of
from xref.store.reader import Reader

if TYPE_CHECKING:
    from xref.tree.config import Config
    from xref.tree.part import Wanted

_AT_ONCE = 1000


class Resolver(Symbols):
    """An open index, asked who calls whom."""

    def __init__(self, reader: Reader, config: Config | None = None, config_path: str = "") -> None:
        super().__init__(reader, config, config_path)
        self.names = Names(reader, self._macros)
        self.types = Types(reader, self._macros, self.names)
        self.slots = Slots(reader, self.types)
        self.written = Written(reader, self.names, self.types, self.slots)
        self.values = Values(self.written, self._macros)
        self.objects = Objects(self.written, self.values)
        anchors = Anchors(self.written, self.values)
        companions = Companions(self.written, self.values, anchors, Titles(self.written))
        sought = Sought(self.written, self._macros, self.values)
        self._towards = Towards(self.written, self.values, sought, anchors)
        self._deferred = Deferred(self.written, self.values, self.objects, self._towards)
        shared = share(self.written, self._macros, self.values, self.objects, self._deferred, companions)
        self.sites = Sites(shared, self.values, self._towards.calling)
        self._sites_but = lru_cache(maxsize=4)(self._find_sites_but)
        self._pairs = Pairs(self.written, self.objects)
        self._handed = HandedOver(self.written, self.values, self.objects)
        self._expected: set[int] = set()

    # -- calls --------------------------------------------------------------------------------------------------------

    def calls(
        self,
        sym: Symbol,
        but: Callable[[str], bool] | None = None,
        wanted: Callable[[Symbol], bool] | None = None,
    ) -> Calls:
        """All that leaves ``sym``, in the order of the source; one edge per site and target. Calls through slots
        (``struct.field``) of which ``but`` is true are left out, and not looked into; so are those of symbols that are
        not ``wanted``, as soon as they are known to call something.
        """
        f = self.reader.function(sym.fid)
        if f is None:
            return Calls((), ())
        if self.tree.part:
            wanted = None  # where all of them lead says what else has to be read
        edges: dict[tuple[int, int, str, int], Edge] = {}
        missing: dict[tuple[int, int, str], Unresolved] = {}
        sites = self.sites if but is None and wanted is None else self._sites_but(but, wanted)
        before = sites.left_out
        everything = self._config is None
        for site in sites.of(f, expected=sym.fid in self._expected):
            call, via, targets = site.call, site.via, site.targets
            guard = call.guard or f.guard
            if not everything:
                if not self.compiled(guard):
                    continue
                targets = tuple(t for t in targets if self.in_config(t.function))
            line, column = call.line, call.column
            if not targets and not self._deferred.runs_table(call, f):
                reason = site.reason or "no target is built in this configuration"
                gap = FoundGap(sym, call, via, site.kind, guard, reason, self._wording)
                missing.setdefault((line, column, via or call.callee), gap)
            for t in targets:
                key = (line, column, via, t.function.id)
                if key not in edges and (wanted is None or wanted(self._symbol(t.function))):
                    edges[key] = self._edge(sym, site, t, guard)
        if self.tree.part:
            self._note_bounds(edges.values(), missing.values())
        return Calls(tuple(edges.values()), tuple(missing.values()), sites.left_out - before)

    def _find_sites_but(self, but: Callable[[str], bool] | None, wanted: Callable[[Symbol], bool] | None) -> Sites:
        if wanted is None or self._config is not None:  # which of several targets is left decides whether there are any
            return self.sites.but(but)
        symbol = self._symbol
        return self.sites.but(but, lambda f: wanted(symbol(f)))

    def _symbol(self, f: FunctionInfo) -> Symbol:
        return self._symbols.get(f.id) or self.as_symbol(f)

    def _note_bounds(self, edges: Iterable[Edge], missing: Iterable[Unresolved]) -> None:
        """Notes where calls lead out of the part of the tree that is known."""
        demand = self.written.demand
        for gap in missing:
            struct, _, fields = gap.via.partition(".")
            if not gap.via:
                demand.undefined.add(gap.callee_text)
            elif fields:
                demand.slots.add((struct, fields.rpartition(".")[2]))
        demand.stubs.update(e.callee.fid for e in edges if e.callee.file.endswith(".h"))

    def wanted(self) -> Wanted:
        """What the answers that were given would have been told by others, if the rest of the tree has it."""
        demand = self.written.demand
        for struct, field in sorted(demand.slots):
            values = {r.name for r in self.slots.registrations(struct, field)}
            for scope, a in self.written.slot_assignments(struct, field):
                value = a.value.lstrip("& ")
                values.update([value] if value.isidentifier() and not scope.holds(value, a.line) else [])
            known = (v for v in values if self.reader.functions_named(v) or self.reader.objects(v))
            demand.undefined |= values.difference(known)
        return demand.wanted(self.reader)

    def deferred(self, sym: Symbol) -> tuple[Edge, ...]:
        """What ``sym`` has run later, by the calls that do so, in the order of the source."""
        return self._deferred_by(sym, None)

    def _deferred_by(self, sym: Symbol, only: FunctionInfo | None) -> tuple[Edge, ...]:
        f = self.reader.function(sym.fid)
        edges: dict[tuple[int, int, str, int], Edge] = {}
        for site in self._deferred.of(f, only) if f is not None else ():
            guard = site.call.guard or (f.guard if f is not None else "")
            for t in site.targets if self.compiled(guard) else ():
                if self.in_config(t.function):
                    key = (site.call.line, site.call.column, site.via, t.function.id)
                    edges.setdefault(key, self._edge(sym, site, t, guard))
        return tuple(edges.values())

    def deferred_sites(self, f: FunctionInfo) -> Iterator[Site]:
        """The calls by which a function has others run later."""
        return self._deferred.of(f)

    def deferrers(self, sym: Symbol) -> tuple[Edge, ...]:
        """Who has ``sym`` run later, by caller and place."""
        f = self.reader.function(sym.fid)
        found: list[Edge] = []
        for caller in self.reader.functions(self._deferred.starters(f)) if f is not None else ():
            if self.in_config(caller):
                found.extend(e for e in self._deferred_by(self.as_symbol(caller), f) if e.callee.fid == sym.fid)
        return tuple(sorted(found, key=lambda e: (e.file, e.line, e.column, e.via)))

    def expect(self, symbols: Sequence[Symbol]) -> None:
        """Reads at once what ``calls`` needs of each of these."""
        functions = list(self.reader.functions([sym.fid for sym in symbols]))
        self._macros.includes.expect(sym.file for sym in symbols)
        self.reader.expect(c.callee for f in functions for c in self.reader.body(f.id).calls if c.callee.isidentifier())
        self._expected.update(sym.fid for sym in symbols)

    def callers(self, sym: Symbol) -> tuple[Edge, ...]:
        """All that reaches ``sym``: the direct calls, and the dispatch sites of the slots that hold it."""
        function = self.reader.function(sym.fid)
        if function is None:
            return ()
        callers: dict[int, None] = {}
        for name in self.names.spellings(function):
            callers.update(dict.fromkeys(self._meaning_it(self.reader.mentions("c", name), name, function)))
            callers.update(dict.fromkeys(self.reader.mentions("m", name)))  # (name)(x)
        choosing = self.sites.arms.leading_to(self.names.spellings(function))
        for name in choosing:
            callers.update(dict.fromkeys(self.reader.mentions("c", name)))
        reached = self._towards.reached(function)
        callers.update(dict.fromkeys(reached.callers))
        ways = Ways(self.written, self._macros, function, reached, self.values)
        sites = self.sites.with_values(ways)
        found: list[Edge] = []
        for f in self._reading(list(callers)):
            for site in self._sites_towards(f, function, sites, reached, choosing):
                guard = site.call.guard or f.guard
                if not self.compiled(guard):
                    continue
                found.extend(
                    self._edge(self.as_symbol(f), site, t, guard) for t in site.targets if t.function.id == sym.fid
                )
        unique = {(e.caller.fid, e.line, e.column, e.via): e for e in found}
        return tuple(sorted(unique.values(), key=lambda e: (e.file, e.line, e.column, e.via)))

    def _meaning_it(self, ids: Sequence[int], name: str, function: FunctionInfo) -> Iterator[int]:
        """Those of many functions in whose file ``name`` can mean ``function``; macros mean what their users do."""
        if len(ids) < _AT_ONCE:
            yield from ids
            return
        meant: dict[int, bool] = {}
        others: list[int] = []
        for fid in ids:
            file_id = file_of(fid)
            can = meant.get(file_id)
            if can is None:
                nodes = self.names.macro_nodes(self.names.alias(name, file_id), file_id)
                can = meant[file_id] = any(m.id == function.id for m in (*nodes, *self.names.called(name, file_id)))
            if not can:
                others.append(fid)
        self.reader.expect_functions(others)
        left_out = {fid for fid in others if (f := self.reader.function(fid)) is not None and f.kind != "macro"}
        yield from (fid for fid in ids if fid not in left_out)

    def beyond(self, sym: Symbol) -> int:
        """How many functions may hand the address of ``sym`` further and were not looked at."""
        f = self.reader.function(sym.fid)
        return self._towards.reached(f).beyond if f is not None else 0

    def _reading(self, ids: list[int]) -> Iterator[FunctionInfo]:
        """The functions of these rows that are compiled, read many at once."""
        for start in range(0, len(ids), _AT_ONCE):
            yield from [f for f in self.reader.functions(ids[start : start + _AT_ONCE]) if self.in_config(f)]

    def _sites_towards(
        self, f: FunctionInfo, function: FunctionInfo, sites: Sites, reached: Reached, choosing: Set[str]
    ) -> Iterator[Site]:
        """The sites of ``f`` that can matter: those that call ``function`` by name, or through a place it comes to, or
        invoke one of the macros that call it by the types of their arguments.
        """
        scope = self.written.scope(f)
        for call in self._towards.calls_through(scope, function, reached):
            site = sites.site(call, scope)
            if site is not None:
                yield site
        for call in scope.body.calls if choosing else ():
            invoked = sites.site(call, scope) if call.callee in choosing else None
            if invoked is not None:
                yield from sites.arms.made(invoked, scope)

    # -- ways ---------------------------------------------------------------------------------------------------------

    def apart(self, way: Sequence[Edge], out: Edge) -> Apart | None:
        """Why ``out``, a dispatch, cannot follow ``way``, a dispatch and calls by name behind it; None where it may."""
        crossings = [self._crossing(edge) for edge in (*way, out)]
        known = [crossing for crossing in crossings if crossing is not None]
        found = self._pairs.apart(known[:-1], known[-1]) if len(known) == len(crossings) > 1 else None
        return Apart(found.objects, found.partners, self._wording.evidence(found.steps)) if found is not None else None

    def handed(self, edge: Edge, before: Handed) -> Handed | None:
        """What ``edge`` hands over to its callee, where its caller has been handed ``before``; None where the caller
        then calls another function there.
        """
        crossing = self._crossing(edge)
        return self._handed.behind(crossing, before) if crossing is not None else ()

    def fame(self, sym: Symbol) -> int:
        """How many functions call something of that name."""
        return sum(len(self.reader.mentions("c", name)) for name in (sym.name, *sym.aliases))

    def _crossing(self, edge: Edge) -> Crossing | None:
        caller = self.reader.function(edge.caller.fid)
        return Crossing(caller, edge.site, edge.target.function) if isinstance(edge, FoundEdge) and caller else None

    # -- slots --------------------------------------------------------------------------------------------------------

    def slot(self, struct: str, field: str) -> Slot:
        """Registrations and dispatch sites of ``struct.field``, under each of its names; both empty when there is no
        such slot.
        """
        names = (field, *(other for other, same in self.types.overlapping(struct, field).items() if same))
        entries = [entry for name in names for entry in self._entries(struct, name)]
        entries.sort(key=lambda e: (e.file, e.line, e.object, e.function.node))
        unique: dict[tuple[object, ...], SlotEntry] = {}
        for e in entries:
            unique.setdefault((e.function.fid, e.object, e.file, e.line, e.how, e.guard), e)
        return Slot(struct, field, tuple(unique.values()), tuple(self._dispatch_sites(struct, names)))

    def _entries(self, struct: str, field: str) -> Iterator[SlotEntry]:
        def made(h: Holding, obj: str, file_id: int, line: int, how: str, guard: str) -> Iterator[SlotEntry]:
            if self.in_config(h.function):
                function, file = self.as_symbol(h.function), self.reader.file(file_id)
                condition = self.conjunction(file.guard, guard)
                yield FoundEntry(struct, field, function, obj, file.path, line, how, condition, self._wording)

        registrations = self.slots.registrations(struct, field)
        self.reader.expect(r.name for r in registrations if r.name)
        for r in registrations:
            if self.compiled(r.guard):
                for h in self.values.values_of(r):
                    yield from made(h, r.object, r.file_id, r.line, r.how, r.guard)
        for scope, a in self.written.slot_assignments(struct, field):
            guard = a.guard or scope.function.guard
            if self.compiled(guard):
                value = self.types.parse(a.value)
                how = "copy" if isinstance(value, x.Member) else "assignment"
                for h in self.values.of(value, scope, a.line):
                    yield from made(h, a.target, scope.file_id, a.line, how, guard)

    def _dispatch_sites(self, struct: str, fields: Iterable[str]) -> list[DispatchSite]:
        found: dict[tuple[int, int, int], DispatchSite] = {}
        for field, (f, call) in ((name, site) for name in fields for site in self.written.dispatches(struct, name)):
            guard = call.guard or f.guard
            if self.in_config(f) and self.compiled(guard):
                path = self.reader.file(f.file_id).path
                found[f.id, call.line, call.column] = DispatchSite(
                    struct, field, self.as_symbol(f), path, call.line, call.column, self.text(path, call.line), guard
                )
        return sorted(found.values(), key=lambda s: (s.file, s.line, s.column))

    def slots_of(self, struct: str) -> tuple[str, ...]:
        """The fields of ``struct`` that hold functions, in the order of the declaration."""
        found: dict[str, None] = {}
        for record in self.reader.records(struct):
            for f in record.fields:
                if f.name and "(" in f.decl:
                    found[f.name] = None
        return tuple(found)

    # -- answers ------------------------------------------------------------------------------------------------------

    def _edge(self, caller: Symbol, site: Site, t: Target, guard: str) -> Edge:
        kind = site.kind if t.kind is not EdgeKind.MACRO and site.kind is not EdgeKind.MACRO else t.kind
        return FoundEdge(caller, self._symbol(t.function), kind, site, t, guard, self._wording, self.tie)

    def tie(self, caller: Symbol, site: Site, t: Target) -> tuple[Step, ...] | None:
        """What ties a target to the object that is called (see ``Sites.tie``)."""
        f = self.reader.function(caller.fid)
        return self.sites.tie(f, site, t) if f is not None else None
