# SPDX-License-Identifier: MIT
"""Notes what was asked of the index of a part of a tree and what files outside the part could have answered as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xref.store.reader import Reader

if TYPE_CHECKING:
    from xref.tree.part import Wanted


class Demand:
    """Gathers the questions that end at the bounds of an index. One instance serves one index."""

    def __init__(self) -> None:
        self.slots: set[tuple[str, str]] = set()
        """Who fills a member (struct, field)?"""
        self.callers: set[tuple[str, int]] = set()
        """Who calls a function (name, and the file of one that is private there, else 0)?"""
        self.dispatched: set[str] = set()
        """Who calls through a member of this name?"""
        self.undefined: set[str] = set()
        """Who defines a function that is called by name?"""
        self.stubs: set[int] = set()
        """Who else defines what a header does (by number), perhaps for other configurations?"""

    def ask(self, kind: str, struct: str, field: str) -> None:
        """Notes who is asked for: those who assign to a member ("a"), or call through it ("m")."""
        if kind == "a":
            self.slots.add((struct, field))
        elif kind == "m":
            self.dispatched.add(field)

    def wanted(self, reader: Reader) -> Wanted:
        """The same as what to look for in the text of other files."""
        from xref.tree.part import Wanted

        functions = set(self.undefined)
        for f in reader.functions(sorted(self.stubs)):
            if f.guard or reader.file(f.file_id).guard:
                functions.add(f.name)
        spellings = {f"{name}(" for name, home in self.callers if not home or reader.file(home).path.endswith(".h")}
        aliases = {("", name) for _, field in self.slots for name in reader.spellings(field) if name != field}
        return Wanted(
            frozenset(name for name in functions if name.isidentifier()),
            frozenset(self.slots | aliases),
            frozenset(spellings),
            frozenset(self.dispatched),
        )
