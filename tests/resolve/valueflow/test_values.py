# SPDX-License-Identifier: MIT
"""Where a function goes once its address is taken."""

from collections.abc import Callable

import pytest

from tests.resolve.small import Small
from xref.resolve.edge import EdgeKind
from xref.resolve.lookup.written import MAX_CALLERS
from xref.resolve.valueflow.values import Values

Make = Callable[..., Small]

BASE = """\
typedef int (*fn_t)(int x);
struct ops { fn_t open; };
int g(int x)
{
}
int h(int x)
{
}
"""


@pytest.mark.parametrize(
    ("source", "via", "targets"),
    [
        # parameters
        ("int f(fn_t fn)\n{\n\treturn fn(1);\n}\nint a(void)\n{\n\treturn f(g);\n}", "param 0", ["g"]),
        (
            "int f(int n, fn_t fn)\n{\n\treturn (*fn)(1);\n}\nint a(void)\n{\n\treturn f(1, &g) + f(2, h);\n}",
            "param 1",
            ["g", "h"],
        ),
        (
            "int f(int (*fn)(int))\n{\n\treturn (fn)(1);\n}\nint b(fn_t x)\n{\n"
            "\treturn f(x);\n}\nint a(void)\n{\n\treturn b(g);\n}",
            "param 0",
            ["g"],
        ),
        (
            "int f(fn_t fn)\n{\n\treturn fn(1);\n}\n#define call(x) f(x)\nint a(void)\n{\n\treturn call(g);\n}",
            "param 0",
            ["g"],
        ),
        (
            "int f(fn_t fn)\n{\n\treturn fn(1);\n}\n#define one(x) f(x)\n"
            "#define two(y) one(y)\nint a(void)\n{\n\treturn two(g);\n}",
            "param 0",
            ["g"],
        ),
        ("int f(fn_t fn)\n{\n\treturn fn(1);\n}\nint a(int n)\n{\n\treturn f(n ? g : h);\n}", "param 0", ["g", "h"]),
        (
            "int f(fn_t fn)\n{\n\treturn fn(1);\n}\nint a(int n)\n{\n\tfn_t x = g;\n"
            "\tif (n)\n\t\tx = h;\n\treturn f(x);\n}",
            "param 0",
            ["g", "h"],
        ),
        (
            "int f(fn_t fn)\n{\n\tfn_t copy = fn;\n\treturn copy(1);\n}\nint a(void)\n{\n\treturn f(g);\n}",
            "copy",
            ["g"],
        ),
        (
            # if (!conv) conv = do_proc_dointvec_conv;   kernel/sysctl.c
            "int f(fn_t fn)\n{\n\tif (!fn)\n\t\tfn = h;\n\treturn fn(1);\n}\nint a(void)\n{\n\treturn f(g);\n}",
            "param 0",
            ["g", "h"],
        ),
        (
            "int f(int n, fn_t *fns)\n{\n\treturn fns[n](1);\n}\n"
            "static fn_t table[] = { g, h };\nint a(fn_t *some)\n{\n\treturn f(1, table);\n}",
            "fns",
            ["g", "h"],
        ),
        # locals
        ("int f(void)\n{\n\tfn_t fn = g;\n\treturn fn(1);\n}", "fn", ["g"]),
        (
            "int f(int n)\n{\n\tfn_t fn;\n\tif (n)\n\t\tfn = g;\n\telse\n\t\tfn = h;\n\treturn fn(1);\n}",
            "fn",
            ["g", "h"],
        ),
        ("int f(int n)\n{\n\tfn_t a = g, b = a;\n\treturn b(1);\n}", "b", ["g"]),
        # globals
        ("static fn_t hook = g;\nint f(void)\n{\n\treturn hook(1);\n}", "hook", ["g"]),
        (
            "static int (*hook)(int);\nvoid set(fn_t x)\n{\n\thook = x;\n}\n"
            "void a(void)\n{\n\tset(g);\n}\nint f(void)\n{\n\treturn hook(1);\n}",
            "hook",
            ["g"],
        ),
        # arrays
        ("static fn_t table[] = { g, [3] = h };\nint f(int n)\n{\n\treturn table[n](1);\n}", "table", ["g", "h"]),
        (
            "static fn_t table[2][2] = { { g }, { 0, h } };\nint f(int n)\n{\n\treturn table[n][1](1);\n}",
            "table",
            ["g", "h"],
        ),
        (
            "static fn_t table[4];\nvoid a(void)\n{\n\ttable[2] = g;\n}\nint f(int n)\n{\n\treturn table[n](1);\n}",
            "table",
            ["g"],
        ),
        ("int f(int n)\n{\n\tstatic const fn_t t[] = { g, h };\n\treturn t[n](1);\n}", "t", ["g", "h"]),
        (
            "static const fn_t table[] = { g, h };\nstruct set { const fn_t *fns; };\n"
            "struct set all = { .fns = table };\nint f(struct set *s, int n)\n{\n\treturn s->fns[n](1);\n}",
            "set.fns",
            ["g", "h"],
        ),
        # returns
        (
            "static fn_t pick(int n)\n{\n\treturn n ? g : h;\n}\nint f(void)\n{\n"
            "\tfn_t fn = pick(1);\n\treturn fn(1);\n}",
            "fn",
            ["g", "h"],
        ),
        (
            "static fn_t pick(int n)\n{\n\tif (n)\n\t\treturn g;\n\treturn h;\n}\n"
            "int f(void)\n{\n\treturn pick(1)(1);\n}",
            "pick",
            ["g", "h"],
        ),
        # slots that parameters fill
        (
            "void set(struct ops *o, fn_t x)\n{\n\to->open = x;\n}\n"
            "void a(struct ops *o)\n{\n\tset(o, g);\n}\nint f(struct ops *o)\n{\n"
            "\treturn o->open(1);\n}",
            "ops.open",
            ["g"],
        ),
        (
            "void in(struct ops *o, fn_t x)\n{\n\to->open = x;\n}\n"
            "void out(struct ops *o, fn_t x)\n{\n\tin(o, x);\n}\n"
            "void a(struct ops *o)\n{\n\tout(o, g);\n}\nint f(struct ops *o)\n{\n"
            "\treturn o->open(1);\n}",
            "ops.open",
            ["g"],
        ),
        ("int f(struct ops *o)\n{\n\tfn_t fn = o->open;\n\treturn fn(1);\n}\nstruct ops x = { g };", "ops.open", ["g"]),
    ],
)
def test_every_way_to_a_call(small: Make, source: str, via: str, targets: list[str]) -> None:
    assert small(BASE + source + "\n").dispatches("f") == {via: targets}


