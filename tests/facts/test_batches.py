# SPDX-License-Identifier: MIT
"""What macros made is read in batches: in order, of bounded size, and never cut inside braces."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from xref.facts.text import Origin, Place, Role, batches

from .sources import facts_of, registrations

AT = Origin(Place(1, 0, ""), Role.MAKER)
SIZE = 90_000
PARTS = st.lists(st.sampled_from(["f();", "{", "}", "{ f(); }", "x" * SIZE]), max_size=30)


def depth(texts: list[str]) -> int:
    return sum(text.count("{") - text.count("}") for text in texts)


@given(PARTS)
def test_batches_hold_all_parts_and_end_outside_braces(texts: list[str]) -> None:
    found = list(batches([(text, AT) for text in texts]))
    assert [text for batch in found for text, _ in batch] == texts
    for batch in found[:-1]:
        inside = [text for text, _ in batch]
        assert depth(inside) <= 0
        assert sum(map(len, inside)) >= 2 * SIZE
        # it ends as soon as it may
        assert sum(map(len, inside[:-1])) < 2.5 * SIZE or depth(inside[:-1]) > 0


def test_an_object_that_many_invocations_make_is_read_whole() -> None:
    source = (
        "#define BEGIN(n) static const struct match n[] = {\n#define MATCH(s, f) { .name = s, .init = f },\n"
        "#define END() };\n"
        "struct match { const char *name; int (*init)(void); };\nBEGIN(table)\n"
        + "".join(f'MATCH("{"x" * 100}{k}", init_{k})\n' for k in range(2_000))
        + "END()\n"
    )
    made = [value for name, _, value, _ in registrations(facts_of(source)) if name == "table"]
    assert made == [f"init_{k}" for k in range(2_000)]
