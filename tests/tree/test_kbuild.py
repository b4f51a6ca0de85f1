# SPDX-License-Identifier: MIT
import os
import time
from pathlib import Path

import pytest

from xref.tree.kbuild import Kbuild, file_guards, include_dirs, read_kbuild
from xref.tree.root import open_tree

TOP = "VERSION = 3\nPATCHLEVEL = 7\n"


def build(root: Path, files: dict[str, str]) -> Kbuild:
    """A tree with these files; for each other source that the guards are to find, an empty text will do."""
    for path, content in {"kernel/Kconfig": "", "Makefile": TOP, **files}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    return read_kbuild(open_tree(root), "x86")


def sources(*paths: str) -> dict[str, str]:
    return dict.fromkeys(paths, "")


def test_net_as_in_3_7(tmp_path: Path) -> None:
    found = build(
        tmp_path,
        {
            "Makefile": TOP + "net-y\t\t:= net/\ncore-y := usr/\n"
            "vmlinux-dirs := $(patsubst %/,%,$(filter %/, $(net-y)))\n"
            "net-y := $(patsubst %/, %/built-in.o, $(net-y))\n",
            "net/Makefile": "obj-y\t:= nonet.o\n\nobj-$(CONFIG_NET)\t\t:= socket.o core/\n"
            "tmp-$(CONFIG_COMPAT) \t\t:= compat.o\nobj-$(CONFIG_NET)\t\t+= $(tmp-y)\n"
            "obj-$(CONFIG_INET)\t+= ipv4/\nobj-$(CONFIG_NET)\t+= ipv6/\n"
            "ifneq ($(CONFIG_VLAN_8021Q),)\nobj-y += 8021q/\nendif\n",
            "net/core/Makefile": "obj-y := sock.o \\\n\t dev.o # the rest\n",
            "net/ipv4/Makefile": "obj-y     := route.o \\\n     raw.o\n"
            "obj-$(CONFIG_NETFILTER)\t+= netfilter.o netfilter/\n",
            "net/ipv4/netfilter/Makefile": "nf_nat-objs := core.o helper.o\nobj-$(CONFIG_NF_NAT) += nf_nat.o\n",
            "net/ipv6/Makefile": "obj-$(CONFIG_IPV6) += ipv6.o\nipv6-objs := af_inet6.o\n"
            "ipv6-$(CONFIG_SYSCTL) = sysctl.o\nipv6-objs += $(ipv6-y)\nobj-y += addrconf_core.o\n"
            "obj-$(subst m,y,$(CONFIG_IPV6)) += inet6_hash.o\n",
            "net/8021q/Makefile": "obj-$(CONFIG_VLAN_8021Q)\t+= 8021q.o\n8021q-y := vlan.o\n",
            **sources("net/nonet.c", "net/socket.c", "net/compat.c", "net/core/sock.c", "net/core/dev.c"),
            **sources("net/ipv4/raw.c", "net/ipv4/route.c", "net/ipv4/netfilter.c", "net/8021q/vlan.c"),
            **sources("net/ipv4/netfilter/core.c", "net/ipv4/netfilter/helper.S", "net/ipv6/af_inet6.c"),
            **sources("net/ipv6/sysctl.c", "net/ipv6/addrconf_core.c", "net/ipv6/inet6_hash.c", "net/ipv6/unused.c"),
        },
    )
    assert found.guards == {
        "net/8021q/vlan.c": "CONFIG_VLAN_8021Q",
        "net/compat.c": "CONFIG_COMPAT && CONFIG_NET",
        "net/core/dev.c": "CONFIG_NET",
        "net/core/sock.c": "CONFIG_NET",
        "net/ipv4/netfilter.c": "CONFIG_INET && CONFIG_NETFILTER",
        "net/ipv4/netfilter/core.c": "CONFIG_INET && CONFIG_NETFILTER && CONFIG_NF_NAT",
        "net/ipv4/netfilter/helper.S": "CONFIG_INET && CONFIG_NETFILTER && CONFIG_NF_NAT",
        "net/ipv4/raw.c": "CONFIG_INET",
        "net/ipv4/route.c": "CONFIG_INET",
        "net/ipv6/addrconf_core.c": "CONFIG_NET",
        "net/ipv6/af_inet6.c": "CONFIG_IPV6 && CONFIG_NET",
        "net/ipv6/inet6_hash.c": "CONFIG_IPV6 && CONFIG_NET",
        "net/ipv6/sysctl.c": "CONFIG_IPV6 && CONFIG_NET && CONFIG_SYSCTL",
        "net/nonet.c": "!CONFIG_NET",
        "net/socket.c": "CONFIG_NET",
    }


