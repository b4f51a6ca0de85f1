# SPDX-License-Identifier: MIT
"""Holds an export against what a running kernel did: which of the traced calls it explains, and which not.

    python benchmarks/traces/compare.py EXPORT TRUTH

A call from one traced function to the next is explained by a way in the export that leads through macros and through
functions which could not have been traced, for those were inlined. Where a way leads through one that could have been,
the compiler has inlined it just there: such calls are counted apart, with the way; what is left has none at all.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from pathlib import Path

Node = tuple[str, str]
"""A function or macro: file and name."""

_LONGEST = 12
_MOST_INLINED = 6
_MOST_NODES = 20_000


def rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a file of tab-separated values."""
    with path.open(newline="", encoding="utf-8", errors="replace") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


class Graph:
    """An export, but for its weak edges."""

    def __init__(self, export: Path) -> None:
        self.named: dict[str, set[Node]] = defaultdict(set)
        self.macros: set[Node] = set()
        self.out: dict[Node, set[Node]] = defaultdict(set)
        self.by_name: dict[Node, set[Node]] = defaultdict(set)
        """Only the edges of calls that name what they call."""
        real: dict[Node, Node] = {}
        for row in rows(export / "functions.tsv"):
            node = (row["file"], row["name"])
            for name in (row["name"], *filter(None, row["aliases"].split(","))):
                self.named[name].add(node)
                real[row["file"], name] = node
            if row["kind"] == "macro":
                self.macros.add(node)
        for row in rows(export / "edges.tsv"):
            if row["callee"] and row["confidence"] != "weak":
                caller, callee = (row["caller_file"], row["caller"]), (row["callee_file"], row["callee"])
                caller, callee = real.get(caller, caller), real.get(callee, callee)
                self.out[caller].add(callee)
                if row["kind"] in ("direct", "macro"):
                    self.by_name[caller].add(callee)

    def explains(self, caller: str, callee: str, traceable: set[str]) -> bool:
        """Whether a way leads from one to the other on which nothing could have been traced."""
        goals = self.named.get(callee, set())
        seen: set[Node] = set()
        todo = deque((node, 0) for node in self.named.get(caller, ()))
        while todo:
            node, length = todo.popleft()  # the shortest way first: longer ones are cut
            for following in self.out.get(node, ()):
                if following in goals:
                    return True
                hidden = following in self.macros or following[1] not in traceable
                if hidden and following not in seen and length < _LONGEST:
                    seen.add(following)
                    todo.append((following, length + 1))
        return False

    def inlined(self, caller: str, callee: str) -> list[str]:
        """The names on the shortest way on which some could have been traced; empty where there is none."""
        goals = self.named.get(callee, set())
        before: dict[Node, Node | None] = dict.fromkeys(self.named.get(caller, ()))
        todo = deque((node, 0) for node in before)
        while todo and len(before) < _MOST_NODES:
            node, length = todo.popleft()
            if goals & self.out.get(node, set()):
                names = [callee]
                at: Node | None = node
                while at is not None:
                    names.append(at[1])
                    at = before[at]
                return names[::-1]
            for following in self.by_name.get(node, ()):
                longer = length + (following not in self.macros)
                if following not in before and longer <= _MOST_INLINED:
                    before[following] = node
                    todo.append((following, longer))
        return []


def main() -> None:
    """The command line."""
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    graph, truth = Graph(Path(sys.argv[1])), Path(sys.argv[2])
    traceable = set((truth / "traceable.txt").read_text().split())
    traced: dict[tuple[str, str], tuple[str, str]] = {}
    for path in sorted(truth.glob("trace_*.tsv")):
        for row in rows(path):
            if row["kind"] != "interrupt":
                traced.setdefault((row["caller"], row["callee"]), (row["kind"] or "unknown", path.stem[6:]))
    every, explained, inlined = Counter[str](), Counter[str](), Counter[str]()
    left = []
    for (caller, callee), (kind, where) in traced.items():
        every[kind] += 1
        if graph.explains(caller, callee, traceable):
            explained[kind] += 1
        elif way := graph.inlined(caller, callee):
            inlined[kind] += 1
            print(f"inlined  {where}: {' -> '.join(way)}")
        else:
            left.append(f"missing  {where}: {caller} -> {callee} ({kind})")
    print("\n".join(left))
    for kind in [*sorted(every), ""]:
        counts = [c[kind] if kind else c.total() for c in (every, explained, inlined)]
        share = 100 * counts[1] / max(1, counts[0])
        print(f"{kind or 'all':12s} {counts[1]:6d}/{counts[0]:<6d} {share:6.2f} %  {counts[2]} more where inlined")


if __name__ == "__main__":
    main()
