# SPDX-License-Identifier: MIT
"""``xref refs``: what a use is, and that no text of a file makes it take long."""

import json
import signal

import pytest

CODE = """\
struct lock {
	int held;
};

struct ops {
	void (*take)(struct lock *l);
};

static void take(struct lock *l)
{
	l->held = 1;
	if (l->held++)
		take(l);
}

static struct ops table[] = {
	{ .take = take },
};

void run(struct lock *l, struct ops *o)
{
	/* take */
	o->take(l);
	o->take = take;
	o->take = &take;
	table[0].take(l);
}
"""


@pytest.fixture
def uses(xref, bare_kernel):
    """Kind, line and owner of each use of a name in the code."""
    (bare_kernel / "kernel" / "code.c").write_text(CODE)

    def ask(name, *options):
        ran = xref("--tree", bare_kernel, "refs", name, "--format", "json", *options)
        assert ran.code == 0, ran.err
        found = json.loads(ran.out)
        return [(each["kind"], each["line"], each["within"]) for each in found["rows"]]

    return ask


def test_each_use_says_what_it_is_and_where_it_stands(uses):
    assert uses("held") == [("write", 11, "take"), ("write", 12, "take")]
    assert uses("table") == [("read", 26, "run")]
    assert uses("take") == [
        ("call", 13, "take"),
        ("member", 17, "table"),
        ("registration", 17, "table"),
        ("dispatch", 23, "run"),
        ("write", 24, "run"),
        ("read", 24, "run"),
        ("write", 25, "run"),
        ("address", 25, "run"),
        ("dispatch", 26, "run"),
    ]


def test_members_are_found_by_their_name(uses, xref, bare_kernel):
    assert uses("ops.take") == [
        ("member", 17, "table"),
        ("dispatch", 23, "run"),
        ("write", 24, "run"),
        ("write", 25, "run"),
        ("dispatch", 26, "run"),
    ]
    assert uses("lock.held") == [("write", 11, "take"), ("write", 12, "take")]
    ran = xref("--tree", bare_kernel, "refs", "lock.hold")
    assert ran.code == 1
    assert "no struct or union has a member 'lock.hold'; did you mean lock.held?" in ran.err


def test_members_of_other_types_are_said_to_be_among_them(uses, xref, bare_kernel):
    other = "struct other {\n\tint held;\n};\nint f(struct other *o)\n{\n\treturn o->held;\n}\n"
    (bare_kernel / "kernel" / "other.c").write_text(other)
    ran = xref("--tree", bare_kernel, "refs", "lock.held")
    assert ran.code == 0
    assert "kernel/other.c:6: read held in f" in ran.out
    assert "xref: members are found by their name, 'held', which another type has too" in ran.err


def test_long_comments_below_code_cost_nothing(uses, bare_kernel):
    # include/linux/rculist.h: sixty lines of comments, which a pattern could divide in as many ways as they are long
    comments = "/**\n" + " * why this is as it is, at some length, line by line\n" * 200 + " */\n"
    (bare_kernel / "kernel" / "one.c").write_text(f"extern int held\n{comments}#define x\n{comments}int y = held;\n")

    def late(*_):
        raise AssertionError("refs took longer than 20 s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(20)
    try:
        found = uses("held")
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    assert ("declaration", 407, "") in found
