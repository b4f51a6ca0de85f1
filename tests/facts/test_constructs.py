# SPDX-License-Identifier: MIT
"""What kernel code does to tools, a construct a test: a few lines in, the facts out."""

import pytest

from .sources import assigns, calls, facts_of, function, names, registrations

# -- functions --------------------------------------------------------------------------------------------------------


def test_a_plain_function() -> None:
    f = function(
        facts_of("\n/* why */\nstatic int f(struct sock *sk,\n\t\tint n)\n{\n\treturn g(sk) + h(n);\n}\n"), "f"
    )
    assert (f.line, f.column, f.end_line, f.kind, f.linkage) == (3, 11, 7, "function", "static")
    assert f.signature == "static int f(struct sock *sk, int n)"
    assert [(c.callee, c.arguments, c.line, c.column) for c in f.body.calls] == [("g", "sk", 6, 8), ("h", "n", 6, 16)]
    assert not f.trouble
    assert not f.made_by


@pytest.mark.parametrize(
    ("header", "linkage"),
    [
        ("int f(void)", "extern"),
        ("static inline int f(void)", "static"),
        ("inline static int f(void)", "static"),
        ("int __attribute__((weak)) f(void)", "weak"),
        ("int __weak f(void)", "weak"),
        ("__always_inline static int f(void)", "static"),
        ("SCOPE int f(void)", "static"),
        ("local int f(void)", "static"),
        ("struct a *f(int (*cb)(static_x))", "extern"),
    ],
)
def test_linkage(header: str, linkage: str) -> None:
    macros = {
        "include/linux/x.h": "#define __weak __attribute__((weak))\n#define __always_inline inline __attribute__((x))\n"
        "#define SCOPE static\n#define local static\n"
    }
    assert function(facts_of(f"{header}\n{{\n}}\n", macros), "f").linkage == linkage


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("struct sk_buff *(*get(int n))(struct sock *)", "get"),
        ("static struct sk_buff *\nalloc(int n)", "alloc"),
        ("asmlinkage __visible void __init start_kernel(void)", "start_kernel"),
        ("int __sched notrace wait(void) __releases(lock)", "wait"),
        ("void __printf(1, 2) log(const char *fmt, ...)", "log"),
    ],
)
def test_headers(header: str, name: str) -> None:
    macros = {
        "include/linux/x.h": "#define asmlinkage\n#define __visible __attribute__((externally_visible))\n"
        '#define __init __attribute__((cold))\n#define __sched __attribute__((section("s")))\n'
        "#define notrace __attribute__((no_instrument_function))\n#define __releases(x)\n"
        "#define __printf(a, b) __attribute__((format(printf, a, b)))\n"
    }
    facts = facts_of(f"{header}\n{{\n\tg();\n}}\n\nvoid after(void)\n{{\n}}\n", macros)
    assert names(facts) == [name, "after"]
    assert calls(facts, name) == ["g"]
    assert not any(f.trouble for f in facts.functions)


def test_knr_parameters() -> None:
    facts = facts_of(
        "static int f(a, b)\n\tint a;\n\tstruct sock *b;\n{\n\treturn b->ops->get(a);\n}\nint g(void)\n{\n}\n"
    )
    assert names(facts) == ["f", "g"]
    assert calls(facts, "f") == ["b->ops->get"]


def test_latin_1() -> None:
    facts = facts_of(b'/* J\xfcrgen */\nstatic char *s = "\xe9";\nint f(void)\n{\n\t/* \xff */ return g("\xe4");\n}\n')
    assert names(facts) == ["f"]
    assert function(facts, "f").body.calls[0].column == len("\t/* x */ return ")


def test_crlf() -> None:
    facts = facts_of(
        "#define M(x) \\\r\n\tcall(x)\r\nint f(void)\r\n{\r\n\tM(1);\r\n"
        "\treturn g(1,\r\n\t\t2);\r\n}\r\n#define N 1\r\n"
    )
    assert calls(facts, "f") == ["M", "g"]
    assert [(c.line, c.arguments) for c in function(facts, "f").body.calls] == [(5, "1"), (6, "1, 2")]
    assert calls(facts, "M") == ["call"]


def test_a_function_with_a_parse_error_is_kept_and_says_so() -> None:
    facts = facts_of("int f(void)\n{\n\tint x = @@ 3;\n\tg();\n}\nint h(void)\n{\n\treturn i();\n}\n")
    assert function(facts, "f").trouble
    assert not function(facts, "h").trouble
    assert calls(facts, "f") == ["g"]


