# SPDX-License-Identifier: MIT
"""``xref def``: where a name is defined, whatever kind of name it is."""

from __future__ import annotations

import click

from xref.cli.complete import symbols
from xref.cli.listing import FORMATS, Row, named, render_rows
from xref.cli.output import emit
from xref.cli.session import Session
from xref.errors import NoMatch


@click.command("def", short_help="Where a name is defined.")
@click.argument("symbol", nargs=-1, required=True, metavar="SYMBOL", callback=named, shell_complete=symbols)
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.pass_obj
def command(session: Session, /, symbol: str, form: str) -> None:
    """Show where SYMBOL is defined: functions, macros, types, fields and globals of that name.

    Enums, their constants and macros that are plain numbers are found in the shared headers, for names that nothing
    else has.
    """
    from xref.graph.constants import constants
    from xref.graph.crossref import definitions
    from xref.resolve.front.hints import near_definitions

    source = session.open_symbols()
    rows = [
        Row(found.kind, found.name, found.file, found.line, found.end_line, 0, "", found.text, found.guard)
        for found in definitions(source, symbol) or constants(source, symbol)
    ]
    if not rows:
        if symbol.startswith("CONFIG_"):
            raise NoMatch(f"{symbol} is an option of Kconfig, no name of C: xref refs {symbol} shows what asks for it")
        if otherwise := source.otherwise(symbol):
            raise NoMatch(otherwise)
        rest = f"nothing called '{symbol}' is defined (constants outside of include/: xref refs {symbol})"
        raise NoMatch(rest, near_definitions(source, symbol))
    emit(render_rows(rows, form, "xref.definitions/1", source.tree, {"command": "def", "symbol": symbol}))
