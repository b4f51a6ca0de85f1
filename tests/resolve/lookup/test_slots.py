# SPDX-License-Identifier: MIT
"""What a slot holds, by every way that something can be put into one."""

from collections.abc import Callable

import pytest

from tests.resolve.small import Small

Make = Callable[..., Small]

TYPES = """\
struct ops { int n; int (*open)(int x); int (*close)(int x); };
struct outer { struct ops ops; struct ops list[2]; struct ops *ptr; };
struct dst { int (*input)(int x); int (*output)(int x); };
struct neigh { int (*output)(int x); struct dst *ops; };
typedef struct ops ops_t;
int g(int x)
{
}
int h(int x)
{
}
static int i(int x)
{
}
"""


def held(s: Small, struct: str, field: str) -> list[tuple[str, str, int, str]]:
    """The entries of a slot: function, object, line behind the types, manner."""
    first = TYPES.count("\n")
    return [(e.function.name, e.object, e.line - first, e.how) for e in s.resolver.slot(struct, field).entries]


@pytest.mark.parametrize(
    ("source", "opens", "closes"),
    [
        ("struct ops o = { .open = g };", ["g"], []),
        ("struct ops o = { open: g };", ["g"], []),
        ("struct ops o = { 1, g, h };", ["g"], ["h"]),
        ("struct ops o = { .open = g, h };", ["g"], ["h"]),  # what follows a designator goes on from there (6.7.9 p17)
        ("ops_t o = { .open = g };", ["g"], []),
        ("static const struct ops o = { .open = &g };", ["g"], []),
        ("struct ops o = { .open = (int (*)(int))g };", ["g"], []),
        ("struct ops o = { .open = 1 ? g : h };", ["g", "h"], []),
        ("struct ops o[] = { { .open = g }, { 0, h } };", ["g", "h"], []),
        ("struct ops o[] = { [1] = { .open = g }, [2].open = h };", ["g", "h"], []),
        ("struct outer o = { .ops = { .open = g }, .list = { { .close = h } } };", ["g"], ["h"]),
        ("struct outer o = { .ops.open = g };", ["g"], []),
        ("struct outer o = { { 0, g, h } };", ["g"], ["h"]),
        ("struct outer o = { .ptr = &(struct ops){ .open = g } };", ["g"], []),
        ("#define GO .open = g, .close = h\nstruct ops o = { GO };", ["g"], ["h"]),
        ("#define INIT(o, c) { .open = o, .close = c }\nstruct ops o = INIT(g, h);", ["g"], ["h"]),
        (
            "#define INIT(o, c) { .open = o, .close = c }\nstruct ops o[] = { INIT(g, h), INIT(i, i) };",
            ["g", "i"],
            ["h", "i"],
        ),
        ("#define p(f) f\nstruct ops o = { .open = p(g) };", ["g"], []),
        ("#define alias g\nstruct ops o = { .open = alias };", ["g"], []),
        ("#define MAKE(n) struct ops n##_ops = { .open = n }\nMAKE(g);", ["g"], []),
        ("void f(struct ops *o)\n{\n\to->open = g;\n}", ["g"], []),
        ("void f(struct outer *o)\n{\n\to->list[1].open = g;\n\to->ptr->close = h;\n}", ["g"], ["h"]),
        ("void f(struct ops *o)\n{\n\to->open = o->close = g;\n}", ["g"], ["g"]),
        ("void f(struct ops *o)\n{\n\t*o = (struct ops){ .open = g };\n}", ["g"], []),
        ("struct ops *f(void)\n{\n\tstatic struct ops o = { .open = g };\n\treturn &o;\n}", ["g"], []),
        ("#define SET(o, what) (o)->open = what\nvoid f(struct ops *o)\n{\n\tSET(o, g);\n}", ["g"], []),
        (
            "#define SET(o, what) (o)->what = what##_impl\nint open_impl(int x)\n{\n"
            "}\nvoid f(struct ops *o)\n{\n\tSET(o, open);\n}",
            ["open_impl"],
            [],
        ),
        # a typedef by that name is no matter of the tag's (C11 6.2.3): struct key_type, and one of tools/
        ("struct outer p = { .ops.open = g };\ntypedef struct { int n; } ops;", ["g"], []),
        # static const config configuration_table[10] = { { 0, deflate_stored } };   lib/zlib_deflate/deflate.c
        ("static const ops_t table[] = { { 0, g }, { 1, h, i } };", ["g", "h"], ["i"]),
        ("struct ops o = { .open = NULL, .close = 0 };", [], []),
        ("struct dst o = { .output = g };", [], []),
    ],
)
def test_every_way_into_a_slot(small: Make, source: str, opens: list[str], closes: list[str]) -> None:
    s = small(TYPES + source + "\n")
    assert sorted({e.function.name for e in s.resolver.slot("ops", "open").entries}) == opens
    assert sorted({e.function.name for e in s.resolver.slot("ops", "close").entries}) == closes


def test_entries_say_where_and_how(small: Make) -> None:
    s = small(TYPES + "struct ops o = {\n\t.open = g,\n};\nvoid f(struct ops *p)\n{\n\tp->open = h;\n}\n")
    assert held(s, "ops", "open") == [("g", "o", 2, "designated"), ("h", "p->open", 6, "assignment")]
    assert [e.text for e in s.resolver.slot("ops", "open").entries] == [".open = g,", "p->open = h;"]


