# SPDX-License-Identifier: MIT
"""``xref path``: call chains from one function to another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from xref.cli.answers import Shown, answer_to, check_format, graph_options, read_layers, show
from xref.cli.complete import symbols
from xref.cli.session import Session
from xref.errors import EXIT_NO_MATCH

if TYPE_CHECKING:
    from xref.graph.answer import Answer
    from xref.resolve.front.resolver import Resolver


@click.command("path", short_help="Call chains from A to B.")
@click.argument("first", metavar="A", shell_complete=symbols)
@click.argument("last", metavar="B", shell_complete=symbols)
@click.option("-n", "--count", type=click.IntRange(min=1), default=10, show_default=True, help="How many chains.")
@click.option("--depth", type=click.IntRange(min=1), metavar="N", help="None longer than N calls.")
@click.option("--stop", multiple=True, metavar="NAME", help="None through NAME (globs too). Repeatable.")
@graph_options
@click.pass_context
def command(
    ctx: click.Context,
    /,
    first: str,
    last: str,
    count: int,
    depth: int | None,
    stop: tuple[str, ...],
    layers: Path | None,
    **shown: Unpack[Shown],
) -> None:
    """Show the shortest call chains from A to B.

    Exit code 1 when there is none.
    """
    from xref.graph.slice import between
    from xref.graph.start import find_start

    session = ctx.ensure_object(Session)
    check_format(shown)
    rules = read_layers(layers)

    def ask(source: Resolver) -> Answer:
        ends = find_start(source, first), find_start(source, last)
        return between(source, *ends, count=count, depth=depth, stop=stop, layers=rules)

    answer = answer_to(session, [first, last], shown, ask)
    show(answer, shown)
    if not answer.edges and first != last:
        ctx.exit(EXIT_NO_MATCH)
