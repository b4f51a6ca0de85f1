# SPDX-License-Identifier: MIT
"""Shapes in the tokens of a macro's body: what is called, declared or enclosed there."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Final

from xref.lex.tokens import is_identifier

_NUMBERS: Final = frozenset(
    "char short int long signed unsigned float double bool const static u8 u16 u32 u64 s8 s16 s32 s64 __u8 __u16 __u32 "
    "__u64 __s8 __s16 __s32 __s64 uint8_t uint16_t uint32_t uint64_t size_t".split()
)


def is_receiver(tokens: tuple[str, ...], i: int) -> bool:
    """Whether a call is made through the token at ``i``: ``(x)->ops->open(``."""
    n = len(tokens)
    i += 1
    members = 0
    while i < n:
        t = tokens[i]
        if t == ")":
            i += 1
        elif t in ("->", ".") and i + 1 < n:
            members += 1
            i += 2
        else:
            return members > 0 and t == "("
    return False


def is_array_of_pointers(tokens: tuple[str, ...], brace: int) -> bool:
    """Whether a brace opens the elements of an array whose type may be one of pointers to functions, as far as its name
    tells: ``call_rcu_func_t __crcu_array[] = { __VA_ARGS__ }`` of include/linux/rcupdate_wait.h.
    """
    if tokens[max(0, brace - 2) : brace] != ("]", "="):
        return False
    opening = brace - 2
    while opening > 0 and tokens[opening] != "[":
        opening -= 1
    if opening < 2 or not (is_identifier(tokens[opening - 1]) and is_identifier(tokens[opening - 2])):
        return False
    before = tokens[opening - 3] if opening > 2 else ""
    return tokens[opening - 2] not in _NUMBERS and before not in ("struct", "union", "enum")


def calls_by_cast(tokens: tuple[str, ...], params: Mapping[str, int]) -> bool:
    """Whether a variable of the macro's own is called by the type that it is cast to:
    ``((void (*)(proto))(it_func))(args)`` of __DO_TRACE, include/linux/tracepoint.h until 5.9.
    """
    return any(
        tokens[i : i + 2] == (")", "(") and tokens[i + 3 : i + 6] == (")", ")", "(") and tokens[i + 2] not in params
        for i in range(len(tokens) - 5)
    )


def typed_by(tokens: tuple[str, ...], params: Mapping[str, int]) -> dict[str, set[int]]:
    """The macro's own variables whose type is that of arguments, by name: ``typeof(l[0]) *_list = (l), *_next;`` of
    nvkm_firmware_load(), drivers/gpu/drm/nouveau/include/nvkm/core/firmware.h.
    """
    found: dict[str, set[int]] = {}
    for i, t in enumerate(tokens):
        if t not in ("typeof", "__typeof__", "__typeof") or tokens[i + 1 : i + 2] != ("(",):
            continue
        end = skip_brackets(tokens, i + 1)
        decide = {params[p] for p in tokens[i:end] if p in params}
        while decide and end + 1 < len(tokens) and tokens[end] != ";":
            if tokens[end] in ("(", "[", "{"):
                end = skip_brackets(tokens, end)
                continue
            if tokens[end + 1] in ("=", ",", ";") and tokens[end - 1] in ("*", ")", ",") and is_identifier(tokens[end]):
                found[tokens[end]] = decide
            end += 1
    return found


def is_declared(tokens: tuple[str, ...], i: int, params: Mapping[str, int]) -> bool:
    """Whether the token at ``i`` is the name of a variable that is a struct, or of a type that is an argument:
    ``struct io_comp_batch name = { }`` of DEFINE_IO_COMP_BATCH, ``type *name = container_of(...)`` of closure_type().
    What a macro initialises in its turn (LIST_HEAD) says by itself what is called.
    """
    if i + 1 < len(tokens) and tokens[i + 1] not in ("=", ";"):
        return False
    start = i
    while start and tokens[start - 1] == "*":
        start -= 1
    if start > 1 and tokens[start - 2] in ("struct", "union"):
        value = until(tokens, i + 1)
        if any(t == "(" and is_identifier(before) for before, t in pairwise(value)):
            return False
        start -= 2
    elif start and start < i and tokens[start - 1] in params:
        start -= 1
    else:
        return False
    while start and tokens[start - 1] in ("const", "static"):
        start -= 1
    return not start or tokens[start - 1] in (";", "{", "}")


def until(tokens: tuple[str, ...], start: int) -> tuple[str, ...]:
    """The tokens from ``start`` to the end of the expression there."""
    nesting = 0
    for i in range(start, len(tokens)):
        t = tokens[i]
        if t in ("(", "[", "{"):
            nesting += 1
        elif t in (")", "]", "}"):
            nesting -= 1
            if nesting < 0:
                return tokens[start:i]
        elif nesting == 0 and t in (";", ","):
            return tokens[start:i]
    return tokens[start:]


def split_arguments(tokens: tuple[str, ...], start: int) -> list[tuple[str, ...]]:
    """The arguments of the invocation whose ``(`` is at ``start``."""
    args: list[tuple[str, ...]] = []
    nesting, begin = 0, start + 1
    for i in range(start, len(tokens)):
        t = tokens[i]
        if t == "(":
            nesting += 1
        elif t == ")":
            nesting -= 1
            if nesting == 0:
                args.append(tokens[begin:i])
                return args
        elif t == "," and nesting == 1:
            args.append(tokens[begin:i])
            begin = i + 1
    args.append(tokens[begin:])
    return args


def skip_brackets(tokens: tuple[str, ...], start: int) -> int:
    """The index behind the bracket that opens at ``start`` (or the end)."""
    nesting = 0
    for i in range(start, len(tokens)):
        t = tokens[i]
        if t in ("(", "[", "{"):
            nesting += 1
        elif t in (")", "]", "}"):
            nesting -= 1
            if nesting == 0:
                return i + 1
    return len(tokens)
