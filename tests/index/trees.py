# SPDX-License-Identifier: MIT
"""Trees to index, and what an index of them holds."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

from xref.index.build import build_index
from xref.index.summary import Progress, Summary
from xref.tree.root import open_tree

FIXTURES = Path(__file__).parents[2] / "fixtures"
MINUTES = {"built", "root", "started", "summary.seconds"}


def index(
    tree: Path,
    db: Path,
    *,
    jobs: int = 1,
    force: bool = False,
    progress: Callable[[Progress], None] = lambda _: None,
    base: Path | None = None,
) -> Summary:
    return build_index(open_tree(tree), db, arch="x86", jobs=jobs, force=force, progress=progress, base=base)


def rows(db: Path) -> dict[str, list[tuple[object, ...]]]:
    """All of an index but the time of its making, with the numbers of its rows."""
    connection = sqlite3.connect(db)
    tables = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    found = {}
    for name, sql in tables:
        if not name.startswith("sqlite_"):
            number = "" if "WITHOUT ROWID" in sql else "rowid, "
            found[name] = sorted(connection.execute(f"SELECT {number}* FROM {name}").fetchall(), key=repr)
    found["meta"] = [r for r in found["meta"] if r[0] not in MINUTES]
    connection.close()
    return found


def write(path: Path, text: str) -> None:
    """Writes a file, and gives it a time that it has not had."""
    old = path.stat().st_mtime_ns if path.exists() else 0
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="latin-1")
    os.utime(path, ns=(old + 10**9, old + 10**9))


def text_of(path: Path) -> str:
    return path.read_text(encoding="latin-1")
