# SPDX-License-Identifier: MIT
"""``xref index``: builds the index, or brings it up to date."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from xref.cli.session import Session
from xref.errors import TreeUnreadable, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xref.index.summary import Summary


@click.command("index", short_help="Builds or updates the index.")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="Processes (default: one a processor).")
@click.option("--executor", metavar="dask://HOST:PORT", help="Let the workers of a Dask cluster do it.")
@click.option(
    "--from",
    "base",
    metavar="INDEX",
    type=click.Path(path_type=Path),
    help="Begin from the index of another release: only what differs is read.",
)
@click.option("--force", is_flag=True, help="Build it anew even where nothing has changed.")
@click.pass_obj
def command(
    session: Session, /, paths: tuple[Path, ...], jobs: int | None, executor: str | None, base: Path | None, force: bool
) -> None:
    """Build or update the index of the kernel tree here, or of the trees that hold each PATH.

    Files that have not changed are not read again.
    """
    for one in _sessions(session, paths):
        tree = one.open_tree()
        summary = one.build(tree, jobs, executor=executor, force=force, base=base)
        for line in lines(summary):
            click.echo(line)
        click.echo(f"index: {one.index_path(tree)}")


def lines(summary: Summary) -> Iterator[str]:
    """``summary`` for people, a line at a time."""
    reused = f", {summary.reused_files:,} of them unchanged" if summary.reused_files else ""
    yield f"{summary.files:,} files, {summary.bytes / 1e6:,.1f} MB in {summary.seconds:.1f} s{reused}"
    yield f"{summary.functions:,} functions, {summary.macros:,} macros"
    yield (
        f"{summary.call_sites:,} call sites, {summary.dispatch_sites:,} through pointers; "
        f"{summary.registrations:,} registrations"
    )
    if summary.functions_with_errors:
        share = 100 * summary.functions_with_errors / max(1, summary.functions)
        yield f"{summary.functions_with_errors:,} functions ({share:.1f} %) hold text that could not be parsed"
    for reason, count in summary.skipped:
        yield f"left out: {count:,} files ({reason})"
    yield f"{summary.db_bytes / 1e6:,.1f} MB of index"


def _sessions(session: Session, paths: tuple[Path, ...]) -> list[Session]:
    """One session a tree: the session's own, or one for each tree that holds a path."""
    if not paths:
        return [session]
    from xref.tree.root import find_root

    roots: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            raise TreeUnreadable(f"there is no file or folder {path}")
        root = find_root(path if path.is_dir() else path.parent)
        if root is None:
            raise TreeUnreadable(f"{path} is not in a kernel tree")
        roots.setdefault(root)
    if len(roots) > 1 and session.db is not None:
        raise UsageError("--db names one index, but the paths are in several trees")
    return [session._replace(tree=root) for root in roots]
