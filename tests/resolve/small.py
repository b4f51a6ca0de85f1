# SPDX-License-Identifier: MIT
"""A kernel of a few lines, indexed, for tests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from xref.index.build import build_index
from xref.resolve.edge import Calls, EdgeKind
from xref.resolve.front.resolver import Resolver
from xref.tree.root import open_tree


class Small:
    """An indexed tree and the questions tests ask of it."""

    def __init__(self, tree: Path, db: Path, config: Path | None = None) -> None:
        self.tree = tree
        self.db = db
        self.resolver = Resolver.open(db, config=config)

    def calls(self, name: str) -> Calls:
        """All that leaves the function of that name (``file.c:name`` where there are several)."""
        symbols = self.resolver.lookup(name)
        assert symbols, f"no {name}"
        return self.resolver.calls(symbols[0])

    def reached(self, name: str, *kinds: EdgeKind) -> list[str]:
        """The ids of the functions called from ``name``, in the order of the source."""
        return [e.callee.node for e in self.calls(name).edges if not kinds or e.kind in kinds]

    def via(self, name: str, via: str) -> list[str]:
        """The names of what a dispatch through ``via`` in ``name`` reaches, sorted."""
        return sorted(e.callee.name for e in self.calls(name).edges if e.via == via)

    def dispatches(self, name: str) -> dict[str, list[str]]:
        """What each dispatch site of ``name`` reaches."""
        found: dict[str, list[str]] = {u.via: [] for u in self.calls(name).unresolved if u.via}
        for e in self.calls(name).edges:
            if e.via:
                found.setdefault(e.via, []).append(e.callee.name)
        return {via: sorted(names) for via, names in found.items()}

    def callers(self, name: str) -> list[str]:
        """The ids of the functions that reach ``name``, sorted."""
        return sorted(e.caller.node for e in self.resolver.callers(self.resolver.lookup(name)[0]))


def index(folder: Path, files: Mapping[str, str], config: str | None = None) -> Small:
    """Writes the files into a kernel tree under ``folder`` and indexes it."""
    tree = folder / "linux"
    (tree / "kernel").mkdir(parents=True)
    (tree / "arch" / "x86").mkdir(parents=True)
    (tree / "Makefile").write_text("VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 0\n")
    for name, text in files.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(text, encoding="utf-8")
    db = folder / "index.db"
    build_index(open_tree(tree), db, arch="x86", jobs=1)
    chosen = None
    if config is not None:
        chosen = folder / "config"
        chosen.write_text(config)
    return Small(tree, db, chosen)