def test_a_parameter_is_a_callback_with_its_evidence(small: Make) -> None:
    s = small(BASE + "int f(fn_t fn)\n{\n\treturn fn(1);\n}\nint a(void)\n{\n\treturn f(g);\n}\n")
    (e,) = s.calls("f").edges
    assert e.kind is EdgeKind.CALLBACK
    line = BASE.count("\n")
    assert [(v.rule, v.line, v.text) for v in e.evidence] == [
        ("dispatch", line + 3, "return fn(1);"), ("argument", line + 7, "return f(g);"),
    ]  # fmt: skip


def test_a_static_function_s_callers_are_those_of_its_file(small: Make) -> None:
    run = "static int run(int (*fn)(int))\n{\n\treturn fn(1);\n}\n"
    s = small(
        {
            "net/a.c": run + "static int mine(int x)\n{\n}\nint a(void)\n{\n\treturn run(mine);\n}\n",
            "net/b.c": run + "static int other(int x)\n{\n}\nint b(void)\n{\n\treturn run(other);\n}\n",
        }
    )
    assert s.reached("net/a.c:run") == ["net/a.c:mine"]
    assert s.reached("net/b.c:run") == ["net/b.c:other"]


def test_the_globals_of_two_files_are_two(small: Make) -> None:
    hook = "static int (*hook)(int) = %s;\nstatic int %s(int x)\n{\n}\nint %s(void)\n{\n\treturn hook(1);\n}\n"
    s = small({"net/a.c": hook % ("ga", "ga", "fa"), "net/b.c": hook % ("gb", "gb", "fb")})
    assert s.reached("fa") == ["net/a.c:ga"]
    assert s.reached("fb") == ["net/b.c:gb"]


