# SPDX-License-Identifier: MIT
import pickle
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xref.lex.guard import (
    ALWAYS,
    NEVER,
    Cond,
    atom,
    conj,
    contradicts,
    defined,
    disj,
    evaluate,
    from_text,
    neg,
    parse_if,
    substitute,
    to_text,
)

A, B, C = atom("A"), atom("B"), atom("C")
X, XY, XM = atom("CONFIG_X"), atom("CONFIG_X=y"), atom("CONFIG_X=m")

NAMES = ["CONFIG_A", "CONFIG_B", "CONFIG_B=y", "CONFIG_B=m", "FOO", "BITS_PER_LONG == 64", "BITS_PER_LONG == 32", "(x"]
atoms = st.sampled_from(NAMES).map(atom)
conditions = st.recursive(
    st.one_of(atoms, st.just(ALWAYS), st.just(NEVER)),
    lambda inner: st.one_of(
        inner.map(neg),
        st.lists(inner, max_size=4).map(lambda p: conj(*p)),
        st.lists(inner, max_size=4).map(lambda p: disj(*p)),
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (conj(), ""),
        (disj(), "0"),
        (conj(A, neg(A)), "0"),
        (disj(A, neg(A)), ""),
        (conj(A, disj(A, B)), "A"),
        (disj(A, conj(A, B)), "A"),
        (conj(A, disj(neg(A), B)), "A && B"),
        (disj(A, conj(neg(A), B)), "A || B"),
        (conj(disj(A, B), disj(A, B, C)), "A || B"),
        (disj(conj(A, B), conj(A, neg(B))), "A"),
        (conj(B, conj(A, ALWAYS), B), "A && B"),
        (neg(conj(A, disj(B, C))), "!A || (!B && !C)"),
        (conj(X, XY), "CONFIG_X=y"),
        (conj(XY, XM), "0"),
        (conj(neg(X), XM), "0"),
        (disj(XY, XM), "CONFIG_X"),
        (conj(X, neg(XM)), "CONFIG_X=y"),
        (conj(atom("A == 1"), atom("A == 2")), "0"),
        (conj(atom("A == 1"), neg(atom("A == 2"))), "A == 1"),
    ],
)
def test_conditions_simplify_as_they_are_built(made: Cond, text: str) -> None:
    assert to_text(made) == text
    assert from_text(text) is made


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("defined(CONFIG_NET)", "CONFIG_NET"),
        ("defined CONFIG_NET", "CONFIG_NET"),
        ("IS_ENABLED(CONFIG_NET)", "CONFIG_NET"),
        ("CONFIG_NET", "CONFIG_NET"),
        # include/net/ax25.h: #if defined(CONFIG_NETROM) || defined(CONFIG_NETROM_MODULE)
        ("defined(CONFIG_NETROM) || defined(CONFIG_NETROM_MODULE)", "CONFIG_NETROM"),
        # fs/ext4/super.c: #if !defined(CONFIG_EXT2_FS) && !defined(CONFIG_EXT2_FS_MODULE)
        ("!defined(CONFIG_EXT2_FS) && !defined(CONFIG_EXT2_FS_MODULE)", "!CONFIG_EXT2_FS"),
        ("!defined(CONFIG_X) && defined(CONFIG_X_MODULE)", "CONFIG_X=m"),
        ("defined(CONFIG_X_MODULE)", "CONFIG_X=m"),
        ("IS_BUILTIN(CONFIG_X)", "CONFIG_X=y"),
        ("IS_MODULE(CONFIG_X)", "CONFIG_X=m"),
        ("IS_REACHABLE(CONFIG_X)", "CONFIG_X=y || (CONFIG_X=m && MODULE)"),
        ("defined(FOO) && !defined(BAR)", "!BAR && FOO"),
        ("defined(__KERNEL__) && !defined(__ASSEMBLY__)", ""),
        ("!defined(__CHECKER__)", ""),
        ("BITS_PER_LONG==64", "BITS_PER_LONG == 64"),
        ("BITS_PER_LONG != 64", "!(BITS_PER_LONG == 64)"),
        ("GCC_VERSION < 40300", "!(GCC_VERSION >= 40300)"),
        ("LINUX_VERSION_CODE >= KERNEL_VERSION(2,6,0)", "LINUX_VERSION_CODE >= KERNEL_VERSION(2, 6, 0)"),
        ("FOO", "FOO != 0"),
        ("(FOO) == 0", "!(FOO != 0)"),
        ("0 && FOO", "0"),
        ("1", ""),
        ("3 > 2UL", ""),
        ("defined(A) ? defined(B) : defined(C)", "(!A && C) || (A && B)"),
        ("(A + B) * 2 == 3", "`(A + B) * 2 == 3`"),
        ("defined(A) /* why */ && \\\n defined(B)", "A && B"),
        ("__has_attribute(__fallthrough__)", "__has_attribute(__fallthrough__)"),
        (
            "__GNUC__ > 4 || (__GNUC__ == 4 && __GNUC_MINOR__ >= 5)",
            "(__GNUC_MINOR__ >= 5 && __GNUC__ == 4) || __GNUC__ > 4",
        ),
        ("FOO && 08", "`FOO && 08`"),
        ("defined(", "`defined(`"),
        ("", "``"),
        ("a `b\\", "`a \\`b\\\\`"),
    ],
)
def test_if_lines(source: str, text: str) -> None:
    c = parse_if(source)
    assert sorted(to_text(c)) == sorted(text)  # the order of operands has its own test
    assert from_text(to_text(c)) is c


