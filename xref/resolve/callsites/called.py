# SPDX-License-Identifier: MIT
"""What the name in a call means: the functions and macros that some configuration compiles together with the call."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, TypeAlias

from xref.lex import guard as g
from xref.resolve.edge import EdgeKind
from xref.resolve.language.configurations import Configurations
from xref.resolve.language.macros import IndexedMacros
from xref.resolve.language.names import Names
from xref.store.model import FunctionInfo
from xref.store.reader import Reader

Meant: TypeAlias = tuple[tuple[FunctionInfo, EdgeKind], ...]
"""What a name means, and how it is called then."""
_NEVER: Final = g.to_text(g.NEVER)
_MOST_USERS: Final = 20
"""So many of the functions that use a macro are asked what a name in its body means to them."""


class Called:
    """Finds the meaning of names in calls. One instance serves one index."""

    def __init__(self, reader: Reader, macros: IndexedMacros, names: Names) -> None:
        self._reader = reader
        self._macros = macros
        self._names = names
        self._apart = Configurations(reader).apart
        self._meant = lru_cache(maxsize=200_000)(self._meaning)

    def of(self, name: str, function: FunctionInfo, line: int, here: str) -> Meant:
        """What a call of ``name`` on a line of ``function``, which stands under the condition ``here``, can be."""
        file_id = function.file_id
        if function.kind != "macro":
            meant = self._meant(name, file_id, here, False)
            if any(f.kind == "macro" and f.file_id == file_id for f, _ in meant):
                return self._in_force(meant, name, file_id, line, here)
            return meant
        itself = function.name == name
        meant = self._meant(name, file_id, here, itself)
        return meant if meant or itself else self._where_used(name, function, here)

    def can_be(self, f: FunctionInfo, here: str, file_id: int) -> bool:
        """Whether a call in a file, which stands under ``here``, can be one of ``f``: nothing that either needs keeps
        the other out.
        """
        return not self._excluded(here, f) and not self._apart(here, file_id, f.guard, f.file_id)

    def _meaning(self, name: str, file_id: int, here: str, itself: bool) -> Meant:
        """What a call of ``name`` in a file can be, where it stands under ``here``; ``itself``: in the body of a macro
        of that name, which is not expanded again (C11 6.10.3.4 p2).
        """
        names = self._names
        alone = names.everywhere(name, file_id)
        if alone is not None:
            return self._together(here, file_id, [(f, EdgeKind.DIRECT) for f in alone if not self._excluded(here, f)])
        macros = (
            ()
            if itself
            else names.macro_nodes(name, file_id)
            # #define DIV_ROUND_UP __KERNEL_DIV_ROUND_UP   include/linux/math.h
            or names.macro_nodes(names.alias(name, file_id), file_id)
        )
        found = [(m, EdgeKind.MACRO) for m in macros if not self._excluded(here, m)]
        if all(not self._always(m, file_id) or self._mentions_itself(m) for m, _ in found):
            found += [(f, EdgeKind.DIRECT) for f in names.called(name, file_id) if not self._excluded(here, f)]
        return self._together(here, file_id, found)

    def _together(self, here: str, file_id: int, found: list[tuple[FunctionInfo, EdgeKind]]) -> Meant:
        """Those that some configuration compiles along with the call. All, where that leaves none: a file that no
        configuration of this architecture compiles means what there is.
        """
        apart = self._apart
        return tuple(pair for pair in found if not apart(here, file_id, pair[0].guard, pair[0].file_id)) or tuple(found)

    def _in_force(self, meant: Meant, name: str, file_id: int, line: int, here: str) -> Meant:
        """``meant`` without the file's own macros that an ``#undef`` ends above ``line``, or that begin below it."""
        path = self._reader.file(file_id).path
        own = {m.line: m for m in self._macros.all(name) if m.file == path}
        if not any(m.until for m in own.values()):
            return meant
        held = tuple(
            (f, kind)
            for f, kind in meant
            if f.kind != "macro" or f.file_id != file_id or (m := own.get(f.line)) is None or m.holds_at(line)
        )
        if held:
            return held
        return tuple((f, EdgeKind.DIRECT) for f in self._names.called(name, file_id) if not self._excluded(here, f))

    def _where_used(self, name: str, macro: FunctionInfo, here: str) -> Meant:
        """What a name in the body of a macro is where the macro is used: ADDRS_PER_PAGE of include/linux/f2fs_fs.h
        calls a function of fs/f2fs/f2fs.h.
        """
        if not self._macros.all(name) and not self._reader.functions_named(name):
            return ()
        ids = self._reader.mentions("c", macro.name)[:_MOST_USERS]
        self._reader.expect_functions(ids)
        users = (self._reader.function(fid) for fid in ids)
        found: dict[tuple[FunctionInfo, EdgeKind], None] = {}
        for file_id in dict.fromkeys(f.file_id for f in users if f is not None):
            if any(m.id == macro.id for m in self._names.macro_nodes(macro.name, file_id)):
                found.update(dict.fromkeys(self._meant(name, file_id, here, False)))
        return tuple(found)

    def _excluded(self, here: str, f: FunctionInfo) -> bool:
        """Whether the conditions of a call, and of its target or the file that that is in, cannot both hold. Of a file
        that is never built nothing follows: its name would not mean it if anything else were there.
        """
        if not here:
            return False
        return any(
            other and other != _NEVER and g.contradicts(g.from_text(here), g.from_text(other))
            for other in (f.guard, self._reader.file(f.file_id).guard)
        )

    def _always(self, macro: FunctionInfo, file_id: int) -> bool:
        """Whether the file has this macro in every configuration: linux/spinlock_rt.h is included in some only."""
        header = "" if macro.file_id == file_id else self._reader.file(macro.file_id).guard
        return self._macros.certain(macro.guard) and self._macros.settled(header)

    def _mentions_itself(self, macro: FunctionInfo) -> bool:
        """Whether a macro calls what is named like it; mostly its text tells that it does not."""
        bodies = [m.body for m in self._macros.all(macro.name) if m.line == macro.line]
        if bodies and not any(macro.name in body or "##" in body for body in bodies):
            return False
        return any(c.callee == macro.name for c in self._reader.body(macro.id).calls)
