# SPDX-License-Identifier: MIT
"""Holds an export against what clang's front end says of the same tree: an oracle for any kernel that still configures.

    make -C TREE ARCH=x86_64 defconfig prepare      # TREE is a copy: this writes into it
    xref --tree TREE --db x.db index && xref --db x.db export --config TREE/.config EXPORT
    python benchmarks/clang_oracle.py TREE EXPORT net/core fs mm

Needs libclang (``pip install libclang``). The command lines are those that ``make -n`` would run. Arms that a constant
condition rules out count for nothing, and neither do operands that are not evaluated (``sizeof``). What stays is all
that the source says under the configuration, which is a little more than a compiler keeps.
"""

from __future__ import annotations

import csv
import ctypes
import multiprocessing
import os
import re
import shlex
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sized
from dataclasses import dataclass, field
from pathlib import Path

from clang import cindex

_COMMAND = re.compile(r"(?:^|; ?|&& ?)\S*(?:gcc|clang|cc) (-Wp,\S+ .*? -c -o \S+ (\S+\.c))(?=[;' ]|$)", re.MULTILINE)
_KEPT = ("-I", "-D", "-U", "-std=", "-m64", "-m32", "-fshort-wchar", "-funsigned-char", "-nostdinc")
_WITH_VALUE = ("-include", "-isystem", "-iquote", "-I")
_KIND = cindex.CursorKind
_INT = 1
_BRANCHES = (_KIND.IF_STMT, _KIND.CONDITIONAL_OPERATOR)
_SHOWN = 10

Node = tuple[str, str]
"""A function: file and name."""


@dataclass(slots=True)
class Said:
    """What clang says: functions, calls (caller, callee; its file is '' where it was not seen), sites (file, line,
    struct, member), slots (file, struct, member, function); and the files that it could not read.
    """

    functions: dict[Node, bool] = field(default_factory=dict)
    """By node, whether others can call it by name."""
    calls: set[tuple[Node, Node]] = field(default_factory=set)
    sites: set[tuple[str, int, str, str]] = field(default_factory=set)
    slots: set[tuple[str, str, str, str]] = field(default_factory=set)
    failed: list[str] = field(default_factory=list)

    def add(self, other: Said) -> None:
        """Takes in what another part of the tree says."""
        self.functions.update(other.functions)
        self.calls |= other.calls
        self.sites |= other.sites
        self.slots |= other.slots
        self.failed += other.failed


def commands(tree: Path, folders: list[str]) -> dict[str, list[str]]:
    """The arguments with which each source below ``folders`` is compiled, without what only gcc knows."""
    shown = subprocess.run(
        ["make", "-n", "V=1", "ARCH=x86_64", *(f"{folder.rstrip('/')}/" for folder in folders)],
        cwd=tree, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False,
    )  # fmt: skip
    found: dict[str, list[str]] = {}
    for m in _COMMAND.finditer(shown.stdout):
        if m[2].startswith(tuple(f"{folder.rstrip('/')}/" for folder in folders)):
            words = iter(shlex.split(m[1]))
            kept: list[str] = []
            for word in words:
                if word in _WITH_VALUE:
                    kept += [word, next(words, "")]
                elif word.startswith(_KEPT):
                    kept.append(word)
            found[m[2]] = kept
    return found


