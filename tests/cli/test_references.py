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


def test_members_of_other_types_are_none_unless_all_are_asked_for(uses, xref, bare_kernel):
    other = "struct other {\n\tint held;\n};\nint f(struct other *o)\n{\n\treturn o->held;\n}\n"
    (bare_kernel / "kernel" / "other.c").write_text(other)
    said = "kernel/other.c:6: read held in f"
    assert said not in xref("--tree", bare_kernel, "refs", "lock.held").out
    assert said in xref("--tree", bare_kernel, "refs", "lock.held", "--all").out


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


MEMBERS = """\
struct head {
	int len;
};
struct packet {
	int len;
	union {
		int mark;
	};
	struct head head;
	struct head *next;
};
struct other {
	int len;
	int mark;
};
#define LENGTH(p) ((p)->len)
#define size head.len
static struct packet first = { .len = 1, .head = { .len = 2 } };
static struct packet many[] = {
	{ .len = 3 },
	[1] = { .len = 4, .head.len = 5 },
};
static struct other one = {
	.len = 6,
};
static struct packet *find(struct packet *p, int n)
{
	return p + n;
}
int use(struct packet *p, struct other *o, struct packet list[4])
{
	struct other mine = { .len = 7 };
	struct packet yours = (struct packet){ .len = 8 };

	p->len = o->len;
	p->head.len = p->next->len;
	find(p, 2)->len++;
	list[o->len].len = 9;
	((struct packet *)o)->len = 10;
	(*p).mark = o->mark + p->size;
	return mine.len + yours.len + __builtin_offsetof(struct packet, len);
}
"""


@pytest.fixture
def lines(xref, bare_kernel):
    """The line and column of each use, and what is said besides."""
    (bare_kernel / "kernel" / "code.c").write_text(MEMBERS)

    def ask(name, *options):
        ran = xref("--tree", bare_kernel, "refs", name, "--format", "json", *options)
        answer = json.loads(ran.out)
        found = [each["line"] for each in answer["rows"]]
        assert bool(answer["untold"]) == ("left out" in ran.err)
        return found, [line for line in ran.err.splitlines() if "left out" in line]

    return ask


def test_members_of_one_struct_are_told_from_those_of_others(lines):
    told = ["xref: 2 accesses to a member 'len' left out, nothing tells of which struct (--all shows every 'len')"]
    assert lines("packet.len") == ([18, 20, 21, 33, 35, 37, 38, 39, 41, 41], told)
    assert lines("head.len") == ([18, 21, 36, 36], told)
    assert lines("other.len") == ([24, 32, 35, 38, 41], told)


def test_members_of_unions_without_a_name(lines):
    assert lines("packet.mark") == ([40], [])
    assert lines("other.mark") == ([40], [])


def test_members_that_are_spelled_by_a_macro(lines):
    assert lines("packet.size") == ([40], [])


def test_every_member_of_a_name_where_all_are_asked_for(lines):
    found, told = lines("packet.len", "--all")
    assert 16 in found
    assert {18, 24, 35, 36} <= set(found)
    assert not told


def test_only_files_that_see_a_struct_can_access_its_members(xref, bare_kernel):
    header = bare_kernel / "include" / "linux" / "packet.h"
    header.parent.mkdir(parents=True, exist_ok=True)
    header.write_text("struct packet {\n\tint mark;\n};\nstruct other {\n\tint mark;\n};\n")
    use = "{include}int f(void)\n{{\n\treturn unknown()->mark;\n}}\n"
    sees = '#include "part.c"\n'
    (bare_kernel / "kernel" / "sees.c").write_text("#include <linux/packet.h>\n" + sees)
    (bare_kernel / "kernel" / "part.c").write_text("int g(struct packet *p)\n{\n\treturn p->mark;\n}\n")
    (bare_kernel / "kernel" / "open.c").write_text(use.format(include="#include <linux/packet.h>\n"))
    (bare_kernel / "kernel" / "blind.c").write_text(use.format(include=""))
    ran = xref("--tree", bare_kernel, "refs", "packet.mark", "--format", "json")
    answer = json.loads(ran.out)
    assert [(each["file"], each["line"]) for each in answer["rows"]] == [("kernel/part.c", 3)]
    assert answer["untold"] == 1  # that of open.c
