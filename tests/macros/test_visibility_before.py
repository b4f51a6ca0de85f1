# SPDX-License-Identifier: MIT
"""What a file sees above one of its lines: trace headers end with an include that defines their macros anew."""

from __future__ import annotations

import pytest

from xref.lex.model import Include
from xref.macros.visibility import IncludeGraph

from ..facts.sources import facts_of, function
from .defs import table

TRACE = "include/trace/events/sock.h"
FILES = {
    TRACE: "#include <linux/tracepoint.h>\nTRACE_EVENT(sock_send, PROTO(int n));\n#include <trace/define_trace.h>\n",
    "include/linux/tracepoint.h": "#include <linux/types.h>\n#define TRACE_EVENT(name, proto) DECLARE_TRACE(name)\n",
    "include/linux/types.h": "#define PROTO(args...) args\n",
    "include/trace/define_trace.h": "#include <trace/trace_events.h>\n#undef TRACE_EVENT\n"
    "#define TRACE_EVENT(name, proto) DEFINE_TRACE(name, with_a_longer_body)\n",
    "include/trace/trace_events.h": "#define TRACE_EVENT(name, proto) struct raw_##name { int with_even_more; }\n",
    "net/socket.c": "#define CREATE_TRACE_POINTS\n#include <trace/events/sock.h>\n",
}


def bodies(file: str, name: str, before: int = 0) -> list[str]:
    return [m.body.split("(")[0].split()[0] for m in table(FILES).view(file, before).candidates(name)]


def test_the_lines_of_a_trace_header_see_what_is_included_above() -> None:
    assert bodies(TRACE, "TRACE_EVENT", 3) == ["DECLARE_TRACE"]
    assert bodies(TRACE, "TRACE_EVENT")[0] != "DECLARE_TRACE"  # the whole file: the fullest body first


def test_what_is_above_brings_in_what_it_includes() -> None:
    assert bodies(TRACE, "PROTO", 3) == ["args"]


def test_others_see_what_they_saw() -> None:
    assert bodies("net/socket.c", "TRACE_EVENT") == bodies(TRACE, "TRACE_EVENT")


def include(path: str, line: int) -> Include:
    return Include(path, False, line, "")


GRAPH = IncludeGraph(
    {
        "a.h": (include("b.h", 1), include("gone.h", 2), include("c.h", 5), include("d.h", 9)),
        "b.h": (include("e.h", 7),),
        "c.h": (include("b.h", 1),),
        "d.h": (),
        "e.h": (),
    },
    "",
)


def before(graph: IncludeGraph, path: str, line: int) -> set[str]:
    """``path`` and all that its includes above ``line`` bring in."""
    seen = graph.seen_before(path, line)
    return {path, *(f"{name}.h" for name in "abcdex" if graph.holds(seen, f"{name}.h"))}


@pytest.mark.parametrize(
    ("line", "seen"),
    [(1, "a"), (2, "abe"), (5, "abe"), (6, "abce"), (9, "abce"), (10, "abcde"), (10**6, "abcde")],
)
def test_what_is_included_above_a_line(line: int, seen: str) -> None:
    assert before(GRAPH, "a.h", line) == {f"{name}.h" for name in seen}


def test_an_unknown_file_sees_itself() -> None:
    assert before(GRAPH, "x.h", 3) == {"x.h"}


def test_everything_above_the_end_is_everything() -> None:
    for name in "abcde":
        assert before(GRAPH, f"{name}.h", 10**6) == GRAPH.closure(f"{name}.h")


@pytest.mark.xfail(strict=True, reason="a header that leads back to the file brings in all of it")
def test_a_circle_brings_in_nothing_from_below() -> None:
    graph = IncludeGraph({"a.h": (include("b.h", 1), include("c.h", 5)), "b.h": (include("a.h", 1),), "c.h": ()}, "")
    assert before(graph, "a.h", 3) == {"a.h", "b.h"}


def test_an_include_that_a_macro_computes_is_that_of_its_own_file() -> None:
    graph = IncludeGraph({"a.h": (include("b.h", 1),), "b.h": (include("", 2),), "c.h": ()}, "")
    assert {name: graph.computes(f"{name}.h") for name in "abc"} == {"a": False, "b": True, "c": False}


