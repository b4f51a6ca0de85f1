# SPDX-License-Identifier: MIT
"""What is written at a place of a file: the name there, and what kind of name the text around it makes of it.

Text alone is looked at, which may be newer than the index: an editor's, or a file that was changed since.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Final, NamedTuple

from xref.graph import marked
from xref.graph.marked import MARKS, Mark, mark
from xref.lex.comments import BLANK, blank_comments
from xref.parse.words import DIGITS, WORD_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME: Final = "name"
MEMBER: Final = "member"
TAG: Final = "tag"
LABEL: Final = "label"
INCLUDE: Final = "include"

_BEFORE: Final = 200
"""So many bytes before a name are looked at, which is more than blanks and an operator take."""
_STRING: Final = re.compile(rb'"(?:[^"\\\n]|\\.)*"')
_INCLUDE: Final = re.compile(rb'[ \t]*#[ \t]*include[ \t]*[<"](?P<path>[^>"\n]*)[>"]')
_TAGGED: Final = re.compile(rb"\b(?:struct|union|enum)\s*\Z")
_MEMBER: Final = re.compile(rb"(?:->|(?<!\.)\.|\boffsetof\w*\s*\(\s*(?:struct|union)\s+\w+\s*,)\s*\Z")
_GOTO: Final = re.compile(rb"\bgoto\s*\Z")
_ENDS: Final = (b";", b"{", b"}", b":", b")")
"""What a label can stand behind."""
_MARKED: Final = {marked.ANY: NAME, marked.TAG: TAG, marked.MEMBER: MEMBER, marked.ARGUMENT: NAME}
_AFTER: Final = re.compile(rb"\s*:(?!:)")
_CODE: Final = re.compile(rb"\S")
_KEYWORDS: Final = frozenset(
    "auto break case char const continue default do double else enum extern float for goto if inline int long register"
    " return short signed sizeof static struct switch typedef union unsigned void volatile while".split()
)
_HEAD: Final = re.compile(rb"^(?P<head>[A-Za-z_][^;{}#\n]*+(?:\n[^;{}#\n]*+){0,99}?)\{.*?^\}", re.MULTILINE | re.DOTALL)
_INVOKED: Final = re.compile(rb"(\w+)\s*\(\s*(\w*)")


class Word(NamedTuple):
    """A name in a text: where it begins and ends there, and its kind, '' for a word of a comment or a string.
    ``INCLUDE``: the file that a directive names. In a comment, of what kernel-doc marks as a name, ``mark`` says how.
    """

    name: str
    start: int
    end: int
    kind: str
    mark: Mark | None = None


class Text:
    """A file as it is now, or as an editor has it."""

    def __init__(self, path: str, data: bytes) -> None:
        """``path`` is relative to the tree."""
        self.path = path
        self.data = data
        self._code: bytes | None = None
        self._uncommented: bytes | None = None
        self._starts: list[int] | None = None

    @property
    def code(self) -> bytes:
        """The text with comments and the insides of strings blanked: as long as it was."""
        if self._code is None:
            self._uncommented = blank_comments(self.data)
            self._code = _STRING.sub(lambda m: m.group().translate(BLANK), self._uncommented)
        return self._code

    def in_string(self, word: Word) -> bool:
        """Whether a word that is no code stands in a string; else it does in a comment."""
        return self.code[word.start] != self.data[word.start] == (self._uncommented or b"")[word.start]

    @property
    def starts(self) -> list[int]:
        """Where each line begins."""
        if self._starts is None:
            self._starts = [0, *(m.end() for m in re.finditer(rb"\n", self.data))]
        return self._starts

    def offset(self, line: int, column: int) -> int:
        """The offset of a 1-based line and a 0-based column of bytes; the nearest one where there is no such place."""
        starts = self.starts
        if line < 1:
            return 0
        if line > len(starts):
            return len(self.data)
        end = starts[line] - 1 if line < len(starts) else len(self.data)
        return min(starts[line - 1] + max(column, 0), end)

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1]

    def line(self, number: int) -> bytes:
        """A 1-based line without its end; empty where there is none."""
        starts = self.starts
        if not 0 < number <= len(starts):
            return b""
        end = starts[number] if number < len(starts) else len(self.data)
        return self.data[starts[number - 1] : end].rstrip(b"\r\n")

    def word(self, offset: int) -> Word | None:
        """The name at an offset, or that ends right there; None where there is none, or a keyword of C or of
        a directive.
        """
        data = self.data
        line, _ = self.position(offset)
        begin = self.starts[line - 1]
        include = _INCLUDE.match(data, begin)
        if include is not None and self.code[begin] == data[begin]:
            path = include["path"].decode("utf-8", "replace")
            return Word(path, include.start("path"), include.end("path"), INCLUDE)
        start = end = offset
        while start and data[start - 1] in WORD_BYTES:
            start -= 1
        while end < len(data) and data[end] in WORD_BYTES:
            end += 1
        if start == end or data[start] in DIGITS:
            return None
        name = data[start:end].decode("ascii")
        directive = data[begin:start].strip() == b"#"
        if name in _KEYWORDS or directive:
            return None
        word = Word(name, start, end, self._kind(start, end))
        if word.kind or self.in_string(word):
            return word
        said = mark(data, start, end)
        return word._replace(kind=_MARKED[said.what], mark=said) if said is not None else word

    def _kind(self, start: int, end: int) -> str:
        code = self.code
        if code[start:end] != self.data[start:end]:
            return ""
        before = code[max(0, start - _BEFORE) : start]
        if _MEMBER.search(before) is not None:
            return MEMBER
        begins = not code[start - self.position(start)[1] : start].strip() and before.rstrip()[-1:] in _ENDS
        if _GOTO.search(before) is not None or (begins and _AFTER.match(code, end) is not None):
            return LABEL
        return TAG if _TAGGED.search(before) is not None else NAME

    def words(self, line: int) -> Iterator[Word]:
        """The names of a line that are code, from left to right."""
        begin = self.offset(line, 0)
        for m in re.finditer(rb"[A-Za-z_$][\w$]*", self.line(line)):
            word = self.word(begin + m.start())
            if word is not None and word.kind not in ("", INCLUDE) and word.mark is None:
                yield word

    def label(self, name: str, first: int, last: int) -> int:
        """The line between two, in which a label of that name stands; 0 where none does."""
        for line in range(max(first, 1), last + 1):
            column = self.column(name, line)
            if column >= 0 and not self.line(line)[:column].strip():
                word = self.word(self.offset(line, column))
                if word is not None and word.kind == LABEL:
                    return line
        return 0

    def unnamed(self, word: Word) -> str:
        """Why a word that is no code is no name either."""
        if self.in_string(word):
            return f"'{word.name}' stands in a string"
        return f"'{word.name}' is a word of a comment; names are those marked as {MARKS}"

    def below(self, word: Word) -> int:
        """The first line of code behind the comment that a word stands in."""
        closed = self.data.find(b"*/", word.end)
        code = _CODE.search(self.code, closed) if closed >= 0 else None
        return self.position(code.start())[0] if code is not None else 0

    def statement(self, line: int, column: int, offset: int) -> bool:
        """Whether no statement ends between a place and an offset behind it."""
        between = self.code[self.offset(line, column) : offset]
        return not any(byte in between for byte in (b";", b"{", b"}"))

    def function(self, offset: int) -> tuple[str, str, int] | None:
        """The function around an offset, told by braces at the left margin: its name; where a macro makes it, the
        first argument of that; and the line of its name. None outside of functions.
        """
        for m in _HEAD.finditer(self.code):
            if m.start() > offset:
                break
            called = _INVOKED.search(m["head"]) if offset < m.end() else None
            if called is not None:
                line, _ = self.position(m.start("head") + called.start())
                return called[1].decode("utf-8", "replace"), called[2].decode("utf-8", "replace"), line
        return None

    def column(self, name: str, line: int) -> int:
        """Where ``name`` begins in a 1-based line; -1 where it does not stand there."""
        m = re.search(rb"(?<![\w$])" + re.escape(name.encode("utf-8", "replace")) + rb"(?![\w$])", self.line(line))
        return m.start() if m is not None else -1

    def nearest(self, name: str, line: int, reach: int = 500) -> int:
        """The line nearest to a 1-based one in which ``name`` stands; that one where it stands in none near it."""
        for away in range(reach):
            for each in (line - away, line + away):
                if self.column(name, each) >= 0:
                    return each
        return line
