# SPDX-License-Identifier: MIT
"""Headers that are read several times: what the macros mean in each pass.

include/trace/events/x.h ends with ``#include <trace/define_trace.h>``, and that header, and those it includes, include
the first one again by a computed name (``#include TRACE_INCLUDE(TRACE_INCLUDE_FILE)``), each time after defining
TRACE_EVENT and its relatives anew. A computed include below a trailing include is taken to be such a pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from xref.lex.model import MacroDef
from xref.macros.table import MacroTable

_MAX_PASSES: Final = 24
Environment = dict[str, MacroDef]


def passes(table: MacroTable, path: str, trailing: int) -> list[Environment]:
    """The macros of each further reading of ``path``, in order; those it does not name mean what they did before.

    ``trailing`` is the line of the first include behind all code of ``path``.
    """
    environment: Environment = {}
    before = table.graph.seen_before(path, trailing)
    found: list[Environment] = []
    for env in _walk(table, path, trailing, environment, before, {path}):
        found.append(env)
        if len(found) == _MAX_PASSES:
            break
    return found


def _walk(
    table: MacroTable, path: str, start: int, environment: Environment, before: int, seen: set[str]
) -> Iterator[Environment]:
    """Goes through a file from line ``start`` as the preprocessor does, arms aside, and through what that includes: not
    what was read ``before`` (see :meth:`~xref.macros.visibility.IncludeGraph.seen_before`) or is ``seen`` on the way.
    """
    events: list[tuple[int, int, MacroDef | str]] = []
    if start == 0:
        for m in table.of_file(path):
            events.append((m.line, 0, m))
            if m.until:
                events.append((m.until, 1, m))
    for inc in table.graph.includes(path):
        if inc.line >= start:
            # of ordinary headers only the machinery's own, "stages/init.h", can define what a pass needs
            kind = 2 if inc.angled else 3
            events.append((inc.line, kind, "" if not inc.path else table.graph.resolve(path, inc) or "?"))
    for _, kind, what in sorted(events, key=lambda e: (e[0], e[1])):
        if isinstance(what, MacroDef):
            if kind == 0:
                other = environment.get(what.name)
                if other is None or other.file != path or other.until or len(what.body) >= len(other.body):
                    environment[what.name] = what
            elif environment.get(what.name) is what:
                del environment[what.name]
        elif not what:
            yield dict(environment)
        elif what not in seen and what != "?" and (kind == 3 or table.graph.computes(what)):
            if not table.graph.holds(before, what):
                seen.add(what)
                yield from _walk(table, what, 0, environment, before, seen)
