# SPDX-License-Identifier: MIT
"""C's linkage rules: which function a name means where."""

from collections.abc import Callable

import pytest

from tests.resolve.small import Small
from xref.resolve.edge import Confidence, EdgeKind

Make = Callable[..., Small]


def body(name: str, *calls: str, head: str = "int") -> str:
    inside = "".join(f"\t{c}();\n" for c in calls)
    return f"{head} {name}(void)\n{{\n{inside}}}\n"


def test_a_static_function_is_meant_in_its_own_file_only(small: Make) -> None:
    s = small(
        {
            "net/ipv4/raw.c": body("raw_sendmsg", head="static int") + body("v4", "raw_sendmsg"),
            "net/can/raw.c": body("raw_sendmsg", head="static int") + body("can", "raw_sendmsg"),
            "net/other.c": body("other", "raw_sendmsg"),
        }
    )
    assert s.reached("v4") == ["net/ipv4/raw.c:raw_sendmsg"]
    assert s.reached("can") == ["net/can/raw.c:raw_sendmsg"]
    assert s.reached("other") == []
    (missing,) = s.calls("other").unresolved
    assert (missing.callee_text, missing.line) == ("raw_sendmsg", 3)
    assert "no definition" in missing.reason


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ("#ifdef CONFIG_A\n{}#endif\n", "#ifndef CONFIG_A\n{}#endif\n", ["lib/one.c:f", "lib/other.c:f"]),
        ("{}", "", ["lib/one.c:f"]),
        # not every kernel has another one
        ("#ifdef CONFIG_A\n{}#endif\n", "", ["lib/one.c:f", "lib/third.c:f"]),
    ],
)
def test_what_no_option_decides_is_not_linked_beside_what_is_always_there(
    small: Make, one: str, other: str, found: list[str]
) -> None:
    # memmove() of lib/decompress_unxz.c beside those of arch/x86/lib/memmove_32.S and memmove_64.S
    s = small(
        {
            "net/a.c": body("g", "f"),
            "lib/one.c": one.format(body("f")),
            "lib/other.c": other.format(body("f")),
            "lib/third.c": f"#ifdef STATIC\n#define PREBOOT\n#endif\n#ifdef PREBOOT\n{body('f')}#endif\n",
        }
    )
    assert s.reached("g") == found


def test_a_static_function_hides_the_external_one(small: Make) -> None:
    s = small(
        {"net/a.c": body("f", head="static int") + body("g", "f"), "net/b.c": body("f"), "net/c.c": body("h", "f")}
    )
    assert s.reached("g") == ["net/a.c:f"]
    assert s.reached("h") == ["net/b.c:f"]


def test_a_direct_call_is_exact_and_says_where(small: Make) -> None:
    s = small({"net/a.c": body("f", "g"), "net/b.c": body("g")})
    (e,) = s.calls("f").edges
    assert (e.kind, e.confidence, e.via, e.file, e.line, e.column) == (
        EdgeKind.DIRECT, Confidence.EXACT, "", "net/a.c", 3, 1,
    )  # fmt: skip
    assert e.text == "g();"
    assert [(v.rule, v.file, v.line, v.text) for v in e.evidence] == [("call", "net/a.c", 3, "g();")]


def test_what_is_written_to_be_included_means_what_stands_above_it(small: Make) -> None:
    # mm/percpu-vm.c in mm/percpu.c; fs/ufs/swab.h, which includes no fs/ufs/ufs.h; EXT4_I of two headers
    s = small(
        {
            "mm/percpu.c": body("addr", head="static int") + '#include "percpu-vm.c"\n#include "late.h"\n',
            "mm/percpu-vm.c": '#include "empty.h"\n' + body("page", "addr", "below"),
            "mm/late.h": body("below", head="static int"),
            "mm/empty.h": "",
            "mm/other.c": body("addr", head="static int"),
            "fs/ufs/ufs.h": body("sb", head="static inline int"),
            "fs/ufs/empty.h": "",
            "fs/ufs/swab.h": '#include "empty.h"\n' + body("swab", "sb", head="static inline int"),
            "fs/ufs/super.c": '#include "ufs.h"\n#include "swab.h"\n',
            "fs/other/ufs.h": body("sb", head="static inline int"),
            "include/trace/ufs.h": "#define sb() elsewhere()\n",
        }
    )
    assert s.reached("page") == ["mm/percpu.c:addr", "mm/late.h:below"]
    assert s.reached("swab") == ["fs/ufs/ufs.h:sb"]


