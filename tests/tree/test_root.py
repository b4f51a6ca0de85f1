# SPDX-License-Identifier: MIT
import os
from pathlib import Path

import pytest

from xref.errors import TreeUnreadable
from xref.tree.root import default_arch, find_root, open_tree


def make_kernel(root: Path, version: str = "VERSION = 3\nPATCHLEVEL = 7\nSUBLEVEL = 2\nEXTRAVERSION =\n") -> Path:
    (root / "net/ipv4").mkdir(parents=True)
    (root / "Makefile").write_text(version)
    return root


@pytest.mark.parametrize(
    ("makefile", "version"),
    [
        ("VERSION = 3\nPATCHLEVEL = 7\nSUBLEVEL = 2\nEXTRAVERSION =\nNAME = Terrified Chipmunk\n", "3.7.2"),
        ("# SPDX\nVERSION = 6\nPATCHLEVEL = 13\nSUBLEVEL = 0\nEXTRAVERSION = -rc3\n", "6.13.0-rc3"),
        ("VERSION = 6\nPATCHLEVEL = 1\n", "6.1"),
    ],
)
def test_version(tmp_path: Path, makefile: str, version: str) -> None:
    assert open_tree(make_kernel(tmp_path, makefile)).version == version


def test_root_is_found_upwards(tmp_path: Path) -> None:
    root = make_kernel(tmp_path / "linux")
    (root / "net/Makefile").write_text("obj-y := nonet.o\n")
    assert find_root(root / "net/ipv4") == root
    assert find_root(root / "net/ipv4/missing.c") == root
    assert find_root(tmp_path) is None


def test_archs(tmp_path: Path) -> None:
    root = make_kernel(tmp_path)
    assert default_arch(open_tree(root)) == ""
    for arch in ("sparc", "arm"):
        (root / "arch" / arch).mkdir(parents=True)
    (root / "arch/Kconfig").write_text("")
    tree = open_tree(root)
    assert tree.archs == ("arm", "sparc")
    assert default_arch(tree) == "arm"
    (root / "arch/x86").mkdir()
    assert default_arch(open_tree(root)) == "x86"


def test_no_tree_is_one_sentence(tmp_path: Path) -> None:
    root = make_kernel(tmp_path / "linux")
    (tmp_path / "loop").symlink_to("loop")
    cases = {
        tmp_path / "missing": "there is no folder",
        root / "Makefile": "is a file",
        tmp_path: "is not a kernel tree",
        root / "net": f"it lies in the kernel tree {root}",
        tmp_path / "loop": "cannot be read",
    }
    for path, part in cases.items():
        with pytest.raises(TreeUnreadable) as caught:
            open_tree(path)
        assert part in str(caught.value)
        assert "\n" not in str(caught.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_tree(tmp_path: Path) -> None:
    root = make_kernel(tmp_path / "linux")
    root.chmod(0)
    try:
        with pytest.raises(TreeUnreadable, match="permission denied"):
            open_tree(root)
        assert find_root(root) is None
    finally:
        root.chmod(0o700)
