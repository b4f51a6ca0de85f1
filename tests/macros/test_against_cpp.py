# SPDX-License-Identifier: MIT
"""The compiler's own preprocessor as the outside oracle: the same macros, the same text, the same tokens."""

import re
import shutil
import subprocess

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from xref.lex.tokens import tokenize

from .defs import expander
from .test_expand import PASTE, STATE, SYSCALLS, VARIADIC

CPP = shutil.which("gcc") or shutil.which("cc") or shutil.which("clang")
pytestmark = pytest.mark.skipif(CPP is None, reason="no compiler")


def preprocess(program: str) -> list[str] | None:
    """The tokens that the compiler makes of a program; None where it finds the program wrong."""
    assert CPP is not None
    done = subprocess.run(
        [CPP, "-E", "-P", "-std=gnu2x", "-undef", "-x", "c", "-"],
        input=program.encode(),
        capture_output=True,
        check=False,
    )
    return spelled(tokenize(done.stdout.decode())) if done.returncode == 0 else None


def spelled(tokens: list[str]) -> list[str]:
    """Strings without their blanks: ``#`` keeps the spacing of the source, and we do not."""
    return [re.sub(r"\s+", "", t) if t[0] == '"' else t for t in tokens]


@pytest.mark.parametrize(
    ("macros", "source"),
    [
        (STATE, "step(y+1) + step(step(v)) % t(t(g)(0) + t)(1);"),
        (STATE, "g(n+(3,4)-n) | h 5) & m\n(step)^m(m);"),
        (STATE, "p() i[q()] = { q(1), r(2,3), r(4,), r(,5), r(,) };"),
        (PASTE, "trace(1, 2); xstr(INCFILE(2).h) glue(HIGH, LOW); xglue(HIGH, LOW)"),
        (PASTE, 'fputs(str(strncmp("abc\\0d", "abc", \'\\4\') == 0) str(: @\\n), s);'),
        (VARIADIC, 'pr_info("a") pr_info("a", b, c) pr_gnu("a") only() only(1, 2) opt(1) opt(1, 2) opt_call(f, 1)'),
        (SYSCALLS, "SYSCALL_DEFINE3(read, unsigned int, fd, char *, buf, size_t, n) { }"),
        ("#define f(a) a*g\n#define g(a) f(a)\n", "f(2)(9)"),
        ("#define NIL(xxx) xxx\n#define G_0(arg) NIL(G_1)(arg)\n#define G_1(arg) NIL(arg)\n", "G_0(42)"),
        ("#define e(x) x\n#define o() 1\n", "e(o)() e(e)(o()) e((o)()) o () o"),
        ("#define f(x, y) [x|y]\n", "f({1, 2}) f((1, 2), 3) f(a[1], 2) f(a[1, 2])"),
        ("#define cat(a, b) a ## b\n#define x y\n#define xx z\n", "cat(x, x) cat(x,) cat(,x) cat(x, 1) cat(+, +)"),
        ("#define s(x) #x\n#define xs(x) s(x)\n#define v 3\n", 's(v) xs(v) s( a  b ) s("\\n") s(\'"\')'),
        ("#define a(x, ...) <x|__VA_ARGS__>\n", "a(1) a(1, 2, 3) a() a((1, 2), (3))"),
        ("#define f(x) <x>\n#define t(x, y) f(x y\n", "t(1, 2))"),
    ],
)
def test_known_shapes(macros: str, source: str) -> None:
    theirs = preprocess(macros + source + "\n")
    assert theirs is not None, "the compiler does not take the test's own program"
    assert spelled(expander(macros).expand_text(source)) == theirs


tokens = st.sampled_from(["x", "y", "A", "B", "f", "g", "h", "(", ")", ",", "f(x)", "g(x, y)", "h(y)", "+", "1"])
bodies = st.lists(tokens, max_size=6).map(" ".join)
pastes = st.sampled_from(["x ## y", "x ## _k", "k_ ## x", "# x", "x ## 1", "f(x ## y)", "x ## y ## x"])


@given(
    st.tuples(bodies, bodies),
    st.tuples(bodies, st.one_of(bodies, pastes), bodies),
    st.lists(
        st.sampled_from(
            [
                "A",
                "B",
                "f",
                "g",
                "h",
                "(",
                ")",
                ",",
                "x",
                "1",
                "f(A)",
                "g(B,f)",
                "h(h(1))",
                "f()(2)",
                "g((1,2),A)",
                "h()",
            ]
        ),
        max_size=8,
    ),
)
@settings(max_examples=80, deadline=None)
def test_generated_programs(objects: tuple[str, str], functions: tuple[str, str, str], source: list[str]) -> None:
    macros = (
        f"#define A {objects[0]}\n#define B {objects[1]}\n#define f(x) {functions[0]}\n"
        f"#define g(x, y) {functions[1]}\n#define h(...) {functions[2]} __VA_ARGS__\n"
    )
    text = " ".join(source)
    theirs = preprocess(f"{macros}{text}\n")
    assume(theirs is not None)
    e = expander(macros)
    ours = spelled(e.expand_text(text))
    assert not e.cut
    assert ours == theirs
