# SPDX-License-Identifier: MIT
"""What the commands that answer with a graph have in common: their options, and how the answer is shown."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final, ParamSpec, TypedDict, TypeVar

import click

from xref.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xref.cli.session import Session
    from xref.graph.answer import Answer
    from xref.graph.layers import Layers
    from xref.index.build import Kept
    from xref.render.options import RenderOptions
    from xref.resolve.front.resolver import Resolver

P = ParamSpec("P")
R = TypeVar("R")

FORMATS: Final = ("text", "json", "dot", "svg", "mermaid", "quickfix")
"""The same as ``xref.render.FORMATS``, which takes longer to import than ``--help`` may."""
_MOST_TIMES: Final = 10
"""So often a part of the tree is enlarged for one answer, each time by what is a few calls farther."""
_FEW: Final = 64
"""As soon as the folders around add no more files than this, all the others are searched, too."""


class Shown(TypedDict):
    """What ``graph_options`` adds to a command, but for ``--layers``."""

    form: str | None
    output: Path | None
    show_all: bool
    macros: bool
    evidence: bool
    url: str | None
    partial: bool


def graph_options(function: Callable[P, R]) -> Callable[P, R]:
    """``--format``, ``-o`` and the options on looks, for a command that shows a graph."""
    options = (
        click.option("--format", "form", type=click.Choice(FORMATS), help="Default: by the ending of -o, else text."),
        click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file."),
        click.option("--all", "show_all", is_flag=True, help="Fold nothing: every target of every dispatch."),
        click.option("--macros", is_flag=True, help="Show macros as nodes of their own."),
        click.option("--evidence", is_flag=True, help="Show the source line and the reason of every call."),
        click.option(
            "--url", metavar="TEMPLATE", help="Link to {root}/{file}#L{line} ({version} too); '' for no links."
        ),
        click.option("--partial", is_flag=True, help="Where there is no index, make one of a part of the tree."),
        click.option(
            "--layers", "layers", type=click.Path(path_type=Path, dir_okay=False), help="Path rules for layers."
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function


def read_layers(path: Path | None) -> Layers:
    """The layers of ``--layers``, or the shipped ones."""
    from xref.graph.layers import load_layers

    return load_layers(path)


def answer_to(session: Session, names: Sequence[str], shown: Shown, ask: Callable[[Resolver], Answer]) -> Answer:
    """What ``ask`` says of the index. With ``--partial``, where that holds a part of the tree, it is asked again until
    the part has all that the answer seems to lack, or was enlarged often enough: by what the folders around have of all
    that was asked of the index, and, as soon as that is little, by what the rest of the tree has of what the answer
    shows.
    """
    if not shown["partial"]:
        return ask(session.open_resolver())
    from xref.cli.session import processors
    from xref.index.build import Kept
    from xref.index.standing import Standing

    with closing(Standing(processors())) as pool:
        return _answer_of_part(session, names, ask, Kept(pool=pool))


def _answer_of_part(session: Session, names: Sequence[str], ask: Callable[[Resolver], Answer], kept: Kept) -> Answer:
    """The same with ``--partial``; of one round the next has what is ``kept``."""
    from xref.graph.lacking import lacking
    from xref.index.unread import asked_for, waiting_in
    from xref.tree.part import Wanted, home

    source = session.open_resolver(names, kept)
    answer = ask(source)
    roots = [symbol for name in names for symbol in source.syscall(name) or source.lookup(name)]
    near = frozenset(home(symbol.file) for symbol in roots)
    looked_for = looked_for_near = Wanted(frozenset())
    may_grow = source.places and (kept.lexed or session.db is None)  # a file that was named is taken as it is
    for _ in range(_MOST_TIMES if may_grow else 0):
        tree = session.open_tree()
        wanted = lacking(source, answer)
        wanted_near = wanted.and_also(source.wanted())
        more = session.find(tree, wanted_near.but(looked_for_near), source.places, kept, near)
        looked_for_near = looked_for_near.and_also(wanted_near)
        if len(more) <= _FEW:
            more |= session.find(tree, wanted.but(looked_for), source.places, kept)
            looked_for = looked_for.and_also(wanted)
        more |= asked_for(wanted_near, str(tree.root), waiting_in(source.reader.meta))
        if not more:
            break
        session.build(tree, part=(*source.places, *more), kept=kept)
        source.close()
        source = session.open_resolver(names, kept)
        answer = ask(source)
    if source.tree.part:
        click.echo(f"xref: {source.tree.part}", err=True)
    return answer


def show(answer: Answer, shown: Shown) -> None:
    """Render ``answer`` and write it, to a file in the format that its ending names unless another was asked for."""
    from xref.cli.output import emit
    from xref.render import FORMATS

    chosen = FORMATS[_format_of(shown)]
    emit(chosen.render(answer, render_options(shown)).text, shown["output"])


def check_format(shown: Shown) -> None:
    """Raise UsageError now, rather than after a long search, when the ending of ``-o`` says nothing."""
    if shown["output"] is not None:
        _format_of(shown)


def _format_of(shown: Shown) -> str:
    """What ``--format`` says, else what the ending of ``-o`` says, else text."""
    from xref.render import FORMATS, format_for

    output = shown["output"]
    if shown["form"] is not None or output is None or not output.suffix:
        return shown["form"] or "text"
    named = format_for(output.name)
    if named is None:
        endings = ", ".join(ending for each in FORMATS.values() for ending in each.endings)
        raise UsageError(f"no format has the ending '{output.suffix}' ({endings}); name one with --format")
    return named


def render_options(shown: Shown) -> RenderOptions:
    """Options for the renderers: what was asked, and what the terminal can show."""
    from xref.cli.output import on_terminal
    from xref.render.options import DEFAULT, RenderOptions

    terminal = shown["output"] is None and on_terminal()
    return RenderOptions(
        show_all=shown["show_all"],
        macros=shown["macros"],
        evidence=shown["evidence"],
        url=DEFAULT.url if shown["url"] is None else shown["url"],
        width=_columns() if terminal else DEFAULT.width,
        color=terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb",
        unicode=terminal and (sys.stdout.encoding or "").lower().replace("-", "") == "utf8",
    )


def _columns() -> int:
    import shutil  # which loads what reads archives

    return shutil.get_terminal_size().columns
