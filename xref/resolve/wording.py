# SPDX-License-Identifier: MIT
"""What an edge says beside where it leads: source lines, evidence and conditions, worked out when they are read.

A way down is searched over tens of thousands of edges of which some hundred are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xref.lex import guard as g
from xref.resolve.edge import Confidence, Edge, EdgeKind, Evidence, SlotEntry, Symbol, Unresolved

if TYPE_CHECKING:
    from xref.facts.model import CallFact
    from xref.resolve.model import Site, Step, Target
    from xref.store.reader import Reader

_set = object.__setattr__  # the way past "frozen" that dataclasses themselves take


class Wording:
    """The text behind facts: lines of the tree's files, and conditions joined."""

    def __init__(self, reader: Reader, root: str) -> None:
        self._reader = reader
        self._root = root
        self._lines = lru_cache(maxsize=256)(self._read)
        self.conjunction = lru_cache(maxsize=100_000)(self._conjunction)

    def text(self, path: str, line: int) -> str:
        """The source line, stripped; '' where the file is gone or shorter now."""
        lines = self._lines(path)
        return lines[line - 1].decode("utf-8", "replace").strip() if 0 < line <= len(lines) else ""

    def _read(self, path: str) -> list[bytes]:
        try:
            return Path(self._root, path).read_bytes().split(b"\n")
        except OSError:
            return []

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


class FoundEdge(Edge):
    """An edge whose wording is still to be read."""

    __slots__ = ("_here", "_tie", "_wording", "site", "target")
    site: Site
    target: Target
    _here: str
    _tie: Callable[[Symbol, Site, Target], tuple[Step, ...] | None]
    _wording: Wording

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
        _set(self, "caller", caller)
        _set(self, "callee", callee)
        _set(self, "kind", kind)
        _set(self, "via", site.via)
        _set(self, "file", caller.file)
        _set(self, "line", call.line)
        _set(self, "column", call.column)
        _set(self, "condition", call.condition)
        _set(self, "site", site)
        _set(self, "target", target)
        _set(self, "_here", guard)
        _set(self, "_tie", tie)
        _set(self, "_wording", wording)

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


class FoundGap(Unresolved):
    """A call without a target, whose line is still to be read."""

    __slots__ = ("_wording",)
    _wording: Wording

    def __init__(
        self, caller: Symbol, call: CallFact, via: str, kind: EdgeKind, guard: str, reason: str, wording: Wording
    ) -> None:
        _set(self, "caller", caller)
        _set(self, "callee_text", call.callee)
        _set(self, "via", via)
        _set(self, "kind", kind)
        _set(self, "file", caller.file)
        _set(self, "line", call.line)
        _set(self, "column", call.column)
        _set(self, "guard", guard)
        _set(self, "reason", reason)
        _set(self, "_wording", wording)

    @property
    def text(self) -> str:
        """The line of the call."""
        return self._wording.text(self.file, self.line)


class FoundEntry(SlotEntry):
    """A registration whose line is still to be read."""

    __slots__ = ("_wording",)
    _wording: Wording

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
        _set(self, "struct", struct)
        _set(self, "field", field)
        _set(self, "function", function)
        _set(self, "object", object)
        _set(self, "file", file)
        _set(self, "line", line)
        _set(self, "how", how)
        _set(self, "guard", guard)
        _set(self, "_wording", wording)

    @property
    def text(self) -> str:
        """The line of the registration."""
        return self._wording.text(self.file, self.line)
