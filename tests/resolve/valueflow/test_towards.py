# SPDX-License-Identifier: MIT
"""Whoever reaches a function through a pointer is among its callers: asked both ways, the edges are the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.resolve.small import Small, index
from xref.index.build import build_index
from xref.resolve.edge import Confidence, Edge, EdgeKind
from xref.resolve.front.resolver import Resolver
from xref.tree.root import default_arch, open_tree

Make = Callable[..., Small]
FIXTURES = Path(__file__).parents[3] / "fixtures"
HEAD = """
struct sk { int (*rcv)(int); int (*saved)(int); };
struct ops { int (*out)(int); int (*in)(int (*cb)(int)); };
int f(int x)
{
	return x;
}
"""

WAYS = {
    "a slot": "struct ops o = { .out = f };\nint caller(struct ops *p)\n{\n\treturn p->out(1);\n}\n",
    "an assignment": "int caller(struct sk *s)\n{\n\ts->rcv = f;\n\treturn s->rcv(1);\n}\n",
    "a copy of a slot": (
        "struct ops o = { .out = f };\nvoid set(struct sk *s, struct ops *p)\n{\n\ts->rcv = p->out;\n}\n"
        "int caller(struct sk *s)\n{\n\treturn s->rcv(1);\n}\n"
    ),
    "a copy of a copy": (
        "struct ops o = { .out = f };\nvoid set(struct sk *s, struct ops *p)\n{\n\ts->rcv = p->out;\n}\n"
        "void keep(struct sk *s)\n{\n\ts->saved = s->rcv;\n}\nint caller(struct sk *s)\n{\n\treturn s->saved(1);\n}\n"
    ),
    "a local variable": (
        "struct ops o = { .out = f };\nint caller(struct ops *p)\n{\n\tint (*fn)(int) = p->out;\n\n\treturn fn(1);\n}\n"
    ),
    "a parameter": "int caller(int (*cb)(int))\n{\n\treturn cb(1);\n}\nint start(void)\n{\n\treturn caller(f);\n}\n",
    "a parameter's default": (
        "int caller(int (*cb)(int))\n{\n\tif (!cb)\n\t\tcb = f;\n\treturn cb(1);\n}\n"
        "int start(void)\n{\n\treturn caller(0);\n}\n"
    ),
    "a parameter handed further": (
        "int caller(int n, int (*cb)(int))\n{\n\treturn cb(1);\n}\n"
        "int middle(int (*fn)(int))\n{\n\treturn caller(1, fn);\n}\nint start(void)\n{\n\treturn middle(f);\n}\n"
    ),
    "a parameter that a macro hands on": (
        "#define MIDDLE(...) caller(__VA_ARGS__)\nint caller(int n, int (*cb)(int))\n{\n\treturn cb(1);\n}\n"
        "int start(void)\n{\n\treturn MIDDLE(1, f);\n}\n"
    ),
    "a parameter that is kept": (
        "void keep(struct sk *s, int (*cb)(int))\n{\n\ts->rcv = cb;\n}\nvoid start(struct sk *s)\n{\n\tkeep(s, f);\n}\n"
        "int caller(struct sk *s)\n{\n\treturn s->rcv(1);\n}\n"
    ),
    "an initialiser inside a function": (
        "int caller(struct sk *s)\n{\n\treturn s->rcv(1);\n}\n"
        "int run(int (*cb)(int))\n{\n\tstruct sk s = { .rcv = cb };\n\n\treturn caller(&s);\n}\n"
        "int start(void)\n{\n\treturn run(f);\n}\n"
    ),
    "an element that is told by another table": (
        "struct node { int (*run)(int); int at; } nodes[] = { { f, 1 } };\nstruct fsm { int (**jump)(int); int n; };\n"
        "void set(struct fsm *m, int i)\n{\n\tm->jump[m->n * nodes[i].at + nodes[i].at] = nodes[i].run;\n}\n"
        "int caller(struct fsm *m, int n)\n{\n\tint (*r)(int) = m->jump[n];\n\n\treturn r(1);\n}\n"
    ),
    "an initialiser that reads a slot": (
        "struct ops o[] = { { .out = f } };\nint caller(struct sk *s)\n{\n\treturn s->rcv(1);\n}\n"
        "int run(struct ops *p, int n)\n{\n\tstruct sk s = { .rcv = p[n].out };\n\n\treturn caller(&s);\n}\n"
    ),
    "an initialiser that reads a variable": (
        "int (*hook)(int) = f;\nint caller(struct sk *s)\n{\n\treturn s->rcv(1);\n}\n"
        "int run(void)\n{\n\tstruct sk s = { .rcv = hook };\n\n\treturn caller(&s);\n}\n"
    ),
    "a macro in parentheses that stands for a member": (
        "struct ops o = { .out = f };\n#define run (p->out)\nint caller(struct ops *p)\n{\n\treturn run(1);\n}\n"
    ),
    "what is returned": (
        "typedef int (*fn_t)(int);\nfn_t which(int n)\n{\n\treturn n ? f : 0;\n}\n"
        "int caller(int n)\n{\n\tfn_t fn = which(n);\n\n\treturn fn(1);\n}\n"
    ),
    "a global variable": (
        "int (*hook)(int);\nvoid set(void)\n{\n\thook = f;\n}\nint caller(void)\n{\n\treturn hook(1);\n}\n"
    ),
    "a table": "int (*table[])(int) = { f };\nint caller(int n)\n{\n\treturn table[n](1);\n}\n",
    "a table that a slot names": (
        "int (*table[])(int) = { f };\nstruct set { int (**fns)(int); };\nstruct set all = { .fns = table };\n"
        "int caller(struct set *s, int n)\n{\n\treturn s->fns[n](1);\n}\n"
    ),
    "a table that is handed over": (
        "int (*table[])(int) = { f };\nint caller(int (**fns)(int), int n)\n{\n\treturn fns[n](1);\n}\n"
        "int start(void)\n{\n\treturn caller(table, 1);\n}\n"
    ),
    "an element of a table that is handed over": (
        "int (*table[])(int) = { f };\nint caller(int (*fn)(int))\n{\n\treturn fn(1);\n}\n"
        "int start(int n)\n{\n\treturn caller(table[n]);\n}\n"
    ),
    "an element of a table that is put into a slot": (
        "int (*table[2][2])(int) = { { f } };\nint caller(struct sk *s)\n{\n\treturn s->rcv(1);\n}\n"
        "void set(struct sk *s, int n)\n{\n\ts->rcv = table[n][0];\n}\n"
    ),
    "a slot that takes a callback": (
        "int caller(int (*cb)(int))\n{\n\treturn cb(1);\n}\nstruct ops o = { .in = caller };\n"
        "int start(struct ops *p)\n{\n\treturn p->in(f);\n}\n"
    ),
    "a value that is wrapped": (
        "#define ptr(x) (1 ? (x) : 0)\nstruct ops o = { .out = ptr(f) };\n"
        "int caller(struct ops *p)\n{\n\treturn p->out(1);\n}\n"
    ),
    "a name in parentheses": "int caller(void)\n{\n\treturn (f)(1);\n}\n",
    "one of two members": (
        "struct ops o = { .out = f };\nint caller(struct ops *p, struct sk *s)\n{\n"
        "\treturn (s ? s->rcv : p->out)(1);\n}\n"
    ),
    "a macro that stands for a member": (
        "struct ops o = { .out = f };\n#define run o.out\n#define rerun run\n"
        "int again(void)\n{\n\treturn rerun(1);\n}\nint caller(void)\n{\n\treturn run(1);\n}\n"
    ),
    "a store by a macro": (
        "#define WRITE_ONCE(x, val) do { *(volatile typeof(x) *)&(x) = (val); } while (0)\n"
        "struct ops o = { .out = f };\nvoid set(struct sk *s, struct ops *p)\n{\n\tWRITE_ONCE(s->rcv, p->out);\n}\n"
        "int caller(struct sk *s)\n{\n\treturn s->rcv(1);\n}\n"
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_callers_through_a_pointer(tmp_path: Path, way: str) -> None:
    small = index(tmp_path, {"kernel/a.c": HEAD + WAYS[way]})
    assert "kernel/a.c:f" in small.reached("caller")
    assert "kernel/a.c:caller" in small.callers("f")


def test_a_name_may_begin_with_a_capital(small: Make) -> None:
    """ReadISAC_IO() of drivers/isdn/hardware/mISDN/mISDNinfineon.c: a macro makes it, another puts it into a slot."""
    s = small(
        "struct isac { int (*read)(int n); };\n#define IOFUNC(name) static int Read##name##_IO(int n)\\\n"
        "{\\\n\treturn n;\\\n}\n"
        "#define ASSIGN_FUNC(typ, name, dest) do { dest.read = &Read##name##_##typ; } while (0)\n"
        "IOFUNC(ISAC)\nvoid set(struct isac *i)\n{\n\tASSIGN_FUNC(IO, ISAC, (*i));\n}\n"
        "int caller(struct isac *i)\n{\n\treturn i->read(1);\n}\n"
    )
    assert s.dispatches("caller") == {"isac.read": ["ReadISAC_IO"]}
    assert s.callers("ReadISAC_IO") == ["net/a.c:caller"]


def test_a_slot_of_another_struct_leads_to_nobody(tmp_path: Path) -> None:
    text = (
        "struct other { int (*out)(int); };\nstruct ops o = { .out = f };\n"
        "int caller(struct other *p)\n{\n\treturn p->out(1);\n}\n"
    )
    assert index(tmp_path, {"kernel/a.c": HEAD + text}).callers("f") == []


UNION = "union u { int (*one)(int); int (*many)(int, int); };\nint caller(union u *p)\n{\n\treturn p->many(1, 2);\n}\n"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("union u o = { .one = f };\n", ["kernel/a.c:caller"]),
        ("int g(int x)\n{\n}\nunion u o = { .one = f };\nunion u other = { .many = g };\n", []),
    ],
)
def test_members_that_share_their_bytes(tmp_path: Path, written: str, expected: list[str]) -> None:
    """What is written as one and called as the other, where nothing is written as that: as on the way back."""
    small = index(tmp_path, {"kernel/a.c": HEAD + UNION + written})
    assert small.callers("f") == expected
    assert ("kernel/a.c:f" in small.reached("caller")) is bool(expected)


def _key(e: Edge) -> tuple[str, str, EdgeKind, Confidence, str, int, int]:
    return e.caller.node, e.callee.node, e.kind, e.confidence, e.via, e.line, e.column


@pytest.mark.parametrize("tree", ["linux-2.6", "linux-3.7", "linux-6.12"])
def test_every_call_is_found_from_both_ends(tmp_path: Path, tree: str) -> None:
    db = tmp_path / "i.db"
    opened = open_tree(FIXTURES / tree)
    build_index(opened, db, arch=default_arch(opened), jobs=1)
    resolver = Resolver.open(db)
    functions = resolver.reader.functions_between(0, 1 << 40)
    symbols = [resolver.as_symbol(f) for f in functions]
    forwards = {_key(e) for sym in symbols for e in (*resolver.calls(sym).edges, *resolver.deferred(sym))}
    backwards = {_key(e) for sym in symbols for e in (*resolver.callers(sym), *resolver.deferrers(sym))}
    assert forwards == backwards


def test_a_macro_may_be_no_more_than_another_name(small: Make) -> None:
    """page_to_pfn of include/asm-generic/memory_model.h, and outb of many drivers."""
    s = small(
        {
            "include/linux/names.h": "int __set(int (*f)(int), int n);\n#define set_it __set\n#define really set_it\n"
            "#define __twice(x) really(0, (x))\n#define twice __twice\n"
            "int on_event(int n);\n#define handler on_event\nint (*__get(void))(int);\n#define get_it __get\n",
            "net/a.c": "#include <linux/names.h>\nint __set(int (*f)(int), int n)\n{\n\treturn f(n);\n}\n"
            "int on_event(int n)\n{\n}\nint on_got(int n)\n{\n}\n"
            "int (*__get(void))(int)\n{\n\treturn on_got;\n}\n",
            "net/b.c": "#include <linux/names.h>\nint by_name(void)\n{\n\treturn set_it(handler, 0);\n}\n"
            "int by_macro(void)\n{\n\treturn twice(1);\n}\n"
            "int by_return(void)\n{\n\treturn get_it()(0);\n}\n"
            "struct ops { int (*run)(int n); };\nstruct ops o = { .run = handler };\n"
            "int dispatch(struct ops *p)\n{\n\treturn p->run(0);\n}\n",
        }
    )
    assert s.callers("__set") == ["include/linux/names.h:__twice", "net/b.c:by_name"]
    assert s.callers("__twice") == ["net/b.c:by_macro"]
    assert s.reached("__set", EdgeKind.CALLBACK) == ["net/a.c:on_event"]
    assert s.callers("on_event") == ["net/a.c:__set", "net/b.c:dispatch"]
    assert s.callers("on_got") == ["net/b.c:by_return"]
    assert s.callers("__get") == ["net/b.c:by_return"]


def test_who_is_called_through_any_pointer_hands_its_callbacks_on(small: Make) -> None:
    """decompress_method() of lib/decompress.c gives what init/initramfs.c calls with an error function."""
    s = small(
        "typedef int (*decompress_fn)(int n, void (*error)(char *x));\n"
        "static int unlzo(int n, void (*error)(char *x))\n{\n\terror(0);\n}\n"
        "static const struct format { int magic; decompress_fn way; } formats[] = { { 1, unlzo } };\n"
        "decompress_fn method(int n)\n{\n\tconst struct format *cf = formats;\n\treturn cf->way;\n}\n"
        "static void complain(char *x)\n{\n}\n"
        "int unpack(int n)\n{\n\tdecompress_fn decompress = method(n);\n\treturn decompress(n, complain);\n}\n"
    )
    assert s.reached("unlzo", EdgeKind.CALLBACK) == ["net/a.c:complain"]
    assert s.callers("complain") == ["net/a.c:unlzo"]


def test_a_private_function_is_looked_for_in_its_own_file(small: Make) -> None:
    """init/initramfs.c has a function error(), and thousands of others print the word."""
    others = "".join(f'int f{k}(int n)\n{{\n\tprintk("an error\\n");\n}}\n' for k in range(500))
    s = small(
        {
            "net/a.c": others,
            "net/b.c": "struct ops { int (*fail)(int n); };\nstatic int error(int n)\n{\n}\n"
            "void set(struct ops *o)\n{\n\to->fail = error;\n}\nint call(struct ops *o)\n{\n\treturn o->fail(1);\n}\n",
        }
    )
    assert s.callers("net/b.c:error") == ["net/b.c:call"]


def test_only_who_sees_a_record_can_use_its_members(small: Make) -> None:
    """struct c2c_dimension of tools/perf/builtin-c2c.c has a member "entry", and so has what thousands of functions use
    of which they do not tell the type.
    """
    others = "".join(f"int (*f{k}(struct other *o))(int)\n{{\n\treturn o[0].entry;\n}}\n" for k in range(500))
    s = small(
        {
            "net/a.c": "struct other { int (*entry)(int n); };\n" + others,
            "net/b.c": "struct dim { int (*entry)(int n); };\nstruct fmt { int (*run)(int n); };\n"
            "static int node(int n)\n{\n}\nstruct dim d = { .entry = node };\n"
            "void set(struct fmt *f, struct dim *d)\n{\n\tf->run = d->entry;\n}\n"
            "int call(struct fmt *f)\n{\n\treturn f->run(1);\n}\n",
        }
    )
    assert s.callers("node") == ["net/b.c:call"]


def test_who_tells_the_type_is_read_first(small: Make) -> None:
    """of_irq_init() of drivers/of/irq.c reads of_device_id.data, a name that five thousand others read something of."""
    others = "".join(f"void *f{k}(struct other *o)\n{{\n\treturn o[0].data;\n}}\n" for k in range(500))
    s = small(
        {
            "include/linux/id.h": "struct id { const void *data; };\nstruct other { void *data; };\n",
            "net/a.c": "#include <linux/id.h>\n" + others,
            "net/b.c": "#include <linux/id.h>\nstruct desc { int (*init)(int n); };\nstatic int node(int n)\n{\n}\n"
            "struct id all[] = { { .data = node } };\n"
            "void set(struct desc *d, struct id *i)\n{\n\td->init = i->data;\n}\n"
            "int call(struct desc *d)\n{\n\treturn d->init(1);\n}\n",
        }
    )
    assert s.callers("node") == ["net/b.c:call"]


def test_a_slot_whose_address_is_handed_over(small: Make) -> None:
    """smc_clcsock_replace_cb() of net/smc/af_smc.c: each slot has what its own call hands over."""
    s = small(
        "struct sock { void (*ready)(int n); void (*space)(int n); };\n"
        "struct smc { void (*ready)(int n); void (*space)(int n); };\n"
        "static void replace(void (**target)(int n), void (*new)(int n), void (**saved)(int n))\n{\n"
        "\tif (!*saved)\n\t\t*saved = *target;\n\t*target = new;\n}\n"
        "void def_ready(int n)\n{\n}\nvoid smc_ready(int n)\n{\n}\nvoid smc_space(int n)\n{\n}\n"
        "void init(struct sock *sk)\n{\n\tsk->ready = def_ready;\n}\n"
        "void use(struct sock *sk, struct smc *smc)\n{\n\treplace(&sk->ready, smc_ready, &smc->ready);\n"
        "\treplace(&sk->space, smc_space, &smc->space);\n}\n"
        "void ready(struct sock *sk)\n{\n\tsk->ready(1);\n}\nvoid space(struct sock *sk)\n{\n\tsk->space(1);\n}\n"
        "void forward(struct smc *smc)\n{\n\tsmc->ready(1);\n}\n"
    )
    assert s.dispatches("ready") == {"sock.ready": ["def_ready", "smc_ready"]}
    assert s.dispatches("space") == {"sock.space": ["smc_space"]}
    assert s.dispatches("forward") == {"smc.ready": ["def_ready", "smc_ready"]}
    assert s.callers("smc_space") == ["net/a.c:space"]