def test_two_arms_of_a_function_are_two_functions() -> None:
    source = (
        "#ifdef CONFIG_A\nint f(void)\n{\n\treturn a();\n}\n#else\n"
        "static inline int f(void)\n{\n\treturn 0;\n}\n#endif\n"
    )
    found = [(f.line, f.guard, f.linkage) for f in facts_of(source).functions]
    assert found == [(2, "CONFIG_A", "extern"), (7, "!CONFIG_A", "static")]


def test_a_function_whose_header_is_split() -> None:
    source = (
        "#ifdef CONFIG_A\nint f(int a)\n#else\nint f(int a, int b)\n#endif\n{\n"
        "\treturn g(a);\n}\nint after(void)\n{\n}\n"
    )
    facts = facts_of(source)
    found = {(f.line, f.guard): [c.callee for c in f.body.calls] for f in facts.functions if f.name == "f"}
    assert found == {(2, "CONFIG_A"): ["g"], (4, "!CONFIG_A"): ["g"]}
    assert "after" in names(facts)


def test_a_function_whose_brace_is_split() -> None:
    source = (
        "int f(int a)\n{\n#ifdef CONFIG_A\n\tif (a) {\n\t\tg();\n#else\n\t{\n\t\th();\n#endif\n\t\ti();\n\t}\n"
        "\treturn 0;\n}\nint after(void)\n{\n\treturn j();\n}\n"
    )
    facts = facts_of(source)
    assert sorted(set(names(facts))) == ["after", "f"]
    found = [(c.callee, c.guard) for c in function(facts, "f").body.calls]
    assert found == [("g", "CONFIG_A"), ("h", "!CONFIG_A"), ("i", "")]
    assert not function(facts, "f").trouble
    assert calls(facts, "after") == ["j"]


def test_calls_carry_their_guard() -> None:
    source = "#ifdef CONFIG_NET\nint f(void)\n{\n\ta();\n#ifdef CONFIG_X\n\tb();\n#endif\n}\n#endif\n"
    f = function(facts_of(source), "f")
    assert f.guard == "CONFIG_NET"
    assert [(c.callee, c.guard) for c in f.body.calls] == [("a", ""), ("b", "CONFIG_NET && CONFIG_X")]


def test_dead_code_has_no_facts() -> None:
    facts = facts_of("#if 0\nint dead(void) { }\n#endif\nint f(void)\n{\n#if 0\n\tgone();\n#endif\n\tg();\n}\n")
    assert names(facts) == ["f"]
    assert calls(facts, "f") == ["g"]


@pytest.mark.parametrize(
    ("statement", "callees"),
    [
        ("err ?: nosec(x);", ["nosec"]),
        ("(*sk->prot->unhash)(sk);", ["(*sk->prot->unhash)"]),
        ("(okfn)(skb);", ["(okfn)"]),
        ("(ops->f)(x);", ["(ops->f)"]),
        ("table[i](x);", ["table[i]"]),
        ("t[i].fn(a)->next(b);", ["t[i].fn(a)->next", "t[i].fn"]),
        ("n = ({ int y = g(); y + h(); });", ["g", "h"]),
        ("switch (g()) { case 1 ... 3: h(); break; default: i(); }", ["g", "h", "i"]),
        ("goto *labels[g()];", ["g"]),
        ("for (int j = g(); h(j); i(j)) k();", ["g", "h", "i", "k"]),
        ("struct s v = { .f = g(), };", ["g"]),
        ("return sizeof(g(x)) + typeof_g(x);", ["typeof_g"]),
        ('asm volatile("call f" : : "r" (g()));', ["g"]),
        (
            'asm volatile("call *%[thunk_target]" : "+a" (x) : [thunk_target] "r" (ops->f), "b" (g()));',
            ["(ops->f)", "g"],
        ),
        # alternative_call() of arch/x86/include/asm/alternative.h
        (
            'asm(ALTERNATIVE("call %P[old]", "call %c[new]", 1) : "=a" (x) : [old] "i" (f), [new] "i" (g), "D" (x));',
            ["(f)", "(g)"],
        ),
    ],
)
def test_expressions_that_call(statement: str, callees: list[str]) -> None:
    found = calls(facts_of(f"int f(int x)\n{{\n\t{statement}\n}}\n"), "f")
    assert [c for c in callees if c not in found] == []


# -- macros -----------------------------------------------------------------------------------------------------------


def test_a_function_like_macro_is_a_node() -> None:
    facts = facts_of(
        "#define NF_HOOK(pf, skb, okfn) \\\n\t({ int r = nf_hook(pf, skb); \\\n"
        "\t   if (r) (okfn)(skb); \\\n\t   r; })\n"
    )
    m = function(facts, "NF_HOOK")
    assert (m.kind, m.line, m.end_line, m.signature) == ("macro", 1, 4, "#define NF_HOOK(pf, skb, okfn)")
    assert [(c.callee, c.line) for c in m.body.calls] == [("nf_hook", 2), ("(okfn)", 3)]


