# SPDX-License-Identifier: MIT
"""Forms that only a preprocessor makes C of, rewritten in text of the same length: types as arguments, paths in
offsetof, literals that macros make, ranges of cases.

Every pattern begins with a character that is rare or cheap to find: this goes over every byte of a tree.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from xref.lex.comments import BLANK
from xref.parse.parens import matching_paren
from xref.parse.words import find_word, next_code, word_before

_TYPE_WORDS: Final = (
    rb"(?:(?:const|volatile)\s+)*(?:(?:struct|union|enum)\s+\w+"
    rb"|(?:unsigned|signed|long|short|int|char|void|float|double|_Bool)"
    rb"(?:\s+(?:unsigned|signed|long|short|int|char))*)(?:\s+const)?"
)
# container_of(p, struct sock, member), min_t(unsigned long, a, b), f(x, void *): not a cast, because a comma stands on
# one side at least; alloc_percpu(struct icmp_mib), BPF_SIZEOF(void *): one only behind a name
# tg3_flag(tp, 5705_PLUS), DWC3_VER_IS_PRIOR(DWC31, 180A): half of a name, and no number
# PP_ASSERT_WITH_CODE(!ret, "...", return ret): a statement that a macro puts where it belongs
# printk(KERN_ERR pr_fmt(fmt)), printk(KERN_ERR PFX "..."): two literals that are macros side by side
# One pattern for each character before an argument: a search for one byte is several times as fast as one for two. What
# an argument begins with that none of these can is told by its first letter.
_ARGUMENTS: Final = tuple(
    re.compile(
        rb"(" + before + rb"\s*+)(?=[A-Zbcdefgilrsuv_\d])(?:(" + _TYPE_WORDS + rb"(?:\s*\*)*)(?=\s*([,)]))"
        rb"|([A-Z][A-Z0-9_]+(?=\s+[A-Za-z_]\w*\s*[(\"])|(?:return|goto)\b(?=\s*[\w(*&!~\-]))"
        rb"|(\d+[A-Za-z_]\w*|return|break|continue)(?=\s*[,)]))"
    )
    for before in (rb"\(", rb",")
)
_NUMBER: Final = re.compile(rb"0[xX][0-9a-fA-F]+[uUlL]*|0[bB][01]+[uUlL]*|\d+[uUlL]*|\d+[eE]\d+[fFlL]?")
_ONLY_TYPE: Final = re.compile(rb"(?:struct|union|enum)\s+\w+(?:\s*\*)*|void(?:\s*\*)+|unsigned\s+\w+(?:\s*\*)*")
_TAKES_TYPE: Final = re.compile(
    rb"sizeof|_*typeof(?:_unqual)?_*|_*[Aa]lignof_*|return|if|while|switch|void|int|long|char"
)
# __SC_CAST(loff_t *, offset)
_POINTER_ARGUMENT: Final = re.compile(rb"\*(?=\s*,)")
_POINTER_BEFORE: Final = re.compile(rb"[(,]\s*([A-Za-z_]\w*\s*\*+)\Z")
# assert_function_type(func, void (*)(struct pt_regs *)); the pointer is looked for first, which is rare
_FUNCTION_TYPE: Final = re.compile(rb"\(\s*\*\s*\)\s*\([^()]*\)(?=\s*([,)]))")
_RETURNED: Final = re.compile(rb"([(,]\s*)(?:const\s+)?(?:(?:struct|union|enum)\s+)?\w[\w\s]*(?:\*\s*)*\Z")
_WINDOW: Final = 200
"""How far to look back, in bytes."""
# IRDA_ASSERT(self != NULL, return -1;);
_STATEMENT_ARGUMENT: Final = re.compile(
    rb"(,\s*+(?:return|goto|break|continue)\b[^;{}()]*+(?:\([^()]*+\)[^;{}()]*+)*+);(?=\s*\))"
)
_EMPTY_ARGUMENT: Final = re.compile(rb",(?=\s*\))")
# offsetof(struct sock, sk_node.next): the grammar knows only a single member behind the comma
_OFFSETOF: Final = (b"offsetof", b"__builtin_offsetof")
# dump_page(page, "VM_BUG_ON_PAGE(" __stringify(cond) ")")
_LITERAL_MAKER: Final = re.compile(rb"\"\s*([A-Za-z_]\w*\s*)\(")
# case offsetof(struct x, a) ... offsetof(struct x, b):
_RANGE: Final = re.compile(rb"\.\.\.[^:;{}]{,300}(?=:)")
_LONGEST_CASE: Final = 300
_CASE_BEFORE: Final = re.compile(rb"\bcase\s[^:;{}]*\Z")
# struct { int : (-!!(e)); }, unsigned int :3; a bit-field without a name, which the grammar does not know
_NAMELESS: Final = re.compile(
    rb"[{;]\s*((?:unsigned|signed|long|short)\s+)?((?:int|unsigned|long|short|char|_*[us](?:8|16|32|64)|__[lb]e\d\d)\s*)\Z"
)
# { 0x1f, REG_X, "x", .y = Z | 1, { } }, enum { A = 1, B, ... }: tables and register headers have megabytes of what
# holds no fact. Words are in capitals, and none is invoked.
_CONSTANTS: Final = re.compile(
    rb"""\{(?=\s*+[A-Z_\d."'(\[{~&<>+\-])
    ((?:[\s,+\-|~&<>*/\[\]=(]++|\)(?!\s*+\()|\d\w*+|[A-Z_][A-Z0-9_]*+(?!\w|\s*+\()|\.\s*+[A-Za-z_]\w*+(?=\s*[=.\[])
    |"(?:\\.|[^"\\\n])*+"|'(?:\\.|[^'\\\n])*+'|\{\s*+\}|(?:true|false)\b)++)\}""",
    re.VERBOSE,
)
_CONSTANT: Final = re.compile(rb"""[.]\s*+\w++|\d\w*+|"(?:\\.|[^"\\\n])*+"|'(?:\\.|[^'\\\n])*+'|([A-Za-z_]\w*+)""")
_NESTED: Final = 3
_ENUM: Final = re.compile(rb"enum(?<!\wenum)[^;{}()=]*+\{([^{}();]*+)\}")
_FEW: Final = 16
_ROW: Final = 6
"""What is shorter costs the parser no more than a search; of a table it is what a row has at least."""
# sizeof(struct {_Static_assert(!(e), "must be array");}): what ARRAY_SIZE is made of; a member for the grammar
_ASSERT_INSIDE: Final = re.compile(rb"struct\s*\{\s*(_Static_assert\s*)\(")
_NUMBER_TYPE: Final = re.compile(rb"int|unsigned|long|short|char|_*[us](?:8|16|32|64)|__[lb]e\d\d")


def mask_forms(text: bytes, is_constant: Callable[[bytes], bool]) -> bytes:
    """``text`` (comments and directives blanked) with all these forms rewritten; its length is kept. ``is_constant``
    says of a word in capitals that it stands for nothing but a number.
    """
    if b"{" in text:
        text = _without_lists(text, is_constant)
    if b"_Static_assert" in text:
        text = _without_asserts(text)
    if b"offsetof" in text:
        text = _without_offsetof(text)
    if b"..." in text:
        text = _without_case_ranges(text)
    if b";)" in text:
        text = _STATEMENT_ARGUMENT.sub(rb"\1 ", text)
    if b"," in text:
        text = _without_pointer_types(text)
        text = _EMPTY_ARGUMENT.sub(b" ", text)
    if b"(*)" in text or b"( * )" in text:
        text = _without_function_types(text)
    if b"(" in text:
        for pattern in _ARGUMENTS:
            text = pattern.sub(_argument, text)
    if b":" in text:
        text = _with_names(text)
    if b'"' in text:
        text = _without_literal_makers(text)
    return text


def _argument(m: re.Match[bytes]) -> bytes:
    """A type between parentheses is an argument behind a name, and a cast or an operand elsewhere."""
    if m[4]:
        return m[1] + m[4].translate(BLANK)
    if m[5]:
        return m[0] if _NUMBER.fullmatch(m[5]) else m[1] + b"T" + m[5][1:]
    if m[3] == b")" and m[1][:1] == b"(" and _ONLY_TYPE.fullmatch(m[2]) is None:
        return m[0]
    return _argument_type(m)


def _argument_type(m: re.Match[bytes]) -> bytes:
    if m[3] == b")" and m[1][:1] == b"(":
        _, word = word_before(m.string, m.start())
        if not word or _TAKES_TYPE.fullmatch(word):
            return m[0]
    return m[1] + b"T" + m[2][1:].translate(BLANK)


def _without_lists(text: bytes, is_constant: Callable[[bytes], bool]) -> bytes:
    """``text`` without what stands in braces that hold nothing but constants, or nothing but enumerators."""
    for _ in range(_NESTED):
        buffer: bytearray | None = None
        for m in _CONSTANTS.finditer(text):
            start, end = m.span(1)
            inside = m[1]
            if end - start < _ROW or not (b"," in inside or b"=" in inside):
                continue  # struct TAG { MEMBERS }, as a macro has it
            if all(map(is_constant, _CONSTANT.findall(inside))):
                buffer = buffer if buffer is not None else bytearray(text)
                buffer[start:end] = inside.translate(BLANK)
        if buffer is None:
            break
        text = bytes(buffer)
    buffer = None
    for m in _ENUM.finditer(text):
        start, end = m.span(1)
        if end - start >= _FEW:
            buffer = buffer if buffer is not None else bytearray(text)
            buffer[start:end] = m[1].translate(BLANK)
    return bytes(buffer) if buffer is not None else text


def _without_asserts(text: bytes) -> bytes:
    """``text`` with a member in place of each assertion that a struct begins with (C11 6.7.2.1 p1 allows them)."""
    buffer: bytearray | None = None
    for m in _ASSERT_INSIDE.finditer(text):
        end = matching_paren(text, m.end() - 1)
        if end > 0:
            buffer = buffer if buffer is not None else bytearray(text)
            buffer[m.start(1) : end] = b"int x".ljust(end - m.start(1))
    return bytes(buffer) if buffer is not None else text


def _without_offsetof(text: bytes) -> bytes:
    """``text`` with a name for a function in place of ``offsetof``."""
    buffer = bytearray(text)
    for word in _OFFSETOF:
        at = find_word(buffer, word, 0)
        while at >= 0:
            end = at + len(word)
            opening = next_code(buffer, end)
            if opening < len(buffer) and buffer[opening] == 0x28:
                buffer[at:end] = b"offset_f".ljust(len(word), b"_")
            at = find_word(buffer, word, end)
    return bytes(buffer)


def _with_names(text: bytes) -> bytes:
    """``text`` with names for the bit-fields that have none."""
    buffer: bytearray | None = None
    at = text.find(b":")
    while at >= 0:
        _, word = word_before(text, at)
        if word and _NUMBER_TYPE.fullmatch(word):
            m = _NAMELESS.search(text, max(0, at - 80), at)
            name = b"T x" if m is None or not m[1] else b"x"
            if m is not None and len(name) <= len(m[2]):
                buffer = buffer if buffer is not None else bytearray(text)
                buffer[m.start(2) : at] = name.ljust(at - m.start(2))
        at = text.find(b":", at + 1)
    return bytes(buffer) if buffer is not None else text


def _without_case_ranges(text: bytes) -> bytes:
    """``text`` with the first value alone of each range of cases."""
    buffer: bytearray | None = None
    for m in _RANGE.finditer(text):
        case = text.rfind(b"case", max(0, m.start() - _LONGEST_CASE), m.start())
        if case >= 0 and _CASE_BEFORE.search(text, case, m.start()) is not None:
            buffer = buffer if buffer is not None else bytearray(text)
            buffer[m.start() : m.end()] = m.group().translate(BLANK)
    return bytes(buffer) if buffer is not None else text


def _without_pointer_types(text: bytes) -> bytes:
    buffer: bytearray | None = None
    for m in _POINTER_ARGUMENT.finditer(text):
        before = _POINTER_BEFORE.search(text, max(0, m.end() - 60), m.end())
        if before is not None:
            buffer = buffer if buffer is not None else bytearray(text)
            buffer[before.start(1) : m.end()] = b"T" + before[1][1:].translate(BLANK)
    return bytes(buffer) if buffer is not None else text


def _without_function_types(text: bytes) -> bytes:
    """``text`` with a name for each argument that is the type of a pointer to functions."""
    buffer: bytearray | None = None
    for m in _FUNCTION_TYPE.finditer(text):
        before = _RETURNED.search(text, max(0, m.start() - _WINDOW), m.start())
        if before is None:
            continue
        if m[1] == b")" and before[1][:1] == b"(":
            _, word = word_before(text, before.start())
            if not word or _TAKES_TYPE.fullmatch(word):
                continue
        start = before.end(1)
        buffer = buffer if buffer is not None else bytearray(text)
        buffer[start : m.end()] = b"T" + text[start + 1 : m.end()].translate(BLANK)
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
