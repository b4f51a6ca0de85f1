# SPDX-License-Identifier: MIT
"""The protocol: requests come in, one thread asks the index, answers and what has to be said go out."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import sqlite3
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from xref import __version__
from xref.errors import UsageError, XrefError
from xref.lsp import hierarchy, navigate, symbols
from xref.lsp.asking import Asking, Cancelled
from xref.lsp.documents import Files
from xref.lsp.index import Index

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from xref.lsp.index import Wanted

T = TypeVar("T")
_AFTERWARDS: Final = 0.1
"""Seconds from an answer to when garbage is collected, so that it is sent before."""


class Server(LanguageServer):
    """A language server over one index. Documents come whole: what ends a line is for the editor and for C the line
    feed alone, while the library cuts at form feeds too, which old drivers have.
    """

    def __init__(self, wanted: Wanted) -> None:
        super().__init__("xref", __version__, text_document_sync_kind=types.TextDocumentSyncKind.Full)
        self._index = Index(wanted)
        self._files = Files()
        self._said: set[str] = set()
        self._opened = 0
        # One thread: the index is opened in it, and whatever waits behind another question can still be cancelled.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="xref")

    async def ask(
        self,
        uri: str,
        question: Callable[[Asking, str], T],
        nothing: T,
        partly: types.ProgressToken | None = None,
    ) -> T:
        """The answer to a question about a file, and what has to be said of it; ``nothing`` without an index.
        ``partly``: under which token the editor wants places as they are found.
        """
        place = _place(uri)
        opened = {_place(each.uri): each.source for each in self.workspace.text_documents.values()}
        loop, cancelled = asyncio.get_running_loop(), threading.Event()

        def send(places: list[types.Location]) -> None:
            part = types.ProgressParams(partly if partly is not None else "", [_plain(each) for each in places])
            if not cancelled.is_set():
                loop.call_soon_threadsafe(self.progress, part)

        def ask() -> tuple[T, list[tuple[types.MessageType, str]], list[str]]:
            wanted = send if partly is not None else None
            return self._answer(place, opened, question, nothing, cancelled.is_set, wanted)

        try:
            answer, said, logged = await loop.run_in_executor(self._thread, ask)
        except asyncio.CancelledError:
            cancelled.set()
            raise
        loop.call_later(_AFTERWARDS, self._thread.submit, self._index.tidy)
        if self._opened != self._index.opened:
            self._opened = self._index.opened
            self._said.clear()
        for kind, message in said:
            if message not in self._said:
                self._said.add(message)
                self.window_show_message(types.ShowMessageParams(kind, f"xref: {message}"))
        for message in logged:
            self.window_log_message(types.LogMessageParams(types.MessageType.Log, f"xref: {message}"))
        return answer

    def _answer(
        self,
        place: str,
        opened: Mapping[str, str],
        question: Callable[[Asking, str], T],
        nothing: T,
        cancelled: Callable[[], bool],
        send: Callable[[list[types.Location]], None] | None,
    ) -> tuple[T, list[tuple[types.MessageType, str]], list[str]]:
        try:
            source = self._index.open(Path(place) if place else None)
            notes = [(types.MessageType.Warning, note) for note in self._index.notes(source)]
            encoding = str(self.workspace.position_encoding or types.PositionEncodingKind.Utf16.value)
            index = self._index
            asking = Asking(source, index.top, opened, self._files, encoding, index.constants, cancelled, send)
            answer = question(asking, place)
            return answer, [*notes, *asking.said], asking.logged
        except Cancelled:
            return nothing, [], []
        except XrefError as error:
            return nothing, [(types.MessageType.Warning, str(error))], []
        except sqlite3.Error as error:
            self._index.close()
            return nothing, [(types.MessageType.Error, f"the index cannot be read ({error})")], []
        finally:
            self._index.rest()

    async def look(self, uri: str) -> None:
        """Says at once what is wrong with the index, where it is known which; a file that is none of a tree's asks for
        nothing.
        """
        if uri and (place := _place(uri)):
            self._index.look_in(Path(place).parent)
        if self._index.known:
            await self.ask(uri, lambda asking, place: None, None)

    def look_in(self, folder: str) -> None:
        """The editor's own folder, where the command line names no tree."""
        self._index.look_in(Path(folder))


