# SPDX-License-Identifier: MIT
"""What building an index reports: progress while it runs, a summary at its end. Sizes in bytes, times in seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build is. ``phase`` is a word for people: ``reading``, ``extracting``, ``writing``, ...

    The totals are 0 until they are known.
    """

    files_done: int
    files_total: int
    bytes_done: int
    bytes_total: int
    phase: str


@dataclass(frozen=True, slots=True)
class Summary:
    """What a build did.

    ``functions_with_errors`` counts functions whose text still held a parse error; ``skipped`` pairs a reason
    (``binary``, ``too large``, ...) with the number of files left out for it; ``reused_files`` were not read again,
    because they had not changed.
    """

    files: int
    bytes: int
    functions: int
    macros: int
    call_sites: int
    dispatch_sites: int
    registrations: int
    functions_with_errors: int
    skipped: tuple[tuple[str, int], ...]
    seconds: float
    reused_files: int
    db_bytes: int
