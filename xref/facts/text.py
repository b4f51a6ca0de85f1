# SPDX-License-Identifier: MIT
"""A text to extract facts from, and where its bytes really stand.

The text of a file stands where it stands. A *synthetic* text is what macros made: its parts have an origin each, and
all facts found in a part are placed at the invocation that made it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from tree_sitter import Node

from xref.lex import guard as g
from xref.lex.directives import Directives

_BATCH: Final = 200_000
"""In characters."""


# No named tuples and no data classes: those are made by functions that are never compiled, and every fact has a place.
class Place:
    """Line (1-based), column (0-based bytes) and presence condition."""

    __slots__ = ("column", "guard", "line")

    def __init__(self, line: int, column: int, guard: str) -> None:
        self.line: Final = line
        self.column: Final = column
        self.guard: Final = guard


class Role(Enum):
    """What a part of a synthetic text is."""

    IN_FUNCTION = auto()
    """The expansion of an invocation inside a function: its facts are the function's."""
    MACRO_BODY = auto()
    """The body of a function-like macro: its facts are the macro's own."""
    MAKER = auto()
    """What an invocation at file scope defines."""
    INITIALISER = auto()
    """The expansion of an element of an initialiser list."""


class Origin:
    """Where one part of a synthetic text comes from.

    ``owner`` is the key of the function or macro that its facts belong to (None at file scope); ``chain`` the names of
    the macros on the way, outermost first; ``params`` the macro's parameters, for a macro's body. ``object``, ``decl``,
    ``path`` and ``index`` say where in which object the elements of an initialiser part begin; ``alias_of`` is the
    function whose wrappers a maker's part holds. ``choice`` is what types must be like for any of it to be called;
    ``until`` the line to which nobody comes who has not been here (see :class:`~xref.facts.model.AssignFact`).
    """

    __slots__ = (
        "alias_of", "chain", "choice", "decl", "index", "line_end", "object", "owner", "params", "path", "place",
        "role", "until",
    )  # fmt: skip

    def __init__(
        self,
        place: Place,
        role: Role,
        chain: tuple[str, ...] = (),
        owner: tuple[str, int] | None = None,
        params: frozenset[str] = frozenset(),
        object: str = "",
        decl: str = "",
        path: str = "",
        index: int = 0,
        alias_of: tuple[str, int] | None = None,
        line_end: int = 0,
        choice: str = "",
        until: int = 0,
    ) -> None:
        self.place: Final = place
        self.role: Final = role
        self.chain: Final = chain
        self.owner: Final = owner
        self.params: Final = params
        self.object: Final = object
        self.decl: Final = decl
        self.path: Final = path
        self.index: Final = index
        self.alias_of: Final = alias_of
        self.line_end: Final = line_end
        self.choice: Final = choice
        self.until: Final = until


class Spelling:
    """The words of one text. No closure: one that another closure holds is a cycle when mypyc compiles it, and with it
    the syntax tree would stay until the garbage collector comes.
    """

    def __init__(self, source: bytes) -> None:
        self._chars = source.decode("latin-1")

    def of(self, node: Node) -> str:
        """A node's text as the source has it, blanks merged."""
        return " ".join(self._chars[node.start_byte : node.end_byte].split())


class Text:
    """Masked text for the parser beside the same text with its words still in."""

    origins: Final[tuple[Origin, ...]] = ()

    def __init__(self, masked: bytes, source: bytes, iterators: dict[int, str], first: bool = True) -> None:
        self.masked = masked
        self.source = source
        self.iterators = iterators
        self.first = first
        self.lists: dict[int, str] = {}
        """Object-like macros that stood for statements or definitions, by offset."""
        self.words: Set[bytes] = frozenset()
        """All words that the source has."""
        self.statics: list[int] = []
        """Where a macro stood that means ``static`` and was too short to be replaced by it."""

    def place(self, offset: int) -> Place:
        """Where the byte at ``offset`` really stands."""
        raise NotImplementedError

    def mark(self, offset: int) -> Place:
        """The place by which what stands at ``offset`` is told from what stands elsewhere."""
        return self.place(offset)

    def origin(self, offset: int) -> Origin | None:
        """What made the byte at ``offset``; None for the file's own text."""
        return None

    def part_end(self, offset: int) -> int:
        """Where the text of that origin ends."""
        return len(self.source)


