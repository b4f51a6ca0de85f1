# SPDX-License-Identifier: MIT
"""One scan over the directives: who stands under what, which macros there are, and where."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xref.lex.comments import blank_comments
from xref.lex.directives import Directives, blank_directives, has_code, parse_define, plain_numbers, scan
from xref.lex.guard import to_text


def guards(text: str) -> dict[str, str]:
    """The condition of every line ``int NAME;``, by name."""
    d = scan(text)
    found = {}
    at = 0
    for line in text.split("\n"):
        if line.startswith("int "):
            found[line[4:-1]] = to_text(d.cond_at(at))
        at += len(line) + 1
    return found


def test_if_elif_else_exclude_one_another() -> None:
    assert guards(
        """\
int before;
#ifdef CONFIG_A
int a;
#elif defined(CONFIG_B)
int b;
#elif defined(CONFIG_C)
int c;
#else
int d;
#endif
int after;
"""
    ) == {
        "before": "",
        "a": "CONFIG_A",
        "b": "!CONFIG_A && CONFIG_B",
        "c": "!CONFIG_A && !CONFIG_B && CONFIG_C",
        "d": "!CONFIG_A && !CONFIG_B && !CONFIG_C",
        "after": "",
    }


def test_conditions_nest() -> None:
    assert guards(
        """\