def test_a_name_in_a_macro_means_what_it_means_where_the_macro_is_used(small: Make) -> None:
    # ADDRS_PER_PAGE of include/linux/f2fs_fs.h
    s = small(
        {
            "include/linux/f2fs_fs.h": "#define ADDRS(page) addrs_per(page)\n",
            "fs/f2fs/f2fs.h": "#include <linux/f2fs_fs.h>\nstatic inline int addrs_per(int page)\n{\n}\n",
            "fs/f2fs/file.c": '#include "f2fs.h"\nint used(int p)\n{\n\treturn ADDRS(p);\n}\n',
            "fs/other/other.c": "static int addrs_per(int page)\n{\n}\n",
        }
    )
    assert s.reached("ADDRS") == ["fs/f2fs/f2fs.h:addrs_per"]
    assert s.callers("fs/f2fs/f2fs.h:addrs_per") == ["include/linux/f2fs_fs.h:ADDRS"]


def test_what_looks_like_a_builtin_of_the_compiler_may_be_the_kernel_s(small: Make) -> None:
    s = small({"fs/sync.c": body("__sync_filesystem") + body("f", "__sync_filesystem", "__sync_synchronize")})
    assert s.reached("f") == ["fs/sync.c:__sync_filesystem"]
    assert not s.calls("f").unresolved


def test_header_functions_are_seen_through_includes(small: Make) -> None:
    s = small(
        {
            "drivers/a/h.h": body("help", head="static inline int"),
            "drivers/b/h.h": body("help", head="static inline int"),
            "drivers/a/m.h": '#include "h.h"\n',
            "drivers/a/x.c": '#include "m.h"\n' + body("ax", "help"),
            "drivers/b/x.c": '#include "h.h"\n' + body("bx", "help"),
            "drivers/c/x.c": body("cx", "help"),
        }
    )
    assert s.reached("ax") == ["drivers/a/h.h:help"]
    assert s.reached("bx") == ["drivers/b/h.h:help"]
    assert s.reached("cx") == []


def test_programs_of_the_tree_are_not_the_kernel(small: Make) -> None:
    s = small(
        {
            "tools/perf/a.c": body("f") + body("only_perf") + body("perf_main", "f", "kernel_only"),
            "tools/lib/b.c": body("shared"),
            "tools/perf/c.c": body("perf_two", "shared", "f"),
            "net/a.c": body("f") + body("kernel_only") + body("k", "f", "only_perf"),
        }
    )
    assert s.reached("k") == ["net/a.c:f"]
    assert s.reached("perf_main") == ["tools/perf/a.c:f"]
    assert sorted(s.reached("perf_two")) == ["tools/lib/b.c:shared", "tools/perf/a.c:f"]


def test_an_application_among_the_samples_does_not_call_the_kernel(small: Make) -> None:
    s = small(
        {
            "lib/vsprintf.c": body("printf") + body("lookup"),
            "samples/user.c": "#include <stdio.h>\n" + body("main", "printf", "help"),
            "samples/help.c": body("help", "lookup"),
            "samples/module.c": "#include <linux/module.h>\n" + body("init", "printf"),
        }
    )
    assert s.reached("main") == ["samples/help.c:help"]
    assert s.reached("help") == ["lib/vsprintf.c:lookup"]
    assert s.reached("init") == ["lib/vsprintf.c:printf"]
    assert s.callers("printf") == ["samples/module.c:init"]


