# SPDX-License-Identifier: MIT
"""In which order a dispatch has its targets, and which records' members count where a tag means several."""

from collections.abc import Callable

import pytest

from tests.resolve.small import Small

Make = Callable[..., Small]

OPS = "struct ops { int (*open)(int x); };\n"
FUNCTIONS = "".join(f"int {name}(int x)\n{{\n}}\n" for name in ("rare", "common"))
OBJECTS = "struct ops a = { .open = rare };\nstruct ops b = { .open = common };\nstruct ops c = { .open = common };\n"


@pytest.mark.parametrize(
    "body",
    [
        "return o->open(1);",
        "int (*f)(int) = o->open;\n\treturn f(1);",
        "int (*f)(int);\n\tf = o->open;\n\treturn f(1);",
        "return ({ typeof(o->open) __f = o->open; __f(1); });",
    ],
)
def test_the_commonest_first_whatever_the_way(small: Make, body: str) -> None:
    s = small(f"{OPS}{FUNCTIONS}{OBJECTS}int call(struct ops *o)\n{{\n\t{body}\n}}\n")
    assert [e.callee.name for e in s.calls("call").edges] == ["common", "rare"]


TWO = {
    "net/a.h": "struct two { int (*open)(int x); int a; };\n",
    "net/b.h": "struct two { struct { int (*open)(int x); }; int b; };\n",
    "net/a.c": '#include "a.h"\nstatic int g(int x)\n{\n}\nstruct two one = { .open = g };\n'
    "int a(struct two *t)\n{\n\treturn t->open(1);\n}\n",
    "net/b.c": '#include "b.h"\nstatic int h(int x)\n{\n}\nint set(struct two *t)\n{\n\tt->open = h;\n}\n'
    "int b(struct two *t)\n{\n\treturn t->open(1);\n}\n",
}


def test_records_of_one_tag_are_told_apart(small: Make) -> None:
    s = small(TWO)
    assert s.via("a", "two.open") == ["g"]
    assert s.via("b", "two.open") == ["h"]


def test_a_record_without_the_member_may_have_an_alias_for_it(small: Make) -> None:
    files = {
        "net/a.h": "struct inner { int (*real)(int x); };\nstruct two { struct inner i; };\n#define open i.real\n",
        "net/c.c": '#include "a.h"\nstatic int k(int x)\n{\n}\nint set(struct two *t)\n{\n\tt->open = k;\n}\n'
        "struct two x = { .open = k };\nint c(struct inner *i)\n{\n\treturn i->real(1);\n}\n",
        "net/b.h": TWO["net/b.h"],
        "net/b.c": TWO["net/b.c"],
    }
    s = small(files)
    assert s.via("c", "inner.real") == ["k"]
    assert s.via("b", "two.open") == ["h"]
