# SPDX-License-Identifier: MIT
"""Shapes that no grammar of C has: types as arguments, literals that macros make, paths of members.

Each is held to what it is for: the text keeps its place, the function around it is read whole, and what it calls is
found.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xref.macros.nature import Natures
from xref.parse.mask import Masker
from xref.parse.queries import grammar

from ..facts.sources import calls, facts_of, function
from ..macros.defs import table

HEADER = """\
#define KERN_ERR "3"
#define pr_fmt(fmt) "x: " fmt
#define __stringify(x...) #x
#define alloc_percpu(type) alloc(sizeof(type))
#define offsetof(type, member) __builtin_offsetof(type, member)
#define N(x) case x: return #x;
#define for_each_thing(p) for (p = 0; p; p++)
#define LIMIT FIRST_LIMIT
#define SEVERAL first, second
#define MEMBERS .run = start
#define MYSELF get_myself()
"""
TABLE = table({"include/linux/x.h": HEADER})
MASKER = Masker(TABLE, Natures(TABLE))


def masked(code: bytes) -> bytes:
    result = MASKER.mask(code, TABLE.view("net/a.c")).text
    assert len(result) == len(code)
    return result


def words(code: str) -> str:
    return " ".join(masked(code.encode()).decode().split())


def whole(code: str) -> bool:
    """Whether the parser can read what is left of a statement."""
    return not grammar().parse(masked(f"int f(void)\n{{\n\t{code}\n}}\n".encode())).has_error


@pytest.mark.parametrize(
    "code",
    [
        # include/net/sock.h, include/linux/skbuff.h
        "n = offsetof(struct sock, sk_node.next);",
        "n = offsetof(struct sock, sk_node.next[3].first);",
        "n = offsetof(typeof(*p), a.b);",
        "n = __builtin_offsetof(struct sock, a.b);",
        "n = offsetof (struct sock, a[f(1)].b);",
        # a literal that is a macro, joined with one that a macro makes
        "printk(KERN_ERR pr_fmt(fmt));",
        "printk(KERN_ERR pr_fmt(fmt), a, b);",
        'printk(KERN_ERR PFX "x\n");',
        # drivers/net/ethernet/broadcom/tg3.c, drivers/usb/dwc3/gadget.c: half of a name
        "if (tg3_flag(tp, 5705_PLUS) && tg3_flag(tp, 40BIT_DMA_BUG)) f(0x10UL, 1ull, 0b11, 10);",
        "if (DWC3_VER_IS_PRIOR(DWC31, 180A) || DWC3_VER_IS_WITHIN(DWC3, 183A, ANY)) f();",
        # drivers/gpu/drm/amd/pm/powerplay: a statement as an argument
        'CHECK(!ret, "x", return ret);',
        "CHECK(!ret, goto out);",
        "CHECK(!ret, return -EINVAL); CHECK(x, return); CHECK(x, break);",
        "CHECK(!ret, return f(x), y);",
        # a type as the only argument
        "p = alloc_percpu(struct icmp_mib);",
        "p = alloc_percpu(struct a *);",
        "n = BPF_SIZEOF(void *);",
        "n = bits(unsigned long);",
        "n = bits(unsigned int *);",
        # a type first, last or in between
        "p = container_of(x, struct sock, sk_node);",
        "p = va_arg(ap, struct foo *);",
        "n = min_t(unsigned long, a, b);",
        "p = typed(const char *, x);",
        # an argument that is not there
        "trace(x, );",
        "trace(x,\n\t);",
        "trace(f(x), g(y), );",
        # literals that macros make
        'dump(page, "VM_BUG_ON(" __stringify(cond) ")");',
        'f("a" __stringify(x) "b" __stringify(y(z)));',
        'f("a" A(x)"b" B (y) "c", z);',
        'f("(" A(")") ")");',
        # a range of two of them
        "switch (x) { case offsetof(struct a, b) ... offsetof(struct a, c): break; }",
        "switch (x) { case 1 ... 3: break; }",
        # invocations without semicolons
        "switch (x) { N(UP) N(DOWN)\n\tN(REBOOT)\n\t}",
    ],
)
def test_what_is_left_can_be_read(code: str) -> None:
    assert whole(code)


@pytest.mark.parametrize(
    ("code", "left"),
    [
        ("printk(KERN_ERR pr_fmt(fmt), a);", "printk( pr_fmt(fmt), a);"),
        ("p = alloc_percpu(struct icmp_mib);", "p = alloc_percpu(T );"),
        ("trace(x, );", "trace(x );"),
        ('dump(page, "VM(" __stringify(cond) ")");', 'dump(page, "VM(" ")");'),
        # what looks alike and is none of it
        ("n = sizeof(struct sock);", "n = sizeof(struct sock);"),
        ("n = sizeof (void *);", "n = sizeof (void *);"),
        ("f(A, B(x));", "f(A, B(x));"),
        ("f(FOO + bar(x));", "f(FOO + bar(x));"),
        ("f(FOO);", "f(FOO);"),
        ('f("a", g(x));', 'f("a", g(x));'),
        ('f("a"); g(x);', 'f("a"); g(x);'),
        ("int f(void);", "int f(void);"),
        ("int (*f)(struct a *);", "int (*f)(struct a *);"),
        ("x = (void *)(struct a *)y;", "x = (void *)(struct a *)y;"),
        ("return (struct a *)y;", "return (struct a *)y;"),
        ("p->offsetof_x = 1;", "p->offsetof_x = 1;"),
        ("return N(x);", "return N(x);"),
        ("a[] = { N(x) };", "a[] = { N(x) };"),
    ],
)
def test_what_is_overwritten(code: str, left: str) -> None:
    assert words(code) == left


@pytest.mark.parametrize("name", ["iface_alloc", "interval_of", "charge", "long_term", "voidable"])
def test_names_that_begin_like_a_word_of_c(name: str) -> None:
    assert words(f"p = {name}(struct a);") == f"p = {name}(T );"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("g(offsetof(struct sock, a.b)); h();", ["g", "h"]),
        ("return __builtin_offsetof(struct sock, a.b) + g();", ["g"]),
        ("g(KERN_ERR pr_fmt(x), h(1));", ["g", "pr_fmt", "h"]),
        ("g(percpu(struct a), h());", ["g", "percpu", "h"]),
        ("g(h(x), );", ["g", "h"]),
        ('g(h(x), "a" __stringify(x) "b", k(y)); l();', ["g", "h", "k", "l"]),
        ("p = container_of(g(x), struct sock, sk); h();", ["container_of", "g", "h"]),
        ("g(1); N(A) N(B)\n\th();", ["g", "h"]),
    ],
)
def test_what_is_called_around_them(body: str, expected: list[str]) -> None:
    facts = facts_of(
        f"int caller(int x)\n{{\n\t{body}\n}}\n\nvoid after(void)\n{{\n\tend();\n}}\n", {"include/x.h": HEADER}
    )
    assert [c for c in calls(facts, "caller") if c not in ("N", "__stringify")] == expected
    assert calls(facts, "after") == ["end"]


@pytest.mark.xfail(strict=True, reason="quotes are counted, whether or not they open a literal")
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('if (c == \'"\') g("a" __stringify(x) "b"); h();', ["g", "h"]),
        ('g("say \\"hello(\\"", h(1)); k();', ["g", "h", "k"]),
    ],
)
def test_quotes_that_open_no_literal(body: str, expected: list[str]) -> None:
    assert calls(facts_of(f"int caller(int x)\n{{\n\t{body}\n}}\n"), "caller") == expected


def test_statements_without_semicolons_before_an_empty_line() -> None:
    source = "int caller(int x)\n{\n\tN(A) N(B)\n\n\tf(x);\n}\n"
    assert "f" in calls(facts_of(source, {"include/x.h": HEADER}), "caller")


def test_arguments_are_told_as_the_source_has_them() -> None:
    body = 'p = container_of(x, struct sock, sk); alloc(struct a *); g(x, ); h("a" S(x) "b");'
    facts = facts_of(f"int caller(int x)\n{{\n\t{body}\n}}\n")
    told = {c.callee: c.arguments for c in function(facts, "caller").body.calls}
    assert told["container_of"] == "x, struct sock, sk"
    assert told["alloc"] == "struct a *"
    assert told["g"].rstrip(", ") == "x"
    assert told["h"] == '"a" S(x) "b"'


def test_prototypes_with_a_type_alone_stay_prototypes() -> None:
    facts = facts_of("int g(struct a *);\nint (*h)(struct a *);\nint f(struct a *p)\n{\n\treturn g(p);\n}\n")
    assert [f.name for f in facts.functions] == ["f"]
    assert [o.name for o in facts.objects] == ["h"]
    assert calls(facts, "f") == ["g"]


pieces = st.sampled_from(
    [
        b"offsetof", b"__builtin_offsetof", b"KERN_ERR ", b"pr_fmt", b"__stringify", b"N", b"f", b"struct a", b"void *",
        b"unsigned long", b"(", b")", b",", b'"', b'"a"', b"'", b"\\", b"\n", b";", b"{", b"}", b" ", b"case ", b"...",
        b":", b"asm", b"typeof", b"for_each_thing", b"[", b"]", b"=", b"\xff", b".", b"->", b"T",
    ]
)  # fmt: skip
soup = st.one_of(st.binary(max_size=100), st.lists(pieces, max_size=40).map(b"".join))


@given(soup)
@settings(max_examples=500, deadline=None)
def test_any_bytes_keep_their_length(code: bytes) -> None:
    masked(code)


statements = st.sampled_from(
    [
        "n = offsetof(struct a, b.c);", "printk(KERN_ERR pr_fmt(x), y);", "p = alloc_percpu(struct a);", "f(x, );",
        'f("a" __stringify(x) "b");', 'asm volatile("x" : "=r" (a) : "r" (b));', "for_each_thing(p) f(p);",
        "N(A) N(B)", "p = container_of(x, struct a, b);", "typeof(x) y = x;", "switch (x) { case 1 ... 3: break; }",
    ]
)  # fmt: skip


@given(st.lists(statements, min_size=1, max_size=10))
@settings(max_examples=150, deadline=None)
def test_whatever_stands_beside_them(parts: list[str]) -> None:
    assert whole("\n\t".join([*parts, "end();"]))


@pytest.mark.parametrize(
    ("code", "left"),
    [
        (b"int t[] = { 0x10, -2, 30UL, 40, 50, 60 };", b"int t[] = { };"),
        (b"int t[] = { { 1, 2, 3, 4, 5, 6, 7 }, f };", b"int t[] = { { }, f };"),
        (b"enum e { FIRST = 1, SECOND, THIRD };", b"enum e { };"),
        (b"int t[] = { a, b, cafe, add, bad, feed, face };", b"int t[] = { a, b, cafe, add, bad, feed, face };"),
        (b"int t[] = { 1, 2, 3, UNKNOWN, 4, 5, 6, 7 };", b"int t[] = { };"),
        (b"int t[] = { [A] = LIMIT, [B] = (LIMIT << 1) | 3 };", b"int t[] = { };"),
        (b"struct s t = { .a = 1, .b = 2, .c . d = 3, .e[1] = true };", b"struct s t = { };"),
        (b"struct s t[] = { { \"a } b\", '}', A }, { .x = Y, }, { } };", b"struct s t[] = { };"),
        (b"struct s t[] = { { 1, REG_A, 0x1000 }, { 2, f } };", b"struct s t[] = { { }, { 2, f } };"),
        (b"struct s t = { .a = 1, .b = 2, .run = start };", b"struct s t = { .a = 1, .b = 2, .run = start };"),
        (b"int t[] = { 1, 2, 3, SEVERAL, 4, 5, 6, 7 };", b"int t[] = { 1, 2, 3, SEVERAL, 4, 5, 6, 7 };"),
        (b"struct s t[] = { 1, 2, 3, MEMBERS, 4, 5 };", b"struct s t[] = { 1, 2, 3, MEMBERS, 4, 5 };"),
        (b"int t[] = { 1, 2, 3, 4, MYSELF, 5, 6, 7 };", b"int t[] = { 1, 2, 3, 4, MYSELF, 5, 6, 7 };"),
        (b"int t[] = { 1, 2, 3, 4, FETCH(5), 6, 7 };", b"int t[] = { 1, 2, 3, 4, FETCH(5), 6, 7 };"),
        (b"int t[] = { (FETCH)(1000), 2, 3, 4, 5 };", b"int t[] = { (FETCH)(1000), 2, 3, 4, 5 };"),
        (b"struct { MANY_MEMBERS } a;", b"struct { MANY_MEMBERS } a;"),
        (b"union TAG { MANY_MEMBERS } a;", b"union TAG { MANY_MEMBERS } a;"),
        (b"void f(void) { BEGIN_IT; A = 10000000; }", b"void f(void) { BEGIN_IT; A = 10000000; }"),
        (b"enum e f(void) { return first + second + third; }", b"enum e f(void) { return first + second + third; }"),
        (b"enum e { FIRST = f(1), SECOND, THIRD, LAST };", b"enum e { FIRST = f(1), SECOND, THIRD, LAST };"),
    ],
)
def test_lists_that_hold_no_fact_are_not_parsed(code: bytes, left: bytes) -> None:
    assert b" ".join(masked(code).split()) == left


def test_what_stands_among_numbers_keeps_its_place() -> None:
    facts = facts_of(
        "struct op { int n[8]; int (*run)(int); };\nstruct op t[] = { { { 1, 2, 3, 4, 5, 6, 7, 8 }, go } };\n"
    )
    assert [(r.path, r.value, r.line) for r in facts.registrations] == [("#0#1", "go", 2)]


@pytest.mark.parametrize(
    "body",
    [
        "struct stats __percpu *p = s->stats; int __seg_gs x = 0; return g(*p);",
        'int n = sizeof(struct {_Static_assert(!(0), "must be array");}); return g(n);',
        'int n = sizeof(struct { _Static_assert(sizeof(a) == 4, "b)") ; int c; }); return g(n);',
    ],
)
def test_address_spaces_and_assertions_inside_structs(body: str) -> None:
    """x86's __percpu of 6.18 is __seg_gs; ARRAY_SIZE holds an assertion."""
    header = "#define __percpu_seg_override __seg_gs\n#define __percpu __percpu_seg_override\n"
    facts = facts_of(f"int f(struct s *s)\n{{\n\t{body}\n}}\n", {"include/linux/x.h": header})
    assert function(facts, "f").trouble == ""
    assert calls(facts, "f") == ["g"]


@pytest.mark.parametrize(
    "assertion",
    ["IRDA_ASSERT(s, return;);", "IRDA_ASSERT(s, return -1;);", "IRDA_ASSERT(s, goto out;);",
     "IRDA_ASSERT(s, return ERR_PTR(-EINVAL););"],
)  # fmt: skip
def test_a_statement_with_its_semicolon_may_be_an_argument(assertion: str) -> None:
    """net/irda of 2.6 and 3.x."""
    header = "#define IRDA_ASSERT(expr, func) do { if (!(expr)) { printk(1); func } } while (0)\n"
    source = f"int f(struct s *s)\n{{\n\t{assertion}\n\tfor (s = 0; s;) g(s);\nout:\n\treturn h(s);\n}}\n"
    facts = facts_of(source, {"include/linux/x.h": header})
    assert function(facts, "f").trouble == ""
    assert set(calls(facts, "f")) - {"ERR_PTR", "printk"} == {"IRDA_ASSERT", "g", "h"}