def test_what_is_assigned_to_a_local_is_not_in_the_global_of_its_name(small: Make) -> None:
    # read() of the selftests, and a variable of nvkm_iccsense_oneinit(), drivers/gpu/drm/nouveau of 6.12
    s = small(
        BASE + "struct rail { fn_t hook; };\nfn_t hook;\nint f(void)\n{\n\treturn hook(1);\n}\n"
        "void set(void)\n{\n\thook = h;\n}\n"
        "void a(struct rail *r, int n)\n{\n\twhile (n) {\n\t\tfn_t hook;\n"
        "\t\thook = g;\n\t\tr->hook = hook;\n\t}\n}\n"
        "int e(struct rail *r)\n{\n\treturn r->hook(1);\n}\n"
    )
    assert s.dispatches("f") == {"hook": ["h"]}
    assert s.dispatches("e") == {"rail.hook": ["g"]}


UPDATE = """\
struct key { fn_t func; };
extern void __update(struct key *key, fn_t func);
#define update(name, f) ({ typeof(&run_##name) __F = (f); run_##name(__F); })
static void run_a(fn_t fn)
{
\tfn(1);
}
static void run_b(fn_t fn)
{
\tfn(1);
}
"""


@pytest.mark.parametrize(
    "invocations", ["\tupdate(a, g); update(b, h);\n", "#define OP(x, f) update(x, f);\n#include <linux/ops.h>\n"]
)
def test_what_expansions_on_one_line_declare_is_told_apart(small: Make, invocations: str) -> None:
    # static_call_update() by #include <asm/kvm-x86-ops.h> in arch/x86/kvm/x86.c
    s = small(
        {
            "net/a.c": f"{BASE}{UPDATE}void set(void)\n{{\n{invocations}}}\n",
            "include/linux/ops.h": "OP(a, g)\nOP(b, h)\nOP(b, h)\n",
        }
    )
    assert s.dispatches("run_a") == {"param 0": ["g"]}
    assert s.dispatches("run_b") == {"param 0": ["h"]}


def test_a_local_hides_a_function_of_its_name(small: Make) -> None:
    s = small(BASE + "int f(fn_t h)\n{\n\treturn h(1);\n}\nint a(void)\n{\n\treturn f(g);\n}\n")
    assert s.dispatches("f") == {"param 0": ["g"]}


def test_a_pointer_that_calls_itself_ends(small: Make) -> None:
    s = small(
        BASE + "int f(fn_t fn)\n{\n\tf(fn);\n\treturn fn(1);\n}\nfn_t r(void)\n{\n"
        "\treturn r();\n}\nint a(void)\n{\n\treturn r()(1);\n}\n"
    )
    assert s.dispatches("f") == {"param 0": []}
    assert s.dispatches("a") == {"r": []}


def test_pointers_that_go_round_in_a_circle_end(small: Make) -> None:
    s = small(
        BASE + "int e(fn_t fn)\n{\n\treturn f(fn);\n}\nint f(fn_t fn)\n{\n\te(fn);\n\treturn fn(1);\n}\n"
        "struct links { struct ops *one; struct ops *other; };\n"
        "int l(struct links *l)\n{\n\tl->one = l->other;\n\tl->other = l->one;\n\treturn l->one->open(1);\n}\n"
        "struct ops x = { .open = g };\n"
    )
    assert s.dispatches("f") == {"param 0": []}
    assert s.dispatches("l") == {"ops.open": ["g"]}


def test_nothing_known_is_said(small: Make) -> None:
    (missing,) = small(BASE + "int f(fn_t fn)\n{\n\treturn fn(1);\n}\n").calls("f").unresolved
    assert missing.via == "param 0"
    assert "caller" in missing.reason


