# SPDX-License-Identifier: MIT
"""Objects that may be overwritten as a whole: ``chip = template``, ``memcpy(&chip, from, sizeof(chip))``, or ``*p =
*from`` in a function that gets their address. What such an object holds need not be what is assigned to it by name.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from xref.facts.model import CallFact
from xref.parse import ctree as x
from xref.resolve.language.scope import Scope
from xref.resolve.lookup.arguments import arguments
from xref.resolve.lookup.written import Written
from xref.resolve.objects.beside import COPYING
from xref.resolve.objects.objects import Thing, split_place
from xref.store.model import FunctionInfo

_MOST: Final = 400
"""Of an object that more functions name it is not asked whether one of them writes all of it."""
_DEEP: Final = 4
"""So many calls the address of an object is followed through."""


class Overwritten:
    """Tells which objects may be. One instance serves one index."""

    def __init__(self, written: Written) -> None:
        self._written = written
        self._reader = written.reader
        self._types = written.types
        self.is_whole = lru_cache(maxsize=20_000)(self._is_written_whole)
        self._overwrites = lru_cache(maxsize=20_000)(self._is_overwriting)

    def _is_written_whole(self, thing: Thing) -> bool:
        """Whether something may be copied over all of an object: ``chip = template``, ``*p = template`` where ``p`` is
        its address.
        """
        if thing.function:
            users = [f.id for f in self._reader.functions_named(thing.function) if f.file_id == thing.home]
        elif thing.name:
            users = sorted({*self._reader.mentions("v", thing.name), *self._reader.mentions("a", thing.name)})
        else:
            mentioning = self._written.slots.mentioning
            users = sorted({fid for kind in ("a", "p") for fid in mentioning(kind, thing.owner, thing.path[0])})
            for step in thing.path[1:]:
                users.extend(fid for kind in ("a", "p") for fid in self._reader.mentions(kind, step))
        if len(users) > _MOST:
            return True
        return any(
            self._overwrites_in(f, thing)
            for f in self._reader.functions(users)
            if not (thing.name and thing.home and f.file_id != thing.home)
        )

    def _overwrites_in(self, f: FunctionInfo, thing: Thing) -> bool:
        """Whether a function writes all of an object, or hands its address to one that does."""
        scope = self._written.scope(f)
        word = thing.path[-1] if not thing.name else thing.name
        for a in scope.body.assigns:
            if word in a.target and self._is_it(self._types.parse(a.target), thing, scope, a.line):
                return True
        if thing.function:
            for _, decl in scope.declarations(thing.name):
                if decl.init_text is not None and not decl.init_text.startswith("{"):
                    return True
        for call in scope.body.calls:
            if word not in call.arguments:
                continue
            for k, arg in enumerate(arguments(call.arguments)):
                if word in arg and "&" in arg:
                    e = self._types.parse(arg)
                    while isinstance(e, x.Cast):
                        e = e.operand
                    if isinstance(e, x.Unary) and e.op == "&" and self._is_it(e.operand, thing, scope, call.line):
                        if self._hands_over(call, k, f):
                            return True
        return False

    def _is_it(self, e: x.Expr, thing: Thing, scope: Scope, line: int) -> bool:
        """Whether an lvalue may be all of an object, or of what that is a part of."""
        while isinstance(e, x.Index):
            e = e.base
        if thing.name:
            root, path = split_place(e)
            return root == x.Name(thing.name) and path == thing.path[: len(path)]
        if not isinstance(e, x.Member):
            return False
        found = self._written.member(e, scope, line)
        if found is None or found.field != thing.path[-1]:
            return False
        return len(thing.path) > 1 or found.owner == thing.owner

    def _hands_over(self, call: CallFact, position: int, f: FunctionInfo) -> bool:
        if call.callee in COPYING:
            return position == 0
        if not call.callee.isidentifier():
            return False
        return any(self._overwrites(g.id, position, 0) for g in self._written.names.functions(call.callee, f.file_id))

    def _is_overwriting(self, fid: int, position: int, depth: int) -> bool:
        """Whether a function writes all of what its parameter points to."""
        g = self._reader.function(fid)
        if g is None or depth > _DEEP:
            return False
        scope = self._written.scope(g)
        name = scope.parameter_name(position)
        if not name:
            return False
        body = scope.body
        if any(a.target.replace(" ", "").strip("()") in (f"*{name}", f"{name}[0]") for a in body.assigns):
            return True
        for call in body.calls:
            if name in call.arguments:
                for k, arg in enumerate(arguments(call.arguments)):
                    if arg.strip("() ") == name:
                        if call.callee in COPYING:
                            if k == 0:
                                return True
                        elif call.callee.isidentifier():
                            for inner in self._written.names.functions(call.callee, g.file_id):
                                if inner.id != fid and self._overwrites(inner.id, k, depth + 1):
                                    return True
        return False
