# SPDX-License-Identifier: MIT
"""``xref doctor``: what this installation and its index are like, a line each."""

from __future__ import annotations

import sys
import time
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import click

from xref import __version__
from xref.cli.failure import explain
from xref.cli.output import emit
from xref.cli.session import Session
from xref.errors import XrefError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xref.resolve.front.symbols import Symbols

_CAUSES = 10
"""How many causes of errors are shown."""


@click.command("doctor", short_help="Versions, engine for SVG, index age and quality.")
@click.pass_obj
def command(session: Session, /) -> None:
    """Show what answers depend on: versions, what draws pictures, where the index is, how old and how good it is."""
    lines = [*_versions(), *_engines(), *_index(session)]
    width = max(len(key) for key, _ in lines)
    emit("".join(f"{key:<{width}}  {value}\n" for key, value in lines))


def _versions() -> Iterator[tuple[str, str]]:
    import sqlite3

    yield "xref", f"{__version__} ({_running()})"
    yield "python", f"{sys.version.split()[0]} ({sys.platform})"
    for package in ("tree-sitter", "tree-sitter-c", "msgspec"):
        yield package, _version(package)
    yield "SQLite", sqlite3.sqlite_version


def _running() -> str:
    """Whether the modules that ``hatch_build.py`` compiles are compiled here."""
    from importlib.util import find_spec

    spec = find_spec("xref.facts.extract")
    source = spec is None or spec.origin is None or spec.origin.endswith(".py")
    return "interpreted; pip install with a C compiler at hand makes indexes sooner" if source else "compiled"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _engines() -> Iterator[tuple[str, str]]:
    """What can lay out a picture, best first; the one built in is always there."""
    import shutil

    dot = shutil.which("dot")
    pygraphviz = _version("pygraphviz")
    yield "SVG: dot", dot if dot is not None else "not found"
    yield "SVG: pygraphviz", pygraphviz
    yield "SVG: built in", "yes"


def _index(session: Session) -> Iterator[tuple[str, str]]:
    try:
        if session.db is not None and session.db.exists():
            path = session.db
        else:
            tree = session.open_tree()
            yield "tree", f"{tree.root} (Linux {tree.version})"
            path = session.index_path(tree)
    except XrefError as error:
        yield "tree", str(error)
        return
    if not path.exists():
        yield "index", f"{path} (none yet; xref index makes it)"
        return
    yield "index", str(path)
    yield from _state(session, path)


def _state(session: Session, path: Path) -> Iterator[tuple[str, str]]:

    stat = path.stat()
    yield "index size", f"{stat.st_size / 1e6:,.1f} MB"
    yield "index age", _age(time.time() - stat.st_mtime)
    try:
        source = session._replace(db=path).open_resolver()
    except Exception as error:
        yield "index state", explain(error)[0]
        return
    yield "index state", "can be used"
    yield "indexed", f"Linux {source.tree.version}, {source.tree.arch}"
    yield "changed files", _changed(source)
    meta = source.meta
    counts = {name: int(meta.get(f"summary.{name}") or 0) for name in ("files", "functions", "functions_with_errors")}
    yield "functions", f"{counts['functions']:,} in {counts['files']:,} files"
    share = 100 * counts["functions_with_errors"] / max(1, counts["functions"])
    yield "parse quality", f"{100 - share:.2f} % of the functions read without an error"
    for cause, count in source.reader.troubles(_CAUSES):
        yield "", f"{count:,} with {cause}"


def _changed(source: Symbols) -> str:
    """How many files of the index have another size or time now, or are gone."""
    import os

    root, count, total = source.tree.root, 0, 0
    for path, then in source.reader.states():
        total += 1
        try:
            now = os.stat(f"{root}/{path}")  # noqa: PTH116 - half a second less on a whole kernel
            count += (now.st_size, now.st_mtime_ns) != (then.size, then.mtime_ns)
        except OSError:
            count += 1
    return f"{count:,} of {total:,} since they were indexed{' (xref index reads them again)' if count else ''}"


def _age(seconds: float) -> str:
    """``seconds`` in the largest unit that is not zero."""
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            count = int(seconds // length)
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "less than a minute"