#ifdef CONFIG_NET
int a;
# ifndef CONFIG_SMP
int b;
# else
int c;
# endif
int d;
#endif
"""
    ) == {"a": "CONFIG_NET", "b": "CONFIG_NET && !CONFIG_SMP", "c": "CONFIG_NET && CONFIG_SMP", "d": "CONFIG_NET"}


def test_if_0_and_if_1() -> None:
    assert guards("#if 0\nint a;\n#else\nint b;\n#endif\n#if 1\nint c;\n#else\nint d;\n#endif\n") == {
        "a": "0",
        "b": "",
        "c": "",
        "d": "0",
    }


def test_a_condition_may_run_over_several_lines() -> None:
    assert guards("#if defined(CONFIG_A) && \\\n    defined(CONFIG_B)\nint a;\n#endif\n") == {
        "a": "CONFIG_A && CONFIG_B"
    }
    assert guards("#if defined(CONFIG_A) && \\\r\n    defined(CONFIG_B)\r\nint a;\n#endif\n") == {
        "a": "CONFIG_A && CONFIG_B"
    }


@pytest.mark.parametrize(
    "opening",
    [
        "#ifndef _NET_SOCK_H\n#define _NET_SOCK_H\n",
        "#ifndef _NET_SOCK_H\n\n\n#define _NET_SOCK_H 1\n",
        "#if !defined(_NET_SOCK_H)\n#define _NET_SOCK_H\n",
        "#if !defined _NET_SOCK_H\n#define _NET_SOCK_H\n",
        "# ifndef _NET_SOCK_H\n# define _NET_SOCK_H\n",
    ],
)
def test_the_guard_against_double_inclusion_is_no_condition(opening: str) -> None:
    assert guards(f"{opening}int a;\n#ifdef CONFIG_B\nint b;\n#endif\n#endif\n") == {"a": "", "b": "CONFIG_B"}


def test_ifndef_of_something_else_is_a_condition() -> None:
    assert guards("#ifndef CONFIG_A\n#define B\nint a;\n#endif\n") == {"a": "!CONFIG_A"}
    assert guards("#ifdef CONFIG_A\n#ifndef X\n#define X\nint a;\n#endif\n#endif\n") == {"a": "CONFIG_A && !X"}


def test_an_ifdef_is_never_an_include_guard() -> None:
    assert guards("#ifdef X\n#define X\nint a;\n#endif\n") == {"a": "X"}


def test_the_arms_of_a_group() -> None:
    text = "#ifdef A\nint a;\n#else\nint b;\n#endif\n#ifdef C\nint c;\n#endif\n"
    d = scan(text)
    assert [[text[a.start : a.end].strip() for a in g.arms] for g in d.groups] == [["int a;", "int b;"], ["int c;"]]
    assert [g.exhaustive for g in d.groups] == [True, False]


@pytest.mark.parametrize("text", ["#else\n", "#endif\n", "#elif X\nint a;\n#endif\n#endif\n", "#if A\n#if B\nint a;\n"])
def test_unbalanced_conditionals_are_read_as_far_as_they_go(text: str) -> None:
    assert isinstance(scan(text), Directives)


def test_an_object_like_macro() -> None:
    (m,) = scan("\n#define sk_prot\t\t__sk_common.skc_prot\n", "include/net/sock.h").macros
    assert (m.name, m.params, m.variadic, m.body) == ("sk_prot", None, "", "__sk_common.skc_prot")
    assert (m.file, m.line, m.end_line, m.body_line) == ("include/net/sock.h", 2, 2, 2)


@pytest.mark.parametrize(
    ("define", "params", "variadic", "body"),
    [
        ("f(a,b) a b", ("a", "b"), "", "a b"),
        ("f() a", (), "", "a"),
        ("f( a , b )a", ("a", "b"), "", "a"),
        ("f (a)", None, "", "(a)"),  # a blank before the parenthesis: object-like (6.10.3 p10)
        ("f(...) g(__VA_ARGS__)", (), "__VA_ARGS__", "g(__VA_ARGS__)"),
        ("f(a, ...) g", ("a",), "__VA_ARGS__", "g"),
        ("f(a, rest...) g(rest)", ("a",), "rest", "g(rest)"),
        ("f(a, rest ...) g(rest)", ("a",), "rest", "g(rest)"),
        ("f", None, "", ""),
        ("f(a)", ("a",), "", ""),
    ],
)
def test_parameters(define: str, params: tuple[str, ...] | None, variadic: str, body: str) -> None:
    m = parse_define(f" {define}", "", "", 1)
    assert m is not None
    assert (m.params, m.variadic, m.body) == (params, variadic, body)


def test_a_definition_over_several_lines_knows_its_lines() -> None:
    text = "int a;\n#define NF_HOOK(pf, hook, \\\n\tokfn) \\\n\\\n\tdo { \\\n\t\tokfn(); \\\n\t} while (0)\nint b;\n"
    (m,) = scan(text).macros
    assert (m.params, m.line, m.end_line, m.body_line) == (("pf", "hook", "okfn"), 2, 7, 5)
    assert m.body.split() == ["do", "{", "okfn();", "}", "while", "(0)"]
    assert m.body.split("\n")[m.line + 5 - m.body_line - 1].strip() == "okfn();"


def test_crlf_continuations_are_continuations() -> None:
    (m,) = scan("#define F(a) \\\r\n\tg(a); \\\r\n\th(a)\r\nint x;\r\n").macros
    assert m.body.split() == ["g(a);", "h(a)"]
    assert m.end_line == 3


@pytest.mark.parametrize("value", ["1", "0x1F", "(1)", "-1", "~0UL", "(-5)", "  42  ", "\t0xff\r"])
def test_plain_numbers_are_stepped_over(value: str) -> None:
    assert [m.name for m in scan(f"#define REG {value}\n#define g h\n").macros] == ["g"]


@pytest.mark.parametrize("value", ["(1 << 2)", "1 + x", "BIT(3)", "2 \\\n + f()", "(1), f()", "-x"])
def test_what_only_begins_like_a_number_is_kept(value: str) -> None:
    assert [m.name for m in scan(f"#define REG {value}\n").macros] == ["REG"]


def test_undef_ends_the_definitions_before_it_and_not_those_behind() -> None:
    text = "#define A x\n#define B y\n#undef A\n#define A z\n#undef C\n"
    assert [(m.name, m.body, m.until) for m in scan(text).macros] == [("A", "x", 3), ("B", "y", 0), ("A", "z", 0)]


def test_macros_and_includes_carry_their_guards() -> None:
    text = "#ifdef CONFIG_A\n#include <linux/a.h>\n#define f() g()\n#else\n#define f() do { } while (0)\n#endif\n"
    d = scan(text)
    assert [(m.body, m.guard) for m in d.macros] == [("g()", "CONFIG_A"), ("do { } while (0)", "!CONFIG_A")]
    assert [(i.path, i.angled, i.line, i.guard) for i in d.includes] == [("linux/a.h", True, 2, "CONFIG_A")]


@pytest.mark.parametrize(
    ("line", "path", "angled"),
    [
        ("#include <linux/net.h>", "linux/net.h", True),
        ('#include "af_local.h"', "af_local.h", False),
        ("#  include\t<a.h>", "a.h", True),
        ("#include<a.h>", "a.h", True),
        ("#include_next <a.h>", "a.h", True),
    ],
)
def test_includes(line: str, path: str, angled: bool) -> None:
    (i,) = scan(line + "\n").includes
    assert (i.path, i.angled) == (path, angled)


def test_a_computed_include_has_no_path() -> None:
    (found,) = scan("int a;\n#include TRACE_INCLUDE(TRACE_INCLUDE_FILE)\n").includes
    assert (found.path, found.line) == ("", 2)


def test_a_hash_inside_a_line_is_no_directive() -> None:
    assert not scan("int a; #define f g\n").macros


def test_a_hash_inside_a_line_hides_no_directive_behind_it() -> None:
    (m,) = scan('asm("# move \\\n#define f g\n', "").macros
    assert (m.name, m.line) == ("f", 2)


def test_numbers_count_only_where_their_line_begins() -> None:
    assert plain_numbers(b"#define A 3\n\t# define B (-2)\nint c; #define C 3\n#define D x\n#define A 4") == ("A", "B")


def test_lines_and_columns() -> None:
    d = scan("a\n\nbc\n")
    assert [(d.line_at(o), d.column_at(o)) for o in range(7)] == [
        (1, 0), (1, 1), (2, 0), (3, 0), (3, 1), (3, 2), (4, 0),
    ]  # fmt: skip
    assert [d.offset_of(line) for line in range(6)] == [0, 0, 2, 3, 6, 7]


def test_directives_are_blanked_where_they_stand() -> None:
    source = b"int a;\n#define f(x) \\\n\tg(x)\n  # ifdef X\nint b;\n#endif"
    assert blank_directives(source) == b"int a;\n              \n     \n           \nint b;\n      "


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (b"#define A 1\n#define B 2\n", False),
        (b"\n  #define A \\\n", True),  # a continuation: better parsed once too often
        (b"#ifndef H\n#define H\nint a;\n#endif\n", True),
        (b"#ifndef H\r\n \t \r\n\f\n#endif\n", False),
        (b"#define A 1\n#endif", True),  # no line feed: the same
        (b"#define A 1\n\f a\n", True),
        (b"", False),
    ],
)
def test_register_headers_need_no_parser(source: bytes, code: bool) -> None:
    assert has_code(source) is code


lines = st.sampled_from(
    [
        "#if A",
        "#ifdef CONFIG_B",
        "#ifndef C",
        "#elif D > 2",
        "#else",
        "#endif",
        "#define f(x) x",
        "#define g \\",
        "#undef g",
        "int a;",
        "#",
        "#if",
        "#define",
        '#include "a.h"',
        "#if 0",
        "#elif",
        "#ifdef",
        "#undef",
        "#include",
    ]
)


@given(st.one_of(st.text(max_size=80), st.lists(lines, max_size=25).map("\n".join)))
@settings(max_examples=200, deadline=None)
def test_any_text_can_be_scanned(text: str) -> None:
    d = scan(text)
    for g in d.groups:
        ends = 0
        for a in g.arms:
            assert ends <= a.start <= a.end <= len(text)
            ends = a.end
    for at in range(len(text) + 1):
        line = text.count("\n", 0, at)
        assert d.line_at(at) == line + 1
        assert d.column_at(at) == at - (text.rfind("\n", 0, at) + 1)
        to_text(d.cond_at(at))
    for m in d.macros:
        assert 1 <= m.line <= m.body_line <= m.end_line or not m.body
        assert text.split("\n")[m.line - 1].lstrip().startswith("#")


@given(st.one_of(st.binary(max_size=80), st.lists(lines, max_size=25).map(lambda t: "\n".join(t).encode())))
@settings(max_examples=150, deadline=None)
def test_blanking_keeps_every_byte_in_place(source: bytes) -> None:
    code = blank_directives(blank_comments(source))
    assert len(code) == len(source)
    assert [i for i, c in enumerate(code) if c == 10] == [i for i, c in enumerate(source) if c == 10]
    assert b"#" not in {line.strip()[:1] for line in code.split(b"\n") if b"\x0b" not in line and b"\r" not in line}


def test_an_option_that_the_file_itself_defines() -> None:
    # net/ipv4/ipmr.c until 3.8
    text = (
        "#if defined(CONFIG_A) || defined(CONFIG_B)\n#define CONFIG_AB 1\n#endif\n"
        "#ifdef CONFIG_AB\nint f(void);\n#endif\n#ifndef CONFIG_AB\nint g(void);\n#endif\n"
    )
    d = scan(text)
    assert to_text(d.cond_at(text.index("f("))) == "CONFIG_A || CONFIG_AB || CONFIG_B"
    assert to_text(d.cond_at(text.index("g("))) == "!CONFIG_A && !CONFIG_AB && !CONFIG_B"


def test_an_option_that_has_a_value_for_want_of_one() -> None:
    text = "#ifndef CONFIG_BITS\n#define CONFIG_BITS 10\n#endif\n#ifdef CONFIG_BITS\nint f(void);\n#endif\n"
    assert to_text(scan(text).cond_at(text.index("f("))) == ""
