# SPDX-License-Identifier: MIT
"""Names of types against tags: a record is its tag, a typedef what is behind it, and a macro may be anything."""

from collections.abc import Callable

import pytest

from tests.resolve.small import Small
from xref.resolve.language.typenames import TypeNames

Make = Callable[..., Small]

SOURCE = """\
struct plain { int n; };
struct other { int n; };
typedef struct plain plain_t;
typedef plain_t again_t;
#define renamed plain
#define makes(x) struct x
struct holder { struct { struct plain *direct; } inside; plain_t *typed; struct other *else_; int word; };
struct second { struct other *direct; typeof(int) odd; };
#define aliased inside.direct
"""


@pytest.fixture
def names(small: Make) -> TypeNames:
    return TypeNames(small(SOURCE).resolver.reader)


@pytest.mark.parametrize("expected", [False, True], ids=["one by one", "at once"])
def test_a_type_may_be_the_record_that_it_names(names: TypeNames, expected: bool) -> None:
    every = ("plain", "other", "plain_t", "again_t", "renamed", "makes", "", "nowhere")
    if expected:
        names.expect(every, ())
    assert [name for name in every if names.may_be(name, {"plain"})] == [
        "plain",
        "plain_t",
        "again_t",
        "renamed",
        "makes",
        "",
    ]
    assert [name for name in every if names.is_plain(name)] == ["plain", "other", "", "nowhere"]


def test_an_access_begins_with_a_typedef_only_where_its_name_says_so(names: TypeNames) -> None:
    assert names.may_begin("plain", {"plain"})
    assert names.may_begin("again_t", {"plain"})
    assert names.may_begin("renamed", {"plain"})
    assert not names.may_begin("other", {"plain"})


@pytest.mark.parametrize("expected", [False, True], ids=["one by one", "at once"])
def test_a_member_may_be_what_any_of_that_name_is(names: TypeNames, expected: bool) -> None:
    members = ("direct", "typed", "else_", "word", "inside", "nothing")
    if expected:
        names.expect((), members)
    assert [name for name in members if names.may_reach(name, {"plain"})] == ["direct", "typed", "nothing"]
    assert [name for name in members if names.may_reach(name, {"other"})] == ["direct", "else_", "nothing"]
    assert [name for name in members if names.may_reach(name, {"holder"})] == ["inside", "nothing"]
