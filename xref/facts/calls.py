# SPDX-License-Identifier: MIT
"""Reads calls: those that the source spells, iterators, what macros store, and macros without parameters that call."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Final

from tree_sitter import Node

from xref.facts.builder import FunctionBuilder
from xref.facts.data import DataReader
from xref.facts.expansions import MAX_MADE
from xref.facts.model import AssignFact, CallFact
from xref.facts.state import Owner, Spell
from xref.facts.text import Origin, Place, Role, Text
from xref.lex import guard as g
from xref.macros.asking import CHOOSER
from xref.macros.expand import Expander
from xref.macros.nature import NOT_CALLED
from xref.parse.cexpr import parse_args
from xref.parse.ctype import WORD, looks_like_type
from xref.parse.parens import matching_paren
from xref.parse.words import find_word

NO_ADDRESS: Final = re.compile(r"NULL|true|false|[A-Z_][A-Z0-9_]*")
"""What holds no function's address: a constant, by its spelling."""
IS_MEMBER: Final = re.compile(r"->|\.")
RETURNED: Final = frozenset(
    "identifier field_expression subscript_expression pointer_expression call_expression cast_expression "
    "conditional_expression parenthesized_expression compound_literal_expression".split()
)
"""The kinds of values that can carry an address: arithmetic, numbers and strings can hold no function and no object."""
ASSIGNED: Final = RETURNED | {"assignment_expression"}
_IDENTIFIER: Final = re.compile(r"[A-Za-z_$][\w$]*")
_HEAD: Final = re.compile(r"(?<![A-Za-z_$])([A-Za-z_$][\w$]*+)\s*+\(")
_CASTS: Final = re.compile(r"(?:\(\s*[A-Za-z_]\w*(?:\s+[A-Za-z_]\w*)*\s*\)\s*)+")
_STATEMENT: Final = re.compile(r"(?:if|for|while|do)\b")
_ACCESS: Final = re.compile(r"[^=;{}?]*(?:->|\.)\s*[A-Za-z_]\w*(?:\s*\[[^][]*\])*")
"""The spelling of a member, or of an element of one."""
_PASTE: Final = "__PASTED__"
_CHOOSER: Final = CHOOSER.encode()


def _is_cast(callee: str) -> bool:
    """Whether it is a cast of something in parentheses, ``(u32)(x)``, that looks like a call; or of a cast of it:
    ``(__psunsigned_t)(unsigned)(x)``. No function has a name of two words: ``(__u16 __force)(x)``.
    """
    if callee[0] != "(" or _CASTS.fullmatch(callee) is None:
        return False
    words = callee[callee.rindex("(") + 1 : -1].split()
    return len(words) > 1 or words[0] in WORD or looks_like_type(words[0])


