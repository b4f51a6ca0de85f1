# SPDX-License-Identifier: MIT
"""Tokens that an expansion has marked. They are strings, so that all else reads them as what they spell."""

from __future__ import annotations

from typing import Final


class Painted(str):
    """An identifier that must not be expanded any more (C11 6.10.3.4 p2)."""

    __slots__ = ()


class _Empty(str):
    __slots__ = ()


EMPTY: Final = _Empty("")
"""The placemarker of 6.10.3.3 p2, for an empty operand of ``##``; known by identity."""
