#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Times whole processes that ask an index one question each, and prints a Markdown table.

python benchmarks/bench_queries.py TREE [--db FILE] [--runs N] [QUESTION...]

A QUESTION is a command line of xref in one word: 'callers kfree_skb'. Without any, the list below is asked.
"""

from __future__ import annotations

import argparse
import datetime
import shlex
import statistics
import subprocess
import sys
from pathlib import Path

from measure import cores, kernel_version, run, software, xref_command

QUESTIONS = (
    "--version",
    "callgraph send",
    "callgraph send --to internet",
    "callgraph send --format svg",
    "callgraph send --format json",
    "callgraph openat",
    "callgraph tcp_sendmsg --up --depth 3",
    "callers tcp_sendmsg",
    "callers kfree_skb",
    "callees tcp_sendmsg_locked",
    "path send tcp_transmit_skb",
    "def sk_prot",
    "refs tcp_sendmsg",
    "slots proto_ops.sendmsg",
    "slots file_operations.read",
    "syscalls send",
)


def main() -> int:
    """The table on stdout."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tree", type=Path, help="top of a kernel tree")
    parser.add_argument("--db", type=Path, help="its index (default: where xref looks for it)")
    parser.add_argument("--runs", type=int, default=3, help="how often each is asked; the median counts (default: 3)")
    parser.add_argument("questions", nargs="*", metavar="QUESTION")
    options = parser.parse_args()
    tree = options.tree.resolve()
    version = kernel_version(tree)
    start = [*xref_command(), "--tree", str(tree), *(["--db", str(options.db)] if options.db else [])]
    run([*start, "syscalls"])  # makes the index where there is none
    print(f"Linux {version}, {datetime.date.today():%Y-%m-%d}, {cores()}, {software()}\n")
    print("| question | wall | CPU | peak memory | lines |")
    print("|---|---:|---:|---:|---:|")
    for question in options.questions or QUESTIONS:
        try:
            costs = [run([*start, *shlex.split(question)]) for _ in range(options.runs)]
        except subprocess.CalledProcessError as error:
            said = (error.stderr or "").strip().splitlines()
            print(f"| `xref {question}` | exit code {error.returncode}: {said[-1] if said else 'no match'} | | | |")
            continue
        wall = statistics.median(cost.wall for cost in costs)
        cpu = statistics.median(cost.cpu for cost in costs)
        memory = max(cost.memory for cost in costs)
        lines = costs[0].output.count("\n")
        print(f"| `xref {question}` | {wall:.2f} s | {cpu:.2f} s | {memory / 1e6:,.0f} MB | {lines:,} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
