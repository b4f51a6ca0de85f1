# SPDX-License-Identifier: MIT
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xref.parse.ctree import (
    UNKNOWN,
    Array,
    AutoType,
    Base,
    CType,
    Function,
    Name,
    Named,
    Pointer,
    Tagged,
    TypeofExpr,
    Unary,
)
from xref.parse.ctype import (
    parse_declaration,
    parse_params,
    parse_signature,
    parse_type_name,
)
from xref.parse.derived import strip_pointer, to_text

INT, SKB = Base("int"), Pointer(Tagged("struct", "sk_buff"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("struct sock *sk = sock->sk", ["struct sock *sk = sock->sk"]),
        (
            "int a, *b, (*fn)(struct sk_buff *skb), tab[4];",
            ["int a", "int *b", "int (*fn)(struct sk_buff *)", "int tab[]"],
        ),
        ("const struct proto_ops *ops", ["struct proto_ops *ops"]),
        (
            "int (*sendmsg)(struct kiocb *iocb, struct socket *sock, struct msghdr *m, size_t total_len)",
            ["int (*sendmsg)(struct kiocb *, struct socket *, struct msghdr *, size_t)"],
        ),
        ("typeof(int (*)(void)) *x", ["int (**x)(void)"]),
        ("struct { int a; struct { int b; }; } name", ["struct {...} name"]),
        ("struct foo { int a; } x, *y;", ["struct foo x", "struct foo *y"]),
        ("enum foo { A, B } e", ["enum foo e"]),
        ("unsigned bits:3", ["unsigned int bits"]),
        ("u64 a:3, b:4", ["u64 a", "u64 b"]),
        ("void (*signal(int, void (*)(int)))(int)", ["void (*signal(int, void (*)(int)))(int)"]),
        (
            "struct proto_ops ops = { .x = y, .z = w }, *q",
            ["struct proto_ops ops = { .x = y, .z = w }", "struct proto_ops *q"],
        ),
        ("int a = f(b, c), d", ["int a = f(b, c)", "int d"]),
        ("int (*const tab[4])(void) = { a, b }", ["int (*tab[])(void) = { a, b }"]),
        ("int *(*(*f)(int))[3]", ["int *(*(*f)(int))[]"]),
        ("char **argv[]", ["char **argv[]"]),
        ("typedef int (*fn_t)(void *)", ["int (*fn_t)(void *)"]),
        ("static int (foo)(void)", ["int foo(void)"]),
        # the names of built-in types
        ("long unsigned int x", ["unsigned long x"]),
        ("unsigned long long x", ["unsigned long long x"]),
        ("signed char x", ["signed char x"]),
        ("char unsigned x", ["unsigned char x"]),
        ("short int x", ["short x"]),
        ("_Bool x", ["bool x"]),
        ("long double x", ["long double x"]),
        # attributes
        ("static __always_inline struct x *y", ["struct x *y"]),
        ("u8 __user *buf", ["u8 *buf"]),
        ("struct list_head head ____cacheline_aligned", ["struct list_head head"]),
        ("struct list_head head ____whatever_aligned", ["struct list_head head"]),
        ("static some_attr foo_t bar(int)", ["foo_t bar(int)"]),
        ("some_attr struct foo *bar(int)", ["struct foo *bar(int)"]),
        ("char *__maybe_unused p", ["char *p"]),
        ("int x __attribute__((unused)) = 3", ["int x = 3"]),
        ("struct foo x __aligned(64), y", ["struct foo x", "struct foo y"]),
        ("__attribute__((packed)) struct foo x", ["struct foo x"]),
        ("struct __attribute__((packed)) foo x", ["struct foo x"]),
        ("static struct foo x __read_mostly = { 0 }", ["struct foo x = { 0 }"]),
        ("acpi_status (EFIAPI *x)(void)", ["acpi_status (*x)(void)"]),
        ("void EFIAPI (*x)(void)", ["void (*x)(void)"]),
        ("__printf(1, 2) int foo(char *f, ...)", ["int foo(char *, ...)"]),
        ("static int __init foo(void)", ["int foo(void)"]),
        ("MACRO(x) const __portpair ports = f(x)", ["__portpair ports = f(x)"]),
        ("__be32 saddr, daddr", ["__be32 saddr", "__be32 daddr"]),
        ("my_thing x", ["my_thing x"]),
        ("my_thing (*x)(int)", ["my_thing (*x)(int)"]),
        # odd types
        ("_Atomic(int) *x", ["int *x"]),
        ("typeof(size_t) x", ["size_t x"]),
        ("const auto x = f()", ["__auto_type x = f()"]),
        # no declarations
        ("DECLARE_BITMAP(x, 4)", []),
        ("static DEFINE_SPINLOCK(x)", []),
        ("struct foo", []),
        ("struct foo { int x; };", []),
        ("a = b", []),
        ("a->b = c", []),
        ("f(x)", []),
        ("f(*x)", []),
        ("a + b", []),
        ("return x", []),
        ("goto out", []),
        ("else x", []),
        ("int", []),
        ("", []),
        ("int (((", []),
    ],
)
def test_declaration(text: str, expected: list[str]) -> None:
    decls = parse_declaration(text)
    got = [to_text(d.ctype, d.name) + (f" = {d.init_text}" if d.init_text is not None else "") for d in decls]
    assert got == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("int *x[3]", Array(Pointer(INT))),
        ("int (*x)[3]", Pointer(Array(INT))),
        ("int x[2][3]", Array(Array(INT))),
        ("int (*x)(struct sk_buff *, ...)", Pointer(Function(INT, (SKB,), True))),
        ("typeof(*p) *x", Pointer(TypeofExpr(Unary("*", Name("p"))))),
        ("__auto_type x = y", AutoType()),
        ("union u x", Tagged("union", "u")),
    ],
)
def test_the_shape_of_types(text: str, expected: CType) -> None:
    (decl,) = parse_declaration(text)
    assert (decl.name, decl.ctype) == ("x", expected)


