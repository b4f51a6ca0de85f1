# SPDX-License-Identifier: MIT
"""The index of a part of a tree, enlarged, is that of the larger part."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from xref.index.build import Kept, build_index
from xref.tree.root import open_tree

from .trees import FIXTURES, index, rows

STEPS = (
    ("net/socket.c",),
    ("net/ipv4/af_inet.c", "net/ipv4/tcp.c", "security/security.c"),
    ("net/ipv4/udp.c",),
    ("net/unix", "fs/read_write.c", "arch/x86/lib/memcpy.S"),
)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A kernel whose parts exist."""
    copy = tmp_path / "linux-3.7"
    shutil.copytree(FIXTURES / "linux-3.7", copy, ignore=shutil.ignore_patterns(".xref"))
    (copy / "arch/x86/lib").mkdir(parents=True, exist_ok=True)
    (copy / "arch/x86/lib/memcpy.S").write_text("ENTRY(memcpy)\n\tret\nENDPROC(memcpy)\n")
    (copy / "net/ipv4/broken.h").write_bytes(b"\0binary\0")
    return copy


def test_step_by_step_it_is_what_it_would_be_at_once(tree: Path, tmp_path: Path) -> None:
    kept = Kept()
    part: list[str] = []
    for step in STEPS:
        part += step
        grown = build_index(open_tree(tree), tmp_path / "grown.db", arch="x86", jobs=1, part=part, kept=kept)
        at_once = build_index(open_tree(tree), tmp_path / "at_once.db", arch="x86", jobs=1, part=part)
        assert rows(tmp_path / "grown.db") == rows(tmp_path / "at_once.db")
        assert grown.functions == at_once.functions
        assert grown.skipped == at_once.skipped
    assert grown.files > len(part)


def test_what_somebody_else_has_made_since_is_not_enlarged(tree: Path, tmp_path: Path) -> None:
    kept, db = Kept(), tmp_path / "index.db"
    build_index(open_tree(tree), db, arch="x86", jobs=1, part=["net/socket.c"], kept=kept)
    index(tree, db, force=True)
    build_index(open_tree(tree), db, arch="x86", jobs=1, part=["net/socket.c", "net/ipv4/tcp.c"], kept=kept)
    build_index(open_tree(tree), tmp_path / "at_once.db", arch="x86", jobs=1, part=["net/socket.c", "net/ipv4/tcp.c"])
    assert rows(db) == rows(tmp_path / "at_once.db")