def test_a_strong_definition_overrides_the_weak_one(small: Make) -> None:
    s = small(
        {
            "kernel/a.c": body("f", head="int __attribute__((weak))") + body("near", "f"),
            "arch/x86/kernel/a.c": body("f"),
            "net/a.c": body("far", "f"),
        }
    )
    assert s.reached("far") == ["arch/x86/kernel/a.c:f"]
    assert s.reached("near") == ["arch/x86/kernel/a.c:f"]


def test_nearness_is_no_reason_to_prefer_a_weak_definition(small: Make) -> None:
    # ftrace_arch_code_modify_post_process() of kernel/trace/ftrace.c
    s = small(
        {
            "arch/x86/kernel/ftrace.c": "#ifdef CONFIG_TRACE\n" + body("f") + "#endif\n",
            "kernel/trace/ftrace.c": body("f", head="int __attribute__((weak))") + body("near", "f"),
        }
    )
    assert sorted(s.reached("near")) == ["arch/x86/kernel/ftrace.c:f", "kernel/trace/ftrace.c:f"]


def test_a_weak_definition_stays_where_the_strong_one_may_be_missing(small: Make) -> None:
    s = small(
        {
            "kernel/a.c": body("f", head="int __attribute__((weak))"),
            "kernel/b.c": "#ifdef CONFIG_F\n" + body("f") + "#endif\n",
            "net/a.c": body("g", "f"),
        }
    )
    assert sorted(s.reached("g")) == ["kernel/a.c:f", "kernel/b.c:f"]


def test_both_arms_stay_each_under_its_guard(small: Make) -> None:
    header = "#ifdef CONFIG_X\nint hook(int a);\n#else\n" + body("hook", head="static inline int") + "#endif\n"
    s = small(
        {
            "include/linux/x.h": header,
            "net/x.c": "#include <linux/x.h>\n#ifdef CONFIG_X\n" + body("hook") + "#endif\n",
            "net/a.c": "#include <linux/x.h>\n" + body("f", "hook"),
        }
    )
    edges = {e.callee.node: e.guard for e in s.calls("f").edges}
    assert edges == {"net/x.c:hook": "CONFIG_X", "include/linux/x.h:hook": "!CONFIG_X"}


def test_two_definitions_in_one_file_have_two_ids(small: Make) -> None:
    s = small("#ifdef CONFIG_X\n" + body("f", "a") + "#else\n" + body("f", "b") + "#endif\n" + body("a") + body("b"))
    assert {x.node: x.guard for x in s.resolver.lookup("f")} == {"net/a.c:f": "CONFIG_X", "net/a.c:f@7": "!CONFIG_X"}


def test_a_call_does_not_reach_the_other_arm(small: Make) -> None:
    s = small(
        "#ifdef CONFIG_X\n"
        + body("f")
        + "#else\n"
        + body("f")
        + "#endif\n#ifdef CONFIG_X\n"
        + body("g", "f")
        + "#endif\n"
    )
    assert s.reached("g") == ["net/a.c:f"]


def test_a_configuration_picks_its_arm(small: Make) -> None:
    files = {"net/a.c": "#ifdef CONFIG_X\n" + body("f") + "#else\n" + body("f") + "#endif\n" + body("g", "f")}
    assert small(files, config="CONFIG_X=y\n").reached("g") == ["net/a.c:f"]
    assert small(files, config="# CONFIG_X is not set\n").reached("g") == ["net/a.c:f@6"]


def test_a_macro_is_a_node_on_the_way(small: Make) -> None:
    s = small("#define call(x) target(x)\n" + body("target") + "int f(void)\n{\n\treturn call(1);\n}\n")
    assert [(e.callee.node, e.kind) for e in s.calls("f").edges] == [("net/a.c:call", EdgeKind.MACRO)]
    assert s.reached("call") == ["net/a.c:target"]


def test_a_macro_that_wraps_the_function_of_its_own_name(small: Make) -> None:
    s = small(
        {
            "include/linux/x.h": "#define alloc(x) wrap(alloc(x))\n",
            "mm/a.c": body("alloc"),
            "net/a.c": "#include <linux/x.h>\nint f(void)\n{\n\treturn alloc(1);\n}\n",
        }
    )
    assert "mm/a.c:alloc" in s.reached("f")


