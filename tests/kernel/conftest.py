# SPDX-License-Identifier: MIT
"""A whole kernel: the tree from ``$XREF_KERNEL_TREE``, its index from ``$XREF_KERNEL_DB`` or built once."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from xref.cli.main import main
from xref.index.build import build_index
from xref.resolve.front.resolver import Resolver
from xref.tree.root import Tree, default_arch, open_tree

from .graph import Graph


@pytest.fixture(scope="session")
def tree() -> Tree:
    named = os.environ.get("XREF_KERNEL_TREE")
    if not named:
        pytest.skip("XREF_KERNEL_TREE names no kernel")
    return open_tree(Path(named))


@pytest.fixture(scope="session")
def db(tree: Tree, tmp_path_factory: pytest.TempPathFactory) -> Path:
    named = os.environ.get("XREF_KERNEL_DB")
    if named:
        return Path(named)
    path = tmp_path_factory.mktemp("kernel") / "index.db"
    build_index(tree, path, arch=default_arch(tree))
    return path


@pytest.fixture(scope="session")
def resolver(db: Path) -> Iterator[Resolver]:
    opened = Resolver.open(db)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def send(tree: Tree, db: Path, tmp_path_factory: pytest.TempPathFactory) -> Graph:
    """What ``xref callgraph send --format json`` answers."""
    out = tmp_path_factory.mktemp("send") / "send.json"
    line = ["--tree", str(tree.root), "--db", str(db), "callgraph", "send", "--format", "json", "-o", str(out)]
    assert main(line) == 0
    return Graph(json.loads(out.read_text(encoding="utf-8")))
