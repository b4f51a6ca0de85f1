# SPDX-License-Identifier: MIT
"""Assembly files: their entries are nodes, and ``call``/``jmp`` to a name are calls.

The markers are those of include/linux/linkage.h, old (``ENTRY``) and new (``SYM_FUNC_START``, Linux kernel commit
ffedeeb780dc ("linkage: Introduce new macros for assembler symbols") in v5.5).
"""

from __future__ import annotations

import re
from typing import Final

from xref.facts.builder import FunctionBuilder
from xref.facts.gas import statements
from xref.facts.model import CallFact, FileFacts
from xref.lex import guard as g
from xref.lex.comments import blank_comments
from xref.lex.directives import blank_directives, scan

_ENTRY: Final = re.compile(
    r"^[ \t]*(?:SYM_(?:FUNC|CODE|TYPED_FUNC|INNER)\w*START\w*|SYM_FUNC_ALIAS\w*|ENTRY|GLOBAL|_GLOBAL|WEAK|PROC)[ \t]*"
    r"\([ \t]*(\w+)(?:[ \t]*,[ \t]*(\w+))?",
    re.MULTILINE,
)
_END: Final = re.compile(r"^[ \t]*(?:SYM_\w+_END|END|ENDPROC)[ \t]*\(", re.MULTILINE)
_CALL: Final = re.compile(r"^(?:[^\n:]*:)?[ \t]*(?:call|callq|jmp|bl|b|jal|j)[ \t]+([A-Za-z_]\w*)", re.MULTILINE)


def extract_assembly(path: str, raw: bytes) -> FileFacts:
    """The facts of an assembly file; never raises for any content."""
    source = blank_comments(raw)
    directives = scan(source.decode("latin-1"), path)
    code = _with_joints(blank_directives(source), source).decode("latin-1")
    found: list[FunctionBuilder] = []
    current: FunctionBuilder | None = None
    for at, statement in statements(code):
        entry, call = _ENTRY.match(statement), _CALL.match(statement)
        if entry is None and (current is None or (call is None and _END.match(statement) is None)):
            continue
        # what a macro makes stands where it is invoked
        offset = at + call.start(1) if call is not None and code.startswith(call.group(), at) else at
        line = directives.line_at(offset)
        guard = g.to_text(directives.cond_at(offset))
        if entry is not None:
            current = FunctionBuilder(entry[1], line, 0, line, "asm", "extern", guard, entry[1])
            if entry[2]:
                current.aliases[entry[2]] = None
            found.append(current)
        elif current is not None:
            current.end_line = line
            if call is not None:
                current.calls[CallFact(line, directives.column_at(offset), call[1], "", current.relative(guard))] = None
            else:
                current = None
    return FileFacts(path, tuple(b.build() for b in found), macros=directives.macros, includes=directives.includes)


def _with_joints(code: bytes, source: bytes) -> bytes:
    """``code`` with the backslashes that join its lines, which blanking takes out along with the directives."""
    buffer = bytearray(code)
    at = source.find(b"\\\n")
    while at >= 0:
        if buffer[buffer.rfind(b"\n", 0, at) + 1 : at].strip():
            buffer[at] = 0x5C
        at = source.find(b"\\\n", at + 1)
    return bytes(buffer)
