#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Asks from both ends: whether `callers` names what an export says reaches a function, and nothing else.

    xref --db x.db export EXPORT
    python benchmarks/both_ways.py x.db EXPORT --edges 5000

An export goes from each call back to what it may call; `callers` goes forwards from a function. Edges are picked by
chance, and the callers of their ends asked for; functions are, and what is named for them looked for in the export.
Calls of tracepoints' probes, one slot for all tracepoints of the kernel, are left out.
"""

from __future__ import annotations

import argparse
import csv
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from xref.resolve.front.resolver import Resolver

_PROBES = "tracepoint_func.func"
_FORGET = 500
"""So many functions are asked about before the index is opened anew: what is remembered of them grows."""


class Ask(NamedTuple):
    """A call, as both ends say it."""

    caller: tuple[str, str]
    callee: tuple[str, str]
    kind: str
    line: str
    via: str


class Edge(NamedTuple):
    """A call and how sure it is."""

    call: Ask
    confidence: str


def rows(export: Path) -> Iterator[Edge]:
    """The edges of an export that lead somewhere."""
    with (export / "edges.tsv").open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        lines = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(lines)
        for row in lines:
            if row[3] and row[7] != _PROBES:
                yield Edge(Ask((row[0], row[1]), (row[2], row[3]), row[4], row[6], row[7]), row[9])


def picked(export: Path, count: int, kinds: frozenset[str], chance: random.Random) -> list[Edge]:
    """Some of these edges, each as likely as any other."""
    found: list[Edge] = []
    seen = 0
    for edge in rows(export):
        if kinds and edge.call.kind not in kinds:
            continue
        seen += 1
        if len(found) < count:
            found.append(edge)
        elif (at := int(chance.random() * seen)) < count:
            found[at] = edge
    return found


class Asked:
    """What `callers` says."""

    def __init__(self, db: Path) -> None:
        self._db = db
        self._resolver = Resolver.open(db)
        self._known: dict[tuple[str, str], dict[Ask, set[str]]] = {}

    def functions(self, count: int, chance: random.Random) -> list[tuple[str, str]]:
        """Some functions, each as likely as any other."""
        reader = self._resolver.reader
        every = [(f.file_id, f.name) for low, high in reader.function_ranges(100_000)
                 for f in reader.functions_between(low, high)]  # fmt: skip
        return [(reader.file(at).path, name) for at, name in chance.sample(every, min(count, len(every)))]

    def of(self, function: tuple[str, str]) -> dict[Ask, set[str]]:
        """The calls that are said to reach the functions of a name in a file, with how sure each is."""
        known = self._known.get(function)
        if known is None:
            known = self._known[function] = {}
            if not len(self._known) % _FORGET:
                self._resolver.close()
                self._resolver = Resolver.open(self._db)
            resolver = self._resolver
            for f in resolver.reader.functions_named(function[1]):
                if resolver.reader.file(f.file_id).path == function[0] and f.name == function[1]:
                    sym = resolver.as_symbol(f)
                    for e in (*resolver.callers(sym), *resolver.deferrers(sym)):
                        if e.via != _PROBES:
                            ask = Ask((e.file, e.caller.name), function, str(e.kind), str(e.line), e.via)
                            known.setdefault(ask, set()).add(str(e.confidence))
        return known


def table(lines: list[tuple[str, list[Edge]]]) -> None:
    kinds = sorted({edge.call.kind for _, edges in lines for edge in edges})
    print(f"| | all | {' | '.join(kinds)} |\n|---|---:|" + "---:|" * len(kinds))
    for title, edges in lines:
        count = Counter(edge.call.kind for edge in edges)
        print(f"| {title} | {len(edges):,} | {' | '.join(f'{count[kind]:,}' for kind in kinds)} |")


def show(title: str, edges: list[Edge], most: int) -> None:
    for (caller, callee, kind, line, via), confidence in edges[:most]:
        how = " ".join(filter(None, (kind, via, confidence)))
        print(f"- {title}: {caller[0]}:{line} {caller[1]} -> {':'.join(callee)} ({how})")


def main() -> int:
    """The figures on stdout."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("db", type=Path, help="an index")
    parser.add_argument("export", type=Path, help="what `xref export` made of it")
    parser.add_argument("--edges", type=int, default=1000, help="how many edges are asked for (default: 1000)")
    parser.add_argument("--functions", type=int, default=300, help="how many functions are (default: 300)")
    parser.add_argument("--kinds", default="", help="of which kinds the edges are, with commas (default: all)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=20, metavar="N", help="how many of what differs (default: 20)")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    kinds = frozenset(filter(None, options.kinds.split(",")))
    asked = Asked(options.db)
    edges = sorted(picked(options.export, options.edges, kinds, chance), key=lambda edge: edge.call.callee)
    start = time.process_time()
    said = [asked.of(edge.call.callee).get(edge.call) for edge in edges]
    missing = [edge for edge, how in zip(edges, said, strict=True) if how is None]
    unsure = [edge for edge, how in zip(edges, said, strict=True) if how is not None and edge.confidence not in how]
    of_functions = [asked.of(function) for function in asked.functions(options.functions, chance)]
    named = [Edge(call, how) for of in of_functions for call, ways in of.items() for how in ways]
    named = [edge for edge in named if not kinds or edge.call.kind in kinds]
    seconds = time.process_time() - start
    wanted = {edge.call for edge in named}
    there = {edge for edge in rows(options.export) if edge.call in wanted}
    calls = {edge.call for edge in there}
    unknown = [edge for edge in named if edge.call not in calls]
    otherwise = [edge for edge in named if edge.call in calls and edge not in there]
    differing = {"not among callers": missing, "among callers, not as sure": unsure, "not in the export": unknown,
                 "in the export, not as sure": otherwise}  # fmt: skip
    one, other = list(differing.items())[:2], list(differing.items())[2:]
    table([("of the export", edges), *one, (f"callers of {options.functions:,} functions", named), *other])
    print(f"\n{seconds:.0f} s of CPU to ask.\n")
    for title, some in differing.items():
        show(title, some, options.show)
    return 0


if __name__ == "__main__":
    sys.exit(main())
