# SPDX-License-Identifier: MIT
"""Words for calls that cannot follow the way to where they stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xref.graph.answer import Answer, Node, RuledOut
from xref.render.strings import one_line


def ruled_out(answer: Answer) -> dict[str, list[RuledOut]]:
    """The calls that are ruled out, by the node that they leave."""
    found: dict[str, list[RuledOut]] = {}
    for call in answer.ruled_out:
        found.setdefault(call.source, []).append(call)
    return found


def listed(calls: Iterable[RuledOut], nodes: Iterable[Node]) -> Iterator[tuple[str, list[str]]]:
    """By call site ``not via proto.sendmsg :781:`` and the names; with its file where another function of that name is
    among them or among ``nodes``.
    """
    by_site: dict[tuple[str, int, int], list[RuledOut]] = {}
    ids: dict[str, set[str]] = {}
    for node in nodes:
        ids.setdefault(node.name, set()).add(node.id)
    for call in calls:
        by_site.setdefault((call.via, call.line, call.column), []).append(call)
        ids.setdefault(call.name, set()).add(call.target)
    for (via, line, _), members in by_site.items():
        words = [f"{c.name}({c.target.rpartition(':')[0]})" if len(ids[c.name]) > 1 else c.name for c in members]
        yield one_line(f"not via {via} :{line}:"), [one_line(word) for word in words]


def reason(call: RuledOut) -> str:
    """Why, in one sentence."""
    held = "its object" if len(call.objects) == 1 else "its objects"
    comes = "comes" if len(call.objects) == 1 else "come"
    return one_line(
        f"not {call.name}: {held} {', '.join(call.objects)} {comes} with {', '.join(call.partners)},"
        " none of which leads here"
    )
