# SPDX-License-Identifier: MIT
"""JSON for editors and programs: the envelope ``xref.callgraph/1``; its schema is ``schemas/callgraph-1.json``.

Everything of the answer is there, nothing is folded. Fields may be added within version 1, never renamed or removed.
"""

from __future__ import annotations

import json
from importlib import resources
from typing import Any, Final

from xref import __version__
from xref.graph.answer import Answer, AnswerEdge, Missing, Node, RuledOut
from xref.render.options import DEFAULT, RenderOptions
from xref.resolve.edge import Evidence

SCHEMA: Final = "xref.callgraph/1"


def schema(name: str = SCHEMA) -> dict[str, Any]:
    """The JSON Schema (2020-12) of an envelope: of ``xref.callgraph/1``, which :func:`render` writes, or of another."""
    file = f"schemas/{name.removeprefix('xref.').replace('/', '-')}.json"
    text = resources.files("xref.render").joinpath(file).read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def render(answer: Answer, options: RenderOptions = DEFAULT) -> str:
    """The answer as a JSON document with a line end; ``options`` has nothing to say here."""
    text = json.dumps(envelope(answer), ensure_ascii=False, indent=2)
    return text.encode("utf-8", "replace").decode("utf-8") + "\n"


def envelope(answer: Answer) -> dict[str, Any]:
    """The document as Python values, in the order in which they are written."""
    q, cut = answer.query, answer.truncated
    return {
        "schema": SCHEMA,
        "xref": __version__,
        "tree": {"version": answer.tree.version, "arch": answer.tree.arch, "config": answer.tree.config},
        "query": {
            "command": q.command,
            "symbol": q.symbol,
            "direction": q.direction,
            "to": q.to,
            "depth": q.depth,
            "stop": list(q.stop),
        },
        "roots": list(answer.roots),
        "layers": list(answer.layers),
        "nodes": [node(n) for n in answer.nodes],
        "edges": [edge(e) for e in answer.edges],
        "unresolved": [missing(m) for m in answer.unresolved],
        "ruled_out": [_ruled_out(o) for o in answer.ruled_out],
        "complete": answer.complete,
        "truncated": None if cut is None else {"limit": cut.limit, "value": cut.value, "hidden": cut.hidden},
        "notes": list(answer.notes),
        "candidates": list(answer.candidates),
    }


def node(n: Node) -> dict[str, Any]:
    """A function as an element of ``nodes``."""
    return {
        "id": n.id,
        "name": n.name,
        "kind": str(n.kind),
        "file": n.file,
        "line": n.line,
        "end_line": n.end_line,
        "layer": n.layer,
        "signature": n.signature,
        "guard": n.guard,
        "aliases": list(n.aliases),
        "role": n.role,
    }


def edge(e: AnswerEdge) -> dict[str, Any]:
    """A call as an element of ``edges``."""
    return {
        "from": e.source,
        "to": e.target,
        "kind": str(e.kind),
        "via": e.via,
        "confidence": str(e.confidence),
        "file": e.file,
        "line": e.line,
        "column": e.column,
        "text": e.text,
        "guard": e.guard,
        "condition": e.condition,
        "evidence": [_evidence(v) for v in e.evidence],
    }


def _ruled_out(o: RuledOut) -> dict[str, Any]:
    return {
        "from": o.source,
        "to": o.target,
        "via": o.via,
        "file": o.file,
        "line": o.line,
        "column": o.column,
        "objects": list(o.objects),
        "partners": list(o.partners),
        "evidence": [_evidence(v) for v in o.evidence],
    }


def _evidence(v: Evidence) -> dict[str, Any]:
    return {"rule": v.rule, "file": v.file, "line": v.line, "text": v.text}


def missing(m: Missing) -> dict[str, Any]:
    """A call without a target as an element of ``unresolved``."""
    return {
        "from": m.source,
        "callee": m.callee,
        "via": m.via,
        "file": m.file,
        "line": m.line,
        "column": m.column,
        "text": m.text,
        "guard": m.guard,
        "reason": m.reason,
    }
