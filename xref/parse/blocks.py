# SPDX-License-Identifier: MIT
"""Invocations inside functions that have a block behind them, where the parser sees a function in a function:
``pfm_for_all_pmus(p) { ... }`` of tools/perf/util/pfm.c, which a header outside the tree defines, or
``ASSERT_FALSE(WIFSIGNALED(status)) { ... }`` of the selftests, whose macro ends in a loop.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tree_sitter import Node

LOOP: Final = b"while"


def block_heads(definitions: Iterable[tuple[Node, Node]]) -> list[tuple[int, int]]:
    """The words, by their first offset and the one behind, that stand where those of the ``function_definition`` nodes
    (each given with its declarator) have their type which are none: inside a statement, and without a list of
    parameters (C11 6.9.1). All have room for a loop.
    """
    found = []
    for node, declarator in definitions:
        if declarator.type != "parenthesized_declarator":
            continue
        parent, head = node.parent, node.child_by_field_name("type")
        if parent is None or head is None or not parent.type.endswith("_statement"):
            continue
        if head.type == "type_identifier" and head.end_byte - head.start_byte >= len(LOOP):
            found.append((head.start_byte, head.end_byte))
    return found
