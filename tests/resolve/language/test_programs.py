# SPDX-License-Identifier: MIT
"""What a name means in programs of tools, and beside what is never built."""

from collections.abc import Callable

from tests.resolve.small import Small

from .test_names import body

Make = Callable[..., Small]


def test_what_is_never_built_is_no_rival_of_what_is(small: Make) -> None:
    # drivers/acpi/acpica/utprint.c, which is there for ACPICA's own programs, has a snprintf()
    s = small(
        {
            "Makefile": "VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 0\ncore-y := lib/ drivers/\n",
            "lib/Makefile": "obj-y := vsprintf.o whole.o\n",
            "lib/vsprintf.c": body("snprintf"),
            "lib/whole.c": '#include "part.c"\n' + body("whole", "part"),
            "lib/part.c": body("part"),
            "drivers/Makefile": "obj-y := a.o\nobj-$(FUTURE) += utprint.o part.o\nobj-$(CONFIG_S390) += ibm.o\n",
            "drivers/ibm.c": body("ibm", "snprintf"),  # which no x86 compiles
            "arch/x86/Kconfig": "config X86\n\tdef_bool y\n",
            "arch/s390/Kconfig": "config S390\n\tdef_bool y\n",
            "drivers/a.c": body("a", "snprintf") + body("b", "part") + body("c", "acpi_only"),
            "drivers/utprint.c": body("snprintf")
            + body("acpi_only", "snprintf")
            + "#ifdef CONFIG_A\n"
            + body("acpi_a", "acpi_only")
            + "#endif\n",
            "drivers/part.c": body("part"),
        }
    )
    assert s.reached("a") == ["lib/vsprintf.c:snprintf"]
    assert s.reached("b") == ["lib/part.c:part"]
    assert s.reached("c") == ["drivers/utprint.c:acpi_only"]
    assert s.reached("acpi_only") == ["drivers/utprint.c:snprintf"]
    assert s.reached("acpi_a") == ["drivers/utprint.c:acpi_only"]
    assert s.callers("drivers/utprint.c:snprintf") == ["drivers/utprint.c:acpi_only"]
    assert s.reached("ibm") == ["lib/vsprintf.c:snprintf"]
    assert s.callers("lib/vsprintf.c:snprintf") == ["drivers/a.c:a", "drivers/ibm.c:ibm"]


TESTS = "tools/testing/selftests"


def test_programs_of_two_folders_of_tests_never_meet(small: Make) -> None:
    s = small(
        {
            f"{TESTS}/bti/Makefile": "include ../lib.mk\n",
            f"{TESTS}/bti/system.c": body("write"),
            f"{TESTS}/bti/main.c": body("bti", "write"),
            f"{TESTS}/power/Makefile": "SUB_DIRS = mm\n",
            f"{TESTS}/power/utils.c": body("helper", "write"),
            f"{TESTS}/power/include/keys.h": body("alloc_key"),
            f"{TESTS}/power/mm/Makefile": "$(TEST_GEN_PROGS): ../utils.c\n",
            f"{TESTS}/power/mm/keys.c": body("mm", "helper", "write", "alloc_key", "shared"),
            f"{TESTS}/other/Makefile": "",
            f"{TESTS}/other/main.c": body("other", "helper", "alloc_key", "shared"),
            "tools/lib/shared.c": body("shared"),
        }
    )
    assert s.reached("bti") == [f"{TESTS}/bti/system.c:write"]
    assert s.reached("mm") == [
        f"{TESTS}/power/utils.c:helper", f"{TESTS}/power/include/keys.h:alloc_key", "tools/lib/shared.c:shared",
    ]  # fmt: skip
    assert s.reached("other") == ["tools/lib/shared.c:shared"]
    assert s.reached("helper") == []
    assert s.callers("write") == [f"{TESTS}/bti/main.c:bti"]
    assert s.callers("helper") == [f"{TESTS}/power/mm/keys.c:mm"]


