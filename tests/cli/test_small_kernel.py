# SPDX-License-Identifier: MIT
"""Every command on the index of the small kernel in ``fixtures/linux-3.7``."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def ask(xref, small_kernel):
    return lambda *args: xref("--tree", small_kernel, *args)


def graph(ran):
    assert ran.code == 0, ran.err
    answer = json.loads(ran.out)
    return answer, {node["id"]: node for node in answer["nodes"]}


def test_send_down_to_the_transport_layer(ask):
    answer, nodes = graph(ask("callgraph", "send", "--format", "json"))
    goals = {node for node in nodes if nodes[node]["layer"] == "transport"}
    assert {"net/ipv4/tcp.c:tcp_sendmsg", "net/ipv4/udp.c:udp_sendmsg", "net/ipv4/raw.c:raw_sendmsg"} <= goals
    assert {"net/ipv4/ping.c:ping_sendmsg", "net/ipv6/udp.c:udpv6_sendmsg"} <= goals
    ways = {(edge["from"], edge["to"], edge["via"]) for edge in answer["edges"]}
    dispatch = ("net/socket.c:__sock_sendmsg_nosec", "net/ipv4/af_inet.c:inet_sendmsg", "proto_ops.sendmsg")
    assert dispatch in ways
    assert ("net/ipv4/af_inet.c:inet_sendmsg", "net/ipv4/tcp.c:tcp_sendmsg", "proto.sendmsg") in ways
    can = {edge["from"] for edge in answer["edges"] if edge["to"] == "net/can/raw.c:raw_sendmsg"}
    assert can == {"net/socket.c:__sock_sendmsg_nosec"}
    assert all(edge["evidence"] for edge in answer["edges"])


def test_what_the_table_says(ask):
    out = ask("callgraph", "send").out
    assert "x86-64 has no entry for send: C libraries call sendto (44), which runs the same code." in out
    assert "i386 has no entry for send: it comes through socketcall (102)." in out


def test_security_hooks(ask):
    answer, _ = graph(ask("callgraph", "send", "--format", "json"))
    hooks = {edge["to"] for edge in answer["edges"] if edge["via"].endswith(".socket_sendmsg")}
    assert "security/selinux/hooks.c:selinux_socket_sendmsg" in hooks


def test_up_from_the_transport_layer(ask):
    _, nodes = graph(ask("callgraph", "tcp_sendmsg", "--up", "--format", "json"))
    assert any("sys_send" in (node["name"], *node["aliases"]) for node in nodes.values())


def test_path(ask):
    _, nodes = graph(ask("path", "sys_send", "udp_sendmsg", "--format", "json"))
    assert "net/ipv4/af_inet.c:inet_sendmsg" in nodes


def test_def_and_refs(ask):
    ran = ask("def", "sock_sendmsg")
    assert ran.code == 0
    assert ran.out.startswith("net/socket.c:")
    assert ask("def", "proto_ops").code == 0
    assert json.loads(ask("def", "sock_sendmsg", "--format", "json").out)["rows"][0]["kind"] == "function"
    reads = ask("refs", "sk_prot").out
    assert "net/core/sock.c:71: write sk_prot in sk_alloc" in reads
    assert "#define sk_prot" not in reads
    assert "net/ipv6/tcp_ipv6.c:49" in ask("refs", "tcp_sendmsg", "--format", "quickfix").out


def test_slots(ask):
    ran = ask("slots", "proto_ops.sendmsg")
    assert ran.code == 0
    assert "inet_sendmsg" in ran.out
    assert "net/socket.c:94" in ran.out
    assert "\n  tcp_sendmsg  " not in ran.out
    overview = ask("slots", "proto_ops").out
    assert any(line.startswith("proto_ops.sendmsg: ") for line in overview.splitlines())
    listed = json.loads(ask("slots", "proto.sendmsg", "--format", "json").out)["slots"][0]
    assert "net/ipv4/tcp.c:tcp_sendmsg" in {each["function"] for each in listed["registrations"]}


def test_syscalls(ask):
    ran = ask("syscalls", "sendto")
    assert ran.code == 0
    assert "net/socket.c:" in ran.out
    assert "44" in ran.out
    listed = {line.split()[0] for line in ask("syscalls").out.splitlines()}
    assert {"send", "sendto", "getpid"} <= listed
    assert json.loads(ask("syscalls", "sys_send", "--format", "json").out)["syscalls"][0]["name"] == "send"


def test_export(ask, tmp_path):
    assert ask("export", tmp_path / "out").code == 0
    head = (tmp_path / "out" / "edges.tsv").read_text().splitlines()[0]
    assert head.split("\t")[:2] == ["caller_file", "caller"]


def test_doctor(ask):
    ran = ask("doctor")
    assert ran.code == 0
    for word in ("tree-sitter", "SQLite", "index age", "parse quality", "can be used"):
        assert word in ran.out


def test_an_update_reads_nothing_again(ask):
    ran = ask("index")
    assert ran.code == 0
    assert "of them unchanged" in ran.out


def test_every_answer_is_the_same_in_another_process(small_kernel):
    command = [
        sys.executable,
        "-m",
        "xref.cli.main",
        "--tree",
        str(small_kernel),
        "callgraph",
        "send",
        "--format",
        "json",
    ]
    runs = {
        subprocess.run(
            command, cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1


def test_a_database_that_is_named_needs_no_tree(xref, small_kernel, tmp_path, monkeypatch):
    shutil.copy(small_kernel / ".xref" / "index.db", tmp_path / "k.db")
    monkeypatch.chdir(tmp_path)
    assert xref("--db", tmp_path / "k.db", "callers", "tcp_sendmsg").code == 0
