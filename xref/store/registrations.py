# SPDX-License-Identifier: MIT
"""Typed look-ups of initialisers, and of who mentions what: the part of :class:`~xref.store.reader.Reader` that flows
of pointers are worked out from.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from xref.store.batches import of_each
from xref.store.macros import MacroReader
from xref.store.model import RegistrationInfo
from xref.store.numbers import first_wide
from xref.store.stored import decode_ids

_REGISTRATION = (
    "SELECT id, file_id, line, col, object, decl, path, field, value, name, how, guard, function FROM registrations"
)
_UNPLAIN = (
    "name = '' OR function <> ''"
    " OR EXISTS (SELECT 1 FROM macros m WHERE m.name = registrations.name AND m.params IS NULL)"
    " OR EXISTS (SELECT 1 FROM objects o WHERE o.name = registrations.name)"
)
TYPEDEF: Final = 1
MACRO: Final = 2


class RegistrationReader(MacroReader):
    """An open index, asked for initialisers and postings."""

    def __init__(self, db: sqlite3.Connection) -> None:
        super().__init__(db)
        self._member_types: dict[str, tuple[str, ...]] = {}
        self._namings: dict[str, int] = {}

    def mentions(self, kind: str, name: str) -> list[int]:
        """The functions that mention ``name`` in the way ``kind`` says (see schema.sql)."""
        rows = self._db.execute("SELECT ids FROM postings WHERE kind = ? AND name = ?", (kind, name)).fetchall()
        if len(rows) == 1:
            return list(decode_ids(rows[0][0]))
        return sorted({number for (data,) in rows for number in decode_ids(data)})

    def handing_objects(self, name: str, position: int) -> frozenset[int]:
        """The functions all of whose calls of ``name`` have the address of a named object for that argument."""
        row = self._db.execute(
            "SELECT ids FROM postings WHERE kind = 'h' AND name = ? AND shape = ?", (name, str(position))
        ).fetchone()
        return frozenset(decode_ids(row[0])) if row is not None else frozenset()

    def mentions_by_shape(self, kind: str, name: str) -> list[tuple[str, bytes]]:
        """The same by the shape of the access: ``socket ops`` for ``sock->ops->sendmsg``, '' where it is not known; and
        who does it, see :func:`~xref.store.stored.decode_ids`.
        """
        return self._db.execute(
            "SELECT shape, ids FROM postings WHERE kind = ? AND name = ? ORDER BY shape", (kind, name)
        ).fetchall()

    def registration_shapes(self, field: str) -> list[tuple[str, str, int, bytes]]:
        """The initialisers whose last designator is ``.field``, by what tells their record: tag, path, the brackets in
        the declaration; and their rows, see :func:`~xref.store.stored.decode_ids`.
        """
        rows = self._db.execute("SELECT shape, ids FROM postings WHERE kind = 'r' AND name = ?", (field,))
        shapes = ((*shape.split(" "), ids) for shape, ids in rows)
        return [(tag, path, int(brackets), ids) for tag, path, brackets, ids in shapes]

    def member_types(self, name: str) -> tuple[str, ...]:
        """The tags and typedefs that members of that name are declared with, '' for built-in types."""
        known = self._member_types.get(name)
        if known is None:
            self.expect_member_types([name])
            known = self._member_types[name]
        return known

    def expect_member_types(self, names: Iterable[str]) -> None:
        """Reads at once the types of many members."""
        missing = [name for name in set(names) if name not in self._member_types]
        found: dict[str, list[str]] = {}
        sql = "SELECT name, shape FROM postings WHERE kind = 'f' AND name IN"
        for name, shape in of_each(self._db, sql, missing):
            found.setdefault(name, []).append(shape)
        self._member_types.update(dict.fromkeys(missing, ()))
        self._member_types.update((name, tuple(shapes)) for name, shapes in found.items())

    def naming(self, name: str) -> int:
        """What else than a tag a name can be: ``TYPEDEF``, ``MACRO``, both, or nothing (0)."""
        known = self._namings.get(name)
        if known is None:
            self.expect_namings((name,))
            known = self._namings[name]
        return known

    def expect_namings(self, names: Iterable[str]) -> None:
        """Finds that out at once of many names; what the typedefs and macros are is not read."""
        namings = self._namings
        missing = [name for name in names if name not in namings]
        namings.update(dict.fromkeys(missing, 0))
        for (name,) in of_each(self._db, "SELECT name FROM typedefs WHERE name IN", missing):
            namings[name] = TYPEDEF
        for (name,) in of_each(self._db, "SELECT name FROM macros WHERE name IN", missing):
            namings[name] |= MACRO

    def names_called_through(self, prefix: str) -> list[str]:
        """The names beginning with ``prefix`` that something is called through."""
        rows = self._db.execute(
            "SELECT DISTINCT name FROM postings WHERE kind = 'm' AND name >= ? AND name < ?",
            (prefix, prefix + "\U0010ffff"),
        )
        return [r[0] for r in rows]

    def registrations(self, ids: Sequence[int]) -> list[RegistrationInfo]:
        """The initialisers of these rows."""
        return list(self.each_registration(ids))

    def each_registration(self, ids: Sequence[int]) -> Iterator[RegistrationInfo]:
        """The same, read as they are asked for."""
        return (RegistrationInfo(*r) for r in of_each(self._db, f"{_REGISTRATION} WHERE id IN", ids))

    def registrations_in_literals(self, ids: Sequence[int]) -> list[RegistrationInfo]:
        """Those of these rows that are in a compound literal, which has no name."""
        return [RegistrationInfo(*r) for r in of_each(self._db, f"{_REGISTRATION} WHERE +object = '' AND id IN", ids)]

    def registrations_in_functions(self, ids: Sequence[int]) -> list[RegistrationInfo]:
        """Those of these rows that stand in functions."""
        sql = f"{_REGISTRATION} WHERE +function <> '' AND id IN"
        return [RegistrationInfo(*r) for r in of_each(self._db, sql, ids)]

    def unplain_registrations(self, ids: Sequence[int]) -> list[RegistrationInfo]:
        """Those of these rows whose value is no name, is in a function, or may be named by a macro or a variable."""
        return [RegistrationInfo(*r) for r in of_each(self._db, f"{_REGISTRATION} WHERE ({_UNPLAIN}) AND id IN", ids)]

    def registrations_of_name(self, name: str) -> list[RegistrationInfo]:
        """The initialisers whose value is ``name``."""
        return [RegistrationInfo(*r) for r in self._db.execute(f"{_REGISTRATION} WHERE name = ? ORDER BY id", (name,))]

    def registrations_naming(self, name: str, file_id: int = 0) -> list[RegistrationInfo]:
        """The initialisers whose value is ``name``, or has it inside: ``pm_ptr(name)``, ``x ? name : NULL``; in one
        file, if one is named.
        """
        if not file_id:
            return [*self.registrations_of_name(name), *self.registrations(self.mentions("w", name))]
        low, high = first_wide(file_id), first_wide(file_id + 1)
        sql = f"{_REGISTRATION} WHERE name = ? AND id >= ? AND id < ? ORDER BY id"
        found = [RegistrationInfo(*r) for r in self._db.execute(sql, (name, low, high))]
        return found + self.registrations([number for number in self.mentions("w", name) if low <= number < high])

    def registrations_of_object(self, name: str) -> list[RegistrationInfo]:
        """All initialisers of the objects called ``name``."""
        return [
            RegistrationInfo(*r) for r in self._db.execute(f"{_REGISTRATION} WHERE object = ? ORDER BY id", (name,))
        ]

    def registrations_inside(self, file_id: int) -> list[RegistrationInfo]:
        """The initialisers in the functions of a file, in their order."""
        limits = (first_wide(file_id), first_wide(file_id + 1))
        sql = f"{_REGISTRATION} WHERE id >= ? AND id < ? AND function <> '' ORDER BY line, col, id"
        return [RegistrationInfo(*r) for r in self._db.execute(sql, limits)]

    def positional_registrations(self, tags: Sequence[str], *, inside: bool = False) -> list[RegistrationInfo]:
        """The initialisers without a field name, whose value is one name, in objects of one of the types ``tags``;
        ``inside``: those in compound literals, or with two members or more on their path.
        """
        some = " AND (object = '' OR path LIKE '%.%.%')" if inside else ""
        sql = f"{_REGISTRATION} INDEXED BY registrations_positional WHERE field = '' AND name <> ''{some} AND tag IN"
        return [RegistrationInfo(*r) for r in sorted(set(of_each(self._db, sql, tags)))]

    def all_registrations(self) -> Iterator[RegistrationInfo]:
        """Every initialiser, in the order of the files."""
        for r in self._db.execute(f"{_REGISTRATION} ORDER BY id"):
            yield RegistrationInfo(*r)
