# SPDX-License-Identifier: MIT
"""What is tried on a text in which the parser finds errors: more is hidden from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from xref.lex.comments import BLANK
from xref.parse.parens import matching_brace, matching_paren

_RECORD: Final = re.compile(rb"\b(?:struct|union)\b[^;{}()=]*\{")
_MEMBER_MAKER: Final = re.compile(rb"(?<=[;{}])\s*([A-Z_][A-Z0-9_]{3,}[ \t]*\()")
_DECLARES: Final = re.compile(
    rb"\s*(?:(?:const|unsigned|signed|struct|union|enum)\s+)*"
    rb"(?:void|bool|char|short|int|long|_*[us](?:8|16|32|64)|[a-z_]\w*)\b(?:[\s*]|__\w+\b)*(?:\(\s*\*|[a-z_]\w*)"
)
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


def with_members_opened(text: bytes) -> bytes:
    """``text`` with the declarations that are given to a macro in a struct in its place, where no semicolon ends the
    invocation: ``RH_KABI_REPLACE(void (*set)(int val), int (*set)(int val))`` of RHEL's kernels is two members. The
    length is kept.
    """
    buffer = bytearray(text)
    for record in _RECORD.finditer(text):
        at, end = record.end() - 1, matching_brace(buffer, record.end() - 1)
        # what was opened before it ends in a semicolon now
        while end > 0 and (m := _MEMBER_MAKER.search(buffer, at, end)) is not None:
            at = _open_members(buffer, text, m)
    return bytes(buffer)


def _open_members(buffer: bytearray, text: bytes, m: re.Match[bytes]) -> int:
    """Opens one invocation, if it is given declarations; where to look for the next."""
    closing = matching_paren(text, m.end() - 1)
    behind = text[closing : closing + 200].lstrip() if closing > 0 else b""
    inside = text[m.end() : closing - 1]
    if not behind or not (behind[:1].isalpha() or behind[:1] in b"_};") or b";" in inside or b"{" in inside:
        return m.end()
    spans = list(_arguments(text, m.end(), closing - 1))
    if all(_DECLARES.match(text, start, end) is None for start, end in spans):
        return m.end()
    if buffer[closing] == 0x3B:
        buffer[closing] = 0x20
    buffer[m.start(1) : m.end()] = bytes(m[1]).translate(BLANK)
    for start, end in spans:
        if _DECLARES.match(text, start, end) is None:
            buffer[start:end] = text[start:end].translate(BLANK)
            buffer[end] = 0x20
        else:
            buffer[end] = 0x3B
    return closing - 1


def _arguments(text: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where the arguments between two offsets begin and end, at a comma or the closing parenthesis."""
    nesting = 0
    for at in range(start, end):
        c = text[at]
        nesting += (c == 0x28) - (c == 0x29)
        if c == 0x2C and not nesting:
            yield start, at
            start = at + 1
    yield start, end
