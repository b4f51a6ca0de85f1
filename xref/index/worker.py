# SPDX-License-Identifier: MIT
"""What a worker process does: read files, lex them, extract them. Pure functions of the bytes and of the macro table.

The table is built once, in the parent, never changed, and inherited through ``fork``.
"""

from __future__ import annotations

import ctypes
import gc
import hashlib
import os
import re
import signal
import sys
import time
from collections.abc import Sequence
from io import FileIO
from pathlib import Path
from typing import Final

import msgspec

from xref.facts.assembly import extract_assembly
from xref.facts.extract import Extractor, kept_macros
from xref.facts.listings import listing_of
from xref.facts.model import FileFacts
from xref.index.image import decode_image
from xref.lex import asn1
from xref.lex.comments import blank_comments
from xref.lex.directives import has_code, plain_numbers, scan
from xref.lex.model import Include, MacroDef, Marker
from xref.macros.nature import Natures
from xref.macros.table import MacroTable
from xref.parse.queries import grammar
from xref.store.model import FileRow, Offer
from xref.store.rows import LEFT_OUT, file_row
from xref.store.states import content_hash
from xref.store.stored import encode_includes
from xref.tree.files import is_shared

MAX_FILE: Final = 32 * 1024 * 1024
"""Larger files are reported and left out: the largest of 6.12, a register header, has 17 MB."""
_PR_SET_PDEATHSIG: Final = 1
_SNIFF: Final = 8192
_WORD: Final = re.compile(rb"[A-Za-z_]\w*")
_FEW_NAMES: Final = 40
"""So many names are looked for one by one: a word takes some 50 times as long to tell from the next as to be passed."""
RARE_COLLECTION: Final = (300_000, 20, 100)
"""For the garbage collector: facts hold no cycles, and looking for some takes 6 % of the time."""


INTERNAL: Final = "internal error"
"""What the failure of a file begins with that is ours."""


