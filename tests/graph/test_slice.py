# SPDX-License-Identifier: MIT
"""Slices of the send study of 3.7.2, and of small graphs made to be awkward."""

from dataclasses import replace

import pytest

from xref.errors import NoMatch, UsageError
from xref.graph.slice import between, callees, callers, down, up
from xref.graph.start import find_start
from xref.render import FORMATS, json_
from xref.resolve.edge import Apart, Confidence, EdgeKind, Evidence

from .fake import FakeSource
from .send_3_7 import ALONE, FAMILIES, IEEE802154, LSM, PHONET, SK_PROT, SOCK_OPS, TRANSPORT, send_3_7


@pytest.fixture
def source():
    return send_3_7()


def roles(answer, role):
    return {node.id for node in answer.nodes if node.role == role}


def targets(answer, caller, via=""):
    return [edge.target for edge in answer.edges if edge.source.endswith(":" + caller) and edge.via == via]


def sendings(source, **options):
    return down(source, find_start(source, "send"), **options)


def test_send_goes_down_to_the_transport_layer(source):
    answer = sendings(source)
    assert answer.query.to == "transport"
    assert answer.roots == ("net/socket.c:sys_send",)
    assert roles(answer, "goal") == {*TRANSPORT, *IEEE802154, *PHONET}
    assert answer.complete
    assert answer.truncated is None


def test_the_spine_is_what_lies_on_the_way(source):
    assert roles(sendings(source), "spine") == {
        "net/socket.c:sys_sendto",
        "net/socket.c:sock_sendmsg",
        "net/socket.c:__sock_sendmsg",
        "net/socket.c:__sock_sendmsg_nosec",
        *FAMILIES,
    }


def test_a_detour_by_name_is_a_leaf_unless_all_ways_are_asked_for(source):
    answer = sendings(source)
    assert "net/ipv4/af_inet.c:inet_autobind" in roles(answer, "leaf")
    assert "udp_v4_get_port" not in {node.name for node in answer.nodes}
    every = sendings(source, to="transport")
    assert "net/ipv4/af_inet.c:inet_autobind" in roles(every, "spine")
    assert "net/ipv4/udp.c:udp_v4_get_port" in roles(every, "goal")


def test_a_detour_by_name_between_two_functions_of_one_layer():
    source = FakeSource()
    source.system_call("net/socket.c", "send")
    source.macro("include/linux/net.h:wrapped")
    source.call("sys_send", "net/socket.c:slow", "wrapped")
    source.call("wrapped", "net/ipv4/af_inet.c:fast")
    source.call("slow", "fast")
    source.dispatch("sys_send", "proto_ops.sendmsg", "net/x25/af_x25.c:far")
    source.call("far", "net/x25/x25_out.c:farther")
    source.call("farther", "net/ipv4/tcp.c:tcp_close")
    source.call("fast", "net/ipv4/tcp.c:tcp_sendmsg")
    answer = sendings(source)
    assert [(node.name, node.role) for node in answer.nodes] == [
        ("sys_send", "root"),
        ("slow", "leaf"),
        ("wrapped", "spine"),
        ("far", "spine"),
        ("fast", "spine"),
        ("farther", "spine"),
        ("tcp_sendmsg", "goal"),
        ("tcp_close", "goal"),
    ]


def test_families_that_do_all_by_themselves_are_leaves(source):
    answer = sendings(source)
    assert set(ALONE) <= roles(answer, "leaf")
    assert not [edge for edge in answer.edges if edge.source in ALONE]


def test_each_dispatch_has_its_own_targets(source):
    answer = sendings(source)
    assert targets(answer, "__sock_sendmsg_nosec", SOCK_OPS) == [*ALONE, *FAMILIES]
    assert targets(answer, "inet_sendmsg", SK_PROT) == list(TRANSPORT)
    assert targets(answer, "ieee802154_sock_sendmsg", SK_PROT) == list(IEEE802154)
    assert targets(answer, "pn_socket_sendmsg", SK_PROT) == list(PHONET)


