# SPDX-License-Identifier: MIT
"""The include graph of an index says what the graph in memory says, whatever it was asked before."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from itertools import permutations

import pytest

from xref.lex.model import Include
from xref.macros.visibility import IncludeGraph
from xref.resolve.language.includes import IndexedIncludes
from xref.store.batches import Includes

FILES = {
    "net/a.c": ["<linux/a.h>", '"near.h"', '"part.c"', "<linux/late.h>"],
    "net/b.c": ["<linux/b.h>"],
    "net/part.c": [],
    "net/near.h": ['"../lib/far.h"'],
    "lib/far.h": ["<linux/b.h>"],
    "include/linux/a.h": ["<linux/b.h>", "<asm/c.h>"],
    "include/linux/b.h": ["<linux/a.h>"],
    "include/linux/late.h": [],
    "include/asm-generic/c.h": ["<linux/deep.h>"],
    "include/linux/deep.h": [],
}
"""What each includes. Two headers include each other; a part includes nothing and leans on what stands above it."""


def directives(names: list[str]) -> tuple[Include, ...]:
    return tuple(Include(name.strip('<>"'), name[0] == "<", line, "") for line, name in enumerate(names, 1))


Paths = Mapping[str, tuple[str, ...]]
DIRECTIVES = {path: directives(names) for path, names in FILES.items()}


def told(known: Paths) -> Callable[[Sequence[str]], Paths]:
    """What an index says of some paths of all that it knows something of."""
    return lambda paths: {path: known[path] for path in paths if path in known}


def indexed_includes(wholes: Paths) -> IndexedIncludes:
    graph = IncludeGraph(DIRECTIVES, "x86")
    resolved = {path: graph.direct(path) for path in FILES}
    return IndexedIncludes(DIRECTIVES, "x86", {}, told(wholes), told(resolved))


@pytest.mark.parametrize("first", ["net/a.c", "net/part.c", "include/linux/b.h"])
@pytest.mark.parametrize("most", [1000, 0])
def test_it_sees_what_the_graph_sees(first: str, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it looks from a file or, where few include it, from the other."""
    monkeypatch.setattr("xref.resolve.language.includes._MOST_USERS", most)
    parts = IncludeGraph(DIRECTIVES, "x86").find_parts()
    graph = IncludeGraph(DIRECTIVES, "x86", parts=parts)
    indexed = indexed_includes(parts)
    indexed.sees(first, "include/linux/late.h")
    for path, other in permutations(FILES, 2):
        assert indexed.sees(path, other) == graph.sees(path, other), (path, other)
        assert indexed.finds_around(path, other) == graph.finds_around(path, other), (path, other)
    for path in FILES:
        assert indexed.closure(path) == graph.closure(path)
        assert indexed.direct(path) == graph.direct(path)


def test_a_part_sees_what_stands_above_it_and_not_what_stands_below() -> None:
    indexed = indexed_includes({"net/part.c": ("net/a.c",)})
    assert indexed.sees("net/part.c", "include/linux/deep.h")
    assert not indexed.sees("net/part.c", "include/linux/late.h")


def test_who_includes_a_header_of_few_is_not_read() -> None:
    indexed = indexed_includes({"net/near.h": ("net/a.c",), "lib/far.h": ("net/near.h",)})
    assert indexed.sees("net/a.c", "lib/far.h")
    assert not indexed.sees("net/b.c", "lib/far.h")
    assert not indexed._resolved


def test_flags_are_lent_to_headers_only() -> None:
    """Both files have the same flags of their own: none."""
    files = {
        "drv/include/deep/a.h": directives(["<b.h>"]), "drv/include/deep/a.c": directives(["<b.h>"]),
        "drv/include/b.h": (),
    }  # fmt: skip
    dirs = {"drv": ("drv/include",)}
    for paths in permutations(("drv/include/deep/a.h", "drv/include/deep/a.c")):
        graph = IncludeGraph(files, "x86", dirs)
        assert {path: graph.direct(path) for path in paths} == {
            "drv/include/deep/a.h": ("drv/include/b.h",),
            "drv/include/deep/a.c": (),
        }


def test_a_path_is_in_the_index_however_many_folders_were_asked_for() -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE TABLE files (path TEXT PRIMARY KEY, includes BLOB)")
        paths = [f"drivers/net/d{n}/a.h" for n in range(300)]
        db.executemany("INSERT INTO files VALUES (?, x'')", [(path,) for path in (*paths, "include/linux/a.h", "a.h")])
        includes = Includes(db)
        for path in (*paths, "include/linux/a.h", "a.h"):
            assert path in includes
            assert path.replace("a.h", "b.h") not in includes
