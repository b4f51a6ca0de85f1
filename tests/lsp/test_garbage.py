# SPDX-License-Identifier: MIT
"""Garbage is collected between questions, not in one."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from xref.lsp.index import Index, Wanted


@pytest.fixture
def idle() -> Iterator[None]:
    """No collection but what is asked for."""
    enabled = gc.isenabled()
    gc.collect()
    gc.disable()
    yield
    if enabled:
        gc.enable()


class Knot:
    """What only the collector frees."""

    def __init__(self) -> None:
        self.own = self


def test_much_garbage_is_collected(idle: None) -> None:
    index = Index(Wanted())
    gone = weakref.ref(Knot())
    index.tidy()
    assert gone() is not None  # little is left where it is
    kept = [[] for _ in range(150_000)]
    index.tidy()
    assert gone() is None
    assert len(kept) == 150_000
