# SPDX-License-Identifier: MIT
"""What to say where a name means nothing: names of similar spelling, and the command that answers for such a name."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Final

from xref.store.stored import decode_ids
from xref.tree.files import KERNEL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xref.resolve.front.resolver import Resolver
    from xref.resolve.front.symbols import Symbols

_FEW: Final = 5
_RECORD: Final = re.compile(r"(?:(?:static|const|extern)\s+)*struct\s+(\w+)")
_SLOTS: Final = 8
"""So many structs are named that have a slot of one name."""


def near(source: Symbols, symbol: str) -> tuple[str, ...]:
    """Names of functions that may have been meant, best first."""
    name = symbol.rpartition(":")[2]
    pool = _pool(source, name, tags=False)
    pool.update(dict.fromkeys(source.reader.similar_names(f"sys_{name[:4]}")))
    lower = _pool(source, name.lower(), tags=False) if name != name.lower() else {}
    return tuple(dict.fromkeys([*_closest(name, pool), *_closest(name.lower(), lower)]))[:_FEW]


def near_definitions(source: Symbols, symbol: str) -> tuple[str, ...]:
    """Names of anything that may have been meant: of structs those too that begin in another way, ``tsk_struct``."""
    name = symbol.rpartition(":")[2]
    tags = _pool(source, name, tags=True)
    tags.update(dict.fromkeys(source.reader.tags_ending(name[name.find("_") + 1 :])))
    return _closest(name, dict.fromkeys([*_closest(name, tags), *near(source, symbol)]))


def near_members(source: Symbols, slot: str) -> tuple[str, ...]:
    """Members that may have been meant by ``struct.field``, best first: of the same struct, or of the same name."""
    tag, _, field = slot.removeprefix("struct ").removeprefix("union ").strip().partition(".")
    records = source.reader.records(tag)
    if records:
        fields = dict.fromkeys(each.name for record in records for each in record.fields if each.name)
        return tuple(f"{tag}.{name}" for name in _closest(field, fields))
    owners = dict.fromkeys(record.tag for record in source.reader.records_by_row(source.reader.mentions("f", field)))
    return tuple(f"{owner}.{field}" for owner in _closest(tag, owners))


def is_slot(source: Resolver, slot: str) -> bool:
    """Whether ``struct.field`` holds functions."""
    tag, _, field = slot.partition(".")
    return field in source.slots_of(tag)


def no_slots(source: Resolver, name: str) -> tuple[str, tuple[str, ...]]:
    """Why a struct has no slots to show, as a sentence, and what may have been meant."""
    if source.reader.records(name):
        return f"struct {name} has no member that holds functions", ()
    slots = _slots_called(source, name)
    if slots:
        rest = f" and {len(slots) - _SLOTS} more" if len(slots) > _SLOTS else ""
        return f"'{name}' is no struct, but a slot of several: {', '.join(slots[:_SLOTS])}{rest}; name one of them", ()
    if tag := _struct_of(source, name):
        return f"{name} is no type but a struct {tag}: xref slots {tag} has its slots, xref refs {name} its uses", ()
    tags = _pool(source, name, tags=True)
    return f"there is no struct '{name}'", tuple(tag for tag in _closest(name, tags) if source.slots_of(tag))


def only_slot(source: Resolver, name: str) -> str:
    """The struct that alone has a slot of that name, '' where there are several or none."""
    slots = _slots_called(source, name) if not source.reader.records(name) else []
    return slots[0].partition(".")[0] if len(slots) == 1 else ""


def otherwise(source: Symbols, symbol: str) -> str:
    """What ``symbol`` is that cannot be looked up, and how to ask for it; '' for nothing."""
    left_out = source.not_compiled(symbol)
    if left_out:
        one, more = left_out[0], f" and {len(left_out) - 1} more" if len(left_out) > 1 else ""
        guard = f", under {one.guard}," if one.guard else ""
        return f"'{symbol}' stands in {one.file}:{one.line}{more}{guard} but {source.tree.config} does not compile it"
    name = symbol.rpartition(":")[2]
    tag, dot, field = name.removeprefix("struct ").removeprefix("union ").strip().partition(".")
    reader = source.reader
    if dot:
        decls = [each.decl for record in reader.records(tag) for each in record.fields if each.name == field]
        ways = (
            f"xref slots {tag}.{field} shows what it holds and who calls through it, xref refs {tag}.{field} its uses"
            if "(" in "".join(decls)
            else f"xref refs {tag}.{field} shows its uses"
        )
        if decls:
            return f"{tag}.{field} is a member, not a function: {ways}"
        owner = _struct_of(source, tag)
        return f"{tag} is a struct {owner}: xref slots {owner}.{field} shows what that slot holds" if owner else ""
    what = _kind(source, name)
    return (
        f"'{name}' is {what}, not a function: xref refs {name} shows its uses, xref def {name} where it is"
        if what
        else ""
    )


def _kind(source: Symbols, name: str) -> str:
    """What a name is in the kernel that is no function there; '' where it is nothing that the index knows."""
    reader = source.reader
    files: dict[str, list[int | None]] = {
        "a variable": [*(each.file_id for each in reader.objects(name))],
        "a struct or union": [*(each.file_id for each in reader.records(name))],
        "a type": [*(each.file_id for each in reader.typedefs(name))],
        "a macro without parameters": [reader.file_id(each.file) for each in reader.macros(name) if each.guard != "0"],
    }
    elsewhere = ""
    for kind, ids in files.items():
        programs = {reader.file(each).program for each in ids if each is not None}
        if KERNEL in programs:
            return kind
        elsewhere = elsewhere or (kind if programs else "")
    return elsewhere or ("a member of structs" if reader.mentions("f", name) else "")


def _struct_of(source: Symbols, name: str) -> str:
    """The tag of the struct that a global object is; '' for none."""
    found = (_RECORD.match(each.decl) for each in source.reader.objects(name))
    return next((m[1] for m in found if m is not None), "")


def _slots_called(source: Resolver, field: str) -> list[str]:
    """The slots of that name, those with most registrations first."""
    counts: dict[str, int] = {}
    for tag, _, _, ids in source.reader.registration_shapes(field):
        counts[tag] = counts.get(tag, 0) + len(decode_ids(ids))
    owners = {record.tag for record in source.reader.records_by_row(source.reader.mentions("f", field))}
    found = (f"{tag}.{field}" for tag in sorted(owners, key=lambda tag: (-counts.get(tag, 0), tag)))
    return [slot for slot in found if is_slot(source, slot)]


def _pool(source: Symbols, name: str, *, tags: bool) -> dict[str, None]:
    pool: dict[str, None] = {}
    for n in range(min(len(name), 6), 1, -1):
        pool.update(dict.fromkeys(source.reader.similar_names(name[:n], tags=tags)))
        if len(pool) > 300:
            break
    return pool


def _closest(name: str, pool: Iterable[str]) -> tuple[str, ...]:
    return tuple(difflib.get_close_matches(name, list(pool), n=_FEW, cutoff=0.6))
