# SPDX-License-Identifier: MIT
"""Which headers a file can see: the include graph, and its transitive closure on demand.

An ``#include`` is looked up the way Kbuild's ``-I`` flags make the compiler do it (LINUXINCLUDE in the top Makefile):
beside the includer for ``"x.h"``, then the directory's own ``ccflags-y``, then arch/ARCH/include, include, and their
uapi halves; ``asm/x.h`` falls back to asm-generic/x.h as the generated wrappers do.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from mypy_extensions import mypyc_attr

from xref.lex.model import Include

_CLOSURES: Final = 512
"""How many closures are remembered, about 64 KB each: most files of a folder include the same headers."""


@mypyc_attr(allow_interpreted_subclasses=True)
class IncludeGraph:
    """Resolved includes of every file of a tree; files are known by their paths."""

    def __init__(
        self,
        includes: Mapping[str, tuple[Include, ...]],
        arch: str,
        include_dirs: Mapping[str, tuple[str, ...]] | None = None,
        reread: Iterable[str] | None = None,
    ) -> None:
        """``includes`` maps each path to the directives in it; ``include_dirs`` a directory to its ``-I`` flags;
        ``reread``: what ``rereading`` said of the same includes before.
        """
        self._raw = includes
        self._dirs = include_dirs or {}
        base = f"arch/{arch}/include"
        self._search = tuple(
            f"{d}/" for d in (base, f"{base}/asm/mach-default", "include", f"{base}/uapi", "include/uapi")
        )
        self._rereading: set[str] | None = set(reread) if reread is not None else None
        self._resolved: dict[str, tuple[str, ...]] = {}
        self._meant: dict[tuple[str, str, bool], str | None] = {}
        self._closure = lru_cache(maxsize=_CLOSURES)(self._compute_closure)
        self._of_source = lru_cache(maxsize=64)(lambda path: self._united(path, self.direct(path)))

    def resolve(self, includer: str, inc: Include) -> str | None:
        """The path that ``inc`` means in ``includer``, or None for what only a build generates."""
        key = (includer[: max(0, includer.rfind("/"))], inc.path, inc.angled)
        if key in self._meant:
            return self._meant[key]
        found = self._meant[key] = self._resolve(key[0], inc)
        return found

    def _resolve(self, here: str, inc: Include) -> str | None:
        if not inc.angled:
            beside = posixpath.normpath(posixpath.join(here, inc.path))
            if beside in self._raw:
                return beside
        for d in self._dirs.get(here, ()):
            path = posixpath.normpath(posixpath.join(d, inc.path))
            if path in self._raw:
                return path
        for prefix in self._search:
            path = prefix + inc.path
            if path in self._raw:
                return path
        if inc.path.startswith("asm/"):
            for prefix in ("include/asm-generic/", "include/uapi/asm-generic/"):
                path = prefix + inc.path[4:]
                if path in self._raw:
                    return path
        if ".." in inc.path:
            for prefix in self._search:
                path = posixpath.normpath(prefix + inc.path)
                if path in self._raw:
                    return path
        return None

    def direct(self, path: str) -> tuple[str, ...]:
        """The files that ``path`` includes itself, in order."""
        known = self._resolved.get(path)
        if known is None:
            found = (self.resolve(path, inc) for inc in self._raw.get(path, ()))
            known = self._resolved[path] = tuple(dict.fromkeys(p for p in found if p is not None))
        return known

    def _compute_closure(self, path: str) -> frozenset[str]:
        seen = {path}
        todo = [path]
        resolved = self._resolved
        while todo:
            at = todo.pop()
            new = [p for p in resolved.get(at) or self.direct(at) if p not in seen]
            seen.update(new)
            todo.extend(new)
        return frozenset(seen)

    def _united(self, path: str, headers: Iterable[str]) -> frozenset[str]:
        """``path``, ``headers`` and all that those include: their closures are shared by all who include them."""
        seen = {path}
        for header in headers:
            if header not in seen:  # what is seen has all of its closure seen
                seen |= self._closure(header)
        return frozenset(seen)

    def closure(self, path: str) -> frozenset[str]:
        """``path`` and all it includes, directly or not."""
        return self._closure(path) if path.endswith(".h") else self._of_source(path)

    def includes(self, path: str) -> tuple[Include, ...]:
        """The directives of a file; one whose name is computed by a macro has an empty ``path``."""
        return self._raw.get(path, ())

    def rereads(self, path: str) -> bool:
        """Whether ``path``, or what it includes, has an include whose name a macro computes."""
        return path in self.rereading()

    def rereading(self) -> set[str]:
        """All such files. The first question resolves every include of the tree, where ``reread`` did not say them."""
        if self._rereading is None:
            includers: dict[str, list[str]] = {}
            todo = []
            for source in self._raw:
                for target in self.direct(source):
                    includers.setdefault(target, []).append(source)
                if any(not inc.path for inc in self.includes(source)):
                    todo.append(source)
            self._rereading = set(todo)
            while todo:
                for source in includers.get(todo.pop(), ()):
                    if source not in self._rereading:
                        self._rereading.add(source)
                        todo.append(source)
        return self._rereading

    def closure_before(self, path: str, line: int) -> frozenset[str]:
        """``path`` and all that its includes above ``line`` bring in."""
        above = (self.resolve(path, inc) for inc in self._raw.get(path, ()) if inc.line < line)
        return self._united(path, (target for target in above if target is not None))

    def sees(self, path: str, other: str) -> bool:
        """Whether ``path`` is ``other`` or includes it."""
        return path == other or other in self.closure(path)


def empty_graph(paths: Iterable[str] = ()) -> IncludeGraph:
    """A graph without edges: for text that stands alone, as in tests."""
    return IncludeGraph(dict.fromkeys(paths, ()), "")
