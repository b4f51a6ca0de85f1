# SPDX-License-Identifier: MIT
"""Globs on paths, as people write them in shells: ``*`` stays within a folder, ``**`` does not, ``{a,b}`` is either."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_TOKEN = re.compile(r"\*\*/?|\*|\?|\[!?[^\]]+\]|\{|\}|,|[^*?\[{},]+|\[")


def compile_globs(globs: Iterable[str]) -> re.Pattern[str] | None:
    """One pattern that matches a whole path when any of ``globs`` does; None for no globs at all.

    Raises ``ValueError`` with the offending glob when braces do not pair up.
    """
    parts = [_translate(glob) for glob in globs]
    return re.compile(f"(?:{'|'.join(parts)})\\Z") if parts else None


def _translate(glob: str) -> str:
    out: list[str] = []
    depth = 0
    for token in _TOKEN.findall(glob):
        if token == "**/":
            out.append("(?:.*/)?")
        elif token == "**":
            out.append(".*")
        elif token == "*":
            out.append("[^/]*")
        elif token == "?":
            out.append("[^/]")
        elif token == "{":
            depth += 1
            out.append("(?:")
        elif token == "}":
            depth -= 1
            out.append(")")
        elif token == "," and depth > 0:
            out.append("|")
        elif len(token) > 1 and token[0] == "[":
            out.append(f"[{'^' if token[1] == '!' else ''}{token[2 if token[1] == '!' else 1 : -1]}]")
        else:
            out.append(re.escape(token))
        if depth < 0:
            break
    if depth != 0:
        raise ValueError(glob)
    return "".join(out)
