# SPDX-License-Identifier: MIT
"""Reads and checks ``deferred.toml``: what is known of functions that run others later."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

import msgspec

Slot = tuple[str, str]
"""A struct and a field of it."""


class Later(msgspec.Struct, frozen=True, gc=False):
    """One way to have something run later; see the head of ``deferred.toml`` for the words."""

    name: str
    slots: tuple[Slot, ...]
    carriers: frozenset[str]
    starts: frozenset[str]
    given: bool
    given_by: frozenset[str]
    indexed: str


class Table(msgspec.Struct, frozen=True, gc=False):
    """A table of functions that only the linker makes; see the head of ``deferred.toml`` for the words."""

    type: str
    sections: str
    variables: bool
    returned_by: frozenset[str]
    run_by: frozenset[str]
    called_as: str


class Ways(msgspec.Struct, frozen=True, gc=False):
    """All ways, and what leads to them."""

    every: tuple[Later, ...]
    tables: tuple[Table, ...]
    carriers: frozenset[str]
    started_by: dict[str, tuple[Later, ...]]
    by_slot: dict[Slot, tuple[Later, ...]]


@lru_cache(maxsize=1)
def ways() -> Ways:
    """The ways that xref knows."""
    table = tomllib.loads(Path(__file__).with_name("deferred.toml").read_text("utf-8"))
    every = tuple(
        Later(
            name,
            tuple((struct, field) for struct, _, field in (s.rpartition(".") for s in entry["slot"])),
            frozenset(entry.get("carriers", ())),
            frozenset(entry.get("starts", ())),
            bool(entry.get("given", False)),
            frozenset(entry.get("given_by", ())),
            str(entry.get("indexed", "")),
        )
        for name, entry in table.items()
        if "slot" in entry
    )
    tables = tuple(
        Table(
            entry["type"],
            entry["sections"],
            bool(entry.get("variables", False)),
            frozenset(entry.get("returned_by", ())),
            frozenset(entry["run_by"]),
            str(entry.get("called_as", "")),
        )
        for entry in table.values()
        if "type" in entry
    )
    started_by: dict[str, tuple[Later, ...]] = {}
    by_slot: dict[Slot, tuple[Later, ...]] = {}
    for way in every:
        for name in way.starts:
            started_by[name] = (*started_by.get(name, ()), way)
        for slot in way.slots:
            by_slot[slot] = (*by_slot.get(slot, ()), way)
    return Ways(every, tables, frozenset[str]().union(*(way.carriers for way in every)), started_by, by_slot)
