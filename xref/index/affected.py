# SPDX-License-Identifier: MIT
"""Which files a change of macros and includes in other files can reach.

What a file makes of a macro depends on every definition of its name, whoever sees it (see :mod:`xref.macros.nature`),
and on those of the names in its body. So a change reaches a file when its text contains a name that has changed, or the
name of a macro that leads to one.

A name may be pasted together: ``DO_##n`` makes ``DO_one`` of ``one``. It is reached from where both stand: the macro
that pastes (or one that leads to it), and ``one`` (or a macro that leads to that); mostly the second is found nowhere.
A macro that only pastes its arguments (``__PASTE(a, b)``) makes names that cannot be foreseen, and is not followed.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from xref.index.image import TableImage
from xref.index.worker import LexedFile
from xref.lex.model import MacroDef
from xref.macros.visibility import IncludeGraph, Lent

MOST_NAMES: Final = 5000
"""Where more names have changed than this, most files are reached anyhow."""
_FEW_INCLUDERS: Final = 1000
"""So many files that see other macros through a header are extracted again without a look at whether they use any."""
_FEW_NAMES: Final = 200
"""Where a header has more includers, so many macros are looked for by name in all files."""
_WORD: Final = re.compile(r"[A-Za-z_]\w*")
_CHAIN: Final = re.compile(r"\w+(?:\s*##\s*\w+)+")
_PASTE: Final = re.compile(r"\s*##\s*")
_LAST: Final = "\U0010ffff"

Requirement = tuple[frozenset[str], ...]
"""Sets of names: a file has what is required when of each set one stands in it."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What a file's text must contain for the change to reach it: one of ``names``, or the whole of one requirement."""

    names: frozenset[str]
    together: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """Two images of a tree's macros, and the files that differ between them: a new file is not in ``before``, one that
    is gone not in ``after``.
    """

    old: TableImage
    new: TableImage
    before: Mapping[str, LexedFile]
    after: Mapping[str, LexedFile]

    @property
    def paths(self) -> list[str]:
        """Those files."""
        return sorted(self.before.keys() | self.after.keys())


def changed_names(change: Change) -> tuple[set[str], set[str]]:
    """The macros whose definitions, or whose visibility, differ; and the files that see others than before though they
    are themselves the same.
    """
    names, files = _known_otherwise(change), set[str]()
    theirs, ours = _by_file(change.old.macros), _by_file(change.new.macros)
    for path in theirs.keys() | ours.keys():
        if theirs.get(path) != ours.get(path):
            names |= _different(theirs.get(path, {}), ours.get(path, {}))
    seen_before, seen_after = _graph(change.old), _graph(change.new)
    including = _Including(change, seen_before, seen_after)
    including_otherwise = set[str]()
    sources = _included_sources(change.new) | _included_sources(change.old)

    def seen(path: str) -> None:
        others = seen_before.closure(path) ^ seen_after.closure(path)
        found = set[str]().union(*(theirs.get(other, {}).keys() | ours.get(other, {}).keys() for other in others))
        who = including.all_of(path) if found else set()
        if len(who) > _FEW_INCLUDERS and len(found) <= _FEW_NAMES:
            names.update(found)
        else:  # what it includes now may include half of the kernel's headers: fewer include this one than use all that
            including_otherwise.update(who)
            files.update(who)

    for path in change.before.keys() & change.after.keys():
        if _directives(change.after[path]) != _directives(change.before[path]):
            including_otherwise.add(path)
            if path.endswith(".h") or path.rpartition("/")[2] in sources:
                seen(path)
        if _moved(change.before[path], change.after[path]):
            names.update(ours.get(path, {}))
            including_otherwise.add(path)
    for path in _may_resolve_otherwise(change):
        if seen_before.direct(path) != seen_after.direct(path):
            if path.endswith(".h") or path.rpartition("/")[2] in sources:
                seen(path)
            files.add(path)
            including_otherwise.add(path)
    files.update(_parts_otherwise(change, including_otherwise))
    return names, files


