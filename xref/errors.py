# SPDX-License-Identifier: MIT
"""The one exception tree, and the exit codes that users' scripts rely on.

::

    XrefError                    70  anticipated, but the tool's own fault
     +-- NoMatch                  1  the question is fine, the answer is empty
     +-- UsageError               2  the question makes no sense
     +-- IndexUnavailable         3  no index, an old one, a foreign or a half-written one
     +-- TreeUnreadable           4  no such tree, not a kernel tree, cannot be read
     +-- OutputFailed            73  the answer is there but cannot be written (disk full, no permission)

The exception *types* and the codes are the contract; the messages are for people and may change.
"""

from __future__ import annotations

from typing import ClassVar, Final

EXIT_OK: Final = 0
EXIT_NO_MATCH: Final = 1
EXIT_USAGE: Final = 2
EXIT_NO_INDEX: Final = 3
EXIT_TREE: Final = 4
EXIT_INTERNAL: Final = 70
EXIT_OUTPUT: Final = 73
EXIT_INTERRUPTED: Final = 130


class XrefError(Exception):
    """Something that was anticipated; its text is one clear sentence for the person at the terminal."""

    exit_code: ClassVar[int] = EXIT_INTERNAL


class NoMatch(XrefError):
    """Nothing in the index answers the question."""

    exit_code = EXIT_NO_MATCH

    def __init__(self, what: str, near: tuple[str, ...] = ()) -> None:
        """``near``: names that the user may have meant, best first."""
        self.what = what
        self.near = near
        hint = f"; did you mean {', '.join(near)}?" if near else ""
        super().__init__(f"{what}{hint}")


class UsageError(XrefError):
    """The command line contradicts itself."""

    exit_code = EXIT_USAGE


class IndexUnavailable(XrefError):
    """There is no usable index; the sentence says what to run."""

    exit_code = EXIT_NO_INDEX


class TreeUnreadable(XrefError):
    """The source tree does not exist, is not a kernel, or cannot be read."""

    exit_code = EXIT_TREE


class OutputFailed(XrefError):
    """The result could not be written; whatever was there before is untouched."""

    exit_code = EXIT_OUTPUT
