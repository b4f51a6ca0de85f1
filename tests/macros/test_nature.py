# SPDX-License-Identifier: MIT
"""What a macro is for, learnt from its body: the shapes are the kernel's."""

import pytest

from xref.macros.nature import Nature, Natures

from .defs import natures, table

ATTRIBUTES = """\
#define __user
#define __section(s) __attribute__((__section__(s)))
#define __cold __attribute__((__cold__))
#define notrace __attribute__((no_instrument_function))
#define __init __section(".init.text") __cold notrace
#define __printf(a, b) __attribute__((format(printf, a, b)))
#define __always_inline inline __attribute__((always_inline))
#ifdef X
#define noinline noinline
#else
#define noinline __attribute__((__noinline__))
#endif
#define __must_hold(x)
#define asmlinkage extern
#define STATIC static
#define __net_init __init
#define __aligned(x) __attribute__((aligned(x)))
#define ____cacheline_aligned __attribute__((__aligned__(64)))
#define __diag_push() _Pragma("GCC diagnostic push")
#define INDIRECT_CALLABLE_SCOPE static
"""


@pytest.mark.parametrize(
    "name",
    [
        "__user", "__section", "__cold", "__init", "__printf", "__always_inline", "noinline", "asmlinkage", "STATIC",
        "__net_init", "__aligned", "____cacheline_aligned", "__diag_push",
    ],
)  # fmt: skip
def test_attributes(name: str) -> None:
    assert natures(ATTRIBUTES).of(name) & Nature.ATTRIBUTE


@pytest.mark.parametrize("parameters", ["", "fmt, addr"])
def test_an_empty_macro_in_place_of_a_function_is_no_attribute(parameters: str) -> None:
    """__printk_cpu_sync_put() of include/linux/printk.h, __print_symbol() of include/linux/kallsyms.h in 3.7."""
    assert natures(f"#define __stub({parameters})\n").of("__stub") == Nature.PLAIN


def test_arguments_that_become_the_elements_of_an_array_of_functions() -> None:
    """_wait_rcu_gp() of include/linux/rcupdate_wait.h; no array of numbers."""
    wait = "#define wait(check, ...) do { call_rcu_func_t a[] = { __VA_ARGS__ }; run(check, a); } while (0)\n"
    seq = "#define seq(ctx, cmd, s...) do { static const u8 d[] = { cmd, s }; write(ctx, d); } while (0)\n"
    n = natures(wait + seq)
    assert n.structural(table({"a.h": wait}).all("wait")) == {1}
    assert not n.structural(table({"a.h": seq}).all("seq"))


def test_attributes_that_say_static_or_inline() -> None:
    n = natures(ATTRIBUTES)
    assert n.of("STATIC") & Nature.STATIC
    assert n.of("INDIRECT_CALLABLE_SCOPE") & Nature.STATIC
    assert n.of("__always_inline") & Nature.INLINE
    assert not n.of("__init") & (Nature.STATIC | Nature.INLINE)


def test_static_in_one_arm_only_is_not_static() -> None:
    text = "#ifdef CONFIG_R\n#define SCOPE\n#else\n#define SCOPE static\n#endif\n"
    nature = natures(text).of("SCOPE")
    assert nature & Nature.ATTRIBUTE
    assert not nature & Nature.STATIC


@pytest.mark.parametrize(
    "define",
    [
        "NULL ((void *)0)",
        'barrier() asm volatile("" : : : "memory")',
        "foo(x) bar(x)",
        "sk_prot __sk_common.skc_prot",
        "u32 unsigned int",
        "current get_current()",
        "BIT(n) (1UL << (n))",
    ],
)
def test_what_is_no_attribute(define: str) -> None:
    name = define.split("(")[0].split()[0]
    assert not natures(f"#define {define}\n").of(name) & Nature.ATTRIBUTE


def test_a_function_that_may_be_empty_is_no_attribute() -> None:
    text = "#ifdef CONFIG_A\n#define trace(x) do_trace(x)\n#else\n#define trace(x)\n#endif\n"
    assert not natures(text).of("trace") & Nature.ATTRIBUTE


def test_an_unknown_name_is_plain() -> None:
    assert natures("").of("f") == Nature.PLAIN


def test_macros_that_reach_themselves_end() -> None:
    n = natures("#define a b\n#define b a\n#define f(x) g(x)\n#define g(x) f(x)\n")
    assert [n.of(x) & Nature.ITERATOR for x in "abfg"] == [0, 0, 0, 0]
    assert not n.calls("f")


ITERATORS = """\
#define list_for_each(pos, head) \\
	for (pos = (head)->next; pos != (head); pos = pos->next)
#define for_each_node_state(node, state) for ((node) = 0; (node) == 0; (node) = 1)
#define for_each_online_node(node) for_each_node_state(node, N_ONLINE)
#define for_each_cond(x) if (!(x)) {} else
#define sock_for_each_bound(sk, b) if (b) list_for_each(sk, b)
#define do_each_thread(g, t) for (g = t; g; ) do
#define scoped_guard(_name, args...) \\
	for (CLASS(_name, scope)(args), *done = NULL; !done; done = (void *)1)
#define rcu_while(x) while (x)
#define once(x) do { if (x) f(x); } while (0)
#define spin(x) while (x) cpu_relax()
#define cond(x) if (x) return
#define block(x) for (;;) { x; }
#define BUG_ON(c) do { if (unlikely(c)) BUG(); } while (0)
#define min(a, b) ((a) < (b) ? (a) : (b))
"""


@pytest.mark.parametrize(
    "name",
    ["list_for_each", "for_each_online_node", "for_each_cond", "sock_for_each_bound", "scoped_guard", "rcu_while"],
)
def test_iterators(name: str) -> None:
    assert natures(ITERATORS).of(name) & Nature.ITERATOR


