# SPDX-License-Identifier: MIT
"""Strings that several formats need: one-liners, escapes, links, and the words for how a call comes about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote

from xref.graph.answer import Answer, AnswerEdge, Node, TreeInfo
from xref.resolve.edge import Call, Confidence, EdgeKind

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_DOT_ZERO = re.compile(r"^([3-9]|\d\d+)\.(\d+)\.0(?=$|-)")


def one_line(text: str) -> str:
    """``text`` without control characters, halves of surrogate pairs, and runs of blanks."""
    return " ".join(_CONTROL.sub(" ", text).split())


def shorten(text: str, width: int, mark: str = "...") -> str:
    """``text`` on one line in at most ``width`` characters."""
    text = one_line(text)
    return text if len(text) <= width else text[: max(0, width - len(mark))].rstrip() + mark


def xml(text: str) -> str:
    """``text`` as XML character data or the inside of a quoted attribute; line ends stay, other controls go."""
    kept = "\n".join(_CONTROL.sub(" ", line) for line in text.split("\n"))
    return kept.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def link(template: str, tree: TreeInfo, file: str, line: int) -> str:
    """The address of a place in the source; '' when there is no template or no place."""
    if not template or not file:
        return ""
    version = _DOT_ZERO.sub(r"\1.\2", one_line(tree.version))
    values = {
        "{version}": quote(version, safe=".-"),
        "{root}": quote(tree.root.encode("utf-8", "replace"), safe="/"),
        "{file}": quote(file.encode("utf-8", "replace"), safe="/"),
        "{line}": str(line),
    }
    return re.sub(r"\{(?:version|root|file|line)\}", lambda m: values[m.group()], template)


def place(node: Node) -> str:
    """``file:line`` of the definition."""
    return f"{one_line(node.file)}:{node.line}"


def how(edge: AnswerEdge) -> str:
    """How one call comes about, in a word or three."""
    via = one_line(edge.via)
    match edge.kind:
        case EdgeKind.INDIRECT:
            return f"via {via}" if via else "via a pointer"
        case EdgeKind.CALLBACK:
            return f"callback {via}" if via else "callback"
        case EdgeKind.DEFERRED:
            return f"deferred via {via}" if via else "deferred"
        case _:
            return str(edge.kind)


def in_words(call: Call) -> str:
    """How one call comes about and how sure that is: ``indirect via proto_ops.sendmsg, object``."""
    via = f" via {one_line(call.via)}" if call.via else ""
    return f"{call.kind}{via}, {call.confidence}"


def doubt(confidence: Confidence) -> str:
    """The confidence where it is worth a word: '' when exact."""
    return "" if confidence is Confidence.EXACT else str(confidence)


def title(answer: Answer) -> str:
    """The kernel and the question, on one line."""
    return f"{kernel(answer.tree)}: {question(answer)}"


def kernel(tree: TreeInfo) -> str:
    """``Linux 3.7.2, x86``, with the configuration where there is one."""
    parts = [f"Linux {tree.version}".strip(), tree.arch, f"config {tree.config}" if tree.config else ""]
    return one_line(", ".join(p for p in parts if p))


def question(answer: Answer) -> str:
    """``callgraph send, down to transport``."""
    q = answer.query
    words = f"{q.command} {q.symbol}"
    if q.direction == "down":
        words += f", down to {q.to}" if q.to else ""
    elif q.direction == "up":
        words += f", up to {q.to}" if q.to else ", upwards" if q.command == "callgraph" else ""
    elif q.to:
        words += f" to {q.to}"
    if q.depth is not None and q.command not in {"callers", "callees"}:
        words += f", depth {q.depth}"
    return one_line(words)


_MORE: Final = {
    "callers": " (--all shows them)",
    "callees": " (--all shows them)",
    "callgraph": " (--max-nodes N shows more)",
}


def cut(answer: Answer) -> str:
    """The sentence that says what was left out; '' when nothing was."""
    t = answer.truncated
    if t is None:
        return ""
    more = _MORE.get(answer.query.command, "") if t.limit == "nodes" else ""
    return one_line(f"cut at {t.limit} {t.value}: {t.hidden} more not shown{more}")


def evidence_lines(edges: Iterable[AnswerEdge], most: int = 12) -> list[str]:
    """Why the calls are believed, for tooltips: site, source line, then each piece of evidence, no line twice."""
    lines: dict[str, None] = {}
    count = 0
    for edge in edges:
        count += 1
        if count > most:
            continue
        sure = f" ({edge.confidence})"
        lines[one_line(f"{edge.file}:{edge.line}: {how(edge)}{sure}: {edge.text}")] = None
        if edge.guard:
            lines[one_line(f"  if {edge.guard}")] = None
        if edge.condition:
            lines[one_line(f"  when {edge.condition}")] = None
        for e in edge.evidence:
            lines["  " + one_line(f"{e.rule}: {e.file}:{e.line}: {e.text}")] = None
    if count > most:
        lines[f"... {count - most} more"] = None
    return list(lines)


def node_lines(node: Node) -> list[str]:
    """What a tooltip says of a function."""
    lines = [one_line(node.signature or node.name), place(node)]
    if node.aliases:
        lines.append(one_line("also " + ", ".join(node.aliases)))
    if node.guard:
        lines.append(one_line(f"if {node.guard}"))
    return lines


def undrawn(beside: int, left: int) -> str:
    """What a picture says of the functions that it leaves out: those beside the way, and those that there is no room
    for; '' for none.
    """
    what = "1 function that is" if beside == 1 else f"{beside:,} functions that are"
    verb = "is" if beside == 1 else "are"
    said = [f"{what} called by name beside the way {verb} not drawn (--all draws them)."] if beside else []
    if left:
        what = "1 further function is" if left == 1 else f"{left:,} further functions are"
        said.append(f"{what} left out for room: +N behind a function counts those that it leads to (--all draws them).")
    return " ".join(said)