def test_the_three_raw_sendmsg_stay_apart(source):
    callers_of = {}
    for edge in sendings(source).edges:
        if edge.target.endswith(":raw_sendmsg"):
            callers_of.setdefault(edge.target, set()).add(edge.source)
    assert callers_of == {
        "net/can/raw.c:raw_sendmsg": {"net/socket.c:__sock_sendmsg_nosec"},
        "net/ipv4/raw.c:raw_sendmsg": {"net/ipv4/af_inet.c:inet_sendmsg"},
        "net/ieee802154/raw.c:raw_sendmsg": {"net/ieee802154/af_ieee802154.c:ieee802154_sock_sendmsg"},
    }


def test_security_hooks_are_shown_one_step_and_not_followed(source):
    answer = sendings(source)
    hook = next(node for node in answer.nodes if node.name == "security_socket_sendmsg")
    assert (hook.role, hook.layer) == ("leaf", "security")
    assert set(targets(answer, "security_socket_sendmsg", "security_operations.socket_sendmsg")) == set(LSM)
    assert not [edge for edge in answer.edges if edge.source in LSM]


def test_helpers_are_leaves(source):
    answer = sendings(source)
    helpers = {"sockfd_lookup_light", "move_addr_to_kernel", "fput_light", "wait_on_sync_kiocb", "init_sync_kiocb"}
    assert helpers <= {node.name for node in answer.nodes if node.role == "leaf"}
    assert "fget_light" not in {node.name for node in answer.nodes}


def test_calls_stand_in_the_order_of_the_source(source):
    answer = sendings(source)
    assert targets(answer, "sys_sendto") == [
        "net/socket.c:sockfd_lookup_light",
        "net/socket.c:move_addr_to_kernel",
        "net/socket.c:sock_sendmsg",
        "include/linux/file.h:fput_light",
    ]
    sites = [(edge.source, edge.line) for edge in answer.edges]
    assert sites == sorted(sites, key=lambda site: ([node.id for node in answer.nodes].index(site[0]), site[1]))


def test_layers_come_outermost_first(source):
    answer = sendings(source)
    assert answer.layers == ("syscall", "socket", "security", "family", "transport", "driver")
    layer = {node.id: node.layer for node in answer.nodes}
    assert layer["net/socket.c:sys_send"] == "syscall"
    assert layer["net/ipv4/af_inet.c:inet_sendmsg"] == "family"
    assert layer["drivers/net/tun.c:tun_sendmsg"] == "driver"
    assert layer["crypto/algif_hash.c:hash_sendmsg"] == ""


def test_the_system_call_table_is_quoted(source):
    notes = sendings(source).notes
    assert "x86-64 has no entry for send: C libraries call sendto (44), which runs the same code." in notes
    assert "i386 has no entry for send: it comes through socketcall (102)." in notes
    assert "send is in the table of arm and alpha." in notes


def test_the_table_of_an_architecture_that_has_the_call(source):
    notes = down(source, find_start(source, "sendto")).notes
    assert "x86-64 has an entry for sendto: number 44, sys_sendto (arch/x86/syscalls/syscall_64.tbl:44)." in notes


def test_the_internet_layer_is_shown_all_the_way_through(source):
    answer = sendings(source, to="internet")
    assert roles(answer, "goal") == {"net/core/dev.c:dev_queue_xmit"}
    assert {
        "net/ipv4/tcp.c:tcp_sendmsg",
        "net/ipv4/tcp_output.c:tcp_push",
        "net/ipv4/ip_output.c:ip_queue_xmit",
        "include/net/dst.h:dst_output",
        "net/ipv4/ip_output.c:ip_output",
    } <= roles(answer, "spine")
    assert {"net/ipv4/udp.c:udp_sendmsg", "net/ipv6/inet6_connection_sock.c:inet6_csk_xmit"} <= roles(answer, "leaf")


def test_nothing_below_the_internet_layer(source):
    source.edges = [edge for edge in source.edges if edge.caller.name != "ip_output"]
    assert roles(sendings(source, to="internet"), "goal") == {
        "net/ipv4/ip_output.c:ip_queue_xmit",
        "net/ipv6/inet6_connection_sock.c:inet6_csk_xmit",
    }


@pytest.fixture
def crowd():
    """A transport that calls seven hundred helpers on its way, and one long detour."""
    source = FakeSource()
    source.system_call("net/socket.c", "send")
    source.call("sys_send", *(f"net/core/sock.c:h{n}" for n in range(700)), "net/ipv4/af_inet.c:inet_sendmsg")
    source.call("inet_sendmsg", "net/ipv4/af_inet.c:d0")
    for n in range(9):
        source.call(f"d{n}", f"net/ipv4/af_inet.c:d{n + 1}")
    source.call("d9", "net/ipv4/tcp.c:tcp_sendmsg")
    source.dispatch("inet_sendmsg", "proto.sendmsg", "tcp_sendmsg", "net/dccp/proto.c:dccp_sendmsg")
    return source


