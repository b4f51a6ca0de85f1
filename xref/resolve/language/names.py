# SPDX-License-Identifier: MIT
"""Which function a name means in a file: C's linkage rules (C11 6.2.2), the kernel's headers, and its programs.

A static function is meant in its own file, or in a file that includes that one; an external function anywhere in the
same program. A function is never meant by its name alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from xref.lex import guard as g
from xref.lex.model import MacroDef
from xref.resolve.language.macros import IndexedMacros
from xref.store.model import FileInfo, FunctionInfo
from xref.store.reader import Reader
from xref.tree.files import KERNEL, hosted, program_of, same_program
from xref.tree.programs import TESTS, unit_of

_MAX_RIVALS = 8
_INLINE = re.compile(r"\binline\b")
_SHARED = ("include/", "arch/")
"""Where the headers stand that any file may include."""
_INCLUDED = (*_SHARED, "tools/include/")
"""And those of tools, whose functions nobody has who does not include them: tools/include/nolibc/string.h."""
_CODE_OF_TOOLS = "tools/arch/"
_NEVER = g.to_text(g.NEVER)
"""The condition of a file that nothing builds."""


class _Rows(NamedTuple):
    """Functions of one name. ``alone``: if there is only one, and all files of its programs mean it, those programs."""

    functions: tuple[FunctionInfo, ...]
    alone: tuple[str, ...]


_NO_ROWS: Final = _Rows((), ())


class _Plain(NamedTuple):
    """A name that is not defined where others could include it: the files that have it, and the functions that all can
    call, each with its programs.
    """

    files: frozenset[int]
    externs: tuple[tuple[FunctionInfo, tuple[str, ...]], ...]


class _Here(NamedTuple):
    """A file: its programs, whether the architecture can compile it, and whether it is a source that no other file
    includes. scripts/dtc/libfdt/fdt_ro.c is part of a program that the build runs, and of the kernel: lib/fdt_ro.c
    includes it. The programs of a folder of tests are known by the folder, and by which of them have the file.
    """

    programs: tuple[str, ...]
    compiled: bool
    alone: bool


class Names:
    """Look-ups by name, from a file's point of view."""

    def __init__(self, reader: Reader, macros: IndexedMacros) -> None:
        self._reader = reader
        self._macros = macros
        self.functions = lru_cache(maxsize=500_000)(self._functions)
        self.macro_nodes = lru_cache(maxsize=200_000)(self._macro_nodes)
        self.called = lru_cache(maxsize=200_000)(self._called)
        self._any_rows = lru_cache(maxsize=50_000)(self._whatever_row)
        self._all_rows = lru_cache(maxsize=200_000)(self._every_row)
        self._rows = lru_cache(maxsize=200_000)(self._possible_rows)
        self._from_file = lru_cache(maxsize=None)(self._find_file)
        self._everywhere = lru_cache(maxsize=200_000)(self._found_everywhere)
        self._spellings: dict[int, tuple[str, ...]] = {}
        self._units = reader.links()
        self._linking: dict[str, list[str]] = {}
        for unit, paths in self._units.items():
            for path in paths:
                self._linking.setdefault(path, []).append(unit)
        self._kinds: dict[_Here, _Here] = {}
        """Each kind of file once: what is remembered by the ten thousand is looked at whenever garbage is collected."""

    def everywhere(self, name: str, file_id: int) -> tuple[FunctionInfo, ...] | None:
        """What ``called`` says in a source file, for a name that no macro has and no header defines: nothing has to be
        found out about what the file includes. None for all other names and files.
        """
        plain = self._everywhere(name)
        if plain is None or file_id in plain.files:
            return None
        here = self._from_file(file_id)
        if not (here.compiled and here.alone):
            return None
        found = tuple(f for f, programs in plain.externs if _linked_with(here.programs, programs))
        alone = len(found) == 1 or not self._any_rows(name).functions
        return found if alone else None

    def _found_everywhere(self, name: str) -> _Plain | None:
        if self._macros.all(name):
            return None
        rows = self._rows(name).functions
        externs = [f for f in rows if not self._elsewhere(f, name)]
        for f in rows:
            if f not in externs and self._macros.includes.is_included(self._reader.file(f.file_id).path):
                return None
        files = frozenset(f.file_id for f in rows)
        return _Plain(files, tuple((f, self._from_file(f.file_id).programs) for f in externs))

    def _functions(self, name: str, file_id: int) -> tuple[FunctionInfo, ...]:
        """The functions that ``name`` may mean in a file; several where guards leave several. Where that leaves none,
        and no macro, those that this architecture never compiles: what stands under CONFIG_SBUS in a driver that x86
        has as well (drivers/net/ethernet/sun/sunhme.c) calls what stands there.
        """
        # a file that this architecture never compiles (CONFIG_S390) still means what would be compiled with it, and one
        # that nothing compiles what is in it
        compiled, unbuilt = self._from_file(file_id).compiled, self._reader.file(file_id).guard == _NEVER
        rows = self._rows(name) if compiled else self._any_rows(name) if unbuilt else self._all_rows(name)
        found = self._among(rows, name, file_id)
        if found:
            return found
        every = self._any_rows(name)
        path = self._reader.file(file_id).path
        if len(every.functions) == len(rows.functions) or path.endswith(".h"):
            return ()  # a header's arms stand in for one another: __WARN_printf() of asm-generic/bug.h has two
        view = self._macros.view(path)
        if any(m.body != name for m in view.definitions(name)):
            return ()
        return self._among(every, name, file_id)

    def _among(self, found: _Rows, name: str, file_id: int) -> tuple[FunctionInfo, ...]:
        """Those of the functions of a name that it may mean in a file."""
        rows, alone = found
        if not rows:
            return ()
        if alone:
            return rows if _linked_with(self._from_file(file_id).programs, alone) else ()
        own = tuple(f for f in rows if f.file_id == file_id)
        if any(f.linkage != "weak" for f in own):
            if self._always(own):
                return own
            return (*own, *self._instead(name, file_id, own))[:_MAX_RIVALS]
        return self._from_elsewhere(name, file_id, rows)

    def is_private(self, function: FunctionInfo) -> bool:
        """Whether no other file can name a function."""
        return function.linkage == "static" and self._from_file(function.file_id).alone

    def _find_file(self, file_id: int) -> _Here:
        file = self._reader.file(file_id)
        wholes = self._macros.includes.wholes(file.path) if file.path.endswith(".c") else ()
        alone = file.path.endswith(".c") and not wholes
        program = file.program
        if program != KERNEL:
            program = hosted(program, (i.path for i in self._reader.includes()[file.path] if i.angled))
        also = program != KERNEL and any(program_of(whole) == KERNEL for whole in wholes)
        programs = (program, KERNEL) if also else (self._parts(file.path) or self._tests(file.path) or (program,))
        here = _Here(programs, self._macros.possible(file.guard), alone)
        return self._kinds.setdefault(here, here)

    def _tests(self, path: str) -> tuple[str, ...]:
        """The folders of tests whose programs a file is linked into; none where it is part of no such folder."""
        unit = unit_of(path, self._units) if path.startswith(TESTS) else ""
        if not unit:
            return ()
        folder = path.rpartition("/")[0]
        below = [each for each in self._units if each.startswith(f"{unit}/")] if path.endswith(".h") else []
        return tuple(dict.fromkeys((unit, *below, *self._linking.get(path, ()), *self._linking.get(folder, ()))))

    def _parts(self, path: str) -> tuple[str, ...]:
        """The programs that have what no program of tools has but those whose sources include it: perf measures
        memset() of tools/arch/x86/lib/memset_64.S, and all others have that of their C library.
        """
        if not path.startswith(_CODE_OF_TOOLS) or path.endswith(".h"):
            return ()
        wholes = (self._reader.file_id(whole) for whole in self._macros.includes.wholes(path))
        return tuple(dict.fromkeys(p for at in wholes if at is not None for p in self._from_file(at).programs))

    def _always(self, definitions: Sequence[FunctionInfo] | Sequence[MacroDef]) -> bool:
        """Whether every configuration has one of these definitions."""
        if any(self._macros.certain(d.guard) for d in definitions):
            return True
        return g.disj(*(g.from_text(d.guard) for d in definitions)) is g.ALWAYS

    def _instead(self, name: str, file_id: int, own: tuple[FunctionInfo, ...]) -> list[FunctionInfo]:
        """What ``name`` means where the file's ``own`` definitions are not compiled: a header has the stub, and the
        function stands elsewhere, under the opposite condition. Where no condition is plainly the opposite (Kbuild
        builds all of lib/), a header that all may include can mean any of them, another file only its own.
        """
        others = tuple(f for f in self._rows(name).functions if f.file_id != file_id)
        found = self._from_elsewhere(name, file_id, others)
        conditions = [g.from_text(f.guard) for f in own]
        opposite = [f for f in found if all(g.contradicts(c, g.from_text(self._whole_guard(f))) for c in conditions)]
        path = self._reader.file(file_id).path
        return opposite or (list(found) if path.endswith(".h") and path.startswith(_SHARED) else [])

    def _whole_guard(self, f: FunctionInfo) -> str:
        return g.to_text(g.conj(g.from_text(f.guard), g.from_text(self._reader.file(f.file_id).guard)))

    def _from_elsewhere(self, name: str, file_id: int, rows: tuple[FunctionInfo, ...]) -> tuple[FunctionInfo, ...]:
        """Those of ``rows`` that a file means by ``name`` which does not define it itself."""
        here = self._reader.file(file_id)
        programs = self._from_file(file_id).programs
        graph = self._macros.includes
        headers: list[FunctionInfo] = []
        externs: list[FunctionInfo] = []
        for f in rows:
            if self._elsewhere(f, name):
                headers.append(f)
            elif _linked_with(programs, self._from_file(f.file_id).programs):
                externs.append(f)

        def standing(where: Callable[[str], bool]) -> list[FunctionInfo]:
            return [f for f in headers if where(self._reader.file(f.file_id).path)]

        wholes = graph.hosts(here.path)
        visible = (
            standing(lambda path: graph.sees(here.path, path))
            # where the file is included: what stands above, else what is declared there and defined below
            or standing(lambda path: graph.finds_around(here.path, path))
            or standing(lambda path: any(graph.sees(whole, path) for whole in wholes))
        )
        if not visible and here.path.endswith(".h"):
            # a header leans on what its includers have included before it
            visible = [
                f
                for f in headers
                if self._reader.file(f.file_id).path.startswith(_SHARED)
                and _linked_with(programs, self._from_file(f.file_id).programs)
            ]
        externs = self._linked(externs, here)
        certain = self._macros.certain
        if visible and externs:
            if any(certain(f.guard) and certain(self._reader.file(f.file_id).guard) for f in visible):
                return tuple(visible)
        return (*externs, *visible)[: _MAX_RIVALS + len(wholes)]  # each of those may have one of its own

    def _linked(self, rivals: list[FunctionInfo], here: FileInfo) -> list[FunctionInfo]:
        """Of several external definitions, those that the linker may choose: a strong one over ``__weak``, one that is
        always built over its stub; of several modules' own, the one nearest to the caller. A weak one stays beside a
        strong one that is not built wherever the caller is.
        """
        if len(rivals) < 2:
            return rivals
        weak = [f for f in rivals if f.linkage == "weak"]
        strong = [f for f in rivals if f.linkage != "weak"]
        if weak and strong:
            always = any(self._unconditional(f) for f in strong)
            return [*self._linked(strong, here), *(() if always else weak)]
        rivals = self._linkable(rivals) if KERNEL in self._from_file(here.id).programs else rivals
        if len({f.file_id for f in rivals}) < 2:
            return rivals
        nearness = {f.id: _shared_folders(here.path, self._reader.file(f.file_id).path) for f in rivals}
        best = max(nearness.values())
        if best >= 2:
            rivals = [f for f in rivals if nearness[f.id] == best]
        return rivals

    def _linkable(self, rivals: list[FunctionInfo]) -> list[FunctionInfo]:
        """Without those that hang on what no option decides, where every kernel has one of the others: no linker takes
        both. memmove() of lib/decompress_unxz.c is there for the program that unpacks the kernel and defines STATIC.
        """
        conditions = [self._macros.known.simplified(g.from_text(self._whole_guard(f))) for f in rivals]
        decided = [all(name.startswith("CONFIG_") for name in cond.about) for cond in conditions]
        others = g.disj(*(cond for cond, sure in zip(conditions, decided, strict=True) if sure))
        if all(decided) or others is not g.ALWAYS:
            return rivals
        return [f for f, sure in zip(rivals, decided, strict=True) if sure]

    def is_built(self, file_id: int) -> bool:
        """Whether some configuration of this architecture compiles a file."""
        return self._from_file(file_id).compiled

    def _whatever_row(self, name: str) -> _Rows:
        rows = tuple(f for f in self._reader.functions_named(name) if f.kind != "macro")
        return self._with_program(rows, name) if rows else _NO_ROWS

    def _every_row(self, name: str) -> _Rows:
        def built(f: FunctionInfo) -> bool:
            return self._reader.file(f.file_id).guard != _NEVER and self._macros.possible(f.guard)

        return self._some_of(self._any_rows(name), name, built)

    def _possible_rows(self, name: str) -> _Rows:
        return self._some_of(self._all_rows(name), name, lambda f: self._from_file(f.file_id).compiled)

    def _some_of(self, rows: _Rows, name: str, wanted: Callable[[FunctionInfo], bool]) -> _Rows:
        """Those that are wanted; mostly all are."""
        some = tuple(f for f in rows.functions if wanted(f))
        return rows if len(some) == len(rows.functions) else self._with_program(some, name) if some else _NO_ROWS

    def _with_program(self, rows: tuple[FunctionInfo, ...], name: str) -> _Rows:
        alone = len(rows) == 1 and not self._elsewhere(rows[0], name)
        return _Rows(rows, self._from_file(rows[0].file_id).programs if alone else ())

    def _elsewhere(self, f: FunctionInfo, name: str) -> bool:
        """Whether other files mean ``f`` only if they include the file that it stands in. A header that is part of one
        source file (kernel/rcutree_plugin.h) may define what all can call.
        """
        if f.linkage == "static" and f.name == name:
            return True
        path = self._reader.file(f.file_id).path
        return path.endswith(".h") and (path.startswith(_INCLUDED) or bool(_INLINE.search(f.signature)))

    def _unconditional(self, f: FunctionInfo) -> bool:
        return not f.guard and not self._reader.file(f.file_id).guard

    def _macro_nodes(self, name: str, file_id: int) -> tuple[FunctionInfo, ...]:
        """The function-like macros that ``name`` may mean in a file, as nodes."""
        if not self._macros.all(name):
            return ()
        view = self._macros.view(self._reader.file(file_id).path)
        found = view.definitions(name)
        if found and found[0].file == view.file and not self._always(found):
            found += view.definitions(name, elsewhere=True)  # #ifndef f #define f(x) g(x), and an asm/x.h with its own
        wanted = {(m.file, m.line) for m in found if m.params is not None}
        if not wanted:
            return ()
        rows = self._reader.functions_named(name)
        seen = [f for f in rows if f.kind != "macro" and self.has(view.file, self._reader.file(f.file_id).path)]
        if seen:
            # raw_sk() of net/can/raw.c, which sees nothing of include/net/raw.h and its macro; but pte_val() of
            # pgtable_64.h, which sees the function of paravirt.h, is the macro of its includer without CONFIG_PARAVIRT
            guards = [g.from_text(self._whole_guard(f)) for f in seen]
            opposite = {(m.file, m.line) for m in found if all(g.contradicts(c, g.from_text(m.guard)) for c in guards)}
            wanted = {at for at in wanted if at in opposite or self.has(view.file, at[0])}
        at = {(self._reader.file_id(path), line) for path, line in wanted}
        return tuple(f for f in rows if f.kind == "macro" and (f.file_id, f.line) in at)

    def has(self, path: str, other: str) -> bool:
        """Whether a file sees another, or finds it where it is included."""
        includes = self._macros.includes
        return includes.sees(path, other) or includes.finds_around(path, other)

    def _called(self, name: str, file_id: int) -> tuple[FunctionInfo, ...]:
        """The functions that a call of ``name`` can reach: through the aliases that stand under some condition, the
        function of that name as well; likewise where an alias leads to nothing here (``__builtin_memcmp``).
        """
        meant = self.alias(name, file_id)
        found = self.functions(meant, file_id)
        if meant == name:
            return found
        view = self._macros.view(self._reader.file(file_id).path)
        if found and all(not m.guard for m in view.candidates(name)):
            return found
        return (*found, *(f for f in self.functions(name, file_id) if f not in found))

    def spellings(self, function: FunctionInfo) -> tuple[str, ...]:
        """The names that may mean a function or macro: its own, and the macros that are nothing but another name."""
        known = self._spellings.get(function.id)
        if known is None:
            own = (function.name, *filter(None, function.aliases.split(",")))
            known = self._spellings[function.id] = self._reader.names_for(own)
        return known

    def alias(self, name: str, file_id: int) -> str:
        """What an object-like macro that is nothing but another name stands for; ``name`` itself where it is none."""
        if not any(m.params is None and m.body.isidentifier() for m in self._macros.all(name)):
            return name
        view = self._macros.view(self._reader.file(file_id).path)
        seen = {name}
        while True:
            macro = view.get(name)
            if macro is None or macro.params is not None or not macro.body.isidentifier() or macro.body in seen:
                return name
            name = macro.body
            seen.add(name)


def _linked_with(callers: tuple[str, ...], callees: tuple[str, ...]) -> bool:
    """Whether code of one of the first programs can call that of one of the others."""
    return any(same_program(a, b) for a in callers for b in callees)


def _shared_folders(a: str, b: str) -> int:
    """How many leading folders two paths have in common."""
    n = 0
    for x, y in zip(a.split("/")[:-1], b.split("/")[:-1], strict=False):
        if x != y:
            break
        n += 1
    return n
