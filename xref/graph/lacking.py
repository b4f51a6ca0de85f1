# SPDX-License-Identifier: MIT
"""What an answer from a part of the tree lacks, by name: it may stand in the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xref.resolve.edge import EdgeKind
from xref.tree.part import Wanted

if TYPE_CHECKING:
    from xref.graph.answer import Answer
    from xref.graph.source import CallSource


def lacking(source: CallSource, answer: Answer) -> Wanted:
    """The functions that are called by name and defined nowhere in the part; those that it has from a header alone,
    where an empty one, or a macro, may stand for kernels without the real one (``security_socket_sendmsg()``); and the
    slots that are called through, which others may fill. On the way up also whatever names the function that is asked
    about, and other calls through the slots that lead to it.
    """
    functions = {gap.callee for gap in answer.unresolved if not gap.via}
    slots = {gap.via for gap in answer.unresolved if gap.via}
    slots |= {edge.via for edge in answer.edges if edge.kind == EdgeKind.INDIRECT}
    for node in answer.nodes:
        if node.file.endswith(".h"):
            functions.add(node.name)
            for symbol in source.lookup(node.id):
                functions.update(gap.callee_text for gap in source.calls(symbol).unresolved if not gap.via)
    members = [slot.split(".") for slot in slots if "." in slot]
    spellings: set[str] = set()
    through: set[str] = set()
    if answer.query.direction == "up":
        names = {node.id: node.name for node in answer.nodes}
        spellings.update(names[root] for root in answer.roots if root in names)
        through.update(path[-1] for path in members)
    return Wanted(
        frozenset(name for name in functions if name.isidentifier()),
        frozenset((path[0], path[-1]) for path in members),
        frozenset(spellings),
        frozenset(through),
    )
