# SPDX-License-Identifier: MIT
"""Where the kernel tree is and which kernel it holds."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

import msgspec

from xref.errors import TreeUnreadable

_FOLDERS: Final = ("kernel", "net", "fs", "include")
"""A kernel has at least one of these beside its Makefile; a cut-down one may have only one."""

# The first lines of the top Makefile, since 1.1: VERSION = 3 / PATCHLEVEL = 7 / SUBLEVEL = 2 / EXTRAVERSION =
_VERSION = re.compile(r"^(VERSION|PATCHLEVEL|SUBLEVEL|EXTRAVERSION)[ \t]*:?=[ \t]*([\w.+~-]*)", re.M)


class Tree(msgspec.Struct, frozen=True):
    """A kernel tree that can be read."""

    root: Path
    """Absolute, symbolic links resolved."""
    version: str
    """``3.7.2``, ``6.13.0-rc3``."""
    archs: tuple[str, ...]
    """The folders under ``arch/``, sorted; empty for a tree without any."""


def find_root(start: Path) -> Path | None:
    """The nearest kernel tree at or above ``start``; None when there is none."""
    here = start.absolute()
    for folder in (here, *here.parents):
        if _version(folder):
            return folder
    return None


def open_tree(path: Path) -> Tree:
    """The kernel tree whose top folder is ``path``.

    :raises TreeUnreadable: there is none, or it cannot be read
    """
    try:
        root = path.resolve(strict=True)
        if not root.is_dir():
            raise TreeUnreadable(f"{path} is a file, not the folder of a kernel tree")
        names = {entry.name for entry in os.scandir(root)}
        makefile = (root / "Makefile").read_bytes() if "Makefile" in names else b""
    except FileNotFoundError:
        raise TreeUnreadable(f"there is no folder {path}") from None
    except PermissionError:
        raise TreeUnreadable(f"{path} may not be read: permission denied") from None
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of symbolic links, before Python 3.13
        raise TreeUnreadable(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    version = _parse_version(makefile)
    if not version or not names.intersection(_FOLDERS):
        above = find_root(root.parent)
        hint = f"; it lies in the kernel tree {above}" if above else ""
        raise TreeUnreadable(f"{path} is not a kernel tree: no Makefile with VERSION and PATCHLEVEL{hint}")
    return Tree(root, version, _archs(root))


def default_arch(tree: Tree) -> str:
    """The architecture to look at when none is named: x86, or else the first; "" for a tree without any."""
    for arch in ("x86", "x86_64", "i386"):  # arch/i386 and arch/x86_64 became arch/x86 in 2.6.24
        if arch in tree.archs:
            return arch
    return tree.archs[0] if tree.archs else ""


def _archs(root: Path) -> tuple[str, ...]:
    try:
        with os.scandir(root / "arch") as entries:
            return tuple(sorted(e.name for e in entries if e.is_dir(follow_symlinks=False) and e.name[0] != "."))
    except OSError:
        return ()


def _version(folder: Path) -> str:
    """The kernel's version when ``folder`` is a kernel's top folder, else ""."""
    try:
        if not any((folder / name).is_dir() for name in _FOLDERS):
            return ""
        return _parse_version((folder / "Makefile").read_bytes())
    except OSError:
        return ""


def _parse_version(makefile: bytes) -> str:
    parts: dict[str, str] = {}
    for name, value in _VERSION.findall(makefile.decode("utf-8", "replace")):
        parts.setdefault(name, value)
    numbers = [parts.get(name, "") for name in ("VERSION", "PATCHLEVEL", "SUBLEVEL")]
    if not all(number.isdigit() for number in numbers[:2]):
        return ""
    return ".".join(n for n in numbers if n) + parts.get("EXTRAVERSION", "")
