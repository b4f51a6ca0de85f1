# SPDX-License-Identifier: MIT
"""Where the code and the headers of an architecture lie, in any release.

Headers moved: ``<asm/x.h>`` of x86 is include/asm-x86_64/x.h (or asm-i386) up to 2.6.23, include/asm-x86/x.h up to
2.6.27, and arch/x86/include/asm/x.h since; others followed until 2.6.39. Up to 2.6.27 a build makes ``include/asm``,
and some more, a link to the one that is meant.

Architectures borrow. Those that were one before or became one later (i386 and x86_64, ppc and powerpc, m68k and
m68knommu) compile each other's sources, as arm64 does those of arch/arm/xen; what is borrowed, the borrower's build
files and ``#include`` lines name.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_LENDERS: Final = {"powerpc": ("ppc",), "ppc": ("powerpc",), "um": ("x86_64", "x86")}
"""Whose headers stand in for missing ones. 2.6.20, arch/powerpc/Makefile: ``ln -fsn include/asm-$(OLDARCH)
arch/powerpc/include/asm``; arch/um/Makefile: ``ln -sf ../asm-$(SUBARCH) include/asm-um/arch``.
"""
_RECIPES: Final = ("Makefile", "Kbuild")
_SOURCES: Final = (".c", ".S")
_PATH: Final = re.compile(
    rb"(?:(-I\s*)|(?<![\w./)}]))(?:\$[({](?:srctree|TOPDIR|src|obj)[)}]/)?((?:\.\.|arch)/[\w./-]+)"
)
_INCLUDE: Final = re.compile(rb"^[ \t]*#[ \t]*include[ \t]*([<\"])([^>\"\n]+)[>\"]", re.MULTILINE)


def other_arch(path: str, arch: str) -> str:
    """The architecture that a folder belongs to when that is not ``arch``; "" when the folder is wanted.

    User-mode Linux is an architecture that borrows: its sub-architecture is arch/x86/um (arch/um/Makefile:
    ``HOST_DIR := arch/$(HEADER_ARCH)``), and its headers come from arch/x86/include.
    """
    parts = path.split("/")
    if not arch or not 2 <= len(parts) <= 3:
        return ""
    if parts[0] == "include":
        of = parts[1].removeprefix("asm-") if len(parts) == 2 and parts[1].startswith("asm-") else ""
        return of if of not in ("", "generic", arch, *_LENDERS.get(arch, ())) else ""
    if parts[0] != "arch":
        return ""
    if arch == "um" and parts[1] == "x86":
        return "x86" if len(parts) == 3 and parts[2] not in ("um", "include") else ""
    if len(parts) == 2:
        return parts[1] if parts[1] != arch else ""
    return "um" if parts[2] == "um" else ""


def own_headers(arch: str) -> tuple[str, ...]:
    """The folders, with ``/``, below which every header is ``arch``'s own and any file may include it."""
    return (f"arch/{arch}/include/", f"include/asm-{arch}/")


def searched(arch: str) -> tuple[str, ...]:
    """Where ``<x.h>`` is looked for: LINUXINCLUDE in the top Makefile, and mach-default from arch/i386/Makefile."""
    base = f"arch/{arch}/include"
    folders = (base, f"{base}/asm/mach-default", f"include/asm-{arch}/mach-default", "include")
    return tuple(f"{folder}/" for folder in (*folders, f"{base}/uapi", "include/uapi"))


def searched_by_tools(arch: str) -> tuple[str, ...]:
    """The same for a program of tools/, which never sees the kernel's own headers: those made for tools, and those that
    the kernel exports (tools/scripts/Makefile.include; ``make headers``).
    """
    tools = ("tools/include", f"tools/arch/{arch}/include", "tools/include/uapi", f"tools/arch/{arch}/include/uapi")
    return tuple(f"{folder}/" for folder in (*tools, f"arch/{arch}/include/uapi", "include/uapi"))


