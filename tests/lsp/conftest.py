# SPDX-License-Identifier: MIT
"""Small kernels with their indexes, and editors with a server each."""

import shutil
from pathlib import Path

import pytest

from xref.cli.main import main

from .client import Editor, Process

FIXTURES = Path(__file__).parents[2] / "fixtures"


@pytest.fixture(scope="session")
def kernel(tmp_path_factory):
    """A copy of the small kernel with an index in it."""
    tree = tmp_path_factory.mktemp("lsp") / "linux-6.12"
    shutil.copytree(FIXTURES / "linux-6.12", tree, ignore=shutil.ignore_patterns(".xref"))
    assert main(["--tree", str(tree), "index"]) == 0
    return tree


@pytest.fixture(scope="session")
def editor(kernel):
    """An editor in that kernel, for tests that change nothing."""
    opened = Process().start(kernel)
    yield opened
    assert opened.close() == 0
    assert opened.complaints == ""


@pytest.fixture
def start():
    """Starts editors, and ends them."""
    editors = []

    def begin(root, **capabilities):
        editors.append(Editor().start(root, **capabilities))
        return editors[-1]

    yield begin
    for each in editors:
        assert each.close() == 0


@pytest.fixture
def small(tmp_path):
    """The smallest folder that is a kernel tree, with files of the test's own."""
    tree = tmp_path / "linux"

    def make(index=True, **files):
        (tree / "kernel").mkdir(parents=True, exist_ok=True)
        (tree / "arch" / "x86").mkdir(parents=True, exist_ok=True)
        (tree / "Makefile").write_text("VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 0\nEXTRAVERSION =\n")
        for name, text in files.items():
            (tree / "kernel" / f"{name}.c").write_bytes(text if isinstance(text, bytes) else text.encode())
        if index:
            assert main(["--tree", str(tree), "index"]) == 0
        return tree

    return make
