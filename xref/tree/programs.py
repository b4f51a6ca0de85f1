# SPDX-License-Identifier: MIT
"""What the Makefiles of tools say of their programs: where these look for headers, what those of tests are linked from.

The programs in the folders of ``tools/testing`` never meet, but for what they share::

    $(TEST_GEN_PROGS): ../harness.c ../utils.c        tools/testing/selftests/powerpc/mm/Makefile
    vpath %.c ../../lib                               tools/testing/shared/shared.mk, which others include
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from xref.tree.arch import searched
from xref.tree.root import Tree

TOOLS: Final = "tools/"
TESTS: Final = "tools/testing/"
_NAMES: Final = ("Makefile", "GNUmakefile", "makefile")
_SOURCES: Final = (".c", ".S")
_CONTINUED: Final = re.compile(r"\\\r?\n")
_INCLUDE: Final = re.compile(r"^[ \t]*-?s?include[ \t]+(.+)$", re.M)
_VARIABLE: Final = re.compile(
    r"^[ \t]*(?:export\s+|override\s+)*([\w-]+)\s*[:?]{0,2}=\s*(\.\.|[^\s-]\S*/\S*)[ \t]*$", re.M
)
_REFERENCE: Final = re.compile(r"\$[({]([\w-]+)[)}]")
_SEARCHED: Final = re.compile(r"-(?:iquote|isystem|idirafter|include|I)\s*(\S+)")
_PATH: Final = re.compile(r"(?<![\w@.%*+/-])[\w@.%*+-]+(?:/[\w.%*+-]+)+/?")
_MODULE: Final = re.compile(r"^[ \t]*obj-(?:m|\$\(\w+\))\s*[:+]?=", re.M)
_KERNEL: Final = "include"
_INTERNAL: Final = re.compile(rf"{_KERNEL}/(?!uapi/).+\.h")
_TREE: Final = ("srctree", "top_srcdir", "abs_srctree", "KDIR")
_SELFTESTS: Final = "@/tools/testing/selftests"
_DEEP: Final = 8


class Programs(NamedTuple):
    """``links``: the folders below ``tools/testing`` with a Makefile of their own, and what each names outside of
    itself: sources, and folders of which it takes what has the right name. ``include_dirs``: a folder of tools to those
    that its files search for headers first.
    """

    links: dict[str, tuple[str, ...]]
    include_dirs: dict[str, tuple[str, ...]]


class _Text(NamedTuple):
    """A makefile: its lines, the paths that its variables hold, and what it includes."""

    text: str
    variables: tuple[tuple[str, str], ...]
    includes: tuple[str, ...]


def read_programs(tree: Tree, arch: str) -> Programs:
    """Read the Makefiles of tools. Never raises: what cannot be understood is left out."""
    return _Reading(tree.root, arch).run()


def unit_of(path: str, units: Mapping[str, object]) -> str:
    """The nearest of ``units`` at or above a file; '' where there is none."""
    folder = path.rpartition("/")[0]
    while folder and folder not in units:
        folder = folder.rpartition("/")[0]
    return folder


class _Reading:
    """One pass over the Makefiles."""

    def __init__(self, root: Path, arch: str) -> None:
        self._root = root
        self._arch = arch
        self._texts: dict[str, _Text | None] = {}
        self._folders: dict[str, list[str]] = {}

    def run(self) -> Programs:
        for at, folders, names in os.walk(self._root / TOOLS):
            folders.sort()
            self._folders[Path(at).relative_to(self._root).as_posix()] = names
        links: dict[str, tuple[str, ...]] = {}
        flags: dict[str, tuple[str, ...]] = {}
        for folder, names in self._folders.items():
            made = [f"{folder}/{name}" for name in _NAMES if name in names]
            if not made:
                continue
            text = self._whole(folder, [*made[:1], *(f"{folder}/{name}" for name in names if name[:9] == "Makefile.")])
            dirs = (path for word in _SEARCHED.findall(text) for path in self._inside(word, folder))
            flags[folder] = tuple(dict.fromkeys(path for path in dirs if path in self._folders))
            if folder.startswith(TESTS):
                if any(
                    _INTERNAL.fullmatch(path) for word in _PATH.findall(text) for path in self._inside(word, folder)
                ):
                    flags[folder] += (_KERNEL,)  # memblock links to include/linux/memblock.h, which it is a test of
                links[folder] = tuple(sorted(self._named(folder, _SEARCHED.sub(" ", text))))
                for path in links[folder]:
                    if path in self._folders:
                        flags.setdefault(path, flags[folder])
        found: dict[str, tuple[str, ...]] = {}
        for folder, names in self._folders.items():
            if self._is_module(folder, names):
                found[folder] = tuple(path.rstrip("/") for path in searched(self._arch))
            elif paths := flags.get(folder, ()) or flags.get(unit_of(f"{folder}/", flags), ()):
                found[folder] = paths
        return Programs(links, found)

    def _is_module(self, folder: str, names: list[str]) -> bool:
        """Whether the kernel's build makes a module of what is here."""
        for name in ("Kbuild", *_NAMES):
            if name in names and (text := self._read(f"{folder}/{name}")) and _MODULE.search(text.text):
                return True
        return False

    def _named(self, folder: str, text: str) -> Iterator[str]:
        """The paths in other folders of tests that a Makefile speaks of."""
        for path in {path for word in _PATH.findall(text) for path in self._inside(word, folder)}:
            if path.startswith(TESTS) and path != folder:
                if path in self._folders or (path.endswith(_SOURCES) and path.rpartition("/")[0] != folder):
                    yield path

    def _inside(self, word: str, folder: str) -> Iterator[str]:
        """The file or, for what may be any in one (``../shared/%.c``, ``lib.a``), the folder; none outside the tree."""
        _, marked, path = word.rpartition("@/")
        path = posixpath.normpath(path if marked else posixpath.join(folder, word))
        parent, _, base = path.rpartition("/")
        if "%" in base or "*" in base or base.endswith((".a", ".o")):
            path = parent
        if not path.startswith(("..", "/")) and not {"%", "*", "$"}.intersection(path):
            yield path

    def _whole(self, folder: str, names: list[str]) -> str:
        """The text of Makefiles and of what they include, with the paths that variables hold."""
        values = dict.fromkeys(_TREE, "@") | {"selfdir": _SELFTESTS, "CURDIR": f"@/{folder}", "SRCARCH": self._arch}
        parts: list[str] = []
        todo = [(name, 0) for name in reversed(names)]
        read: set[str] = set()
        while todo:
            path, depth = todo.pop()
            made = self._read(path) if path not in read and depth <= _DEEP else None
            read.add(path)
            if made is None:
                continue
            for variable, value in made.variables:
                if "$" not in (value := _filled(value, values)):
                    values.setdefault(variable, value)
            words = [word for line in made.includes for word in _filled(line, values).split()]
            todo.extend((inside, depth + 1) for word in words for inside in self._inside(word, folder))
            parts.append(made.text)
        return _filled("\n".join(parts), values)

    def _read(self, path: str) -> _Text | None:
        if path not in self._texts:
            self._texts[path] = self._parse(path)
        return self._texts[path]

    def _parse(self, path: str) -> _Text | None:
        try:
            text = (self._root / path).read_bytes().decode("utf-8", "replace")
        except (OSError, ValueError):
            return None
        text = _CONTINUED.sub(" ", text)
        return _Text(
            _VARIABLE.sub("", _INCLUDE.sub("", text)), tuple(_VARIABLE.findall(text)), tuple(_INCLUDE.findall(text))
        )


def _filled(text: str, values: Mapping[str, str]) -> str:
    """``text`` with the paths that variables stand for."""
    return _REFERENCE.sub(lambda m: values.get(m[1], m[0]), text)