@pytest.mark.parametrize("count", [4, 400])
def test_deep_chains_of_parameters(small: Make, count: int) -> None:
    hops = "".join(f"int f{i}(fn_t x)\n{{\n\treturn f{i + 1}(x);\n}}\n" for i in range(count))
    s = small(BASE + hops + f"int f{count}(fn_t x)\n{{\n\treturn x(1);\n}}\nint a(void)\n{{\n\treturn f0(g);\n}}\n")
    assert s.dispatches(f"f{count}") == {"param 0": ["g"]}


def test_what_is_handed_through_a_slot_reaches_who_is_in_the_slot_and_nobody_else(small: Make) -> None:
    s = small(
        BASE + "struct reader { int (*read)(int n, fn_t actor); int (*peek)(int n, fn_t actor); };\n"
        "static int my_read(int n, fn_t actor)\n{\n\treturn actor(n);\n}\n"
        "static int my_peek(int n, fn_t actor)\n{\n\treturn actor(n);\n}\n"
        "struct reader mine = { .read = my_read, .peek = my_peek };\n"
        "int a(struct reader *r)\n{\n\treturn r->read(1, g);\n}\n"
        "int b(struct reader *r, int n)\n{\n\tfn_t actor = n ? h : g;\n\treturn r->peek(1, actor);\n}\n"
    )
    assert s.dispatches("my_read") == {"param 1": ["g"]}
    assert s.dispatches("my_peek") == {"param 1": ["g", "h"]}


def test_data_is_not_followed_through_slots(small: Make) -> None:
    s = small(
        BASE + "struct reader { int (*read)(void *data); };\n"
        "static int my_read(void *data)\n{\n\tfn_t actor = data;\n\treturn actor(1);\n}\n"
        "struct reader mine = { .read = my_read };\nint a(struct reader *r)\n{\n\treturn r->read(g);\n}\n"
    )
    assert s.dispatches("my_read") == {"actor": []}


CREATE = """\
struct ops *make_plain(const char *name, int size, fn_t open)
{
	struct ops *made;

	made->open = open;
	return made;
}
struct ops *make_with(const char *name, struct args *args, fn_t open)
{
	return make_plain(name, 1, h);
}
#define make(name, args, ...) \\
	_Generic((args), struct args *: make_with, default: make_plain)(name, args, __VA_ARGS__)
int f(struct ops *o)
{
	return o->open(1);
}
"""


def test_a_callee_that_a_type_chooses(small: Make) -> None:
    # kmem_cache_create()   include/linux/slab.h
    s = small(BASE + CREATE + 'int a(void)\n{\n\tmake("a", 4, g);\n}\n')
    assert s.dispatches("f") == {"ops.open": ["g", "h"]}
    assert s.callers("g") == ["net/a.c:f"]


RCU = """\
#define ___PASTE(a, b) a##b
#define __PASTE(a, b) ___PASTE(a, b)
#define __UNIQUE_ID(prefix) __PASTE(__PASTE(__UNIQUE_ID_, prefix), __COUNTER__)
#define READ_ONCE(x) (*(const volatile typeof(x) *)&(x))
#define __rcu_dereference_check(p, local, c) \\
({ \\
	typeof(*p) *local = (typeof(*p) *)READ_ONCE(p); \\
	check(c); \\
	((typeof(*p) *)(local)); \\
})
#define rcu_dereference_check(p, c) __rcu_dereference_check((p), __UNIQUE_ID(rcu), (c))
#define rcu_dereference(p) rcu_dereference_check(p, 0)
struct dev { fn_t handler; struct dev *next; };
"""


@pytest.mark.parametrize("read", ["d->handler", "rcu_dereference(d->next)->handler"])
def test_a_macro_makes_the_name_of_the_local_of_another(small: Make, read: str) -> None:
    # rx_handler = rcu_dereference(skb->dev->rx_handler)   net/core/dev.c of 6.12
    s = small(
        BASE + RCU + "void set(struct dev *d)\n{\n\td->handler = g;\n}\n"
        f"int f(struct dev *d)\n{{\n\tfn_t *fn;\n\tfn = rcu_dereference({read});\n\treturn fn(1);\n}}\n"
    )
    assert s.reached("f", EdgeKind.INDIRECT) == ["net/a.c:g"]
    assert s.callers("g") == ["net/a.c:f"]


