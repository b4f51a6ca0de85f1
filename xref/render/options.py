# SPDX-License-Identifier: MIT
"""What a reader may choose about the look of an answer; what it says is not a matter of options."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

ELIXIR: Final = "https://elixir.bootlin.com/linux/v{version}/source/{file}#L{line}"
VSCODE: Final = "vscode://file/{root}/{file}:{line}"

Engine = Literal["builtin", "dot", "pygraphviz"]
Theme = Literal["auto", "light", "dark"]

GOALS_PER_FAN: Final = 3
"""A dispatch site shows this many times ``fan_out`` targets when they are what was asked for."""


class RenderOptions(msgspec.Struct, frozen=True):
    """Every choice of every format; each format reads those that concern it.

    All formats: ``fan_out`` targets of one dispatch are shown before the rest is folded, all with ``show_all``.
    Text: ``width`` in columns, ``unicode`` tree lines, ``color``, ``evidence`` (the source line under each call).
    Pictures: ``macros`` are nodes instead of being bridged; ``url`` links nodes to their source, with ``{version}``,
    ``{root}``, ``{file}`` and ``{line}`` filled in, '' for no links.
    SVG: ``engine`` that lays out and its ``timeout`` in seconds, ``theme``, ``embed`` for JSON in ``<metadata>``.
    DOT and Mermaid: ``rankdir``. Quickfix: ``absolute`` paths.
    """

    fan_out: int = 8
    show_all: bool = False
    width: int = 100
    unicode: bool = False
    color: bool = False
    evidence: bool = False
    macros: bool = False
    url: str = ELIXIR
    engine: Engine = "builtin"
    timeout: float = 20.0
    theme: Theme = "auto"
    embed: bool = False
    rankdir: Literal["LR", "TB"] = "LR"
    absolute: bool = False

    @property
    def limit(self) -> int | None:
        """How many targets of one dispatch are shown; None for all."""
        return None if self.show_all else max(1, self.fan_out)


DEFAULT: Final = RenderOptions()