class _Unit:
    """One translation unit."""

    def __init__(self, path: str) -> None:
        self.said = Said()
        self._path = path
        self._seen: set[Node] = set()

    def read(self, arguments: list[str]) -> Said:
        """All that is reached from the functions of the file itself."""
        try:
            unit = cindex.Index.create().parse(self._path, args=[*arguments, "-w", "-fno-builtin", "-ferror-limit=0"])
        except cindex.TranslationUnitLoadError:
            self.said.failed.append(self._path)
            return self.said
        if sum(d.severity >= cindex.Diagnostic.Error for d in unit.diagnostics) > 3:
            self.said.failed.append(self._path)
            return self.said
        todo = []
        for top in unit.cursor.get_children():
            if _file(top) == self._path:
                if top.kind == _KIND.FUNCTION_DECL and top.is_definition():
                    todo.append(top)
                elif top.kind == _KIND.VAR_DECL:
                    self._initialiser(top)
        while todo:
            todo += self._function(todo.pop())
        return self.said

    def _function(self, cursor: cindex.Cursor) -> list[cindex.Cursor]:
        """Reads one definition; those of what it calls."""
        node = (_file(cursor), cursor.spelling)
        if not node[0] or node in self._seen:
            return []
        self._seen.add(node)
        self.said.functions[node] = cursor.storage_class != cindex.StorageClass.STATIC
        used: list[cindex.Cursor] = []
        for child in cursor.get_children():
            if child.kind == _KIND.COMPOUND_STMT:
                self._body(child, node, used)
        return used

    def _body(self, cursor: cindex.Cursor, node: Node, used: list[cindex.Cursor]) -> None:
        if cursor.kind == _KIND.CXX_UNARY_EXPR:  # sizeof
            return
        if cursor.kind == _KIND.CALL_EXPR:
            self._call(cursor, node, used)
        children = list(cursor.get_children())
        if cursor.kind in _BRANCHES and len(children) > 1:
            value = _constant(children[0])
            if value is not None:
                children = [children[0], *(children[1:2] if value else children[2:])]
        for child in children:
            self._body(child, node, used)

    def _call(self, cursor: cindex.Cursor, node: Node, used: list[cindex.Cursor]) -> None:
        callee = cursor.referenced
        if callee is not None and callee.kind == _KIND.FUNCTION_DECL:
            if not callee.spelling.startswith("__builtin_"):
                definition = callee.get_definition()
                self.said.calls.add((node, (_file(definition) if definition is not None else "", callee.spelling)))
                if definition is not None:
                    used.append(definition)
            return
        for first in list(cursor.get_children())[:1]:
            member = _bare(first)
            declared = member.referenced if member.kind == _KIND.MEMBER_REF_EXPR else None
            if declared is not None and declared.kind == _KIND.FIELD_DECL and _named(declared.semantic_parent):
                where = cursor.extent.start
                at = (_relative(where), where.line, declared.semantic_parent.spelling, member.spelling)
                if at[0]:
                    self.said.sites.add(at)

    def _initialiser(self, cursor: cindex.Cursor) -> None:
        children = list(cursor.get_children())
        fields = [c for c in children if c.kind == _KIND.MEMBER_REF]
        if fields and cursor.kind == _KIND.UNEXPOSED_EXPR:
            value, declared = _bare(children[-1]), fields[-1].referenced
            meant = value.referenced if value.kind == _KIND.DECL_REF_EXPR else None
            if meant is not None and meant.kind == _KIND.FUNCTION_DECL and _named(declared.semantic_parent):
                self.said.slots.add((self._path, declared.semantic_parent.spelling, declared.spelling, value.spelling))
        for child in children:
            self._initialiser(child)


def _relative(location: cindex.SourceLocation) -> str:
    path = os.path.normpath(location.file.name) if location.file is not None else "/"
    path = path.removeprefix(f"{Path.cwd()}/")
    return "" if path.startswith(("/", "include/generated")) else path


def _file(cursor: cindex.Cursor) -> str:
    return _relative(cursor.location)


def _named(record: cindex.Cursor) -> bool:
    return bool(record.spelling) and "(" not in record.spelling


def _bare(cursor: cindex.Cursor) -> cindex.Cursor:
    """An expression without parentheses, casts, ``*`` and subscripts around it."""
    around = (_KIND.UNEXPOSED_EXPR, _KIND.PAREN_EXPR, _KIND.UNARY_OPERATOR)
    while children := list(cursor.get_children()):
        if cursor.kind in around and len(children) == 1:
            cursor = children[0]
        elif cursor.kind == _KIND.CSTYLE_CAST_EXPR:
            cursor = children[-1]
        elif cursor.kind == _KIND.ARRAY_SUBSCRIPT_EXPR:
            cursor = children[0]
        else:
            break
    return cursor


def _constant(cursor: cindex.Cursor) -> bool | None:
    """What a condition always comes to; None where that is not constant."""
    library = cindex.conf.lib
    library.clang_Cursor_Evaluate.restype = ctypes.c_void_p
    library.clang_Cursor_Evaluate.argtypes = [cindex.Cursor]
    result = library.clang_Cursor_Evaluate(cursor)
    if not result:
        return None
    held = ctypes.c_void_p(result)
    try:
        if library.clang_EvalResult_getKind(held) != _INT:
            return None
        return bool(library.clang_EvalResult_getAsInt(held))
    finally:
        library.clang_EvalResult_dispose(held)


def _read(job: tuple[str, list[str]]) -> Said:
    return _Unit(job[0]).read(job[1])


# -- the export ------------------------------------------------------------------------------------------------------


