# SPDX-License-Identifier: MIT
"""Facts of a few lines of C, for tests."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from xref.facts.extract import Extractor
from xref.facts.model import FileFacts, FunctionFact
from xref.lex.comments import blank_comments
from xref.lex.directives import scan
from xref.macros.nature import Natures
from xref.macros.table import MacroTable
from xref.macros.visibility import IncludeGraph
from xref.parse.queries import grammar


@lru_cache(maxsize=64)
def _extractor(files: tuple[tuple[str, bytes], ...]) -> Extractor:
    scans = {path: scan(blank_comments(text).decode("latin-1"), path) for path, text in files}
    includes = {path: d.includes for path, d in scans.items()}
    graph = IncludeGraph(includes, "x86", parts=IncludeGraph(includes, "x86").find_parts())
    table = MacroTable([m for d in scans.values() for m in d.macros], graph)
    return Extractor(table, Natures(table), grammar())


def facts_of(source: str | bytes, headers: Mapping[str, str] | None = None, path: str = "net/a.c") -> FileFacts:
    """The facts of one file; ``headers`` (by path) are visible to it when they lie under ``include/``."""
    raw = source.encode("latin-1") if isinstance(source, str) else source
    files = ((path, raw), *((p, t.encode("latin-1")) for p, t in (headers or {}).items()))
    return _extractor(files).extract(path, raw)


def function(facts: FileFacts, name: str) -> FunctionFact:
    """The function (or macro) of that name; there must be exactly one."""
    (found,) = (f for f in facts.functions if f.name == name)
    return found


def names(facts: FileFacts, *kinds: str) -> list[str]:
    """The names of all functions, by default without macros, in the order of the source."""
    return [f.name for f in sorted(facts.functions, key=lambda f: f.line) if f.kind in (kinds or ("function", "asm"))]


def calls(facts: FileFacts, name: str) -> list[str]:
    """What a function calls, spelled as in the source."""
    return [c.callee for c in function(facts, name).body.calls]


def assigns(facts: FileFacts, name: str) -> list[tuple[str, str]]:
    """What a function assigns: targets and values."""
    return [(a.target, a.value) for a in function(facts, name).body.assigns]


def registrations(facts: FileFacts) -> list[tuple[str, str, str, str]]:
    """Object, path, value and manner of every registration."""
    return [(r.object, r.path, r.value, r.how) for r in facts.registrations]
