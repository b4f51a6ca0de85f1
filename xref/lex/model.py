# SPDX-License-Identifier: MIT
"""What the first pass over a file yields and the macro table is made of."""

from __future__ import annotations

import msgspec


class MacroDef(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One ``#define``.

    ``params`` is None for an object-like macro; ``variadic`` names the parameter that takes the rest (``__VA_ARGS__``
    or GNU's ``args...``), '' for none. ``body`` has its continuation lines joined. ``guard`` is a presence condition.
    ``until`` is the line of the ``#undef`` that ends it in the same file, 0 where none does: such a macro is the
    file's own.
    ``body_line`` is the line on which the body begins; the body keeps its line breaks.
    """

    name: str
    params: tuple[str, ...] | None
    variadic: str
    body: str
    guard: str
    file: str
    line: int
    end_line: int
    until: int = 0
    body_line: int = 0

    def holds_at(self, line: int) -> bool:
        """Whether the definition is in force at a line of its file, as far as definitions and ``#undef`` decide."""
        return self.line < line and (not self.until or line < self.until)


class Marker(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A name that is defined to 1 for ``#ifdef`` and ``#if`` to ask for; ``ended`` where an ``#undef`` in the same file
    ends it.
    """

    name: str
    guard: str
    ended: bool = False


class Include(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One ``#include``; ``angled`` tells ``<x>`` from ``"x"``; ``path`` is empty where a macro computes it."""

    path: str
    angled: bool
    line: int
    guard: str