def test_another_name_by_macro(small: Make) -> None:
    s = small("#define old_name new_name\n" + body("new_name") + body("f", "old_name"))
    assert s.reached("f") == ["net/a.c:new_name"]


def test_another_name_in_one_arm_only(small: Make) -> None:
    """net/ipv4/ipmr.c: ``#define __ipmr_get_table ipmr_get_table`` where there is but one table."""
    s = small(
        "#ifdef CONFIG_TABLES\n"
        + body("__get")
        + "#else\n#define __get get\n#endif\n"
        + body("get")
        + body("f", "__get")
    )
    assert sorted(s.reached("f")) == ["net/a.c:__get", "net/a.c:get"]


def test_another_name_that_leads_nowhere_leaves_the_function(small: Make) -> None:
    """arch/x86/include/asm/string_32.h: ``#define memcmp __builtin_memcmp``, and lib/string.c has the function."""
    s = small(
        {
            "arch/x86/include/asm/string_32.h": "#ifndef CONFIG_FORTIFY\n#define memcmp __builtin_memcmp\n#endif\n",
            "lib/string.c": body("memcmp"),
            "net/a.c": body("f", "memcmp"),
        }
    )
    assert s.reached("f") == ["lib/string.c:memcmp"]


# -- the resolver's own look-ups --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("symbol", "nodes"),
    [
        ("net/ipv4/raw.c:f", ["net/ipv4/raw.c:f"]),
        ("ipv4/raw.c:f", ["net/ipv4/raw.c:f"]),
        ("raw.c:f", ["net/can/raw.c:f", "net/ipv4/raw.c:f"]),
        ("aw.c:f", []),
        ("f@1", ["net/can/raw.c:f", "net/ipv4/raw.c:f"]),
        ("f@9", []),
        ("nothing", []),
        ("", []),
        ("%", []),
    ],
)
def test_lookup_by_file(small: Make, symbol: str, nodes: list[str]) -> None:
    s = small({"net/ipv4/raw.c": body("f", head="static int"), "net/can/raw.c": body("f", head="static int")})
    assert [x.node for x in s.resolver.lookup(symbol)] == nodes


def test_near_names(small: Make) -> None:
    s = small(body("sock_sendmsg") + body("sock_recvmsg") + body("unrelated"))
    assert s.resolver.near("sock_sendmesg")[0] == "sock_sendmsg"
    assert s.resolver.near("zzzzzz") == ()


SYSCALLS = (
    "#define SYSCALL_DEFINE1(name, t, a) "
    "static long __do_sys_##name(t a); long sys_##name(long a) { return __do_sys_##name(a); } "
    "static long __do_sys_##name(t a)\n"
    ""
)


def test_a_system_call_by_its_name(small: Make) -> None:
    s = small(
        {
            "include/linux/syscalls.h": SYSCALLS,
            "net/socket.c": "#include <linux/syscalls.h>\nSYSCALL_DEFINE1(send, int, fd)\n{\n"
            "\treturn __sys_send(fd);\n}\n" + body("__sys_send"),
            "kernel/sys_ni.c": body("sys_send", head="long __attribute__((weak))"),
            "fs/a.c": body("send") + body("user", "sys_send"),
        }
    )
    (f,) = s.resolver.syscall("send")
    assert (f.file, f.line) == ("net/socket.c", 2)
    assert {f.name, *f.aliases} == {"__do_sys_send", "sys_send"}
    assert "net/socket.c:__sys_send" in s.reached("__do_sys_send")
    assert s.resolver.syscall("nothing") == ()
    assert s.callers("net/socket.c:sys_send") == ["fs/a.c:user"]


def test_callers(small: Make) -> None:
    s = small(
        {
            "net/a.c": body("f") + body("g", "f") + body("h", "f", "f"),
            "net/b.c": body("f", head="static int") + body("i", "f"),
        }
    )
    assert s.callers("net/a.c:f") == ["net/a.c:g", "net/a.c:h", "net/a.c:h"]
    assert s.callers("net/b.c:f") == ["net/b.c:i"]
    assert s.callers("i") == []


