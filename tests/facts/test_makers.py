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


def test_another_name_for_a_maker():
    # TRACE_EVENT_RCU(rcu_grace_period, ...)   include/trace/events/rcu.h
    facts = facts_of(
        "#define EVENT(name) static void trace_##name(void) { probe(); }\n"
        "#define EVENT_NOP(name) static void trace_##name(void) { }\n"
        "#ifdef CONFIG_RCU_TRACE\n#define EVENT_RCU EVENT\n#else\n#define EVENT_RCU EVENT_NOP\n#endif\n"
        "EVENT_RCU(grace)\nEVENT_RCU(quiet)\n"
    )
    assert calls(facts, "trace_grace") == calls(facts, "trace_quiet") == ["probe"]


def test_a_maker_whose_argument_says_which_maker():
    # DEFINE_BASIC_FETCH_FUNCS(reg)   kernel/trace/trace_probe.c
    facts = facts_of(
        "#define DEFINE_BASIC(method) DEFINE_FETCH_##method(u8) DEFINE_FETCH_##method(u16)\n"
        "#define NAME(method, type) fetch_##method##_##type\n"
        "#define DEFINE_FETCH_reg(type) static void NAME(reg, type)(void) { get_register(); }\n"
        "DEFINE_BASIC(reg)\n"
    )
    assert names(facts, "function") == ["fetch_reg_u8", "fetch_reg_u16"]
    assert calls(facts, "fetch_reg_u16") == ["get_register"]


def test_a_macro_without_parameters_inside_one_with():
    # #define __set_current_state(v) do { current->state = (v); } while (0)   include/linux/sched.h
    facts = facts_of("#define current get_current()\n#define set_state(v) do { current->state = (v); } while (0)\n")
    assert calls(facts, "set_state") == ["get_current"]


def test_a_function_that_is_an_empty_macro_in_another_configuration():
    # __print_symbol() of kernel/kallsyms.c
    headers = {
        "include/linux/kallsyms.h": "#ifdef CONFIG_KALLSYMS\nvoid show(const char *fmt, long at);\n#else\n"
        "#define show(fmt, at)\n#endif\n"
    }
    facts = facts_of(
        "#include <linux/kallsyms.h>\nvoid show(const char *fmt, long at)\n{\n\tprintk(fmt);\n}\n", headers
    )
    assert calls(facts, "show") == ["printk"]


def test_what_has_to_be_blanked_before_a_body_still_is():
    facts = facts_of("#define __acquires(x)\nvoid *start(void) __acquires(lock)\n{\n\tspin_lock();\n}\n")
    assert calls(facts, "start") == ["spin_lock"]


@pytest.mark.parametrize("part", ["mm/vm.c", "mm/vm.h"])
def test_what_is_written_to_be_included_sees_what_stands_above_it(part):
    # mm/percpu-vm.c, which includes nothing, in mm/percpu.c
    headers = {
        "include/asm-generic/bug.h": "#define MAKE(x) int made_##x(void) { return 0; }\n",
        "mm/late.h": "#define LATE(x) int late_##x(void) { return 0; }\n",
        "mm/percpu.c": f'#include <asm-generic/bug.h>\n#include "{part[3:]}"\n#include "late.h"\n',
    }
    assert names(facts_of("MAKE(one)\nLATE(two)\n", headers, part), "function") == ["made_one"]
    assert names(facts_of("MAKE(one)\n", headers, "mm/alone.c"), "function") == []


def test_a_local_header_takes_the_macro_that_its_includer_has_seen():
    # EXT4_I of include/trace/events/ext4.h, which no file of fs/ext4 includes
    headers = {
        "include/trace/ext4.h": "#define MAKE(x) int trace_##x(void) { return other() + more(); }\n",
        "fs/ext4/ext4.h": "#define MAKE(x) int ext4_##x(void) { return 0; }\n",
        "fs/ext4/inode.c": '#include "ext4.h"\n#include "extents.h"\n',
        "fs/ext4/empty.h": "",
    }
    facts = facts_of('#include "empty.h"\nMAKE(depth)\n', headers, "fs/ext4/extents.h")
    assert names(facts, "function") == ["ext4_depth"]


