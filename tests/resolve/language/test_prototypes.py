# SPDX-License-Identifier: MIT
"""A function that is declared inside another one: it is the one outside (C11 6.2.2 p5), if there is any."""

from collections.abc import Callable

import pytest

from tests.resolve.small import Small
from xref.resolve.edge import EdgeKind

Make = Callable[..., Small]

ASSERT = """\
#define __compiletime_error(msg) __attribute__((__error__(msg)))
#define __assert(condition, msg, prefix, suffix) \\
	do { \\
		__noreturn extern void prefix ## suffix(void) __compiletime_error(msg); \\
		if (!(condition)) \\
			prefix ## suffix(); \\
	} while (0)
#define _assert(condition, msg, prefix, suffix) __assert(condition, msg, prefix, suffix)
#define assert(condition, msg) _assert(condition, msg, __assert_, __COUNTER__)
"""


def gaps(s: Small, name: str) -> list[tuple[str, str, str]]:
    return [(u.callee_text, str(u.kind), u.reason) for u in s.calls(name).unresolved]


def test_a_call_that_would_fail_the_build_is_none(small: Make) -> None:
    s = small(ASSERT + 'int h(void)\n{\n}\nint f(int n)\n{\n\tassert(n < 3, "too many");\n\treturn h();\n}\n')
    assert gaps(s, "f") == []
    assert s.reached("f", EdgeKind.DIRECT) == ["net/a.c:h"]


@pytest.mark.parametrize(
    ("attribute", "removed"),
    [
        ('__attribute__((error("no")))', True),
        ('__attribute__((noreturn, __error__("no")))', True),
        ("", False),
        ("__attribute__((noreturn))", False),
        ('__attribute__((deprecated("error (never)")))', False),
        ('__attribute__((warning("no")))', False),
    ],
)
def test_only_the_attribute_says_so(small: Make, attribute: str, removed: bool) -> None:
    s = small(f"int f(void)\n{{\n\textern void nowhere(void) {attribute};\n\tnowhere();\n}}\n")
    expected = [("nowhere", "direct", "declared here, defined nowhere in the indexed tree")]
    assert gaps(s, "f") == ([] if removed else expected)


def test_what_is_defined_outside_is_called(small: Make) -> None:
    s = small({"net/a.c": "int f(void)\n{\n\tint g(int);\n\treturn g(1);\n}\n", "net/b.c": "int g(int x)\n{\n}\n"})
    assert s.reached("f") == ["net/b.c:g"]
    assert s.callers("g") == ["net/a.c:f"]


def test_its_address_is_that_of_the_function_outside(small: Make) -> None:
    s = small(
        "struct ops { int (*open)(int x); };\nint g(int x)\n{\n}\n"
        "int set(struct ops *o)\n{\n\textern int g(int x);\n\to->open = g;\n}\n"
        "int f(struct ops *o)\n{\n\treturn o->open(1);\n}\n"
    )
    assert s.via("f", "ops.open") == ["g"]


def test_a_pointer_to_a_function_is_a_variable_all_the_same(small: Make) -> None:
    s = small("int g(int x)\n{\n}\nint f(void)\n{\n\tint (*p)(int) = g;\n\treturn p(1);\n}\n")
    assert s.via("f", "p") == ["g"]
