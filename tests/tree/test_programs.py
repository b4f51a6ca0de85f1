# SPDX-License-Identifier: MIT
"""What the Makefiles of tools say of their programs."""

from pathlib import Path

from xref.tree.programs import Programs, read_programs, unit_of
from xref.tree.root import open_tree


def read(root: Path, files: dict[str, str]) -> Programs:
    top = {"kernel/Kconfig": "", "Makefile": "VERSION = 6\nPATCHLEVEL = 12\n"}
    for path, content in (top | files).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    return read_programs(open_tree(root), "x86")


def test_what_programs_of_tests_are_linked_from(tmp_path: Path) -> None:
    tests = "tools/testing/selftests"
    found = read(
        tmp_path,
        {
            f"{tests}/lib.mk": "all: $(TEST_GEN_PROGS)\n\tgcc $(selfdir)/kselftest.h\n",
            f"{tests}/power/Makefile": "SUB_DIRS = mm\n",
            f"{tests}/power/utils.c": "",
            f"{tests}/power/pmu/lib.c": "",
            f"{tests}/power/mm/Makefile": "top_srcdir = ../../../../..\ninclude ../../lib.mk\nCFLAGS += -I../pmu\n"
            "PMU := ../pmu\n$(TEST_GEN_PROGS): ../utils.c \\\n\t$(PMU)/lib.c local.c ../missing.txt\n",
            f"{tests}/power/mm/local.c": "",
            "tools/testing/radix/Makefile": "include ../shared/shared.mk\n",
            "tools/testing/shared/shared.mk": "%.o: ../shared/%.c\n\tcc $<\nlinux.o: ../../../lib/xarray.c\n",
            "tools/testing/shared/linux.c": "",
            "lib/xarray.c": "",
            "tools/perf/Makefile": "perf: ../lib/bpf/libbpf.a\n",
        },
    )
    assert found.links == {
        "tools/testing/radix": ("tools/testing/shared",),
        f"{tests}/power": (),
        f"{tests}/power/mm": (f"{tests}/power/pmu/lib.c", f"{tests}/power/utils.c"),
    }
    assert unit_of(f"{tests}/power/pmu/lib.c", found.links) == f"{tests}/power"
    assert unit_of("tools/perf/perf.c", found.links) == ""


def test_where_tools_look_for_headers(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        {
            "tools/include/linux/list.h": "",
            "tools/arch/x86/include/asm/x.h": "",
            "tools/perf/Makefile": "all:\n\t$(MAKE) -f Makefile.perf\n",
            "tools/perf/Makefile.perf": "src-perf := $(srctree)/tools/perf\nINC = -I$(srctree)/tools/include/ \\\n"
            "\t-I$(src-perf)/util -I $(srctree)/tools/arch/$(SRCARCH)/include -I$(OUTPUT)/made -I.\n",
            "tools/perf/util/debug.h": "",
            "tools/testing/cxl/Kbuild": "obj-m += cxl_core.o\n",
            "tools/testing/cxl/config.c": "",
            "tools/testing/memblock/Makefile": "CFLAGS += -I.\nmain: ../../../include/linux/memblock.h\n",
            "tools/testing/other/Makefile": "CFLAGS += -I.\nmain: ../../../include/uapi/linux/types.h\n",
        },
    )
    perf = ("tools/include", "tools/perf/util", "tools/arch/x86/include", "tools/perf")
    assert found.include_dirs["tools/perf"] == found.include_dirs["tools/perf/util"] == perf
    assert "include" in found.include_dirs["tools/testing/cxl"]
    assert found.include_dirs["tools/testing/memblock"] == ("tools/testing/memblock", "include")
    assert found.include_dirs["tools/testing/other"] == ("tools/testing/other",)
    assert "tools/include/linux" not in found.include_dirs
