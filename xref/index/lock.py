# SPDX-License-Identifier: MIT
"""One indexer at a time for each index: a second one waits until the first has finished."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_NO_LOCKS: Final = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})


@contextmanager
def alone(db: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Inside, nobody else builds or updates ``db``. ``waiting`` is called once where somebody is at it.

    The lock is one of the kernel's (``flock``), so a killed process leaves none behind. Where the file system has no
    locks the caller goes on without: an index is swapped in whole, and the last one stays. Raises OSError for a folder
    that cannot be written.
    """
    path = db.with_name(f"{db.name}.lock")
    told = False
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if not told:
                    waiting()
                    told = True
                fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError as e:
            if e.errno not in _NO_LOCKS:
                os.close(descriptor)
                raise
        except BaseException:
            os.close(descriptor)
            raise
        if _is(path, descriptor):
            break
        os.close(descriptor)  # whoever held it has removed it: the next one is a file of its own
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink()
        os.close(descriptor)


def _is(path: Path, descriptor: int) -> bool:
    try:
        found, held = path.stat(), os.fstat(descriptor)
    except OSError:
        return False
    return (found.st_dev, found.st_ino) == (held.st_dev, held.st_ino)
