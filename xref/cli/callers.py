# SPDX-License-Identifier: MIT
"""``xref callers``: one step, with sites and evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Unpack

import click

from xref.cli.answers import Shown, answer_to, check_format, graph_options, read_layers, show
from xref.cli.session import Session


@click.command("callers", short_help="What calls a symbol, one step.")
@click.argument("symbol")
@graph_options
@click.pass_obj
def command(session: Session, /, symbol: str, layers: Path | None, **shown: Unpack[Shown]) -> None:
    """Show what calls SYMBOL: every site with its evidence."""
    from xref.graph.slice import callers
    from xref.graph.start import find_start

    check_format(shown)
    rules = read_layers(layers)
    show(
        answer_to(session, [symbol], shown, lambda source: callers(source, find_start(source, symbol), layers=rules)),
        shown,
    )
