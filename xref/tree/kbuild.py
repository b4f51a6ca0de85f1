# SPDX-License-Identifier: MIT
"""What Kbuild says about source files: under which options each is compiled, and where it looks for headers.

Descends from the top folder as ``make vmlinux modules`` does, for all configurations at once (see :mod:`.makefile`).
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from xref.tree.makefile import Makefile, Words, in_tree
from xref.tree.options import Options, read_options
from xref.tree.programs import read_programs
from xref.tree.root import Tree
from xref.tree.terms import FALSE, TRUE, Terms, both, either, text


@dataclass(frozen=True, slots=True)
class Kbuild:
    """What the build files of one architecture say."""

    guards: dict[str, str]
    """Source file to condition, spelt as :func:`xref.lex.guard.to_text` does; "" when it is always compiled. A file
    that is not here is not compiled by itself: a header, a file that another one includes, a program of its own, or
    one whose build rule could not be understood."""
    include_dirs: dict[str, tuple[str, ...]]
    """Folder to the folders that its files search for headers, in order; "" holds those for all files."""
    module_files: frozenset[str]
    """Files that are only ever built as modules (``obj-m``)."""
    options: Options
    """What the Kconfig files say, which the build files are read with."""
    unbuilt: frozenset[str] = frozenset()
    """Sources in folders that Kbuild goes through, whose build files are understood and name them nowhere. They are in
    no kernel, unless another file includes them."""
    links: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """See :func:`xref.tree.programs.Programs`."""


def read_kbuild(tree: Tree, arch: str) -> Kbuild:
    """Read the build files of one architecture. Never raises: what cannot be understood is left out."""
    found = _Descent(tree, arch, read_options(tree, arch)).run()
    programs = read_programs(tree, arch)
    return replace(found, links=programs.links, include_dirs=programs.include_dirs | found.include_dirs)


def file_guards(tree: Tree, arch: str) -> dict[str, str]:
    """:attr:`Kbuild.guards`."""
    return read_kbuild(tree, arch).guards


def include_dirs(tree: Tree, arch: str) -> dict[str, tuple[str, ...]]:
    """:attr:`Kbuild.include_dirs`."""
    return read_kbuild(tree, arch).include_dirs


_FLAG = re.compile(rb"(?<![\w-])-D\s*([A-Za-z_]\w*)")


def defined_flags(tree: Tree, files: Iterable[str], known: dict[str, frozenset[str]] | None = None) -> frozenset[str]:
    """The macros that some build file defines on a command line (``-DMODULE``), anywhere above ``files``; what is
    ``known`` of folders is not read again, and what is read is added.
    """
    known = {} if known is None else known
    folders = {""}
    for path in files:
        folder = path.rpartition("/")[0]
        while folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    for folder in folders - known.keys():
        known[folder] = _flags_of(tree, folder)
    return frozenset().union(*(known[folder] for folder in folders))


def _flags_of(tree: Tree, folder: str) -> frozenset[str]:
    found: set[str] = set()
    try:
        for file in (tree.root / folder).iterdir():
            if file.name.startswith(("Makefile", "Kbuild")):
                found.update(m[1].decode("latin-1") for m in _FLAG.finditer(file.read_bytes()))
    except OSError:
        pass
    return frozenset(found)


# The variables that hold the folders to begin with, in the Makefiles at the top and of the architecture.
# 2.6 to 6.0: vmlinux-dirs := $(filter %/, $(init-y) $(core-y) $(drivers-y) $(net-y) $(libs-y) $(virt-y))
_TOP: Final = ("init", "core", "drivers", "net", "libs", "virt")
_OBJECTS: Final = ("obj-y", "obj-m", "lib-y", "lib-m", "extra-y")
_OTHERWISE = re.compile(r"(always|targets|hostprogs|hostprogs-always|userprogs|host-progs)(-[ym])?")
"""What rules of a build file's own make: programs, headers, what becomes part of an object by objcopy."""
# scripts/Makefile.lib: orig_c_flags = $(KBUILD_CPPFLAGS) $(KBUILD_CFLAGS) $(ccflags-y) $(CFLAGS_$(basetarget).o)
_FLAGS = re.compile(r"(ccflags|cppflags|asflags|subdir-ccflags|subdir-asflags)-[ym]|EXTRA_[CA]FLAGS|[CA]FLAGS_.*\.o")
_ALL_FLAGS: Final = ("LINUXINCLUDE", "KBUILD_CPPFLAGS", "KBUILD_CFLAGS", "CPPFLAGS", "CFLAGS")
# security/Makefile of 3.7: obj-$(CONFIG_SECURITY_SELINUX) += selinux/built-in.o, beside subdir-$(...) += selinux
_ARCHIVE = re.compile(r"/(built-in\.[oa]|lib\.a)$")
_SOURCES: Final = (".c", ".S")
_MADE_OF: Final = ".asn1"


