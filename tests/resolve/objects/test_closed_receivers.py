# SPDX-License-Identifier: MIT
"""Receivers of which all objects are known call what these hold, and what is not known to be held by others."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.resolve.small import Small

Make = Callable[..., Small]

TYPES = """\
#define NULL ((void *)0)
#define READ_ONCE(x) (*(const volatile typeof(x) *)&(x))
#define each(pos, head) for (pos = (head)->first; pos; pos = pos->next)
#define all(pos, head) each(pos, head)
struct ops { int (*open)(int x); const struct ops *next; };
struct dev { const struct ops *ops; };
struct many { const struct ops *first; };
void *alloc(int size);
void *ERR_PTR(long error);
int look(const struct ops **p);
int g(int x) { return 1; }
int h(int x) { return 2; }
int i(int x) { return 3; }
const struct ops one = { .open = g };
const struct ops two = { .open = h };
const struct ops three = { .open = i };
"""
EVERY = ["g", "h", "i"]


def targets(small: Make, source: str) -> list[str]:
    """What the only dispatch of ``f`` reaches; from the other end it is the same."""
    s = small(TYPES + source)
    found = s.dispatches("f")
    assert len(found) == 1
    reached = next(iter(found.values()))
    for name in EVERY:
        assert ("net/a.c:f" in s.callers(name)) is (name in reached), name
    return reached


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        # busy->div_ops->recalc_rate(hw)   drivers/clk/imx/clk-busy.c
        ("void set(struct dev *d) { d->ops = &one; }\nint f(struct dev *d) { return d->ops->open(1); }\n", ["g"]),
        ("struct dev d = { .ops = &two };\nint f(struct dev *d) { return READ_ONCE(d->ops)->open(1); }\n", ["h"]),
        (
            "void set(struct dev *d, int x) { d->ops = x ? &one : NULL; if (!x) d->ops = &two; }\n"
            "int f(struct dev *d) { const struct ops *o = d->ops; return o->open(1); }\n",
            ["g", "h"],
        ),
        (
            "const struct ops *get(int x) { if (x) return ERR_PTR(-1); return &three; }\n"
            "int f(int x) { return get(x)->open(1); }\n",
            ["i"],
        ),
        (
            "static const struct ops *used;\nvoid use(void) { used = &one; }\nint f(void) { return used->open(1); }\n",
            ["g"],
        ),
        (
            "static int f(const struct ops *o) { return o->open(1); }\nint a(void) { return f(&one); }\n"
            "int b(void) { return f(&two); }\n",
            ["g", "h"],
        ),
    ],
)
def test_what_other_objects_hold_is_not_called(small: Make, source: str, expected: list[str]) -> None:
    assert targets(small, source) == expected


@pytest.mark.parametrize(
    "source",
    [
        # allocated, and filled somewhere
        "void set(struct dev *d) { d->ops = &one; }\nvoid new(struct dev *d) { d->ops = alloc(8); }\n"
        "int f(struct dev *d) { return d->ops->open(1); }\n",
        # who has its address may put anything there
        "void set(struct dev *d) { d->ops = &one; }\nint g2(struct dev *d) { return look(&d->ops); }\n"
        "int f(struct dev *d) { return d->ops->open(1); }\n",
        "static const struct ops *used;\nint use(void) { used = &one; return look(&used); }\n"
        "int f(void) { return used->open(1); }\n",
        "int f(void) { const struct ops *o = &one; look(&o); return o->open(1); }\n",
        # a macro that goes through a list stores in its argument
        "int f(struct many *m) { const struct ops *o = &one; all(o, m) { o->open(1); } return 0; }\n",
        "const struct ops *used;\nvoid use(void) { used = &one; }\n"
        "int f(struct many *m) { all(used, m) { used->open(1); } return 0; }\n",
        # who is called through a pointer may be handed anything
        "static int f(const struct ops *o) { return o->open(1); }\nint a(void) { return f(&one); }\n"
        "struct calls { int (*call)(const struct ops *o); };\nconst struct calls c = { .call = f };\n",
        "static int f(const struct ops *o) { return o->open(1); }\nint a(void) { return f(&one); }\n"
        "int take(int (*call)(const struct ops *o));\nint b(void) { return take(f); }\n",
        # nobody is known who calls, or who puts something there
        "int f(const struct ops *o) { return o->open(1); }\n",
        "int f(struct dev *d) { return d->ops->open(1); }\n",
        # of an array an element is another
        "int f(struct many *m) { const struct ops *o[2] = { &one }; o[1] = m->first; return o[0]->open(1); }\n",
    ],
)
def test_an_object_that_is_not_known_may_hold_anything(small: Make, source: str) -> None:
    assert targets(small, source) == EVERY


PARTS = """\
struct chip { int (*mask)(int x); };
struct port { int id; struct chip chip; };
struct bank { int id; struct chip chip; };
int k(int x) { return 1; }
int l(int x) { return 2; }
int m(int x) { return 3; }
const struct chip alone = { .mask = l };
struct bank banks = { .chip = { .mask = m } };
"""


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        # ct->chip.irq_unmask(data)   drivers/irqchip/irq-orion.c
        ("void set(struct port *p) { p->chip.mask = k; }\n", ["k"]),
        # by who gets its address: bgpio_init(&port->gc)   drivers/gpio/gpio-mmio.c
        (
            "void init(struct chip *c) { c->mask = k; }\nvoid set(struct port *p) { init(&p->chip); }\n"
            "void also(struct bank *b) { b->chip.mask = m; }\n",
            ["k"],
        ),
        # a copy of all of it
        ("void set(struct port *p) { p->chip.mask = k; }\nvoid copy(struct port *p) { p->chip = alone; }\n", "klm"),
        (
            "void set(struct port *p) { p->chip.mask = k; }\nvoid take(struct chip *c) { *c = alone; }\n"
            "void copy(struct port *p) { take(&p->chip); }\n",
            "klm",
        ),
        (
            "void set(struct port *p) { p->chip.mask = k; }\n"
            "void copy(struct port *p) { memcpy(&p->chip, &alone, sizeof(alone)); }\n",
            "klm",
        ),
        # member by member, and by who is handed the function: fbtft_merge_fbtftops() of drivers/staging/fbtft
        (
            "void set(struct port *p) { p->chip.mask = k; }\n"
            "void merge(struct chip *to, const struct chip *from) { to->mask = from->mask; }\n"
            "void copy(struct port *p) { merge(&p->chip, &alone); }\n",
            "kl",
        ),
        (
            "void set(struct port *p) { p->chip.mask = k; }\n"
            "void give(struct port *p, int (*mask)(int x)) { p->chip.mask = mask; }\n"
            "void given(struct port *p) { give(p, l); }\n",
            "kl",
        ),
        # by a pointer that may lead anywhere
        ("void set(struct port *p) { p->chip.mask = k; }\nvoid any(struct chip *c) { c->mask = l; }\n", ["k", "l"]),
    ],
)
def test_a_member_holds_what_is_put_into_such_a_member(small: Make, source: str, expected: str | list[str]) -> None:
    s = small(PARTS + source + "int f(struct port *p) { return p->chip.mask(1); }\n")
    assert s.dispatches("f") == {"chip.mask": [*expected]}


@pytest.mark.parametrize(("first", "expected"), [("", ["k", "m"]), ("int x; ", ["k"])])
def test_structs_that_begin_alike_may_be_taken_for_each_other(small: Make, first: str, expected: list[str]) -> None:
    # group_open_release() of drivers/base/devres.c is in a struct devres_group, and called in a struct devres
    source = PARTS.replace("struct bank { int id;", f"struct bank {{ {first}").replace("port { int id;", "port {")
    s = small(
        source + "void set(struct port *p) { p->chip.mask = k; }\nint f(struct port *p) { return p->chip.mask(1); }\n"
    )
    assert s.dispatches("f") == {"chip.mask": expected}


def test_what_a_member_points_to_is_told_by_the_struct_around_it(small: Make) -> None:
    # dev->mt76.bus->rr(&dev->mt76, offset)   drivers/net/wireless/mediatek/mt76
    drivers = (
        "struct core { const struct ops *bus; };\nstruct usb { int x; struct core core; };\n"
        "struct pci { int x; struct core core; };\n"
        "void by_usb(struct usb *u) { u->core.bus = &one; }\n"
        "void plain(struct core *c) { c->bus = &two; }\nvoid by_pci(struct pci *p) { plain(&p->core); }\n"
        "int f(struct usb *u) { return u->core.bus->open(1); }\n"
    )
    assert targets(small, drivers) == ["g"]
    more = drivers + "void any(struct core *c) { c->bus = &three; }\n"
    assert targets(small, more) == ["g", "i"]


CORE = """\
struct bus { int (*read)(int x); };
struct core { const struct bus *bus; };
"""
DRIVER = """\
#include <linux/core.h>
#include "NAME.h"
static int NAME_read(int x) { return 1; }
int NAME_probe(struct NAME *d)
{
	struct bus *own = dup(d->core.bus);

	own->read = NAME_read;
	d->core.bus = own;
	return 0;
}
int NAME_work(struct NAME *d)
{
	return d->core.bus->read(1);
}
"""


def test_what_another_driver_of_the_same_core_has_is_not_called(small: Make) -> None:
    # dev->mt76.bus->rmw(&dev->mt76, ...)   drivers/net/wireless/mediatek/mt76
    files = {
        "include/linux/core.h": CORE,
        "drivers/core.c": "#include <linux/core.h>\nint core_read(int x) { return 0; }\n"
        "static const struct bus plain = { .read = core_read };\nvoid *dup(const void *p) { return find(p); }\n"
        "void core_init(struct core *c) { c->bus = &plain; }\n"
        "int core_work(struct core *c) { return c->bus->read(1); }\n",
    }
    for n in ("one", "two"):
        files[f"drivers/{n}.h"] = f"#include <linux/core.h>\nstruct {n} {{ int x; struct core core; }};\n"
        files[f"drivers/{n}.c"] = DRIVER.replace("NAME", n)
    s = small(files)
    assert s.dispatches("one_work") == {"bus.read": ["core_read", "one_read"]}
    assert s.dispatches("two_work") == {"bus.read": ["core_read", "two_read"]}
    assert s.dispatches("core_work") == {"bus.read": ["core_read", "one_read", "two_read"]}
    assert s.callers("one_read") == ["drivers/core.c:core_work", "drivers/one.c:one_work"]
    # a driver of both may put it anywhere
    both = small({**files, "drivers/two.c": '#include "one.h"\n' + DRIVER.replace("NAME", "two")})
    assert both.dispatches("one_work") == {"bus.read": ["core_read", "one_read", "two_read"]}
