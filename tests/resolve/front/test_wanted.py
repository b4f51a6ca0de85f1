# SPDX-License-Identifier: MIT
"""What a question asks for is found without asking for all the rest, and what it asks of many is read at once."""

from __future__ import annotations

from collections.abc import Callable

from tests.resolve.small import Small
from xref.resolve.edge import Calls, Symbol
from xref.resolve.front.resolver import Resolver

Make = Callable[..., Small]

SOURCE = """\
struct ops { int (*open)(int x); };
struct dev { struct ops *ops; int (*made)(int x); };
struct key { int is; };
struct other { int is; };
int near(int x)
{
}
int far(int x)
{
}
int farther(int x)
{
}
void by_key(void)
{
}
#define branch(k) ({ \\
	if (__builtin_types_compatible_p(typeof(*k), struct key)) \\
		by_key(); \\
	else \\
		lost(); \\
})
struct ops one = { .open = near };
struct ops two = { .open = far };
struct ops three = { .open = farther };
void bring(struct dev *d)
{
	d->ops = &two;
}
void f(struct dev *d, struct key *k, struct other *o)
{
	d->ops->open(1);
	one.open(1);
	d->made(2);
	branch(k);
	branch(o);
	nowhere();
	near(2);
}
"""


def asked(s: Small, wanted: Callable[[Symbol], bool] | None) -> tuple[Calls, int]:
    """The calls of ``f``, and how many statements were run for them."""
    resolver = Resolver.open(s.db)
    statements: list[str] = []
    resolver.reader._db.set_trace_callback(statements.append)
    try:
        return resolver.calls(resolver.lookup("f")[0], None, wanted), len(statements)
    finally:
        resolver.close()


def test_calls_that_are_wanted_are_those_of_all(small: Make) -> None:
    s = small(SOURCE)
    every, _ = asked(s, None)
    for name in ("near", "far", "farther", "by_key", "branch", ""):
        found, _ = asked(s, lambda sym, name=name: sym.name == name)
        assert [(e.callee.node, e.line, e.via) for e in found.edges] == [
            (e.callee.node, e.line, e.via) for e in every.edges if e.callee.name == name
        ]
        assert [(gap.callee_text, gap.line) for gap in found.unresolved] == [
            (gap.callee_text, gap.line) for gap in every.unresolved
        ]


def test_a_dispatch_that_leads_nowhere_wanted_is_not_looked_into(small: Make) -> None:
    s = small(SOURCE)
    _, statements = asked(s, None)
    _, fewer = asked(s, lambda sym: sym.name == "branch")
    assert fewer < statements - 3


def test_what_all_callers_hand_over_is_read_at_once(small: Make) -> None:
    def source(many: int) -> str:
        users = "".join(f"void c{k}(void)\n{{\n}}\nvoid u{k}(void)\n{{\n\tf(c{k});\n}}\n" for k in range(many))
        return f"void f(void (*run)(void))\n{{\n\trun();\n}}\n{users}"

    few, many = small(source(10)), small(source(60))
    calls, statements = asked(many, None)
    assert len(calls.edges) == 60
    assert statements < asked(few, None)[1] + 50 * 3 + 10  # what each of them means by its argument is asked for itself


def test_the_objects_of_a_receiver_are_not_looked_for_where_one_function_is_all(small: Make) -> None:
    source = """\
struct ops { int (*open)(int x); };
struct dev { struct ops *ops; };
int near(int x)
{
}
struct ops one = { .open = near };
MORE
void bring(struct dev *d)
{
	d->ops = &one;
}
void f(struct dev *d)
{
	d->ops->open(1);
}
"""
    alone, beside = small(source.replace("MORE", "")), small(source.replace("MORE", "struct ops two = { .open = f };"))
    calls, statements = asked(alone, None)
    assert [e.callee.name for e in calls.edges] == ["near"]
    assert statements + 5 < asked(beside, None)[1]
