# SPDX-License-Identifier: MIT
"""Objects that a macro declares at file scope: the definitions are the kernel's."""

from __future__ import annotations

import pytest

from .sources import calls, facts_of

HEADER = """\
#define __aligned(x) __attribute__((__aligned__(x)))
#define __cacheline_aligned __aligned(64)
#define __percpu
#define PER_CPU_BASE_SECTION ".data..percpu"
#define PER_CPU_ATTRIBUTES
#define __PCPU_ATTRS(sec) __percpu __attribute__((section(PER_CPU_BASE_SECTION sec))) PER_CPU_ATTRIBUTES
#define DEFINE_PER_CPU_SECTION(type, name, sec) __PCPU_ATTRS(sec) __typeof__(type) name
#define DEFINE_PER_CPU(type, name) DEFINE_PER_CPU_SECTION(type, name, "")
#define __SPIN_LOCK_UNLOCKED(x) (spinlock_t) { .name = #x }
#define DEFINE_SPINLOCK(x) spinlock_t x = __SPIN_LOCK_UNLOCKED(x)
#define LIST_HEAD_INIT(name) { &(name), &(name) }
#define LIST_HEAD(name) struct list_head name = LIST_HEAD_INIT(name)
#define DECLARE_BITMAP(name, bits) unsigned long name[(bits) / 64]
#define DECLARE_STATIC_KEY_FALSE(name) extern struct static_key_false name
#define DECLARE_WORK(n, f) struct work_struct n = { .func = (f), .name = #n, .data = LIST_HEAD_INIT(n) }
"""


def objects(source: str) -> list[tuple[str, str, str]]:
    facts = facts_of(f"{source}\nint after;\n", {"include/linux/x.h": HEADER})
    found = [(o.name, " ".join(o.decl.split()), o.linkage) for o in facts.objects]
    assert ("after", "int after", "extern") in found
    return sorted(o for o in found if o[0] != "after")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("static LIST_HEAD(queue);", ("queue", "struct list_head queue", "static")),
        ("LIST_HEAD(queue);", ("queue", "struct list_head queue", "extern")),
        ("DEFINE_SPINLOCK(lock);", ("lock", "spinlock_t lock", "extern")),
        ("static DECLARE_WORK(work, run);", ("work", "struct work_struct work", "static")),
        ("DEFINE_PER_CPU(int, cpu) = -1;", ("cpu", "int cpu", "extern")),
        ("static DEFINE_PER_CPU(struct base, bases[MAX + 1]);", ("bases", "struct base bases [ MAX + 1 ]", "static")),
    ],
)
def test_what_a_macro_initialises_is_an_object(source: str, expected: tuple[str, str, str]) -> None:
    assert expected in objects(source)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("DECLARE_STATIC_KEY_FALSE(key);", ("key", "struct static_key_false key", "declared")),
        ("static DECLARE_BITMAP(map, 64);", ("map", "unsigned long map [ ( 64 ) / 64 ]", "static")),
    ],
)
def test_what_a_macro_declares_is_an_object(source: str, expected: tuple[str, str, str]) -> None:
    assert objects(source) == [expected]


# net/openvswitch/actions.c, net/ipv6/icmp.c, kernel/smp.c
PER_CPU = [
    ("static DEFINE_PER_CPU(int, level);", "level", "static"),
    ("DEFINE_PER_CPU(struct sock *, sk);", "sk", "extern"),
]


@pytest.mark.parametrize(("source", "name", "linkage"), PER_CPU)
def test_an_object_per_cpu_is_one(source: str, name: str, linkage: str) -> None:
    ((found, _, linked),) = objects(source)
    assert (found, linked) == (name, linkage)


@pytest.mark.parametrize(
    ("source", "of"),
    [
        (PER_CPU[0][0], "int"),
        (PER_CPU[1][0], "struct sock"),
        ("static typeof(int) level;", "int"),
        ("static __typeof__(struct sock *) sk = 0;", "struct sock"),
    ],
)
def test_the_type_that_an_operator_names_is_kept(source: str, of: str) -> None:
    ((_, decl, _),) = objects(source)
    assert of in decl


@pytest.mark.xfail(strict=True, reason="an invocation behind an attribute is read as a declaration")
@pytest.mark.parametrize(
    ("source", "expected"),
    [
        # mm/hugetlb.c, fs/dcache.c
        ("__cacheline_aligned DEFINE_SPINLOCK(lock);", ("lock", "spinlock_t lock", "extern")),
        ("static __cacheline_aligned DEFINE_SPINLOCK(lock);", ("lock", "spinlock_t lock", "static")),
    ],
)
def test_an_attribute_before_the_macro(source: str, expected: tuple[str, str, str]) -> None:
    assert expected in objects(source)