def test_tools_have_headers_of_their_own(small: Make) -> None:
    inline = "static inline"
    s = small(
        {
            "include/linux/list.h": body("list_add", head=f"{inline} int"),
            "include/linux/string.h": body("strim", head=f"{inline} int"),
            "include/uapi/linux/types.h": "typedef int __s32;\n",
            "include/uapi/linux/rtnl.h": "#include <linux/list.h>\n#include <linux/string.h>\n"
            + body("rta_ok", head=f"{inline} int"),
            "include/uapi/asm-generic/swab.h": body("swab", head=f"{inline} int"),
            "tools/include/linux/list.h": body("list_add", head=f"{inline} int"),
            "tools/include/nolibc/string.h": body("memset"),
            "tools/perf/Makefile": "CFLAGS += -Iutil\n",
            "tools/perf/util/debug.h": body("pr_debug", head=f"{inline} int"),
            "tools/perf/tests/a.c": "#include <linux/list.h>\n#include <linux/string.h>\n#include <linux/rtnl.h>\n"
            '#include <asm/swab.h>\n#include "debug.h"\n'
            + body("a", "list_add", "strim", "rta_ok", "swab", "pr_debug", "memset"),
            "tools/testing/nvdimm/Kbuild": "obj-m += iomap.o\n",
            "tools/testing/nvdimm/iomap.c": "#include <linux/string.h>\n" + body("module", "strim"),
            "tools/shared/xarray.c": '#include <linux/rtnl.h>\n#include "../../include/linux/string.h"\n'
            + body("x", "strim"),
            "tools/nolib/n.c": '#include "../include/nolibc/string.h"\n' + body("n", "memset"),
            "drivers/a.c": "#include <linux/list.h>\n" + body("k", "list_add"),
        }
    )
    assert s.reached("a") == [
        "tools/include/linux/list.h:list_add", "include/uapi/linux/rtnl.h:rta_ok",
        "include/uapi/asm-generic/swab.h:swab", "tools/perf/util/debug.h:pr_debug",
    ]  # fmt: skip
    assert s.reached("module") == ["include/linux/string.h:strim"]
    assert s.reached("x") == ["include/linux/string.h:strim"]
    assert s.reached("n") == ["tools/include/nolibc/string.h:memset"]
    assert s.reached("k") == ["include/linux/list.h:list_add"]
    assert s.callers("include/linux/list.h:list_add") == ["drivers/a.c:k"]


def test_a_test_that_includes_a_source_of_the_kernel_does_not_say_what_it_means(small: Make) -> None:
    s = small(
        {
            "include/uapi/linux/types.h": "",
            "include/linux/rcu.h": "void call_rcu(void);\n",
            "kernel/tree.c": body("call_rcu"),
            "lib/maple.c": "#include <linux/rcu.h>\n" + body("destroy", "call_rcu", head="static int"),
            "tools/testing/radix/Makefile": "CFLAGS += -I.\n",
            "tools/testing/radix/linux/rcu.h": body("call_rcu", head="static inline int"),
            "tools/testing/radix/main.c": '#include <linux/rcu.h>\n#include "../../../lib/maple.c"\n'
            + body("test", "call_rcu", "destroy"),
        }
    )
    assert s.reached("destroy") == ["kernel/tree.c:call_rcu"]
    assert s.reached("test") == ["tools/testing/radix/linux/rcu.h:call_rcu", "lib/maple.c:destroy"]


def test_code_of_tools_that_is_included_is_part_of_who_includes_it(small: Make) -> None:
    # perf measures memset() of tools/arch/x86/lib/memset_64.S; all others have that of their C library
    s = small(
        {
            "tools/arch/x86/lib/insn.c": body("insn_decode"),
            "tools/objtool/decode.c": '#include "../arch/x86/lib/insn.c"\n' + body("decode", "insn_decode"),
            "tools/objtool/check.c": body("check", "insn_decode"),
            "tools/gpio/main.c": body("gpio", "insn_decode"),
        }
    )
    assert s.reached("decode") == s.reached("check") == ["tools/arch/x86/lib/insn.c:insn_decode"]
    assert s.reached("gpio") == []