def test_an_alias_macro_is_kept_and_a_number_is_not() -> None:
    facts = facts_of("#define sk_prot __sk_common.skc_prot\n#define N 3\n#define __init\n")
    assert [m.name for m in facts.macros] == ["sk_prot", "__init"]
    assert facts.functions == ()


def test_calls_through_a_macro_that_names_them() -> None:
    header = """\
#define likely(x) __builtin_expect(!!(x), 1)
#define INDIRECT_CALL_1(f, f1, ...) \\
	({ likely(f == f1) ? f1(__VA_ARGS__) : f(__VA_ARGS__); })
#define INDIRECT_CALL_2(f, f2, f1, ...) \\
	({ likely(f == f2) ? f2(__VA_ARGS__) : INDIRECT_CALL_1(f, f1, __VA_ARGS__); })
#define INDIRECT_CALL_INET(f, f2, f1, ...) INDIRECT_CALL_2(f, f2, f1, __VA_ARGS__)
"""
    facts = facts_of(
        "static int nosec(struct socket *sock, struct msghdr *msg)\n{\n"
        "\treturn INDIRECT_CALL_INET(READ_ONCE(sock->ops)->sendmsg, inet6_sendmsg,\n"
        "\t\t\tinet_sendmsg, sock, msg);\n}\n",
        {"include/linux/indirect_call_wrapper.h": header},
    )
    found = function(facts, "nosec").body.calls
    assert {c.callee for c in found} >= {"INDIRECT_CALL_INET", "inet6_sendmsg", "inet_sendmsg"}
    assert any(c.callee.replace(" ", "") == "READ_ONCE(sock->ops)->sendmsg" for c in found)
    assert {c.line for c in found} == {3}
    assert all(c.macro for c in found if c.callee != "INDIRECT_CALL_INET" and not c.callee.startswith("READ_ONCE"))


def test_an_object_like_macro_that_calls() -> None:
    facts = facts_of(
        "int f(void)\n{\n\treturn current->pid;\n}\n", {"include/asm/current.h": "#define current get_current()\n"}
    )
    assert "get_current" in calls(facts, "f")


def test_an_iterator_is_a_call_of_the_macro_and_its_body_is_read() -> None:
    header = "#define list_for_each(p, h) for (p = first(h); p; p = p->next)\n"
    facts = facts_of("void f(void)\n{\n\tlist_for_each(p, h)\n\t\tg(p);\n\th();\n}\n", {"include/linux/list.h": header})
    assert calls(facts, "f") == ["list_for_each", "g", "h"]
    assert not function(facts, "f").trouble


# -- definitions that macros make -------------------------------------------------------------------------------------

SYSCALLS = """\
#define asmlinkage
#define __MAP0(m,...)
#define __MAP1(m,t,a,...) m(t,a)
#define __MAP2(m,t,a,...) m(t,a), __MAP1(m,__VA_ARGS__)
#define __MAP3(m,t,a,...) m(t,a), __MAP2(m,__VA_ARGS__)
#define __MAP(n,...) __MAP##n(__VA_ARGS__)
#define __SC_DECL(t, a) t a
#define __SC_LONG(t, a) long a
#define __SC_CAST(t, a) (t) a
#define SYSCALL_DEFINE0(sname) \\
	static inline long __do_sys_##sname(void); \\
	asmlinkage long __x64_sys_##sname(const struct pt_regs *regs) { return __do_sys_##sname(); } \\
	static inline long __do_sys_##sname(void)
#define SYSCALL_DEFINE3(name, ...) SYSCALL_DEFINEx(3, _##name, __VA_ARGS__)
#define SYSCALL_DEFINEx(x, sname, ...) __SYSCALL_DEFINEx(x, sname, __VA_ARGS__)
#define __SYSCALL_DEFINEx(x, name, ...) \\
	static long __se_sys##name(__MAP(x,__SC_LONG,__VA_ARGS__)); \\
	static inline long __do_sys##name(__MAP(x,__SC_DECL,__VA_ARGS__)); \\
	asmlinkage long __x64_sys##name(const struct pt_regs *regs) { return __se_sys##name(regs->di); } \\
	static long __se_sys##name(__MAP(x,__SC_LONG,__VA_ARGS__)) \\
	{ \\
		long ret = __do_sys##name(__MAP(x,__SC_CAST,__VA_ARGS__)); \\
		return ret; \\
	} \\
	static inline long __do_sys##name(__MAP(x,__SC_DECL,__VA_ARGS__))
"""


