# SPDX-License-Identifier: MIT
"""What records are called that have no tag."""

from __future__ import annotations

from typing import Final

ANONYMOUS: Final = "__anon_"


def display_name(tag: str) -> str:
    """What people call a record: its tag, or for an untagged one the record or typedef around it."""
    outer, marked, _ = tag.partition(ANONYMOUS)
    return outer if marked and outer else tag
