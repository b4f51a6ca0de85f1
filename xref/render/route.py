# SPDX-License-Identifier: MIT
"""The way of the arrows through the gaps between two rows: down, along a track of its own, down.

Every net that bends in a gap, or has its label there, is given a track; the order of the tracks is the one with the
fewest crossings that swapping neighbours finds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from xref.render.boxes import LABEL_SIZE, text_width

TRACK = 17.0
PORT = 13.0
_MANY = 40
_NEAR = 10.0


@dataclass(frozen=True, slots=True)
class Bend:
    """A net in one gap: it comes from above at ``x`` and leaves downwards at each of ``ends``; maybe with its label.

    The label stands right of the trunk, or left of it where ``left``.
    """

    net: str
    x: float
    ends: tuple[float, ...]
    label: str = ""
    left: bool = False

    @property
    def label_span(self) -> tuple[float, float]:
        """From where to where the label reaches."""
        if not self.label:
            return self.x, self.x
        width = 8 + text_width(self.label, LABEL_SIZE)
        return (self.x - width, self.x) if self.left else (self.x, self.x + width)

    def labelled_through(self, x: float) -> bool:
        """Whether a line down at ``x`` goes through the label."""
        return self.label_span[0] - 3 < x < self.label_span[1] + 3 and abs(x - self.x) > 2

    @property
    def span(self) -> tuple[float, float]:
        """From where to where the net keeps a track busy."""
        return min(self.label_span[0], *self.ends), max(self.label_span[1], *self.ends)

    @property
    def straight(self) -> bool:
        """Whether it needs no track at all."""
        return not self.label and all(abs(e - self.x) < 0.5 for e in self.ends)


def sided(bends: list[Bend], margin: float) -> list[Bend]:
    """Every label on the side of its trunk where fewer lines go down; none begins left of ``margin``."""
    out = []
    for bend in bends:
        if bend.label:
            lines = [at for other in bends for at in (other.x, *other.ends) if at != bend.x]
            other_side = replace(bend, left=True)
            here = sum(bend.labelled_through(at) for at in lines)
            there = sum(other_side.labelled_through(at) for at in lines)
            if there < here and other_side.label_span[0] >= margin:
                bend = other_side
        out.append(bend)
    return out


def tracks(bends: list[Bend]) -> tuple[dict[str, int], int]:
    """The track of every net that needs one, counted from above, and how many there are."""
    todo = [b for b in bends if not b.straight]
    # Going right, what starts further right turns first; going left, what starts further left.
    todo.sort(key=lambda b: (-b.x if sum(b.ends) / len(b.ends) >= b.x else b.x, b.net))
    if len(todo) <= _MANY:
        _swap(todo)
    placed: dict[str, int] = {}
    taken: list[tuple[float, float, int]] = []
    for bend in todo:
        low, high = bend.span
        low, high = low - _NEAR, high + _NEAR
        track = max((t for left, right, t in taken if left <= high and low <= right), default=-1) + 1
        placed[bend.net] = track
        taken.append((*bend.span, track))
    return placed, max(placed.values(), default=-1) + 1


def _swap(bends: list[Bend]) -> None:
    """Bubbles neighbours into the better order until nothing gets better."""
    for _ in range(len(bends)):
        moved = False
        for i in range(len(bends) - 1):
            a, b = bends[i], bends[i + 1]
            if cost(b, a) < cost(a, b):
                bends[i], bends[i + 1] = b, a
                moved = True
        if not moved:
            return


def cost(above: Bend, below: Bend) -> int:
    """How bad it looks when one net's track is above the other's: crossings, lines through a label, lines on a line."""
    bad = 0
    low, high = min(above.x, *above.ends), max(above.x, *above.ends)
    if low < below.x < high:
        bad += 2
    if above.labelled_through(below.x):
        bad += 5
    low, high = min(below.x, *below.ends), max(below.x, *below.ends)
    for end in set(above.ends):
        if low < end < high:
            bad += 2
        if below.labelled_through(end):
            bad += 5
        if abs(end - below.x) < 3:
            bad -= 1
    if any(abs(end - above.x) < 3 for end in below.ends):
        bad += 8
    return bad
