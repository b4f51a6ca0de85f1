# SPDX-License-Identifier: MIT
"""Whether an old index still tells the truth."""

from __future__ import annotations

from pathlib import Path

from xref.errors import IndexUnavailable
from xref.index.summary import Summary
from xref.store.database import open_readonly
from xref.tree.files import FileList


def unchanged(db: Path, listed: FileList, arch: str, version: str) -> Summary | None:
    """The summary of the index at ``db`` when it was made from exactly the ``listed`` files; None when it must be
    built anew. Size and time of the last change decide, as with make.
    """
    try:
        connection = open_readonly(db)
    except IndexUnavailable:
        return None
    try:
        meta: dict[str, str] = dict(connection.execute("SELECT key, value FROM meta"))
        if meta.get("arch") != arch or meta.get("version") != version:
            return None
        old = {p: (s, m) for p, s, m in connection.execute("SELECT path, size, mtime_ns FROM files")}
    finally:
        connection.close()
    if len(old) != len(listed.files) or any(old.get(f.path) != (f.size, f.mtime_ns) for f in listed.files):
        return None
    return stored_summary(meta, len(listed.files), db.stat().st_size)


def stored_summary(meta: dict[str, str], reused: int, db_bytes: int) -> Summary:
    """The summary that an index carries in its ``meta`` table."""

    def number(name: str) -> int:
        return int(float(meta.get(f"summary.{name}", "0")))

    skipped = tuple(
        (reason, int(count))
        for count, _, reason in (line.partition("\t") for line in meta.get("summary.skipped", "").splitlines())
    )
    return Summary(
        files=number("files"),
        bytes=number("bytes"),
        functions=number("functions"),
        macros=number("macros"),
        call_sites=number("call_sites"),
        dispatch_sites=number("dispatch_sites"),
        registrations=number("registrations"),
        functions_with_errors=number("functions_with_errors"),
        skipped=skipped,
        seconds=float(meta.get("summary.seconds", "0")),
        reused_files=reused,
        db_bytes=db_bytes,
    )
