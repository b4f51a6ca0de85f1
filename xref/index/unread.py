# SPDX-License-Identifier: MIT
"""Headers in a part of a tree that are read only when something in them is asked for.

A header of trace events is read a dozen times over and makes some fifty functions of each event. The few hundred such
headers take a tenth of the time of a whole index, and a quarter of that of a part, whose answers need hardly any of
them. What such a header defines has the names of its events in it, so what is asked for tells which headers are needed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from functools import lru_cache, partial
from typing import Final, TypeAlias

from xref.index import worker
from xref.macros.visibility import IncludeGraph
from xref.tree.part import Wanted, calls_through

# TRACE_EVENT(sock_send_length,   DEFINE_EVENT(sk_data_ready, sk_data_ready_tcp,
_MADE: Final = re.compile(rb"^[A-Za-z_]\w*\(\s*(\w+)\s*(?:,\s*(\w+))?", re.MULTILINE)
# struct trace_vif_entry {   static inline void trace_devlink_hwmsg(   extern int i2c_transfer_trace_reg(void);
# of an enum nothing is kept: enum rxrpc_abort_reason { rxrpc_abort_reasons } of trace/events/rxrpc.h
_OWN: Final = re.compile(
    rb"^(?:(?:struct|union)\s+(\w+)\s*\{|(?:static|extern)\b[^\n;{}()=]*?(\w+)\s*[\[(;])", re.MULTILINE
)
_INCLUDED: Final = re.compile(rb"^#\s*include\s*<([\w/.-]+)>", re.MULTILINE)
_BEFORE: Final = re.compile(rb"([A-Za-z_]\w{0,60}_)\s?\Z")
_BEHIND: Final = re.compile(rb"\s?(_\w+)")
_TYPEDEF: Final = re.compile(rb"^typedef\b", re.MULTILINE)
_Pasted: TypeAlias = tuple[frozenset[bytes], frozenset[bytes]]


def put_off(graph: IncludeGraph, root: str, reached: Set[str], places: Set[str]) -> frozenset[str]:
    """Of the files that are ``reached``, the headers that may wait: those that include what reads them again, by a
    computed name (see :mod:`xref.macros.passes`), and say nothing else that a file which includes them makes use of.
    One of ``places`` was asked for.
    """
    machinery = {path for path in reached if graph.computes(path)}
    waiting = {
        path
        for path in reached - machinery - places
        if path.endswith(".h") and not machinery.isdisjoint(graph.direct(path))
    }
    own: dict[str, set[bytes]] = {}
    for path in sorted(waiting):
        text, _ = worker.read(root, path)
        if _TYPEDEF.search(text):
            waiting.discard(path)
        elif names := {name for pair in _OWN.findall(text) for name in pair if name}:
            own[path] = names
    users: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted(reached - waiting):
        for header in graph.direct(path):
            if header in own:
                users[header].append(path)
    for header, names in own.items():
        if any(not names.isdisjoint(worker.words(worker.read(root, user)[0])) for user in users[header]):
            waiting.discard(header)
    return frozenset(waiting)


def waiting_in(meta: Mapping[str, str]) -> tuple[str, ...]:
    """The headers that an index of a part has put off, by what it notes of itself."""
    return tuple(filter(None, meta.get("waiting", "").split("\t")))


def asked_for(wanted: Wanted, root: str, headers: Iterable[str]) -> frozenset[str]:
    """Those of the ``headers`` that were put off that seem to have some of what is ``wanted``."""
    pieces: defaultdict[bytes, set[bytes]] = defaultdict(set)
    for name in wanted.functions:
        for piece, behind in _pieces(name.encode("latin-1", "replace")):
            pieces[piece].add(behind)
    spellings = [text.encode("latin-1", "replace") for text in wanted.spellings]
    through = [member.encode("latin-1", "replace") for member in wanted.through]
    slots = [[part.encode("latin-1", "replace") for part in slot] for slot in wanted.slots]
    pasted = lru_cache(maxsize=None)(partial(_pasted, root))
    found = []
    for path in headers:
        text, _ = worker.read(root, path)
        asked = _makes(text, path, pieces, pasted) or any(spelling in text for spelling in spellings)
        asked = asked or any(calls_through(text, member) for member in through)
        if not asked and slots:
            present = worker.words(text)
            asked = any(field in present and (not tag or tag in present) for tag, field in slots)
        if asked:
            found.append(path)
    return frozenset(found)


def _makes(text: bytes, path: str, pieces: Mapping[bytes, Set[bytes]], pasted: Callable[[str], _Pasted]) -> bool:
    """Whether some of the names with these pieces may be made of what a header invokes macros with."""
    made = {name for pair in _MADE.findall(text) for name in pair if name}
    plain = {name for name in made if b"_" not in name.strip(b"_")}
    if not pieces.keys().isdisjoint(made - plain):
        return True
    if not plain:
        return False
    # a word by itself, "free", is in many names: what macros put around it decides
    around = [pasted(path), *(pasted(f"include/{name.decode()}") for name in _INCLUDED.findall(text))]
    after = {b""}.union(*(behind for _, behind in around))
    names = (prefix + name for before, _ in around for prefix in before for name in plain)
    return any(not after.isdisjoint(pieces[name]) for name in names if name in pieces)


def _pasted(root: str, path: str) -> _Pasted:
    """What a file's macros put before and behind a name to make another: ``trace_`` of linux/tracepoint.h."""
    parts = worker.read(root, path)[0].split(b"##")
    before = (_BEFORE.search(part) for part in parts[:-1])
    behind = (_BEHIND.match(part) for part in parts[1:])
    return frozenset(m[1] for m in before if m is not None), frozenset(m[1] for m in behind if m is not None)


def _pieces(name: bytes) -> Iterator[tuple[bytes, bytes]]:
    """What a macro may have made a name of, ``trace_sock_send_length_enabled`` of ``sock_send_length``, each with what
    stands behind it.
    """
    parts = name.split(b"_")
    for start in range(len(parts)):
        for end in range(start + 1, len(parts) + 1):
            behind = b"".join(b"_" + part for part in parts[end:])
            yield b"_".join(parts[start:end]), behind
