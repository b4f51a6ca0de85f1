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
from xref.graph.marked import ARGUMENT
from xref.graph.spot import INCLUDE, LABEL, MEMBER, TAG
from xref.parse.ctree import Array, Function, Pointer, TypeofExpr
from xref.store.numbers import first
from xref.store.stored import last_member
from xref.tree.files import is_shared

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xref.facts.model import CallFact
    from xref.graph.reader import Reader
    from xref.graph.spot import Text, Word
    from xref.resolve.edge import Edge, Slot, Symbol, Unresolved
    from xref.resolve.front.resolver import Resolver
    from xref.store.model import FunctionInfo

_CALLED: Final = ("function", "macro", "asm")
_MORE: Final = 100
"""By so many lines may a function have grown since it was indexed."""
_APART: Final = ("macro", "struct", "union", "typedef")
"""What a file that is no shared header has for itself, and for those that include it."""
_HEAD: Final = 4
"""So many lines below a comment may the name stand of what the comment is about."""
_RECORDS: Final = ("struct", "union", "enum")


class Spot(NamedTuple):
    """A name at a place. ``line`` and ``column`` are those of its begin in the text, ``known`` is the line at which the
    index has it, ``exact`` whether that is certain; ``within`` is the function around it. Of a member, as far as types
    tell, ``tag`` is the struct that it is taken of, ``owner`` the one that declares it, and ``field`` its name there:
    ``sk_prot`` of ``sock`` is ``skc_prot`` of ``sock_common``.
    """

    text: Text
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
    def path(self) -> str:
        """The file, relative to the tree."""
        return self.text.path

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
        if spot is not None and (called := self.call_at(spot)) is not None:
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
        found = Spot(text, file_id, word, line, column, at, exact and known is not None)
        within = self._owners.around(text.path, at) if file_id else None
        tag = ""
        if word.mark is not None:
            tag = word.mark.of
            if word.mark.what == ARGUMENT and within is None:
                within, tag = self._described(found)
                word = word._replace(kind=MEMBER) if tag else word
                found = found._replace(word=word)
        if word.kind != MEMBER:
            return found._replace(within=within)
        if word.mark is None:
            tag = self._owners.of(text.path, text.code, word.start, at, word.name) or ""
        member = self._source.types.member_of(tag, word.name, file_id) if tag else None
        owner, field = (member.owner, member.field) if member is not None else ("", "")
        return found._replace(tag=tag, owner=owner, field=field, within=within)

    def _described(self, spot: Spot) -> tuple[FunctionInfo | None, str]:
        """What a comment with ``@name`` in it stands above: the function, or the struct that has such a member."""
        below = spot.text.below(spot.word)
        line = spot.known + below - spot.line
        if not below or not spot.file_id:
            return None, ""
        near = range(line, line + _HEAD)
        reader = self._source.reader
        rows = reader.records_in(spot.file_id)
        for _, tag, _, begins in rows:
            if begins in near and self._source.types.member_of(tag, spot.name, spot.file_id) is not None:
                return None, tag
        for record in reader.records_by_row([number for number, *_ in rows]):
            if any(field.name == spot.name and field.line in near for field in record.fields):
                return None, record.tag
        function = min((f for f in self._functions(spot.file_id) if f.line in near), key=lambda f: f.line, default=None)
        return function, ""

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
        if not word.kind:
            return ()
        if word.kind == INCLUDE:
            path = self._source.included(spot.path, word.name)
            return (Definition("file", path, path, 1, 1, "", ""),) if path else ()
        if word.kind == MEMBER:
            return self._members(spot)
        if word.kind == LABEL:
            return self._label(spot)
        local = self._local(spot) if word.kind != TAG else None
        if local is not None:
            return (local,)
        if word.mark is not None and word.mark.what == ARGUMENT:
            return ()
        every = definitions(self._source, spot.name, everything=False)
        if word.kind == TAG:
            every = tuple(each for each in every if each.kind in _RECORDS)
        here = [each for each in every if (each.file, each.line) == (spot.path, spot.known)]
        meant = self._meant(spot)
        found = here or [each for each in every if (each.file, each.line) in meant] or self._shared(every, spot)
        return tuple(found) or self._made(spot) or self._constants(spot.name)

    def _made(self, spot: Spot) -> tuple[Definition, ...]:
        """What the line itself defines, where the name is an argument of the macro that makes it: SYSCALL_DEFINE4(send,
        ...).
        """
        return tuple(
            Definition(str(sym.kind), sym.name, sym.file, sym.line, sym.end_line, sym.signature, sym.guard)
            for sym in self.around(spot.path, spot.known)
            if (row := self._source.reader.function(sym.fid)) is not None
            and row.made_by
            and spot.known == row.line
            and spot.name in _endings(row)
        )

    def _constants(self, name: str) -> tuple[Definition, ...]:
        known = self._elsewhere.get(name)
        if known is None:
            known = self._elsewhere[name] = constants(self._source, name)
        return known

    def functions(self, spot: Spot) -> tuple[Symbol, ...]:
        """The functions and macros that the name can mean there."""
        if spot.word.kind in ("", INCLUDE, MEMBER, TAG):
            return ()
        found = {(each.name, each.file, each.line) for each in self.definitions(spot) if each.kind in _CALLED}
        named = (*self._source.lookup(spot.name), *self.around(spot.path, spot.known))
        return tuple(dict.fromkeys(sym for sym in named if (sym.name, sym.file, sym.line) in found))

    def _shared(self, every: Iterable[Definition], spot: Spot) -> Iterable[Definition]:
        """Of definitions none of which the file is known to see, those that it may, where it is code that is asked of:
        what others have for themselves is none of it.
        """
        if not spot.file_id or spot.word.mark is not None:
            return every
        reader = self._source.reader
        statics = [row for row in reader.objects(spot.name) if row.linkage == "static"]
        own = {(reader.file(row.file_id).path, row.line) for row in statics}
        own.update((sym.file, sym.line) for sym in self._source.lookup(spot.name) if sym.linkage == "static")
        return [
            each
            for each in every
            if is_shared(each.file) or (each.kind not in _APART and (each.file, each.line) not in own)
        ]

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
            found = definitions(source, f"{spot.tag}.{spot.name}") if spot.tag else ()
            return found or tuple(each for each in definitions(source, spot.name) if each.kind == "field")
        # a record without a name is called after the one around it, and has a tag of its own
        found = definitions(source, spot.slot) or definitions(source, f"{spot.tag}.{spot.field}")
        if spot.field == spot.name:
            return found
        named = definitions(source, spot.name, everything=False)
        macros = tuple(each for each in named if each.kind == "macro")
        return (*found, *macros)  # #define sk_prot __sk_common.skc_prot

    def _label(self, spot: Spot) -> tuple[Definition, ...]:
        """The label that a ``goto`` leads to, in the text as it is."""
        if spot.within is None:
            return ()
        first = spot.line - (spot.known - spot.within.line)
        last = max(first + spot.within.end_line - spot.within.line, spot.line) + (0 if spot.exact else _MORE)
        line = spot.text.label(spot.name, first, last)
        if not line:
            return ()
        text = spot.text.line(line).decode("utf-8", "replace").strip()
        return (Definition("label", spot.name, spot.path, line, line, text, ""),)

    def _local(self, spot: Spot) -> Definition | None:
        """The declaration of a local variable or a parameter: of the function around, or of one that the same line
        makes.
        """
        if spot.within is None:
            return None
        others = (self._source.reader.function(sym.fid) for sym in self.around(spot.path, spot.known))
        found = (self._local_of(spot, f) for f in (spot.within, *others) if f is not None)
        return next((each for each in found if each is not None), None)

    def _local_of(self, spot: Spot, within: FunctionInfo) -> Definition | None:
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
        if not spot.owner or not self._holds_functions(spot):
            return None
        found = self._source.slot(spot.owner, spot.field)
        return found if found.entries or found.sites else None

    def _holds_functions(self, spot: Spot) -> bool:
        """Whether a member is a pointer to functions by its type, or may be one: to ask for what is put into others
        takes long, and is asked for nothing.
        """
        types = self._source.types
        member = types.member_of(spot.tag, spot.name, spot.file_id)
        ctype = types.plain(member.ctype, spot.file_id) if member is not None else None
        while isinstance(ctype, Array | Pointer):
            ctype = types.plain(ctype.of if isinstance(ctype, Array) else ctype.to, spot.file_id)
        return ctype is None or isinstance(ctype, Function | TypeofExpr)

    def calls_on(self, path: str, line: int) -> Calls:
        """The calls that begin on a line which the index knows: the edges that ``callees`` shows."""
        edges: list[Edge] = []
        missing: list[Unresolved] = []
        for sym in self.around(path, line):
            found = self._calls_of(sym)
            edges += [edge for edge in found.edges if edge.line == line and edge.file == path]
            missing += [gap for gap in found.unresolved if gap.line == line and gap.file == path]
        return Calls(tuple(edges), tuple(missing))

    def call_at(self, spot: Spot) -> Calls | None:
        """The call whose callee is named there; None where the name is not called."""
        within = spot.within if spot.word.kind and spot.word.mark is None else None
        call = self._site(spot, within) if within is not None else None
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

    def _site(self, spot: Spot, within: FunctionInfo) -> CallFact | None:
        """The call in a function that calls something of that name: the last one that begins above or at it."""
        named = [c for c in self._source.reader.body(within.id).calls if last_member(c.callee) == spot.name]
        if not spot.exact:
            return min(named, key=lambda c: abs(c.line - spot.known), default=None)
        shift = spot.line - spot.known
        before = [
            c
            for c in named
            if (c.line, c.column) <= (spot.known, spot.column)
            and spot.text.statement(c.line + shift, c.column, spot.word.start)
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
