# SPDX-License-Identifier: MIT
"""What one function is put into, asked by its name, is what is known of it when all of the slot is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.resolve.small import Small
from xref.resolve.edge import Symbol

Make = Callable[..., Small]

TYPES = """\
#define NULL ((void *)0)
#define PTR(x) (1 ? (x) : NULL)
struct ops { int (*open)(int x); };
struct box { int n; struct ops ops; };
struct crate { struct box box; };
struct dev { const struct ops *ops; struct ops own; };
int g(int x) { return 1; }
int h(int x) { return 2; }
int i(int x) { return 3; }
const struct ops one = { .open = g };
struct ops two = { .open = h };
"""
USER = "void set(struct dev *d) { d->ops = &one; }\nint f(struct dev *d) { return d->ops->open(1); }\n"

FILLED = {
    "by name": ("const struct ops three = { .open = i };\n", ["g"]),
    "by a macro": ("const struct ops three = { .open = PTR(i) };\n", ["g"]),
    "by another name": ("#define j i\nconst struct ops three = { .open = j };\n", ["g"]),
    "by an assignment": ("struct ops three;\nvoid fill(void) { three.open = i; }\n", ["g"]),
    "by a copy": ("struct ops three;\nvoid fill(void) { three.open = two.open; }\n", ["g"]),
    "by a copy into what is meant": (
        "struct ops three = { .open = i };\nstruct ops four;\nvoid more(struct dev *d) { d->ops = &four; }\n"
        "void fill(void) { four.open = three.open; }\n",
        ["g", "i"],
    ),
    "by a copy of a copy": (
        "struct ops three = { .open = i };\nstruct ops four, five;\nvoid more(struct dev *d) { d->ops = &four; }\n"
        "void fill(void) { four.open = five.open; }\nvoid fill_five(void) { five.open = three.open; }\n",
        ["g", "i"],
    ),
    "by a copy of itself": (
        "struct ops four;\nvoid more(struct dev *d) { d->ops = &four; }\n"
        "void fill(struct ops *o) { o->open = four.open; }\nvoid any(struct ops *o) { fill(o); }\n",
        ["g"],
    ),
    "by a parameter": (
        "struct ops three;\nvoid fill(int (*fn)(int)) { three.open = fn; }\nvoid start(void) { fill(i); }\n",
        ["g"],
    ),
    "by a parameter into anything": (
        "void fill(struct ops *o, int (*fn)(int)) { o->open = fn; }\n"
        "void *alloc(int size);\nvoid start(void) { fill(alloc(8), i); }\n",
        ["g", "i"],
    ),
    "in a member": ("struct box three = { .ops = { .open = i } };\n", ["g"]),
    "in a member of a member": ("struct crate three = { .box = { .ops = { .open = i } } };\n", ["g"]),
    "in a compound literal": (
        "void use(const struct ops *o);\nvoid go(void) { use(&(struct ops){ .open = i }); }\n",
        None,
    ),
    "in both": ("const struct ops three = { .open = i };\nconst struct ops four = { .open = g };\n", ["g"]),
}


def symbol(s: Small, name: str) -> Symbol:
    return s.resolver.lookup(name)[0]


@pytest.mark.parametrize("filled", FILLED)
def test_one_function_is_left_out_where_it_is_of_all(small: Make, filled: str) -> None:
    source, expected = FILLED[filled]
    s = small(TYPES + source + USER)
    callers = {name: "net/a.c:f" in s.callers(name) for name in "ghi"}  # nothing has asked for the whole slot yet
    reached = next(iter(s.dispatches("f").values()))
    assert callers == {name: name in reached for name in "ghi"}
    if expected is not None:
        assert reached == expected


def test_a_member_without_a_name_of_its_own_is_told_from_variables(small: Make) -> None:
    user = (
        "int f(struct dev *d) { struct ops *o = &d->own; return o->open(1); }\n"
        "void set(struct dev *d) { d->own.open = i; }\n"
    )
    s = small(TYPES + user)
    callers = {name: "net/a.c:f" in s.callers(name) for name in "ghi"}
    assert callers == {"g": False, "h": False, "i": True}
    assert s.dispatches("f") == {"ops.open": ["i"]}
