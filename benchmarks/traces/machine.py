# SPDX-License-Identifier: MIT
"""How machine code makes a call: ``objdump -d`` of a kernel's image, with the symbols of ``/proc/kallsyms``."""

from __future__ import annotations

import re
import subprocess
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

_CALL = re.compile(rb"^([0-9a-f]+):\s+(?:call|j[a-z]+) +0x([0-9a-f]+)")
_THROUGH = re.compile(rb"^([0-9a-f]+):\s+(?:call|jmp) +\*")
_STATIC_CALL = "__SCT__"
_THUNK = "__x86_indirect_"
_PART = re.compile(r"\.(?:cold|part|constprop|isra)\b.*")
_ENTRY = re.compile(
    r"(?:exc|sysvec|common_interrupt|do_syscall|syscall_enter|syscall_exit)(?:_.*)?|(?:asm|entry|irqentry)_.*"
    r"|(?:__)?irq_exit.*|do_(?:user|kern)_addr_fault"
)
"""Where interrupts and exceptions come in: code that is not traced, so that what it calls seems to be called by what
it stopped.
"""


class Image:
    """Direct, static and other calls, by function; the parts that a compiler has split off count with it."""

    def __init__(self, vmlinux: Path, symbols: Iterable[str]) -> None:
        at: dict[int, set[str]] = defaultdict(set)
        for line in symbols:
            address, kind, name, *module = line.split()
            if kind in "tTwW" and not module:
                at[int(address, 16)].add(_PART.sub("", name))
        starts = sorted(at)
        self._direct: dict[str, set[str]] = defaultdict(set)
        self._pointer: set[str] = set()
        self._static: set[str] = set()
        self._entered: set[str] = set()
        listing = subprocess.Popen(["objdump", "-d", "--no-show-raw-insn", vmlinux], stdout=subprocess.PIPE)
        assert listing.stdout is not None
        for line in listing.stdout:
            call = _CALL.match(line) or _THROUGH.match(line)
            if call is None:
                continue
            position = bisect_right(starts, int(call[1], 16)) - 1
            targets = at.get(int(call[2], 16), set()) if call.lastindex == 2 else {_THUNK}
            for caller in at[starts[position]] if position >= 0 else ():
                for target in targets:
                    self._note(caller, target)
        listing.wait()

    def _note(self, caller: str, target: str) -> None:
        if target.startswith(_STATIC_CALL):
            self._static.add(caller)
        elif target.startswith(_THUNK):
            self._pointer.add(caller)
        else:
            self._direct[caller].add(target)
            if _ENTRY.fullmatch(caller):
                self._entered.add(target)

    def kind(self, caller: str, callee: str) -> str:
        """``direct``, ``indirect``, ``static_call``; ``interrupt`` where the callee is what an interrupt or exception
        runs; ``unknown`` where the caller's code is not in the image.
        """
        if callee in self._direct.get(caller, ()):
            return "direct"
        if callee in self._entered or callee.startswith("__sysvec_"):
            return "interrupt"
        if caller in self._pointer:
            return "indirect"
        return "static_call" if caller in self._static else "unknown"
