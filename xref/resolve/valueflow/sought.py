# SPDX-License-Identifier: MIT
"""Whether an expression gets its value from a source that is known beforehand. That takes less than to find all its
sources.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from xref.parse import ctree as x
from xref.resolve.language.macros import IndexedMacros
from xref.resolve.language.scope import Scope
from xref.resolve.lookup.written import Written
from xref.resolve.model import Place
from xref.resolve.valueflow.flow import Inflow
from xref.resolve.valueflow.reached import plainly
from xref.resolve.valueflow.values import Values
from xref.store.model import FunctionInfo, RegistrationInfo

Wanted = Callable[[FunctionInfo | Place], bool]


class Sought(Values):
    """Finds the sources of values that are wanted, and no others. Four hundred functions use a member of the name
    ``type``; hardly any of them means the one whose value is looked for, and the others are not asked what they can
    carry.
    """

    def __init__(self, written: Written, macros: IndexedMacros, values: Values) -> None:
        """``values`` knows what flows into a place, whatever is wanted."""
        super().__init__(written, macros)
        self._all = values
        self._wanted: Wanted | None = None
        self._members: tuple[str, ...] | None = None

    def among(self, e: x.Expr, scope: Scope, line: int, wanted: Wanted, members: tuple[str, ...] | None = None) -> bool:
        """Whether an expression's value comes from what is ``wanted``: a function, or a place; ``members``: of slots
        from those that are spelled so.
        """
        self._wanted, self._members = wanted, members
        return any(wanted(plainly(inflow.source)) for inflow in self.sources(e, scope, line))

    def leads(self, place: Place) -> bool:
        """Only what is wanted."""
        return self._wanted is None or self._wanted(place)

    def told_apart(self, place: Place, scope: Scope) -> Place:
        """Whoever asks for it."""
        return place

    def sources(self, e: x.Expr, scope: Scope, line: int, depth: int = 0) -> Iterator[Inflow[FunctionInfo]]:
        """As of all values."""
        if isinstance(e, x.Member) and self._members is not None and e.field not in self._members:
            return iter(())
        return super().sources(e, scope, line, depth)

    def registered(self, r: RegistrationInfo) -> Iterator[Inflow[FunctionInfo]]:
        """All that an initialiser's value is: what it is not taken for depends on that."""
        return self._all.registered(r)
