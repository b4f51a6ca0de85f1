# SPDX-License-Identifier: MIT
"""Probes are those of the tracepoint that they were registered for."""

from collections.abc import Callable

import pytest

from tests.resolve.small import Small
from xref.resolve.valueflow import companions

Make = Callable[..., Small]


TRACEPOINTS = """\
struct point_func { void *func; void *data; };
struct point { struct point_func *funcs; void *stub; };
struct class { void *probe; };
struct call { struct class *class; union { char *name; struct point *tp; }; void *probe; };
struct map { struct point *tp; void *func; };
static void add(struct point *tp, struct point_func *func)
{
	tp->funcs = func;
}
int point_register(struct point *tp, void *probe, void *data)
{
	struct point_func tp_func;

	tp_func.func = probe;
	add(tp, &tp_func);
}
#define POINT(name, proto, args) \\
	void stub_##name(proto) { } \\
	struct point __point_##name = { .stub = &stub_##name }; \\
	void __iter_##name(proto) \\
	{ \\
		struct point_func *it_func_ptr; \\
		void *it_func; \\
		it_func_ptr = (&__point_##name)->funcs; \\
		it_func = (it_func_ptr)->func; \\
		((void (*)(proto))(it_func))(args); \\
	} \\
	int register_##name(void (*probe)(proto), void *data) \\
	{ \\
		return point_register(&__point_##name, (void *)probe, data); \\
	}
POINT(switched, int x, x)
POINT(freed, int x, x)
void on_switch(int x)
{
}
void on_free(int x)
{
}
void on_any(int x)
{
}
void of_class(int x)
{
}
void of_map(int x)
{
}
struct class freeing = { .probe = of_class };
struct call any = { .class = &freeing, { .tp = &__point_freed }, .probe = on_any };
union { struct map map; char room[64]; } held = { .map = { .tp = &__point_switched, .func = of_map } };
void start(struct call *call, struct map *map)
{
	struct point *tp = map->tp;

	register_switched(on_switch, 0);
	register_freed(on_free, 0);
	point_register(call->tp, call->probe, 0);
	point_register(call->tp, call->class->probe, 0);
	point_register(tp, (void *)map->func, 0);
}
void user(struct point *tp)
{
	point_register(tp, tp->stub, 0);
}
"""


IN_A_MACRO = """\
#define TP_PROTO(args...) args
#define __DO_TRACE(tp, proto, args) \\
	do { \\
		struct point_func *it_func_ptr; \\
		void *it_func; \\
		it_func_ptr = (tp)->funcs; \\
		it_func = (it_func_ptr)->func; \\
		((void (*)(proto))(it_func))(args); \\
	} while (0)
"""


@pytest.mark.parametrize("old", [False, True])
def test_probes_are_those_of_their_tracepoint(small: Make, old: bool) -> None:
    # DECLARE_TRACE() of include/linux/tracepoint.h; who registers by a pointer (kernel/trace) means the one that the
    # same structure holds
    text = TRACEPOINTS
    if old:  # until 5.9 in a macro
        start, end = text.index("\t\tstruct point_func *it_func_ptr"), text.index("\t} \\\n\tint register")
        text = text[:start] + "\t\t__DO_TRACE(&__point_##name, TP_PROTO(proto), args); \\\n" + text[end:]
        text = IN_A_MACRO + text
    s = small(text)
    assert s.dispatches("__iter_switched") == {"point_func.func": ["of_map", "on_switch", "stub_switched"]}
    assert s.dispatches("__iter_freed") == {"point_func.func": ["of_class", "on_any", "on_free", "stub_freed"]}
    for probe in ("on_switch", "of_map", "stub_switched"):
        assert s.callers(probe) == ["net/a.c:__iter_switched"]
    for probe in ("on_any", "of_class", "stub_freed"):
        assert s.callers(probe) == ["net/a.c:__iter_freed"]


COMPILED = not companions.__file__.endswith(".py")