def test_a_recursive_function_is_its_own_caller(small: Make) -> None:
    s = small(body("f", "f") + body("g", "f"))
    assert s.callers("f") == ["net/a.c:f", "net/a.c:g"]


def test_a_callee_that_is_called_like_the_type_of_a_parameter(small: Make) -> None:
    s = small(body("sock") + "int g(struct sock *sk)\n{\n\treturn sock();\n}\n")
    assert s.reached("g") == ["net/a.c:sock"]
    assert s.callers("sock") == ["net/a.c:g"]


def test_calls_and_callers_agree(small: Make) -> None:
    s = small(
        {
            "net/a.c": "struct ops { int (*op)(int x); };\nint impl(int x)\n{\n}\nstruct ops o = { .op = impl };\n"
            "int d(struct ops *p)\n{\n\treturn p->op(1);\n}\nint e(void)\n{\n\treturn impl(1);\n}\n"
            "int run(int (*fn)(int))\n{\n\treturn fn(1);\n}\nint h(void)\n{\n\treturn run(impl);\n}\n"
        }
    )
    assert s.callers("impl") == ["net/a.c:d", "net/a.c:e", "net/a.c:run"]
    for caller in ("d", "e", "run"):
        assert "net/a.c:impl" in s.reached(caller)


STUB = (
    "#ifdef CONFIG_FREEZER\nint freeze(void);\n#else\nstatic inline int freeze(void) { return 0; }\n#endif\n"
    "static inline int try(void)\n{\n\treturn freeze();\n}\n"
)


def test_a_header_means_its_stub_and_what_it_is_the_stub_of(small: Make) -> None:
    s = small(
        {
            "include/linux/freezer.h": STUB,
            "kernel/Makefile": "obj-$(CONFIG_FREEZER) += freezer.o\n",
            "kernel/freezer.c": body("freeze"),
        }
    )
    assert sorted(s.reached("try")) == ["include/linux/freezer.h:freeze", "kernel/freezer.c:freeze"]


def test_a_conditional_helper_is_not_what_another_file_has(small: Make) -> None:
    helper = "#ifdef CONFIG_DEBUG\n" + body("dump", head="static int") + body("f", "dump") + "#endif\n"
    s = small({"net/a.c": helper, "net/b.c": body("dump")})
    assert s.reached("f") == ["net/a.c:dump"]


def test_a_macro_of_a_header_that_few_include_hides_no_function(small: Make) -> None:
    s = small(
        {
            "include/linux/lock.h": "#ifdef CONFIG_RT\n#include <linux/lock_rt.h>\n#else\n"
            + body("lock", head="static inline int")
            + "#endif\n",
            "include/linux/lock_rt.h": "#define lock() rt_lock()\n",
            "kernel/a.c": "#include <linux/lock.h>\n" + body("f", "lock"),
        }
    )
    assert sorted(s.reached("f")) == ["include/linux/lock.h:lock", "include/linux/lock_rt.h:lock"]


def test_a_function_that_is_null_in_one_configuration_is_registered(small: Make) -> None:
    s = small(
        "struct ops { int (*show)(void); };\n#ifdef CONFIG_PROC\n"
        + body("show", head="static int")
        + "#else\n#define show NULL\n#endif\nstatic const struct ops o = { .show = show };\n"
        "int f(struct ops *p)\n{\n\treturn p->show();\n}\n"
    )
    assert s.reached("f") == ["net/a.c:show"]


def test_a_header_that_is_part_of_a_source_file_may_define_what_all_can_call(small: Make) -> None:
    s = small(
        {
            "kernel/tree_plugin.h": body("call_rcu"),
            "kernel/tree.c": '#include "tree_plugin.h"\n',
            "net/a.c": body("f", "call_rcu"),
        }
    )
    assert s.reached("f") == ["kernel/tree_plugin.h:call_rcu"]


