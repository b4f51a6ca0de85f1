#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Functions of a kernel that an export knows no use of, though their own file names them again.

A static function that nothing calls and nothing registers is one that the compiler warns about. Where its name stands
in its file once more, some use of it was not understood (or stands in a comment, or under an option that this
architecture lacks). No other oracle covers every line of every driver.

    python benchmarks/uncalled.py TREE EXPORT [--show N]

Programs of tools/, samples/, scripts/ and Documentation/ are left out.
"""

from __future__ import annotations

import argparse
import csv
import random
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

PROGRAMS = ("tools/", "samples/", "scripts/", "Documentation/")
USES = (
    ("an element of an array", r"\]\s*=\s*&?{name}\s*[;,]"),
    ("a member of an initialiser", r"^\.\w+(?:\.\w+)*\s*=\s*&?{name}\b"),
    ("an assignment to a member", r"(?:->|\.)\w+\s*=\s*&?{name}\s*;"),
    ("a call", r"\b{name}\s*\("),
    ("an argument", r"[(,]\s*&?{name}\s*[,)]"),
    ("an element of a list", r"^&?{name}\s*[,)}}]"),
    ("an assignment", r"\b\w+\s*=\s*&?{name}\s*;"),
)
"""How a line uses a name, the first that fits."""


class Function(NamedTuple):
    """Where a function is defined."""

    file: str
    name: str
    line: int
    guard: str


def rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a table of the export."""
    with path.open(newline="", encoding="utf-8", errors="replace") as f:
        yield from csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE)


def unused(export: Path) -> list[Function]:
    """The static functions of the kernel that no edge leads to and no slot holds."""
    called = {(r["callee_file"], r["callee"]) for r in rows(export / "edges.tsv") if r["callee"]}
    held = {r["function"] for r in rows(export / "slots.tsv")}
    return [
        Function(r["file"], r["name"], int(r["line"]), r["guard"])
        for r in rows(export / "functions.tsv")
        if r["kind"] == "function"
        and r["linkage"] == "static"
        and r["file"].endswith(".c")
        and not r["file"].startswith(PROGRAMS)
        and (r["file"], r["name"]) not in called
        and r["name"] not in held
    ]


def uses(tree: Path, f: Function) -> list[str]:
    """The other lines of its file on which a function's name stands, comments that begin a line aside."""
    word = re.compile(rf"\b{re.escape(f.name)}\b")
    lines = _lines(tree / f.file)
    return [
        line.strip()
        for at, line in enumerate(lines, 1)
        if at != f.line and word.search(line) is not None and not line.lstrip().startswith(("*", "/*"))
    ]


@lru_cache(maxsize=64)
def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").split("\n")


def kind(name: str, lines: list[str]) -> str:
    """How the first line that tells anything uses the name."""
    for label, pattern in USES:
        if any(re.search(pattern.format(name=re.escape(name)), line) for line in lines):
            return label
    return "something else"


def main() -> None:
    """Count, by the way they are used, and show some that chance picks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", type=Path)
    parser.add_argument("export", type=Path)
    parser.add_argument("--show", type=int, default=0, metavar="N", help="show N of each kind")
    args = parser.parse_args()
    csv.field_size_limit(1 << 30)
    found: dict[str, list[tuple[Function, list[str]]]] = {}
    for f in unused(args.export):
        lines = uses(args.tree, f)
        if lines:
            found.setdefault(kind(f.name, lines), []).append((f, lines))
    counts = Counter({label: len(each) for label, each in found.items()})
    print(f"{sum(counts.values())} functions whose file names them again, and no use is known")
    for label, count in counts.most_common():
        print(f"{count:6} {label}")
        for f, lines in random.Random(0).sample(found[label], min(args.show, count)):  # the same ones each time
            print(f"       {f.file}:{f.line}: {f.name}  [{f.guard}]  {lines[0][:90]}")


if __name__ == "__main__":
    main()
