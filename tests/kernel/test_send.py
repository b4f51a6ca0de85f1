# SPDX-License-Identifier: MIT
"""What is true of ``send`` in Linux 3.7.2, 6.1 and 6.12, held against the whole kernel.

3.7.2 was counted by hand with plain searches; the paths of 6.1 and 6.12 were traced on a running kernel.
"""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from xref.cli.main import main
from xref.resolve.front.resolver import Resolver
from xref.tree.root import Tree

from .graph import Graph

pytestmark = pytest.mark.kernel

MODERN = {
    "__do_sys_send": ["__sys_sendto"],
    "__sys_sendto": ["__sock_sendmsg", "move_addr_to_kernel"],
    "__sock_sendmsg": ["security_socket_sendmsg", "sock_sendmsg_nosec"],
    "security_socket_sendmsg": ["selinux_socket_sendmsg", "apparmor_socket_sendmsg"],
    "sock_sendmsg_nosec": ["inet_sendmsg", "inet6_sendmsg", "unix_stream_sendmsg"],
    "inet_sendmsg": [
        "tcp_sendmsg", "udp_sendmsg", "net/ipv4/raw.c:raw_sendmsg", "mptcp_sendmsg", "tls_sw_sendmsg",
        "tcp_bpf_sendmsg",
    ],
}  # fmt: skip
OLD = {
    "sys_send": ["sys_sendto"],
    "sys_sendto": ["sock_sendmsg", "sockfd_lookup_light", "move_addr_to_kernel"],
    "sock_sendmsg": ["__sock_sendmsg"],
    "__sock_sendmsg": ["security_socket_sendmsg", "__sock_sendmsg_nosec"],
    "security_socket_sendmsg": [
        "selinux_socket_sendmsg", "smack_socket_sendmsg", "tomoyo_socket_sendmsg", "cap_socket_sendmsg",
    ],
    "__sock_sendmsg_nosec": [
        "inet_sendmsg", "unix_stream_sendmsg", "netlink_sendmsg", "packet_sendmsg", "net/can/raw.c:raw_sendmsg",
    ],
    "inet_sendmsg": ["tcp_sendmsg", "udp_sendmsg", "net/ipv4/raw.c:raw_sendmsg", "inet_autobind"],
}  # fmt: skip
TRUE = {"3.7": OLD, "6.1": MODERN, "6.12": MODERN}
MODERN_FALSE = {
    "sock_sendmsg_nosec": ["tcp_sendmsg", "udp_sendmsg", "net/ipv4/raw.c:raw_sendmsg"],
    "inet_sendmsg": ["net/can/raw.c:raw_sendmsg", "netlink_sendmsg", "unix_stream_sendmsg"],
}
OLD_FALSE = {
    "__sock_sendmsg_nosec": ["tcp_sendmsg", "net/ipv4/raw.c:raw_sendmsg"],
    "inet_sendmsg": ["net/can/raw.c:raw_sendmsg", "netlink_sendmsg", "unix_stream_sendmsg", "unix_dgram_sendmsg"],
}
FALSE = {"3.7": OLD_FALSE, "6.1": MODERN_FALSE, "6.12": MODERN_FALSE}


def of_this(tree: Tree, by_version: dict[str, dict[str, list[str]]]) -> dict[str, list[str]]:
    version = ".".join(tree.version.split(".")[:2])
    if version not in by_version:
        pytest.skip(f"nothing is written down of {tree.version}")
    return by_version[version]


def folded(resolver: Resolver, name: str) -> set[str]:
    """The ids that a function calls, macros on the way passed through."""
    todo = [
        s for s in resolver.lookup(name) if s.kind != "macro" and s.file.startswith(("net/", "security/", "include/"))
    ]
    found: set[str] = set()
    seen: set[int] = set()
    while todo:
        for e in resolver.calls(todo.pop()).edges:
            if e.callee.kind == "macro":
                if e.callee.fid not in seen:
                    seen.add(e.callee.fid)
                    todo.append(e.callee)
            else:
                found.add(e.callee.node)
    return found


def test_everything_that_is_true(tree: Tree, resolver: Resolver) -> None:
    missing = [
        f"{caller} > {callee}"
        for caller, callees in of_this(tree, TRUE).items()
        for callee in callees
        if not folded(resolver, caller) & {s.node for s in resolver.lookup(callee)}
    ]
    assert not missing


def test_nothing_that_is_false(tree: Tree, resolver: Resolver) -> None:
    wrong = [
        f"{caller} > {callee}"
        for caller, callees in of_this(tree, FALSE).items()
        for callee in callees
        if folded(resolver, caller) & {s.node for s in resolver.lookup(callee) if s.kind != "macro"}
    ]
    assert not wrong


SHOWN = (
    "security_socket_sendmsg",
    "sock_sendmsg_nosec",
    "__sock_sendmsg_nosec",
    "inet_sendmsg",
    "tcp_sendmsg",
    "udp_sendmsg",
)


