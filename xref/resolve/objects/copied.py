# SPDX-License-Identifier: MIT
"""What comes into a slot by assignments that copy it from one object to another.

``fops->open = afu_fops.open`` of drivers/misc/cxl/api.c brings what ``afu_fops`` has in that slot, not what any object
has in it. What ``afu_fops`` has may itself have been copied, so this is repeated until nothing more comes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Final

from xref.resolve.model import Step
from xref.resolve.objects.objects import Thing
from xref.store.model import FunctionInfo


class Copy:
    """One assignment: ``filled`` are the objects that it fills, ``source`` those that it copies from (none where they
    are not known), ``functions`` what the slot has that the value may be; ``step`` is where it stands.
    """

    __slots__ = ("brought", "filled", "functions", "source", "step")

    def __init__(
        self,
        filled: tuple[Thing, ...],
        source: Collection[Thing],
        functions: tuple[FunctionInfo, ...],
        step: Step,
    ) -> None:
        self.filled: Final = filled
        self.source: Final = source
        self.functions: Final = functions
        self.step: Final = step
        self.brought: set[int] = set() if source else {f.id for f in functions}
        """The rows of the functions that it brings."""

    @property
    def put(self) -> tuple[FunctionInfo, ...]:
        """The functions that it brings."""
        return tuple(f for f in self.functions if f.id in self.brought)


def bring(
    copies: Collection[Copy],
    named: Iterable[tuple[Thing, tuple[FunctionInfo, ...]]],
    may_be: Callable[[Thing, Collection[Thing]], bool],
) -> None:
    """Finds what each of ``copies`` brings. ``named``: what is put into objects by its name; ``may_be``: whether what
    is put into one object may be in one of others.
    """
    known = [copy for copy in copies if copy.source]
    if not known:
        return
    every = list(named)
    for copy in known:
        held = {f.id for thing, functions in every if may_be(thing, copy.source) for f in functions}
        copy.brought |= held & {f.id for f in copy.functions}
    before = {id(c): [o for o in copies if any(may_be(t, c.source) for t in o.filled)] for c in known}
    grows = True
    while grows:
        grows = False
        for copy in known:
            able = {f.id for f in copy.functions} - copy.brought
            new = {fid for other in before[id(copy)] for fid in other.brought if fid in able}
            copy.brought |= new
            grows = grows or bool(new)
