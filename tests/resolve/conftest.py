# SPDX-License-Identifier: MIT
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .small import Small, index


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Callable[..., Small]]:
    """``small({path: text})``: that tree, indexed; ``small(text)``: a tree of one file, net/a.c."""
    opened: list[Small] = []

    def make(files: dict[str, str] | str, config: str | None = None) -> Small:
        made = index(tmp_path / str(len(opened)), {"net/a.c": files} if isinstance(files, str) else files, config)
        opened.append(made)
        return made

    yield make
    for one in opened:
        one.resolver.close()
