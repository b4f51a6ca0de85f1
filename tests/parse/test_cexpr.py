# SPDX-License-Identifier: MIT
import os
import re
import time
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xref.lex.tokens import tokenize
from xref.parse.cexpr import parse_args, parse_expr
from xref.parse.ctree import (
    Assign,
    AutoType,
    Base,
    Binary,
    Call,
    Cast,
    Compound,
    Cond,
    Decl,
    Expr,
    Function,
    Generic,
    Index,
    LabelAddr,
    Member,
    Name,
    Named,
    Num,
    Pointer,
    SizeofLike,
    StmtExpr,
    Str,
    Tagged,
    TypeName,
    TypeofExpr,
    Unary,
    Unknown,
)
from xref.parse.ctype import looks_like_type

a, b, c, d, f, p, x, y = (Name(n) for n in "abcdfpxy")
ONE = Num("1")


def typed(name: str) -> bool:
    return looks_like_type(name) or name == "Foo"


def parse(text: str) -> Expr:
    return parse_expr(text, typed)


def holes(node: object) -> list[str]:
    if isinstance(node, Unknown):
        return [node.text]
    if isinstance(node, msgspec.Struct):
        return [h for field in node.__struct_fields__ for h in holes(getattr(node, field))]
    return [h for item in node for h in holes(item)] if isinstance(node, tuple) else []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", a),
        (" a ;", a),
        ("0x10UL", Num("0x10UL")),
        (".5", Num(".5")),
        ("'\\''", Num("'\\''")),
        ('"a" "b"', Str('"a" "b"')),
        ('KERN_ERR "x %" PRId64', Str('KERN_ERR "x %" PRId64')),
        ('f(KERN_INFO pr_fmt("x"), a)', Call(f, (Str('KERN_INFO pr_fmt("x")'), a))),
        ("f()", Call(f, ())),
        ("f(a, b)(c)", Call(Call(f, (a, b)), (c,))),
        ("f(, a)", Call(f, (Unknown(""), a))),
        ("f(a, +, b)", Call(f, (a, Unknown("+"), b))),
        ("f(a, { x; y }, b)", Call(f, (a, Unknown("{ x; y }"), b))),
        ("a->b.c", Member(Member(a, "b", True), "c", False)),
        ("a -> b [ 1 ]", Index(Member(a, "b", True), ONE)),
        ("a->b->f(x)", Call(Member(Member(a, "b", True), "f", True), (x,))),
        ("(*a->f)(x)", Call(Unary("*", Member(a, "f", True)), (x,))),
        ("(f)(x)", Call(f, (x,))),
        ("*p++", Unary("*", Unary("post++", p))),
        ("--*p", Unary("--", Unary("*", p))),
        ("&a[1].b", Unary("&", Member(Index(a, ONE), "b", False))),
        ("!!a", Unary("!", Unary("!", a))),
        ("&&out", LabelAddr("out")),
        ("a - b - c", Binary("-", Binary("-", a, b), c)),
        ("a + b * c", Binary("+", a, Binary("*", b, c))),
        ("a * b + c", Binary("+", Binary("*", a, b), c)),
        ("a || b && c | d", Binary("||", a, Binary("&&", b, Binary("|", c, d)))),
        ("a << 1 == b", Binary("==", Binary("<<", a, ONE), b)),
        ("a, b", Binary(",", a, b)),
        ("a = b = c", Assign("=", a, Assign("=", b, c))),
        ("a |= b", Assign("|=", a, b)),
        ("a ? b : c", Cond(a, b, c)),
        ("a ?: c", Cond(a, None, c)),
        ("a ? b : c ? d : x", Cond(a, b, Cond(c, d, x))),
        ("a ? b, c : d", Cond(a, Binary(",", b, c), d)),
        ("a && b ? c : d", Cond(Binary("&&", a, b), c, d)),
        ("__extension__ a", a),
        ("__builtin_expect(!!(a), 1)", Call(Name("__builtin_expect"), (Unary("!", Unary("!", a)), ONE))),
        ("__builtin_choose_expr(a, b, c)", Call(Name("__builtin_choose_expr"), (a, b, c))),
        # casts and what looks like one
        ("(int)a", Cast(Base("int"), a)),
        ("(struct sock *)a->b", Cast(Pointer(Tagged("struct", "sock")), Member(a, "b", True))),
        ("((struct sock *)a)->b", Member(Cast(Pointer(Tagged("struct", "sock")), a), "b", True)),
        ("(const struct sock __rcu *)a", Cast(Pointer(Tagged("struct", "sock")), a)),
        ("(foo *)a", Cast(Pointer(Named("foo")), a)),
        ("(foo __user *)(a)", Cast(Pointer(Named("foo")), a)),
        ("(__force __be32)a", Cast(Named("__be32"), a)),
        ("(foo)a", Cast(Named("foo"), a)),
        ("(foo)(a)", Call(Name("foo"), (a,))),
        ("(Foo)(a)", Cast(Named("Foo"), a)),
        ("(u32)*a", Cast(Named("u32"), Unary("*", a))),
        ("(a)*b", Binary("*", a, b)),
        ("(a)-b", Binary("-", a, b)),
        ("(u64)-1", Cast(Named("u64"), Unary("-", ONE))),
        ("(a * b)", Binary("*", a, b)),
        ("(a)", a),
        ("(void)(u8)a", Cast(Base("void"), Cast(Named("u8"), a))),
        ("(int (*)(void))a", Cast(Pointer(Function(Base("int"))), a)),
        ("(my_type(x) *)a", Cast(Pointer(Named("my_type")), a)),
        ("(typeof(a))b", Cast(TypeofExpr(a), b)),
        ("(typeof(*a) *)b", Cast(Pointer(TypeofExpr(Unary("*", a))), b)),
        ("(typeof(struct foo *))b", Cast(Pointer(Tagged("struct", "foo")), b)),
        ("(typeof(Foo))b", Cast(Named("Foo"), b)),
        ("(struct foo){ .a = 1 }.b", Member(Compound(Tagged("struct", "foo"), "{ .a = 1 }"), "b", False)),
        # opaque operands
        ("sizeof(struct foo) + 1", Binary("+", SizeofLike("sizeof", "(struct foo)"), ONE)),
        ("sizeof *a", SizeofLike("sizeof", "*a")),
        ("sizeof(a)->b", SizeofLike("sizeof", "(a)->b")),
        ("offsetof(struct foo, b)", SizeofLike("offsetof", "(struct foo, b)")),
        ("__builtin_types_compatible_p(a, int)", SizeofLike("__builtin_types_compatible_p", "(a, int)")),
        # unexpanded macros
        (
            "container_of(p, struct foo, b)",
            Call(Name("container_of"), (p, TypeName(Tagged("struct", "foo")), b)),
        ),
        ("f(u32 *, unsigned long)", Call(f, (TypeName(Pointer(Named("u32"))), TypeName(Base("unsigned long"))))),
        ("struct foo *", TypeName(Pointer(Tagged("struct", "foo")))),
        (
            "_Generic(x, int: a, struct foo *: b, default: c)(y)",
            Call(
                Generic(x, ((Base("int"), a), (Pointer(Tagged("struct", "foo")), b), (None, c))),
                (y,),
            ),
        ),
        # no expressions
        ("", Unknown("")),
        ("a b", Unknown("a b")),
        ("return a", Unknown("return a")),
        ("f(a", Unknown("f(a")),
        ("f(a))", Unknown("f(a))")),
        ("a->", Unknown("a->")),
        ("(int)", Unknown("(int)")),
    ],
)
def test_expr(text: str, expected: Expr) -> None:
    assert parse(text) == expected
    assert parse(text) == expected  # from the memo