def test_top_kbuild_and_architecture_as_in_6(tmp_path: Path) -> None:
    found = build(
        tmp_path,
        {
            "Makefile": TOP + "ifeq ($(KBUILD_EXTMOD),)\ncore-y :=\nlibs-y := lib/\nendif\n"
            "include $(srctree)/arch/$(SRCARCH)/Makefile\n",
            "Kbuild": "obj-y += kernel/\nobj-y += arch/$(SRCARCH)/\nobj-$(CONFIG_NET) += net/\n",
            "arch/x86/Makefile": "ifeq ($(CONFIG_X86_32),y)\n        BITS := 32\nelse\n        BITS := 64\nendif\n"
            "libs-y += arch/x86/lib/\ndrivers-$(CONFIG_PCI) += arch/x86/pci/\n",
            "arch/x86/Kbuild": "obj-y += kernel/\nobj-$(CONFIG_XEN) += xen/\n",
            "arch/x86/kernel/Makefile": "obj-y += process_$(BITS).o head.o\nextra-y := vmlinux.lds\n",
            "arch/x86/lib/Makefile": "lib-y := memcpy.o\nlib-y += ../kernel/shared.o\n",
            "arch/x86/pci/Makefile": "obj-y := i386.o",
            "kernel/Makefile": "obj-y = fork.o\nobj-$(CONFIG_A)$(CONFIG_B) += ab.o\nobj-m := only.o\n",
            "lib/Makefile": "lib-y := string.o\n",
            **sources("kernel/fork.c", "kernel/ab.c", "kernel/only.c", "lib/string.c", "arch/x86/pci/i386.c"),
            **sources("arch/x86/kernel/process_32.c", "arch/x86/kernel/process_64.c", "arch/x86/kernel/head.S"),
            **sources("arch/x86/kernel/shared.c", "arch/x86/lib/memcpy.S"),
        },
    )
    assert found.guards == {
        "arch/x86/kernel/head.S": "",
        "arch/x86/kernel/process_32.c": "CONFIG_X86_32",
        "arch/x86/kernel/process_64.c": "!CONFIG_X86_32",
        "arch/x86/kernel/shared.c": "",
        "arch/x86/lib/memcpy.S": "",
        "arch/x86/pci/i386.c": "CONFIG_PCI",
        "kernel/ab.c": "CONFIG_A && CONFIG_B",
        "kernel/fork.c": "",
        "kernel/only.c": "",
        "lib/string.c": "",
    }
    assert found.module_files == {"kernel/only.c"}


def test_ways_down_are_alternatives(tmp_path: Path) -> None:
    found = build(
        tmp_path,
        {
            "Kbuild": "obj-y += drivers/\n",
            "drivers/Makefile": "obj-$(CONFIG_USB) += usb/\nobj-$(CONFIG_PHY) += usb/\n"
            "obj-$(CONFIG_SEC) += sec/built-in.o\n",
            "drivers/usb/Makefile": "obj-$(CONFIG_USB) += core/\n"
            "obj-$(CONFIG_X) += common.o\nobj-$(CONFIG_Y) += common.o\n",
            "drivers/usb/core/Makefile": "obj-y += ../ ../core/ hub.o\n",
            "drivers/sec/Makefile": "obj-y := hooks.o\n",
            **sources("drivers/usb/common.c", "drivers/usb/core/hub.c", "drivers/sec/hooks.c"),
        },
    )
    assert found.guards == {
        "drivers/sec/hooks.c": "CONFIG_SEC",
        "drivers/usb/common.c": "(CONFIG_PHY && CONFIG_X) || (CONFIG_PHY && CONFIG_Y)"
        " || (CONFIG_USB && CONFIG_X) || (CONFIG_USB && CONFIG_Y)",
        "drivers/usb/core/hub.c": "CONFIG_USB",
    }


