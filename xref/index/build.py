# SPDX-License-Identifier: MIT
"""Builds an index: list, lex, extract, load, swap in.

Two passes over the tree, both in worker processes: the first gathers the macro definitions, the second extracts facts
under them. Everything goes into a new file beside the old index, which takes its place only when it is whole. Whatever
happens before that, the old index stays as it was.
"""

from __future__ import annotations

import errno
import gc
import os
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

from xref import __version__
from xref.errors import IndexUnavailable, OutputFailed, XrefError
from xref.facts.model import FileFacts
from xref.index import worker
from xref.index.elsewhere import Offered
from xref.index.lock import alone
from xref.index.notes import EntryRow, counts_to_text, entry_rows, known_to_text, now, skipped
from xref.index.offers import image_of, without_unread
from xref.index.pool import FEW_PORTIONS, PORTION_BYTES, Extract, Pool, Processes, portions
from xref.index.reuse import read_old
from xref.index.summary import Progress, Summary
from xref.index.update import update_index
from xref.store.database import copy_index, journal_of, roll_back, stamp
from xref.store.enlarger import Enlarger
from xref.store.model import FileRow
from xref.store.numbers import MOST_FILES
from xref.store.rows import file_row
from xref.store.writer import Counts, Writer
from xref.tree.files import FileList, SourceFile, list_files
from xref.tree.kbuild import Kbuild, read_kbuild
from xref.tree.part import part_of
from xref.tree.root import Tree

_CANNOT_WRITE: Final = frozenset(
    {
        errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS, errno.EPERM, errno.EEXIST, errno.ENOTDIR, errno.EISDIR,
        errno.EFBIG, errno.EIO, errno.ENAMETOOLONG, errno.ENOENT,
    }
)  # fmt: skip
_MANY_PORTIONS: Final = 4 * FEW_PORTIONS
"""The same where a part is made and enlarged, time and again."""
Report = Callable[[Progress], None]
Said: TypeAlias = tuple[Kbuild, tuple[EntryRow, ...]]


@dataclass(slots=True)
class Kept:
    """What one build of a part of a tree has read and written, so that the next build of a larger part, in the same
    process, need not do it again. It is not asked whether the larger part adds macros to a file that was read for the
    smaller one: the file sees the same headers.
    """

    pool: Pool | None = None
    """Who does the work, where they stay."""
    listed: FileList | None = None
    """All files of the tree."""
    sources: dict[frozenset[str], list[SourceFile]] = field(default_factory=dict)
    """Those of them that are sources of the kernel, by the folders that they are from; all under none."""
    offered: Offered | None = None
    """What these define."""
    flags: dict[str, frozenset[str]] = field(default_factory=dict)
    """What the Makefiles of a folder define on command lines."""
    lexed: dict[str, worker.LexedFile] = field(default_factory=dict)
    said: Callable[[], Said] | None = None
    """Says what the build files and the tables of system calls say."""
    written: dict[str, bool] = field(default_factory=dict)
    """What is in the index, and whether it was bare there."""
    stamp: tuple[int, ...] = ()
    """Tells that index from one that somebody else has made since."""
    counts: Counts = field(default_factory=Counts)
    left_out: Counter[str] = field(default_factory=Counter)


def reading_said(tree: Tree, arch: str, pool: Pool) -> Callable[[], Said]:
    """Has somebody read what the build files and the tables of system calls of a tree say, and tells it when asked."""
    return cache(pool.meanwhile(lambda: (read_kbuild(tree, arch), tuple(entry_rows(tree)))))


