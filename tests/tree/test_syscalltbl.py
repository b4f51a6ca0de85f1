# SPDX-License-Identifier: MIT
import os
from pathlib import Path

import pytest

from xref.tree.root import Tree, open_tree
from xref.tree.syscalltbl import SyscallEntry, generated_headers, read_tables


def tables(root: Path, files: dict[str, str]) -> list[tuple[int | None, str, str, str]]:
    for path, content in {"kernel/x.c": "", "Makefile": "VERSION = 6\nPATCHLEVEL = 1\n", **files}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    return [(e.number, e.name, e.entry, e.compat_entry) for e in read_tables(open_tree(root))]


def test_tbl(tmp_path: Path) -> None:
    text = (
        "# number abi name entry\n44\tcommon\tsendto\t\t\tsys_sendto\n\n17\ti386\tbreak\n"
        "102\ti386\tsocketcall\tsys_socketcall\tcompat_sys_socketcall\n60\t64\texit\tsys_exit\t-\tnoreturn\n"
        "172\t64\tiopl\tsys_iopl/ptregs # old\nbroken line\n"
    )
    assert tables(tmp_path, {"arch/x86/entry/syscalls/syscall_64.tbl": text}) == [
        (44, "sendto", "sys_sendto", ""),
        (17, "break", "", ""),
        (102, "socketcall", "sys_socketcall", "compat_sys_socketcall"),
        (60, "exit", "sys_exit", ""),
        (172, "iopl", "sys_iopl", ""),
    ]
    entry = read_tables(open_tree(tmp_path))[0]
    assert entry == SyscallEntry(
        "x86", "common", 44, "sendto", "sys_sendto", "", "arch/x86/entry/syscalls/syscall_64.tbl", 2
    )


def test_what_a_build_makes_of_a_table() -> None:
    file = "arch/x86/entry/syscalls/syscall_64.tbl"
    rows = [
        ("x86", "common", 0, "read", "sys_read", "", file, 1),
        ("x86", "64", 13, "rt_sigaction", "sys_rt_sigaction", "", file, 2),
        ("x86", "x32", 512, "rt_sigaction", "compat_sys_rt_sigaction", "", file, 3),
        ("x86", "i386", 3, "read", "", "", file.replace("64", "32"), 1),
        ("x86", "i386", 4, "write", "sys_write", "compat_sys_write", file.replace("64", "32"), 2),
        ("arm", "common", 0, "read", "sys_read", "", "arch/arm/tools/syscall.tbl", 1),
    ]
    assert {path: text.decode().split("\n") for path, text in generated_headers(rows).items()} == {
        "asm/syscalls_64.h": [
            "__SYSCALL_COMMON(0, sys_read, sys_read)", "__SYSCALL(0, sys_read)",
            "__SYSCALL_64(13, sys_rt_sigaction, sys_rt_sigaction)", "__SYSCALL(13, sys_rt_sigaction)",
            "__SYSCALL_X32(512, compat_sys_rt_sigaction, compat_sys_rt_sigaction)", "",
        ],
        "asm/syscalls_32.h": [
            "__SYSCALL_I386(4, sys_write, compat_sys_write)",
            "__SYSCALL_WITH_COMPAT(4, sys_write, compat_sys_write)", "",
        ],
    }  # fmt: skip


def test_headers(tmp_path: Path) -> None:
    text = (
        "#ifndef __SYSCALL\n#define __SYSCALL(x, y)\n#endif\n"
        "#define __NR_sendto 206\n__SYSCALL(__NR_sendto, sys_sendto)\n"
        "#define __NR_sendmsg 211\n__SC_COMP(__NR_sendmsg, sys_sendmsg, compat_sys_sendmsg)\n"
        "#define __NR3264_fcntl 25\n__SC_COMP_3264(__NR3264_fcntl, sys_fcntl64, sys_fcntl, compat_sys_fcntl64)\n"
        "__SYSCALL(290, sys_recv)\n#define __NR_more (__NR_sendto + 2)\n__SYSCALL(__NR_more, sys_more, 3)\n"
        "__SYSCALL(,)\n"
    )
    assert tables(tmp_path, {"include/uapi/asm-generic/unistd.h": text}) == [
        (206, "sendto", "sys_sendto", ""),
        (211, "sendmsg", "sys_sendmsg", "compat_sys_sendmsg"),
        (25, "fcntl", "sys_fcntl", "compat_sys_fcntl64"),
        (290, "recv", "sys_recv", ""),
        (208, "more", "sys_more", ""),
    ]


def test_assembler(tmp_path: Path) -> None:
    found = tables(
        tmp_path,
        {
            "arch/arm/kernel/calls.S": "/* 0 */\t\tCALL(sys_restart_syscall)\n"
            "\t\tCALL(sys_ni_syscall)\t/* was sys_x */\n"
            "#ifdef X\n/* 290 */\tCALL(ABI(sys_sendto, sys_oabi_sendto))\n\t\tCALL(OBSOLETE(sys_time))\n",
            "arch/i386/kernel/syscall_table.S": "ENTRY(sys_call_table)\n\t.long sys_restart_syscall\t/* 0 - old */\n"
            "\t.long sys_exit\n#ifdef X\n\t.long sys_a\n#endif\n\t.long sys_b /* 9 */\n",
            "arch/mips/kernel/scall32-o32.S": "sys_call_table:\n\tsys\tsys_syscall 8 /* 4000 */\n\tsys sys_exit 1\n",
            "arch/powerpc/include/asm/systbl.h": "SYSCALL(restart_syscall)\nCOMPAT_SYS_SPU(recv)\nPPC_SYS(fork)\n",
            "arch/s390/kernel/syscalls.S": "NI_SYSCALL\nSYSCALL(sys_exit,sys_exit,sys32_exit_wrapper)\n",
            "arch/sparc/kernel/systbls_64.S": "sys_call_table:\n/*0*/\t.word sys_nis_syscall, sys_exit, sys_fork\n",
        },
    )
    assert found == [
        (0, "restart_syscall", "sys_restart_syscall", ""),
        (290, "sendto", "sys_sendto", ""),
        (291, "time", "sys_time", ""),
        (0, "restart_syscall", "sys_restart_syscall", ""),
        (1, "exit", "sys_exit", ""),
        (None, "a", "sys_a", ""),
        (9, "b", "sys_b", ""),
        (4000, "syscall", "sys_syscall", ""),
        (4001, "exit", "sys_exit", ""),
        (0, "restart_syscall", "sys_restart_syscall", ""),
        (1, "recv", "sys_recv", "compat_sys_recv"),
        (2, "fork", "sys_fork", ""),
        (1, "exit", "sys_exit", "sys32_exit_wrapper"),
        (1, "exit", "sys_exit", ""),
        (2, "fork", "sys_fork", ""),
        (0, "nis_syscall", "sys_nis_syscall", ""),
    ]


@pytest.mark.kernel
def test_a_whole_kernel() -> None:
    tree: Tree = open_tree(Path(os.environ["XREF_KERNEL_TREE"]))
    entries = {(e.arch, e.abi, e.name): e for e in read_tables(tree)}
    sendto = entries["x86", "common", "sendto"]
    assert (sendto.number, sendto.entry) == (44, "sys_sendto")
    assert ("x86", "common", "send") not in entries
    assert entries["x86", "i386", "socketcall"].number == 102
