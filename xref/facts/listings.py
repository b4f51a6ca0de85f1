# SPDX-License-Identifier: MIT
"""Headers that are nothing but a list of macro invocations, included where the includer says what the macro means.

``#define LSM_HOOK(RET, DEFAULT, NAME, ...) struct lsm_static_call NAME[MAX_LSM_COUNT];`` and below it
``#include <linux/lsm_hook_defs.h>`` inside the braces of a struct: the members are in the other file, and the
definition in force is the one above the ``#include``. The text of such headers is part of what all workers know of the
tree, as the macros are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from xref.lex import guard as g
from xref.lex.directives import Directives, blank_directives
from xref.lex.model import Include, MacroDef
from xref.macros.expand import Expander
from xref.macros.nature import Natures
from xref.macros.template import Templates
from xref.macros.view import MacroView, Reading
from xref.parse.parens import matching_paren

_DIRECTIVES: Final = re.compile(rb"(?:[ \t\f]*#[^\\\n]*(?:\\(?:\r?\n|[^\n])[^\\\n]*)*(?:\n|\Z)|[^\S\n]*\n)*")
_INVOCATION: Final = re.compile(rb"\s*([A-Za-z_]\w*)[ \t]*\(")
_SEPARATOR: Final = re.compile(rb"\s*[;,]?")
_BRACE: Final = re.compile(rb"""[{};]|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""")
_RECORD: Final = re.compile(rb"\b(?:struct|union)\b[^()=]*\Z")
_ENUM: Final = re.compile(rb"\benum\b[^()=]*\Z")
# One pattern for each word: a search for a whole word is several times as fast as one for two of them.
_MACRO_RECORDS: Final = tuple(
    re.compile(word + rb"(?<!\w" + word + rb")(?:\s+[a-z_]\w*+)?\s+([A-Z][A-Z0-9_]*+)\s*;")
    for word in (b"struct", b"union")
)
_LONGEST: Final = 200_000
_MOST_TEXT: Final = 8_000_000
"""In bytes. What would make more is left out; the 3,700 static calls that security/security.c of 6.12 declares, and the
keys that say which are in use, make half as much.
"""
_FEWEST: Final = 3
"""A header with fewer invocations than this is not worth to be carried to all workers."""


def listing_of(path: str, source: bytes) -> bytes:
    """``source`` where the header holds nothing but invocations and directives (comments blanked), else nothing."""
    if not path.endswith((".h", ".def", ".inc", ".tbl")) or len(source) > _LONGEST:
        return b""
    head = _DIRECTIVES.match(source)
    if head is None or _INVOCATION.match(source, head.end()) is None:
        return b""  # most headers begin with something else, and need not be blanked and read to see that
    code = blank_directives(source)
    return source if len(_invocations(code)) >= _FEWEST else b""


def _invocations(code: bytes) -> list[tuple[int, int]]:
    """The spans of the invocations that ``code`` (directives blanked) consists of; none where it holds more."""
    found: list[tuple[int, int]] = []
    at, end = 0, len(code.rstrip())
    while at < end:
        m = _INVOCATION.match(code, at)
        closing = matching_paren(code, m.end() - 1) if m is not None else -1
        if m is None or closing < 0:
            return []
        found.append((m.start(1), closing))
        separator = _SEPARATOR.match(code, closing)
        at = separator.end() if separator is not None else closing
    return found


@dataclass(frozen=True, slots=True)
class Listed:
    """What one ``#include`` of a listing makes: text at file scope (``function`` false) or inside a function, beginning
    at ``offset``; ``start`` and ``end`` span the construct it replaces, both 0 where it replaces nothing.
    """

    text: str
    offset: int
    line: int
    guard: str
    name: str
    function: bool
    start: int = 0
    end: int = 0


class Listings:
    """Reads the listings that one file includes."""

    def __init__(self, listings: Mapping[str, bytes], view: MacroView, natures: Natures) -> None:
        self._listings = listings
        self._view = view
        self._natures = natures

    def find(self, code: bytes, directives: Directives, resolve: Callable[[Include], str | None]) -> list[Listed]:
        """Everything that listings make in ``code`` (comments and directives blanked)."""
        found: list[Listed] = []
        inside: dict[tuple[int, int], list[tuple[int, Include, str]]] = {}
        for inc in directives.includes:
            path = resolve(inc)
            if path is None or path not in self._listings:
                continue
            offset = directives.offset_of(inc.line)
            text, name = self._expand(self._listings[path], directives, inc.line)
            if not text:
                continue
            span = _construct(code, offset)
            if span is None:
                found.append(Listed(text, offset, inc.line, inc.guard, name, False))
            else:
                inside.setdefault(span, []).append((offset, inc, text))
        for (start, end), parts in inside.items():
            head = code[start : code.find(b"{", start)]
            first = parts[0][1]
            if _ENUM.search(head):
                continue
            if b"=" in head or _RECORD.search(head):
                whole, at = "", start
                for offset, _, text in parts:
                    whole += code[at:offset].decode("latin-1") + text
                    at = offset
                whole += code[at:end].decode("latin-1")
                begins = len(code[start:end]) - len(code[start:end].lstrip()) + start
                found.append(Listed(whole, begins, directives.line_at(begins), first.guard, "", False, start, end))
            else:
                found.extend(Listed(t, offset, inc.line, inc.guard, "", True) for offset, inc, t in parts)
        return found

    def _expand(self, listing: bytes, directives: Directives, line: int) -> tuple[str, str]:
        """The invocations of a listing under the includer's definitions at ``line``, and the first one's name."""
        own: dict[str, MacroDef] = {}
        for m in directives.macros:
            if m.line < line and not 0 < m.until <= line and self._view.possible(m):
                other = own.get(m.name)
                if other is None or len(m.body) >= len(other.body) or not m.guard:
                    own[m.name] = m  # the fuller one of two arms

        reading = Reading(lambda n: own.get(n) or self._view.get(n))

        def want(n: str, depth: int) -> bool:
            m = reading[n]
            return n in own or m is None or m.params is None or depth == 0 or bool(self._natures.structural((m,)))

        code = blank_directives(listing)
        made: list[str] = []
        size = 0
        name = ""
        templates = Templates()
        for start, end in _invocations(code):
            invocation = code[start:end].decode("latin-1")
            head = invocation.partition("(")[0].strip()
            macro = own.get(head)
            if macro is not None and macro.params is None and macro.body.isidentifier():
                macro = reading[macro.body]  # #define KVM_X86_OP_OPTIONAL __KVM_X86_OP   arch/x86/kvm/x86.c
            if macro is None or macro.params is None:
                continue
            name = name or macro.name
            tokens, _ = templates.expanded(head, invocation, reading, partial(Expander, reading, want, line), ())
            text = " ".join(tokens)
            size += len(text)
            if size > _MOST_TEXT:
                return "", name
            made.append(text)
        return "\n".join(made) + "\n" if made else "", name


def opened_records(code: bytes, directives: Directives, view: MacroView) -> Iterator[Listed]:
    """The records whose members, or some of them, a macro holds: ``struct hash_alg_common HASH_ALG_COMMON;`` and
    ``struct HASH_ALG_COMMON;`` in another record, of include/crypto/hash.h.
    """
    changed: dict[tuple[int, int], list[tuple[int, int, str]]] = {}
    found = [m for pattern in _MACRO_RECORDS for m in pattern.finditer(code)]
    for m in sorted(found, key=lambda m: m.start()):
        name = m[1].decode("latin-1")
        macro = view.get(name)
        if macro is not None and macro.params is None and macro.body.lstrip().startswith("{"):
            line = code.rfind(b"\n", 0, m.start()) + 1
            span = _construct(code, m.start()) or (line, m.end())
            changed.setdefault(span, []).append((m.start(1), m.end(1), macro.body))
    for (start, end), bodies in changed.items():
        text, at = "", start
        for begins, ends, body in bodies:
            text += code[at:begins].decode("latin-1") + body
            at = ends
        text += code[at:end].decode("latin-1")
        first = start + len(code[start:end]) - len(code[start:end].lstrip())
        line_at, _, cond = directives.place(first)
        yield Listed(text, first, line_at, g.to_text(cond), "", False, start, end)


def _construct(code: bytes, offset: int) -> tuple[int, int] | None:
    """The span of the outermost braces' construct around ``offset``, from the end of the one before it to its own ``;``
    or ``}``; None at file scope.
    """
    depth, start = 0, 0
    for m in _BRACE.finditer(code):
        token = m.group()
        if depth == 0 and m.start() >= offset:
            return None
        if token == b"{":
            depth += 1
        elif token == b"}":
            depth = max(0, depth - 1)
            if depth == 0:
                if m.start() >= offset:
                    following = code.find(b";", m.end())
                    only = following >= 0 and not code[m.end() : following].strip(b" \t\n")
                    return start, following + 1 if only else m.end()
                start = m.end()
        elif token == b";" and depth == 0:
            start = m.end()
    return None
