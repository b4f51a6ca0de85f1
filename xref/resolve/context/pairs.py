# SPDX-License-Identifier: MIT
"""Objects that never come together, so that no way leads through both.

Wherever ``pn_proto`` of net/phonet is set, ``phonet_dgram_ops`` is set beside it. So when ``inet_sendmsg`` was reached
through ``sock->ops``, whose object cannot have been ``phonet_dgram_ops``, then ``sock->sk->sk_prot`` is not
``pn_proto``, and ``pn_sendmsg`` is not called. The conclusion is drawn only where all of this holds:

* the way in and the way out are about one object (:mod:`xref.resolve.context.along`);
* each object that can have led in is set somewhere together with one of the other type, and each object that holds the
  target with one of the first type; but nowhere the one with the other;
* one of the two is never set anywhere alone. It need not be both: ``tcp_prot`` is given back to a socket, of whatever
  family, by the code that took it away. What is only ever set alone (``tls_prots``) can come with anything;
* it is known what all these partners hold.

A copy of an object stands in for its original, at the places where that was before, unless it comes with objects of its
own.
"""

from __future__ import annotations

from collections.abc import Sequence

from xref.resolve.context.along import Along
from xref.resolve.lookup.written import Written
from xref.resolve.model import Crossing, Step, Unpaired
from xref.resolve.objects.beside import Beside
from xref.resolve.objects.objects import Objects, Thing


class Pairs:
    """Finds objects that never come together. One instance serves one index."""

    def __init__(self, written: Written, objects: Objects) -> None:
        self._objects = objects
        self._along = Along(written)
        self._beside = Beside(written, objects)

    def apart(self, way: Sequence[Crossing], out: Crossing) -> Unpaired | None:
        """Why ``out`` cannot follow ``way``, a dispatch and the calls by name behind it; None where it may."""
        first = way[0]
        struct, other = (crossing.site.via.rpartition(".")[0] for crossing in (first, out))
        if struct == other or not self._along.holds(way, out):
            return None
        mine = self._holding(first, other)
        theirs = self._holding(out, struct)
        if not mine or not theirs:
            return None
        beside = self._beside
        ours = [beside.company(thing, other) for thing in mine]
        if not all(c.beside and all(beside.is_known(p, out.site.via) for p in c.beside) for c in ours):
            return None
        partners: dict[str, None] = {}
        steps: list[Step] = []
        for thing, registration in theirs.items():
            company = beside.company(thing, struct)
            if not company.beside or any(thing in c.beside or (company.alone and c.alone) for c in ours):
                return None
            if any(partner in mine or not beside.is_known(partner, first.site.via) for partner in company.beside):
                return None
            partners.update((partner.name, None) for partner in company.beside)
            steps += (registration, *company.beside.values())
        return Unpaired(tuple(dict.fromkeys(t.name for t in theirs)), tuple(partners), tuple(dict.fromkeys(steps)))

    def _holding(self, crossing: Crossing, other: str) -> dict[Thing, Step]:
        """The objects that hold the target of a dispatch, and copies of these that come with a ``struct other`` of
        their own: ``mptcp_v6_prot = mptcp_prot``.
        """
        struct, _, field = crossing.site.via.rpartition(".")
        found = dict(self._objects.holders(struct, field).get(crossing.callee.id, {}))
        todo = list(found)
        while todo:
            for copy, step in self._beside.copies(todo.pop()):
                if copy not in found and self._beside.company(copy, other).beside:
                    found[copy] = step
                    todo.append(copy)
        return found
