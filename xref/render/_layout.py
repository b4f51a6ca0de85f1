# SPDX-License-Identifier: MIT
"""The child that lays out a DOT text with pygraphviz: DOT on stdin, SVG on stdout.

A process of its own, because the layout holds the interpreter's lock for as long as it takes, cannot be interrupted,
and prints warnings about fonts. Run as ``python -m xref.render._layout``.
"""

from __future__ import annotations

import importlib
import sys


def main() -> int:
    """Lays out; 1 where pygraphviz is not installed or fails."""
    try:
        pygraphviz = importlib.import_module("pygraphviz")
        graph = pygraphviz.AGraph(string=sys.stdin.buffer.read().decode("utf-8"))
        sys.stdout.buffer.write(graph.draw(format="svg", prog="dot"))
    except Exception as error:  # the parent only asks whether it worked
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
