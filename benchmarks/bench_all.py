#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Everything that is asked of an index, beside cscope, Universal Ctags and GNU global: building it, its stages, an
edit, a first answer, questions, and how the cost grows with the tree. Prints Markdown tables.

python benchmarks/bench_all.py TREE [--jobs N] [--functions N]

The tree is not written to: the tools work on a copy made of hard links, beside it or in --scratch on the same disk.
"""

from __future__ import annotations

import argparse
import datetime
import gc
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from measure import Cost, cores, cscope_command, kernel_version, read_once, run, software, xref_command

PARTS = {
    "net/": ("net",),
    "net/, fs/, kernel/, mm/": ("net", "fs", "kernel", "mm", "ipc", "lib", "block", "security", "crypto"),
}
"""Parts of a tree by name; what every part needs is added."""
ALWAYS = ("include", "arch/x86", "scripts", "init", "Makefile", "Kbuild", "Kconfig")
QUESTIONS = ("def {}", "callees {}", "callers {}")
FIRST = ("callgraph send", "callees vfs_read")
EDITED = "net/ipv4/tcp.c"
MUCH_GARBAGE = 100_000


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: how its index is built, and which files that leaves in the folder where it runs."""

    name: str
    command: tuple[str, ...]
    files: tuple[str, ...]


def tools(tree: Path, scratch: Path, jobs: Sequence[str]) -> list[Tool]:
    """xref, and those of the others that are installed."""
    db = scratch / "xref.db"
    found = [
        Tool("`xref index`", (*xref_command(), "--tree", str(tree), "--db", str(db), "index", *jobs), ("xref.db",))
    ]
    if shutil.which("cscope"):
        found.append(Tool("`cscope -bkq -R`", tuple(cscope_command(tree, scratch)), ("cscope.out*",)))
    if shutil.which("ctags"):
        command = ("ctags", "-R", "--languages=C,C++", "-f", str(scratch / "tags"), str(tree))
        found.append(Tool("`ctags -R`", command, ("tags",)))
    if shutil.which("gtags"):
        found.append(Tool("`gtags`", ("gtags", "-C", str(tree), str(scratch)), ("G*",)))
    return found


@contextmanager
def linked(tree: Path, scratch: Path, names: Sequence[str] = ()) -> Iterator[Path]:
    """A copy of a tree, or of parts of it, that shares its files."""
    target = scratch.parent / "tree"
    target.mkdir()
    for name in names or [path.name for path in tree.iterdir()]:
        if (tree / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["cp", "-al", str(tree / name), str(target / name)], check=True)
    try:
        yield target
    finally:
        shutil.rmtree(target)


def size(tool: Tool, scratch: Path) -> int:
    """Of a tool's index, in bytes."""
    return sum(path.stat().st_size for pattern in tool.files for path in scratch.glob(pattern))


def edit(path: Path, text: str) -> None:
    """Adds to a file of the copy without touching the one it shares."""
    data = path.read_bytes() + text.encode()
    path.unlink()
    path.write_bytes(data)


def row(name: str, cost: Cost, first: Cost, *more: str) -> None:
    """One line of a table."""
    cells = [f"{cost.wall:.1f} s", f"{cost.cpu:.1f} s", f"{cost.memory / 1e6:,.0f} MB", *more]
    print(f"| {name} | {' | '.join(cells)} | {first.wall / cost.wall:.2f} |", flush=True)


def building(tree: Path, scratch: Path, jobs: Sequence[str]) -> None:
    """The whole index, and again after an edit of one file."""
    with linked(tree, scratch) as copy:
        read_once(copy)
        every = tools(copy, scratch, jobs)
        costs: dict[str, Cost] = {}
        for title in ("The whole index", f"Again, after a function has been added to {EDITED}"):
            print(f"### {title}\n")
            print("| | wall | CPU | peak memory | index | xref's wall / this |\n|---|---:|---:|---:|---:|---:|")
            first = None
            for tool in every:
                cost = run(list(tool.command), cwd=scratch)
                first = first or cost
                costs.setdefault(tool.name, cost)
                row(tool.name, cost, first, f"{size(tool, scratch) / 1e6:,.0f} MB")
            print()
            edit(copy / EDITED, "\nint xref_benchmark(int x)\n{\n\treturn xref_benchmark(x - 1);\n}\n")
        first_answer(copy, scratch, costs)


def first_answer(tree: Path, scratch: Path, costs: Mapping[str, Cost]) -> None:
    """A question where there is no index, answered from a part of the tree."""
    print("### A first answer, without an index\n")
    print("| | wall | CPU | peak memory |" + "".join(f" of {name} |" for name in costs))
    print("|---|---:|---:|---:|" + "---:|" * len(costs))
    for number, question in enumerate(FIRST):
        db = scratch / f"part{number}.db"
        cost = run([*xref_command(), "--tree", str(tree), "--db", str(db), *question.split(), "--partial"])
        cells = [f"{cost.wall:.1f} s", f"{cost.cpu:.1f} s", f"{cost.memory / 1e6:,.0f} MB"]
        cells += [f"{cost.wall / other.wall:.2f}" for other in costs.values()]
        print(f"| `xref {question} --partial` | {' | '.join(cells)} |", flush=True)
    print()


