# SPDX-License-Identifier: MIT
"""Which of several things of one name is most likely meant.

What the whole kernel shares comes first, then what one file has for itself, then the programs that the image carries
(boot code, vDSO), and last tools and samples. Among those, what the usual configuration compiles goes before what it
does not, the function that does the work before the stub that stands in for it, and what is under fewer conditions
before what is under more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from xref.lex import guard as g
from xref.tree.files import KERNEL, is_shared

if TYPE_CHECKING:
    from collections.abc import Callable

    from xref.store.reader import Reader

T = TypeVar("T")

_WIDE: Final = "CONFIG_64BIT"
"""Taken to be set: arch/x86/Kconfig has ``default "$(ARCH)" != "i386"``, and other architectures that have it agree."""
_CARRIED: Final = frozenset({"boot", "realmode", "purgatory", "vdso"})
"""Programs that come with the kernel's image."""
_MANY: Final = 3
_MORE: Final = 4
"""An option is usual that so many others need, and so many times more than those that exclude it."""
PAIRS: Final = 32
"""Of so many definitions is looked at which stands in for which; of more it does not matter which are ``busy``."""


class Standing(NamedTuple):
    """Where a definition stands. ``guard``: its whole condition, which includes that of its file, ``file_guard``.

    ``linkage`` is that of functions and objects (``static``, ``extern``, ``weak``, ``declared``). Macros and types have
    none; they are shared where their header is. ``exact``: this is its own name and no alias. ``busy``: it calls
    something, or that is not known.
    """

    path: str
    program: str
    line: int
    guard: str
    file_guard: str
    linkage: str = ""
    exact: bool = True
    macro: bool = False
    busy: bool = True


def _reach(each: Standing) -> int:
    """0 for what the kernel shares, 1 for what a file of it has alone, 2 and 3 for other programs."""
    if each.program != KERNEL:
        return 2 if each.program in _CARRIED else 3
    return 0 if is_shared(each.path) or each.linkage in ("extern", "weak", "declared") else 1


class Likeliest:
    """Puts definitions in order, for one index."""

    def __init__(self, reader: Reader, simplified: Callable[[g.Cond], g.Cond]) -> None:
        """``simplified`` says of a condition what the tree's own definitions leave of it."""
        self._reader = reader
        self._simplified = simplified
        self._usual: dict[str, bool | None] = {_WIDE: True}
        self._wants: dict[str, bool] = {_WIDE: True}

    def first(self, found: Sequence[T], standing: Callable[[T], Standing]) -> list[T]:
        """``found``, the likeliest meant first; what is equally likely keeps its order."""
        if len(found) < 2:
            return list(found)
        stand = [standing(each) for each in found]
        left = [self._left(each.guard) for each in stand]
        best = min(map(_reach, stand))
        self._settle(cond for each, cond in zip(stand, left, strict=True) if _reach(each) == best)
        stubs = self._stubs(stand)
        keys = [self._key(each, left[at], stub=at in stubs) for at, each in enumerate(stand)]
        return [found[at] for at in sorted(range(len(found)), key=keys.__getitem__)]

    def _key(self, each: Standing, left: g.Cond, *, stub: bool) -> tuple[object, ...]:
        header = is_shared(each.path)
        return (
            _reach(each),
            left is g.NEVER,
            not each.exact,
            stub or self._substitute(each.file_guard),
            each.linkage == "weak",
            self._cost(left),
            each.macro,
            # an architecture's own header before the generic one, include/linux before what lies deeper
            each.path.count("/") - 2 * each.path.startswith("arch/") if header else 0,
            each.path,
            each.line,
        )

    def _stubs(self, stand: Sequence[Standing]) -> set[int]:
        """Those that call nothing while another that the kernel shares, or that stands in the same file, is there
        under the opposite condition and does: include/linux/memcontrol.h without CONFIG_MEMCG.
        """
        idle = [at for at, each in enumerate(stand) if each.guard and not each.busy and _reach(each) < 2]
        if not idle or len(stand) > PAIRS:
            return set()
        busy = [each for each in stand if each.guard and each.busy and _reach(each) < 2]
        return {
            at
            for at in idle
            if any(
                (not (_reach(stand[at]) or _reach(other)) or stand[at].path == other.path)
                and g.contradicts(g.from_text(stand[at].guard), g.from_text(other.guard))
                for other in busy
            )
        }

    def _settle(self, rivals: Iterable[g.Cond]) -> None:
        """Finds out which options are usually set of those that decide between rivals: what many options need, and few
        must do without, as SMP is and PREEMPT_RT is not.
        """
        on, off = set[str](), set[str]()
        todo = list(rivals)
        while todo:
            cond = todo.pop()
            todo += cond.parts
            if cond.op in ("a", "!") and cond.base.startswith("CONFIG_"):
                (on if cond.op == "a" else off).add(cond.base)
        for option in (on & off) - self._wants.keys():
            needed, excluded = self._reader.needed(option)
            usual = needed >= _MANY and needed >= _MORE * excluded
            self._wants[option] = usual or _WIDE in self._requires(option)

    def _left(self, guard: str) -> g.Cond:
        """What is open of a condition in the usual configuration."""
        if not guard:
            return g.ALWAYS
        cond = g.substitute(g.from_text(guard), self._lookup)
        if cond.about and not all(name.startswith("CONFIG_") for name in cond.about):
            cond = g.substitute(self._simplified(cond), self._lookup)
        return cond

    def _lookup(self, name: str) -> bool | None:
        """What is usual of an option: none that only kernels of 32 bits have is set."""
        option = name.partition("=")[0]
        if option not in self._usual:
            self._usual[option] = False if f"!{_WIDE}" in self._requires(option) else None
        return self._usual[option]

    def _requires(self, option: str) -> Iterable[str]:
        return self._reader.requires(option) if option.startswith("CONFIG_") else ()

    def _substitute(self, file_guard: str) -> bool:
        """Whether a file is there for want of something: kernel/up.c without CONFIG_SMP."""
        left = self._left(file_guard)
        parts = left.parts if left.op == "&&" else (left,)
        return any(part.op == "!" and not self._cost(part) for part in parts)

    def _cost(self, cond: g.Cond) -> int:
        """How many options must be set for a condition that are no matter of course."""
        if cond.parts:
            costs = [self._cost(part) for part in cond.parts]
            return sum(costs) if cond.op == "&&" else min(costs)
        if cond.op not in ("a", "!"):
            return 0
        if cond.base not in self._wants:
            self._wants[cond.base] = _WIDE in self._requires(cond.base)
        return int(self._wants[cond.base] == (cond.op == "!"))