@pytest.mark.parametrize(
    ("test", "guard"),
    [
        ("ifdef CONFIG_X", "CONFIG_X"),
        ("ifndef CONFIG_X", "!CONFIG_X"),
        ("ifeq ($(CONFIG_X),y)", "CONFIG_X"),
        ("ifeq ($(CONFIG_X), y)", "CONFIG_X"),
        ("ifneq ($(CONFIG_X),)", "CONFIG_X"),
        ('ifeq "$(CONFIG_X)" "y"', "CONFIG_X"),
        ("ifeq (y,$(CONFIG_X))", "CONFIG_X"),
        ("ifeq ($(CONFIG_X)$(CONFIG_Z),yy)", "CONFIG_X && CONFIG_Z"),
        ("ifneq ($(filter y,$(CONFIG_X) $(CONFIG_Z)),)", "CONFIG_X || CONFIG_Z"),
        ("ifeq ($(CONFIG_T),y)", "CONFIG_T=y"),
        ("ifeq ($(CONFIG_T),m)", "CONFIG_T=m"),
        ("ifneq ($(CONFIG_T),y)", "!CONFIG_T=y"),
        ("ifneq ($(CONFIG_T),)", "CONFIG_T"),
        ("ifdef CONFIG_X\nelse ifdef CONFIG_Z", "!CONFIG_X && CONFIG_Z"),
        ("ifdef CONFIG_X\nelse", "!CONFIG_X"),
        ("ifeq ($(call cc-option,-m64),)", ""),
        ("ifeq ($(shell uname),Linux)\nelse", ""),
        ("ifeq (", ""),
        ("ifeq ($(CONFIG_HZ),100)", ""),
    ],
)
def test_conditionals(tmp_path: Path, test: str, guard: str) -> None:
    found = build(
        tmp_path,
        {
            "Kconfig": "config T\n\ttristate\n",
            "Kbuild": f"obj-y += kernel/\n{test}\nobj-y += net/\nendif\n",
            "net/Makefile": "obj-y += a.o\n",
            "net/a.c": "",
        },
    )
    assert found.guards == {"net/a.c": guard}


def test_what_is_said_of_subfolders_holds_where_the_makefile_builds_their_files_itself(tmp_path: Path) -> None:
    # drivers/gpu/drm/i915/Makefile: i915-y += gt/intel_gt.o, and gt has no Makefile
    files = {
        "Makefile": TOP,
        "Kbuild": "obj-y += gpu/\n",
        "gpu/Makefile": "subdir-ccflags-y += -I$(src)\ni915-y += gt/uc/a.o b.o\nobj-y += i915.o\n",
        "gpu/b.c": "",
        "gpu/gt/uc/a.c": "",
        "gpu/other/c.c": "",
    }
    assert build(tmp_path, files).include_dirs == {"gpu": ("gpu",), "gpu/gt/uc": ("gpu",)}


def test_flags_for_subfolders_hold_in_siblings_that_the_makefile_builds(tmp_path: Path) -> None:
    # drivers/gpu/drm/amd/amdgpu/Makefile includes ../display/Makefile, which says subdir-ccflags-y for what it adds
    files = {
        "Makefile": TOP,
        "Kbuild": "obj-y += amdgpu/\n",
        "amdgpu/Makefile": "ccflags-y := -I$(src)/own\nDISPLAY = $(src)/../display\ninclude $(DISPLAY)/Makefile\n"
        "amdgpu-y := a.o $(DISPLAY_FILES)\nobj-y += amdgpu.o\n",
        "display/Makefile": "subdir-ccflags-y += -I$(DISPLAY)/dc/inc\nDISPLAY_FILES = ../display/dc/core.o\n",
        **sources("amdgpu/a.c", "display/dc/core.c", "display/dc/inc/core.h", "amdgpu/own/x.h"),
    }
    assert build(tmp_path, files).include_dirs == {
        "amdgpu": ("amdgpu/own", "display/dc/inc"),
        "display/dc": ("amdgpu/own", "display/dc/inc"),
    }


