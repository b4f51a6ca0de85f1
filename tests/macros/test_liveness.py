# SPDX-License-Identifier: MIT
"""Which arguments of a macro are evaluated: the bodies are the kernel's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xref.lex import guard as g
from xref.lex.directives import scan
from xref.macros.liveness import Liveness
from xref.macros.table import MacroTable
from xref.macros.visibility import empty_graph

from .defs import defines, table

HEADER = "include/linux/x.h"
ALL: tuple[str, ...] = ()
"""Every argument is evaluated whenever the invocation is."""


def defs(text: str) -> MacroTable:
    """The definitions of a text, whatever they stand under."""
    return MacroTable(defines(text).values(), empty_graph())


def alive(text: str, name: str = "M") -> tuple[str, ...]:
    """For each parameter, as text, when it is evaluated."""
    tree = defs(text)
    return tuple(g.to_text(c) for c in Liveness(tree).of(tree.candidates(name)))


def alive_in(files: Mapping[str, str], name: str, file: str) -> tuple[str, ...]:
    """The same in a tree, under the definitions that ``file`` sees."""
    tree = table(files)
    return tuple(g.to_text(c) for c in Liveness(tree).of(tree.view(file).candidates(name)))


@pytest.mark.parametrize(
    ("define", "expected"),
    [
        # include/linux/rcupdate.h without CONFIG_PROVE_RCU
        ("M(c, s) do { } while (0 && (c))", ("0", "0")),
        ("M(c, s) do { if (c) report(s); } while (0)", ALL),
        # include/linux/build_bug.h, include/linux/mmdebug.h
        ("M(e) ((void)(sizeof((__force long)(e))))", ("0",)),
        ("M(a, b) (sizeof(a) + (b))", ("0", "")),
        ("M(a, b) ({ typeof(a) x = (b); x; })", ("0", "")),
        ("M(a, b) ({ __typeof__(*(a)) x = (b); x; })", ("0", "")),
        ("M(a) __same_type(a, int)", ("0",)),
        ("M(a, b) (__builtin_constant_p(a) ? 1 : (b))", ("0", "")),
        ("M(p, t, m) ((t *)((char *)(p) - offsetof(t, m)))", ("", "", "0")),
        # include/linux/kernel.h: min() names an argument twice, once evaluated
        ("M(a, b) ({ typeof(a) x = (a); typeof(b) y = (b); x < y ? x : y; })", ALL),
        # dropped
        ("M(a, b) (a)", ("", "0")),
        ("M(a)", ("0",)),
        ("M(a) do { } while (0)", ("0",)),
        ("M()", ALL),
        # include/linux/printk.h: no_printk
        ("M(fmt, ...) ({ if (0) _printk(fmt, ##__VA_ARGS__); 0; })", ("0", "0")),
        ("M(a, b) do { if (0) f(a); g(b); } while (0)", ("0", "")),
        ("M(a, b) do { if (0) { f(a); f(a); } g(b); } while (0)", ("0", "")),
        ("M(a, b) do { if (0) f(a); else g(b); } while (0)", ("0", "")),
        ("M(a, b) do { if (0) { f(a); } else { g(b); } } while (0)", ("0", "")),
        ("M(a, b) do { if (0) while (a) { f(a); } g(b); } while (0)", ("0", "")),
        ("M(a, b) do { if (1) f(a); g(b); } while (0)", ALL),
        ("M(a) (0 || (a))", ALL),
        ("M(a) (1 && (a))", ALL),
        ("M(a, b) (((a) == 0 && (b)))", ALL),
        ("M(a, b) (((a) + 0 && (b)))", ALL),
        ("M(a, b) ((0 && (a)), (b))", ("0", "")),
        ("M(a, b) f(0 && (a), b)", ("0", "")),
        # what only an expansion says
        ("M(a) x_##a()", ALL),
        ("M(a) a##_x()", ALL),
        # a text or a member is no value
        ("M(a) report(#a)", ("0",)),
        ("M(a, m) ((a)->m)", ("", "0")),
        # the parameter is what is called
        ("M(f, x) f(x)", ALL),
        # a function of the macro's own name
        ("M(a, b) M(b)", ("0", "")),
        # variadic
        ("M(fmt, args...) printk(fmt, ##args)", ALL),
        ("M(fmt, args...) printk(fmt)", ("", "0")),
        ("M(fmt, ...) printk(fmt, __VA_ARGS__)", ALL),
        ("M(fmt, ...) printk(fmt __VA_OPT__(,) __VA_ARGS__)", ALL),
        ("M(...) do { if (0) printk(__VA_ARGS__); } while (0)", ("0",)),
    ],
)
def test_when_each_argument_is_evaluated(define: str, expected: tuple[str, ...]) -> None:
    assert alive(f"#define {define}\n") == expected


@pytest.mark.parametrize(
    ("define", "expected"),
    [
        ("M(a, b) do { 0 && (a); f(b); } while (0)", ("0", "")),
        ("M(a, b) ((x) ? 0 && (a) : (b))", ("0", "")),
        ("M(a, b) (0 && (a) || (b))", ("0", "")),
        ("M(a, b) (0 && (a) ? (b) : 0)", ("0", "")),
        # what binds closer is part of it, and so is what stands in brackets
        ("M(a, b) (0 && (a) == (b))", ("0", "0")),
        ("M(a, b) (0 && (a) && (b))", ("0", "0")),
        ("M(a, b) (0 && ((a) || (b)))", ("0", "0")),
        ("M(a, b) (0 && f(a, b))", ("0", "0")),
        ("M(a, b) (0 && ({ f(a); g(b); }))", ("0", "0")),
        ("M(a, b) ((0 && ((x) ? (a) : 1)), (b))", ("0", "")),
    ],
)
def test_a_dead_operand_ends_with_its_expression(define: str, expected: tuple[str, ...]) -> None:
    assert alive(f"#define {define}\n") == expected


@pytest.mark.parametrize(
    ("define", "expected"),
    [
        ("M(a) (1 || (a))", ("0",)),
        ("M(a, b) f(1 || (a), b)", ("0", "")),
        ("M(a, b) 1 || (a), (b)", ("0", "")),
        ("M(a, b) do { 1 || (a); f(b); } while (0)", ("0", "")),
        ("M(a, b) ((x) ? 1 || (a) : (b))", ("0", "")),
        ("M(a, b) (1 || (a) && (b))", ("0", "0")),
    ],
)
def test_what_stands_behind_a_test_that_always_holds(define: str, expected: tuple[str, ...]) -> None:
    assert alive(f"#define {define}\n") == expected


@pytest.mark.parametrize("statement", ["x = f(a), g(b);", "x ? f(a) : g(b);", "f(a) || g(b);"])
def test_a_dead_statement_ends_with_its_semicolon(statement: str) -> None:
    assert alive(f"#define M(a, b, c) do {{ if (0) {statement} h(c); }} while (0)\n") == ("0", "0", "")


def test_arguments_go_on_to_other_macros() -> None:
    text = (
        "#define NEVER_CALLED(c, s) do { } while (0 && (c))\n#define SECOND(a, b) (b)\n"
        "#define M(p, c, x) ({ NEVER_CALLED(!(c), #p); SECOND(x, p); })\n"
        "#define OUTER(x, y) M(x, y, 0)\n"
        "#define LAST(...) SECOND(0, __VA_ARGS__)\n#define FIRST(...) SECOND(__VA_ARGS__, 0)\n"
    )
    assert alive(text) == ("", "0", "0")
    assert alive(text, "OUTER") == ("", "0")
    assert alive(text, "LAST") == ALL
    assert alive(text, "FIRST") == ("0",)


def test_arguments_inside_arguments() -> None:
    text = "#define FIRST(a, b) (a)\n#define M(x, y, z) FIRST(FIRST(x, y), f(z))\n"
    assert alive(text) == ("", "0", "0")


def test_more_arguments_than_parameters_are_the_variadic_one_s() -> None:
    text = "#define DROP(fmt, ...) printk(fmt)\n#define M(a, b, c) DROP(a, b, c)\n"
    assert alive(text) == ("", "0", "0")


def test_a_name_that_is_no_macro_evaluates_all_it_is_given() -> None:
    assert alive("#define M(a, b) f(a, g(b))\n") == ALL
    assert alive("", "f") == ALL
    assert alive("#define M x\n") == ALL


def guarded(guard: str, body: str, otherwise: str = "") -> dict[str, str]:
    other = f"#else\n#define {otherwise}\n" if otherwise else ""
    return {HEADER: f"#ifdef {guard}\n#define {body}\n{other}#endif\n", "net/a.c": "#include <linux/x.h>\n"}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param(
            guarded("CONFIG_PROVE_RCU", "M(c, s) do { if (c) f(s); } while (0)", "M(c, s) do { } while (0 && (c))"),
            ("CONFIG_PROVE_RCU", "CONFIG_PROVE_RCU"),
            id="either",
        ),
        pytest.param(guarded("CONFIG_A", "M(a, b) f(a)", "M(a, b) f(b)"), ("CONFIG_A", "!CONFIG_A"), id="one-each"),
        pytest.param(guarded("CONFIG_A", "M(a) do { } while (0)"), ("!CONFIG_A",), id="else-a-function"),
        pytest.param(guarded("CONFIG_A", "M(a) f(a)"), ALL, id="else-a-function-too"),
        pytest.param(guarded("CONFIG_A", "M(a) do { } while (0)", "M f"), ("!CONFIG_A",), id="else-an-alias"),
        pytest.param(guarded("CONFIG_A", "M(a)", "M(b)"), ("0",), id="neither"),
        pytest.param(
            guarded("CONFIG_A", "M(a, ...) f(a)", "M(a, b, c) f(b, c)"),
            ("CONFIG_A", "!CONFIG_A", "!CONFIG_A"),
            id="other-parameters",
            marks=pytest.mark.xfail(strict=True, reason="what has no parameter of its own is not the variadic one's"),
        ),
    ],
)
def test_under_which_configuration(files: dict[str, str], expected: tuple[str, ...]) -> None:
    assert alive_in(files, "M", "net/a.c") == expected


def test_a_configuration_decides_through_a_macro() -> None:
    files = guarded("CONFIG_A", "inner(c) check(c)", "inner(c) do { } while (0)")
    files["net/a.c"] += "#define outer(p, c) ({ inner(c); (p); })\n"
    assert alive_in(files, "outer", "net/a.c") == ("", "CONFIG_A")


def test_a_configuration_on_both_levels() -> None:
    files = guarded("CONFIG_A", "inner(c) check(c)", "inner(c) do { } while (0)")
    files["net/a.c"] += "#ifdef CONFIG_B\n#define outer(c) inner(c)\n#else\n#define outer(c)\n#endif\n"
    assert alive_in(files, "outer", "net/a.c") == ("CONFIG_A && CONFIG_B",)


def test_what_a_file_sees_decides() -> None:
    files = {
        "net/a/dbg.h": "#define dbg(x) do { } while (0)\n",
        "net/b/dbg.h": "#define dbg(x) printk(x)\n",
        "net/a/a.c": '#include "dbg.h"\n',
        "net/b/b.c": '#include "dbg.h"\n',
    }
    assert alive_in(files, "dbg", "net/a/a.c") == ("0",)
    assert alive_in(files, "dbg", "net/b/b.c") == ALL


DROPS, USES = "#define inner(x) do { } while (0)\n", "#define inner(x) printk(x)\n"


def test_behind_a_shared_macro_all_definitions_decide() -> None:
    files = {HEADER: "#define outer(x) inner(x)\n"}
    sources = {"net/a.c": f"#include <linux/x.h>\n{DROPS}", "net/b.c": f"#include <linux/x.h>\n{USES}"}
    assert alive_in({**files, **sources}, "outer", "net/a.c") == ALL
    assert alive_in({**files, **sources}, "outer", "net/b.c") == ALL
    sources["net/b.c"] = f"#include <linux/x.h>\n{DROPS}"
    assert alive_in({**files, **sources}, "outer", "net/b.c") == ("0",)


def test_another_program_s_definitions_decide_nothing() -> None:
    files = {HEADER: "#define outer(x) inner(x)\n", "tools/x.h": "#define outer(x) inner(x)\n"}
    files |= {"include/linux/y.h": USES, "tools/y.h": DROPS}
    assert alive_in(files, "outer", HEADER) == ALL
    assert alive_in(files, "outer", "tools/x.h") == ("0",)


def test_nor_do_they_where_a_function_has_the_name() -> None:
    # the kernel's inner() is a function; a tool that borrows the header has an empty macro for it
    files = {HEADER: "#define outer(x) inner(x)\n", "tools/y.h": DROPS}
    assert alive_in(files, "outer", HEADER) == ALL


def test_whether_some_definition_drops_an_argument() -> None:
    files = {HEADER: f"#define outer(x) inner(x)\n#define used(x) f(x)\n#define none() f()\n#define name f\n{DROPS}"}
    known = Liveness(table({**files, "include/linux/y.h": USES}))
    assert known.drops("inner")  # one of two
    assert not known.drops("outer")
    assert not any(known.drops(name) for name in ("used", "none", "name", "unknown"))
    assert Liveness(table(files)).drops("outer")
    assert Liveness(table(guarded("CONFIG_A", "M(a, b) f(a, b)", "M(a, b) f(b)"))).drops("M")


def test_a_macro_of_any_arguments_may_drop_them() -> None:
    assert Liveness(defs("#define M(...) do { } while (0)\n")).drops("M")
    assert Liveness(defs('#define M(args...) no_printk("")\n')).drops("M")


# -- macros that reach themselves -------------------------------------------------------------------------------------


def test_macros_that_reach_themselves_end() -> None:
    assert alive("#define M(a) N(a)\n#define N(a) M(a)\n") == ALL
    assert alive("#define M(a, b) do { N(a); } while (0)\n#define N(a) M(a, 0)\n") == ("", "0")


def answers(text: str, order: Sequence[str]) -> dict[str, tuple[g.Cond, ...]]:
    tree = defs(text)
    known = Liveness(tree)
    found = {name: known.of(tree.candidates(name)) for name in order}
    return dict(sorted(found.items()))


CIRCLE = "#define M(x, y) N(y, x)\n#define N(a, b) M(0, a)\n"
DEEP = "".join(f"#define m{i:02}(x) m{i + 1:02}(x)\n" for i in range(20)) + "#define m20(x)\n"


@pytest.mark.parametrize(
    ("text", "names"), [(CIRCLE, ["M", "N"]), (DEEP, [f"m{i:02}" for i in range(21)])], ids=["circle", "deep"]
)
def test_the_order_of_questions_does_not_matter(text: str, names: list[str]) -> None:
    assert answers(text, names) == answers(text, names[::-1])


pieces = st.sampled_from(
    "( ) { } [ ] , ; ? : && || 0 1 if else while do sizeof typeof # ## . -> a b args __VA_ARGS__ f M N P".split()
)
bodies = st.lists(pieces, max_size=25).map(" ".join)


@given(bodies, bodies, bodies)
@settings(max_examples=300, deadline=None)
def test_any_body_has_an_answer(first: str, second: str, third: str) -> None:
    text = f"#define M(a, b) {first}\n#define N(a, args...) {second}\n#define P(...) {third}\n"
    tree = defs(text)
    known = Liveness(tree)
    for name, width in (("M", 2), ("N", 2), ("P", 1)):
        found = known.of(tree.candidates(name))
        assert len(found) in (0, width)
        assert set(found) <= {g.ALWAYS, g.NEVER}  # no configuration is spoken of
        assert known.of(tree.candidates(name)) == found
        assert name == "P" or known.drops(name) is bool(found)


statements = st.sampled_from(
    ["f(a);", "if (0) f(b);", "if (0) { f(b); g(b); }", "N(a, b);", "(void)sizeof(b);", "(void)(0 && (b));", "x = #b;"]
)


@given(st.lists(statements, max_size=8))
@settings(max_examples=200, deadline=None)
def test_what_is_said_of_each_statement_holds_for_all(parts: list[str]) -> None:
    body = " ".join(parts)
    found = alive(f"#define M(a, b) do {{ {body} }} while (0)\n#define N(a, b) (a)\n")
    uses_a = any(p in ("f(a);", "N(a, b);") for p in parts)
    assert found == (("" if uses_a else "0"), "0")


def test_what_depends_on_too_much_is_evaluated() -> None:
    # include/math-emu/ has arms for 15 architectures inside one another: a condition of 100,000 leaves, once
    text = "".join(
        f"#if A{k} && B{k}\n#define m{k + 1}(x) f(m{k}(x), m{k}(x))\n#elif C{k} || D{k}\n"
        f"#define m{k + 1}(x) g(m{k}(x))\n#else\n#define m{k + 1}(x) (0)\n#endif\n"
        for k in range(40)
    )
    macros = MacroTable(scan(f"#define m0(x) (x)\n{text}", HEADER).macros, empty_graph([HEADER]))
    liveness = Liveness(macros)
    assert liveness.of(macros.all("m40")) == ()
    (few,) = liveness.of(macros.all("m1"))
    assert few is not g.ALWAYS
