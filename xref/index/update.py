# SPDX-License-Identifier: MIT
"""Brings an index up to date where that takes less time than to build it anew.

The facts of a file depend on its own text and on what other files offer it: macros, includes, the names that
conditionals ask for. A hash of what a file offers is its *interface*. While all interfaces stay as they were, only the
files that have changed are extracted, under the macros that the index holds, and their rows replace the old ones, in
one transaction. Where an interface has changed, the files that use what has changed are extracted as well (see
:mod:`xref.index.users`), into a copy of the index.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable, Sequence, Set
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec

from xref.index import worker
from xref.index.notes import counts_to_text, entry_rows, now, skipped
from xref.index.pool import Pool, portions
from xref.index.reuse import Old
from xref.index.summary import Progress, Summary
from xref.index.users import LARGEST_SHARE, Reworked, rework
from xref.lex.model import MacroDef
from xref.macros.defined import Known
from xref.macros.table import StoredTable
from xref.macros.visibility import IncludeGraph
from xref.store.database import copy_index
from xref.store.editor import Editor
from xref.store.macros import with_header
from xref.store.model import FileRow
from xref.store.reader import Reader
from xref.store.renumber import renumbered
from xref.tree.files import FileList, SourceFile
from xref.tree.root import Tree
from xref.tree.syscalltbl import generated_headers

_WORD: Final = re.compile(r"[A-Za-z_]\w*")
_MOST: Final = 300
"""So many changed files are extracted by one process; more are left to a whole build with all its workers."""
_FEW: Final = 30
"""So many are put into the index itself; who wants to read it meanwhile has to wait."""


def update_index(
    tree: Tree,
    old: Old,
    listed: FileList,
    temporary: Path,
    pool: Pool,
    *,
    started_ns: int,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Summary | None:
    """Brings ``old`` to what ``listed`` has now, or writes a copy to ``temporary`` that is. ``started_ns`` is when
    that was listed.

    None where the index has to be built anew; a summary and no copy where nothing has changed, or what has is put into
    the index itself: few files, and nobody reads it at this moment.
    """
    started = time.perf_counter()
    files = listed.files
    come = [f for f in files if f.path not in old.files]
    gone = old.files.keys() - {f.path for f in files}
    suspects = old.suspects(files)
    root = str(tree.root)
    as_before = not come and not gone and old.meta.get("recipes") == listed.recipes
    moved = not old.own or old.meta.get("root") != root
    if as_before and not moved and not suspects:
        return old.summary()
    changed = _changed(old, root, suspects, pool, progress)
    if len(changed) + len(come) > LARGEST_SHARE * len(files):
        return None
    lexed = _lexed(root, [*changed, *come], pool)
    same = as_before and not moved and not changed
    if same and all((f.size, f.mtime_ns) == old.files[f.path].stat for f in suspects):
        return old.summary()  # too young to be told from what changed, and yet the same
    alone = as_before and all(lexed[f.path].interface == old.files[f.path].interface for f in changed)
    reworked: Reworked | None
    narrow = alone and len(changed) <= _MOST
    if narrow:
        reworked = Reworked(_extract(tree, old, [lexed[f.path] for f in changed], changed), {}, {}, {})
    else:
        progress(Progress(0, len(files), 0, 0, "looking for users of what has changed"))
        reworked = rework(tree, old, files, lexed, pool, temporary)
    if reworked is None or any(row.failure.startswith(worker.INTERNAL) for row in reworked.rows):
        temporary.unlink(missing_ok=True)
        return None

    def put(editor: Editor) -> Summary:
        try:
            editor.leave(old.db, sorted(old.files[path].id for path in gone))
            if not as_before:
                editor.syscalls(entry_rows(tree))
            _put(editor, files, {f.path for f in suspects}, {f.path for f in come}, reworked)
            summary = _summary(old, editor, listed, len(reworked.rows), time.perf_counter() - started)
            meta = {**reworked.known, "started": str(started_ns), "root": root, "version": tree.version}
            editor.finish({**meta, **counts_to_text(summary), "recipes": listed.recipes, "built": now()})
        finally:
            editor.abandon()
        progress(Progress(len(suspects), len(suspects), 0, 0, "done"))
        return summary

    if narrow and len(changed) <= _FEW and old.own:
        with suppress(sqlite3.OperationalError):  # somebody reads it, or the disk is full
            return put(Editor(old.db, in_place=True))
    if come or gone:
        progress(Progress(0, len(files), 0, 0, "numbering the files anew"))
        numbers = {f.path: number for number, f in enumerate(files, 1)}
        renumbered(old.db, temporary, {s.id: numbers[path] for path, s in old.files.items() if path in numbers})
    else:
        copy_index(old.db, temporary)
    return put(Editor(temporary))


def _put(editor: Editor, files: Sequence[SourceFile], touched: Set[str], come: Set[str], reworked: Reworked) -> None:
    """Puts what has been worked out into a copy of the index, in which files have the numbers of ``files``."""
    numbers = {}
    for number, f in enumerate(files, 1):
        numbers[f.path] = number
        if f.path in come:
            editor.add(number, f.path, f.program)
        elif f.path in touched:
            editor.touch(number, f.size, f.mtime_ns)
    for path, offer in reworked.offers.items():
        editor.offer(numbers[path], offer)
    editor.guard(reworked.guards)
    if reworked.parts is not None:
        editor.parts(reworked.parts)
    if reworked.resolved is not None:
        editor.resolved(reworked.resolved)
    if reworked.requires is not None:
        editor.options(reworked.requires)
    for row in reworked.rows:
        editor.replace(numbers[row.path], row)


def _changed(
    old: Old, root: str, suspects: Sequence[SourceFile], pool: Pool, progress: Callable[[Progress], None]
) -> list[SourceFile]:
    """Those of ``suspects`` whose content is not what it was."""
    found = []
    progress(Progress(0, len(suspects), 0, sum(f.size for f in suspects), "reading changes"))
    chunks = list(portions(suspects))
    hashed = pool.run(worker.hash_files, root, [[f.path for f in chunk] for chunk in chunks])
    for chunk, data in zip(chunks, hashed, strict=True):
        found += [f for f, h in zip(chunk, worker.decode_hashes(data), strict=True) if h != old.files[f.path].hash]
    return found


def _lexed(root: str, files: Sequence[SourceFile], pool: Pool) -> dict[str, worker.LexedFile]:
    """The first pass over some files."""
    chunks = [[f.path for f in chunk] for chunk in portions(files)]
    return {f.path: f for data in pool.run(worker.lex_files, root, chunks) for f in worker.decode_lexed(data)}


def _extract(tree: Tree, old: Old, lexed: Sequence[worker.LexedFile], changed: Sequence[SourceFile]) -> list[FileRow]:
    """The rows of the changed files, under the macros of the index and their own."""
    if not changed:
        return []
    reader = Reader(old.db)
    try:
        for f in changed:
            text = worker.read(str(tree.root), f.path)[0].decode("latin-1")
            reader.expect_macros(_WORD.findall(text))
        worker.prepare(_table(old, reader, lexed))
        chunk = [(f.path, f.size, f.mtime_ns) for f in changed]
        return worker.decode_rows(worker.extract_files(str(tree.root), chunk))
    finally:
        worker.prepare(None)
        reader.close()


def _table(old: Old, reader: Reader, lexed: Sequence[worker.LexedFile]) -> StoredTable:
    """The macros of the index, but for those of the changed files, which may stand on other lines now."""
    own: dict[str, list[MacroDef]] = {}
    of_own: dict[str, list[MacroDef]] = {}
    for f in lexed:
        guard = reader.header_guard(f.path)
        for m in f.macros:
            definition = with_header(m, guard)
            own.setdefault(m.name, []).append(definition)
            of_own.setdefault(f.path, []).append(definition)

    def find(name: str) -> Sequence[MacroDef]:
        stored = reader.macros(name)
        if name not in own:
            return stored
        rest = [m for m in stored if m.file not in of_own]
        return sorted((*rest, *own[name]), key=lambda m: m.file)

    def of_file(path: str) -> Sequence[MacroDef]:
        return of_own[path] if path in of_own else reader.macros_in(path)

    includes = reader.includes({f.path: f.includes for f in lexed})
    graph = IncludeGraph(includes, old.meta["arch"], reader.include_dirs(), reader.parts())
    known = Known.from_text(old.meta.get("constants", ""), old.meta.get("defined", ""))
    reader.expect_macros(known.defined)
    table = StoredTable(find, of_file, graph, known)
    table.listings.update(generated_headers(map(msgspec.structs.astuple, reader.syscalls())))
    table.listings.update(reader.listings())
    table.listings.update((f.path, f.listing) for f in lexed if f.listing)
    return table


def _summary(old: Old, editor: Editor, listed: FileList, extracted: int, seconds: float) -> Summary:
    before, more = old.summary(), editor.difference
    return replace(
        before,
        files=len(listed.files),
        bytes=sum(f.size for f in listed.files),
        functions=before.functions + more.functions,
        macros=before.macros + more.macros,
        call_sites=before.call_sites + more.calls,
        dispatch_sites=before.dispatch_sites + more.dispatches,
        registrations=before.registrations + more.registrations,
        functions_with_errors=before.functions_with_errors + more.broken,
        skipped=skipped(listed, editor.left_out()),
        seconds=seconds,
        reused_files=len(listed.files) - extracted,
    )