def test_a_system_call_is_one_node_with_its_other_names() -> None:
    source = (
        "SYSCALL_DEFINE3(listen, int, fd, struct sockaddr __user *, addr,\n\t\tint, backlog)\n{\n"
        "\treturn __sys_listen(fd, backlog);\n}\n\nint after(void)\n{\n\treturn g();\n}\n"
    )
    facts = facts_of(source, {"include/linux/syscalls.h": SYSCALLS, "include/linux/compiler.h": "#define __user\n"})
    assert names(facts) == ["__do_sys_listen", "after"]
    f = function(facts, "__do_sys_listen")
    assert set(f.aliases) == {"__x64_sys_listen", "__se_sys_listen"}
    assert (f.line, f.end_line, f.made_by) == (1, 5, "SYSCALL_DEFINE3")
    assert "struct sockaddr" in f.signature
    assert "int backlog" in f.signature
    assert "__sys_listen" in calls(facts, "__do_sys_listen")


def test_a_system_call_without_parameters() -> None:
    facts = facts_of("SYSCALL_DEFINE0(getpid)\n{\n\treturn task_tgid(1);\n}\n", {"include/linux/syscalls.h": SYSCALLS})
    f = function(facts, "__do_sys_getpid")
    assert f.aliases == ("__x64_sys_getpid",)
    assert "task_tgid" in calls(facts, "__do_sys_getpid")


def test_a_system_call_under_ifdef() -> None:
    source = "#ifdef CONFIG_X\nSYSCALL_DEFINE0(a)\n{\n\treturn x();\n}\n#endif\n"
    assert function(facts_of(source, {"include/linux/syscalls.h": SYSCALLS}), "__do_sys_a").guard == "CONFIG_X"


def test_bpf_helpers() -> None:
    header = """\
#define __BPF_MAP_1(m, v, t, a, ...) m(t, a)
#define __BPF_MAP_2(m, v, t, a, ...) m(t, a), __BPF_MAP_1(m, v, __VA_ARGS__)
#define __BPF_MAP(n, ...) __BPF_MAP_##n(__VA_ARGS__)
#define __BPF_DECL_ARGS(t, a) t a
#define __BPF_DECL_REGS(t, a) u64 a
#define __BPF_CAST(t, a) (t) a
#define __BPF_V void
#define BPF_CALL_x(x, attr, name, ...) \\
	static __always_inline u64 ____##name(__BPF_MAP(x, __BPF_DECL_ARGS, __BPF_V, __VA_ARGS__)); \\
	attr u64 name(__BPF_MAP(x, __BPF_DECL_REGS, __BPF_V, __VA_ARGS__)); \\
	attr u64 name(__BPF_MAP(x, __BPF_DECL_REGS, __BPF_V, __VA_ARGS__)) \\
	{ \\
		return ____##name(__BPF_MAP(x, __BPF_CAST, __BPF_V, __VA_ARGS__)); \\
	} \\
	static __always_inline u64 ____##name(__BPF_MAP(x, __BPF_DECL_ARGS, __BPF_V, __VA_ARGS__))
#define __NOATTR
#define BPF_CALL_2(name, ...) BPF_CALL_x(2, __NOATTR, name, __VA_ARGS__)
#define __always_inline inline __attribute__((always_inline))
"""
    source = "BPF_CALL_2(bpf_skb_load, struct sk_buff *, skb, u32, off)\n{\n\treturn load(skb, off);\n}\n"
    facts = facts_of(source, {"include/linux/filter.h": header})
    (f,) = (f for f in facts.functions if f.kind == "function")
    assert {f.name, *f.aliases} == {"bpf_skb_load", "____bpf_skb_load"}
    assert "struct sk_buff * skb" in f.signature
    assert "load" in [c.callee for c in f.body.calls]


CLEANUP = """\
#define __cleanup(func) __attribute__((__cleanup__(func)))
#define __free(_name) __cleanup(__free_##_name)
#define DEFINE_FREE(_name, _type, _free) \\
	static inline void __free_##_name(void *p) { _type _T = *(_type *)p; _free; }
#define DEFINE_CLASS(_name, _type, _exit, _init, _init_args...) \\
typedef _type class_##_name##_t; \\
static inline void class_##_name##_destructor(_type *p) \\
{ _type _T = *p; _exit; } \\
static inline _type class_##_name##_constructor(_init_args) \\
{ _type t = _init; return t; }
#define CLASS(_name, var) \\
	class_##_name##_t var __cleanup(class_##_name##_destructor) = \\
		class_##_name##_constructor
#define __PASTE(a, b) a##b
#define __UNIQUE_ID(prefix) __PASTE(__UNIQUE_ID_, prefix)
#define guard(_name) CLASS(_name, __UNIQUE_ID(guard))
"""


