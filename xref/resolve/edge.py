# SPDX-License-Identifier: MIT
"""What resolution answers with: symbols, edges between them, and the evidence for every edge.

Lines are 1-based, columns 0-based bytes, paths relative to the tree with ``/`` between the parts.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

import msgspec


class SymbolKind(StrEnum):
    """What a node of the graph is."""

    FUNCTION = "function"
    MACRO = "macro"
    ASM = "asm"


class EdgeKind(StrEnum):
    """How a call comes about (see docs/architecture.md, "Words")."""

    DIRECT = "direct"
    MACRO = "macro"
    INDIRECT = "indirect"
    CALLBACK = "callback"
    DEFERRED = "deferred"


class Confidence(StrEnum):
    """How sure an edge is, best first."""

    EXACT = "exact"
    OBJECT = "object"
    TYPED = "typed"
    WEAK = "weak"


class Symbol(msgspec.Struct, frozen=True, gc=False):
    """A function, function-like macro or assembly entry.

    ``fid`` is its row in the index; ``node`` its public id (``net/socket.c:sock_sendmsg``, with ``@LINE`` behind it
    for the second and later definition of one name in one file).
    """

    fid: int
    node: str
    name: str
    kind: SymbolKind
    file: str
    line: int
    end_line: int
    linkage: str
    aliases: tuple[str, ...]
    guard: str
    signature: str


class Evidence(msgspec.Struct, frozen=True, gc=False):
    """One reason for an edge: the rule that was applied and the source line it was applied to."""

    rule: str
    file: str
    line: int
    text: str


class Edge(Protocol):
    """One call: from ``caller`` at ``file:line:column`` to ``callee``.

    ``via`` is ``struct.field`` of a dispatch site, ``param N``, or a variable's name; empty for a direct call.
    ``guard`` is the presence condition of site and target together; ``condition`` the run-time condition the call
    stands under, as source text. ``weak``: only the member's name agrees.
    """

    @property
    def caller(self) -> Symbol: ...  # noqa: D102
    @property
    def callee(self) -> Symbol: ...  # noqa: D102
    @property
    def kind(self) -> EdgeKind: ...  # noqa: D102
    @property
    def via(self) -> str: ...  # noqa: D102
    @property
    def confidence(self) -> Confidence: ...  # noqa: D102
    @property
    def file(self) -> str: ...  # noqa: D102
    @property
    def line(self) -> int: ...  # noqa: D102
    @property
    def column(self) -> int: ...  # noqa: D102
    @property
    def text(self) -> str: ...  # noqa: D102
    @property
    def guard(self) -> str: ...  # noqa: D102
    @property
    def condition(self) -> str: ...  # noqa: D102
    @property
    def evidence(self) -> tuple[Evidence, ...]: ...  # noqa: D102
    @property
    def weak(self) -> bool: ...  # noqa: D102


class Unresolved(Protocol):
    """A call that no target is known for, and why."""

    @property
    def caller(self) -> Symbol: ...  # noqa: D102
    @property
    def callee_text(self) -> str: ...  # noqa: D102
    @property
    def via(self) -> str: ...  # noqa: D102
    @property
    def kind(self) -> EdgeKind: ...  # noqa: D102
    @property
    def file(self) -> str: ...  # noqa: D102
    @property
    def line(self) -> int: ...  # noqa: D102
    @property
    def column(self) -> int: ...  # noqa: D102
    @property
    def text(self) -> str: ...  # noqa: D102
    @property
    def guard(self) -> str: ...  # noqa: D102
    @property
    def reason(self) -> str: ...  # noqa: D102


class Calls(msgspec.Struct, frozen=True, gc=False):
    """All that leaves one function: in the order of the source; ``left_out``: how many calls were, as was asked."""

    edges: tuple[Edge, ...]
    unresolved: tuple[Unresolved, ...]
    left_out: int = 0


class SlotEntry(Protocol):
    """One registration: ``function`` is put into ``struct.field``, in ``object`` where that is known.

    ``how``: ``designated``, ``positional``, ``assignment``, ``copy``, ``macro``; ``object`` may be empty.
    """

    @property
    def struct(self) -> str: ...  # noqa: D102
    @property
    def field(self) -> str: ...  # noqa: D102
    @property
    def function(self) -> Symbol: ...  # noqa: D102
    @property
    def object(self) -> str: ...  # noqa: D102
    @property
    def file(self) -> str: ...  # noqa: D102
    @property
    def line(self) -> int: ...  # noqa: D102
    @property
    def text(self) -> str: ...  # noqa: D102
    @property
    def how(self) -> str: ...  # noqa: D102
    @property
    def guard(self) -> str: ...  # noqa: D102


class DispatchSite(msgspec.Struct, frozen=True, gc=False):
    """A place that calls through ``struct.field``."""

    struct: str
    field: str
    caller: Symbol
    file: str
    line: int
    column: int
    text: str
    guard: str


class Slot(msgspec.Struct, frozen=True, gc=False):
    """Everything known of one slot."""

    struct: str
    field: str
    entries: tuple[SlotEntry, ...]
    sites: tuple[DispatchSite, ...]


class Apart(msgspec.Struct, frozen=True, gc=False):
    """Why one dispatch cannot follow another: the objects that hold its target, and those of the first dispatch's kind
    that these come with instead, by name; ``evidence``: where they are put in place.
    """

    objects: tuple[str, ...]
    partners: tuple[str, ...]
    evidence: tuple[Evidence, ...]
