# SPDX-License-Identifier: MIT
"""Who does the work of an index: processes of this machine, or an executor that belongs to somebody else."""

from __future__ import annotations

import gc
import multiprocessing
import os
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Final, TypeAlias, TypeVar

from xref.errors import UsageError, XrefError
from xref.index import worker
from xref.index.image import TableImage, encode_image
from xref.index.meanwhile import Meanwhile
from xref.tree.files import SourceFile

_WINDOW: Final = 4
"""So many portions for each process are on their way at a time."""
_WIDTH: Final = 256
"""So many for a cluster, of which nobody says how large it is."""
PORTION_BYTES: Final = 1_500_000
"""So much text makes a portion."""
_LEAST_BYTES: Final = 100_000
"""Less is no work for another process."""
FEW_PORTIONS: Final = 16
"""So many portions are enough for nobody to wait long for the last."""
_PATIENCE: Final = "10s"
T = TypeVar("T")
Work: TypeAlias = Callable[[str, Sequence[T]], bytes]
Extract = Callable[[str, Sequence[tuple[str, int, int]]], bytes]


def portions(files: Iterable[SourceFile], fewest: int = FEW_PORTIONS) -> Iterator[list[SourceFile]]:
    """Files in portions of about the same work, smaller ones where there are few files, for ``fewest`` of them."""
    files = tuple(files)
    most = min(PORTION_BYTES, max(_LEAST_BYTES, sum(_work(f) for f in files) // fewest))
    portion: list[SourceFile] = []
    size = 0
    for f in files:
        portion.append(f)
        size += _work(f)
        if size >= most:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


def _work(f: SourceFile) -> int:
    return f.size + 2000


class Pool(ABC):
    """Runs work of :mod:`xref.index.worker` over portions of files."""

    @abstractmethod
    def run(self, work: Work[T], root: str, chunks: Sequence[Sequence[T]]) -> Iterator[bytes]:
        """``work`` over all chunks; results in the order of the chunks, few of them on their way at a time. Raises
        XrefError when a worker is lost.
        """

    def meanwhile(self, work: Callable[[], T]) -> Callable[[], T]:
        """What asks for the result of ``work``, which somebody may begin with at once."""
        return work

    @abstractmethod
    def ready(self, image: TableImage, beside: Path) -> Extract:
        """What extracts files under a table; ``beside`` is a path that can be written next to."""

    @abstractmethod
    def release(self) -> None:
        """Lets go of the table."""


class Processes(Pool):
    """Worker processes of this machine. They inherit the table when they are forked."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs

    def run(self, work: Work[T], root: str, chunks: Sequence[Sequence[T]]) -> Iterator[bytes]:
        """See the base."""
        if self._jobs <= 1 or len(chunks) <= 1:
            for chunk in chunks:
                yield work(root, chunk)
            return
        context = multiprocessing.get_context("fork")
        parent = (os.getpid(),)
        pool = ProcessPoolExecutor(self._jobs, mp_context=context, initializer=worker.start_worker, initargs=parent)
        try:
            yield from _in_order(pool, work, root, chunks, self._jobs * _WINDOW)
        except BrokenProcessPool as e:
            raise XrefError("a worker process died (out of memory?); the old index is unchanged") from e
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def meanwhile(self, work: Callable[[], T]) -> Callable[[], T]:
        """See the base: a process of its own, where there is more than one."""
        return Meanwhile(work).result if self._jobs > 1 else work

    def ready(self, image: TableImage, beside: Path) -> Extract:
        """See the base."""
        worker.prepare(image.table())
        gc.freeze()  # keeps the workers from copying the table's pages just by looking at them
        return worker.extract_files

    def release(self) -> None:
        """See the base."""
        gc.unfreeze()
        worker.prepare(None)


class Lent(Pool):
    """An executor that belongs to somebody else: a cluster. Its workers see the tree, and the folder of the index,
    under the same paths; each reads the macro table there once.
    """

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._file: Path | None = None

    def run(self, work: Work[T], root: str, chunks: Sequence[Sequence[T]]) -> Iterator[bytes]:
        """See the base."""
        try:
            yield from _in_order(self._executor, work, root, chunks, _WIDTH)
        except (XrefError, KeyboardInterrupt, GeneratorExit):
            raise
        except Exception as e:
            what = str(e).strip().partition("\n")[0] or type(e).__name__
            raise XrefError(f"the executor has failed ({what}); the old index is unchanged") from e

    def ready(self, image: TableImage, beside: Path) -> Extract:
        """See the base."""
        data, digest = encode_image(image)
        self._file = beside.with_name(f"{beside.name}.table")
        self._file.write_bytes(data)
        return partial(worker.extract_under, str(self._file.resolve()), digest)

    def release(self) -> None:
        """See the base."""
        if self._file is not None:
            with suppress(OSError):
                self._file.unlink()


def _in_order(
    executor: Executor, work: Work[T], root: str, chunks: Sequence[Sequence[T]], window: int
) -> Iterator[bytes]:
    pending: deque[Future[bytes]] = deque()
    try:
        for chunk in chunks:
            pending.append(executor.submit(work, root, chunk))
            if len(pending) >= window:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        for future in pending:
            future.cancel()


@contextmanager
def cluster(address: str) -> Iterator[Pool]:
    """The workers of the cluster at ``address``: ``dask://HOST:PORT`` of a Dask scheduler.

    Raises UsageError for any other address and where Dask is not installed, XrefError where nobody answers.
    """
    kind, _, place = address.partition("://")
    if kind != "dask" or ":" not in place:
        raise UsageError(f"'{address}' is no executor; a Dask scheduler is named as dask://HOST:PORT")
    try:
        distributed = import_module("distributed")
    except ImportError:
        raise UsageError("an executor at dask:// needs Dask: pip install 'xref[dask]'") from None
    try:
        client = distributed.Client(f"tcp://{place}", timeout=_PATIENCE)
    except (OSError, TimeoutError, ValueError) as e:
        raise XrefError(f"no Dask scheduler answers at {place} ({type(e).__name__})") from e
    try:
        with client.get_executor() as executor:
            yield Lent(executor)
    finally:
        client.close()
