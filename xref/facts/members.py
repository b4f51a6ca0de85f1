# SPDX-License-Identifier: MIT
"""Members of structs that a macro makes, as far as calls may go through them: pointers to functions, and structs.

``RT2X00DEBUGFS_REGISTER_ENTRY(csr, u32);`` inside a struct, ``struct_group_tagged(page_pool_params_slow, slow, ...);``,
``void DR_STE_CTX_BUILDER(eth_l2_src_dst);`` and, without arguments, ``ACPI_OBJECT_COMMON_HEADER acpi_object_handler
handler;``. The parser sees functions, or nothing; what the expansion declares is read as a struct of its own, and its
members are added to those of the one around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from xref.facts.model import RecordFact
from xref.macros.expand import Expander
from xref.macros.nature import Nature, Natures
from xref.macros.table import MacroTable
from xref.macros.view import MacroView
from xref.parse.parens import matching_brace, matching_paren

# One pattern for each word: a search for its letters is several times as fast as one for where a word begins.
_RECORDS: Final = tuple(re.compile(word + rb"(?<!\w" + word + rb")\b[^;{}()=]*+\{") for word in (b"struct", b"union"))
_STARTS: Final = re.compile(rb"(?<=[;{}])\s*+(?=[A-Za-z_])")
_INVOKES: Final = re.compile(rb"((?:[A-Za-z_]\w*+[\s*]++){,4}?)([A-Za-z_]\w*+)[ \t]*+(\()")
_BEGINS: Final = re.compile(rb"()([A-Za-z_]\w*+)(?=\s+[A-Za-z_])()")
_ENDED: Final = re.compile(rb"\s*;")
_COUNTS: Final = re.compile(r"\{|\( \*")
"""What an expansion must have to be read: a struct, or a pointer to a function."""
_LONGEST: Final = 20_000
_TAG: Final = "xref_members_"


class Made(NamedTuple):
    """What the macro ``name`` makes at ``offset`` in the record that begins at ``record``."""

    record: int
    offset: int
    name: str
    text: str


def made_members(code: bytes, view: MacroView, table: MacroTable, natures: Natures) -> Iterator[Made]:
    """The members that macros make in the structs of ``code`` (comments and directives blanked)."""
    records = [m for pattern in _RECORDS for m in pattern.finditer(code)]
    opening = -1
    for record in sorted(records, key=lambda m: m.start()):
        if record.end() - 1 == opening:
            continue  # the one before has both words
        opening = record.end() - 1
        end = matching_brace(code, opening)
        if end - opening > _LONGEST:
            continue
        at = opening
        while 0 <= at < end and (start := _STARTS.search(code, at, end)) is not None:
            at = start.end() + 1  # the next one may begin right behind a semicolon
            m = _INVOKES.match(code, at - 1, end) or _BEGINS.match(code, at - 1, end)
            if m is None:
                continue
            name = m[2].decode("latin-1")
            if code.find(b"{", opening + 1, m.start(2)) >= 0 and _inside(code, opening, m.start(2)):
                continue  # of a struct in this one, which comes by itself
            if name not in table or natures.of(name) & Nature.ATTRIBUTE:
                continue
            text, at = _made(code, m, view, name, at)
            if text and (not m[3] or _COUNTS.search(text) is not None):
                yield Made(record.start(), m.start(2), name, text)


def _made(code: bytes, m: re.Match[bytes], view: MacroView, name: str, at: int) -> tuple[str, int]:
    """The declarations that one invocation makes, and where to look for the next."""
    macro = view.get(name)
    if macro is None or (macro.params is None) is bool(m[3]):
        return "", at
    if not m[3]:
        end = code.find(b";", m.end())
        if end < 0 or ";" not in macro.body:
            return "", at
        return f"{_expanded(code[m.start(2) : end], view)};", end
    closing = matching_paren(code, m.start(3))
    if closing < 0 or _ENDED.match(code, closing) is None:
        return "", at
    return f"{m[1].decode('latin-1')} {_expanded(code[m.start(2) : closing], view)};", closing


def _expanded(text: bytes, view: MacroView) -> str:
    return " ".join(Expander(view.get).expand_text(text.decode("latin-1")))


def _inside(code: bytes, opening: int, offset: int) -> bool:
    """Whether an offset is inside a brace that is opened behind ``opening``."""
    between = code[opening + 1 : offset]
    return between.count(b"{") > between.count(b"}")


def part_tag(number: int) -> str:
    """The tag of the struct that holds what the n-th invocation makes."""
    return f"{_TAG}{number}"


def with_parts(records: Iterable[RecordFact], lines: Mapping[str, tuple[int, str]]) -> list[RecordFact]:
    """``records`` with the members of the parts in those that they are of. ``lines`` has the line on which the record
    of a part begins, and the macro.
    """
    every = list(records)
    parts: dict[int, list[RecordFact]] = {}
    for r in every:
        if r.tag in lines:
            parts.setdefault(lines[r.tag][0], []).append(r)
    found: list[RecordFact] = []
    for r in every:
        if r.tag in lines:
            continue
        of = parts.pop(r.line, [])
        makers = {lines[part.tag][1] for part in of}
        fields = [f for f in r.fields if f.name not in makers]
        names = {f.name for f in fields if f.name}
        fields += [f for part in of for f in part.fields if f.name not in names]
        found.append(RecordFact(r.tag, r.kind, r.line, r.guard, r.open, tuple(fields)) if of else r)
    return found