@pytest.mark.parametrize(
    "text", ["A", "!A", "A && B", "B && !A && C", "A && A", "A && !A", "CONFIG_A=m && CONFIG_A", "0", "A && 0", "(A)"]
)
def test_plain_text_is_read_as_all_text_is(text: str) -> None:
    """Names joined by ``&&`` are read without the grammar, with the same result."""
    parts = [from_text(f"({part})") for part in text.split(" && ")]
    assert from_text(text) is conj(*parts)


def test_order_is_literals_by_name_then_groups() -> None:
    c = parse_if("(defined(B) || defined(A)) && !defined(CONFIG_SMP) && defined(CONFIG_NET)")
    assert to_text(c) == "CONFIG_NET && !CONFIG_SMP && (A || B)"


def test_assembly_sees_assembly() -> None:
    assert defined("__ASSEMBLY__") is NEVER
    assert defined("__ASSEMBLY__", assembly=True) is ALWAYS


@pytest.mark.parametrize(
    "text", ["(" * 5000, "!" * 4999 + "defined(A)", "A ? " * 3000, "&& ||", "defined(A) )", "'", '"']
)
def test_broken_text_does_not_raise(text: str) -> None:
    c = parse_if(text)
    assert from_text(to_text(c)) is c


@given(st.text(max_size=30))
def test_any_text_is_a_condition(text: str) -> None:
    for c in (parse_if(text), atom(text), from_text(text)):
        assert from_text(to_text(c)) is c
        assert from_text(to_text(neg(c))) is neg(c)


@given(conditions)
def test_text_round_trip(c: Cond) -> None:
    assert from_text(to_text(c)) is c
    assert pickle.loads(pickle.dumps(c)) is c
    assert neg(neg(c)) is c


def _holds(c: Cond, world: dict[str, bool]) -> bool:
    if c.parts:
        return (all if c.op == "&&" else any)(_holds(p, world) for p in c.parts)
    return {"1": True, "0": False}[c.op] if c.op in "10" else world[c.name] is (c.op == "a")


WORLDS = [
    dict(zip(NAMES, (a, b != "n", b == "y", b == "m", foo, bits == 64, bits == 32, x), strict=True))
    for a in (True, False)
    for b in "nym"
    for foo in (True, False)
    for bits in (32, 64, 31)
    for x in (True, False)
]


@given(st.lists(conditions, min_size=2, max_size=3))
@settings(max_examples=300)
def test_simplifying_keeps_the_meaning(parts: list[Cond]) -> None:
    both, either = conj(*parts), disj(*parts)
    for world in WORLDS:
        values = [_holds(p, world) for p in parts]
        assert _holds(both, world) is all(values)
        assert _holds(either, world) is any(values)
        assert _holds(neg(both), world) is not all(values)
        assert evaluate(both, world.get) is all(values)


def test_three_valued() -> None:
    c = parse_if("defined(CONFIG_A) && (defined(B) || IS_MODULE(CONFIG_C))")
    assert evaluate(c, {"CONFIG_A": False}.get) is False
    assert evaluate(c, {"CONFIG_A": True}.get) is None
    assert evaluate(c, {"CONFIG_A": True, "B": True}.get) is True
    assert to_text(substitute(c, {"CONFIG_A": True, "CONFIG_C": False}.get)) == "B"


def test_contradicts() -> None:
    assert contradicts(parse_if("defined(CONFIG_X) || !defined(A)"), parse_if("defined(A) && !defined(CONFIG_X)"))
    assert contradicts(parse_if("BITS_PER_LONG == 64"), parse_if("BITS_PER_LONG == 32"))
    assert contradicts(parse_if("IS_REACHABLE(CONFIG_X)"), parse_if("!IS_ENABLED(CONFIG_X)"))
    assert not contradicts(A, B)
    assert not contradicts(ALWAYS, A)


def test_large_conditions_stay_cheap() -> None:
    start = time.process_time()
    pairs = [conj(atom(f"A{i}"), atom(f"B{i}")) for i in range(300)]
    big = disj(*pairs)
    assert big.size == 600
    assert from_text(to_text(big)) is big
    deep = A
    for i in range(200):
        deep = disj(conj(deep, atom(f"P{i}")), atom(f"Q{i}"))
    contradicts(deep, neg(deep))
    assert time.process_time() - start < 2
