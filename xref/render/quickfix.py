# SPDX-License-Identifier: MIT
"""``file:line:col: text``, one line a place: what vim's quickfix list and Emacs's compilation mode jump through."""

from __future__ import annotations

import posixpath

from xref.graph.answer import Answer, AnswerEdge
from xref.render.options import DEFAULT, RenderOptions
from xref.render.strings import doubt, how, one_line


def render(answer: Answer, options: RenderOptions = DEFAULT) -> str:
    """The places of all calls, in the order of the answer, then the unresolved ones; columns counted from 1.

    Paths are relative to the tree unless ``options.absolute``. Where nothing is called, the roots' definitions.
    """
    names = {n.id: one_line(n.name) for n in answer.nodes}
    sites: dict[tuple[str, str, int, int, str, str], list[AnswerEdge]] = {}
    for e in answer.edges:
        sites.setdefault((e.source, e.file, e.line, e.column, str(e.kind), e.via), []).append(e)
    out = []
    for edges in sites.values():
        e = edges[0]
        targets = list(dict.fromkeys(names.get(x.target, x.target) for x in edges))
        shown = targets if options.limit is None else targets[: options.limit]
        rest = f", ... {len(targets) - len(shown)} more" if len(shown) < len(targets) else ""
        guard = f"if {e.guard}" if e.guard and all(x.guard == e.guard for x in edges) else ""
        words = ", ".join(w for w in (how(e), doubt(e.confidence), guard) if w)
        text = f"{names.get(e.source, e.source)} -> {', '.join(shown)}{rest} ({words})"
        out.append(_line(answer, options, e.file, e.line, e.column, f"{text}: {e.text}" if e.text else text))
    for m in answer.unresolved:
        text = f"{names.get(m.source, m.source)} -> ? (unresolved: {m.reason}): {m.text}"
        out.append(_line(answer, options, m.file, m.line, m.column, text))
    if not out:
        out = [
            _line(answer, options, n.file, n.line, 0, n.signature or n.name)
            for n in answer.nodes
            if n.id in answer.roots
        ]
    return "".join(f"{line}\n" for line in out)


def _line(answer: Answer, options: RenderOptions, file: str, line: int, column: int, text: str) -> str:
    path = posixpath.join(answer.tree.root, file) if options.absolute else file
    return f"{one_line(path)}:{line}:{column + 1}: {one_line(text)}"
