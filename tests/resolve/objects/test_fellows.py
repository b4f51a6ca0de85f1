# SPDX-License-Identifier: MIT
"""Functions that are given what the object has beside them."""

from collections.abc import Callable

import pytest

from tests.resolve.small import Small

Make = Callable[..., Small]

TYPES = """\
#define container_of(p, type, member) ((type *)((char *)(p) - __builtin_offsetof(type, member)))
struct attribute { int mode; };
struct group { int (*is_visible)(struct attribute *, int); struct attribute **attrs; struct attribute *first; };
struct dev_attr { struct attribute attr; int (*show)(int); };
int one(int x) { return x; }
int two(int x) { return x; }
int three(int x) { return x; }
static struct dev_attr a = { .show = one };
static struct dev_attr b = { .show = two };
static struct dev_attr c = { .show = three };
static struct attribute *some[] = { &a.attr, &b.attr, 0 };
static struct attribute *others[] = { &c.attr, 0 };
static int visible(struct attribute *attr, int n)
{
	return container_of(attr, struct dev_attr, attr)->show(n);
}
static int always(struct attribute *attr, int n) { return 1; }
static const struct group other_group = { .is_visible = always, .attrs = others, .first = &c.attr };
"""
GROUP = "static const struct group group = { .is_visible = visible, .attrs = some, .first = &b.attr };\n"
LATER = "static struct group group = { .is_visible = visible };\n"
ALL = ["one", "three", "two"]


@pytest.mark.parametrize(
    ("call", "more", "expected"),
    [
        # create_files() of fs/sysfs/group.c
        ("struct attribute *const *p; for (p = g->attrs; *p; p++) g->is_visible(*p, 0);", GROUP, ["one", "two"]),
        ("return g->is_visible(g->attrs[0], 0);", GROUP, ["one", "two"]),
        ("g->is_visible(g->first, 0);", GROUP, ["two"]),
        ("g->is_visible(g->first, 0); g->is_visible(g->attrs[1], 1);", GROUP, ALL),
        ("g->is_visible(h->attrs[0], 0);", GROUP, ALL),
        ("g->is_visible(pick(g), 0);", GROUP, ALL),
        ("g->is_visible(g->attrs[0], 0);", GROUP.replace(".attrs = some, ", ""), ALL),
        # fmt_attr_fill() of drivers/perf/amlogic/meson_ddr_pmu_core.c
        ("g->is_visible(g->attrs[0], 0);", f"{LATER}void f(void) {{ group.attrs = some; }}", ["one", "two"]),
        (
            "g->is_visible(g->attrs[0], 0);",
            f"{LATER}struct model {{ struct attribute **fmt; }};\nstatic struct model model = {{ .fmt = some }};\n"
            "static void fill(struct attribute **fmt) { group.attrs = fmt; }\n"
            "int f(struct model *m) { fill(m->fmt); return m == &model; }",
            ["one", "two"],
        ),
        ("g->is_visible(g->attrs[0], 0);", f"{LATER}void f(void) {{ group.attrs = some_table(); }}", ALL),
        ("g->is_visible(g->attrs[0], 0);", f"{GROUP}void f(void) {{ group.attrs = others; }}", ALL),
        ("g->is_visible(g->attrs[0], 0);", f"{GROUP}int f(void) {{ return visible(&c.attr, 1); }}", ALL),
        ("g->is_visible(g->attrs[0], 0);", f"{GROUP}void f(struct group *g) {{ g->is_visible = visible; }}", ALL),
    ],
)
def test_what_all_callers_take_from_the_object(small: Make, call: str, more: str, expected: list[str]) -> None:
    core = f"int create(const struct group *g, const struct group *h)\n{{\n\t{call}\n}}\n"
    s = small(TYPES + more + core)
    assert s.dispatches("visible") == {"dev_attr.show": expected}
    assert [name for name in ALL if "net/a.c:visible" in s.callers(name)] == expected