def test_the_answer_goes_down_to_the_transport_layer(tree: Tree, send: Graph) -> None:
    spine = {
        caller: [c for c in callees if c.rpartition(":")[2] in {*of_this(tree, TRUE), *SHOWN}]
        for caller, callees in of_this(tree, TRUE).items()
    }
    missing = [f"{caller} > {c}" for caller, callees in spine.items() for c in callees if not send.calls(caller, c)]
    assert not missing
    assert not [f"{f} > {c}" for f, callees in of_this(tree, FALSE).items() for c in callees if send.calls(f, c)]


def test_the_answer_keeps_its_schema(send: Graph) -> None:
    schema = json.loads((files("xref.render") / "schemas" / "callgraph-1.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(send.answer)
    assert send.answer["schema"] == "xref.callgraph/1"


def test_every_edge_says_why(tree: Tree, send: Graph) -> None:
    assert len(send.answer["edges"]) > 10
    for e in send.answer["edges"]:
        assert e["from"] in send.nodes
        assert e["to"] in send.nodes
        assert e["evidence"], e
        lines = (tree.root / e["file"]).read_bytes().decode("utf-8", "replace").split("\n")
        assert lines[e["line"] - 1].strip() == e["text"]
        for v in e["evidence"]:
            assert v["rule"]
            text = (tree.root / v["file"]).read_bytes().decode("utf-8", "replace").split("\n")[v["line"] - 1]
            assert text.strip() == v["text"]


def test_weak_edges_are_never_mixed_in(send: Graph) -> None:
    assert {e["confidence"] for e in send.answer["edges"]} <= {"exact", "object", "typed"}


def test_nodes_stand_where_they_are_said_to_stand(tree: Tree, send: Graph) -> None:
    for n in send.answer["nodes"]:
        line = (tree.root / n["file"]).read_bytes().decode("latin-1").split("\n")[n["line"] - 1]
        assert n["line"] <= n["end_line"]
        # the name itself, or the part of it that an invocation is given: SYSCALL_DEFINE4(send, DEFINE_CLASS(fd,
        parts = re.findall(r"\w{2,}", line.partition("(")[2])
        # or the #include of a list that the file gives a meaning to: bpf_lsm_socket_sendmsg of kernel/bpf/bpf_lsm.c
        listed = line.lstrip().startswith("#include")
        assert n["name"] in line or listed or any(part in n["name"] for part in parts), (n["id"], line)


def test_a_part_of_the_tree_says_as_much(tree: Tree, send: Graph, tmp_path: Path) -> None:
    """``--partial``: nothing that the whole index does not say, and hardly less. In 6.12 all of it."""
    out, db = tmp_path / "send.json", tmp_path / "part.db"
    line = ["--tree", str(tree.root), "--db", str(db), "callgraph", "send", "--partial", "--format", "json"]
    assert main([*line, "-o", str(out)]) == 0
    part = json.loads(out.read_text(encoding="utf-8"))
    assert not part["complete"]
    whole, found = ({(e["from"], e["to"], e["via"]) for e in answer["edges"]} for answer in (send.answer, part))
    assert found <= whole
    assert len(whole - found) <= (0 if tree.version.startswith("6.12.") else 0.02 * len(whole))


@pytest.mark.parametrize(
    ("struct", "registrations", "functions", "names"), [("proto_ops", 67, 46, 46), ("proto", 19, 14, 13)]
)
def test_the_sendmsg_slots_of_3_7_2(
    tree: Tree, resolver: Resolver, struct: str, registrations: int, functions: int, names: int
) -> None:
    """Counted with plain searches over the whole tree; ``proto`` has two functions called raw_sendmsg."""
    if tree.version != "3.7.2":
        pytest.skip("counted in 3.7.2")
    entries = [e for e in resolver.slot(struct, "sendmsg").entries if e.how == "designated"]
    if not (tree.root / "crypto").is_dir():
        pytest.skip("counted in the whole tree")
    assert len({e.function.name for e in entries}) == names
    assert len({(e.file, e.line) for e in entries}) == registrations
    if struct == "proto":
        assert len({e.function.node for e in entries}) == functions


def test_functions_of_one_name_are_kept_apart(tree: Tree, resolver: Resolver) -> None:
    of_this(tree, TRUE)
    found = {s.node for s in resolver.lookup("raw_sendmsg") if s.kind == "function"}
    assert {"net/ipv4/raw.c:raw_sendmsg", "net/can/raw.c:raw_sendmsg"} <= found
    holders = {
        struct: {e.function.node for e in resolver.slot(struct, "sendmsg").entries} & found
        for struct in ("proto", "proto_ops")
    }
    assert "net/can/raw.c:raw_sendmsg" not in holders["proto"]
    assert "net/ipv4/raw.c:raw_sendmsg" not in holders["proto_ops"]
