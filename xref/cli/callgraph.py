# SPDX-License-Identifier: MIT
"""``xref callgraph``: the graph down from a symbol, or up to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from xref.cli.answers import Shown, answer_to, check_format, graph_options, read_layers, show
from xref.cli.complete import symbols
from xref.cli.session import Session
from xref.errors import UsageError

if TYPE_CHECKING:
    from xref.graph.answer import Answer
    from xref.resolve.front.resolver import Resolver


@click.command("callgraph", short_help="The graph down from a symbol, or up to it.")
@click.argument("symbol", shell_complete=symbols)
@click.option("--up", "upwards", is_flag=True, help="Callers, up to the entries, instead of callees.")
@click.option("--to", metavar="NAME|LAYER", help="How far: a layer (syscall, transport, ...) or a function.")
@click.option("--depth", type=click.IntRange(min=1), metavar="N", help="So many steps, whatever the layer.")
@click.option("--stop", multiple=True, metavar="NAME", help="Show NAME (globs too), follow it no further. Repeatable.")
@click.option("--max-nodes", type=click.IntRange(min=1), metavar="N", default=2000, show_default=True, help="Bound.")
@graph_options
@click.pass_obj
def command(
    session: Session,
    /,
    symbol: str,
    upwards: bool,
    to: str | None,
    depth: int | None,
    stop: tuple[str, ...],
    max_nodes: int,
    layers: Path | None,
    **shown: Unpack[Shown],
) -> None:
    """Show what SYMBOL calls, or with --up what reaches it.

    A name means the system call first (send), then the function; file.c:name names one of several. A system call is
    followed down to the transport layer (net) or to the file systems (fs), another function three steps.
    """
    if to is not None and depth is not None:
        raise UsageError("--to and --depth are two different ends; give one of them")
    from xref.graph.slice import down, up
    from xref.graph.start import find_start

    check_format(shown)
    rules = read_layers(layers)

    def ask(source: Resolver) -> Answer:
        start = find_start(source, symbol)
        if upwards:
            return up(source, start, to=to, depth=depth, stop=stop, layers=rules, max_nodes=max_nodes)
        return down(source, start, to=to, depth=depth, stop=stop, layers=rules, max_nodes=max_nodes)

    show(answer_to(session, [symbol], shown, ask), shown)
