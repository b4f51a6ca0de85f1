# SPDX-License-Identifier: MIT
"""Which headers a file can see: the include graph, and its transitive closure on demand.

Closures overlap almost entirely, so that of a header is worked out once, as a set of bits, and put into those of its
includers; headers that include each other have one closure together (Tarjan, "Depth-first search and linear graph
algorithms", 1972).

An ``#include`` is looked up the way Kbuild's ``-I`` flags make the compiler do it (LINUXINCLUDE in the top Makefile):
beside the includer for ``"x.h"``, then the directory's own ``ccflags-y``, then arch/ARCH/include, include, and their
uapi halves; for ``asm/x.h`` see :func:`xref.tree.arch.asm_places`. The flags are those of the source that is compiled:
what a header asks for is last looked up with the flags of who has its folder among theirs (see :class:`Lent`).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final

from mypy_extensions import mypyc_attr

from xref.lex.model import Include
from xref.tree.arch import asm_places, searched, searched_by_tools
from xref.tree.files import is_shared
from xref.tree.programs import TOOLS

_SOURCE: Final = (".c", ".S")
_EXPORTED: Final = "include/uapi/linux/types.h"
"""There where the kernel keeps what it exports apart."""
_SOURCES: Final = 64
"""So many closures of sources are remembered; those of headers all are."""


class Lent:
    """The ``-I`` folders that hold in headers because of the sources that include them: nouveau/nvkm is compiled with
    ``-I nouveau/include``, and include/nvkm/core/os.h there says ``#include <nvif/os.h>``.
    """

    def __init__(self, include_dirs: Mapping[str, tuple[str, ...]]) -> None:
        self._dirs = include_dirs
        self._users: dict[str, list[tuple[str, ...]]] | None = None
        self._known: dict[str, tuple[str, ...]] = {}

    def of(self, folder: str) -> tuple[str, ...]:
        """Of the nearest folder at or above ``folder`` that has flags or stands in some, all these flags; where headers
        lie that all share, only itself: include/drm/ttm of 4.10, which is found by ``-Iinclude/drm``, has
        ``#include <ttm/ttm_memory.h>``.
        """
        known = self._known.get(folder)
        if known is None:
            known = self._known[folder] = self._find(folder) if folder else ()
        return known

    def _find(self, folder: str) -> tuple[str, ...]:
        if self._users is None:
            self._users = self._find_users()
        if is_shared(f"{folder}/"):
            if folder in self._users:
                return (folder,)
        elif folder in self._dirs or folder in self._users:
            lists = (self._dirs.get(folder, ()), *self._users.get(folder, ()))
            return tuple(dict.fromkeys(path for paths in lists for path in paths))
        return self.of(folder[: max(0, folder.rfind("/"))])

    def _find_users(self) -> dict[str, list[tuple[str, ...]]]:
        """The flags that have a folder among them, in the order of who has them; all folders of a driver mostly have
        the same, which are looked at once.
        """
        users: dict[str, list[tuple[str, ...]]] = {}
        for paths in dict.fromkeys(paths for folder, paths in self._dirs.items() if folder):
            for path in paths:
                users.setdefault(path, []).append(paths)
        return users


@mypyc_attr(allow_interpreted_subclasses=True)
class IncludeGraph:
    """Resolved includes of every file of a tree; files are known by their paths."""

    def __init__(
        self,
        includes: Mapping[str, tuple[Include, ...]],
        arch: str,
        include_dirs: Mapping[str, tuple[str, ...]] | None = None,
        parts: Mapping[str, tuple[str, ...]] | None = None,
        sources: int | None = _SOURCES,
    ) -> None:
        """``includes`` maps each path to the directives in it; ``include_dirs`` a directory to its ``-I`` flags;
        ``parts`` is what :meth:`find_parts` said of the same includes; of so many ``sources`` (None for all) it is
        remembered what they see.
        """
        self._raw = includes
        self._dirs = include_dirs or {}
        self._lent = Lent(self._dirs)
        self._parts = parts or {}
        self._arch = arch
        self._search = searched(arch)
        self._tools_search = searched_by_tools(arch)
        self._resolved: dict[str, tuple[str, ...]] = {}
        self._meant: dict[tuple[str, bool, str, bool], str | None] = {}
        self._bit: dict[str, int] = {}
        self._seen: dict[str, int] = {}
        self._source_sees = lru_cache(maxsize=sources)(lambda path: self._all_of(self.direct(path)))
        self._around = lru_cache(maxsize=64)(self._compute_around)
        self._within: dict[str, bool] = {}

    def resolve(self, includer: str, inc: Include) -> str | None:
        """The path that ``inc`` means in ``includer``, or None for what only a build generates."""
        here = includer[: max(0, includer.rfind("/"))]
        key = (here, includer.endswith(_SOURCE), inc.path, inc.angled)  # what is lent depends on the first two
        if key in self._meant:
            return self._meant[key]
        found = self._meant[key] = self._resolve(here, self._lent_to(includer, here), inc)
        return found

    def _lent_to(self, path: str, folder: str) -> tuple[str, ...]:
        return () if path.endswith(_SOURCE) else self._lent.of(folder)

    def _resolve(self, here: str, lent: tuple[str, ...], inc: Include) -> str | None:
        if not inc.angled:
            beside = _joined(here, inc.path)
            if beside in self._raw:
                return beside
        for d in self._dirs.get(here, ()):
            path = _joined(d, inc.path)
            if path in self._raw:
                return path
        tools = here.startswith(TOOLS)
        for prefix in self._tools_search if tools else self._search:
            path = prefix + inc.path
            if path in self._raw:
                return path
        if tools and _EXPORTED in self._raw:  # up to 3.6 what programs include is cut out of the kernel's own headers
            path = f"include/uapi/asm-generic/{inc.path[4:]}" if inc.path.startswith("asm/") else ""
            return path if path in self._raw else self._lent_one(lent, inc)
        if tools:
            for prefix in self._search:
                path = prefix + inc.path
                if path in self._raw:
                    return path
        if inc.path.startswith("asm/"):
            for path in asm_places(self._arch, inc.path[4:]):
                if path in self._raw:
                    return path
        if ".." in inc.path:
            for prefix in self._search:
                path = posixpath.normpath(prefix + inc.path)
                if path in self._raw:
                    return path
        return self._lent_one(lent, inc)

    def _lent_one(self, lent: tuple[str, ...], inc: Include) -> str | None:
        for d in lent:
            path = _joined(d, inc.path)
            if path in self._raw:
                return path
        return None

    def direct(self, path: str) -> tuple[str, ...]:
        """The files that ``path`` includes itself, in order."""
        known = self._resolved.get(path)
        if known is None:
            found = (self.resolve(path, inc) for inc in self._raw.get(path, ()))
            known = self._resolved[path] = tuple(dict.fromkeys(p for p in found if p is not None))
        return known

    def _all_of(self, headers: Iterable[str]) -> int:
        """The bits of ``headers`` and of all that these include."""
        found = 0
        for header in headers:
            found |= self._sees_from(header)
        return found

    def _seen_by(self, path: str) -> int:
        """The bits of all that ``path`` includes, directly or not."""
        return self._sees_from(path) if path.endswith(".h") else self._source_sees(path)

    def _sees_from(self, path: str) -> int:
        """The bits of ``path`` and of all that it includes, kept."""
        seen = self._seen.get(path)
        if seen is None:
            self._visit(path)
            seen = self._seen[path]
        return seen

    def _visit(self, root: str) -> None:
        """Works out what ``root``, and all that it includes, see."""
        seen, bits = self._seen, self._bit
        low: dict[str, int] = {}
        number: dict[str, int] = {}
        own: dict[str, int] = {}
        component: list[str] = []
        walk: list[tuple[str, Iterator[str]]] = []

        def enter(path: str) -> None:
            low[path] = number[path] = len(number)
            own[path] = bits.setdefault(path, 1 << len(bits))
            component.append(path)
            walk.append((path, iter(self.direct(path))))

        enter(root)
        while walk:
            at, rest = walk[-1]
            for path in rest:
                known = seen.get(path)
                if known is not None:
                    own[at] |= known
                elif path not in number:
                    enter(path)
                    break
                else:
                    low[at] = min(low[at], number[path])
            else:
                walk.pop()
                if low[at] == number[at]:
                    whole, members = own[at], [at]
                    while (path := component.pop()) != at:
                        whole |= own[path]
                        members.append(path)
                    seen.update(dict.fromkeys(members, whole))
                if walk:
                    before = walk[-1][0]
                    if at in seen:
                        own[before] |= seen[at]
                    else:
                        low[before] = min(low[before], low[at])

    def _paths(self, bits: int) -> frozenset[str]:
        return frozenset(path for path, bit in self._bit.items() if bits & bit)

    def closure(self, path: str) -> frozenset[str]:
        """``path`` and all it includes, directly or not."""
        return self._paths(self._all_of(self.direct(path))) | {path}

    def includes(self, path: str) -> tuple[Include, ...]:
        """The directives of a file; one whose name is computed by a macro has an empty ``path``."""
        return self._raw.get(path, ())

    def computes(self, path: str) -> bool:
        """Whether ``path`` itself has an include whose name a macro computes."""
        return any(not inc.path for inc in self.includes(path))

    def seen_before(self, path: str, line: int) -> int:
        """All that the includes of ``path`` above ``line`` bring in, as bits that :meth:`holds` knows to read: a set of
        their paths takes longer to make than many a file to read.
        """
        above = (self.resolve(path, inc) for inc in self._raw.get(path, ()) if inc.line < line)
        return self._all_of([target for target in above if target is not None])

    def holds(self, seen: int, path: str) -> bool:
        """Whether ``path`` is one of the files ``seen``: see :meth:`seen_before`."""
        return bool(seen & self._bit.get(path, 0))

    def find_parts(self) -> dict[str, tuple[str, ...]]:
        """The files that others include, shared headers aside, each with those that do. Such a file may be written for
        the place where it is included: kernel/sched/build_policy.c includes all of the scheduler's headers, and then
        kernel/sched/rt.c, which includes nothing; sound/pci/echoaudio/echoaudio.c calls what each of fourteen cards
        defines for itself.
        """
        found: dict[str, list[str]] = {}
        for source in self._raw:
            for target in self.direct(source):
                if not is_shared(target):
                    found.setdefault(target, []).append(source)
        return {path: tuple(sorted(wholes)) for path, wholes in found.items()}

    def wholes(self, path: str) -> tuple[str, ...]:
        """What ``path`` is a part of: see :meth:`find_parts`."""
        return self._parts.get(path, ())

    def expect_wholes(self, paths: Iterable[str]) -> None:
        """Says of which files it will be asked what they are parts of."""

    def hosts(self, path: str) -> tuple[str, ...]:
        """What a file is a part of that says what it means: no test that includes lib/maple_tree.c has a say in what
        the kernel's is.
        """
        wholes = self.wholes(path)
        return wholes if path.startswith(TOOLS) else tuple(whole for whole in wholes if not whole.startswith(TOOLS))

    def finds_around(self, path: str, other: str) -> bool:
        """Whether ``path`` is a part of ``other``, or of what has included that above it."""
        wholes = self.hosts(path)
        if wholes and path.startswith(TOOLS) and self.hides(path, other):
            return False
        return bool(wholes) and (other in wholes or bool(self._around(path) & self._bit.get(other, 0)))

    def _compute_around(self, path: str) -> int:
        seen = 0
        for whole in self.hosts(path):
            targets = self.direct(whole)
            seen |= self._all_of(targets[: targets.index(path)] if path in targets else ())
        return seen

    def hides(self, path: str, other: str) -> bool:
        """Whether a header is the kernel's own and ``path`` of a program that includes none of these. A header that the
        kernel exports includes, for a program, others that are exported and nothing else.
        """
        if not is_shared(other) or "/uapi/" in other or _EXPORTED not in self._raw:
            return False
        known = self._within.get(path)
        if known is None:
            known = self._within[path] = not self._asks_the_kernel(path)
        return known

    def _asks_the_kernel(self, path: str) -> bool:
        """Whether a file of tools includes, by way of others of tools, what the kernel does not export."""
        met = {path}
        todo = [path]
        while todo:
            for target in self.direct(todo.pop()):
                if target.startswith(TOOLS):
                    if target not in met:
                        met.add(target)
                        todo.append(target)
                elif "/uapi/" not in target:
                    return True
        return False

    def sees(self, path: str, other: str) -> bool:
        """Whether ``path`` is ``other`` or includes it; where it includes nothing, whether it finds it around."""
        if path == other:
            return True
        if path.startswith(TOOLS) and self.hides(path, other):
            return False
        if self._seen_by(path) & self._bit.get(other, 0):
            return True
        return not self._raw.get(path) and self.finds_around(path, other)


def _joined(folder: str, path: str) -> str:
    """A path below a folder, as files are known by; hardly any has to be looked at more closely."""
    if folder and path and folder[0] != "." and path[0] not in "./" and "/." not in folder and "/." not in path:
        if "//" not in folder and "//" not in path and folder[-1] != "/" and path[-1] != "/":
            return f"{folder}/{path}"
    return posixpath.normpath(posixpath.join(folder, path))


def empty_graph(paths: Iterable[str] = ()) -> IncludeGraph:
    """A graph without edges: for text that stands alone, as in tests."""
    return IncludeGraph(dict.fromkeys(paths, ()), "")
