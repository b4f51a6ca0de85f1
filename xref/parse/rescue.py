# SPDX-License-Identifier: MIT
"""What is tried on a text in which the parser finds errors: more is hidden from it."""

from __future__ import annotations

import re
from typing import Final

from xref.lex.comments import BLANK
from xref.parse.parens import matching_brace, matching_paren

_BRACE_ARGUMENT: Final = re.compile(rb"\w\s*\((?:[^(){};]|\([^(){};]*\))*?,\s*(\{)")


def without_brace_arguments(text: bytes) -> bytes:
    """``text`` with a name for each argument in braces: ``ENTRY("1", MODEL, { DMI_MATCH(...), })`` of
    drivers/acpi/x86/utils.c has one for the preprocessor alone. What holds a statement stays. The length is kept.
    """
    buffer = bytearray(text)
    at = 0
    while (found := _BRACE_ARGUMENT.search(buffer, at)) is not None:
        opening, at = found.start(1), found.end()
        closing = matching_brace(buffer, opening)
        inside = buffer[opening:closing]
        if b";" not in inside and 0 < closing < matching_paren(buffer, buffer.index(b"(", found.start())):
            buffer[opening:closing] = b"T" + bytes(buffer[opening + 1 : closing]).translate(BLANK)
            at = found.start()  # there may be another one behind it
    return bytes(buffer)
