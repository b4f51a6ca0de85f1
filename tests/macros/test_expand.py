# SPDX-License-Identifier: MIT
"""Expansion as C11 6.10.3 has it, in the shapes of the examples of 6.10.3.5, and as the kernel uses it."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xref.lex.model import MacroDef
from xref.lex.tokens import tokenize
from xref.macros.expand import MAX_TOKENS, Expander

from .defs import defines, expand, expander

# the shape of example 3: redefinition, rescanning, self reference, arguments that are macros
STATE = """\
#define n 7
#define step(a) step(n * (a))
#define g step
#define v v[1]
#define h g(~
#define m(a) a(k)
#define k 0,1
#define t(a) a
#define p() int
#define q(x) x
#define r(x,y) x ## y
#define str(x) # x
"""


@pytest.mark.parametrize(
    ("source", "expansion"),
    [
        ("step(y+1)", "step(7 * (y+1))"),
        ("step(step(v))", "step(7 * (step(7 * (v[1]))))"),
        ("g(n)", "step(7 * (7))"),
        ("h 5)", "step(7 * (~5))"),
        ("t(t(g)(0) + t)(1)", "step(7 * (0)) + t(1)"),
        ("m(step)", "step(7 * (0,1))"),
        ("p() i[q()] = { q(1), r(2,3), r(4,), r(,5), r(,) };", "int i[] = { 1, 23, 4, 5, };"),
        ("char c[2][6] = { str(hello), str() };", 'char c[2][6] = { "hello", "" };'),
        ("step", "step"),
        ("g", "step"),
        ("t", "t"),
    ],
)
def test_rescanning_and_self_reference(source: str, expansion: str) -> None:
    assert expand(STATE, source) == " ".join(tokenize(expansion))


# the shape of example 4: # and ##, with and without a level in between
PASTE = """\
#define str(s) # s
#define xstr(s) str(s)
#define trace(s, t) printk("x" # s "= %d, x" # t "= %s", x ## s, x ## t)
#define INCFILE(n) vers ## n
#define glue(a, b) a ## b
#define xglue(a, b) glue(a, b)
#define HIGHLOW "hello"
#define LOW LOW ", world"
"""


@pytest.mark.parametrize(
    ("source", "expansion"),
    [
        ("trace(1, 2);", 'printk("x" "1" "= %d, x" "2" "= %s", x1, x2);'),
        ("xstr(INCFILE(2).h)", '"vers2 . h"'),
        ("str(INCFILE(2))", '"INCFILE ( 2 )"'),
        ("glue(HIGH, LOW);", '"hello";'),
        ("xglue(HIGH, LOW)", '"hello" ", world"'),
        (r'str("a\n" x)', r'"\"a\\n\" x"'),
    ],
)
def test_stringify_and_paste(source: str, expansion: str) -> None:
    assert expand(PASTE, source) == " ".join(tokenize(expansion))


def test_a_pasted_hash_is_no_operator() -> None:
    """Example of 6.10.3.3 p4: ``# ## #`` makes the token ``##``, which pastes nothing."""
    text = (
        "#define hash_hash # ## #\n#define mkstr(a) # a\n"
        "#define in_between(a) mkstr(a)\n"
        "#define join(c, d) in_between(c hash_hash d)\n"
    )
    assert expand(text, "char p[] = join(x, y);") == 'char p [ ] = "x ## y" ;'


@pytest.mark.parametrize(
    ("source", "expansion"),
    [
        ("t(1,2,3)", "123"),
        ("t(,4,5)", "45"),
        ("t(6,,7)", "67"),
        ("t(8,9,)", "89"),
        ("t(10,,)", "10"),
        ("t(,11,)", "11"),
        ("t(,,12)", "12"),
        ("[t(,,)]", "[]"),
    ],
)
def test_placemarkers(source: str, expansion: str) -> None:
    assert expand("#define t(x,y,z) x ## y ## z\n", source) == " ".join(tokenize(expansion))


VARIADIC = """\
#define debug(...) fprintf(stderr, __VA_ARGS__)
#define showlist(...) puts(#__VA_ARGS__)
#define report(test, ...) ((test) ? puts(#test) : printf(__VA_ARGS__))
#define pr_info(fmt, ...) printk(fmt, ##__VA_ARGS__)
#define pr_gnu(fmt, args...) printk(fmt, ## args)
#define only(args...) f(0, ## args)
#define opt(a, ...) f(a __VA_OPT__(,) __VA_ARGS__)
#define opt_call(f, ...) __VA_OPT__(f(__VA_ARGS__);)
"""


