# SPDX-License-Identifier: MIT
"""The include graph of an index, asked for many files: every closure is a set of bits, worked out once for all.

A question to a whole kernel asks what a thousand files see. Their closures overlap almost entirely, so that of a header
is kept and put into those of its includers; headers that include each other have one closure together (Tarjan,
"Depth-first search and linear graph algorithms", 1972).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

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
        self._found_around: dict[str, frozenset[str]] = {}
        self._angled: dict[tuple[str, ...], dict[str, str | None]] = {}

    def direct(self, path: str) -> tuple[str, ...]:
        """As the graph says; what stands in ``<>`` is looked up once for all files with the same ``-I`` paths."""
        known = self._resolved.get(path)
        if known is None:
            dirs = self._dirs.get(path.rpartition("/")[0], ())
            angled = self._angled.get(dirs)
            if angled is None:
                angled = self._angled[dirs] = {}
            found: dict[str | None, None] = {}
            for inc in self._raw.get(path, ()):
                if not inc.angled:
                    target = self.resolve(path, inc)
                elif inc.path in angled:
                    target = angled[inc.path]
                else:
                    target = angled[inc.path] = self.resolve(path, inc)
                found[target] = None
            known = self._resolved[path] = tuple(target for target in found if target is not None)
        return known

    def wholes(self, path: str) -> tuple[str, ...]:
        """What ``path`` is a part of."""
        return () if is_shared(path) else self._wholes(path)

    def sees(self, path: str, other: str) -> bool:
        """As the graph says."""
        if path == other or self._closure_of(path) & self._bits.get(other, 0):
            return True
        if self._resolved[path]:
            return False  # it includes something
        found = self._found_around.get(path)
        if found is None:
            around = self.around(path) if self.wholes(path) and not self._raw.get(path) else frozenset[str]()
            found = self._found_around[path] = around
        return other in found

    def _closure_of(self, path: str) -> int:
        seen = self._seen.get(path)
        if seen is None:
            self._read_below(path)
            self._visit(path)
            seen = self._seen[path]
        return seen

    def _read_below(self, root: str) -> None:
        """Reads what ``root`` includes, directly or not, and is not known yet: all files of one distance at once."""
        met = {root}
        level = [root]
        while level:
            self._source.expect(path for path in level if path not in self._resolved)
            below = dict.fromkeys(p for path in level for p in self.direct(path))
            level = [path for path in below if path not in met and path not in self._seen]
            met.update(level)

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
            walk.append((path, iter(self.direct(path))))

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
