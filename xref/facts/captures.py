# SPDX-License-Identifier: MIT
"""From the captures of the queries to facts: what is read of one text, be it a file's own or what macros made."""

from __future__ import annotations

from bisect import bisect_right
from typing import Final, TypeAlias

from tree_sitter import Node

from xref.facts.builder import FunctionBuilder
from xref.facts.calls import ASSIGNED, IS_MEMBER, NO_ADDRESS, RETURNED
from xref.facts.conditions import Regions
from xref.facts.functions import FunctionReader
from xref.facts.model import AssignFact, RecordFact, ReturnFact
from xref.facts.records import read_record, read_typedefs, record_tag
from xref.facts.state import Owner, Spell, key_of
from xref.facts.text import FileText, Origin, Place, Role, Spelling, Text
from xref.lex.tokens import tokenize
from xref.parse.asm import is_asm
from xref.parse.blocks import LOOP, block_heads

_MAX_CALLEE: Final = 4_000
_MAX_ARGUMENTS: Final = 20_000
"""In bytes. Calls nested in one another each keep their text: without a bound that is quadratic."""
_NEAR: Final = 4
"""So many functions back is looked for the one that holds a byte: where the parser lost its way others lie inside."""
_BRANCHES: Final = frozenset("branch.condition branch.never branch.case branch.body branch.jump".split())
Captures: TypeAlias = dict[str, list[Node]]
Bodies: TypeAlias = dict[int, tuple[str, int]]
"""The offsets at which masked functions begin, and the keys of these."""


