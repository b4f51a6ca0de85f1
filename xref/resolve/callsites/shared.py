# SPDX-License-Identifier: MIT
"""What all instances of ``Sites`` for one index share, so that each thing is worked out and remembered once."""

from __future__ import annotations

from dataclasses import dataclass

from xref.resolve.callsites.called import Called
from xref.resolve.callsites.loaded import Loads
from xref.resolve.deferred.deferred import Deferred
from xref.resolve.language.certain import CertainTypes
from xref.resolve.language.choices import Choices
from xref.resolve.language.macros import IndexedMacros
from xref.resolve.lookup.changed import Changed
from xref.resolve.lookup.written import Written
from xref.resolve.objects.closed import Closed
from xref.resolve.objects.objects import Objects
from xref.resolve.objects.overwritten import Overwritten
from xref.resolve.objects.puts import Puts
from xref.resolve.objects.receivers import Receivers
from xref.resolve.objects.siblings import Siblings
from xref.resolve.valueflow.companions import Companions
from xref.resolve.valueflow.values import Values


@dataclass(frozen=True, slots=True)
class Shared:
    """Whom ``Sites`` asks about the call sites of one index."""

    written: Written
    macros: IndexedMacros
    values: Values
    """What any pointer can hold; who looks for one function asks :class:`~xref.resolve.valueflow.reached.Ways`."""
    objects: Objects
    deferred: Deferred
    companions: Companions
    called: Called
    choices: Choices
    loads: Loads
    receivers: Receivers


def share(
    written: Written,
    macros: IndexedMacros,
    values: Values,
    objects: Objects,
    deferred: Deferred,
    companions: Companions,
) -> Shared:
    """All of it, made for one index."""
    reader, names, sees = written.reader, written.names, macros.graph.sees
    overwritten, changed = Overwritten(written), Changed(written)
    closed = Closed(written, values, changed, overwritten, sees)
    puts = Puts(written, values, closed)
    siblings, whole = Siblings(written, closed, puts, sees), not reader.meta.get("part")
    return Shared(
        written,
        macros,
        values,
        objects,
        deferred,
        companions,
        called=Called(reader, macros, names),
        choices=Choices(CertainTypes(reader, macros, names, written.types)),
        loads=Loads(written, changed),
        receivers=Receivers(reader, closed, puts, overwritten, siblings, whole=whole),
    )
