# SPDX-License-Identifier: MIT
"""Answers for an open index: what a name means, system calls, and whether a configuration compiles something."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Self

import msgspec

from xref.resolve.edge import Symbol, SymbolKind
from xref.resolve.front.likeliest import PAIRS, Likeliest, Standing
from xref.resolve.front.wording import Wording
from xref.resolve.model import IndexedTree
from xref.store.model import FunctionInfo, SyscallInfo
from xref.store.reader import Reader
from xref.tree.files import KERNEL

if TYPE_CHECKING:
    from xref.lex.model import MacroDef
    from xref.resolve.language.macros import IndexedMacros
    from xref.tree.config import Config

_MANY = 300_000
"""So many symbols are remembered."""
_ALL = 1_000_000
_WORKERS = ("sys_", "SYSC_", "__do_sys_")
"""What ``SYSCALL_DEFINE`` puts before the name of the function with the body, by age of the kernel."""
_COMPAT = ("compat_sys_", "C_SYSC_", "__do_compat_sys_")
"""The same of ``COMPAT_SYSCALL_DEFINE``."""


class Symbols:
    """An open index, asked what a name means. Who calls it is for ``Resolver`` to say; a question about names alone
    does not load that.
    """

    def __init__(self, reader: Reader, config: Config | None = None, config_path: str = "") -> None:
        self.reader = reader
        meta = reader.meta
        self.tree = IndexedTree(
            meta.get("root", ""), meta.get("version", ""), meta.get("arch", ""), config_path, _part(meta)
        )
        self.places = _places(meta)
        """Of which folders and files it was made; none for the whole tree."""
        self._said_by(self.tree.root)
        self._config = config
        self._macros_of: IndexedMacros | None = None
        self._symbols: dict[int, Symbol] = {}
        self.compiled = lru_cache(maxsize=100_000)(self._compiled)
        self.likeliest = Likeliest(reader, lambda cond: self._macros.known.simplified(cond))

    def moved_to(self, root: Path) -> None:
        """Read the sources below ``root``: the tree stood elsewhere when it was indexed."""
        self.tree = msgspec.structs.replace(self.tree, root=str(root))
        self._said_by(str(root))

    def _said_by(self, root: str) -> None:
        self._wording = Wording(self.reader, root)
        self.text = self._wording.text
        self.changed = self._wording.changed
        self.conjunction = self._wording.conjunction

    def look_again(self) -> None:
        """Forget what the files of the tree were like: whoever keeps an index open lives to see them change."""
        self._wording.look_again()

    def stand_in(self, here: Path) -> str:
        """Read the sources in ``here`` where the tree that was indexed is gone: it has another name now, and what is
        another file is noticed. What the index holds, in words, where that is there and is another; else ''.
        """
        root = Path(self.tree.root)
        if not root.is_dir():
            self.moved_to(here.resolve())
            return ""
        return "" if here.resolve() == root else f"Linux {self.tree.version} of {root}"

    @classmethod
    def open(cls, db: Path, *, config: Path | None = None) -> Self:
        """Opens an index, seen under a ``.config`` if one is given. Raises IndexUnavailable, UsageError."""
        read: Config | None = None
        if config is not None:
            from xref.tree.config import read_config

            read = read_config(config)
        return cls(Reader(db), read, str(config) if config is not None else "")

    def close(self) -> None:
        """Closes the index."""
        self.reader.close()

    @property
    def meta(self) -> Mapping[str, str]:
        """What the build wrote about itself: version, time, counts."""
        return self.reader.meta

    @property
    def _macros(self) -> IndexedMacros:
        if self._macros_of is None:
            from xref.resolve.language.macros import IndexedMacros

            lookup = self._config.lookup if self._config is not None else None
            self._macros_of = IndexedMacros(self.reader, lookup)
        return self._macros_of

    def macros_meant(self, name: str, path: str) -> tuple[MacroDef, ...]:
        """The definitions of a macro that a file may see."""
        return tuple(self._macros.view(path).definitions(name))

    def may_mean(self, path: str, other: str) -> bool:
        """Whether code in ``path`` can be about what stands in ``other``: what is compiled by itself includes it, or
        something that the index does not have, as programs for BPF do (vmlinux.h).
        """
        includes = self._macros.includes
        if not path.endswith(".c") or includes.is_included(path) or includes.sees(path, other):
            return True
        return any(includes.resolve(path, each) is None for each in includes.includes(path))

    def included(self, path: str, name: str) -> str:
        """The file that ``#include`` of ``name`` in ``path`` means; '' for none that is indexed."""
        graph = self._macros.includes
        found = (graph.resolve(path, each) for each in graph.includes(path) if each.path == name)
        return next((each for each in found if each is not None), "")

    # -- conditions ---------------------------------------------------------------------------------------------------

    def _compiled(self, guard: str) -> bool:
        """Whether the configuration compiles what stands under ``guard``; True without one."""
        if self._config is None or not guard:
            return True
        return self._macros.possible(guard)

    def in_config(self, f: FunctionInfo) -> bool:
        """Whether the configuration compiles a function and its file."""
        if self._config is None:
            return True
        return self.compiled(f.guard) and self.compiled(self.reader.file(f.file_id).guard)

    # -- symbols ------------------------------------------------------------------------------------------------------

    def as_symbol(self, f: FunctionInfo) -> Symbol:
        """A row as the symbol that answers are made of."""
        known = self._symbols.get(f.id)
        if known is None:
            if len(self._symbols) >= _MANY:
                self._symbols.clear()
            known = self._symbols[f.id] = self._as_symbol(f)
        return known

    def _as_symbol(self, f: FunctionInfo) -> Symbol:
        file = self.reader.file(f.file_id)
        node = f"{file.path}:{f.name}" + ("" if self.reader.is_first(f) else f"@{f.line}")
        return Symbol(
            f.id, node, f.name, SymbolKind(f.kind), file.path, f.line, f.end_line, f.linkage,
            tuple(filter(None, f.aliases.split(","))), self.conjunction(file.guard, f.guard), f.signature,
        )  # fmt: skip

    def lookup(self, symbol: str) -> tuple[Symbol, ...]:
        """Each function, macro or assembly entry of that name, alias, or ``file.c:name``; the likeliest first (see
        ``Likeliest``).
        """
        return self._found(symbol, self.in_config)

    def not_compiled(self, symbol: str) -> tuple[Symbol, ...]:
        """The same of what the configuration leaves out."""
        return self._found(symbol, lambda f: not self.in_config(f))

    def _found(self, symbol: str, wanted: Callable[[FunctionInfo], bool]) -> tuple[Symbol, ...]:
        file, _, name = symbol.rpartition(":")
        name, _, line = name.partition("@")
        rows = [f for f in self.reader.functions_named(name) if wanted(f)]
        if file:
            rows = [f for f in rows if _path_ends(self.reader.file(f.file_id).path, file)]
        if line.isdigit():
            rows = [f for f in rows if f.line == int(line)]

        few = len(rows) <= PAIRS
        return tuple(self.as_symbol(f) for f in self.likeliest.first(rows, lambda f: self.standing(f, name, few)))

    def standing(self, f: FunctionInfo, name: str, look_inside: bool = True) -> Standing:
        """Where a function stands that was looked up as ``name``; without a look into its body it counts as busy."""
        file = self.reader.file(f.file_id)
        guard = self.conjunction(file.guard, f.guard)
        macro = f.kind == "macro"
        busy = not look_inside or not guard or f.kind == "asm" or bool(self.reader.body(f.id).calls)
        linkage = "" if macro else f.linkage
        return Standing(file.path, file.program, f.line, guard, file.guard, linkage, f.name == name, macro, busy)

    def syscall(self, name: str) -> tuple[Symbol, ...]:
        """The function that implements the system call ``name``."""
        entries = dict.fromkeys(
            [f"sys_{name}", *(e.entry for e in self.reader.syscalls(name) if e.arch == self.tree.arch)]
        )
        found: dict[int, Symbol] = {}
        for entry in entries:
            for s in self.lookup(entry):
                if s.kind is SymbolKind.FUNCTION and s.linkage != "weak":
                    found.setdefault(s.fid, s)
            if found:
                break
        # tools/testing/selftests has a sys_openat() of its own, tools/lib/bpf a sys_bpf_prog_load()
        return tuple(s for s in found.values() if self._program(s) == KERNEL)

    def _program(self, sym: Symbol) -> str:
        f = self.reader.function(sym.fid)
        return self.reader.file(f.file_id).program if f is not None else ""

    def syscall_names(self) -> tuple[str, ...]:
        """Every system call in the tables of the tree's architecture, or made by a ``SYSCALL_DEFINE``; sorted."""
        names = {entry.name for entry in self.reader.syscalls() if entry.arch == self.tree.arch}
        return tuple(sorted(names | self._made(_WORKERS).keys()))

    def system_calls(self) -> tuple[tuple[str, Symbol], ...]:
        """Every system call with the function that implements it, and the variants for programs of another word size,
        which are called ``send (compat)``.
        """
        found = [(name, sym) for name in self.syscall_names() for sym in self.syscall(name)[:1]]
        compat = self._made(_COMPAT)
        for name in sorted(compat):
            found.extend((f"{name} (compat)", sym) for sym in self.lookup(compat[name])[:1])
        return tuple(found)

    def _made(self, prefixes: Sequence[str]) -> dict[str, str]:
        """The system calls whose functions macros make under a name with one of these prefixes, and that name."""
        found: dict[str, str] = {}
        for prefix in prefixes:
            for name in self.reader.similar_names(prefix, limit=_ALL):
                if any("SYSCALL_DEFINE" in row.made_by for row in self.reader.functions_named(name)):
                    found[name.removeprefix(prefix)] = name
        return found

    def syscall_entries(self, name: str) -> tuple[SyscallInfo, ...]:
        """What the system call tables of all architectures say of ``name``."""
        return tuple(self.reader.syscalls(name))

    def near(self, symbol: str) -> tuple[str, ...]:
        """Names that may have been meant."""
        from xref.resolve.front.hints import near

        return near(self, symbol)

    def otherwise(self, symbol: str) -> str:
        """What ``symbol`` is, and how to ask for it, where it is no function that can be looked up; '' for nothing."""
        from xref.resolve.front.hints import otherwise

        return otherwise(self, symbol)


def _path_ends(path: str, suffix: str) -> bool:
    return path == suffix or path.endswith(f"/{suffix}")


def _places(meta: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(meta["part"].split("\t")) if meta.get("part") else ()


def _part(meta: Mapping[str, str]) -> str:
    places = _places(meta)
    if not places:
        return ""
    return (
        f"The index holds a part of the tree, {len(places):,} {'file' if len(places) == 1 else 'files'} that an answer"
        f" needed and the headers that all share ({meta['summary.files']} files): what calls, is called or is"
        " registered in others is missing."
    )
