# SPDX-License-Identifier: MIT
"""After an edit an old index becomes what a new one would be, whatever the edit was."""

from __future__ import annotations

import os
import random
import re
import shutil
import sqlite3
from pathlib import Path

import pytest

from xref.store.reader import Reader

from .trees import FIXTURES, index, rows, text_of, write


@pytest.fixture
def kernel(tmp_path: Path) -> Path:
    tree = tmp_path / "linux"
    shutil.copytree(FIXTURES / "linux-6.12", tree)
    return tree


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index of such a tree."""
    folder = tmp_path_factory.mktemp("first")
    shutil.copytree(FIXTURES / "linux-6.12", folder / "linux")
    index(folder / "linux", folder / "i.db")
    return folder / "i.db"


@pytest.fixture
def db(first: Path, tmp_path: Path) -> Path:
    """An index of ``kernel`` before anything has changed; as from elsewhere, from where the tree was moved."""
    return shutil.copy(first, tmp_path / "i.db")


def _source(tree: Path, wanted: str) -> Path:
    return next(path for path in sorted(tree.rglob("*.c")) if wanted in text_of(path))


EDITS = {
    "a function more at the end": lambda text: text + "\nint xref_new(int x)\n{\n\treturn xref_new(x - 1);\n}\n",
    "a function more at the top": lambda text: "int xref_new(void)\n{\n}\n" + text,
    "lines that move": lambda text: "\n\n/* two lines more */\n" + text,
    "a call less": lambda text: re.sub(r"^\t\w+\([^;{}]*\);$", "\t;", text, count=1, flags=re.MULTILINE),
    "a slot filled": lambda text: (
        text
        + "\nstruct xref_ops { int (*open)(int); };\nstatic int o(int x)\n{\n}\nstruct xref_ops xo = { .open = o };\n"
    ),
    "nothing left": lambda text: "",
    "a broken function": lambda text: text + "\nint broken(int x\n{\n",
}


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("wanted", ["SYSCALL_DEFINE", "proto_ops"])
def test_an_edit_gives_what_a_new_index_would_hold(
    kernel: Path, tmp_path: Path, db: Path, edit: str, wanted: str
) -> None:
    total = index(kernel, db).files
    path = _source(kernel, wanted)
    before, after = text_of(path), EDITS[edit](text_of(path))
    write(path, after)
    summary = index(kernel, db)
    fresh = tmp_path / "fresh.db"
    whole = index(kernel, fresh, force=True)
    assert rows(db) == rows(fresh)
    assert summary.functions == whole.functions
    if edit != "nothing left":
        assert summary.reused_files == total - (before != after)


def inside(text: str, line: str) -> str:
    """A line more before the end of the include guard."""
    return f"{text.rstrip().removesuffix('#endif')}{line}\n#endif\n"


MACROS = {
    "one more": lambda text: inside(text, "#define xref_unused(x) f(x)"),
    "one that hides another": lambda text: inside(text, "#define container_of(p, t, m) xref_other(p)"),
    "another meaning": lambda text: re.sub(
        r"^#define (\w+)\(([^)]*)\)(.*[^\\])$", r"#define \1(\2) xref_other(\2)", text, count=1, flags=re.MULTILINE
    ),
    "gone": lambda text: re.sub(r"^#define \w+\([^)]*\).*[^\\]$", "", text, count=1, flags=re.MULTILINE),
    "an include more": lambda text: inside(text, "#include <linux/fs.h>"),
    "an include less": lambda text: re.sub(r"^#include .*$", "", text, count=1, flags=re.MULTILINE),
}


@pytest.mark.parametrize("edit", MACROS)
def test_macros_that_other_files_use(kernel: Path, tmp_path: Path, db: Path, edit: str) -> None:
    index(kernel, db)
    alone = 0
    for header in sorted(kernel.rglob("*.h"))[2::9]:
        write(header, MACROS[edit](text_of(header)))
        alone += index(kernel, db, jobs=2).reused_files > 0
    fresh = tmp_path / "fresh.db"
    index(kernel, fresh, force=True)
    assert rows(db) == rows(fresh)
    assert alone, "every time all was built anew"


def test_a_header_of_nothing_but_directives_stays_a_part(kernel: Path, tmp_path: Path) -> None:
    db, fresh = tmp_path / "i.db", tmp_path / "fresh.db"
    write(kernel / "net" / "regs.h", "#define REG 1\n#define REG_NAME reg_name\n")
    socket = kernel / "net" / "socket.c"
    write(socket, '#include "regs.h"\n' + text_of(socket))
    index(kernel, db)
    header = sorted(kernel.rglob("*.h"))[11]
    write(header, MACROS["one more"](text_of(header)))
    assert index(kernel, db).reused_files, "all was built anew"
    index(kernel, fresh, force=True)
    assert rows(db) == rows(fresh)
    assert any("net/regs.h" in row for row in rows(fresh)["parts"])


@pytest.fixture
def pasting(tmp_path: Path) -> Path:
    """A header whose macro pastes together the name of another one, a file that uses it, and eight that do not."""
    tree = tmp_path / "linux"
    write(tree / "Makefile", "VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 0\n")
    write(tree / "arch" / "x86" / "Makefile", "")
    write(tree / "include" / "linux" / "a.h", PASTING)
    write(tree / "kernel" / "a.c", "#include <linux/a.h>\nvoid g(void)\n{\n\tDO(one, fun);\n}\n")
    for k in range(8):
        write(tree / "kernel" / f"other{k}.c", f"int other{k}(void)\n{{\n}}\n")
    return tree


PASTING = "#define DO_one(f) f##_x(1)\n#define DO(n, f) DO_##n(f)\n"


def test_a_macro_that_is_pasted_together(pasting: Path, tmp_path: Path) -> None:
    db = tmp_path / "i.db"
    index(pasting, db)
    write(pasting / "include" / "linux" / "a.h", PASTING.replace("_x", "_y"))
    summary = index(pasting, db)
    assert summary.reused_files == summary.files - 2
    fresh = tmp_path / "fresh.db"
    index(pasting, fresh, force=True)
    assert rows(db) == rows(fresh)


def test_a_header_whose_macros_stay(kernel: Path, tmp_path: Path, db: Path) -> None:
    total = index(kernel, db).files
    header = next(p for p in sorted(kernel.rglob("*.h")) if text_of(p).rstrip().endswith("#endif"))
    write(header, "\n" + text_of(header).rstrip().removesuffix("#endif") + "extern int xref_x;\n#endif\n")
    assert index(kernel, db).reused_files == total - 1
    fresh = tmp_path / "fresh.db"
    index(kernel, fresh, force=True)
    assert rows(db) == rows(fresh)


def test_a_touched_file_is_not_extracted(kernel: Path, db: Path) -> None:
    total = index(kernel, db).files
    path = _source(kernel, "module_init")
    write(path, text_of(path))
    assert index(kernel, db).reused_files == total
    assert index(kernel, db).reused_files == total


def test_an_edit_that_keeps_size_and_time_right_after_the_build_is_seen(kernel: Path, db: Path) -> None:
    """cscope and global miss it: the file is as young as the index."""
    path = _source(kernel, "module_init")
    path.write_text(text_of(path) + "int xref_one(void)\n{\n}\n")
    index(kernel, db)
    time = path.stat().st_mtime_ns
    path.write_text(text_of(path).replace("xref_one", "xref_two"))
    os.utime(path, ns=(time, time))
    index(kernel, db)
    names = {r[3] for r in rows(db)["functions"]}
    assert "xref_two" in names
    assert "xref_one" not in names


def same_as_fresh(tree: Path, db: Path) -> bool:
    fresh = db.with_name("fresh.db")
    index(tree, fresh, force=True)
    return rows(db) == rows(fresh)


def test_a_makefile_that_has_changed_is_seen(kernel: Path, db: Path) -> None:
    total = index(kernel, db).files
    makefile = next(kernel.glob("net/Makefile"))
    write(makefile, text_of(makefile).replace("obj-y", "obj-$(CONFIG_XREF)"))
    assert index(kernel, db).reused_files == total
    assert same_as_fresh(kernel, db)


def test_a_table_of_system_calls_that_has_changed_is_seen(kernel: Path, db: Path) -> None:
    index(kernel, db)
    table = kernel / "arch/x86/entry/syscalls/syscall_64.tbl"
    write(table, text_of(table) + "\n600\t64\txref\t\t\tsys_xref\n")
    index(kernel, db)
    assert same_as_fresh(kernel, db)


@pytest.mark.parametrize("path", ["arch/x86/include/asm/unistd_64.h", "include/uapi/asm-generic/unistd.h"])
def test_a_table_that_is_a_header_has_changed(kernel: Path, db: Path, path: str) -> None:
    calls = "#define __NR_read 0\n__SYSCALL(__NR_read, sys_read)\n"
    write(kernel / path, calls)
    index(kernel, db)
    write(kernel / path, "/* further down */\n" + calls + "#define __NR_xref 600\n__SYSCALL(__NR_xref, sys_xref)\n")
    index(kernel, db)
    assert same_as_fresh(kernel, db)


def test_where_headers_are_looked_for(kernel: Path, db: Path) -> None:
    """A folder that is searched from now on has a header of that name."""
    write(kernel / "net" / "where.c", "#include <where.h>\nMAKE(here)\n")
    write(kernel / "net" / "other.c", "int other(void)\n{\n}\n")
    write(kernel / "net" / "somewhere" / "where.h", "#define MAKE(x) int x##_made(void) { }\n")
    makefile = kernel / "net" / "Makefile"
    write(makefile, text_of(makefile) + "\nobj-y += where.o other.o\n")
    index(kernel, db)
    write(makefile, text_of(makefile) + "\nccflags-y += -I$(src)/somewhere\n")
    assert index(kernel, db).reused_files > 0
    assert "here_made" in {r[3] for r in rows(db)["functions"]}
    assert same_as_fresh(kernel, db)


def test_where_headers_of_other_folders_look_for_headers(kernel: Path, db: Path) -> None:
    """A header that lies below no build file finds another one with the flags of the source that includes it."""
    write(kernel / "net" / "where.c", "#include <deep/where.h>\nMAKE(here)\n")
    write(kernel / "net" / "somewhere" / "deep" / "where.h", "#include <make.h>\n")
    write(kernel / "net" / "further" / "make.h", "#define MAKE(x) int x##_made(void) { }\n")
    makefile = kernel / "net" / "Makefile"
    write(makefile, text_of(makefile) + "\nobj-y += where.o\nccflags-y += -I$(src)/somewhere\n")
    index(kernel, db)
    write(makefile, text_of(makefile) + "\nccflags-y += -I$(src)/further\n")
    index(kernel, db)
    assert "here_made" in {r[3] for r in rows(db)["functions"]}
    assert same_as_fresh(kernel, db)


def test_files_that_come_and_go(kernel: Path, db: Path) -> None:
    total = index(kernel, db).files
    write(kernel / "kernel" / "aaa.c", "int xref_new(void)\n{\n\treturn 0;\n}\n")
    assert index(kernel, db).reused_files == total
    assert same_as_fresh(kernel, db)
    gone = _source(kernel, "proto_ops")
    gone.unlink()
    assert index(kernel, db).reused_files == total
    assert same_as_fresh(kernel, db)
    _source(kernel, "SYSCALL_DEFINE").rename(kernel / "kernel" / "moved.c")
    assert index(kernel, db).reused_files == total - 1
    assert same_as_fresh(kernel, db)


def test_what_is_written_to_be_included(kernel: Path, db: Path) -> None:
    write(kernel / "mm" / "vm.c", "TWICE(one)\nint vm(int x)\n{\n\treturn helper(x);\n}\n")
    write(kernel / "mm" / "twice.h", "#define TWICE(x) int x##_twice(void) { return double_it(); }\n")
    index(kernel, db)
    whole = kernel / "mm" / "whole.c"
    write(whole, "static int helper(int x)\n{\n\treturn x;\n}\n")
    index(kernel, db)
    twice, helper, part = '#include "twice.h"\n', "static int helper(int x)\n{\n\treturn x;\n}\n", '#include "vm.c"\n'
    for order in ((helper, part), (twice, helper, part), (part, twice, helper), (twice, part, helper)):
        write(whole, "".join(order))
        index(kernel, db)
        assert same_as_fresh(kernel, db)
    whole.unlink()
    index(kernel, db)
    assert same_as_fresh(kernel, db)


@pytest.mark.parametrize("nth", [3, 11, 17])
def test_headers_that_come_and_go(kernel: Path, tmp_path: Path, db: Path, nth: int) -> None:
    index(kernel, db)
    headers = sorted(kernel.glob("include/**/*.h"))
    header = headers[nth % len(headers)]
    elsewhere = tmp_path / "header.h"
    header.rename(elsewhere)
    index(kernel, db)
    assert same_as_fresh(kernel, db)
    elsewhere.rename(header)
    write(kernel / "include" / "linux" / "aaa.h", "#define container_of(p, t, m) xref_other(p)\n")
    index(kernel, db)
    assert same_as_fresh(kernel, db)


def test_a_header_that_hides_another(kernel: Path, db: Path) -> None:
    """``#include "x.h"`` means the file beside the one that says so before any other."""
    write(kernel / "include" / "where.h", "#define MAKE(x) int x##_made(void) { }\n")
    write(kernel / "lib" / "where.c", '#include "where.h"\nMAKE(here)\n')
    index(kernel, db)
    write(kernel / "lib" / "where.h", "#define MAKE(x) int x##_hidden(void) { }\n")
    assert index(kernel, db).reused_files > 0
    assert "here_hidden" in {r[3] for r in rows(db)["functions"]}
    assert same_as_fresh(kernel, db)


