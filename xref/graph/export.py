# SPDX-License-Identifier: MIT
"""The whole graph as tab-separated files: the same code that answers a question, asked about everything.

The functions are shared out to worker processes by their rows; each opens the index for itself and writes its own part,
and the parts are put together in order, so the files are the same whatever the number of processes.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import shutil
import tempfile
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain
from pathlib import Path
from typing import Final

from xref.errors import OutputFailed, XrefError
from xref.graph.ties import Tie, Ties
from xref.parse import ctree as x
from xref.resolve.edge import Confidence, EdgeKind
from xref.resolve.front.resolver import Resolver
from xref.store.model import FunctionInfo

FUNCTIONS: Final = ("file", "name", "line", "end_line", "kind", "linkage", "aliases", "guard")
EDGES: Final = (
    "caller_file", "caller", "callee_file", "callee", "kind", "site_file", "site_line", "via", "guard", "confidence",
)  # fmt: skip
SLOTS: Final = ("file", "line", "object", "struct", "field", "function_file", "function", "how", "guard")
TIES: Final = ("file", "line", "object", "slot_a", "value_a", "slot_b", "value_b")
FILES: Final = {"functions": FUNCTIONS, "edges": EDGES, "slots": SLOTS, "ties": TIES}
_PART: Final = 4_000
"""So many functions are one piece of work."""
_PIECES: Final = 25
"""So many a worker writes before another takes its place: what a resolver remembers grows by some 5 KB a function of
6.12, and a process that has been big stays big.
"""
_CLEAN: Final = str.maketrans("\t\n\r", "   ")

_resolver: Resolver | None = None
_ties: Ties | None = None


def write_export(resolver: Resolver, outdir: Path, *, jobs: int | None = None) -> None:
    """Writes the files of ``FILES`` into ``outdir``, each swapped in whole.

    Under a configuration only what it compiles is written. Raises :class:`~xref.errors.OutputFailed`.
    """
    config = Path(resolver.tree.config) if resolver.tree.config else None
    try:
        outdir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".xref-export-", dir=outdir) as scratch:
            parts = _parts(resolver, Path(scratch), config, jobs or os.cpu_count() or 1)
            for name, header in FILES.items():
                whole = Path(scratch, f"{name}.tsv")
                with whole.open("wb") as out:
                    out.write(("\t".join(header) + "\n").encode())
                    for part in parts:
                        with Path(f"{part}.{name}").open("rb") as piece:
                            shutil.copyfileobj(piece, out)
                whole.replace(outdir / f"{name}.tsv")
    except OSError as e:
        raise OutputFailed(f"cannot write the export to {outdir}: {e.strerror or e}") from e


def _parts(resolver: Resolver, scratch: Path, config: Path | None, jobs: int) -> list[Path]:
    ranges = resolver.reader.function_ranges(_PART)
    work = [(str(scratch / f"{i:06d}"), *r) for i, r in enumerate(ranges)]
    work.append((str(scratch / "registrations"), 0, 0))
    if jobs > 1 and len(work) > 2:
        try:
            for start in range(0, len(work), jobs * _PIECES):
                with ProcessPoolExecutor(
                    jobs,
                    mp_context=multiprocessing.get_context("fork"),
                    initializer=_open,
                    initargs=(resolver.reader.path, config),
                ) as pool:
                    list(pool.map(_part, work[start : start + jobs * _PIECES]))
        except BrokenProcessPool as e:
            raise XrefError("a worker process died (out of memory?); nothing was exported") from e
    else:
        _open(resolver.reader.path, config)
        for item in work:
            _part(item)
    return [Path(item[0]) for item in work]


def _open(db: Path, config: Path | None) -> None:
    global _resolver, _ties
    _resolver = Resolver.open(db, config=config)
    _ties = Ties(_resolver)


def _part(work: tuple[str, int, int]) -> None:
    """Writes the pieces of one range of functions, or the slots and ties of all initialisers for the range 0."""
    if _resolver is None or _ties is None:
        raise RuntimeError("the worker has no index")
    resolver, ties = _resolver, _ties
    target, low, high = work
    rows: dict[str, list[str]] = {name: [] for name in FILES}
    if high == 0:
        rows["slots"].extend(_initialiser_rows(resolver))
        rows["ties"].extend(_tie_rows(ties.of_initialisers()))
    else:
        for f in resolver.reader.functions_between(low, high):
            if resolver.in_config(f):
                rows["functions"].append(_function_row(resolver, f))
                rows["edges"].extend(_edge_rows(resolver, f))
                rows["slots"].extend(_assignment_rows(resolver, f))
                rows["ties"].extend(_tie_rows(ties.of_function(f)))
    for name, written in rows.items():
        Path(f"{target}.{name}").write_text("".join(written), encoding="utf-8", errors="surrogateescape")


def _tie_rows(ties: Iterable[Tie]) -> list[str]:
    return [_row((t.file, t.line, t.object, t.slot_a, t.value_a, t.slot_b, t.value_b)) for t in ties]


def _row(cells: Iterable[object]) -> str:
    return "\t".join(str(c).translate(_CLEAN) for c in cells) + "\n"


def _guard(r: Resolver, f: FunctionInfo) -> str:
    return r.conjunction(r.reader.file(f.file_id).guard, f.guard)


def _function_row(r: Resolver, f: FunctionInfo) -> str:
    path = r.reader.file(f.file_id).path
    return _row((path, f.name, f.line, f.end_line, f.kind, f.linkage, f.aliases, _guard(r, f)))


def _edge_rows(r: Resolver, f: FunctionInfo) -> list[str]:
    """One row a call and target; one without a callee for a call through a pointer of which no target is known."""
    path = r.reader.file(f.file_id).path
    rows: dict[str, None] = {}
    for site in chain(r.sites.of(f), r.deferred_sites(f)):
        call = site.call
        guard = call.guard or f.guard
        if not r.compiled(guard):
            continue
        targets = [t for t in site.targets if r.in_config(t.function)]
        for t in targets:
            kind = site.kind if site.via else t.kind
            confidence = Confidence.OBJECT if site.receiver is not None and r.sites.tie(f, site, t) else t.confidence
            callee = r.reader.file(t.function.file_id).path, t.function.name
            both = r.conjunction(guard, t.function.guard)
            rows[_row((path, f.name, *callee, kind, path, call.line, site.via, both, confidence))] = None
        if not targets and site.via and site.kind is not EdgeKind.DEFERRED:
            confidence = Confidence.WEAK if "?" in site.via else Confidence.TYPED
            rows[_row((path, f.name, "", "", site.kind, path, call.line, site.via, guard, confidence))] = None
    return list(rows)


def _assignment_rows(r: Resolver, f: FunctionInfo) -> list[str]:
    """Functions that are assigned to members by name: ``x->field = f``."""
    if f.kind == "macro":
        return []
    rows: dict[str, None] = {}
    scope = r.written.scope(f)
    path = r.reader.file(f.file_id).path
    for a in scope.body.assigns:
        if "." not in a.target and "->" not in a.target:
            continue
        guard = a.guard or f.guard
        if not r.compiled(guard):
            continue
        for function in r.values.named(r.types.parse(a.value), scope, a.line):
            if not r.in_config(function):
                continue
            target = x.accessed(r.types.parse(a.target))
            if not isinstance(target, x.Member):
                break
            member = r.written.member(target, scope, a.line)
            if member is None:
                break
            rows[
                _row(
                    (
                        path, a.line, "", member.owner, member.field, r.reader.file(function.file_id).path,
                        function.name, "assignment", guard,
                    )
                )
            ] = None  # fmt: skip
    return list(rows)


def _initialiser_rows(r: Resolver) -> list[str]:
    rows: dict[str, None] = {}
    for reg in r.reader.all_registrations():
        if not r.compiled(reg.guard) or not r.compiled(r.reader.file(reg.file_id).guard):
            continue
        trampoline = _TRAMPOLINE.fullmatch(reg.value)
        held: list[tuple[str, str]]
        if trampoline is not None:
            held = [("", trampoline[1])]
        else:
            held = [
                (r.reader.file(h.function.file_id).path, _as_spelled(reg.value, h.function))
                for h in r.values.values_of(reg)
                if r.in_config(h.function)
            ]
        if not held:
            continue
        target = r.slots.target(reg)
        if target is None or not target.field:
            continue
        path = r.reader.file(reg.file_id).path
        for file, function in held:
            cells = path, reg.line, reg.object, target.owner, target.field, file, function, reg.how, reg.guard
            rows[_row(cells)] = None
    return list(rows)


# What a static call's key is updated to is called through a trampoline of its own, which only assembler defines:
# ARCH_DEFINE_STATIC_CALL_TRAMP of arch/x86/include/asm/static_call.h
_TRAMPOLINE: Final = re.compile(r"& ?(__SCT__\w+)")
_LAST_NAME: Final = re.compile(r"([A-Za-z_]\w*)\W*")


def _as_spelled(value: str, f: FunctionInfo) -> str:
    """The function's name as the initialiser spells it, where that is one of its names: BPF_CALL_2 makes two."""
    words: list[str] = _LAST_NAME.findall(value)
    for word in reversed(words):
        if word in f.aliases.split(","):
            return word
    return f.name
