# SPDX-License-Identifier: MIT
"""Commands that answer with a graph, on a source in memory: formats, files, exit codes."""

import json

import pytest

from xref.cli.session import Session


def test_callgraph_prints_a_tree(xref, source):
    ran = xref("callgraph", "send")
    assert ran.code == 0
    assert ran.err == ""
    for name in ("sys_send", "__sock_sendmsg_nosec", "inet_sendmsg", "tcp_sendmsg", "security_socket_sendmsg"):
        assert name in ran.out
    assert "C libraries call sendto (44)" in ran.out


def test_callgraph_as_json(xref, source):
    answer = json.loads(xref("callgraph", "send", "--format", "json").out)
    assert answer["schema"] == "xref.callgraph/1"
    assert answer["query"]["to"] == "transport"
    assert "net/ipv4/tcp.c:tcp_sendmsg" in {node["id"] for node in answer["nodes"]}


@pytest.mark.parametrize(
    ("name", "begins"),
    [("a.json", "{"), ("a.dot", "digraph"), ("a.gv", "digraph"), ("a.svg", "<"), ("a.txt", "Linux"), ("a", "Linux")],
)
def test_the_ending_names_the_format(xref, source, tmp_path, name, begins):
    ran = xref("callgraph", "send", "-o", tmp_path / name)
    assert (ran.code, ran.out) == (0, "")
    assert (tmp_path / name).read_text().lstrip().startswith(begins)


def test_the_option_wins_over_the_ending(xref, source, tmp_path):
    assert xref("callgraph", "send", "--format", "json", "-o", tmp_path / "a.txt").code == 0
    json.loads((tmp_path / "a.txt").read_text())


def test_two_runs_write_the_same(xref, source):
    assert xref("callgraph", "send", "--format", "json") == xref("callgraph", "send", "--format", "json")


def test_further_down_stopped_short_and_upwards(xref, source):
    assert "ip_queue_xmit" in xref("callgraph", "send", "--to", "internet").out
    assert "tcp_sendmsg" not in xref("callgraph", "send", "--stop", "inet_sendmsg").out
    assert "sys_socketcall" in xref("callgraph", "udp_sendmsg", "--up").out
    assert "cut at depth 1" not in xref("callgraph", "send", "--depth", "1").out


def test_an_ambiguous_name_is_an_answer(xref, source):
    ran = xref("callgraph", "raw_sendmsg", "--format", "json")
    assert ran.code == 0
    assert len(json.loads(ran.out)["candidates"]) == 3


def test_callers_and_callees(xref, source):
    up = json.loads(xref("callers", "sock_sendmsg", "--format", "json").out)
    assert {edge["from"] for edge in up["edges"]} == {"net/socket.c:sys_sendto", "fs/file_table.c:fget_light"}
    down = json.loads(xref("callees", "sock_sendmsg", "--format", "json").out)
    assert [edge["to"].rpartition(":")[2] for edge in down["edges"]] == [
        "init_sync_kiocb",
        "__sock_sendmsg",
        "wait_on_sync_kiocb",
    ]


def test_path_found_and_not_found(xref, source):
    ran = xref("path", "socketcall", "udp_sendmsg")
    assert ran.code == 0
    assert "inet_sendmsg" in ran.out
    none = xref("path", "udp_sendmsg", "socketcall")
    assert none.code == 1
    assert "No call chain leads from udp_sendmsg" in none.out


def test_quickfix_lines(xref, source):
    for line in xref("callees", "sock_sendmsg", "--format", "quickfix").out.splitlines():
        file, row, column, text = line.split(":", 3)
        assert file == "net/socket.c"
        assert int(row) > 0
        assert int(column) == 9
        assert text


def test_no_colour_in_a_pipe(xref, source):
    assert "\033" not in xref("callgraph", "send").out


def test_layers_of_ones_own(xref, source, tmp_path):
    rules = tmp_path / "layers.toml"
    rules.write_text(
        "[net]\nhome = ['net/**']\norder = ['outside', 'inside']\ndefault_stop = 'inside'\n"
        "[[net.rule]]\nlayer = 'inside'\nsymbols = ['inet_*']\n[[net.rule]]\nlayer = 'outside'\nfiles = ['net/**']\n"
    )
    answer = json.loads(xref("callgraph", "send", "--layers", rules, "--format", "json").out)
    goals = {node["name"] for node in answer["nodes"] if node["layer"] == "inside"}
    assert goals == {"inet_sendmsg"}


def test_the_index_is_made_once(xref, bare_kernel, monkeypatch):
    builds = []
    real = Session.build
    monkeypatch.setattr(Session, "build", lambda self, tree, *a, **k: builds.append(tree) or real(self, tree, *a, **k))
    assert "one" in xref("--tree", bare_kernel, "callees", "two").out
    assert "one" in xref("--tree", bare_kernel, "callees", "two").out
    assert len(builds) == 1
