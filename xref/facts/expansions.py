# SPDX-License-Identifier: MIT
"""Expands what is invoked inside functions, as far as an argument decides what it does."""

from __future__ import annotations

import re
from functools import partial
from typing import Final

from xref.facts.builder import FunctionBuilder
from xref.facts.members import made_members, part_tag
from xref.facts.model import CallFact
from xref.facts.state import FileState, key_of
from xref.facts.text import Origin, Place, Role, Text
from xref.lex import guard as g
from xref.lex.directives import Directives
from xref.lex.tokens import is_identifier, tokenize
from xref.macros.expand import Expander
from xref.macros.inner import inner_variables, renamed
from xref.macros.nature import NOT_CALLED, Nature
from xref.macros.shapes import split_arguments
from xref.macros.view import MacroView

MAX_EXPANSIONS: Final = 20_000
_CLEANUP: Final = re.compile(r"\b_*cleanup_*\s*\(\s*(\w+)\s*\)")
_SPEAKS: Final = re.compile(r"[A-Za-z_]")
"""What a plain macro's body must have for its expansion to matter: a name."""
_MAX_NESTING: Final = 24
"""Invocations nested deeper than this are left alone: each level scans all the levels inside it again."""
MAX_MADE: Final = 2_500_000
"""How much text the expansions of one file may make, in bytes."""