class _Including:
    """Who includes a file, directly or not, before or after a change."""

    def __init__(self, change: Change, *graphs: IncludeGraph) -> None:
        self._change = change
        self._graphs = graphs
        self._direct: defaultdict[str, list[str]] | None = None

    def all_of(self, path: str) -> set[str]:
        """All who see what ``path`` sees."""
        if self._direct is None:
            self._direct = defaultdict(list)
            for graph, image in zip(self._graphs, (self._change.old, self._change.new), strict=True):
                for other in image.includes:
                    for included in graph.direct(other):
                        self._direct[included].append(other)
        found = {path}
        todo = [path]
        while todo:
            fresh = [other for other in self._direct[todo.pop()] if other not in found]
            found.update(fresh)
            todo.extend(fresh)
        return found


def _parts_otherwise(change: Change, wholes: set[str]) -> Iterator[str]:
    """The files that are parts of others than before, or of one of ``wholes``: what stands above their ``#include`` may
    be another there.
    """
    before, after = change.old.parts, change.new.parts
    for path in before.keys() | after.keys():
        if before.get(path) != after.get(path) or not wholes.isdisjoint(after.get(path, ())):
            yield path


def reach(names: set[str], macros: Iterable[MacroDef]) -> Reach:
    """``names``, those of the macros in whose bodies one of them stands, or one that leads there; and what pastes one
    of them together.
    """
    bodies = _Bodies(macros)
    found: set[str] = set()
    fresh = set(names)
    together: dict[Requirement, None] = {}
    while fresh and len(found) <= MOST_NAMES:
        found |= fresh
        more = {holder for name in fresh for holder in bodies.with_word.get(name, ())}
        if len(found | more) > MOST_NAMES:
            return Reach(frozenset(found | more), ())  # too many whatever else they are pasted into
        for holder, rests in bodies.pasting(fresh):
            required = (bodies.leading_to(holder), *map(bodies.leading_to, rests))
            both = frozenset.intersection(*required) if rests else required[0]
            more |= both
            if rests:
                together[required] = None
        fresh = more - found
    return Reach(frozenset(found), tuple(together))


def includers(header: str, image: TableImage) -> set[str]:
    """The files that include ``header`` themselves."""
    graph = _graph(image)
    last = header.rpartition("/")[2]
    return {
        path
        for path, includes in image.includes.items()
        if any(inc.path.endswith(last) and graph.resolve(path, inc) == header for inc in includes)
    }


def computing(image: TableImage) -> set[str]:
    """The files with an include whose name a macro computes: what others mean in further readings begins there."""
    graph = _graph(image)
    return {path for path in image.includes if graph.computes(path)}


