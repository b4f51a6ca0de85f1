# SPDX-License-Identifier: MIT
"""The include graph of an index.

A question to a whole kernel asks what a thousand files see; the directives are read from the index file by file, as
they are needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from xref.macros.visibility import IncludeGraph
from xref.store.batches import Includes
from xref.tree.files import is_shared
from xref.tree.programs import TOOLS

_MOST_USERS: Final = 1000
"""So many users of a file are looked for; where there are more, what each of them includes is."""


class _Users(NamedTuple):
    """The files that include one, and the shared headers that do; any file may include those."""

    files: frozenset[str]
    headers: tuple[str, ...]


class IndexedIncludes(IncludeGraph):
    """An include graph that reads the directives of many files at once, and no more of them than it needs."""

    def __init__(
        self,
        includes: Includes,
        arch: str,
        include_dirs: Mapping[str, tuple[str, ...]] | None = None,
        wholes: Callable[[Sequence[str]], Mapping[str, tuple[str, ...]]] = lambda _: {},
    ) -> None:
        """``wholes`` knows what files are parts of."""
        super().__init__(includes, arch, include_dirs, sources=None)
        self._source = includes
        self._find_wholes = wholes
        self._wholes: dict[str, tuple[str, ...]] = {}
        self._nearest: dict[str, frozenset[str]] = {}
        self._included: dict[str, bool] = {}
        self._leaning: dict[str, bool] = {}
        self._users: dict[str, _Users | None] = {}
        self._below: set[str] = set()
        self._angled: dict[tuple[bool, tuple[str, ...], tuple[str, ...]], dict[str, str | None]] = {}
        self._angled_in: dict[tuple[str, bool], dict[str, str | None]] = {}

    def expect(self, paths: Iterable[str]) -> None:
        """Reads at once what these files include."""
        self._source.expect(path for path in dict.fromkeys(paths) if path not in self._resolved)

    def direct(self, path: str) -> tuple[str, ...]:
        """As the graph says; what stands in ``<>`` is looked up once for all files with the same ``-I`` paths."""
        known = self._resolved.get(path)
        if known is None:
            here = path[: path.rfind("/") + 1]
            kind = (here, path.endswith((".c", ".S")))
            angled = self._angled_in.get(kind)
            if angled is None:
                dirs = (here.startswith(TOOLS), self._dirs.get(here[:-1], ()), self._lent_to(path, here[:-1]))
                angled = self._angled_in[kind] = self._angled.setdefault(dirs, {})
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
        return () if is_shared(path) else self._wholes_of(path)

    def _wholes_of(self, path: str) -> tuple[str, ...]:
        if path not in self._wholes:
            self.expect_wholes([path])
        return self._wholes[path]

    def expect_wholes(self, paths: Iterable[str]) -> None:
        """Reads at once what these are parts of."""
        new = [path for path in dict.fromkeys(paths) if path not in self._wholes]
        self._wholes.update(dict.fromkeys(new, ()))
        self._wholes.update(self._find_wholes(new))

    def sees(self, path: str, other: str) -> bool:
        """As the graph says."""
        if path == other:
            return True
        if path.startswith(TOOLS) and self.hides(path, other):
            return False
        if self.is_included(other):
            users = None if is_shared(other) else self._users_of(other)
            if users is None:
                near = path not in self._seen and (other in self.direct(path) or other in self._near(path))
                found = near or bool(self._seen_by(path) & self._bit.get(other, 0))
            else:
                found = path in users.files or any(self.sees(path, header) for header in users.headers)
            if found:
                return True
        return self._leans(path) and self.finds_around(path, other)

    def _users_of(self, path: str) -> _Users | None:
        """Who includes a file that is no shared header, directly or over others of its kind; None for too many."""
        if path not in self._users:
            self._users[path] = self._find_users(path)
        return self._users[path]

    def _find_users(self, path: str) -> _Users | None:
        files: set[str] = set()
        headers: dict[str, None] = {}
        level = [path]
        while level:
            self.expect_wholes(level)
            users = dict.fromkeys(user for each in level for user in self._wholes[each])
            headers.update(dict.fromkeys(user for user in users if is_shared(user)))
            level = [user for user in users if user not in headers and user not in files]
            files.update(level)
            if len(files) > _MOST_USERS:
                return None
        return _Users(frozenset(files), tuple(headers))

    def is_included(self, path: str) -> bool:
        """Whether some file includes ``path``; any may include what stands in a shared place."""
        known = self._included.get(path)
        if known is None:
            known = self._included[path] = is_shared(path) or bool(self._wholes_of(path))
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

    def _seen_by(self, path: str) -> int:
        if path not in self._below:
            self._below.add(path)
            self._read_below(path)
        return super()._seen_by(path)

    def _visit(self, root: str) -> None:
        self._read_below(root)
        super()._visit(root)

    def _read_below(self, root: str) -> None:
        """Reads what ``root`` includes, directly or not, and is not known yet: all files of one distance at once."""
        met = {root}
        level = [root]
        while level:
            self._source.expect(path for path in level if path not in self._resolved)
            below = dict.fromkeys(p for path in level for p in self.direct(path))
            level = [path for path in below if path not in met and path not in self._seen]
            met.update(level)
