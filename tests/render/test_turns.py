# SPDX-License-Identifier: MIT
"""Of several targets of one dispatch, the one that is shown first and that the spine goes through."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.render import sample
from xref.graph.answer import Answer
from xref.render import RenderOptions, text
from xref.render.fold import fold
from xref.render.spine import spine
from xref.resolve.edge import Confidence, EdgeKind

TAKEN = "ops.send"


def dispatch(targets: list[str], named: tuple[str, ...] = (), **guards: str) -> Answer:
    """A root that calls ``targets`` through one slot, in the order of the slot, after asking for those ``named``."""
    b = sample.Builder()
    root = b.node("a.c:1:root", "socket", "root")
    ids = {name: b.node(f"b.c:{at}:{name}", "transport", "goal") for at, name in enumerate(targets, 10)}
    for name in named:
        b.call(root, ids[name], 5, "CALL();")
    for name in targets:
        b.call(root, ids[name], 5, "CALL();", kind=EdgeKind.INDIRECT, via=TAKEN, confidence=Confidence.TYPED)
    edges = [replace(e, guard=guards.get(e.target.partition(":")[2], "CONFIG_NET")) for e in b.edges]
    nodes = [replace(n, guard="CONFIG_NET") for n in b.nodes.values()]
    return replace(
        sample.send(), roots=(root,), nodes=tuple(nodes), edges=tuple(edges), unresolved=(), notes=(), candidates=()
    )


def order(answer: Answer) -> list[str]:
    """The targets as text lists them; the spine goes through the first."""
    shown = [
        w for line in text.render(answer, RenderOptions()).splitlines() for w in line.split() if w in "one two three"
    ]
    folded = fold(answer, None, macros=False, leaves=True)
    assert [n.partition(":")[2] for n in spine(answer, folded)] == ["root", shown[0]]
    return shown


@pytest.mark.parametrize(
    ("named", "guards", "expected"),
    [
        ((), {}, ["one", "two", "three"]),  # the order of the slot
        (("three",), {}, ["three", "one", "two"]),
        (("three", "two"), {}, ["two", "three", "one"]),  # in which order they are asked for says nothing
        ((), {"one": "CONFIG_A && CONFIG_NET"}, ["two", "three", "one"]),  # what more kernels have
        ((), {"one": "CONFIG_A && CONFIG_NET", "two": "CONFIG_A && CONFIG_B && CONFIG_NET"}, ["three", "one", "two"]),
        (("three",), {"three": "CONFIG_A && CONFIG_NET"}, ["three", "one", "two"]),
        (("one", "two"), {"one": "CONFIG_A && CONFIG_NET", "two": "CONFIG_B && CONFIG_NET"}, ["one", "two", "three"]),
    ],
)
def test_whose_turn_it_is(named, guards, expected):
    assert order(dispatch(["one", "two", "three"], named, **guards)) == expected


def test_a_call_elsewhere_is_no_question_whether_the_pointer_is_that_function():
    answer = dispatch(["one", "two"], ("two",))
    direct, *rest = answer.edges
    moved = replace(answer, edges=(*rest, replace(direct, line=9)))
    assert order(moved) == ["one", "two"]


def test_calls_between_the_targets_stay_where_they_are():
    answer = dispatch(["one", "two"], ("two", "one"))
    b = sample.Builder()
    other = b.node("c.c:3:three", "socket", "leaf")
    b.call(answer.roots[0], other, 5, "CALL();")
    mixed = replace(
        answer,
        nodes=(*answer.nodes, *b.nodes.values()),
        edges=(answer.edges[0], *b.edges, *answer.edges[1:]),
    )
    folded = fold(mixed, None, macros=False, leaves=True)
    assert [link.target for link in folded.links] == ["b.c:one", "c.c:three", "b.c:two"]


def test_callers_keep_their_order():
    answer = dispatch(["one", "two"], ("two",))
    up = replace(answer, query=replace(answer.query, direction="up"))
    assert [link.target for link in fold(up, None, macros=False, leaves=True).links] == ["b.c:two", "b.c:one"]
