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
@click.option("--all", "everywhere", is_flag=True, help="Prototypes and exports of functions too; reads every file.")
@click.pass_obj
def command(session: Session, /, symbol: str, form: str, everywhere: bool) -> None:
    """Show where SYMBOL is used: calls, registrations, addresses taken, reads and writes, as the files are now.

    For a function, the code that calls it or hands it on; for types, fields and globals every place.
    """
    from xref.graph.crossref import definitions
    from xref.graph.uses import uses

    source = session.open_resolver()
    name = symbol.rpartition(":")[2]
    rows = [
        Row(use.kind, name, use.file, use.line, use.line, use.column, use.within, use.text, "")
        for use in uses(source, symbol, everywhere=everywhere)
    ]
    if not rows:
        if definitions(source, symbol):
            raise NoMatch(f"'{symbol}' is defined, and no use of it was found")
        raise NoMatch(f"nothing called '{symbol}' is used", source.near(symbol))
    emit(render_rows(rows, form, "xref.references/1", source.tree, {"command": "refs", "symbol": symbol}))
