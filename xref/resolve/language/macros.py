# SPDX-License-Identifier: MIT
"""Macros from the index, as a file sees them, expanded one level at a time.

Types and values need only the outermost form of an expression, so nothing is expanded further than it is looked at.
"""

from __future__ import annotations

import zlib
from functools import lru_cache

from xref.lex import guard as g
from xref.lex.guard import Lookup
from xref.lex.model import MacroDef
from xref.lex.tokens import is_identifier, tokenize
from xref.macros.body import body_tokens
from xref.macros.defined import Known
from xref.macros.expand import Expander
from xref.macros.view import MacroView
from xref.macros.visibility import IncludeGraph
from xref.resolve.language.includes import IndexedIncludes
from xref.store.reader import Reader


class IndexedMacros:
    """The macro definitions of an index."""

    def __init__(self, reader: Reader, config: Lookup | None = None) -> None:
        """``config`` answers for the options of a ``.config``, if one is named."""
        self._reader = reader
        self._config = config
        self._known: Known | None = None
        arch = reader.meta.get("arch", "")
        self.includes = IndexedIncludes(reader.includes(), arch, reader.include_dirs(), reader.wholes, reader.resolved)
        self.graph: IncludeGraph = self.includes
        self.orders: dict[tuple[MacroDef, ...], tuple[MacroDef, ...]] = {}
        self.view = lru_cache(maxsize=4096)(self._view)
        self.all = lru_cache(maxsize=100_000)(self._all)

    @property
    def known(self) -> Known:
        """What is known of guards; a question that meets no guard does without."""
        if self._known is None:
            meta = self._reader.meta
            self._known = Known.from_text(meta.get("constants", ""), meta.get("defined", ""), self._config)
        return self._known

    def certain(self, guard: str) -> bool:
        """Whether every configuration that is left makes ``guard`` true."""
        return not guard or self.known.certain(guard)

    def settled(self, guard: str) -> bool:
        """Whether the options that ``guard`` asks for leave no choice. What else it asks for (``__OPTIMIZE__``,
        ``__NO_FORTIFY``) is the compiler's, and as usual.
        """
        cond = g.from_text(guard)
        parts = cond.parts if cond.op == "&&" else (cond,)
        options = [part for part in parts if all(name.startswith("CONFIG_") for name in part.about)]
        return self.certain(g.to_text(g.conj(*options)))

    def possible(self, guard: str) -> bool:
        """Whether some configuration can make ``guard`` true."""
        return not guard or self.known.possible(guard)

    def _all(self, name: str) -> tuple[MacroDef, ...]:
        return tuple(m for m in self._reader.macros(name) if self.possible(m.guard))

    def _view(self, file: str) -> MacroView:
        def functions(name: str) -> list[str]:
            at = self._reader.file_id(file)
            return [f.guard for f in self._reader.functions_named(name) if f.file_id == at and f.kind != "macro"]

        return MacroView(self, file, functions=functions)

    def expand_once(self, macro: MacroDef, args: tuple[str, ...], view: MacroView) -> str:
        """The body of ``macro`` with these arguments, as text; arguments and result are not expanded further, but for
        what makes the name of a variable: ``__UNIQUE_ID(rcu)``, which rcu_dereference() hands on to be declared.
        """
        for i in _declared(macro):
            if i < len(args) and not args[i].isidentifier():
                made = Expander(view.get).expand_text(args[i])
                if len(made) == 1 and is_identifier(made[0]):
                    name = f"{made[0]}_{zlib.crc32(' '.join(args).encode()):x}"  # for __COUNTER__, another each time
                    args = (*args[:i], name, *args[i + 1 :])
        return _expand_once(macro, args)


@lru_cache(maxsize=65536)
def _declared(macro: MacroDef) -> tuple[int, ...]:
    """The parameters that a macro gives to a variable of its own for a name: ``typeof(*p) *local = ...``."""
    tokens = body_tokens(macro.body)
    names = {
        name
        for before, name, following in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if following == "=" and (before == "*" or before == ")" or is_identifier(before))
    }
    return tuple(i for i, p in enumerate(macro.params or ()) if p in names)


@lru_cache(maxsize=65536)
def _expand_once(macro: MacroDef, args: tuple[str, ...]) -> str:
    return " ".join(Expander(lambda _: None).expand_once(macro, [tokenize(a) for a in args]))
