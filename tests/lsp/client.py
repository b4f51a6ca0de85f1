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
from typing import Any, BinaryIO
from urllib.parse import unquote, urlsplit

from xref.lsp.index import Wanted
from xref.lsp.server import make

PATIENCE = 60


class Editor:
    """``tell``s and ``ask``s a server; ``shown`` and ``logged`` are the messages that it has sent by itself,
    ``parts`` those of answers.
    """

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.logged: list[str] = []
        self.parts: list[dict[str, Any]] = []
        self.capabilities: dict[str, Any] = {}
        self._number = 0
        self._answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self.stdin, self._stdout = self._begin()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _begin(self) -> tuple[BinaryIO, BinaryIO]:
        """Starts a server in this process, which takes no time."""
        theirs, mine = os.pipe()
        back, forth = os.pipe()
        self._ends = (os.fdopen(theirs, "rb"), os.fdopen(forth, "wb"))
        self._server = threading.Thread(target=make(Wanted()).start_io, args=self._ends, daemon=True)
        self._server.start()
        return os.fdopen(mine, "wb"), os.fdopen(back, "rb")

    def _end(self) -> int:
        self._server.join(timeout=PATIENCE)
        for end in self._ends:
            end.close()
        return int(self._server.is_alive())

    def _read(self) -> None:
        stream = self._stdout
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
                case "$/progress":
                    self.parts.append(message["params"])
                case None:
                    self._answers.put(message)
        self._answers.put({"id": None, "error": "the server is gone"})

    def _send(self, message: dict[str, Any]) -> None:
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
        self.stdin.flush()

    def tell(self, method: str, params: Any) -> None:
        self._send({"method": method, "params": params})

    def post(self, method: str, params: Any) -> int:
        """Asks, and does not wait; the number of the question."""
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        return self._number

    def answer(self) -> dict[str, Any]:
        """The next answer."""
        return self._answers.get(timeout=PATIENCE)

    def ask(self, method: str, params: Any) -> Any:
        number = self.post(method, params)
        answer = self.answer()
        assert answer["id"] == number, answer
        assert "error" not in answer, answer
        return answer["result"]

    def start(self, root: Path | None, **capabilities: Any) -> Editor:
        uri = root.as_uri() if root is not None else None
        asked = {"processId": os.getpid(), "rootUri": uri, "capabilities": capabilities}
        self.capabilities = self.ask("initialize", asked)["capabilities"]
        self.tell("initialized", {})
        return self

    def close(self) -> int:
        if not self.stdin.closed:
            self.ask("shutdown", None)
            self.tell("exit", None)
            self.end()
        return self._code

    def end(self) -> int:
        """Waits for the server, which was told to leave."""
        self._code = self._end()
        self._reader.join(timeout=PATIENCE)
        self.stdin.close()
        self._stdout.close()
        return self._code


class Process(Editor):
    """The same with a server that is a process, as an editor would start it."""

    def __init__(self, *options: object) -> None:
        self._options = options
        self.complaints = ""
        super().__init__()

    def _begin(self) -> tuple[BinaryIO, BinaryIO]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("XREF_")}
        command = [sys.executable, "-m", "xref.cli.main", *map(str, self._options), "lsp"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=kept
        )
        return self.process.stdin, self.process.stdout

    def _end(self) -> int:
        code = self.process.wait(timeout=PATIENCE)
        self.complaints = self.process.stderr.read().decode()
        self.process.stderr.close()
        return code


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


def lead(found: list[dict[str, Any]]) -> list[str]:
    """Where places lead: the file, and what stands there from the place on."""
    leads = []
    for each in found:
        path = Path(unquote(urlsplit(each["uri"]).path))
        start = each["range"]["start"]
        line = path.read_bytes().decode("utf-8", "replace").split("\n")[start["line"]]
        text = line.encode("utf-16-le")[2 * start["character"] :].decode("utf-16-le")
        leads.append(f"{path.name}: {text}")
    return leads


def place(uri: str, span: dict[str, Any]) -> str:
    return f"{uri.rsplit('/', 1)[1]}:{span['start']['line'] + 1}"
