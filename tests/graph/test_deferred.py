# SPDX-License-Identifier: MIT
"""What runs later is shown beside who has it run, and is no way down."""

import pytest

from xref.graph.slice import between, callees, callers, down, up
from xref.graph.start import find_start
from xref.resolve.edge import EdgeKind

from .fake import FakeSource


@pytest.fixture
def source():
    source = FakeSource()
    source.system_call("net/socket.c", "send")
    source.call("sys_send", "net/ipv4/tcp.c:tcp_sendmsg")
    source.call("tcp_sendmsg", "net/ipv4/tcp.c:arm", "net/ipv4/ip_output.c:ip_queue_xmit")
    source.call("arm", "kernel/timer.c:mod_timer")
    source.call("arm", "net/ipv4/tcp_timer.c:tcp_write_timer", kind=EdgeKind.DEFERRED, via="timer_list.function")
    source.call("tcp_write_timer", "net/ipv4/tcp_output.c:tcp_retransmit")
    return source


def shown(answer):
    return {(e.source.rpartition(":")[2], e.target.rpartition(":")[2]): e.kind for e in answer.edges}


def test_callees_show_what_is_started(source):
    edges = shown(callees(source, find_start(source, "arm")))
    assert edges == {("arm", "mod_timer"): EdgeKind.DIRECT, ("arm", "tcp_write_timer"): EdgeKind.DEFERRED}


def test_callers_show_who_starts_it(source):
    edges = shown(callers(source, find_start(source, "tcp_write_timer")))
    assert edges == {("arm", "tcp_write_timer"): EdgeKind.DEFERRED}


def test_a_walk_shows_what_is_started_and_does_not_enter_it(source):
    answer = down(source, find_start(source, "tcp_sendmsg"), depth=5)
    assert ("arm", "tcp_write_timer") in shown(answer)
    assert "tcp_retransmit" not in {node.name for node in answer.nodes}


def test_the_way_up_goes_on_from_who_starts_it(source):
    answer = up(source, find_start(source, "tcp_retransmit"))
    assert "sys_send" in {node.name for node in answer.nodes}


def test_a_chain_of_calls_is_not_one_of_things_that_run_later(source):
    answer = between(source, find_start(source, "sys_send"), find_start(source, "tcp_retransmit"))
    assert len(answer.edges) == 0


def test_the_study_ends_where_it_did(source):
    answer = down(source, find_start(source, "send"))
    assert {node.name for node in answer.nodes if node.role == "goal"} == {"tcp_sendmsg"}
