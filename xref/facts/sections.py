# SPDX-License-Identifier: MIT
r"""What inline assembly at file scope puts into a section: the addresses that a table made by the linker holds.

Since Linux kernel commit 1b1eeca7e4c1 ("init: allow initcall tables to be emitted using relative references") in
v4.19 ``fs_initcall(inet_init)`` is no variable of type ``initcall_t`` any more where the architecture has relative
relocations, but ``asm(".section \".initcall5.init\" ... .long inet_init - .")``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from xref.parse.asm import ASM_WORD, asm_start

_ASM: Final = re.compile(ASM_WORD + rb'\s*\(((?:\s*+"(?:\\.|[^"\\])*+")++)\s*\)')
_LITERAL: Final = re.compile(r'"((?:\\.|[^"\\])*)"')
_SECTION: Final = re.compile(r'\.(?:push)?section\s+(?:"([^"]+)"|((?:\. )?[\w.$-]+))')
_LEAVES: Final = re.compile(r"\.(?:previous|popsection|text|data)\b")
_LABEL: Final = re.compile(r"([A-Za-z_.$][\w.$]*):\s*")
_ADDRESS: Final = re.compile(r"\.(?:long|quad|word|int|[248]byte)\s+([A-Za-z_]\w*)(?:\s*-\s*\.)?\s*")


class Entry(NamedTuple):
    """A word in ``section`` that holds the address of ``symbol``; ``label`` is '' where none stands before it.
    ``offset``: of the assembly in the text.
    """

    offset: int
    section: str
    label: str
    symbol: str


def section_entries(source: bytes) -> Iterator[Entry]:
    """The entries in the assembly without operands of a text; whether it stands at file scope is for the caller."""
    if b"section" not in source:
        return
    for m in _ASM.finditer(source):
        if b"section" not in m[1]:
            continue
        code = "".join(_LITERAL.findall(m[1].decode("latin-1")))
        code = code.replace('\\"', '"').replace("\\n", "\n").replace("\\t", " ")
        section = label = ""
        for line in re.split(r"[\n;]", code):
            statement = line.strip()
            named = _LABEL.match(statement)
            if named is not None:
                label, statement = named[1], statement[named.end() :]
            entered = _SECTION.match(statement)
            address = _ADDRESS.fullmatch(statement)
            if entered is not None:
                section, label = (entered[1] or entered[2]).replace(" ", ""), ""
            elif _LEAVES.match(statement) is not None:
                section = label = ""
            elif address is not None and section:
                yield Entry(asm_start(m), section, label, address[1])
