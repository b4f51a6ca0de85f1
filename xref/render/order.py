# SPDX-License-Identifier: MIT
"""Where in its row everything stands: few crossings first, then as straight below one another as there is room.

The spine stands first in every row that it meets, at one and the same x.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from itertools import pairwise

from xref.render.rows import Rows

PASSING = 10.0
GAP = 30.0
NARROW = 18.0
_SWEEPS = 16


def order(rows: Rows, fixed: frozenset[str]) -> list[list[str]]:
    """The rows in an order with few crossings: sweeps by the mean place of the neighbours, the best one kept."""
    up: dict[str, list[str]] = {}
    down: dict[str, list[str]] = {}
    for _, upper, _, lower in rows.joints:
        up.setdefault(lower, []).append(upper)
        down.setdefault(upper, []).append(lower)
    now = [sorted(row, key=lambda k: k not in fixed) for row in rows.rows]
    best, fewest = now, crossings(now, down)
    for sweep in range(_SWEEPS):
        if not fewest:
            break
        neighbours = down if sweep % 2 else up
        now = [list(row) for row in now]
        walk = range(len(now) - 2, -1, -1) if sweep % 2 else range(1, len(now))
        for i in walk:
            beside = now[i + 1 if sweep % 2 else i - 1]
            place = {k: float(p) for p, k in enumerate(beside)}
            now[i] = _sorted(now[i], neighbours, place, fixed)
        count = crossings(now, down)
        if count < fewest:
            best, fewest = now, count
    return best


def _sorted(
    row: list[str], neighbours: dict[str, list[str]], place: dict[str, float], fixed: frozenset[str]
) -> list[str]:
    """One row by the mean of its neighbours; what has none keeps its place."""
    want: dict[str, float] = {}
    for p, key in enumerate(row):
        near = [place[n] for n in neighbours.get(key, ()) if n in place]
        want[key] = sum(near) / len(near) if near else float(p)
    return sorted(row, key=lambda k: (k not in fixed, want[k]))


def crossings(rows: Sequence[Sequence[str]], down: dict[str, list[str]]) -> int:
    """How many pairs of connections between neighbouring rows cross."""
    total = 0
    for above, below in pairwise(rows):
        place = {k: p for p, k in enumerate(below)}
        seen: list[int] = []
        for key in above:
            ends = sorted(place[n] for n in down.get(key, ()) if n in place)
            total += sum(len(seen) - bisect_right(seen, e) for e in ends)
            for e in ends:
                insort(seen, e)
    return total


def across(
    rows: list[list[str]],
    joints: Rows,
    widths: dict[str, float],
    reach: dict[str, float],
    fixed: frozenset[str],
    left: float,
) -> dict[str, float]:
    """The x of every middle: near its neighbours, in the given order, never too near, the spine straight."""
    up: dict[str, list[str]] = {}
    down: dict[str, list[str]] = {}
    for _, upper, _, lower in joints.joints:
        up.setdefault(lower, []).append(upper)
        down.setdefault(upper, []).append(lower)
    spine = left + max((widths[k] for k in fixed), default=0.0) / 2
    x: dict[str, float] = {}
    for row in rows:
        at = left
        for key in row:
            x[key] = spine if key in fixed else at + widths[key] / 2
            at = x[key] + widths[key] / 2 + GAP
    for sweep in range(_SWEEPS):
        both = sweep >= _SWEEPS - 4
        walk = list(reversed(rows)) if sweep % 2 else rows
        for row in walk:
            want = []
            for key in row:
                near = [*(up.get(key, ()) if both or not sweep % 2 else ())]
                near += [*(down.get(key, ()) if both or sweep % 2 else ())]
                want.append(sum(x[n] for n in near) / len(near) if near else x[key])
            between = [apart(a, b, widths, reach) for a, b in pairwise(row)]
            weights = [8.0 if ":" in k else 1.0 for k in row]
            if row and row[0] in fixed:
                want[0], weights[0] = spine, 1e9
            low = left + (widths[row[0]] / 2 if row else 0.0)
            x.update(zip(row, spread(want, between, weights, low), strict=True))
    return x


def apart(a: str, b: str, widths: dict[str, float], reach: dict[str, float]) -> float:
    """How far the middles of two neighbours are apart at least.

    ``reach``: how far right of its middle the label under a box goes, which a passing line keeps clear of.
    """
    gap = NARROW if ":" in a or ":" in b else GAP
    least = (widths[a] + widths[b]) / 2 + gap
    return max(least, reach.get(a, 0.0)) if ":" in b else least


def spread(
    want: Sequence[float],
    between: Sequence[float],
    weights: Sequence[float],
    low: float = float("-inf"),
    high: float = float("inf"),
) -> list[float]:
    """The places nearest to ``want`` (least squares) ``between[i]`` apart, in ``low`` to ``high``.

    Pool adjacent violators: once the distances are taken off, the places must not decrease.
    """
    offsets = [0.0]
    for d in between:
        offsets.append(offsets[-1] + d)
    blocks: list[tuple[float, float, int]] = []  # sum of weighted wishes, weight, members
    for w, o, weight in zip(want, offsets, weights, strict=False):
        blocks.append(((w - o) * weight, weight, 1))
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            s2, w2, n2 = blocks.pop()
            s1, w1, n1 = blocks.pop()
            blocks.append((s1 + s2, w1 + w2, n1 + n2))
    places: list[float] = []
    for total, weight, members in blocks:
        places.extend([max(low, min(high - offsets[-1], total / weight))] * members)
    return [p + o for p, o in zip(places, offsets, strict=False)]
