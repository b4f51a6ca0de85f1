# SPDX-License-Identifier: MIT
"""Overwrites what tree-sitter-c cannot read with text of the same length that it can.

Attribute words become blanks, iterator macros become ``while``, type names among arguments become identifiers. What was
there is remembered by offset, so the facts still name the macro that the source names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from xref.lex.comments import BLANK
from xref.macros.nature import NOT_CALLED, Nature, Natures
from xref.macros.table import MacroTable, MacroView
from xref.parse.asm import mask_asm

_MASKED: Final = Nature.ATTRIBUTE | Nature.ITERATOR
_IDENTIFIER: Final = re.compile(rb"[A-Za-z_$][\w$]*")
_WORD_BYTES: Final = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$")
_TYPEOF_WORDS: Final = (b"typeof", b"__typeof__", b"__typeof", b"typeof_unqual", b"__typeof_unqual__")
_GNU_WORDS: Final = (b"__attribute__", b"__attribute", b"__extension__")
_TYPE_WORDS: Final = (
    rb"(?:(?:const|volatile)\s+)*(?:(?:struct|union|enum)\s+\w+"
    rb"|(?:unsigned|signed|long|short|int|char|void|float|double|_Bool)"
    rb"(?:\s+(?:unsigned|signed|long|short|int|char))*)(?:\s+const)?"
)
# container_of(p, struct sock, member), min_t(unsigned long, a, b), per_cpu(struct x, y): not a cast, because a comma
# stands on one side at least
_TYPE_ARGUMENT: Final = re.compile(rb"(?<=[(,])(\s*)(" + _TYPE_WORDS + rb"(?:\s*\*)*)(?=\s*,)")
_LAST_TYPE_ARGUMENT: Final = re.compile(rb"(?<=,)(\s*)(" + _TYPE_WORDS + rb"(?:\s*\*)*)(?=\s*\))")
# offsetof(struct sock, sk_node.next): the grammar knows only a single member behind the comma
_OFFSETOF: Final = re.compile(rb"\b(?:__builtin_)?offsetof(?=\s*\()")
# alloc_percpu(struct icmp_mib), BPF_SIZEOF(void *), __SC_CAST(loff_t *, offset)
_ONLY_TYPE_ARGUMENT: Final = re.compile(
    rb"(?<!\w)(?!sizeof|typeof|__typeof|_Alignof|__alignof|return|if|while|switch|void|int|long|char)"
    rb"([A-Za-z_]\w*[ \t]*\(\s*)"
    rb"((?:struct|union|enum)\s+\w+(?:\s*\*)*|void(?:\s*\*)+|unsigned\s+\w+(?:\s*\*)*)(?=\s*\))"
)
_POINTER_ARGUMENT: Final = re.compile(rb"(?<=[(,])(\s*)([A-Za-z_]\w*\s*\*+)(?=\s*,)")
_EMPTY_ARGUMENT: Final = re.compile(rb",(?=\s*\))")
# dump_page(page, "VM_BUG_ON_PAGE(" __stringify(cond) ")")
_LITERAL_MAKER: Final = re.compile(rb"(?<=\")\s*([A-Za-z_]\w*\s*)\(")
# case offsetof(struct x, a) ... offsetof(struct x, b):
_CASE_RANGE: Final = re.compile(rb"(?<=\bcase)(\s[^:;{}\n]*?)(\.\.\.[^:;{}\n]*)(?=:)")
# N(UP) N(DOWN) N(REBOOT), as net/core/dev.c lists its cases
_OPEN_STATEMENT: Final = re.compile(rb"(?<![\w.>])([A-Za-z_]\w*)[ \t]*(\([^()\n;{}]*\))(?=[ \t]*\n?[ \t]*[A-Za-z_}])")
_LIST_OPENS: Final = re.compile(rb"[=,({]\s*\{\s*\Z")
# XDP_METADATA_KFUNC_xxx, alone between two functions or statements
_ALONE: Final = re.compile(rb"^[ \t]*([A-Za-z_]\w*)[ \t]*\n(?=\s*(?:[A-Za-z_]\w*[ \t]*[\w*(=]|[}\n]|\Z))", re.MULTILINE)
# printk(KERN_ERR pr_fmt(fmt)): a literal that is a macro, joined with one that a macro makes
_JOINED_LITERAL: Final = re.compile(rb"(?<=[(,])(\s*)([A-Z][A-Z0-9_]+)(?=\s+[A-Za-z_]\w*\s*\()")


@dataclass(slots=True)
class Masked:
    """The text to parse, and what was masked in it.

    ``iterators`` maps the offset of each masked iterator to its name, ``lists`` that of each object-like macro which
    stood alone where a statement or a definition may; ``statics`` holds the offsets at which a macro stood that means
    ``static`` but is shorter than that word.
    """

    text: bytes
    iterators: dict[int, str] = field(default_factory=dict)
    lists: dict[int, str] = field(default_factory=dict)
    statics: list[int] = field(default_factory=list)


def matching_paren(text: bytes | bytearray, opening: int) -> int:
    """The offset behind the ``)`` that closes the ``(`` at ``opening``; -1 where none does."""
    depth = 0
    for m in _PAREN.finditer(text, opening):
        c = m.group()
        if c == b"(":
            depth += 1
        elif c == b")":
            depth -= 1
            if depth == 0:
                return m.end()
    return -1


_PAREN: Final = re.compile(rb"""[()]|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""")


class Masker:
    """Masks files under one table of macros."""

    def __init__(self, table: MacroTable, natures: Natures) -> None:
        self._table = table
        self._natures = natures
        self._judged: dict[bytes, int] = {}

    def _nature(self, raw: bytes) -> int:
        """What a name may be, remembered by its bytes: this is asked for every word of a tree."""
        known = self._judged.get(raw)
        if known is None:
            name = raw.decode("latin-1")
            known = self._judged[raw] = self._natures.anywhere(name) if name in self._table else Nature.PLAIN
        return known

    def mask(self, code: bytes, view: MacroView) -> Masked:
        """``code`` (comments and directives blanked) ready for the parser; its length is kept."""
        names = set(_IDENTIFIER.findall(code))
        buffer = bytearray(code)
        result = Masked(code)
        for gnu in _GNU_WORDS:
            if gnu in names:
                self._blank_all(buffer, gnu, with_arguments=gnu != b"__extension__")
        nature_of = self._nature
        for word in _TYPEOF_WORDS:
            if word in names:
                self._typeof(buffer, word)
        for raw in sorted(n for n in names if nature_of(n) & _MASKED):
            name = raw.decode("latin-1")
            candidates = view.candidates(name)
            nature = self._natures.among(name, candidates) if candidates else Nature.PLAIN
            if nature & Nature.ATTRIBUTE:
                with_arguments = candidates[0].params is not None
                self._blank_all(buffer, raw, with_arguments, _keyword(nature), result.statics)
            elif nature & Nature.ITERATOR and len(raw) >= 5:
                self._iterators(buffer, raw, result)
        self._statements(buffer, view, result)
        text = mask_asm(bytes(buffer))
        text = _OFFSETOF.sub(lambda m: b"offset_f".ljust(len(m[0]), b"_"), text)
        if b"..." in text:
            text = _CASE_RANGE.sub(lambda m: m[1] + m[2].translate(BLANK), text)
        if b"," in text:
            text = _TYPE_ARGUMENT.sub(_placeholder, text)
            text = _LAST_TYPE_ARGUMENT.sub(_placeholder, text)
            text = _POINTER_ARGUMENT.sub(_placeholder, text)
            text = _EMPTY_ARGUMENT.sub(b" ", text)
        text = _ONLY_TYPE_ARGUMENT.sub(_placeholder, text)
        text = _without_literal_makers(text)
        text = _JOINED_LITERAL.sub(lambda m: m[1] + m[2].translate(BLANK), text)
        result.text = text
        return result

    def _statements(self, buffer: bytearray, view: MacroView, result: Masked) -> None:
        """Ends the invocations that stand for statements without a semicolon, ``N(UP) N(DOWN)``, and takes out the
        lists of them that a macro holds.
        """
        code = bytes(buffer)
        for m in _OPEN_STATEMENT.finditer(code):
            name = m[1].decode("latin-1")
            if name in NOT_CALLED or name not in self._table or not _starts_statement(buffer, m.start()):
                continue
            if _LIST_OPENS.search(code, max(0, m.start() - 40), m.start()):
                continue
            macro = view.get(name)
            if macro is not None and macro.params is not None and buffer[m.end(2)] in b" \t\n":
                if not self._natures.among(name, (macro,)) & Nature.ITERATOR and not macro.body.endswith("else"):
                    buffer[m.end(2)] = 0x3B
        for m in _ALONE.finditer(code):
            name = m[1].decode("latin-1")
            if name not in self._table or not _starts_statement(buffer, m.start(1)):
                continue
            macro = view.get(name)
            if macro is not None and macro.params is None and "(" in macro.body:
                result.lists[m.start(1)] = name
                buffer[m.start(1) : m.end(1)] = code[m.start(1) : m.end(1)].translate(BLANK)

    @staticmethod
    def _blank_all(
        buffer: bytearray, word: bytes, with_arguments: bool, keyword: bytes = b"", short: list[int] | None = None
    ) -> None:
        at = find_word(buffer, word, 0)
        while at >= 0:
            end = at + len(word)
            if with_arguments:
                opening = _next_code(buffer, end)
                if opening < len(buffer) and buffer[opening] == 0x28:
                    closing = matching_paren(buffer, opening)
                    if 0 < closing - at < 4000:
                        end = closing
            filler = bytes(buffer[at:end]).translate(BLANK)
            if keyword and len(keyword) <= len(word):
                filler = keyword + filler[len(keyword) :]
            elif keyword == b"static" and short is not None:
                short.append(at)
            buffer[at:end] = filler
            at = find_word(buffer, word, end)

    @staticmethod
    def _typeof(buffer: bytearray, word: bytes) -> None:
        """``typeof(x) y`` is a declaration and ``(typeof(x))y`` a cast: so are ``int y`` and ``(int)y``."""
        at = find_word(buffer, word, 0)
        while at >= 0:
            end = at + len(word)
            opening = _next_code(buffer, end)
            closing = matching_paren(buffer, opening) if opening < len(buffer) and buffer[opening] == 0x28 else -1
            if closing > 0:
                buffer[at:closing] = b"int" + bytes(buffer[at + 3 : closing]).translate(BLANK)
                end = closing
            at = find_word(buffer, word, end)

    @staticmethod
    def _iterators(buffer: bytearray, word: bytes, result: Masked) -> None:
        at = find_word(buffer, word, 0)
        while at >= 0:
            end = at + len(word)
            opening = _next_code(buffer, end)
            if opening < len(buffer) and buffer[opening] == 0x28 and _starts_statement(buffer, at):
                buffer[at:end] = b"while".ljust(len(word))
                result.iterators[at] = word.decode("latin-1")
            at = find_word(buffer, word, end)


def _keyword(nature: int) -> bytes:
    if nature & Nature.STATIC:
        return b"static"
    return b"inline" if nature & Nature.INLINE else b""


def _placeholder(m: re.Match[bytes]) -> bytes:
    text = m.group(2)
    return m.group(1) + b"T" + text[1:].translate(BLANK)


def _without_literal_makers(text: bytes) -> bytes:
    """``text`` without the invocations that stand between string literals."""
    buffer: bytearray | None = None
    for m in _LITERAL_MAKER.finditer(text):
        if text.count(b'"', text.rfind(b"\n", 0, m.start()) + 1, m.start()) % 2:
            continue  # inside a literal
        end = matching_paren(text, m.end() - 1)
        if end > 0:
            buffer = buffer if buffer is not None else bytearray(text)
            buffer[m.start(1) : end] = text[m.start(1) : end].translate(BLANK)
    return bytes(buffer) if buffer is not None else text


def find_word(buffer: bytes | bytearray, word: bytes, start: int) -> int:
    """The next place at which ``word`` stands as a whole word, not as a member; -1 for none."""
    n = len(word)
    at = buffer.find(word, start)
    while at >= 0:
        before = buffer[at - 1] if at else 0x20
        after = buffer[at + n] if at + n < len(buffer) else 0x20
        if (
            before not in _WORD_BYTES
            and after not in _WORD_BYTES
            and before != 0x2E
            and not (before == 0x3E and at >= 2 and buffer[at - 2] == 0x2D)
        ):
            return at
        at = buffer.find(word, at + n)
    return -1


def _next_code(buffer: bytearray, at: int) -> int:
    while at < len(buffer) and buffer[at] in b" \t\r\n":
        at += 1
    return at


def _starts_statement(buffer: bytearray, at: int) -> bool:
    """Whether a statement may begin at ``at``: behind ``;``, a brace, a label, ``)`` or ``else``."""
    i = at - 1
    while i >= 0 and buffer[i] in b" \t\r\n":
        i -= 1
    return (
        i < 0
        or buffer[i] in b";{}):"
        or bytes(buffer[max(0, i - 3) : i + 1]) in (b"else",)
        or bytes(buffer[max(0, i - 1) : i + 1]) == b"do"
    )