def test_all_callers_are_asked_for_a_function(small: Make) -> None:
    # single_open(), timer_setup() and others have more callers than are read for what may be data
    many = MAX_CALLERS + 20
    users = "".join(f"int u{n}(void)\n{{\n\treturn set({'h' if n == many - 1 else 'g'});\n}}\n" for n in range(many))
    s = small(
        BASE + "struct ops o;\nint set(fn_t fn)\n{\n\to.open = fn;\n}\n" + users + "int f(void)\n{\n\to.open(1);\n}\n"
    )
    assert s.dispatches("f") == {"ops.open": ["g", "h"]}


def test_what_anything_passes_through_does_not_crowd_out_the_rest(small: Make) -> None:
    # single_open(file, inode->i_private, data): whatever else is in inode.i_private
    count = Values.MOST
    mixed = "typedef void *word;\n" + "".join(f"struct t{n} {{ word p; }};\n" for n in range(count))
    chain = "".join(
        f"void c{n}(struct t{n} *a, struct t{n + 1} *b)\n{{\n\ta->p = b->p;\n}}\n" for n in range(count - 1)
    )
    source = (
        BASE
        + mixed
        + chain
        + "struct ops o;\nvoid set(fn_t fn)\n{\n\to.open = fn;\n}\n"
        + "void a(struct t0 *x)\n{\n\tset(x->p);\n}\nvoid b(fn_t fn)\n{\n\tset(fn);\n}\nvoid c(void)\n{\n\tb(g);\n}\n"
        + "int f(void)\n{\n\to.open(1);\n}\n"
    )
    s = small({"net/a.c": source, "net/b.c": "typedef void *word;\n"})
    assert s.dispatches("f") == {"ops.open": ["g"]}


def test_grammars_are_the_tables_that_a_build_makes_of_them(small: Make) -> None:
    tree = small(
        {
            "include/linux/asn1_ber_bytecode.h": "typedef int (*asn1_action_t)(void *context);\n"
            "struct asn1_decoder { const asn1_action_t *actions; };\n",
            "lib/decode.c": "#include <linux/asn1_ber_bytecode.h>\n"
            "int asn1_ber_decoder(const struct asn1_decoder *decoder, void *context)\n{\n"
            "\tconst asn1_action_t *actions = decoder->actions;\n\treturn actions[0](context);\n}\n",
            "crypto/key.asn1": "Key ::= SEQUENCE {\n\tn INTEGER ({ key_n }),\n\te INTEGER ({ key_e })\n}\n",
            "crypto/key.c": "".join(f"int key_{name}(void *context)\n{{\n}}\n" for name in "nex"),
        }
    )
    assert sorted(tree.reached("asn1_ber_decoder")) == ["crypto/key.c:key_e", "crypto/key.c:key_n"]
    assert tree.callers("key_e") == ["lib/decode.c:asn1_ber_decoder"]


def test_calls_through_some_slots_can_be_left_out(small: Make) -> None:
    tree = small(
        "struct ops { int (*open)(void); int (*ready)(void); };\nint g(void)\n{\n}\nint h(void)\n{\n}\n"
        "struct ops o = { .open = g, .ready = h };\n"
        "int f(struct ops *p)\n{\n\tint (*r)(void) = p->ready;\n\tr();\n\tp->ready();\n\treturn p->open();\n}\n"
    )
    symbol = tree.resolver.lookup("f")[0]
    some = tree.resolver.calls(symbol, "ops.ready".__eq__)
    assert [e.callee.name for e in some.edges] == ["g"]
    assert some.left_out == 2
    assert [e.callee.name for e in tree.resolver.calls(symbol).edges] == ["h", "h", "g"]


def test_an_array_of_functions_that_a_macro_makes_of_its_arguments(small: Make) -> None:
    """synchronize_rcu_tasks() of kernel/rcu by way of _wait_rcu_gp(), include/linux/rcupdate_wait.h."""
    s = small(
        "typedef void (*crf_t)(int n);\nvoid call_rcu(int n) { }\nvoid hurry(int n) { }\n"
        "#define _wait(check, ...) do { crf_t arr[] = { __VA_ARGS__ }; __wait(check, 2, arr); } while (0)\n"
        "#define wait(...) _wait(0, __VA_ARGS__)\n"
        "void __wait(int check, int n, crf_t *a) { for (int i = 0; i < n; i++) (a[i])(i); }\n"
        "void f(void) { wait(call_rcu, hurry); }\n"
    )
    assert sorted(e.callee.name for e in s.calls("__wait").edges) == ["call_rcu", "hurry"]