def test_the_memo_does_not_keep_what_the_caller_decided() -> None:
    assert parse_expr("(thing)(a)", lambda n: n == "thing") == Cast(Named("thing"), a)
    assert parse_expr("(thing)(a)", lambda n: False) == Call(Name("thing"), (a,))


def test_statement_expression() -> None:
    got = parse(
        "({ struct foo *q = p; typeof(*p) *__q = (p); const typeof(a) __m = f(b), n; __auto_type z = x; int r;"
        ' BUILD_BUG_ON(c); if (a) { b; } else return; asm volatile("" : : "r"(a)); do { a = b; } while (0); r; })'
    )
    assert got == StmtExpr(
        decls=(
            Decl("q", Pointer(Tagged("struct", "foo")), init=p),
            Decl("__q", Pointer(TypeofExpr(Unary("*", p))), init=p),
            Decl("__m", TypeofExpr(a), init=Call(f, (b,))),
            Decl("n", TypeofExpr(a)),
            Decl("z", AutoType(), init=x),
            Decl("r", Base("int")),
        ),
        stmts=(
            Call(Name("BUILD_BUG_ON"), (c,)),
            "if (a) { b; } else return;",
            'asm volatile("" : : "r"(a));',
            "do { a = b; } while (0);",
        ),
        result=Name("r"),
    )


@pytest.mark.parametrize(
    ("body", "stmts", "result"),
    [
        ("a;", (), a),
        ("a", (), a),
        ("", (), None),
        ("a; ; b;", (a,), b),
        ("int RC = a; do { f(b); } while (0); OUT: RC;", ("do { f(b); } while (0);",), Name("RC")),
        ("for_each_cpu(c, p) { x; y; } a;", ("for_each_cpu(c, p) { x; y; }",), a),
        ("if (a) if (b) c; else d; x;", ("if (a) if (b) c; else d;",), x),
        ("__label__ here; here: x;", ("__label__ here;",), x),
        ("x; if (a) b;", (x, "if (a) b;"), None),
        ("a->b = c;", (), Assign("=", Member(a, "b", True), c)),
        ("a * b;", (), Binary("*", a, b)),
        ("({ a; });", (), StmtExpr((), (), a)),
        ("a ?? b; x;", ("a ?? b;",), x),
    ],
)
def test_statements(body: str, stmts: tuple[str | Expr, ...], result: Expr | None) -> None:
    got = parse("({ " + body + " })")
    assert isinstance(got, StmtExpr)
    assert (got.stmts, got.result) == (stmts, result)


