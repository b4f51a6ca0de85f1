# SPDX-License-Identifier: MIT
"""What another process does meanwhile comes out as if it were done here."""

from __future__ import annotations

import os

from xref.index.meanwhile import Meanwhile


def test_another_process_does_it():
    meanwhile = Meanwhile(lambda: {"pid": os.getpid()})
    assert meanwhile.result()["pid"] != os.getpid()


def test_what_is_larger_than_a_pipe_comes_through():
    assert len(Meanwhile(lambda: "x" * 1_000_000).result()) == 1_000_000


def test_where_that_process_dies_it_is_done_here():
    here = os.getpid()

    def work() -> int:
        if os.getpid() != here:
            os._exit(1)
        return os.getpid()

    assert Meanwhile(work).result() == here
