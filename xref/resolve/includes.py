# SPDX-License-Identifier: MIT
"""The include graph of an index, asked for many files: every closure is a set of bits, worked out once for all.

A question to a whole kernel asks what a thousand files see. Their closures overlap almost entirely, so that of a header
is kept and put into those of its includers; headers that include each other have one closure together (Tarjan,
"Depth-first search and linear graph algorithms", 1972).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from xref.lex.model import Include
from xref.macros.visibility import IncludeGraph, is_shared
from xref.store.batches import Includes


class IndexedIncludes(IncludeGraph):
    """An include graph that answers ``sees`` for any number of files at little cost."""

    def __init__(
        self,
        includes: Includes,
        arch: str,
        include_dirs: Mapping[str, tuple[str, ...]] | None = None,
        wholes: Callable[[str], tuple[str, ...]] = lambda _: (),
    ) -> None:
        """``wholes`` knows what a file is a part of."""
        super().__init__(includes, arch, include_dirs)
        self._source = includes
        self._wholes = lru_cache(maxsize=None)(wholes)
        self._bits: dict[str, int] = {}
        self._seen: dict[str, int] = {}
        self._angled: dict[tuple[tuple[str, ...], str], str | None] = {}

    def resolve(self, includer: str, inc: Include) -> str | None:
        """As the graph says; what stands in ``<>`` is looked up once for all files with the same ``-I`` paths."""
        if not inc.angled:
            return super().resolve(includer, inc)
        key = (self._dirs.get(includer.rpartition("/")[0], ()), inc.path)
        try:
            return self._angled[key]
        except KeyError:
            found = self._angled[key] = super().resolve(includer, inc)
            return found

    def wholes(self, path: str) -> tuple[str, ...]:
        """What ``path`` is a part of."""
        return () if is_shared(path) else self._wholes(path)

    def sees(self, path: str, other: str) -> bool:
        """As the graph says."""
        if path == other or self._closure_of(path) & self._bits.get(other, 0):
            return True
        return not self._raw.get(path) and other in self.around(path)

    def _closure_of(self, path: str) -> int:
        seen = self._seen.get(path)
        if seen is None:
            self._visit(path)
            seen = self._seen[path]
        return seen

    def _visit(self, root: str) -> None:
        """Works out the closures of ``root`` and of all that it includes."""
        seen, bits = self._seen, self._bits
        low: dict[str, int] = {}
        number: dict[str, int] = {}
        own: dict[str, int] = {}
        component: list[str] = []
        walk: list[tuple[str, Iterator[str]]] = []

        def enter(path: str) -> None:
            low[path] = number[path] = len(number)
            own[path] = bits.setdefault(path, 1 << len(bits))
            component.append(path)
            below = self.direct(path)
            self._source.expect(p for p in below if p not in number and p not in seen)
            walk.append((path, iter(below)))

        enter(root)
        while walk:
            at, rest = walk[-1]
            for path in rest:
                known = seen.get(path)
                if known is not None:
                    own[at] |= known
                elif path not in number:
                    enter(path)
                    break
                else:
                    low[at] = min(low[at], number[path])
            else:
                walk.pop()
                if low[at] == number[at]:
                    whole, members = own[at], [at]
                    while (path := component.pop()) != at:
                        whole |= own[path]
                        members.append(path)
                    seen.update(dict.fromkeys(members, whole))
                if walk:
                    before = walk[-1][0]
                    if at in seen:
                        own[before] |= seen[at]
                    else:
                        low[before] = min(low[before], low[at])