def test_a_class_has_a_constructor_and_a_destructor() -> None:
    facts = facts_of("DEFINE_CLASS(fd, struct fd, fdput(_T), fdget(f), int f)\n", {"include/linux/cleanup.h": CLEANUP})
    assert sorted(names(facts)) == ["class_fd_constructor", "class_fd_destructor"]
    assert calls(facts, "class_fd_constructor") == ["fdget"]
    assert calls(facts, "class_fd_destructor") == ["fdput"]
    assert function(facts, "class_fd_destructor").made_by == "DEFINE_CLASS"
    assert [t.name for t in facts.typedefs] == ["class_fd_t"]


def test_using_a_class_calls_both() -> None:
    facts = facts_of("int f(int n)\n{\n\tCLASS(fd, x)(n);\n\treturn g(x);\n}\n", {"include/linux/cleanup.h": CLEANUP})
    found = calls(facts, "f")
    assert "class_fd_constructor" in found
    assert "class_fd_destructor" in found
    assert "g" in found


def test_guard_calls_both() -> None:
    facts = facts_of("int f(int n)\n{\n\tguard(rcu)();\n\treturn g();\n}\n", {"include/linux/cleanup.h": CLEANUP})
    assert {"class_rcu_constructor", "class_rcu_destructor", "g"} <= set(calls(facts, "f"))


def test_free_calls_the_destructor() -> None:
    facts = facts_of(
        "DEFINE_FREE(kfree, void *, if (_T) kfree(_T))\n"
        "int f(int n)\n{\n\tchar *buf __free(kfree) = alloc(n);\n\treturn g(buf);\n}\n",
        {"include/linux/cleanup.h": CLEANUP},
    )
    assert "__free_kfree" in names(facts)
    assert {"alloc", "g", "__free_kfree"} <= set(calls(facts, "f"))


def test_export_symbol_is_an_attribute_and_swallows_nothing() -> None:
    header = "#define EXPORT_SYMBOL(sym) extern typeof(sym) sym; static const char __x_##sym[] = #sym\n"
    source = "int f(void)\n{\n}\nEXPORT_SYMBOL(f);\n\nEXPORT_SYMBOL(g)\nint h(void)\n{\n\treturn i();\n}\n"
    facts = facts_of(source, {"include/linux/export.h": header})
    assert names(facts) == ["f", "h"]
    assert facts.exports == ("f", "g")
    assert calls(facts, "h") == ["i"]


def test_module_macros_do_not_swallow_the_next_function() -> None:
    header = (
        "#define MODULE_LICENSE(x) static const char license[] = x\n"
        "#define module_init(f) int init_module(void) __attribute__((alias(#f)))\n"
        ""
    )
    facts = facts_of(
        'MODULE_LICENSE("GPL");\nmodule_init(start);\nint f(void)\n{\n\tg();\n}\n', {"include/linux/m.h": header}
    )
    assert "f" in names(facts)
    assert calls(facts, "f") == ["g"]


def test_a_name_that_a_macro_makes_in_the_header() -> None:
    """arch/x86/kvm/mmu/paging_tmpl.h: ``static int FNAME(walk_addr)(struct guest_walker *walker)``."""
    source = (
        "#define FNAME(name) paging64_##name\n"
        "static int FNAME(walk_addr)(struct walker *w, int n)\n{\n"
        "\treturn FNAME(fetch)(w);\n}\n"
    )
    facts = facts_of(source)
    assert names(facts) == ["paging64_walk_addr"]
    assert "paging64_fetch" in calls(facts, "paging64_walk_addr")


def test_x_macros_make_a_union_open() -> None:
    """include/linux/lsm_hooks.h: the members come from ``#include <linux/lsm_hook_defs.h>``."""
    source = (
        "union security_list_options {\n"
        "#define LSM_HOOK(RET, NAME, ...) RET (*NAME)(__VA_ARGS__);\n"
        "#include <linux/lsm_hook_defs.h>\n#undef LSM_HOOK\n"
        "\tvoid *lsm_func_addr;\n};\n"
    )
    (record,) = facts_of(source, path="include/linux/lsm_hooks.h").records
    assert (record.tag, record.kind, record.open) == ("security_list_options", "union", True)
    assert "lsm_func_addr" in [f.name for f in record.fields]


