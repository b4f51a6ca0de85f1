# SPDX-License-Identifier: MIT
"""Tree and index of one run: what the global options say, and an index made where there is none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xref.errors import IndexUnavailable, TreeUnreadable, UsageError

if TYPE_CHECKING:
    from xref.index.summary import Summary
    from xref.resolve.resolver import Resolver
    from xref.tree.root import Tree


@dataclass(frozen=True, slots=True)
class Session:
    """The global options, and what follows from them. Nothing is looked for on disk until it is needed."""

    tree: Path | None
    db: Path | None
    arch: str | None
    config: Path | None
    debug: bool = False

    def open_tree(self) -> Tree:
        """The tree that ``--tree`` or ``$XREF_TREE`` names, else the nearest one upwards from here.

        Raises TreeUnreadable, UsageError for an architecture that it does not have.
        """
        from xref.tree.root import find_root, open_tree

        path = self.tree if self.tree is not None else find_root(Path.cwd())
        if path is None:
            raise TreeUnreadable("there is no kernel tree here or above; name one with --tree or $XREF_TREE")
        tree = open_tree(path)
        if self.arch is not None and tree.archs and self.arch not in tree.archs:
            raise UsageError(f"Linux {tree.version} has no architecture '{self.arch}': {', '.join(tree.archs)}")
        return tree

    def index_path(self, tree: Tree) -> Path:
        """Where the index of ``tree`` is, or will be."""
        from xref.index.locate import locate_index

        return locate_index(tree.root, db=self.db)

    def build(self, tree: Tree, jobs: int | None = None) -> Summary:
        """Make or update the index of ``tree``, with progress on stderr."""
        from xref.cli.progress import reporting
        from xref.index.build import build_index
        from xref.tree.root import default_arch

        db = self.index_path(tree)
        arch = self.arch if self.arch is not None else default_arch(tree)
        with reporting() as report:
            return build_index(tree, db, arch=arch, jobs=jobs if jobs is not None else processors(), progress=report)

    def open_resolver(self) -> Resolver:
        """The index, opened for questions; made first where there is none.

        A database that is named and exists is taken as it is, without looking for its tree. Raises IndexUnavailable
        for a foreign, old or half-written one.
        """
        if self.db is not None and self.db.exists():
            db = self.db
        else:
            tree = self.open_tree()
            db = self.index_path(tree)
            if not db.exists():
                self.build(tree)
        from xref.resolve.resolver import Resolver

        resolver = Resolver.open(db, config=self.config)
        indexed = resolver.tree.arch
        if self.arch is not None and indexed and indexed != self.arch:
            raise IndexUnavailable(
                f"{db} holds {indexed}, not {self.arch}; run xref --arch {self.arch} --db FILE index"
            )
        return resolver


def processors() -> int:
    """How many processors this process may use."""
    import os

    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
