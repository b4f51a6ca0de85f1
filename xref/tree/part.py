# SPDX-License-Identifier: MIT
"""A part of a tree, for an answer that cannot wait for the whole: the files that define a name, the headers that all
files share, and the files that turn out to be needed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple, TypeAlias

from xref.tree.files import FileList, Skipped, is_shared

_LEFT_OUT: Final = "not in the part that was asked for"
_DEEP: Final = frozenset({"arch", "drivers", "sound", "tools"})
"""Folders of which one inside is meant: drivers/net is a part by itself."""
_SOURCES: Final = (".c", ".S")
_MOST: Final = 4
"""So many folders define a name that tells something; ``probe`` is in hundreds."""


class Wanted(NamedTuple):
    """What an answer from a part of a tree lacks: functions by name; what is put into slots, each a struct (or union;
    '' for any) and a member; whatever has one of ``spellings`` in its text; whoever calls ``through`` members of these
    names.
    """

    functions: frozenset[str]
    slots: frozenset[tuple[str, str]] = frozenset()
    spellings: frozenset[str] = frozenset()
    through: frozenset[str] = frozenset()

    def and_also(self, other: Wanted) -> Wanted:
        """What either lacks."""
        return Wanted(
            self.functions | other.functions, self.slots | other.slots, self.spellings | other.spellings,
            self.through | other.through,
        )  # fmt: skip

    def but(self, other: Wanted) -> Wanted:
        """What ``other`` does not lack."""
        return Wanted(
            self.functions - other.functions, self.slots - other.slots, self.spellings - other.spellings,
            self.through - other.through,
        )  # fmt: skip


def calls_through(text: bytes, member: bytes) -> bool:
    """Whether a text seems to call through a member of this name: it is accessed, and what stands behind it is what may
    stand behind a callee. ``x->init = f``, ``.init = f`` and ``if (!x->init && y)`` are no calls.
    """
    if b"->" + member not in text and b"." + member not in text:
        return False
    # ops->init(x)   (*ops->init)(x)   table->init[k](x)   CALL(ops->init, x)   (y ? ops->init : g)(x)
    found = re.finditer(rb"%s\s*[(),\[:]" % member, text)
    return any(text.endswith((b"->", b"."), 0, m.start()) for m in found)


def part_of(listed: FileList, places: Iterable[str]) -> FileList:
    """What of ``listed`` is one of ``places`` (relative, folders without a slash at the end), lies under one, or is a
    header for all. A file that is named brings the headers along that stand beside it, or in ``include/`` there.
    """
    belongs = within(places)
    files = tuple(f for f in listed.files if belongs(f.path))
    left = Skipped("", _LEFT_OUT, len(listed.files) - len(files))
    return FileList(files, tuple(sorted((*listed.skipped, left))), listed.recipes)


def within(places: Iterable[str]) -> Callable[[str], bool]:
    """Tells the files by path that :func:`part_of` takes."""
    places = frozenset(places)
    single = {place for place in places if place.endswith(_SOURCES)}
    below = tuple(f"{place}/" for place in places - single)
    beside = {place.rpartition("/")[0] for place in single}

    def belongs(path: str) -> bool:
        if path in places or path.startswith(below):
            return True
        if not path.endswith(".h"):
            return not path.endswith(_SOURCES) and is_shared(path)
        folder = path.rpartition("/")[0]
        return is_shared(path) or folder in beside or folder.partition("/include")[0] in beside

    return belongs


class Definers(NamedTuple):
    """Files that seem to define something, by its name: a system call, or a function."""

    calls: dict[str, tuple[str, ...]]
    functions: dict[str, tuple[str, ...]]

    def of_all(self) -> tuple[str, ...]:
        """The files for all names: those of system calls where there are some; empty where one name is defined nowhere,
        or in so many folders that it tells nothing.
        """
        found = [paths or self.functions[name] for name, paths in self.calls.items()]
        if not all(0 < len({home(path) for path in paths}) <= _MOST for paths in found):
            return ()
        return tuple(sorted({path for paths in found for path in paths}))


def definers(texts: Iterable[tuple[str, bytes]], names: Iterable[str]) -> Definers:
    """Which of some files, by path and text, seem to define a system call or a function of each of these names
    (``file.c:name`` too), as far as their text tells.
    """
    names = {name.rpartition(":")[2] for name in names}
    searches = {name: (_calls_named(name.encode()), _functions_named(name.encode())) for name in sorted(names)}
    found = Definers(dict.fromkeys(searches, ()), dict.fromkeys(searches, ()))
    for path, text in texts:
        for name, search in searches.items():
            if name.encode() not in text:
                continue
            for known, (signs, pattern) in zip(found, search, strict=True):
                if any(sign in text for sign in signs) and pattern.search(text) is not None:
                    known[name] += (path,)
    return found


def home(path: str) -> str:
    """The folder that a file is a part of, as far as a question goes."""
    parts = path.split("/")[:-1]
    return "/".join(parts[: 2 if parts and parts[0] in _DEEP else 1])


_Search: TypeAlias = "tuple[tuple[bytes, ...], re.Pattern[bytes]]"
"""What a file has that may define something, of which one is enough, and how it does."""


def _calls_named(name: bytes) -> _Search:
    """A system call: ``SYSCALL_DEFINE4(send, ...)``, and before 2.6.29 ``asmlinkage long sys_send(...)``."""
    macro = rb"(?:COMPAT_)?SYSCALL_DEFINE\d\(\s*" + re.escape(name) + rb"\s*[,)]"
    plain = rb"asmlinkage[^\n;={}#]*\bsys_" + re.escape(name) + rb"\s*\([^;{}]*\)\s*\{"
    signs = (b"SYSCALL_DEFINE", b" sys_" + name)
    return signs, re.compile(rb"^(?:" + macro + rb"|" + plain + rb")", re.MULTILINE)


def _functions_named(name: bytes) -> _Search:
    """A function: its name, parameters and a brace, behind nothing or the words of a type."""
    defined = rb"^(?:[A-Za-z_][^\n;={}#]*[\s*])?" + re.escape(name) + rb"\s*\([^;{}]*\)[^;{}()]*\{"
    return (name + b"(", name + b" ("), re.compile(defined, re.MULTILINE)