# -- data -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "found"),
    [
        (
            "struct proto_ops o = {\n\t.family = PF_INET,\n\t.owner = THIS_MODULE,\n\t.sendmsg = inet_sendmsg,\n};\n",
            [("o", ".sendmsg", "inet_sendmsg", "designated")],
        ),
        ("struct o x = { g, h };", [("x", "#0", "g", "positional"), ("x", "#1", "h", "positional")]),
        ('struct o x = { "n", g, 0 };', [("x", "#1", "g", "positional")]),
        ("struct o x = { .a = { .b = g } };", [("x", ".a.b", "g", "designated")]),
        ("struct o x = { .a.b = g };", [("x", ".a.b", "g", "designated")]),
        ("struct o x[] = { { .f = g }, { h } };", [("x", "#0.f", "g", "designated"), ("x", "#1#0", "h", "positional")]),
        (
            "fn_t x[] = { [SYS_A] = g, [2 ... 3] = h };",
            [("x", "[]", "g", "designated"), ("x", "[]", "h", "designated")],
        ),
        ("struct o x[] = { [1] = { .f = g } };", [("x", "[].f", "g", "designated")]),
        (
            "struct o x = { open: g, release: h };",
            [("x", ".open", "g", "designated"), ("x", ".release", "h", "designated")],
        ),
        (
            "struct o x = { .f = &g, .h = (fn_t)i };",
            [("x", ".f", "&g", "designated"), ("x", ".h", "(fn_t)i", "designated")],
        ),
        ("struct o x = { .f = a ? g : h };", [("x", ".f", "a ? g : h", "designated")]),
        ("static int (*hook)(void) = g;", [("hook", "", "g", "designated")]),
        ("struct o x = { .n = 3, .s = \"a\", .p = NULL, .c = 'c', .m = MAX };", []),
    ],
)
def test_initialisers(source: str, found: list[tuple[str, str, str, str]]) -> None:
    assert registrations(facts_of(source)) == found


def test_a_registration_knows_its_place_its_type_and_its_guard() -> None:
    source = (
        "#ifdef CONFIG_COMPAT\n#endif\nstatic const struct proto_ops o = {\n"
        "#ifdef CONFIG_COMPAT\n\t.compat = g,\n#endif\n\t.f = h,\n};\n"
    )
    a, b = facts_of(source).registrations
    assert (a.line, a.column, a.field, a.guard) == (5, 11, "compat", "CONFIG_COMPAT")
    assert (b.line, b.field, b.guard) == (7, "f", "")
    assert "struct proto_ops" in a.decl


def test_an_initialiser_inside_a_function() -> None:
    facts = facts_of("int f(void)\n{\n\tstatic struct o x = { .f = g };\n\tstruct o y = { .f = h };\n\treturn 0;\n}\n")
    assert [(r.object, r.value, r.function) for r in facts.registrations] == [("x", "g", "f"), ("y", "h", "f")]
    assert [(o.name, o.function) for o in facts.objects] == [("x", "f")]


def test_a_compound_literal_registers() -> None:
    facts = facts_of("void f(struct o *p)\n{\n\t*p = (struct o){ .open = g };\n}\n")
    assert [(r.object, r.decl, r.path, r.value) for r in facts.registrations] == [("", "struct o", ".open", "g")]


def test_elements_that_a_macro_makes() -> None:
    header = "#define LSM_HOOK_INIT(NAME, HOOK) \\\n\t{ .scalls = static_calls_table.NAME, .hook = { .NAME = HOOK } }\n"
    source = (
        "static struct security_hook_list hooks[] = {\n"
        "\tLSM_HOOK_INIT(socket_sendmsg, selinux_socket_sendmsg),\n"
        "\tLSM_HOOK_INIT(socket_bind, selinux_socket_bind),\n};\n"
    )
    found = [r for r in facts_of(source, {"include/linux/lsm_hooks.h": header}).registrations if "hook" in r.path]
    assert [(r.line, r.object, r.field, r.value, r.how) for r in found] == [
        (2, "hooks", "socket_sendmsg", "selinux_socket_sendmsg", "macro"),
        (3, "hooks", "socket_bind", "selinux_socket_bind", "macro"),
    ]


def test_an_object_that_a_macro_declares_keeps_its_type() -> None:
    header = '#define DEFINE_PER_CPU(type, name) __attribute__((section(".percpu"))) __typeof__(type) name\n'
    facts = facts_of("static DEFINE_PER_CPU(struct o, x) = { .f = g };\n", {"include/linux/percpu.h": header})
    assert [(r.object, r.path, r.value) for r in facts.registrations] == [("x", ".f", "g")]


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("neigh->output = neigh->ops->output;", [("neigh->output", "neigh->ops->output")]),
        (
            "dst->input = dst->output = dst_discard;",
            [("dst->input", "dst->output = dst_discard"), ("dst->output", "dst_discard")],
        ),
        ("prot[TLS_SW][TLS_BASE].sendmsg = tls_sw_sendmsg;", [("prot[TLS_SW][TLS_BASE].sendmsg", "tls_sw_sendmsg")]),
        ("rth->dst.output = ip_output;", [("rth->dst.output", "ip_output")]),
        ("p->f = cond ? a : b;", [("p->f", "cond ? a : b")]),
        ("p->f = (fn_t)g;", [("p->f", "(fn_t)g")]),
        ("p->n = 3;", []),
        ("p->f = NULL;", []),
        ("fn = &g;", [("fn", "&g")]),
    ],
)
def test_assignments(statement: str, found: list[tuple[str, str]]) -> None:
    assert sorted(assigns(facts_of(f"void f(void)\n{{\n\t{statement}\n}}\n"), "f")) == sorted(found)