class _Bodies:
    """What stands in the bodies of macros."""

    def __init__(self, macros: Iterable[MacroDef]) -> None:
        self.with_word: defaultdict[str, dict[str, None]] = defaultdict(dict)
        """The macros by the words in their bodies, parameters aside."""
        self._chains: dict[tuple[str, tuple[str | None, ...]], None] = {}
        self._leading: dict[str, frozenset[str]] = {}
        for m in macros:
            params = m.params or ()
            for word in set(_WORD.findall(m.body)).difference(params) if m.body else ():
                self.with_word[word][m.name] = None
            if "##" in m.body:
                for chain in _CHAIN.findall(m.body):
                    pieces = tuple(None if p in params or p == "__VA_ARGS__" else p for p in _PASTE.split(chain))
                    if any(pieces):
                        self._chains[m.name, pieces] = None

    def leading_to(self, name: str) -> frozenset[str]:
        """``name``, and the macros in whose bodies it stands, or one that leads to it."""
        known = self._leading.get(name)
        if known is None:
            found, todo = {name}, [name]
            while todo:
                fresh = [m for m in self.with_word.get(todo.pop(), ()) if m not in found]
                found.update(fresh)
                todo.extend(fresh)
            known = self._leading[name] = frozenset(found)
        return known

    def pasting(self, names: Collection[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The macros that may paste one of ``names``, each with the words that it needs for that."""
        forwards = sorted(names)
        backwards = sorted(name[::-1] for name in names)
        for holder, pieces in self._chains:
            if pieces[0] is not None:
                candidates = _beginning_with(pieces[0], forwards)
            elif pieces[-1] is not None:
                candidates = [name[::-1] for name in _beginning_with(pieces[-1][::-1], backwards)]
            else:
                candidates = [name for name in forwards if all(p is None or p in name for p in pieces)]
            if candidates:
                pattern = re.compile("".join(r"(\w*)" if p is None else re.escape(p) for p in pieces))
                for name in candidates:
                    m = pattern.fullmatch(name)
                    if m is not None:
                        yield holder, tuple(rest for rest in m.groups() if _WORD.fullmatch(rest))


def _beginning_with(start: str, names: list[str]) -> list[str]:
    """Those of ``names``, which are sorted, that begin with ``start``."""
    return names[bisect_left(names, start) : bisect_left(names, start + _LAST)]


_Definition = tuple[tuple[str, ...] | None, str, str, str, bool]


def _graph(image: TableImage) -> IncludeGraph:
    return IncludeGraph(image.includes, image.arch, image.include_dirs, image.parts)


def _by_file(macros: Iterable[MacroDef]) -> dict[str, dict[str, list[_Definition]]]:
    found: dict[str, dict[str, list[_Definition]]] = {}
    for m in macros:
        definition = (m.params, m.variadic, m.body, m.guard, bool(m.until))
        found.setdefault(m.file, {}).setdefault(m.name, []).append(definition)
    return found


def _different(a: dict[str, list[_Definition]], b: dict[str, list[_Definition]]) -> set[str]:
    return {name for name in a.keys() | b.keys() if a.get(name) != b.get(name)}


def _known_otherwise(change: Change) -> set[str]:
    """The options and names of which something else is known now, and the macros that stand under a condition about
    one of them.
    """
    old = {*change.old.constants.splitlines(), *change.old.defined.splitlines()}
    new = {*change.new.constants.splitlines(), *change.new.defined.splitlines()}
    about = {_WORD.findall(line)[0] for line in old ^ new}
    if not about:
        return about
    return about | {m.name for m in change.new.macros if m.guard and not about.isdisjoint(_WORD.findall(m.guard))}


def _may_resolve_otherwise(change: Change) -> Iterator[str]:
    """The files, themselves unchanged, whose directives may mean other files than before."""
    other_files = {path.rpartition("/")[2] for path in change.before.keys() ^ change.after.keys()}
    dirs_before, dirs_after = change.old.include_dirs, change.new.include_dirs
    folders = {d for d in dirs_before.keys() | dirs_after.keys() if dirs_before.get(d) != dirs_after.get(d)}
    if not other_files and not folders:
        return
    lent_before, lent_after = Lent(dirs_before).of, Lent(dirs_after).of
    for path, includes in change.new.includes.items():
        if path not in change.after:
            folder = path.rpartition("/")[0]
            searched = folder in folders or (folders and lent_before(folder) != lent_after(folder))
            if searched or any(i.path.rpartition("/")[2] in other_files for i in includes):
                yield path


def _included_sources(image: TableImage) -> set[str]:
    """The last parts of the paths of files that are no headers and yet included."""
    every = {inc.path for includes in image.includes.values() for inc in includes}
    return {path.rpartition("/")[2] for path in every if not path.endswith(".h")}


def _directives(f: LexedFile) -> list[tuple[str, bool, str]]:
    return [(inc.path, inc.angled, inc.guard) for inc in f.includes]


def _moved(before: LexedFile, after: LexedFile) -> bool:
    """Whether what both have (definitions and includes) stands in another order."""
    one, other = _order(before), _order(after)
    both = set(one) & set(other)
    return [what for what in one if what in both] != [what for what in other if what in both]


def _order(f: LexedFile) -> list[str]:
    events = [(m.line, m.name) for m in f.macros] + [(inc.line, f"#include {inc.path}") for inc in f.includes]
    return [what for _, what in sorted(events, key=lambda e: e[0])]
