# SPDX-License-Identifier: MIT
"""What stands at a place of a file, by the index: definitions of the name, the slot that a member is, the calls there.

A place is one of the text that is asked about. Where that is no longer the text that was indexed, the function around
it tells where the index has it, and names decide where lines do not agree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from xref.graph.accesses import Owners
from xref.graph.constants import constants
from xref.graph.crossref import Definition, definitions
from xref.graph.spot import INCLUDE, MEMBER, TAG
from xref.store.numbers import first
from xref.store.rows import last_member

if TYPE_CHECKING:
    from xref.facts.model import CallFact
    from xref.graph.reader import Reader
    from xref.graph.spot import Text, Word
    from xref.resolve.edge import Edge, Slot, Symbol, Unresolved
    from xref.resolve.resolver import Resolver
    from xref.store.model import FunctionInfo

_CALLED: Final = ("function", "macro", "asm")
_RECORDS: Final = ("struct", "union", "enum")


class Spot(NamedTuple):
    """A name at a place. ``line`` and ``column`` are those of its begin in the text, ``known`` is the line at which the
    index has it, ``exact`` whether that is certain; ``within`` is the function around it. Of a member, as far as types
    tell, ``tag`` is the struct that it is taken of, ``owner`` the one that declares it, and ``field`` its name there:
    ``sk_prot`` of ``sock`` is ``skc_prot`` of ``sock_common``.
    """

    path: str
    file_id: int
    word: Word
    line: int
    column: int
    known: int
    exact: bool
    tag: str = ""
    owner: str = ""
    field: str = ""
    within: FunctionInfo | None = None

    @property
    def name(self) -> str:
        """The name itself."""
        return self.word.name

    @property
    def slot(self) -> str:
        """``struct.field`` of a member whose struct is known, else ''."""
        return f"{self.owner}.{self.field}" if self.owner else ""


class Calls(NamedTuple):
    """Calls of some place: those with targets, and those without."""

    edges: tuple[Edge, ...]
    unresolved: tuple[Unresolved, ...]


class Found(NamedTuple):
    """All that stands at a place. ``spot`` is None where no name does, or none was asked about; ``changed``: whether
    the file has another content than the one that was indexed.
    """

    path: str
    line: int
    text: str
    changed: bool
    within: tuple[Symbol, ...]
    spot: Spot | None
    definitions: tuple[Definition, ...]
    slot: Slot | None
    calls: Calls


class Meaning:
    """An index asked by position."""

    def __init__(
        self, source: Resolver, reader: Reader, elsewhere: dict[str, tuple[Definition, ...]] | None = None
    ) -> None:
        """``reader``: the same source as slices read it, so that a call here is the edge that they show. ``elsewhere``
        remembers what was found outside of the index, which takes long.
        """
        self._elsewhere = elsewhere if elsewhere is not None else {}
        self._source = source
        self._reader = reader
        self._owners = Owners(source)

    def at(self, text: Text, line: int, column: int | None) -> Found:
        """What stands at a 1-based line, and at a 0-based column of it if one is named."""
        changed = self._source.changed(text.path)
        file_id = self._source.reader.file_id(text.path) or 0
        offset = text.offset(line, column or 0)
        known = self._drifted(text, offset, line, file_id) if changed else line
        spot = self.spot(text, offset, None if changed else line) if column is not None else None
        calls = self.calls_on(text.path, known)
        if spot is not None and (called := self.call_at(text, spot)) is not None:
            calls = Calls(
                tuple(dict.fromkeys((*called.edges, *calls.edges))),
                tuple(dict.fromkeys((*called.unresolved, *calls.unresolved))),
            )
        return Found(
            text.path,
            line,
            text.line(line).decode("utf-8", "replace").strip(),
            changed,
            self.around(text.path, known),
            spot,
            self.definitions(spot) if spot is not None else (),
            self.slot(spot) if spot is not None else None,
            calls,
        )

    # -- where --------------------------------------------------------------------------------------------------------

    def spot(self, text: Text, offset: int, known: int | None, *, exact: bool = True) -> Spot | None:
        """The name at an offset. ``known``: the line at which the index has it, ``exact`` or near there; None where
        that has to be found.
        """
        word = text.word(offset)
        if word is None:
            return None
        line, column = text.position(word.start)
        file_id = self._source.reader.file_id(text.path) or 0
        at = known if known is not None else self._drifted(text, offset, line, file_id)
        found = Spot(text.path, file_id, word, line, column, at, exact and known is not None)
        within = self._owners.around(text.path, at) if file_id else None
        if word.kind != MEMBER:
            return found._replace(within=within)
        tag = self._owners.of(text.path, text.code, word.start, at, word.name) or ""
        member = self._source.types.member_of(tag, word.name, file_id) if tag else None
        owner, field = (member.owner, member.field) if member is not None else ("", "")
        return found._replace(tag=tag, owner=owner, field=field, within=within)

    def _drifted(self, text: Text, offset: int, line: int, file_id: int) -> int:
        """The line at which the index has what stands in a line now, by the function around it."""
        around = text.function(offset)
        if around is None or not file_id:
            return line
        name, argument, begins = around
        reader = self._source.reader
        rows = reader.functions_named_in(name, file_id)
        if not rows and argument:  # SYSCALL_DEFINE4(send, ...)
            rows = [f for f in self._functions(file_id) if f.made_by and argument in _endings(f)]
        if not rows:
            return line
        best = min(rows, key=lambda f: abs(f.line - begins))
        return min(best.line + line - begins, best.end_line)

    def around(self, path: str, line: int) -> tuple[Symbol, ...]:
        """What a line that the index knows stands in: the innermost function or macro, or all that one line makes."""
        file_id = self._source.reader.file_id(path)
        if file_id is None:
            return ()
        rows = [f for f in self._functions(file_id) if f.line <= line <= max(f.end_line, f.line)]
        last = max((f.line for f in rows), default=0)
        return tuple(self._source.as_symbol(f) for f in rows if f.line == last)

    def _functions(self, file_id: int) -> list[FunctionInfo]:
        return self._source.reader.functions_between(first(file_id), first(file_id + 1))

    # -- names --------------------------------------------------------------------------------------------------------

    def definitions(self, spot: Spot) -> tuple[Definition, ...]:
        """Where the name is defined that stands there: those definitions that the file can mean, the likeliest first;
        where it can mean none of them, all that have the name.
        """
        word = spot.word
        if word.kind == INCLUDE:
            path = self._source.included(spot.path, word.name)
            return (Definition("file", path, path, 1, 1, "", ""),) if path else ()
        if word.kind == MEMBER:
            return self._members(spot)
        local = self._local(spot) if word.kind != TAG else None
        if local is not None:
            return (local,)
        every = definitions(self._source, spot.name, everything=False)
        if word.kind == TAG:
            every = tuple(each for each in every if each.kind in _RECORDS)
        here = [each for each in every if (each.file, each.line) == (spot.path, spot.known)]
        meant = self._meant(spot)
        found = here or [each for each in every if (each.file, each.line) in meant] or every
        return tuple(found) or (self._constants(spot.name) if word.kind else ())

    def _constants(self, name: str) -> tuple[Definition, ...]:
        known = self._elsewhere.get(name)
        if known is None:
            known = self._elsewhere[name] = constants(self._source, name)
        return known

    def functions(self, spot: Spot) -> tuple[Symbol, ...]:
        """The functions and macros that the name can mean there."""
        if spot.word.kind in (INCLUDE, MEMBER, TAG):
            return ()
        places = {(each.file, each.line) for each in self.definitions(spot) if each.kind in _CALLED}
        return tuple(sym for sym in self._source.lookup(spot.name) if (sym.file, sym.line) in places)

    def _meant(self, spot: Spot) -> set[tuple[str, int]]:
        """Files and lines of the definitions that a file can mean by a name."""
        if not spot.file_id:
            return set()
        source, name = self._source, spot.name
        names, types, reader = source.names, source.types, source.reader
        within = spot.within.name if spot.within is not None else ""
        found = [*names.macro_nodes(name, spot.file_id), *names.called(name, spot.file_id)]
        places = {(f.file_id, f.line) for f in found}
        places.update((r.file_id, r.line) for r in types.objects_meant(name, spot.file_id, within))
        places.update((r.file_id, r.line) for r in types.record(name, spot.file_id))
        places.update((r.file_id, r.line) for r in types.typedefs_meant(name, spot.file_id))
        meant = {(reader.file(file_id).path, line) for file_id, line in places}
        meant.update((m.file, m.line) for m in source.macros_meant(name, spot.path))
        return meant

    def _members(self, spot: Spot) -> tuple[Definition, ...]:
        source = self._source
        if not spot.owner:
            return tuple(each for each in definitions(source, spot.name) if each.kind == "field")
        found = definitions(source, spot.slot)
        if spot.field == spot.name:
            return found
        named = definitions(source, spot.name, everything=False)
        macros = tuple(each for each in named if each.kind == "macro")
        return (*found, *macros)  # #define sk_prot __sk_common.skc_prot

    def _local(self, spot: Spot) -> Definition | None:
        """The declaration of a local variable or a parameter."""
        within = spot.within
        if within is None:
            return None
        if within.kind == "macro":
            scope = self._source.written.scope(within)
            if scope.macro_param(spot.name) is None:
                return None
            return Definition("parameter", spot.name, spot.path, within.line, within.line, spot.name, "")
        scope = self._source.written.scope(within)
        declared = scope.declaration(spot.name, spot.known)
        if declared is not None:
            line = declared[0].line
            return Definition("local", spot.name, spot.path, line, line, declared[0].text, "")
        if scope.param(spot.name) is None:
            return None
        return Definition("parameter", spot.name, spot.path, within.line, within.line, within.signature, "")

    # -- calls --------------------------------------------------------------------------------------------------------

    def slot(self, spot: Spot) -> Slot | None:
        """What is put into the member and who calls through it, where it is one that functions are put into."""
        if not spot.owner:
            return None
        found = self._source.slot(spot.owner, spot.field)
        return found if found.entries or found.sites else None

    def calls_on(self, path: str, line: int) -> Calls:
        """The calls that begin on a line which the index knows: the edges that ``callees`` shows."""
        edges: list[Edge] = []
        missing: list[Unresolved] = []
        for sym in self.around(path, line):
            found = self._calls_of(sym)
            edges += [edge for edge in found.edges if edge.line == line and edge.file == path]
            missing += [gap for gap in found.unresolved if gap.line == line and gap.file == path]
        return Calls(tuple(edges), tuple(missing))

    def call_at(self, text: Text, spot: Spot) -> Calls | None:
        """The call whose callee is named there; None where the name is not called."""
        within = spot.within
        call = self._site(text, spot, within) if within is not None else None
        if call is None or within is None:
            return None
        found = self._calls_of(self._source.as_symbol(within))
        at = (call.line, call.column)
        return Calls(
            tuple(edge for edge in found.edges if (edge.line, edge.column) == at and self._is_of(edge.via, spot)),
            tuple(gap for gap in found.unresolved if (gap.line, gap.column) == at),
        )

    @staticmethod
    def _is_of(via: str, spot: Spot) -> bool:
        """Whether a call through ``via`` is that of the name: INDIRECT_CALL_1(ops->f, g) calls g by its name too."""
        return not spot.slot or via == spot.slot

    def _site(self, text: Text, spot: Spot, within: FunctionInfo) -> CallFact | None:
        """The call in a function that calls something of that name: the last one that begins above or at it."""
        named = [c for c in self._source.reader.body(within.id).calls if last_member(c.callee) == spot.name]
        if not spot.exact:
            return min(named, key=lambda c: abs(c.line - spot.known), default=None)
        shift = spot.line - spot.known
        before = [
            c
            for c in named
            if (c.line, c.column) <= (spot.known, spot.column)
            and text.statement(c.line + shift, c.column, spot.word.start)
        ]
        return max(before, key=lambda c: (c.line, c.column), default=None)

    def _calls_of(self, sym: Symbol) -> Calls:
        found = self._reader.calls(sym)
        return Calls((*found.edges, *self._reader.deferred(sym)), found.unresolved)


def functions_of(calls: Calls) -> tuple[Symbol, ...]:
    """What is called, each once."""
    return tuple({edge.callee.node: edge.callee for edge in calls.edges}.values())


def _endings(f: FunctionInfo) -> list[str]:
    """A function's names, whole and without what a macro puts before them."""
    names = [f.name, *f.aliases.split(",")]
    return names + [name[at + 1 :] for name in names for at, char in enumerate(name) if char == "_"]
