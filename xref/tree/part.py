# SPDX-License-Identifier: MIT
"""A part of a tree, for an answer that cannot wait for the whole: the folders that define a name, and the headers that
all files share.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from xref.tree.files import KERNEL, FileList, Skipped, SourceFile
from xref.tree.root import Tree

LEFT_OUT: Final = "not in the part that was asked for"
_SHARED: Final = re.compile(r"include/|arch/[^/]+/include/")
_DEEP: Final = frozenset({"arch", "drivers", "sound", "tools"})
"""Folders of which one inside is meant: drivers/net is a part by itself."""
_MOST: Final = 4
"""So many folders define a name that tells something; ``probe`` is in hundreds."""


def part_of(listed: FileList, folders: Iterable[str]) -> FileList:
    """What of ``listed`` lies under ``folders`` (relative, without a slash at the end) or is a header for all."""
    below = tuple(f"{folder}/" for folder in folders)
    files = tuple(f for f in listed.files if f.path.startswith(below) or _SHARED.match(f.path))
    left = Skipped("", LEFT_OUT, len(listed.files) - len(files))
    return FileList(files, tuple(sorted((*listed.skipped, left))), listed.recipes)


def homes(tree: Tree, files: Sequence[SourceFile], names: Iterable[str]) -> tuple[str, ...]:
    """The folders that seem to define a function (``file.c:name`` too) or a system call of one of these names, those
    with system calls first; as far as the text of the kernel's ``.c`` files tells, which are all read.

    Empty where none does, or where so many do that the name tells nothing.
    """
    plain = sorted({name.rpartition(":")[2].encode() for name in names})
    words = rb"(?:" + rb"|".join(map(re.escape, plain)) + rb")"
    entry = re.compile(rb"^(?:COMPAT_)?SYSCALL_DEFINE\d\(\s*" + words + rb"\s*[,)]", re.MULTILINE)
    other = re.compile(rb"^(?:[A-Za-z_][^\n;={}#]*[\s*])?" + words + rb"\s*\([^;{}]*\)[^;{}()]*\{", re.MULTILINE)
    found: dict[str, None] = {}
    sources = [f.path for f in files if f.program == KERNEL and f.path.endswith(".c")]
    for pattern, sign in ((entry, [b"SYSCALL_DEFINE"]), (other, [name + b"(" for name in plain])):
        for path in sources:
            text = _read(tree, path)
            if any(each in text for each in sign) and pattern.search(text) is not None:
                found[_folder(path)] = None
        if found:
            break
    return tuple(found) if len(found) <= _MOST else ()


def _read(tree: Tree, path: str) -> bytes:
    try:
        return Path(tree.root, path).read_bytes()
    except OSError:
        return b""


def _folder(path: str) -> str:
    parts = path.split("/")[:-1]
    return "/".join(parts[: 2 if parts and parts[0] in _DEEP else 1])