def test_a_macro_that_is_taken_back_is_meant_between_its_lines_only(small: Make) -> None:
    source = (
        "#define debug(x) first(x)\nvoid one(void)\n{\n\tdebug(1);\n}\n#undef debug\n"
        "#define debug(x) second(x)\nvoid two(void)\n{\n\tdebug(1);\n}\n#undef debug\n"
        "void three(void)\n{\n\tdebug(1);\n}\n"
    )
    s = small(
        {
            "net/a.c": source,
            "net/b.c": "".join(body(name) for name in ("first", "second", "debug")),
        }
    )
    assert {node.partition("@")[0] for node in s.reached("one")} == {"net/a.c:debug", "net/b.c:first"}
    assert {node.partition("@")[0] for node in s.reached("two")} == {"net/a.c:debug", "net/b.c:second"}
    assert s.reached("three") == ["net/b.c:debug"]
    assert [e.callee.line for e in s.calls("one").edges if e.kind is EdgeKind.MACRO] == [1]
    assert [e.callee.line for e in s.calls("two").edges if e.kind is EdgeKind.MACRO] == [7]


def test_the_other_arm_of_who_includes_a_header(small: Make) -> None:
    """pte_val() in pgtable_64.h of x86: of paravirt.h, which it sees, or of pgtable.h, which includes it."""
    s = small(
        {
            "arch/x86/include/asm/pgtable.h": "#ifdef CONFIG_PARAVIRT\n#include <asm/paravirt.h>\n#else\n"
            "#define pte_val(x) native_pte_val(x)\n#endif\n#include <asm/pgtable_64.h>\n",
            "arch/x86/include/asm/pgtable_64.h": "#include <asm/processor.h>\n"
            "static inline int swp(int x) { return pte_val(x); }\n",
            "arch/x86/include/asm/processor.h": "#ifdef CONFIG_PARAVIRT\n#include <asm/paravirt.h>\n#endif\n"
            "static inline int native_pte_val(int x) { return x; }\n",
            "arch/x86/include/asm/paravirt.h": "#ifdef CONFIG_PARAVIRT\n"
            "static inline int pte_val(int x) { return 1; }\n#endif\n",
            "mm/a.c": "#include <asm/pgtable.h>\nint f(int x) { return swp(x); }\n",
        }
    )
    assert sorted(s.reached("swp")) == [
        "arch/x86/include/asm/paravirt.h:pte_val",
        "arch/x86/include/asm/pgtable.h:pte_val",
    ]


def test_a_call_under_one_option_means_nothing_in_a_file_that_its_opposite_compiles(small: Make) -> None:
    s = small(
        {
            "Makefile": "VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 0\ncore-y += kernel/\n",
            "kernel/Makefile": "obj-y += a.o\nifndef CONFIG_STACKS\nobj-y += without.o\nendif\n",
            "kernel/without.c": body("on_stack") + body("g", "on_stack"),
            "kernel/a.c": "#ifdef CONFIG_STACKS\n" + body("f", "on_stack") + "#endif\n" + body("h", "on_stack"),
        }
    )
    assert s.reached("f") == []
    assert s.reached("h") == ["kernel/without.c:on_stack"]
    assert s.callers("on_stack") == ["kernel/a.c:h", "kernel/without.c:g"]


KCONFIG = (
    'mainmenu "small"\nconfig PCI\n\tbool "PCI"\nconfig KEBA\n\ttristate "KEBA"\n\tdepends on PCI\n'
    'config OTHER\n\ttristate "other"\n'
)
"""Of what is below, drivers/keba.c has to do with PCI and drivers/other.c need not."""


def with_stub(**more: str) -> dict[str, str]:
    """A kernel where the header has an empty function for those who do without PCI."""
    return {
        "Kconfig": KCONFIG,
        "Makefile": "VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 0\ncore-y += kernel/ drivers/\n",
        "kernel/Makefile": "obj-$(CONFIG_PCI) += pci.o\n",
        "kernel/pci.c": body("pci_clear_master"),
        "include/linux/pci.h": "#ifdef CONFIG_PCI\nvoid pci_clear_master(void);\n#else\n"
        "static inline void pci_clear_master(void) { }\n#endif\n",
        "drivers/Makefile": "obj-$(CONFIG_KEBA) += keba.o\nobj-$(CONFIG_OTHER) += other.o\n",
        "drivers/keba.c": "#include <linux/pci.h>\n" + body("f", "pci_clear_master"),
        "drivers/other.c": "#include <linux/pci.h>\n" + body("g", "pci_clear_master"),
    } | more


