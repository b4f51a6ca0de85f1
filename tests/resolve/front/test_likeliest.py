# SPDX-License-Identifier: MIT
"""Which of the things that share a name comes first."""

from collections.abc import Callable

import pytest

from tests.resolve.small import Small
from xref.graph.crossref import definitions

Make = Callable[..., Small]

INLINE = "static inline int f(int x)\n{\n\treturn x;\n}\n"
BUSY = "static inline int f(int x)\n{\n\treturn g(x);\n}\n"
STATIC = "static int f(int x)\n{\n\treturn x;\n}\n"
GLOBAL = "int f(int x)\n{\n\treturn g(x);\n}\n"
MACRO = "#define f(x) g(x)\n"
TOP = "VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 0\n"


def under(condition: str, text: str) -> str:
    return f"#if {condition}\n{text}#endif\n"


def order(small: Make, files: dict[str, str], name: str = "f") -> list[str]:
    return [sym.file for sym in small(files).resolver.lookup(name)]


def test_what_is_shared_then_one_files_own_then_other_programs(small: Make) -> None:
    files = {
        "tools/lib/slab.c": GLOBAL,
        "samples/bpf/a.c": GLOBAL,
        "arch/x86/boot/a.c": GLOBAL,
        "net/b.c": MACRO,
        "drivers/a.c": STATIC,
        "mm/z.c": GLOBAL,
    }
    assert order(small, files) == [
        "mm/z.c", "drivers/a.c", "net/b.c", "arch/x86/boot/a.c", "samples/bpf/a.c", "tools/lib/slab.c",
    ]  # fmt: skip


@pytest.mark.parametrize("shared", [MACRO, INLINE])
@pytest.mark.parametrize("header", ["include/linux/f.h", "arch/x86/include/asm/f.h"])
def test_a_shared_header_defines_for_all(small: Make, shared: str, header: str) -> None:
    """include/linux/slab.h: kmalloc, include/linux/minmax.h: max, both macros; tools have functions of these names."""
    files = {"tools/lib/slab.c": GLOBAL, "crypto/a.c": STATIC, "crypto/a.h": MACRO, header: shared}
    assert order(small, files)[0] == header


def test_an_architecture_goes_before_the_generic_header_and_that_before_a_subsystems(small: Make) -> None:
    files = {"include/linux/raid/f.h": INLINE, "include/linux/f.h": INLINE, "arch/x86/include/asm/f.h": INLINE}
    assert order(small, files) == ["arch/x86/include/asm/f.h", "include/linux/f.h", "include/linux/raid/f.h"]


def test_fewer_options_go_first(small: Make) -> None:
    """include/linux/spinlock_rt.h and spinlock.h: spin_lock."""
    files = {
        "include/linux/a_rt.h": under("defined(CONFIG_RT)", BUSY),
        "include/linux/b.h": under("!defined(CONFIG_RT)", BUSY),
    }
    assert order(small, files)[0] == "include/linux/b.h"
    files = {
        "Makefile": f"{TOP}core-y += drivers/ lib/\n",
        "drivers/Makefile": "obj-$(CONFIG_A) += a.o\n",
        "lib/Makefile": "obj-y += vsprintf.o\n",
        "drivers/a.c": GLOBAL,
        "lib/vsprintf.c": GLOBAL,
    }
    assert order(small, files)[0] == "lib/vsprintf.c"


def test_a_stub_goes_behind_what_does_the_work(small: Make) -> None:
    """include/linux/memcontrol.h: mem_cgroup_charge without CONFIG_MEMCG."""
    header = under("!defined(CONFIG_MEMCG)", INLINE) + under("defined(CONFIG_MEMCG)", BUSY)
    assert [sym.line for sym in small({"include/linux/m.h": header}).resolver.lookup("f")] == [8, 2]
    files = {
        "include/linux/m.h": under("!defined(CONFIG_MEMCG)", INLINE),
        "mm/m.c": under("defined(CONFIG_MEMCG)", GLOBAL),
    }
    assert order(small, files)[0] == "mm/m.c"


