# SPDX-License-Identifier: MIT
"""Reads the heads of functions: what is defined where, and under which name."""

from __future__ import annotations

import re
from typing import Final

from tree_sitter import Node

from xref.facts.aliases import ALIAS_MARK
from xref.facts.builder import FunctionBuilder
from xref.facts.calls import CallReader
from xref.facts.state import Spell
from xref.facts.text import Role, Text
from xref.macros.expand import Expander
from xref.macros.nature import NOT_CALLED
from xref.parse.trouble import cause_of

_WEAK: Final = re.compile(r"\b(?:__weak|weak|__weak__)\b")
_ENDED: Final = re.compile(rb"\s*;")


class FunctionReader(CallReader):
    """Adds functions to what is read of a file."""

    def _function(
        self, text: Text, captures: dict[str, list[Node]], bodies: dict[int, tuple[str, int]], spelled: Spell
    ) -> FunctionBuilder | None:
        node = captures["definition.function"][0]
        body = captures["body"][0]
        start = node.start_byte
        origin = text.origin(start)
        if origin is not None and origin.role is not Role.MAKER:
            builder = self._functions.get(origin.owner) if origin.owner is not None else None
            if builder is not None and origin.role is Role.MACRO_BODY:
                self._note_trouble(builder, text, node)
            return builder
        at = text.place(start)
        made = bodies.get(start)
        if made is not None:
            builder = self._functions.get(made)
            if builder is not None:
                builder.end_line = max(builder.end_line, text.place(node.end_byte).line)
                self._note_trouble(builder, text, node)
            return builder
        declarator = captures["name"][0]
        name, name_at = self._name(text, declarator)
        if not name or (declarator.type == "parenthesized_declarator" and _ENDED.match(text.source, node.end_byte)):
            return None  # DECLARE_RC_STRUCT(dso) { ... }; of tools/perf/util/dso.h holds members
        header = " ".join(text.source[start : body.start_byte].decode("latin-1").split())
        masked_header = text.masked[start : body.start_byte]
        linkage = "static" if b"static" in masked_header.split(b"(", 1)[0].split() else "extern"
        if any(at < name_at and not text.masked[at:start].strip() for at in text.statics):
            linkage = "static"
        if "weak" in header and _WEAK.search(header):
            linkage = "weak"
        if origin is None:
            line_at = text.place(name_at)
            line, column, end_line = line_at.line, line_at.column, text.place(node.end_byte).line
            made_by = ""
        else:
            line, column, end_line = at.line, at.column, max(at.line, origin.line_end)
            made_by = origin.chain[0] if origin.chain else ""
        key = (name, line)
        builder = self._functions.get(key)
        if builder is None:
            builder = FunctionBuilder(name, line, column, end_line, "function", linkage, at.guard, header)
            builder.made_by = made_by
            self._functions[key] = builder
            if origin is not None and origin.alias_of is not None:
                builder.aliases[ALIAS_MARK + origin.alias_of[0]] = None
        self._note_trouble(builder, text, node)
        return builder

    def _note_trouble(self, builder: FunctionBuilder, text: Text, node: Node) -> None:
        if not builder.trouble:
            builder.trouble = cause_of(
                node, text.source, lambda name: name not in NOT_CALLED and self._view.get(name) is not None
            )

    def _name(self, text: Text, declarator: Node) -> tuple[str, int]:
        """The name a function's declarator declares, and the offset it stands at."""
        node: Node | None = declarator
        while node is not None and node.type not in ("identifier", "field_identifier", "type_identifier"):
            inner = node.child_by_field_name("declarator")
            if inner is None:
                inner = next(iter(node.named_children), None)
            if (
                node.type == "function_declarator"
                and inner is not None
                and inner.type == "function_declarator"
                and inner.named_children
                and inner.named_children[0].type == "identifier"
            ):
                # FNAME(walk_addr)(struct guest_walker *walker, ...)   arch/x86/kvm/mmu/paging_tmpl.h
                spelling = text.source[inner.start_byte : inner.end_byte].decode("latin-1")
                tokens = Expander(self._view.get).expand_text(spelling)
                if len(tokens) == 1:
                    return tokens[0], inner.start_byte
            node = inner
        if node is None:
            return "", 0
        return text.source[node.start_byte : node.end_byte].decode("latin-1"), node.start_byte
