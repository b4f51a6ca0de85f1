# SPDX-License-Identifier: MIT
"""Lines that are left out, and where the rest really stands."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from xref.lex import guard as g
from xref.lex.comments import blank_comments
from xref.lex.directives import Directives, blank_directives, scan
from xref.lex.packed import packed


def _packed(source: bytes) -> tuple[bytes, Directives, bytes, Directives]:
    directives = scan(blank_comments(source).decode("latin-1"))
    code = blank_directives(blank_comments(source))
    return (*packed(code, directives), code, directives)


SOURCE = b"""\
/* Of many
 * lines. */
#ifdef CONFIG_A

int a;\t/* behind */

  int b;
#else
#endif
#ifdef CONFIG_B
int c;
#endif
"""


def test_blank_lines_and_blank_ends_are_left_out() -> None:
    text, _, _, _ = _packed(SOURCE)
    assert text == b"\nint a;\n  int b;\nint c;\n"


def test_places_and_conditions_are_those_of_the_whole_text() -> None:
    text, directives, _, _ = _packed(SOURCE)
    places = {name: directives.place(text.index(name)) for name in (b"a;", b"b;", b"c;")}
    assert places == {
        b"a;": (5, 4, g.parse_if("defined(CONFIG_A)")),
        b"b;": (7, 6, g.parse_if("defined(CONFIG_A)")),
        b"c;": (11, 4, g.parse_if("defined(CONFIG_B)")),
    }


def test_arms_hold_the_lines_that_they_held() -> None:
    text, directives, _, _ = _packed(SOURCE)
    arms = [[text[arm.start : arm.end] for arm in group.arms] for group in directives.groups]
    assert arms == [[b"int a;\n  int b;\n", b""], [b"int c;\n"]]


def test_a_line_that_is_left_out_begins_where_the_next_does() -> None:
    text, directives, _, _ = _packed(SOURCE)
    assert directives.offset_of(3) == directives.offset_of(5) == text.index(b"int a")
    assert directives.offset_of(10) == text.index(b"int c")
    assert directives.offset_of(12) == len(text)


@given(st.lists(st.sampled_from([b"", b"  x", b"y; ", b"#if A", b"#else", b"#endif", b"\t", b"/* c", b"*/ z"])))
def test_every_byte_that_stays_keeps_its_place(lines: list[bytes]) -> None:
    text, moved, code, directives = _packed(b"\n".join(lines))
    old = [directives.place(i) for i, c in enumerate(code) if not bytes([c]).isspace()]
    new = [moved.place(i) for i, c in enumerate(text) if not bytes([c]).isspace()]
    assert new == old
