# SPDX-License-Identifier: MIT
"""What the graph needs of the resolver, written down as protocols.

``xref.resolve.front.resolver.Resolver`` is the one that reads an index; ``tests/graph/fake.py`` holds one in memory.
Nothing in this package imports either, so that slices can be tested without parsing a line of C.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xref.resolve.edge import Apart, Calls, Edge, Handed, Slot, Symbol


class Tree(Protocol):
    """Which kernel is asked: what ``answer.TreeInfo`` says of it, and how much of it was read."""

    @property
    def root(self) -> str: ...  # noqa: D102
    @property
    def version(self) -> str: ...  # noqa: D102
    @property
    def arch(self) -> str: ...  # noqa: D102
    @property
    def config(self) -> str: ...  # noqa: D102
    @property
    def part(self) -> str:
        """What of the tree was read, as a sentence; '' for all of it."""


class TableEntry(Protocol):
    """One line of a system call table, as ``xref.tree.syscalltbl`` reads it.

    ``abi`` is the table's own word (``common``, ``64``, ``x32``, ``i386``, ``oabi``, ...), ``entry`` the function that
    the line names, ``file:line`` where it stands.
    """

    @property
    def arch(self) -> str: ...  # noqa: D102
    @property
    def abi(self) -> str: ...  # noqa: D102
    @property
    def number(self) -> int: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def entry(self) -> str: ...  # noqa: D102
    @property
    def file(self) -> str: ...  # noqa: D102
    @property
    def line(self) -> int: ...  # noqa: D102


class CallSource(Protocol):
    """Symbols and the calls between them.

    Every method is a pure look-up: the same question gives the same answer in the same order for as long as the
    source is open, and an unknown name gives an empty tuple, never an exception.
    """

    @property
    def tree(self) -> Tree:
        """Which kernel is asked."""

    def lookup(self, symbol: str) -> tuple[Symbol, ...]:
        """Every function, macro or assembly entry of that name, alias or ``file.c:name``, the likeliest meant first."""

    def syscall(self, name: str) -> tuple[Symbol, ...]:
        """The function that implements the system call ``name`` (``send``, without ``sys_``), the likeliest first."""

    def system_calls(self) -> tuple[tuple[str, Symbol], ...]:
        """Every system call with the function that implements it, by name."""

    def near(self, symbol: str) -> tuple[str, ...]:
        """Names that may have been meant, best first; at most a handful."""

    def changed(self, path: str) -> bool:
        """Whether a file has another content now than the one that was read."""

    def otherwise(self, symbol: str) -> str:
        """Of what is no function: what it is, and how to ask for it, as a sentence; '' for a name that nothing has."""

    def expect(self, symbols: Sequence[Symbol]) -> None:
        """Says whose calls will be asked for next, so that they can be read at once; no answer depends on it."""

    def calls(
        self,
        sym: Symbol,
        but: Callable[[str], bool] | None = None,
        wanted: Callable[[Symbol], bool] | None = None,
    ) -> Calls:
        """All that leaves ``sym``, in source order, but for calls through slots of which ``but`` is true, and for those
        of symbols that are not ``wanted``.
        """

    def deferred(self, sym: Symbol) -> tuple[Edge, ...]:
        """What ``sym`` has run later, in source order; not among its ``calls``, for nobody waits for it."""

    def deferrers(self, sym: Symbol) -> tuple[Edge, ...]:
        """Who has ``sym`` run later, by caller and place."""

    def callers(self, sym: Symbol) -> tuple[Edge, ...]:
        """All that reaches ``sym``, by caller and place."""

    def beyond(self, sym: Symbol) -> int:
        """How many functions may hand the address of ``sym`` further and were not looked at; callers may be missing."""

    def apart(self, way: Sequence[Edge], out: Edge) -> Apart | None:
        """Why ``out``, a dispatch, cannot follow ``way``, a dispatch and calls by name behind it; None where it may."""

    def handed(self, edge: Edge, before: Handed) -> Handed | None:
        """What ``edge`` hands over to its callee, where its caller has been handed ``before``; None where the caller
        then calls another function there.
        """

    def fame(self, sym: Symbol) -> int:
        """How many functions call something of that name."""

    def slot(self, struct: str, field: str) -> Slot:
        """Registrations and dispatch sites of ``struct.field``; both empty when there is no such slot."""

    def slots_of(self, struct: str) -> tuple[str, ...]:
        """The fields of ``struct`` that hold functions, in the order of the declaration."""

    def syscall_entries(self, name: str) -> tuple[TableEntry, ...]:
        """What the system call tables of all architectures say of ``name``."""
