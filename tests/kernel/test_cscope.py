# SPDX-License-Identifier: MIT
"""cscope as the outside oracle: what it says a function calls by name, we say too."""

from __future__ import annotations

import random
import re
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from xref.resolve.front.resolver import Resolver
from xref.tree.root import Tree

pytestmark = [pytest.mark.kernel, pytest.mark.skipif(shutil.which("cscope") is None, reason="no cscope")]
FOLDER = "net/ipv4"
SAMPLE = 200
MAX_MISSING = 2
"""What is left when members and lines of other functions are set aside: a parameter or a local variable that is called
like a function (``callback(x)``), for which we have no name."""
_MEMBER = re.compile(r"(?:->|\.)\s*$")


@pytest.fixture(scope="module")
def cscope(tree: Tree, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a cscope database of net/ipv4 alone."""
    folder = tmp_path_factory.mktemp("cscope")
    shutil.copytree(tree.root / FOLDER, folder / FOLDER)
    subprocess.run(["cscope", "-b", "-k", "-q", "-R", "-s", FOLDER], cwd=folder, check=True, capture_output=True)
    return folder


def called(folder: Path, name: str) -> set[tuple[str, str, int]]:
    """Name, file and line of what cscope says that a function calls; members are left out."""
    done = subprocess.run(
        ["cscope", "-d", "-q", "-L", "-2", name],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
        errors="replace",
    )
    found = set()
    for line in done.stdout.splitlines():
        file, callee, number, _ = [*line.split(maxsplit=3), ""][:4]
        lines = (folder / file).read_bytes().decode("latin-1").split("\n")
        text = lines[int(number) - 1] if int(number) <= len(lines) else ""
        spots = [m.start() for m in re.finditer(rf"\b{callee}\b", text)]
        if any(not _MEMBER.search(text[:at]) for at in spots):  # none: cscope went astray, into another file even
            found.add((callee, file, int(number)))
    return found


def known(resolver: Resolver, name: str) -> set[str]:
    """The names that functions of that name in the folder call, macros on the way included and passed through."""
    todo = [s for s in resolver.lookup(name) if s.file.startswith(f"{FOLDER}/")]
    found: set[str] = set()
    seen: set[int] = set()
    while todo:
        for e in resolver.calls(todo.pop()).edges:
            found.update((e.callee.name, *e.callee.aliases))
            if e.callee.kind == "macro" and e.callee.fid not in seen:
                seen.add(e.callee.fid)
                todo.append(e.callee)
    return found


def another(resolver: Resolver, file: str, line: int) -> bool:
    """Whether some function of ours holds a line."""
    file_id = resolver.reader.file_id(file)
    connection = sqlite3.connect(f"{resolver.reader.path.resolve().as_uri()}?mode=ro", uri=True)
    row = connection.execute(
        "SELECT 1 FROM functions WHERE file_id = ? AND kind = 'function' AND ? BETWEEN line AND end_line",
        (file_id, line),
    ).fetchone()
    connection.close()
    return row is not None


def test_what_cscope_sees_is_seen(db: Path, cscope: Path, resolver: Resolver) -> None:
    connection = sqlite3.connect(f"{db.resolve().as_uri()}?mode=ro", uri=True)
    population = sorted(
        r[0]
        for r in connection.execute(
            "SELECT DISTINCT f.name FROM functions f JOIN files p ON p.id = f.file_id"
            " WHERE f.kind = 'function' AND p.path LIKE ?",
            (f"{FOLDER}/%.c",),
        )
    )
    connection.close()
    compared = 0
    missing: list[str] = []
    for name in random.Random(1).sample(population, SAMPLE):
        ours = known(resolver, name)
        own = [s for s in resolver.lookup(name) if s.file.startswith(f"{FOLDER}/")]
        for callee, file, line in sorted(called(cscope, name)):
            if not any(s.file == file and s.line <= line <= s.end_line for s in own) and another(resolver, file, line):
                continue  # a header that cscope could not read: it runs on into the next function
            symbols = resolver.lookup(callee)
            if not any(s.kind == "function" for s in symbols):
                continue
            compared += 1
            if callee not in ours:
                missing.append(f"{name} > {callee} ({', '.join(s.node for s in symbols[:3])})")
    assert compared > SAMPLE
    assert len(missing) <= MAX_MISSING, "\n".join(missing)
