# SPDX-License-Identifier: MIT
"""``xref at``: what stands at a place of a file, for editors that ask by position."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from xref.cli.output import emit
from xref.cli.session import Session
from xref.errors import NoMatch, UsageError

if TYPE_CHECKING:
    from xref.graph.meaning import Spot
    from xref.graph.spot import Text
    from xref.resolve.front.resolver import Resolver

_PLACE: Final = re.compile(r"(?P<file>.+?):(?P<line>\d+)(?::(?P<column>\d+))?:?")
_FEW: Final = 40


@click.command("at", short_help="What stands at a place of a file, and what is called there.")
@click.argument("place", metavar="FILE:LINE[:COL]")
@click.option("--all", "show_all", is_flag=True, help="Every target of a call; without it the first 40.")
@click.option("--format", "form", type=click.Choice(("text", "json", "quickfix")), default="text", show_default=True)
@click.pass_obj
def command(session: Session, /, place: str, show_all: bool, form: str) -> None:
    """Show what stands in a line: the calls and what they call; with COL, the name there and its definition.

    FILE is looked for from here, then from the top of the tree. LINE and COL count from 1, COL in bytes.
    """
    from xref.cli.at_views import VIEWS
    from xref.graph.meaning import Meaning
    from xref.graph.reader import Reader
    from xref.graph.spot import Text

    asked = _PLACE.fullmatch(place)
    line = int(asked["line"]) if asked is not None else 0
    column = int(asked["column"]) - 1 if asked is not None and asked["column"] is not None else None
    if asked is None or line < 1 or (column is not None and column < 0):
        raise UsageError(f"'{place}' is no place; one is written FILE:LINE or FILE:LINE:COL, both from 1")
    source = session.open_resolver()
    path = _in_tree(source, asked["file"])
    text = Text(path, (Path(source.tree.root) / path).read_bytes())
    if line > len(text.starts):
        raise NoMatch(f"{path} has {len(text.starts):,} lines")
    found = Meaning(source, Reader(source)).at(text, line, column)
    if found.changed:
        click.echo(f"xref: {path} has changed since it was indexed: what was found by its lines may be off", err=True)
    if not (found.definitions or found.calls.edges or found.calls.unresolved):
        missing = f"no call begins in line {line}"
        raise NoMatch(f"{_unnamed(found.spot, text)}, and {missing}" if column is not None else missing)
    emit(VIEWS[form](source, found, place, None if show_all else _FEW))


def _unnamed(spot: Spot | None, text: Text) -> str:
    """Why nothing is known of what stands at a place."""
    if spot is None:
        return "no name stands there"
    if spot.word.kind:
        return f"'{spot.name}' is defined nowhere that is known"
    return text.unnamed(spot.word)


def _in_tree(source: Resolver, file: str) -> str:
    """The path of a file below the top of the tree, as the index has it. Raises NoMatch."""
    root = Path(source.tree.root)
    for path in (Path(file), root / file):
        try:
            inside = path.resolve(strict=True).relative_to(root).as_posix()
        except (OSError, ValueError, RuntimeError):
            continue
        if source.reader.file_id(inside) is not None:
            return inside
    raise NoMatch(f"the index has no file {file}")
