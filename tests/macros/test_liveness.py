# SPDX-License-Identifier: MIT
"""Which arguments of a macro are evaluated: the bodies are the kernel's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xref.lex import guard as g
from xref.lex.directives import MacroDef
from xref.macros.liveness import Liveness

from .defs import defines, table

HEADER = "include/linux/x.h"
ALL: tuple[str, ...] = ()
"""Every argument is evaluated whenever the invocation is."""


class Defs:
    """The definitions of a text, whatever they stand under."""

    def __init__(self, text: str) -> None:
        self._macros = defines(text)

    def candidates(self, name: str) -> tuple[MacroDef, ...]:
        return (self._macros[name],) if name in self._macros else ()


def alive(text: str, name: str = "M") -> tuple[str, ...]:
    """For each parameter, as text, when it is evaluated."""
    return tuple(g.to_text(c) for c in Liveness().of(name, Defs(text)))


def alive_in(files: Mapping[str, str], name: str, file: str) -> tuple[str, ...]:
    """The same in a tree, under the definitions that ``file`` sees."""
    return tuple(g.to_text(c) for c in Liveness().of(name, table(files).view(file)))


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
        ("M(a) (1 || (a))", ("0",)),
        ("M(a) (0 || (a))", ALL),
        ("M(a) (1 && (a))", ALL),
        ("M(a, b) (((a) == 0 && (b)))", ALL),
        ("M(a, b) (((a) + 0 && (b)))", ALL),
        ("M(a, b) ((0 && (a)), (b))", ("0", "")),
        ("M(a, b) f(0 && (a), b)", ("0", "")),
        ("M(a, b) f(1 || (a), b)", ("0", "")),
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


@pytest.mark.xfail(strict=True, reason="it goes on to the next closing bracket")
@pytest.mark.parametrize(
    ("define", "expected"),
    [
        ("M(a, b) do { 0 && (a); f(b); } while (0)", ("0", "")),
        ("M(a, b) ((x) ? 0 && (a) : (b))", ("0", "")),
        ("M(a, b) (0 && (a) || (b))", ("0", "")),
        ("M(a, b) 1 || (a), (b)", ("0", "")),
    ],
)
def test_a_dead_operand_ends_with_its_expression(define: str, expected: tuple[str, ...]) -> None:
    assert alive(f"#define {define}\n") == expected


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


@pytest.mark.xfail(strict=True, reason="an answer is kept by the macro's own definitions, not by those it leads to")
def test_what_a_file_sees_decides_behind_a_shared_macro() -> None:
    files = {
        HEADER: "#define outer(x) inner(x)\n",
        "net/a.c": "#include <linux/x.h>\n#define inner(x) do { } while (0)\n",
        "net/b.c": "#include <linux/x.h>\n#define inner(x) printk(x)\n",
    }
    tree, known = table(files), Liveness()
    assert known.of("outer", tree.view("net/a.c")) == (g.NEVER,)
    assert known.of("outer", tree.view("net/b.c")) == ()


# -- macros that reach themselves -------------------------------------------------------------------------------------


def test_macros_that_reach_themselves_end() -> None:
    assert alive("#define M(a) N(a)\n#define N(a) M(a)\n") == ALL
    assert alive("#define M(a, b) do { N(a); } while (0)\n#define N(a) M(a, 0)\n") == ("", "0")


def answers(text: str, order: Sequence[str]) -> dict[str, tuple[g.Cond, ...]]:
    known, view = Liveness(), Defs(text)
    found = {name: known.of(name, view) for name in order}
    return dict(sorted(found.items()))


CIRCLE = "#define M(x, y) N(y, x)\n#define N(a, b) M(0, a)\n"
DEEP = "".join(f"#define m{i:02}(x) m{i + 1:02}(x)\n" for i in range(20)) + "#define m20(x)\n"


@pytest.mark.xfail(strict=True, reason="what is said of a name on the way to another is kept for good")
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
    known, view = Liveness(), Defs(text)
    for name, width in (("M", 2), ("N", 2), ("P", 1)):
        found = known.of(name, view)
        assert len(found) in (0, width)
        assert set(found) <= {g.ALWAYS, g.NEVER}  # no configuration is spoken of
        assert known.of(name, view) == found


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