def test_pasted_registrations() -> None:
    """security/capability.c of 3.7: the macro's argument names both the member and the function."""
    source = (
        "#define set_to_cap_if_null(ops, function) \\\n\tdo { \\\n\t\tif (!ops->function) { \\\n"
        '\t\t\tops->function = cap_##function; \\\n\t\t\tpr_debug("x" #function); \\\n\t\t} \\\n\t} while (0)\n'
        "void fixup(struct security_operations *ops)\n{\n\tset_to_cap_if_null(ops, socket_sendmsg);\n}\n"
    )
    facts = facts_of(source)
    (a,) = function(facts, "fixup").body.assigns
    assert (a.target.replace(" ", ""), a.value, a.line, a.macro) == (
        "ops->socket_sendmsg", "cap_socket_sendmsg", 10, "set_to_cap_if_null",
    )  # fmt: skip


def test_functions_that_are_pasted_of_capitals() -> None:
    """drivers/isdn/hardware/mISDN/iohelper.h."""
    source = (
        "#define ASSIGN_FUNC(typ, name, dest) do { \\\n\t\tdest.read_reg = &Read##name##_##typ; \\\n\t} while (0)\n"
        "#define ASSIGN_FUNC_IPAC(typ, target) do { \\\n\t\tASSIGN_FUNC(typ, ISAC, target.isac); \\\n"
        "\t\tASSIGN_FUNC(typ, IPAC, target); \\\n\t} while (0)\n"
        "#define REG(name, x) do { x.reg = mm##name##_REG; x.at = mmOTHER; } while (0)\n"
        "void setup(struct card *card)\n{\n\tASSIGN_FUNC_IPAC(MEM, card->ipac);\n\tREG(DMA, card->x);\n}\n"
    )
    assigns = function(facts_of(source), "setup").body.assigns
    assert [(a.target.replace(" ", ""), a.value.replace(" ", "")) for a in assigns] == [
        ("card->ipac.isac.read_reg", "&ReadISAC_MEM"), ("card->ipac.read_reg", "&ReadIPAC_MEM"),
    ]  # fmt: skip


def test_work_that_is_set_up_by_a_macro() -> None:
    header = "#define INIT_WORK(_work, _func) do { (_work)->data = 0; (_work)->func = (_func); } while (0)\n"
    facts = facts_of(
        "void f(struct x *x)\n{\n\tINIT_WORK(&x->work, handler);\n}\n", {"include/linux/workqueue.h": header}
    )
    (a,) = function(facts, "f").body.assigns
    assert a.value.strip("() ") == "handler"
    assert a.target.replace(" ", "") == "(&x->work)->func"


def test_returns_and_locals() -> None:
    source = (
        "struct o *f(int n)\n{\n\tstruct sock *sk = get(n), *b;\n\tif (n) {\n"
        "\t\tint (*fn)(void) = g;\n\t\tfn();\n\t}\n\treturn &ops;\n}\n"
    )
    f = function(facts_of(source), "f")
    assert [(r.line, r.value) for r in f.body.returns] == [(8, "&ops")]
    assert [(x.line, x.end_line, x.text) for x in f.body.locals] == [
        (3, 9, "struct sock *sk = get(n), *b"),
        (5, 7, "int (*fn)(void) = g"),
    ]


def test_records_with_everything_in_them() -> None:
    source = """\
struct sock {
	struct sock_common __sk_common;
	int (*get)(struct sock *sk, int n), plain;
	struct {
		int inner;
	};
	union {
		struct proto *prot;
		long n;
	} u;
#ifdef CONFIG_X
	void *security;
#endif
	unsigned flags : 3;
	char tail[];
};
"""
    records = {r.tag: r for r in facts_of(source).records}
    sock = records["sock"]
    assert [f.name for f in sock.fields] == ["__sk_common", "get", "plain", "", "u", "security", "flags", "tail"]
    by_name = {f.name: f for f in sock.fields}
    assert by_name["get"].decl == "int (*get)(struct sock *sk, int n)"
    assert by_name["plain"].decl == "int plain"
    assert by_name["security"].guard == "CONFIG_X"
    assert not sock.open
    assert len(records) == 3
    anonymous = [r for t, r in records.items() if t != "sock"]
    assert all(t.startswith("sock__anon_") for t in records if t != "sock")
    assert {r.kind for r in anonymous} == {"struct", "union"}


