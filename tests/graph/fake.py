# SPDX-License-Identifier: MIT
"""A source of calls held in memory, written as a small table of functions and calls."""

from __future__ import annotations

from dataclasses import dataclass, field

from xref.resolve.edge import (
    Apart,
    Calls,
    Confidence,
    Edge,
    EdgeKind,
    Evidence,
    Slot,
    SlotEntry,
    Symbol,
    SymbolKind,
)
from xref.resolve.model import IndexedTree


@dataclass(frozen=True, slots=True)
class Entry:
    arch: str
    abi: str
    number: int
    name: str
    entry: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Call:
    """One edge, all of it known."""

    caller: Symbol
    callee: Symbol
    kind: EdgeKind
    via: str
    confidence: Confidence
    file: str
    line: int
    column: int
    text: str
    guard: str
    condition: str
    evidence: tuple[Evidence, ...]

    @property
    def weak(self):
        return self.confidence is Confidence.WEAK


@dataclass(frozen=True, slots=True)
class Gap:
    """One call that leads nowhere."""

    caller: Symbol
    callee_text: str
    via: str
    kind: EdgeKind
    file: str
    line: int
    column: int
    text: str
    guard: str
    reason: str


@dataclass
class FakeSource:
    """``function()`` and ``macro()`` declare, ``call()``, ``dispatch()``, ``gap()`` connect; each on its own line."""

    tree: IndexedTree = field(default_factory=lambda: IndexedTree("/kernel", "3.7.2", "x86"))
    symbols: dict[str, Symbol] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    syscalls: dict[str, list[str]] = field(default_factory=dict)
    registrations: list[SlotEntry] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    searched: list[str] = field(default_factory=list)
    never: dict[tuple[str, str], Apart] = field(default_factory=dict)
    """Why a dispatch in the first function cannot be followed by a call of the second."""
    too_far: dict[str, int] = field(default_factory=dict)
    given: dict[tuple[str, str], str] = field(default_factory=dict)

    def function(self, node, *, aliases=(), kind=SymbolKind.FUNCTION, line=0, linkage="extern"):
        file, _, name = node.rpartition(":")
        at = line or 10 * (len(self.symbols) + 1)
        sym = Symbol(
            len(self.symbols), node, name, kind, file, at, at + 9, linkage, tuple(aliases), "", f"int {name}()"
        )
        self.symbols[node] = sym
        return sym

    def macro(self, node):
        return self.function(node, kind=SymbolKind.MACRO)

    def system_call(self, file, name):
        sym = self.function(f"{file}:sys_{name}", aliases=(f"SyS_{name}", f"SYSC_{name}"))
        self.syscalls.setdefault(name, []).append(sym.node)
        return sym

    def _sym(self, node):
        found = self.symbols.get(node) or next((s for s in self.symbols.values() if s.name == node), None)
        return found if found is not None else self.function(node)

    def call(self, caller, *callees, kind=EdgeKind.DIRECT, via="", confidence=Confidence.EXACT, guard=""):
        source = self._sym(caller)
        line = source.line + 1 + sum(1 for edge in self.edges if edge.caller.node == source.node)
        for callee in callees:
            target = self._sym(callee)
            how = EdgeKind.MACRO if target.kind is SymbolKind.MACRO else kind
            self.edges.append(
                Call(
                    source,
                    target,
                    how,
                    via,
                    confidence,
                    source.file,
                    line,
                    8,
                    f"{target.name}();",
                    guard,
                    "",
                    (Evidence("named" if not via else "slot", source.file, line, f"{target.name}();"),),
                )
            )
            line += not via

    def dispatch(self, caller, via, *callees, confidence=Confidence.TYPED):
        self.call(caller, *callees, kind=EdgeKind.INDIRECT, via=via, confidence=confidence)

    def gap(self, caller, text):
        source = self._sym(caller)
        self.gaps.append(
            Gap(source, text, "", EdgeKind.INDIRECT, source.file, source.line + 5, 8, text, "", "its type is not known")
        )

    def table(self, arch, abi, number, name, file):
        self.entries.append(Entry(arch, abi, number, name, f"sys_{name}", file, number))

    def lookup(self, symbol):
        return tuple(
            sym
            for sym in self.symbols.values()
            if symbol in (sym.name, sym.node, *sym.aliases) or sym.node.endswith("/" + symbol)
        )

    def syscall(self, name):
        return tuple(self.symbols[node] for node in self.syscalls.get(name, ()))

    def system_calls(self):
        return tuple((name, self.symbols[node]) for name in sorted(self.syscalls) for node in self.syscalls[name])

    def changed(self, path):
        return False

    def otherwise(self, symbol):
        return ""

    def near(self, symbol):
        return tuple(sym.name for sym in self.symbols.values() if sym.name.startswith(symbol[:6]))[:3]

    def expect(self, symbols):
        pass

    def calls(self, sym, but=None, wanted=None):
        (self.asked if wanted is None else self.searched).append(sym.node)
        left_out = but or (lambda via: False)
        edges = [e for e in self.edges if e.caller.node == sym.node and e.kind is not EdgeKind.DEFERRED]
        gaps = [gap for gap in self.gaps if gap.caller.node == sym.node]
        return Calls(
            tuple(e for e in edges if not left_out(e.via) and (wanted is None or wanted(e.callee))),
            tuple(gap for gap in gaps if not left_out(gap.via)),
            sum(left_out(e.via) for e in (*edges, *gaps)),
        )

    def deferred(self, sym):
        return tuple(edge for edge in self.edges if edge.kind is EdgeKind.DEFERRED and edge.caller.node == sym.node)

    def deferrers(self, sym):
        return tuple(edge for edge in self.edges if edge.kind is EdgeKind.DEFERRED and edge.callee.node == sym.node)

    def callers(self, sym):
        return tuple(e for e in self.edges if e.callee.node == sym.node and e.kind is not EdgeKind.DEFERRED)

    def beyond(self, sym):
        return self.too_far.get(sym.node, 0)

    def apart(self, way, out):
        return self.never.get((way[0].caller.name, out.callee.name))

    def handed(self, edge, before):
        """As told by ``hand``: whoever is called through a parameter is one of those that the caller was handed."""
        if edge.via.startswith("param") and before and edge.callee.name not in before[0][1]:
            return None
        given = self.given.get((edge.caller.name, edge.callee.name))
        return ((0, frozenset({given})),) if given else ()

    def hand(self, caller, callee, *given):
        """A call that hands over a function, which the callee calls; once for each of ``given``."""
        for function in given:
            self.call(caller, callee)
            self.given[self._sym(caller).name, self._sym(callee).name] = self._sym(function).name
            self.call(callee, function, kind=EdgeKind.CALLBACK, via="param 0", confidence=Confidence.TYPED)

    def fame(self, sym):
        return sum(1 for e in self.edges if e.callee.name == sym.name)

    def slot(self, struct, field):
        return Slot(struct, field, tuple(e for e in self.registrations if (e.struct, e.field) == (struct, field)), ())

    def slots_of(self, struct):
        return tuple(dict.fromkeys(e.field for e in self.registrations if e.struct == struct))

    def syscall_entries(self, name):
        return tuple(entry for entry in self.entries if entry.name == name)
