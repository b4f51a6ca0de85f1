# SPDX-License-Identifier: MIT
"""A macro of a header that a file does not include never wins over what the file itself defines."""

from pathlib import Path

import pytest

from tests.facts.sources import calls, facts_of
from tests.resolve.small import index
from xref.resolve.edge import EdgeKind

MAP = "struct map { int (*write)(struct map *m, int x); };\n#define map_write(m, x) (m)->write(m, x)\n"
OWN = "static int map_write(struct file *file, int x)\n{\n\treturn x;\n}\n"
CALL = "int proc_write(struct file *file)\n{\n\treturn map_write(file, 1);\n}\n"
HEADER = "include/linux/map.h"


def test_what_the_file_defines_is_called() -> None:
    assert calls(facts_of(OWN + CALL, {HEADER: MAP}), "proc_write") == ["map_write"]


def test_it_is_called_above_its_definition_as_well() -> None:
    assert calls(facts_of(CALL + OWN, {HEADER: MAP}), "proc_write") == ["map_write"]


@pytest.mark.parametrize(
    "source",
    [
        CALL,  # leans on what is included before it
        f'#include "map.h"\n{CALL}',
        f"#include <linux/map.h>\n{OWN}{CALL}",
        f"#ifndef map_write\n{OWN}#endif\n{CALL}",  # who includes the file may have it
    ],
)
def test_the_macro_is_used_where_it_can_be_meant(source: str) -> None:
    found = calls(facts_of(source, {HEADER: MAP}), "proc_write")
    assert any(callee.endswith("-> write") for callee in found), found


def test_a_stub_of_the_opposite_condition_stays_with_the_function() -> None:
    stub = "#ifndef CONFIG_MAP\n#define map_write(m, x) (m)->write(m, x)\n#endif\n"
    own = f"#ifdef CONFIG_MAP\n{OWN}#endif\n"
    found = calls(facts_of(own + CALL, {HEADER: stub}, path="include/linux/proc.h"), "proc_write")
    assert any(callee.endswith("-> write") for callee in found), found


def test_the_arguments_are_evaluated() -> None:
    nothing = "#define trace(x) do { } while (0)\n"
    own = "static int next(void)\n{\n}\nstatic void trace(int x)\n{\n}\nvoid run(void)\n{\n\ttrace(next());\n}\n"
    assert calls(facts_of(own, {HEADER: nothing}), "run") == ["trace", "next"]


def test_its_type_is_that_of_the_function(tmp_path: Path) -> None:
    ops = (
        "struct ops { int (*open)(int x); };\nstatic int o(int x)\n{\n}\nstatic const struct ops all = { .open = o };\n"
    )
    own = "static const struct ops *pick(int n)\n{\n\treturn &all;\n}\n"
    user = "int run(void)\n{\n\treturn pick(1)->open(2);\n}\n"
    other = "struct other { int (*open)(int x); };\nextern struct other others[];\n#define pick(n) (&others[n])\n"
    s = index(tmp_path, {"net/a.c": ops + own + user, HEADER: other})
    assert s.via("run", "ops.open") == ["o"]
    assert s.reached("run", EdgeKind.MACRO) == []
    s.resolver.close()
