# SPDX-License-Identifier: MIT
"""Which arguments of a macro are evaluated, and under which configuration.

``rcu_dereference_check(p, lockdep_rtnl_is_held())`` calls its second argument only under ``CONFIG_PROVE_RCU``: the
other definition of ``RCU_LOCKDEP_WARN`` has it in ``while (0 && (c))``. A compiler does not evaluate what stands behind
``0 &&``, in ``sizeof`` or ``typeof``, and what a macro drops it never sees (C11 6.5.13 p4, 6.5.3.4 p2, 6.10.3.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xref.lex import guard as g
from xref.lex.guard import Cond
from xref.lex.model import MacroDef
from xref.lex.tokens import is_identifier
from xref.macros.body import body_tokens
from xref.macros.fixpoint import Fixpoint
from xref.macros.view import MacroSource
from xref.tree.files import program_of

_UNEVALUATED: Final = frozenset(
    "sizeof typeof __typeof__ __typeof typeof_unqual __alignof__ _Alignof offsetof __builtin_offsetof "
    "__builtin_constant_p __builtin_types_compatible_p __same_type".split()
)
_OPENING: Final = frozenset("([{")
_CLOSING: Final = frozenset(")]}")
_STATEMENT_ENDS: Final = frozenset(";")
_ENDS: Final = frozenset((";", ",", "?", ":", "||"))
_BEGINS: Final = frozenset("({,;?:")
_MAX_BODY: Final = 600
_LARGEST: Final = 200
"""What depends on more than this is taken to be evaluated. The arms of include/math-emu/ for 15 architectures come to
conditions of 100,000 leaves, which took 1 GB.
"""
_Key = tuple[tuple[str, int], ...]


class Liveness:
    """Answers for the macros of one table; each set of definitions is worked out once."""

    def __init__(self, table: MacroSource) -> None:
        self._table = table
        self._definitions: dict[_Key, tuple[MacroDef, ...]] = {}
        # what reaches itself is evaluated, as long as nothing else says that it is not
        self._judged: Fixpoint[_Key, tuple[Cond, ...]] = Fixpoint(self._together, ())
        self._seen: dict[tuple[str, str], tuple[MacroDef, ...]] = {}

    def of(self, definitions: Sequence[MacroDef]) -> tuple[Cond, ...]:
        """For each parameter (the variadic one last) the condition under which it is evaluated, where these definitions
        of a name may be in force; () where all are. Macros inside them are judged by all their definitions.
        """
        invoked = tuple(m for m in definitions if m.params is not None)
        if not invoked:
            return ()
        key = tuple((m.file, m.line) for m in invoked)
        self._definitions.setdefault(key, invoked)
        return self._judged(key)

    def _together(self, key: _Key) -> tuple[Cond, ...]:
        definitions = self._definitions[key]
        width = max(len(m.params or ()) + bool(m.variadic) for m in definitions)
        if not width:
            return ()
        nowhere = g.neg(g.disj(*(g.from_text(m.guard) for m in definitions)))  # a function may have the name there
        result = [nowhere] * width
        for m in definitions:
            own = g.from_text(m.guard)
            alive = self._alive(m)
            for k in range(width):
                if result[k].size <= _LARGEST:
                    result[k] = g.disj(result[k], g.conj(own, alive[k]) if k < len(alive) else own)
        bounded = tuple(g.ALWAYS if c.size > _LARGEST else c for c in result)
        return () if all(c is g.ALWAYS for c in bounded) else bounded

    def _alive(self, m: MacroDef) -> list[Cond]:
        names = [*(m.params or ()), *((m.variadic,) if m.variadic else ())]
        tokens = body_tokens(m.body)
        if len(tokens) > _MAX_BODY:
            return [g.ALWAYS] * len(names)
        position = {name: k for k, name in enumerate(names)}
        found = [g.NEVER] * len(names)
        # One entry an open bracket: what holds inside it, the macro whose arguments it holds, and which of them.
        stack: list[tuple[Cond, str, int]] = []
        now, callee, index = g.ALWAYS, "", 0
        # What is dead now: since which depth, what held before, and the tokens that end it there
        skipped: tuple[int, Cond, frozenset[str]] | None = None
        for i, t in enumerate(tokens):
            before = tokens[i - 1] if i else ""
            following = tokens[i + 1] if i + 1 < len(tokens) else ""
            if t in _OPENING:
                stack.append((now, callee, index))
                if t == "(" and before in _UNEVALUATED:
                    now, callee = g.NEVER, ""
                elif t == "(" and before and is_identifier(before) and before != m.name and before not in position:
                    callee, index = before, 0
                    now = g.conj(now, self._argument(callee, 0, m))
                else:
                    callee = ""
            elif t in _CLOSING and stack:
                now, callee, index = stack.pop()
                if skipped is not None and skipped[0] > len(stack):
                    skipped = None  # 0 && (a): dead up to the bracket at most
                if t == ")" and tokens[i - 3 : i] == ("if", "(", "0"):
                    skipped = len(stack), now, _STATEMENT_ENDS
                    now = g.NEVER
                elif t == "}" and skipped is not None and skipped[0] == len(stack):
                    now, skipped = skipped[1], None
            elif t in ("&&", "||") and before == ("0" if t == "&&" else "1") and (i < 2 or tokens[i - 2] in _BEGINS):
                if skipped is None:
                    skipped = len(stack), now, _ENDS if t == "&&" else _ENDS - {"||"}
                    now = g.NEVER
            elif t in _ENDS:
                if skipped is not None and skipped[0] == len(stack) and t in skipped[2]:
                    now, skipped = skipped[1], None
                if t == "," and callee and skipped is None:
                    index += 1
                    outer = stack[-1][0] if stack else g.ALWAYS
                    now = g.conj(outer, self._argument(callee, index, m))
            elif t == m.variadic and before == "##" and i > 1 and tokens[i - 2] == ",":
                found[position[t]] = g.disj(found[position[t]], now)  # GNU's , ## args
            elif t in position and before not in ("#", "##", ".", "->") and following != "##":
                found[position[t]] = g.disj(found[position[t]], now)
            elif t in position and (before == "##" or following == "##"):
                found[position[t]] = g.ALWAYS  # pasted: only its expansion says
        return found

    def _argument(self, name: str, index: int, user: MacroDef) -> Cond:
        key = (name, program_of(user.file))
        definitions = self._seen.get(key)
        if definitions is None:
            every = self._table.all(name)
            own = tuple(m for m in every if program_of(m.file) == key[1])
            definitions = self._seen[key] = own or tuple(m for m in every if program_of(m.file) == "kernel")
        alive = self.of(definitions)
        return alive[min(index, len(alive) - 1)] if alive else g.ALWAYS

    def drops(self, name: str) -> bool:
        """Whether some definition of ``name`` may leave an argument unevaluated."""
        return any(self.of((m,)) for m in self._table.all(name))