@pytest.mark.skipif(COMPILED, reason="a compiled module's own names cannot be replaced")
@pytest.mark.parametrize("few", [100, 0])
def test_of_many_tracepoints_the_one_is_read_that_is_asked_for(
    small: Make, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One by one, or all at once where many are asked for: the answers are the same."""
    monkeypatch.setattr("xref.resolve.valueflow.companions._FEW", few)
    monkeypatch.setattr("xref.resolve.valueflow.anchors._FEW", few)
    more = "".join(f"POINT({name}, int x, x)\n" for name in "abcd")
    s = small(TRACEPOINTS + more)
    assert s.dispatches("__iter_switched") == {"point_func.func": ["of_map", "on_switch", "stub_switched"]}
    handings = [h for h in s.resolver.sites._shared.companions._handings.values() if h is not None]
    assert handings
    left = {s.resolver.reader.function(fid).name for h in handings for fid in h._naming}
    assert left == ({"register_freed", *(f"register_{name}" for name in "abcd")} if few else set())
    assert s.callers("of_class") == ["net/a.c:__iter_freed"]


BY_NAME = """\
struct point_func { void *func; };
struct point { const char *name; struct point_func *funcs; };
struct entry { struct point_func *funcs; char name[0]; };
struct entry *get_point(const char *name);
static void add(struct entry *entry, void *probe, void *data)
{
	entry->funcs[0].func = probe;
}
int point_register(const char *name, void *probe, void *data)
{
	add(get_point(name), probe, data);
}
#define TP_ARGS(args...) args
#define TRACEPOINT(_name, proto, args) \\
	static const char __pointstr_##_name[] = #_name; \\
	struct point __point_##_name = { __pointstr_##_name, 0 }; \\
	static inline void trace_##_name(proto) \\
	{ \\
		struct point_func *it_func_ptr; \\
		void *it_func; \\
		it_func_ptr = (&__point_##_name)->funcs; \\
		it_func = (it_func_ptr)->func; \\
		((void (*)(proto))(it_func))(TP_ARGS(args)); \\
	} \\
	static inline int register_trace_##_name(void (*probe)(proto), void *data) \\
	{ \\
		return point_register(#_name, (void *)probe, data); \\
	}
#define EVENT(_name) \\
	void raw_##_name(int x, int y) { } \\
	struct class class_##_name = { .system = "one", .probe = raw_##_name }; \\
	struct call event_##_name = { .name = #_name, .class = &class_##_name };
struct class { char *system; void *probe; };
struct call { struct class *class; char *name; };
TRACEPOINT(cpu_idle, TP_ARGS(int x, int y), TP_ARGS(x, y))
TRACEPOINT(idle, TP_ARGS(int x, int y), TP_ARGS(x, y))
TRACEPOINT(freed, TP_ARGS(int x, int y), TP_ARGS(x, y))
EVENT(cpu_idle)
EVENT(freed)
void on_cpu_idle(int x, int y) { }
void on_idle(int x, int y) { }
void on_free(int x, int y) { }
void on_any(int x, int y) { }
void start(struct call *call, const char *which)
{
	register_trace_cpu_idle(on_cpu_idle, 0);
	register_trace_idle(on_idle, 0);
	point_register("freed", on_free, 0);
	point_register(which, on_any, 0);
	point_register(call->name, call->class->probe, call);
}
"""


def test_probes_may_name_their_tracepoint_by_a_string(small: Make) -> None:
    """include/linux/tracepoint.h and include/trace/ftrace.h up to 3.14."""
    s = small(BY_NAME)
    given = {
        "cpu_idle": ["on_any", "on_cpu_idle", "raw_cpu_idle"],
        "idle": ["on_any", "on_idle"],
        "freed": ["on_any", "on_free", "raw_freed"],
    }
    for name, probes in given.items():
        assert s.dispatches(f"trace_{name}") == {"point_func.func": probes}
        for probe in probes[1:]:
            assert s.callers(probe) == [f"net/a.c:trace_{name}"]
    assert s.callers("on_any") == [f"net/a.c:trace_{name}" for name in sorted(given)]


def test_what_no_structure_holds_with_an_object_stays(small: Make) -> None:
    """A pointer of which nothing says what it is beside may hold any probe."""
    s = small(TRACEPOINTS + "void more(struct point *tp, struct class *c) { point_register(tp, c->probe, 0); }\n")
    assert "of_class" in s.dispatches("__iter_switched")["point_func.func"]