def test_include_dirs(tmp_path: Path) -> None:
    files = {
        "Makefile": TOP
        + "LINUXINCLUDE := -I$(srctree)/arch/$(SRCARCH)/include \\\n\t-Iarch/nowhere -I$(srctree)/include\n",
        "arch/x86/include/a.h": "",
        "include/b.h": "",
        "Kbuild": "obj-y += fs/\n",
        "fs/Makefile": "subdir-ccflags-y += -I$(srctree)/$(src)/common\nobj-y += xfs/ btrfs/\n",
        "fs/common/c.h": "",
        "fs/xfs/Makefile": "ccflags-y += -I $(src)\t\t# needed for trace events\nccflags-y += -I$(src)/libxfs -Wall\n"
        "xfs-y += $(addprefix libxfs/, \\\n\t a.o b.o)\nobj-y += xfs.o\nCFLAGS_trace.o := -I$(src)/../btrfs\n",
        "fs/xfs/libxfs/a.c": "",
        "fs/btrfs/Makefile": "EXTRA_CFLAGS := -Ifs/xfs\n",
    }
    found = build(tmp_path, files)
    assert found.include_dirs == {
        "": ("arch/x86/include", "include"),
        "fs": ("fs/common",),
        "fs/btrfs": ("fs/xfs", "fs/common"),
        "fs/xfs": ("fs/xfs", "fs/xfs/libxfs", "fs/btrfs", "fs/common"),
        "fs/xfs/libxfs": ("fs/xfs", "fs/xfs/libxfs", "fs/btrfs", "fs/common"),
    }
    assert found.guards == {"fs/xfs/libxfs/a.c": ""}
    tree = open_tree(tmp_path)
    assert (file_guards(tree, "x86"), include_dirs(tree, "x86")) == (found.guards, found.include_dirs)


def test_nonsense_is_ignored(tmp_path: Path) -> None:
    found = build(
        tmp_path,
        {
            "Kbuild": "obj-y += net/ missing/ ../../etc/ /etc/\nendif\nelse\ninclude nowhere $(x)\ninclude Kbuild\n",
            "net/Makefile": "a = $(a)\nb := $(b) $(\nobj-y += a.o $(a) $(foreach x,1 2,$(x).o) $(addprefix) ${}\n"
            "loop-y := loop.o\nobj-y += loop.o\ndefine x\nobj-y += b.o\nendef\n"
            "a.o: b.c\n\tobj-y += b.o\n$(obj)/c.o: FLAGS := 1\nobj-$(CONFIG_OPEN += b.o\n\xff\x00 := \x01\n",
            "net/a.c": "",
            "net/b.c": "",
            "net/loop.c": "",
        },
    )
    assert found.guards == {"net/a.c": "", "net/loop.c": ""}


@pytest.mark.kernel
def test_a_whole_kernel() -> None:
    tree = open_tree(Path(os.environ["XREF_KERNEL_TREE"]))
    start = time.process_time()
    found = read_kbuild(tree, "x86")
    assert time.process_time() - start < 8
    assert len(found.guards) > 10_000
    assert "CONFIG_INET" in found.guards["net/ipv4/raw.c"]
    assert "CONFIG_NET" in found.guards["net/socket.c"]
    assert found.guards["kernel/fork.c"] == ""
    assert found.guards["security/selinux/hooks.c"] == "CONFIG_SECURITY_SELINUX"
    net = [p.relative_to(tree.root).as_posix() for p in tree.root.glob("net/**/*.c")]
    assert len([path for path in net if path not in found.guards]) < 5


def test_objects_of_grammars(tmp_path: Path) -> None:
    found = build(
        tmp_path,
        {
            "Makefile": TOP + "core-y := crypto/\n",
            "crypto/Makefile": "obj-$(CONFIG_KEY) += key_parser.o\nkey_parser-y := key.asn1.o key.o\n"
            "$(obj)/key.asn1.o: $(obj)/key.asn1.c $(obj)/key.asn1.h\n",
            **sources("crypto/key.asn1", "crypto/key.c"),
        },
    )
    assert found.guards == {"crypto/key.asn1": "CONFIG_KEY", "crypto/key.c": "CONFIG_KEY"}


