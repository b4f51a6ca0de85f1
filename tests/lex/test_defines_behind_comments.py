# SPDX-License-Identifier: MIT
"""A definition goes on behind a comment, as phases 2 and 3 of C11 5.1.1.2 make it."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xref.lex.comments import blank_comments
from xref.lex.directives import scan
from xref.lex.tokens import tokenize

GCC = shutil.which("gcc")


def body(source: str) -> list[str]:
    """The tokens of the one macro that is defined, as we see it."""
    (macro,) = scan(blank_comments(source.encode()).decode()).macros
    return list(tokenize(macro.body))


CASES = [
    ("#define f() a /* b */ c\n", "a c"),
    ("#define f() a /* b \\\n c */ d\n", "a d"),
    ("#define f() a /* b \\\n c */ \\\n d\n", "a d"),
    ("#define f() a /* b \\\n c \\\n d */ e\nf\n", "a e"),
    ("#define f() \\\n\t/* why \\\n\t * it is so */ \\\n\ta\n", "a"),
    ("#define f() a // b\nc\n", "a"),
    ("#define f() a // b \\\n c\nd\n", "a"),
    ("#define f() a \\\n/* b */ \\\nc\nd\n", "a c"),
    ("#define f() a /* \\n */ b\n", "a b"),
    ("#define f() a /* b \\\r\n c */ d\n", "a d"),
    ('#define f() "/*" \\\n a /* b \\\n */ "*/"\nc\n', '"/*" a "*/"'),
]
NOT_YET = [
    pytest.param(
        "#define f() a /* b\n c */ d\n",
        "a d",
        marks=pytest.mark.xfail(strict=True, reason="a comment of two lines ends the directive"),
        id="without-a-backslash",
    ),
]


@pytest.mark.parametrize(("source", "expected"), [*CASES, *NOT_YET])
def test_a_definition_goes_on_behind_a_comment(source: str, expected: str) -> None:
    assert " ".join(body(source)) == expected


@pytest.mark.skipif(GCC is None, reason="no compiler")
@pytest.mark.parametrize(("source", "expected"), [*CASES, NOT_YET[0].values])
def test_the_compiler_says_so(source: str, expected: str) -> None:
    assert GCC is not None
    done = subprocess.run(
        [GCC, "-E", "-P", "-x", "c", "-"], input=f"{source}\nstart f() end\n".encode(), capture_output=True, check=True
    )
    (found,) = [line for line in done.stdout.decode().splitlines() if line.startswith("start")]
    assert list(tokenize(found)) == ["start", *tokenize(expected), "end"]


words = st.sampled_from(["a", "b", "/* c */", "/* c \\\n d */", "\\\n", "/**/", '"/*"', "+"])


@given(st.lists(words, max_size=10))
@settings(max_examples=200, deadline=None)
def test_what_is_left_is_what_stands_outside_the_comments(parts: list[str]) -> None:
    assert body(f"#define f() x {' '.join(parts)} y\nz\n") == [
        "x", *(p for p in parts if not p.startswith(("/*", "\\"))), "y",
    ]  # fmt: skip
