# SPDX-License-Identifier: MIT
"""Functions that are used only in initialisers, so that all calls of them go through those objects."""

from __future__ import annotations

from typing import Final

from xref.store.model import RegistrationInfo
from xref.store.reader import Reader

_MOST_USES: Final = 12
"""A function that stands in more initialisers is no single object's own."""


def registered_alone(reader: Reader, fid: int) -> list[RegistrationInfo]:
    """The initialisers of objects at file scope in which a function stands; none where it is called by name or named
    in a function, too, or stands in too many.
    """
    function = reader.function(fid)
    if function is None or function.kind != "function":
        return []
    own = function.file_id if function.linkage == "static" else 0
    for kind in ("v", "c"):
        if any(not own or f.file_id == own for f in reader.functions(reader.mentions(kind, function.name))):
            return []
    uses = [r for r in reader.registrations_naming(function.name) if not own or r.file_id == own]
    return uses if len(uses) <= _MOST_USES and all(r.object and not r.function for r in uses) else []
