# SPDX-License-Identifier: MIT
"""Writes a placed picture as SVG: lanes, arrows, boxes, title, legend; every function a link, everything a tooltip."""

from __future__ import annotations

import re
import textwrap

from xref.graph.answer import Answer, Node
from xref.render.boxes import Cell
from xref.render.layout import Band, Layout, Line, Placed, Point
from xref.render.options import RenderOptions
from xref.render.ruled import reason
from xref.render.strings import cut, evidence_lines, kernel, link, node_lines, one_line, question, shorten, undrawn, xml
from xref.render.style import sheet

HEAD = 56.0
ROUND = 6.0
_TIPS = ("direct", "slot", "spine")


def draw(answer: Answer, layout: Layout, options: RenderOptions, metadata: str = "") -> str:
    """The SVG document."""
    names = {n.id: n.name for n in answer.nodes}
    width = max(layout.width, 640.0)
    foot = _foot(answer, width, layout)
    legend = _legend(layout, width)
    legend_y = HEAD + layout.height + 22
    foot_y = legend_y + max((y for _, y, *_ in legend), default=-22.0) + 26
    height = foot_y + 15 * len(foot) + 4
    out = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(width)}" height="{_n(height)}"'
        f' viewBox="0 0 {_n(width)} {_n(height)}" role="img">',
        f"<title>{xml(question(answer))} - {xml(kernel(answer.tree))}</title>",
        f"<metadata>{xml(metadata)}</metadata>" if metadata else "",
        f"<style>{sheet(options.theme)}</style>",
        "<defs>",
        *(_tip(name) for name in _TIPS),
        "</defs>",
        f'<rect class="paper" width="{_n(width)}" height="{_n(height)}"/>',
        f'<text class="title" x="16" y="26">xref {xml(question(answer))}</text>',
        f'<text class="sub" x="16" y="43">{xml(kernel(answer.tree))}</text>',
        f'<g transform="translate(0 {_n(HEAD)})">',
    ]
    out += [_band(band, i, width) for i, band in enumerate(layout.bands)]
    out += [_line(line, names) for line in sorted(layout.lines, key=lambda line: line.arrow.spine)]
    out += [
        f'<text class="label {"spine" if lab.arrow.spine else lab.arrow.style}" x="{_n(lab.x)}" y="{_n(lab.y)}">'
        f"{xml(shorten(lab.text, 60))}</text>"
        for lab in layout.labels
    ]
    out += [_box(placed, answer, options) for placed in layout.boxes]
    entries = "".join(_entry(x, legend_y + y, classes, words) for x, y, classes, words in legend)
    out += ["</g>", f'<g class="legend">{entries}</g>']
    out += [
        f'<text class="foot{" warn" if warn else ""}" x="16" y="{_n(foot_y + 15 * i)}">{xml(text)}</text>'
        for i, (text, warn) in enumerate(foot)
    ]
    return "\n".join(line for line in [*out, "</svg>"] if line) + "\n"


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _tip(name: str) -> str:
    size = 11 if name == "spine" else 9
    return (
        f'<marker id="xref-{name}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="{size}" markerHeight="{size}"'
        f' orient="auto" markerUnits="userSpaceOnUse"><path class="tip {name}" d="M0 1 L10 5 L0 9 z"/></marker>'
    )


def _band(band: Band, index: int, width: float) -> str:
    name = shorten(band.name, 13)
    return (
        f'<g class="lane{" odd" if index % 2 else ""}"><title>{xml(one_line(band.name))}</title>'
        f'<rect x="0.5" y="{_n(band.y)}" width="{_n(width - 1)}" height="{_n(band.height)}"/>'
        f'<text x="14" y="{_n(band.y + 28)}">{xml(name)}</text></g>'
    )


def _line(line: Line, names: dict[str, str]) -> str:
    arrow = line.arrow
    ends = [(names.get(arrow.edges[0].source, ""), names.get(arrow.edges[-1].target, ""))] if arrow.edges else []
    tips = [f"{one_line(a)} -> {one_line(b)}" for a, b in ends]
    if arrow.through:
        tips[0] += " through " + ", ".join(one_line(m) for m in arrow.through)
    targets = {e.target for e in arrow.edges}
    if len(targets) > 1 and not arrow.through:
        tips = [f"{one_line(ends[0][0])} -> {len(targets)} functions"]
    tips += evidence_lines(arrow.edges)
    look = "spine" if arrow.spine else "slot" if arrow.style == "slot" else "direct"
    path = _rounded(line.points)
    classes = f"edge {arrow.style}{' spine' if arrow.spine else ''}"
    return (
        f'<g class="{classes}"><title>{xml(chr(10).join(tips))}</title><path class="hit" d="{path}"/>'
        f'<path d="{path}" marker-end="url(#xref-{look})"/></g>'
    )


