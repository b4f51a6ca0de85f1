# SPDX-License-Identifier: MIT
"""Names that a shell completes: those of the index, where there is one. Nothing is ever made or said for that."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from xref.cli.session import Session
from xref.errors import XrefError

if TYPE_CHECKING:
    import click

    from xref.store.reader import Reader

_MOST: Final = 200


def symbols(ctx: click.Context, param: click.Parameter, begun: str) -> list[str]:
    """Functions, types, variables and macros that begin so; behind ``struct.``, its members."""
    given = ctx.find_root().params
    session = Session(given.get("tree"), given.get("db"), given.get("arch"), None)
    with suppress(XrefError, OSError):
        db = session.db if session.db is not None else session.index_path(session.open_tree())
        if begun and db.exists():
            from xref.store.reader import Reader

            reader = Reader(db)
            try:
                return _members(reader, begun) if "." in begun else reader.names_beginning(begun, _MOST)
            finally:
                reader.close()
    return []


def _members(reader: Reader, begun: str) -> list[str]:
    tag, _, field = begun.partition(".")
    fields = dict.fromkeys(each.name for record in reader.records(tag) for each in record.fields)
    return [f"{tag}.{name}" for name in fields if name and name.startswith(field)]