@pytest.mark.parametrize("source", ["LIST_HEAD(queue);", "DEFINE_SPINLOCK(lock);", "static DECLARE_WORK(work, run);"])
def test_nothing_else_is(source: str) -> None:
    assert len(objects(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "static DEFINE_PER_CPU(struct cpu_base, bases) = { .get_time = f };",
        "DEFINE_PER_CPU(struct cpu_base, bases) = { .get_time = f };",
        "static DEFINE_PER_CPU(struct cpu_base, bases)\n= { .get_time = f };",
    ],
)
def test_an_object_of_a_macro_that_is_initialised_keeps_its_type(source: str) -> None:
    # DEFINE_PER_CPU(struct hrtimer_cpu_base, hrtimer_bases) = { ... }   kernel/time/hrtimer.c
    facts = facts_of(f"{source}\n", {"include/linux/x.h": HEADER})
    (found,) = facts.registrations
    assert (found.object, found.decl, found.path) == ("bases", "struct cpu_base bases", ".get_time")
    assert [" ".join(o.decl.split()) for o in facts.objects] == ["struct cpu_base bases"]


LITERALS = """\
#define CSD_INIT(_func, _info) (struct csd){ .func = (_func), .info = (_info), }
#define PGA_E(wname, wevent) ((struct widget) { .name = wname, .event = wevent })
#define TABLE(f) (struct entry[]){ { .fn = f } }
#define POINTED(f) &(struct entry){ .fn = f }
"""


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("struct base b = { .csd = CSD_INIT(go, NULL) };", ("b", "struct base b", ".csd.func", "( go )")),
        ('struct widget w[] = { PGA_E("a", on_event) };', ("w", "struct widget w[]", "#0.event", "on_event")),
        ('struct widget w = PGA_E("a", on_event);', ("w", "struct widget w", ".event", "on_event")),
        ("struct base b = { .table = TABLE(go) };", ("", "struct entry [ ]", "#0.fn", "go")),
        ("struct base b = { .one = POINTED(go) };", ("", "struct entry", ".fn", "go")),
    ],
)
def test_a_literal_that_a_macro_makes_is_read_member_by_member(source: str, expected: tuple[str, ...]) -> None:
    # CSD_INIT() of include/linux/smp.h, SND_SOC_DAPM_PGA_E() of include/sound/soc-dapm.h
    facts = facts_of(f"{source}\n", {"include/linux/x.h": LITERALS})
    assert [(r.object, r.decl, r.path, r.value) for r in facts.registrations] == [expected]


def test_a_record_whose_members_a_macro_holds():
    # include/crypto/hash.h
    facts = facts_of("""\
#define ALG_COMMON { \\
	unsigned int size; \\
	union { int a; }; \\
	struct alg base; \\
}
struct alg_common ALG_COMMON;

struct shash {
	int (*init)(int x);
	union {
		struct ALG_COMMON;
		struct alg_common half;
	};
};
#undef ALG_COMMON
int after(void)
{
}
""")
    fields = {
        r.tag.partition("__anon")[0] + str(r.line): [f.name for f in r.fields]
        for r in facts.records
        if "__anon" not in r.tag
    }
    assert fields == {"alg_common6": ["size", "", "base"], "shash8": ["init", ""]}
    inside = [tuple(f.name for f in r.fields) for r in facts.records if r.tag.startswith("shash__anon")]
    assert sorted(inside) == [("", "half"), ("a",), ("size", "", "base")]
    assert len({r.tag for r in facts.records}) == len(facts.records)
    assert [f.name for f in facts.functions if f.kind == "function"] == ["after"]


def test_an_array_per_cpu_holds_what_its_initialiser_has() -> None:
    """kernel/hrtimer.c of 2.6.20."""
    header = "#define DEFINE_PER_CPU(type, name) __typeof__(type) per_cpu__##name\n"
    source = "static DEFINE_PER_CPU(struct base, bases[MAX]) =\n{\n\t{ .get = &f },\n\t{ .get = &g },\n};\n"
    facts = facts_of(source, {"include/linux/percpu.h": header})
    assert [(r.object, " ".join(r.decl.split()), r.field, r.value) for r in facts.registrations] == [
        ("per_cpu__bases", "struct base per_cpu__bases[MAX]", "get", "&f"),
        ("per_cpu__bases", "struct base per_cpu__bases[MAX]", "get", "&g"),
    ]


