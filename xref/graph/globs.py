# SPDX-License-Identifier: MIT
"""Globs on paths, as people write them in shells: ``*`` stays within a folder, ``**`` does not, ``{a,b}`` is either."""

from __future__ import annotations

import re
from fnmatch import translate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_TOKEN = re.compile(r"\*\*/?|\*|\?|\[!?[^\]]+\]|\{|\}|,|[^*?\[{},]+|\[")
_BRACES = re.compile(r"\{([^{}]*)\}")
_SPECIAL = re.compile(r"[*?\[{}]")


class Globs:
    """What any of some globs matches. Most of them are a name, or the beginning of one: these need no pattern, which
    takes longer to compile than most questions have use for it.
    """

    __slots__ = ("_beginnings", "_names", "_patterns", "_rest")

    def __init__(self, names: frozenset[str], beginnings: tuple[str, ...], patterns: tuple[str, ...]) -> None:
        """``patterns`` are regular expressions for all of a text."""
        self._names = names
        self._beginnings = beginnings
        self._patterns = patterns
        self._rest: re.Pattern[str] | None = None

    def matches(self, text: str) -> bool:
        """Whether one of the globs matches all of ``text``."""
        if text in self._names or text.startswith(self._beginnings):
            return True
        if not self._patterns:
            return False
        if self._rest is None:
            self._rest = re.compile("|".join(self._patterns))
        return self._rest.match(text) is not None


def path_globs(globs: Iterable[str]) -> Globs | None:
    """Globs on whole paths; None for no globs at all.

    Raises ``ValueError`` with the offending glob when braces do not pair up, ``re.error`` for a broken ``[...]``.
    """
    plain = [one for glob in globs for one in _alternatives(glob)]
    names = frozenset(one for one in plain if not _SPECIAL.search(one))
    folders = tuple(one[:-2] for one in plain if one.endswith("/**") and not _SPECIAL.search(one[:-2]))
    known = {*names, *(f"{folder}**" for folder in folders)}
    patterns = tuple(rf"{_translate(one)}\Z" for one in plain if one not in known)
    for pattern in patterns:
        if "[" in pattern.replace("[^/]", ""):
            re.compile(pattern)
    return Globs(names, folders, patterns) if plain else None


def name_globs(globs: Iterable[str]) -> Globs | None:
    """Globs on whole names, of ``fnmatch``; None for no globs at all."""
    every = tuple(globs)
    names = frozenset(one for one in every if not _SPECIAL.search(one))
    beginnings = tuple(one[:-1] for one in every if one.endswith("*") and not _SPECIAL.search(one[:-1]))
    known = {*names, *(f"{beginning}*" for beginning in beginnings)}
    return Globs(names, beginnings, tuple(translate(one) for one in every if one not in known)) if every else None


def _alternatives(glob: str) -> list[str]:
    """A glob once for each choice between braces."""
    found = _BRACES.search(glob)
    if found is None:
        return [glob]
    return [
        one
        for choice in found[1].split(",")
        for one in _alternatives(glob[: found.start()] + choice + glob[found.end() :])
    ]


def _translate(glob: str) -> str:
    out: list[str] = []
    for token in _TOKEN.findall(glob):
        if token == "**/":
            out.append("(?:.*/)?")
        elif token == "**":
            out.append(".*")
        elif token == "*":
            out.append("[^/]*")
        elif token == "?":
            out.append("[^/]")
        elif token in ("{", "}"):
            raise ValueError(glob)  # those that pair up are gone
        elif len(token) > 1 and token[0] == "[":
            out.append(f"[{'^' if token[1] == '!' else ''}{token[2 if token[1] == '!' else 1 : -1]}]")
        else:
            out.append(re.escape(token))
    return "".join(out)
