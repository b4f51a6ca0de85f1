# SPDX-License-Identifier: MIT
"""After a change of what files offer to others: those who use it are extracted again, and nobody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from xref.index import worker
from xref.index.affected import MOST_NAMES, changed_names, includers, leading_to
from xref.index.image import TableImage
from xref.index.offers import image_of
from xref.index.pool import Pool
from xref.index.reuse import Old
from xref.index.worker import LexedFile
from xref.store.model import FileRow, Offer
from xref.store.reader import Reader, with_header
from xref.tree.files import SourceFile
from xref.tree.kbuild import read_kbuild
from xref.tree.root import Tree

_PORTION = 200
_LARGEST_SHARE = 0.4
"""Where more of the files than this are reached, to build the index anew costs no more."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reworked:
    """What has to be put into an index: the rows of files, what changed files offer, the conditions of all files."""

    rows: list[FileRow]
    offers: dict[str, Offer]
    guards: dict[str, str]


def rework(
    tree: Tree, old: Old, files: Sequence[SourceFile], lexed: Mapping[str, LexedFile], pool: Pool, beside: Path
) -> Reworked | None:
    """What follows from the changes of ``lexed``, a part of ``files``; None where the index is better built anew.

    ``beside`` is a path that the pool can write next to.
    """
    reader = Reader(old.db)
    try:
        stored = {
            path: LexedFile(path, macros, includes, interface, b"", False, "", *worker.decode_asks(asks), listing)
            for path, macros, includes, interface, asks, listing in reader.all_offers()
        }
        guards = reader.guards()
    finally:
        reader.close()
    before = {path: stored[path] for path in lexed}
    image, new_guards = image_of(tree, old.meta["arch"], read_kbuild(tree, old.meta["arch"]), {**stored, **lexed})
    then = _old_image(old, stored, guards, image)
    if (image.constants, image.defined, image.reread) != (then.constants, then.defined, then.reread):
        return None
    names = leading_to(changed_names(then, image, before, lexed), image.macros)
    if len(names) > MOST_NAMES:
        return None
    wanted = set(lexed)
    for path, f in lexed.items():
        if f.listing != before[path].listing:
            wanted |= includers(path, image)
    root = str(tree.root)
    if names:
        search = partial(worker.mentioning, tuple(sorted(names)))
        for found in pool.run(search, root, _portions([f.path for f in files])):
            for path in worker.decode_paths(found):
                wanted.add(path)
                if path in image.listings:
                    wanted |= includers(path, image)
    if len(wanted) > _LARGEST_SHARE * len(files):
        return None
    try:
        extract = pool.ready(image, beside)
        chunks = _portions([(f.path, f.size, f.mtime_ns) for f in files if f.path in wanted])
        rows = [row for data in pool.run(extract, root, chunks) for row in worker.decode_rows(data)]
    finally:
        pool.release()
    offers = {path: worker.offer_of(f) for path, f in lexed.items()}
    return Reworked(rows, offers, {f.path: new_guards.get(f.path, "") for f in files})


def _old_image(old: Old, stored: Mapping[str, LexedFile], guards: Mapping[str, str], new: TableImage) -> TableImage:
    """What the table was that the index was made under, as far as it is compared."""
    meta = old.meta
    macros = tuple(
        with_header(m, guards[f.path]) if f.path.endswith(".h") else m for f in stored.values() for m in f.macros
    )
    reread = tuple(meta.get("reread", "").splitlines())
    constants, defined = meta.get("constants", ""), meta.get("defined", "")
    includes = {path: f.includes for path, f in stored.items()}
    return TableImage(new.arch, macros, includes, new.include_dirs, reread, constants, defined, {})


def _portions(items: Sequence[T]) -> list[Sequence[T]]:
    return [items[start : start + _PORTION] for start in range(0, len(items), _PORTION)]