def test_a_layer_that_was_named_stays_of_a_size_to_be_read(crowd):
    answer = sendings(crowd, to="transport")
    assert [node.name for node in answer.nodes] == ["sys_send", "inet_sendmsg", "tcp_sendmsg", "dccp_sendmsg"]
    assert not answer.complete
    assert any("1.5 times as long as the shortest are left out (10 functions)" in note for note in answer.notes)
    assert any("called by name beside these ways is left out" in note for note in answer.notes)


def test_a_bound_takes_leaves_before_the_way(crowd):
    answer = sendings(crowd, max_nodes=20)
    assert roles(answer, "goal") == {"net/ipv4/tcp.c:tcp_sendmsg", "net/dccp/proto.c:dccp_sendmsg"}
    assert len(answer.nodes) == 20
    assert answer.truncated is not None
    assert answer.truncated.hidden == 701 - 16


def test_further_down_to_the_link_layer_through_a_slot_of_one_layer(source):
    answer = sendings(source, to="link")
    assert "net/core/dev.c:dev_queue_xmit" in roles(answer, "goal")
    assert {"net/ipv4/ip_output.c:ip_output", "net/packet/af_packet.c:packet_sendmsg"} <= roles(answer, "spine")


def test_all_ways_to_one_function(source):
    answer = sendings(source, to="udp_sendmsg")
    assert [node.name for node in answer.nodes] == [
        "sys_send",
        "sys_sendto",
        "sock_sendmsg",
        "__sock_sendmsg",
        "__sock_sendmsg_nosec",
        "inet_sendmsg",
        "udp_sendmsg",
    ]
    assert answer.nodes[-1].role == "goal"


def test_a_stop_is_shown_and_not_followed(source):
    answer = sendings(source, stop=("inet_sendmsg",))
    assert roles(answer, "goal") == {*IEEE802154, *PHONET}
    assert "net/ipv4/af_inet.c:inet_sendmsg" in roles(answer, "leaf")


def test_a_layer_above_the_root_is_refused(source):
    with pytest.raises(UsageError, match="does not lie below"):
        down(source, find_start(source, "tcp_sendmsg"), to="socket")


def test_a_goal_that_is_nothing_is_refused_with_near_names(source):
    with pytest.raises(NoMatch, match="neither a layer") as error:
        sendings(source, to="tcp_sendmessage")
    assert "tcp_sendmsg" in error.value.near


def test_an_ordinary_function_goes_three_steps(source):
    answer = down(source, find_start(source, "tcp_sendmsg"))
    assert [node.name for node in answer.nodes] == [
        "tcp_sendmsg",
        "tcp_push",
        "tcp_transmit_skb",
        "ip_queue_xmit",
        "inet6_csk_xmit",
    ]
    assert answer.truncated is not None
    assert (answer.truncated.limit, answer.truncated.value, answer.truncated.hidden) == ("depth", 3, 2)


def test_what_is_unresolved_on_the_spine_is_listed(source):
    source.gap("sock_sendmsg", "sock->wq->func")
    answer = sendings(source)
    assert [(gap.source, gap.callee) for gap in answer.unresolved] == [("net/socket.c:sock_sendmsg", "sock->wq->func")]
    assert not answer.complete


def test_what_is_unresolved_beside_the_spine_is_counted(source):
    source.gap(ALONE[0], "u->peer->func")
    answer = sendings(source)
    assert not answer.unresolved
    assert not answer.complete
    assert "1 call without a known target in functions that were read but are not shown." in answer.notes


def test_weak_edges_are_counted_and_left_out(source):
    source.dispatch("sock_sendmsg", "x.sendmsg", "net/ipv4/tcp.c:tcp_close", confidence=Confidence.WEAK)
    answer = sendings(source)
    assert not [edge for edge in answer.edges if edge.target.endswith("tcp_close")]
    assert "2 weak edges (only the member's name agrees) left out." in answer.notes


def test_the_same_question_has_the_same_answer():
    assert json_.render(sendings(send_3_7())) == json_.render(sendings(send_3_7()))


