# SPDX-License-Identifier: MIT
"""What a way has handed over: which function, or which table of functions, a parameter is on this way.

``get_tree_bdev(fc, fill_super)`` of fs/super.c calls ``fill_super``, and forty file systems hand it theirs. A way that
comes from ``erofs_fc_get_tree`` brings ``erofs_fc_fill_super`` and calls no other. In the same way ``iomap_iter(iter,
ops)`` calls what is in the table that its caller has named.

Nothing is concluded where the function gives its parameter another value, or where what is handed over is not a plain
name: then any function may be called.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final

from xref.parse import ctree as x
from xref.parse.ctree import Function, Pointer, Tagged
from xref.resolve.edge import EdgeKind, Handed
from xref.resolve.language.scope import Scope
from xref.resolve.lookup.arguments import arguments
from xref.resolve.lookup.written import Written
from xref.resolve.model import Crossing, Place
from xref.resolve.objects.objects import Objects, Thing
from xref.resolve.valueflow.values import Values
from xref.store.model import FunctionInfo

_MOST: Final = 8
"""A parameter that may be more than so many is free."""


class HandedOver:
    """Follows arguments along a way. One instance serves one index."""

    def __init__(self, written: Written, values: Values, objects: Objects) -> None:
        self._written = written
        self._types = written.types
        self._values = values
        self._objects = objects
        self._tables: dict[str, bool] = {}

    def behind(self, crossing: Crossing, before: Handed) -> Handed | None:
        """What the parameters of the callee are, where those of the caller are ``before``; None where the caller, being
        handed that, calls another function at this site.
        """
        caller, site, callee = crossing
        if before and not self._is_called(crossing, dict(before)):
            return None
        if not site.call.arguments:
            return ()
        scope = self._written.scope(caller)
        known = dict(before)
        found: list[tuple[int, frozenset[object]]] = []
        for position, text in enumerate(arguments(site.call.arguments)):
            kind = self._wanted(callee, position)
            if kind and text[:1] not in ("", "0", '"'):
                values = self._named(self._types.parse(text), scope, site.call.line, kind, known)
                if values is not None:
                    found.append((position, values))
        return tuple(found)

    def _is_called(self, crossing: Crossing, known: dict[int, frozenset[object]]) -> bool:
        """Whether the target is among what was handed over, if the site calls something of it."""
        caller, site, callee = crossing
        scope = self._written.scope(caller)
        if site.kind is EdgeKind.CALLBACK:
            position = site.via.removeprefix("param ")
            values = known.get(int(position)) if position.isdigit() else None
            return values is None or callee.id in values or _reassigned(scope, scope.parameter_name(int(position)))
        if site.receiver is None or "." not in site.via:
            return True
        base = site.receiver.base if site.receiver.arrow else x.Unary("&", site.receiver.base)
        tables = self._named(base, scope, site.call.line, "table", known)
        if tables is None:
            return True
        struct, _, field = site.via.rpartition(".")
        holders = self._objects.holders(struct, field)
        if not tables & {thing for holding in holders.values() for thing in holding}:
            return True  # filled in a way that does not tell
        return not tables.isdisjoint(holders.get(callee.id, {}))

    def _named(
        self, e: x.Expr, scope: Scope, line: int, kind: str, known: dict[int, frozenset[object]]
    ) -> frozenset[object] | None:
        """The functions, or the tables, that an expression is for sure one of; None where it may be anything."""
        found: set[object] = set()
        for source in self._sources(e, scope, line, kind):
            if isinstance(source, Place):
                if source.kind != "param" or source.owner != scope.function.id:
                    return None
                values = known.get(int(source.name))
                if values is None or _reassigned(scope, scope.parameter_name(int(source.name))):
                    return None
                found |= values
            elif isinstance(source, Thing):
                if not source.name:
                    return None
                found.add(source)
            else:
                found.add(source.id)
        return frozenset(found) if 0 < len(found) <= _MOST else None

    def _sources(self, e: x.Expr, scope: Scope, line: int, kind: str) -> Iterable[FunctionInfo | Thing | Place]:
        functions = tuple(self._functions(e, scope, line)) if kind != "table" else ()
        return functions or (self._objects.told(e, scope, line) if kind != "function" else ())

    def _functions(self, e: x.Expr, scope: Scope, line: int) -> Iterator[FunctionInfo | Place]:
        """The functions that a value is, and where else it comes from; local variables are seen through."""
        seen: set[Place] = set()
        todo = deque(self._values.sources(e, scope, line))
        while todo:
            source = todo.popleft().source
            if not isinstance(source, Place):
                yield source
            elif source.kind == "local" and source not in seen:
                todo.extend(self._values.into(source))
                seen.add(source)
            elif source.kind != "local":
                yield source

    def _wanted(self, callee: FunctionInfo, position: int) -> str:
        """What is worth knowing of a parameter: that it is a ``function``, a ``table`` of functions, or (a macro's do
        not say) either.
        """
        scope = self._written.scope(callee)
        if callee.kind == "macro":
            return "either" if scope.parameter_name(position) else ""
        if position >= len(scope.params):
            return ""
        t = self._types.plain(scope.params[position].ctype, callee.file_id)
        if isinstance(t, Pointer):
            t = self._types.plain(t.to, callee.file_id)
        if isinstance(t, Function):
            return "function"
        return "table" if isinstance(t, Tagged) and self._is_table(t.tag) else ""

    def _is_table(self, tag: str) -> bool:
        """Whether most members of a record are pointers to functions."""
        known = self._tables.get(tag)
        if known is None:
            known = False
            for record in self._written.reader.records(tag):
                called = sum("(" in field.decl for field in record.fields)
                known = known or 2 * called >= len(record.fields) > 0
            self._tables[tag] = known
        return known


def _reassigned(scope: Scope, name: str) -> bool:
    """Whether a parameter gets another value inside its function."""
    return any(a.target == name for a in scope.body.assigns)
