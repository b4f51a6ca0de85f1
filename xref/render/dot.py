# SPDX-License-Identifier: MIT
"""DOT, for Graphviz: one cluster a layer, the spine heavy, calls through slots dashed with the slot's name.

The text is written here rather than with a library: quoting is one rule, and the same answer gives the same bytes.
"""

from __future__ import annotations

from xref.graph.answer import Answer
from xref.render.options import DEFAULT, RenderOptions
from xref.render.picture import Arrow, Box, Picture, picture
from xref.render.strings import cut, evidence_lines, link, node_lines, one_line, title, undrawn

_LEFT = "\\l"
_SHAPE = {
    "direct": "solid",
    "slot": "dashed",
    "callback": "dashed",
    "weak": "dotted",
}
_LEGEND = (
    ("direct call", "direct"),
    ("through the slot named", "slot"),
    ("callback or deferred", "callback"),
    ("weak: by member name alone", "weak"),
)


def quoted(text: str, *, left: bool = False) -> str:
    r"""A DOT string that stands for exactly ``text``, its lines centred (``\n``) or set ``left`` (``\l``)."""
    lines = [one_line(line).replace("\\", "\\\\").replace('"', '\\"') for line in text.split("\n")]
    return '"' + (_LEFT.join((*lines, "")) if left else "\\n".join(lines)) + '"'


def render(answer: Answer, options: RenderOptions = DEFAULT) -> str:
    """The answer as a DOT digraph."""
    pic = picture(answer, options, cards=False)
    caption = quoted(_caption(answer, pic), left=True)
    out = [
        f"digraph {quoted(answer.query.symbol)} {{",
        f"  graph [rankdir={options.rankdir}, label={caption}, labelloc=t, labeljust=l,"
        ' fontname="Helvetica,Arial,sans-serif", fontsize=12, nodesep=0.15, ranksep=0.6, newrank=true, class="xref"];',
        '  node [shape=box, style="rounded,filled", fillcolor=white, fontname="monospace", fontsize=10, height=0.3,'
        ' margin="0.1,0.04"];',
        '  edge [fontname="monospace", fontsize=9, arrowsize=0.7];',
    ]
    for lane, name in enumerate(pic.lanes):
        out.append(f"  subgraph cluster_{lane} {{")
        out.append(
            f'    label={quoted(name)}; style="rounded,filled"; color="#dde3ea"; fillcolor="#f4f6f9"; class=lane;'
        )
        out += [f"    {_node(box, answer, options)}" for box in pic.boxes if box.lane == lane]
        out.append("  }")
    labelled: set[tuple[str, str]] = set()
    out += [f"  {_edge(arrow, labelled)}" for arrow in pic.arrows]
    out += _legend(pic)
    out.append("}")
    return "\n".join(out) + "\n"


def _caption(answer: Answer, pic: Picture) -> str:
    unresolved = f"{len(answer.unresolved)} unresolved" if answer.unresolved else ""
    said = (f"xref {title(answer)}", *answer.notes, cut(answer), undrawn(pic.beside, pic.left), unresolved)
    return "\n".join(line for line in said if line)


def _node(box: Box, answer: Answer, options: RenderOptions) -> str:
    if not box.nodes:
        tip = "\n".join(f"{n.name}  {n.file}:{n.line}" for n in box.hidden[:60])
        label = quoted(f"+ {len(box.hidden)} more")
        return (
            f'{box.id} [label={label}, style="rounded,dashed", fontcolor="#5c6773", tooltip={quoted(tip)}, class=more];'
        )
    node = box.nodes[0]
    label = f"{node.name}\n{node.file}:{node.line}"
    attributes = [f"label={quoted(label)}", f"tooltip={quoted(chr(10).join(node_lines(node)))}"]
    href = link(options.url, answer.tree, node.file, node.line)
    attributes += [f"URL={quoted(href)}"] if href else []
    classes = [node.role, *(["main"] if box.spine else [])]
    if box.spine:
        attributes.append('color="#b3441e", penwidth=2, fillcolor="#fff4ee"')
    if node.role == "goal":
        attributes.append('fontcolor="#0f6b3d"')
    return f"{box.id} [{', '.join(attributes)}, class={quoted(' '.join(classes))}];"


def _edge(arrow: Arrow, labelled: set[tuple[str, str]]) -> str:
    """An arrow; of several from one dispatch the first bears the slot's name."""
    attributes = [f"style={_SHAPE[arrow.style]}", f"class={quoted(arrow.style + (' main' if arrow.spine else ''))}"]
    if arrow.style == "slot":
        attributes.append('color="#2f6fb3", fontcolor="#2f6fb3"')
    if arrow.spine:
        attributes.append('weight=100, penwidth=2, color="#b3441e"')
    if arrow.label and (arrow.tail, arrow.label) not in labelled:
        labelled.add((arrow.tail, arrow.label))
        attributes.append(f"label={quoted(arrow.label)}")
    tip = quoted("\n".join(evidence_lines(arrow.edges, 6)))
    attributes += [f"tooltip={tip}", f"labeltooltip={tip}"]
    return f"{arrow.tail} -> {arrow.head} [{', '.join(attributes)}];"


def _legend(pic: Picture) -> list[str]:
    used = {a.style for a in pic.arrows}
    entries = [(words, style) for words, style in _LEGEND if style in used]
    if not entries:
        return []
    out = ["  subgraph cluster_legend {", '    label="legend"; style=rounded; color="#dde3ea"; fontsize=9;']
    for i, (words, style) in enumerate(entries):
        blue = ', color="#2f6fb3"' if style == "slot" else ""
        out.append(
            f'    l{i}a [label="", shape=point, width=0.01]; l{i}b [label={quoted(words)}, shape=plaintext, style=""];'
        )
        out.append(f"    l{i}a -> l{i}b [style={_SHAPE[style]}{blue}];")
    return [*out, "  }"]