def asm_places(arch: str, path: str) -> Iterator[str]:
    """Where ``<asm/x.h>`` is looked for besides, ``path`` being what stands behind ``asm/``: the old folders, those of
    a lender, and asm-generic, to which generated wrappers lead.
    """
    lenders = _LENDERS.get(arch, ())
    for of in (arch, *lenders):
        yield f"include/asm-{of}/{path}"
    if path.startswith("arch/"):
        for of in lenders:
            yield f"include/asm-{of}/{path[5:]}"
    yield f"include/asm-generic/{path}"
    yield f"include/uapi/asm-generic/{path}"


def borrowed(root: Path, arch: str) -> frozenset[str]:
    """The files, relative to the tree at ``root``, that ``arch`` compiles or includes out of the folders of others.

    Never raises: what cannot be read borrows nothing.
    """
    return _Borrower(root, arch).run() if arch else frozenset()


class _Borrower:
    """One pass over the build files of an architecture, and over its headers where they lie in include/."""

    def __init__(self, root: Path, arch: str) -> None:
        self._root = root
        self._arch = arch
        self._found: set[str] = set()

    def run(self) -> frozenset[str]:
        todo: list[str] = []
        old = f"include/asm-{self._arch}"
        lies_there = os.path.isdir(self._root / old)  # noqa: PTH112 - says no where pathlib raises
        for folder, names in self._walk(f"arch/{self._arch}"):
            for name in names:
                path = f"{folder}/{name}"
                if name.startswith(_RECIPES):
                    todo.extend(self._recipe(folder, self._read(path)))
                elif name.endswith((".h", *_SOURCES)) and lies_there:
                    todo.append(path)
        todo.extend(f"{folder}/{name}" for folder, names in self._walk(old) for name in names)
        while todo:
            path = todo.pop()
            todo.extend(self._included(posixpath.dirname(path), self._read(path)))
        return frozenset(self._found)

    def _walk(self, top: str) -> Iterator[tuple[str, list[str]]]:
        for at, folders, names in os.walk(self._root / top):
            folder = Path(at).relative_to(self._root).as_posix()
            folders[:] = [name for name in folders if not other_arch(f"{folder}/{name}", self._arch)]
            yield folder, names

    def _recipe(self, folder: str, text: bytes) -> Iterator[str]:
        """The files that a build file in ``folder`` borrows; what it borrows as a folder is found, too."""
        for m in _PATH.finditer(text):
            word = m[2].decode("latin-1").rstrip("/")
            path = posixpath.normpath(word if word.startswith("arch/") else posixpath.join(folder, word))
            if not self._is_others(path):
                continue
            if path.endswith(".o"):
                for suffix in _SOURCES:
                    yield from self._take(path[:-2] + suffix)
            elif path.endswith((".h", *_SOURCES)):
                yield from self._take(path)
            else:
                wanted = (".h",) if m[1] else (".h", *_SOURCES)
                for found in self._below(path, "*" if m[1] else "**/*"):
                    if found.endswith(wanted):
                        yield from self._take(found)

    def _below(self, folder: str, pattern: str) -> list[str]:
        """What lies in a folder, if it is one."""
        try:
            return sorted(found.relative_to(self._root).as_posix() for found in (self._root / folder).glob(pattern))
        except OSError:
            return []

    def _included(self, folder: str, text: bytes) -> Iterator[str]:
        """The headers of other architectures that the text of a file in ``folder`` includes by their places."""
        for m in _INCLUDE.finditer(text):
            word = m[2].decode("latin-1")
            if word.startswith("asm-"):
                yield from self._take(f"include/{posixpath.normpath(word)}")
            elif m[1] == b'"':
                yield from self._take(posixpath.normpath(posixpath.join(folder, word)))

    def _take(self, path: str) -> Iterator[str]:
        """``path``, if it is another architecture's and was not taken before."""
        if path not in self._found and self._is_others(path) and self._is_file(path):
            self._found.add(path)
            yield path

    def _is_others(self, path: str) -> bool:
        parts = path.split("/")
        return any(other_arch("/".join(parts[:depth]), self._arch) for depth in (2, 3))

    def _is_file(self, path: str) -> bool:
        return os.path.isfile(self._root / path)  # noqa: PTH113 - a name that is too long is none; pathlib raises

    def _read(self, path: str) -> bytes:
        try:
            return (self._root / path).read_bytes()
        except OSError:
            return b""
