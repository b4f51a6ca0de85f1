# SPDX-License-Identifier: MIT
"""``xref export``: the whole graph as tab-separated files."""

from __future__ import annotations

from pathlib import Path

import click

from xref.cli.session import Session


@click.command("export", short_help="The whole graph as tab-separated files.")
@click.argument("outdir", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--config", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Keep what it compiles.")
@click.pass_obj
def command(session: Session, outdir: Path, config: Path | None) -> None:
    """Write four files to DIR: every function, every call, every registration, and what registrations tie together."""
    from xref.graph.export import write_export

    if config is not None:
        session = session._replace(config=config)
    write_export(session.open_resolver(), outdir)
