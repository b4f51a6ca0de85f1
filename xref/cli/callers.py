# SPDX-License-Identifier: MIT
"""``xref callers``: one step, with sites and evidence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from xref.cli.answers import Shown, answer_to, check_format, graph_options, read_layers, show
from xref.cli.complete import symbols
from xref.cli.session import Session

if TYPE_CHECKING:
    from xref.graph.answer import Answer
    from xref.resolve.front.resolver import Resolver


@click.command("callers", short_help="What calls a symbol, one step.")
@click.argument("symbol", shell_complete=symbols)
@graph_options
@click.pass_obj
def command(session: Session, /, symbol: str, layers: Path | None, **shown: Unpack[Shown]) -> None:
    """Show what calls SYMBOL, one step: every place, and why it is believed with --evidence."""
    from xref.graph.slice import EVERY, MAX_NODES, callers
    from xref.graph.start import find_start

    check_format(shown)
    rules = read_layers(layers)
    most = EVERY if shown["show_all"] else MAX_NODES

    def ask(source: Resolver) -> Answer:
        return callers(source, find_start(source, symbol), layers=rules, max_nodes=most)

    show(answer_to(session, [symbol], shown, ask), shown)
