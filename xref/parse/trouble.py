# SPDX-License-Identifier: MIT
"""Why a function could not be read whole: what stands where the parser first lost its way."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from tree_sitter import Node

_WORD: Final = re.compile(rb"[A-Za-z_]\w*")
_TOKEN: Final = re.compile(rb"\S\w*")
_BESIDE: Final = 80


def cause_of(node: Node, source: bytes, is_macro: Callable[[str], bool]) -> str:
    """The cause of the first error below ``node``, in few words; '' where there is none. A macro in the text that could
    not be read, or right beside it, is most likely what the parser did not expect.
    """
    if not node.has_error:
        return ""
    error = _first_error(node)
    if error.is_missing:
        return f"'{error.type}' expected"
    raw = source[error.start_byte : error.end_byte]
    before = _WORD.findall(source[max(0, error.start_byte - _BESIDE) : error.start_byte])
    behind = _WORD.findall(source[error.end_byte : error.end_byte + _BESIDE])
    for word in (*_WORD.findall(raw), *before[-1:], *behind[:1]):
        name = word.decode("latin-1")
        if is_macro(name):
            return f"macro {name}"
    token = _TOKEN.search(raw)
    return f"unexpected '{token.group().decode('latin-1')[:40]}'" if token is not None else "unexpected text"


def _first_error(node: Node) -> Node:
    while node.type != "ERROR" and not node.is_missing:
        child = next((c for c in node.children if c.has_error or c.is_missing), None)
        if child is None:
            return node
        node = child
    return node
