# SPDX-License-Identifier: MIT
"""What resolution answers with: symbols, edges between them, and the evidence for every edge.

Lines are 1-based, columns 0-based bytes, paths relative to the tree with ``/`` between the parts.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol, TypeAlias

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


class Placed(Protocol):
    """Something that stands on a line of the source."""

    @property
    def file(self) -> str:
        """Relative to the tree."""

    @property
    def line(self) -> int:
        """1-based."""

    @property
    def text(self) -> str:
        """The line itself."""

    @property
    def guard(self) -> str:
        """The presence condition; of a call, that of site and target together."""


class Call(Placed, Protocol):
    """What all calls have in common, however their ends are named."""

    @property
    def kind(self) -> EdgeKind:
        """How it comes about."""

    @property
    def via(self) -> str:
        """``struct.field`` of a dispatch site, ``param N``, or a variable's name; empty for a direct call."""

    @property
    def column(self) -> int:
        """0-based, in bytes."""

    @property
    def condition(self) -> str:
        """The run-time condition that the call stands under, as source text."""

    @property
    def confidence(self) -> Confidence:
        """How sure it is."""

    @property
    def weak(self) -> bool:
        """Whether only the member's name agrees."""

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Why it is believed."""


class Edge(Call, Protocol):
    """One call, from ``caller`` at ``file:line:column`` to ``callee``."""

    @property
    def caller(self) -> Symbol:
        """Who calls."""

    @property
    def callee(self) -> Symbol:
        """Who is called."""


class Unresolved(Placed, Protocol):
    """A call whose target is not known, and why."""

    @property
    def caller(self) -> Symbol:
        """Who calls."""

    @property
    def callee_text(self) -> str:
        """What is called, as the source spells it."""

    @property
    def via(self) -> str:
        """As of a call that is resolved."""

    @property
    def kind(self) -> EdgeKind:
        """As of a call that is resolved."""

    @property
    def column(self) -> int:
        """0-based, in bytes."""

    @property
    def reason(self) -> str:
        """A sentence."""


class Calls(msgspec.Struct, frozen=True, gc=False):
    """All that leaves one function, in the order of the source. ``left_out``: how many calls were left out, as was
    asked.
    """

    edges: tuple[Edge, ...]
    unresolved: tuple[Unresolved, ...]
    left_out: int = 0


class SlotEntry(Placed, Protocol):
    """One registration: ``function`` is put into ``struct.field``."""

    @property
    def struct(self) -> str:
        """The struct or union that declares the field."""

    @property
    def field(self) -> str:
        """The slot's own name."""

    @property
    def function(self) -> Symbol:
        """What it gets."""

    @property
    def object(self) -> str:
        """In which object; empty where that is not known."""

    @property
    def how(self) -> str:
        """``designated``, ``positional``, ``assignment``, ``copy`` or ``macro``."""


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
    """Why one dispatch cannot follow another: the objects that hold its target, and the objects of the first dispatch's
    type that these come with instead, by name; ``evidence``: the lines that set them together.
    """

    objects: tuple[str, ...]
    partners: tuple[str, ...]
    evidence: tuple[Evidence, ...]


Handed: TypeAlias = tuple[tuple[int, frozenset[object]], ...]
"""What the parameters of a function are on some way to it: by position, the functions or the tables of functions; of
those that are not in it nothing is known.
"""
