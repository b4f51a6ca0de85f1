# SPDX-License-Identifier: MIT
"""Ways that no configuration has are none."""

from xref.graph.slice import between, down
from xref.graph.start import find_start

from .fake import FakeSource


def nodes(answer):
    return {node.id for node in answer.nodes}


def deep(source, name):
    return nodes(down(source, find_start(source, name), depth=5))


def test_opposite_conditions_along_a_way_rule_it_out():
    source = FakeSource()
    source.call("lib/a.c:a", "lib/a.c:b", guard="CONFIG_X")
    source.call("lib/a.c:b", "lib/a.c:c", guard="CONFIG_Y")
    source.call("lib/a.c:c", "lib/a.c:never", guard="!CONFIG_X")
    source.call("lib/a.c:c", "lib/a.c:d", guard="CONFIG_X && CONFIG_Y")
    assert deep(source, "a") == {"lib/a.c:a", "lib/a.c:b", "lib/a.c:c", "lib/a.c:d"}


def test_another_way_that_allows_it_counts_even_if_it_is_found_later():
    source = FakeSource()
    source.call("lib/a.c:a", "lib/a.c:c", guard="CONFIG_X")
    source.call("lib/a.c:a", "lib/a.c:b")
    source.call("lib/a.c:b", "lib/a.c:c")
    source.call("lib/a.c:c", "lib/a.c:d", guard="!CONFIG_X")
    source.call("lib/a.c:d", "lib/a.c:e", guard="!CONFIG_X")
    assert deep(source, "a") == {f"lib/a.c:{name}" for name in "abcde"}


def test_a_chain_that_contradicts_itself_is_not_shown():
    source = FakeSource()
    source.call("lib/a.c:a", "lib/a.c:b", guard="CONFIG_X")
    source.call("lib/a.c:b", "lib/a.c:z", guard="!CONFIG_X")
    source.call("lib/a.c:a", "lib/a.c:c")
    source.call("lib/a.c:c", "lib/a.c:d")
    source.call("lib/a.c:d", "lib/a.c:z", guard="!CONFIG_X")
    answer = between(source, find_start(source, "a"), find_start(source, "z"))
    assert nodes(answer) == {f"lib/a.c:{name}" for name in "acdz"}


def test_the_way_down_to_a_layer_is_one_that_exists():
    source = FakeSource()
    source.call("net/socket.c:sys_send", "net/ipv4/af_inet.c:one", guard="CONFIG_X")
    source.call("net/ipv4/af_inet.c:one", "net/ipv4/tcp.c:tcp_sendmsg", guard="!CONFIG_X")
    source.call("net/socket.c:sys_send", "net/ipv6/af_inet6.c:two", guard="CONFIG_X")
    source.call("net/ipv6/af_inet6.c:two", "net/ipv6/udp.c:udpv6_sendmsg", guard="CONFIG_X")
    answer = down(source, find_start(source, "sys_send"), to="transport")
    assert {node.id for node in answer.nodes if node.role == "goal"} == {"net/ipv6/udp.c:udpv6_sendmsg"}