def test_no_function_is_read_twice_for_one_answer(source):
    sendings(source)
    assert len(source.asked) == len(set(source.asked))
    assert len(source.searched) == len(set(source.searched))


def test_too_many_nodes_are_cut_and_counted(source):
    whole = len(sendings(source).nodes)
    answer = sendings(source, max_nodes=10)
    assert len(answer.nodes) == 10
    assert answer.truncated is not None
    assert answer.truncated.limit == "nodes"
    assert 0 < answer.truncated.hidden <= whole - 10
    assert not answer.complete
    shown = {node.id for node in answer.nodes}
    assert all(edge.source in shown and edge.target in shown for edge in answer.edges)


@pytest.fixture
def ring():
    """Ten functions that call one another in a ring, each the two after it."""
    source = FakeSource()
    names = [f"net/core/sock.c:f{n}" for n in range(10)]
    for at, name in enumerate(names):
        source.call(name, names[(at + 1) % 10], names[(at + 2) % 10])
    return source


def test_cycles_end(ring):
    answer = down(ring, find_start(ring, "f0"), depth=50)
    assert len(answer.nodes) == 10
    assert len(answer.edges) == 20
    assert answer.truncated is None
    assert len(up(ring, find_start(ring, "f0")).nodes) == 10


def test_a_goal_in_a_ring(ring):
    ring.call("f7", "net/ipv4/tcp.c:tcp_close")
    answer = down(ring, find_start(ring, "f0"), to="transport")
    assert len(roles(answer, "spine")) == 9
    assert roles(answer, "goal") == {"net/ipv4/tcp.c:tcp_close"}


def test_a_long_chain_needs_no_recursion():
    source = FakeSource()
    for at in range(5000):
        source.function(f"net/core/sock.c:f{at}")
    nodes = list(source.symbols)
    source.calls = lambda sym: _next(source, nodes, sym)
    answer = down(source, find_start(source, nodes[0]), depth=4000, max_nodes=6000)
    assert len(answer.nodes) == 4001


def _next(source, nodes, sym):
    chain = FakeSource(symbols=source.symbols)
    if sym.fid + 1 < len(nodes):
        chain.call(sym.node, nodes[sym.fid + 1])
    return FakeSource.calls(chain, sym)


def test_macros_are_passed_through_whatever_their_file():
    source = FakeSource()
    source.system_call("net/socket.c", "send")
    source.macro("include/linux/indirect_call_wrapper.h:INDIRECT_CALL_INET")
    source.call("sys_send", "INDIRECT_CALL_INET")
    source.call("INDIRECT_CALL_INET", "net/ipv4/af_inet.c:inet_sendmsg")
    source.call("inet_sendmsg", "net/ipv4/tcp.c:tcp_sendmsg")
    source.macro("include/net/tcp.h:tcp_sk")
    source.call("inet_sendmsg", "tcp_sk")
    answer = sendings(source)
    assert [(node.name, node.role) for node in answer.nodes] == [
        ("sys_send", "root"),
        ("INDIRECT_CALL_INET", "spine"),
        ("inet_sendmsg", "spine"),
        ("tcp_sendmsg", "goal"),
        ("tcp_sk", "leaf"),
    ]


def test_a_file_system_call_asked_about_the_network():
    source = FakeSource()
    source.system_call("fs/read_write.c", "write")
    source.call("sys_write", "fs/read_write.c:vfs_write")
    source.dispatch(
        "vfs_write", "file_operations.aio_write", "fs/ext4/file.c:ext4_file_write", "net/socket.c:sock_aio_write"
    )
    source.call("sock_aio_write", "net/ipv4/af_inet.c:inet_sendmsg")
    source.call("inet_sendmsg", "net/ipv4/tcp.c:tcp_sendmsg")
    start = find_start(source, "write")
    assert roles(down(source, start), "goal") == {"fs/ext4/file.c:ext4_file_write"}
    assert roles(down(source, start, to="transport"), "goal") == {"net/ipv4/tcp.c:tcp_sendmsg"}


def test_no_goal_reached_says_so_and_shows_three_steps():
    source = FakeSource()
    source.system_call("net/socket.c", "listen")
    source.call("sys_listen", "lib/sort.c:sort")
    answer = down(source, find_start(source, "listen"))
    assert [node.name for node in answer.nodes] == ["sys_listen", "sort"]
    assert any("No function of layer transport was reached" in note for note in answer.notes)