def test_a_stub_for_kernels_without_an_option_is_not_called_by_who_depends_on_it(small: Make) -> None:
    s = small(with_stub())
    assert s.reached("f") == ["kernel/pci.c:pci_clear_master"]
    assert sorted(s.reached("g")) == ["include/linux/pci.h:pci_clear_master", "kernel/pci.c:pci_clear_master"]
    assert s.callers("include/linux/pci.h:pci_clear_master") == ["drivers/other.c:g"]


def test_a_call_in_a_file_that_fits_nothing_means_what_there_is(small: Make) -> None:
    s = small(with_stub(**{"kernel/Makefile": "", "kernel/pci.c": ""}))
    assert s.reached("f") == ["include/linux/pci.h:pci_clear_master"]


def test_a_slot_holds_nothing_that_is_not_compiled_along_with_the_call(small: Make) -> None:
    s = small(
        {
            "Kconfig": 'config A\n\tbool "a"\n\tdepends on !B\nconfig B\n\tbool "b"\n',
            "Makefile": "VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 0\ncore-y += kernel/\n",
            "kernel/Makefile": "obj-$(CONFIG_A) += a.o\nobj-$(CONFIG_B) += b.o\nobj-y += c.o\n",
            "include/linux/ops.h": "struct ops { void (*run)(void); };\n",
            "kernel/a.c": "#include <linux/ops.h>\nvoid f(struct ops *o) { o->run(); }\n",
            "kernel/b.c": "#include <linux/ops.h>\n" + body("run_b") + "struct ops b = { .run = run_b };\n",
            "kernel/c.c": "#include <linux/ops.h>\n" + body("run_c") + "struct ops c = { .run = run_c };\n"
            "void g(struct ops *o) { o->run(); }\n",
        }
    )
    assert s.via("f", "ops.run") == ["run_c"]
    assert s.via("g", "ops.run") == ["run_b", "run_c"]


def test_a_file_whose_condition_cannot_hold_keeps_what_it_calls(small: Make) -> None:
    s = small(
        {
            "Kconfig": 'choice\n\tprompt "role"\nconfig A\n\tbool "a"\nconfig B\n\tbool "b"\nendchoice\n',
            "Makefile": "VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 0\ncore-y += kernel/\n",
            # drivers/usb/musb/Makefile of 6.12: either of them, in Kbuild's way to say so
            "kernel/Makefile": "obj-$(CONFIG_A)$(CONFIG_B) += a.o\n",
            "include/linux/ops.h": "struct ops { void (*run)(void); };\n",
            "kernel/a.c": "#include <linux/ops.h>\n" + body("run_a") + "struct ops a = { .run = run_a };\n"
            "void f(struct ops *o) { o->run(); run_a(); }\n",
        }
    )
    assert s.reached("f") == ["kernel/a.c:run_a", "kernel/a.c:run_a"]


SBUS_NEVER = 'config SBUS\n\tbool\n\tdepends on NOWHERE\nconfig A\n\tbool "a"\n'


def test_what_no_configuration_compiles_calls_what_stands_there(small: Make) -> None:
    # happy_meal_sbus_probe_one of drivers/net/ethernet/sun/sunhme.c, under CONFIG_SBUS, which x86 has not
    one = "static int one(int x)\n{\n\treturn x;\n}\n"
    s = small(
        {
            "Kconfig": SBUS_NEVER,
            "drivers/sun.c": f"#ifdef CONFIG_SBUS\n{one}" + body("probe", "one", "only_here", "both") + "#endif\n",
            "drivers/other.c": one + body("only_here") + body("both"),
            "drivers/sbus.c": "#ifdef CONFIG_SBUS\n" + body("both") + "#endif\n",
        }
    )
    # what every configuration has is meant before what none has
    assert s.reached("probe") == ["drivers/sun.c:one", "drivers/other.c:only_here", "drivers/other.c:both"]
    assert s.callers("sun.c:one") == ["drivers/sun.c:probe"]


