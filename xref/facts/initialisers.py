# SPDX-License-Identifier: MIT
"""Walks initialiser lists and yields what each element is set to (C11 6.7.9)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from tree_sitter import Node

from xref.lex.tokens import is_identifier
from xref.macros.table import MacroTable

_CONSTANT: Final = re.compile(r"[-+~!(]*(?:\d[\w.]*|[A-Z_][A-Z0-9_]*|'[^']*'|\"[^\"]*\"|true|false)\)*")
_STRING: Final = re.compile(r'"(?:\\.|[^"\\])*"')
_NAME: Final = re.compile(r"(?<![\w.>])(?![0-9])[A-Z_0-9]*[a-z]\w*")
# What the language or the preprocessor makes a number or a string of, though names stand in it.
_CONSTANT_OF: Final = ("sizeof", "offsetof", "__builtin_offsetof", "ARRAY_SIZE", "__stringify")
_TYPE_WORDS: Final = frozenset(
    "void char short int long signed unsigned float double struct union enum const volatile sizeof "
    "offsetof u8 u16 u32 u64 "
    "s8 s16 s32 s64 __u8 __u16 __u32 __u64 __s8 __s16 __s32 __s64 __le16 __le32 __le64 __be16 __be32 __be64 bool true "
    "false kernel_ulong_t __force __bitwise".split()
)
_LITERALS: Final = frozenset(
    {"number_literal", "string_literal", "char_literal", "concatenated_string", "true", "false"}
)
_RECORD_WORDS: Final = ("struct", "union")
_BEFORE_ELEMENT: Final = ("{", ",")
_BEFORE_VALUE: Final = (*_BEFORE_ELEMENT, "=")
_MAX_ELEMENTS: Final = 20_000


class Element:
    """One leaf: the steps that lead to it, the last field named, its value, and its node."""

    __slots__ = ("field", "how", "node", "path", "value")

    def __init__(self, path: str, field: str, value: str, how: str, node: Node) -> None:
        self.path: Final = path
        self.field: Final = field
        self.value: Final = value
        self.how: Final = how
        self.node: Final = node


def can_hold_address(value: str) -> bool:
    """Whether an initialiser may be a function or an object: not a number, a string or an upper-case constant."""
    if _CONSTANT.fullmatch(value) is not None or value.startswith(_CONSTANT_OF):
        return False
    if '"' in value:
        value = _STRING.sub("", value)
    if value.lstrip("& ").isidentifier():
        return value not in _TYPE_WORDS  # mon_text_read_t is a function of drivers/usb/mon; a type is no value
    return any(name not in _TYPE_WORDS and not name.endswith("_t") for name in _NAME.findall(value))


def may_hold(tokens: list[str], table: MacroTable) -> bool:
    """Whether something in a list of these tokens may be a fact: a name that is no constant, the address of one, a
    macro, a call, a record. Tables of registers have none, and are long: drivers/gpu/drm/amd/display.
    """
    designating = True  # a dot behind a brace or a comma is that of a member that is set
    before = ","
    for i, t in enumerate(tokens):
        if t in _BEFORE_ELEMENT:
            designating = True
        elif not is_identifier(t):
            designating = designating and t == "."
        elif before != "." or not designating:
            designating = False
            if t in _TYPE_WORDS:
                if t in _RECORD_WORDS and "{" in tokens[i + 1 : i + 3]:
                    return True
            elif t.isupper():
                if before == "&" or t in table or tokens[i + 1 : i + 2] == ["("]:
                    return True
            elif t not in _CONSTANT_OF or before not in _BEFORE_VALUE:
                return True
        before = t
    return False


def walk(node: Node, text: Callable[[Node], str], path: str = "", index: int = 0) -> Iterator[Element]:
    """Every leaf of the ``initializer_list`` ``node``, in order; ``index`` is the position its first element has."""
    todo: list[tuple[Node, str, int]] = [(node, path, index)]
    seen = 0
    while todo:
        current, prefix, position = todo.pop()
        nested: list[tuple[Node, str, int]] = []
        named, behind = "", 0  # the last designated field, and how many elements have followed it
        for child in current.named_children:
            kind = child.type
            if kind in _LITERALS:
                position += 1
                continue
            if kind == "comment" or kind == "ERROR":
                continue
            seen += 1
            if seen > _MAX_ELEMENTS:
                return
            if kind == "initializer_pair":
                value = child.child_by_field_name("value")
                steps, field_name = _designators(child, value, text)
                if value is None:
                    continue
                where = prefix + steps
                if value.type == "initializer_list":
                    nested.append((value, where, 0))
                elif value.type not in _LITERALS:
                    yield Element(where, field_name, text(value), "designated", value)
                if steps.startswith("["):
                    position, named = 0, ""
                else:
                    named, behind = steps, 0
            else:
                behind += 1
                where = f"{prefix}{named}+{behind}" if named else f"{prefix}#{position}"
                if kind == "initializer_list":
                    nested.append((child, where, 0))
                else:
                    yield Element(where, "", text(child), "positional", child)
                position += 1
        todo.extend(reversed(nested))


def _designators(pair: Node, value: Node | None, text: Callable[[Node], str]) -> tuple[str, str]:
    """The steps of a pair and the last field among them: ``.a.b``, ``[X]``, or GNU's old ``a:``."""
    steps: list[str] = []
    field_name = ""
    for child in pair.named_children:
        if value is not None and child.start_byte >= value.start_byte:
            break
        kind = child.type
        if kind == "field_designator":
            field_name = text(child).lstrip(". ")
            steps.append(f".{field_name}")
        elif kind == "field_identifier":
            field_name = text(child)
            steps.append(f".{field_name}")
        elif kind.startswith("subscript"):
            steps.append("[]")
            field_name = ""
    return "".join(steps), field_name
