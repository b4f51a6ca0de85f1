# SPDX-License-Identifier: MIT
"""Answers that are lists of places (``def``, ``refs``): as text, JSON, or quickfix lines."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

import click

from xref import __version__
from xref.cli.output import on_terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from xref.graph.source import Tree

FORMATS: Final = ("text", "json", "quickfix")
_DULL, _BRIGHT, _PLAIN = "\033[2m", "\033[1m", "\033[0m"


@dataclass(frozen=True, slots=True)
class Row:
    """One place: lines 1-based, columns 0-based bytes. ``within``: what it stands in; ``text``: the source there."""

    kind: str
    name: str
    file: str
    line: int
    end_line: int
    column: int
    within: str
    text: str
    guard: str


def named(ctx: click.Context, param: click.Parameter, words: tuple[str, ...]) -> str:
    """The name that a command is given, which may be ``struct sock`` without quotes. Raises UsageError for more."""
    if len(words) > 2 or (len(words) == 2 and words[0] not in ("struct", "union")):
        raise click.UsageError(f"Got unexpected extra arguments ({' '.join(words[1:])})", ctx)
    return " ".join(words)


def render_rows(
    rows: Sequence[Row], form: str, schema: str, tree: Tree, query: Mapping[str, object], **besides: int
) -> str:
    """``rows`` in ``form``, one of ``FORMATS``. ``schema`` names the JSON envelope, in which ``besides`` stands too."""
    if form == "json":
        return envelope(schema, tree, query, {"rows": [asdict(row) for row in rows], **besides})
    if form == "quickfix":
        return "".join(f"{row.file}:{row.line}:{row.column + 1}: {one_line(row.text) or row.name}\n" for row in rows)
    paint = painter()
    return "".join(line + "\n" for row in rows for line in _text(row, paint))


def envelope(schema: str, tree: Tree, query: Mapping[str, object], body: Mapping[str, object]) -> str:
    """A JSON document with the head that all answers share."""
    head = {
        "schema": schema,
        "xref": __version__,
        "tree": {"version": tree.version, "arch": tree.arch, "config": tree.config},
        "query": query,
    }
    text = json.dumps({**head, **body}, ensure_ascii=False, indent=2)
    return text.encode("utf-8", "replace").decode("utf-8") + "\n"


def painter() -> Callable[[str, str], str]:
    """Something that paints text for the terminal, or leaves it alone: ``paint("dull", text)``."""
    import os

    if not on_terminal() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return lambda _, text: text
    codes = {"dull": _DULL, "bright": _BRIGHT}
    return lambda how, text: f"{codes[how]}{text}{_PLAIN}"


def one_line(text: str) -> str:
    """``text`` with every run of blanks and line ends as one blank, and no control characters."""
    return "".join(char if char.isprintable() else "?" for char in " ".join(text.split()))


def _text(row: Row, paint: Callable[[str, str], str]) -> list[str]:
    within = f" in {row.within}" if row.within else ""
    guard = f"  [{row.guard}]" if row.guard else ""
    head = f"{row.file}:{row.line}: {row.kind} {paint('bright', row.name)}{within}{paint('dull', guard)}"
    text = one_line(row.text)
    return [head, f"    {text}"] if text else [head]
