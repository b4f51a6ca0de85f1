# SPDX-License-Identifier: MIT
"""Which struct a member is of that is named somewhere: the type of what stands before it is asked for."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from xref.parse import ctree as x
from xref.store.numbers import first

if TYPE_CHECKING:
    from xref.resolve.front.resolver import Resolver
    from xref.store.model import FunctionInfo

_FAR: Final = 2000
"""So many bytes are looked back for where an expression or an initialiser begins."""
_DEEP: Final = 6
_NAME: Final = re.compile(rb"[A-Za-z_$][\w$]*\Z")
_STEP: Final = re.compile(rb"(?:->|(?<!\.)\.)\s*\Z")
_SET: Final = re.compile(rb"(?<![\w.>)\]])\.\s*(\w+)\s*(?:\[[^\]{}]*\]\s*)*=\s*\Z")
_DECLARED: Final = re.compile(rb"\b(?:struct|union)\s+(\w+)\b[^;{}()=]*=\s*\Z")
_LITERAL: Final = re.compile(rb"\(\s*(?:const\s+)?(?:struct|union)\s+(\w+)\s*(?:\[[^\]]*\]\s*)?\)\s*\Z")
_ELEMENT: Final = re.compile(rb"(?:[{,]|\[[^\]{}]*\]\s*=)\s*\Z")
_SPELLED: Final = re.compile(rb"\b(?:struct|union)\s+(\w+)\s*,\s*\Z")
_CLOSING: Final = {b")": b"(", b"]": b"["}


class Owners:
    """Tells of a member that is named somewhere in a file which record it is of."""

    def __init__(self, source: Resolver) -> None:
        self._source = source
        self._types = source.types
        self._file = ""
        self.file_id = 0
        """The file that was asked about last."""
        self._functions: list[FunctionInfo] = []
        self._lines: list[int] = []
        self._known: dict[tuple[int, str], str | None] = {}

    def of(self, path: str, code: bytes, at: int, line: int, field: str) -> str | None:
        """The tag of the record whose member ``field`` is named at ``at`` of ``code`` (its operator stands before that;
        comments are blanked), in what the index knows as ``line``; None where nothing tells.
        """
        before = code[max(0, at - _FAR) : at].rstrip()
        self._open(path)
        step = _STEP.search(before)
        if step is None:
            spelled = _SPELLED.search(before)  # offsetof(struct sk_buff, len)
            return spelled[1].decode() if spelled is not None else None
        operator = "->" if before.endswith(b">") else "."
        before = before[: step.start()].rstrip()
        receiver = _receiver(before)
        if not receiver:
            return self._initialised(before, 0)
        if receiver.startswith(b"."):  # { .head.len = 1 }
            tag = self._initialised(before.removesuffix(receiver), 0)
            return self._behind(tag, receiver) if tag else None
        function = self.around(path, line)
        if function is None:
            return None
        text = f"{receiver.decode('utf-8', 'replace')}{operator}{field}"
        key = (function.id, text)
        if key not in self._known:
            self._known[key] = self._accessed(text, function, line)
        return self._known[key]

    def _accessed(self, text: str, function: FunctionInfo, line: int) -> str | None:
        e = self._types.parse(text)
        if not isinstance(e, x.Member) or function.kind == "macro":
            return None
        scope = self._source.written.scope(function)
        base = self._types.resolved(self._types.type_of(e.base, scope, line), scope, line)
        return self._types.record_tag(base, function.file_id) or None

    def _behind(self, tag: str, path: bytes) -> str | None:
        """The tag of what a path of members of a ``struct tag`` leads to."""
        for step in path.decode("utf-8", "replace").split(".")[1:]:
            found = self._types.member_of(tag, step.partition("[")[0].strip(), self.file_id)
            tag = self._types.record_tag(found.ctype, self.file_id) if found is not None else ""
            if not tag:
                return None
        return tag

    def _initialised(self, before: bytes, depth: int) -> str | None:
        """The tag of what an initialiser's braces around here are for; None where that is not told."""
        begin = _open_brace(before)
        if begin < 0 or depth > _DEEP:
            return None
        head = before[:begin].rstrip()
        for shape in (_LITERAL, _DECLARED):
            if found := shape.search(head):
                return found[1].decode()
        if member := _SET.search(head):
            outer = self._initialised(head[: member.start()], depth + 1)
            found_in = self._types.member_of(outer, member[1].decode(), self.file_id) if outer else None
            return (self._types.record_tag(found_in.ctype, self.file_id) or None) if found_in is not None else None
        return self._initialised(head, depth + 1) if _ELEMENT.search(head) else None

    def _open(self, path: str) -> None:
        if path != self._file:
            self._file, self.file_id = path, self._source.reader.file_id(path) or 0
            found = self._source.reader.functions_between(first(self.file_id), first(self.file_id + 1))
            self._functions = sorted((f for f in found if f.kind != "asm"), key=lambda f: f.line)
            self._lines = [f.line for f in self._functions]
            self._known.clear()

    def around(self, path: str, line: int) -> FunctionInfo | None:
        """The function that a line stands in; the innermost where a macro makes several."""
        self._open(path)
        for at in range(bisect_right(self._lines, line) - 1, -1, -1):
            if self._functions[at].end_line >= line:
                return self._functions[at]
            if at < len(self._lines) - _DEEP and self._lines[at] < line - _FAR:
                break
        return None