class Expansions(FileState):
    """Adds the expansion of invocations to what is known of a file."""

    def _view_of(self, holder: FunctionBuilder, line: int) -> MacroView:
        """The macros as they are at a line of a function; what stands in a macro is read where that is used."""
        return self._view if holder.kind == "macro" else self._view.at(line)

    def _opens(self, name: str, args: str, holder: FunctionBuilder, line: int) -> bool:
        """Whether only the expansion of an invocation in ``holder`` says what it does."""
        view = self._view_of(holder, line)
        if view.get(name) is None:
            return False
        if holder.kind != "macro" and view.depends_on_line(name):
            return True
        return bool(args) and self._decides(view, name, args, holder.params)

    def _decides(self, view: MacroView, name: str, args: str, own: frozenset[str]) -> bool:
        """Whether the arguments that stand where ``name`` makes names of them can be names of functions or members.

        Not where they are parameters (``own``) of the macro that holds the invocation: then it is expanded with it.
        """
        definitions = view.candidates(name)
        positions = self._x.natures.structural(definitions)
        if not positions:
            return False
        given = split_arguments(("(", *tokenize(args), ")"), 0)
        last = max(len(d.params or ()) for d in definitions)
        deciding = [arg for k, arg in enumerate(given) if min(k, last) in positions]
        if own:
            naming = self._x.natures.naming(definitions)
            if not own.isdisjoint(t for k, arg in enumerate(given) if min(k, last) in naming for t in arg):
                return False
        if any(_is_name(t) or self._invocable(t) for arg in deciding for t in arg):
            return True
        return any(is_identifier(t) for arg in deciding for t in arg) and bool(self._x.pasting.of(definitions))

    def _invocable(self, token: str) -> bool:
        """Whether a token in capitals is a macro with parameters: WARN_ONCE hands WARN to DO_ONCE_LITE_IF."""
        if token not in self._x.table or token in NOT_CALLED:
            return False
        macro = self._view.get(token)
        return macro is not None and macro.params is not None

    def _expand(self, text: Text, holder: FunctionBuilder, offset: int, at: Place, invocation: str, name: str) -> None:
        """Queues the expansion of an invocation inside ``holder``."""
        origin = text.origin(offset)
        chain = origin.chain if origin is not None and origin.role is Role.IN_FUNCTION else ()
        if chain.count(name) > 2 or len(chain) > 12 or self._made > MAX_MADE:
            return
        if _nesting(invocation) > _MAX_NESTING:
            self._notes["macro invocations nested too deeply: not expanded"] = None
            return
        self._expansions += 1
        if self._expansions > MAX_EXPANSIONS:
            self._notes["too many macro invocations: not all expanded"] = None
            return
        choice = self._choice_at(origin, self._regions.at(offset)[2])
        view = self._view_of(holder, at.line)
        for k in range(min(2, max(1, view.variants(name)))):
            tokens, cut = self._expanded(view, invocation, name, k, at.line)
            self._made += 4 * len(tokens)
            if cut:
                self._notes[f"expansion of {name} cut"] = None
            if not tokens or tokens[0] == name:
                continue
            owner = key_of(holder)
            spelling = " ".join(self._told_apart(tokens, (owner, at.line), invocation))
            if self._made > MAX_MADE:
                self._notes["too much text made by macros: not all expanded"] = None
                return
            for m in _CLEANUP.finditer(spelling):
                holder.calls[CallFact(at.line, at.column, m[1], "", holder.relative(at.guard), name)] = None
            until = self._settled(text, holder, offset) if " = " in spelling else 0
            made = Origin(at, Role.IN_FUNCTION, (*chain, name), owner, choice=choice, until=until)
            self._queue.append((f"void f(void){{{spelling};}}\n", made))

    @staticmethod
    def _choice_at(origin: Origin | None, choice: str) -> str:
        """What types must be like for a call to be one: ``choice`` says it of the text that ``origin`` has made."""
        outer = origin.choice if origin is not None else ""
        return f"{outer} && {choice}" if outer and choice else outer or choice

    def _expanded(self, view: MacroView, invocation: str, name: str, variant: int, line: int) -> tuple[list[str], bool]:
        """The invocation expanded: the macro itself, those that an argument decides, and plain aliases."""
        natures = self._x.natures
        reading = view.reading(variant)
        way = (variant, view.region)
        judged = self._wanted.setdefault(way, {})

        def want(n: str, depth: int) -> bool:
            known = judged.get(n)
            if known is None:
                m = reading[n]
                known = judged[n] = (
                    n not in g.OPTION_TESTS
                    and m is not None
                    and (
                        (_SPEAKS.search(m.body) is not None if m.params is None else bool(natures.structural((m,))))
                        or (view.region > 0 and (n in view.ended or view.depends_on_line(n)))
                    )
                )
            return known or n == name

        return self._templates.expanded(name, invocation, reading, partial(Expander, reading, want, line), way)

    def _make_members(self, code: bytes, directives: Directives) -> None:
        """Queues what macros make inside structs."""
        for k, made in enumerate(made_members(code, self._view, self._x.table, self._x.natures)):
            line, column, cond = directives.place(made.offset)
            origin = Origin(Place(line, column, g.to_text(cond)), Role.MAKER, (made.name,), line_end=line)
            self._member_parts[tag := part_tag(k)] = (directives.line_at(made.record), made.name)
            self._queue.append((f"struct {tag} {{ {made.text} }};\n", origin))

    def _told_apart(self, tokens: list[str], place: tuple[tuple[str, int], int], invocation: str) -> list[str]:
        """The expansion of an invocation with names of its own for the variables that its blocks declare, where others
        on the line have declared such: the first keeps its name, ``__F`` of the next is ``__F__2``.
        """
        names = inner_variables(tokens)
        if not names:
            return tokens
        ordinals = self._inner.setdefault(place, {})
        # another reading of the same invocation, in another arm of an #if or of another definition, declares the same
        start = self._inner_starts.setdefault((place, invocation), dict(ordinals))
        counted = dict(start)

        def name_of(name: str) -> str:
            ordinal = counted[name] = counted.get(name, 0) + 1
            ordinals[name] = max(ordinals.get(name, 0), ordinal)
            return name if ordinal == 1 else f"{name}__{ordinal}"

        return renamed(tokens, names, name_of)

    def _cleanup(self, holder: FunctionBuilder, words: str, m: re.Match[str], at: Place) -> None:
        """``void *p __free(kfree) = ...``: what runs when the variable goes out of scope is called here too."""
        name = m[1]
        if name not in self._x.table or not self._x.natures.of(name) & Nature.ATTRIBUTE:
            return
        closing = words.find(")", m.end())
        spelling = " ".join(Expander(self._view.get).expand_text(words[m.start() : closing + 1]))
        for made in _CLEANUP.finditer(spelling):
            holder.calls[CallFact(at.line, at.column, made[1], "", holder.relative(at.guard), name)] = None


def _nesting(text: str) -> int:
    """How deep the parentheses of a text go."""
    depth = deepest = 0
    for c in text:
        if c == "(":
            depth += 1
            deepest = max(deepest, depth)
        elif c == ")":
            depth -= 1
    return deepest


def _is_name(token: str) -> bool:
    """Whether a token may name a function or a member: an identifier that is not all capitals."""
    return is_identifier(token) and not token.isupper()
