# SPDX-License-Identifier: MIT
"""A command line without an index (a source in memory), and one with the small kernel's."""

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from xref.cli.main import main
from xref.cli.session import Session

from ..graph.send_3_7 import send_3_7

FIXTURE = Path(__file__).parents[2] / "fixtures" / "linux-3.7"


class Ran(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch):
    for name in ("XREF_TREE", "XREF_DB", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def xref(capfdbinary):
    """Runs a command line in this process."""

    def run(*args):
        code = main([str(arg) for arg in args])
        captured = capfdbinary.readouterr()
        return Ran(code, captured.out.decode(), captured.err.decode())

    return run


@pytest.fixture
def source(monkeypatch):
    """The send study of 3.7.2 in place of an index."""
    fake = send_3_7()
    monkeypatch.setattr(Session, "open_resolver", lambda *_: fake)
    return fake


@pytest.fixture(scope="session")
def small_kernel(tmp_path_factory):
    """A copy of the small kernel with an index in it."""
    tree = tmp_path_factory.mktemp("kernel") / "linux-3.7"
    shutil.copytree(FIXTURE, tree)
    assert main(["--tree", str(tree), "index"]) == 0
    return tree


@pytest.fixture
def bare_kernel(tmp_path):
    """The smallest folder that is a kernel tree."""
    tree = tmp_path / "linux"
    (tree / "kernel").mkdir(parents=True)
    (tree / "arch" / "x86").mkdir(parents=True)
    (tree / "Makefile").write_text("VERSION = 3\nPATCHLEVEL = 7\nSUBLEVEL = 2\nEXTRAVERSION =\n")
    (tree / "kernel" / "one.c").write_text("int one(void)\n{\n\treturn 1;\n}\n\nint two(void)\n{\n\treturn one();\n}\n")
    return tree
