# SPDX-License-Identifier: MIT
"""Functions in tables that only the linker makes: initcalls, exits of modules, fixups of PCI devices.

``device_initcall(f)`` leaves a variable of type ``initcall_t`` in a section of its own, or a word that assembler puts
there. A module leaves ``init_module``, whose type is that of a function that returns it (``__inittest`` of
include/linux/module.h). No C says how ``do_one_initcall`` comes by these functions; the type does.
``DECLARE_PCI_FIXUP_FINAL`` of include/linux/pci.h has assembler put a ``struct pci_fixup`` into a section, and
``pci_do_fixups`` is given where the section begins and ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xref.facts.model import CallFact
from xref.parse import ctree as x
from xref.parse.ctree import Named
from xref.resolve.deferred.later import Table
from xref.resolve.edge import Confidence, EdgeKind
from xref.resolve.lookup.written import Written
from xref.resolve.model import Site, Step, Target
from xref.store.model import FunctionInfo, RegistrationInfo
from xref.store.numbers import first
from xref.store.stored import type_tag

_IN_SECTION = "section"
"""What the declaration of an entry begins with that assembler makes (see ``xref.facts.sections``)."""


_Entry = tuple[FunctionInfo, Step, str]
"""A function in a table, where it was put there, and under which condition."""


class Linked:
    """One of the tables, in one index."""

    def __init__(self, written: Written, table: Table) -> None:
        self._written = written
        self._reader = written.reader
        self._table = table
        self._all: tuple[_Entry, ...] | None = None

    def of(self, function: FunctionInfo, only: FunctionInfo | None = None) -> Iterator[Site]:
        """The call in ``function`` that runs what the table holds; of that ``only`` one function, if it is named."""
        if self._table.run_by.isdisjoint((function.name, *function.aliases.split(","))):
            return
        scope = self._written.scope(function)
        for call in scope.body.calls:
            e = self._written.types.parse(call.callee)
            while isinstance(e, x.Unary):
                e = e.operand
            if self._is_entry(e, function, call):
                step = Step("deferred", function.file_id, call.line)
                if only is None and self._all is None:
                    self._all = tuple(self._entries())
                found: dict[int, Target] = {}
                for f, put, guard in self._all or () if only is None else self._put_there(only):
                    target = Target(f, EdgeKind.DEFERRED, Confidence.TYPED, guard or f.guard, (step, put))
                    found.setdefault(f.id, target)
                targets = tuple(found.values())
                yield Site(call, self._table.type, EdgeKind.DEFERRED, targets)

    def _is_entry(self, e: x.Expr, function: FunctionInfo, call: CallFact) -> bool:
        """Whether what is called is a local of the table's type or a pointer out of a struct that is, or the member
        that a loader has filled.
        """
        types, scope = self._written.types, self._written.scope(function)
        if isinstance(e, x.Member):
            found = self._written.member(e, scope, call.line) if self._table.called_as else None
            return found is not None and f"{found.owner}.{found.field}" == self._table.called_as
        if not isinstance(e, x.Name) or not scope.holds(e.name, call.line):
            return False
        t = types.type_of(e, scope, call.line)
        while isinstance(t, x.Pointer):
            t = t.to
        given = (types.record_tag(param.ctype, function.file_id) for param in scope.params)
        return t == Named(self._table.type) or (isinstance(t, x.Function) and self._table.type in given)

    def starters(self, function: FunctionInfo) -> Iterator[int]:
        """The functions (by row) that run ``function`` from the table."""
        if any(True for _ in self._put_there(function)):
            for name in sorted(self._table.run_by):
                yield from (f.id for f in self._reader.functions_named(name))

    def _put_there(self, function: FunctionInfo) -> Iterator[_Entry]:
        """The entries that are ``function``."""
        names = [function.name]
        low, high = first(function.file_id), first(function.file_id + 1)
        for fid in self._reader.mentions("c", function.name):
            f = self._reader.function(fid) if low <= fid < high else None
            if f is not None and self._behind(f).id == function.id:
                names.append(f.name)
        rows = (r for name in names for r in self._reader.registrations_of_name(name))
        every = (*self._registered(rows), *self._handed_back(function.file_id))
        return (entry for entry in every if entry[0].id == function.id)

    def _entries(self) -> Iterator[_Entry]:
        """All that is in the table."""
        yield from self._registered(self._reader.positional_registrations((self._table.type, _IN_SECTION)))
        yield from self._handed_back()

    def _registered(self, rows: Iterable[RegistrationInfo]) -> Iterator[_Entry]:
        for r in rows:
            if self._is_of_table(r):
                for f in self._written.names.functions(r.name, r.file_id):
                    yield self._behind(f), Step("registration", r.file_id, r.line), r.guard

    def _handed_back(self, file_id: int = 0) -> Iterator[_Entry]:
        """What the functions return that stand for an entry in a module; of one file, if one is named."""
        for name in sorted(self._table.returned_by):
            reader = self._reader
            for f in reader.functions_named_in(name, file_id) if file_id else reader.functions_named(name):
                for held, line in self._returned(f):
                    yield held, Step("registration", f.file_id, line), f.guard

    def _is_of_table(self, r: RegistrationInfo) -> bool:
        if r.decl.startswith(f"{_IN_SECTION} "):
            return r.decl.startswith(f"{_IN_SECTION} {self._table.sections}")
        return self._table.variables and type_tag(r.decl) == self._table.type and not r.path

    def _behind(self, f: FunctionInfo) -> FunctionInfo:
        """What a function stands for that a macro makes for the linker to find: ``__initstub__...`` does no more than
        to call the one that was meant.
        """
        calls = self._reader.body(f.id).calls if f.made_by else ()
        if len(calls) == 1:
            meant = self._written.names.functions(calls[0].callee, f.file_id)
            if len(meant) == 1:
                return meant[0]
        return f

    def _returned(self, f: FunctionInfo) -> Iterator[tuple[FunctionInfo, int]]:
        for r in self._reader.body(f.id).returns:
            if r.value.isidentifier():
                yield from ((held, r.line) for held in self._written.names.functions(r.value, f.file_id))
