# SPDX-License-Identifier: MIT
"""Variables that blocks in expansions declare, and other names for them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xref.lex.tokens import tokenize
from xref.macros.inner import inner_variables, renamed


def names(text: str) -> list[str]:
    return list(inner_variables(tokenize(text)).values())


def other(text: str) -> str:
    tokens = tokenize(text)
    return " ".join(renamed(tokens, inner_variables(tokens), lambda name: f"{name}2"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("({ typeof(&f(x)) __F = (a); g(__F); })", ["__F"]),
        ("({ const typeof(a) *__a = &b; struct s *p; unsigned long n[2]; })", ["__a", "p", "n"]),
        ("do { int i = 0; } while (0)", ["i"]),
        # what holds behind the text, members, prototypes, statements, and what is kept between calls
        ("unsigned long flags;", []),
        ("for (;;) { int i;", []),
        ("} int i; {", []),
        ("({ struct s { int a; } x; })", []),
        ("({ struct { int a; } x; })", []),
        ("({ int f(void); a = 1; *b = 2; return c; })", []),
        ("({ static struct key __key; })", []),
    ],
)
def test_what_blocks_declare(text: str, found: list[str]) -> None:
    assert names(text) == found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("({ int a = b; a; }) + a", "( { int a2 = b ; a2 ; } ) + a"),
        ("({ int a = a; s.a = t->a; })", "( { int a2 = a2 ; s . a = t -> a ; } )"),
        ("({ int a; { f(a); } })", "( { int a2 ; { f ( a2 ) ; } } )"),
        ("f(a); { int a; } g(a);", "f ( a ) ; { int a2 ; } g ( a ) ;"),
    ],
)
def test_another_name_holds_as_far_as_the_block_goes(text: str, expected: str) -> None:
    assert other(text) == expected


def test_each_is_asked_for_in_the_order_of_the_text() -> None:
    tokens = tokenize("({ int a = ({ int a = 1; a; }); a; })")
    made = iter("xy")
    assert " ".join(renamed(tokens, inner_variables(tokens), lambda _: next(made))) == (
        "( { int x = ( { int y = 1 ; y ; } ) ; x ; } )"
    )


@given(st.lists(st.sampled_from("int struct s a b { } ( ) ; , = * . typeof const".split())))
def test_any_tokens(tokens: list[str]) -> None:
    found = inner_variables(tokens)
    assert all(tokens[at] == name for at, name in found.items())
    assert renamed(tokens, found, lambda name: name) == tokens
