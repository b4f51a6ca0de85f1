# SPDX-License-Identifier: MIT
"""The source files of a tree, and which program each belongs to.

Like the kernel's own ``make tags``, one architecture is taken and the others are left out.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from functools import lru_cache
from operator import attrgetter
from typing import Final

import msgspec

from xref.tree.arch import borrowed, other_arch
from xref.tree.root import Tree

KERNEL: Final = "kernel"
"""The program that a file belongs to when no rule says otherwise: the kernel image and its modules."""

_MIXED: Final = frozenset({"samples", "Documentation"})
"""Programs of which some parts are kernel modules."""
_OF_A_HOST: Final = frozenset({"stdio.h", "stdlib.h", "unistd.h"})
_HOSTED: Final = ", hosted"
_SUFFIXES: Final = (".c", ".h", ".S", ".asn1")
_RECIPES: Final = ("Makefile", "Kbuild", "Kconfig")
_NOT_OURS: Final = frozenset({".git", ".xref", ".hg", ".svn", ".pc"})


class SourceFile(msgspec.Struct, frozen=True, order=True):
    """One file to index."""

    path: str
    """Relative to the tree, with ``/``."""
    size: int
    """In bytes."""
    mtime_ns: int
    """Of the last change, in nanoseconds since the epoch."""
    program: str
    """See :func:`program_of`."""


class Skipped(msgspec.Struct, frozen=True, order=True):
    """Something that was left out on purpose, or that could not be read."""

    path: str
    """Relative to the tree; bytes that are no UTF-8 are written as ``\\xff``."""
    reason: str
    count: int = 1
    """How many source files that is; 0 when nobody can know."""


class FileList(msgspec.Struct, frozen=True):
    """What was found, each part sorted by path."""

    files: tuple[SourceFile, ...]
    skipped: tuple[Skipped, ...]
    recipes: str = ""
    """A digest of the names, sizes and times of what says how the files are built: Makefiles, Kconfig, system call
    tables."""


def list_files(tree: Tree, arch: str) -> FileList:
    """All ``.c``, ``.h`` and ``.S`` files of the tree and the grammars that C is made of (``.asn1``), of ``arch/`` only
    those of ``arch`` and what it borrows from others.

    Symbolic links are never followed: whatever they point to inside the tree is found where it lies. Folders that
    cannot be read, links, special files and names that no report could carry are in ``skipped``. Never raises for
    what it finds inside the tree.
    """
    walk = _Walk(str(tree.root), borrowed(tree.root, arch))
    walk.run("", arch)
    import hashlib  # takes longer to load than an answer may wait that asks what belongs to a program

    recipes = hashlib.blake2b(repr(sorted(walk.recipes)).encode("utf-8", "surrogateescape"), digest_size=16)
    files = tuple(sorted(walk.files, key=attrgetter("path")))
    return FileList(files, tuple(sorted(walk.skipped)), recipes.hexdigest())


class _Walk:
    """One pass over the folders; paths are relative and end without ``/``."""

    def __init__(self, root: str, borrowed: frozenset[str]) -> None:
        self.root = root
        self.borrowed = borrowed
        self.files: list[SourceFile] = []
        self.skipped: list[Skipped] = []
        self.recipes: list[tuple[str, int, int]] = []

    def run(self, top: str, arch: str) -> None:
        from xref.tree.syscalltbl import may_be_table  # questions list no files

        todo = [top]
        while todo:
            folder = todo.pop()
            prefix = folder + "/" if folder else ""
            for entry in self._entries(folder):
                name = entry.name
                path = prefix + name
                try:
                    if entry.is_symlink():
                        if name.endswith(_SUFFIXES) or entry.is_dir():
                            self._skip(path, "symbolic link")
                    elif entry.is_dir(follow_symlinks=False):
                        if name in _NOT_OURS:
                            continue
                        other = other_arch(path, arch)
                        if other:
                            self._skip(path, f"other architecture: {other}", self._lend(path))
                        else:
                            todo.append(path)
                    elif name.endswith(_SUFFIXES) and not name.endswith(".mod.c"):
                        self._file(entry, path)
                        if may_be_table(path):
                            self._recipe(entry, path)
                    elif name.startswith(_RECIPES) or name.endswith((".tbl", ".mk")):
                        self._recipe(entry, path)
                except OSError as error:
                    self._skip(path, error.strerror or str(error))

    def _file(self, entry: os.DirEntry[str], path: str) -> None:
        if not entry.is_file(follow_symlinks=False):
            self._skip(path, "not a regular file")
        elif not path.isprintable():  # lone surrogates (no UTF-8), tabs and line breaks are none of them printable
            self._skip(path, "name is not printable UTF-8")
        else:
            stat = entry.stat(follow_symlinks=False)
            self.files.append(SourceFile(path, stat.st_size, stat.st_mtime_ns, program_of(path)))

    def _recipe(self, entry: os.DirEntry[str], path: str) -> None:
        stat = entry.stat(follow_symlinks=False)
        self.recipes.append((path, stat.st_size, stat.st_mtime_ns))

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(f"{self.root}/{folder}") as entries:
                return list(entries)
        except OSError as error:
            self._skip(folder or ".", error.strerror or str(error), 0)
            return []

    def _lend(self, top: str) -> int:
        """Takes what is borrowed from a folder that is left out; how many source files stay there."""
        count = 0
        for at, folders, names in os.walk(f"{self.root}/{top}"):
            folders[:] = [f for f in folders if f not in _NOT_OURS]
            count += sum(name.endswith(_SUFFIXES) for name in names)
            folder = at[len(self.root) + 1 :]
            if any(path.startswith(f"{folder}/") for path in self.borrowed):
                for entry in self._entries(folder):
                    path = f"{folder}/{entry.name}"
                    if path in self.borrowed:
                        self._file(entry, path)
                        count -= 1
                    elif entry.name.startswith(_RECIPES) and entry.is_file(follow_symlinks=False):
                        self._recipe(entry, path)
        return count

    def _skip(self, path: str, reason: str, count: int = 1) -> None:
        printable = path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        self.skipped.append(Skipped(printable, reason, count))


_RULES: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    # User programs. Libraries and headers under tools/ are shared by all of them.
    "tools": ((r"(include|lib|arch|build)/", "tools"), (r"([^/]+)/", r"tools/\1"), (r"", "tools")),
    "scripts": ((r"", "scripts"),),
    "samples": ((r"", "samples"),),
    "Documentation": ((r"", "Documentation"),),
    "usr": ((r"", "usr"),),
    "arch": (
        # hostprogs: programs that run while the kernel is built
        (r"[^/]+/(boot/(compressed/)?)?tools/", "host"),
        (r"[^/]+/boot/(compressed/)?(mk\w+|calc_\w+|addnote|hack-coff|piggyback|elf2ecoff)\.c", "host"),
        (r"[^/]+/(\w+/)?vdso/(vdso2c|vdsomunge|genvdso)", "host"),
        (r"[^/]+/.*/(gen-hyprel|relacheck)\.c", "host"),
        # Linked on its own, then carried by the image as bytes.
        (r"x86/realmode/rm/", "realmode"),
        (r"[^/]+/boot/", "boot"),
        (r"[^/]+/purgatory/", "purgatory"),
        # arch/x86/entry/vdso/Makefile: "files to link into the kernel": obj-y += vma.o extable.o
        (r"[^/]+/(\w+/)?vdso/(vma|extable|vdso32-setup)\.c", KERNEL),
        (r"[^/]+/(\w+/)?vdso(32|64)?/.*\.[cS]", "vdso"),
    ),
    # hostprogs again
    "lib": ((r"raid6/test/", "lib/raid6/test"), (r"(\w+/)?(gen_\w+|mktables)\.c|test_fortify/.+\.c", "host")),
    "fs": ((r"unicode/mkutf8data\.c", "host"),),
    "firmware": ((r"ihex2fw\.c", "host"),),
    "sound": ((r"oss/(bin|hex)2hex\.c", "host"),),
    "drivers": (
        # arch/x86/boot/compressed/Makefile: vmlinux-libs-$(CONFIG_EFI_STUB) += .../drivers/firmware/efi/libstub/lib.a
        (r"firmware/efi/libstub/", "boot"),
        (r"scsi/aic7xxx/aicasm/", "host"),
        (r"staging/.*/(userspace|Documentation)/", "host"),
        (r".*/(mkregtable|pnmtologo|gen-devlist|xe_gen_wa_oob|genmap|makemapdata|convert_c_to_py)\.c", "host"),
    ),
}
"""By top folder: a pattern for the beginning of the rest of the path, and the program. The first that matches wins."""


@lru_cache(maxsize=64)
def _rules(top: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(rule), program) for rule, program in _RULES.get(top, ()))


def program_of(path: str) -> str:
    """Which program a file of the tree belongs to: ``kernel``, ``tools/perf``, ``scripts``, ``boot``, ``vdso``, ...

    ``path`` is relative to the tree. Everything under ``include/`` is the kernel's, although other programs include
    parts of it (``include/uapi``, and small inline helpers).
    """
    top, _, rest = path.partition("/")
    for rule, program in _rules(top):
        if found := rule.match(rest):
            return found.expand(program) if "\\" in program else program
    return KERNEL


def is_shared(path: str) -> bool:
    """Whether a header stands where any file may include it."""
    return path.startswith("include/") or (path.startswith("arch/") and "/include/" in path)


def same_program(caller: str, callee: str) -> bool:
    """Whether code of program ``caller`` can call a function with external linkage of program ``callee``.

    Kernel code calls only kernel code. A tool calls itself and the libraries under ``tools/``. ``samples`` and
    ``Documentation`` hold kernel modules too, which call the kernel; the kernel never calls back by name. What is no
    module there (see :func:`hosted`) calls what is beside it. This is about linkage only: an inline function of a
    header that a file includes is always within its reach.
    """
    if caller == callee:
        return True
    if caller.startswith("tools/"):
        return callee == "tools"
    if caller.endswith(_HOSTED):
        return callee == caller.removesuffix(_HOSTED)
    return callee == KERNEL and caller in _MIXED


def hosted(program: str, includes: Iterable[str]) -> str:
    """The program of a file that includes ``<...>``: one of ``samples`` or ``Documentation`` is an application where
    it asks for headers that only a hosted implementation of C has (C11 4 p6).
    """
    return program + _HOSTED if program in _MIXED and not _OF_A_HOST.isdisjoint(includes) else program
