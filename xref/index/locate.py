# SPDX-License-Identifier: MIT
"""Where the index of a tree lies: where the user says, else in the tree, else in the user's cache folder."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

IN_TREE: Final = Path(".xref") / "index.db"


def locate_index(root: Path, *, db: Path | None = None, environ: Mapping[str, str] = os.environ) -> Path:
    """Path of the index of the tree at ``root``; it need not exist.

    ``db`` (the ``--db`` option) wins, then ``$XREF_DB``, then an index that is already in the tree, then the tree if it
    can be written, then the cache folder.
    """
    if db is not None:
        return db
    if named := environ.get("XREF_DB"):
        return Path(named)
    inside = root / IN_TREE
    if inside.exists() or _can_hold(root):
        return inside
    return cache_folder(environ) / _key(root) / IN_TREE.name


def cache_folder(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """The platform's folder for what can be made again, with ``xref`` in it."""
    home = Path(environ["HOME"]) if "HOME" in environ else Path.home()
    if platform == "darwin":
        return home / "Library" / "Caches" / "xref"
    if platform == "win32":
        local = environ.get("LOCALAPPDATA")
        return (Path(local) if local else home / "AppData" / "Local") / "xref" / "cache"
    named = environ.get("XDG_CACHE_HOME", "")
    base = Path(named) if Path(named).is_absolute() else home / ".cache"
    return base / "xref"


def _can_hold(root: Path) -> bool:
    """Whether ``.xref/index.db`` can be made below ``root``."""
    folder = root / IN_TREE.parent
    return os.access(folder if folder.is_dir() else root, os.W_OK | os.X_OK)


def _key(root: Path) -> str:
    """A folder name for ``root``: its own name for people, a hash of its whole path against clashes."""
    whole = str(root.resolve())
    return f"{root.resolve().name}-{hashlib.sha256(whole.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}"
