# SPDX-License-Identifier: MIT
"""What of a condition types decide: ``sizeof(n) <= 4`` of ``sizeof(n) <= 4 && n``, as text."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from tree_sitter import Node

from xref.macros.asking import EXPECTING

Choice = tuple[str, str]
"""What types must be like when a condition is not zero, and when it is; '' where that does not hang on them."""
NO_CHOICE: Final = ("", "")
_MAX_TEXT: Final = 600
_NUMBERS: Final = frozenset({"number_literal", "char_literal", "true", "false"})
_GROUPS: Final = frozenset({"parenthesized_expression", "binary_expression", "unary_expression"})
_EXPECTING: Final = tuple(word.encode() for word in EXPECTING)


def choice(node: Node, source: bytes, tests: Collection[bytes], known: dict[int, Choice]) -> Choice:
    """That of a condition; ``known`` remembers it by node, for in ``a && b && c`` the left operand of one is the
    condition of another. ``tests`` are the words that ask for types.
    """
    found = known.get(node.id)
    if found is None:
        found = known[node.id] = _choice(node, source, tests, known)
    return found


def _choice(node: Node, source: bytes, tests: Collection[bytes], known: dict[int, Choice]) -> Choice:
    if node.end_byte - node.start_byte <= _MAX_TEXT and _asks(node, source, tests) and _is_settled(node, source, tests):
        text = " ".join(source[node.start_byte : node.end_byte].decode("latin-1").split())
        text = text if text[:1] == "(" and node.type == "parenthesized_expression" else f"({text})"
        return text, f"!{text}"
    kind = node.type
    if kind == "parenthesized_expression" and node.named_child_count == 1:
        return choice(node.named_children[0], source, tests, known)
    if kind == "unary_expression" and source[node.start_byte : node.start_byte + 1] == b"!":
        operand = node.child_by_field_name("argument")
        if operand is not None:
            holds, fails = choice(operand, source, tests, known)
            return fails, holds
    if kind == "call_expression":
        function, given = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        if function is not None and given is not None and given.named_child_count:
            if source[function.start_byte : function.end_byte].endswith(_EXPECTING):
                return choice(given.named_children[0], source, tests, known)
    if kind == "binary_expression":
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        operator = node.child_by_field_name("operator")
        if left is not None and right is not None and operator is not None and operator.type in ("&&", "||"):
            (a, not_a), (b, not_b) = choice(left, source, tests, known), choice(right, source, tests, known)
            if operator.type == "&&":
                return _both(a, b), _either(not_a, not_b)
            return _either(a, b), _both(not_a, not_b)
    return NO_CHOICE


def _both(a: str, b: str) -> str:
    return f"{a} && {b}" if a and b else a or b


def _either(a: str, b: str) -> str:
    return f"({a} || {b})" if a and b else ""


def _asks(node: Node, source: bytes, tests: Collection[bytes]) -> bool:
    text = source[node.start_byte : node.end_byte]
    return any(test in text for test in tests)


def _is_settled(node: Node, source: bytes, tests: Collection[bytes]) -> bool:
    """Whether an expression is made of tests, numbers and operators alone."""
    kind = node.type
    if kind in _NUMBERS or kind == "sizeof_expression":
        return True
    if kind == "call_expression":
        function = node.child_by_field_name("function")
        return function is not None and source[function.start_byte : function.end_byte] in tests
    return kind in _GROUPS and all(_is_settled(child, source, tests) for child in node.named_children)