class CallReader(DataReader):
    """Adds calls to what is read of a file."""

    def _dropped_arguments(self, text: Text, captures: dict[str, list[Node]]) -> None:
        """Notes which arguments of a macro are evaluated only under some configuration, or never."""
        call = captures["reference.call"][0]
        if call.type != "identifier":
            return
        raw = text.source[call.start_byte : call.end_byte]
        if raw == _CHOOSER:
            self._regions.chosen(captures["arguments"][0])
        if not self._x.drops(raw):
            return
        alive = self._x.liveness.of(self._view.candidates(raw.decode("latin-1")))
        if alive:
            for k, argument in enumerate(captures["arguments"][0].named_children):
                guard = self._x.table.known.simplified(alive[min(k, len(alive) - 1)])
                if guard is not g.ALWAYS:
                    self._regions.add(argument.start_byte, argument.end_byte, guard)

    def _call(self, text: Text, holder: FunctionBuilder, node: Node, args: str, spelled: Spell) -> None:
        """A call of ``node``."""
        offset, callee = node.start_byte, spelled(node)
        at, chain = self._placed(text, offset)
        if holder.params:
            head = _IDENTIFIER.match(callee)
            if callee in holder.params or (head and _PASTE in callee) or callee.rpartition(">")[2] in holder.params:
                return  # the argument decides: the call is made where the macro is used
        if holder.kind == "macro" and _PASTE in callee:
            return
        if callee in NOT_CALLED or _is_cast(callee):
            return
        condition, implied, choice = self._regions.at(offset)
        if chain:
            condition = ""  # a branch of the macro's own, which nobody finds in the source
        choice = self._choice_at(text.origin(offset), choice)
        if implied is g.NEVER:
            return  # while (0 && (c)): nothing is evaluated
        if implied is not g.ALWAYS:
            at = Place(at.line, at.column, g.to_text(g.conj(g.from_text(at.guard), implied)))
            if at.guard == "0":
                return
        macro_name = callee if callee in self._x.table else ""
        if not macro_name and callee.endswith(")"):
            head = _HEAD.match(callee)
            view = self._view_of(holder, at.line)
            if head is not None and head[1] in self._x.table and view.get(head[1]) is not None:
                # CLASS(fd, f)(fd), static_call(key)(args): the whole is one thing
                if holder.params.isdisjoint(_IDENTIFIER.findall(callee)):
                    self._expand(text, holder, offset, at, f"{callee}({args})", head[1])
                return
        if macro_name and self._begins_statement(macro_name, holder, at.line):
            self._expand(text, holder, offset, at, f"{callee}({args})", macro_name)
            return
        guard = holder.relative(at.guard)
        holder.calls[CallFact(at.line, at.column, callee, args, guard, chain, condition, choice)] = None
        if macro_name:
            self._stored(macro_name, args, at, chain, holder, partial(self._settled, text, holder, offset))
            call = node.parent if self._makes_list(macro_name, at.line) else None
            if call is not None and self._made_list(text, call, holder, spelled):
                return
            if self._opens(macro_name, args, holder, at.line):
                self._expand(text, holder, offset, at, f"{callee}({args})", macro_name)

    def _begins_statement(self, name: str, holder: FunctionBuilder, line: int) -> bool:
        """Whether a macro without parameters holds more than the name in front of these arguments:
        ``#define dprintk if (debug) printk``.
        """
        candidates = self._view_of(holder, line).candidates(name)
        return any(m.params is None and _STATEMENT.match(m.body) is not None for m in candidates)

    def _stored(
        self, macro: str, args: str, at: Place, chain: str, holder: FunctionBuilder, settled: Callable[[], int]
    ) -> None:
        """What a macro stores is assigned here: ``WRITE_ONCE(sk->sk_prot, p)``. ``settled``: see :meth:`_settled`."""
        stores = self._x.stores.of(macro) if holder.kind != "macro" else ()
        if not stores:
            return
        given = parse_args(args)
        for store in stores:
            if max(store.target, store.value) >= len(given) or NO_ADDRESS.fullmatch(given[store.value]) is not None:
                continue
            target = given[store.target]
            if store.deref:
                target = target[1:].lstrip() if target.startswith("&") else f"*{target}"
            until = settled() if IS_MEMBER.search(target) is not None else 0
            guard = holder.relative(at.guard)
            fact = AssignFact(at.line, at.column, target, given[store.value], guard, chain or macro, until)
            holder.assigns[fact] = None

    def _written_to(self, node: Node, holder: FunctionBuilder, line: int, spelled: Spell) -> str:
        """The target of an assignment, opened where a macro stands for it: ``handler_of(dev) = f`` writes the member
        that ``#define handler_of(dev) ((dev)->ops.handler)`` names.
        """
        target = spelled(node)
        head = _HEAD.match(target) if node.type == "call_expression" and holder.kind != "macro" else None
        if head is None or head[1] not in self._x.table:
            return target
        opened = " ".join(Expander(self._view_of(holder, line).get).expand_text(target))
        while opened[:1] == "(" and matching_paren(opened.encode("latin-1", "replace"), 0) == len(opened):
            opened = opened[1:-1].strip()
        return opened if _ACCESS.fullmatch(opened) is not None else target

    def _iterator(self, text: Text, offset: int, name: str, owner: Owner) -> None:
        """The invocation of an iterator macro, which the parser saw as a loop."""
        holder = owner(offset)
        if holder is None:
            return
        opening = text.source.find(b"(", offset)
        closing = matching_paren(text.source, opening)
        if closing < 0:
            return
        args = " ".join(text.source[opening + 1 : closing - 1].decode("latin-1").split())
        at, chain = self._placed(text, offset)
        condition, implied, choice = self._regions.at(offset)
        if implied is g.NEVER:
            return
        choice, guard = self._choice_at(text.origin(offset), choice), holder.relative(at.guard)
        holder.calls[CallFact(at.line, at.column, name, args, guard, chain, condition, choice)] = None
        if self._opens(name, args, holder, at.line):
            self._expand(text, holder, offset, at, f"{name}({args})", name)

    def _list(self, text: Text, offset: int, name: str, owner: Owner) -> None:
        """An object-like macro that stood alone: the statements, or definitions, that it holds."""
        holder = owner(offset)
        at = text.place(offset)
        if holder is not None:
            self._expand(text, holder, offset, at, name, name)
            return
        origin = text.origin(offset)
        chain = origin.chain if origin is not None else ()
        if name not in chain and len(chain) < 8:
            tokens, _ = self._expanded(self._view.at(at.line), name, name, 0, at.line)
            self._made += 4 * len(tokens)
            if self._made <= MAX_MADE:
                self._queue.append((" ".join(tokens) + ";\n", Origin(at, Role.MAKER, (*chain, name), line_end=at.line)))

    def _object_macros(self, text: Text, owner: Owner) -> None:
        """Object-like macros that call: ``current`` is ``get_current()``."""
        code = text.masked
        for raw in self._x.callers_among(text.words):
            name = raw.decode("latin-1")
            macro = self._view.get(name)
            if macro is None or macro.params is not None:
                continue
            at = find_word(code, raw, 0)
            while at >= 0:
                holder = owner(at)
                if holder is not None and name not in holder.params:
                    implied = self._regions.at(at)[1]
                    if implied is not g.NEVER:
                        self._expand(text, holder, at, text.place(at), name, name)
                at = find_word(code, raw, at + len(raw))
