# SPDX-License-Identifier: MIT
"""Which functions use the value of a slot: of all that use a member of its name those that can mean it, the surest
first.
"""

from __future__ import annotations

from xref.resolve.lookup.written import MAX_CALLERS, Written
from xref.resolve.valueflow.values import Values
from xref.store.numbers import file_of


class Readers:
    """Finds such functions. One instance serves one index."""

    def __init__(self, written: Written, values: Values) -> None:
        self._reader = written.reader
        self._names = written.names
        self._types = written.types
        self._slots = written.slots
        self._values = values

    def reads_functions(self, struct: str, field: str) -> bool:
        """Whether the type of a slot lets a function's address be read there: ``const struct soc_info *info``, which a
        driver fills with the ``data`` of its table, does not.
        """
        members = self._types.members(struct, field)
        there = next((record.file_id for record in self._reader.records(struct)), 0)
        return not members or not there or any(self._values.carries(m.ctype, m.home or there) for m in members)

    def of(self, struct: str, field: str) -> list[int]:
        """Who may use the value of a slot; of many first who tells by the types of its own variables."""
        readers = self._slots.mentioning("g", struct, field)
        if len(readers) <= MAX_CALLERS:
            return readers
        told = self._slots.telling("g", struct, field)
        return sorted(self._knowing(readers, struct), key=lambda fid: fid not in told)

    def _knowing(self, ids: list[int], struct: str) -> list[int]:
        """Those of many functions that can use a member of a ``struct``: a source must see who declares it (C11 6.5.2.3
        p1), a header may rely on what stands above where it is included.
        """
        homes = {self._reader.file(record.file_id).path for record in self._reader.records(struct)}
        known: dict[int, bool] = {}
        for file_id in dict.fromkeys(map(file_of, ids)):
            path = self._reader.file(file_id).path
            known[file_id] = not path.endswith(".c") or any(self._names.has(path, home) for home in homes)
        return [fid for fid in ids if known[file_of(fid)]]
