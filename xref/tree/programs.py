# SPDX-License-Identifier: MIT
"""Which programs of tests are linked from what: those of a folder from its own sources and what its Makefile names.

The programs in the folders of ``tools/testing`` never meet, but for what they share::

    $(TEST_GEN_PROGS): ../harness.c ../utils.c        tools/testing/selftests/powerpc/mm/Makefile
    vpath %.c ../../lib                               tools/testing/shared/shared.mk, which others include
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from xref.tree.root import Tree

TESTS: Final = "tools/testing/"
_NAMES: Final = ("Makefile", "GNUmakefile", "makefile")
_CONTINUED: Final = re.compile(r"\\\r?\n")
_INCLUDE: Final = re.compile(r"^\s*-?s?include\s+(.+)$", re.M)
_VARIABLE: Final = re.compile(r"^\s*(?:export\s+|override\s+)*(\w+)\s*[:?]{0,2}=\s*(\S*(?:/\S*)?\.\.|\S+/\S*)\s*$", re.M)
_REFERENCE: Final = re.compile(r"\$[({](\w+)[)}]")
_SEARCHED: Final = re.compile(r"-(?:I|iquote|isystem|idirafter|include)\s*\S+")
_PATH: Final = re.compile(r"[\w@.%*+-]+(?:/[\w.%*+-]+)+/?")
_TREE: Final = ("srctree", "top_srcdir", "abs_srctree", "KDIR")
_SOURCES: Final = (".c", ".S")
_DEEP: Final = 8


def read_links(tree: Tree) -> dict[str, tuple[str, ...]]:
    """The folders below ``tools/testing`` with a Makefile of their own, and what each names outside of itself: files,
    and folders of which it takes what has the right name.
    """
    return {
        folder: tuple(sorted(path for path in _named(tree.root, folder, name) if _links(tree.root, path)))
        for folder, name in sorted(_makefiles(tree.root))
    }


def unit_of(path: str, units: Mapping[str, object]) -> str:
    """The nearest of ``units`` at or above a file; '' where there is none."""
    folder = path.rpartition("/")[0]
    while folder and folder not in units:
        folder = folder.rpartition("/")[0]
    return folder


def _links(root: Path, path: str) -> bool:
    return path.startswith(TESTS) and (path.endswith(_SOURCES) or (root / path).is_dir())


def _makefiles(root: Path) -> Iterator[tuple[str, str]]:
    for at, folders, names in os.walk(root / TESTS):
        folders.sort()
        for name in _NAMES:
            if name in names:
                yield Path(at).relative_to(root).as_posix(), name
                break


def _named(root: Path, folder: str, name: str) -> Iterable[str]:
    """The paths outside of ``folder`` that its Makefile, and what that includes, speak of."""
    values = dict.fromkeys(_TREE, "@") | {"selfdir": "@/tools/testing/selftests", "CURDIR": f"@/{folder}"}
    found: set[str] = set()
    todo = [(f"{folder}/{name}", 0)]
    read: set[str] = set()
    while todo:
        path, depth = todo.pop()
        if path in read or depth > _DEEP:
            continue
        read.add(path)
        try:
            text = (root / path).read_bytes().decode("utf-8", "replace")
        except (OSError, ValueError):
            continue
        text = _CONTINUED.sub(" ", text)
        for variable, value in _VARIABLE.findall(text):
            if "$" not in (value := _filled(value, values)):
                values.setdefault(variable, value)
        for line in _INCLUDE.findall(text):
            for word in _filled(line, values).split():
                if inside := _in_tree(word, folder):
                    todo.append((inside, depth + 1))
        text = _SEARCHED.sub(" ", _filled(_INCLUDE.sub("", text), values))
        for word in _PATH.findall(text):
            if (inside := _in_tree(word, folder)) and not inside.startswith(f"{folder}/"):
                found.add(inside)
    return found


def _filled(text: str, values: Mapping[str, str]) -> str:
    """``text`` with the paths that variables stand for."""
    return _REFERENCE.sub(lambda m: values.get(m[1], m[0]), text)


def _in_tree(word: str, folder: str) -> str:
    """The file or, for what may be any in one (``../shared/%.c``, ``lib.a``), the folder; '' outside of the tree."""
    _, marked, path = word.rpartition("@/")
    path = posixpath.normpath(path if marked else posixpath.join(folder, word))
    parent, _, base = path.rpartition("/")
    if "%" in base or "*" in base or base.endswith((".a", ".o")):
        path = parent
    return "" if path.startswith(("..", "/")) or "%" in path or "*" in path else path
