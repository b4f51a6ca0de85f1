# SPDX-License-Identifier: MIT
"""SVG, for books and web pages.

The built-in layout is the first choice: it draws one lane a layer with the spine straight, is the same everywhere and
needs nothing installed. Graphviz is there for those who ask for it; where it fails or takes too long, the built-in
layout draws after all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from xref.graph.answer import Answer
from xref.render import dot, json_
from xref.render.draw import draw
from xref.render.engine import graphviz
from xref.render.layout import lay_out
from xref.render.options import DEFAULT, Engine, RenderOptions
from xref.render.picture import picture
from xref.render.strings import xml

_DARK = """
svg { background: #ffffff; }
@media (prefers-color-scheme: dark) {
 svg { background: #0f1419; }
 .graph > polygon { fill: #0f1419; stroke: none; }
 .cluster path, .cluster polygon { fill: #171d25; stroke: #2a333e; }
 .node path, .node polygon { fill: #1c242e; stroke: #7d8a98; }
 .node.main path { fill: #33241b; stroke: #f2965f; }
 text { fill: #e3e8ee; }
 .edge path { stroke: #7d8a98; } .edge polygon { fill: #7d8a98; stroke: #7d8a98; }
 .edge.slot path { stroke: #6cb0f5; } .edge.slot text { fill: #6cb0f5; }
 .edge.main path { stroke: #f2965f; }
}
"""


@dataclass(frozen=True, slots=True)
class Drawing:
    """The SVG text, and which engine drew it."""

    text: str
    engine: Engine


def render(answer: Answer, options: RenderOptions = DEFAULT) -> Drawing:
    """The answer as an SVG document."""
    metadata = json_.render(answer) if options.embed else ""
    if options.engine != "builtin":
        drawn = graphviz(dot.render(answer, options), options.engine, options.timeout)
        if drawn is not None:
            return Drawing(_dressed(drawn[0], metadata), drawn[1])
    return Drawing(draw(answer, lay_out(picture(answer, options, cards=True)), options, metadata), "builtin")


def _dressed(svg: str, metadata: str) -> str:
    """Graphviz's SVG without its document type, with a style sheet for dark screens."""
    svg = re.sub(r"<!DOCTYPE[^>]*>\s*", "", svg, count=1)
    extra = f"<style>{_DARK}</style>\n" + (f"<metadata>{xml(metadata)}</metadata>\n" if metadata else "")
    return re.sub(r"(<svg\b[^>]*>\n?)", lambda m: m.group(1) + extra, svg, count=1)