def test_up_to_the_entries(source):
    answer = up(source, find_start(source, "net/ipv4/tcp.c:tcp_sendmsg"))
    assert roles(answer, "root") == {"net/ipv4/tcp.c:tcp_sendmsg"}
    assert {"net/socket.c:sys_send", "net/socket.c:sys_socketcall"} <= roles(answer, "goal")
    assert answer.query.direction == "up"


def test_up_one_step(source):
    answer = callers(source, find_start(source, "__sock_sendmsg_nosec"))
    assert [(edge.source, edge.target) for edge in answer.edges] == [
        ("net/socket.c:__sock_sendmsg", "net/socket.c:__sock_sendmsg_nosec")
    ]
    assert answer.truncated is None


def test_no_callers_says_why(source):
    entry = callers(source, find_start(source, "socketcall"))
    assert "it is the entry of the system call socketcall" in entry.notes[0]
    assert entry.complete
    source.function("net/core/sock.c:lonely")
    lonely = callers(source, find_start(source, "lonely"))
    assert "No caller of lonely is known" in lonely.notes[0]
    assert not lonely.complete


def test_down_one_step(source):
    answer = callees(source, find_start(source, "sock_sendmsg"))
    assert [node.name for node in answer.nodes] == [
        "sock_sendmsg",
        "init_sync_kiocb",
        "__sock_sendmsg",
        "wait_on_sync_kiocb",
    ]
    assert answer.edges[0].kind is EdgeKind.MACRO
    assert answer.truncated is None
    assert answer.complete


def test_call_chains(source):
    answer = between(source, find_start(source, "socketcall"), find_start(source, "udp_sendmsg"))
    names = [node.name for node in answer.nodes]
    assert names[0] == "sys_socketcall"
    assert {"sys_send", "sys_sendto", "inet_sendmsg", "udp_sendmsg"} <= set(names)
    assert len([edge for edge in answer.edges if edge.target.endswith("sys_sendto")]) == 2
    assert answer.nodes[names.index("udp_sendmsg")].role == "goal"


def test_call_chains_are_looked_for_forward(source):
    asked = []
    callers_of = source.callers
    source.callers = lambda sym: asked.append(sym.node) or callers_of(sym)
    between(source, find_start(source, "send"), find_start(source, "dev_queue_xmit"))
    assert asked == []


def test_call_chains_come_backward_to_meet_a_wide_front():
    source = FakeSource()
    source.call("kernel/a.c:first", *(f"kernel/a.c:f{n}" for n in range(600)), "kernel/a.c:second")
    source.call("second", "kernel/a.c:third")
    source.call("third", "kernel/a.c:last")
    answer = between(source, find_start(source, "first"), find_start(source, "last"))
    assert [node.name for node in answer.nodes] == ["first", "second", "third", "last"]
    assert len({*source.asked, *source.searched}) < 450


def test_no_call_chain_leads_through_another_program():
    source = FakeSource()
    source.call("kernel/a.c:first", "tools/perf/util.c:die", "kernel/a.c:middle")
    source.call("die", "kernel/a.c:last")
    source.call("middle", "kernel/a.c:inner")
    source.call("inner", "kernel/a.c:last")
    answer = between(source, find_start(source, "first"), find_start(source, "last"))
    assert [node.name for node in answer.nodes] == ["first", "middle", "inner", "last"]
    assert between(source, find_start(source, "die"), find_start(source, "last")).edges


def test_no_call_chain_is_an_answer(source):
    answer = between(source, find_start(source, "udp_sendmsg"), find_start(source, "send"))
    assert not answer.edges
    assert "No call chain leads from udp_sendmsg to sys_send" in answer.notes[0]


def test_a_chain_that_is_too_long(source):
    answer = between(source, find_start(source, "send"), find_start(source, "udp_sendmsg"), depth=3)
    assert not answer.edges
    assert "within 3 calls" in answer.notes[0]


def test_an_ambiguous_name_is_an_answer(source):
    answer = down(source, find_start(source, "raw_sendmsg"))
    assert len(answer.candidates) == 3
    assert answer.candidates[0].endswith(" raw_sendmsg")
    assert answer.notes[0].startswith("'raw_sendmsg' means 3 things; shown is net/can/raw.c:")
    exact = down(source, find_start(source, "ipv4/raw.c:raw_sendmsg"))
    assert exact.candidates == ()
    assert exact.roots == ("net/ipv4/raw.c:raw_sendmsg",)