def test_statement_expression_declarations() -> None:
    got = parse("({ Foo *q = a; u32 n; Foo m; bar_t *k; int (*fn)(int) = b; struct s v = { 1 }; k; })")
    assert isinstance(got, StmtExpr)
    assert [(d.name, d.init_text, d.init) for d in got.decls] == [
        ("q", None, a),
        ("n", None, None),
        ("m", None, None),
        ("k", None, None),
        ("fn", None, b),
        ("v", "{ 1 }", None),
    ]


def test_container_of_as_it_expands() -> None:
    got = parse(
        '({ void *__mptr = (void *)(sk); _Static_assert(__builtin_types_compatible_p(typeof(*(sk)), int), "x");'
        " ((struct inet_sock *)(__mptr - __builtin_offsetof(struct inet_sock, sk))); })->inet_opt"
    )
    assert isinstance(got, Member)
    assert isinstance(got.base, StmtExpr)
    assert isinstance(got.base.result, Cast)
    assert got.base.result.type == Pointer(Tagged("struct", "inet_sock"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("  ", []),
        ("a", ["a"]),
        (" a , b ", ["a", "b"]),
        ("f(a, b), x[c, d], {1, 2}", ["f(a, b)", "x[c, d]", "{1, 2}"]),
        ("\"a,b\", ','", ['"a,b"', "','"]),
        ('"(", a', ['"("', "a"]),
        (",", ["", ""]),
    ],
)
def test_args(text: str, expected: list[str]) -> None:
    assert parse_args(text) == expected


def by_tokens(text: str) -> list[str]:
    """What ``parse_args`` says, told from every token of the text."""
    pieces, depth, start, at = [], 0, 0, 0
    for token in tokenize(text):
        at = text.index(token, at) + len(token)
        if token == "," and depth <= 0:
            pieces.append(text[start : at - 1])
            start = at
        depth += (token in ("(", "[", "{")) - (token in (")", "]", "}"))
    return [piece.strip() for piece in (*pieces, text[start:])] if text.strip() else []


SOUP_TEXT = (
    "( ) [ ] { } , ; : ? ?: . -> ++ -- * & && | ! ~ + - = == += << int struct union const unsigned void typeof sizeof"
    " _Generic default a foo_t u32 x Foo __user if else do while for return asm __attribute__ __extension__ ({ }) *)"
    ' __auto_type 1 "s" ... # ## \\ @ \0 container_of _Atomic'
)
SOUP = SOUP_TEXT.split(" ")


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(SOUP), max_size=60))
def test_soup(tokens: list[str]) -> None:
    text = " ".join(tokens)
    start = time.perf_counter()
    parse(text)
    parse("f(" + text + ")")
    parse("({" + text + "})")
    assert parse_args(text) == by_tokens(text)
    assert time.perf_counter() - start < 1


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80))
def test_any_text(text: str) -> None:
    parse(text)
    assert parse_args(text) == by_tokens(text)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000,
        "f(" * 5000,
        "({" * 3000,
        "(int)" * 5000,
        "-" * 5000 + "x",
        "a->" * 5000 + "b",
        "a+" * 5000 + "b",
        "a=" * 5000 + "b",
        "a?" * 5000,
        "a?b:" * 5000 + "c",
        "a,b" * 3000,
        "sizeof " * 5000,
        "f(sizeof " * 2000,
        "f(a *," * 2000,
        "({" + "if(x)" * 5000 + "})",
        "({" + "do " * 5000 + "})",
        "({typeof((" * 1000,
        "((a)" * 3000,
        "f(" * 90 + "x*" + ")*" * 90,
        "_Generic(" * 2000,
    ],
    ids=lambda text: text[:12],
)
def test_depth_is_bounded(text: str) -> None:
    start = time.perf_counter()
    parse(text)
    assert time.perf_counter() - start < 5


def test_ordinary_depth_is_read() -> None:
    assert parse("(" * 60 + "a" + ")" * 60) == a
    assert not holes(parse("f(" * 60 + "a" + ")" * 60))
    assert not holes(parse(" | ".join(["a"] * 200)))


@pytest.mark.kernel
def test_the_calls_of_a_kernel() -> None:
    calls: list[str] = []
    for path in sorted(Path(os.environ["XREF_KERNEL_TREE"], "net/ipv4").glob("*.c")):
        text = re.sub(r"/\*.*?\*/", " ", path.read_text(errors="replace"), flags=re.S)
        calls += re.findall(r"[;{}]\s+((?!if|for|while|switch|return|else|\w*for_each)\w[\w>.-]*\([^;{}\"#]*\));", text)
    assert len(calls) > 2000
    bad = [call for call in calls if call.count("(") == call.count(")") and holes(parse(call))]
    assert len(bad) < len(calls) / 500, bad
