# SPDX-License-Identifier: MIT
"""Which records a type can be of, as far as names tell: no record is read for it, and no file looked at.

Nearly every name is that of a record and of nothing else. Only the few that are typedefs or macros are remembered.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence, Set
from functools import lru_cache
from typing import Final

from xref.facts.display import ANONYMOUS, display_name
from xref.store.reader import Reader
from xref.store.registrations import MACRO
from xref.store.stored import type_tag

_MOST_TYPES: Final = 1_000
"""Of a member that has more types (``handler`` of every trace event) the record is looked at that it is in."""
_FEW: Final = 16


class TypeNames:
    """Compares names of types with tags. One instance serves one index."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._tags = lru_cache(maxsize=20_000)(self._tags_behind)
        self._members: dict[str, Collection[str] | None] = {}

    def may_be(self, name: str, tags: Set[str]) -> bool:
        """Whether a type of that name may be, or point to, one of the records that ``tags`` are (or are shown as)."""
        if not name:
            return True
        if not self._reader.naming(name):
            return name in tags or (ANONYMOUS in name and display_name(name) in tags)
        found = self._tags(name)
        return found is None or not found.isdisjoint(tags)

    def may_begin(self, name: str, tags: Set[str]) -> bool:
        """The same of what an access begins with, which is no typedef unless it ends in ``_t`` (see
        :func:`xref.store.rows.function_row`).
        """
        if name and not name.endswith("_t") and not self._reader.naming(name) & MACRO:
            return name in tags or (ANONYMOUS in name and display_name(name) in tags)
        return self.may_be(name, tags)

    def may_reach(self, member: str, tags: Set[str]) -> bool:
        """The same of the type of a member of that name, of whatever record."""
        if member not in self._members:
            self._members[member] = self._reached(member)
        found = self._members[member]
        return found is None or not tags.isdisjoint(found)

    def is_plain(self, name: str) -> bool:
        """Whether a name can be nothing but a tag."""
        return not self._reader.naming(name)

    def expect(self, types: Iterable[str], members: Iterable[str]) -> None:
        """Reads at once what tells of types, and of members by their names."""
        reader = self._reader
        new = {member for member in members if member not in self._members}
        reader.expect_member_types(new)
        names = set(types)
        for member in new:
            of = reader.member_types(member)
            if len(of) <= _MOST_TYPES:
                names.update(of)
        reader.expect_namings(names)

    def _tags_behind(self, name: str) -> frozenset[str] | None:
        """The tags (and the names shown for them) that a type of that name is of, or points to, over all files; None
        where that cannot be told.
        """
        reader = self._reader
        found: set[str] = set()
        seen = [name]
        for spelled in seen:
            naming = reader.naming(spelled)
            macros = reader.macros(spelled) if naming & MACRO else ()
            typedefs = reader.typedefs(spelled) if naming else ()
            further = [m.body for m in macros if m.params is None]  # #define u32 unsigned int
            if len(macros) > len(further) and not typedefs and not reader.is_tag(spelled):
                return None  # makes whatever it likes
            further.extend(row.decl for row in typedefs)
            if any("typeof" in decl for decl in further):
                return None
            if not typedefs or reader.is_tag(spelled):
                # tags have a name space of their own (C11 6.2.3): struct key_type, and a typedef of that name in tools/
                found.update((spelled, display_name(spelled)))
            seen.extend(tag for tag in map(type_tag, further) if tag and tag not in seen)
        return frozenset(found)

    def _expect_behind(self, names: Sequence[str]) -> None:
        """Reads at once what tells of typedefs and macros."""
        reader = self._reader
        reader.expect_typedefs(names)
        reader.expect_tags(names)
        reader.expect_macros(name for name in names if reader.naming(name) & MACRO)

    def _reached(self, member: str) -> Collection[str] | None:
        """The tags that a member of that name is of or points to; None where that cannot be told, or takes too long."""
        reader = self._reader
        types = reader.member_types(member)
        if not 0 < len(types) <= _MOST_TYPES or reader.is_alias(member):
            return None
        reader.expect_namings(types)
        others = [name for name in types if name and (ANONYMOUS in name or reader.naming(name))]
        self._expect_behind([name for name in others if reader.naming(name)])
        found = set(types).difference(others)
        for name in others:
            tags = self._tags(name) if reader.naming(name) else (name, display_name(name))
            if tags is None:
                return None
            found.update(tags)
        # a tuple of names is nothing to the garbage collector, which looks at every set again and again
        return frozenset(found) if len(found) > _FEW else tuple(found)
