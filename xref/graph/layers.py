# SPDX-License-Identifier: MIT
"""Layers: which storey of the kernel a function stands on, by path rules that a user can replace (``layers.toml``)."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from xref.errors import UsageError
from xref.graph.globs import Globs, name_globs, path_globs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from xref.resolve.edge import Symbol

SHIPPED: Final = Path(__file__).with_name("layers.toml")
SYSCALL: Final = "syscall"


class Rule(msgspec.Struct, frozen=True, gc=False):
    """A layer ('' for a helper), for the files and names that match; a pattern of None matches everything."""

    layer: str
    files: Globs | None
    symbols: Globs | None

    def names(self, sym: Symbol) -> bool:
        """Whether ``sym`` is meant, if its file is."""
        return self.symbols is None or any(self.symbols.matches(name) for name in (sym.name, *sym.aliases))


class Domain(msgspec.Struct, frozen=True):
    """A part of the kernel with its layers, outermost first (see the head of ``layers.toml`` for every word)."""

    name: str
    order: tuple[str, ...]
    default_stop: str
    aside: frozenset[str]
    peers: frozenset[str]
    through: frozenset[str]
    upcalls: Globs | None
    home: Globs | None
    rules: tuple[Rule, ...]
    _of_file: dict[str, tuple[Rule, ...]] = msgspec.field(default_factory=dict)
    """The rules for each file that was asked for: most of a kernel's patterns are about files."""

    def layer(self, sym: Symbol) -> str:
        """The layer of ``sym``, '' when it is none of this domain's business."""
        rules = self._of_file.get(sym.file)
        if rules is None:
            rules = tuple(rule for rule in self.rules if rule.files is None or rule.files.matches(sym.file))
            self._of_file[sym.file] = rules
        return next((rule.layer for rule in rules if rule.names(sym)), "")

    def rank(self, layer: str) -> int:
        """How deep a layer of this domain lies: 0 is the outermost."""
        return self.order.index(layer)

    def is_upcall(self, via: str) -> bool:
        """Whether the slot ``via`` leads from a lower layer to a higher one."""
        return self.upcalls is not None and self.upcalls.matches(via)

    def is_home(self, sym: Symbol) -> bool:
        """Whether questions about ``sym`` are asked in this domain."""
        return self.home is not None and self.home.matches(sym.file)


class Layers(msgspec.Struct, frozen=True, gc=False):
    """All domains, in the order of the file."""

    domains: tuple[Domain, ...]

    def home_of(self, sym: Symbol) -> Domain | None:
        """The domain that ``sym`` is asked about in."""
        return next((domain for domain in self.domains if domain.is_home(sym)), None)

    def with_layer(self, layer: str, prefer: Domain | None) -> Domain | None:
        """A domain that has ``layer``: ``prefer`` if it has, else the first that does."""
        if prefer is not None and layer in prefer.order:
            return prefer
        return next((domain for domain in self.domains if layer in domain.order), None)

    def layer(self, sym: Symbol, domain: Domain | None) -> str:
        """The layer to show for ``sym``: in ``domain``, or where that is None in the domain it is at home in."""
        where = domain if domain is not None else self.home_of(sym)
        return where.layer(sym) if where is not None else ""

    def names(self) -> tuple[str, ...]:
        """Every layer name once, outermost first within its domain."""
        return tuple(dict.fromkeys(layer for domain in self.domains for layer in domain.order))


def load_layers(path: Path | None = None) -> Layers:
    """The layers in ``path``, or the ones that come with xref. Raises UsageError for a file that is none."""
    return _load(path if path is not None else SHIPPED)


@lru_cache(maxsize=4)
def _load(path: Path) -> Layers:
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read the layers in {path}: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not a file of layers: {error}") from error
    try:
        return Layers(tuple(_domain(name, entry) for name, entry in table.items()))
    except _MalformedError as error:
        raise UsageError(f"{path}: {error}") from error


class _MalformedError(ValueError):
    """What is wrong with a layers file, as the end of a sentence."""


def _domain(name: str, entry: object) -> Domain:
    if not isinstance(entry, dict):
        raise _MalformedError(f"'{name}' is not a domain (a table with 'order' and 'rule')")
    order = _words(name, entry, "order")
    stop = entry.get("default_stop", "")
    known = {*order, ""}
    sides = {key: _words(name, entry, key) for key in ("aside", "peers", "through")}
    if not order or stop not in known or not known.issuperset(word for side in sides.values() for word in side):
        raise _MalformedError(f"[{name}] names a layer that is not in its 'order'")
    rules = entry.get("rule", [])
    if not isinstance(rules, list):
        raise _MalformedError(f"[{name}] 'rule' is not a list of tables")
    return Domain(
        name=name,
        order=order,
        default_stop=stop,
        aside=frozenset(sides["aside"]),
        peers=frozenset(sides["peers"]),
        through=frozenset(sides["through"]),
        upcalls=name_globs(_words(name, entry, "upcalls")),
        home=_paths(name, _words(name, entry, "home")),
        rules=tuple(_rule(name, order, rule) for rule in rules),
    )


def _rule(name: str, order: tuple[str, ...], rule: object) -> Rule:
    if not isinstance(rule, dict) or rule.get("layer") not in (*order, ""):
        raise _MalformedError(f"[{name}] has a rule whose layer is not in its 'order'")
    files = _words(name, rule, "files")
    symbols = _words(name, rule, "symbols")
    if not files and not symbols:
        raise _MalformedError(f"[{name}] has a rule for '{rule['layer']}' with neither files nor symbols")
    return Rule(rule["layer"], _paths(name, files), name_globs(symbols))


def _words(name: str, entry: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = entry.get(key, [])
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise _MalformedError(f"[{name}] '{key}' is not a list of strings")
    return tuple(value)


def _paths(name: str, globs: Iterable[str]) -> Globs | None:
    try:
        return path_globs(globs)
    except (ValueError, re.error) as error:
        raise _MalformedError(f"[{name}] has a glob that cannot be read: {error}") from error
