# SPDX-License-Identifier: MIT
"""``xref slots``: what the slots of an ops struct hold, and who calls through them."""

from __future__ import annotations

import click

from xref.cli.complete import symbols
from xref.cli.listing import named
from xref.cli.output import emit
from xref.cli.session import Session
from xref.errors import NoMatch


@click.command("slots", short_help="What the slots of an ops struct hold.")
@click.argument("slot", nargs=-1, required=True, metavar="STRUCT[.FIELD]", callback=named, shell_complete=symbols)
@click.option("--all", "show_all", is_flag=True, help="Every implementor and site; without it the first 40 of each.")
@click.option("--format", "form", type=click.Choice(("text", "json", "quickfix")), default="text", show_default=True)
@click.pass_obj
def command(session: Session, /, slot: str, show_all: bool, form: str) -> None:
    """Show the implementors of STRUCT.FIELD with their registrations and dispatch sites.

    For STRUCT alone: its slots, and how many implementors each has; a slot that only one struct has needs no STRUCT.
    """
    from xref.cli.slot_views import VIEWS
    from xref.resolve.front.hints import is_slot, near_members, no_slots, only_slot

    struct, _, field = slot.removeprefix("struct ").strip().partition(".")
    source = session.open_resolver()
    if not field and (owner := only_slot(source, struct)):
        struct, field = owner, struct
    fields = source.slots_of(struct)
    if field:
        found = [source.slot(struct, field)]
        if not found[0].entries and not found[0].sites:
            near = tuple(name for name in near_members(source, f"{struct}.{field}") if is_slot(source, name))
            raise NoMatch(f"no function is known to be put into {struct}.{field}, and no call goes through it", near)
    else:
        found = [source.slot(struct, name) for name in fields]
        if not found:
            raise NoMatch(*no_slots(source, struct))
    emit(
        VIEWS[form](
            found, source.tree, f"{struct}.{field}" if field else slot, None if show_all else 40, whole=bool(field)
        )
    )