def test_what_is_added_to_a_simple_variable_may_name_it(tmp_path: Path) -> None:
    # LINUXINCLUDE += $(filter-out $(LINUXINCLUDE),$(USERINCLUDE))   Makefile of 4.10: GNU make expands this at once
    found = build(
        tmp_path,
        {
            "Makefile": TOP + "USERINCLUDE := -Iinclude/uapi -Ia -Ib -Ic -Id\nLINUXINCLUDE := -Iinclude\n"
            "LINUXINCLUDE += $(filter-out $(LINUXINCLUDE),$(USERINCLUDE))\ncore-y := net/\n",
            "net/Makefile": "all := a.o\nobj-y := $(all)\nobj-y += $(late)\nlate := b.o\nall += c.o\n",
            **sources("net/a.c", "net/b.c", "net/c.c", "include/uapi/x.h"),
        },
    )
    assert found.include_dirs[""] == ("include", "include/uapi")
    assert found.guards == {"net/a.c": ""}


def test_a_variable_that_references_itself_is_empty_there(tmp_path: Path) -> None:
    again = "all = a.o $(addprefix x-,$(filter-out $(all),$(all) $(all))) $(all)\n"
    found = build(
        tmp_path,
        {
            "Makefile": TOP + "core-y := net/\n",
            "net/Makefile": again + "obj-y := $(all) b.o\n",
            **sources("net/a.c", "net/b.c"),
        },
    )
    assert found.guards == {"net/a.c": "", "net/b.c": ""}


def test_a_list_that_a_variable_chooses(tmp_path: Path) -> None:
    # acpi-$(ACPI_FUTURE_USAGE) of drivers/acpi/acpica, obj-$(VDSO32-y) of arch/x86/vdso in 3.7
    found = build(
        tmp_path,
        {
            "Makefile": TOP + "core-y := net/\n",
            "net/Makefile": "acpi-y := a.o\nacpi-$(FUTURE_USAGE) += later.o\nobj-$(CONFIG_ACPI) += acpi.o\n"
            "VDSO32-$(CONFIG_X86_32) := y\nVDSO32-$(CONFIG_COMPAT) := y\nobj-$(VDSO32-y) += vdso.o\n"
            "EVER := y\nobj-$(EVER) += ever.o\n",
            **sources("net/a.c", "net/later.c", "net/vdso.c", "net/ever.c"),
        },
    )
    assert found.guards == {
        "net/a.c": "CONFIG_ACPI",
        "net/ever.c": "",
        "net/vdso.c": "CONFIG_COMPAT || CONFIG_X86_32",
    }


def test_what_no_build_file_names(tmp_path: Path) -> None:
    # drivers/acpi/acpica/utprint.c under ACPI_FUTURE_USAGE, drivers/misc/lkdtm/rodata.c, drivers/usb/usb-skeleton.c
    found = build(
        tmp_path,
        {
            "Makefile": TOP + "drivers-y := drivers/\n",
            "drivers/Makefile": "obj-y += acpi/ misc/ guess/ far/ bare/\n",
            "drivers/acpi/Makefile": "obj-$(CONFIG_ACPI) += acpi.o\nacpi-y := utmath.o\nacpi-$(FUTURE) += utprint.o\n",
            "drivers/misc/Makefile": "obj-m += dkm.o\ndkm-y := core.o rodata_objcopy.o\n"
            "targets += rodata.o rodata_objcopy.o\nhostprogs := mkdkm\nmkdkm-objs := mkdkm.o table.o\n",
            "drivers/guess/Makefile": "obj-y := known.o $(notdir $(wildcard $(src)/un*.o))\n",
            "drivers/far/Makefile": "obj-y += below/near.o\n",
            **sources("drivers/acpi/utmath.c", "drivers/acpi/utprint.c", "drivers/acpi/utdebug.h"),
            **sources("drivers/misc/core.c", "drivers/misc/rodata.c", "drivers/misc/mkdkm.c", "drivers/misc/table.c"),
            **sources("drivers/misc/skeleton.c", "drivers/misc/skeleton.S"),
            **sources("drivers/guess/known.c", "drivers/guess/unknown.c"),
            **sources("drivers/far/below/near.c", "drivers/far/below/left.c", "drivers/bare/file.c"),
            **sources("drivers/never/visited.c"),
        },
    )
    assert found.unbuilt == {"drivers/acpi/utprint.c", "drivers/misc/skeleton.c", "drivers/misc/skeleton.S"}
