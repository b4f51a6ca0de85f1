# SPDX-License-Identifier: MIT
import os
import time
from pathlib import Path

import pytest

from xref.tree.options import Options, read_options
from xref.tree.root import open_tree


def read(root: Path, files: dict[str, str]) -> Options:
    for path, content in {"kernel/x.c": "", "Makefile": "VERSION = 6\nPATCHLEVEL = 1\n", **files}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    return read_options(open_tree(root), "x86")


def test_selected_by_what_is_always_there(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        {
            "Kconfig": 'mainmenu "Linux"\nsource "arch/$(SRCARCH)/Kconfig"\nsource "net/Kconfig"\n',
            # arch/x86/Kconfig of 6.12
            "arch/x86/Kconfig": 'config 64BIT\n\tbool "64-bit kernel" if "$(ARCH)" = "x86"\n'
            '\tdefault "$(ARCH)" != "i386"\n'
            "config X86_32\n\tdef_bool y\n\tdepends on !64BIT\n"
            "config X86_64\n\tdef_bool y\n\tdepends on 64BIT\n\tselect ONLY_64\n"
            "config X86\n\tdef_bool y\n\t#\n\t# Arch settings\n\t#\n\tselect ARCH_HAS_SYSCALL_WRAPPER\n"
            "\tselect ONLY_32\tif X86_32\n\tselect NO_SUCH_OPTION\n\timply WISHED\n"
            'source "arch/Kconfig"\n',
            "arch/Kconfig": "config ARCH_HAS_SYSCALL_WRAPPER\n\tdef_bool n\n\tselect CHAIN\nconfig CHAIN\n\tbool\n"
            "config ONLY_32\n\tbool\nconfig ONLY_64\n\tbool\nconfig WISHED\n\tbool\n"
            "config HAVE_SYSCALL_WRAPPERS\n\tbool\n",
            "arch/s390/Kconfig": "config S390\n\tdef_bool y\n\tselect HAVE_SYSCALL_WRAPPERS\nconfig X86\n\tbool\n",
            "net/Kconfig": 'menuconfig NET\n\tbool "Networking support"\n\thelp\n\t  Say Y.\n\n\t  config FAKE\n\n'
            "if NET\n"
            'config INET\n\tbool "TCP/IP networking"\nconfig AFIUCV\n\ttristate "AF_IUCV"\n\tdepends on S390\n'
            "config AFIUCV_CORE\n\tdef_tristate y if AFIUCV\nconfig NOT_S390\n\tbool\n\tdefault y if !S390\n"
            "endif\nconfig FALLBACK\n\tdef_bool !S390\n",
        },
    )
    assert found.constants == {
        "CONFIG_AFIUCV": False,
        "CONFIG_AFIUCV_CORE": False,
        "CONFIG_ARCH_HAS_SYSCALL_WRAPPER": True,
        "CONFIG_CHAIN": True,
        "CONFIG_FALLBACK": True,
        "CONFIG_HAVE_SYSCALL_WRAPPERS": False,
        "CONFIG_S390": False,
        "CONFIG_X86": True,
    }
    assert found.tristate == {"CONFIG_AFIUCV", "CONFIG_AFIUCV_CORE"}


def test_menus_choices_and_old_spellings(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        {
            # 2.6.23: every architecture's Kconfig is the top
            "arch/x86/Kconfig": 'mainmenu "Linux"\nconfig ARM_THING\n\tbool\nmenu "A"\n\tdepends on ARM_THING\n'
            'config IN_MENU\n\tboolean "in the menu"\n\t---help---\n\t  Text\n\t  default y\nendmenu\n'
            'choice\n\tprompt "Preemption"\n\tdefault PREEMPT\nconfig PREEMPT_NONE\n\tbool "none"\n'
            'config PREEMPT\n\tbool "full"\nendchoice\ncomment "if only"\n\tdepends on PREEMPT\n'
            'if ARM_THING || (!PREEMPT && "a" = "b")\nconfig MAYBE\n\tbool "maybe if possible"\nendif\n'
            "config HZ\n\tint\n\tdefault 100\nconfig OR\n\tbool\n\tdefault n\n\tdefault y if BROKEN(\n"
            "source unreadable/Kconfig\n",
        },
    )
    assert "CONFIG_IN_MENU" in found.constants
    assert found.constants == {"CONFIG_ARM_THING": False, "CONFIG_IN_MENU": False}


def test_a_file_that_is_missing_leaves_its_options_open(tmp_path: Path) -> None:
    text = 'config A\n\tbool "a"\n\tdepends on SOMEWHERE\nsource "gone/Kconfig"\n'
    assert read(tmp_path, {"Kconfig": text}).constants == {}
    assert read(tmp_path, {"Kconfig": text.replace("source", "osource")}).constants == {"CONFIG_A": False}


def test_no_kconfig_at_all(tmp_path: Path) -> None:
    assert read(tmp_path, {}) == Options({}, frozenset())


@pytest.mark.kernel
def test_a_whole_kernel() -> None:
    tree = open_tree(Path(os.environ["XREF_KERNEL_TREE"]))
    start = time.process_time()
    found = read_options(tree, "x86").constants
    assert time.process_time() - start < 6
    assert found["CONFIG_X86"] is True
    assert found["CONFIG_S390"] is False
    assert not {"CONFIG_64BIT", "CONFIG_X86_32", "CONFIG_X86_64", "CONFIG_NET", "CONFIG_SMP"} & found.keys()
    if tree.version.startswith("3.7"):
        assert found["CONFIG_HAVE_SYSCALL_WRAPPERS"] is False
    if tree.version.startswith("6."):
        assert found["CONFIG_ARCH_HAS_SYSCALL_WRAPPER"] is True
