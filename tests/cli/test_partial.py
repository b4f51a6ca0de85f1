# SPDX-License-Identifier: MIT
"""``--partial``: an answer from a part of the tree, which says so, and is never taken for one from all of it."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from xref.index.elsewhere import files_defining
from xref.index.pool import Processes
from xref.tree.files import list_files
from xref.tree.part import home
from xref.tree.root import open_tree

from .conftest import FIXTURE


@pytest.fixture
def kernel(tmp_path):
    tree = tmp_path / "linux-3.7"
    shutil.copytree(FIXTURE, tree, ignore=shutil.ignore_patterns(".xref"))
    return tree


def folders(tree):
    connection = sqlite3.connect(tree / ".xref" / "index.db")
    paths = [path for (path,) in connection.execute("SELECT path FROM files")]
    connection.close()
    return {path.partition("/")[0] for path in paths}


def graph(ran):
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def test_a_part_answers_and_says_so(xref, kernel):
    answer = graph(xref("--tree", kernel, "callgraph", "send", "--partial", "--format", "json"))
    assert folders(kernel) == {"arch", "fs", "include", "kernel", "net", "security"}
    assert not answer["complete"]
    (note,) = (note for note in answer["notes"] if "part of the tree" in note)
    assert "files that an answer needed and the headers that all share" in note
    assert {"net/ipv4/tcp.c:tcp_sendmsg", "net/ipv4/udp.c:udp_sendmsg"} <= {node["id"] for node in answer["nodes"]}


@pytest.mark.parametrize(
    ("release", "question"),
    [
        ("linux-2.6", ("callgraph", "send")),
        ("linux-6.12", ("callgraph", "send")),
        ("linux-6.12", ("callers", "tcp_sendmsg")),
        ("linux-3.7", ("callgraph", "send")),
        ("linux-3.7", ("callees", "sock_sendmsg")),
        ("linux-3.7", ("path", "send", "tcp_sendmsg")),
    ],
)
def test_a_part_answers_as_the_whole_does(xref, tmp_path, release, question):
    tree = tmp_path / release
    shutil.copytree(FIXTURE.parent / release, tree, ignore=shutil.ignore_patterns(".xref"))
    part = graph(xref("--tree", tree, "--db", tmp_path / "part.db", *question, "--partial", "--format", "json"))
    whole = graph(xref("--tree", tree, "--db", tmp_path / "whole.db", *question, "--format", "json"))
    assert whole["edges"]
    for what in ("nodes", "edges", "ruled_out"):
        assert part.get(what) == whole.get(what)


def test_another_question_finds_what_it_needs(xref, kernel):
    graph(xref("--tree", kernel, "callees", "inet_sendmsg", "--partial", "--format", "json"))
    before = folders(kernel)
    answer = graph(xref("--tree", kernel, "callgraph", "send", "--partial", "--format", "json"))
    assert "security" in folders(kernel) - before
    assert "security/selinux/hooks.c:selinux_socket_sendmsg" in {node["id"] for node in answer["nodes"]}


def test_the_part_is_used_again(xref, kernel):
    graph(xref("--tree", kernel, "callgraph", "send", "--partial", "--format", "json"))
    before = (kernel / ".xref" / "index.db").stat().st_mtime_ns
    ran = xref("--tree", kernel, "callers", "tcp_sendmsg", "--partial")
    assert "part of the tree" in ran.out
    assert (kernel / ".xref" / "index.db").stat().st_mtime_ns == before


@pytest.mark.parametrize("question", [("callers", "tcp_sendmsg"), ("def", "tcp_sendmsg"), ("slots", "proto.sendmsg")])
def test_who_asks_for_all_gets_all(xref, kernel, question):
    graph(xref("--tree", kernel, "callgraph", "send", "--partial", "--format", "json"))
    ran = xref("--tree", kernel, *question)
    assert ran.code == 0
    assert "it is made anew" in ran.err
    assert "part of the tree" not in ran.out
    assert len(folders(kernel)) > 3
    whole = graph(xref("--tree", kernel, "callgraph", "send", "--partial", "--format", "json"))
    assert not [note for note in whole["notes"] if "part of the tree" in note]


def test_what_another_part_defines_makes_that_part(xref, kernel):
    graph(xref("--tree", kernel, "callgraph", "send", "--partial", "--format", "json"))
    assert "drivers" not in folders(kernel)
    answer = graph(xref("--tree", kernel, "callees", "mini_nic_reset_task", "--partial", "--format", "json"))
    assert not answer["complete"]
    assert "drivers" in folders(kernel)
    assert "security" not in folders(kernel)


def test_a_name_that_tells_no_folder_takes_the_whole_tree(xref, kernel):
    ran = xref("--tree", kernel, "callgraph", "no_such_function", "--partial")
    assert ran.code == 1
    assert len(folders(kernel)) > 3


def test_an_index_that_is_named_is_taken_as_it_is(xref, kernel, tmp_path):
    graph(xref("--tree", kernel, "--db", tmp_path / "p.db", "callgraph", "send", "--partial", "--format", "json"))
    answer = graph(xref("--db", tmp_path / "p.db", "callees", "sock_sendmsg", "--format", "json"))
    assert not answer["complete"]
    for question in (("slots", "proto.sendmsg"), ("refs", "tcp_sendmsg"), ("def", "tcp_sendmsg"), ("doctor",)):
        assert "part of the tree" in xref("--db", tmp_path / "p.db", *question).err


def test_indexing_makes_it_whole(xref, kernel):
    graph(xref("--tree", kernel, "callgraph", "send", "--partial", "--format", "json"))
    assert xref("--tree", kernel, "index").code == 0
    assert len(folders(kernel)) > 3
    answer = graph(xref("--tree", kernel, "callgraph", "send", "--format", "json"))
    assert not [note for note in answer["notes"] if "part of the tree" in note]


SOURCES = {
    "net/a.c": "SYSCALL_DEFINE4(send, int, fd, void __user *, b)\n{\n}\n",
    "fs/b.c": "int send(int x)\n{\n\treturn other(x);\n}\n",
    "drivers/net/c.c": "static int\nprobe(struct x *x,\n      int y)\n{\n}\n",
    "drivers/usb/d.c": "int other(int x);\n\tother(3);\n#define other(x) {\nstatic struct x x = { other };\n",
    "lib/e.c": "int __must_check other(int x) __acquires(x)\n{\n}\n",
    "tools/f.c": "int other(int x)\n{\n}\n",
    "ipc/g.c": "asmlinkage long sys_msgget(key_t key, int flags)\n{\n}\n",
    "ipc/h.c": "static int probe2(void)\n{\n}\n",
}
for folder in ("ipc", "mm", "fs", "net", "block"):
    SOURCES[f"{folder}/many.c"] = "int many(void)\n{\n}\n"


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["send"], ("net",)),
        (["probe"], ("drivers/net",)),
        (["c.c:probe"], ("drivers/net",)),
        (["other"], ("lib",)),
        (["other", "probe"], ("drivers/net", "lib")),
        (["msgget"], ("ipc",)),
        (["send", "other"], ("lib", "net")),
        (["send", "nothing"], ()),
        (["nothing"], ()),
        (["many"], ()),
    ],
)
def test_where_a_name_is_at_home(tmp_path: Path, names: list[str], found: tuple[str, ...]) -> None:
    for path, text in {
        **SOURCES,
        "Makefile": "VERSION = 6\nPATCHLEVEL = 1\n",
        "arch/x86/x.c": "",
        "kernel/x.c": "",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    tree = open_tree(tmp_path)
    paths = files_defining(names, str(tree.root), list_files(tree, "x86").files, Processes(1))
    assert sorted({home(path) for path in paths}) == list(found)
