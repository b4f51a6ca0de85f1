# SPDX-License-Identifier: MIT
"""What an answer from a part of the tree lacks is found by the text of the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from xref.index.elsewhere import beside, files_with, survey
from xref.index.pool import Processes
from xref.index.worker import LexedFile
from xref.tree.files import SourceFile, list_files
from xref.tree.part import Wanted, calls_through, part_of
from xref.tree.root import open_tree

SOURCES = {
    "kernel/defines.c": "static int __init\nwanted(int x)\n{\n}\n",
    "kernel/own.c": "static int wanted(int x)\n{\n}\n",
    "kernel/calls.c": "void f(void)\n{\n\twanted(1);\n}\nDEFINE_wanted(x);\n",
    "arch/x86/lib/a.S": "SYM_FUNC_START(wanted)\n\tret\n",
    "tools/wanted.c": "int wanted(int x)\n{\n}\n",
    "drivers/a/designated.c": "static struct ops a = {\n\t.open = a_open,\n};\n",
    "drivers/a/module.c": "int a_helper(void)\n{\n}\n",
    "drivers/b/defines.c": "int a_open(void)\n{\n}\n",
    "drivers/c/assigned.c": "void f(struct ops *o)\n{\n\to->open = c_open;\n}\nint c_open(void) { }\n",
    "drivers/d/old.c": "static struct ops d = {\n\topen:\td_open,\n};\nint d_open(void) { }\n",
    "drivers/e/macro.c": "static struct e x = { HOOK(open, e_open), };\nint e_open(void) { }\n",
    "drivers/f/other.c": "static struct other_ops f = { .open = f_open };\nint f_open(void) { }\n",
    "drivers/h/typed.c": "static const ops h = { .open = h_open };\nint h_open(void) { }\n",
    "fs/prose.c": "/* the ops of x are open to all */\nstatic struct other_ops x = { .open = f };\n",
    "fs/ids.c": "BTF_ID_FLAGS(open, f, FLAG)\nBTF_ID_FLAGS(open, f)\n",
    "fs/text.c": "void f(struct other_ops *o)\n{\n\to->open = f; /* ops */\n}\n",
    "drivers/g/equal.c": "int f(struct ops *o)\n{\n\treturn o->open == 1;\n}\n",
    "security/listed.c": "#include <linux/hook_defs.h>\n",
    "net/user.c": "void f(struct ops *o)\n{\n\to->open();\n\tname_it(&x);\n}\n",
}
for k in range(151):
    SOURCES[f"sound/many{k}.c"] = "struct ops x = { .read = f };\nint many(void)\n{\n}\n"


@pytest.fixture
def found(tmp_path: Path):
    for path, text in {**SOURCES, "Makefile": "VERSION = 6\nPATCHLEVEL = 1\n"}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    files = list_files(open_tree(tmp_path), "x86").files
    listing = LexedFile("include/linux/hook_defs.h", (), (), b"", b"", False, listing=b"HOOK(int, open, void)\n")

    def find(**wanted: object) -> set[str]:
        sought = Wanted(**{"functions": frozenset(), **wanted})
        pool = Processes(1)
        offered = survey((), str(tmp_path), files, pool)[1]
        return set(files_with(sought, [listing], str(tmp_path), files, pool, offered))

    return find


def test_who_defines_a_function_for_others(found):
    assert found(functions=frozenset({"wanted"})) == {"arch/x86/lib/a.S", "kernel/defines.c"} | {
        path for path in SOURCES if path.startswith("kernel/")
    }
    assert found(functions=frozenset({"many", "nothing"})) == set()


def test_who_fills_a_slot_and_with_what(found):
    expected = {path for path in SOURCES if path.startswith("drivers/") and path[8] in "abcdeh"}
    assert found(slots=frozenset({("ops", "open")})) == expected | {"security/listed.c"}
    assert found(slots=frozenset({("ops", "read")})) == set()


def test_who_has_a_text(found):
    assert found(spellings=frozenset({"name_it"})) == {"net/user.c"}


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("o->init(x);", True),
        ("(*x.init)(y);", True),
        ("table->init[k] (x);", True),
        ("CALL(o->init, x);", True),
        ("(y ? o->init : g)(x);", True),
        ("o->init = f;", False),
        ("static struct ops o = { .init = f };", False),
        ("o->initialise(x);", False),
        ("if (!o->init && y) init(x);", False),
    ],
)
def test_a_call_through_a_member_is_no_other_use_of_it(text, calls):
    assert calls_through(text.encode(), b"init") is calls


def test_who_calls_through_a_member(found):
    assert found(through=frozenset({"open"})) == {"net/user.c"}


def test_a_file_brings_its_headers_along(tmp_path: Path):
    for path in ("Makefile", "net/a.c", "fs/a.c", "fs/b.c", "fs/a.h", "fs/include/b.h", "fs/x/c.h", "include/d.h"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("VERSION = 6\nPATCHLEVEL = 1\n")
    listed = part_of(list_files(open_tree(tmp_path), "x86"), ("net", "fs/a.c"))
    assert [f.path for f in listed.files] == ["fs/a.c", "fs/a.h", "fs/include/b.h", "include/d.h", "net/a.c"]


def test_the_rest_of_a_folder_that_is_read_for_the_most_part():
    files = [SourceFile(f"net/{name}.c", 10, 0, "kernel") for name in ("a/a", "a/b", "a/c", "b/a", "b/b")]
    assert beside({"net/a/a.c"}, {"net/a/b.c"}, files) == {"net/a/c.c"}
    assert beside({"net/b/a.c"}, {"net/a/b.c"}, files) == set()