def test_another_release(kernel: Path, db: Path) -> None:
    index(kernel, db)
    write(kernel / "Makefile", re.sub(r"SUBLEVEL = \d+", "SUBLEVEL = 99", text_of(kernel / "Makefile")))
    summary = index(kernel, db)
    assert summary.reused_files == summary.files
    assert ("version", "6.12.99") in rows(db)["meta"]
    assert same_as_fresh(kernel, db)


OTHER_RELEASE = {
    "the same": lambda tree: None,
    "one source": lambda tree: write(_source(tree, "inet_sendmsg"), "int one(void)\n{\n\treturn 1;\n}\n"),
    "a header and files that come and go": lambda tree: (
        write(tree / "include/linux/compiler.h", text_of(tree / "include/linux/compiler.h") + "\n#define xref_x f(\n"),
        write(tree / "net/new.c", "int one(void)\n{\n\treturn two();\n}\n"),
        _source(tree, "inet_sendmsg").unlink(),
    ),
}


@pytest.mark.parametrize("change", OTHER_RELEASE)
def test_the_index_of_another_release_to_begin_from(kernel: Path, tmp_path: Path, db: Path, change: str) -> None:
    before = db.read_bytes()
    OTHER_RELEASE[change](kernel)
    summary = index(kernel, tmp_path / "other.db", base=db)
    assert 0.5 * summary.files < summary.reused_files <= summary.files
    assert same_as_fresh(kernel, tmp_path / "other.db")
    assert db.read_bytes() == before