def test_a_struct_with_members_from_a_macro_is_open() -> None:
    (record,) = facts_of("struct s {\n\tint a;\n\tDECLARE_BITMAP(x, 4);\n};\n").records
    assert record.open


def test_typedefs() -> None:
    facts = facts_of(
        "typedef int (*fn_t)(void);\ntypedef struct { int a; } pair_t, *pair_p;\ntypedef unsigned int u32;\n"
    )
    assert [t.name for t in facts.typedefs] == ["fn_t", "pair_t", "pair_p", "u32"]
    (record,) = facts.records
    assert record.tag.startswith("pair_t__anon_")
    assert record.tag in facts.typedefs[1].decl


@pytest.mark.parametrize(
    ("source", "linkage"),
    [
        ("int x;", "extern"),
        ("static int x;", "static"),
        ("extern int x;", "declared"),
        ("static const int *x = y;", "static"),
    ],
)
def test_objects(source: str, linkage: str) -> None:
    (x,) = facts_of(source).objects
    assert (x.name, x.linkage) == ("x", linkage)


def test_prototypes_are_neither_functions_nor_objects() -> None:
    facts = facts_of("int f(void);\nextern struct s *g(int n);\nint (*hook)(void);\n")
    assert facts.functions == ()
    assert [o.name for o in facts.objects] == ["hook"]


def test_a_bit_field_without_a_name_is_read() -> None:
    facts = facts_of(
        "int f(void)\n{\n\tstruct { unsigned int :3; int : (-!!(0)); u8 :4; int a; } s;\n\treturn g(s.a);\n}\n"
    )
    assert not function(facts, "f").trouble


def test_the_cause_of_an_error_is_kept() -> None:
    facts = facts_of(
        "#define ODD(x) x\nint f(void)\n{\n\tif (g() ODD(+) h()) return 1;\n}\nint k(void) { return (1; }\n"
    )
    assert function(facts, "f").trouble == "macro ODD"
    assert function(facts, "k").trouble == "')' expected"


def test_an_argument_is_expanded_where_it_comes_to_stand() -> None:
    # DEFINE_LOCK_GUARD_1(write_lock_irq, rwlock_t, write_lock_irq(_T->lock), ...)   include/linux/spinlock.h
    header = """\
#define take(l) _take(l)
#ifndef CONFIG_SMP
#define _take(l) __TAKE_UP(l)
#endif
#define DEFINE_GUARD(name, lock) __DEFINE_GUARD(name, lock)
#define __DEFINE_GUARD(name, lock) static inline void class_##name(void *_T) { lock; }
"""
    facts = facts_of(header + "DEFINE_GUARD(taken, take(_T))\n")
    assert calls(facts, "class_taken") == ["_take"]


@pytest.mark.parametrize(
    ("define", "called"),
    [
        ("#define dprintk if (debug) printk\n", ["printk"]),
        ("#define dprintk if (level(2)) printk\n", ["level", "printk"]),
        ("#ifdef DEBUG\n#define dprintk printk\n#else\n#define dprintk if (0) printk\n#endif\n", ["printk"]),
        ("#define dprintk do_print\n", ["dprintk"]),  # an alias, which is looked through later
    ],
)
def test_a_macro_may_hold_a_statement_up_to_a_name(define: str, called: list[str]) -> None:
    facts = facts_of(define + 'void f(int x)\n{\n\tdprintk("%d", x);\n}\n')
    assert sorted(calls(facts, "f")) == called


@pytest.mark.parametrize(
    "cast",
    ["(__u16)(x)", "(u16 foo)(x)", "(__psunsigned_t)(unsigned)(x)", "(__u16 __force)(x ^ 1)", "(long)(int)(char)(x)"],
)
def test_a_cast_is_no_call(cast: str) -> None:
    assert calls(facts_of(f"int f(int x)\n{{\n\treturn {cast} + g(x);\n}}\n"), "f") == ["g"]


def test_what_stands_in_parentheses_may_be_called() -> None:
    assert calls(facts_of("int f(int x)\n{\n\treturn (handler)(x) + (*other)(x);\n}\n"), "f") == [
        "(handler)", "(*other)",
    ]  # fmt: skip


@pytest.mark.parametrize("end", ["int f(void) {\n", "int f(void) { if (x) {\n}\n", "static int x = (\n", ""])
def test_objects_of_a_text_that_does_not_end_are_found(end: str) -> None:
    """The parser has one error then for all of the text."""
    facts = facts_of("int g(void)\n{\n\treturn 0;\n}\nstruct ops o = { .open = g };\nstatic int n;\n" + end)
    assert {"o", "n"} <= {o.name for o in facts.objects}
    assert [(r.object, r.field, r.value) for r in facts.registrations] == [("o", "open", "g")]
