# SPDX-License-Identifier: MIT
"""Tree and index of one run: what the global options say, and an index made where there is none."""

from __future__ import annotations

import gc
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

import click

from xref.errors import IndexUnavailable, TreeUnreadable, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xref.index.build import Kept
    from xref.index.summary import Summary
    from xref.resolve.front.resolver import Resolver
    from xref.resolve.front.symbols import Symbols
    from xref.tree.part import Wanted
    from xref.tree.root import Tree

    Opened = TypeVar("Opened", bound=Symbols)


_LAST: Final = 16
"""Where no more files are found than this, what is left of their folders is taken with them: to find one file after the
other takes as long as to read a hundred."""


class Session(NamedTuple):
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

    def build(
        self,
        tree: Tree,
        jobs: int | None = None,
        *,
        executor: str | None = None,
        force: bool = False,
        part: Sequence[str] = (),
        base: Path | None = None,
        kept: Kept | None = None,
    ) -> Summary:
        """Make or update the index of ``tree``, with progress on stderr; ``force`` even where nothing has changed; of a
        ``part`` of its folders and files alone where some are named, but for what is ``kept`` of it; where there is
        none yet, out of the index ``base`` of another tree as far as the two are the same.

        Raises IndexUnavailable rather than overwrite a file that is somebody else's, and for a ``base`` of no use.
        """
        gc.enable()
        db = self.index_path(tree)
        from xref.store.database import may_replace, open_readonly

        if base is not None:
            open_readonly(base).close()
        if not may_replace(db):
            raise IndexUnavailable(f"{db} is not an xref index and is left alone; name another file with --db")
        from xref.cli.failure import IndexingInterrupted
        from xref.cli.progress import reporting
        from xref.index.build import build_index
        from xref.index.pool import cluster

        lent = cluster(executor) if executor is not None else nullcontext()
        arch = self.arch_of(tree)
        try:
            with lent as pool, reporting() as report:
                return build_index(
                    tree, db, arch=arch, jobs=jobs or processors(), pool=pool, progress=report, force=force, part=part,
                    base=base,
                    kept=kept,
                )  # fmt: skip
        except KeyboardInterrupt as error:
            raise IndexingInterrupted from error

    def open_resolver(self, partial: Sequence[str] = (), kept: Kept | None = None) -> Resolver:
        """The index, opened for questions; made first where there is none, or where it holds a part of the tree only:
        unless ``partial`` names what is asked about, for which a part will do; what is read for that is ``kept``.

        A database that is named and exists is taken as it is, without looking for its tree; where it is of another
        tree than the one that is named too, stderr says so. Raises IndexUnavailable for a foreign, old or half-written
        one.
        """
        from xref.resolve.front.resolver import Resolver

        return self._open(Resolver, partial, kept)

    def open_symbols(self) -> Symbols:
        """The same for commands that ask what a name means and no more: the machinery behind calls is not loaded."""
        from xref.resolve.front.symbols import Symbols

        return self._open(Symbols)

    def find(
        self, tree: Tree, wanted: Wanted, part: Sequence[str], kept: Kept, near: frozenset[str] = frozenset()
    ) -> frozenset[str]:
        """The files of the rest of the tree, or of the folders ``near``, that seem to have some of what is ``wanted``
        for the ``part`` of it that is indexed.
        """
        if not any(wanted):
            return frozenset()
        from xref.cli.progress import reporting
        from xref.index.elsewhere import MODULE, beside, files_with, is_source, survey
        from xref.index.pool import Processes
        from xref.index.summary import Progress
        from xref.tree.files import list_files
        from xref.tree.part import home, within

        with reporting() as report:
            kept.listed = listed = kept.listed or list_files(tree, self.arch_of(tree))
            sources = kept.sources.get(near)
            if sources is None:
                sources = [f for f in listed.files if is_source(f) and (not near or home(f.path) in near)]
                kept.sources[near] = sources
            known = within(part)
            rest = [f for f in sources if not known(f.path)]
            report(Progress(0, len(rest), 0, sum(f.size for f in rest), "looking for what the part lacks"))
            root, pool, module = str(tree.root), kept.pool or Processes(processors()), 0 if near else MODULE
            kept.offered = kept.offered or survey((), root, listed.files, pool)[1]
            found = files_with(wanted, kept.lexed.values(), root, rest, pool, kept.offered, module)
            return found | beside(found, {*part}, sources) if near and len(found) <= _LAST else found

    def arch_of(self, tree: Tree) -> str:
        """The architecture that is looked at."""
        from xref.tree.root import default_arch

        return self.arch if self.arch is not None else default_arch(tree)

    def _open(self, kind: type[Opened], partial: Sequence[str] = (), kept: Kept | None = None) -> Opened:
        source: Opened | None = None
        if self.db is not None and self.db.exists():
            db = self.db
            source = kind.open(db, config=self.config)
        else:
            tree = self.open_tree()
            db = self.index_path(tree)
            if db.exists():
                source = kind.open(db, config=self.config)
                if source.tree.part and not (partial and all(source.syscall(n) or source.lookup(n) for n in partial)):
                    source.close()
                    source = None
                    click.echo("xref: the index holds a part of the tree only; it is made anew", err=True)
            if source is None:
                self.build(tree, part=self._defining(tree, partial, kept) if partial else (), kept=kept)
                source = kind.open(db, config=self.config)
        if source.tree.part and kept is None:
            click.echo(f"xref: {source.tree.part}", err=True)
        here = self.tree or (self.open_tree().root if self.db is None else None)
        other = source.stand_in(here) if here is not None else ""
        if other and self.tree is not None:
            click.echo(f"xref: {db} holds {other}, not {self.tree}: the answer is about the former", err=True)
        gc.disable()  # an answer remembers nearly all that it makes, hardly any of it in cycles
        indexed = source.tree.arch
        if self.arch is not None and indexed and indexed != self.arch:
            raise IndexUnavailable(
                f"{db} holds {indexed}, not {self.arch}; run xref --arch {self.arch} --db FILE index"
            )
        return source

    def _defining(self, tree: Tree, names: Sequence[str], kept: Kept | None) -> tuple[str, ...]:
        """The files that define these names; none, for the whole tree, where that cannot be told."""
        from xref.cli.progress import reporting
        from xref.index.build import reading_said
        from xref.index.elsewhere import survey
        from xref.index.pool import Processes
        from xref.index.summary import Progress
        from xref.tree.files import list_files

        with reporting() as report:
            arch = self.arch_of(tree)
            pool = (kept.pool if kept is not None else None) or Processes(processors())
            if kept is not None:
                kept.said = reading_said(tree, arch, pool)
            listed = list_files(tree, arch)
            report(Progress(0, len(listed.files), 0, sum(f.size for f in listed.files), "looking for definitions"))
            places, offered = survey(names, str(tree.root), listed.files, pool)
            if kept is not None:
                kept.listed, kept.offered = listed, offered
            return places


def processors() -> int:
    """How many processors this process may use."""
    import os

    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