def test_times_of_another_tree_tell_nothing(kernel: Path, tmp_path: Path, db: Path) -> None:
    source = _source(kernel, "inet_sendmsg")
    then = source.stat()
    source.write_text(text_of(source).replace("inet_sendmsg", "xnet_sendmsg"), encoding="latin-1")
    os.utime(source, ns=(then.st_atime_ns, then.st_mtime_ns))
    index(kernel, tmp_path / "other.db", base=db)
    assert same_as_fresh(kernel, tmp_path / "other.db")


def test_an_own_index_is_nearer_than_another(kernel: Path, tmp_path: Path, db: Path) -> None:
    total = index(kernel, tmp_path / "own.db").files
    source = _source(kernel, "inet_sendmsg")
    write(source, text_of(source) + "\nint one(void)\n{\n\treturn 1;\n}\n")
    assert index(kernel, tmp_path / "own.db", base=db).reused_files == total - 1


def test_files_that_are_left_out(kernel: Path, db: Path) -> None:
    index(kernel, db)
    (kernel / "kernel" / "zero.c").write_bytes(b"\0" * 100)
    assert ("binary", 1) in index(kernel, db).skipped
    assert same_as_fresh(kernel, db)
    write(kernel / "kernel" / "zero.c", "int one(void)\n{\n}\n")
    assert ("binary", 1) not in index(kernel, db).skipped
    assert same_as_fresh(kernel, db)


