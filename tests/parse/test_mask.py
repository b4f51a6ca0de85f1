# SPDX-License-Identifier: MIT
"""What the parser cannot read is overwritten, and nothing moves."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xref.macros.nature import Natures
from xref.parse.mask import Masked, Masker, find_word, matching_paren

from ..macros.defs import table

HEADER = """\
#define __init __attribute__((section(".init")))
#define __user
#define __printf(a, b) __attribute__((format(printf, a, b)))
#define __always_inline inline __attribute__((always_inline))
#define list_for_each(pos, head) for (pos = (head)->next; pos != (head); pos = pos->next)
#define READ_ONCE(x) (x)
"""
TABLE = table({"include/linux/x.h": HEADER})
MASKER = Masker(TABLE, Natures(TABLE))


def masked(code: bytes) -> Masked:
    result = MASKER.mask(code, TABLE.view("net/a.c"))
    assert len(result.text) == len(code)
    return result


def words(code: str) -> str:
    return " ".join(masked(code.encode()).text.decode().split())


@pytest.mark.parametrize(
    ("code", "left"),
    [
        ("static int __init f(void) { }", "static int f(void) { }"),
        ("int f(char __user *p);", "int f(char *p);"),
        ("int __printf(1, 2) f(char *p, ...);", "int f(char *p, ...);"),
        ("int __printf (1, 2) f(char *p, ...);", "int f(char *p, ...);"),
        ('int f(void) __attribute__((section("a)b"), used));', "int f(void) ;"),
        ("__extension__ union u { int a; };", "union u { int a; };"),
        ("__always_inline int f(void) { }", "inline int f(void) { }"),
        ("x.__init = p->__user;", "x.__init = p->__user;"),  # members of that name
        ("x__init __initx", "x__init __initx"),
    ],
)
def test_attributes_become_blanks(code: str, left: str) -> None:
    assert words(code) == left


def test_a_word_that_means_static_says_so() -> None:
    t = table({"include/linux/x.h": "#define INDIRECT_CALLABLE_SCOPE static\n"})
    code = b"INDIRECT_CALLABLE_SCOPE int f(void) { }"
    assert Masker(t, Natures(t)).mask(code, t.view("net/a.c")).text.split()[0] == b"static"


def test_iterators_become_loops_and_are_remembered() -> None:
    code = b"void f(void)\n{\n\tlist_for_each(p, &head) {\n\t\tg(p);\n\t}\n\telse list_for_each (p, h) g(p);\n}\n"
    result = masked(code)
    first, second = code.find(b"list_for_each"), code.rfind(b"list_for_each")
    assert result.iterators == {first: "list_for_each", second: "list_for_each"}
    assert result.text[first : first + 13] == b"while        "
    assert result.text[first + 13 :][:10] == b"(p, &head)"


def test_an_iterator_that_is_no_statement_stays() -> None:
    code = b"int list_for_each(int a);\nvoid g(void) { x = list_for_each(1); y(list_for_each); }"
    assert masked(code).iterators == {}


@pytest.mark.parametrize(
    ("code", "left"),
    [
        ("p = container_of(x, struct sock, sk_node);", "p = container_of(x, T , sk_node);"),
        ("n = min_t(unsigned long, a, b);", "n = min_t(T , a, b);"),
        ("p = va_arg(ap, struct foo *);", "p = va_arg(ap, T );"),
        ("p = kzalloc_type(const struct foo **, GFP);", "p = kzalloc_type(T , GFP);"),
        ("assert_type(f, void (*)(struct pt_regs *));", "assert_type(f, T );"),
        ("assert_type ( f , struct a * ( * ) ( u32 , int ) ) ;", "assert_type ( f , T ) ;"),
        ("declare(void (*)(int), x);", "declare(T , x);"),
        ("p = (void (*)(int))q;", "p = (void (*)(int))q;"),
        ("g((void (*)(int))q, x);", "g((void (*)(int))q, x);"),
        ("n = sizeof(void (*)(int));", "n = sizeof(void (*)(int));"),
        ("x = _Generic(y, void (*)(int): f);", "x = _Generic(y, void (*)(int): f);"),
        ("f((struct sock *)x, y);", "f((struct sock *)x, y);"),
        ("n = sizeof(struct sock);", "n = sizeof(struct sock);"),
        ("int f(struct sock *sk, int n);", "int f(struct sock *sk, int n);"),
    ],
)
def test_type_names_among_arguments_become_names(code: str, left: str) -> None:
    assert words(code) == left


def test_a_function_of_one_void_parameter_stays() -> None:
    assert words("int f(void); int g(char, struct a *);") == "int f(void); int g(T , T );"


soup = st.lists(
    st.sampled_from(
        [
            b"__init",
            b"__user ",
            b"__printf",
            b"list_for_each",
            b"(",
            b")",
            b",",
            b"struct a",
            b"int ",
            b"*",
            b";",
            b"{",
            b"}",
            b"\n",
            b'"',
            b"'",
            b"\\",
            b".",
            b"->",
            b"__attribute__",
            b"else ",
            b"\xff",
            b"unsigned long",
        ]
    ),
    max_size=30,
).map(b"".join)


@given(st.one_of(st.binary(max_size=100), soup))
@settings(max_examples=200, deadline=None)
def test_every_byte_stays_in_place(code: bytes) -> None:
    result = masked(code)
    assert [i for i, c in enumerate(result.text) if c == 10] == [i for i, c in enumerate(code) if c == 10]
    for at, name in result.iterators.items():
        assert code[at : at + len(name)].decode("latin-1") == name


@pytest.mark.parametrize(
    ("text", "opening", "end"),
    [
        (b"(a)", 0, 3),
        (b"f((a)(b))c", 1, 9),
        (b'(")")', 0, 5),
        (b"(')')", 0, 5),
        (b'("\\")")', 0, 7),
        (b"((a)", 0, -1),
        (b"(a\n(b)\n)", 0, 8),
    ],
)
def test_parentheses_match(text: bytes, opening: int, end: int) -> None:
    assert matching_paren(text, opening) == end


def test_whole_words_only() -> None:
    text = b"init_x xinit a.init p->init x>init init"
    assert find_word(text, b"init", 0) == text.find(b">init init") + 1
    assert find_word(text, b"init", 31) == len(text) - 4
    assert find_word(text, b"init", len(text)) == -1
    assert find_word(text, b"gone", 0) == -1
