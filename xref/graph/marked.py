# SPDX-License-Identifier: MIT
"""Names in comments: what kernel-doc (Documentation/doc-guide/kernel-doc.rst) marks as a reference, and nothing else. A
word of English is no name because some struct has a member that is called so.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

ANY: Final = "any"
TAG: Final = "tag"
MEMBER: Final = "member"
ARGUMENT: Final = "argument"
MARKS: Final = "name(), &name, struct name, @argument or %CONSTANT"

_BEFORE: Final = 200
_MEMBER: Final = re.compile(rb"&(?:(?:struct|union)[ \t]+)?(?P<tag>[A-Za-z_]\w*)(?:->|\.)\Z")
_TAG: Final = re.compile(rb"(?<![\w$])(?:struct|union|enum)[ \t]+\Z")
_TYPEDEF: Final = re.compile(rb"(?<![\w$])typedef[ \t]+\Z")
_SIGN: Final = re.compile(rb"(?<![\w$])[@%&]\Z")
_TOP: Final = re.compile(rb"/\*\*[ \t]*\r?\n[ \t]*\*[ \t]*\Z")
_TITLE: Final = re.compile(rb"[ \t]*[-:]")


class Mark(NamedTuple):
    """What a word is marked as; ``of``: the struct that it is said to be a member of."""

    what: str
    of: str = ""


def mark(data: bytes, start: int, end: int) -> Mark | None:
    """How the word between two offsets of a comment is marked as a name; None where it is not."""
    before, after = data[max(0, start - _BEFORE) : start], data[end : end + _BEFORE]
    if member := _MEMBER.search(before):  # &struct sock->sk_prot, &sock.sk_prot
        return Mark(MEMBER, member["tag"].decode())
    if _TAG.search(before):
        return Mark(TAG)
    if after.startswith(b"()"):
        return Mark(ANY)
    if sign := _SIGN.search(before):
        return Mark(ARGUMENT if sign[0] == b"@" else ANY)
    titled = _TOP.search(before) is not None and _TITLE.match(after) is not None
    return Mark(ANY) if titled or _TYPEDEF.search(before) else None
