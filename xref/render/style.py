# SPDX-License-Identifier: MIT
"""The colours of a picture, for light and for dark paper, as style sheets; generic fonts only."""

from __future__ import annotations

from typing import Final

from xref.render.options import Theme

_SHAPES: Final = """
text { font-family: monospace; }
.title, .sub, .lane text, .foot, .legend text { font-family: Helvetica, Arial, sans-serif; }
.title { font-size: 15px; font-weight: bold; }
.sub, .foot { font-size: 11px; }
.lane text { font-size: 12px; font-weight: bold; letter-spacing: 0.3px; }
.legend text { font-size: 10.5px; }
.name { font-size: 12px; }
.place { font-size: 9px; }
.spine .name, .root .name, .goal .name { font-weight: bold; }
.more .name { font-style: italic; }
.edge path { fill: none; stroke-width: 1.2; }
.edge path.hit { stroke: transparent; stroke-width: 9; }
.edge.slot path { stroke-dasharray: 5 3.5; }
.edge.callback path { stroke-dasharray: 9 3 2 3; }
.edge.weak path { stroke-dasharray: 1.5 3.5; }
.edge.spine path { stroke-width: 2.4; }
.edge path.hit { stroke-dasharray: none; }
.label { font-size: 10.5px; paint-order: stroke; stroke-width: 4px; stroke-linejoin: round; }
.box rect { stroke-width: 1; }
.box.spine rect, .box.root rect { stroke-width: 1.8; }
.wanted { font-family: monospace; font-weight: bold; }
a { text-decoration: none; }
a:hover .name { text-decoration: underline; }
"""

# For each use its colour on light and on dark paper.
_COLOURS: Final = {
    "paper": ("#ffffff", "#0f1419"),
    "band1": ("#f4f6f9", "#171d25"),
    "band2": ("#fafbfc", "#131920"),
    "rule": ("#dde3ea", "#2a333e"),
    "ink": ("#1b2129", "#e3e8ee"),
    "soft": ("#5c6773", "#96a2b0"),
    "box": ("#ffffff", "#1c242e"),
    "edge": ("#7a8694", "#7d8a98"),
    "slot": ("#2f6fb3", "#6cb0f5"),
    "spine": ("#b3441e", "#f2965f"),
    "spinebox": ("#fff4ee", "#33241b"),
    "goal": ("#0f6b3d", "#63cf96"),
    "unresolved": ("#a3261b", "#ff8a7a"),
}


def _paint(*, dark: bool) -> str:
    c = {use: pair[dark] for use, pair in _COLOURS.items()}
    return f"""
.paper {{ fill: {c["paper"]}; }}
.lane rect {{ fill: {c["band1"]}; stroke: {c["rule"]}; stroke-width: 1; }}
.lane.odd rect {{ fill: {c["band2"]}; }}
.title, .name {{ fill: {c["ink"]}; }}
.sub, .foot, .place, .lane text, .legend text, .more .name {{ fill: {c["soft"]}; }}
.warn {{ fill: {c["unresolved"]}; }}
.box rect {{ fill: {c["box"]}; stroke: {c["edge"]}; }}
.box.spine rect, .box.root rect {{ fill: {c["spinebox"]}; stroke: {c["spine"]}; }}
.goal .name, .legend .wanted {{ fill: {c["goal"]}; }}
.edge path {{ stroke: {c["edge"]}; }}
.edge.slot path {{ stroke: {c["slot"]}; }}
.edge.spine path {{ stroke: {c["spine"]}; }}
.edge path.hit {{ stroke: transparent; }}
.label {{ fill: {c["slot"]}; stroke: {c["band1"]}; }}
.label.spine {{ fill: {c["spine"]}; }}
.tip {{ fill: {c["edge"]}; }}
.tip.slot {{ fill: {c["slot"]}; }}
.tip.spine {{ fill: {c["spine"]}; }}
"""


def sheet(theme: Theme) -> str:
    """The style sheet: one theme, or light with dark where the reader's screen is."""
    if theme == "dark":
        return _SHAPES + _paint(dark=True)
    light = _SHAPES + _paint(dark=False)
    return light if theme == "light" else f"{light}@media (prefers-color-scheme: dark) {{{_paint(dark=True)}}}\n"
