# SPDX-License-Identifier: MIT
"""Slots as text, JSON and quickfix lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from xref.cli.listing import envelope, one_line, painter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from xref.graph.source import Tree
    from xref.resolve.edge import DispatchSite, Slot, SlotEntry


class View(Protocol):
    """Slots in one format.

    ``limit``: how many implementors and sites are shown before the rest is counted; None for all. ``whole``: one slot
    was asked for, with everything, rather than an overview of a struct.
    """

    def __call__(self, slots: Sequence[Slot], tree: Tree, asked: str, limit: int | None, *, whole: bool) -> str:
        """The text, with a line end."""


def _text(slots: Sequence[Slot], tree: Tree, asked: str, limit: int | None, *, whole: bool) -> str:
    lines = _whole(slots[0], limit) if whole else (counts(slot) for slot in slots)
    return "".join(f"{line}\n" for line in lines)


def counts(slot: Slot) -> str:
    """``proto_ops.sendmsg: 67 registrations, 46 functions, 2 dispatch sites``."""
    functions = len({entry.function.node for entry in slot.entries})
    return (
        f"{slot.struct}.{slot.field}: {_many(len(slot.entries), 'registration')}, {_many(functions, 'function')}, "
        f"{_many(len(slot.sites), 'dispatch site')}"
    )


def _whole(slot: Slot, limit: int | None) -> Iterator[str]:
    paint = painter()
    yield paint("bright", counts(slot))
    if slot.sites:
        yield "called from"
        for site in slot.sites[:limit]:
            yield f"  {site.caller.name}  {site.file}:{site.line}{_guard(site)}"
            yield paint("dull", f"      {one_line(site.text)}")
        yield from _more(len(slot.sites), limit)
    by_function: dict[str, list[SlotEntry]] = {}
    for entry in slot.entries:
        by_function.setdefault(entry.function.node, []).append(entry)
    if by_function:
        yield "implementors"
    for entries in list(by_function.values())[:limit]:
        function = entries[0].function
        yield f"  {function.name}  {function.file}:{function.line}"
        for entry in entries:
            where = f"in {entry.object}  " if entry.object else ""
            yield paint("dull", f"      {where}{entry.file}:{entry.line}{_guard(entry)}  {one_line(entry.text)}")
    yield from _more(len(by_function), limit)


def _more(count: int, limit: int | None) -> Iterator[str]:
    if limit is not None and count > limit:
        yield f"  ... {count - limit} more (--all shows them)"


def _guard(row: SlotEntry | DispatchSite) -> str:
    return f"  [{row.guard}]" if row.guard else ""


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _json(slots: Sequence[Slot], tree: Tree, asked: str, limit: int | None, *, whole: bool) -> str:
    body = {"slots": [_slot(slot) for slot in slots]}
    return envelope("xref.slots/1", tree, {"command": "slots", "symbol": asked}, body)


def _slot(slot: Slot) -> dict[str, object]:
    return {
        "struct": slot.struct,
        "field": slot.field,
        "registrations": [
            {
                "function": entry.function.node,
                "object": entry.object,
                "how": entry.how,
                "file": entry.file,
                "line": entry.line,
                "text": entry.text,
                "guard": entry.guard,
            }
            for entry in slot.entries
        ],
        "sites": [
            {
                "caller": site.caller.node,
                "file": site.file,
                "line": site.line,
                "column": site.column,
                "text": site.text,
                "guard": site.guard,
            }
            for site in slot.sites
        ],
    }


def _quickfix(slots: Sequence[Slot], tree: Tree, asked: str, limit: int | None, *, whole: bool) -> str:
    lines: list[str] = []
    for slot in slots:
        name = f"{slot.struct}.{slot.field}"
        lines += [f"{site.file}:{site.line}:{site.column + 1}: {site.caller.name} calls {name}" for site in slot.sites]
        lines += [f"{entry.file}:{entry.line}:1: {name} = {entry.function.name}" for entry in slot.entries]
    return "".join(f"{line}\n" for line in lines)


VIEWS: Final[Mapping[str, View]] = {"text": _text, "json": _json, "quickfix": _quickfix}
