# SPDX-License-Identifier: MIT
"""Mermaid, for Markdown that draws its own pictures: a flowchart, one subgraph a layer."""

from __future__ import annotations

import re

from xref.graph.answer import Answer
from xref.render.options import DEFAULT, RenderOptions
from xref.render.picture import Arrow, Box, picture
from xref.render.strings import link, node_lines, one_line, title, undrawn

_SAFE = re.compile(r"[^\w\s.,:/()+\-=*>]|(?<!-)>", re.ASCII)


def escaped(text: str) -> str:
    """``text`` for inside a quoted label: whatever could mean something to Mermaid, Markdown or HTML as an entity."""
    return _SAFE.sub(lambda m: f"#{ord(m.group())};", one_line(text))


def render(answer: Answer, options: RenderOptions = DEFAULT) -> str:
    """The answer as a Mermaid flowchart."""
    pic = picture(answer, options, cards=False)
    out = [f"%% xref {escaped(title(answer))}", f"flowchart {options.rankdir}"]
    if pic.beside or pic.left:
        out.insert(1, f"%% {escaped(undrawn(pic.beside, pic.left))}")
    for lane, name in enumerate(pic.lanes):
        out.append(f'  subgraph lane{lane}["{escaped(name)}"]')
        out += [f"    {_node(box)}" for box in pic.boxes if box.lane == lane]
        out.append("  end")
    labelled: set[tuple[str, str]] = set()
    out += [f"  {_arrow(arrow, labelled)}" for arrow in pic.arrows]
    for box in pic.boxes:
        if len(box.nodes) == 1:
            node = box.nodes[0]
            href = link(options.url, answer.tree, node.file, node.line)
            if href:
                out.append(f'  click {box.id} href "{_address(href)}" "{escaped(" ".join(node_lines(node)[:1]))}"')
    out.append("  classDef main stroke:#b3441e,stroke-width:2px")
    out.append("  classDef goal color:#0f6b3d,font-weight:bold")
    out.append("  classDef more stroke-dasharray:3 3")
    for name, ids in _classes(pic.boxes).items():
        out.append(f"  class {','.join(ids)} {name}")
    return "\n".join(out) + "\n"


def _address(href: str) -> str:
    return one_line(href).replace('"', "%22").replace("<", "%3C").replace(">", "%3E").replace(" ", "%20")


def _node(box: Box) -> str:
    if not box.nodes:
        return f'{box.id}(["and {len(box.hidden)} more"])'
    node = box.nodes[0]
    return f'{box.id}["{escaped(node.name)}<br/><small>{escaped(node.file)}:{node.line}</small>"]'


def _arrow(arrow: Arrow, labelled: set[tuple[str, str]]) -> str:
    label = ""
    if arrow.label and (arrow.tail, arrow.label) not in labelled:
        labelled.add((arrow.tail, arrow.label))
        label = f'|"{escaped(arrow.label)}"|'
    line = "-.->" if arrow.style != "direct" else "==>" if arrow.spine else "-->"
    return f"{arrow.tail} {line}{label} {arrow.head}"


def _classes(boxes: tuple[Box, ...]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for box in boxes:
        if not box.nodes:
            groups.setdefault("more", []).append(box.id)
        elif box.spine:
            groups.setdefault("main", []).append(box.id)
        elif box.nodes[0].role == "goal":
            groups.setdefault("goal", []).append(box.id)
    return groups
