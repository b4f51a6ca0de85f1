# SPDX-License-Identifier: MIT
"""What holds for the slices of any graph, however it is knotted."""

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from xref.errors import UsageError
from xref.graph.slice import between, down, up
from xref.graph.start import find_start
from xref.render import json_
from xref.resolve.edge import EdgeKind

from .fake import FakeSource

FILES = ("net/socket.c", "net/unix/af_unix.c", "net/ipv4/af_inet.c", "net/ipv4/tcp.c", "net/core/dev.c", "lib/sort.c")
COUNT = 14


@st.composite
def sources(draw):
    """A system call and a dozen functions in all layers, with calls and dispatches at random."""
    source = FakeSource()
    source.system_call("net/socket.c", "go")
    nodes = ["net/socket.c:sys_go"]
    for at in range(COUNT):
        node = f"{draw(st.sampled_from(FILES))}:f{at}"
        if draw(st.booleans()) or at % 3:
            source.function(node)
        else:
            source.macro(node)
        nodes.append(node)
    pairs = draw(
        st.lists(st.tuples(st.sampled_from(nodes), st.sampled_from(nodes)), min_size=5, max_size=40, unique=True)
    )
    for caller, callee in pairs:
        if draw(st.integers(0, 3)):
            source.call(caller, callee)
        else:
            source.call(caller, callee, kind=EdgeKind.INDIRECT, via="ops.f")
    return source


def well_formed(answer, source):
    ids = [node.id for node in answer.nodes]
    assert len(ids) == len(set(ids))
    assert ids[0] == answer.roots[0]
    shown = set(ids)
    known = {(edge.caller.node, edge.callee.node) for edge in source.edges}
    for edge in answer.edges:
        assert {edge.source, edge.target} <= shown
        assert (edge.source, edge.target) in known
    order = [ids.index(edge.source) for edge in answer.edges]
    assert order == sorted(order)


@given(sources(), st.sampled_from([None, "transport", "link", "f3"]), st.integers(1, 20))
@settings(deadline=None, max_examples=50)
def test_down(source, to, max_nodes):
    answer = down(source, find_start(source, "go"), to=to, max_nodes=max_nodes)
    well_formed(answer, source)
    assert len(answer.nodes) <= max_nodes
    reached = nx.DiGraph([(edge.source, edge.target) for edge in answer.edges])
    reached.add_node(answer.roots[0])
    assert all(node.id in nx.descendants(reached, answer.roots[0]) for node in answer.nodes[1:])
    if answer.truncated is None:
        goals = {node.id for node in answer.nodes if node.role == "goal"}
        for node in answer.nodes:
            if node.role == "spine" and goals:
                assert goals & nx.descendants(reached, node.id)


@given(sources(), st.integers(1, 20), st.sampled_from([None, 1, 3]))
@settings(deadline=None, max_examples=50)
def test_up(source, max_nodes, depth):
    answer = up(source, find_start(source, "f5"), depth=depth, max_nodes=max_nodes)
    well_formed(answer, source)
    assert len(answer.nodes) <= max_nodes


@given(sources(), st.integers(0, COUNT - 1), st.sampled_from([None, 2, 5]))
@settings(deadline=None, max_examples=50)
def test_between_agrees_with_a_plain_search(source, last, depth):
    answer = between(source, find_start(source, "go"), find_start(source, f"f{last}"), depth=depth)
    whole = nx.DiGraph([(edge.caller.node, edge.callee.node) for edge in source.edges])
    whole.add_nodes_from(source.symbols)
    target = find_start(source, f"f{last}").symbol.node
    try:
        length = nx.shortest_path_length(whole, answer.roots[0], target)
    except nx.NetworkXNoPath:
        length = None
    found = nx.DiGraph([(edge.source, edge.target) for edge in answer.edges])
    if length is None or (depth is not None and length > depth):
        assert not answer.edges
    else:
        assert length <= nx.shortest_path_length(found, answer.roots[0], target)
        assert depth is None or nx.shortest_path_length(found, answer.roots[0], target) <= depth
        reach = {*nx.ancestors(found, target), target} & {*nx.descendants(found, answer.roots[0]), answer.roots[0]}
        assert reach == {node.id for node in answer.nodes}


@given(sources(), st.sampled_from(["syscall", "family", "go"]), st.integers(1, 20))
@settings(deadline=None, max_examples=50)
def test_up_to(source, to, max_nodes):
    start = find_start(source, "f5")
    try:
        answer = up(source, start, to=to, max_nodes=max_nodes)
    except UsageError:
        return  # it is in that layer itself
    well_formed(answer, source)
    assert len(answer.nodes) <= max_nodes
    whole = nx.DiGraph([(edge.caller.node, edge.callee.node) for edge in source.edges])
    whole.add_nodes_from(source.symbols)
    goals = {node.id for node in answer.nodes if node.role == "goal"}
    assert all(nx.has_path(whole, goal, answer.roots[0]) for goal in goals)
    if to != "family" and max_nodes > COUNT:
        assert bool(goals) == nx.has_path(whole, "net/socket.c:sys_go", start.symbol.node)


@given(sources())
@settings(deadline=None, max_examples=30)
def test_the_order_of_the_facts_does_not_matter(source):
    turned = FakeSource(symbols=source.symbols, syscalls=source.syscalls, edges=list(reversed(source.edges)))
    shown = [json_.envelope(down(each, find_start(each, "go"))) for each in (source, turned)]
    assert shown[0] == shown[1]