def test_typeof_asks_about_a_lone_name() -> None:
    assert parse_declaration("typeof(thing) x")[0].ctype == TypeofExpr(Name("thing"))
    assert parse_declaration("typeof(thing) x", lambda n: n == "thing")[0].ctype == Named("thing")


def test_a_function_pointers_parameters_keep_their_names() -> None:
    (decl,) = parse_declaration("int (*fn)(struct sk_buff *skb, int (*cb)(int n))")
    assert [p.name for p in decl.params] == ["skb", "cb"]
    assert [p.name for p in decl.params[1].params] == ["n"]


@pytest.mark.parametrize(
    ("text", "name", "returns", "params", "variadic"),
    [
        (
            "static int inet_sendmsg(struct kiocb *iocb, struct socket *, size_t size, u8 __user *b, int v[], ...)"
            " __releases(x)",
            "inet_sendmsg",
            "int",
            ["struct kiocb *iocb", "struct socket *", "size_t size", "u8 *b", "int v[]"],
            True,
        ),
        ("static struct sock *__must_check f(const void *p, void (*cb)(int, void *))\n{", "f", "struct sock *",
         ["void *p", "void (*cb)(int, void *)"], False),
        ("asmlinkage long sys_x(void)", "sys_x", "long", [], False),
        ("void (*signal(int sig, void (*func)(int)))(int)", "signal", "void (*)(int)",
         ["int sig", "void (*func)(int)"], False),
        ("foo(a, b)", "foo", "int", ["a", "b"], False),
        ("int foo(a, b) int a; char *b;", "foo", "int", ["a", "b"], False),
        ("int f(struct foo *restrict a, unsigned b)", "f", "int", ["struct foo *a", "unsigned int b"], False),
    ],
)  # fmt: skip
def test_signature(text: str, name: str, returns: str, params: list[str], variadic: bool) -> None:
    decl = parse_signature(text)
    assert decl is not None
    assert isinstance(decl.ctype, Function)
    assert decl.name == name
    assert to_text(decl.ctype.returns) == returns
    assert [to_text(p.ctype, p.name) for p in decl.params] == params
    assert decl.ctype.params == tuple(p.ctype for p in decl.params)
    assert decl.ctype.variadic is variadic