def build_index(
    tree: Tree,
    db: Path,
    *,
    arch: str,
    jobs: int | None = None,
    pool: Pool | None = None,
    progress: Report = lambda _: None,
    force: bool = False,
    part: Sequence[str] = (),
    base: Path | None = None,
    kept: Kept | None = None,
) -> Summary:
    """Builds or renews the index of ``tree`` at ``db``, with ``jobs`` processes or with the workers of ``pool``, or of
    that which is ``kept``. Where ``part`` names folders and files it is built anew of these alone, and of the headers
    that they include, but for what is ``kept``. Where there is no index yet, what is the same in the tree of the index
    ``base`` is taken over from there; that stays as it is.

    When nothing has changed since the last time the old index is kept (unless ``force``); where somebody else is
    building it, this waits and looks then. Raises :class:`~xref.errors.OutputFailed` when the index cannot be written;
    ``KeyboardInterrupt`` passes through. In both cases the old index is untouched.
    """
    pool = pool or (kept.pool if kept is not None else None) or Processes(jobs or os.cpu_count() or 1)
    collection = gc.get_threshold()
    gc.set_threshold(*worker.RARE_COLLECTION)

    def waiting() -> None:
        progress(Progress(0, 0, 0, 0, "waiting for another xref that indexes this tree"))

    try:
        db.parent.mkdir(parents=True, exist_ok=True)
        with ExitStack() as locks:
            if base is not None:
                with suppress(OSError):  # nobody else edits it either where its folder cannot be written
                    locks.enter_context(alone(base, waiting))
            locks.enter_context(alone(db, waiting))
            return _renew(tree, db, arch, pool, progress, tuple(sorted(part)), base, kept or Kept(), force=force)
    except sqlite3.OperationalError as e:
        raise OutputFailed(f"the index cannot be written to {db.parent}: {e}; the old one is unchanged") from e
    except OSError as e:
        if e.errno in _CANNOT_WRITE:
            raise OutputFailed(f"the index cannot be written to {db.parent}: {e.strerror}") from e
        raise
    finally:
        gc.set_threshold(*collection)


def _renew(
    tree: Tree,
    db: Path,
    arch: str,
    pool: Pool,
    progress: Report,
    part: tuple[str, ...],
    base: Path | None,
    kept: Kept,
    *,
    force: bool,
) -> Summary:
    """The same, alone with the index, and with the one it may begin from."""
    started, started_ns = time.perf_counter(), time.time_ns()
    listed = kept.listed or list_files(tree, arch)
    if part:
        kept.listed = listed
        listed = part_of(listed, part)
    old = None if force or part else read_old(db, arch)
    if old is None and base is not None and not part:
        old = read_old(base, arch, own=False)
        if old is None:
            raise IndexUnavailable(f"{base} is of no use here: it holds another architecture, or a part of a tree")
    temporary = db.with_name(f"{db.name}.new-{os.getpid()}")
    try:
        roll_back(db)
        _clear_leftovers(db)
        summary = None
        if old is not None:
            summary = update_index(tree, old, listed, temporary, pool, started_ns=started_ns, progress=progress)
            if summary is not None and not temporary.exists():
                return replace(summary, seconds=time.perf_counter() - started)
        if summary is None:
            summary = _build(tree, db, temporary, listed, arch, pool, progress, started, started_ns, part, kept)
        size = temporary.stat().st_size
        _sync(temporary)
        journal_of(db).unlink(missing_ok=True)  # it would be applied to the new index
        temporary.replace(db)
        kept.stamp = stamp(db)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    return replace(summary, db_bytes=size, seconds=time.perf_counter() - started)


def _clear_leftovers(db: Path) -> None:
    """Removes the half-written files of builds that were killed."""
    for leftover in db.parent.glob(f"{db.name}.new-*"):
        pid = leftover.name.rpartition("-")[2].partition(".")[0]
        if pid.isdigit() and not _alive(int(pid)):
            with suppress(OSError):
                leftover.unlink()


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _sync(path: Path) -> None:
    with path.open("rb") as f:
        os.fsync(f.fileno())