def test_another_name_of_an_iterator_is_one() -> None:
    # include/linux/of_address.h
    n = natures(
        "#define for_each_range(p) for (; next(p);)\n#define for_each_of_range for_each_range\n#define other f\n"
    )
    assert n.of("for_each_of_range") & Nature.ITERATOR
    assert not n.of("other") & Nature.ITERATOR


@pytest.mark.parametrize("name", ["once", "spin", "cond", "block", "BUG_ON", "min"])
def test_what_ends_its_own_statement_is_no_iterator(name: str) -> None:
    assert not natures(ITERATORS).of(name) & Nature.ITERATOR


@pytest.mark.parametrize(
    ("define", "positions"),
    [
        # net/socket.c: an argument is the callee
        ("INDIRECT_CALL_1(f, f1, ...) ({ likely(f == f1) ? f1(__VA_ARGS__) : f(__VA_ARGS__); })", {0, 1}),
        ("NF_OK(okfn, skb) (okfn)(skb)", {0}),
        # security/security.c: a member
        ("call_hook(h, ...) security_ops->h(__VA_ARGS__)", {0}),
        ("set_op(ops, function) ops->function = cap_##function", {1}),
        # include/linux/syscalls.h: a name is pasted
        ("SYSCALL(name, x) sys_##name(x)", {0}),
        # include/linux/workqueue.h: what is stored in a member
        ("INIT_WORK(w, f) do { (w)->func = (f); } while (0)", {1}),
        # include/linux/netdevice.h: the receiver's type decides
        ("netif_start(dev) (dev)->netdev_ops->ndo_open(dev)", {0}),
        # nothing is named
        ("container_of(ptr, type, member) ((type *)((char *)(ptr) - offsetof(type, member)))", set()),
        ("min(a, b) ((a) < (b) ? (a) : (b))", set()),
        ("pr_info(fmt, ...) printk(fmt, ##__VA_ARGS__)", set()),
        ("sizeof_x(x) sizeof(x)", set()),
        ("lock(l) spin_lock(&(l)->lock)", set()),
        ("stringify(x) #x", set()),
    ],
)
def test_parameters_that_decide_what_is_meant(define: str, positions: set[int]) -> None:
    name = define.partition("(")[0]
    assert natures(f"#define {define}\n").decides(name) == positions


def test_a_parameter_handed_to_a_structural_one_is_structural() -> None:
    n = natures("#define call(f, x) f(x)\n#define outer(x, fn, y) call(fn, x)\n#define plain(x) g(x)\n")
    assert n.decides("outer") == {1}
    assert not n.decides("plain")


def test_what_is_invoked_by_a_pasted_name_takes_its_arguments_along() -> None:
    text = "#define UNROLL(N, MACRO, args...) CONCATENATE(UNROLL_, N)(MACRO, args)\n#define CONCATENATE(a, b) a##b\n"
    assert natures(text).decides("UNROLL") == {0, 1, 2}


def test_the_variadic_parameter_counts_behind_the_last() -> None:
    assert natures("#define call(x, ...) x.y = __VA_ARGS__\n").decides("call") == {1}


@pytest.mark.parametrize(
    ("define", "calls"),
    [
        ("BIT(n) (1UL << (n))", False),
        ("current get_current()", True),
        ("min(a, b) ({ typeof(a) x = (a); x < (b) ? x : (b); })", False),
        ("likely(x) __builtin_expect(!!(x), 1)", False),
        ("for_each(x) for (x = 0; x; x++)", False),
        ("init_net_lock(n) mutex_lock(&(n)->m)", True),
        ("apply(f, x) f(x)", False),
    ],
)
def test_who_calls(define: str, calls: bool) -> None:
    name = define.split("(")[0].split()[0]
    assert natures(f"#define {define}\n").calls(name) is calls


def test_calls_are_found_through_macros() -> None:
    n = natures("#define a() b()\n#define b() BIT(1)\n#define BIT(n) (1 << (n))\n#define c() a() + real()\n")
    assert not n.calls("a")
    assert n.calls("c")


MODULE = """\
#define __stringify_1(x...) #x
#define __stringify(x...) __stringify_1(x)
#define __PASTE(a, b) a##b
#define __UNIQUE_ID(prefix) __PASTE(__UNIQUE_ID_, prefix)
#define __used __attribute__((__used__))
#define __section(s) __attribute__((__section__(s)))
#define __MODULE_INFO(tag, name, info) \\
	static const char __UNIQUE_ID(name)[] __used __section(".modinfo") = __stringify(tag) "=" info
#define MODULE_INFO(tag, info) __MODULE_INFO(tag, tag, info)
#define MODULE_LICENSE(_license) MODULE_INFO(license, _license)
#define DEFINE_SPINLOCK(x) spinlock_t x = { 0 }
#define module_init(initfn) static inline initcall_t __inittest(void) { return initfn; } \\
	int init_module(void) __attribute__((alias(#initfn)));
#define LSM_HOOK_INIT(HEAD, HOOK) { .head = &HEAD, .hook = HOOK }
#define core_initcall(fn) static initcall_t __initcall_##fn = fn
#define DECLARE_F(f) extern int f(void)
"""


@pytest.mark.parametrize(
    ("name", "inert"),
    [("MODULE_LICENSE", True), ("DECLARE_F", True), ("module_init", False), ("core_initcall", False)],
)
def test_what_defines_nothing_is_inert(name: str, inert: bool) -> None:
    t = table({"include/linux/x.h": MODULE})
    assert Natures(t).inert(t.all(name)) is inert
