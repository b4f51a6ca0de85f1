# SPDX-License-Identifier: MIT
"""``xref refs``: where a name is used."""

from __future__ import annotations

import click

from xref.cli.listing import FORMATS, Row, render_rows
from xref.cli.output import emit
from xref.cli.session import Session
from xref.errors import NoMatch


@click.command("refs", short_help="Where a name is used.")
@click.argument("symbol")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.pass_obj
def command(session: Session, /, symbol: str, form: str) -> None:
    """Show where SYMBOL is used: calls, registrations, addresses taken, reads and writes."""
    source = session.open_resolver()
    name = symbol.rpartition(":")[2]
    rows = [
        Row(str(use.kind), name, use.file, use.line, use.line, use.column, use.within, use.text, use.guard)
        for use in source.references(symbol)
    ]
    if not rows:
        if source.definitions(symbol):
            raise NoMatch(f"'{symbol}' is defined, and no use of it was found")
        raise NoMatch(f"nothing called '{symbol}' is used", source.near(symbol))
    emit(render_rows(rows, form, "xref.references/1", source.tree, {"command": "refs", "symbol": symbol}))
