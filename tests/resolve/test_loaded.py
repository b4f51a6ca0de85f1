# SPDX-License-Identifier: MIT
"""Pointers that are loaded from a slot into a local variable before they are called."""

from collections.abc import Callable

import pytest

from .small import Small

Make = Callable[..., Small]

TYPES = """\
struct ops { int (*open)(int); int (*close)(int); };
int one(int x) { return x; }
int two(int x) { return x; }
int three(int x) { return x; }
static const struct ops a = { .open = one };
static const struct ops b = { .open = two };
struct dev { const struct ops *ops; };
static int first(struct dev *d) { d->ops = &a; return 0; }
#define either(f, f1, ...) ({ typeof(f) __f = (f); __f == f1 ? f1(__VA_ARGS__) : __f(__VA_ARGS__); })
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return a.open(1);", ["one"]),
        ("int (*f)(int) = a.open; return f(1);", ["one"]),
        ("int (*f)(int); f = a.open; return f(1);", ["one"]),
        ("int (*f)(int) = d->ops->open; return f(1);", ["one"]),  # nothing but &a comes to dev.ops
        ("return either(d->ops->open, one, 1);", ["one"]),  # dev_gro_receive() of net/core/gro.c
        # another value, or somebody who can bring one
        ("int (*f)(int) = a.open; if (d) f = three; return f(1);", ["one", "three", "two"]),
        ("int (*f)(int) = a.open; f = b.open; return f(1);", ["one", "two"]),
        ("int (*f)(int) = a.open; choose(&f); return f(1);", ["one", "two"]),
    ],
)
def test_only_what_the_receiver_holds(small: Make, body: str, expected: list[str]) -> None:
    s = small(f"{TYPES}int f(struct dev *d) {{ {body} }}\n")
    assert s.dispatches("f") == {"ops.open": expected}
    assert [name for name in ("one", "three", "two") if "net/a.c:f" in s.callers(name)] == expected
