# SPDX-License-Identifier: MIT
"""``xref syscalls``: system calls, what implements them, and the tables of all architectures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from xref.cli.listing import envelope
from xref.cli.output import emit
from xref.cli.session import Session
from xref.errors import NoMatch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xref.graph.source import TableEntry
    from xref.resolve.edge import Symbol
    from xref.resolve.front.symbols import Symbols


@dataclass(frozen=True, slots=True)
class Described:
    """A system call with all that is known of it."""

    name: str
    functions: tuple[Symbol, ...]
    entries: tuple[TableEntry, ...]


@click.command("syscalls", short_help="System calls: definitions and table entries.")
@click.argument("name", required=False)
@click.option("--format", "form", type=click.Choice(("text", "json", "quickfix")), default="text", show_default=True)
@click.pass_obj
def command(session: Session, /, name: str | None, form: str) -> None:
    """Show the system call NAME: definition, parameters, aliases, and its entries in the tables of every architecture.

    Without NAME: all of them, one a line.
    """
    source = session.open_symbols()
    short = None if name is None else name.removeprefix("sys_")
    names = source.syscall_names() if short is None else (short,)
    found = [_describe(source, each) for each in names]
    if short is not None and not found[0].functions and not found[0].entries:
        raise NoMatch(f"there is no system call '{short}'", source.near(f"sys_{short}"))
    if form == "json":
        query = {"command": "syscalls", "symbol": short or ""}
        emit(envelope("xref.syscalls/1", source.tree, query, {"syscalls": [_json(call) for call in found]}))
    elif form == "quickfix":
        emit("".join(f"{sym.file}:{sym.line}:1: {call.name}\n" for call in found for sym in call.functions))
    else:
        lines = _whole(found[0]) if short is not None else _overview(found)
        emit("".join(f"{line}\n" for line in lines))


def _describe(source: Symbols, name: str) -> Described:
    return Described(name, source.syscall(name), source.syscall_entries(name))


def _overview(calls: Sequence[Described]) -> Iterator[str]:
    width = max((len(call.name) for call in calls), default=0)
    for call in calls:
        where = ", ".join(f"{sym.file}:{sym.line}" for sym in call.functions) or "not implemented in this tree"
        yield f"{call.name:<{width}}  {where}"


def _whole(call: Described) -> Iterator[str]:
    yield call.name
    for sym in call.functions:
        yield f"  {sym.file}:{sym.line}: {sym.signature or sym.name}"
        if sym.aliases:
            yield f"      also {', '.join(sym.aliases)}"
        if sym.guard:
            yield f"      if {sym.guard}"
    if not call.functions:
        yield "  not implemented in this tree"
    if not call.entries:
        yield "  in no system call table"
    for entry in call.entries:
        abi = f" {entry.abi}" if entry.abi not in ("", entry.arch) else ""
        yield f"  {entry.arch}{abi}: {entry.number}  {entry.entry}  {entry.file}:{entry.line}"


def _json(call: Described) -> dict[str, object]:
    return {
        "name": call.name,
        "functions": [
            {
                "id": sym.node,
                "file": sym.file,
                "line": sym.line,
                "signature": sym.signature,
                "aliases": list(sym.aliases),
                "guard": sym.guard,
            }
            for sym in call.functions
        ],
        "entries": [
            {
                "arch": entry.arch,
                "abi": entry.abi,
                "number": entry.number,
                "entry": entry.entry,
                "file": entry.file,
                "line": entry.line,
            }
            for entry in call.entries
        ],
    }
