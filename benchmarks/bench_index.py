#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Builds an index with xref and with cscope, one after the other, on the same tree, and prints a Markdown table.

python benchmarks/bench_index.py TREE [--runs N] [--jobs N]
"""

from __future__ import annotations

import argparse
import datetime
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from measure import Cost, cores, cscope_command, kernel_version, read_once, run, software, xref_command


@dataclass(frozen=True, slots=True)
class Index:
    """One tool's index: what it cost, and how large it is."""

    tool: str
    cost: Cost
    size: int


def index_with_xref(tree: Path, scratch: Path, jobs: int | None) -> Index:
    """A new index with xref, nothing reused."""
    db = scratch / "xref.db"
    command = [*xref_command(), "--tree", str(tree), "--db", str(db), "index", "--force"]
    cost = run([*command, *(["--jobs", str(jobs)] if jobs else [])])
    return Index(f"`xref index{f' -j {jobs}' if jobs else ''}`", cost, db.stat().st_size)


def index_with_cscope(tree: Path, scratch: Path) -> Index:
    """What kernel developers wait for today: `make cscope` runs cscope with these options."""
    cost = run(cscope_command(tree, scratch), cwd=scratch)
    return Index("`cscope -bkq -R`", cost, sum(file.stat().st_size for file in scratch.glob("cscope*")))


def main() -> int:
    """The table on stdout."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tree", type=Path, help="top of a kernel tree")
    parser.add_argument("--runs", type=int, default=1, help="how often; the fastest counts (default: 1)")
    parser.add_argument("--jobs", type=int, help="processes of xref (default: one a processor)")
    parser.add_argument("--keep", type=Path, help="where to leave the last index that xref made")
    options = parser.parse_args()
    tree = options.tree.resolve()
    version = kernel_version(tree)
    read_once(tree)
    found: dict[str, Index] = {}
    for number in range(options.runs):
        for tool in ("xref", "cscope"):
            if tool == "cscope" and shutil.which("cscope") is None:
                continue
            print(f"{tool}, run {number + 1} of {options.runs} ...", file=sys.stderr)
            with tempfile.TemporaryDirectory() as scratch:
                made = (
                    index_with_xref(tree, Path(scratch), options.jobs)
                    if tool == "xref"
                    else index_with_cscope(tree, Path(scratch))
                )
                if tool == "xref" and options.keep is not None:
                    shutil.move(Path(scratch, "xref.db"), options.keep)
            if tool not in found or made.cost.wall < found[tool].cost.wall:
                found[tool] = made
    print(f"Linux {version}, {datetime.date.today():%Y-%m-%d}, {cores()}, {software()}\n")
    print("| | wall | CPU | peak memory | index |")
    print("|---|---:|---:|---:|---:|")
    for index in found.values():
        cost = index.cost
        cells = [
            f"{cost.wall:.1f} s",
            f"{cost.cpu:.1f} s",
            f"{cost.memory / 1e6:,.0f} MB",
            f"{index.size / 1e6:,.1f} MB",
        ]
        print(f"| {index.tool} | {' | '.join(cells)} |")
    if "cscope" in found:
        ours, theirs = found["xref"], found["cscope"]
        ratios = [
            ours.cost.wall / theirs.cost.wall,
            ours.cost.cpu / theirs.cost.cpu,
            ours.cost.memory / theirs.cost.memory,
            ours.size / theirs.size,
        ]
        print("| xref / cscope | " + " | ".join(f"{ratio:.2f}" for ratio in ratios) + " |")
    else:
        print("\ncscope is not installed: nothing to compare with.")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error.cmd[0]} ended with {error.returncode}:\n{error.stderr}")
