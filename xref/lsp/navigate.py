# SPDX-License-Identifier: MIT
"""Definitions, implementors, references, and what is said of a name."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Final

from lsprotocol import types

from xref.graph.meaning import functions_of
from xref.graph.spot import INCLUDE, LABEL, MEMBER, NAME
from xref.graph.uses import Search
from xref.lsp.asking import LOCALS, MOST

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xref.graph.crossref import Definition
    from xref.graph.meaning import Calls, Spot
    from xref.graph.uses import Use
    from xref.lsp.asking import Asking
    from xref.lsp.documents import Document
    from xref.resolve.edge import Slot

_VAGUE: Final = 40
"""So many structs may be meant by a member of which nothing tells whose it is."""
_NAMED: Final = 8
"""So many functions are named in what is said of a name."""
_LINES: Final = 24
"""So many lines of a macro's body are shown."""
_SOON: Final = 0.2
"""So many seconds lie between two parts of an answer that is sent as it is found."""


def definition(asking: Asking, place: str, position: types.Position) -> list[types.Location]:
    """Where the name at a position is defined."""
    at = asking.name(place, position)
    if at is None:
        return []
    spot = at[1]
    if not spot.word.kind:
        asking.said.append((types.MessageType.Info, spot.text.unnamed(spot.word)))
    found = asking.meaning.definitions(spot)
    if len(found) > _VAGUE and spot.word.kind == MEMBER and not spot.owner:
        told = f"nothing tells of which struct the member {spot.name} is here; {len(found):,} have one"
        asking.said.append((types.MessageType.Info, told))
        return []
    return asking.bounded([asking.defined(each, spot) for each in found], "definitions", f"xref def {spot.name}")


def implementation(asking: Asking, place: str, position: types.Position) -> list[types.Location]:
    """What a call through a pointer can reach; else what is put into a slot; else the functions of the name."""
    at = asking.name(place, position)
    if at is None:
        return []
    spot = at[1]
    called = asking.meaning.call_at(spot)
    if called is not None and called.edges:
        return [asking.symbol(sym) for sym in functions_of(called)]
    slot = asking.meaning.slot(spot)
    if slot is not None:
        held = {entry.function.node: entry.function for entry in slot.entries}
        return asking.bounded([asking.symbol(sym) for sym in held.values()], "functions", f"xref slots {spot.slot}")
    if called is not None:
        reasons = dict.fromkeys(gap.reason for gap in called.unresolved)
        asking.said += [(types.MessageType.Info, f"no target of {spot.name} is known: {reason}") for reason in reasons]
    return [asking.symbol(sym) for sym in asking.meaning.functions(spot)]


def references(asking: Asking, place: str, position: types.Position, *, declaration: bool) -> list[types.Location]:
    """Where the name is used, as ``xref refs`` says; with ``declaration``, where it is defined as well. To an editor
    that wants them as they are found they are sent so, and none of them is in the answer.
    """
    at = asking.name(place, position)
    if at is None or at[1].word.kind in ("", INCLUDE):
        return []
    document, spot = at
    defined = asking.meaning.definitions(spot)
    found = _Places(asking)
    if defined and defined[0].kind in LOCALS:
        found.add(_in_function(asking, document, spot))
        return found.unsent()
    if declaration:
        found.add(asking.defined(each) for each in defined)
    for asked in _asked(asking, spot, defined):
        _use(asking, asked, found)
    return found.unsent()


class _Places:
    """Places, each once."""

    def __init__(self, asking: Asking) -> None:
        self._send = asking.send
        self._met: set[tuple[str, int, int]] = set()
        self._unsent: list[types.Location] = []
        self._sent = monotonic()

    def add(self, places: Iterable[types.Location]) -> None:
        """Takes some more, and sends what has come together where that is wanted."""
        for each in places:
            key = (each.uri, each.range.start.line, each.range.start.character)
            if key not in self._met:
                self._met.add(key)
                self._unsent.append(each)
        if self._send is not None and self._unsent and monotonic() > self._sent + _SOON:
            self._send(self.unsent())
            self._sent = monotonic()

    def unsent(self) -> list[types.Location]:
        """Those that were not sent yet."""
        found, self._unsent = self._unsent, []
        return found


def _use(asking: Asking, asked: str, places: _Places) -> None:
    search = Search(asking.source, asked)
    length = len(asked.rpartition(":")[2].rpartition(".")[2])
    count = 0
    for some in search:
        asking.go_on()
        count += len(some)
        places.add(_location(asking, use, length) for use in some)
        if count >= MOST:
            break
    if search.unread:
        rest = f"{search.unread:,} files that may have more were not read; xref refs {asked} has all"
        asking.said.append((types.MessageType.Info, f"{count:,} uses of {asked} are shown: {rest}"))
    if search.untold:
        told = f"{search.untold:,} accesses that may be to {asked} are left out: nothing tells of which struct they are"
        asking.logged.append(told)