def test_the_facts_of_a_trace_header_are_those_of_its_first_reading() -> None:
    headers = {
        "include/linux/tracepoint.h": "#define TRACE_EVENT(name) static inline void trace_##name(void) { first(); }\n",
        "include/trace/define_trace.h": "#define TRACE_EVENT(name) static inline int again_##name(void) "
        "{ second(); return 1; }\n",
    }
    source = "#include <linux/tracepoint.h>\n\nTRACE_EVENT(send)\n\n#include <trace/define_trace.h>\n"
    facts = facts_of(source, headers, TRACE)
    made = function(facts, "trace_send")
    assert [c.callee for c in made.body.calls] == ["first"]
    assert (made.line, made.made_by) == (3, "TRACE_EVENT")


def test_what_machinery_makes_of_a_macro_is_nothing_to_lean_on() -> None:
    # include/trace/events/writeback.h includes no tracepoint.h
    headers = {
        "include/linux/tracepoint.h": "#define TRACE_EVENT(name) static inline void trace_##name(void) { first(); }\n",
        "include/trace/define_trace.h": "#define TRACE_EVENT(name) static inline int again_##name(void) "
        "{ second(); return 1; }\n#include TRACE_INCLUDE(TRACE_INCLUDE_FILE)\n",
    }
    facts = facts_of("TRACE_EVENT(send)\n\n#include <trace/define_trace.h>\n", headers, TRACE)
    assert [c.callee for c in function(facts, "trace_send").body.calls] == ["first"]


def test_who_includes_a_trace_header_is_not_read_again() -> None:
    headers = {
        "include/linux/tracepoint.h": "#define TRACE_EVENT(name) static inline void trace_##name(void) { first(); }\n",
        "include/trace/define_trace.h": "#define TRACE_EVENT(name) static inline int again_##name(void) "
        "{ second(); return 1; }\n#include TRACE_INCLUDE(TRACE_INCLUDE_FILE)\n",
        "include/trace/events/module.h": "#include <linux/tracepoint.h>\nTRACE_EVENT(load)\n"
        "#include <trace/define_trace.h>\n",
        "include/linux/module.h": "#include <trace/events/module.h>\n",
        "include/linux/list.h": "#define LIST_FUNCTION(name) static inline void list_##name(void) { poison(); }\n",
        "include/linux/other.h": "#define LIST_FUNCTION(name) static inline void other_##name(void) "
        "{ other(); more(); }\n",
    }
    source = "#include <linux/module.h>\n#include <linux/list.h>\nLIST_FUNCTION(add)\n"
    assert [f.name for f in facts_of(source, headers, "include/net/sock.h").functions] == ["list_add"]
    send = (
        "#include <linux/module.h>\n#include <linux/tracepoint.h>\nTRACE_EVENT(send)\n#include <trace/define_trace.h>\n"
    )
    facts = facts_of(send, headers, TRACE)
    assert [c.callee for c in function(facts, "trace_send").body.calls] == ["first"]
    assert [c.callee for c in function(facts, "again_send").body.calls] == ["second"]


def test_makers_of_the_header_itself_are_read_again_too() -> None:
    headers = {
        "include/linux/tracepoint.h": "#define TRACE_EVENT(name) static inline void trace_##name(void) { first(); }\n",
        "include/trace/define_trace.h": "#define TRACE_EVENT(name) int __traceiter_##name(void) { return 1; }\n"
        "#include TRACE_INCLUDE(TRACE_INCLUDE_FILE)\n",
    }
    source = (
        "#include <linux/tracepoint.h>\n"
        "#define SEND_EVENT(name) TRACE_EVENT(send_##name)\n#define TWO(a, b) SEND_EVENT(a) SEND_EVENT(b)\n"
        "SEND_EVENT(one)\nTWO(two, three)\n#include <trace/define_trace.h>\n"
    )
    made = [f.name for f in facts_of(source, headers, TRACE).functions if f.kind != "macro"]
    assert sorted(made) == [f"{kind}_send_{n}" for kind in ("__traceiter", "trace") for n in ("one", "three", "two")]
