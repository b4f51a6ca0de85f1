# SPDX-License-Identifier: MIT
"""Forms that only a preprocessor makes C of, rewritten in text of the same length: types as arguments, paths in
offsetof, literals that macros make, ranges of cases.

Every pattern begins with a character that is rare or cheap to find: this goes over every byte of a tree.
"""

from __future__ import annotations

import re
from typing import Final

from xref.lex.comments import BLANK
from xref.parse.parens import matching_paren
from xref.parse.words import word_before

_TYPE_WORDS: Final = (
    rb"(?:(?:const|volatile)\s+)*(?:(?:struct|union|enum)\s+\w+"
    rb"|(?:unsigned|signed|long|short|int|char|void|float|double|_Bool)"
    rb"(?:\s+(?:unsigned|signed|long|short|int|char))*)(?:\s+const)?"
)
# container_of(p, struct sock, member), min_t(unsigned long, a, b), f(x, void *): not a cast, because a comma stands on
# one side at least; alloc_percpu(struct icmp_mib), BPF_SIZEOF(void *): one only behind a name
_TYPE_ARGUMENT: Final = re.compile(rb"([(,]\s*)(" + _TYPE_WORDS + rb"(?:\s*\*)*)(?=\s*([,)]))")
_ONLY_TYPE: Final = re.compile(rb"(?:struct|union|enum)\s+\w+(?:\s*\*)*|void(?:\s*\*)+|unsigned\s+\w+(?:\s*\*)*")
_TAKES_TYPE: Final = re.compile(
    rb"sizeof|_*typeof(?:_unqual)?_*|_*[Aa]lignof_*|return|if|while|switch|void|int|long|char"
)
# __SC_CAST(loff_t *, offset)
_POINTER_ARGUMENT: Final = re.compile(rb"\*(?=\s*,)")
_POINTER_BEFORE: Final = re.compile(rb"[(,]\s*([A-Za-z_]\w*\s*\*+)\Z")
_EMPTY_ARGUMENT: Final = re.compile(rb",(?=\s*\))")
# offsetof(struct sock, sk_node.next): the grammar knows only a single member behind the comma
_OFFSETOF: Final = re.compile(rb"(?:\b__builtin_)?\boffsetof(?=\s*\()|\b__builtin_offsetof(?=\s*\()")
# dump_page(page, "VM_BUG_ON_PAGE(" __stringify(cond) ")")
_LITERAL_MAKER: Final = re.compile(rb"\"\s*([A-Za-z_]\w*\s*)\(")
# case offsetof(struct x, a) ... offsetof(struct x, b):
_CASE_RANGE: Final = re.compile(rb"(\bcase\s[^:;{}\n]*?)(\.\.\.[^:;{}\n]*)(?=:)")
# printk(KERN_ERR pr_fmt(fmt)): a literal that is a macro, joined with one that a macro makes
_JOINED_LITERAL: Final = re.compile(rb"([(,]\s*)([A-Z][A-Z0-9_]+)(?=\s+[A-Za-z_]\w*\s*\()")

# struct { int : (-!!(e)); }, unsigned int :3; a bit-field without a name, which the grammar does not know
_NAMELESS: Final = re.compile(
    rb"([{;]\s*)((?:unsigned|signed|long|short)\s+)?((?:int|unsigned|long|short|char|_*[us](?:8|16|32|64)|__[lb]e\d\d)\s*)"
    rb"(?=:)"
)


def mask_forms(text: bytes) -> bytes:
    """``text`` (comments and directives blanked) with all these forms rewritten; its length is kept."""
    if b"offsetof" in text:
        text = _OFFSETOF.sub(lambda m: b"offset_f".ljust(len(m[0]), b"_"), text)
    if b"..." in text:
        text = _CASE_RANGE.sub(_without_second, text)
    if b"," in text:
        text = _without_pointer_types(text)
        text = _EMPTY_ARGUMENT.sub(b" ", text)
    if b"(" in text:
        text = _TYPE_ARGUMENT.sub(_type_argument, text)
        text = _JOINED_LITERAL.sub(_without_second, text)
    if b":" in text:
        text = _NAMELESS.sub(_named, text)
    if b'"' in text:
        text = _without_literal_makers(text)
    return text


def _type_argument(m: re.Match[bytes]) -> bytes:
    """A type between parentheses is an argument behind a name, and a cast or an operand elsewhere."""
    if m[3] == b")" and m[1][:1] == b"(":
        if _ONLY_TYPE.fullmatch(m[2]) is None:
            return m[0]
        _, word = word_before(m.string, m.start())
        if not word or _TAKES_TYPE.fullmatch(word):
            return m[0]
    return _placeholder(m)


def _placeholder(m: re.Match[bytes]) -> bytes:
    return m[1] + b"T" + m[2][1:].translate(BLANK)


def _named(m: re.Match[bytes]) -> bytes:
    name = b"x" if m[2] else b"T x"
    return m[1] + (m[2] or b"") + name + m[3][len(name) :].translate(BLANK) if len(name) <= len(m[3]) else m[0]


def _without_second(m: re.Match[bytes]) -> bytes:
    return m[1] + m[2].translate(BLANK)


def _without_pointer_types(text: bytes) -> bytes:
    buffer: bytearray | None = None
    for m in _POINTER_ARGUMENT.finditer(text):
        before = _POINTER_BEFORE.search(text, max(0, m.end() - 60), m.end())
        if before is not None:
            buffer = buffer if buffer is not None else bytearray(text)
            buffer[before.start(1) : m.end()] = b"T" + before[1][1:].translate(BLANK)
    return bytes(buffer) if buffer is not None else text


def _without_literal_makers(text: bytes) -> bytes:
    """``text`` without the invocations that stand between string literals."""
    buffer: bytearray | None = None
    for m in _LITERAL_MAKER.finditer(text):
        if text.count(b'"', text.rfind(b"\n", 0, m.start()) + 1, m.start() + 1) % 2:
            continue  # the quote opens a literal
        end = matching_paren(text, m.end() - 1)
        if end > 0:
            buffer = buffer if buffer is not None else bytearray(text)
            buffer[m.start(1) : end] = text[m.start(1) : end].translate(BLANK)
    return bytes(buffer) if buffer is not None else text
