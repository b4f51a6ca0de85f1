# SPDX-License-Identifier: MIT
"""Copies an index and gives its files other numbers: files have come or gone, and those of a fresh index are numbered
as they are listed.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from xref.store.database import COMPLETE, complete, create
from xref.store.numbers import BITS, WIDE_BITS
from xref.store.stored import decode_ids, encode_ids

_NARROW: Final = ("functions", "records")
_WIDE: Final = ("registrations", "typedefs", "objects", "macros", "exports")
_PLAIN: Final = ("member_aliases", "parts", "resolved", "syscalls")


def renumbered(source: Path, target: Path, numbers: Mapping[int, int]) -> None:
    """Writes the index ``source`` to the new file ``target``. ``numbers`` has the new number of each file that stays,
    in the same order as the old ones; what is in other files is left out.
    """
    db = create(target)
    try:
        db.execute("ATTACH DATABASE ? AS old", (str(source),))
        db.execute("BEGIN")
        db.execute("CREATE TEMP TABLE numbers (old INTEGER PRIMARY KEY, new INTEGER NOT NULL)")
        db.executemany("INSERT INTO numbers VALUES (?,?)", numbers.items())

        def columns(table: str, *renumbered: str) -> str:
            names = [row[1] for row in db.execute(f"PRAGMA old.table_info({table})")]
            return ", ".join(name for name in names if name not in renumbered)

        rest = columns("files", "id")
        db.execute(
            f"INSERT INTO files (id, {rest}) SELECT n.new, {rest}"
            " FROM old.files t CROSS JOIN numbers n ON n.old = t.id ORDER BY t.id"
        )
        for tables, bits in ((_NARROW, BITS), (_WIDE, WIDE_BITS)):
            for table in tables:
                rest = columns(table, "id", "file_id")
                db.execute(
                    f"INSERT INTO {table} (rowid, file_id, {rest})"
                    f" SELECT (n.new << {bits}) | (t.rowid & {(1 << bits) - 1}), n.new, {rest}"
                    f" FROM old.{table} t CROSS JOIN numbers n ON n.old = t.rowid >> {bits} ORDER BY t.rowid"
                )
        db.execute(
            "INSERT INTO aliases (rowid, name, function_id)"
            f" SELECT (n.new << {WIDE_BITS}) | (t.rowid & {(1 << WIDE_BITS) - 1}), t.name,"
            f" (n.new << {BITS}) | (t.function_id & {(1 << BITS) - 1})"
            f" FROM old.aliases t CROSS JOIN numbers n ON n.old = t.rowid >> {WIDE_BITS} ORDER BY t.rowid"
        )
        for table in _PLAIN:
            db.execute(f"INSERT INTO {table} SELECT * FROM old.{table}")
        db.execute("INSERT INTO meta SELECT * FROM old.meta WHERE key <> ?", (COMPLETE,))
        postings = db.execute("SELECT kind, name, shape, ids FROM old.postings ORDER BY kind, name, shape")
        db.executemany(
            "INSERT INTO postings VALUES (?,?,?,?)",
            ((kind, name, shape, ids) for kind, name, shape, old in postings if (ids := _moved(old, numbers))),
        )
        db.execute("COMMIT")
        db.execute("DETACH DATABASE old")
        complete(db)
    finally:
        db.close()


def _moved(data: bytes, numbers: Mapping[int, int]) -> bytes:
    """A posting list with the new numbers; empty where nothing is left of it."""
    ids = decode_ids(data)
    bits = WIDE_BITS if ids.typecode == "Q" else BITS
    mask = (1 << bits) - 1
    found = ((numbers.get(i >> bits), i & mask) for i in ids)
    moved = array(ids.typecode, [(new << bits) | rest for new, rest in found if new is not None])
    return data if moved == ids else encode_ids(moved) if moved else b""
