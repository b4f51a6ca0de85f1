# SPDX-License-Identifier: MIT
"""The include graph of an index, asked for many files: every closure is a set of bits, worked out once for all.

A question to a whole kernel asks what a thousand files see. Their closures overlap almost entirely, so that of a header
is kept and put into those of its includers; headers that include each other have one closure together (Tarjan,
"Depth-first search and linear graph algorithms", 1972).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import compress

from xref.macros.visibility import IncludeGraph, is_shared
from xref.store.batches import Includes

_FLAGS = bytes.maketrans(b"01", b"\0\1")


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
        self._nearest: dict[str, frozenset[str]] = {}
        self._included: dict[str, bool] = {}
        self._leaning: dict[str, bool] = {}
        self._bits_around: dict[str, int] = {}
        self._angled: dict[tuple[str, ...], dict[str, str | None]] = {}

    def direct(self, path: str) -> tuple[str, ...]:
        """As the graph says; what stands in ``<>`` is looked up once for all files with the same ``-I`` paths."""
        known = self._resolved.get(path)
        if known is None:
            here = path[: path.rfind("/") + 1]
            dirs = self._dirs.get(here[:-1], ())
            angled = self._angled.get(dirs)
            if angled is None:
                angled = self._angled[dirs] = {}
            found: dict[str | None, None] = {}
            for inc in self._raw.get(path, ()):
                if not inc.angled:
                    beside = here + inc.path
                    plain = bool(here) and "./" not in inc.path and "//" not in inc.path
                    target = beside if plain and beside in self._raw else self.resolve(path, inc)
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
        if path == other:
            return True
        if self.is_included(other):
            if path not in self._seen and other in self._near(path):
                return True
            if self._closure_of(path) & self._bits.get(other, 0):
                return True
        return self._leans(path) and self.finds_around(path, other)

    def is_included(self, path: str) -> bool:
        """Whether some file includes ``path``; any may include what stands in a shared place."""
        known = self._included.get(path)
        if known is None:
            known = self._included[path] = is_shared(path) or bool(self._wholes(path))
        return known

    def _near(self, path: str) -> frozenset[str]:
        """What a file includes, and what that includes: mostly that is enough to see what a name means."""
        near = self._nearest.get(path)
        if near is None:
            below = self.direct(path)
            self._source.expect(p for p in below if p not in self._resolved)
            near = self._nearest[path] = frozenset(below).union(*map(self.direct, below))
        return near

    def _leans(self, path: str) -> bool:
        """Whether a file includes nothing and is written for who includes it."""
        known = self._leaning.get(path)
        if known is None:
            known = self._leaning[path] = bool(self.wholes(path)) and not self._raw.get(path)
        return known

    def finds_around(self, path: str, other: str) -> bool:
        """Whether ``other`` is in ``around(path)``, without listing all that is."""
        around = self._bits_around.get(path)
        if around is None:
            around = 0
            for whole in self.wholes(path):
                line = next((inc.line for inc in self._raw[whole] if self.resolve(whole, inc) == path), 0)
                around |= self._before(whole, line)
            self._bits_around[path] = around
        return bool(around & self._bits.get(other, 0))

    def closure_before(self, path: str, line: int) -> frozenset[str]:
        """As the graph says."""
        seen = self._before(path, line)
        flags = f"{seen:b}"[::-1].encode().translate(_FLAGS)
        return frozenset(compress(self._bits, flags))  # bits are numbered as they come

    def _before(self, path: str, line: int) -> int:
        self._closure_of(path)
        seen = self._bits[path]
        for inc in self._raw.get(path, ()) if line else ():
            target = self.resolve(path, inc) if inc.line < line else None
            if target is not None:
                seen |= self._closure_of(target)
        return seen

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
