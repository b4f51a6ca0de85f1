# SPDX-License-Identifier: MIT
"""Uses of a name, read from the source as it lies on disk now: every place but comments and strings.

The index says which files to read where it can (functions and macros); for types, fields and globals all files of the
index are read, which takes seconds on a whole kernel; accesses to a member are looked at in those files that see its
struct.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Final

import msgspec

from xref.graph.accesses import Accesses
from xref.graph.crossref import definitions
from xref.lex.comments import BLANK, blank_comments
from xref.parse.words import WORD_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xref.resolve.front.resolver import Resolver

_STRING: Final = re.compile(rb'"(?:[^"\\\n]|\\.)*"')
_BLOCK: Final = re.compile(
    rb"^(?P<head>[A-Za-z_][^;{}#\n]*+(?:\n[^;{}#\n]*+){0,99}?)\{(?P<body>.*?)^\}", re.MULTILINE | re.DOTALL
)
_CALLED: Final = re.compile(rb"(\w+)\s*\(")
_GIVEN: Final = re.compile(rb"(\w+)\s*(?:\[[^\]]*\]\s*)*=\s*$")
_TAGGED: Final = re.compile(rb"\b(?:struct|union|enum)\s+(\w+)")
_MADE: Final = re.compile(rb"(\w+)\s*\(\s*(\w+)")
_BEFORE: Final = 64
_FAR: Final = 500
"""So many bytes before a member are looked at, which is more than blanks and its struct take."""


class Use(msgspec.Struct, frozen=True, gc=False):
    """A place where a name is used: lines 1-based, columns 0-based bytes.

    ``kind``: ``call``, ``write``, ``read``, ``address``, ``registration``, ``member`` (of that name), ``type``,
    ``export``, ``directive``. ``within``: the function, object or type that it stands in, '' at top level.
    """

    kind: str
    file: str
    line: int
    column: int
    within: str
    text: str


class Uses(msgspec.Struct, frozen=True, gc=False):
    """The uses of a name; ``untold``: how many accesses to a member of that name are left out, because nothing tells of
    which struct they are.
    """

    found: tuple[Use, ...]
    untold: int = 0


class Search:
    """A search for the uses of a name, one file after the other: who iterates over it gets what each file has, and may
    stop between two. ``untold`` and ``read`` count as in ``Uses``, so far.
    """

    def __init__(self, source: Resolver, asked: str, *, everywhere: bool = False) -> None:
        file, _, asked_name = asked.rpartition(":")
        owner, dot, name = asked_name.rpartition(".")
        paths = _all_paths(source)
        if file:
            paths = [path for path in paths if path == file or path.endswith(f"/{file}")]
        elif not dot and not everywhere and source.reader.functions_named(name):
            known = _paths_of(source, name)
            paths = [path for path in paths if path in known]
        self.paths = paths
        self.read = self.untold = 0
        self._root = source.tree.root
        self._defined = {(each.file, each.line) for each in definitions(source, name)}
        self._wanted = _Wanted(name, _tag(owner) if dot else None)
        self._accesses = Accesses(source, _tag(owner), name) if dot and not everywhere else None

    @property
    def unread(self) -> int:
        """How many files were not read."""
        return len(self.paths) - self.read

    def __iter__(self) -> Iterator[tuple[Use, ...]]:
        name, accesses = self._wanted.name, self._accesses
        for path in self.paths[self.read :]:
            self.read += 1
            try:
                with open(f"{self._root}/{path}", "rb") as file:  # noqa: PTH123 - a Path for each costs as much as reading it
                    data = file.read()
            except OSError:
                continue
            if name not in data or not self._wanted.may_be_in(data) or (accesses and not accesses.may_be_in(path)):
                yield ()
                continue
            found: list[Use] = []
            for use, told in _in_file(path, data, self._wanted, accesses):
                if (path, use.line) not in self._defined:
                    self.untold += told is None
                    if told:
                        found.append(use)
            yield tuple(found)


def uses(source: Resolver, asked: str, *, everywhere: bool = False) -> Uses:
    """Every use of ``asked`` (a name or ``file.c:name``), by file and place; definitions of it are not uses. Of
    ``struct.field``: the accesses to that member, as far as types tell.

    For a function or macro the files are those whose code calls, registers or hands it on; ``everywhere`` reads the
    others too (prototypes, exports), and gives every access to a member so named, of whatever struct. Files that cannot
    be read any more are passed over.
    """
    search = Search(source, asked, everywhere=everywhere)
    found = tuple(use for some in search for use in some)
    return Uses(found, search.untold)


class _Wanted:
    """A name, and where it is the one that is looked for: anywhere, or as a member."""

    def __init__(self, name: str, owner: str | None) -> None:
        """``owner``: the struct of which it is a member."""
        self.name = name.encode()
        self._after = re.compile(re.escape(self.name) + rb"(?![\w$])")  # begins with what can be looked for quickly
        self._spelled = None
        if owner is not None:
            tag = re.escape(owner.encode())
            self._spelled = re.compile(rb"\b(?:struct|union)\s+" + tag + rb"\s*,\s*\Z")  # offsetof(struct owner, name)

    def may_be_in(self, text: bytes) -> bool:
        """Whether it can be in a text of which comments are not told from code."""
        if self._spelled is None:
            return any(m.start() == 0 or text[m.start() - 1] not in WORD_BYTES for m in self._after.finditer(text))
        for m in self._after.finditer(text):
            left = text[max(0, m.start() - _BEFORE) : m.start()].rstrip()
            # behind a comment, on a line that is continued, or behind more blanks than were looked at
            if not left or left.endswith((b".", b">", b",", b"/", b"\\")):
                return True
        return False

    def places(self, code: bytes) -> Iterator[tuple[int, int]]:
        """Where it begins and ends in code."""
        for m in self._after.finditer(code):
            start = m.start()
            if start and code[start - 1] in WORD_BYTES:
                continue
            if self._spelled is not None:
                left = code[max(0, start - _FAR) : start].rstrip()
                if not left.endswith(b"->") and (not left.endswith(b".") or left.endswith(b"..")):
                    if not left.endswith(b",") or self._spelled.search(code, max(0, start - _FAR), start) is None:
                        continue
            yield start, m.end()


def _tag(owner: str) -> str:
    return owner.removeprefix("struct ").removeprefix("union ").strip()


def _all_paths(source: Resolver) -> list[str]:
    return sorted(source.reader.includes())


def _paths_of(source: Resolver, name: str) -> set[str]:
    """The files whose functions and objects mention the function ``name`` or one of its aliases."""
    reader = source.reader
    names = {name}.union(*({sym.name, *sym.aliases} for sym in source.lookup(name)))
    ids = {row.file_id for each in names for row in reader.registrations_of_name(each)}
    for each in names:
        for kind in "cmav":
            rows = (reader.function(fid) for fid in reader.mentions(kind, each))
            ids.update(row.file_id for row in rows if row is not None)
        ids.update(row.file_id for row in reader.functions_named(each))
    return {reader.file(each).path for each in ids}


def _in_file(path: str, data: bytes, wanted: _Wanted, accesses: Accesses | None) -> Iterator[tuple[Use, bool | None]]:
    """The uses in a file, each with whether it is one of what was asked for."""
    code = _STRING.sub(lambda m: m.group().translate(BLANK), blank_comments(data))
    starts: list[int] = []
    blocks: list[tuple[int, int, bytes]] = []
    firsts: list[int] = []
    for start, end in wanted.places(code):
        if not starts:
            starts = [0, *(m.end() for m in re.finditer(rb"\n", data))]
        at = bisect_right(starts, start) - 1
        told = accesses.is_one(path, code, start, at + 1) if accesses is not None else True
        if told is False:
            continue
        if not blocks:
            blocks = [(m.start("body"), m.end("body"), m.group("head")) for m in _BLOCK.finditer(code)]
            firsts = [first for first, _, _ in blocks]
        begin, stop = starts[at], starts[at + 1] if at + 1 < len(starts) else len(data)
        inside = bisect_right(firsts, start) - 1
        head = blocks[inside][2] if inside >= 0 and start < blocks[inside][1] else None
        within, is_code = _owner(head)
        kind = _kind(code[max(begin, start - _BEFORE) : start], code[end:stop], is_code, head is None)
        text = data[begin:stop].decode("utf-8", "replace").strip()
        yield Use(kind, path, at + 1, start - begin, within, text), told


def _owner(head: bytes | None) -> tuple[str, bool]:
    """Whose braces these are, and whether they hold code."""
    if head is None:
        return "", False
    if given := _GIVEN.search(head):
        return given[1].decode("utf-8", "replace"), False
    if called := _CALLED.search(head):
        made = _MADE.search(head)
        if made is not None and made[1].isupper():  # SYSCALL_DEFINE4(send, ...)
            return f"{made[1].decode()}({made[2].decode('utf-8', 'replace')})", True
        return called[1].decode("utf-8", "replace"), True
    tagged = _TAGGED.search(head)
    return (tagged[1].decode("utf-8", "replace") if tagged else ""), False


def _kind(before: bytes, after: bytes, is_code: bool, is_top: bool) -> str:
    left, right = before.rstrip(), after.lstrip()
    if left.lstrip().startswith(b"#"):
        return "directive"
    if left.endswith((b"struct", b"union", b"enum")):
        return "type"
    member = left.endswith((b"->", b"."))
    if is_top:
        return "export" if b"EXPORT_" in left else "declaration"
    if not is_code:
        return "member" if member else "registration" if left.endswith((b"=", b"{", b",", b":", b"&", b"(")) else "type"
    if right.startswith(b"("):
        return "dispatch" if member else "call"
    if re.match(rb"(?:[-+*/%&|^]|<<|>>)?=(?!=)|\+\+|--", right):
        return "write"
    if member:
        return "read"
    return "address" if left.endswith(b"&") and not left.endswith(b"&&") else "read"
