# SPDX-License-Identifier: MIT
"""Finds, by the text alone, where in the rest of a tree the things seem to stand that an answer from a part of it
lacks.

A file that is read in vain costs some milliseconds, so a rough look is enough. A definition is a name and a bracket,
behind words that begin a line. A slot is filled where its name stands before a ``=`` or a comma, or behind the bracket
of a macro.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import partial
from typing import Final

import msgspec

from xref.index import worker
from xref.index.pool import Pool, portions
from xref.tree.files import KERNEL, SourceFile
from xref.tree.part import Definers, Wanted, calls_through, definers

_MOST_DEFINED: Final = 8
"""A name that more files define than this is one that each has for itself."""
MODULE: Final = 8
"""A folder of no more sources is a module: what it does with an object may stand beside what fills it."""
_MANY: Final = 30
"""More words than this are looked for among the words of a text, not one by one."""
_MOST_FILLED: Final = 150
"""A member that more files fill than this (``file_operations.read``) or call through, or a text that more have, is left
to the index of the whole tree."""
# static int __init\nfoo(int x)   SYM_FUNC_START(memset)   ENTRY(memset)
_DEFINED: Final = re.compile(rb"\n(?:[A-Za-z_][\w \t*]*+)(?<=\w)\(")
_ASSEMBLED: Final = re.compile(rb"\n\s*[A-Z_]+\((\w+)[,)]")
_APART: Final = bytes(c if (chr(c).isalnum() and c < 128) or c == ord("_") else ord(" ") for c in range(256))
"""Makes words of a text, of which it takes half the time that it takes to search for them."""
# .sendmsg = tcp_sendmsg   prot->sendmsg = chtls_sendmsg   WRITE_ONCE(sk->sk_prot, &tcp_prot)   open: f,
_FILLED: Final = re.compile(rb"[.>]\s*(\w+)\s*(?:=(?!=)|,)\s*&?(\w*)|\n\s+(\w+)\s*:\s*(\w+)\s*,")
# LSM_HOOK_INIT(socket_sendmsg, f),   but not BTF_ID_FLAGS(func, bpf_sock_destroy), which no comma follows
_HANDED: Final = re.compile(rb"[A-Z]\((\w+)\s*,\s*(\w+)[^;{}()]*(?:\([^;{}()]*\)[^;{}()]*)*\)\s*[,;}]")
# what stands before a type: a declaration or a parameter ([1]), or anything but a longer name
_BEFORE_TYPE: Final = re.compile(rb"([\n(,;{]\s*(?:static\s+|const\s+)*)\Z|(?<!\w)\Z")
_SHORT: Final = 24


class Found(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What one file has of what is wanted: names in its text, members that it seems to call through, slots that it
    seems to fill, and names with which it fills them and that it does not define itself.
    """

    path: str
    spells: tuple[str, ...]
    through: tuple[str, ...]
    fills: tuple[tuple[str, str], ...]
    values: tuple[str, ...]


_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(list[Found])


class Offered:
    """Which functions each source of the kernel defines for others; read once for all searches of a process. Names are
    kept as hashes, which are the same in all processes that were forked from one.
    """

    def __init__(self) -> None:
        self._hashes: dict[str, array[int]] = {}

    def add(self, paths: Sequence[str], hashes: Sequence[bytes]) -> None:
        """Adds some files."""
        for path, data in zip(paths, hashes, strict=True):
            self._hashes[path] = array("q", data)

    def among(self, files: Iterable[SourceFile], functions: Set[str]) -> dict[str, tuple[str, ...]]:
        """Which of ``files`` define some of ``functions``, and which."""
        names = {hash(name.encode("latin-1", "replace")): name for name in sorted(functions)}
        wanted = names.keys()
        found: dict[str, tuple[str, ...]] = {}
        for f in files if names else ():
            hashes = self._hashes.get(f.path, ())
            if not wanted.isdisjoint(hashes):
                found[f.path] = tuple(sorted(names[h] for h in wanted & set(hashes)))
        return found


