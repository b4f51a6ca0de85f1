# SPDX-License-Identifier: MIT
"""Headers of trace events wait in a part of a tree until somebody asks for what they make."""

from __future__ import annotations

from pathlib import Path

import pytest

from xref.index.unread import asked_for, put_off, waiting_in
from xref.lex.directives import scan
from xref.macros.visibility import IncludeGraph
from xref.tree.part import Wanted

EVENTS = "#include <linux/tracepoint.h>\n{own}TRACE_EVENT(packet_sent,\n\tTP_PROTO(int x));\n#define EVENT(name) \\\n"
EVENTS += "\tDEFINE_EVENT(task, task_##name)\nEVENT(free);\n"
EVENTS += "enum kind {{\n\tKINDS\n}};\n\tTP_fast_assign(__entry->initiator = x->first(x));\n#include <trace/again.h>\n"
FILES = {
    "include/linux/tracepoint.h": "#define DECLARE_TRACE(name) void trace_##name(void); int trace_##name##_on(void)\n",
    "include/linux/plain.h": "int plain(void);\n",
    "include/trace/again.h": "#include TRACE_HEADER\n",
    "include/trace/events/net.h": EVENTS.format(own=""),
    "include/trace/events/typed.h": EVENTS.format(own="typedef int event_t;\n"),
    "include/trace/events/used.h": EVENTS.format(own="struct used {\n\tint x;\n};\n"),
    "include/trace/events/own.h": EVENTS.format(own="static inline void own_helper(int x)\n{\n}\n"),
    "net/a.c": "".join(f"#include <trace/events/{name}.h>\n" for name in ("net", "typed", "used", "own"))
    + "#include <linux/plain.h>\nint f(struct used *u, enum kind k)\n{\n\treturn u->x;\n}\n",
}
NET = "include/trace/events/net.h"


@pytest.fixture
def root(tmp_path: Path) -> str:
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return str(tmp_path)


def waiting(root: str, places: frozenset[str] = frozenset()) -> frozenset[str]:
    graph = IncludeGraph({path: scan(text, path).includes for path, text in FILES.items()}, "x86")
    return put_off(graph, root, frozenset(FILES), places)


def test_what_is_read_again_waits_unless_it_says_more_that_is_used(root):
    assert waiting(root) == {NET, "include/trace/events/own.h"}


def test_what_was_asked_for_does_not_wait(root):
    assert waiting(root, frozenset({NET})) == {"include/trace/events/own.h"}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(frozenset({"trace_packet_sent"})), True),
        (Wanted(frozenset({"trace_packet_sent_on"})), True),
        (Wanted(frozenset({"trace_packet"})), False),
        (Wanted(frozenset({"trace_free"})), True),  # for all that its text tells
        (Wanted(frozenset({"task_free_on"})), True),
        (Wanted(frozenset({"task_free_list"})), False),
        (Wanted(frozenset({"skb_free"})), False),
        (Wanted(frozenset(), spellings=frozenset({"TP_PROTO("})), True),
        (Wanted(frozenset(), through=frozenset({"first"})), True),
        (Wanted(frozenset(), through=frozenset({"init", "initiator"})), False),
        (Wanted(frozenset(), frozenset({("", "x")})), True),
        (Wanted(frozenset(), frozenset({("ops", "x")})), False),
        (Wanted(frozenset()), False),
    ],
)
def test_who_is_asked_for_is_told_by_the_names_of_events(root, wanted, found):
    assert asked_for(wanted, root, [NET]) == ({NET} if found else set())


def test_an_index_notes_who_waits():
    assert waiting_in({"waiting": "a.h\tb.h"}) == ("a.h", "b.h")
    assert waiting_in({"waiting": ""}) == waiting_in({}) == ()