def _rounded(points: tuple[Point, ...]) -> str:
    """A path along the points with its corners rounded."""
    parts = [f"M{_n(points[0][0])} {_n(points[0][1])}"]
    for (ax, ay), (bx, by), (cx, cy) in zip(points, points[1:], points[2:], strict=False):
        before = abs(bx - ax) + abs(by - ay)
        after = abs(cx - bx) + abs(cy - by)
        r = min(ROUND, before / 2, after / 2)
        if r < 0.5:
            parts.append(f"L{_n(bx)} {_n(by)}")
            continue
        sx, sy = bx + (ax - bx) / before * r, by + (ay - by) / before * r
        ex, ey = bx + (cx - bx) / after * r, by + (cy - by) / after * r
        parts.append(f"L{_n(sx)} {_n(sy)}Q{_n(bx)} {_n(by)} {_n(ex)} {_n(ey)}")
    parts.append(f"L{_n(points[-1][0])} {_n(points[-1][1])}")
    return "".join(parts)


def _box(placed: Placed, answer: Answer, options: RenderOptions) -> str:
    box, inside = placed.box, placed.content
    classes = ["box"]
    classes += ["spine"] if box.spine else []
    classes += ["root"] if box.root else []
    classes += ["card"] if len(inside.cells) > 1 else []
    rows = "".join(_cell(cell, placed, answer, options) for cell in inside.cells)
    return (
        f'<g class="{" ".join(classes)}" transform="translate({_n(placed.x)} {_n(placed.y)})">'
        f'<rect width="{_n(inside.width)}" height="{_n(inside.height)}" rx="5"/>{rows}</g>'
    )


def _cell(cell: Cell, placed: Placed, answer: Answer, options: RenderOptions) -> str:
    if cell.node is None:
        hidden = placed.box.hidden
        tip = "\n".join(f"{one_line(n.name)}  {one_line(n.file)}:{n.line}" for n in hidden[:60])
        tip += f"\n... {len(hidden) - 60} more" if len(hidden) > 60 else ""
        return f'<g class="more"><title>{xml(tip)}</title>{_text("name", cell.x, cell.y, cell.name)}</g>'
    node: Node = cell.node
    href = link(options.url, answer.tree, node.file, node.line)
    body = _text("name", cell.x, cell.y, cell.name) + _text("place", cell.place_x, cell.place_y, cell.place)
    lines = node_lines(node)
    lines += [one_line(f"unresolved: {m.file}:{m.line}: {m.text}") for m in answer.unresolved if m.source == node.id]
    lines += [reason(call) for call in answer.ruled_out if call.source == node.id]
    group = f'<g class="node {xml(node.role)}"><title>{xml(chr(10).join(lines))}</title>{body}</g>'
    return f'<a href="{xml(href)}" target="_top">{group}</a>' if href else group


def _text(kind: str, x: float, y: float, text: str) -> str:
    return f'<text class="{kind}" x="{_n(x)}" y="{_n(y)}">{xml(text)}</text>'


def _legend(layout: Layout, width: float) -> list[tuple[float, float, str, str]]:
    """What lines and letters mean, those that the picture has: x, y, the class of a line or '', markup."""
    used = {line.arrow.style for line in layout.lines}
    nodes = [n for p in layout.boxes for n in p.box.nodes]
    entries = [
        ("edge spine", "main line", any(line.arrow.spine for line in layout.lines)),
        ("edge direct", "direct call", "direct" in used),
        ("edge slot", "through the slot named", "slot" in used),
        ("edge callback", "callback or deferred", "callback" in used),
        ("edge weak", "weak: by member name alone", "weak" in used),
        ("", '<tspan class="wanted">name</tspan> what was asked for', any(n.role == "goal" for n in nodes)),
        ("", "* not in every configuration", any(n.guard for n in nodes)),
    ]
    placed, x, y = [], 16.0, 0.0
    for classes, words, show in entries:
        if show:
            wide = (37 if classes else 0) + 5.7 * len(re.sub("<.*?>", "", words)) + 20
            if x + wide > width:
                x, y = 16.0, y + 18
            placed.append((x, y, classes, words))
            x += wide
    return placed


def _entry(x: float, y: float, classes: str, words: str) -> str:
    line = f'<g class="{classes}"><path d="M{_n(x)} {_n(y - 3.5)}h30"/></g>' if classes else ""
    return f'{line}<text x="{_n(x + (37 if classes else 0))}" y="{_n(y)}">{words}</text>'


def _foot(answer: Answer, width: float, layout: Layout) -> list[tuple[str, bool]]:
    """Notes, the cut, and what could not be resolved, wrapped."""
    notes = [(note, False) for note in (*answer.notes, cut(answer), undrawn(layout.beside, layout.left)) if note]
    if len(answer.candidates) > 1:
        others = ", ".join(answer.candidates[1:6])
        notes.append((f"Shown: {answer.candidates[0]}. The name could also mean {others}.", False))
    if answer.unresolved:
        first = answer.unresolved[0]
        where = f"{first.file}:{first.line}: {shorten(first.text, 60)}"
        rest = f" and {len(answer.unresolved) - 1} more" if len(answer.unresolved) > 1 else ""
        notes.append((f"Unresolved ({len(answer.unresolved)}): {where}{rest}", True))
    columns = max(60, int((width - 32) / 5.6))
    return [(line, warn) for note, warn in notes for line in textwrap.wrap(one_line(note), columns)]
