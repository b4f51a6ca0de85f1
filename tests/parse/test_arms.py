# SPDX-License-Identifier: MIT
"""Arms that stand side by side, arms that must be read apart, arms that nobody compiles."""

from hypothesis import given, settings
from hypothesis import strategies as st

from xref.lex.comments import blank_comments
from xref.lex.directives import blank_directives, scan
from xref.parse.arms import MAX_VARIANTS, blank_dead, variants


def readings(source: str) -> list[str]:
    """The variants of a text, their blanks squeezed."""
    raw = source.encode()
    found = variants(blank_directives(raw), scan(source))
    assert all(len(v) == len(raw) for v in found)
    assert all(v.count(b"\n") == raw.count(b"\n") for v in found)
    return [" ".join(v.decode().split()) for v in found]


def test_whole_statements_stay_together() -> None:
    assert readings("int f(void)\n{\n#ifdef A\n\tg();\n#else\n\th();\n#endif\n}\n") == ["int f(void) { g(); h(); }"]
    assert readings("struct s {\n#ifdef A\n\tint a;\n#endif\n\tint b;\n};\n") == ["struct s { int a; int b; };"]
    assert readings("struct o x = {\n#ifdef A\n\t.f = g,\n#else\n\t.f = h,\n#endif\n};\n") == [
        "struct o x = { .f = g, .f = h, };"
    ]


def test_arms_that_split_an_expression_are_read_one_at_a_time() -> None:
    found = readings("int f(void)\n{\n\treturn g(a\n#ifdef A\n\t, b\n#else\n\t, c\n#endif\n\t);\n}\n")
    assert found == ["int f(void) { return g(a , b ); }", "int f(void) { return g(a , c ); }"]


def test_arms_that_open_a_brace_are_read_one_at_a_time() -> None:
    found = readings("#ifdef A\nint f(int a)\n{\n#else\nint f(void)\n{\n#endif\n\treturn g();\n}\n")
    assert found == ["int f(int a) { return g(); }", "int f(void) { return g(); }"]


def test_without_an_else_the_absence_is_an_arm() -> None:
    found = readings("void f(void)\n{\n#ifdef A\n\tif (x) {\n#endif\n\tg();\n#ifdef A\n\t}\n#endif\n}\n")
    assert found == ["void f(void) { if (x) { g(); } }", "void f(void) { g(); }"]


def test_arms_of_one_condition_go_together() -> None:
    source = (
        "void f(void)\n{\n#ifdef A\n\tif (x) {\n#else\n\tif (y) {\n#endif\n"
        "\tg();\n#ifndef A\n\tb(); }\n#else\n\ta(); }\n#endif\n}\n"
    )
    assert readings(source) == [
        "void f(void) { if (x) { g(); a(); } }",
        "void f(void) { if (y) { g(); b(); } }",
    ]


def test_later_readings_hold_only_what_differs() -> None:
    source = (
        "int before(void)\n{\n\treturn 1;\n}\n\nint f(\n#ifdef A\n\tint a)\n"
        "#else\n\tlong b)\n#endif\n{\n}\n\nint after(void)\n{\n}\n"
    )
    first, second = readings(source)
    assert "before" in first
    assert "after" in first
    assert second == "int f( long b) { }"


def test_brackets_in_literals_do_not_count() -> None:
    assert len(readings("void f(void)\n{\n#ifdef A\n\tg(\"(\");\n#else\n\tg(')');\n#endif\n}\n")) == 1


def test_there_are_never_too_many() -> None:
    arms = "".join(f"#elif defined(A{i})\n\t, {i}\n" for i in range(30))
    assert len(readings(f"int x = f(0\n#if defined(B)\n\t, b\n{arms}#endif\n);\n")) == MAX_VARIANTS


def test_dead_arms_are_blanked() -> None:
    source = (
        "int a;\n#if 0\nint b(\n#else\nint c;\n#endif\n#ifdef __ASSEMBLY__\n"
        "ENTRY(d)\n#endif\n#ifdef A\nint e;\n#endif\n"
    )
    d = scan(source)
    code = blank_dead(blank_directives(source.encode()), d)
    assert len(code) == len(source)
    assert code.decode().split() == ["int", "a;", "int", "c;", "int", "e;"]
    assert len(variants(code, d)) == 1


lines = st.sampled_from(
    [
        "#ifdef A",
        "#if defined(B)",
        "#else",
        "#elif C",
        "#endif",
        "#if 0",
        "{",
        "}",
        "f(",
        ");",
        "int a;",
        "a,",
        "",
        "\tx",
    ]
)


@given(st.one_of(st.binary(max_size=80), st.lists(lines, max_size=30).map(lambda t: "\n".join(t).encode())))
@settings(max_examples=150, deadline=None)
def test_nothing_moves(raw: bytes) -> None:
    source = blank_comments(raw)
    d = scan(source.decode("latin-1"))
    code = blank_dead(blank_directives(source), d)
    found = variants(code, d)
    assert 1 <= len(found) <= MAX_VARIANTS
    for text in found:
        assert len(text) == len(raw)
        assert all(t == c or (t == 0x20 and c != 10) for t, c in zip(text, code, strict=True))
