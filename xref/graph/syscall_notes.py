# SPDX-License-Identifier: MIT
"""What the system call tables say of a system call: which ABIs have it, and how it is reached where none has.

An architecture has several tables (x86: one for 64 bit, one for i386), and each is spoken of on its own: ``send`` is
missing from both, but on x86-64 the C library calls ``sendto``, and on i386 it comes through ``socketcall``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xref.graph.reader import is_macro

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xref.graph.reader import Reader
    from xref.graph.source import TableEntry
    from xref.resolve.edge import Symbol

_IN_EVERY_TABLE: Final = ("read", "write", "close", "exit", "getpid")
_MULTIPLEXERS: Final = ("socketcall", "ipc")
_X86_64: Final = frozenset({"common", "64", "x32"})
_SHOWN: Final = 6


def table_notes(reader: Reader, name: str, worker: Symbol) -> list[str]:
    """Sentences on the system call ``name``, which ``worker`` implements, for the architecture of the tree."""
    arch = reader.source.tree.arch
    mine, others = _split(reader.source.syscall_entries(name), arch)
    tables = _tables(reader, arch)
    notes = [_has(label, name, entries) for label, entries in _by_label(mine).items()]
    absent = [label for label in tables if label not in _by_label(mine)]
    for label in absent:
        notes.append(_lacks(reader, label, name, worker, arch))
    if not mine and not tables:
        notes.append(f"No system call table of {arch} was found.")
    if not mine and others:
        notes.append(f"{name} is in the table of {_listed(dict.fromkeys(entry.arch for entry in others))}.")
    return notes


def abi_label(entry: TableEntry) -> str:
    """The ABI of a table line as people call it: ``x86-64``, ``i386``, ``arm eabi``."""
    if entry.arch == "x86":
        return "x86-64" if entry.abi in _X86_64 else entry.abi
    return entry.arch if entry.abi in ("", "common", entry.arch) else f"{entry.arch} {entry.abi}"


def _split(entries: Iterable[TableEntry], arch: str) -> tuple[list[TableEntry], list[TableEntry]]:
    mine: list[TableEntry] = []
    others: list[TableEntry] = []
    for entry in entries:
        (mine if entry.arch == arch else others).append(entry)
    return mine, others


def _by_label(entries: Iterable[TableEntry]) -> dict[str, list[TableEntry]]:
    found: dict[str, list[TableEntry]] = {}
    for entry in entries:
        found.setdefault(abi_label(entry), []).append(entry)
    return found


def _tables(reader: Reader, arch: str) -> tuple[str, ...]:
    """The ABIs that ``arch`` has tables for: those of the calls that every table has."""
    every = (entry for probe in _IN_EVERY_TABLE for entry in reader.source.syscall_entries(probe))
    return tuple(_by_label(_split(every, arch)[0]))


def _has(label: str, name: str, entries: list[TableEntry]) -> str:
    numbers = " and ".join(dict.fromkeys(str(entry.number) for entry in entries))
    first = entries[0]
    return f"{label} has an entry for {name}: number {numbers}, {first.entry} ({first.file}:{first.line})."


def _lacks(reader: Reader, label: str, name: str, worker: Symbol, arch: str) -> str:
    ways = [*_kin(reader, label, name, worker, arch), *_multiplexed(reader, label, worker, arch)]
    sentence = f"{label} has no entry for {name}"
    return f"{sentence}: {'; '.join(ways)}." if ways else f"{sentence}."


def _kin(reader: Reader, label: str, name: str, worker: Symbol, arch: str) -> Iterator[str]:
    """System calls in the table of ``label`` that do what ``worker`` does: it is no more than a call of theirs."""
    inner = _handed_to(reader, worker)
    if inner is None:
        return
    found: dict[str, int] = {}
    same = (edge.caller for edge in reader.callers(inner))
    for sym in (inner, *(sym for sym in same if _handed_to(reader, sym) == inner)):
        for other in _syscall_names(sym):
            entries, _ = _split(reader.source.syscall_entries(other), arch)
            found.update((other, entry.number) for entry in entries if other != name and abi_label(entry) == label)
    if found:
        named = _listed(f"{other} ({number})" for other, number in found.items())
        yield f"C libraries call {named}, which runs the same code"


def _multiplexed(reader: Reader, label: str, worker: Symbol, arch: str) -> Iterator[str]:
    """Calls such as ``socketcall`` in the table of ``label`` whose function does what ``worker`` does."""
    inner = _handed_to(reader, worker)
    same = {worker.node} if inner is None else {worker.node, inner.node}
    for name in _MULTIPLEXERS:
        entries, _ = _split(reader.source.syscall_entries(name), arch)
        numbers = [entry.number for entry in entries if abi_label(entry) == label]
        if numbers and any(
            edge.callee.node in same for sym in reader.source.syscall(name) for edge in reader.calls(sym).edges
        ):
            yield f"it comes through {name} ({numbers[0]})"


def _handed_to(reader: Reader, sym: Symbol) -> Symbol | None:
    """The one function that ``sym`` calls, where it is no more than a wrapper of it."""
    called = {edge.callee.node: edge.callee for edge in reader.calls(sym).edges if not is_macro(edge.callee)}
    return next(iter(called.values())) if len(called) == 1 else None


def _syscall_names(sym: Symbol) -> Iterator[str]:
    for name in (sym.name, *sym.aliases):
        if name.startswith("sys_"):
            yield name.removeprefix("sys_")


def _listed(words: Iterable[str]) -> str:
    every = list(words)
    more = len(every) - _SHOWN
    if more > 1:
        return f"{', '.join(every[:_SHOWN])} and {more} more"
    return " and ".join([", ".join(every[:-1]), every[-1]]) if len(every) > 1 else every[0]
