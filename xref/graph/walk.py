# SPDX-License-Identifier: MIT
"""Walks without a goal: so many steps down, up to the entries, or one step either way. Breadth first, bounded."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from xref.graph.answer import Truncated
from xref.graph.conditions import Conditions
from xref.graph.draft import GOAL, LEAF, ROOT, SPINE, Draft
from xref.graph.layers import SYSCALL
from xref.graph.reader import is_named
from xref.resolve.edge import EdgeKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xref.graph.layers import Layers
    from xref.graph.reader import Reader
    from xref.resolve.edge import Symbol


def walk_down(reader: Reader, draft: Draft, root: Symbol, depth: int, stop: Iterable[str] = ()) -> Truncated | None:
    """Fill ``draft`` with all that ``root`` reaches in ``depth`` steps.

    Functions at the last step, and the ones named by ``stop``, are shown and not followed. A depth of one is a question
    of its own ("what does it call?") and never counts as truncated; a greater one does when functions were left.
    """
    stops = tuple(stop)
    draft.add(root, ROOT)
    queue = deque([(root, 0)])
    followed = {root.node}
    last: set[str] = set()
    conditions = Conditions(root.node)
    while queue:
        sym, steps = queue.popleft()
        if conditions.enter(sym.node):
            draft.gaps(sym)
        for edge in (*reader.calls(sym).edges, *reader.deferred(sym)):
            callee = edge.callee
            if not conditions.follow(sym.node, callee.node, edge) or not draft.add(callee, LEAF):
                continue
            draft.link(edge)
            if edge.kind is EdgeKind.DEFERRED:
                continue
            if callee.node in followed:
                if conditions.again(callee.node):
                    queue.append((callee, steps + 1))
                continue
            if is_named(callee, stops):
                continue
            if steps + 1 >= depth:
                last.add(callee.node)
            else:
                draft.add(callee, SPINE)
                followed.add(callee.node)
                queue.append((callee, steps + 1))
    left = len(last - followed)
    return Truncated("depth", depth, left) if depth > 1 and left else None


def walk_up(
    reader: Reader, draft: Draft, root: Symbol, layers: Layers, depth: int | None, stop: Iterable[str] = ()
) -> Truncated | None:
    """Fill ``draft`` with all that reaches ``root``, up to the entries: system calls and functions without callers.

    Entries get the role ``goal``. ``depth`` None goes all the way up, as far as the bound of the draft allows.
    """
    stops = tuple(stop)
    draft.add(root, ROOT)
    queue = deque([(root, 0)])
    seen = {root.node}
    left: set[str] = set()
    while queue:
        sym, steps = queue.popleft()
        callers = (*reader.callers(sym), *reader.deferrers(sym))
        if not callers and sym.node != root.node:
            draft.add(sym, GOAL)
        for edge in callers:
            caller = edge.caller
            if not draft.add(caller, SPINE):
                continue
            draft.link(edge)
            if caller.node in seen:
                continue
            seen.add(caller.node)
            if layers.layer(caller, None) == SYSCALL:
                draft.add(caller, GOAL)
            if is_named(caller, stops):
                continue
            if depth is not None and steps + 1 >= depth:
                left.add(caller.node)
            else:
                queue.append((caller, steps + 1))
    return Truncated("depth", depth, len(left)) if depth is not None and depth > 1 and left else None
