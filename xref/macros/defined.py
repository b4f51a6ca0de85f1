# SPDX-License-Identifier: MIT
"""What the tree's own definitions decide about its ``#ifdef``s, before any configuration is named.

``#ifndef HAVE_ARCH_BUG`` asks whether a header of the architecture has defined a name. All definitions of the tree are
known, so the answer is: always, never, or under a condition. The same for whole headers: what is included only under
``#ifdef CONFIG_PREEMPT_RT`` exists only there.

Both are worked out for the kernel program alone, and only where the order of inclusion cannot matter.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection, Iterable, Mapping
from typing import Final, NamedTuple

from xref.lex import guard as g
from xref.lex.guard import Cond, Lookup
from xref.lex.model import Include, MacroDef, Marker
from xref.macros.visibility import IncludeGraph
from xref.tree.arch import own_headers
from xref.tree.files import program_of

_COMPILER: Final = re.compile(r"__\w+__|_[A-Z]\w*|__GNUC\w*|__clang\w*")
"""Names that a compiler may define by itself (C11 7.1.3)."""
_PLAIN: Final = re.compile(r"[A-Za-z_]\w*")
_MAX_LEAVES: Final = 12
"""A larger condition is not worth carrying: the name, or the header, counts as undecided."""
_MAX_INCLUDERS: Final = 16
_MAX_ROUNDS: Final = 4
_GENERIC: Final = "include/asm-generic/"


def defined_names(
    macros: Iterable[MacroDef],
    markers: Mapping[str, Iterable[Marker]],
    used: Mapping[str, Collection[str]],
    plain_numbers: Collection[str],
    flags: Collection[str],
    graph: IncludeGraph,
    arch: str,
) -> dict[str, Cond]:
    """The condition under which each name is defined, for the names of which the tree says so.

    ``markers`` maps a file to the names that it defines to 1, ``used`` to those, options aside, that its conditionals
    ask for; ``plain_numbers`` are names that are somewhere defined to another number (their definitions are not kept),
    ``flags`` those that a Makefile defines.
    """
    users: dict[str, list[str]] = {}
    for path, names in used.items():
        for name in names:
            if _PLAIN.fullmatch(name) and not name.startswith("CONFIG_"):
                users.setdefault(name, []).append(path)
    definitions: dict[str, list[_Definition]] = {name: [] for name in users}
    for m in macros:
        if m.name in definitions and program_of(m.file) == "kernel":
            definitions[m.name].append(_Definition(m.file, m.guard, bool(m.until)))
    undecided = {*plain_numbers, *flags}
    for path, marked in markers.items():
        for marker in marked if program_of(path) == "kernel" else ():
            if marker.name in g.from_text(marker.guard).about:
                undecided.add(marker.name)  # #ifndef X, #define X 1, #endif: the same file may ask for it below
            elif marker.name in definitions:
                definitions[marker.name].append(_Definition(path, marker.guard, marker.ended))
    found: dict[str, Cond] = {}
    shared = _Shared(arch)
    for name, places in users.items():
        if name in undecided:
            continue
        places = [p for p in places if program_of(p) == "kernel"]
        verdict = _verdict(name, places, definitions[name], graph, shared)
        if verdict is not None and verdict.size <= _MAX_LEAVES:
            found[name] = verdict
    return _closed(found)


class _Definition(NamedTuple):
    """Where a name is defined, under which condition, and whether an ``#undef`` there ends it."""

    file: str
    guard: str
    ended: bool


class _Shared:
    """Which headers every file of the kernel may lean on."""

    def __init__(self, arch: str) -> None:
        self._arch = own_headers(arch)

    def arch(self, path: str) -> bool:
        return path.startswith(self._arch)

    def __call__(self, path: str) -> bool:
        return path.startswith(("include/", *self._arch))


def _verdict(name: str, users: list[str], defs: list[_Definition], graph: IncludeGraph, shared: _Shared) -> Cond | None:
    """When ``name`` is defined where ``users`` ask for it; None where that depends on who includes what first."""
    strong: list[tuple[_Definition, Cond]] = []
    fallback_files: set[str] = set()
    for m in defs:
        cond = g.from_text(m.guard)
        if name in cond.about and g.evaluate(cond, {name: True}.get) is False:
            fallback_files.add(m.file)  # #ifndef X ... #define X: what stands there for want of a better one
        elif m.ended or name in cond.about:
            return None
        else:
            strong.append((m, cond))
    if not strong:
        if defs:
            return g.NEVER if all(u in fallback_files for u in users) else None
        if _COMPILER.fullmatch(name) or not any(shared(u) for u in users):
            return None
        return g.NEVER
    if not all(shared(m.file) for m, _ in strong):
        return None
    for user in users:
        for m, _ in strong:
            if m.file == user and not shared.arch(user):
                continue
            if not (shared.arch(m.file) or graph.sees(user, m.file) or graph.sees(m.file, user)):
                return None
    return g.disj(*(cond for _, cond in strong))


def _closed(found: dict[str, Cond]) -> dict[str, Cond]:
    """The conditions with the names of other verdicts put in, as far as a few rounds go."""
    closed = dict(found)
    for _ in range(_MAX_ROUNDS):
        before = dict(closed)
        for name, cond in before.items():
            meaning = {n: before[n] for n in cond.about if n in before and n != name}
            if meaning:
                value = g.rewrite(cond, meaning.get)
                closed[name] = value if value.size <= _MAX_LEAVES else cond
        if closed == before:
            break
    return closed


