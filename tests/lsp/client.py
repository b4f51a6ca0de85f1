# SPDX-License-Identifier: MIT
"""An editor of few words: speaks JSON-RPC to a server that it has started, and notes what it is told."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

PATIENCE = 60


class Editor:
    """``tell``s and ``ask``s a server; ``shown`` and ``logged`` are the messages that it has sent by itself."""

    def __init__(self, *options: object, cwd: Path | None = None) -> None:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("XREF_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "xref.cli.main", *map(str, options), "lsp"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=cwd,
            env=kept,
        )
        self.shown: list[str] = []
        self.logged: list[str] = []
        self.capabilities: dict[str, Any] = {}
        self._number = 0
        self._answers: queue.Queue[dict[str, Any]] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        stream = self.process.stdout
        while head := stream.readline():
            length = int(head.split(b":")[1])
            while stream.readline().strip():
                pass
            message = json.loads(stream.read(length))
            match message.get("method"):
                case "window/showMessage":
                    self.shown.append(message["params"]["message"])
                case "window/logMessage":
                    self.logged.append(message["params"]["message"])
                case None:
                    self._answers.put(message)
        self._answers.put({"id": None, "error": "the server is gone"})

    def _send(self, message: dict[str, Any]) -> None:
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
        self.process.stdin.flush()

    def tell(self, method: str, params: Any) -> None:
        self._send({"method": method, "params": params})

    def ask(self, method: str, params: Any) -> Any:
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        answer = self._answers.get(timeout=PATIENCE)
        assert answer["id"] == self._number, answer
        assert "error" not in answer, answer
        return answer["result"]

    def start(self, root: Path | None, **capabilities: Any) -> Editor:
        uri = root.as_uri() if root is not None else None
        asked = {"processId": os.getpid(), "rootUri": uri, "capabilities": capabilities}
        self.capabilities = self.ask("initialize", asked)["capabilities"]
        self.tell("initialized", {})
        return self

    def close(self) -> int:
        if self.process.poll() is None:
            self.ask("shutdown", None)
            self.tell("exit", None)
        return self.process.wait(timeout=PATIENCE)


class File:
    """A file of the tree, as the editor shows it: places in it are named by the text that stands there."""

    def __init__(self, editor: Editor, path: Path) -> None:
        self.editor = editor
        self.uri = path.as_uri()
        self.text = path.read_bytes().decode("utf-8", "replace") if path.exists() else ""
        self.version = 0

    def open(self, text: str | None = None) -> File:
        self.text = self.text if text is None else text
        document = {"uri": self.uri, "languageId": "c", "version": 0, "text": self.text}
        self.editor.tell("textDocument/didOpen", {"textDocument": document})
        return self

    def change(self, text: str) -> None:
        self.text = text
        self.version += 1
        document = {"uri": self.uri, "version": self.version}
        self.editor.tell("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})

    def at(self, around: str, name: str = "") -> dict[str, Any]:
        """The position of ``name`` in the first line that has ``around`` in it."""
        for number, line in enumerate(self.text.split("\n")):
            if around in line:
                begin = line.index(around)
                before = line[: line.index(name or around, begin)]
                return {"line": number, "character": len(before.encode("utf-16-le")) // 2}
        raise AssertionError(f"{around} is not in {self.uri}")

    def ask(self, method: str, position: dict[str, Any], **more: Any) -> Any:
        asked = {"textDocument": {"uri": self.uri}, "position": position, **more}
        return self.editor.ask(f"textDocument/{method}", asked)

    def places(self, method: str, around: str, name: str = "", **more: Any) -> list[str]:
        """The answer as ``path:line``, lines from 1, paths from the last folder on."""
        found = self.ask(method, self.at(around, name), **more)
        return [place(each["uri"], each["range"]) for each in found]


def place(uri: str, span: dict[str, Any]) -> str:
    return f"{uri.rsplit('/', 1)[1]}:{span['start']['line'] + 1}"
