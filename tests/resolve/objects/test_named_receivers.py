# SPDX-License-Identifier: MIT
"""Receivers that are variables call what those variables hold; and what arrives by detours must fit the call."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.resolve.small import Small

Make = Callable[..., Small]

SOURCE = """\
struct ops { int (*open)(int x); };
struct big { struct ops ops; };
int g(int x)
{
}
int h(int x)
{
}
int i(int x)
{
}
const struct ops one = { .open = g };
const struct ops two = { .open = h };
struct ops copied = { .open = g };
struct ops assigned = { .open = g };
struct ops empty;
struct big part = { .ops = { .open = h } };
void copy(const struct ops *o)
{
	memcpy(&copied, o, sizeof(copied));
	assigned = *o;
}
void set(struct ops *o)
{
	o->open = i;
}
int f(struct ops *pointer)
{
	return CALL(1);
}
"""
EVERY = ["g", "h", "i"]


@pytest.mark.parametrize(
    ("receiver", "targets"),
    [
        ("one.open", ["g", "i"]),  # clk_gate_ops.disable(hw)   drivers/clk/st/clk-flexgen.c
        ("(&two)->open", ["h", "i"]),
        ("part.ops.open", ["h", "i"]),  # its part may be what set() is given
        ("pointer->open", EVERY),
        ("copied.open", EVERY),
        ("assigned.open", EVERY),
        ("empty.open", EVERY),
    ],
)
def test_a_variable_calls_what_it_holds(small: Make, receiver: str, targets: list[str]) -> None:
    s = small(SOURCE.replace("CALL", receiver))
    assert s.dispatches("f") == {"ops.open": targets}
    for name in EVERY:
        assert ("net/a.c:f" in s.callers(name)) is (name in targets)


def test_what_is_in_a_member_of_some_struct_is_in_no_variable(small: Make) -> None:
    # msm_clocksource.read(cs) and clock->clksource.read = goldfish_timer_read   drivers/clocksource
    source = SOURCE.replace("CALL", "one.open").replace(
        "struct ops *o)\n{\n\to->open = i", "struct big *b)\n{\n\tb->ops.open = i"
    )
    assert small(source).dispatches("f") == {"ops.open": ["g"]}


DATA = """\
struct id { const char *name; const void *data; };
struct dev { int (*init)(int a, int b); };
int two(int a, int b)
{
}
int one(int a)
{
}
int any(int a, ...)
{
}
struct id ids[] = { { "a", two }, { "b", one }, { "c", any } };
const void *match(struct dev *d)
{
	return lookup(d)->data;
}
struct id *lookup(struct dev *d)
{
	return ids;
}
void probe(struct dev *d)
{
	d->init = match(d);
}
int f(struct dev *d)
{
	return d->init(1, 2);
}
"""


def test_what_came_as_data_fits_the_call(small: Make) -> None:
    # hwrng.read got every function that a device tree's match table holds   drivers/char/hw_random/omap3-rom-rng.c
    s = small(DATA)
    assert s.dispatches("f") == {"dev.init": ["any", "two"]}
    assert s.callers("one") == []


def test_what_is_put_into_the_slot_itself_is_taken_at_its_word(small: Make) -> None:
    # .open = (void *)dummy: a cast of the function's own name is somebody's intent
    s = small(DATA.replace("d->init = match(d)", "d->init = (void *)one"))
    assert s.dispatches("f") == {"dev.init": ["one"]}


def test_where_nothing_fits_that_is_said(small: Make) -> None:
    s = small(DATA.replace('{ "a", two }, ', "").replace(', { "c", any }', ""))
    assert s.dispatches("f") == {"dev.init": []}
