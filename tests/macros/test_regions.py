# SPDX-License-Identifier: MIT
"""What a macro means depends on the line where an ``#undef`` ends it, and on nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from xref.lex.directives import scan
from xref.macros.table import MacroTable
from xref.macros.view import MacroView
from xref.macros.visibility import empty_graph

DIRECTIVES = ["#define x(a) a", "#define x(a) f(a)", "#define y 1 x(2)", "#undef x", "#undef y", ""]
LINES = st.lists(st.sampled_from(DIRECTIVES))


def view_of(lines: list[str]) -> MacroView:
    text = "\n".join([*lines, ""])
    directives = scan(text, "a.c")
    view = MacroTable(directives.macros, empty_graph(["a.c"])).view("a.c")
    view.divide(directives.macros)
    return view


def in_force(lines: list[str], name: str, line: int) -> str | None:
    """The body that the preprocessor would take at a line (1-based), which holds no directive."""
    body: str | None = None
    for text in lines[: line - 1]:
        words = text.split(None, 2)
        if len(words) > 1 and words[1].partition("(")[0] == name:
            body = words[2] if words[0] == "#define" else None
    return body


@given(LINES)
def test_each_line_has_the_definition_in_force(lines: list[str]) -> None:
    view = view_of(lines)
    ended = {name for name in ("x", "y") if f"#undef {name}" in lines} & view.ended
    for line, text in enumerate([*lines, ""], 1):
        for name in ended if not text else ():
            found = {m.body for m in view.at(line).candidates(name)}
            expected = in_force(lines, name, line)
            # a definition on top of another, which C forbids, leaves both
            assert (expected in found) if expected is not None else not found, (line, name)


def test_lines_between_the_same_directives_share_a_view() -> None:
    view = view_of(["#define x(a) a", "", "", "#undef x", "#define x(a) b", "", "#undef x", ""])
    assert view.at(2) is view.at(3)
    assert view.at(2) is not view.at(6)
    assert view.at(2).at(6) is view.at(6)
    assert [m.body for m in view.at(2).candidates("x")] == ["a"]
    assert [m.body for m in view.at(6).candidates("x")] == ["b"]
    assert view.at(8).candidates("x") == ()


def test_without_an_undef_there_is_one_view() -> None:
    view = view_of(["#define x(a) a", "#define y 1"])
    assert view.at(1) is view
    assert not view.depends_on_line("x")


def test_a_list_depends_on_the_line_where_it_is_used() -> None:
    view = view_of(["#define LIST() x(1) x(2)", "#define x(a) a", "#undef x", "#define x(a) b", "#undef x"])
    assert view.depends_on_line("x")
    assert view.depends_on_line("LIST")
    plain = view_of(["#define LIST(x) ((x)->x + f(x))", "#define x(a) a", "#undef x", "#define x(a) b", "#undef x"])
    assert not plain.depends_on_line("LIST")