@pytest.mark.parametrize(
    ("source", "expansion"),
    [
        ('debug("Flag");', 'fprintf(stderr, "Flag");'),
        ('debug("X = %d\\n", x);', 'fprintf(stderr, "X = %d\\n", x);'),
        ("showlist(a, b);", 'puts("a , b");'),
        ('report(x>y, "x is %d", x);', '((x>y) ? puts("x > y") : printf("x is %d", x));'),
        ('pr_info("a")', 'printk("a")'),
        ('pr_info("a", 1, 2)', 'printk("a", 1, 2)'),
        ('pr_gnu("a")', 'printk("a")'),
        ('pr_gnu("a", x)', 'printk("a", x)'),
        ("only()", "f(0)"),
        ("only(1)", "f(0, 1)"),
        ("opt(1)", "f(1)"),
        ("opt(1, 2)", "f(1, 2)"),
        ("opt_call(f)", ""),
        ("opt_call(f, 1, 2)", "f(1, 2);"),
    ],
)
def test_variadic_macros(source: str, expansion: str) -> None:
    assert expand(VARIADIC, source) == " ".join(tokenize(expansion))


def test_arguments_behind_a_gnu_comma_are_expanded() -> None:
    assert expand(VARIADIC + "#define ONE 1\n", 'pr_info("a", ONE)') == 'printk ( "a" , 1 )'


def test_parentheses_and_braces_hold_an_argument_together() -> None:
    text = "#define two(a, b) <a|b>\n"
    assert expand(text, "two((1, 2), 3)") == "< ( 1 , 2 ) | 3 >"


def test_only_parentheses_hold_an_argument_together() -> None:
    """6.10.3 p11: commas between parentheses do not separate arguments; those in brackets and braces do."""
    assert expand("#define f(a, ...) <a>\n", "f(x[1, 2], 3)") == "< x [ 1 >"


def test_an_invocation_may_run_over_directives_of_text() -> None:
    assert expand("#define f(a) <a>\n", "f\n(\n1\n)") == "< 1 >"


def test_a_name_without_its_arguments_stays() -> None:
    assert expand("#define f(a) <a>\n", "f; f(1") == "f ; f ( 1"


def test_mutual_recursion_stops() -> None:
    assert expand("#define a b\n#define b a\n", "a b") == "a b"
    assert expand("#define f(x) g(x)\n#define g(x) f(x)\n", "f(1) g(1)") == "f ( 1 ) g ( 1 )"


def test_a_painted_name_stays_painted() -> None:
    """6.10.3.4 p2: once barred, a name is not expanded later either."""
    text = "#define f(a) a * g\n#define g(a) f(a)\n"
    assert expand(text, "f(2)(9)") in ("2 * 9 * g", "2 * f ( 9 )")  # unspecified, both are right (example in p4)
    assert expand("#define x x y\n#define id(a) a\n", "id(id(x))") == "x y"


# -- the kernel's own ------------------------------------------------------------------------------------------------

SYSCALLS = """\
#define __MAP0(m,...)
#define __MAP1(m,t,a) m(t,a)
#define __MAP2(m,t,a,...) m(t,a), __MAP1(m,__VA_ARGS__)
#define __MAP3(m,t,a,...) m(t,a), __MAP2(m,__VA_ARGS__)
#define __MAP(n,...) __MAP##n(__VA_ARGS__)
#define __SC_DECL(t, a) t a
#define __SC_ARGS(t, a) a
#define SYSCALL_DEFINE3(name, ...) SYSCALL_DEFINEx(3, _##name, __VA_ARGS__)
#define SYSCALL_DEFINEx(x, sname, ...) \\
	static inline long __do_sys##sname(__MAP(x,__SC_DECL,__VA_ARGS__)); \\
	long __x64_sys##sname(regs) { return __do_sys##sname(__MAP(x,__SC_ARGS,__VA_ARGS__)); } \\
	static inline long __do_sys##sname(__MAP(x,__SC_DECL,__VA_ARGS__))
"""


def test_system_calls() -> None:
    assert expand(SYSCALLS, "SYSCALL_DEFINE3(read, unsigned int, fd, char *, buf, size_t, n)") == " ".join(
        tokenize(
            "static inline long __do_sys_read(unsigned int fd, char * buf, size_t n);"
            "long __x64_sys_read(regs) { return __do_sys_read(fd, buf, n); }"
            "static inline long __do_sys_read(unsigned int fd, char * buf, size_t n)"
        )
    )


def test_a_pasted_name_is_a_macro_again() -> None:
    text = """\
#define __UNROLL(N, MACRO, args...) CONCATENATE(__UNROLL_, N)(MACRO, args)
#define __UNROLL_1(MACRO, args...) MACRO(0, args)
#define __UNROLL_2(MACRO, args...) __UNROLL_1(MACRO, args) MACRO(1, args)
#define __CONCAT(a, b) a ## b
#define CONCATENATE(a, b) __CONCAT(a, b)
#define UNROLL(N, MACRO, args...) __UNROLL(N, MACRO, args)
#define MAX 2
#define CALL(NUM, HOOK) static_call(LSM_STATIC_CALL(HOOK, NUM))();
#define LSM_STATIC_CALL(H, IDX) lsm_static_call_##H##_##IDX
"""
    assert (
        expand(text, "UNROLL(MAX, CALL, socket_sendmsg)") == "static_call ( lsm_static_call_socket_sendmsg_0 ) ( ) ; "
        "static_call ( lsm_static_call_socket_sendmsg_1 ) ( ) ;"
    )


