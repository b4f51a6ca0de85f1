# SPDX-License-Identifier: MIT
"""What went wrong, as one sentence and an exit code."""

from __future__ import annotations

import errno
from typing import Final

from xref.errors import EXIT_INTERNAL, EXIT_INTERRUPTED, EXIT_NO_INDEX, EXIT_OUTPUT, EXIT_TREE, XrefError

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


class IndexingInterrupted(KeyboardInterrupt):
    """The person at the terminal ended the making of an index."""


def explain(error: BaseException) -> tuple[str, int]:
    """The sentence for the person at the terminal, and the exit code."""
    if isinstance(error, XrefError):
        return str(error), error.exit_code
    if isinstance(error, KeyboardInterrupt):
        index = "; the old index is unchanged" if isinstance(error, IndexingInterrupted) else ""
        return f"interrupted{index}", EXIT_INTERRUPTED
    if isinstance(error, OSError) and error.errno in _FULL:
        where = f" while writing {error.filename}" if error.filename else ""
        return f"the disk is full{where}; nothing was replaced", EXIT_OUTPUT
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror or error}", EXIT_TREE
    if type(error).__module__ == "sqlite3":  # not imported here: most failures have nothing to do with it
        if "full" in str(error):
            return "the disk is full; the old index is unchanged", EXIT_OUTPUT
        return f"the index is damaged ({error}); run `xref index --force`", EXIT_NO_INDEX
    if isinstance(error, MemoryError):
        return "not enough memory; run with --jobs 1, or ask for less at a time", EXIT_INTERNAL
    what = str(error).strip().splitlines()
    kind = type(error).__name__
    sentence = f"{kind}: {what[0]}" if what else kind
    return f"internal error ({sentence}); run with --debug for the traceback", EXIT_INTERNAL