class _Surveyed(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a portion of files defines: the names that were asked for, and the hashes of all names, file by file."""

    definers: Definers
    hashes: list[bytes]


def files_defining(names: Sequence[str], root: str, files: Iterable[SourceFile], pool: Pool) -> tuple[str, ...]:
    """The ``.c`` files of the kernel among ``files`` that seem to define a system call or else a function of each of
    ``names``; see :meth:`xref.tree.part.Definers.of_all`.
    """
    return survey(names, root, files, pool)[0]


def survey(names: Sequence[str], root: str, files: Iterable[SourceFile], pool: Pool) -> tuple[tuple[str, ...], Offered]:
    """The same, and what all sources offer."""
    chunks = [[f.path for f in chunk] for chunk in portions(f for f in files if is_source(f))]
    offered = Offered()
    found: list[Definers] = []
    for chunk, data in zip(chunks, pool.run(partial(_survey, names), root, chunks), strict=True):
        surveyed = msgspec.msgpack.decode(data, type=_Surveyed)
        offered.add(chunk, surveyed.hashes)
        found.append(surveyed.definers)

    def together(each: Iterable[Mapping[str, tuple[str, ...]]]) -> dict[str, tuple[str, ...]]:
        merged: dict[str, tuple[str, ...]] = {name.rpartition(":")[2]: () for name in names}
        for part in each:
            merged = {name: paths + part[name] for name, paths in merged.items()}
        return merged

    return Definers(together(d.calls for d in found), together(d.functions for d in found)).of_all(), offered


def _survey(names: Sequence[str], root: str, paths: Sequence[str]) -> bytes:
    texts = {path: worker.read(root, path)[0] for path in paths}
    hashes = [array("q", sorted({hash(name) for name in _defined(b"\n" + text, path)})) for path, text in texts.items()]
    found = definers(((path, text) for path, text in texts.items() if path.endswith(".c")), names)
    return _encoder.encode(_Surveyed(found, [some.tobytes() for some in hashes]))


def is_source(f: SourceFile) -> bool:
    """Whether it is a source of the kernel, and no header."""
    return f.program == KERNEL and not f.path.endswith(".h")


def files_with(
    wanted: Wanted,
    part: Iterable[worker.LexedFile],
    root: str,
    files: Iterable[SourceFile],
    pool: Pool,
    offered: Offered,
    module: int = MODULE,
) -> frozenset[str]:
    """The sources of the kernel among ``files`` (headers aside) that seem to define or to fill what is wanted; also
    those that define what others of them fill it with, those that include a listing of the ``part`` in which a
    member stands that is wanted (``bpf_lsm_socket_sendmsg()`` is made of linux/lsm_hook_defs.h).
    """
    wanted = wanted._replace(spellings=wanted.spellings | _listings(wanted, part))
    sources = [f for f in files if is_source(f)]
    defines = offered.among(sources, wanted.functions)
    found = list(_found(wanted, root, sources, pool)) if wanted.slots or wanted.spellings or wanted.through else []
    filling = Counter(slot for f in found for slot in f.fills)
    spelling = Counter(text for f in found for text in f.spells)
    calling = Counter(member for f in found for member in f.through)
    defining = Counter(name for names in defines.values() for name in names)
    paths = {path for path, names in defines.items() if any(defining[name] <= _MOST_DEFINED for name in names)}
    values: set[str] = set()
    for f in found:
        fills = any(filling[slot] <= _MOST_FILLED for slot in f.fills)
        spells = any(spelling[text] <= _MOST_FILLED for text in f.spells)
        if fills or spells or any(calling[member] <= _MOST_FILLED for member in f.through):
            paths.add(f.path)
        if fills:
            values.update(f.values)
    paths.update(offered.among(sources, values - wanted.functions))
    return frozenset(paths | _modules(paths, sources, module))


def beside(paths: Set[str], part: Set[str], sources: Iterable[SourceFile]) -> frozenset[str]:
    """What stands in a folder with some of ``paths`` of which the ``part`` has most: the rest of it will be asked for
    sooner or later.
    """
    folders = {path.rpartition("/")[0] for path in paths}
    here = {f.path for f in sources if f.path.rpartition("/")[0] in folders}
    every = Counter(path.rpartition("/")[0] for path in here)
    known = Counter(path.rpartition("/")[0] for path in here & (part | paths))
    return frozenset(
        path for path in here - part - paths if 2 * known[folder := path.rpartition("/")[0]] > every[folder]
    )


def _modules(paths: Set[str], files: Sequence[SourceFile], most: int) -> set[str]:
    """What stands in one folder with some of ``paths``, where that is hardly more than one module."""
    if not most or not paths:
        return set()
    folders = Counter(f.path.rpartition("/")[0] for f in files)
    wanted = {folder for path in paths if folders[folder := path.rpartition("/")[0]] <= most}
    return {f.path for f in files if f.path.rpartition("/")[0] in wanted}


def _listings(wanted: Wanted, part: Iterable[worker.LexedFile]) -> frozenset[str]:
    """The listings that have a member in them, as an ``#include`` names them."""
    fields = {field.encode("latin-1", "replace") for _, field in wanted.slots}
    found = (f.path for f in part if f.listing and not fields.isdisjoint(worker.words(f.listing)))
    return frozenset(f"<{path.rpartition('include/')[2]}>" for path in found if "include/" in path)


def _found(wanted: Wanted, root: str, files: Sequence[SourceFile], pool: Pool) -> Iterator[Found]:
    chunks = [[f.path for f in chunk] for chunk in portions(files)]
    for data in pool.run(partial(_search, wanted), root, chunks):
        yield from _decoder.decode(data)


def _search(wanted: Wanted, root: str, paths: Sequence[str]) -> bytes:
    """What some files have of it, functions aside, encoded."""
    spellings = {text: text.encode("latin-1", "replace") for text in sorted(wanted.spellings)}
    words = {text: max(worker.words(raw), key=len) for text, raw in spellings.items()}
    through = {member: member.encode("latin-1", "replace") for member in sorted(wanted.through)}
    sought = {*words.values(), *through.values()}
    slots: defaultdict[bytes, list[tuple[str, str]]] = defaultdict(list)
    for slot in sorted(wanted.slots):
        slots[slot[1].encode("latin-1", "replace")].append(slot)
    sought.update(slots)
    holding = _holding(sought)
    found = []
    for path in paths:
        text = b"\n" + worker.read(root, path)[0]
        here = set(text.translate(_APART).split()) if len(sought) > _MANY else _found_in(text, holding)
        fills: dict[tuple[str, str], None] = {}
        values: set[bytes] = set()
        fields = [] if path.endswith(".S") else [field for field in slots if field in here]
        for slot, value in _filled(text, {field: slots[field] for field in fields}) if fields else ():
            fills[slot] = None
            values.add(value)
        spells = tuple(spelling for spelling, raw in spellings.items() if words[spelling] in here and raw in text)
        calls = tuple(member for member, raw in through.items() if raw in here and calls_through(text, raw))
        if fills or spells or calls:
            if fills:
                values -= _defined(text, path)
            missing = sorted(v.decode("latin-1") for v in values if v and not _has(text, v))
            found.append(Found(path, spells, calls, tuple(fills), tuple(missing)))
    return _encoder.encode(found)


def _holding(words: Iterable[bytes]) -> dict[bytes, list[bytes]]:
    """Each of some words together with the longer ones that it is a part of: where it is not, these are not either."""
    holding: dict[bytes, list[bytes]] = {}
    for word in sorted(words, key=lambda word: (len(word), word)):
        inside = next((short for short in holding if short in word), None)
        if inside is None:
            holding[word] = []
        else:
            holding[inside].append(word)
    return holding


def _found_in(text: bytes, holding: Mapping[bytes, Sequence[bytes]]) -> set[bytes]:
    """Which of the words a text has in it."""
    found: set[bytes] = set()
    for word, longer in holding.items():
        if word in text:
            found.add(word)
            found.update(other for other in longer if other in text)
    return found


def _filled(text: bytes, slots: Mapping[bytes, Sequence[tuple[str, str]]]) -> Iterator[tuple[tuple[str, str], bytes]]:
    """Which of ``slots``, by their members, a text seems to fill, and with what."""
    tags = {tag: tag.encode("latin-1", "replace") for some in slots.values() for tag, _ in some}
    spelled = {tag: True if not tag else None for tag, raw in tags.items() if raw in text}
    possible = {field: [slot for slot in some if slot[0] in spelled] for field, some in slots.items()}
    if spelled:
        for a, b, c, d in _FILLED.findall(text):
            for slot in possible.get(a or c, ()):
                named = spelled[slot[0]]
                if named is None:
                    named = spelled[slot[0]] = _names_type(text, tags[slot[0]])
                if named:
                    yield slot, b or d
    if any(b"(" + field in text for field in slots):
        for field, value in _HANDED.findall(text):
            for slot in slots.get(field, ()):
                yield slot, value


def _names_type(text: bytes, name: bytes) -> bool:
    """Whether a text has the type of this name: a tag, or else what a declaration or a cast begins with. In all of net/
    there is a socket in the comments.
    """
    tagged = [kind + name for kind in (b"struct ", b"union ") if kind + name in text]
    if any(re.search(spelled + rb"\b", text) is not None for spelled in tagged):
        return True
    # (foo_t *)   foo_t *x   (foo_t x   const foo_t x =
    for m in re.finditer(rb"%s(?:\s*(\*)[\s*]*[\w)]|\s+\w+\s*[;=\[,)])" % name, text):
        before = _BEFORE_TYPE.search(text, max(0, m.start() - _SHORT), m.start())
        if before is not None and (m[1] or before[1]):
            return True
    return False


def _has(text: bytes, name: bytes) -> bool:
    """Whether a text seems to define a function, of its own or for all."""
    return any(
        text.startswith(b"(", text.find(head) + len(head)) for head in (b" " + name, b"\n" + name) if head in text
    )


def _defined(text: bytes, path: str) -> set[bytes]:
    """The functions that a text defines for others."""
    if path.endswith(".S"):
        return set(_ASSEMBLED.findall(text))
    heads = (head[:-1].split() for head in _DEFINED.findall(text))
    return {w[-1].lstrip(b"*") for w in heads if w[0] != b"static" and (len(w) > 1 or not w[0].isupper())}
