# SPDX-License-Identifier: MIT
"""What macro invocations at file scope define: once, many times over, with names that their arguments make."""

from __future__ import annotations

import pytest

from .sources import calls, facts_of, function, names

COUNTING = """\
#define __CONCAT(a, b) a ## b
#define CONCATENATE(a, b) __CONCAT(a, b)
#define __COUNT(_0, _1, _2, _3, _n, X...) _n
#define COUNT_ARGS(X...) __COUNT(, ##X, 3, 2, 1, 0)
#define PROBE(call, args...) static void call(void) { CONCATENATE(run, COUNT_ARGS(args))(args); }
"""


@pytest.mark.parametrize(("arguments", "callee"), [("a", "run1"), ("a, b", "run2"), ("a, b, c", "run3")])
def test_an_argument_is_expanded_before_it_is_pasted(arguments, callee):
    # CONCATENATE(bpf_trace_run, COUNT_ARGS(args))(...)   include/trace/bpf_probe.h
    facts = facts_of(f"{COUNTING}PROBE(probe, {arguments})\n")
    assert calls(facts, "probe") == [callee]


def test_one_after_the_other_each_counts_its_own_arguments():
    lines = [f"PROBE(probe{i}, {', '.join('abc'[: i % 3 + 1])})\n" for i in range(12)]
    facts = facts_of(COUNTING + "".join(lines))
    assert [calls(facts, f"probe{i}") for i in range(12)] == [[f"run{i % 3 + 1}"] for i in range(12)]


def test_many_invocations_of_one_maker():
    maker = "#define EVENT(name, type) static void trace_##name(type p) { __trace_##name(p); probe(p, #name); }\n"
    facts = facts_of(maker + "".join(f"EVENT(x{i}, struct s{i % 2} *)\n" for i in range(10)))
    assert names(facts, "function") == [f"trace_x{i}" for i in range(10)]
    for i in range(10):
        made = function(facts, f"trace_x{i}")
        assert (made.line, made.made_by) == (i + 2, "EVENT")
        assert f"struct s{i % 2} * p" in made.signature
        assert calls(facts, made.name) == [f"__trace_x{i}", "probe"]


def test_an_argument_that_is_a_macro_changes_only_its_own_invocation():
    facts = facts_of(
        "#define TWO second(); third();\n"
        "#define EVENT(name, body) static void name(void) { first(); body }\n"
        "EVENT(a, x();)\nEVENT(b, y();)\nEVENT(c, z();)\nEVENT(d, x();)\nEVENT(e, TWO)\nEVENT(f, x();)\n"
    )
    assert calls(facts, "d") == calls(facts, "f") == ["first", "x"]
    assert calls(facts, "e") == ["first", "second", "third"]


def test_a_name_made_of_its_line_stays_of_its_line():
    facts = facts_of(
        "#define __PASTE(a, b) a ## b\n#define PASTE(a, b) __PASTE(a, b)\n"
        "#define CHECK(x) static void PASTE(check_, __LINE__)(void) { x(); }\n" + "CHECK(f)\n" * 6
    )
    assert names(facts, "function") == [f"check_{line}" for line in range(4, 10)]
