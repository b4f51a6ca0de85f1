# SPDX-License-Identifier: MIT
"""Processes that stay from one piece of work to the next, while a part of a tree is made and enlarged.

To fork anew for every search doubles a process of hundreds of megabytes, and every page of it that either side writes
to: 600,000 pages in one first answer. These processes are forked once, when there is little to double. What needs the
table of macros (extraction) is done by processes that inherit it.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from xref.errors import XrefError
from xref.index import worker
from xref.index.image import TableImage
from xref.index.pool import Extract, Processes, T, Work


class Standing(Processes):
    """Worker processes of this machine, some of which stay until :meth:`close`."""

    def __init__(self, jobs: int) -> None:
        super().__init__(jobs)
        self._helpers: dict[Connection, BaseProcess] = {}
        self._has_table = False

    def run(self, work: Work[T], root: str, chunks: Sequence[Sequence[T]]) -> Iterator[bytes]:
        """See the base."""
        if self._has_table or self._jobs <= 1 or len(chunks) <= 1:
            yield from super().run(work, root, chunks)
            return
        whole = False
        try:
            yield from self._shared_out(work, root, chunks)
            whole = True
        except (EOFError, OSError) as e:
            raise XrefError("a worker process died (out of memory?); the old index is unchanged") from e
        finally:
            if not whole:
                self.close()  # some are still at work, and would answer the next question with that

    def _shared_out(self, work: Work[T], root: str, chunks: Sequence[Sequence[T]]) -> Iterator[bytes]:
        """One portion for each at a time: who sends more may wait for one who waits to be heard."""
        self._helpers = self._helpers or _forked(self._jobs)
        done: dict[int, bytes] = {}
        busy: dict[Connection, int] = {}
        idle = [*self._helpers]
        given = taken = 0
        while taken < len(chunks):
            while idle and given < len(chunks):
                helper = idle.pop()
                helper.send((work, root, chunks[given]))
                busy[helper] = given
                given += 1
            if taken in done:
                yield done.pop(taken)
                taken += 1
                continue
            heard = wait([*busy])
            for helper in [helper for helper in busy if helper in heard]:
                found = helper.recv()
                if isinstance(found, Exception):
                    raise found
                done[busy.pop(helper)] = found
                idle.append(helper)

    def ready(self, image: TableImage, beside: Path) -> Extract:
        """See the base."""
        self._has_table = True
        return super().ready(image, beside)

    def release(self) -> None:
        """See the base."""
        self._has_table = False
        super().release()

    def close(self) -> None:
        """Ends the processes; others take their place where more is to be done."""
        for helper, process in self._helpers.items():
            helper.close()
            process.terminate()
            process.join()
        self._helpers = {}


def _forked(count: int) -> dict[Connection, BaseProcess]:
    context = multiprocessing.get_context("fork")
    helpers: dict[Connection, BaseProcess] = {}
    for _ in range(count):
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, (*helpers, ours), os.getpid()), daemon=True)
        process.start()
        theirs.close()
        helpers[ours] = process
    return helpers


def _serve(end: Connection, others: Sequence[Connection], parent: int) -> None:
    """Does what it is told until nobody is there any more to tell it; ``others`` are ends that are not its own."""
    worker.start_worker(parent)
    for other in others:
        other.close()
    found: bytes | Exception
    with suppress(EOFError, OSError):
        while True:
            work, root, chunk = end.recv()
            try:
                found = work(root, chunk)
            except Exception as e:
                found = e
            end.send(found)
