# SPDX-License-Identifier: MIT
"""``xref lsp`` as a command: what it needs, what it offers, and how it ends."""

import importlib.util
import subprocess
import sys
import threading

from xref.cli.main import main
from xref.lsp import navigate

from .client import PATIENCE, File, Process


def test_it_says_what_it_can(editor):
    for what in (
        "definition", "references", "implementation", "hover", "callHierarchy", "documentSymbol", "workspaceSymbol",
    ):  # fmt: skip
        assert editor.capabilities[f"{what}Provider"], what
    assert editor.capabilities["textDocumentSync"]["change"] == 1  # whole texts
    assert editor.capabilities["positionEncoding"] == "utf-16"


def test_without_the_library_it_says_what_to_install(monkeypatch, capsys):
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *a: None if name == "pygls" else real(name, *a))
    monkeypatch.setattr("xref.cli.lsp.find_spec", importlib.util.find_spec)
    assert main(["lsp"]) == 2
    assert "pip install 'xref[lsp]'" in capsys.readouterr().err


def test_it_ends_well_with_a_word_and_without(kernel, small):
    editor = Process("--tree", kernel).start(small(index=False))  # the command line's tree is the one
    assert editor.ask("workspace/symbol", {"query": "sock_sendmsg"})
    assert editor.close() == 0
    assert editor.complaints == ""
    gone = subprocess.run(
        [sys.executable, "-m", "xref.cli.main", "lsp", "--stdio"],
        input=b"", capture_output=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert (gone.returncode, gone.stdout, gone.stderr) == (0, b"", b"")


def test_what_waits_behind_another_question_can_be_cancelled(start, kernel, monkeypatch):
    go, asked = threading.Event(), []
    monkeypatch.setattr(navigate, "definition", lambda *_: [] if go.wait(PATIENCE) else None)
    monkeypatch.setattr(navigate, "hover", lambda *_: asked.append("hover"))
    editor = start(kernel)
    place = {"textDocument": {"uri": (kernel / "net" / "socket.c").as_uri()}, "position": {"line": 1, "character": 1}}
    first = editor.post("textDocument/definition", place)
    second = editor.post("textDocument/hover", place)
    editor.tell("$/cancelRequest", {"id": second})
    cancelled = editor.answer()
    assert (cancelled["id"], cancelled["error"]["code"]) == (second, -32800)
    go.set()
    assert editor.answer() == {"jsonrpc": "2.0", "id": first, "result": []}
    assert asked == []


def test_what_takes_long_ends_when_nobody_waits_for_it(start, kernel, monkeypatch):
    begun, passed = threading.Event(), []

    def search(asking, place, at, *, declaration):
        begun.set()
        while True:
            asking.go_on()
            passed.append(1)

    monkeypatch.setattr(navigate, "references", search)
    editor = start(kernel)
    place = {"textDocument": {"uri": (kernel / "net" / "socket.c").as_uri()}, "position": {"line": 1, "character": 1}}
    asked = editor.post("textDocument/references", {**place, "context": {"includeDeclaration": True}})
    assert begun.wait(PATIENCE)
    editor.tell("$/cancelRequest", {"id": asked})
    assert editor.answer()["error"]["code"] == -32800
    assert editor.ask("workspace/symbol", {"query": "sock_sendmsg"})  # the next question has its turn
    assert passed


def test_references_are_sent_as_they_are_found_to_who_wants_them_so(start, kernel, monkeypatch):
    monkeypatch.setattr(navigate, "_SOON", -1)
    editor = start(kernel)
    file = File(editor, kernel / "net" / "socket.c")
    context = {"context": {"includeDeclaration": True}}
    position = file.at("READ_ONCE(sock->ops)->sendmsg", "sendmsg")
    whole = file.ask("references", position, **context)
    assert not editor.parts
    rest = file.ask("references", position, **context, partialResultToken="here")
    assert {part["token"] for part in editor.parts} == {"here"}
    assert len(editor.parts) > 2
    assert [each for part in editor.parts for each in part["value"]] + rest == whole


def test_what_is_no_message_does_not_end_it(start, kernel):
    editor = start(kernel)
    body = b'{"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"text'
    editor.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    editor.stdin.flush()
    assert editor.ask("workspace/symbol", {"query": "sock_sendmsg"})
