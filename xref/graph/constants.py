# SPDX-License-Identifier: MIT
"""What the index does not hold, enums and their constants and macros that are no more than a number: read from the
shared headers as they lie on disk now.

That takes the better part of a second on a whole kernel, so it is done for names that nothing else has.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xref.graph.crossref import Definition
from xref.lex.comments import blank_comments
from xref.tree.files import is_shared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xref.resolve.front.symbols import Symbols

_ENUM: Final = re.compile(rb"\benum\b\s*(?P<tag>\w*)[^;{}()]*\{(?P<body>[^{}]*)\}")


def constants(source: Symbols, asked: str) -> tuple[Definition, ...]:
    """The enums of that tag, the constants and the macros of that name (kinds ``enum``, ``enumerator``, ``macro``), by
    file and place; the conditions that they stand under are not given.
    """
    name = asked.removeprefix("enum ").strip().encode()
    if not re.fullmatch(rb"[A-Za-z_]\w*", name):
        return ()
    constant = re.compile(rb"(?:^|,)\s*(?P<name>" + name + rb")\b\s*(?:[=,]|$)", re.MULTILINE)
    macro = re.compile(rb"^[ \t]*#[ \t]*define[ \t]+(?P<text>" + name + rb"\b(?!\().*)", re.MULTILINE)
    found: list[Definition] = []
    for path in sorted(filter(is_shared, source.reader.includes())):
        try:
            data = Path(source.tree.root, path).read_bytes()
        except OSError:
            continue
        if name in data:
            code = blank_comments(data)
            for m in macro.finditer(code):
                at = code.count(b"\n", 0, m.start()) + 1
                text = m["text"].decode("utf-8", "replace").strip()
                found.append(Definition("macro", name.decode(), path, at, at, text, ""))
            found += _enums(path, code, name, constant)
    return tuple(found)


def _enums(path: str, code: bytes, name: bytes, constant: re.Pattern[bytes]) -> Iterator[Definition]:
    for enum in _ENUM.finditer(code):
        line = code.count(b"\n", 0, enum.start()) + 1
        tag = enum["tag"].decode()
        if enum["tag"] == name:
            yield Definition("enum", tag, path, line, code.count(b"\n", 0, enum.end()) + 1, f"enum {tag}", "")
        if name in enum["body"] and (one := constant.search(enum["body"])) is not None:
            at = code.count(b"\n", 0, enum.start("body") + one.start("name")) + 1
            yield Definition("enumerator", name.decode(), path, at, at, f"enum {tag}".strip(), "")