def test_an_ambiguous_end_is_named_with_all_that_it_means(source):
    answer = between(source, find_start(source, "send"), find_start(source, "raw_sendmsg"))
    said = next(note for note in answer.notes if note.startswith("'raw_sendmsg' means 3 things"))
    shown, *others = (f"{sym.file}:{sym.line} {sym.name}" for sym in source.lookup("raw_sendmsg"))
    assert said.endswith(f"; shown is {shown}. The name is also: {', '.join(others)}.")


def test_text_lists_what_an_ambiguous_name_means_once(source):
    answer = down(source, find_start(source, "raw_sendmsg"))
    text = FORMATS["text"].render(answer).text
    assert "the name is also:" in text
    assert "means 3 things" not in text


def test_a_name_is_the_system_call_first(source):
    source.function("drivers/char/virtio_console.c:send")
    start = find_start(source, "send")
    assert start.symbol.name == "sys_send"
    assert [sym.node for sym in start.others] == ["drivers/char/virtio_console.c:send"]
    assert find_start(source, "SYSC_send").syscall == "send"


def test_an_unknown_name_says_what_is_near(source):
    with pytest.raises(NoMatch, match="did you mean") as error:
        find_start(source, "tcp_sendmessage")
    assert error.value.near == ("tcp_sendmsg",)


def test_an_address_that_comes_too_far_is_said(source):
    source.too_far["net/socket.c:sock_sendmsg"] = 12_345
    for question in (callers, up):
        answer = question(source, find_start(source, "sock_sendmsg"))
        assert "12,345 more functions" in answer.notes[-1]
        assert not answer.complete


def never(source, *pairs):
    for first, second in pairs:
        source.never[first, second] = Apart(("its_prot",), ("other_ops",), (Evidence("pair", "net/a.c", 1, ".prot"),))


def test_calls_that_cannot_follow_any_way_are_ruled_out(source):
    never(source, ("__sock_sendmsg_nosec", "pn_sendmsg"), ("__sock_sendmsg_nosec", "pep_sendmsg"))
    answer = sendings(source)
    assert not {*PHONET} & {node.id for node in answer.nodes}
    assert roles(answer, "goal") == {*TRANSPORT, *IEEE802154}
    told = {(out.source, out.name, out.via, out.objects, out.partners) for out in answer.ruled_out}
    assert ("net/phonet/socket.c:pn_socket_sendmsg", "pn_sendmsg", SK_PROT, ("its_prot",), ("other_ops",)) in told
    assert {name for _, name, *_ in told} == {"pn_sendmsg", "pep_sendmsg"}


def test_a_layer_that_no_way_leads_to_any_more():
    source = FakeSource()
    source.system_call("net/socket.c", "send")
    source.dispatch("sys_send", SOCK_OPS, "net/ipv4/af_inet.c:inet_sendmsg")
    source.dispatch("inet_sendmsg", SK_PROT, "net/ipv4/tcp.c:tcp_sendmsg", "net/ipv6/udp.c:udpv6_sendmsg")
    never(source, ("sys_send", "tcp_sendmsg"), ("sys_send", "udpv6_sendmsg"))
    answer = sendings(source)
    assert "No function of layer transport was reached from sys_send; shown are 3 steps." in answer.notes
    assert [out.name for out in answer.ruled_out] == ["tcp_sendmsg", "udpv6_sendmsg"]


def test_a_call_stays_where_one_way_in_may_go_on():
    source = FakeSource()
    source.system_call("net/socket.c", "send")
    source.dispatch("sys_send", SOCK_OPS, "net/ipv4/af_inet.c:inet_sendmsg")
    source.call("net/core/sock.c:kernel_sendmsg", "net/ipv4/af_inet.c:inet_sendmsg")
    source.dispatch("inet_sendmsg", SK_PROT, "net/ipv4/tcp.c:tcp_sendmsg", "net/ipv6/udp.c:udpv6_sendmsg")
    never(source, ("sys_send", "udpv6_sendmsg"))
    answer = sendings(source)
    assert targets(answer, "inet_sendmsg", SK_PROT) == ["net/ipv4/tcp.c:tcp_sendmsg"]
    source.call("sys_send", "kernel_sendmsg")  # by name, whatever the ops
    answer = sendings(source)
    assert len(targets(answer, "inet_sendmsg", SK_PROT)) == 2
    assert not answer.ruled_out