def test_constants_that_lead_to_a_call():
    # VM_STACK_FLAGS, in which VM_DATA_DEFAULT_FLAGS stands, in which current does
    facts = facts_of(
        "#define current get_current()\n#define DATA_FLAGS ((current->personality & 4) ? 1 : 0)\n"
        "#define PLAIN (1 | 2)\n"
        "#define STACK_FLAGS DATA_FLAGS\n#define FLAGS (STACK_FLAGS | PLAIN)\n"
        "int f(void)\n{\n\treturn FLAGS | PLAIN;\n}\n"
        "int g(void)\n{\n\treturn PLAIN;\n}\n"
    )
    assert calls(facts, "f") == ["get_current"]
    assert calls(facts, "g") == []


def test_another_name_for_a_maker_gives_no_name_that_another_function_has():
    # SYSCALL32_DEFINE6(fanotify_mark, ...)   fs/notify/fanotify/fanotify_user.c
    facts = facts_of(
        "#define NATIVE(name) int sys_##name(void); int do_##name(void)\n"
        "#define COMPAT(name) int compat_sys_##name(void); int do_compat_##name(void)\n"
        "#ifdef CONFIG_COMPAT\n#define CALL32 COMPAT\n#else\n#define CALL32 NATIVE\n#endif\n"
        "NATIVE(mark)\n{\n}\nCALL32(mark)\n{\n}\n"
    )
    assert "do_mark" not in function(facts, "do_compat_mark").aliases


def test_a_word_without_a_definition_in_a_struct():
    # include/linux/compat.h
    facts = facts_of(
        "struct compat_flock {\n\tshort type;\n#ifdef ARCH_PAD\n\tARCH_PAD\n#endif\n\tint pid;\n"
        "#ifdef ARCH_END\n\tARCH_END\n"
        "#endif\n};\nstatic inline int\nput(int x)\n{\n\treturn copy(x);\n}\n"
    )
    assert [f.name for f in facts.records[0].fields] == ["type", "pid"]
    assert calls(facts, "put") == ["copy"]


def test_one_body_below_the_heads_of_several_arms():
    # SYSCALL_DEFINE5(clone, ...) under #ifdef CONFIG_CLONE_BACKWARDS, #elif ..., #else   kernel/fork.c
    source = """\
#define HANDLER(name, ...) long sys_##name(void) { return do_##name(); } static long do_##name(__VA_ARGS__)
#ifdef CONFIG_BACKWARDS
HANDLER(clone, int tls, int flags)
#elif defined(CONFIG_BACKWARDS2)
HANDLER(clone, int stack, int flags)
#else
HANDLER(clone, int flags, int tls)
#endif
{
	return kernel_clone(flags);
}

static int copy_args(int *args)
{
	return fetch(args);
}

HANDLER(clone3, int *args)
{
	return copy_args(args);
}
"""
    facts = facts_of(source)
    heads = [f for f in facts.functions if f.name == "do_clone"]
    assert [(f.line, f.guard, [c.callee for c in f.body.calls][-1]) for f in heads] == [
        (3, "CONFIG_BACKWARDS", "kernel_clone"),
        (5, "!CONFIG_BACKWARDS && CONFIG_BACKWARDS2", "kernel_clone"),
        (7, "!CONFIG_BACKWARDS && !CONFIG_BACKWARDS2", "kernel_clone"),
    ]
    assert [f.aliases for f in heads] == [("sys_clone",)] * 3
    assert calls(facts, "copy_args") == ["fetch"]
    assert calls(facts, "do_clone3") == ["copy_args"]


def test_what_is_no_declaration_costs_nothing_of_what_follows():
    # DEFINE_RST_REASON(FN, FN) of include/trace/events/tcp.h, which is a list of other things elsewhere in the file
    facts = facts_of(
        "#define FN(reason) { R_##reason, #reason },\n#define REASONS(FN) FN(ONE) FN(TWO)\n"
        "#define POINT(n) struct tracepoint tp_##n = { .f = t_##n };\nREASONS(FN)\nPOINT(send)\nPOINT(receive)\n"
    )
    assert [(r.object, r.value) for r in facts.registrations] == [("tp_send", "t_send"), ("tp_receive", "t_receive")]


def test_one_object_of_several_invocations():
    # include/linux/irqchip.h
    facts = facts_of(
        "#define BEGIN(n) static const struct id n##_ids[] = {\n"
        '#define MATCH(c, fn) { .compatible = c "}", .data = fn },\n'
        '#define END(n) {}, };\nBEGIN(a)\nMATCH("x", f)\nMATCH("y", g)\nEND(a)\n'
    )
    assert [(r.object, r.path, r.value) for r in facts.registrations if r.path.endswith("data")] == [
        ("a_ids", "#0.data", "f"),
        ("a_ids", "#1.data", "g"),
    ]


