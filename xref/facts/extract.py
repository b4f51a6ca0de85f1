# SPDX-License-Identifier: MIT
"""Bytes of a file in, facts of that file out: a pure function of them and of the tree's macros.

The file's own text is parsed first; whatever its macros make (definitions at file scope, calls and assignments inside
functions, initialisers) is expanded, parsed and read by the very same code, in rounds, until nothing new is made.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Final

from tree_sitter import Node

from xref.facts.builder import FunctionBuilder
from xref.facts.calls import ASSIGNED, NO_ADDRESS, RETURNED, CallReader
from xref.facts.conditions import Regions
from xref.facts.listings import Listings, opened_records
from xref.facts.makers import Makers, macro_body
from xref.facts.members import with_parts
from xref.facts.model import (
    AssignFact,
    CallFact,
    FileFacts,
    RecordFact,
    ReturnFact,
)
from xref.facts.records import read_record, read_typedefs, record_tag
from xref.facts.state import Context, Spell, key_of
from xref.facts.text import FileText, Origin, Place, Role, Spelling, Synthesis, SyntheticText, Text, batches
from xref.lex.comments import BLANK, blank_comments
from xref.lex.directives import Directives, blank_directives, has_code, scan
from xref.lex.model import MacroDef
from xref.lex.packed import packed
from xref.lex.tokens import tokenize
from xref.macros.expand import Expander
from xref.macros.nature import NOT_CALLED
from xref.macros.passes import Environment, passes
from xref.parse.arms import blank_dead, variants
from xref.parse.asm import is_asm
from xref.parse.blocks import LOOP, block_heads
from xref.parse.mask import words_of
from xref.parse.rescue import with_members_opened, without_brace_arguments
from xref.parse.trouble import cause_of

MAX_ROUNDS: Final = 6
_IDENTIFIER: Final = re.compile(r"[A-Za-z_$][\w$]*")
_NAME: Final = re.compile(r"(?<![\w.>])(?<!> )(?<!\. )[A-Za-z_]\w*")
_LITERAL: Final = re.compile(r'"(?:\\.|[^"\\])*"')
_HEAD: Final = re.compile(r"(?<![A-Za-z_$])([A-Za-z_$][\w$]*+)\s*+\(")
_WEAK: Final = re.compile(r"\b(?:__weak|weak|__weak__)\b")
_OPERATOR: Final = re.compile(r"[-+*/%<>=!&|^~]+")
_ENDED: Final = re.compile(rb"\s*;")
_MAX_CALLEE: Final = 4_000
_MAX_ARGUMENTS: Final = 20_000
"""In bytes. Calls nested in one another each keep their text: without a bound that is quadratic."""


class Extractor(Context):
    """Extracts facts under one table of macros; one a process."""

    def extract(self, path: str, source: bytes) -> FileFacts:
        """The facts of the C file ``path`` with the content ``source``; never raises for any content."""
        return _FileExtraction(self, path).run(source)


class _FileExtraction(CallReader):
    """The extraction of one file."""

    def run(self, raw: bytes) -> FileFacts:
        """All rounds."""
        source = blank_comments(raw)
        directives = scan(source.decode("latin-1"), self._path)
        if not has_code(source) and not any(m.params is not None for m in directives.macros):
            return FileFacts(self._path, macros=kept_macros(directives.macros), includes=directives.includes)
        self._include_lines = tuple(i.line for i in directives.includes)
        code, directives = packed(blank_dead(blank_directives(source), directives), directives)
        trailing = self._trailing_include(code, directives)
        later: list[Environment] = []
        if trailing:
            later = passes(self._x.table, self._path, trailing)
            self._view = self._x.table.view(self._path, trailing)
        self._view.divide(directives.macros)
        code = self._listed(code, directives)
        self._make_members(code, directives)
        makers = Makers(self._x.table, self._view, self._x.natures, self._x.masker, later)
        found = makers.find(code, FileText(code, code, {}, directives, True))
        for text, origin in found.parts:
            self._queue.append((text, origin))
        for builder in found.functions:
            self._functions[builder.name, builder.line] = builder
        self._object_types, self._object_declarators = found.types, found.declarators
        if found.cut:
            self._notes["too much text made by further readings of the file"] = None
        self._exports.update(dict.fromkeys(found.exports))
        masked = self._x.masker.mask(found.code, self._view)
        for i, variant in enumerate(variants(masked.text, directives)):
            root = self._x.grammar.parse(variant)
            for rescue in (without_brace_arguments, with_members_opened) if root.has_error else ():
                if root.has_error and (other := rescue(variant)) != variant:
                    again = self._x.grammar.parse(other)
                    if (again.type == "ERROR", _error_bytes(again)) < (root.type == "ERROR", _error_bytes(root)):
                        variant, root = other, again
            whole = FileText(variant, found.code, masked.iterators, directives, i == 0)
            whole.statics, whole.lists, whole.words = masked.statics, masked.lists, masked.words
            self._read(whole, root, found.bodies)
        for macro in directives.macros:
            self._macro(macro)
        self._rounds()
        self._join_aliases()
        return FileFacts(
            self._path,
            tuple(b.build() for b in self._functions.values()),
            tuple(with_parts(self._records, self._member_parts)),
            tuple(self._typedefs),
            tuple(self._objects),
            tuple(self._registrations),
            kept_macros(directives.macros),
            directives.includes,
            tuple(self._exports),
            self._error_bytes,
            tuple(self._notes),
        )

    def _trailing_include(self, code: bytes, directives: Directives) -> int:
        """The line of the first ``#include`` that reads the file again, or stands behind all its code (directives
        blanked); 0 for none.
        """
        if not directives.includes:
            return 0
        graph = self._x.table.graph
        if self._path.endswith(".h"):
            for inc in directives.includes:
                target = graph.resolve(self._path, inc) if inc.path else None
                # not what includes such a header in its turn: include/linux/module.h of 3.7 has <trace/events/module.h>
                if target is not None and graph.computes(target):
                    return inc.line
        last = directives.line_at(len(code.rstrip()))
        return next((i.line for i in directives.includes if i.line > last), 0) if last > 1 else 0

    def _listed(self, code: bytes, directives: Directives) -> bytes:
        """Queues what included listings make, and records of which macros hold a part; ``code`` without the constructs
        that are read with that in.
        """
        table = self._x.table
        parts = list(opened_records(code, directives, self._view))
        if table.listings and directives.includes:
            graph = table.graph
            listings = Listings(table.listings, self._view, self._x.natures)
            parts += listings.find(code, directives, lambda inc: graph.resolve(self._path, inc) or inc.path)
        buffer = bytearray(code)
        for part in parts:
            if part.function:
                self._listed_inside.append(part)
                continue
            at = Place(part.line, 0, part.guard)
            chain = (part.name,) if part.name else ()
            self._queue.append((part.text, Origin(at, Role.MAKER, chain, line_end=part.line)))
            if part.end:
                buffer[part.start : part.end] = code[part.start : part.end].translate(BLANK)
        return bytes(buffer)

    def _rounds(self) -> None:
        for _ in range(MAX_ROUNDS):
            if not self._queue:
                return
            parts, self._queue = self._queue, []
            for batch in batches(parts):
                self._read_made(batch)
        if self._queue:
            self._notes["expansion cut after too many rounds"] = None
            self._queue = []

    def _read_made(self, parts: list[tuple[str, Origin]]) -> None:
        """Reads what macros made in one text; in smaller ones where the parser lost its way, for one part that is no C
        can cost the functions of all the others.
        """
        made = Synthesis()
        for part, origin in parts:
            made.add(part, origin)
        source = made.bytes()
        masked = self._x.masker.mask(source, self._view)
        root = self._x.grammar.parse(masked.text)
        if len(parts) > 1 and (root.type == "ERROR" or any(child.type == "ERROR" for child in root.children)):
            middle = len(parts) // 2
            self._read_made(parts[:middle])
            self._read_made(parts[middle:])
            return
        text = SyntheticText(masked.text, source, masked.iterators, made)
        text.lists, text.words = masked.lists, masked.words
        self._read(text, root, {})

    # -- reading one text ---------------------------------------------------------------------------------------------

    def _read(self, text: Text, root: Node, bodies: dict[int, tuple[str, int]]) -> None:
        """All facts of one text, whose syntax tree is below ``root``. ``bodies`` maps the offset at which a masked
        function begins to its key.
        """
        source = text.source
        spelled: Spell = Spelling(source).of

        def tag(node: Node) -> str:
            return record_tag(node, spelled, text.mark, self._salt)

        functions: list[dict[str, list[Node]]] = []
        inner: list[dict[str, list[Node]]] = []
        regions = self._regions = Regions(source, self._x.tests_among(text.words))
        for captures in self._x.grammar.matches(root):
            if "definition.function" in captures:
                functions.append(captures)
            elif "branch.condition" in captures or "branch.never" in captures or "branch.case" in captures:
                if "branch.loop" not in captures or captures["branch.loop"][0].start_byte not in text.iterators:
                    regions.branch(captures)
            else:
                inner.append(captures)
        heads = block_heads((captures["definition.function"][0], captures["name"][0]) for captures in functions)
        if heads:
            buffer = bytearray(text.masked)
            for start, end in heads:
                text.iterators[start] = buffer[start:end].decode("latin-1")
                buffer[start:end] = LOOP.ljust(end - start)
            text.masked = bytes(buffer)
            self._read(text, self._x.grammar.parse(text.masked), bodies)
            return
        spans: list[tuple[int, int, FunctionBuilder]] = []
        for captures in functions:
            builder = self._function(text, captures, bodies, spelled)
            if builder is not None:
                node = captures["definition.function"][0]
                spans.append((node.start_byte, node.end_byte, builder))
        spans.sort(key=lambda s: s[0])
        starts = [s[0] for s in spans]
        if isinstance(text, FileText):
            self._tell_functions()
        for captures in inner:
            if "reference.call" in captures:
                self._dropped_arguments(text, captures)
        regions.close()

        def owner(offset: int) -> FunctionBuilder | None:
            i = bisect_right(starts, offset) - 1
            for k in range(i, max(-1, i - 4), -1):
                if spans[k][1] > offset:
                    return spans[k][2]
            return None

        for captures in inner:
            if "reference.call" in captures:
                call = captures["reference.call"][0]
                args = captures["arguments"][0]
                start, end = call.start_byte, call.end_byte
                holder = owner(start)
                if is_asm(text.masked, source, start, end):
                    continue
                if end - start > _MAX_CALLEE or args.end_byte - args.start_byte > _MAX_ARGUMENTS:
                    self._notes["a call too long to be read"] = None
                elif holder is not None:
                    self._call(text, holder, call, spelled(args)[1:-1].strip(), spelled)
            elif "assignment.target" in captures:
                node, assigned = captures["assignment.target"][0], captures["assignment.value"][0]
                if assigned.type not in ASSIGNED:
                    continue
                holder = owner(node.start_byte)
                value = spelled(assigned)
                if holder is not None and NO_ADDRESS.fullmatch(value) is None:
                    at, chain = self._placed(text, node.start_byte)
                    target = self._written_to(node, holder, at.line, spelled)
                    fact = AssignFact(at.line, at.column, target, value, holder.relative(at.guard), chain)
                    holder.assigns[fact] = None
            elif "return.value" in captures:
                node = captures["return.value"][0]
                if node.type not in RETURNED:
                    continue
                holder = owner(node.start_byte)
                value = spelled(node)
                if holder is not None and NO_ADDRESS.fullmatch(value) is None:
                    holder.returns[ReturnFact(text.place(node.start_byte).line, value)] = None
            elif "local" in captures:
                self._local(text, captures, owner, spelled)
            elif "definition.record" in captures:
                record = read_record(captures["definition.record"][0], spelled, text.place, tag)
                if record is not None:
                    end = text.place(captures["definition.record"][0].end_byte).line
                    if not record.open and any(record.line < i < end for i in self._include_lines):
                        record = RecordFact(record.tag, record.kind, record.line, record.guard, True, record.fields)
                    self._records[record] = None
            elif "definition.typedef" in captures:
                for typedef in read_typedefs(captures["definition.typedef"][0], spelled, text.place, tag):
                    self._typedefs[typedef] = None
            elif "definition.object" in captures:
                self._object(text, captures["definition.object"][0], None, spelled)
            elif "literal.value" in captures:
                node = captures["literal.value"][0]
                holder = owner(node.start_byte)
                decl = spelled(captures["literal.type"][0])
                self._initialiser(text, node, "", decl, holder, spelled)
        for at_offset, name in text.iterators.items():
            self._iterator(text, at_offset, name, owner)
        if isinstance(text, FileText) and text.first:
            for part in self._listed_inside:
                holder = owner(part.offset)
                if holder is not None:
                    at = Place(part.line, 0, part.guard)
                    origin = Origin(at, Role.IN_FUNCTION, (part.name,), key_of(holder))
                    tokens = self._told_apart(tokenize(part.text), (key_of(holder), part.line), part.text)
                    self._queue.append((f"void f(void){{{' '.join(tokens)};}}\n", origin))
        for at_offset, name in text.lists.items():
            self._list(text, at_offset, name, owner)
        self._object_macros(text, owner)
        self._sections(text, owner)
        if isinstance(text, FileText):
            if text.first and root.has_error:
                self._error_bytes += _error_bytes(root)

    # -- functions ----------------------------------------------------------------------------------------------------

    def _function(
        self, text: Text, captures: dict[str, list[Node]], bodies: dict[int, tuple[str, int]], spelled: Spell
    ) -> FunctionBuilder | None:
        node = captures["definition.function"][0]
        body = captures["body"][0]
        start = node.start_byte
        origin = text.origin(start)
        if origin is not None and origin.role is not Role.MAKER:
            builder = self._functions.get(origin.owner) if origin.owner is not None else None
            if builder is not None and origin.role is Role.MACRO_BODY:
                self._note_trouble(builder, text, node)
            return builder
        at = text.place(start)
        made = bodies.get(start)
        if made is not None:
            builder = self._functions.get(made)
            if builder is not None:
                builder.end_line = max(builder.end_line, text.place(node.end_byte).line)
                self._note_trouble(builder, text, node)
            return builder
        declarator = captures["name"][0]
        name, name_at = self._name(text, declarator)
        if not name or (declarator.type == "parenthesized_declarator" and _ENDED.match(text.source, node.end_byte)):
            return None  # DECLARE_RC_STRUCT(dso) { ... }; of tools/perf/util/dso.h holds members
        header = " ".join(text.source[start : body.start_byte].decode("latin-1").split())
        masked_header = text.masked[start : body.start_byte]
        linkage = "static" if b"static" in masked_header.split(b"(", 1)[0].split() else "extern"
        if any(at < name_at and not text.masked[at:start].strip() for at in text.statics):
            linkage = "static"
        if "weak" in header and _WEAK.search(header):
            linkage = "weak"
        if origin is None:
            line_at = text.place(name_at)
            line, column, end_line = line_at.line, line_at.column, text.place(node.end_byte).line
            made_by = ""
        else:
            line, column, end_line = at.line, at.column, max(at.line, origin.line_end)
            made_by = origin.chain[0] if origin.chain else ""
        key = (name, line)
        builder = self._functions.get(key)
        if builder is None:
            builder = FunctionBuilder(name, line, column, end_line, "function", linkage, at.guard, header)
            builder.made_by = made_by
            self._functions[key] = builder
            if origin is not None and origin.alias_of is not None:
                builder.aliases[_ALIAS_MARK + origin.alias_of[0]] = None
        self._note_trouble(builder, text, node)
        return builder

    def _note_trouble(self, builder: FunctionBuilder, text: Text, node: Node) -> None:
        if not builder.trouble:
            builder.trouble = cause_of(
                node, text.source, lambda name: name not in NOT_CALLED and self._view.get(name) is not None
            )

    def _name(self, text: Text, declarator: Node) -> tuple[str, int]:
        """The name a function's declarator declares, and the offset it stands at."""
        node: Node | None = declarator
        while node is not None and node.type not in ("identifier", "field_identifier", "type_identifier"):
            inner = node.child_by_field_name("declarator")
            if inner is None:
                inner = next(iter(node.named_children), None)
            if (
                node.type == "function_declarator"
                and inner is not None
                and inner.type == "function_declarator"
                and inner.named_children
                and inner.named_children[0].type == "identifier"
            ):
                # FNAME(walk_addr)(struct guest_walker *walker, ...)   arch/x86/kvm/mmu/paging_tmpl.h
                spelling = text.source[inner.start_byte : inner.end_byte].decode("latin-1")
                tokens = Expander(self._view.get).expand_text(spelling)
                if len(tokens) == 1:
                    return tokens[0], inner.start_byte
            node = inner
        if node is None:
            return "", 0
        return text.source[node.start_byte : node.end_byte].decode("latin-1"), node.start_byte

    def _macro(self, macro: MacroDef) -> None:
        """A function-like macro is a node, and its body is read as its own facts."""
        if macro.params is None:
            return
        key = (macro.name, -macro.line)
        if key in self._functions:
            return
        rest = "..." if macro.variadic == "__VA_ARGS__" else f"{macro.variadic}..."
        params = ", ".join([*macro.params, *([rest] if macro.variadic else [])])
        builder = FunctionBuilder(
            macro.name, macro.line, 0, macro.end_line, "macro", "macro", macro.guard, f"#define {macro.name}({params})"
        )
        builder.params = frozenset([*macro.params, *([macro.variadic] if macro.variadic else [])])
        self._functions[key] = builder
        if not self._calls(macro, builder.params):
            return
        at = Place(macro.body_line, 0, macro.guard)
        origin = Origin(at, Role.MACRO_BODY, (), key, builder.params)
        text = macro_body(macro.body)
        if text is not None:
            self._queue.append((text, origin))
            return
        for m in _HEAD.finditer(macro.body):  # brackets do not match: only the names that are called can be had
            if m[1] not in builder.params and m[1] not in NOT_CALLED:
                builder.calls[CallFact(macro.line, 0, m[1], "", "", "")] = None

    def _calls(self, macro: MacroDef, params: frozenset[str]) -> bool:
        """Whether the body of a function-like macro may call anything."""
        body = macro.body
        if any(m[1] not in NOT_CALLED and m[1] not in params for m in _HEAD.finditer(body)):
            return True
        return ")(" in body or ") (" in body or bool(self._x.callers_among(words_of(body.encode("latin-1", "replace"))))

    # -- aliases ------------------------------------------------------------------------------------------------------

    def _join_aliases(self) -> None:
        """Wrappers that one invocation makes around the body behind it are names of that body: ``__x64_sys_send`` calls
        ``__se_sys_send`` calls ``__do_sys_send``.
        """
        wrappers: dict[tuple[str, int], list[FunctionBuilder]] = {}
        for builder in self._functions.values():
            for mark in [a for a in builder.aliases if a.startswith(_ALIAS_MARK)]:
                del builder.aliases[mark]
                wrappers.setdefault((mark[len(_ALIAS_MARK) :], builder.line), []).append(builder)
        for key, made in wrappers.items():
            target = self._functions.get(key)
            if target is not None:
                self._join_wrappers(target, [builder for builder in made if builder is not target])
        claimed: dict[str, str] = {b.name: b.name for b in self._functions.values()}
        for builder in self._functions.values():
            # SYSCALL32_DEFINE6(fanotify_mark, ...) is SYSCALL_DEFINE6 where there is no CONFIG_COMPAT: not one more
            # name for this function, but for the other one
            for alias in [a for a in builder.aliases if claimed.setdefault(a, builder.name) != builder.name]:
                del builder.aliases[alias]

    def _join_wrappers(self, target: FunctionBuilder, made: list[FunctionBuilder]) -> None:
        """Those of ``made`` that call ``target``, hand it over, or lead to it by one another. What else the invocation
        makes stays a function: SYSCALL_METADATA of RHEL 6 makes init_enter__send() and five more.
        """
        wrapped = {target.name, *target.aliases}
        left = made
        while found := [b for b in left if any(not wrapped.isdisjoint(_names_in(c)) for c in b.calls)]:
            left = [b for b in left if b not in found]
            wrapped.update(b.name for b in found)
        for builder in (b for b in made if b not in left):
            target.aliases[builder.name] = None
            target.calls.update((c, None) for c in builder.calls if c.callee not in wrapped)
            self._functions.pop((builder.name, builder.line), None)


_ALIAS_MARK: Final = "\0"


def _names_in(call: CallFact) -> list[str]:
    """The names in a call's callee and arguments, members and literals aside."""
    return _NAME.findall(_LITERAL.sub("", f"{call.callee} {call.arguments}"))


def kept_macros(macros: tuple[MacroDef, ...]) -> tuple[MacroDef, ...]:
    """The macros that can matter elsewhere: those with parameters, aliases (their body has a name in it), operators
    (``__cmp_op_max`` is ``>``), and empty ones (attributes that are off).
    """
    return tuple(
        m
        for m in macros
        if m.params is not None
        or not m.body
        or "," in m.body
        or _IDENTIFIER.search(m.body) is not None
        or _OPERATOR.fullmatch(m.body) is not None
    )


def _error_bytes(root: Node) -> int:
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