def header_conditions(includes: Mapping[str, tuple[Include, ...]], graph: IncludeGraph) -> dict[str, Cond]:
    """The condition under which each header of the kernel is included at all; those that always are, are left out.

    A header that nothing includes counts as always there: who says ``#include GENERATED`` cannot be followed.
    """
    includers: dict[str, dict[str, Cond]] = {}
    always: set[str] = set()
    todo: list[str] = []
    for path, directives in includes.items():
        if program_of(path) != "kernel":
            continue
        if not path.endswith(".h"):
            always.add(path)
            todo.append(path)
        for inc in directives:
            target = graph.resolve(path, inc)
            if target is not None and target.endswith(".h"):
                cond = g.from_text(inc.guard)
                known = includers.setdefault(target, {})
                known[path] = g.disj(known[path], cond) if path in known else cond
    unconditional: dict[str, list[str]] = {}
    for target, sources in includers.items():
        for source, cond in sources.items():
            if cond is g.ALWAYS:
                unconditional.setdefault(source, []).append(target)
    for path in includes:
        if path.endswith(".h") and path not in includers and path not in always and not path.startswith(_GENERIC):
            always.add(path)
            todo.append(path)
    while todo:
        for target in unconditional.get(todo.pop(), ()):
            if target not in always:
                always.add(target)
                todo.append(target)
    found: dict[str, Cond] = {}
    targets: dict[str, list[str]] = {}
    for target, sources in includers.items():
        if target not in always:
            found[target] = g.NEVER if len(sources) <= _MAX_INCLUDERS else g.ALWAYS
            for source in sources:
                targets.setdefault(source, []).append(target)
    found.update((path, g.NEVER) for path in includes if path.startswith(_GENERIC) and path not in includers)
    changes: dict[str, int] = {}
    waiting = deque(found)
    while waiting:
        path = waiting.popleft()
        if found[path] is g.ALWAYS or path not in includers:
            continue
        parts = (
            g.conj(cond, g.ALWAYS if source in always else found.get(source, g.NEVER))
            for source, cond in includers[path].items()
        )
        result = g.disj(*parts)
        if result is found[path]:
            continue
        changes[path] = changes.get(path, 0) + 1
        if result.size > _MAX_LEAVES or changes[path] > _MAX_INCLUDERS:
            result = g.ALWAYS
        found[path] = result
        waiting.extend(targets.get(path, ()))
    # what only headers include that nothing includes cannot be told; but asm/x.h means asm-generic/x.h only where the
    # architecture has none of its own (Kbuild's generic-y): one that nothing includes is replaced
    return {
        path: c for path, c in found.items() if c is not g.ALWAYS and (c is not g.NEVER or path.startswith(_GENERIC))
    }


class Known:
    """All that is known of guards: options that the architecture or a ``.config`` decides, and defined names."""

    def __init__(
        self, constants: Mapping[str, bool], defined: Mapping[str, Cond | str], config: Lookup | None = None
    ) -> None:
        """Conditions of ``defined`` may be texts, which are read when they are asked for: few of two thousand are."""
        self.constants = constants
        self.defined = defined
        self._config = config
        self._possible: dict[str, bool] = {}

    def meaning(self, name: str) -> Cond | None:
        """What an atom of a guard comes to, if that is known; for :func:`~xref.lex.presence.rewrite`."""
        value = self._config(name) if self._config is not None else None
        if value is None:
            value = self.constants.get(name)
            if value is None and self.constants.get(name.partition("=")[0]) is False:
                value = False  # CONFIG_X=m without CONFIG_X
        if value is not None:
            return g.ALWAYS if value else g.NEVER
        return self._defined(name)

    def _defined(self, name: str) -> Cond | None:
        """Under which condition a name is defined, if that is known."""
        found = self.defined.get(name)
        return g.from_text(found) if isinstance(found, str) else found

    def simplified(self, cond: Cond) -> Cond:
        """``cond`` with all that is known put in."""
        return g.rewrite(g.rewrite(cond, self._defined), self.meaning)

    def possible(self, guard: str) -> bool:
        """Whether some configuration of this architecture can make the text ``guard`` true."""
        answer = self._possible.get(guard)
        if answer is None:
            answer = self._possible[guard] = not guard or self.simplified(g.from_text(guard)) is not g.NEVER
        return answer

    def certain(self, guard: str) -> bool:
        """Whether every configuration that is left makes the text ``guard`` true."""
        return not guard or self.simplified(g.from_text(guard)) is g.ALWAYS

    def to_text(self) -> tuple[str, str]:
        """Constants and defined names as two texts, a line each, for the index."""
        return (
            "\n".join(f"{name}={'y' if value else 'n'}" for name, value in sorted(self.constants.items())),
            "\n".join(f"{name}\t{_text(cond)}" for name, cond in sorted(self.defined.items())),
        )

    @classmethod
    def from_text(cls, constants: str, defined: str, config: Lookup | None = None) -> Known:
        """What :meth:`to_text` made, under a configuration if there is one."""
        names = (line.partition("=") for line in constants.splitlines())
        conditions = (line.partition("\t") for line in defined.splitlines())
        return cls({n: v == "y" for n, _, v in names}, {n: c for n, _, c in conditions}, config)


def _text(cond: Cond | str) -> str:
    return cond if isinstance(cond, str) else g.to_text(cond)


NOTHING_KNOWN: Final = Known({}, {})
