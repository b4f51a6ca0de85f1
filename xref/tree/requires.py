# SPDX-License-Identifier: MIT
"""What an option needs: the options that are set whenever it is, and those that are not.

``X86_32`` depends on ``!64BIT`` and ``X86_64`` on ``64BIT``: no configuration has both. Of a ``choice`` of bool options
one is y at most. What is set by another option's ``select`` need not have what it depends on, but has what that one has
(Documentation/kbuild/kconfig-language.rst); so what an option needs is what all ways to set it have in common, found by
fixpoint from nothing known: every step says only what holds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Final, NamedTuple

from xref.tree.kconfig import Entry, Expr, Kconfig

_SWITCHES: Final = ("bool", "tristate")
_NOTHING: Final = frozenset[str]()


class _Way(NamedTuple):
    """One way to set an option: conditions that all have to hold, and options that cannot be set along with it."""

    conditions: tuple[Expr, ...]
    without: frozenset[str] = _NOTHING


def requirements(kconfig: Kconfig) -> dict[str, frozenset[str]]:
    """What holds whenever an option is set, for those that need something: ``X`` that X is set, ``!X`` that it is not.

    Empty where files could not be read: an option may be selected there.
    """
    if not kconfig.complete:
        return {}
    ways = _ways(kconfig)
    needs = _Needs(frozenset(name for name, s in kconfig.symbols.items() if s.type == "bool"), {})
    users: dict[str, list[str]] = {}
    for name, found in ways.items():
        for other in {other for way in found for e in way.conditions for other in _named(e)}:
            users.setdefault(other, []).append(name)
    todo = deque(ways)
    waiting = set(todo)
    while todo:
        name = todo.popleft()
        waiting.discard(name)
        every = [way.without.union(*map(needs.of, way.conditions)) for way in ways[name]]
        new = frozenset.intersection(*every) - {name} if every else _NOTHING
        if new != needs.known.get(name, _NOTHING):
            needs.known[name] = new
            for user in users.get(name, ()):
                if user not in waiting:
                    waiting.add(user)
                    todo.append(user)
    return needs.known


class _Needs(NamedTuple):
    """What follows from conditions, by what is known so far of options."""

    bools: frozenset[str]
    known: dict[str, frozenset[str]]

    def of(self, e: Expr) -> frozenset[str]:
        """What holds where ``e`` is y or m."""
        if isinstance(e, str):
            return self.known.get(e, _NOTHING) | {e}
        if not isinstance(e, tuple):
            return _NOTHING
        if len(e) == 2:
            return self.of_not(e[1])
        both = self.of(e[1]), self.of(e[2])
        return both[0] | both[1] if e[0] == "&&" else both[0] & both[1]

    def of_not(self, e: Expr) -> frozenset[str]:
        """What holds where ``!e`` is y or m: a tristate option may be m then."""
        if isinstance(e, str):
            return frozenset((f"!{e}",)) if e in self.bools else _NOTHING
        if not isinstance(e, tuple):
            return _NOTHING
        if len(e) == 2:
            return self.of(e[1])
        both = self.of_not(e[1]), self.of_not(e[2])
        return both[0] & both[1] if e[0] == "&&" else both[0] | both[1]


def _ways(kconfig: Kconfig) -> dict[str, list[_Way]]:
    """All ways to set each option: by hand, by default, and by another one that selects or implies it."""
    symbols = kconfig.symbols
    found: dict[str, list[_Way]] = {name: [] for name, symbol in symbols.items() if symbol.type in _SWITCHES}
    rivals: dict[str, frozenset[str]] = {}
    for choice in kconfig.choices:
        if all(name in symbols and symbols[name].type == "bool" for name in choice):
            rivals |= {name: frozenset(f"!{other}" for other in choice if other != name) for name in choice}
    for name in found:
        without = rivals.get(name, _NOTHING)
        found[name] += (_Way(c, without) for entry in symbols[name].entries for c in _conditions(entry))
    for name, symbol in symbols.items():
        for entry in symbol.entries:
            for target, condition in (*entry.selects, *entry.implies):
                if target in found and target not in rivals:  # to select one of a choice does nothing
                    found[target].append(_Way((name, condition, *entry.depends)))
    return found


def _conditions(entry: Entry) -> Iterator[tuple[Expr, ...]]:
    for condition in entry.prompts:
        yield (condition, *entry.depends)
    for value, condition in entry.defaults:
        if value is not False:
            yield (value, condition, *entry.depends)


def _named(e: Expr) -> Iterator[str]:
    """The options that a condition names without a ``!``: what is known of these counts."""
    if isinstance(e, str):
        yield e
    elif isinstance(e, tuple):
        for part in e[1:]:
            yield from _named(part)
