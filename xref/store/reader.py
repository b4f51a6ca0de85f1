# SPDX-License-Identifier: MIT
"""Typed look-ups in an index. Every method is one or two indexed queries; what is asked again and again is
remembered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import msgspec

from xref.facts.display import ANONYMOUS, display_name
from xref.facts.model import Body
from xref.lex import guard as conditions
from xref.lex.model import Include, MacroDef
from xref.store.batches import CHUNK, Includes, all_of, of_each
from xref.store.database import open_readonly
from xref.store.model import DeclInfo, FileInfo, FunctionInfo, RecordInfo, SyscallInfo
from xref.store.numbers import first, first_wide
from xref.store.registrations import RegistrationReader
from xref.store.stored import decode_body, decode_fields, decode_includes

_Key = TypeVar("_Key")
_Row = TypeVar("_Row")


_FILE = "SELECT id, path, program, guard FROM files WHERE id"
_FUNCTION = (
    "SELECT f.id, f.file_id, f.name, f.line, f.col, f.end_line, f.kind, f.linkage, f.aliases, f.guard, f.signature,"
    " f.trouble, f.made_by FROM functions f"
)
_RECORD = "SELECT id, file_id, tag, kind, line, guard, open, fields FROM records"
_FUNCTION_AND_BODY = (
    "SELECT f.id, f.body, f.file_id, f.name, f.line, f.col, f.end_line, f.kind, f.linkage, f.aliases, f.guard,"
    " f.signature, f.trouble, f.made_by FROM functions f"
)
_ALIASED = (
    "SELECT a.name, f.id, f.file_id, f.name, f.line, f.col, f.end_line, f.kind, f.linkage, f.aliases, f.guard,"
    " f.signature, f.trouble, f.made_by FROM aliases a CROSS JOIN functions f ON f.id = a.function_id"
)
_MACRO = (
    "SELECT name, params, variadic, body, guard, file_id, line, end_line, body_line, until FROM macros WHERE name IN"
)
_RENAMING = (
    "SELECT name FROM macros INDEXED BY macros_renaming WHERE params IS NULL AND body GLOB '[A-Za-z_]*'"
    " AND NOT body GLOB '*[^A-Za-z0-9_]*' AND body IN"
)
_FEW = 8_000
"""How many bodies are kept; of what is smaller, ``_MANY``, or ``_MOST_RECORDS``."""
_FEW_TYPEDEFS = 600
"""After so many questions the names of all typedefs are read: most names that are asked for are none."""
_FEW_PARTS = 200
"""Likewise with what is part of another file."""
_MOST_RECORDS = 20_000
_MANY = 200_000


def _make_room(memo: dict[_Key, _Row], most: int) -> None:
    if len(memo) > max(most, 0):
        memo.clear()


def _remember(memo: dict[_Key, tuple[_Row, ...]], asked: Iterable[_Key], found: Mapping[_Key, Sequence[_Row]]) -> None:
    """Notes what was found, and of all else that was asked that there is none."""
    memo.update(dict.fromkeys(asked, ()))
    memo.update((key, tuple(rows)) for key, rows in found.items())


class Reader(RegistrationReader):
    """An open index."""

    def __init__(self, path: Path) -> None:
        """Raises :class:`~xref.errors.IndexUnavailable` for what is no whole index of this version."""
        self.path = path
        super().__init__(open_readonly(path))
        self._db.execute("BEGIN")  # one lock for all questions: it is three system calls for each otherwise
        self.meta: Mapping[str, str] = dict(self._db.execute("SELECT key, value FROM meta"))
        self._files: dict[int, FileInfo] = {}
        self._file_ids: dict[str, int | None] = {}
        self._part_names: frozenset[str] | None = None
        self._asked_parts = 0
        self._functions: dict[int, FunctionInfo | None] = {}
        self._bodies: dict[int, bytes | Body] = {}
        self._member_aliases: frozenset[str] | None = None
        self._aliases: frozenset[str] | None = None
        self._typedefs: dict[str, tuple[DeclInfo, ...]] = {}
        self._typedef_names: frozenset[str] | None = None
        self._named: dict[str, tuple[FunctionInfo, ...]] = {}
        self._objects: dict[str, tuple[DeclInfo, ...]] = {}
        self._macros: dict[str, tuple[MacroDef, ...]] = {}
        self._tags: dict[str, bool] = {}
        self._records: dict[str, tuple[RecordInfo, ...]] = {}

    def close(self) -> None:
        """Closes the file."""
        self._db.close()

    # -- files --------------------------------------------------------------------------------------------------------

    def file(self, file_id: int) -> FileInfo:
        """One file by its row."""
        known = self._files.get(file_id)
        if known is None:
            row = self._db.execute(f"{_FILE} = ?", (file_id,)).fetchone()
            known = self._files[file_id] = FileInfo(*row)
            self._file_ids[known.path] = file_id
        return known

    def _expect_files(self, ids: Iterable[int]) -> None:
        """Reads the rows of these files at once."""
        for row in of_each(self._db, f"{_FILE} IN", [each for each in set(ids) if each not in self._files]):
            self._files[row[0]] = FileInfo(*row)
            self._file_ids[row[1]] = row[0]

    def file_id(self, path: str) -> int | None:
        """The row of a file; None where the index does not have it."""
        if path not in self._file_ids:
            row = self._db.execute("SELECT id FROM files WHERE path = ?", (path,)).fetchone()
            self._file_ids[path] = row[0] if row is not None else None
        return self._file_ids[path]

    def files_ending(self, suffix: str) -> list[FileInfo]:
        """The files whose path is ``suffix`` or ends in ``/suffix``."""
        rows = self._db.execute(
            "SELECT id, path, program, guard FROM files WHERE path LIKE ? ORDER BY path", (f"%{suffix}",)
        )
        return [FileInfo(*r) for r in rows if r[1] == suffix or r[1].endswith(f"/{suffix}")]

    def includes(self, instead: Mapping[str, tuple[Include, ...]] | None = None) -> Includes:
        """The include directives of every file, read when asked for; for some files those that ``instead`` has."""
        return Includes(self._db, instead)

    def links(self) -> dict[str, tuple[str, ...]]:
        """The folders of tests with programs of their own, each with what their Makefiles name of other folders."""
        lines = (line.split("\t") for line in self.meta.get("links", "").splitlines())
        return {folder: tuple(paths) for folder, *paths in lines}

    def include_dirs(self) -> dict[str, tuple[str, ...]]:
        """The ``-I`` paths of each folder that has some."""
        flags = (line.partition("\t") for line in self.meta.get("include_dirs", "").splitlines())
        known: dict[str, tuple[str, ...]] = {}
        found: dict[str, tuple[str, ...]] = {}
        for folder, _, joined in flags:
            paths = known.get(joined)  # those of a driver with hundreds of folders are mostly the same for all of them
            if paths is None:
                paths = known[joined] = tuple(joined.split("\t")) if joined else ()
            found[folder] = paths
        return found

    def parts(self) -> dict[str, tuple[str, ...]]:
        """The files that are parts of others, each with these (see ``IncludeGraph.find_parts``)."""
        rows = self._db.execute("SELECT path, wholes FROM parts")
        return {path: tuple(wholes.split("\t")) for path, wholes in rows}

    def wholes(self, paths: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """What each of these is a part of, as far as it is one."""
        if self._part_names is None:
            self._asked_parts += 1
            if self._asked_parts > _FEW_PARTS:
                self._part_names = all_of(self._db, "path", "FROM parts")
        if self._part_names is not None:
            paths = [path for path in paths if path in self._part_names]
        rows = of_each(self._db, "SELECT path, wholes FROM parts WHERE path IN", paths)
        return {path: tuple(wholes.split("\t")) for path, wholes in rows}

    # -- functions ----------------------------------------------------------------------------------------------------

    def function(self, fid: int) -> FunctionInfo | None:
        """One function by its row."""
        if fid not in self._functions:
            row = self._db.execute(f"{_FUNCTION} WHERE f.id = ?", (fid,)).fetchone()
            _make_room(self._functions, _MANY)
            self._functions[fid] = FunctionInfo(*row) if row is not None else None
        return self._functions[fid]

    def expect_functions(self, ids: Iterable[int]) -> None:
        """Reads these rows at once, without their bodies."""
        _make_room(self._functions, _MANY)
        missing = [fid for fid in ids if fid not in self._functions]
        for row in of_each(self._db, f"{_FUNCTION} WHERE f.id IN", missing):
            self._functions[row[0]] = FunctionInfo(*row)

    def body(self, fid: int) -> Body:
        """What happens inside a function."""
        known = self._bodies.get(fid)
        if known is None:
            row = self._db.execute("SELECT body FROM functions WHERE id = ?", (fid,)).fetchone()
            _make_room(self._bodies, _FEW)
            known = row[0] if row is not None else Body()
        if isinstance(known, bytes):
            known = decode_body(known)
        self._bodies[fid] = known
        return known

    def functions(self, ids: Sequence[int]) -> Iterator[FunctionInfo]:
        """The functions of these rows, in this order, read many at once and their bodies with them."""
        for start in range(0, len(ids), CHUNK):
            part = ids[start : start + CHUNK]
            _make_room(self._functions, _MANY)
            _make_room(self._bodies, _FEW)
            missing = [fid for fid in part if fid not in self._bodies or fid not in self._functions]
            for fid, body, *row in of_each(self._db, f"{_FUNCTION_AND_BODY} WHERE f.id IN", missing):
                self._functions[fid] = FunctionInfo(fid, *row)
                self._bodies.setdefault(fid, body)
            for fid in part:
                function = self.function(fid)
                if function is not None:
                    yield function

    def functions_named(self, name: str) -> tuple[FunctionInfo, ...]:
        """The functions, macros and assembly entries of that name, then those that have it for an alias."""
        known = self._named.get(name)
        if known is None:
            self._read_names([name])
            known = self._named[name]
        return known

    def functions_named_in(self, name: str, file_id: int) -> list[FunctionInfo]:
        """Those of them that stand in one file: every module has an ``__inittest``."""
        of_file = "= ? AND f.id >= ? AND f.id < ?"
        wanted = (name, first(file_id), first(file_id + 1))
        found = [
            FunctionInfo(*r) for r in self._db.execute(f"{_FUNCTION} WHERE f.name {of_file} ORDER BY f.id", wanted)
        ]
        aliased = self._db.execute(f"{_ALIASED} WHERE f.name <> a.name AND a.name {of_file}", wanted)
        return found + [FunctionInfo(*r) for _, *r in aliased]

    def is_first(self, f: FunctionInfo) -> bool:
        """Whether no other function of that name stands above ``f`` in its file. The index by name tells; to read them
        all takes long where every driver has one (``__exittest``).
        """
        known = self._named.get(f.name)
        if known is not None:
            return f.id == min(o.id for o in known if o.file_id == f.file_id and o.name == f.name)
        sql = "SELECT 1 FROM functions WHERE name = ? AND id >= ? AND id < ? LIMIT 1"
        return self._db.execute(sql, (f.name, first(f.file_id), f.id)).fetchone() is None

    def _is_alias(self, name: str) -> bool:
        """Whether ``name`` may be one: there are few, and they are read when many names are asked for."""
        if self._aliases is None:
            if len(self._named) < CHUNK:
                return True
            self._aliases = frozenset(r[0] for r in self._db.execute("SELECT name FROM aliases"))
        return name in self._aliases

    def expect(self, names: Iterable[str], *, objects: bool = False) -> None:
        """Reads what is called ``names`` (functions and macros; objects on request) at once: the look-ups that follow
        find it remembered.
        """
        wanted = dict.fromkeys(names)
        self._read_names([name for name in wanted if name not in self._named])
        self._read_macros([name for name in wanted if name not in self._macros])
        if objects:
            self._read_objects([name for name in wanted if name not in self._objects])

    def _read_names(self, names: Sequence[str]) -> None:
        _make_room(self._named, _MANY)
        found: dict[str, list[FunctionInfo]] = {}
        for row in of_each(self._db, f"{_FUNCTION} WHERE f.name IN", names):
            found.setdefault(row[2], []).append(FunctionInfo(*row))
        aliased = [name for name in names if self._is_alias(name)]
        for name, *rest in of_each(self._db, f"{_ALIASED} WHERE f.name <> a.name AND a.name IN", aliased):
            found.setdefault(name, []).append(FunctionInfo(*rest))
        _remember(self._named, names, found)
        self._expect_files(f.file_id for rows in found.values() for f in rows)

    def functions_between(self, low: int, high: int) -> list[FunctionInfo]:
        """The functions whose number is in ``[low, high)``."""
        rows = self._db.execute(f"{_FUNCTION} WHERE f.id >= ? AND f.id < ? ORDER BY f.id", (low, high))
        return [FunctionInfo(*r) for r in rows]

    def function_ranges(self, count: int) -> list[tuple[int, int]]:
        """Ranges ``[low, high)`` of ``count`` functions each, which hold all functions."""
        ids = [r[0] for r in self._db.execute("SELECT id FROM functions ORDER BY id")]
        starts = ids[::count]
        return list(zip(starts, [*starts[1:], ids[-1] + 1], strict=True)) if ids else []

    def is_alias(self, name: str) -> bool:
        """Whether a macro without parameters makes another member of ``name``."""
        if self._member_aliases is None:
            self._member_aliases = frozenset(r[0] for r in self._db.execute("SELECT name FROM member_aliases"))
        return name in self._member_aliases

    def spellings(self, field: str) -> tuple[str, ...]:
        """A member's name, and the macros that stand for it: ``skc_prot`` and ``sk_prot``."""
        rows = self._db.execute("SELECT name FROM member_aliases WHERE field = ?", (field,))
        return (field, *(r[0] for r in rows))

    def similar_names(self, prefix: str, limit: int = 400, *, tags: bool = False) -> list[str]:
        """Names of functions, or tags of records, that begin with ``prefix``, in order."""
        name, table = ("tag", "records") if tags else ("name", "functions")
        rows = self._db.execute(
            f"SELECT DISTINCT {name} FROM {table} WHERE {name} >= ? AND {name} < ? ORDER BY {name} LIMIT ?",
            (prefix, prefix + "\U0010ffff", limit),
        )
        return [r[0] for r in rows]

    def tags_ending(self, suffix: str) -> list[str]:
        """Tags of records that end in ``suffix``, in order."""
        sql = "SELECT DISTINCT tag FROM records WHERE substr(tag, -length(?1)) = ?1 ORDER BY tag"
        return [tag for (tag,) in self._db.execute(sql, (suffix,))] if suffix else []

    # -- types and data -----------------------------------------------------------------------------------------------

    def records(self, tag: str) -> tuple[RecordInfo, ...]:
        """The records of that tag."""
        known = self._records.get(tag)
        if known is None:
            self.expect_records((tag,))
            known = self._records[tag]
        return known

    def expect_records(self, tags: Iterable[str]) -> None:
        """Reads at once the records of many tags."""
        _make_room(self._records, _MOST_RECORDS)
        missing = [tag for tag in tags if tag not in self._records]
        found: dict[str, list[RecordInfo]] = {}
        for row in of_each(self._db, f"{_RECORD} WHERE tag IN", missing):
            found.setdefault(row[2], []).append(_record(*row))
        _remember(self._records, missing, found)

    def is_tag(self, name: str) -> bool:
        """Whether there is a record of that tag."""
        known = self._tags.get(name)
        if known is None:
            self.expect_tags([name])
            known = self._tags[name]
        return known

    def expect_tags(self, names: Iterable[str]) -> None:
        """Finds out at once which names are tags of records."""
        _make_room(self._tags, _MANY)
        missing = [name for name in names if name not in self._tags]
        self._tags.update(dict.fromkeys(missing, False))
        for (tag,) in of_each(self._db, "SELECT DISTINCT tag FROM records WHERE tag IN", missing):
            self._tags[tag] = True

    def records_by_row(self, ids: Sequence[int]) -> list[RecordInfo]:
        """The records of these rows."""
        rows = of_each(self._db, f"{_RECORD} WHERE id IN", ids)
        found = {r[0]: _record(*r) for r in rows}
        return [found[record_id] for record_id in ids]

    def unions_called(self, shown: str) -> list[RecordInfo]:
        """The unions that are shown by that name (see :func:`~xref.facts.display.display_name`)."""
        untagged = f"{shown}{ANONYMOUS}"
        rows = self._db.execute(
            f"{_RECORD} WHERE kind = 'union' AND (tag = ? OR (tag >= ? AND tag < ?)) ORDER BY id",
            (shown, untagged, untagged + "\U0010ffff"),
        )
        return [_record(*r) for r in rows if display_name(r[2]) == shown]

    def tags_with(self, types: Sequence[str]) -> list[str]:
        """The tags of the records that have a member of one of these types (tags or typedefs) in them, by value."""
        rows = of_each(self._db, "SELECT shape FROM postings WHERE kind = 't' AND name IN", types)
        return sorted({tag for (tag,) in rows})

    def typedefs_of(self, tag: str) -> tuple[str, ...]:
        """The other names of a record: ``config`` of ``typedef struct config_s { ... } config``."""
        rows = self._db.execute("SELECT DISTINCT name FROM typedefs WHERE tag = ? AND tag <> ''", (tag,))
        return tuple(sorted(name for (name,) in rows))

    def typedefs(self, name: str) -> tuple[DeclInfo, ...]:
        """The typedefs of that name."""
        known = self._typedefs.get(name)
        if known is None:
            self.expect_typedefs([name])
            known = self._typedefs[name]
        return known

    def expect_typedefs(self, names: Iterable[str]) -> None:
        """Reads at once the typedefs of many names."""
        _make_room(self._typedefs, _MANY)
        missing = [name for name in names if name not in self._typedefs]
        if self._typedef_names is None and len(self._typedefs) + len(missing) > _FEW_TYPEDEFS:
            self._typedef_names = all_of(self._db, "name", "FROM typedefs")
        known = self._typedef_names
        wanted = missing if known is None else [name for name in missing if name in known]
        found: dict[str, list[DeclInfo]] = {}
        sql = "SELECT name, file_id, decl, line, guard FROM typedefs WHERE name IN"
        for name, file_id, decl, line, guard in of_each(self._db, sql, wanted):
            found.setdefault(name, []).append(DeclInfo(name, file_id, decl, line, "", guard, ""))
        _remember(self._typedefs, missing, found)

    def objects(self, name: str) -> tuple[DeclInfo, ...]:
        """The variables of that name."""
        known = self._objects.get(name)
        if known is None:
            self._read_objects([name])
            known = self._objects[name]
        return known

    def _read_objects(self, names: Sequence[str]) -> None:
        _make_room(self._objects, _MANY)
        found: dict[str, list[DeclInfo]] = {}
        sql = "SELECT name, file_id, decl, line, linkage, guard, function FROM objects WHERE name IN"
        for row in of_each(self._db, sql, names):
            found.setdefault(row[0], []).append(DeclInfo(*row))
        _remember(self._objects, names, found)

    def macros(self, name: str) -> tuple[MacroDef, ...]:
        """Every definition of the macro ``name``."""
        known = self._macros.get(name)
        if known is None:
            self._read_macros([name])
            known = self._macros[name]
        return known

    def expect_macros(self, names: Iterable[str]) -> None:
        """Reads at once the definitions of many macros."""
        self._read_macros([name for name in dict.fromkeys(names) if name not in self._macros])

    def _read_macros(self, names: Sequence[str]) -> None:
        _make_room(self._macros, _MANY)
        found: dict[str, list[MacroDef]] = {}
        rows = list(of_each(self._db, _MACRO, names))
        self._expect_files(row[5] for row in rows)
        for n, p, v, b, g, file_id, line, end_line, body_line, until in rows:
            file = self.file(file_id)
            guard, path = _both(g, file.guard, file.path), file.path
            found.setdefault(n, []).append(MacroDef(n, _params(p), v, b, guard, path, line, end_line, until, body_line))
        _remember(self._macros, names, found)

    def names_for(self, names: Iterable[str]) -> tuple[str, ...]:
        """``names``, and the macros that are nothing but another name of one of these (``page_to_pfn`` of
        ``__page_to_pfn``), then those of such macros.
        """
        found = dict.fromkeys(names)
        last = list(found)
        while last:
            last = sorted({name for (name,) in of_each(self._db, _RENAMING, last)} - found.keys())
            found.update(dict.fromkeys(last))
        return tuple(found)

    def macros_in(self, path: str) -> list[MacroDef]:
        """The definitions that stand in a file."""
        file_id = self.file_id(path)
        if file_id is None:
            return []
        limits = (first_wide(file_id), first_wide(file_id + 1))
        names = self._db.execute("SELECT DISTINCT name FROM macros WHERE rowid >= ? AND rowid < ?", limits)
        found = [m for (name,) in names.fetchall() for m in self.macros(name) if m.file == path]
        return sorted(found, key=lambda m: m.line)

    def all_offers(
        self,
    ) -> Iterator[tuple[str, tuple[MacroDef, ...], tuple[Include, ...], bytes, bytes, bytes]]:
        """Of every file, by number: its path, macros (without the condition of the file), includes, interface, what it
        asks for, and its listing.
        """
        rows = self._db.execute(
            "SELECT rowid, name, params, variadic, body, guard, line, end_line, until, body_line FROM macros"
            " ORDER BY rowid"
        )
        row = next(rows, None)
        files = self._db.execute(
            "SELECT id, path, includes, interface, asks, listing FROM files ORDER BY id"
        ).fetchall()
        for file_id, path, includes, interface, asks, listing in files:
            macros = []
            end = first_wide(file_id + 1)
            while row is not None and row[0] < end:
                _, name, params, variadic, body, guard, line, end_line, until, body_line = row
                given = _params(params)
                macros.append(MacroDef(name, given, variadic, body, guard, path, line, end_line, until, body_line))
                row = next(rows, None)
            yield path, tuple(macros), decode_includes(includes), interface, asks, listing

    def guards(self) -> dict[str, str]:
        """The condition of every file, by path."""
        return dict(self._db.execute("SELECT path, guard FROM files"))

    def header_guard(self, path: str) -> str:
        """The condition under which a file is compiled or included; '' for one that the index does not have."""
        file_id = self.file_id(path)
        return self.file(file_id).guard if file_id is not None else ""

    def listings(self) -> list[tuple[str, bytes]]:
        """The headers that hold nothing but invocations, with their text."""
        return self._db.execute("SELECT path, listing FROM files WHERE listing <> x''").fetchall()

    def syscalls(self, name: str | None = None) -> list[SyscallInfo]:
        """Lines of the system call tables, of one call or of all."""
        sql = "SELECT arch, abi, number, name, entry, compat, file, line FROM syscalls"
        rows = self._db.execute(f"{sql} WHERE name = ?", (name,)) if name is not None else self._db.execute(sql)
        return sorted(
            (SyscallInfo(a, b, -1 if n is None else n, *rest) for a, b, n, *rest in rows),
            key=lambda s: (s.arch, s.abi, s.number, s.name, s.file, s.line),
        )

    def troubles(self, limit: int) -> list[tuple[str, int]]:
        """The most frequent causes for which functions could not be read whole, and how many functions each spoilt."""
        return self._db.execute(
            "SELECT trouble, count(*) FROM functions WHERE trouble <> '' AND kind <> 'macro'"
            " GROUP BY trouble ORDER BY 2 DESC, 1 LIMIT ?",
            (limit,),
        ).fetchall()

    def count(self, table: str) -> int:
        """How many rows a table has."""
        return int(self._db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def _record(
    number: int, file_id: int, tag: str, kind: str, line: int, guard: str, open_: int, fields: bytes
) -> RecordInfo:
    return RecordInfo(number, file_id, tag, kind, line, guard, bool(open_), decode_fields(fields))


def _params(stored: str | None) -> tuple[str, ...] | None:
    """A macro's parameters as a definition has them."""
    return None if stored is None else tuple(stored.split(",")) if stored else ()


def with_header(definition: MacroDef, header: str) -> MacroDef:
    """A definition under the condition ``header`` of its file as well."""
    both = _both(definition.guard, header, definition.file)
    return definition if both == definition.guard else msgspec.structs.replace(definition, guard=both)


def _both(guard: str, header: str, path: str) -> str:
    """A definition's own condition, and the one under which its header is included."""
    if not header or not path.endswith(".h"):
        return guard
    return _joined(guard, header) if guard else header


@lru_cache(maxsize=10_000)
def _joined(guard: str, header: str) -> str:
    return conditions.to_text(conditions.conj(conditions.from_text(guard), conditions.from_text(header)))
