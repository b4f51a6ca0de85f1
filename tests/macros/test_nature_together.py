# SPDX-License-Identifier: MIT
"""Natures of names that reach one another, and of names that mean something else in another program."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xref.macros.fixpoint import Fixpoint
from xref.macros.nature import Nature, Natures

from .defs import natures, table

Graph = Mapping[str, Sequence[str]]

# -- properties of names that depend on one another -------------------------------------------------------------------


def reached(graph: Graph, start: str) -> frozenset[str]:
    """The names that can be reached from ``start``, itself included."""
    found, todo = {start}, [start]
    while todo:
        for name in graph.get(todo.pop(), ()):
            if name not in found:
                found.add(name)
                todo.append(name)
    return frozenset(found)


def fixpoint(graph: Graph) -> Fixpoint[str, frozenset[str]]:
    """What :func:`reached` says, worked out name by name."""

    def judge(name: str) -> frozenset[str]:
        return frozenset({name}).union(*(known(n) for n in graph.get(name, ())))

    known = Fixpoint(judge, frozenset[str]())
    return known


names = st.sampled_from("abcdefg")
graphs = st.dictionaries(names, st.lists(names, max_size=4))


@given(graphs, st.lists(names, min_size=1, max_size=10))
@settings(max_examples=300, deadline=None)
def test_whatever_is_asked_first_the_answer_is_the_same(graph: Graph, order: list[str]) -> None:
    known = fixpoint(graph)
    for name in order:
        assert known(name) == reached(graph, name)


@pytest.mark.parametrize("order", ["abcd", "dcba", "bdac", "cabd"])
def test_two_circles_that_share_a_name(order: str) -> None:
    graph = {"a": "b", "b": "ca", "c": "bd", "d": ""}
    known = fixpoint(graph)
    assert {name: "".join(sorted(known(name))) for name in order} == {"a": "abcd", "b": "abcd", "c": "abcd", "d": "d"}


def test_each_name_is_judged_once_when_nothing_is_circular() -> None:
    judged: list[str] = []

    def judge(name: str) -> int:
        judged.append(name)
        return sum(known(n) for n in ("bc" if name == "a" else "d" if name in "bc" else "")) or 1

    known = Fixpoint(judge, 0)
    assert [known(name) for name in "aabcd"] == [2, 2, 1, 1, 1]
    assert sorted(judged) == ["a", "b", "c", "d"]


def test_a_failure_leaves_nothing_behind() -> None:
    fail = True

    def judge(name: str) -> bool:
        if name == "c" and fail:
            raise RecursionError
        return name == "c" or known({"a": "b", "b": "c"}[name])

    known = Fixpoint(judge, False)
    with pytest.raises(RecursionError):
        known("a")
    fail = False
    assert known("a")
    assert known("b")


# -- macros that reach one another ------------------------------------------------------------------------------------

# each names another, and only one of them pastes
CIRCLE = """\
#define first(x, n) second(n, x)
#define second(n, x) ({ x_##n(); third(x, n); })
#define third(x, n) first(n, x)
"""


@pytest.mark.parametrize(
    "order", [["first", "second", "third"], ["third", "second", "first"], ["second", "third", "first"]]
)
def test_structural_parameters_in_a_circle(order: list[str]) -> None:
    n = natures(CIRCLE)
    found = {name: n.decides(name) for name in order}
    # third swaps them on the way back, so both decide everywhere
    assert found == {"first": {0, 1}, "second": {0, 1}, "third": {0, 1}}


@pytest.mark.parametrize("order", [["a", "b"], ["b", "a"]])
def test_calls_in_a_circle(order: list[str]) -> None:
    n = natures("#define a(x) b(x)\n#define b(x) (a(x) + real(x))\n")
    assert {name: n.calls(name) for name in order} == {"a": True, "b": True}
    n = natures("#define a(x) b(x)\n#define b(x) (a(x) + BIT(x))\n#define BIT(x) (1 << (x))\n")
    assert {name: n.calls(name) for name in order} == {"a": False, "b": False}


fragments = st.sampled_from(
    [
        "M(a, b)",
        "N(b, a)",
        "P(a)",
        "a(b)",
        "x->a = b",
        "x_##a",
        "b##_y()",
        "f(a)",
        "(b)->ops->open(a)",
        "a",
        "N(P(b), 1)",
    ]
)
bodies = st.lists(fragments, max_size=3).map("; ".join)


@given(bodies, bodies, bodies, st.permutations(["M", "N", "P"]))
@settings(max_examples=300, deadline=None)
def test_macros_are_judged_alike_in_any_order(first: str, second: str, third: str, order: list[str]) -> None:
    text = f"#define M(a, b) {first}\n#define N(a, b) {second}\n#define P(a) {third}\n"
    one, other = natures(text), natures(text)
    assert {n: (one.decides(n), one.calls(n)) for n in order} == {
        n: (other.decides(n), other.calls(n)) for n in ("M", "N", "P")
    }


# -- definitions of one name ------------------------------------------------------------------------------------------

KERNEL = "include/linux/x.h"
TOOLS = "tools/include/linux/x.h"


@pytest.mark.parametrize(
    ("kernel", "tools", "nature"),
    [
        # include/linux/compiler.h; tools/perf has a function of that name
        ("__weak __attribute__((__weak__))", "__weak real()", Nature.ATTRIBUTE),
        ("__user", "__user(x) f(x)", Nature.ATTRIBUTE),
        ("SCOPE static", "SCOPE", Nature.ATTRIBUTE | Nature.STATIC),
        ("__always_inline inline __attribute__((x))", "__always_inline", Nature.ATTRIBUTE | Nature.INLINE),
        # include/linux/list.h; a tool has a function for it
        ("for_each(p, h) for (p = h; p; p = p->next)", "for_each(p, h) walk(p, h)", Nature.ITERATOR),
        ("for_each(p, h) walk(p, h)", "for_each(p, h) for (p = h; p; p = p->next)", Nature.PLAIN),
        ("asmlinkage f(1)", "asmlinkage __attribute__((x))", Nature.PLAIN),
        ("call(f, x) run(f, x)", "call(f, x) f(x)", Nature.PLAIN),
    ],
)
def test_another_program_does_not_change_what_the_kernel_s_is(kernel: str, tools: str, nature: int) -> None:
    name = kernel.partition("(")[0].split()[0]
    files = {KERNEL: f"#define {kernel}\n", TOOLS: f"#define {tools}\n", "net/a.c": "", "tools/a.c": ""}
    tree = table(files)
    n = Natures(tree)
    assert n.of(name) == nature
    assert n.among(name, tree.view("net/a.c").candidates(name)) == nature
    (own,) = (m for m in tree.all(name) if m.file == KERNEL)
    assert n.among(name, (own,)) == nature
    assert n.anywhere(name) == nature | Natures(table({KERNEL: f"#define {tools}\n"})).of(name)


@pytest.mark.parametrize("first", ["of", "anywhere", "among"])
def test_the_order_of_questions_does_not_matter(first: str) -> None:
    files = {KERNEL: "#define for_each(p, h) for (p = h; p; )\n", TOOLS: "#define for_each(p, h) walk(p, h)\n"}
    tree = table(files)
    n = Natures(tree)
    (tools,) = (m for m in tree.all("for_each") if m.file == TOOLS)
    ask: dict[str, Callable[[], int]] = {
        "of": lambda: n.of("for_each"),
        "anywhere": lambda: n.anywhere("for_each"),
        "among": lambda: n.among("for_each", (tools,)),
    }
    ask[first]()
    assert {name: question() for name, question in ask.items()} == {
        "of": Nature.ITERATOR,
        "anywhere": Nature.ITERATOR,
        "among": Nature.PLAIN,
    }


def test_a_name_of_other_programs_alone_is_what_they_say() -> None:
    assert Natures(table({TOOLS: "#define __weak __attribute__((weak))\n"})).of("__weak") & Nature.ATTRIBUTE


def test_all_definitions_must_agree_on_an_attribute_and_one_is_enough_for_a_loop() -> None:
    text = "#ifdef A\n#define x(a) __attribute__((a))\n#else\n#define x(a) for (; a; )\n#endif\n"
    tree = table({KERNEL: text})
    n = Natures(tree)
    assert n.of("x") == Nature.ITERATOR
    assert [n.among("x", (m,)) for m in tree.all("x")] == [Nature.ATTRIBUTE, Nature.ITERATOR]
    assert n.anywhere("x") == Nature.ATTRIBUTE | Nature.ITERATOR


def test_an_attribute_made_of_what_only_the_kernel_means_so() -> None:
    files = {
        KERNEL: "#define __cold __attribute__((__cold__))\n#define __init __cold\n",
        TOOLS: "#define __cold freeze()\n",
    }
    assert Natures(table(files)).of("__init") & Nature.ATTRIBUTE


def test_no_definitions_are_no_nature() -> None:
    n = natures("#define __cold __attribute__((__cold__))\n")
    assert n.anywhere("gone") == Nature.PLAIN
    assert n.among("gone", ()) == Nature.PLAIN


RT2X00 = """\
#define SET_FIELD(reg, type, field, value) ({ *(reg) |= (value) << (field).bit_offset; })
#define set_field32(reg, field, value) SET_FIELD(reg, struct field32, field, value)
"""
QED = "#define SET_FIELD(value, name, flag) do { (value) |= (flag) << name ## _SHIFT; } while (0)\n"


def test_a_header_means_its_own_macro_by_a_name_that_others_have_too() -> None:
    # drivers/net/wireless/ralink/rt2x00/rt2x00reg.h and include/linux/qed/qed_if.h
    tree = table({"drivers/net/rt2x00.h": RT2X00, "include/linux/qed.h": QED})
    n = Natures(tree)
    assert n.structural(tree.all("set_field32")) == frozenset()
    assert {m.file: n.structural((m,)) for m in tree.all("SET_FIELD")} == {
        "drivers/net/rt2x00.h": frozenset(),
        "include/linux/qed.h": {1},
    }


def test_a_name_that_many_files_define_means_in_each_what_that_says() -> None:
    files = {
        f"drivers/{n}/x.h": f"#define run(f) {'f()' if n % 2 else 'g(f)'}\n#define outer(f) run(f)\n" for n in range(20)
    }
    tree = table({**files, "net/x.h": "#define third(f) run(f)\n"})
    n = Natures(tree)
    found = {m.file: n.structural((m,)) for m in tree.all("outer")}
    assert found == {f"drivers/{n}/x.h": {0} if n % 2 else frozenset() for n in range(20)}
    assert n.structural(tree.all("third")) == {0}  # which run() it will see, nobody knows


def test_a_definition_that_stands_in_for_another_does_not_hide_it() -> None:
    # #ifndef arch_call: what an architecture defines counts too
    header = "#ifndef arch_call\n#define arch_call(f) do { } while (0)\n#endif\n#define call(f) arch_call(f)\n"
    tree = table({"include/linux/call.h": header, "arch/x86/include/asm/call.h": "#define arch_call(f) f()\n"})
    assert Natures(tree).structural(tree.all("call")) == {0}
