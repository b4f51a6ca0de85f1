# SPDX-License-Identifier: MIT
"""``xref refs``: where a name is used."""

from __future__ import annotations

import click

from xref.cli.complete import symbols
from xref.cli.listing import FORMATS, Row, named, render_rows
from xref.cli.output import emit
from xref.cli.session import Session
from xref.errors import NoMatch


@click.command("refs", short_help="Where a name is used.")
@click.argument("symbol", nargs=-1, required=True, metavar="SYMBOL", callback=named, shell_complete=symbols)
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--all", "everywhere", is_flag=True, help="Functions: prototypes, exports too. Members: of any struct.")
@click.pass_obj
def command(session: Session, /, symbol: str, form: str, everywhere: bool) -> None:
    """Show where SYMBOL is used: calls, registrations, addresses taken, reads and writes, as the files are now.

    For a function, the code that calls it or hands it on; for types and globals every place; for STRUCT.FIELD the
    accesses to that member, as far as types tell.
    """
    from xref.graph.crossref import definitions
    from xref.graph.uses import uses
    from xref.resolve.front.hints import near_definitions, near_members

    source = session.open_resolver()
    name = symbol.rpartition(":")[2]
    member = name.rpartition(".")[2] if "." in name else ""
    if member:
        # #define sk_prot __sk_common.skc_prot   include/net/sock.h
        spelled = any(macro.params is None and "." in macro.body for macro in source.reader.macros(member))
        if not definitions(source, name) and not (spelled and definitions(source, name.partition(".")[0])):
            raise NoMatch(f"no struct or union has a member '{name}'", near_members(source, name))
    found = uses(source, symbol, everywhere=everywhere)
    if found.untold:
        left = "1 access" if found.untold == 1 else f"{found.untold:,} accesses"
        said = f"{left} to a member '{member}' left out, nothing tells of which struct"
        click.echo(f"xref: {said} (--all shows every '{member}')", err=True)
    rows = [
        Row(use.kind, member or name, use.file, use.line, use.line, use.column, use.within, use.text, "")
        for use in found.found
    ]
    if not rows:
        if definitions(source, symbol):
            raise NoMatch(f"'{symbol}' is defined, and no use of it was found")
        raise NoMatch(f"nothing called '{symbol}' is used", near_definitions(source, symbol))
    query = {"command": "refs", "symbol": symbol}
    emit(render_rows(rows, form, "xref.references/1", source.tree, query, untold=found.untold))
