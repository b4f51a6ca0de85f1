# SPDX-License-Identifier: MIT
"""What an answer from a part of a tree has asked, and what other files could have said."""

from __future__ import annotations

from pathlib import Path

import pytest

from xref.index.build import build_index
from xref.resolve.front.resolver import Resolver
from xref.tree.part import Wanted
from xref.tree.root import open_tree

FILES = {
    "Makefile": "VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 0\n",
    "kernel/x.c": "",
    "arch/x86/x.c": "",
    "include/linux/ops.h": """
struct ops { int (*open)(int x); int (*close)(int x); };
struct dev { const struct ops *ops; };
int elsewhere(int x);
static inline int always(int x) { return x; }
#ifdef CONFIG_HOOKS
int hook(int x);
#else
static inline int hook(int x) { return 0; }
#endif
""",
    "net/a.c": """
#include <linux/ops.h>
static int own(int x) { return x; }
int start(struct dev *dev, int x)
{
	own(x);
	always(x);
	hook(x);
	elsewhere(x);
	return dev->ops->open(x);
}
void attach(struct dev *dev, const struct ops *ops)
{
	dev->ops = ops;
}
static const struct ops ops = { .open = own };
static const struct ops others = { .open = other_open };
static void quiet(struct dev *dev)
{
	dev->ops->close(1);
	unrelated(1);
}
""",
    "net/b.c": "int other_open(int x) { return x; }\n",
}


@pytest.fixture
def part(tmp_path: Path):
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    build_index(open_tree(tmp_path), tmp_path / "part.db", arch="x86", jobs=1, part=["net/a.c"])
    resolver = Resolver.open(tmp_path / "part.db")
    yield resolver
    resolver.close()


def wanted_after(resolver: Resolver, *functions: str) -> Wanted:
    for name in functions:
        resolver.calls(resolver.lookup(name)[0])
    return resolver.wanted()


def test_nothing_is_wanted_before_anything_is_asked(part):
    assert part.wanted() == Wanted(frozenset())


def test_functions_that_are_defined_elsewhere_or_differently(part):
    """One that is not defined, one that has a stand-in for other configurations, one that a slot is filled with."""
    assert wanted_after(part, "start").functions == {"elsewhere", "hook", "other_open"}


def test_slots_on_the_way(part):
    """The one that is called through, and the one that the receiver is loaded from."""
    wanted = wanted_after(part, "start")
    assert {("ops", "open"), ("dev", "ops")} <= wanted.slots
    assert ("ops", "close") not in wanted.slots


def test_callers_who_hand_something_over(part):
    """What ``attach`` puts into ``dev.ops`` is told by those who call it, wherever they are."""
    assert "attach(" in wanted_after(part, "start").spellings


def test_calls_through_a_slot_on_the_way_up(part):
    """Who hands ``own`` its argument is whoever calls what it was put into."""
    part.callers(part.lookup("own")[0])
    assert part.wanted().through == {"open"}
