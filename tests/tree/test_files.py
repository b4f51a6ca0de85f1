# SPDX-License-Identifier: MIT
import os
import time
from pathlib import Path

import pytest

from xref.tree.files import Skipped, hosted, list_files, program_of, same_program
from xref.tree.root import Tree, open_tree


def make(root: Path, *paths: str) -> Tree:
    for path in ("Makefile", *paths):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("VERSION = 3\nPATCHLEVEL = 7\n" if path == "Makefile" else "int x;\n")
    (root / "kernel").mkdir(exist_ok=True)
    return open_tree(root)


def paths(tree: Tree, arch: str = "x86") -> list[str]:
    return [f.path for f in list_files(tree, arch).files]


def test_only_sources_of_one_architecture(tmp_path: Path) -> None:
    tree = make(
        tmp_path,
        *("net/socket.c", "net/socket.mod.c", "net/socket.o", "net/Kconfig", "include/net/sock.h", "a.c.in"),
        *("arch/x86/entry/entry_64.S", "arch/x86/um/vdso/vma.c", "arch/um/kernel/irq.c", "arch/arm/mm/fault.c"),
        *("arch/arm/mm/mmu.c", ".git/x.c", ".xref/y.c", "tools/arch/arm/include/x.h"),
    )
    found = list_files(tree, "x86")
    assert [f.path for f in found.files] == [
        *("arch/x86/entry/entry_64.S", "include/net/sock.h", "net/socket.c", "tools/arch/arm/include/x.h"),
    ]
    assert found.files[2].size == len("int x;\n")
    assert abs(found.files[2].mtime_ns / 1e9 - time.time()) < 60
    assert found.skipped == (
        Skipped("arch/arm", "other architecture: arm", 2),
        Skipped("arch/um", "other architecture: um", 1),
        Skipped("arch/x86/um", "other architecture: um", 1),
    )
    assert "arch/x86/um/vdso/vma.c" in paths(tree, "um")
    assert "arch/x86/entry/entry_64.S" not in paths(tree, "um")


def test_links_are_counted_and_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.c").write_text("")
    tree = make(tmp_path / "linux", "net/socket.c")
    (tree.root / "net/loop").symlink_to("..")
    (tree.root / "net/self.c").symlink_to("self.c")
    (tree.root / "net/out").symlink_to(outside)
    (tree.root / "net/out.c").symlink_to(outside / "secret.c")
    (tree.root / "net/README").symlink_to("socket.c")
    found = list_files(tree, "x86")
    assert [f.path for f in found.files] == ["net/socket.c"]
    assert [s.path for s in found.skipped] == ["net/loop", "net/out", "net/out.c", "net/self.c"]
    assert {s.reason for s in found.skipped} == {"symbolic link"}


def test_names_that_are_no_text_and_files_that_are_no_files(tmp_path: Path) -> None:
    tree = make(tmp_path, "net/größe.c", "net/a b.c", "net/tab\there.c")
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/net/\xff.c"))).write_text("")
    os.mkfifo(tmp_path / "net/pipe.c")
    (tmp_path / "net/folder.c").mkdir()
    found = list_files(tree, "x86")
    assert [f.path for f in found.files] == ["net/a b.c", "net/größe.c"]
    assert [(s.path, s.reason) for s in found.skipped] == [
        ("net/\\xff.c", "name is not printable UTF-8"),
        ("net/pipe.c", "not a regular file"),
        ("net/tab\there.c", "name is not printable UTF-8"),
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_folder(tmp_path: Path) -> None:
    tree = make(tmp_path, "net/a.c", "net/closed/b.c")
    (tmp_path / "net/closed").chmod(0)
    try:
        found = list_files(tree, "x86")
    finally:
        (tmp_path / "net/closed").chmod(0o700)
    assert [f.path for f in found.files] == ["net/a.c"]
    assert found.skipped == (Skipped("net/closed", "Permission denied", 0),)


@pytest.mark.parametrize(
    ("path", "program"),
    [
        ("net/socket.c", "kernel"),
        ("include/linux/net.h", "kernel"),
        ("drivers/net/tun.c", "kernel"),
        ("drivers/usb/serial/tools/x.c", "kernel"),
        ("tools/perf/builtin-top.c", "tools/perf"),
        ("tools/lib/bpf/libbpf.c", "tools"),
        ("tools/include/linux/list.h", "tools"),
        ("tools/x.c", "tools"),
        ("scripts/mod/modpost.c", "scripts"),
        ("samples/kprobes/kprobe_example.c", "samples"),
        ("Documentation/spi/spidev_test.c", "Documentation"),
        ("usr/gen_init_cpio.c", "usr"),
        ("arch/x86/tools/relocs.c", "host"),
        ("arch/x86/boot/main.c", "boot"),
        ("arch/x86/boot/compressed/misc.c", "boot"),
        ("arch/x86/boot/compressed/mkpiggy.c", "host"),
        ("arch/x86/realmode/rm/wakemain.c", "realmode"),
        ("arch/x86/realmode/init.c", "kernel"),
        ("arch/x86/entry/vdso/vclock_gettime.c", "vdso"),
        ("arch/x86/entry/vdso/vdso32/vclock_gettime.c", "vdso"),
        ("arch/x86/entry/vdso/vma.c", "kernel"),
        ("arch/x86/entry/vdso/vdso2c.c", "host"),
        ("arch/x86/vdso/vma.c", "kernel"),
        ("arch/x86/vdso/vgetcpu.c", "vdso"),
        ("arch/arm64/kernel/vdso.c", "kernel"),
        ("arch/arm64/kernel/vdso32/vgettimeofday.c", "vdso"),
        ("arch/x86/purgatory/purgatory.c", "purgatory"),
        ("lib/raid6/test/test.c", "lib/raid6/test"),
        ("lib/raid6/mktables.c", "host"),
        ("lib/gen_crc32table.c", "host"),
        ("lib/genalloc.c", "kernel"),
    ],
)
def test_program(path: str, program: str) -> None:
    assert program_of(path) == program


def test_who_may_call_whom() -> None:
    assert same_program("kernel", "kernel")
    assert not same_program("kernel", "tools/perf")
    assert not same_program("kernel", "samples")
    assert same_program("samples", "kernel")
    application = hosted("samples", ["linux/bpf.h", "stdio.h"])
    assert hosted("samples", ["linux/module.h"]) == "samples"
    assert hosted("tools/perf", ["stdio.h"]) == "tools/perf"
    assert not same_program(application, "kernel")
    assert same_program(application, "samples")
    assert same_program(application, application)
    assert not same_program("samples", application)
    assert same_program("tools/perf", "tools")
    assert not same_program("tools/perf", "tools/objtool")
    assert not same_program("tools/perf", "kernel")
    assert not same_program("scripts", "kernel")


@pytest.mark.kernel
def test_a_whole_kernel() -> None:
    tree = open_tree(Path(os.environ["XREF_KERNEL_TREE"]))
    start = time.perf_counter()
    found = list_files(tree, "x86")
    assert time.perf_counter() - start < 5
    assert len(found.files) > 10_000
    assert {"net/socket.c", "include/net/sock.h"} <= {f.path for f in found.files}
    assert not any(f.path.startswith("arch/") and not f.path.startswith("arch/x86/") for f in found.files)
