# SPDX-License-Identifier: MIT
"""Reads records (structs and unions), their members and typedefs from the syntax tree."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from tree_sitter import Node

from xref.facts.display import ANONYMOUS
from xref.facts.model import FieldFact, RecordFact, TypedefFact
from xref.facts.text import Place

_NAME: Final = re.compile(r"[A-Za-z_]\w*")
_RECORD_TYPES: Final = {"struct_specifier": "struct", "union_specifier": "union"}


Tag = Callable[[Node], str]
"""Gives the tag of a struct or union specifier."""


def record_tag(node: Node, text: Callable[[Node], str], place: Callable[[int], Place], salt: str) -> str:
    """The tag of a struct or union specifier. One that has none gets a tag of its own: what is around it, ``salt``
    (different for every file), and its place.
    """
    name = node.child_by_field_name("name")
    if name is not None:
        return text(name)
    outer = ""
    above = node.parent
    while above is not None and not outer:
        if above.type in _RECORD_TYPES:
            tag = above.child_by_field_name("name")
            outer = text(tag) if tag is not None else ""
        elif above.type == "type_definition":
            declarator = above.child_by_field_name("declarator")
            outer = declared_name(declarator, text) if declarator is not None else ""
        above = above.parent
    where = place(node.start_byte)
    return f"{outer}{ANONYMOUS}{salt}_{where.line}_{where.column}"


def type_text(node: Node, text: Callable[[Node], str], tag: Tag) -> str:
    """The type of a declaration as text, a record's body replaced by its tag."""
    type_node = node.child_by_field_name("type")
    if type_node is None:
        return ""
    kind = _RECORD_TYPES.get(type_node.type)
    if kind is not None and type_node.child_by_field_name("body") is not None:
        return f"{kind} {tag(type_node)}"
    if type_node.type == "enum_specifier":
        name = type_node.child_by_field_name("name")
        return f"enum {text(name)}" if name is not None else "int"
    return text(type_node)


def read_record(node: Node, text: Callable[[Node], str], place: Callable[[int], Place], tag: Tag) -> RecordFact | None:
    """The record of a specifier with a body; its nested records are read on their own."""
    body = node.child_by_field_name("body")
    if body is None:
        return None
    fields: list[FieldFact] = []
    is_open = False
    for child in body.named_children:
        if child.type == "ERROR":
            is_open = True
            continue
        if child.type != "field_declaration":
            continue
        base = type_text(child, text, tag)
        where = place(child.start_byte)
        declarators = child.children_by_field_name("declarator")
        if not declarators:
            kind = child.child_by_field_name("type")
            if kind is not None and kind.type in _RECORD_TYPES and kind.child_by_field_name("body") is not None:
                fields.append(FieldFact("", base, where.line, where.guard))
            elif kind is not None and kind.type in _RECORD_TYPES:
                fields.append(FieldFact("", base, where.line, where.guard))  # -fms-extensions: struct x;
            else:
                is_open = True  # a macro that declares members: DECLARE_BITMAP(x, 4)
            continue
        for declarator in declarators:
            decl = text(declarator)
            name = declared_name(declarator, text)
            if name:
                at = place(declarator.start_byte)
                fields.append(FieldFact(name, f"{base} {decl}", at.line, at.guard))
    where = place(node.start_byte)
    return RecordFact(tag(node), _RECORD_TYPES[node.type], where.line, where.guard, is_open, tuple(fields))


def declared_name(declarator: Node, text: Callable[[Node], str]) -> str:
    """The identifier that a declarator declares, '' for an abstract one."""
    node: Node | None = declarator
    while node is not None:
        if node.type in ("identifier", "field_identifier", "type_identifier"):
            return text(node)
        inner = node.child_by_field_name("declarator")
        if inner is None and node.type in ("parenthesized_declarator", "attributed_declarator"):
            inner = next((c for c in node.named_children if c.type != "ms_call_modifier"), None)
        node = inner
    return ""


def read_typedefs(
    node: Node, text: Callable[[Node], str], place: Callable[[int], Place], tag: Tag
) -> list[TypedefFact]:
    """The typedefs of one ``typedef`` declaration."""
    base = type_text(node, text, tag)
    found = []
    for declarator in node.children_by_field_name("declarator"):
        name = declared_name(declarator, text)
        if name:
            where = place(declarator.start_byte)
            found.append(TypedefFact(name, f"{base} {text(declarator)}", where.line, where.guard))
    return found
