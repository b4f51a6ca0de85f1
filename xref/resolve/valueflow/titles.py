# SPDX-License-Identifier: MIT
"""What objects are called in strings.

Up to 3.14 ``tracepoint_probe_register("sched_switch", probe, data)`` names a tracepoint by a string. The object is
``__tracepoint_sched_switch``: one macro makes all objects of the type, with the same prefix before the name of each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import takewhile
from typing import Final

from xref.parse.ctree import Base, CType, Pointer
from xref.resolve.language.types import Types
from xref.resolve.lookup.slots import around_path
from xref.resolve.lookup.written import Written
from xref.store.stored import type_tag

TEXT: Final = re.compile(r'[\s(]*"([A-Za-z_]\w*)"[\s)]*')
"""A string that could be a name, and nothing else."""


class Titles:
    """Finds the prefix for a type. One instance serves one index."""

    def __init__(self, written: Written) -> None:
        self._slots = written.slots
        self._types = written.types
        self._reader = written.reader
        self.of = lru_cache(maxsize=1024)(self._of)
        self.by_object = lru_cache(maxsize=64)(self._by_object)

    def _of(self, tag: str) -> Mapping[str, frozenset[str]]:
        """The objects of a ``struct tag`` by what strings may call them; none where it has no member for a string."""
        objects: set[str] = set()
        for record in self._reader.records(tag):
            for field in record.fields:
                if "char" in field.decl and is_text(self._types, self._types.decl_type(field.decl), record.file_id):
                    objects |= {
                        r.object
                        for r in self._slots.registrations(tag, field.name)
                        if not r.function and not around_path(r.path) and type_tag(r.decl) == tag
                    }
        return titles(objects)

    def _by_object(self, tag: str) -> Mapping[str, tuple[str, ...]]:
        """What strings may call each object."""
        found: dict[str, list[str]] = {}
        for title, objects in self.of(tag).items():
            for name in objects:
                found.setdefault(name, []).append(title)
        return {name: tuple(known) for name, known in found.items()}


def is_text(types: Types, t: CType | None, file_id: int) -> bool:
    """Whether a type is that of strings."""
    if not isinstance(t, Pointer):
        return False
    to = types.plain(t.to, file_id)
    return isinstance(to, Base) and to.name == "char"


def titles(objects: Iterable[str]) -> dict[str, frozenset[str]]:
    """Objects by their names less a prefix that all have, of one or more words."""
    names = sorted(objects)
    # what the first and the last have in common all have
    shared = takewhile(lambda pair: pair[0] == pair[1], zip(names[0], names[-1], strict=False)) if names else ()
    cuts = [0, *(i for i, (c, _) in enumerate(shared, 1) if c == "_")]
    found: dict[str, set[str]] = {}
    for name in names:
        for cut in cuts:
            found.setdefault(name[cut:], set()).add(name)
    return {title: frozenset(of) for title, of in found.items() if title}