class FileText(Text):
    """The text of a file, or one variant of it."""

    def __init__(
        self, masked: bytes, source: bytes, iterators: dict[int, str], directives: Directives, first: bool
    ) -> None:
        super().__init__(masked, source, iterators, first)
        self._directives = directives
        self._guards: dict[int, str] = {}

    def place(self, offset: int) -> Place:
        """Where the byte at ``offset`` stands in the file."""
        line, column, cond = self._directives.place(offset)
        guard = self._guards.get(id(cond))
        if guard is None:
            guard = self._guards[id(cond)] = g.to_text(cond)
        return Place(line, column, guard)

    def behind_arms(self, offset: int) -> int:
        """Where the file goes on for who is done with an ``#if`` arm at ``offset``: behind the other arms. The same
        offset where more stands in the arm.
        """
        for group in reversed(self._directives.groups):
            for arm in group.arms[:-1]:
                if arm.start <= offset <= arm.end and not self.source[offset : arm.end].strip():
                    offset = group.arms[-1].end
        return offset


@dataclass(slots=True)
class Synthesis:
    """Collects the parts of a synthetic text."""

    parts: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    origins: list[Origin] = field(default_factory=list)
    size: int = 0

    def add(self, text: str, origin: Origin) -> None:
        """Adds one part."""
        self.starts.append(self.size)
        self.origins.append(origin)
        self.parts.append(text)
        self.size += len(text)

    def bytes(self) -> bytes:
        """All parts, one behind the other."""
        return "".join(self.parts).encode("latin-1", "replace")


def batches(parts: Sequence[tuple[str, Origin]]) -> Iterator[list[tuple[str, Origin]]]:
    """``parts`` in batches of a size that a tree and its matches take little memory for: a trace header makes megabytes
    of text. What several invocations make between them (IRQCHIP_PLATFORM_DRIVER_BEGIN, ... _END) stays together.
    """
    batch: list[tuple[str, Origin]] = []
    size = depth = 0
    for part in parts:
        text = part[0]
        batch.append(part)
        size += len(text)
        depth += text.count("{") - text.count("}")
        if size >= _BATCH and depth <= 0:
            yield batch
            batch, size, depth = [], 0, 0
    if batch:
        yield batch


class SyntheticText(Text):
    """What macros made."""

    def __init__(self, masked: bytes, source: bytes, iterators: dict[int, str], made: Synthesis) -> None:
        super().__init__(masked, source, iterators)
        self._made = made

    def origin(self, offset: int) -> Origin | None:
        """The part that holds the byte at ``offset``."""
        return self._made.origins[bisect_right(self._made.starts, offset) - 1]

    def part_end(self, offset: int) -> int:
        """See the base."""
        i = bisect_right(self._made.starts, offset)
        return self._made.starts[i] if i < len(self._made.starts) else len(self.source)

    def place(self, offset: int) -> Place:
        """The place of the invocation; inside a macro's body the line of its own."""
        i = bisect_right(self._made.starts, offset) - 1
        origin = self._made.origins[i]
        if origin.role is not Role.MACRO_BODY:
            return origin.place
        at = origin.place
        return Place(at.line + self.source.count(b"\n", self._made.starts[i], offset), at.column, at.guard)

    def mark(self, offset: int) -> Place:
        """The place, with a column that tells apart what stands at one: two unions without a tag in one invocation."""
        start = self._made.starts[bisect_right(self._made.starts, offset) - 1]
        at = self.place(offset)
        return Place(at.line, at.column + offset - start, at.guard)
