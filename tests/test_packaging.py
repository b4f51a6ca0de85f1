# SPDX-License-Identifier: MIT
"""What is installed works without the checkout: source distribution, wheel from it, and the data inside."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from xref import __version__
from xref.parse.queries import FAMILIES

pytest.importorskip("hatchling", reason="the build backend is not installed: pip install -e '.[dev]'")

ROOT = Path(__file__).parents[1]
DATA = (
    *(f"xref/queries/{family}.scm" for family in FAMILIES),
    "xref/store/schema.sql",
    "xref/store/indexes.sql",
    "xref/graph/layers.toml",
    "xref/render/schemas/at-1.json",
    "xref/render/schemas/callgraph-1.json",
    "xref/py.typed",
)


def build(target: str, source: Path, into: Path) -> Path:
    """Builds without an environment of its own, and so without a network; interpreted, for a compiler takes minutes."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(into)]
    environment = {**os.environ, "XREF_COMPILE": "0"}
    subprocess.run(command, cwd=source, check=True, capture_output=True, env=environment)
    (built,) = into.iterdir()
    return built


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory) -> Path:
    """The source distribution, unpacked."""
    made = build("sdist", ROOT, tmp_path_factory.mktemp("sdist"))
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(made) as archive:
        archive.extractall(folder)  # our own archive; filter= is newer than 3.11.0
    return folder / f"xref-{__version__}"


@pytest.fixture(scope="module")
def wheel(unpacked, tmp_path_factory) -> Path:
    """The wheel that is made from the source distribution alone."""
    return build("wheel", unpacked, tmp_path_factory.mktemp("wheel"))


def test_the_source_distribution_is_whole(unpacked):
    for wanted in (
        "pyproject.toml",
        "hatch_build.py",
        "LICENSE",
        "README.md",
        "queries/calls.scm",
        "xref/store/schema.sql",
    ):
        assert (unpacked / wanted).is_file(), wanted


def test_the_wheel_holds_the_data(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert set(DATA) <= names
    assert len([name for name in names if name.endswith(".scm")]) == len(FAMILIES)


def test_the_wheel_holds_the_package_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        assert {name.split("/")[0] for name in archive.namelist()} == {"xref", f"xref-{__version__}.dist-info"}


def test_every_file_of_the_package_is_in_the_wheel(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    here = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "xref").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert here <= names


def test_the_wheel_answers_from_anywhere(wheel, tmp_path):
    """Unpacked far from the checkout, with nothing of it on the path."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    program = "import sys, xref; assert xref.__file__.startswith(sys.argv.pop(1)); from xref.cli.main import run; run()"
    ran = subprocess.run(
        [
            sys.executable, "-c", program, str(tmp_path / "site"), "--tree", str(ROOT / "fixtures" / "linux-3.7"),
            "--db", str(tmp_path / "index.db"), "callgraph", "send",
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert "tcp_sendmsg" in ran.stdout


def test_nothing_is_required_that_is_not_imported():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "xref").rglob("*.py"))
    for requirement in project["dependencies"]:
        module = requirement.split(">")[0].replace("-", "_")
        assert f"import {module}" in source or f"from {module}" in source, requirement


def test_what_is_compiled_can_be():
    """mypyc makes its own classes: one that derives from msgspec's or from a built-in type has to stay interpreted,
    and so has what derives from that.
    """
    hook = (ROOT / "hatch_build.py").read_text(encoding="utf-8")
    told = {
        target.id: ast.literal_eval(node.value)
        for node in ast.parse(hook).body
        if isinstance(node, ast.Assign) and isinstance(target := node.targets[0], ast.Name)
    }
    classes = [
        (path.relative_to(ROOT / "xref").as_posix(), node)
        for folder in told["FOLDERS"]
        for path in sorted((ROOT / "xref" / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    ]

    def deriving(foreign: set[str]) -> set[str]:
        return {m for m, node in classes if foreign & {ast.unparse(base).partition("[")[0] for base in node.bases}}

    apart = deriving({"msgspec.Struct", "str", "list", "tuple", "int"})
    apart |= deriving({node.name for module, node in classes if module in apart and node.decorator_list})
    assert apart == set(told["DATA"])
