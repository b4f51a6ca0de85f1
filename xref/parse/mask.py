# SPDX-License-Identifier: MIT
"""Overwrites what tree-sitter-c cannot read with text of the same length that it can.

Attribute words become blanks, iterator macros become ``while``, type names among arguments become identifiers. What was
there is remembered by offset, so the facts still name the macro that the source names.
"""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass, field
from typing import Final

from xref.lex.comments import BLANK
from xref.macros.body import names_something
from xref.macros.nature import NOT_CALLED, Nature, Natures
from xref.macros.table import MacroTable
from xref.macros.trailing import Trailing
from xref.macros.view import MacroView
from xref.parse.asm import mask_asm
from xref.parse.forms import mask_forms
from xref.parse.parens import matching_paren
from xref.parse.words import DIGITS, WORD_BYTES, find_word, next_code, starts_statement, word_before

_MASKED: Final = Nature.ATTRIBUTE | Nature.ITERATOR
# Everything but the bytes of words becomes a blank: splitting at them takes half the time of a search for identifiers.
_WORDS_ALONE: Final = bytes(c if c in WORD_BYTES else 0x20 for c in range(256))
_TYPEOF_WORDS: Final = (b"typeof", b"__typeof__", b"__typeof", b"typeof_unqual", b"__typeof_unqual__")
_GNU_WORDS: Final = (b"__attribute__", b"__attribute", b"__extension__", b"__seg_gs", b"__seg_fs")
"""Attributes, which take arguments, and words that take none; named address spaces are x86's (GCC manual 6.16)."""
_BEGIN_LISTS: Final = ("{", ".", "[")
# N(UP) N(DOWN) N(REBOOT), as net/core/dev.c lists its cases; tcp_skb_tsorted_save(skb) { ... }
_OPEN_STATEMENT: Final = re.compile(rb"\([^()\n;{}]*+\)(?=\s*[A-Za-z_{}])")
_LIST_OPENS: Final = re.compile(rb"[=,({]\s*\{\s*\Z")
# XDP_METADATA_KFUNC_xxx, alone between two functions or statements
_ALONE: Final = re.compile(rb"\n[ \t]*+([A-Za-z_]\w*+)[ \t]*+(?=\n\s*(?:[A-Za-z_]\w*[ \t]*[\w*(=]|[}\n]|\Z))")


@dataclass(slots=True)
class Masked:
    """The text to parse, and what was masked in it.

    ``iterators`` maps the offset of each masked iterator to its name, ``lists`` that of each object-like macro which
    stood alone where a statement or a definition may; ``statics`` holds the offsets at which a macro stood that means
    ``static`` but is shorter than that word. ``words`` are all that the text had before.
    """

    text: bytes
    words: Set[bytes] = frozenset()
    iterators: dict[int, str] = field(default_factory=dict)
    lists: dict[int, str] = field(default_factory=dict)
    statics: list[int] = field(default_factory=list)


