# SPDX-License-Identifier: MIT
"""A macro expanded by its template says what it says expanded by itself."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xref.macros.expand import Expander
from xref.macros.template import Templates

from .defs import defines

KNOWN = """\
#define M(a) <a>
#define TWO 1, 2
#define paste_x found
#define __PASTE(a, b) a##b
#define PASTE(a, b) __PASTE(a, b)
#define __COUNT(_0, _1, _2, _3, n, x...) n
#define COUNT(x...) __COUNT(, ##x, 3, 2, 1, 0)
"""


def both(define: str, invocations: list[str]) -> tuple[list[str], list[str]]:
    """The invocations expanded one after the other: by template where there is one, and each by itself."""
    lookup = defines(KNOWN + define + "\n").get
    name = define.split("(")[0].split()[1]
    templates = Templates()
    made = [
        " ".join(templates.expanded(name, i, lookup, lambda: Expander(lookup), (), located=False)[0])
        for i in invocations
    ]
    return made, [" ".join(Expander(lookup).expand_text(i)) for i in invocations]


@pytest.mark.parametrize(
    ("define", "invocations"),
    [
        ("#define F(a, b...) f(a, ##b)", ["F(x)", "F(x, y)", "F(x,)", "F(x)", "F(x, y, z)", "F(x,)"]),
        ("#define F(a, ...) f(a __VA_OPT__(,) __VA_ARGS__)", ["F(x, y)", "F(x, z)", "F(x,)", "F(x)", "F(x, y)"]),
        ("#define F(x...) run##COUNT(x)", ["F(a)", "F(b)", "F(a, b)", "F(a, b)", "F()", "F(a, b, c)"]),
        ("#define F(x...) PASTE(run, COUNT(x))(x)", ["F(a)", "F(b)", "F(a, b)", "F(a, c)", "F()", "F(a, b, c)"]),
        ("#define F(a) paste_##a", ["F(y)", "F(z)", "F(x)", "F(y)", "F()"]),
        ("#define F(a) #a g(a)", ["F(x)", "F(y)", "F(x + 1)", "F(M(2))", "F(TWO)"]),
        ("#define F(a) f_##a(__LINE__, __COUNTER__)", ["F(x)", "F(y)", "F(z)"]),
        ("#define F(x...) COUNT(x)", ["F(p)", "F(q)", "F(TWO)", "F(p)"]),
        ("#define F() g()", ["F()", "F( )", "F()"]),
        ("#define F(a, b) f(a, b)", ["F", "F", "F(x, y)", "F"]),
        ("#define F(a, b) f(a, b)", ["F(x, TWO)", "F(y, TWO)", "F(z, TWO)", "F(TWO, TWO)", "F(x, M(2))", "F(y, M(3))"]),
        ("#define F(a, b) g_##a(b)", ["F(x, M(1))", "F(y, M(1))", "F(1 + 2, M(1))", "F(z, M(1))", "F(, M(1))"]),
    ],
)
def test_by_template_and_by_itself(define: str, invocations: list[str]) -> None:
    made, expected = both(define, invocations)
    assert made == expected


pieces = st.sampled_from(
    ["a", "b", "#a", "a##b", "x##a", "b##_y", ", ##c", "M(a)", "PASTE(x, b)", "COUNT(c)", "f(a, c)", "c"]
)
words = st.sampled_from(["", "p", "q", "x", "TWO", "M(p)", "(p, q)", "1", '"s"', "p + q", "F(p, q)"])


@given(st.lists(pieces, max_size=5), st.lists(st.lists(words, min_size=1, max_size=4), min_size=3, max_size=6))
@settings(deadline=None, max_examples=400)
def test_any_macro_any_arguments(body: list[str], arguments: list[list[str]]) -> None:
    made, expected = both(f"#define F(a, b, c...) {' '.join(body)}", [f"F({', '.join(args)})" for args in arguments])
    assert made == expected
