# SPDX-License-Identifier: MIT
from hypothesis import given
from hypothesis import strategies as st

from xref.lex.asn1 import as_c

GRAMMAR = b"""\
-- ({ no_action }) of a comment
Key ::= SEQUENCE {
\tn\tINTEGER ({ get_n }), -- ({ nor_this }) -- e INTEGER ({ get_e }),
\tagain\tINTEGER ({ get_n }),
\trest\tANY ({get_rest})
}
"""


def test_actions_stand_on_the_lines_of_the_grammar() -> None:
    made = as_c("crypto/my-key.asn1", GRAMMAR).split(b"\n")
    lines = {word: number for number, line in enumerate(made, 1) for word in line.replace(b",", b" ").split()}
    assert lines[b"#include"] == 1
    assert {name: lines[name] for name in (b"get_n", b"get_e", b"get_rest")} == {
        b"get_n": 3,
        b"get_e": 3,
        b"get_rest": 5,
    }
    assert b"no_action" not in lines
    assert b"nor_this" not in lines
    assert b"my_key_action_table[]" in lines
    assert b"my_key_decoder" in lines


def test_a_grammar_of_one_line() -> None:
    assert as_c("k.asn1", b"K ::= INTEGER ({ get })").split(b"\n")[1].endswith(b"= { get, ")


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    made = as_c("k.asn1", data)
    assert made.count(b"k_decoder") == 1
    assert made.count(b"{") == made.count(b"}")
