# SPDX-License-Identifier: MIT
"""The system call tables of all architectures: which number enters the kernel where.

Three forms have been in use: ``syscall.tbl`` (x86 since 3.3, most since 4.20), ``__SYSCALL(__NR_x, sys_x)`` in headers
(x86_64 before, and what shares asm-generic/unistd.h), and tables in assembler.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from xref.tree.root import Tree


@dataclass(frozen=True, slots=True)
class SyscallEntry:
    """One line of a table."""

    arch: str
    """``generic`` for the tables that several architectures share."""
    abi: str
    """As the table says: ``common``, ``64``, ``x32``, ``i386``; "" where tables know none."""
    number: int | None
    """None where the table does not say it and it cannot be counted (a conditional came before)."""
    name: str
    """``sendto``."""
    entry: str
    """The function that it enters: ``sys_sendto``, ``__x64_sys_sendto``, ``stub_fork``; "" for none."""
    compat_entry: str
    """The function for 32-bit callers of a 64-bit kernel; "" when it is the same, or there is none."""
    file: str
    """Relative to the tree."""
    line: int
    """1-based."""


def read_tables(tree: Tree) -> tuple[SyscallEntry, ...]:
    """All entries of all tables in the tree, by file and line. What cannot be read is left out; never raises."""
    found: list[SyscallEntry] = []
    for patterns, read in _FORMS:
        for pattern in patterns:
            for path in tree.root.glob(pattern):
                file = path.relative_to(tree.root).as_posix()
                if path.is_symlink():  # arch/arm64/tools/syscall_64.tbl is scripts/syscall.tbl
                    continue
                try:
                    text = path.read_bytes().decode("utf-8", "replace")
                except OSError:
                    continue
                parts = file.split("/")
                arch = parts[1].removeprefix("asm-") if parts[0] in ("arch", "include") else "generic"
                found.extend(read(file, "generic" if arch == "uapi" else arch, text))
    return tuple(sorted(set(found), key=lambda e: (e.file, e.line, e.entry)))


def _tbl(file: str, arch: str, text: str) -> Iterator[SyscallEntry]:
    """``44  common  sendto  sys_sendto``: number, abi, name, entry, compat entry; the last two may be missing."""
    for line, content in enumerate(text.splitlines(), start=1):
        columns = content.partition("#")[0].split()
        if len(columns) < 3 or not columns[0].isdecimal():
            continue
        entry, compat = ([*(c.partition("/")[0] for c in columns[3:5]), "", ""])[:2]  # 4.6: sys_iopl/ptregs
        # 6.11: "60  64  exit  sys_exit  -  noreturn"
        yield SyscallEntry(
            arch, columns[1], int(columns[0]), columns[2], entry.strip("-"), compat.strip("-"), file, line
        )


_BUILT_FROM: Final = re.compile(r"arch/(\w+)/.*/syscall_(\w+)\.tbl")


def generated_headers(entries: Iterable[tuple[str, str, int | None, str, str, str, str, int]]) -> dict[str, bytes]:
    """The headers that a build of x86 makes of its tables (``asm/syscalls_64.h``), by what ``#include`` calls them.

    ``entries`` are arch, abi, number, name, entry, compat entry, file and line. A table's invocations were called after
    the abi until 5.7 (arch/x86/syscalls/syscalltbl.sh of 3.7: ``__SYSCALL_COMMON``), and are alike for all since
    (scripts/syscalltbl.sh); both are made, for who includes the header defines one of them.
    """
    made: dict[str, list[str]] = {}
    for _, abi, number, _, entry, compat, file, _ in sorted(entries, key=lambda e: (e[6], e[7])):
        table = _BUILT_FROM.fullmatch(file)
        if table is None or table[1] != "x86" or not entry:
            continue
        lines = made.setdefault(f"asm/syscalls_{table[2]}.h", [])
        lines.append(f"__SYSCALL_{abi.upper()}({number}, {entry}, {compat or entry})")
        if abi != "x32":
            lines.append(
                f"__SYSCALL_WITH_COMPAT({number}, {entry}, {compat})" if compat else f"__SYSCALL({number}, {entry})"
            )
    return {path: "\n".join(lines).encode("latin-1", "replace") + b"\n" for path, lines in made.items()}


_NUMBER = re.compile(
    r"^[ \t]*#[ \t]*define[ \t]+__NR(?:3264)?_(\w+)[ \t]+\(?(\d+|__NR_\w+)(?:[ \t]*\+[ \t]*(\d+))?", re.M
)
_CALL = re.compile(r"^[ \t]*(__SYSCALL|__SC_\w+)[ \t]*\(([^()]*)\)", re.M)


def _header(file: str, arch: str, text: str) -> Iterator[SyscallEntry]:
    """``__SYSCALL(__NR_sendto, sys_sendto)``, ``__SC_COMP(nr, entry, compat)``, ``__SC_3264(nr, for 32, for 64)``."""
    numbers: dict[str, int] = {}
    for name, value, more in _NUMBER.findall(text):
        if value.isdecimal():
            numbers.setdefault(name, int(value))
        elif value.removeprefix("__NR_") in numbers:
            numbers.setdefault(name, numbers[value.removeprefix("__NR_")] + int(more or 0))
    for call in _CALL.finditer(text):
        number, *entries = (argument.strip() for argument in call[2].split(","))
        if len(entries) > 1 and entries[-1].isdecimal():
            entries.pop()  # xtensa: __SYSCALL(108, sys_send, 4) has the number of arguments behind
        if not entries or not all(re.fullmatch(r"\w+", e) for e in entries):
            continue
        compat = entries.pop() if "_COMP" in call[1] and len(entries) > 1 else ""
        entry = entries[-1]
        named = re.fullmatch(r"__NR(?:3264)?_(\w+)", number)
        name = named[1] if named else _name(entry)
        count = int(number) if number.isdecimal() else numbers.get(name)
        yield SyscallEntry(arch, "", count, name, entry, compat, file, text.count("\n", 0, call.start()) + 1)


_TABLE = re.compile(r"^\s*(?:ENTRY\s*\(\s*)?(\w*sys_?call_?table\w*|sys_table|syscall_trace_table)\s*(?:\)|:)", re.I)
_ITEMS = re.compile(r"^\s*(?:\.(?:long|word|quad|xword|data\.?[48])|data8|PTR(?:_WD)?|sys)\s+(.*)")
_MACRO = re.compile(
    r"^\s*(CALL|SYSCALL\w*|COMPAT_SYS\w*|PPC_SYS\w*|OLDSYS\w*|SYSX\w*|SYS32ONLY|ENTRY_(?:SAME|DIFF|COMP|OURS|UHOH))\s*\((.*)\)"
)
_HINT = re.compile(r"^\s*/\*\s*(\d+)\b.*?\*/|/\*\s*(\d+)\b[^*]*\*/\s*$|//\s*(\d+)\s*$")
_NOTE = re.compile(r"/\*.*?(?:\*/|$)|//.*")
_FUNCTION = re.compile(r"\w*sys\d*_\w+|stub\w*_\w+|ptregs_\w+|old_\w+")


def _assembler(file: str, arch: str, text: str) -> Iterator[SyscallEntry]:
    """``.long sys_sendto``, ``CALL(sys_sendto)``, ``SYSCALL(sys_a,sys_a,compat_a)``: numbered by their place."""
    index: int | None = 0 if file.endswith(("calls.S", "systbl.h", "syscalls.S")) else None
    first = True
    for line, content in enumerate(text.splitlines(), start=1):
        if _TABLE.match(content):
            index, first = 0, True
        elif re.match(r"\s*#\s*(if|else|elif)", content):
            index = None  # an arm may or may not count; the next comment that says a number puts it right
        bare = _NOTE.sub(" ", content)
        items, macro = _ITEMS.match(bare), _MACRO.match(bare)
        if not items and not macro and bare.strip() != "NI_SYSCALL":
            continue
        if hint := _HINT.search(content):
            said = int(hint[1] or hint[2] or hint[3])
            if first or index is None or not hint[2] or abs(said - index) < 16:
                index = said
        first = False
        if items:
            # mips: "sys sys_sendto 6" has the number of arguments behind
            words = [item.split()[0] for item in items[1].split(",") if item.strip()]
            for word in words:
                if _is_call(word):
                    yield SyscallEntry(arch, "", index, _name(word), word, "", file, line)
                index = None if index is None else index + 1
            continue
        if macro:
            entry, compat = _from_macro(macro[1], macro[2])
            if _is_call(entry):
                yield SyscallEntry(arch, "", index, _name(entry), entry, compat, file, line)
        index = None if index is None else index + 1


def _from_macro(macro: str, text: str) -> tuple[str, str]:
    """Entry and compat entry of a table line that is a macro invocation."""
    arguments = [a.strip() for a in text.split(",")]
    if macro == "CALL":  # arm: CALL(ABI(sys_sendto, sys_oabi_sendto)), CALL(OBSOLETE(sys_time))
        named = _FUNCTION.search(text)
        return (named[0] if named else ""), ""
    if len(arguments) == 3:  # s390, powerpc: for 31/64 bit and compat
        entry = arguments[1] if macro == "SYSCALL" else arguments[0]
        return (arguments[0] if entry == "sys_ni_syscall" else entry), arguments[
            2
        ] if macro == "SYSCALL" else arguments[1]
    name = re.sub(r"\W", "", arguments[0])
    if not name or name == "ni_syscall":
        return "", ""
    compat = f"compat_sys_{name}" if macro.startswith("COMPAT") or macro == "ENTRY_COMP" else ""
    return (name if macro == "ENTRY_OURS" and "sys" in name else f"sys_{name}"), compat


def _is_call(word: str) -> bool:
    return "ni_syscall" not in word and _FUNCTION.fullmatch(word) is not None


def _name(entry: str) -> str:
    """``sendto`` of sys_sendto, compat_sys_sendto, sys32_sendto, stub_sendto, ..."""
    return re.sub(r"^(\w*?sys\d*|stub\d*|ptregs|old)_", "", entry)


_FORMS: Final = (
    (
        (
            "arch/*/syscalls/syscall*.tbl",
            "arch/*/*/syscalls/syscall*.tbl",
            "arch/*/tools/syscall*.tbl",
            "scripts/syscall.tbl",
        ),
        _tbl,
    ),
    (
        (
            "arch/*/include/asm/unistd*.h",
            "arch/*/include/uapi/asm/unistd*.h",
            "include/asm-*/unistd*.h",
            "include/uapi/asm-generic/unistd.h",
        ),
        _header,
    ),
    (
        (
            "arch/*/kernel/*calls*.S",
            "arch/*/kernel/*sys*tbl*.S",
            "arch/*/kernel/*sys*table*.S",
            "arch/*/kernel/scall*.S",
            "arch/*/kernel/*entry*.S",
            "arch/*/include/asm/systbl.h",
        ),
        _assembler,
    ),
)
"""File patterns (a few hundred files at most), and the reader for them."""
_PLACES: Final = re.compile("|".join(re.escape(p).replace(r"\*", "[^/]*") for patterns, _ in _FORMS for p in patterns))


def may_be_table(path: str) -> bool:
    """Whether a file, relative to the tree, stands where tables are looked for."""
    return _PLACES.fullmatch(path) is not None