def test_a_file_that_stands_in_for_another_goes_behind_it(small: Make) -> None:
    """kernel/smp.c and kernel/up.c."""
    files = {
        "Makefile": f"{TOP}core-y += kernel/\n",
        "kernel/Makefile": "obj-$(CONFIG_SMP) += smp.o\nifneq ($(CONFIG_SMP),y)\nobj-y += one.o\nendif\n",
        "kernel/smp.c": GLOBAL,
        "kernel/one.c": GLOBAL,
    }
    assert order(small, files) == ["kernel/smp.c", "kernel/one.c"]


KCONFIG = """
config 64BIT
	bool "64-bit kernel"
config X86_32
	def_bool y
	depends on !64BIT
config X86_64
	def_bool y
	depends on 64BIT
"""


def test_what_only_32_bits_have_goes_behind(small: Make) -> None:
    """arch/x86/lib/memcpy_32.c before memcpy_64.S; CLONE_BACKWARDS, which arch/x86/Kconfig selects if X86_32."""
    files = {
        "arch/x86/Kconfig": KCONFIG,
        "include/linux/a.h": under("defined(CONFIG_X86_32)", BUSY),
        "include/linux/b.h": under("defined(CONFIG_X86_64) && defined(CONFIG_FEATURE)", BUSY),
    }
    assert order(small, files)[0] == "include/linux/b.h"
    files |= {
        "include/linux/b.h": under("!defined(CONFIG_X86_64)", BUSY),
        "include/linux/c.h": under("defined(CONFIG_X86_64)", BUSY),
    }
    assert order(small, files)[0] == "include/linux/c.h"


def test_an_option_that_many_need_is_usually_set(small: Make) -> None:
    """include/asm-generic/barrier.h: smp_mb with CONFIG_SMP and without; spin_lock with CONFIG_PREEMPT_RT."""
    needing = "".join(f'config N{i}\n\tbool "n"\n\tdepends on SMP && !RT\n' for i in range(4))
    files = {
        "Kconfig": f'config SMP\n\tbool "smp"\nconfig RT\n\tbool "rt"\n{needing}',
        "include/linux/a.h": under("!defined(CONFIG_SMP)", BUSY) + under("defined(CONFIG_SMP)", BUSY),
    }
    assert [sym.guard for sym in small(files).resolver.lookup("f")] == ["CONFIG_SMP", "!CONFIG_SMP"]
    files["include/linux/a.h"] = under("defined(CONFIG_RT)", BUSY) + under("!defined(CONFIG_RT)", BUSY)
    assert [sym.guard for sym in small(files).resolver.lookup("f")] == ["!CONFIG_RT", "CONFIG_RT"]


def test_what_the_tree_never_compiles_goes_behind(small: Make) -> None:
    """include/linux/raid/pq.h has a printk for programs."""
    files = {"drivers/a.c": STATIC, "include/linux/a.h": under("0", MACRO), "include/linux/pq/b.h": MACRO}
    assert order(small, files)[0] == "include/linux/pq/b.h"


def kinds(small: Make, files: dict[str, str], name: str) -> list[tuple[str, str]]:
    return [(each.kind, each.file) for each in definitions(small(files).resolver, name)]


def test_definitions_are_in_the_same_order(small: Make) -> None:
    """arch/x86/include/asm/page_types.h: PAGE_SIZE, which is a variable of a selftest and a member elsewhere."""
    files = {
        "tools/testing/a.h": "unsigned long SIZE;\n",
        "arch/x86/include/asm/page.h": "#define SIZE (1UL << SHIFT)\n",
        "include/linux/a.h": "struct a {\n\tint SIZE;\n};\n",
    }
    assert kinds(small, files, "SIZE") == [
        ("macro", "arch/x86/include/asm/page.h"), ("global", "tools/testing/a.h"), ("field", "include/linux/a.h"),
    ]  # fmt: skip


def test_a_macro_for_programs_does_not_hide_a_declaration(small: Make) -> None:
    """include/linux/jiffies.h declares what arch/x86/kernel/vmlinux.lds.S defines; raid/pq.h has a macro."""
    files = {
        "include/linux/j.h": "extern unsigned long ticks;\n",
        "include/linux/raid/pq.h": under("0", "#define ticks other\n"),
    }
    assert kinds(small, files, "ticks") == [("declaration", "include/linux/j.h"), ("macro", "include/linux/raid/pq.h")]
