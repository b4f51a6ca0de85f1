# SPDX-License-Identifier: MIT
"""What stands below a function in a text: its links, each dispatch with its folded rest; a repeat is one line."""

from __future__ import annotations

from typing import Final, TypeAlias

import msgspec

from xref.render.fold import Link, More
from xref.resolve.edge import EdgeKind

_FEW: Final = 3
"""Fewer targets than that are told again."""

_Site: TypeAlias = tuple[EdgeKind, str]


class Again(msgspec.Struct, frozen=True, gc=False):
    """A dispatch to ``count`` targets that stand above, under another caller; ``link`` is the first."""

    link: Link
    count: int


Row: TypeAlias = Link | More | Again


def _site(row: Link | More) -> _Site:
    main = row.main if isinstance(row, Link) else row
    return main.kind, main.via


def together(links: list[Link], mores: list[More]) -> list[Row]:
    """The links in their order, after the last of each dispatch the count of what it hides."""
    rest = {_site(more): more for more in mores}
    last = {_site(link): link for link in links}
    rows: list[Row] = []
    for link in links:
        rows.append(link)
        if last[_site(link)] is link and _site(link) in rest:
            rows.append(rest.pop(_site(link)))
    return [*rows, *rest.values()]


class Repeats:
    """Knows which slots have been told with which targets, for one text."""

    def __init__(self) -> None:
        self._told: set[tuple[_Site, frozenset[str]]] = set()

    def rows(self, links: list[Link], mores: list[More]) -> list[Row]:
        """As ``together``, with one line in place of a dispatch whose targets were all told under another caller."""
        again = {site: line for site in {_site(k): None for k in links} if (line := self._again(site, links, mores))}
        rows: list[Row] = []
        for row in together(links, mores):
            line = None if isinstance(row, Again) else again.get(_site(row))
            if line is None:
                rows.append(row)
            elif line not in rows:
                rows.append(line)
        return rows

    def _again(self, site: _Site, links: list[Link], mores: list[More]) -> Again | None:
        if site[0] is not EdgeKind.INDIRECT:
            return None
        here = [link for link in links if _site(link) == site]
        hidden = [link for more in mores if _site(more) == site for link in more.hidden]
        targets = frozenset(link.target for link in (*here, *hidden))
        if len(targets) < _FEW:
            return None
        if (site, targets) in self._told:
            return Again(here[0], len(targets))
        self._told.add((site, targets))
        return None
