# SPDX-License-Identifier: MIT
"""The documentation says what the code does: every example is run, every table, option and field is held to its source.

A block fenced as ``console`` is a session at the top of a checkout: its lines after ``$`` are run on the small kernels,
and what follows them is what they print. ``pytest --update-golden tests/test_docs.py`` writes the outputs anew. A line
that is only ``...`` stands for any number of lines; a block with such a line is compared, never rewritten.
"""

from __future__ import annotations

import ast
import inspect
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

import xref
import xref.resolve
from xref import errors
from xref.cli.main import COMMANDS, cli, main
from xref.graph.export import EDGES, FUNCTIONS, SLOTS
from xref.render import json_
from xref.store.database import schema

ROOT = Path(__file__).parents[1]
PAGES = [
    ROOT / "README.md",
    ROOT / "fixtures" / "README.md",
    ROOT / "benchmarks" / "README.md",
    *sorted(ROOT.glob("docs/*.md")),
]
KERNELS = ("linux-3.7", "linux-6.12")
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.M | re.S)
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
BLOCKS = [
    pytest.param(page, number, id=f"{page.relative_to(ROOT)}-{number}")
    for page in PAGES
    for number in range(len(_BLOCK.findall(page.read_text(encoding="utf-8"))))
]


def read(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def section(text: str, title: str) -> str:
    """What stands under a heading, up to the next one of its rank or above."""
    m = re.search(rf"^(#+) {re.escape(title)}$", text, re.M)
    assert m, f"there is no heading {title}"
    end = re.search(rf"^#{{1,{len(m[1])}}} ", text[m.end() :], re.M)
    return text[m.end() : m.end() + end.start() if end else len(text)]


# -- examples ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def checkout(tmp_path_factory) -> Path:
    """A folder with the small kernels, their indexes in them, and ``xref`` as a program."""
    top = tmp_path_factory.mktemp("docs")
    for kernel in KERNELS:
        shutil.copytree(ROOT / "fixtures" / kernel, top / "fixtures" / kernel, ignore=shutil.ignore_patterns(".xref"))
        assert main(["--tree", str(top / "fixtures" / kernel), "index"]) == 0
    program = top / "bin" / "xref"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m xref.cli.main "$@"\n')
    program.chmod(0o755)
    return top


def say(command: str, checkout: Path) -> str:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("XREF_")}
    paths = {"PATH": f"{checkout / 'bin'}:{kept.get('PATH', '')}", "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        ["bash", "-c", command],
        cwd=checkout,
        env={**kept, **paths, "XREF_TREE": "fixtures/linux-6.12", "LC_ALL": "C.UTF-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=60,
    )
    return ran.stdout.decode()


@pytest.mark.parametrize(("page", "number"), BLOCKS)
def test_examples_print_what_they_say(page, number, checkout, request):
    text = page.read_text(encoding="utf-8")
    block = _BLOCK.findall(text)[number]
    said = re.split(r"^\$ (.*)\n", block, flags=re.M)
    assert said[0] == "", "an example begins with a command"
    ran = [
        (command, expected, say(command, checkout)) for command, expected in zip(said[1::2], said[2::2], strict=True)
    ]
    if request.config.getoption("--update-golden") and not re.search(r"^\.\.\.$", block, re.M):
        new = "".join(f"$ {command}\n{output}" for command, _, output in ran)
        page.write_text(
            text.replace(f"```console\n{block}```", f"```console\n{new}```", 1), encoding="utf-8", newline="\n"
        )
        return
    for command, expected, output in ran:
        parts = [re.escape(part) for part in re.split(r"^\.\.\.\n", expected, flags=re.M)]
        if not re.fullmatch("(?:.*\n)*".join(parts), output):
            assert output == expected, f"{command}: run pytest --update-golden tests/test_docs.py, and read the diff"


# -- links ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    targets = [target for target in _LINK.findall(page.read_text(encoding="utf-8")) if "://" not in target]
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_modules_that_are_named_exist():
    named = re.findall(r"`(xref/[\w/]+\.\w+)`", "\n".join(page.read_text(encoding="utf-8") for page in PAGES))
    assert [each for each in sorted(set(named)) if not (ROOT / each).exists()] == []


# -- docs/schema.md ---------------------------------------------------------------------------------------------------


def test_every_table_and_column_is_explained():
    text = read("schema.md")
    db = sqlite3.connect(":memory:")
    db.executescript(schema())
    tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid")]
    assert re.findall(r"^### `(\w+)`$", text, re.M) == tables
    for table in tables:
        told = re.findall(r"^\| `(\w+)` \|", section(text, f"`{table}`"), re.M)
        assert told == [row[1] for row in db.execute(f"PRAGMA table_info({table})")], table


# -- docs/json.md -----------------------------------------------------------------------------------------------------


def test_every_field_of_the_answer_is_explained():
    text = read("json.md")
    whole = json_.schema()
    for name, part in {
        "The envelope": whole,
        **{key.capitalize(): value for key, value in whole["$defs"].items()},
    }.items():
        told = re.findall(r"^\| `(\w+)` \|", section(text, name), re.M)
        assert told == list(part["properties"]), name


def test_every_field_of_what_stands_at_a_place_is_explained():
    told = re.findall(r"^\| `(\w+)` \|", section(read("json.md"), "At"), re.M)
    assert told == json_.schema("xref.at/1")["required"]


def test_every_rule_of_evidence_is_explained():
    rules = set()
    for path in sorted((ROOT / "xref" / "resolve").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Step" and node.args:
                rule = node.args[0]
                if isinstance(rule, ast.Constant):
                    rules.add(rule.value)
    told = set(re.findall(r"^\| `([\w ]+)` \|", section(read("json.md"), "Rules"), re.M))
    assert rules <= told


# -- docs/cli.md ------------------------------------------------------------------------------------------------------


def names(options: list[click.Parameter]) -> list[str]:
    return [
        name
        for option in options
        if isinstance(option, click.Option)
        for name in (*option.opts, *option.secondary_opts)
    ]


def test_every_global_option_is_explained():
    told = section(read("cli.md"), "Everywhere")
    assert [name for name in names(cli.params) if f"`{name}" not in told] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_its_options_and_an_example(command):
    text = read("cli.md")
    told = section(text, f"`xref {command}`")
    shared = section(text, "Commands that show a graph")
    found = cli.get_command(None, command)
    assert found is not None
    graph = {"--macros", "--evidence"} <= set(names(found.params))
    assert [name for name in names(found.params) if f"`{name}" not in told + (shared if graph else "")] == []
    assert re.search(rf"^\$ xref (?:--\w+ \S+ )*{command}\b", told, re.M), "there is no example"


def test_every_command_of_the_page_exists():
    assert re.findall(r"^### `xref (\S+)`$", read("cli.md"), re.M) == list(COMMANDS)


def test_every_exit_code_is_explained():
    told = re.findall(r"^\| (\d+) \|", section(read("cli.md"), "Exit codes"), re.M)
    assert sorted(map(int, told)) == sorted(value for name, value in vars(errors).items() if name.startswith("EXIT_"))


# -- docs/export.md ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "columns"), [("functions", FUNCTIONS), ("edges", EDGES), ("slots", SLOTS)])
def test_every_exported_column_is_explained(name, columns):
    assert re.findall(r"^\| `(\w+)` \|", section(read("export.md"), f"`{name}.tsv`"), re.M) == list(columns)


# -- docs/architecture.md ---------------------------------------------------------------------------------------------


def test_every_module_is_in_the_table_of_its_package():
    """And what else is named there exists."""
    text = read("architecture.md")
    told = re.findall(r"^#{3,4} `(xref/[\w/]+)`$", text, re.M)
    assert sorted(told) == sorted(
        path.parent.relative_to(ROOT).as_posix() for path in (ROOT / "xref").glob("*/**/__init__.py")
    )
    for package in told:
        part = re.split(r"^#### ", section(text, f"`{package}`"), maxsplit=1, flags=re.M)[0]
        named = re.findall(r"^\| `([\w.]+)` \| \S", part, re.M)
        modules = [path.name for path in (ROOT / package).glob("*.py") if path.name != "__init__.py"]
        assert len(set(named)) == len(named), package
        assert sorted(each for each in named if each.endswith(".py")) == sorted(modules), package
        assert [each for each in named if not (ROOT / package / each).exists()] == [], package


def test_the_order_of_packages_is_the_one_that_is_held():
    told = re.findall(r"^    (\w+(?: > \w+)+)$", read("architecture.md"), re.M)
    held = [re.findall(r"^ +(\w+(?: > \w+)+)$", package.__doc__ or "", re.M) for package in (xref, xref.resolve)]
    assert told == [line for lines in held for line in lines]


def test_every_name_of_the_code_exists():
    named = sorted(set(re.findall(r"`(xref(?:\.\w+)+)`", read("architecture.md"))))
    assert named
    assert [each for each in named if not exists(each)] == []


def exists(dotted: str) -> bool:
    parts = dotted.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found: object = import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for part in parts[end:]:
            declared = getattr(found, "__annotations__", {})
            if not hasattr(found, part) and part not in declared and f"self.{part} = " not in inspect.getsource(found):
                return False
            found = getattr(found, part, None)
        return True
    return False


def test_lines_of_the_small_kernels_are_quoted_as_they_are():
    quoted = re.findall(
        r"`(fixtures/[\w./-]+):(\d+)`[^`]*(?:`[^`]*`[^`]*)?```c\n(.*?)```", read("architecture.md"), re.S
    )
    assert len(quoted) == 2
    for path, line, text in quoted:
        lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
        assert lines[int(line) - 1].partition("\t/*")[0] == text.rstrip("\n"), f"{path}:{line}"
