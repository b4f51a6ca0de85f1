# SPDX-License-Identifier: MIT
"""Takes needless corners out of the nets that pass through rows: as many rows as there is room for, at one x."""

from __future__ import annotations

from xref.render.order import apart
from xref.render.rows import Net, Rows

Interval = tuple[float, float]
_ROUNDS = 3


def straighten(
    ordered: list[list[str]],
    rows: Rows,
    x: dict[str, float],
    widths: dict[str, float],
    reach: dict[str, float],
    fixed: frozenset[str],
    left: float,
) -> None:
    """Moves passing nets, in place, within the room that their neighbours leave them."""
    spot = {key: (i, p) for i, row in enumerate(ordered) for p, key in enumerate(row)}
    chains: dict[str, list[str]] = {}
    for _, _, net, lower in rows.joints:
        if ":" in lower and lower not in fixed:
            chains.setdefault(net, []).append(lower)
    nets = {n.id: n for n in rows.nets}

    def room(key: str) -> Interval:
        i, p = spot[key]
        row = ordered[i]
        low = x[row[p - 1]] + apart(row[p - 1], key, widths, reach) if p else left
        high = x[row[p + 1]] - apart(key, row[p + 1], widths, reach) if p + 1 < len(row) else float("inf")
        return low, high

    for _ in range(_ROUNDS):
        for net, chain in sorted(chains.items()):
            start = 0
            while start < len(chain):
                span = room(chain[start])
                end = start + 1
                while end < len(chain):
                    joined = _meet(span, room(chain[end]))
                    if joined[0] > joined[1]:
                        break
                    span, end = joined, end + 1
                part = chain[start:end]
                at = _best(span, part, nets[net], chain, spot, x, widths)
                x.update(dict.fromkeys(part, at))
                start = end


def _meet(a: Interval, b: Interval) -> Interval:
    return max(a[0], b[0]), min(a[1], b[1])


def _best(
    span: Interval,
    part: list[str],
    net: Net,
    chain: list[str],
    spot: dict[str, tuple[int, int]],
    x: dict[str, float],
    widths: dict[str, float],
) -> float:
    """The x in ``span`` that meets the boxes at the ends straight, or else is nearest to where the net was."""
    ends: list[Interval] = []
    if part[-1] == chain[-1]:
        below = spot[part[-1]][0] + 1
        ends += [_over(h, x, widths) for h in net.heads if spot[h][0] == below]
    if part[0] == chain[0]:
        ends.append(_over(net.top, x, widths))
    for end in ends:
        joined = _meet(span, end)
        if joined[0] <= joined[1]:
            span = joined
    mean = sum(x[k] for k in part) / len(part)
    return min(max(mean, span[0]), span[1])


def _over(box: str, x: dict[str, float], widths: dict[str, float]) -> Interval:
    half = max(0.0, widths[box] / 2 - 12)
    return x[box] - half, x[box] + half
