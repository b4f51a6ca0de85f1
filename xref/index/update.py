# SPDX-License-Identifier: MIT
"""Brings an index up to date where that takes less than to build it anew.

The facts of a file depend on its own text and on what other files offer it: macros, includes, what conditionals ask
for. All that is hashed as the file's *interface*. While the interfaces stay as they were, only the files that have
changed are extracted, under the macros that the index holds, and their rows replace the old ones in a copy of it. Where
an interface has changed, so are the files that use what is another now (see :mod:`xref.index.users`).
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Final

from xref.index import worker
from xref.index.pool import Pool
from xref.index.reuse import Old
from xref.index.summary import Progress, Summary
from xref.index.users import Reworked, rework
from xref.lex.model import MacroDef
from xref.macros.defined import Known
from xref.macros.table import StoredTable
from xref.macros.visibility import IncludeGraph
from xref.store.editor import Editor
from xref.store.model import FileRow
from xref.store.reader import Reader, with_header
from xref.tree.files import SourceFile
from xref.tree.root import Tree

_WORD: Final = re.compile(r"[A-Za-z_]\w*")
_MOST: Final = 300
"""So many changed files are extracted by one process; more are left to a whole build with all its workers."""


def update_index(
    tree: Tree,
    old: Old,
    files: Sequence[SourceFile],
    temporary: Path,
    pool: Pool,
    *,
    started_ns: int,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Summary | None:
    """Writes a copy of ``old`` to ``temporary`` that holds what ``files`` hold now. ``started_ns`` is when they were
    listed.

    None where the index has to be built anew; the summary of ``old``, and no copy, where nothing has changed.
    """
    started = time.perf_counter()
    suspects = old.suspects(files)
    root = str(tree.root)
    moved = old.meta.get("root") != root
    if not suspects and not moved:
        return old.summary()
    if len(suspects) > _MOST:
        return None
    total = sum(f.size for f in suspects)
    progress(Progress(0, len(suspects), 0, total, "reading changes"))
    lexed = {f.path: f for f in worker.decode_lexed(worker.lex_files(root, [f.path for f in suspects]))}
    changed = [f for f in suspects if lexed[f.path].hash != old.files[f.path].hash]
    alone = all(lexed[f.path].interface == old.files[f.path].interface for f in changed)
    if not changed and not moved and all((f.size, f.mtime_ns) == old.files[f.path].stat for f in suspects):
        return old.summary()  # too young to be told from what changed, and yet the same
    reworked: Reworked | None
    if alone:
        with ThreadPoolExecutor(1) as beside:
            copy = beside.submit(_copy, old.db, temporary)  # waits for the disk, while this waits for the processor
            reworked = Reworked(_extract(tree, old, [lexed[f.path] for f in changed], changed), {}, {})
            copy.result()
    else:
        progress(Progress(0, len(files), 0, 0, "looking for users of what has changed"))
        reworked = rework(tree, old, files, {f.path: lexed[f.path] for f in changed}, pool, temporary)
        if reworked is not None:
            _copy(old.db, temporary)  # not before: who forks must have no other thread
    if reworked is None or any(row.failure for row in reworked.rows):
        temporary.unlink(missing_ok=True)
        return None
    editor = Editor(temporary)
    try:
        for f in suspects:
            editor.touch(old.files[f.path].id, f.size, f.mtime_ns)
        for path, offer in reworked.offers.items():
            editor.offer(old.files[path].id, offer)
        editor.guard(reworked.guards)
        for row in reworked.rows:
            editor.replace(old.files[row.path].id, row)
        summary = _summary(old, editor, files, len(reworked.rows), time.perf_counter() - started)
        counts = {
            f"summary.{name}": str(getattr(summary, name))
            for name in ("bytes", "functions", "macros", "call_sites", "dispatch_sites", "registrations",
                         "functions_with_errors")
        }  # fmt: skip
        built = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        editor.finish({**counts, "started": str(started_ns), "built": built, "root": root})
    finally:
        editor.abandon()
    progress(Progress(len(suspects), len(suspects), total, total, "done"))
    return summary


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
    graph = IncludeGraph(includes, old.meta["arch"], reader.include_dirs(), old.meta.get("reread", "").splitlines())
    known = Known.from_text(old.meta.get("constants", ""), old.meta.get("defined", ""))
    reader.expect_macros(known.defined)
    table = StoredTable(find, of_file, graph, known)
    table.listings.update(reader.listings())
    table.listings.update((f.path, f.listing) for f in lexed if f.listing)
    return table


def _summary(old: Old, editor: Editor, files: Sequence[SourceFile], changed: int, seconds: float) -> Summary:
    before, more = old.summary(), editor.difference
    return replace(
        before,
        bytes=sum(f.size for f in files),
        functions=before.functions + more.functions,
        macros=before.macros + more.macros,
        call_sites=before.call_sites + more.calls,
        dispatch_sites=before.dispatch_sites + more.dispatches,
        registrations=before.registrations + more.registrations,
        functions_with_errors=before.functions_with_errors + more.broken,
        seconds=seconds,
        reused_files=len(files) - changed,
    )


def _copy(source: Path, target: Path) -> None:
    """A copy of a file; inside the kernel, and shared where the file system can, which takes a fraction of the time."""
    with source.open("rb") as a, target.open("wb") as b:
        left = os.fstat(a.fileno()).st_size
        try:
            while left > 0:
                copied = os.copy_file_range(a.fileno(), b.fileno(), left)
                if not copied:
                    break
                left -= copied
        except OSError:
            a.seek(0)
            b.seek(0)
            b.truncate()
            shutil.copyfileobj(a, b, 1 << 20)
            b.flush()
        os.fsync(b.fileno())  # so that little is left to be written when it is swapped in