def make(wanted: Wanted) -> Server:
    """The server with all that it answers."""
    server = Server(wanted)

    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        folders = [folder.uri for folder in params.workspace_folders or ()]
        for uri in (*folders, params.root_uri):
            if uri and (folder := _place(uri)):
                server.look_in(folder)
        if params.root_path:
            server.look_in(params.root_path)

    @server.feature(types.INITIALIZED)
    async def initialized(_: types.InitializedParams) -> None:
        await server.look("")

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    async def opened(params: types.DidOpenTextDocumentParams) -> None:
        await server.look(params.text_document.uri)

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    def configured(_: types.DidChangeConfigurationParams) -> None:
        """There is nothing to set, but editors say so."""

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    async def definition(params: types.DefinitionParams) -> list[types.Location]:
        at = params.position
        return await server.ask(
            params.text_document.uri, lambda asking, place: navigate.definition(asking, place, at), []
        )

    @server.feature(types.TEXT_DOCUMENT_IMPLEMENTATION)
    async def implementation(params: types.ImplementationParams) -> list[types.Location]:
        at = params.position
        return await server.ask(
            params.text_document.uri, lambda asking, place: navigate.implementation(asking, place, at), []
        )

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    async def references(params: types.ReferenceParams) -> list[types.Location]:
        at, declaration = params.position, params.context.include_declaration

        def question(asking: Asking, place: str) -> list[types.Location]:
            return navigate.references(asking, place, at, declaration=declaration)

        return await server.ask(params.text_document.uri, question, [], params.partial_result_token)

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(params: types.HoverParams) -> types.Hover | None:
        at = params.position
        return await server.ask(params.text_document.uri, lambda asking, place: navigate.hover(asking, place, at), None)

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    async def in_file(
        params: types.DocumentSymbolParams,
    ) -> list[types.DocumentSymbol] | list[types.SymbolInformation]:
        document = server.client_capabilities.text_document
        able = document.document_symbol if document is not None else None
        nested = bool(able is not None and able.hierarchical_document_symbol_support)
        found: list[types.DocumentSymbol] | list[types.SymbolInformation] = []
        return await server.ask(
            params.text_document.uri, lambda asking, place: symbols.in_file(asking, place, nested=nested), found
        )

    @server.feature(types.WORKSPACE_SYMBOL)
    async def in_tree(params: types.WorkspaceSymbolParams) -> list[types.SymbolInformation]:
        return await server.ask("", lambda asking, place: symbols.in_tree(asking, params.query), [])

    @server.feature(types.TEXT_DOCUMENT_PREPARE_CALL_HIERARCHY)
    async def prepare(params: types.CallHierarchyPrepareParams) -> list[types.CallHierarchyItem] | None:
        at = params.position
        found: list[types.CallHierarchyItem] = await server.ask(
            params.text_document.uri, lambda asking, place: hierarchy.prepare(asking, place, at), []
        )
        return found or None

    @server.feature(types.CALL_HIERARCHY_INCOMING_CALLS)
    async def incoming(params: types.CallHierarchyIncomingCallsParams) -> list[types.CallHierarchyIncomingCall]:
        item = params.item
        return await server.ask(item.uri, lambda asking, place: hierarchy.incoming(asking, place, item), [])

    @server.feature(types.CALL_HIERARCHY_OUTGOING_CALLS)
    async def outgoing(params: types.CallHierarchyOutgoingCallsParams) -> list[types.CallHierarchyOutgoingCall]:
        item = params.item
        return await server.ask(item.uri, lambda asking, place: hierarchy.outgoing(asking, place, item), [])

    return server


def _plain(place: types.Location) -> dict[str, object]:
    """A place as the protocol spells it: what is reported as progress may be anything, and is sent as it is."""
    start, end = ({"line": p.line, "character": p.character} for p in (place.range.start, place.range.end))
    return {"uri": place.uri, "range": {"start": start, "end": end}}


def _place(uri: str) -> str:
    """The file that an address means; '' for one that is no file's."""
    try:
        place = to_fs_path(uri) or ""
    except ValueError:
        return ""
    return "" if "\0" in place else place


def serve(wanted: Wanted) -> None:
    """Speak with an editor over stdin and stdout until it says goodbye. Raises UsageError where one of them is closed.

    What anything else may print goes to stderr: the editor would not understand it.
    """
    if sys.stdin is None or sys.stdout is None:
        raise UsageError("a language server speaks over stdin and stdout, and one of them is closed")
    gc.disable()  # garbage is collected behind the answers
    logging.getLogger("pygls").setLevel(logging.ERROR)  # that an editor takes back what was answered is no complaint
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno() if sys.stderr is not None else os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    make(wanted).start_io(sys.stdin.buffer, out)