class Export:
    """What is asked of an export."""

    def __init__(self, folder: Path) -> None:
        self._canonical: dict[Node, Node] = {}
        self._named: defaultdict[str, set[Node]] = defaultdict(set)
        self._macros: set[Node] = set()
        self._direct: defaultdict[Node, set[Node]] = defaultdict(set)
        self.via: defaultdict[tuple[str, int], set[str]] = defaultdict(set)
        for r in _rows(folder / "functions.tsv"):
            node = (r["file"], r["name"])
            for name in (r["name"], *filter(None, r["aliases"].split(","))):
                self._canonical[r["file"], name] = node
                self._named[name].add(node)
            if r["kind"] == "macro":
                self._macros.add(node)
        for r in _rows(folder / "edges.tsv"):
            caller, callee = (r["caller_file"], r["caller"]), (r["callee_file"], r["callee"])
            if r["kind"] in ("direct", "macro"):
                self._direct[caller].add(callee)
            else:
                self.via[r["site_file"], int(r["site_line"])].add(r["via"])
        self.slots = {(r["file"], r["struct"], r["field"], r["function"]) for r in _rows(folder / "slots.tsv")}

    def has(self, node: Node) -> bool:
        """Whether a function is in it."""
        return node in self._canonical

    def reached(self, caller: Node) -> set[Node]:
        """What a function calls itself, or by way of macros."""
        found: set[Node] = set()
        todo = [self._canonical.get(caller, caller)]
        while todo:
            for callee in self._direct[todo.pop()] - found:
                found.add(callee)
                if callee in self._macros:
                    todo.append(callee)
        return found

    def meant(self, callee: Node) -> set[Node]:
        """The functions that clang's callee may be."""
        known = self._canonical.get(callee)
        return {known} if known is not None else self._named[callee[1]]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as f:
        yield from csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE)


def compare(said: Said, export: Export) -> Iterator[str]:
    """The shares, and the commonest misses."""
    yield _share("functions", [node for node in said.functions if not export.has(node)], len(said.functions))
    reached: dict[Node, set[Node]] = {}
    extern = {name: file for (file, name), by_name in said.functions.items() if by_name}
    wanted = {(a, (file or extern.get(name, ""), name)) for a, (file, name) in said.calls}
    wanted = {(a, b) for a, b in wanted if b[0]}  # what is defined outside of all this is not told
    missed = []
    for caller, callee in sorted(wanted):
        if caller not in reached:
            reached[caller] = export.reached(caller)
        if export.meant(callee).isdisjoint(reached[caller]) and caller != callee:
            missed.append((caller, callee))
    yield _share("direct calls", missed, len(wanted))
    common = Counter(callee[1] for _, callee in missed)
    for name, count in common.most_common(_SHOWN):
        example = next(caller for caller, callee in missed if callee[1] == name)
        yield f"    {count} x {name}, as in {':'.join(example)}"
    untyped = [
        site for site in sorted(said.sites)
        if not any(f"{site[2]}.{site[3]}" in export.via.get((site[0], site[1] + d), ()) for d in (0, 1, -1, 2, -2))
    ]  # fmt: skip
    yield _share("dispatch sites typed", untyped, len(said.sites))
    yield from (f"    {file}:{line} {struct}.{member}" for file, line, struct, member in untyped[:_SHOWN])
    unfilled = sorted(said.slots - export.slots)
    yield _share("slots", unfilled, len(said.slots))
    yield from (f"    {file} {struct}.{member} = {name}" for file, struct, member, name in unfilled[:_SHOWN])


def _share(what: str, missed: Sized, total: int) -> str:
    return f"{what:24} {total - len(missed)}/{total}  {100 * (1 - len(missed) / max(1, total)):.2f} %"


def main() -> None:
    """See the module."""
    if len(sys.argv) < 4:
        sys.exit("usage: clang_oracle.py TREE EXPORT FOLDER...")
    tree, folder = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    jobs = sorted(commands(tree, sys.argv[3:]).items())
    if not jobs:
        sys.exit(f"make -n names no source below {' '.join(sys.argv[3:])}: is {tree} configured?")
    os.chdir(tree)
    said = Said()
    with multiprocessing.Pool() as pool:
        for part in pool.imap_unordered(_read, jobs, chunksize=4):
            said.add(part)
    print(f"{len(jobs) - len(said.failed)} of {len(jobs)} sources read by clang")
    for line in compare(said, Export(folder)):
        print(line)


if __name__ == "__main__":
    main()
