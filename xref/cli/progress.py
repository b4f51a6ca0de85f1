# SPDX-License-Identifier: MIT
"""Progress of a build on stderr: a bar on a terminal, a line every few seconds elsewhere."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xref.index.summary import Progress

_EVERY: Final = 5.0
"""Seconds between two lines."""


@contextmanager
def reporting(stream: TextIO | None = None) -> Iterator[Callable[[Progress], None]]:
    """Something to call with each ``Progress``; ends what it has drawn when the block ends."""
    out = stream if stream is not None else sys.stderr
    if out is None:  # xref ... 2>&-
        yield lambda _: None
    elif out.isatty():
        with _bar(out) as report:
            yield report
    else:
        yield Lines(out)


class Lines:
    """One line now and then: ``12,000 of 61,000 files, 9.6 MB/s, 50 s left``."""

    def __init__(self, out: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._out = out
        self._clock = clock
        self._start = self._last = clock()
        self._phase = ""

    def __call__(self, progress: Progress) -> None:
        """Say where the build is, unless that was said a moment ago; at once what has no files to count, which comes
        but once.
        """
        now = self._clock()
        if progress.phase != self._phase:
            self._phase, self._start = progress.phase, now
        if now - self._last < _EVERY and (progress.files_total or progress.files_done):
            return
        self._last = now
        self._out.write(f"xref: {describe(progress, now - self._start)}\n")
        self._out.flush()


def describe(progress: Progress, seconds: float) -> str:
    """``progress`` after ``seconds`` of its phase, as words."""
    if not progress.files_total and not progress.files_done:
        return progress.phase
    total = f" of {progress.files_total:,}" if progress.files_total else ""
    words = [f"{progress.phase}: {progress.files_done:,}{total} files"]
    if seconds > 0 and progress.bytes_done:
        rate = progress.bytes_done / seconds
        words.append(f"{rate / 1e6:.1f} MB/s")
        if progress.bytes_total > progress.bytes_done:
            words.append(f"{(progress.bytes_total - progress.bytes_done) / rate:.0f} s left")
    return ", ".join(words)


@contextmanager
def _bar(out: TextIO) -> Iterator[Callable[[Progress], None]]:
    from rich import progress as rich_progress
    from rich.console import Console

    columns = (
        rich_progress.TextColumn("{task.description}", markup=False),
        rich_progress.BarColumn(),
        rich_progress.TextColumn("{task.fields[files]}", markup=False),
        rich_progress.TransferSpeedColumn(),
        rich_progress.TimeRemainingColumn(),
    )
    with rich_progress.Progress(*columns, console=Console(file=out), transient=True) as bar:
        task = bar.add_task("indexing", total=None, files="")
        phase = ""

        def report(progress: Progress) -> None:
            nonlocal phase
            if progress.phase != phase:
                phase = progress.phase
                bar.reset(task)
            total = f"/{progress.files_total:,}" if progress.files_total else ""
            bar.update(
                task,
                description=progress.phase,
                completed=progress.bytes_done,
                total=progress.bytes_total or None,
                files=f"{progress.files_done:,}{total} files",
            )

        yield report
