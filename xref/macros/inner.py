# SPDX-License-Identifier: MIT
"""Variables that blocks in expansions declare: ``__F`` of static_call_update(), include/linux/static_call.h.

An expansion stands on one line, and so do all that a list of invocations makes: only their names can tell them apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from xref.lex.tokens import is_identifier

_QUALIFIERS: Final = frozenset({"const", "volatile", "register"})
_TYPEOF: Final = frozenset({"typeof", "__typeof__", "__typeof", "typeof_unqual", "__typeof_unqual__"})
_TAGGED: Final = frozenset({"struct", "union", "enum"})
_WORDS: Final = frozenset(
    "void char short int long signed unsigned float double bool _Bool __auto_type auto size_t ssize_t u8 u16 u32 u64 "
    "s8 s16 s32 s64 __u8 __u16 __u32 __u64 __s8 __s16 __s32 __s64".split()
)
_BEGINS: Final = _QUALIFIERS | _TYPEOF | _TAGGED | _WORDS
_STARTS: Final = frozenset("{;")
_MEMBER: Final = frozenset({".", "->"})


def inner_variables(tokens: Sequence[str]) -> dict[int, str]:
    """The variables that blocks of a text declare, by the place of their name; the first of each declaration. None
    where a block is not closed: what it declares may be meant behind the text.
    """
    if "{" not in tokens or tokens.count("{") != tokens.count("}"):
        return {}
    found: dict[int, str] = {}
    records: list[bool] = []
    before = ""
    for i, token in enumerate(tokens):
        if token == "{":
            records.append(before in _TAGGED or (i > 1 and tokens[i - 2] in _TAGGED))
        elif token == "}":
            if not records:
                return {}
            records.pop()
        elif before in _STARTS and token in _BEGINS and records and not records[-1]:
            at = _named(tokens, i)
            if at:
                found[at] = tokens[at]
        before = token
    return found


def renamed(tokens: Sequence[str], names: dict[int, str], name_of: Callable[[str], str]) -> list[str]:
    """The text with another name for each variable of ``names``, as far as its block goes; ``name_of`` is asked for
    each in the order of the text.
    """
    made = list(tokens)
    scopes: list[dict[str, str]] = []
    holds: dict[str, str] = {}
    before = ""
    for i, token in enumerate(tokens):
        if token == "{":
            scopes.append(holds)
        elif token == "}":
            holds = scopes.pop() if scopes else {}
        else:
            if i in names:
                holds = {**holds, token: name_of(token)}
            if token in holds and before not in _MEMBER:
                made[i] = holds[token]
        before = token
    return made


def _named(tokens: Sequence[str], at: int) -> int:
    """The place of the name in the declaration that begins at ``at``; 0 where it is none of a variable."""
    end = len(tokens)
    while at < end and tokens[at] in _QUALIFIERS:
        at += 1
    if at < end and tokens[at] in _TYPEOF:
        at = _closed(tokens, at + 1)
    elif at < end and tokens[at] in _TAGGED:
        at += 2
    else:
        while at < end and tokens[at] in _WORDS:
            at += 1
    while at < end and (tokens[at] == "*" or tokens[at] in _QUALIFIERS):
        at += 1
    named = at + 1 < end and is_identifier(tokens[at]) and tokens[at + 1] in ("=", ";", ",", "[")
    return at if named else 0


def _closed(tokens: Sequence[str], at: int) -> int:
    """The place behind the bracket that closes the one at ``at``; the end where none does."""
    depth = 0
    for k in range(at, len(tokens)):
        depth += (tokens[k] == "(") - (tokens[k] == ")")
        if depth <= 0:
            return k + 1
    return len(tokens)
