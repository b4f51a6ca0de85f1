# SPDX-License-Identifier: MIT
"""Functions that return a copy of what an argument points to, as kmemdup() of mm/util.c does. The copy holds what the
original does, so that a pointer to the original tells what may be called through the copy.
"""

from __future__ import annotations

from functools import lru_cache

from xref.resolve.lookup.arguments import arguments
from xref.resolve.lookup.written import Written
from xref.resolve.objects.beside import COPYING


class Duplicates:
    """Finds such functions by name. One instance serves one index."""

    def __init__(self, written: Written) -> None:
        self._written = written
        self._copied_by = lru_cache(maxsize=20_000)(self._copied_of)

    def copied(self, name: str, file_id: int) -> int | None:
        """The argument of which the function returns a copy; None where it does not. One of several definitions tells
        for all: that of include/linux/fortify-string.h calls kmemdup() by another name.
        """
        found = {self._copied_by(f.id) for f in self._written.names.called(name, file_id)} - {None}
        return found.pop() if len(found) == 1 else None

    def _copied_of(self, fid: int) -> int | None:
        """``p = kmalloc(...); memcpy(p, src, len); return p;``: the position of ``src``."""
        function = self._written.reader.function(fid)
        if function is None or function.kind != "function":
            return None
        scope = self._written.scope(function)
        returned = {r.value.strip("() ") for r in scope.body.returns} - {"NULL"}
        if len(returned) != 1:
            return None
        copy = returned.pop()
        for call in scope.body.calls:
            if (
                call.callee in COPYING
                and len(given := arguments(call.arguments)) == 3
                and given[0].strip("() ") == copy
            ):
                source = scope.param(given[1].strip("() "))
                return source[0] if source is not None else None
        return None
