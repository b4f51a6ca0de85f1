# SPDX-License-Identifier: MIT
"""Extracts again the files that use what other files now offer in another form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import msgspec

from xref.index import worker
from xref.index.affected import MOST_NAMES, Change, Reach, changed_names, computing, includers, reach
from xref.index.image import TableImage
from xref.index.notes import entry_rows, known_to_text
from xref.index.offers import image_of
from xref.index.pool import Pool, portions
from xref.index.reuse import Old
from xref.index.worker import LexedFile
from xref.store.macros import with_header
from xref.store.model import FileRow, Offer
from xref.store.reader import Reader
from xref.tree.files import SourceFile
from xref.tree.kbuild import read_kbuild
from xref.tree.root import Tree
from xref.tree.syscalltbl import generated_headers

LARGEST_SHARE = 0.4
"""Where more of the files than this are reached, to build the index anew costs no more."""


@dataclass(frozen=True, slots=True)
class Reworked:
    """What has to be put into an index: the rows of files, what changed files offer, the conditions of all files, what
    is known of the tree as a whole, what is a part of what, what each file includes, and what options need (None where
    these are as they were).
    """

    rows: list[FileRow]
    offers: Mapping[str, Offer]
    guards: Mapping[str, str]
    known: Mapping[str, str]
    parts: Mapping[str, Sequence[str]] | None = None
    resolved: Mapping[str, Sequence[str]] | None = None
    requires: Mapping[str, Sequence[str]] | None = None


def rework(
    tree: Tree, old: Old, files: Sequence[SourceFile], lexed: Mapping[str, LexedFile], pool: Pool, beside: Path
) -> Reworked | None:
    """What follows where of ``files`` those of ``lexed`` are new or others than in ``old``, and some that are in that
    are gone; None where the index is better built anew.

    ``beside`` is a path that the pool can write next to.
    """
    reader = Reader(old.db)
    try:
        stored = {
            path: LexedFile(path, macros, includes, interface, b"", False, "", *worker.decode_asks(asks), listing)
            for path, macros, includes, interface, asks, listing in reader.all_offers()
        }
        then = _old_image(old, stored, reader)
    finally:
        reader.close()
    kbuild = read_kbuild(tree, old.meta["arch"])
    now = {f.path: lexed[f.path] if f.path in lexed else stored[f.path] for f in files}
    image, guards = image_of(tree, old.meta["arch"], kbuild, entry_rows(tree), now)
    if computing(image) != computing(then):
        return None
    changed = Change(then, image, {p: f for p, f in stored.items() if p in lexed or p not in now}, lexed)
    wanted = _reached(changed, files, pool, str(tree.root))
    if wanted is None or len(wanted) > LARGEST_SHARE * len(files):
        return None
    try:
        extract = pool.ready(image, beside)
        chunks = [[(f.path, f.size, f.mtime_ns) for f in p] for p in portions(f for f in files if f.path in wanted)]
        rows = [row for data in pool.run(extract, str(tree.root), chunks) for row in worker.decode_rows(data)]
    finally:
        pool.release()
    offers = {path: worker.offer_of(f) for path, f in lexed.items()}
    return Reworked(
        rows, offers, {f.path: guards.get(f.path, "") for f in files}, known_to_text(image, kbuild), image.parts,
        image.resolved(), kbuild.options.requires,
    )  # fmt: skip


def _reached(changed: Change, files: Sequence[SourceFile], pool: Pool, root: str) -> set[str] | None:
    """The files that have to be extracted; None where a change goes too far."""
    names, wanted = changed_names(changed)
    wanted |= changed.after.keys()
    image = changed.new
    for path in changed.paths:
        before, after = changed.before.get(path), changed.after.get(path)
        if (before.listing if before is not None else b"") != (after.listing if after is not None else b""):
            wanted |= includers(path, image)
    # what a build makes of tables; the listings of files are seen above
    made = {p for p in changed.old.listings.keys() | image.listings.keys() if p not in image.includes}
    made = {p for p in made if changed.old.listings.get(p) != image.listings.get(p)}
    wanted |= (
        {p for p, includes in image.includes.items() if any(inc.path in made for inc in includes)} if made else set()
    )
    if not names:
        return wanted
    reached = reach(names, (*changed.old.macros, *image.macros))
    if len(reached.names) > MOST_NAMES:
        return None
    rest = [[f.path for f in p] for p in portions(f for f in files if f.path not in changed.after)]
    for path in _mentioning(reached, pool, root, rest):
        wanted.add(path)
        if path in image.listings:
            wanted |= includers(path, image)
    return wanted


def _mentioning(reached: Reach, pool: Pool, root: str, chunks: Sequence[Sequence[str]]) -> Iterator[str]:
    """The files whose text has what ``reached`` says."""
    # Of names that have to stand together the rarest are looked for first: mostly they stand nowhere.
    encoded = lru_cache(maxsize=None)(_encoded)  # thousands of requirements share a few large sets
    together = [[encoded(names) for names in sorted(sets, key=len)] for sets in reached.together]
    names = _encoded(reached.names)
    search = partial(worker.mentioning, names.union(*(sets[0] for sets in together)))
    for data in pool.run(search, root, chunks):
        for path, mentioned in worker.decode_mentions(data):
            if not names.isdisjoint(mentioned):
                yield path
                continue
            left = [sets[1:] for sets in together if not sets[0].isdisjoint(mentioned)]
            words = worker.words(worker.read(root, path)[0])
            if any(all(not words.isdisjoint(names) for names in sets) for sets in left):
                yield path


def _encoded(names: frozenset[str]) -> frozenset[bytes]:
    return frozenset(name.encode("latin-1") for name in names)


def _old_image(old: Old, stored: Mapping[str, LexedFile], reader: Reader) -> TableImage:
    """What the table was that the index was made under, as far as it is compared."""
    meta, guards = old.meta, reader.guards()
    macros = tuple(
        with_header(m, guards[f.path]) if f.path.endswith(".h") else m for f in stored.values() for m in f.macros
    )
    constants, defined = meta.get("constants", ""), meta.get("defined", "")
    includes = {path: f.includes for path, f in stored.items()}
    listings = generated_headers(map(msgspec.structs.astuple, reader.syscalls()))
    return TableImage(
        meta["arch"], macros, includes, reader.include_dirs(), reader.parts(), constants, defined, listings
    )