def test_a_function_that_is_found_by_its_name(small: Make) -> None:
    tree = small(
        {
            # include/linux/module.h, include/linux/kmod.h and include/media/dvbdev.h of 6.12
            "include/linux/module.h": "void *__symbol_get(const char *symbol);\n"
            "#define __stringify(x) #x\n"
            "#ifdef CONFIG_MODULES\n"
            "#define symbol_get(x) ((typeof(&x))(__symbol_get(__stringify(x))))\n"
            "#else\n"
            '#define symbol_get(x) ({ extern typeof(x) x __attribute__((weak,visibility("hidden"))); &(x); })\n'
            "#endif\n"
            "#define try_then_request_module(x, mod...) ((x) ?: (__request_module(true, mod), (x)))\n"
            '#define symbol_request(x) try_then_request_module(symbol_get(x), "symbol:" #x)\n'
            "#ifdef CONFIG_MEDIA_ATTACH\n"
            "#define dvb_attach(FUNCTION, ARGS...) ({ \\\n\tvoid *__r = NULL; \\\n"
            "\ttypeof(&FUNCTION) __a = symbol_request(FUNCTION); \\\n"
            "\tif (__a) { \\\n\t\t__r = (void *) __a(ARGS); \\\n\t} \\\n\t__r; \\\n})\n"
            "#else\n#define dvb_attach(FUNCTION, ARGS...) ({ \\\n\tFUNCTION(ARGS); \\\n})\n#endif\n",
            "drivers/mt312.c": "void *mt312_attach(int i2c)\n{\n}\n",
            "drivers/b2c2.c": "#include <linux/module.h>\nvoid *mt312_attach(int i2c);\n"
            "void *attach(int i2c)\n{\n\treturn dvb_attach(mt312_attach, i2c);\n}\n"
            "void *get(int i2c)\n{\n\tvoid *(*f)(int) = symbol_get(mt312_attach);\n\treturn f(i2c);\n}\n",
        }
    )
    assert "drivers/mt312.c:mt312_attach" in tree.reached("attach", EdgeKind.INDIRECT)
    assert tree.reached("get", EdgeKind.INDIRECT) == ["drivers/mt312.c:mt312_attach"]
    assert set(tree.callers("mt312_attach")) == {"drivers/b2c2.c:attach", "drivers/b2c2.c:get"}


@pytest.mark.parametrize(
    "body",
    [
        "int (*f)(int) = rcu_dereference(hook);\n\treturn f(0);",
        "typeof(hook) f;\n\tf = rcu_dereference(hook);\n\treturn f(0);",
    ],
)
def test_a_local_of_a_statement_expression_holds_its_value(small: Make, body: str) -> None:
    """rcu_dereference() of include/linux/rcupdate.h in 2.6.20."""
    s = small(
        "#define rcu_dereference(p) ({ \\\n\ttypeof(p) _________p1 = p; \\\n\t(_________p1); \\\n})\n"
        "#define rcu_assign_pointer(p, v) ({ (p) = (v); })\n"
        "int (*hook)(int x);\nstatic int set(int x) { }\n"
        "void init(void) { rcu_assign_pointer(hook, set); }\n"
        f"int process(void)\n{{\n\t{body}\n}}\n"
    )
    assert [e.callee.name for e in s.calls("process").edges if e.kind is EdgeKind.INDIRECT] == ["set"]


