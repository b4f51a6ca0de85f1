# SPDX-License-Identifier: MIT
"""``xref lsp``: a language server over the index."""

from __future__ import annotations

from importlib.util import find_spec

import click

from xref.cli.session import Session
from xref.errors import UsageError


@click.command("lsp", short_help="A language server for editors, over the index.")
@click.option("--stdio", is_flag=True, help="Speak over stdin and stdout, as it does anyway.")
@click.pass_obj
def command(session: Session, /, stdio: bool) -> None:
    """Answer an editor that speaks the Language Server Protocol, over stdin and stdout, out of the index.

    The tree is the one around the editor's folder unless --tree names another. No index is made: run xref index.
    """
    if find_spec("pygls") is None or find_spec("lsprotocol") is None:
        raise UsageError("a language server needs pygls: pip install 'xref[lsp]'")
    from xref.lsp.index import Wanted
    from xref.lsp.server import serve

    serve(Wanted(session.tree, session.db, session.arch, session.config))
