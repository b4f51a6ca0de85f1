# SPDX-License-Identifier: MIT
"""What real editors sent, message for message: ``sessions/`` has it, with placeholders for the tree, the texts, the
places that were asked about and the item of a call hierarchy.
"""

import json
from pathlib import Path

import pytest

from .client import File, Process, lead

SESSIONS = sorted((Path(__file__).parent / "sessions").glob("*.json"))


def filled(value, tree, items, key=""):
    """A message with what its placeholders stand for."""
    match value:
        case dict():
            if "text" in value and "uri" in value:
                path = value["uri"].removeprefix("file://").format(root=tree)
                return {**{k: filled(v, tree, items, k) for k, v in value.items()}, "text": Path(path).read_text()}
            return {k: filled(v, tree, items, k) for k, v in value.items()}
        case list():
            return [filled(each, tree, items) for each in value]
        case "item":
            return items[0]
        case "text":
            return "/* new */\n" + (tree / "net" / "socket.c").read_text()
        case str() if key == "position":
            socket = File(None, tree / "net" / "socket.c")
            asked = {
                "dispatch": ("READ_ONCE(sock->ops)->sendmsg", "sendmsg"),
                "function": ("int sock_sendmsg(", "sock_"),
            }
            return socket.at(*asked[value])
        case str():
            return value.replace("{root}", str(tree))
    return value


@pytest.mark.parametrize("session", SESSIONS, ids=lambda path: path.stem)
def test_a_session_of_an_editor(kernel, session):
    editor = Process()
    asked, answers, items = {}, {}, []
    for message in json.loads(session.read_text()):
        method = message["method"]
        if "item" in (message.get("params") or ()):  # an editor waits for that; for nothing else here
            while not items:
                answer = editor.answer()
                answers[answer["id"]] = answer
                items = answer.get("result") or [] if asked[answer["id"]] == "textDocument/prepareCallHierarchy" else []
        while method in ("shutdown", "exit") and len(answers) < len(asked):
            answer = editor.answer()
            answers[answer["id"]] = answer
        params = filled(message.get("params"), kernel, items)
        if "id" in message:
            asked[editor.post(method, params)] = method
        else:
            editor.tell(method, params)
    assert editor.end() == 0
    assert editor.complaints == ""
    assert editor.shown == []
    told = {}
    for number, answer in answers.items():
        if "error" in answer:
            assert answer["error"]["code"] == -32800  # taken back
        else:
            told.setdefault(asked[number], answer["result"])
    offered = told["initialize"]["capabilities"]["positionEncoding"]
    assert offered == ("utf-8" if session.stem == "neovim-0.11" else "utf-16")
    (member,) = lead(told["textDocument/definition"])
    assert member.startswith("net.h: sendmsg)(struct socket")
    assert len(told["textDocument/implementation"]) == 7
    assert len(told["textDocument/references"]) == 12
    assert "int (*sendmsg)(struct socket *sock" in told["textDocument/hover"]["contents"]["value"]
    assert [each["name"] for each in told["workspace/symbol"]] == ["sock_sendmsg", "sock_sendmsg_nosec"]
    assert "sock_sendmsg" in [each["name"] for each in told["textDocument/documentSymbol"]]
    if session.stem.startswith("neovim"):
        assert [call["from"]["name"] for call in told["callHierarchy/incomingCalls"]] == ["kernel_sendmsg"]
        assert [call["to"]["name"] for call in told["callHierarchy/outgoingCalls"]] == ["__sock_sendmsg"]