def test_a_callback_is_handed_to_what_a_local_holds(small: Make) -> None:
    # err = writer(substream, appl_ofs, data, offset, frames, transfer, in_kernel)   sound/core/pcm_lib.c
    s = small(
        BASE
        + "static int inter(int n, fn_t fn)\n{\n\treturn fn(n);\n}\n"
        + "static int other(int n, fn_t fn)\n{\n\treturn fn(n);\n}\n"
        "int f(int n)\n{\n\tint (*writer)(int n, fn_t fn);\n\tfn_t transfer;\n\tif (n)\n\t\twriter = inter;\n"
        "\ttransfer = n ? g : h;\n\treturn writer(n, transfer);\n}\n"
    )
    assert s.via("inter", "param 1") == ["g", "h"]
    assert s.via("other", "param 1") == []
    assert s.callers("g") == s.callers("h") == ["net/a.c:inter"]


LOADER = """\
#define load(l) ({ \\
	typeof(l[0]) *_list = (l), *_next, *_found = NULL; \\
	for (_next = _list; !_found && _next->open; _next++) { \\
		if (!_next->open(1)) \\
			_found = _next; \\
	} \\
	_found; \\
})
static struct ops table[] = { { g }, { h } };
int f(void)
{
	return load(table) != NULL;
}
"""


def test_a_macro_calls_by_a_variable_of_its_arguments_type(small: Make) -> None:
    # nvkm_firmware_load()   drivers/gpu/drm/nouveau/include/nvkm/core/firmware.h
    s = small(BASE + LOADER)
    assert s.dispatches("f") == {"ops.open": ["g", "h"]}
    assert "net/a.c:f" in s.callers("g")


ELEMENTS = """\
struct priv { fn_t handlers[8]; };
static int (*table[])(int x) = { h };
static void setup(int (*handlers[])(int x))
{
	handlers[1] = g;
}
static void fill(struct priv *p)
{
	fn_t *handlers;
	handlers = p->handlers;
	handlers[2] = g;
}
int init(void)
{
	setup(table);
}
int f(struct priv *p, int n)
{
	return CALL(1);
}
"""


@pytest.mark.parametrize(
    ("call", "via", "targets"),
    [
        ("table[n]", "table", ["g", "h"]),  # nested_vmx_hardware_setup(kvm_vmx_exit_handlers)   arch/x86/kvm/vmx
        ("p->handlers[n]", "priv.handlers", ["g"]),  # iwl_setup_rx_handlers()   iwlwifi/dvm/rx.c
    ],
)
def test_elements_that_are_assigned_by_way_of_a_pointer(small: Make, call: str, via: str, targets: list[str]) -> None:
    s = small(BASE + ELEMENTS.replace("CALL", call))
    assert s.dispatches("f") == {via: targets}
    assert "net/a.c:f" in s.callers("g")


def test_a_local_whose_struct_is_declared_along_with_it(small: Make) -> None:
    # struct { struct pci_packet pkt; char buffer[...]; } ctxt;   drivers/pci/controller/pci-hyperv.c
    local = "\tstruct {\n\t\tstruct ops o;\n\t\tchar buffer[64];\n\t} ctxt, *more = &ctxt;\n"
    assigned = "\tctxt.o.open = g;\n\tmore->o.open = h;\n"
    s = small(BASE + f"void set(void)\n{{\n{local}{assigned}}}\nint f(struct ops *o)\n{{\n\treturn o->open(1);\n}}\n")
    assert s.dispatches("f") == {"ops.open": ["g", "h"]}
    assert s.callers("g") == s.callers("h") == ["net/a.c:f"]


def test_a_callback_is_handed_to_what_was_assigned_to_a_slot(small: Make) -> None:
    # lport->tt.fcp_cmd_send = fc_fcp_cmd_send, and lport->tt.fcp_cmd_send(lport, fsp, fc_fcp_recv)   drivers/scsi/libfc
    s = small(
        BASE + "struct port { int (*send)(int n, fn_t resp); };\n"
        "static int fcp_send(int n, fn_t resp)\n{\n\treturn resp(n);\n}\n"
        "void init(struct port *p)\n{\n\tif (!p->send)\n\t\tp->send = fcp_send;\n}\n"
        "int start(struct port *p)\n{\n\treturn p->send(1, g);\n}\n"
    )
    assert s.dispatches("fcp_send") == {"param 1": ["g"]}
    assert s.callers("g") == ["net/a.c:fcp_send"]
