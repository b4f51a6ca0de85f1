# SPDX-License-Identifier: MIT
"""What is remembered of answers: by key, and not without end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeVar

_Key = TypeVar("_Key")
_Row = TypeVar("_Row")

MANY: Final = 200_000
"""How much is kept of what is small."""


def make_room(memo: dict[_Key, _Row], most: int) -> None:
    """Forgets everything where there is more than that."""
    if len(memo) > max(most, 0):
        memo.clear()


def remember(memo: dict[_Key, tuple[_Row, ...]], asked: Iterable[_Key], found: Mapping[_Key, Sequence[_Row]]) -> None:
    """Notes what was found, and of all else that was asked that there is none."""
    memo.update(dict.fromkeys(asked, ()))
    memo.update((key, tuple(rows)) for key, rows in found.items())
