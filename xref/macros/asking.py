# SPDX-License-Identifier: MIT
"""Macros that ask for types and nothing else, as ``sizeof`` does: ``__same_type(a, b)``, ``__native_word(t)``.

What stands under such a condition (``if (__builtin_types_compatible_p(typeof(*x), struct static_key_true))`` of
include/linux/jump_label.h, ``sizeof(n) <= 4 ? __ilog2_u32(n) : __ilog2_u64(n)`` of log2.h) a compiler decides.
"""

from __future__ import annotations

from typing import Final

from xref.lex.model import MacroDef
from xref.lex.tokens import is_identifier
from xref.macros.body import body_tokens
from xref.macros.fixpoint import Fixpoint
from xref.macros.shapes import skip_brackets
from xref.macros.view import MacroSource

TESTS: Final = frozenset({"sizeof", "__builtin_types_compatible_p", "__builtin_constant_p"})
"""What a compiler answers for itself."""
CHOOSER: Final = "__builtin_choose_expr"
EXPECTING: Final = ("likely", "__builtin_expect")
"""How the names end of what says of a condition only how probable it is."""
_COMPARISONS: Final = frozenset({"==", "!=", "<", "<=", ">", ">="})
_MAX_TEST: Final = 80


class TypeTests:
    """Answers for every macro of a table; each name is worked out once."""

    def __init__(self, table: MacroSource) -> None:
        self._table = table
        self._known = Fixpoint(self._is_test, False)

    def asks(self, name: str) -> bool:
        """Whether ``name(...)`` asks for the types of its arguments, or whether they are constants."""
        return name in TESTS or self._known(name)

    def _is_test(self, name: str) -> bool:
        definitions = [m for m in self._table.all(name) if m.params is not None]
        return bool(definitions) and all(map(self._asks_alone, definitions))

    def _asks_alone(self, m: MacroDef) -> bool:
        """Whether a body is made of such questions, comparisons and numbers alone."""
        if "(" not in m.body:
            return False
        tokens = body_tokens(m.body)
        if len(tokens) > _MAX_TEST:
            return False
        sized = compared = asked = False
        i = 0
        while i < len(tokens):
            t = tokens[i]
            if t in (";", "{", "="):
                return False
            if is_identifier(t):
                if tokens[i + 1 : i + 2] != ("(",) or t == m.name or not self.asks(t):
                    return False
                sized, asked = sized or t == "sizeof", asked or t != "sizeof"
                end = skip_brackets(tokens, i + 1)
                if "?" in tokens[i:end]:
                    return False  # __is_constexpr(x): whether it is a constant
                i = end
                continue
            compared = compared or t in _COMPARISONS
            i += 1
        return asked or (sized and compared)