def stages(tree: Path, scratch: Path, jobs: int | None) -> list[tuple[str, float]]:
    """What the time of an index goes into: seconds by stage."""
    from xref.index.build import build_index
    from xref.tree.root import open_tree

    seen: list[tuple[str, float]] = [("listing the files", time.perf_counter())]

    def report(progress: object) -> None:
        phase = str(getattr(progress, "phase", ""))
        if phase != seen[-1][0]:
            seen.append((phase, time.perf_counter()))

    build_index(open_tree(tree), scratch / "stages.db", arch="x86", jobs=jobs, progress=report, force=True)
    seen.append(("", time.perf_counter()))
    return [(phase, end - start) for (phase, start), (_, end) in pairwise(seen)]


def questions(db: Path, count: int) -> None:
    """Whole processes, and questions of one process that goes on, about functions that chance picks."""
    from xref.errors import XrefError
    from xref.graph.slice import callees, callers
    from xref.graph.start import find_start
    from xref.resolve.front.resolver import Resolver

    chance = random.Random(1)
    resolver = Resolver.open(db)
    names = sorted({f.name for low, high in resolver.reader.function_ranges(100_000)
                    for f in resolver.reader.functions_between(low, high) if f.kind == "function"})  # fmt: skip
    picked = chance.sample(names, count)
    print(f"### Questions\n\nWhole processes: the median, and the 99th percentile, of {min(count, 40)} functions.\n")
    print("| | wall | 99th percentile | CPU |\n|---|---:|---:|---:|")
    asked = {q: [q.format(name) for name in picked[:40]] for q in QUESTIONS}
    asked |= {q: [q] * 3 for q in ("slots proto_ops.sendmsg", "callgraph send")}
    for question, each in asked.items():
        costs = [run([*xref_command(), "--db", str(db), *one.split()]) for one in each]
        walls = sorted(cost.wall for cost in costs)
        cpu = statistics.median(cost.cpu for cost in costs)
        cells = [f"{statistics.median(walls):.2f} s", f"{walls[int(len(walls) * 0.99)]:.2f} s", f"{cpu:.2f} s"]
        print(f"| `xref {question.format('FUNCTION')}` | {' | '.join(cells)} |", flush=True)
    print(f"\nOne process that goes on, {count:,} functions; garbage is collected between them, as `xref lsp` does.\n")
    gc.disable()
    print("| | median | 99th percentile | most |\n|---|---:|---:|---:|")
    for name, ask in (("callees", callees), ("callers", callers)):
        took = []
        for function in picked:
            start = time.perf_counter()
            with suppress(XrefError):
                ask(resolver, find_start(resolver, function))
            took.append(1000 * (time.perf_counter() - start))
            if gc.get_count()[0] > MUCH_GARBAGE:
                gc.collect()
        took.sort()
        cells = f"{statistics.median(took):.1f} ms | {took[int(len(took) * 0.99)]:.0f} ms | {took[-1]:.0f} ms"
        print(f"| {name} | {cells} |", flush=True)
    gc.enable()
    print()


def growth(tree: Path, scratch: Path, jobs: Sequence[str], count: int | None) -> None:
    """What parts of the tree cost, and the stages of the last one."""
    staged: list[tuple[str, float]] = []
    print("### Parts of the tree\n\n| | xref, wall | xref, CPU | cscope, wall | ratio |\n|---|---:|---:|---:|---:|")
    for name, folders in PARTS.items():
        with linked(tree, scratch, (*folders, *ALWAYS)) as copy:
            read_once(copy)
            costs = [run(list(tool.command), cwd=scratch) for tool in tools(copy, scratch, [*jobs, "--force"])[:2]]
            for leftover in scratch.glob("cscope*"):
                leftover.unlink()
            if name == list(PARTS)[-1]:
                staged = stages(copy, scratch, count)
        cells = [f"{costs[0].wall:.1f} s", f"{costs[0].cpu:.1f} s"]
        if len(costs) > 1:
            cells += [f"{costs[1].wall:.1f} s", f"{costs[0].wall / costs[1].wall:.2f}"]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)
    words = {"extracting": "extracting and loading", "writing": "posting lists and indexes", "done": "onto the disk"}
    print("\n### Stages of the last of these\n\n| | wall |\n|---|---:|")
    for phase, seconds in staged:
        print(f"| {words.get(phase, phase)} | {seconds:.1f} s |")


def main() -> int:
    """The tables on stdout."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("tree", type=Path, help="top of a kernel tree")
    parser.add_argument("--jobs", type=int, help="processes of xref (default: one a processor)")
    parser.add_argument("--functions", type=int, default=1000, help="how many functions are asked about")
    parser.add_argument("--scratch", type=Path, help="where copies and indexes go (default: beside the tree)")
    parser.add_argument("--keep", type=Path, help="where to leave xref's index of the whole tree")
    options = parser.parse_args()
    tree = options.tree.resolve()
    print(f"Linux {kernel_version(tree)}, {datetime.date.today():%Y-%m-%d}, {cores()}, {software()}\n")
    jobs = ["--jobs", str(options.jobs)] if options.jobs else []
    with tempfile.TemporaryDirectory(dir=options.scratch or tree.parent, prefix="xref-bench-") as folder:
        scratch = Path(folder, "indexes")  # cscope reads all that is below the folder where it runs
        scratch.mkdir()
        building(tree, scratch, jobs)
        questions(scratch / "xref.db", options.functions)
        if options.keep is not None:
            shutil.move(scratch / "xref.db", options.keep)
        growth(tree, scratch, jobs, options.jobs)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error.cmd[0]} ended with {error.returncode}:\n{error.stderr}")
