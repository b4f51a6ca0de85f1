# SPDX-License-Identifier: MIT
"""The text of an edge: source lines, evidence and conditions, worked out only when they are read.

A search goes over tens of thousands of edges, of which a hundred or so are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xref.lex import guard as g
from xref.resolve.edge import Confidence, EdgeKind, Evidence, Symbol
from xref.store.states import content_hash

if TYPE_CHECKING:
    from xref.facts.model import CallFact
    from xref.resolve.model import Site, Step, Target
    from xref.store.reader import Reader


CHANGED: Final = "(the file has changed since it was indexed)"


class Wording:
    """The text behind facts: lines of the tree's files, and conditions joined."""

    def __init__(self, reader: Reader, root: str) -> None:
        self._reader = reader
        self._root = root
        self._lines = lru_cache(maxsize=256)(self._read)
        self.conjunction = lru_cache(maxsize=100_000)(self._conjunction)
        self.changed = lru_cache(maxsize=None)(self._changed)

    def look_again(self) -> None:
        """Forget the files that were read, and which of them have changed."""
        self._lines.cache_clear()
        self.changed.cache_clear()

    def text(self, path: str, line: int) -> str:
        """The source line, stripped; '' where the file is gone, and ``CHANGED`` where it is another one by now."""
        if self.changed(path):
            return CHANGED
        lines = self._lines(path)
        return lines[line - 1].decode("utf-8", "replace").strip() if 0 < line <= len(lines) else ""

    def _read(self, path: str) -> list[bytes]:
        try:
            return Path(self._root, path).read_bytes().split(b"\n")
        except OSError:
            return []

    def _changed(self, path: str) -> bool:
        """Whether a file has another content than the one that was indexed: lines are not where they were."""
        then = self._reader.state(path)
        try:
            now = Path(self._root, path).stat()
            if then is None or (now.st_size, now.st_mtime_ns) == (then.size, then.mtime_ns):
                return False
            return now.st_size != then.size or content_hash(Path(self._root, path).read_bytes()) != then.hash
        except OSError:
            return False

    def evidence(self, steps: Sequence[Step]) -> tuple[Evidence, ...]:
        """The steps of a resolution with the lines that they speak of."""
        found = []
        for step in steps:
            path = self._reader.file(step.file_id).path
            found.append(Evidence(step.rule, path, step.line, self.text(path, step.line)))
        return tuple(found)

    @staticmethod
    def _conjunction(*guards: str) -> str:
        parts = [x for x in guards if x]
        if len(parts) < 2:
            return parts[0] if parts else ""
        return g.to_text(g.conj(*(g.from_text(p) for p in parts)))


OTHER_OBJECTS: Final = "other objects are known to be called here, none with this function"


class FoundEdge:
    """An edge whose text is not read yet."""

    def __init__(
        self,
        caller: Symbol,
        callee: Symbol,
        kind: EdgeKind,
        site: Site,
        target: Target,
        guard: str,
        wording: Wording,
        tie: Callable[[Symbol, Site, Target], tuple[Step, ...] | None],
    ) -> None:
        """``guard`` is the condition of the call site alone; ``tie`` is asked for what ties the target to the object
        that is called: steps, none where other objects are known to be called, None where nothing is known.
        """
        call = site.call
        self.caller = caller
        self.callee = callee
        self.kind = kind
        self.via = site.via
        self.file = caller.file
        self.line = call.line
        self.column = call.column
        self.condition = call.condition
        self.site = site
        self.target = target
        self._here = guard
        self._wording = wording
        self._tie = tie

    @property
    def text(self) -> str:
        """The line of the call."""
        return self._wording.text(self.file, self.line)

    @property
    def guard(self) -> str:
        """The conditions of site and target together."""
        here, there = self._here, self.callee.guard
        return self._wording.conjunction(here, there) if here and there else here or there

    @property
    def weak(self) -> bool:
        """Whether only the member's name agrees."""
        return self.target.confidence is Confidence.WEAK

    @property
    def confidence(self) -> Confidence:
        """How sure the edge is."""
        return Confidence.OBJECT if self._tied() else self.target.confidence

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Why the edge is believed."""
        known = self._wording.evidence(self.target.steps)
        tied = self._tied()
        if tied is None:
            return known
        if not tied:
            site = known[0]
            return (*known, Evidence(OTHER_OBJECTS, site.file, site.line, site.text))
        return (*known[:1], *self._wording.evidence(tied))

    def _tied(self) -> tuple[Step, ...] | None:
        return self._tie(self.caller, self.site, self.target) if self.site.receiver is not None else None


class FoundGap:
    """A call without a target, whose line is not read yet."""

    def __init__(
        self, caller: Symbol, call: CallFact, via: str, kind: EdgeKind, guard: str, reason: str, wording: Wording
    ) -> None:
        self.caller = caller
        self.callee_text = call.callee
        self.via = via
        self.kind = kind
        self.file = caller.file
        self.line = call.line
        self.column = call.column
        self.guard = guard
        self.reason = reason
        self._wording = wording

    @property
    def text(self) -> str:
        """The line of the call."""
        return self._wording.text(self.file, self.line)


class FoundEntry:
    """A registration whose line is not read yet."""

    def __init__(
        self,
        struct: str,
        field: str,
        function: Symbol,
        object: str,
        file: str,
        line: int,
        how: str,
        guard: str,
        wording: Wording,
    ) -> None:
        self.struct = struct
        self.field = field
        self.function = function
        self.object = object
        self.file = file
        self.line = line
        self.how = how
        self.guard = guard
        self._wording = wording

    @property
    def text(self) -> str:
        """The line of the registration."""
        return self._wording.text(self.file, self.line)
