# SPDX-License-Identifier: MIT
"""The include graph of an index. A question to a whole kernel asks what a thousand files see."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from xref.lex.model import Include
from xref.macros.visibility import IncludeGraph, is_shared
from xref.store.batches import Includes


class IndexedIncludes(IncludeGraph):
    """An include graph that reads the directives of many files at once."""

    def __init__(
        self,
        includes: Includes,
        arch: str,
        include_dirs: Mapping[str, tuple[str, ...]] | None = None,
        wholes: Callable[[str], tuple[str, ...]] = lambda _: (),
    ) -> None:
        """``wholes`` knows what a file is a part of."""
        super().__init__(includes, arch, include_dirs, sources=None)
        self._source = includes
        self._wholes = lru_cache(maxsize=None)(wholes)
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

    def _expect(self, paths: Iterable[str]) -> None:
        self._source.expect(paths)
