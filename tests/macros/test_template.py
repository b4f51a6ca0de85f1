# SPDX-License-Identifier: MIT
"""A macro expanded by its template says what it says expanded by itself."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xref.macros.expand import Expander
from xref.macros.template import Templates
from xref.macros.view import Reading

from .defs import defines

KNOWN = """\
#define M(a) <a>
#define TWO 1, 2
#define paste_x found
#define __PASTE(a, b) a##b
#define PASTE(a, b) __PASTE(a, b)
#define __COUNT(_0, _1, _2, _3, n, x...) n
#define COUNT(x...) __COUNT(, ##x, 3, 2, 1, 0)
#define PARAMS(x...) x
#define __STR(a) #a
#define STR(a) __STR(a)
#define FIRST(a, b...) [a]
#define EMPTY
#define INVOKED (p)
#define __MADE(name, proto, args) int name##_made(proto) { return run(args); }
#define MADE(name, proto, args) __MADE(name, PARAMS(proto), PARAMS(args))
"""


def both(define: str, invocations: list[str]) -> tuple[list[str], list[str]]:
    """The invocations expanded one after the other: by template where there is one, and each by itself."""
    reading = Reading(defines(KNOWN + define + "\n").get)
    name = define.split("(")[0].split()[1]
    templates = Templates()
    made = [
        " ".join(templates.expanded(name, i, reading, lambda: Expander(reading), (), located=False)[0])
        for i in invocations
    ]
    return made, [" ".join(Expander(reading).expand_text(i)) for i in invocations]


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
        ("#define F(x) FIRST(x)", ["F(p)", "F(q)", "F(TWO)", "F(PARAMS(p, q))", "F(M(2))", "F(EMPTY)"]),
        ("#define F(x) f(STR(x), x)", ["F(p)", "F(M(1))", "F(M(2))", "F(TWO)", "F(PARAMS(M(3)))"]),
        ("#define F(x) M x", ["F((p))", "F((q))", "F(INVOKED)", "F(M)", "F(PARAMS((p)))"]),
        ("#define F(x) x (1)", ["F(p)", "F(q)", "F(M)", "F(PARAMS(M))", "F(PARAMS(p))"]),
        (
            "#define F(name, proto, args) MADE(name, PARAMS(proto), PARAMS(args))",
            [f"F(f{n}, PARAMS(int p, M(int) *q), PARAMS(p, {n}))" for n in range(4)],
        ),
        ("#define F() g()", ["F()", "F( )", "F()"]),
        ("#define F(a, b) f(a, b)", ["F", "F", "F(x, y)", "F"]),
        ("#define F(a, b) f(a, b)", ["F(x, TWO)", "F(y, TWO)", "F(z, TWO)", "F(TWO, TWO)", "F(x, M(2))", "F(y, M(3))"]),
        ("#define F(a, b) g_##a(b)", ["F(x, M(1))", "F(y, M(1))", "F(1 + 2, M(1))", "F(z, M(1))", "F(, M(1))"]),
    ],
)
def test_by_template_and_by_itself(define: str, invocations: list[str]) -> None:
    made, expected = both(define, invocations)
    assert made == expected


def test_an_argument_that_holds_macros_is_expanded_by_itself_and_once() -> None:
    reading = Reading(defines(KNOWN + "#define F(name, proto) MADE(name, PARAMS(proto), PARAMS(p))\n").get)
    templates, expanders = Templates(), []

    def fresh() -> Expander:
        expanders.append(Expander(reading))
        return expanders[-1]

    for n in range(9):
        tokens, _ = templates.expanded("F", f"F(f{n}, PARAMS(M(int) *p))", reading, fresh, ())
        assert " ".join(tokens) == f"int f{n}_made ( < int > * p ) {{ return run ( p ) ; }}"
    assert len(expanders) == 3  # the first invocation, the template, and the argument


pieces = st.sampled_from(
    [
        "a", "b", "#a", "a##b", "x##a", "b##_y", ", ##c", "M(a)", "PASTE(x, b)", "COUNT(c)", "f(a, c)", "c",
        "PARAMS(a)", "STR(a)", "FIRST(a)", "FIRST(PARAMS(b))", "M a", "a (p)", "{ M(a) }", "COUNT(b)", "MADE(x, a, c)",
    ]
)  # fmt: skip
words = st.sampled_from(
    [
        "", "p", "q", "x", "TWO", "M(p)", "(p, q)", "1", '"s"', "p + q", "F(p, q)", "EMPTY", "PARAMS(p, q)", "INVOKED",
        "PARAMS(M(q))", "M", "PARAMS(M)", "PARAMS(int p)", "PARAMS()",
    ]
)  # fmt: skip


@given(st.lists(pieces, max_size=5), st.lists(st.lists(words, min_size=1, max_size=4), min_size=3, max_size=6))
@settings(deadline=None, max_examples=400)
def test_any_macro_any_arguments(body: list[str], arguments: list[list[str]]) -> None:
    made, expected = both(f"#define F(a, b, c...) {' '.join(body)}", [f"F({', '.join(args)})" for args in arguments])
    assert made == expected