class CaptureReader(FunctionReader):
    """Adds whole texts to what is read of a file."""

    def _read(self, text: Text, root: Node, bodies: Bodies) -> None:
        """All facts of one text, whose syntax tree is below ``root``."""
        functions, inner = self._captured(text, root)
        heads = block_heads((captures["definition.function"][0], captures["name"][0]) for captures in functions)
        if heads:
            buffer = bytearray(text.masked)
            for start, end in heads:
                text.iterators[start] = buffer[start:end].decode("latin-1")
                buffer[start:end] = LOOP.ljust(end - start)
            text.masked = bytes(buffer)
            self._read(text, self._x.grammar.parse(text.masked), bodies)
            return
        spelled: Spell = Spelling(text.source).of
        owner = self._owners(text, functions, bodies, spelled)
        if isinstance(text, FileText):
            self._tell_functions()
        for captures in inner:
            if "reference.call" in captures:
                self._dropped_arguments(text, captures)
        self._regions.close()
        for captures in inner:
            if "reference.call" in captures:
                self._called(text, captures, owner, spelled)
            elif "assignment.target" in captures:
                self._assigned(text, captures, owner, spelled)
            elif "return.value" in captures:
                self._returned(text, captures, owner, spelled)
            elif "local" in captures:
                self._local(text, captures, owner, spelled)
            elif "definition.object" in captures:
                self._object(text, captures["definition.object"][0], None, spelled)
            elif "literal.value" in captures:
                node = captures["literal.value"][0]
                decl = spelled(captures["literal.type"][0])
                self._initialiser(text, node, "", decl, owner(node.start_byte), spelled)
            else:
                self._type(text, captures, spelled)
        for at_offset, name in text.iterators.items():
            self._iterator(text, at_offset, name, owner)
        if isinstance(text, FileText) and text.first:
            self._listings(owner)
        for at_offset, name in text.lists.items():
            self._list(text, at_offset, name, owner)
        self._object_macros(text, owner)
        self._sections(text, owner)
        if isinstance(text, FileText) and text.first and root.has_error:
            self._error_bytes += error_bytes(root)

    def _captured(self, text: Text, root: Node) -> tuple[list[Captures], list[Captures]]:
        """The functions below ``root``, and all else but the branches, which become the regions of the text."""
        functions: list[Captures] = []
        inner: list[Captures] = []
        regions = self._regions = Regions(text.source, self._x.tests_among(text.words))
        for captures in self._x.grammar.matches(root):
            if "definition.function" in captures:
                functions.append(captures)
            elif _BRANCHES.isdisjoint(captures):
                inner.append(captures)
            elif "branch.loop" in captures and captures["branch.loop"][0].start_byte in text.iterators:
                regions.branch({"branch.body": captures["branch.then"]})
            else:
                regions.branch(captures)
        return functions, inner

    def _owners(self, text: Text, functions: list[Captures], bodies: Bodies, spelled: Spell) -> Owner:
        """Reads the functions; tells which of them holds a byte."""
        spans: list[tuple[int, int, FunctionBuilder]] = []
        for captures in functions:
            builder = self._function(text, captures, bodies, spelled)
            if builder is not None:
                node = captures["definition.function"][0]
                spans.append((node.start_byte, node.end_byte, builder))
        spans.sort(key=lambda s: s[0])
        starts = [s[0] for s in spans]

        def owner(offset: int) -> FunctionBuilder | None:
            i = bisect_right(starts, offset) - 1
            for k in range(i, max(-1, i - _NEAR), -1):
                if spans[k][1] > offset:
                    return spans[k][2]
            return None

        return owner

    def _called(self, text: Text, captures: Captures, owner: Owner, spelled: Spell) -> None:
        call, args = captures["reference.call"][0], captures["arguments"][0]
        start, end = call.start_byte, call.end_byte
        holder = owner(start)
        if is_asm(text.masked, text.source, start, end):
            return
        if end - start > _MAX_CALLEE or args.end_byte - args.start_byte > _MAX_ARGUMENTS:
            self._notes["a call too long to be read"] = None
        elif holder is not None:
            self._call(text, holder, call, spelled(args)[1:-1].strip(), spelled)

    def _assigned(self, text: Text, captures: Captures, owner: Owner, spelled: Spell) -> None:
        node, assigned = captures["assignment.target"][0], captures["assignment.value"][0]
        if assigned.type not in ASSIGNED:
            return
        holder = owner(node.start_byte)
        value = spelled(assigned)
        if holder is not None and NO_ADDRESS.fullmatch(value) is None:
            at, chain = self._placed(text, node.start_byte)
            target = self._written_to(node, holder, at.line, spelled)
            until = self._settled(text, holder, node.start_byte) if IS_MEMBER.search(target) is not None else 0
            fact = AssignFact(at.line, at.column, target, value, holder.relative(at.guard), chain, until)
            holder.assigns[fact] = None

    def _returned(self, text: Text, captures: Captures, owner: Owner, spelled: Spell) -> None:
        node = captures["return.value"][0]
        if node.type not in RETURNED:
            return
        holder = owner(node.start_byte)
        value = spelled(node)
        if holder is not None and NO_ADDRESS.fullmatch(value) is None:
            holder.returns[ReturnFact(text.place(node.start_byte).line, value)] = None

    def _type(self, text: Text, captures: Captures, spelled: Spell) -> None:
        """A record or a typedef."""

        def tag(node: Node) -> str:
            return record_tag(node, spelled, text.mark, self._salt)

        if "definition.record" in captures:
            node = captures["definition.record"][0]
            record = read_record(node, spelled, text.place, tag)
            if record is not None:
                end = text.place(node.end_byte).line
                if not record.open and any(record.line < i < end for i in self._include_lines):
                    record = RecordFact(record.tag, record.kind, record.line, record.guard, True, record.fields)
                self._records[record] = None
        elif "definition.typedef" in captures:
            for typedef in read_typedefs(captures["definition.typedef"][0], spelled, text.place, tag):
                self._typedefs[typedef] = None

    def _listings(self, owner: Owner) -> None:
        """Queues what listings make that are included inside functions."""
        for part in self._listed_inside:
            holder = owner(part.offset)
            if holder is not None:
                at = Place(part.line, 0, part.guard)
                origin = Origin(at, Role.IN_FUNCTION, (part.name,), key_of(holder))
                tokens = self._told_apart(tokenize(part.text), (key_of(holder), part.line), part.text)
                self._queue.append((f"void f(void){{{' '.join(tokens)};}}\n", origin))


def error_bytes(root: Node) -> int:
    """How many bytes lie in top-level error nodes."""
    total = 0
    todo = [root]
    while todo:
        node = todo.pop()
        for child in node.children:
            if child.type == "ERROR":
                total += child.end_byte - child.start_byte
            elif child.has_error and child.child_count < 2000:
                todo.append(child)
    return total
