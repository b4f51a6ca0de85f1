# SPDX-License-Identifier: MIT
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xref.lex.tokens import is_identifier, join, tokenize


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("a+++b", ["a", "++", "+", "b"]),
        ("a->b.c", ["a", "->", "b", ".", "c"]),
        ("x<<=1>>=y", ["x", "<<=", "1", ">>=", "y"]),
        ("f(a, ...)", ["f", "(", "a", ",", "...", ")"]),
        ("args...", ["args", "..."]),
        ("#a##b", ["#", "a", "##", "b"]),
        ("0x1fUL 1e-5 .5f 1.5e+3 0b11", ["0x1fUL", "1e-5", ".5f", "1.5e+3", "0b11"]),
        ("0x1p-3", ["0x1p-3"]),
        ("\"a \\\" b\"'\\''", ['"a \\" b"', "'\\''"]),
        ("$a a$b", ["$a", "a$b"]),
        ("a?:b", ["a", "?", ":", "b"]),
        ("&&label", ["&&", "label"]),
        ('"open', ['"', "open"]),
        (" \t\n", []),
    ],
)
def test_the_spellings_of_c(text: str, tokens: list[str]) -> None:
    assert tokenize(text) == tokens


def test_identifiers_are_told_from_the_rest() -> None:
    assert [t for t in tokenize('int a1 = 2x + _b ? $c : "d"') if is_identifier(t)] == ["int", "a1", "_b", "$c"]


@given(st.text(alphabet="ab1.0xeE+-*/<>=&|#\"'(),; $_", max_size=40))
@settings(max_examples=200, deadline=None)
def test_joined_tokens_are_the_same_tokens_again(text: str) -> None:
    tokens = tokenize(text)
    assert tokenize(join(tokens)) == tokens