def test_indirect_calls() -> None:
    text = """\
#define INDIRECT_CALL_1(f, f1, ...) \\
	({ likely(f == f1) ? f1(__VA_ARGS__) : f(__VA_ARGS__); })
#define INDIRECT_CALL_2(f, f2, f1, ...) \\
	({ likely(f == f2) ? f2(__VA_ARGS__) : INDIRECT_CALL_1(f, f1, __VA_ARGS__); })
"""
    tokens = expand(text, "INDIRECT_CALL_2(sk->sk_prot->sendmsg, tcp_sendmsg, udp_sendmsg, sk, msg)")
    assert "tcp_sendmsg ( sk , msg )" in tokens
    assert "udp_sendmsg ( sk , msg )" in tokens
    assert tokens.count("sk -> sk_prot -> sendmsg ( sk , msg )") == 1


def test_counter_and_line() -> None:
    e = Expander({}.get, line=12)
    assert e.expand_text("__COUNTER__ __COUNTER__ __LINE__")[2] == "12"
    assert len(set(e.expand_text("__COUNTER__ __COUNTER__"))) == 2


# -- which macros are expanded ---------------------------------------------------------------------------------------


def test_what_is_not_wanted_stays_as_it_is_written() -> None:
    macros = defines("#define a(x) <x>\n#define b(x) [x]\n")
    e = Expander(macros.get, lambda name, _: name == "a")
    assert " ".join(e.expand_text("a(b(1)) b(a(2))")) == "< b ( 1 ) > b ( < 2 > )"


def test_the_depth_of_braces_is_told() -> None:
    asked = []

    def want(name: str, depth: int) -> bool:
        asked.append(depth)
        return False

    Expander(defines("#define a 1\n").get, want).expand_text("a { a { a } a } a")
    assert asked == [0, 1, 2, 1, 0]


def test_used_names_every_macro_on_the_way() -> None:
    e = expander("#define a b\n#define b c\n#define unused d\n")
    e.expand_text("a")
    assert sorted(e.used) == ["a", "b"]


def test_one_level_only() -> None:
    macros = defines("#define to(a) from(a, b)\n#define from(a, b) a\n#define b 1\n")
    assert " ".join(Expander(macros.get).expand_once(macros["to"], [["b"]])) == "from ( b , b )"


# -- what runs away --------------------------------------------------------------------------------------------------


def test_doubling_macros_are_cut() -> None:
    text = "".join(f"#define d{i} d{i + 1} d{i + 1}\n" for i in range(60))
    e = expander(text)
    started = time.process_time()
    tokens = e.expand_text("d0")
    assert e.cut
    assert len(tokens) <= 2 * MAX_TOKENS
    assert time.process_time() - started < 5


def test_doubling_arguments_are_cut() -> None:
    """Each level doubles its argument: 2^22 tokens from one short line."""
    e = expander("#define d(x) x x\n")
    tokens = e.expand_text("d(" * 22 + "a" + ")" * 22)
    assert e.cut
    assert len(tokens) <= 8 * MAX_TOKENS


def test_deeply_nested_invocations_do_not_overflow() -> None:
    tokens = expander("#define f(x) x\n").expand_text("f(" * 2000 + "a" + ")" * 2000)
    assert "a" in tokens


def test_a_long_list_is_no_runaway() -> None:
    e = expander("#define f(x) x\n")
    source = " ".join(f"f(a{i})" for i in range(5000))
    assert len(e.expand_text(source)) == 5000
    assert not e.cut


names = st.sampled_from(["a", "b", "c", "f", "g", "h"])
words = st.sampled_from(["a", "b", "c", "f", "g", "h", "x", "y", "(", ")", ",", "#", "##", "1", '"s"', "{", "}", "->"])
bodies = st.lists(words, max_size=8).map(" ".join)
params = st.sampled_from([None, (), ("x",), ("x", "y")])
macros = st.builds(
    lambda n, p, v, b: MacroDef(n, p, v if p is not None else "", b, "", "", 1, 1),
    names,
    params,
    st.sampled_from(["", "__VA_ARGS__", "y"]),
    bodies,
)


@given(st.lists(macros, max_size=7), st.lists(words, max_size=14).map(" ".join))
@settings(max_examples=100, deadline=None)
def test_expansion_ends_and_never_raises(definitions: list[MacroDef], source: str) -> None:
    known = {m.name: m for m in definitions}
    tokens = Expander(known.get).expand_text(source)
    assert tokens == Expander(known.get).expand_text(source)
    assert "" not in tokens