def test_names_are_no_part_of_a_function_type() -> None:
    one, two = parse_signature("int f(int a)"), parse_signature("int g(int)")
    assert one is not None
    assert two is not None
    assert one.ctype == two.ctype


@pytest.mark.parametrize("text", ["int x", "", "struct foo {", "a + b", "int (*f)(void)"])
def test_no_signature(text: str) -> None:
    assert parse_signature(text) is None


@pytest.mark.parametrize(
    ("text", "expected", "variadic"),
    [
        ("void", [], False),
        ("", [], False),
        ("int a, ...", ["int a"], True),
        ("struct x *, u8", ["struct x *", "u8"], False),
        ("int (*)(void), size_t", ["int (*)(void)", "size_t"], False),
        ("foo_t, bar *x", ["foo_t", "bar *x"], False),
        ("void *p", ["void *p"], False),
        ("int a, 3 + 4, int c", ["int a", "?", "int c"], False),
    ],
)
def test_params(text: str, expected: list[str], variadic: bool) -> None:
    params = parse_params(text)
    assert [to_text(p.ctype, p.name) for p in params] == expected
    assert params.variadic is variadic


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("struct x *", "struct x *"),
        ("u8 __user *", "u8 *"),
        ("unsigned", "unsigned int"),
        ("int (*)(struct a *, int)", "int (*)(struct a *, int)"),
        ("const char *const *", "char **"),
        ("int *[3]", "int *[]"),
        ("__force __be32", "__be32"),
        ("my_type(x) *", "my_type *"),
        ("int", "int"),
    ],
)
def test_type_name(text: str, expected: str) -> None:
    assert to_text(parse_type_name(text)) == expected


def test_no_type_name() -> None:
    assert parse_type_name("") == UNKNOWN
    assert parse_type_name("3") == UNKNOWN


def test_helpers() -> None:
    assert strip_pointer(Pointer(INT)) == strip_pointer(Array(INT)) == strip_pointer(INT) == INT


SOUP_TEXT = (
    "( ) [ ] { } , ; : = * & ... int struct union enum const unsigned void typeof auto a foo_t u32 x __user __weird"
    ' __attribute__ __aligned ({ }) *) 1 "s" # \0 static if _Atomic MACRO ((unused)) (*fn)'
)
SOUP = SOUP_TEXT.split(" ")


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(SOUP), max_size=50))
def test_soup(tokens: list[str]) -> None:
    text = " ".join(tokens)
    start = time.perf_counter()
    for found in (parse_declaration("int " + text), parse_declaration(text), parse_params(text)):
        for decl in found:
            to_text(decl.ctype, decl.name)
    to_text(parse_type_name(text))
    parse_signature(text)
    assert time.perf_counter() - start < 1


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    parse_declaration(text)
    parse_params(text)
    parse_type_name(text)
    parse_signature(text)


@pytest.mark.parametrize(
    "text",
    ["int " + "*" * 5000 + "x", "int " + "(" * 3000, "int f(" * 2000, "int x" + "[1]" * 3000, "struct {" * 3000,
     "typeof(" * 2000, "x = ({typeof(({" * 400, "int (*" * 2000],
    ids=lambda text: text[:8],
)  # fmt: skip
def test_depth_is_bounded(text: str) -> None:
    start = time.perf_counter()
    parse_declaration(text)
    parse_params(text)
    parse_type_name(text)
    parse_signature(text)
    assert time.perf_counter() - start < 5