class LexedFile(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The first pass over one file: what the macro table needs of it.

    ``bare``: it holds nothing but directives, and no macro with parameters, so the second pass has nothing to find in
    it. ``asked``: the names that its conditionals ask for, without options; ``numbers``: those that it defines as a
    plain number; ``markers``: those that it defines to 1, if it is a header that any file may include. ``listing``: the
    text of a header of nothing but invocations. ``interface``: a hash of all that other files' facts may depend on.
    While it stays the same, a change of the file matters to its own facts only.
    """

    path: str
    macros: tuple[MacroDef, ...]
    includes: tuple[Include, ...]
    interface: bytes
    hash: bytes
    bare: bool
    failure: str = ""
    asked: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    markers: tuple[Marker, ...] = ()
    listing: bytes = b""


_encoder: Final = msgspec.msgpack.Encoder()
_lexed_decoder: Final = msgspec.msgpack.Decoder(list[LexedFile])
Asks = tuple[tuple[str, ...], tuple[str, ...], tuple[Marker, ...]]
_asks_decoder: Final[msgspec.msgpack.Decoder[Asks]] = msgspec.msgpack.Decoder(Asks)
_mentions_decoder: Final = msgspec.msgpack.Decoder(list[tuple[str, list[bytes]]])
_hashes_decoder: Final = msgspec.msgpack.Decoder(list[bytes])
_rows_decoder: Final = msgspec.msgpack.Decoder(list[FileRow])
_table: MacroTable | None = None
_extractor: Extractor | None = None
_digest = ""
"""Of the table, where it came from a file."""


def prepare(table: MacroTable | None) -> None:
    """Called in the parent before the workers are forked."""
    global _table, _extractor, _digest
    _table = table
    _extractor = None
    _digest = ""


def start_worker(parent: int) -> None:
    """Called first in each worker: an interrupt is the parent's business, and who dies with it is killed alone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()  # see extract_files()
    if sys.platform == "linux":
        # prctl(2): the workers of a parent that was killed would wait for work for ever
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def read(root: str, path: str) -> tuple[bytes, str]:
    """The content of a file, or of what a build makes of it, or why it is left out."""
    try:
        with FileIO(f"{root}/{path}") as file:  # of a small file a Path takes as long to make as the whole to read
            if os.fstat(file.fileno()).st_size > MAX_FILE:
                return b"", "larger than 32 MB"
            data = file.readall()
    except OSError as e:
        return b"", f"cannot be read: {e.strerror}"
    if b"\0" in data[:_SNIFF]:
        return b"", "binary"
    return asn1.as_c(path, data) if path.endswith(asn1.SUFFIX) else data, ""


def lex_files(root: str, paths: Sequence[str]) -> bytes:
    """The first pass over some files, encoded."""
    found = []
    for path in paths:
        data, failure = read(root, path)
        if failure:
            found.append(LexedFile(path, (), (), b"", b"", False, failure))
            continue
        source = blank_comments(data)
        directives = scan(source.decode("latin-1"), path)
        macros = kept_macros(directives.macros)
        bare = not path.endswith(".S") and all(m.params is None for m in macros) and not has_code(source)
        asked, shared = directives.asked(), is_shared(path)
        markers = directives.markers if shared else ()
        numbers = plain_numbers(source) if shared or not bare else ()
        if not shared and not bare:
            numbers += tuple(m.name for m in directives.markers)
        listing = listing_of(path, source)
        interface = _interface(macros, directives.includes, (asked, numbers, markers, listing))
        common = (path, macros, directives.includes, interface, content_hash(data), bare)
        found.append(LexedFile(*common, "", asked, numbers, markers, listing))
    return _encoder.encode(found)


def _interface(macros: Sequence[MacroDef], includes: Sequence[Include], rest: object) -> bytes:
    """The order of definitions and includes counts (see ``xref.macros.passes``), their lines do not."""
    events: list[tuple[int, object]] = [
        (m.line, (m.name, m.params, m.variadic, m.body, m.guard, bool(m.until))) for m in macros
    ]
    events += [(inc.line, (inc.path, inc.angled, inc.guard)) for inc in includes]
    events.sort(key=lambda e: e[0])
    return hashlib.blake2b(_encoder.encode(([what for _, what in events], rest)), digest_size=16).digest()


def offer_of(lexed: LexedFile) -> Offer:
    """What an index keeps of the first pass over a file, beside the macros and the includes."""
    return Offer(lexed.interface, _encoder.encode((lexed.asked, lexed.numbers, lexed.markers)), lexed.listing)


def decode_asks(asks: bytes) -> Asks:
    """What a file asks for, and what it defines to a number or to 1, out of what :func:`offer_of` has made."""
    return _asks_decoder.decode(asks)


def decode_lexed(data: bytes) -> list[LexedFile]:
    """What :func:`lex_files` encoded."""
    return _lexed_decoder.decode(data)


def hash_files(root: str, paths: Sequence[str]) -> bytes:
    """The hashes of some files' content, encoded; empty for what cannot be read."""
    return _encoder.encode(
        [content_hash(data) if not failure else b"" for data, failure in (read(root, path) for path in paths)]
    )


def decode_hashes(data: bytes) -> list[bytes]:
    """What :func:`hash_files` encoded."""
    return _hashes_decoder.decode(data)


def mentioning(names: frozenset[bytes], root: str, paths: Sequence[str]) -> bytes:
    """Those of the files in whose text some of ``names`` stand, each with these; encoded."""
    few = sorted(names) if len(names) <= _FEW_NAMES else []
    found = []
    for path in paths:
        data, _ = read(root, path)
        if few and not any(name in data for name in few):
            continue
        mentioned = words(data) & names
        if mentioned:
            found.append((path, sorted(mentioned)))
    return _encoder.encode(found)


def words(data: bytes) -> set[bytes]:
    """All names in a text."""
    return set(_WORD.findall(data))


def decode_mentions(data: bytes) -> list[tuple[str, list[bytes]]]:
    """What :func:`mentioning` encoded."""
    return _mentions_decoder.decode(data)


def extract_files(root: str, files: Sequence[tuple[str, int, int]]) -> bytes:
    """The rows of some files (path, size, mtime), encoded.

    What hangs in cycles goes between two files: in the middle of one the collector would look at all that is being
    read, again and again.
    """
    rows = []
    for f in files:
        rows.append(_extract(root, *f))
        gc.collect(0)
    return _encoder.encode(rows)


def extract_under(image: str, digest: str, root: str, files: Sequence[tuple[str, int, int]]) -> bytes:
    """The same in a process that was not forked from the one with the table: it reads it from the file ``image``, where
    it does not have the one with this digest.
    """
    global _digest
    if digest != _digest:
        prepare(decode_image(Path(image).read_bytes()).table())
        _digest = digest
    return extract_files(root, files)


def decode_rows(data: bytes) -> list[FileRow]:
    """What :func:`extract_files` encoded."""
    return _rows_decoder.decode(data)


def _extract(root: str, path: str, size: int, mtime_ns: int) -> FileRow:
    global _extractor
    if _extractor is None:
        if _table is None:
            raise RuntimeError("prepare() was not called before the workers were started")
        _extractor = Extractor(_table, Natures(_table), grammar())
    started = time.perf_counter()
    data, failure = read(root, path)
    if failure:
        return _left_out(path, size, mtime_ns, b"", failure)
    digest = content_hash(data)
    facts: FileFacts
    try:
        facts = extract_assembly(path, data) if path.endswith(".S") else _extractor.extract(path, data)
    except RecursionError:
        return _left_out(path, size, mtime_ns, digest, "nested too deeply")
    except Exception as e:
        # one file that trips a rule must not cost the index of 60,000 others; it is counted and named in the summary
        return _left_out(path, size, mtime_ns, digest, f"{INTERNAL}: {type(e).__name__}: {e} in {path}")
    return file_row(facts, size, mtime_ns, digest, time.perf_counter() - started)


def _left_out(path: str, size: int, mtime_ns: int, digest: bytes, failure: str) -> FileRow:
    bad = size if digest else 0
    return FileRow(path, size, mtime_ns, digest, bad, encode_includes(()), LEFT_OUT + failure, failure=failure)
