# SPDX-License-Identifier: MIT
"""Who calls a function that is handed over as an argument and goes nowhere else.

``scsi_bus_resume_common(dev, do_scsi_resume)`` of drivers/scsi/scsi_pm.c is all that is ever done with
``do_scsi_resume``, and all that ``scsi_bus_resume_common`` does with its parameter is ``cb(dev, pm)``. So that call is
the only caller, and says what the parameters of ``do_scsi_resume`` are, as a call by name does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from xref.facts.model import CallFact
from xref.parse import ctree as x
from xref.parse.words import unquoted
from xref.resolve.language.scope import Scope
from xref.resolve.lookup.arguments import arguments
from xref.resolve.lookup.written import Written
from xref.store.model import FunctionInfo

_MOST_USERS: Final = 40
"""A function that more others mention goes to all sorts of places."""
_DEEPEST: Final = 3
"""A parameter is handed on so many times."""


class Callbacks:
    """Finds the callers of such functions. One instance serves one index."""

    def __init__(self, written: Written) -> None:
        self._written = written
        self._reader = written.reader
        self._names = written.names
        self.calls = lru_cache(maxsize=20_000)(self._calls)
        self._runs = lru_cache(maxsize=20_000)(self._run_by)

    def _calls(self, fid: int) -> tuple[tuple[Scope, CallFact], ...] | None:
        """The calls through parameters that the function was handed over for; None where it may go anywhere else.

        Nothing is said here of the calls that name it.
        """
        function = self._reader.function(fid)
        if function is None or function.kind != "function":
            return None
        found: dict[tuple[int, int, int], tuple[Scope, CallFact]] = {}
        for name in self._names.spellings(function):
            if self._reader.registrations_naming(name):
                return None
            users = self._reader.mentions("v", name)
            if len(users) > _MOST_USERS:
                return None
            for user in self._reader.functions(users):
                if any(f.id == fid for f in self._names.functions(name, user.file_id)):
                    calls = self._handed_over(name, user)
                    if calls is None:
                        return None
                    found.update(((s.function.id, c.line, c.column), (s, c)) for s, c in calls)
        return tuple(found.values())

    def _handed_over(self, name: str, user: FunctionInfo, depth: int = 0) -> list[tuple[Scope, CallFact]] | None:
        """The calls of what ``user`` knows as ``name`` by those whom it hands that to as an argument; None where it
        does more with it.
        """
        if user.kind != "function":
            return None
        body, word = self._written.scope(user).body, re.compile(rf"\b{re.escape(name)}\b")
        elsewhere = [a.value for a in body.assigns] + [r.value for r in body.returns]
        elsewhere += [d.text.partition("=")[2] for d in body.locals]
        if any(name in text and word.search(text) and self._is_kept(text) for text in elsewhere):
            return None
        found: list[tuple[Scope, CallFact]] = []
        for call in body.calls:
            if name not in call.arguments or not word.search(call.arguments):
                continue
            for k, arg in enumerate(arguments(call.arguments)):
                if word.search(unquoted(arg)):
                    runs = self._run_by_callee(call, k, user, depth) if arg.strip("&() ") == name else None
                    if runs is None:
                        return None
                    found.extend(runs)
        return found

    def _is_kept(self, text: str) -> bool:
        """Whether an expression is more than a call, of whose arguments and callee the call itself tells."""
        e = self._written.types.parse(text)
        while isinstance(e, x.Cast) or (isinstance(e, x.Unary) and e.op in ("!", "-")):
            e = e.operand
        return not (isinstance(e, x.Call) and isinstance(e.func, x.Name))

    def _run_by_callee(
        self, call: CallFact, position: int, user: FunctionInfo, depth: int
    ) -> Iterable[tuple[Scope, CallFact]] | None:
        """The calls of an argument by whom it is handed to."""
        if not call.callee.isidentifier() or self._names.macro_nodes(call.callee, user.file_id):
            return None
        every = [self._runs(f.id, position, depth) for f in self._names.functions(call.callee, user.file_id)]
        known = [runs for runs in every if runs is not None]
        return [run for runs in known for run in runs] if every and len(known) == len(every) else None

    def _run_by(self, fid: int, position: int, depth: int) -> tuple[tuple[Scope, CallFact], ...] | None:
        """The calls through a parameter, by the function or by those whom it hands it on to; None where it is kept."""
        function = self._reader.function(fid)
        if function is None or function.kind != "function" or depth > _DEEPEST:
            return None
        scope = self._written.scope(function)
        name = scope.parameter_name(position)
        if not name or any(a.target.strip("()* ") == name for a in scope.body.assigns):
            return None
        if any(r.function == function.name for r in self._reader.registrations_naming(name, function.file_id)):
            return None
        handed = self._handed_over(name, function, depth + 1)
        return (*self._through(name, scope), *handed) if handed is not None else None

    @staticmethod
    def _through(name: str, scope: Scope) -> Iterator[tuple[Scope, CallFact]]:
        for call in scope.body.calls:
            if call.callee.strip("()* ") == name:
                yield scope, call