def test_a_way_goes_on_by_name(source):
    source = FakeSource()
    source.system_call("net/socket.c", "send")
    source.dispatch("sys_send", SOCK_OPS, "net/ipv4/af_inet.c:inet_sendmsg")
    source.call("net/ipv4/af_inet.c:inet_sendmsg", "net/ipv4/af_inet.c:__inet_sendmsg")
    source.dispatch("__inet_sendmsg", SK_PROT, "net/ipv4/tcp.c:tcp_sendmsg", "net/ipv6/udp.c:udpv6_sendmsg")
    never(source, ("sys_send", "udpv6_sendmsg"))
    answer = sendings(source)
    assert targets(answer, "__inet_sendmsg", SK_PROT) == ["net/ipv4/tcp.c:tcp_sendmsg"]
    assert [(out.source, out.name) for out in answer.ruled_out] == [
        ("net/ipv4/af_inet.c:__inet_sendmsg", "udpv6_sendmsg")
    ]


def test_a_name_beside_the_pointer_is_no_way_of_its_own(source):
    """INDIRECT_CALL_INET(ops->sendmsg, inet6_sendmsg, inet_sendmsg, ...) names what the pointer may be."""
    source = FakeSource()
    source.system_call("net/socket.c", "send")
    source.dispatch("sys_send", SOCK_OPS, "net/ipv4/af_inet.c:inet_sendmsg")
    site = source.edges[-1]
    source.edges.append(replace(site, kind=EdgeKind.DIRECT, via="", confidence=Confidence.EXACT))
    source.dispatch("inet_sendmsg", SK_PROT, "net/ipv4/tcp.c:tcp_sendmsg", "net/ipv6/udp.c:udpv6_sendmsg")
    never(source, ("sys_send", "udpv6_sendmsg"))
    assert targets(sendings(source), "inet_sendmsg", SK_PROT) == ["net/ipv4/tcp.c:tcp_sendmsg"]


def chains(source, last):
    answer = between(source, find_start(source, "send"), find_start(source, last))
    return [(edge.source.rpartition(":")[2], edge.target.rpartition(":")[2]) for edge in answer.edges], answer.notes


def two_families():
    source = FakeSource()
    source.system_call("net/socket.c", "send")
    source.dispatch("sys_send", SOCK_OPS, "net/ipv4/af_inet.c:inet_sendmsg", "net/phonet/socket.c:pn_socket_sendmsg")
    source.dispatch("inet_sendmsg", SK_PROT, "net/ipv4/tcp.c:tcp_sendmsg", "net/phonet/datagram.c:pn_sendmsg")
    source.call("pn_socket_sendmsg", "net/phonet/socket.c:pn_helper")
    source.dispatch("pn_helper", SK_PROT, "net/ipv4/tcp.c:tcp_sendmsg", "net/phonet/datagram.c:pn_sendmsg")
    return source


def test_chains_through_what_never_comes_together_are_left_out():
    source = two_families()
    assert ("inet_sendmsg", "pn_sendmsg") in chains(source, "pn_sendmsg")[0]
    alien = {("inet_sendmsg", "pn_sendmsg"), ("pn_socket_sendmsg", "tcp_sendmsg")}
    why = Apart(("its_prot",), ("other_ops",), ())
    source.apart = lambda way, out: why if (way[0].callee.name, out.callee.name) in alien else None
    found, notes = chains(source, "pn_sendmsg")
    assert found == [("sys_send", "pn_socket_sendmsg"), ("pn_socket_sendmsg", "pn_helper"), ("pn_helper", "pn_sendmsg")]
    assert "1 chain through objects that never come together is left out." in notes
    assert ("pn_helper", "tcp_sendmsg") not in chains(source, "tcp_sendmsg")[0]


def test_a_chain_that_begins_behind_the_dispatch_stays():
    source = two_families()
    never(source, ("sys_send", "pn_sendmsg"))
    answer = between(source, find_start(source, "inet_sendmsg"), find_start(source, "pn_sendmsg"))
    assert len(answer.edges) == 1
    assert not answer.notes