@dataclass(slots=True)
class _Folder:
    """What a folder's own build file says."""

    sources: list[tuple[str, Terms, bool]]
    """Path, condition, and whether only obj-m names it."""
    folders: list[tuple[str, Terms]]
    stems: frozenset[str] = frozenset()
    """What its own rules make, without suffixes."""
    clear: bool = True
    """Whether that is all."""


class _Descent:
    """One pass over all build files."""

    def __init__(self, tree: Tree, arch: str, options: Options) -> None:
        self._root = tree.root
        self._options = options
        self._tristate = options.tristate
        self._arch = arch
        self._folders: dict[str, _Folder] = {}
        self._search: dict[str, dict[str, None]] = {}
        self._inherited: dict[str, dict[str, None]] = {}
        self._builders: dict[str, list[str]] = {}
        """By folder those whose build files have objects made of its files."""
        self._names = lru_cache(maxsize=None)(self._list)

    def run(self) -> Kbuild:
        top = Makefile(self._root, "", self._tristate)
        for name in ("ARCH", "SRCARCH", "hdr-arch", "HEADER_ARCH"):
            top.set(name, self._arch)
        top.set("KBUILD_EXTMOD", "")
        top.set("objtree", "@")
        top.read("Makefile")
        top.read(f"arch/{self._arch}/Makefile")
        self._flags(top, "", _ALL_FLAGS)
        starts = [
            (in_tree(folder, ""), condition)
            for name in _TOP
            for word, condition in top.words(f"{name}-y") + top.words(f"{name}-m")
            if (folder := _ARCHIVE.sub("/", word)).endswith("/")
        ]
        start = _Folder([], starts)
        kbuild = Makefile(self._root, "", self._tristate, top)
        if "Kbuild" in self._names("") and kbuild.read("Kbuild"):
            own = self._folder(kbuild, "")
            start = replace(own, folders=own.folders + starts)
        self._folders[""] = start
        todo = [folder for folder, _ in start.folders]
        while todo:
            folder = todo.pop()
            if folder in self._folders or folder.startswith(("..", "/")):
                continue
            make = Makefile(self._root, folder, self._tristate, top)
            name = "Kbuild" if "Kbuild" in self._names(folder) else "Makefile"
            if not make.read(f"{folder}/{name}"):
                make.unclear = True
            self._folders[folder] = self._folder(make, folder)
            todo.extend(below for below, _ in self._folders[folder].folders)
        return self._result()

    def _folder(self, make: Makefile, folder: str) -> _Folder:
        found = _Folder([], [])
        for name in _OBJECTS:
            for word, condition in make.local(name):
                word = _ARCHIVE.sub("/", word)
                path = in_tree(word, folder)
                if word.endswith("/"):
                    found.folders.append((path, condition))
                elif word.endswith(".o"):
                    sources = self._object(make, folder, path, condition, ())
                    found.sources.extend((source, c, name.endswith("-m")) for source, c in sources)
        found.stems = frozenset(self._otherwise(make, folder))
        found.clear = not make.unclear
        self._flags(make, folder, [name for name in make.names() if _FLAGS.fullmatch(name)])
        for below in sorted({source.rpartition("/")[0] for source, _, _ in found.sources} - {folder}):
            self._builders.setdefault(below, []).append(folder)
        return found

    def _otherwise(self, make: Makefile, folder: str) -> Iterator[str]:
        for name in make.names():
            if _OTHERWISE.fullmatch(name):
                for word, _ in make.local(name):
                    parts = [part for part, _ in make.local(f"{word}-objs")]
                    for path in (in_tree(each, folder) for each in (word, *parts)):
                        yield path
                        yield posixpath.splitext(path)[0]

    def _object(
        self, make: Makefile, folder: str, path: str, condition: Terms, within: tuple[str, ...]
    ) -> Iterator[tuple[str, Terms]]:
        """The sources of ``path`` (an ``.o``), which may be linked from other objects of the same build file."""
        stem = path[:-2]
        inside = not folder or stem.startswith(folder + "/")
        local = stem[len(folder) + 1 if folder else 0 :] if inside else posixpath.relpath(stem, folder)
        parts: Words = []
        if path not in within and len(within) < 8:
            parts = [part for kind in ("objs", "y", "m") for part in make.local(f"{local}-{kind}")]
        for word, own in parts:
            joint = both(condition, own)
            if joint != FALSE and word.endswith(".o"):
                yield from self._object(make, folder, in_tree(word, folder), joint, (*within, path))
        if not parts:
            parent, _, base = stem.rpartition("/")
            names = self._names(parent)
            for suffix in _SOURCES if not base.endswith(_MADE_OF) else ("",):  # x509.asn1.o of x509.asn1
                if base + suffix in names:
                    yield stem + suffix, condition
                    return

    def _flags(self, make: Makefile, folder: str, names: list[str] | tuple[str, ...]) -> None:
        """Note the ``-I`` folders that the variables name; those of subdir-* go to all that lies below."""
        for name in names:
            into = self._inherited if name.startswith("subdir-") else self._search
            after = ""
            for word, _ in make.words(name):
                if after or word.startswith(("-I", "-iquote", "-isystem")):
                    path = word if after else re.sub(r"^-(I|iquote|isystem)", "", word)
                    after = "" if path else word
                    if path and self._is_folder(path := in_tree(path, "")):
                        into.setdefault(folder, {})[path] = None

    def _is_folder(self, path: str) -> bool:
        return not path.startswith(("..", "/")) and bool(self._names(path))

    def _list(self, folder: str) -> frozenset[str]:
        try:
            return frozenset(os.listdir(self._root / folder))  # noqa: PTH208 - names, thousands of times
        except (OSError, ValueError):
            return frozenset()

    def _result(self) -> Kbuild:
        guards: dict[str, Terms] = {}
        modules: dict[str, bool] = {}
        reached = self._reached()
        for folder, found in self._folders.items():
            for source, condition, module in found.sources:
                guards[source] = either(guards.get(source, FALSE), both(reached[folder], condition))
                modules[source] = modules.get(source, True) and module
        search: dict[str, tuple[str, ...]] = {}
        for folder in sorted({*self._search, *self._inherited, *self._folders, *self._builders}):
            # drivers/gpu/drm/amd/amdgpu builds all of its siblings, with its own flags and those for its subfolders
            by = (folder, *self._builders.get(folder, ()))
            paths = {path: None for one in by for path in self._search.get(one, {})}
            for above in by:
                while above:
                    paths |= self._inherited.get(above, {})
                    above = posixpath.dirname(above)
            if paths:
                search[folder] = tuple(paths)
        return Kbuild(
            {path: text(guards[path]) for path in sorted(guards) if guards[path] != FALSE},
            search,
            frozenset(path for path, module in modules.items() if module),
            self._options,
            frozenset(self._unbuilt({source for found in self._folders.values() for source, _, _ in found.sources})),
        )

    def _unbuilt(self, named: Set[str]) -> Iterator[str]:
        stems = frozenset[str]().union(*(found.stems for found in self._folders.values()))
        for folder, found in self._folders.items():
            if found.clear and all(self._folders[other].clear for other in self._builders.get(folder, ())):
                prefix = f"{folder}/" if folder else ""
                sources = (prefix + name for name in self._names(folder) if name.endswith(_SOURCES))
                yield from (path for path in sources if path not in named and path[:-2] not in stems)

    def _reached(self) -> dict[str, Terms]:
        """The condition on which each folder is visited: the alternatives of all ways down to it."""
        reached = dict.fromkeys(self._folders, FALSE)
        reached[""] = TRUE
        todo = [""]
        for _ in range(20 * len(self._folders)):  # conditions only grow, so this ends; malformed trees end here
            if not todo:
                break
            here = todo.pop()
            for below, condition in self._folders[here].folders:
                if below not in reached:
                    continue
                grown = either(reached[below], both(reached[here], condition))
                if grown != reached[below]:
                    reached[below] = grown
                    todo.append(below)
        return reached