def _location(asking: Asking, use: Use, length: int) -> types.Location:
    shown = asking.documents.get(use.file)
    span = asking.documents.span(shown, shown.shown(use.line), use.column, use.column + length)
    return types.Location(asking.uri(use.file), span)


def _asked(asking: Asking, spot: Spot, defined: tuple[Definition, ...]) -> list[str]:
    """What ``xref refs`` would be asked for: a function that its file has for itself is looked for nowhere else, a
    member by each of its names.
    """
    if spot.word.kind == MEMBER and spot.slot:
        return [spot.slot, f"{spot.tag}.{spot.name}"] if spot.field != spot.name else [spot.slot]
    functions = asking.meaning.functions(spot)
    rows = [asking.source.reader.function(sym.fid) for sym in functions]
    private = [row for row in rows if row is not None and asking.source.names.is_private(row)]
    if private and len(private) == len(defined) and len({row.file_id for row in private}) == 1:
        return [f"{functions[0].file}:{spot.name}"]
    return [spot.name]


def _in_function(asking: Asking, document: Document, spot: Spot) -> Iterator[types.Location]:
    """The places that name a local variable."""
    within = spot.within
    if within is None:
        return
    first = asking.line(spot.path, within.line, within.name)
    last = max(spot.line, first + within.end_line - within.line)
    kind = LABEL if spot.word.kind == LABEL else NAME
    for line in range(first, last + 1):
        begin = document.text.offset(line, 0)
        for word in document.text.words(line):
            if word.name == spot.name and word.kind == kind:
                span = asking.documents.span(document, line, word.start - begin, word.end - begin)
                yield types.Location(asking.uri(spot.path), span)


def hover(asking: Asking, place: str, position: types.Position) -> types.Hover | None:
    """What the name is: its declaration, where that stands, and of a slot how much is put into it."""
    at = asking.name(place, position)
    if at is None:
        return None
    document, spot = at
    defined = asking.meaning.definitions(spot)
    called = asking.meaning.call_at(spot) if spot.word.kind == MEMBER else None
    parts = [*_defined(asking, defined), *_slot(asking.meaning.slot(spot)), *_called(called)]
    if not parts:
        return None
    line, begin = document.text.position(spot.word.start)
    span = asking.documents.span(document, line, begin, begin + spot.word.end - spot.word.start)
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, "\n\n".join(parts)), span)


def _defined(asking: Asking, defined: tuple[Definition, ...]) -> Iterator[str]:
    if not defined:
        return
    first = defined[0]
    text = _body(asking, first) if first.kind == "macro" else first.text
    if text:
        yield f"```c\n{text}\n```"
    guard = f", if {first.guard}" if first.guard else ""
    yield f"{first.kind} `{first.name}`, {first.file}:{first.line}{guard}"
    if len(defined) > 1:
        others = [f"{each.file}:{each.line}" for each in defined[1:_NAMED]]
        more = f" and {len(defined) - _NAMED:,} more" if len(defined) > _NAMED else ""
        yield f"also {', '.join(others)}{more}"


def _body(asking: Asking, found: Definition) -> str:
    """A macro with its body, as far as that can be looked at."""
    for macro in asking.source.reader.macros(found.name):
        if (macro.file, macro.line) == (found.file, found.line):
            params = [*(macro.params or ())]
            if macro.variadic:
                params.append("..." if macro.variadic == "__VA_ARGS__" else f"{macro.variadic}...")
            head = f"#define {macro.name}" + (f"({', '.join(params)})" if macro.params is not None else "")
            lines = macro.body.split("\n")
            rest = [f"/* {len(lines) - _LINES} lines more */"] if len(lines) > _LINES else []
            return "\n".join([f"{head} {lines[0].strip()}".rstrip(), *lines[1:_LINES], *rest])
    return found.text if found.text.startswith("#") else f"#define {found.text}"


def _slot(slot: Slot | None) -> Iterator[str]:
    if slot is not None:
        functions = len({entry.function.node for entry in slot.entries})
        yield (
            f"slot `{slot.struct}.{slot.field}`: {_many(functions, 'implementor')} in"
            f" {_many(len(slot.entries), 'registration')}, called from {_many(len(slot.sites), 'place')}"
        )


def _called(called: Calls | None) -> Iterator[str]:
    if called is None:
        return
    found = functions_of(called)
    if found:
        more = f" and {len(found) - _NAMED:,} more" if len(found) > _NAMED else ""
        yield f"here it can call {', '.join(f'`{sym.name}`' for sym in found[:_NAMED])}{more}"
    for reason in dict.fromkeys(gap.reason for gap in called.unresolved):
        yield f"here nothing is known to be called: {reason}"


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