class Accesses:
    """Of the places that name some ``field``, those that mean the one of ``struct``."""

    def __init__(self, source: Resolver, struct: str, field: str) -> None:
        self._source = source
        self._owners = Owners(source)
        self._homes = {source.reader.file(record.file_id).path for record in source.reader.records(struct)}
        self._struct = struct
        self._field = field

    def may_be_in(self, path: str) -> bool:
        """Whether a file can access the member at all."""
        return not self._homes or any(self._source.may_mean(path, home) for home in self._homes)

    def is_one(self, path: str, code: bytes, at: int, line: int) -> bool | None:
        """Whether the member named at ``at`` (its operator stands before that) is the one; None where nothing tells."""
        tag = self._owners.of(path, code, at, line, self._field)
        if tag is None or tag == self._struct:
            return None if tag is None else True
        found = self._source.types.member_of(tag, self._field, self._owners.file_id)
        if found is not None:
            return found.owner == self._struct
        return False if self._source.reader.records(tag) else None  # made by a macro between the braces, but of another


def _receiver(before: bytes) -> bytes:
    """The expression that ends here, as far as it is one that a member can be taken of; '' where there is none."""
    end = at = len(before)
    while at:
        last = before[at - 1 : at]
        if last in _CLOSING:
            begin = _matching(before, at, _CLOSING[last], last)
            if begin < 0:
                return b""
            at = len(before[:begin].rstrip())
            if (name := _NAME.search(before, 0, at)) is None and not before[:at].endswith((b")", b"]")):
                at = begin  # ((struct sk_buff *)p)
                break
            if name is None:
                continue
        name = _NAME.search(before[:at])
        if name is None:
            break
        at = name.start()
        step = _STEP.search(before[:at].rstrip())
        if step is None:
            break
        at = len(before[: step.start()].rstrip())
    return before[at:end].strip()


def _matching(text: bytes, end: int, opening: bytes, closing: bytes) -> int:
    """Where the bracket opens that closes right before ``end``; -1 where it does not."""
    depth = 0
    for at in range(end - 1, -1, -1):
        byte = text[at : at + 1]
        depth += (byte == closing) - (byte == opening)
        if depth == 0:
            return at
    return -1


def _open_brace(text: bytes) -> int:
    """The last brace that is still open at the end; -1 where a statement ends before it."""
    depth = 0
    for at in range(len(text) - 1, -1, -1):
        byte = text[at : at + 1]
        if byte == b"}":
            depth += 1
        elif byte == b"{":
            if depth == 0:
                return at
            depth -= 1
        elif byte == b";" and depth == 0:
            return -1
    return -1
