# SPDX-License-Identifier: MIT
"""Macros that a file defines, takes back and defines anew: each use means the definition in force at its line."""

from __future__ import annotations

import pytest

from .sources import assigns, calls, facts_of, registrations

LIST = "#define ENTRIES() x(btree, 0) x(clock, 1)\n"
TABLES = """\
static const char * const names[] = {
#define x(t, n) [n] = #t,
	ENTRIES()
#undef x
};
static const struct entry_ops ops[] = {
#define x(t, n) [n] = { .validate = t##_validate, .to_text = t##_to_text, },
	ENTRIES()
#undef x
};
"""
SWITCH = """\
#define x(t, n) case n: return t##_validate(e);
int validate(struct entry *e, int type)
{
	switch (type) {
	ENTRIES()
	}
	return 0;
}
#undef x
#define x(t, n) t##_to_text(e);
void to_text(struct entry *e)
{
	ENTRIES();
}
#undef x
"""


@pytest.mark.parametrize("header", [False, True])
def test_a_list_is_made_into_each_table_by_its_own_macro(header: bool) -> None:
    facts = facts_of(TABLES if header else LIST + TABLES, {"include/linux/entries.h": LIST} if header else {})
    assert [(o, path, value) for o, path, value, _ in registrations(facts) if o == "ops"] == [
        ("ops", "[].validate", "btree_validate"),
        ("ops", "[].to_text", "btree_to_text"),
        ("ops", "[].validate", "clock_validate"),
        ("ops", "[].to_text", "clock_to_text"),
    ]


@pytest.mark.parametrize("header", [False, True])
def test_a_list_calls_what_its_macro_calls_there(header: bool) -> None:
    facts = facts_of(SWITCH if header else LIST + SWITCH, {"include/linux/entries.h": LIST} if header else {})
    assert {"btree_validate", "clock_validate"} <= set(calls(facts, "validate"))
    assert {"btree_to_text", "clock_to_text"} <= set(calls(facts, "to_text"))
    assert "btree_to_text" not in calls(facts, "validate")
    assert "btree_validate" not in calls(facts, "to_text")


def test_a_macro_used_twice_under_one_name() -> None:
    source = """\
#define set(op) ops->op = first_##op
void one(struct ops *ops)
{
	set(open);
}
#undef set
#define set(op) ops->op = second_##op
void two(struct ops *ops)
{
	set(open);
}
#undef set
void three(struct ops *ops)
{
	set(open);
}
"""
    facts = facts_of(source)
    assert assigns(facts, "one") == [("ops -> open", "first_open")]
    assert assigns(facts, "two") == [("ops -> open", "second_open")]
    assert assigns(facts, "three") == []
    assert calls(facts, "three") == ["set"]


def test_definitions_at_file_scope() -> None:
    source = """\
#define MAKE(n) static int n##_one(void) { return first(); }
MAKE(a);
#undef MAKE
#define MAKE(n) static int n##_two(void) { return second(); }
MAKE(a);
#undef MAKE
"""
    facts = facts_of(source)
    assert calls(facts, "a_one") == ["first"]
    assert calls(facts, "a_two") == ["second"]
    assert not any(f.name in ("a_two",) and f.line == 2 for f in facts.functions)


def test_a_name_that_is_no_invocation_leads_nowhere() -> None:
    # the x of a member, a variable or a parameter is not the macro x()
    source = """\
#define x(t) t,
static int numbers[] = { x(1) };
#undef x
#define x(t) t
#undef x
#define plain(p) ((p)->x + helper(p))
int use(struct point *p)
{
	return plain(p);
}
"""
    assert calls(facts_of(source), "use") == ["plain"]
