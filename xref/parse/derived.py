# SPDX-License-Identifier: MIT
"""Types derived from others (C11 6.2.5 p20): what a pointer or an array leads to, and how a type is spelled."""

from __future__ import annotations

from xref.parse.ctree import Array, AutoType, Base, CType, Function, Named, Pointer, Tagged


def strip_pointer(t: CType) -> CType:
    """What ``*`` makes of a type: one pointer or array level less; any other type as it is."""
    if isinstance(t, Pointer):
        return t.to
    return t.of if isinstance(t, Array) else t


def strip(t: CType | None) -> CType | None:
    """What ``*`` or ``[]`` makes of a type; None for what is neither pointer nor array."""
    return strip_pointer(t) if isinstance(t, Pointer | Array) else None


def is_void_pointer(t: CType) -> bool:
    """Whether it is ``void *``."""
    return isinstance(t, Pointer) and t.to == Base("void")


def to_text(t: CType, inner: str = "") -> str:
    """The type in C's notation around ``inner`` (a name, or nothing)."""
    while True:
        if isinstance(t, Pointer):
            inner = f"(*{inner})" if isinstance(t.to, Array | Function) else f"*{inner}"
            t = t.to
        elif isinstance(t, Array):
            inner, t = inner + "[]", t.of
        elif isinstance(t, Function):
            parts = [to_text(p) for p in t.params] + ["..."] * t.variadic
            inner, t = f"{inner}({', '.join(parts) or 'void'})", t.returns
        else:
            break
    if isinstance(t, Tagged):
        head = f"{t.kind} {t.tag or '{...}'}"
    elif isinstance(t, Base | Named):
        head = t.name
    else:
        head = "__auto_type" if isinstance(t, AutoType) else "typeof(...)"
    return f"{head} {inner}" if inner else head