def test_a_tree_that_has_moved(kernel: Path, tmp_path: Path, db: Path) -> None:
    total = index(kernel, db).files
    elsewhere = kernel.rename(tmp_path / "elsewhere")
    assert index(elsewhere, db).reused_files == total
    connection = sqlite3.connect(db)
    assert connection.execute("SELECT value FROM meta WHERE key = 'root'").fetchone() == (str(elsewhere),)
    connection.close()


@pytest.mark.parametrize("read", [False, True], ids=["alone", "somebody reads"])
def test_who_reads_the_old_index_goes_on(kernel: Path, db: Path, read: bool) -> None:
    """What is read is left alone; an index that nobody reads is edited where it is."""
    index(kernel, db)
    inode = db.stat().st_ino
    reader = Reader(db)
    if not read:
        reader.close()
    path = _source(kernel, "module_init")
    write(path, text_of(path) + "\nint xref_new(void)\n{\n}\n")
    index(kernel, db)
    assert (db.stat().st_ino != inode) == read
    if read:
        assert not reader.functions_named("xref_new")
        reader.close()
    reader = Reader(db)
    assert reader.functions_named("xref_new")
    reader.close()
    assert [path.name for path in db.parent.iterdir() if path.name.startswith(db.name)] == [db.name]


@pytest.mark.parametrize("seed", range(2))
def test_a_series_of_edits(kernel: Path, tmp_path: Path, db: Path, seed: int) -> None:
    index(kernel, db)
    chance = random.Random(seed)
    sources = sorted(kernel.rglob("*.c"))
    for _ in range(6):
        path = chance.choice(sources)
        write(path, EDITS[chance.choice(sorted(EDITS))](text_of(path)))
        index(kernel, db)
    fresh = tmp_path / "fresh.db"
    index(kernel, fresh, force=True)
    assert rows(db) == rows(fresh)


