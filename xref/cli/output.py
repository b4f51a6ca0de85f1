# SPDX-License-Identifier: MIT
"""Where results go: stdout, or a file that appears whole or not at all."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from xref.cli.failure import explain
from xref.errors import OutputFailed


def emit(text: str, path: Path | None = None) -> None:
    """Write ``text`` to ``path``, or to stdout; it ends with a line end either way.

    Raises OutputFailed; what ``path`` held before is then untouched. A closed pipe is left to the caller.
    """
    if text and not text.endswith("\n"):
        text += "\n"
    data = text.encode("utf-8", "surrogateescape")
    if path is not None:
        write_whole(path, data)
        return
    if sys.stdout is None:  # xref ... >&-
        raise OutputFailed("the answer cannot be written: the standard output is closed")
    try:
        binary = getattr(sys.stdout, "buffer", None)
        if binary is None:
            sys.stdout.write(text)
        else:
            sys.stdout.flush()
            binary.write(data)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputFailed(_why("the output", error)) from error


def on_terminal() -> bool:
    """Whether stdout is one; it may be closed."""
    return sys.stdout is not None and sys.stdout.isatty()


def write_whole(path: Path, data: bytes) -> None:
    """Replace ``path`` by ``data``: written beside it, then renamed. Raises OutputFailed."""
    import tempfile

    beside = ""
    try:
        if path.exists() and not path.is_file():  # /dev/stdout, a pipe: nothing to keep, nothing to rename
            path.write_bytes(data)
            return
        target = path.resolve()
        handle, beside = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).chmod(_mode(target))
        Path(beside).replace(target)
    except BaseException as error:
        if beside:
            with suppress(OSError):
                Path(beside).unlink(missing_ok=True)
        if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
            raise OutputFailed(_why(str(path), error)) from error
        raise


def _mode(target: Path) -> int:
    """The permissions that the file has, or that a new one would get."""
    try:
        return target.stat().st_mode & 0o7777
    except OSError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


def _why(what: str, error: OSError) -> str:
    sentence, code = explain(OSError(error.errno, error.strerror))
    if code == OutputFailed.exit_code:
        return f"{what} cannot be written: {sentence}"
    return f"{what} cannot be written: {error.strerror or error}"
