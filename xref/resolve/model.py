# SPDX-License-Identifier: MIT
"""What the parts of resolution hand to each other: places of the flow, what they hold, call sites, their targets."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from xref.facts.model import CallFact
from xref.parse.ctree import CType, Member
from xref.resolve.edge import Confidence, EdgeKind
from xref.store.model import FunctionInfo


class IndexedTree(msgspec.Struct, frozen=True, gc=False):
    """Which kernel an index holds."""

    root: str
    version: str
    arch: str
    config: str = ""
    part: str = ""
    """What of the tree the index holds, as a sentence; '' for all of it."""


class Step(msgspec.Struct, frozen=True, gc=False):
    """One piece of evidence: the rule, and where it was applied."""

    rule: str
    file_id: int
    line: int


class Holding(msgspec.Struct, frozen=True, gc=False):
    """A function that a pointer can hold, and the steps by which it got there, the one nearest to the call first."""

    function: FunctionInfo
    steps: tuple[Step, ...]
    guard: str = ""


class Place(NamedTuple):
    """A node of the flow: ``kind`` is slot, param, local, return, global, table, static_call or assigned (one of the
    assignments of a function, by its position). ``of``: the objects whose member it is, where these are told apart.
    """

    kind: str
    owner: str | int
    name: str | int
    of: frozenset[object] = frozenset()


class Target(msgspec.Struct, frozen=True, gc=False):
    """One function that a call site can reach."""

    function: FunctionInfo
    kind: EdgeKind
    confidence: Confidence
    guard: str
    steps: tuple[Step, ...]


class Site(msgspec.Struct, frozen=True, gc=False):
    """One call site, resolved: ``via`` is '' for a direct call. ``reason`` says why there are no targets."""

    call: CallFact
    via: str
    kind: EdgeKind
    targets: tuple[Target, ...]
    reason: str = ""
    receiver: Member | None = None
    """The member that is called, where its object may be known."""


class Crossing(NamedTuple):
    """A call on a way: its caller, its site, and which of its targets the way takes."""

    caller: FunctionInfo
    site: Site
    callee: FunctionInfo


class Unpaired(msgspec.Struct, frozen=True, gc=False):
    """Why a target cannot follow: its objects, the objects that they come with instead, and the lines that say so."""

    objects: tuple[str, ...]
    partners: tuple[str, ...]
    steps: tuple[Step, ...]


class MemberType(msgspec.Struct, frozen=True, gc=False):
    """A member that was found: the type that declares it as the kernel spells it, its name there, and its own type
    (None for a member of an open record, which is known by name only).
    """

    owner: str
    field: str
    ctype: CType | None
    home: int = 0
    """The file of a record whose tag other files use for records of their own; 0 for a tag that means one thing."""