def test_more_changes_than_one_process_takes(kernel: Path, db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    total = index(kernel, db).files
    monkeypatch.setattr("xref.index.update._MOST", 0)
    path = _source(kernel, "module_init")
    write(path, text_of(path) + "\nint xref_new(void)\n{\n}\n")
    assert index(kernel, db, jobs=2).reused_files == total - 1
    assert same_as_fresh(kernel, db)


@pytest.mark.parametrize("few", [1000, 0], ids=["by who includes it", "by name"])
def test_a_header_that_includes_another_one(
    kernel: Path, tmp_path: Path, db: Path, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr("xref.index.affected._FEW_INCLUDERS", few)
    call = "#include <linux/outer.h>\nint {0}(int x)\n{{\n\treturn INNER(x);\n}}\n"
    for path, text in {
        "include/linux/inner.h": "#define INNER(x) inner_function(x)\nint inner_function(int);\n",
        "include/linux/outer.h": "int outer_function(int);\n",
        "include/linux/around.h": "#include <linux/outer.h>\n",
        "kernel/user.c": call.format("user"),
        "kernel/further.c": call.format("further").replace("outer.h", "around.h"),
        "kernel/other.c": call.format("other").replace("#include <linux/outer.h>\n", ""),
    }.items():
        write(kernel / path, text)
    index(kernel, db)
    write(kernel / "include/linux/outer.h", "#include <linux/inner.h>\nint outer_function(int);\n")
    extracted = index(kernel, db)
    assert extracted.reused_files == extracted.files - (4 if few else 5), "with inner.h, where INNER is looked for"
    index(kernel, tmp_path / "new.db")
    assert rows(db) == rows(tmp_path / "new.db")
