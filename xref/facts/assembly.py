# SPDX-License-Identifier: MIT
"""Assembly files: their entries are nodes, and ``call``/``jmp`` to a name are calls.

The markers are those of include/linux/linkage.h, old (``ENTRY``) and new (``SYM_FUNC_START``, Linux kernel commit
ffedeeb780dc ("linkage: Introduce new macros for assembler symbols") in v5.5).
"""

from __future__ import annotations

import re
from typing import Final

from xref.facts.builder import FunctionBuilder
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
    code = blank_directives(source).decode("latin-1")
    events = [(m.start(), "entry", m[1], m[2]) for m in _ENTRY.finditer(code)]
    events += [(m.start(1), "call", m[1], None) for m in _CALL.finditer(code)]
    events += [(m.start(), "end", "", None) for m in _END.finditer(code)]
    events.sort(key=lambda e: e[0])
    found: list[FunctionBuilder] = []
    current: FunctionBuilder | None = None
    for offset, what, name, other in events:
        line = directives.line_at(offset)
        guard = g.to_text(directives.cond_at(offset))
        if what == "entry":
            current = FunctionBuilder(name, line, 0, line, "asm", "extern", guard, name)
            if other:
                current.aliases[other] = None
            found.append(current)
        elif current is not None:
            current.end_line = line
            if what == "call":
                current.calls[CallFact(line, directives.column_at(offset), name, "", current.relative(guard))] = None
            else:
                current = None
    return FileFacts(path, tuple(b.build() for b in found), macros=directives.macros, includes=directives.includes)
