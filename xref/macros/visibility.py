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


MOST_WHOLES: Final = 4
"""Of a header that a driver's forty files include so many are asked: what one of them sees most of the others do."""


def is_shared(path: str) -> bool:
    """Whether a header stands where any file may include it."""
    return path.startswith("include/") or (path.startswith("arch/") and "/include/" in path)


@mypyc_attr(allow_interpreted_subclasses=True)
class IncludeGraph:
    """Resolved includes of every file of a tree; files are known by their paths."""

    def __init__(
        self,
        includes: Mapping[str, tuple[Include, ...]],
        arch: str,
        include_dirs: Mapping[str, tuple[str, ...]] | None = None,
        parts: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        """``includes`` maps each path to the directives in it; ``include_dirs`` a directory to its ``-I`` flags;
        ``parts`` is what :meth:`find_parts` said of the same includes.
        """
        self._raw = includes
        self._dirs = include_dirs or {}
        self._parts = parts or {}
        base = f"arch/{arch}/include"
        self._search = tuple(
            f"{d}/" for d in (base, f"{base}/asm/mach-default", "include", f"{base}/uapi", "include/uapi")
        )
        self._resolved: dict[str, tuple[str, ...]] = {}
        self._meant: dict[tuple[str, str, bool], str | None] = {}
        self._closure = lru_cache(maxsize=_CLOSURES)(self._compute_closure)
        self._of_source = lru_cache(maxsize=64)(lambda path: self._united(path, self.direct(path)))
        self._around = lru_cache(maxsize=64)(self._compute_around)

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

    def computes(self, path: str) -> bool:
        """Whether ``path`` itself has an include whose name a macro computes."""
        return any(not inc.path for inc in self.includes(path))

    def closure_before(self, path: str, line: int) -> frozenset[str]:
        """``path`` and all that its includes above ``line`` bring in."""
        above = (self.resolve(path, inc) for inc in self._raw.get(path, ()) if inc.line < line)
        return self._united(path, (target for target in above if target is not None))

    def find_parts(self) -> dict[str, tuple[str, ...]]:
        """The files that others include, shared headers aside, each with those (at most ``MOST_WHOLES``) that do. Such
        a file may be written for the place where it is included: kernel/sched/build_policy.c includes all of the
        scheduler's headers, and then kernel/sched/rt.c, which includes nothing.
        """
        found: dict[str, list[str]] = {}
        for source in self._raw:
            for target in self.direct(source):
                if not is_shared(target):
                    found.setdefault(target, []).append(source)
        return {path: tuple(sorted(wholes)[:MOST_WHOLES]) for path, wholes in found.items()}

    def wholes(self, path: str) -> tuple[str, ...]:
        """What ``path`` is a part of: see :meth:`find_parts`."""
        return self._parts.get(path, ())

    def around(self, path: str) -> frozenset[str]:
        """What ``path`` is a part of, and what these have included above it."""
        return self._around(path)

    def _compute_around(self, path: str) -> frozenset[str]:
        seen: frozenset[str] = frozenset()
        for whole in self.wholes(path):
            line = next((inc.line for inc in self._raw[whole] if self.resolve(whole, inc) == path), 0)
            seen |= self.closure_before(whole, line)
        return seen

    def sees(self, path: str, other: str) -> bool:
        """Whether ``path`` is ``other`` or includes it; where it includes nothing, whether it finds it around."""
        return path == other or other in self.closure(path) or (not self._raw.get(path) and other in self.around(path))


def empty_graph(paths: Iterable[str] = ()) -> IncludeGraph:
    """A graph without edges: for text that stands alone, as in tests."""
    return IncludeGraph(dict.fromkeys(paths, ()), "")