def test_copies_between_slots(small: Make) -> None:
    """net/core/neighbour.c: ``neigh->output = neigh->ops->output``."""
    source = (
        "struct dst d = { .output = g };\nvoid f(struct neigh *n)\n{\n\tn->output = n->ops->output;\n}\n"
        "int call(struct neigh *n)\n{\n\treturn n->output(1);\n}\n"
    )
    s = small(TYPES + source)
    assert s.dispatches("call") == {"neigh.output": ["g"]}
    assert [e.how for e in s.resolver.slot("neigh", "output").entries] == ["copy"]
    (edge,) = s.calls("call").edges
    assert edge.evidence[0].rule == "dispatch"
    assert {v.rule for v in edge.evidence} >= {"dispatch", "assignment", "registration"}


def test_copies_in_a_circle_end(small: Make) -> None:
    s = small(
        TYPES + "void f(struct dst *d)\n{\n\td->input = d->output;\n\td->output = d->input;\n\td->input = g;\n}\n"
    )
    assert {e.function.name for e in s.resolver.slot("dst", "output").entries} == {"g"}


def test_sites_of_a_slot(small: Make) -> None:
    s = small(
        TYPES + "int a(struct ops *o)\n{\n\treturn o->open(1);\n}\n"
        "int b(struct outer *o)\n{\n\treturn o->ops.open(o->ptr->open(2));\n}\n"
        "int c(struct dst *o)\n{\n\treturn o->input(1);\n}\n"
    )
    assert [x.caller.name for x in s.resolver.slot("ops", "open").sites] == ["a", "b", "b"]


def test_a_static_function_of_another_file_is_not_meant(small: Make) -> None:
    types = "struct ops { int (*open)(int x); };\n"
    s = small(
        {
            "include/linux/ops.h": types,
            "net/a.c": "#include <linux/ops.h>\nstatic int open(int x)\n{\n}\nstruct ops a = { .open = open };\n",
            "net/b.c": "#include <linux/ops.h>\nstatic int open(int x)\n{\n}\nstruct ops b = { .open = open };\n",
        }
    )
    entries = s.resolver.slot("ops", "open").entries
    assert [(e.object, e.function.node) for e in entries] == [("a", "net/a.c:open"), ("b", "net/b.c:open")]


def test_guards_of_registrations(small: Make) -> None:
    source = TYPES + "struct ops o = {\n#ifdef CONFIG_X\n\t.open = g,\n#else\n\t.open = h,\n#endif\n};\n"
    s = small(source)
    assert [(e.function.name, e.guard) for e in s.resolver.slot("ops", "open").entries] == [
        ("g", "CONFIG_X"),
        ("h", "!CONFIG_X"),
    ]
    assert [e.function.name for e in small(source, config="CONFIG_X=y\n").resolver.slot("ops", "open").entries] == ["g"]


def test_fields_that_hold_functions(small: Make) -> None:
    assert small(TYPES).resolver.slots_of("ops") == ("open", "close")
    assert small(TYPES).resolver.slots_of("nothing") == ()


def test_a_slot_that_is_none(small: Make) -> None:
    slot = small(TYPES).resolver.slot("ops", "nothing")
    assert (slot.entries, slot.sites) == ((), ())


def test_an_empty_slot_is_said(small: Make) -> None:
    (missing,) = small(TYPES + "int f(struct ops *o)\n{\n\treturn o->open(1);\n}\n").calls("f").unresolved
    assert (missing.via, missing.reason) == ("ops.open", "nothing is registered in this slot")


UNION = """\
struct driver {
	int (*probe)(int x);
	union {
		int (*remove)(int x);
		int (*remove_new)(int x);
	};
	union {
		int (*single)(int x);
		int (*multi)(int x, int y);
	};
};
"""


def test_two_names_of_one_member(small: Make) -> None:
    # platform_driver.remove and remove_new   include/linux/platform_device.h of 6.12
    s = small(
        UNION + TYPES + "struct driver a = { .remove_new = g };\n"
        "struct driver b = { .remove = h };\nint f(struct driver *d)\n{\n\treturn d->remove(1);\n}\n"
    )
    assert s.dispatches("f") == {"driver.remove": ["g", "h"]}
    assert s.callers("g") == s.callers("h") == ["net/a.c:f"]
    for name in ("remove", "remove_new"):
        slot = s.resolver.slot("driver", name)
        assert [(e.field, e.function.name) for e in slot.entries] == [("remove_new", "g"), ("remove", "h")]
        assert [site.caller.name for site in slot.sites] == ["f"]


def test_members_of_a_union_that_are_called_otherwise_are_no_names_of_one(small: Make) -> None:
    s = small(
        UNION + TYPES + "struct driver a = { .single = g };\n"
        "struct driver b = { .multi = h };\nint f(struct driver *d)\n{\n\treturn d->single(1);\n}\n"
    )
    assert s.dispatches("f") == {"driver.single": ["g"]}


def test_an_object_of_the_type_of_another(small: Make) -> None:
    # static const typeof(pv_ops) xen_cpu_ops = { .cpu = { .cpuid = xen_cpuid, } }   arch/x86/xen/enlighten_pv.c
    s = small(TYPES + "struct outer all;\nstatic const typeof(all) mine = { .ops = { .open = g, }, };\n")
    assert held(s, "ops", "open") == [("g", "mine", 2, "designated")]
