# SPDX-License-Identifier: MIT
"""Which texts a changed macro reaches."""

from __future__ import annotations

import pytest

from xref.index.affected import reach
from xref.lex.directives import scan


def reached(header: str, name: str, text: str) -> bool:
    """Whether a change of ``name`` reaches a file that says ``text``, where ``header`` has the macros."""
    found = reach({name}, scan(header, "a.h").macros)
    words = set(text.split())
    return not words.isdisjoint(found.names) or any(
        all(not words.isdisjoint(names) for names in sets) for sets in found.together
    )


@pytest.mark.parametrize(
    ("header", "text", "expected"),
    [
        ("", "one_two", True),
        ("", "one", False),
        ("#define A one_two", "A", True),
        ("#define A B\n#define B one_two", "A", True),
        ("#define A(one_two) one_two", "A", False),
        ("#define P(x) one_##x", "P two", True),
        ("#define P(x) one_##x", "P", False),
        ("#define P(x) one_##x", "two", False),
        ("#define P(x) x##_two", "P one", True),
        ("#define P(x) two_##x", "P two", False),
        ("#define P(a, b) a##_##b", "P one two", True),
        ("#define P(a, b) a##_##b", "P one", False),
        ("#define P(a, b) a##b", "P one _two", False),  # what is pasted of arguments alone is not foreseen
        ("#define P(x) one_##x\n#define Q(x) P(x)", "Q two", True),
        ("#define P(x) one_##x\n#define Q P(two)", "Q", True),
        ("#define P(x) __P(x)\n#define __P(x) one_##x\n#define WHICH two", "P WHICH", True),
        ("#define P(x) __P(x)\n#define __P(x) one_##x\n#define WHICH two", "WHICH", False),
        ("#define P(x, ...) one_##x(__VA_ARGS__)", "P two", True),
        ("#define P() one_ ## two", "P", True),
    ],
)
def test_where_a_name_may_be_made(header: str, text: str, expected: bool) -> None:
    assert reached(header, "one_two", text) is expected


def test_a_number_is_no_name_that_has_to_stand_there() -> None:
    assert reached("#define P(x) reg_##x", "reg_32", "P")


def test_macros_that_paste_one_that_is_reached() -> None:
    assert reached("#define A_one f\n#define P(x) A_##x\n", "f", "P one")
    assert not reached("#define A_one f\n#define P(x) A_##x\n", "f", "P two")