class Masker:
    """Masks files under one table of macros."""

    def __init__(self, table: MacroTable, natures: Natures) -> None:
        self._table = table
        self._natures = natures
        self._ends_open = Trailing(table)
        self._plain: set[bytes] = set()
        self._masked: set[bytes] = set()
        self._open: set[bytes] = set()
        self._constants: dict[bytes, bool] = {}

    def _judge(self, words: set[bytes]) -> None:
        """Remembers which of ``words`` may need masking, and which none: this is asked for every word of a tree."""
        for raw in words - self._plain:
            if raw not in self._masked and raw not in self._open:
                name = raw.decode("latin-1")
                if name not in self._table:
                    self._plain.add(raw)
                elif self._natures.anywhere(name) & _MASKED:
                    self._masked.add(raw)
                else:
                    (self._open if self._ends_open(name) else self._plain).add(raw)

    def _is_constant(self, raw: bytes) -> bool:
        """Whether a word that stands alone is neither a list, or a part of one, nor a call, nor the name of something
        that is no constant, under any definition.
        """
        known = self._constants.get(raw)
        if known is None:
            name = raw.decode("latin-1")
            bodies = [m.body for m in self._table.all(name) if m.params is None]
            # #define CTL_INT bin_intvec   kernel/sysctl_binary.c up to 5.8
            more = any(body[:1] in _BEGIN_LISTS or "," in body or names_something(body) for body in bodies)
            known = self._constants[raw] = not more and not (any(bodies) and self._natures.calls(name))
        return known

    def mask(self, code: bytes, view: MacroView) -> Masked:
        """``code`` (comments and directives blanked) ready for the parser; its length is kept."""
        names = words_of(code)
        buffer = bytearray(code)
        result = Masked(code, names)
        for gnu in _GNU_WORDS:
            if gnu in names:
                self._blank_all(buffer, gnu, with_arguments=gnu.startswith(b"__attribute"))
        for word in _TYPEOF_WORDS:
            if word in names:
                self._typeof(buffer, word)
        self._judge(names)
        for raw in sorted(names & self._masked):
            name = raw.decode("latin-1")
            candidates = view.candidates(name)
            nature = self._natures.among(name, candidates) if candidates else Nature.PLAIN
            if nature & Nature.ATTRIBUTE:
                with_arguments = candidates[0].params is not None
                self._blank_all(buffer, raw, with_arguments, _keyword(nature), result.statics)
            elif nature & Nature.ITERATOR and len(raw) >= 5:
                self._iterators(buffer, raw, result)
        if not names.isdisjoint(self._open):
            open_here = {raw for raw in names & self._open if self._ends_open.among(view.candidates(raw.decode()))}
            _close_elements(buffer, open_here)
        self._statements(buffer, view, result)
        text = mask_forms(mask_asm(bytes(buffer)), self._is_constant)
        result.text = text
        return result

    def _statements(self, buffer: bytearray, view: MacroView, result: Masked) -> None:
        """Ends the invocations that stand for statements without a semicolon, ``N(UP) N(DOWN)``, and takes out the
        lists of them that a macro holds.
        """
        code = bytes(buffer)
        for m in _ALONE.finditer(code):
            name = m[1].decode("latin-1")
            macro = view.get(name)
            # what has no definition here: __ARCH_COMPAT_FLOCK_PAD in a struct of include/linux/compat.h
            undefined = macro is None and name.isupper() and code[m.start(1) - 1] != 0x0A
            listing = macro is not None and macro.params is None and _holds_statements(macro.body)
            if not (listing or undefined) or not starts_statement(buffer, m.start(1)):
                continue
            if listing:
                result.lists[m.start(1)] = name
            buffer[m.start(1) : m.end(1)] = code[m.start(1) : m.end(1)].translate(BLANK)
        code = bytes(buffer)
        for m in _OPEN_STATEMENT.finditer(code):
            head, word = word_before(code, m.start())
            name = word.decode("latin-1")
            if not name or name in NOT_CALLED or name not in self._table or not starts_statement(buffer, head):
                continue
            if _LIST_OPENS.search(code, max(0, head - 40), head):
                continue
            if code[next_code(buffer, m.end())] == 0x7B and (not head or code[head - 1] == 0x0A):
                continue  # a function that is a macro elsewhere, its type on the line before
            macro = view.get(name)
            if macro is not None and macro.params is not None and buffer[m.end()] in b" \t\n":
                if not self._natures.among(name, (macro,)) & Nature.ITERATOR and not macro.body.endswith("else"):
                    buffer[m.end()] = 0x3B

    @staticmethod
    def _blank_all(
        buffer: bytearray, word: bytes, with_arguments: bool, keyword: bytes = b"", short: list[int] | None = None
    ) -> None:
        at = find_word(buffer, word, 0)
        while at >= 0:
            end = at + len(word)
            if with_arguments:
                opening = next_code(buffer, end)
                if opening < len(buffer) and buffer[opening] == 0x28:
                    closing = matching_paren(buffer, opening)
                    if 0 < closing - at < 4000:
                        if _declares(buffer, at, closing):
                            at = find_word(buffer, word, end)
                            continue
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
            opening = next_code(buffer, end)
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
            opening = next_code(buffer, end)
            if opening < len(buffer) and buffer[opening] == 0x28 and starts_statement(buffer, at):
                buffer[at:end] = b"while".ljust(len(word))
                result.iterators[at] = word.decode("latin-1")
            at = find_word(buffer, word, end)


def _close_elements(buffer: bytearray, words: Set[bytes]) -> None:
    """Ends the invocations in lists that end in a comma of their own, ``SET_RUNTIME_PM_OPS(a, b, c)`` before another
    such, or before ``.name =``: the parser knows neither where one element ends nor where the next begins.
    """
    places: list[tuple[int, int]] = []
    for word in words:
        at = find_word(buffer, word, 0)
        while at >= 0:
            places.append((at, at + len(word)))
            at = find_word(buffer, word, at + len(word))
    for start, end in sorted(places):
        before = start - 1
        while before >= 0 and buffer[before] in b" \t\r\n":
            before -= 1
        if before < 0 or buffer[before] not in b"{,":
            continue
        opening = next_code(buffer, end)
        if opening < len(buffer) and buffer[opening] == 0x28:
            end = matching_paren(buffer, opening)
        following = next_code(buffer, end)
        if 0 < end < following < len(buffer) and (buffer[following] in b".[{" or buffer[following] in WORD_BYTES):
            buffer[end] = 0x2C


def _declares(code: bytearray, at: int, end: int) -> bool:
    """Whether the invocation ``[at, end)`` is none but the head of a function: ``void __print_symbol(...)`` of
    kernel/kallsyms.c, which is an empty macro where CONFIG_KALLSYMS is off.
    """
    opening = next_code(code, end)
    line = code.rfind(b"\n", 0, at) + 1
    before = bytes(code[line:at]).rstrip()
    return (
        opening < len(code)
        and code[opening] == 0x7B
        and before[:1].strip() != b""
        and (before[-1] in WORD_BYTES or before[-1] == 0x2A)
    )


def _holds_statements(body: str) -> bool:
    """Whether an object-like macro that stands alone is more than a word: it invokes something, or ends a declaration,
    as CRITFLAGS of drivers/video/fbdev/matrox/matroxfb_base.h does.
    """
    return "(" in body or body.endswith(";")


def words_of(code: bytes) -> set[bytes]:
    """All identifiers of ``code``."""
    return {word for word in set(code.translate(_WORDS_ALONE).split()) if word[0] not in DIGITS}


def _keyword(nature: int) -> bytes:
    if nature & Nature.STATIC:
        return b"static"
    return b"inline" if nature & Nature.INLINE else b""
