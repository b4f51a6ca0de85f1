# SPDX-License-Identifier: MIT
"""The rules of the house: imports point one way, every file carries its licence, everything public says what it is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

import xref
import xref.resolve

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "xref"
ORDERED = {"xref": xref.__doc__, "xref.resolve": xref.resolve.__doc__}
"""The packages whose parts stand in an order, which their docstrings name."""
EVERYWHERE = {"errors", "__version__"}
MODULES = sorted(PACKAGE.rglob("*.py"))
PYTHON = [
    path
    for folder in ("xref", "tests", "benchmarks")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "__pycache__" not in path.parts
]
TEXTS = [
    path
    for folder in ("xref", "queries", "tests", "benchmarks", "docs", "fixtures", "output", ".ci")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.is_file() and not {"__pycache__", ".xref"} & set(path.parts) and path.suffix != ".db"
] + [ROOT / name for name in ("README.md", "Makefile", "pyproject.toml")]
MAX_LINES = 700
LICENCE = "# SPDX-License-Identifier: MIT\n"
# Spelt in two halves, so that this file holds none of them.
FORBIDDEN = re.compile("|".join(a + b for a, b in (("TO", "DO"), ("FIX", "ME"), ("/wo", "rk/"), ("/ro", "ot/"))))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def order(package: str) -> list[str]:
    """The parts of a package, each of which may import those before it."""
    return re.search(r"^ +(\w+(?: > \w+)+)$", ORDERED[package] or "", re.M)[1].split(" > ")


def imports(path: Path, package: str = "xref") -> Iterator[tuple[int, str]]:
    """Line and first part below ``package`` of everything in it that a module imports, wherever in the module."""
    here = ["xref", *path.relative_to(PACKAGE).parts[:-1]]
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(here[: len(here) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (base, node.module or "") if part)
            found = [f"{module}.{alias.name}" for alias in node.names]
        else:
            continue
        for each in found:
            if each.startswith(f"{package}."):
                yield node.lineno, each.removeprefix(f"{package}.").split(".")[0]


@pytest.mark.parametrize("package", ORDERED)
def test_the_order_names_every_package(package):
    folder = ROOT / package.replace(".", "/")
    assert sorted(order(package)) == sorted(path.parent.name for path in folder.glob("*/__init__.py"))


@pytest.mark.parametrize("package", ORDERED)
def test_imports_point_one_way(package):
    """What stands beside the packages may be used by all of them, and uses none."""
    folder, parts, wrong = ROOT / package.replace(".", "/"), order(package), []
    for path in sorted(folder.rglob("*.py")):
        part = path.relative_to(folder).parts[0]
        for line, other in imports(path, package):
            if other in parts and (part not in parts or parts.index(other) > parts.index(part)):
                wrong.append(f"{name(path)}:{line}: {part} imports {other}")
    assert not wrong


def test_renderers_see_the_answer_alone():
    for path in MODULES:
        if path.relative_to(PACKAGE).parts[0] == "render":
            assert {other for _, other in imports(path)} <= {"render", "graph", "resolve", *EVERYWHERE}, name(path)
            assert "sqlite3" not in path.read_text(encoding="utf-8"), name(path)


def test_every_file_carries_its_licence():
    """On the first line, or on the second behind ``#!``."""
    missing = []
    for path in PYTHON:
        text = path.read_text(encoding="utf-8")
        if not (text.partition("\n")[2] if text.startswith("#!") else text).startswith(LICENCE):
            missing.append(name(path))
    assert not missing


def test_no_file_is_too_long():
    lengths = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in PYTHON}
    assert not {each: length for each, length in lengths.items() if length > MAX_LINES}


def test_everything_public_says_what_it_is():
    dumb = [f"{name(path)}:1" for path in MODULES if parsed(path).body and not ast.get_docstring(parsed(path))]
    for path in MODULES:
        for node in parsed(path).body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
                dumb += [] if ast.get_docstring(node) else [f"{name(path)}:{node.lineno} {node.name}"]
    assert not dumb


def test_what_a_module_offers_is_there():
    for path in MODULES:
        if path.stem.startswith("_") and path.stem != "__init__":
            continue  # a program of its own, not a module
        dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        module = import_module(dotted)
        offered = getattr(module, "__all__", ())
        assert len(set(offered)) == len(offered), dotted
        assert [each for each in offered if not hasattr(module, each)] == [], dotted


def test_nothing_is_left_over():
    found = []
    for path in TEXTS:
        text = path.read_bytes().decode("utf-8", "replace")
        found += [f"{name(path)}:{text.count(chr(10), 0, m.start()) + 1} {m[0]}" for m in FORBIDDEN.finditer(text)]
    assert not found
