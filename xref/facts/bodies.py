# SPDX-License-Identifier: MIT
"""The body of a macro, as text that the parser reads."""

from __future__ import annotations

import re
from typing import Final

_PASTE: Final = re.compile(r"\s*##\s*")
_STRINGIFY: Final = re.compile(r"#\s*[A-Za-z_]\w*")
_BRACKETS: Final = re.compile(r"""[(){}\[\]]|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'""")
_CLOSERS: Final = {")": "(", "]": "[", "}": "{"}


def macro_body(body: str) -> str | None:
    """A macro's body as a function for the parser; None where its brackets do not match."""
    stack: list[str] = []
    for token in _BRACKETS.findall(body):
        if token in "([{":
            stack.append(token)
        elif token in _CLOSERS and (not stack or stack.pop() != _CLOSERS[token]):
            return None
    if stack:
        return None
    if "#" in body:
        body = _STRINGIFY.sub("0", _PASTE.sub("__PASTED__", body))
    return f"void f(void){{{body};}}\n"