# include/linux/net.h of 2.6.20, in small
WRAPPED = """\
#ifndef CONFIG_SMP
#define SOCKOPS_WRAPPED(name) name
#define SOCKOPS_WRAP(name)
#else
#define SOCKOPS_WRAPPED(name) __unlocked_##name
#define SOCKOPS_WRAP(name) \\
static int __lock_##name##_release(struct socket *sock) { return __unlocked_##name##_ops.release(sock); } \\
static const struct proto_ops name##_ops = { .release = __lock_##name##_release, };
#endif
"""


def test_an_object_may_have_its_name_from_a_macro() -> None:
    source = """\
static int x25_release(struct socket *sock) { return 0; }
static const struct proto_ops SOCKOPS_WRAPPED(x25_proto_ops) = {
    .release = x25_release,
};
SOCKOPS_WRAP(x25_proto);
int PROTOTYPE(int x);
struct x UNKNOWN(y);
"""
    facts = facts_of(source, {"include/linux/net.h": WRAPPED})
    assert sorted((o.name, o.guard) for o in facts.objects) == [
        ("__unlocked_x25_proto_ops", "CONFIG_SMP"),
        ("x25_proto_ops", ""),  # what SOCKOPS_WRAP makes
        ("x25_proto_ops", "!CONFIG_SMP"),
    ]
    assert sorted((r.object, r.path, r.value) for r in facts.registrations) == [
        ("__unlocked_x25_proto_ops", ".release", "x25_release"),
        ("x25_proto_ops", ".release", "__lock_x25_proto_release"),
        ("x25_proto_ops", ".release", "x25_release"),
    ]
    assert calls(facts, "__lock_x25_proto_release") == ["__unlocked_x25_proto_ops . release"]


@pytest.mark.parametrize(
    ("stub", "found"),
    [
        ("#else\n#define done NULL\n#endif\n", {"sleep", "done"}),  # drivers/usb/dwc3/core.c
        ("#else\n#define sleep (NULL)\n#define wake NULL\n#endif\n", {"sleep", "done"}),
        ("#else\n#define done other\n#endif\n", {"sleep", "other"}),
        ("#endif\n#define done NULL\n", {"sleep"}),  # in every configuration
    ],
)
def test_a_function_that_is_null_in_other_configurations(stub: str, found: set[str]) -> None:
    """What a macro is given is expanded with it."""
    facts = facts_of(
        "#define SLEEP_OPS(a, b) .suspend = a, .resume = b,\n"
        "#define DECLARE_OPS(name, a, b) struct pm_ops name = { SLEEP_OPS(a, b) }\n"
        f"#ifdef CONFIG_PM_SLEEP\nint sleep(void);\nint wake(void);\nint done(void);\n{stub}"
        "struct pm_ops first = {\n\tSLEEP_OPS(sleep, done)\n};\n"
        "DECLARE_OPS(second, sleep, wake);\n"
    )
    assert {r.value for r in facts.registrations if r.object == "first"} == found
    assert {r.value for r in facts.registrations if r.object == "second"} == {"sleep", "wake"}


def test_a_local_before_a_static_one_is_not_static() -> None:
    facts = facts_of("void f(void)\n{\n\tu8 a;\n\tstatic int b;\n}\nint c;\nstatic int d;\n")
    assert [(o.name, o.linkage) for o in facts.objects] == [("b", "static"), ("c", "extern"), ("d", "static")]


@pytest.mark.parametrize(
    ("element", "registered"),
    [
        ("{ .a = REG_A, .b = MASK_A | 2 }", []),
        ("{ .a.b = (u8)REG_A, .c[1] = sizeof(REG_A), REG_B }", []),
        ("{ .a = REG_A, .b = set }", [(".b", "set")]),
        ("{ .a = REG_A, REGS.set }", [(".a+1", "REGS . set")]),
        ("{ .a = REG_A, .b = HOOK(set) }", [(".b", "HOOK ( set )")]),
    ],
)
def test_an_element_that_a_macro_makes_is_read_when_it_may_hold_an_address(
    element: str, registered: list[tuple[str, str]]
) -> None:
    facts = facts_of(
        f"#define HOOK(f) (&f)\n#define ROW(x) {element}\nstatic const struct row rows[] = {{ ROW(1), ROW(2) }};\n"
        "void f(void)\n{\n\tstruct row r = ROW(3);\n}\n"
    )
    first = [(r.path, r.value) for r in facts.registrations if r.path.startswith("#0")]
    assert first == [(f"#0{path}", value) for path, value in registered]
    assert [x.text for x in next(f for f in facts.functions if f.name == "f").body.locals] == ["struct row r = ROW(3)"]