def _build(
    tree: Tree,
    old: Path,
    target: Path,
    listed: FileList,
    arch: str,
    pool: Pool,
    progress: Report,
    started: float,
    started_ns: int,
    part: tuple[str, ...],
    kept: Kept,
) -> Summary:
    """A whole index at ``target``, or one of a ``part``; that begins with the ``old`` one, where it was ``kept``."""
    root = str(tree.root)
    files = listed.files
    every = kept.listed.files if kept.listed is not None else files
    if len(every) > MOST_FILES:
        raise XrefError(f"{tree.root} has {len(every):,} files; an index holds {MOST_FILES:,}")
    total = sum(f.size for f in files)
    progress(Progress(0, len(files), 0, total, "reading macros"))
    kept.said = kept.said or reading_said(tree, arch, pool)
    kept.lexed |= _lex(root, [f for f in files if f.path not in kept.lexed], pool, progress, total)
    lexed = {f.path: kept.lexed[f.path] for f in files}
    kbuild, entries = kept.said()
    image, guards = image_of(tree, arch, kbuild, entries, lexed, kept.flags)
    waiting: frozenset[str] = frozenset()
    if part:
        lexed, waiting = without_unread(image, lexed, root, part)
    numbers = {f.path: number for number, f in enumerate(every, 1)}
    enlarged = bool(kept.written) and kept.stamp == stamp(old)
    if not enlarged:
        kept.written.clear()
        kept.counts, kept.left_out = Counts(), Counter()
    rest = [f for f in files if lexed[f.path].bare is not kept.written.get(f.path)]
    writer: Writer
    if enlarged:
        copy_index(old, target)
        writer = Enlarger(target, kept.counts)
        writer.guard(guards)
    else:
        writer = Writer(target)
        writer.add_syscalls(entries)
        writer.add_options(kbuild.options.requires)
    try:
        extract = pool.ready(image, target)
        done_bytes = told = total - sum(f.size for f in rest)
        rows = _rows(root, rest, lexed, pool, extract, ordered=not enlarged)
        for number, (f, row) in enumerate(rows, len(files) - len(rest) + 1):
            first = lexed[f.path]
            if row.failure:
                kept.left_out[row.failure] += 1
            offer = worker.offer_of(first)
            writer.add(numbers[f.path], row, program=f.program, guard=guards.get(f.path, ""), offer=offer)
            if part:
                kept.written[f.path] = first.bare
            done_bytes += f.size
            if done_bytes - told >= PORTION_BYTES or number == len(files):
                told = done_bytes
                progress(Progress(number, len(files), done_bytes, total, "extracting"))
        progress(Progress(len(files), len(files), total, total, "writing"))
        writer.add_parts(image.parts)
        writer.add_resolved(image.resolved())
        kept.counts = writer.counts
        summary = Summary(
            files=len(files),
            bytes=total,
            functions=writer.counts.functions,
            macros=writer.counts.macros,
            call_sites=writer.counts.calls,
            dispatch_sites=writer.counts.dispatches,
            registrations=writer.counts.registrations,
            functions_with_errors=writer.counts.broken,
            skipped=skipped(listed, kept.left_out.items()),
            seconds=time.perf_counter() - started,
            reused_files=0,
            db_bytes=0,
        )
        writer.finish(
            {
                "xref": __version__,
                "version": tree.version,
                "arch": arch,
                "root": root,
                "built": now(),
                "started": str(started_ns),
                "recipes": listed.recipes,
                "part": "\t".join(part),
                "waiting": "\t".join(sorted(waiting)),
                "summary.seconds": str(summary.seconds),
                **counts_to_text(summary),
                **known_to_text(image, kbuild),
            }
        )
    finally:
        writer.abandon()
        pool.release()
    progress(Progress(len(files), len(files), total, total, "done"))
    return summary


def _rows(
    root: str,
    files: Sequence[SourceFile],
    lexed: dict[str, worker.LexedFile],
    pool: Pool,
    extract: Extract,
    *,
    ordered: bool,
) -> Iterator[tuple[SourceFile, FileRow]]:
    """The rows of every file; unless they are to be ``ordered``, those first that take long, so that nobody waits for
    the last.
    """
    read = list(portions((f for f in files if not lexed[f.path].bare), _MANY_PORTIONS))
    if not ordered:
        read.sort(key=lambda portion: -max(f.size for f in portion))
    chunks = [[(f.path, f.size, f.mtime_ns) for f in chunk] for chunk in read]
    extracted = (row for data in pool.run(extract, root, chunks) for row in worker.decode_rows(data))
    if not ordered:
        yield from ((f, next(extracted)) for chunk in read for f in chunk)
        files = [f for f in files if lexed[f.path].bare]
    for f in files:
        first = lexed[f.path]
        if first.bare:
            facts = FileFacts(f.path, macros=first.macros, includes=first.includes)
            yield f, file_row(facts, f.size, f.mtime_ns, first.hash, 0.0)
        else:
            yield f, next(extracted)


def _lex(
    root: str, files: Sequence[SourceFile], pool: Pool, progress: Report, total: int
) -> dict[str, worker.LexedFile]:
    """The first pass: what is read of each file."""
    found: dict[str, worker.LexedFile] = {}
    done_bytes = 0
    sizes = {f.path: f.size for f in files}
    chunks = [[f.path for f in chunk] for chunk in portions(files)]
    for data in pool.run(worker.lex_files, root, chunks):
        for lexed in worker.decode_lexed(data):
            found[lexed.path] = lexed
            done_bytes += sizes[lexed.path]
        progress(Progress(len(found), len(files), done_bytes, total, "reading macros"))
    return found
