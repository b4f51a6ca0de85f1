# SPDX-License-Identifier: MIT
"""The arguments of calls, split once: the same calls are looked at again and again."""

from __future__ import annotations

from functools import lru_cache

from xref.parse.cexpr import parse_args


@lru_cache(maxsize=1 << 16)
def arguments(text: str) -> tuple[str, ...]:
    """The arguments in the text between a call's parentheses; none in a blank one."""
    return tuple(parse_args(text))
