# SPDX-License-Identifier: MIT
"""What an index notes of itself and of its tree as a whole, and how the notes are read again."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from xref.index.image import TableImage
from xref.index.summary import Summary
from xref.tree.files import FileList
from xref.tree.kbuild import Kbuild
from xref.tree.root import Tree
from xref.tree.syscalltbl import read_tables

_COUNTS = ("files", "bytes", "functions", "macros", "call_sites", "dispatch_sites", "registrations",
           "functions_with_errors")  # fmt: skip


EntryRow: TypeAlias = tuple[str, str, int | None, str, str, str, str, int]
"""A line of a system call table, as the columns of ``syscalls``."""


def known_to_text(image: TableImage, kbuild: Kbuild) -> dict[str, str]:
    """What an index notes of the tree as a whole, by its keys in ``meta``."""
    return {
        "constants": image.constants,
        "defined": image.defined,
        "include_dirs": "\n".join("\t".join((d, *p)) for d, p in sorted(kbuild.include_dirs.items())),
        "links": "\n".join("\t".join((d, *p)) for d, p in sorted(kbuild.links.items())),
    }


def entry_rows(tree: Tree) -> Iterator[EntryRow]:
    """The lines of the system call tables, as columns."""
    for e in read_tables(tree):
        yield e.arch, e.abi, e.number, e.name, e.entry, e.compat_entry, e.file, e.line


def now() -> str:
    """The time, as an index notes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def skipped(listed: FileList, left_out: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """Why files are not in the index, or by name only, and how many for each reason."""
    found = Counter(dict(left_out))
    for s in listed.skipped:
        found[s.reason] += s.count
    return tuple(sorted(found.items()))


def counts_to_text(summary: Summary) -> dict[str, str]:
    """What a summary says of the index rather than of the run, by its keys in ``meta``."""
    counts = {f"summary.{name}": str(getattr(summary, name)) for name in _COUNTS}
    return {**counts, "summary.skipped": "\n".join(f"{n}\t{reason}" for reason, n in summary.skipped)}


def stored_summary(meta: dict[str, str], reused: int, db_bytes: int) -> Summary:
    """The summary that an index carries in its ``meta`` table."""

    def number(name: str) -> int:
        return int(float(meta.get(f"summary.{name}", "0")))

    skipped = tuple(
        (reason, int(count))
        for count, _, reason in (line.partition("\t") for line in meta.get("summary.skipped", "").splitlines())
    )
    return Summary(
        files=number("files"),
        bytes=number("bytes"),
        functions=number("functions"),
        macros=number("macros"),
        call_sites=number("call_sites"),
        dispatch_sites=number("dispatch_sites"),
        registrations=number("registrations"),
        functions_with_errors=number("functions_with_errors"),
        skipped=skipped,
        seconds=float(meta.get("summary.seconds", "0")),
        reused_files=reused,
        db_bytes=db_bytes,
    )
