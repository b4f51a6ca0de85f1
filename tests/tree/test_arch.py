# SPDX-License-Identifier: MIT
"""What an architecture looks at besides its own folder, in trees of any age."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xref.tree.arch import borrowed, other_arch
from xref.tree.files import Skipped, list_files
from xref.tree.root import Tree, open_tree

# 2.6.20: arch/x86_64 compiles and includes a part of arch/i386
OLD = {
    "arch/x86_64/kernel/Makefile": (
        "obj-$(CONFIG_MTRR) += ../../i386/kernel/cpu/mtrr/\n"
        "bootflag-y += ../../i386/kernel/bootflag.o\n"
        "EXTRA_CFLAGS += -Iarch/i386/pci\n"
    ),
    "arch/x86_64/kernel/setup.c": "#include <asm/io.h>\n",
    "arch/x86_64/ia32/audit.c": "#include <asm-i386/unistd.h>\n",
    "arch/x86_64/boot/setup.S": '#include "../../i386/boot/edd.S"\n',
    "arch/i386/kernel/bootflag.c": '#include "own.h"\n',
    "arch/i386/kernel/own.h": "",
    "arch/i386/kernel/traps.c": "",
    "arch/i386/kernel/cpu/mtrr/Makefile": "obj-y := main.o\n",
    "arch/i386/kernel/cpu/mtrr/main.c": "",
    "arch/i386/pci/pci.h": "",
    "arch/i386/pci/visws.c": "",
    "arch/i386/boot/edd.S": "",
    "arch/arm/kernel/irq.c": "",
    "include/asm-x86_64/io.h": "",
    "include/asm-i386/unistd.h": "#include <asm-i386/more.h>\n",
    "include/asm-i386/more.h": "",
    "include/asm-i386/io.h": "",
    "include/asm-arm/io.h": "",
    "include/asm-generic/io.h": "",
}
BORROWED = [
    "arch/i386/boot/edd.S", "arch/i386/kernel/bootflag.c", "arch/i386/kernel/cpu/mtrr/main.c",
    "arch/i386/kernel/own.h", "arch/i386/pci/pci.h", "include/asm-i386/more.h", "include/asm-i386/unistd.h",
]  # fmt: skip


def write(root: Path, files: Mapping[str, str]) -> Tree:
    for path, text in {"Makefile": "VERSION = 2\nPATCHLEVEL = 6\nSUBLEVEL = 20\n", **files}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    (root / "kernel").mkdir(exist_ok=True)
    return open_tree(root)


def test_headers_in_include_belong_to_their_architecture(tmp_path: Path) -> None:
    found = list_files(write(tmp_path, OLD), "x86_64")
    own = [
        "arch/x86_64/boot/setup.S", "arch/x86_64/ia32/audit.c", "arch/x86_64/kernel/setup.c",
        "include/asm-generic/io.h", "include/asm-x86_64/io.h",
    ]  # fmt: skip
    assert [f.path for f in found.files] == sorted([*own, *BORROWED])
    assert found.skipped == (
        Skipped("arch/arm", "other architecture: arm", 1),
        Skipped("arch/i386", "other architecture: i386", 2),
        Skipped("include/asm-arm", "other architecture: arm", 1),
        Skipped("include/asm-i386", "other architecture: i386", 1),
    )


def test_a_build_file_that_is_borrowed_counts(tmp_path: Path) -> None:
    tree = write(tmp_path, OLD)
    before = list_files(tree, "x86_64").recipes
    (tmp_path / "arch/i386/kernel/cpu/mtrr/Makefile").write_text("obj-y := main.o if.o\n")
    assert list_files(tree, "x86_64").recipes != before


@pytest.mark.parametrize(
    ("recipe", "found"),
    [
        ("xen-arm-y += $(addprefix ../../arm/xen/, enlighten.o p2m.o)\n", ["enlighten.c", "p2m.c"]),  # arm64 of 6.x
        ("obj-y += ../../arm/xen/p2m.o\n", ["p2m.c"]),
        ("SRC := $(srctree)/arch/arm/xen\n", ["enlighten.c", "p2m.c"]),
        ("obj-y += ../xen/p2m.o\n", []),
        ("obj-y += ../../../drivers/xen/p2m.o\n", []),
        ("obj-y += ../../arm/xen/gone.o\n", []),
        ("obj-y += ../../../../../../etc/\n", []),
    ],
)
def test_what_a_build_file_names_is_borrowed(tmp_path: Path, recipe: str, found: list[str]) -> None:
    files = {"arch/arm64/xen/Makefile": recipe, "arch/arm/xen/enlighten.c": "", "arch/arm/xen/p2m.c": ""}
    tree = write(tmp_path, files | {"drivers/xen/p2m.c": "", "arch/arm64/xen/p2m.c": ""})
    assert sorted(borrowed(tree.root, "arm64")) == [f"arch/arm/xen/{name}" for name in found]


@pytest.mark.parametrize(
    ("path", "arch", "other"),
    [
        ("arch/arm", "x86", "arm"),
        ("arch/x86", "x86", ""),
        ("arch/x86/um", "x86", "um"),
        ("arch/x86/um", "um", ""),
        ("arch/x86/include", "um", ""),
        ("arch/x86/kernel", "um", "x86"),
        ("include/asm-arm", "x86", "arm"),
        ("include/asm-generic", "x86", ""),
        ("include/asm-x86", "x86", ""),
        ("include/asm-ppc", "powerpc", ""),  # what powerpc has no header for
        ("include/asm-x86_64", "um", ""),
        ("include/net", "x86", ""),
        ("include/asm-arm", "", ""),
    ],
)
def test_whose_a_folder_is(path: str, arch: str, other: str) -> None:
    assert other_arch(path, arch) == other


@pytest.mark.parametrize("name", ["a" * 5000, "\0", "a/" * 3000])
def test_names_that_no_file_can_have_borrow_nothing(tmp_path: Path, name: str) -> None:
    tree = write(tmp_path, {"arch/x86/Makefile": f"obj-y := ../arm/{name}.o ../arm/{name}/\n", "arch/arm/a.c": ""})
    (tmp_path / "include/asm-x86").mkdir(parents=True)
    (tmp_path / "include/asm-x86/io.h").write_text(f'#include <asm-arm/{name}.h>\n#include "../../arch/arm/{name}"\n')
    assert borrowed(tree.root, "x86") <= {"arch/arm/a.c"}


@given(st.binary(max_size=200))
def test_no_build_file_is_too_strange(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    root = tmp_path_factory.mktemp("linux")
    (root / "arch/x86").mkdir(parents=True)
    (root / "arch/x86/Makefile").write_bytes(data + b"\nobj-y += ../arm/a.o\n")
    (root / "arch/arm").mkdir()
    (root / "arch/arm/a.c").write_text("")
    assert borrowed(root, "x86") <= {"arch/arm/a.c"}
