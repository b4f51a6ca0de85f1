# SPDX-License-Identifier: MIT
"""What an expanded invocation declares before a body: where its last header begins, and other names of the function."""

from __future__ import annotations

import re
from typing import Final

_CALLEE: Final = re.compile(r"([A-Za-z_]\w*)\s*\(")
_ALIAS: Final = re.compile(r"\)\s*__attribute__\s*\(\s*\(\s*_*alias_*\b")
_ASM: Final = re.compile(r"\b(?:asm|__asm__)\b")
_LITERAL: Final = re.compile(r'"((?:\\.|[^"\\])*)"')
_SET: Final = re.compile(r"\.set\s+([A-Za-z_]\w*)\s*,\s*[A-Za-z_]\w*")
_STATEMENT_ENDS: Final = re.compile(r"[;{}]")


def aliases(expansion: str) -> list[str]:
    """The names that are declared with ``__attribute__((alias("...")))``, and those that assembler gives: SYSCALL_ALIAS
    of 3.8 to 3.13 is ``asm(".globl sys_send; .set sys_send, SyS_send")``.
    """
    found = []
    if "alias" in expansion:
        for part in _STATEMENT_ENDS.split(expansion):
            name = _CALLEE.search(part) if _ALIAS.search(part) else None
            if name is not None:
                found.append(name[1])
    if ".set" in expansion:
        for part in _STATEMENT_ENDS.split(expansion):
            if _ASM.search(part) is not None:
                code = "".join(_LITERAL.findall(part)).replace("\\n", " ").replace("\\t", " ")
                found.extend(m[1] for m in _SET.finditer(code))
    return found


def header_start(expansion: str) -> int:
    """Where the last declaration of an expansion begins: behind the last ``;`` or ``}`` outside all brackets."""
    depth = 0
    start = 0
    for m in re.finditer(r"[;(){}\[\]]", expansion):
        c = m.group()
        if c in "({[":
            depth += 1
        elif c in ")}]":
            depth -= 1
            if depth == 0 and c == "}":
                start = m.end()
        elif depth == 0:
            start = m.end()
    return start
