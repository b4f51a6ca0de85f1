# SPDX-License-Identifier: MIT
"""Uses of a name, read from the source as it lies on disk now: every place but comments and strings.

The index says which files to read where it can (functions and macros); for types, fields and globals all files of the
index are read, which takes seconds on a whole kernel.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from xref.graph.accesses import Accesses
from xref.graph.crossref import definitions
from xref.lex.comments import BLANK, blank_comments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xref.resolve.resolver import Resolver

_STRING: Final = re.compile(rb'"(?:[^"\\\n]|\\.)*"')
_BLOCK: Final = re.compile(
    rb"^(?P<head>[A-Za-z_][^;{}#\n]*+(?:\n[^;{}#\n]*+){0,99}?)\{(?P<body>.*?)^\}", re.MULTILINE | re.DOTALL
)
_CALLED: Final = re.compile(rb"(\w+)\s*\(")
_GIVEN: Final = re.compile(rb"(\w+)\s*(?:\[[^\]]*\]\s*)*=\s*$")
_TAGGED: Final = re.compile(rb"\b(?:struct|union|enum)\s+(\w+)")
_MADE: Final = re.compile(rb"(\w+)\s*\(\s*(\w+)")
_BEFORE: Final = 64


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
    which struct they are; ``unread``: how many files that may have more were not read, because there was enough.
    """

    found: tuple[Use, ...]
    untold: int = 0
    unread: int = 0


def uses(source: Resolver, asked: str, *, everywhere: bool = False, most: int | None = None) -> Uses:
    """Every use of ``asked`` (a name or ``file.c:name``), by file and place; definitions of it are not uses. Of
    ``struct.field``: the accesses to that member, as far as types tell.

    For a function or macro the files are those whose code calls, registers or hands it on; ``everywhere`` reads the
    others too (prototypes, exports), and gives every access to a member so named, of whatever struct. No further file
    is read when there are ``most``. Files that cannot be read any more are passed over.
    """
    file, _, asked_name = asked.rpartition(":")
    owner, dot, name = asked_name.rpartition(".")
    paths = _all_paths(source)
    if file:
        paths = [path for path in paths if path == file or path.endswith(f"/{file}")]
    elif not dot and not everywhere and source.reader.functions_named(name):
        known = _paths_of(source, name)
        paths = [path for path in paths if path in known]
    defined = {(each.file, each.line) for each in definitions(source, name)}
    wanted = name.encode()
    word = re.compile(
        (_member_of(owner) if dot else rb"(?<![\w$])") + rb"(?P<name>" + re.escape(wanted) + rb")(?![\w$])"
    )
    found: list[Use] = []
    accesses = Accesses(source, _tag(owner), name) if dot and not everywhere else None
    untold = read = 0
    for path in paths:
        if most is not None and len(found) >= most:
            break
        read += 1
        try:
            data = Path(source.tree.root, path).read_bytes()
        except OSError:
            continue
        for use, told in _in_file(path, data, word, accesses) if wanted in data else ():
            if (path, use.line) not in defined:
                untold += told is None
                if told:
                    found.append(use)
    return Uses(tuple(found), untold, len(paths) - read)


def _member_of(owner: str) -> bytes:
    """What stands before the name of a member: an access, an initialiser, or ``offsetof(struct owner,``."""
    tag = re.escape(_tag(owner).encode())
    return rb"(?:(?<!\.)\.|->|\b(?:struct|union)\s+" + tag + rb"\s*,)\s*"


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


def _in_file(
    path: str, data: bytes, word: re.Pattern[bytes], accesses: Accesses | None
) -> Iterator[tuple[Use, bool | None]]:
    """The uses in a file, each with whether it is one of what was asked for."""
    code = _STRING.sub(lambda m: m.group().translate(BLANK), blank_comments(data))
    if word.search(code) is None:
        return
    starts = [0, *(m.end() for m in re.finditer(rb"\n", data))]
    blocks = [(m.start("body"), m.end("body"), m.group("head")) for m in _BLOCK.finditer(code)]
    firsts = [start for start, _, _ in blocks]
    for m in word.finditer(code):
        start = m.start("name")
        at = bisect_right(starts, start) - 1
        told = accesses.is_one(path, code, start, at + 1) if accesses is not None else True
        if told is False:
            continue
        begin, end = starts[at], starts[at + 1] if at + 1 < len(starts) else len(data)
        inside = bisect_right(firsts, start) - 1
        head = blocks[inside][2] if inside >= 0 and start < blocks[inside][1] else None
        within, is_code = _owner(head)
        kind = _kind(code[max(begin, start - _BEFORE) : start], code[m.end() : end], is_code, head is None)
        text = data[begin:end].decode("utf-8", "replace").strip()
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
