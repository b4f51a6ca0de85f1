# SPDX-License-Identifier: MIT
"""How big a box is and what stands where in it; the layout asks for the size, the drawing for the rest.

Widths are reckoned for a monospaced font of 0.61 em, which all the usual ones stay within.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xref.graph.answer import Node
from xref.render.picture import Box
from xref.render.strings import one_line, shorten

NAME_SIZE: Final = 12.0
PLACE_SIZE: Final = 9.0
LABEL_SIZE: Final = 10.5
EM: Final = 0.61
ROW: Final = 17.0
PAD: Final = 10.0
LONGEST: Final = 42
TALL: Final = 12


@dataclass(frozen=True, slots=True)
class Cell:
    """One line of a box: a function (``node``), or the count of the folded ones (``node`` None)."""

    node: Node | None
    name: str
    place: str
    x: float
    y: float
    place_x: float
    place_y: float
    width: float


@dataclass(frozen=True, slots=True)
class Content:
    """A box's size and its lines; coordinates from its upper left corner, of the text's base line."""

    width: float
    height: float
    cells: tuple[Cell, ...]


def text_width(text: str, size: float) -> float:
    """How wide monospaced text is."""
    return len(text) * size * EM


def content(box: Box) -> Content:
    """Lays out the inside of a box: one function on two lines, several on one line each, a long list in two columns."""
    behind = box.behind or (0,) * len(box.nodes)
    lines: list[tuple[Node | None, str, str]] = [
        (n, shorten(n.name, LONGEST), _place(n) + (f" +{more}" if more else ""))
        for n, more in zip(box.nodes, behind, strict=True)
    ]
    if box.hidden:
        lines.append((None, f"+ {len(box.hidden)} more", ""))
    if len(lines) == 1:
        return _single(box, lines[0])
    columns = 2 if len(lines) > TALL else 1
    rows = -(-len(lines) // columns)
    cells: list[Cell] = []
    left = PAD
    for start in range(0, len(lines), rows):
        part = lines[start : start + rows]
        names = max(text_width(name, NAME_SIZE) for _, name, _ in part)
        places = max(text_width(place, PLACE_SIZE) for _, _, place in part)
        width = names + (12 + places if places else 0)
        for i, (node, name, place) in enumerate(part):
            y = 6 + ROW * i + 12.5
            cells.append(Cell(node, name, place, left, y, left + names + 12, y, width))
        left += width + 18
    return Content(left - 18 + PAD, rows * ROW + 12, tuple(cells))


def _place(node: Node) -> str:
    """Where it is defined, from the end of the path if that is long; ``*`` where it is not in every kernel."""
    text = one_line(f"{node.file}:{node.line}")
    text = text if len(text) <= LONGEST else "..." + text[3 - LONGEST :]
    return f"{text} *" if node.guard else text


def _single(box: Box, line: tuple[Node | None, str, str]) -> Content:
    node, name, place = line
    if node is None:
        width = text_width(name, NAME_SIZE) + 2 * PAD
        return Content(width, 26, (Cell(None, name, "", PAD, 17.5, 0, 0, width - 2 * PAD),))
    if box.missing:
        place += f", {box.missing} unresolved"
    text = max(text_width(name, NAME_SIZE), text_width(one_line(place), PLACE_SIZE))
    return Content(text + 2 * PAD, 38, (Cell(node, name, place, PAD, 17, PAD, 30, text),))