def test_an_invocation_may_join_its_lines_as_a_definition_does():
    # DEFINE_EVENT(icm_id_class, \ and what follows on the next line   drivers/infiniband/core/cm_trace.h
    facts = facts_of(
        "#define EVENT(class, name, args) static void trace_##name(args) { probe_##class(); }\n"
        "EVENT(id, \\\n\tskipped, \\\n\tint a)\nvoid f(void)\n{\n\tg(1, \\\n\t  h(2));\n}\n"
    )
    assert names(facts, "function") == ["trace_skipped", "f"]
    assert calls(facts, "trace_skipped") == ["probe_id"]
    assert calls(facts, "f") == ["g", "h"]


SYSCALLS = r"""
#define __VMLINUX_SYMBOL_STR(x) #x
#define VMLINUX_SYMBOL_STR(x) __VMLINUX_SYMBOL_STR(x)
#define SYSCALL_ALIAS(alias, name) ALIAS_ASM
#define SYSCALL_METADATA(sname) \
	static int init_enter##sname(struct call *call) { number("sys" #sname); INIT(&call->sys##sname); return 0; }
#define SYSCALL_DEFINE2(name, ...) SYSCALL_DEFINEx(2, _##name, __VA_ARGS__)
#define SYSCALL_DEFINEx(x, sname, ...) SYSCALL_METADATA(sname) __SYSCALL_DEFINEx(x, sname, __VA_ARGS__)
#define __SYSCALL_DEFINEx(x, name, ...) \
	asmlinkage long sys##name(__VA_ARGS__); \
	static inline long SYSC##name(__VA_ARGS__); \
	asmlinkage long SyS##name(long a, long b) { long ret = SYSC##name(a, b); return ret; } \
	SYSCALL_ALIAS(sys##name, SyS##name); \
	static inline long SYSC##name(__VA_ARGS__)
SYSCALL_DEFINE2(send, int a, int b)
{
	return do_send(a, b);
}
"""


@pytest.mark.parametrize(
    "alias",
    [
        # include/linux/linkage.h of 3.8, and of 3.9 to 3.13
        r'asm ("\t.globl " #alias "\n\t.set " #alias ", " #name)',
        r'asm(".globl " VMLINUX_SYMBOL_STR(alias) "\n\t" ".set " VMLINUX_SYMBOL_STR(alias) "," #name)',
    ],
)
def test_assembler_gives_a_system_call_its_name(alias):
    facts = facts_of(SYSCALLS.replace("ALIAS_ASM", alias))
    assert set(function(facts, "SYSC_send").aliases) == {"sys_send", "SyS_send"}


def test_what_a_maker_makes_beside_the_function_is_no_name_of_it():
    # SYSCALL_METADATA() of 2.6.32: the functions of six trace events
    facts = facts_of(SYSCALLS.replace("ALIAS_ASM", 'asm (".set " #alias ", " #name)'))
    assert calls(facts, "init_enter_send") == ["number", "INIT"]
    assert calls(facts, "SYSC_send") == ["do_send"]


RESERVED_MEM = {
    "include/linux/of_reserved_mem.h": "#ifdef CONFIG_OF_RESERVED_MEM\n"
    "#define RESERVEDMEM_OF_DECLARE(name, init) static struct of_device_id __of_##name = { .data = init }\n"
    "#else\n"
    "#define RESERVEDMEM_OF_DECLARE(name, init) static struct of_device_id __stub_of_##name __x = { .data = init }\n"
    "#endif\n"
}


@pytest.mark.parametrize(
    ("condition", "made"),
    [
        ("CONFIG_OF_RESERVED_MEM", ["__of_dma"]),
        ("!CONFIG_OF_RESERVED_MEM", ["__stub_of_dma"]),
        ("CONFIG_OTHER", ["__of_dma", "__stub_of_dma"]),
    ],
)
def test_a_maker_means_what_its_condition_leaves(condition: str, made: list[str]) -> None:
    """kernel/dma/coherent.c includes linux/of_reserved_mem.h inside #ifdef CONFIG_OF_RESERVED_MEM, whose stub is the
    longer body.
    """
    head = f"defined {condition}".replace("defined !", "!defined ")
    facts = facts_of(
        "#include <linux/of_reserved_mem.h>\n"
        f"#if {head}\nstatic int setup(void)\n{{\n}}\nRESERVEDMEM_OF_DECLARE(dma, setup);\n#endif\n",
        RESERVED_MEM,
    )
    assert sorted(o.name for o in facts.objects) == made
    assert {r.value for r in facts.registrations} == {"setup"}
