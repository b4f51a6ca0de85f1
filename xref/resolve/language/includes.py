# SPDX-License-Identifier: MIT
"""The include graph of an index.

A question to a whole kernel asks what a thousand files see; what each of them includes is in the index, and is read as
the question comes to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from xref.lex.model import Include
from xref.macros.visibility import IncludeGraph
from xref.tree.files import is_shared
from xref.tree.programs import TOOLS

_MOST_USERS: Final = 1000
"""So many users of a file are looked for; where there are more, what each of them includes is."""


class _Users(NamedTuple):
    """The files that include one, and the shared headers that do; any file may include those."""

    files: frozenset[str]
    headers: tuple[str, ...]


class IndexedIncludes(IncludeGraph):
    """An include graph that reads what many files include at once, and of no more of them than it needs."""

    def __init__(
        self,
        includes: Mapping[str, tuple[Include, ...]],
        arch: str,
        include_dirs: Mapping[str, tuple[str, ...]],
        wholes: Callable[[Sequence[str]], Mapping[str, tuple[str, ...]]],
        resolved: Callable[[Sequence[str]], Mapping[str, tuple[str, ...]]],
    ) -> None:
        """``wholes`` knows what files are parts of, ``resolved`` what they include."""
        super().__init__(includes, arch, include_dirs, sources=None)
        self._find_wholes = wholes
        self._find_resolved = resolved
        self._wholes: dict[str, tuple[str, ...]] = {}
        self._nearest: dict[str, frozenset[str]] = {}
        self._included: dict[str, bool] = {}
        self._leaning: dict[str, bool] = {}
        self._users: dict[str, _Users | None] = {}
        self._below: set[str] = set()

    def expect(self, paths: Iterable[str]) -> None:
        """Reads at once what these files include."""
        new = [path for path in dict.fromkeys(paths) if path not in self._resolved]
        if new:
            self._resolved.update(dict.fromkeys(new, ()))
            self._resolved.update(self._find_resolved(new))

    def direct(self, path: str) -> tuple[str, ...]:
        """As the graph says."""
        known = self._resolved.get(path)
        if known is None:
            self.expect((path,))
            known = self._resolved[path]
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
            self.expect(below)
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
            self.expect(level)
            below = dict.fromkeys(p for path in level for p in self.direct(path))
            level = [path for path in below if path not in met and path not in self._seen]
            met.update(level)
