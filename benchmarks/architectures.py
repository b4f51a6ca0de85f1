# SPDX-License-Identifier: MIT
"""Holds the exports of one tree for two architectures against each other.

    xref --arch x86 --db x86.db index && xref --db x86.db export x86
    xref --arch arm64 --db arm64.db index && xref --db arm64.db export arm64
    python benchmarks/architectures.py x86 arm64

A function outside arch/ calls the same on both, but for what its architecture's headers make of a macro or an inline
function. So a call through a pointer that one of the exports has alone is mostly one that was not understood for the
other: ``READ_ONCE(ops->f)(x)`` was none on arm64, where READ_ONCE may be assembler.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

_SHOWN = 12


class Call(NamedTuple):
    """An edge; the callee is ('', '') where none is known."""

    caller: tuple[str, str]
    callee: tuple[str, str]
    kind: str
    line: str
    via: str


def shared(folder: Path) -> set[Call]:
    """The edges of an export whose ends both lie outside arch/."""
    with (folder / "edges.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(rows)
        return {
            Call((row[0], row[1]), (row[2], row[3]), row[4], row[6], row[7])
            for row in rows
            if not row[0].startswith("arch/") and not row[2].startswith("arch/")
        }


def main() -> None:
    """Prints how many edges of each kind one side has alone, and which pointers these go through."""
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    folders = [Path(name) for name in sys.argv[1:]]
    edges = [shared(folder) for folder in folders]
    both = Counter(call.kind for call in edges[0] & edges[1])
    alone = [Counter(call.kind for call in mine - theirs) for mine, theirs in (edges, reversed(edges))]
    print(f"| | both | {folders[0].name} alone | {folders[1].name} alone |\n|---|---:|---:|---:|")
    for kind in sorted(both | alone[0] | alone[1]):
        print(f"| {kind} | {both[kind]:,} | {alone[0][kind]:,} | {alone[1][kind]:,} |")
    for folder, mine, theirs in zip(folders, edges, reversed(edges), strict=True):
        vias = Counter(call.via for call in mine - theirs if call.via)
        if vias:
            shown = ", ".join(f"{via} {count}" for via, count in vias.most_common(_SHOWN))
            print(f"\n{folder.name} alone, through: {shown}")


if __name__ == "__main__":
    main()
