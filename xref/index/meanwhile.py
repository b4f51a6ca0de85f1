# SPDX-License-Identifier: MIT
"""Work that another process does meanwhile, so that the second processor is not idle."""

from __future__ import annotations

import multiprocessing
import os
import pickle
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Generic, TypeVar

from xref.index import worker

T = TypeVar("T")


class Meanwhile(Generic[T]):
    """The result of ``work``, which another process starts at once."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        context = multiprocessing.get_context("fork")
        self._receiver, sender = context.Pipe(duplex=False)
        self._process = context.Process(target=_send, args=(sender, work, os.getpid()), daemon=True)
        self._process.start()
        sender.close()

    def result(self) -> T:
        """Waits for it. What has become of a process that has died is done here."""
        try:
            found: T = pickle.loads(self._receiver.recv_bytes())
        except (EOFError, OSError):
            found = self._work()
        finally:
            self._receiver.close()
            self._process.join()
        return found


def _send(sender: Connection, work: Callable[[], object], parent: int) -> None:
    worker.start_worker(parent)
    sender.send_bytes(pickle.dumps(work(), pickle.HIGHEST_PROTOCOL))
