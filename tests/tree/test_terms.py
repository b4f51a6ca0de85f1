# SPDX-License-Identifier: MIT
from hypothesis import given
from hypothesis import strategies as st

from xref.lex.guard import evaluate, from_text, to_text
from xref.tree.terms import FALSE, TRUE, Terms, both, either, opposite, option, text

LITERALS = ["CONFIG_A", "CONFIG_B", "CONFIG_B=y", "CONFIG_B=m", "CONFIG_C"]
literals = st.sampled_from(LITERALS + ["!" + name for name in LITERALS]).map(option)
conditions = st.recursive(
    literals | st.sampled_from([TRUE, FALSE]),
    lambda inner: (
        st.tuples(inner, inner).map(lambda p: both(*p))
        | st.tuples(inner, inner).map(lambda p: either(*p))
        | inner.map(opposite)
    ),
    max_leaves=6,
)


WORLDS = [
    {"CONFIG_A": a, "CONFIG_B": b != "n", "CONFIG_B=y": b == "y", "CONFIG_B=m": b == "m", "CONFIG_C": c}
    for a in (True, False)
    for b in "nym"
    for c in (True, False)
]


def table(a: Terms) -> list[bool | None]:
    """What the text says of every configuration, as guards read it."""
    return [evaluate(from_text(text(a)), world.get) for world in WORLDS]


@given(conditions, conditions)
def test_operations_mean_what_they_say(a: Terms, b: Terms) -> None:
    assert table(both(a, b)) == [x and y for x, y in zip(table(a), table(b), strict=True)]
    assert table(either(a, b)) == [x or y for x, y in zip(table(a), table(b), strict=True)]
    assert table(opposite(a)) == [not x for x in table(a)]


def test_text_is_spelt_as_guards_are() -> None:
    a, b, c = option("CONFIG_A"), option("CONFIG_B"), option("CONFIG_C")
    for condition, spelt in [
        (TRUE, ""),
        (FALSE, "0"),
        (both(b, a), "CONFIG_A && CONFIG_B"),
        (both(a, either(opposite(c), b)), "CONFIG_A && (CONFIG_B || !CONFIG_C)"),
        (either(both(a, b), c), "CONFIG_C || (CONFIG_A && CONFIG_B)"),
        (either(a, both(b, opposite(a))), "CONFIG_A || CONFIG_B"),
        (either(option("CONFIG_B=y"), option("CONFIG_B=m")), "CONFIG_B"),
        (both(b, opposite(option("CONFIG_B=m"))), "CONFIG_B=y"),
    ]:
        assert text(condition) == spelt
        assert to_text(from_text(spelt)) == spelt
