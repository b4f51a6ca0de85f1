# SPDX-License-Identifier: MIT
"""The condition under which a call happens: the branch it stands in, as text, and what of it the configuration decides.

``if (IS_ENABLED(CONFIG_IPV6) && sk) f();``: the text is kept for the reader, and the call has the guard
``CONFIG_IPV6``, because a compiler leaves it out elsewhere (a controlling expression that is an integer constant,
C11 6.6 and 6.8.4.1).
``while (0 && (c))`` evaluates nothing.

What types decide (``if (sizeof(n) <= 4) f(n); else g(n);``) only those who know the types can say: the call keeps that
condition as its *choice*.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Collection
from typing import Final

from tree_sitter import Node

from xref.facts.choices import NO_CHOICE, Choice, choice
from xref.lex import guard as g
from xref.lex.guard import Cond
from xref.parse.parens import matching_paren

# IS_ENABLED(CONFIG_X), or a number that is a condition by itself: (0), 1 && x, !1
_DECIDED: Final = re.compile(
    rb"\bIS_(?:ENABLED|BUILTIN|MODULE|REACHABLE)\b|(?:^|[(!]|&&|\|\|)\s*(?:0x0|0|1)[uUlL]*\s*(?:$|\)|&&|\|\|)"
)
_OPTION: Final = re.compile(r"IS_\w+ ?\( ?CONFIG_\w+ ?\)")
_MAX_TEXT: Final = 80
_UNKNOWN: Final = (g.ALWAYS, g.ALWAYS)


class Region:
    """Bytes ``[start, end)`` that run only under a condition; ``guard`` is what the configuration decides of it, and
    ``choice`` what types do. The condition's text is at ``[text_start, text_end)`` of the source (0, 0 for none), put
    into words by ``words``.
    """

    __slots__ = ("choice", "end", "guard", "start", "text_end", "text_start", "words")

    def __init__(
        self,
        start: int,
        end: int,
        guard: Cond,
        text_start: int = 0,
        text_end: int = 0,
        words: Callable[[str], str] | None = None,
        choice: str = "",
    ) -> None:
        self.start: Final = start
        self.end: Final = end
        self.guard: Final = guard
        self.text_start: Final = text_start
        self.text_end: Final = text_end
        self.words: Final = words
        self.choice: Final = choice


class Regions:
    """The regions of one text, asked for the calls in it."""

    def __init__(self, source: bytes = b"", tests: Collection[bytes] = ()) -> None:
        """``tests``: the words of the text that ask for types (see :class:`xref.macros.asking.TypeTests`)."""
        self._source = source
        self._tests = tests
        self._choices: dict[int, Choice] = {}
        self._all: list[Region] = []
        self._labels: list[int] = []
        self._starts: list[int] = []
        self._outer: list[int] = []
        self._texts: dict[int, str] = {}
        self._implied: dict[int, tuple[Cond, Cond]] = {}

    def branch(self, captures: dict[str, list[Node]]) -> None:
        """Adds what one match of ``queries/branches.scm`` says."""
        source = self._source
        body = captures.get("branch.body")
        if body is not None:
            self._all.append(Region(body[0].start_byte, body[0].end_byte, g.ALWAYS))
            return
        label = captures.get("branch.jump")
        if label is not None:
            self._labels.append(label[0].start_byte)
            return
        never = captures.get("branch.never")
        if never is not None:
            self._all.append(Region(never[0].start_byte, never[0].end_byte, g.NEVER))
            return
        case = captures.get("branch.case")
        if case is not None:
            statement, at = captures["branch.label"][0], case[0].end_byte
            self._all.append(Region(at, statement.end_byte, g.ALWAYS, case[0].start_byte, at, _case))
            return
        condition = captures["branch.condition"][0]
        begin, end = condition.start_byte, condition.end_byte
        text = source[begin:end]
        speaks = b"0" in text or b"1" in text or b"IS_" in text  # most do not, which is told sooner
        yes, no = implied(condition, source, self._implied) if speaks and _DECIDED.search(text) else _UNKNOWN
        holds, fails = self._choice(condition) if any(test in text for test in self._tests) else NO_CHOICE
        then = captures.get("branch.then")
        if then is not None:
            self._all.append(Region(then[0].start_byte, then[0].end_byte, yes, begin, end, _unwrapped, holds))
        otherwise = captures.get("branch.else")
        if otherwise is not None:
            self._all.append(Region(otherwise[0].start_byte, otherwise[0].end_byte, no, begin, end, _negated, fails))

    def _choice(self, condition: Node) -> Choice:
        return choice(condition, self._source, self._tests, self._choices)

    def chosen(self, arguments: Node) -> None:
        """Adds the operands of ``__builtin_choose_expr(condition, then, otherwise)``."""
        given = arguments.named_children
        if len(given) == 3 and self._tests:
            for operand, chosen in zip(given[1:], self._choice(given[0]), strict=True):
                self._all.append(Region(operand.start_byte, operand.end_byte, g.ALWAYS, choice=chosen))

    def add(self, start: int, end: int, guard: Cond) -> None:
        """Adds a region that is evaluated only under ``guard``: an argument that some definitions of a macro drop."""
        self._all.append(Region(start, end, guard))

    def close(self) -> None:
        """Must be called between the last addition and the first question."""
        self._all.sort(key=lambda r: (r.start, -r.end))
        self._labels.sort()
        self._starts = [r.start for r in self._all]
        stack: list[int] = []
        for i, r in enumerate(self._all):
            while stack and self._all[stack[-1]].end <= r.start:
                stack.pop()
            self._outer.append(stack[-1] if stack else -1)
            stack.append(i)

    def at(self, offset: int) -> tuple[str, Cond, str]:
        """The innermost condition at a byte, as text, and the guard and choice that all conditions there come to."""
        i = bisect_right(self._starts, offset) - 1
        text = chosen = ""
        guard = g.ALWAYS
        while i >= 0:
            r = self._all[i]
            if r.end > offset:
                if r.words is not None and not text:
                    text = self._texts.get(i) or self._worded(i, r, r.words)
                if r.guard is not g.ALWAYS:
                    guard = g.conj(guard, r.guard)
                if r.choice:
                    chosen = f"{r.choice} && {chosen}" if chosen else r.choice
            i = self._outer[i]
        return text, guard, chosen

    def settled_until(self, offset: int, end: int) -> int:
        """The byte up to which, coming from above, only those get who have been at ``offset``: where the innermost
        branch around it ends, or the next label stands to which one can jump; at most ``end``.
        """
        i = bisect_right(self._starts, offset) - 1
        while i >= 0 and self._all[i].end <= offset:
            i = self._outer[i]
        if i >= 0:
            end = min(end, self._all[i].end)
        k = bisect_right(self._labels, offset)
        return min(end, self._labels[k]) if k < len(self._labels) else end

    def _worded(self, i: int, r: Region, words: Callable[[str], str]) -> str:
        raw = " ".join(self._source[r.text_start : r.text_end].decode("latin-1").split())
        text = words(raw)
        text = self._texts[i] = text if len(text) <= _MAX_TEXT else text[: _MAX_TEXT - 3] + "..."
        return text


def implied(node: Node, source: bytes, known: dict[int, tuple[Cond, Cond]]) -> tuple[Cond, Cond]:
    """What must hold of the configuration when the expression is not zero, and when it is; ``known`` remembers it by
    node: in ``a && b && c`` the left operand of one is the condition of another.
    """
    result = known.get(node.id)
    if result is None:
        result = known[node.id] = _implied(node, source, known)
    return result


def _implied(node: Node, source: bytes, known: dict[int, tuple[Cond, Cond]]) -> tuple[Cond, Cond]:
    kind = node.type
    if kind == "parenthesized_expression" and node.named_child_count == 1:
        return implied(node.named_children[0], source, known)
    if kind == "number_literal":
        zero = source[node.start_byte : node.end_byte].rstrip(b"uUlL") in (b"0", b"0x0")
        return (g.NEVER, g.ALWAYS) if zero else (g.ALWAYS, g.NEVER)
    if kind == "call_expression":
        words = " ".join(source[node.start_byte : node.end_byte].decode("latin-1").split())
        if _OPTION.fullmatch(words):
            cond = g.parse_if(words)
            return cond, g.neg(cond)
        function, given = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        if function is not None and given is not None and given.named_child_count == 1:
            if source[function.start_byte : function.end_byte].endswith(b"likely"):
                return implied(given.named_children[0], source, known)  # __builtin_expect(!!(x), 0)
        return _UNKNOWN
    if kind == "unary_expression" and source[node.start_byte : node.start_byte + 1] == b"!":
        operand = node.child_by_field_name("argument")
        if operand is not None:
            yes, no = implied(operand, source, known)
            return no, yes
    if kind == "binary_expression":
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        operator = node.child_by_field_name("operator")
        if left is not None and right is not None and operator is not None and operator.type in ("&&", "||"):
            (a, not_a), (b, not_b) = implied(left, source, known), implied(right, source, known)
            if operator.type == "&&":
                return g.conj(a, b), g.disj(not_a, not_b)
            return g.disj(a, b), g.conj(not_a, not_b)
    return _UNKNOWN


def _case(text: str) -> str:
    return f"case {text}"


def _unwrapped(text: str) -> str:
    """Without the parentheses that are the statement's: ``(a) && (b)`` has none."""
    if text[:1] != "(" or text[-1:] != ")":
        return text
    return text[1:-1].strip() if matching_paren(text.encode("latin-1"), 0) == len(text) else text


def _negated(text: str) -> str:
    text = _unwrapped(text)
    if text[:1] == "!" and text[1:].isidentifier():
        return text[1:]
    return f"!{text}" if text.isidentifier() else f"!({text})"
