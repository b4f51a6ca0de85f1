# SPDX-License-Identifier: MIT
"""Writes an answer for people and programs: one module a format, each a pure function of the answer and options.

::

    FORMATS["svg"].render(answer, RenderOptions(...)).text
    format_for("send.svg")  ->  "svg"

A format's module is imported when it is first used.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Final

import msgspec

from xref.render.options import DEFAULT, RenderOptions

if TYPE_CHECKING:
    from xref.graph.answer import Answer

__all__ = ["FORMATS", "Format", "RenderOptions", "Rendered", "format_for"]


class Rendered(msgspec.Struct, frozen=True):
    """What to write, as text to be encoded in UTF-8; ``engine`` says who drew a picture, '' for the other formats."""

    text: str
    engine: str = ""


class Format(msgspec.Struct, frozen=True):
    """A format by name: the endings of its files and what it is for."""

    name: str
    endings: tuple[str, ...]
    about: str
    media_type: str
    module: str

    def render(self, answer: Answer, options: RenderOptions = DEFAULT) -> Rendered:
        """The answer in this format."""
        done = import_module(f"xref.render.{self.module}").render(answer, options)
        return Rendered(done) if isinstance(done, str) else Rendered(done.text, done.engine)


FORMATS: Final[Mapping[str, Format]] = {
    f.name: f
    for f in (
        Format("text", (".txt",), "an indented tree", "text/plain", "text"),
        Format("svg", (".svg",), "a picture", "image/svg+xml", "svg"),
        Format("json", (".json",), "for programs; see the schema", "application/json", "json_"),
        Format("dot", (".dot", ".gv"), "for Graphviz", "text/vnd.graphviz", "dot"),
        Format("mermaid", (".mmd", ".mermaid"), "for Markdown", "text/vnd.mermaid", "mermaid"),
        Format("quickfix", (".qf",), "file:line:col: text, for editors", "text/plain", "quickfix"),
    )
}


def format_for(path: str) -> str | None:
    """The name of the format that a file's ending asks for; None if it asks for none."""
    lowered = path.lower()
    return next((f.name for f in FORMATS.values() if lowered.endswith(f.endings)), None)