def test_a_macro_is_meant_before_what_no_configuration_compiles(small: Make) -> None:
    s = small(
        {
            "Kconfig": SBUS_NEVER,
            "drivers/sun.c": "#ifdef CONFIG_SBUS\n"
            + body("one", head="static int")
            + "#else\n#define one() 0\n#endif\n"
            + body("probe", "one"),
        }
    )
    assert [e.kind for e in s.calls("probe").edges] == [EdgeKind.MACRO]


def test_a_source_that_many_include_calls_what_each_of_them_defines(small: Make) -> None:
    # init_hw of the fourteen cards of sound/pci/echoaudio, called by echoaudio.c
    cards = [f"sound/card{n:02}" for n in range(14)]
    s = small(
        {
            "sound/echo.c": body("probe", "init_hw", head="static int"),
            **{f"{card}_dsp.c": body("init_hw", head="static int") for card in cards},
            **{f"{card}.c": f'#include "{card[6:]}_dsp.c"\n#include "echo.c"\n' for card in cards},
            "sound/other.c": body("init_hw", head="static int"),
        }
    )
    assert sorted(s.reached("probe")) == [f"{card}_dsp.c:init_hw" for card in cards]
    assert s.callers("card13_dsp.c:init_hw") == ["sound/echo.c:probe"]


def test_a_header_that_many_include_means_what_each_of_them_has(small: Make) -> None:
    # NCR5380_read of drivers/scsi/NCR5380.h is a macro of each of the seven drivers that include it
    drivers = [f"scsi/driver{n}.c" for n in range(7)]
    s = small(
        {
            "scsi/core.h": "static inline int poll(int reg)\n{\n\treturn read_it(reg);\n}\n",
            **{path: f'#define read_it(reg) inb{n}(reg)\n#include "core.h"\n' for n, path in enumerate(drivers)},
        }
    )
    assert sorted(s.reached("poll")) == [f"{path}:read_it" for path in drivers]


def test_what_is_null_in_every_configuration_that_is_left(small: Make) -> None:
    s = small(
        {
            "Kconfig": SBUS_NEVER,
            "drivers/sun.c": "struct ops { int (*go)(void); };\n"
            + "#ifdef CONFIG_SBUS\n"
            + body("go", head="static int")
            + "#else\n#define go NULL\n#endif\n"
            + "#ifdef CONFIG_A\n"
            + body("went", head="static int")
            + "#else\n#define went NULL\n#endif\n"
            + "struct ops one = { .go = go }, two = { .go = went };\n"
            + "int f(struct ops *o)\n{\n\treturn o->go();\n}\n",
        }
    )
    assert s.via("f", "ops.go") == ["went"]


def test_a_source_of_another_program_that_the_kernel_includes_is_the_kernels_too(small: Make) -> None:
    # lib/fdt_ro.c: #include "../scripts/dtc/libfdt/fdt_ro.c"
    s = small(
        {
            "scripts/dtc/libfdt/fdt_ro.c": body("fdt_next", "memcmp", "die"),
            "scripts/dtc/dtc.c": body("dtc", "fdt_next", "panic") + body("die"),
            "lib/fdt_ro.c": '#include "../scripts/dtc/libfdt/fdt_ro.c"\n',
            "lib/string.c": body("memcmp") + body("panic"),
            "drivers/of/fdt.c": body("unflatten", "fdt_next", "die"),
        }
    )
    assert s.reached("unflatten") == ["scripts/dtc/libfdt/fdt_ro.c:fdt_next"]
    assert s.reached("fdt_next") == ["lib/string.c:memcmp", "scripts/dtc/dtc.c:die"]
    assert s.reached("dtc") == ["scripts/dtc/libfdt/fdt_ro.c:fdt_next"]
