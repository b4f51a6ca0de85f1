# SPDX-License-Identifier: MIT
"""The call hierarchy has the edges of ``xref callers`` and ``xref callees``, all of them and no others."""

import json
from pathlib import Path

import pytest

from xref.cli.main import main
from xref.lsp import hierarchy
from xref.lsp.asking import Asking
from xref.lsp.documents import Files
from xref.resolve.front.resolver import Resolver

from .client import File


@pytest.fixture
def xref(capfdbinary, kernel):
    def ask(command, node):
        capfdbinary.readouterr()
        assert main(["--tree", str(kernel), command, node, "--all", "--format", "json"]) == 0
        return json.loads(capfdbinary.readouterr().out)

    return ask


def items(editor, kernel, path):
    """The items of all functions and macros of a file, each asked for where its name stands."""
    file = File(editor, kernel / path)
    found = editor.ask("textDocument/documentSymbol", {"textDocument": {"uri": file.uri}})
    for symbol in found:
        if symbol["kind"] == 12:
            for item in file.ask("prepareCallHierarchy", symbol["location"]["range"]["start"]) or ():
                if item["name"] == symbol["name"]:
                    yield item


def ends(calls, end):
    """Node, manner and site of each call."""
    return sorted(
        (call[end]["data"]["node"], call[end]["detail"].partition(";")[0], span["start"]["line"] + 1)
        for call in calls
        for span in call["fromRanges"]
        if "node" in call[end]["data"]
    )


def edges(answer, node, mine, other):
    """The same of the command line's answer."""
    nodes = {each["id"] for each in answer["nodes"]}
    assert node in nodes
    return sorted(
        (
            edge[other],
            f"{edge['kind']}{' via ' + edge['via'] if edge['via'] else ''}, {edge['confidence']}",
            edge["line"],
        )
        for edge in answer["edges"]
        if edge[mine] == node
    )


@pytest.mark.parametrize("path", ["net/socket.c", "net/ipv4/af_inet.c", "kernel/workqueue.c", "include/linux/file.h"])
def test_the_edges_are_those_of_the_command_line(editor, kernel, xref, path):
    seen = calls = 0
    for item in items(editor, kernel, path):
        node = item["data"]["node"]
        down, up = xref("callees", node), xref("callers", node)
        left = editor.ask("callHierarchy/outgoingCalls", {"item": item})
        reached = editor.ask("callHierarchy/incomingCalls", {"item": item})
        assert ends(left, "to") == edges(down, node, "from", "to"), node
        assert ends(reached, "from") == edges(up, node, "to", "from"), node
        gaps = [call["to"]["name"] for call in left if "gap" in call["to"]["data"]]
        assert gaps == [gap["callee"] for gap in down["unresolved"]], node
        seen += 1
        calls += len(down["edges"]) + len(up["edges"])
    assert seen > 2
    assert calls > 4


def test_a_dispatch_begins_with_what_it_can_reach(editor, kernel):
    file = File(editor, kernel / "net" / "socket.c")
    found = file.ask("prepareCallHierarchy", file.at("READ_ONCE(sock->ops)->sendmsg", "sendmsg"))
    assert "inet_sendmsg" in [item["name"] for item in found]
    (item,) = [item for item in found if item["name"] == "inet_sendmsg"]
    (call,) = [
        call
        for call in editor.ask("callHierarchy/incomingCalls", {"item": item})
        if "indirect" in call["from"]["detail"]
    ]
    assert call["from"]["name"] == "sock_sendmsg_nosec"
    assert call["from"]["detail"].startswith("indirect via proto_ops.sendmsg, object; registration net/ipv4/af_inet.c:")


def test_a_system_call_is_what_its_macro_makes(editor, kernel):
    file = File(editor, kernel / "net" / "socket.c")
    (item,) = file.ask("prepareCallHierarchy", file.at("SYSCALL_DEFINE4(send,", "send"))
    assert item["data"]["node"] == "net/socket.c:__do_sys_send"
    called = editor.ask("callHierarchy/outgoingCalls", {"item": item})
    assert "__sys_sendto" in [call["to"]["name"] for call in called]


def test_where_no_name_stands_it_begins_with_the_function_around(editor, kernel):
    file = File(editor, kernel / "net" / "socket.c")
    (item,) = file.ask("prepareCallHierarchy", file.at("\treturn __sock_sendmsg(sock, msg);"))
    assert item["name"] == "sock_sendmsg"
    assert file.ask("prepareCallHierarchy", {"line": 15, "character": 0}) is None


def test_an_item_without_its_data_is_found_by_name_and_place(editor, kernel):
    file = File(editor, kernel / "net" / "can" / "raw.c")
    (item,) = file.ask("prepareCallHierarchy", file.at("raw_sendmsg(struct socket", "raw_sendmsg"))
    whole = editor.ask("callHierarchy/incomingCalls", {"item": item})
    assert whole
    del item["data"]
    assert editor.ask("callHierarchy/incomingCalls", {"item": item}) == whole


def test_an_item_of_another_tree_has_no_calls(editor, kernel):
    nowhere = {"start": {"line": 9999, "character": 0}, "end": {"line": 9999, "character": 1}}
    item = {"name": "x", "kind": 12, "uri": "file:///nowhere/x.c", "range": nowhere, "selectionRange": nowhere}
    for data in (None, {"node": "net/none.c:x"}, {"gap": True}, 7, {"node": 7}):
        asked = {**item, "data": data}
        assert editor.ask("callHierarchy/incomingCalls", {"item": asked}) == []
        assert editor.ask("callHierarchy/outgoingCalls", {"item": asked}) == []


def test_what_is_too_much_is_counted(kernel, monkeypatch):
    """Of more callers than are sent, the number of the others stands at the end and is said."""
    monkeypatch.setattr(hierarchy, "MOST", 3)
    source = Resolver.open(kernel / ".xref" / "index.db")
    asking = Asking(source, kernel, {}, Files(), "utf-16", {})
    (sym,) = [sym for sym in source.lookup("__sock_sendmsg") if sym.file == "net/socket.c"]
    found = hierarchy.incoming(asking, str(Path(kernel, sym.file)), hierarchy.item(asking, sym, ""))
    source.close()
    assert [call.from_.name for call in found][-1] == "... 2 more"
    assert len(found) == 3
    assert "xref callers net/socket.c:__sock_sendmsg --all" in asking.said[0][1]
