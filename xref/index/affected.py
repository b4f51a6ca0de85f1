# SPDX-License-Identifier: MIT
"""Which files a change of others' macros and includes can reach.

What a file makes of a macro depends on every definition of its name, whoever sees it (see :mod:`xref.macros.nature`),
and on those of the names in its body. So the files that matter are those in whose text one of the names stands that
have changed, or that of a macro which leads to one of these. A name that is pasted together counts by the half that
stands in a body; a macro that does no more than paste its arguments (``__PASTE(a, b)``) makes names that nobody
foresees, and is not followed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from xref.index.image import TableImage
from xref.index.worker import LexedFile
from xref.lex.model import MacroDef
from xref.macros.visibility import IncludeGraph

MOST_NAMES: Final = 200
"""Where more names have changed than this, most files are reached anyhow."""
_PASTE: Final = re.compile(r"(\w*)\s*##\s*(\w*)")


def changed_names(
    old: TableImage, new: TableImage, before: Mapping[str, LexedFile], after: Mapping[str, LexedFile]
) -> set[str]:
    """The macros whose definitions, or whose visibility, differ between two images; ``before`` and ``after`` hold the
    files whose interfaces do.
    """
    names: set[str] = set()
    theirs, ours = _by_file(old.macros), _by_file(new.macros)
    for path in theirs.keys() | ours.keys():
        if theirs.get(path) != ours.get(path):
            names |= _different(theirs.get(path, {}), ours.get(path, {}))
    seen_before = IncludeGraph(old.includes, old.arch, old.include_dirs, old.reread)
    seen_after = IncludeGraph(new.includes, new.arch, new.include_dirs, new.reread)
    for path, f in after.items():
        if _directives(f) != _directives(before[path]):
            for other in seen_before.closure(path) ^ seen_after.closure(path):
                names.update(theirs.get(other, {}), ours.get(other, {}))
        if _moved(before[path], f):
            names.update(ours.get(path, {}))
    return names


def leading_to(names: set[str], macros: Iterable[MacroDef]) -> set[str]:
    """``names``, and those of the macros in whose bodies one of them stands, or one that leads there."""
    bodies: defaultdict[str, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
    for m in macros:
        if m.body:
            bodies[m.body].append((m.name, m.params or ()))
    found, fresh = set(names), set(names)
    while fresh and len(found) <= MOST_NAMES:
        word = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(fresh)))})\b")
        more: set[str] = set()
        for body, holders in bodies.items():
            if any(name in body for name in fresh) and word.search(body) is not None:
                more.update(name for name, _ in holders)
            elif "##" in body:
                more.update(name for name, params in holders if _may_paste(body, params, fresh))
        fresh = more - found
        found |= fresh
    return found


def includers(header: str, image: TableImage) -> set[str]:
    """The files that include ``header`` themselves."""
    graph = IncludeGraph(image.includes, image.arch, image.include_dirs, image.reread)
    last = header.rpartition("/")[2]
    return {
        path
        for path, includes in image.includes.items()
        if any(inc.path.endswith(last) and graph.resolve(path, inc) == header for inc in includes)
    }


def _may_paste(body: str, params: tuple[str, ...], names: set[str]) -> bool:
    for left, right in _PASTE.findall(body):
        left, right = ("" if half in params else half for half in (left, right))
        if (left and any(name.startswith(left) for name in names)) or (
            right and any(name.endswith(right) for name in names)
        ):
            return True
    return False


_Definition = tuple[tuple[str, ...] | None, str, str, str, bool]


def _by_file(macros: Iterable[MacroDef]) -> dict[str, dict[str, list[_Definition]]]:
    found: dict[str, dict[str, list[_Definition]]] = {}
    for m in macros:
        definition = (m.params, m.variadic, m.body, m.guard, bool(m.until))
        found.setdefault(m.file, {}).setdefault(m.name, []).append(definition)
    return found


def _different(a: dict[str, list[_Definition]], b: dict[str, list[_Definition]]) -> set[str]:
    return {name for name in a.keys() | b.keys() if a.get(name) != b.get(name)}


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
