# SPDX-License-Identifier: MIT
"""Bytes of a file in, facts of that file out: a pure function of them and of the tree's macros.

The file's own text is parsed first; whatever its macros make (definitions at file scope, calls and assignments inside
functions, initialisers) is expanded, parsed and read by the very same code, in rounds, until nothing new is made.
"""

from __future__ import annotations

import re
import zlib
from bisect import bisect_right
from collections.abc import Callable
from typing import Final

from tree_sitter import Node

from xref.facts.builder import FunctionBuilder
from xref.facts.conditions import Regions
from xref.facts.initialisers import Element, can_hold_address, walk
from xref.facts.listings import Listed, Listings
from xref.facts.makers import Makers, macro_body
from xref.facts.model import (
    AssignFact,
    CallFact,
    FileFacts,
    LocalFact,
    ObjectFact,
    RecordFact,
    RegistrationFact,
    ReturnFact,
    TypedefFact,
)
from xref.facts.records import declared_name, read_record, read_typedefs, record_tag, type_text
from xref.facts.text import FileText, Origin, Place, Role, Synthesis, SyntheticText, Text
from xref.lex import guard as g
from xref.lex.comments import BLANK, blank_comments
from xref.lex.directives import Directives, MacroDef, blank_directives, has_code, scan
from xref.lex.tokens import is_identifier, tokenize
from xref.macros.expand import Expander
from xref.macros.liveness import Liveness
from xref.macros.nature import NOT_CALLED, Nature, Natures, skip_brackets, split_arguments
from xref.macros.passes import Environment, passes
from xref.macros.table import MacroTable, MacroView
from xref.macros.template import Template
from xref.parse.arms import blank_dead, variants
from xref.parse.mask import Masker, find_word
from xref.parse.parens import matching_paren
from xref.parse.queries import Grammar

_Spell = Callable[[Node], str]
_Owner = Callable[[int], FunctionBuilder | None]
MAX_ROUNDS: Final = 6
MAX_EXPANSIONS: Final = 20_000
_IDENTIFIER: Final = re.compile(r"[A-Za-z_$][\w$]*")
_WORD: Final = re.compile(rb"[A-Za-z_]\w*")
_HEAD: Final = re.compile(r"([A-Za-z_$][\w$]*)\s*\(")
_WEAK: Final = re.compile(r"\b(?:__weak|weak|__weak__)\b")
_CLEANUP: Final = re.compile(r"\b_*cleanup_*\s*\(\s*(\w+)\s*\)")
_NO_ADDRESS: Final = re.compile(r"NULL|true|false|[A-Z_][A-Z0-9_]*")
_TEMPLATE_FROM: Final = 3
"""After so many expansions of one macro in a file a template of it is made."""
_SPEAKS: Final = re.compile(r"[A-Za-z_]")
"""What a plain macro's body must have for its expansion to matter: a name."""
_POSITION: Final = re.compile(r"(.*)#(\d+)")
_PASTE: Final = "__PASTED__"
_MAX_LOCAL: Final = 600
_MAX_CALLEE: Final = 4_000
_MAX_ARGUMENTS: Final = 20_000
"""In bytes. Calls nested in one another each keep their text: without a bound that is quadratic."""
_MAX_NESTING: Final = 24
"""Invocations nested deeper than this are left alone: each level scans all the levels inside it again."""
_MAX_MADE: Final = 2_500_000
"""How much text the expansions of one file may make, in bytes."""


class Extractor:
    """Extracts facts under one table of macros; one a process."""

    def __init__(self, table: MacroTable, natures: Natures, grammar: Grammar) -> None:
        self.table = table
        self.natures = natures
        self.grammar = grammar
        self.masker = Masker(table, natures)
        self.liveness = Liveness()
        self._anywhere = Liveness()
        self._callers: dict[bytes, bool] = {}
        self._droppers: dict[bytes, bool] = {}

    def calls_when_named(self, raw: bytes) -> bool:
        """Whether a name is an object-like macro that calls something, remembered by its bytes."""
        known = self._callers.get(raw)
        if known is None:
            name = raw.decode("latin-1")
            known = self._callers[raw] = any(m.params is None and "(" in m.body for m in self.table.all(name)) and (
                self.natures.calls(name) and not self.natures.of(name) & Nature.ATTRIBUTE
            )
        return known

    def drops(self, raw: bytes) -> bool:
        """Whether a macro of that name may leave an argument unevaluated, under any of its definitions."""
        known = self._droppers.get(raw)
        if known is None:
            name = raw.decode("latin-1")
            known = self._droppers[raw] = name in self.table and bool(self._anywhere.of(name, self.table))
        return known

    def extract(self, path: str, source: bytes) -> FileFacts:
        """The facts of the C file ``path`` with the content ``source``; never raises for any content."""
        return _FileExtraction(self, path).run(source)


class _FileExtraction:
    """The extraction of one file."""

    def __init__(self, owner: Extractor, path: str) -> None:
        self._x = owner
        self._path = path
        self._view: MacroView = owner.table.view(path)
        self._functions: dict[tuple[str, int], FunctionBuilder] = {}
        self._records: dict[RecordFact, None] = {}
        self._typedefs: dict[TypedefFact, None] = {}
        self._objects: dict[ObjectFact, None] = {}
        self._registrations: dict[RegistrationFact, None] = {}
        self._exports: dict[str, None] = {}
        self._queue: list[tuple[str, Origin]] = []
        self._expansions = 0
        self._made = 0
        self._notes: dict[str, None] = {}
        self._error_bytes = 0
        self._object_types: dict[int, str] = {}
        self._include_lines: tuple[int, ...] = ()
        self._regions = Regions()
        self._invoked: dict[tuple[str, int], int] = {}
        self._templates: dict[tuple[str, int], Template] = {}
        self._listed_inside: list[Listed] = []
        self._salt = f"{zlib.crc32(path.encode('utf-8', 'surrogateescape')):08x}"

    def run(self, raw: bytes) -> FileFacts:
        """All rounds."""
        source = blank_comments(raw)
        directives = scan(source.decode("latin-1"), self._path)
        if not has_code(source) and not any(m.params is not None for m in directives.macros):
            return FileFacts(self._path, macros=kept_macros(directives.macros), includes=directives.includes)
        self._include_lines = tuple(i.line for i in directives.includes)
        code = blank_dead(blank_directives(source), directives)
        trailing = _trailing_include(code, directives)
        later: list[Environment] = []
        if trailing:
            later = passes(self._x.table, self._path, trailing)
            self._view = self._x.table.view(self._path, trailing)
        code = self._listed(code, directives)
        makers = Makers(self._x.table, self._view, self._x.natures, self._x.masker, later)
        found = makers.find(code, FileText(code, code, {}, directives, True))
        for text, origin in found.parts:
            self._queue.append((text, origin))
        for builder in found.functions:
            self._functions[builder.name, builder.line] = builder
        self._object_types = found.types
        self._exports.update(dict.fromkeys(found.exports))
        masked = self._x.masker.mask(found.code, self._view)
        for i, variant in enumerate(variants(masked.text, directives)):
            whole = FileText(variant, found.code, masked.iterators, directives, i == 0)
            whole.statics, whole.lists = masked.statics, masked.lists
            self._read(whole, found.bodies)
        for macro in directives.macros:
            self._macro(macro)
        self._rounds()
        self._join_aliases()
        return FileFacts(
            self._path,
            tuple(b.build() for b in self._functions.values()),
            tuple(self._records),
            tuple(self._typedefs),
            tuple(self._objects),
            tuple(self._registrations),
            kept_macros(directives.macros),
            directives.includes,
            tuple(self._exports),
            self._error_bytes,
            tuple(self._notes),
        )

    def _listed(self, code: bytes, directives: Directives) -> bytes:
        """Queues what included listings make; ``code`` without the constructs that are read with their listings in."""
        table = self._x.table
        if not table.listings or not directives.includes:
            return code
        graph = table.graph
        buffer = bytearray(code)
        listings = Listings(table.listings, self._view, self._x.natures)
        for part in listings.find(code, directives, lambda inc: graph.resolve(self._path, inc)):
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
            made = Synthesis()
            for text, origin in self._queue:
                made.add(text, origin)
            self._queue = []
            source = made.bytes()
            masked = self._x.masker.mask(source, self._view)
            synthetic = SyntheticText(masked.text, source, masked.iterators, made)
            synthetic.lists = masked.lists
            self._read(synthetic, {})
        if self._queue:
            self._notes["expansion cut after too many rounds"] = None
            self._queue = []

    # -- reading one text ---------------------------------------------------------------------------------------------

    def _read(self, text: Text, bodies: dict[int, tuple[str, int]]) -> None:
        """All facts of one text. ``bodies`` maps the offset at which a masked function begins to its key."""
        root = self._x.grammar.parse(text.masked)
        source = text.source

        def spelled(node: Node) -> str:
            return " ".join(source[node.start_byte : node.end_byte].decode("latin-1").split())

        def tag(node: Node) -> str:
            return record_tag(node, spelled, text.place, self._salt)

        functions: list[dict[str, list[Node]]] = []
        inner: list[dict[str, list[Node]]] = []
        regions = self._regions = Regions()
        for captures in self._x.grammar.matches(root):
            if "definition.function" in captures:
                functions.append(captures)
            elif "branch.condition" in captures or "branch.never" in captures or "branch.case" in captures:
                regions.branch(captures, source)
            else:
                inner.append(captures)
                if "reference.call" in captures:
                    self._dropped_arguments(text, captures)
        regions.close()
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
            for k in range(i, max(-1, i - 4), -1):
                if spans[k][1] > offset:
                    return spans[k][2]
            return None

        for captures in inner:
            if "reference.call" in captures:
                call = captures["reference.call"][0]
                args = captures["arguments"][0]
                holder = owner(call.start_byte)
                if call.end_byte - call.start_byte > _MAX_CALLEE or args.end_byte - args.start_byte > _MAX_ARGUMENTS:
                    self._notes["a call too long to be read"] = None
                elif holder is not None:
                    self._call(text, holder, call.start_byte, spelled(call), spelled(args)[1:-1].strip(), call.end_byte)
            elif "assignment.target" in captures:
                node = captures["assignment.target"][0]
                holder = owner(node.start_byte)
                value = spelled(captures["assignment.value"][0])
                if holder is not None and _NO_ADDRESS.fullmatch(value) is None:
                    at, chain = self._placed(text, node.start_byte)
                    holder.assigns[
                        AssignFact(at.line, at.column, spelled(node), value, holder.relative(at.guard), chain)
                    ] = None
            elif "return.value" in captures:
                node = captures["return.value"][0]
                holder = owner(node.start_byte)
                value = spelled(node)
                if holder is not None and _NO_ADDRESS.fullmatch(value) is None:
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
                    origin = Origin(at, Role.IN_FUNCTION, (part.name,), _key(holder))
                    self._queue.append((f"void f(void){{{part.text};}}\n", origin))
        for at_offset, name in text.lists.items():
            self._list(text, at_offset, name, owner)
        self._object_macros(text, owner)
        if isinstance(text, FileText):
            if text.first and root.has_error:
                self._error_bytes += _error_bytes(root)

    def _dropped_arguments(self, text: Text, captures: dict[str, list[Node]]) -> None:
        """Notes which arguments of a macro are evaluated only under some configuration, or never."""
        call = captures["reference.call"][0]
        if call.type != "identifier":
            return
        raw = text.source[call.start_byte : call.end_byte]
        if not self._x.drops(raw):
            return
        alive = self._x.liveness.of(raw.decode("latin-1"), self._view)
        if alive:
            for k, argument in enumerate(captures["arguments"][0].named_children):
                guard = self._x.table.known.simplified(alive[min(k, len(alive) - 1)])
                if guard is not g.ALWAYS:
                    self._regions.add(argument.start_byte, argument.end_byte, guard)

    def _placed(self, text: Text, offset: int) -> tuple[Place, str]:
        origin = text.origin(offset)
        if origin is None or origin.role is Role.MACRO_BODY:
            return text.place(offset), ""
        return origin.place, origin.chain[-1] if origin.chain else ""

    # -- functions ----------------------------------------------------------------------------------------------------

    def _function(
        self, text: Text, captures: dict[str, list[Node]], bodies: dict[int, tuple[str, int]], spelled: _Spell
    ) -> FunctionBuilder | None:
        node = captures["definition.function"][0]
        body = captures["body"][0]
        start = node.start_byte
        origin = text.origin(start)
        if origin is not None and origin.role is not Role.MAKER:
            builder = self._functions.get(origin.owner) if origin.owner is not None else None
            if builder is not None and node.has_error and origin.role is Role.MACRO_BODY:
                builder.broken = True
            return builder
        at = text.place(start)
        made = bodies.get(start)
        if made is not None:
            builder = self._functions.get(made)
            if builder is not None:
                builder.end_line = max(builder.end_line, text.place(node.end_byte).line)
                builder.broken = builder.broken or node.has_error
            return builder
        declarator = captures["name"][0]
        name, name_at = self._name(text, declarator)
        if not name:
            return None
        header = " ".join(text.source[start : body.start_byte].decode("latin-1").split())
        masked_header = text.masked[start : body.start_byte]
        linkage = "static" if b"static" in masked_header.split(b"(", 1)[0].split() else "extern"
        if any(at < name_at and not text.masked[at:start].strip() for at in text.statics):
            linkage = "static"
        if _WEAK.search(header):
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
        builder.broken = builder.broken or node.has_error
        return builder

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
        params = ", ".join([*macro.params, *(["..."] if macro.variadic else [])])
        builder = FunctionBuilder(
            macro.name, macro.line, 0, macro.end_line, "macro", "macro", macro.guard, f"#define {macro.name}({params})"
        )
        builder.params = frozenset([*macro.params, *([macro.variadic] if macro.variadic else [])])
        self._functions[key] = builder
        if not any(m[1] not in NOT_CALLED and m[1] not in builder.params for m in _HEAD.finditer(macro.body)) and not (
            ")(" in macro.body or ") (" in macro.body
        ):
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

    # -- calls --------------------------------------------------------------------------------------------------------

    def _call(self, text: Text, holder: FunctionBuilder, offset: int, callee: str, args: str, callee_end: int) -> None:
        at, chain = self._placed(text, offset)
        if holder.params:
            head = _IDENTIFIER.match(callee)
            if callee in holder.params or (head and _PASTE in callee) or callee.rpartition(">")[2] in holder.params:
                return  # the argument decides: the call is made where the macro is used
        if callee in NOT_CALLED:
            return
        macro_name = callee if callee in self._x.table else ""
        if not macro_name and callee.endswith(")"):
            head = _HEAD.match(callee)
            if head is not None and head[1] in self._x.table and self._view.get(head[1]) is not None:
                # CLASS(fd, f)(fd), static_call(key)(args): the whole is one thing
                if holder.params.isdisjoint(_IDENTIFIER.findall(callee)):
                    self._expand(text, holder, offset, at, f"{callee}({args})", head[1])
                return
        condition, implied = self._regions.at(offset)
        if implied is g.NEVER:
            return  # while (0 && (c)): nothing is evaluated
        guard = at.guard
        if implied is not g.ALWAYS:
            guard = g.to_text(g.conj(g.from_text(guard), implied))
            if guard == "0":
                return
            at = at._replace(guard=guard)
        holder.calls[CallFact(at.line, at.column, callee, args, holder.relative(guard), chain, condition)] = None
        if macro_name:
            if args and self._decides(macro_name, args, holder.params) and self._view.get(macro_name) is not None:
                self._expand(text, holder, offset, at, f"{callee}({args})", macro_name)

    def _decides(self, name: str, args: str, own: frozenset[str]) -> bool:
        """Whether the arguments that stand where ``name`` makes names of them can be names of functions or members.

        Not where they are parameters (``own``) of the macro that holds the invocation: then it is expanded with it.
        """
        positions = self._x.natures.structural(name)
        if not positions:
            return False
        given = split_arguments(("(", *tokenize(args), ")"), 0)
        last = max(len(d.params or ()) for d in self._x.table.all(name))
        deciding = [arg for k, arg in enumerate(given) if min(k, last) in positions]
        if own:
            naming = self._x.natures.naming(name)
            if not own.isdisjoint(t for k, arg in enumerate(given) if min(k, last) in naming for t in arg):
                return False
        return any(_is_name(t) or self._invocable(t) for arg in deciding for t in arg)

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
        if chain.count(name) > 2 or len(chain) > 12 or self._made > _MAX_MADE:
            return
        if _nesting(invocation) > _MAX_NESTING:
            self._notes["macro invocations nested too deeply: not expanded"] = None
            return
        self._expansions += 1
        if self._expansions > MAX_EXPANSIONS:
            self._notes["too many macro invocations: not all expanded"] = None
            return
        for k in range(min(2, max(1, self._view.variants(name)))):
            tokens, cut = self._expanded(invocation, name, k, at.line)
            self._made += 4 * len(tokens)
            if cut:
                self._notes[f"expansion of {name} cut"] = None
            if not tokens or tokens[0] == name:
                continue
            spelling = " ".join(tokens)
            if self._made > _MAX_MADE:
                self._notes["too much text made by macros: not all expanded"] = None
                return
            for m in _CLEANUP.finditer(spelling):
                holder.calls[CallFact(at.line, at.column, m[1], "", holder.relative(at.guard), name)] = None
            owner = _key(holder)
            self._queue.append((f"void f(void){{{spelling};}}\n", Origin(at, Role.IN_FUNCTION, (*chain, name), owner)))

    def _expanded(self, invocation: str, name: str, variant: int, line: int) -> tuple[list[str], bool]:
        """The invocation expanded: the macro itself, those that an argument decides, and plain aliases."""
        view, natures = self._view, self._x.natures

        def lookup(n: str) -> MacroDef | None:
            return view.variant(n, variant)

        def want(n: str, depth: int) -> bool:
            m = lookup(n)
            if n == name or m is None:
                return True
            if n in g.OPTION_TESTS:
                return False
            if m.params is None:
                return _SPEAKS.search(m.body) is not None
            return bool(natures.structural(n))

        key = (name, variant)
        template = self._templates.get(key)
        if template is None:
            seen = self._invoked[key] = self._invoked.get(key, 0) + 1
            macro = lookup(name)
            if seen > _TEMPLATE_FROM and macro is not None and macro.params is not None:
                template = self._templates[key] = Template(macro, Expander(lookup, want, line))
        if template is not None:
            tokens = tokenize(invocation)
            end = skip_brackets(tuple(tokens), 1)
            filled = template.filled(split_arguments(tuple(tokens), 1), lookup)
            if filled is not None and end == len(tokens):
                return filled, template.cut
        expander = Expander(lookup, want, line)
        return expander.expand_text(invocation), expander.cut

    def _iterator(self, text: Text, offset: int, name: str, owner: _Owner) -> None:
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
        holder.calls[CallFact(at.line, at.column, name, args, holder.relative(at.guard), chain)] = None
        if self._decides(name, args, holder.params) and self._view.get(name) is not None:
            self._expand(text, holder, offset, at, f"{name}({args})", name)

    def _list(self, text: Text, offset: int, name: str, owner: _Owner) -> None:
        """An object-like macro that stood alone: the statements, or definitions, that it holds."""
        holder = owner(offset)
        at = text.place(offset)
        if holder is not None:
            self._expand(text, holder, offset, at, name, name)
            return
        origin = text.origin(offset)
        chain = origin.chain if origin is not None else ()
        if name not in chain and len(chain) < 8:
            tokens, _ = self._expanded(name, name, 0, at.line)
            self._made += 4 * len(tokens)
            if self._made <= _MAX_MADE:
                self._queue.append((" ".join(tokens) + ";\n", Origin(at, Role.MAKER, (*chain, name), line_end=at.line)))

    def _object_macros(self, text: Text, owner: _Owner) -> None:
        """Object-like macros that call: ``current`` is ``get_current()``."""
        code = text.masked
        for raw in sorted(w for w in set(_WORD.findall(code)) if self._x.calls_when_named(w)):
            name = raw.decode("latin-1")
            macro = self._view.get(name)
            if macro is None or macro.params is not None or "(" not in macro.body:
                continue
            at = find_word(code, raw, 0)
            while at >= 0:
                holder = owner(at)
                if holder is not None and name not in holder.params:
                    self._expand(text, holder, at, text.place(at), name, name)
                at = find_word(code, raw, at + len(raw))

    # -- data ---------------------------------------------------------------------------------------------------------

    def _local(self, text: Text, captures: dict[str, list[Node]], owner: _Owner, spelled: _Spell) -> None:
        node = captures["local"][0]
        holder = owner(node.start_byte)
        if holder is None:
            return
        if node.parent is not None and node.parent.type == "translation_unit":
            return
        source = text.source
        start, end = node.start_byte, node.end_byte
        brace = source.find(b"{", start, end)
        if brace >= 0 or b"static" in source[start : start + 16]:
            self._object(text, node, holder, spelled)
        stop = end if brace < 0 else brace
        words = " ".join(source[start : min(stop, start + _MAX_LOCAL)].decode("latin-1").split()).rstrip("; =")
        origin = text.origin(start)
        at = text.place(start)
        for macro in _HEAD.finditer(words):
            self._cleanup(holder, words, macro, at)
        scope = captures["scope"][0]
        last = text.place(scope.end_byte).line if origin is None or origin.role is Role.MACRO_BODY else at.line
        holder.locals[LocalFact(at.line, last, words)] = None

    def _cleanup(self, holder: FunctionBuilder, words: str, m: re.Match[str], at: Place) -> None:
        """``void *p __free(kfree) = ...``: what runs when the variable goes out of scope is called here too."""
        name = m[1]
        if name not in self._x.table or not self._x.natures.of(name) & Nature.ATTRIBUTE:
            return
        closing = words.find(")", m.end())
        spelling = " ".join(Expander(self._view.get).expand_text(words[m.start() : closing + 1]))
        for made in _CLEANUP.finditer(spelling):
            holder.calls[CallFact(at.line, at.column, made[1], "", holder.relative(at.guard), name)] = None

    def _object(self, text: Text, node: Node, holder: FunctionBuilder | None, spelled: _Spell) -> None:
        """A declaration: its objects, and what their initialisers hold."""
        base = type_text(node, spelled, lambda n: record_tag(n, spelled, text.place, self._salt))
        base = self._object_types.get(node.start_byte, base) if isinstance(text, FileText) else base
        if not base:
            return
        head = text.masked[node.start_byte : node.start_byte + 60].split()
        linkage = "declared" if b"extern" in head[:3] else "static" if b"static" in head[:3] else "extern"
        for declarator in node.children_by_field_name("declarator"):
            value: Node | None = None
            named = declarator
            if declarator.type == "init_declarator":
                value = declarator.child_by_field_name("value")
                inner = declarator.child_by_field_name("declarator")
                if inner is None:
                    continue
                named = inner
            name = declared_name(named, spelled)
            if not name:
                continue
            if _is_prototype(named):
                continue
            decl = f"{base} {spelled(named)}"
            at = text.place(named.start_byte)
            if holder is None or linkage == "static":
                self._objects[ObjectFact(name, decl, at.line, linkage, at.guard, holder.name if holder else "")] = None
            if value is None:
                continue
            if value.type == "initializer_list":
                self._initialiser(text, value, name, decl, holder, spelled)
            elif holder is None or linkage == "static":
                words = spelled(value)
                whole = Element("", "", words, "designated", value)
                if self._element_macro(text, whole, at, name, decl, holder):
                    continue  # struct device_attribute x = __ATTR(x, 0444, show, NULL);
                if can_hold_address(words):
                    self._registrations[
                        RegistrationFact(
                            at.line, at.column, name, decl, "", "", words, "designated", at.guard,
                            holder.name if holder else "",
                        )
                    ] = None  # fmt: skip

    def _initialiser(
        self, text: Text, node: Node, name: str, decl: str, holder: FunctionBuilder | None, spelled: _Spell
    ) -> None:
        origin = text.origin(node.start_byte)
        path, index = "", 0
        if origin is not None and origin.role is Role.INITIALISER and name == _ELEMENT:
            name, decl, path, index = origin.object, origin.decl, origin.path, origin.index
        function = holder.name if holder is not None and holder.kind != "macro" else ""
        if holder is not None and holder.kind == "macro":
            return  # a table inside a macro's body is made where the macro is used
        for element in walk(node, spelled, path, index):
            at = text.place(element.node.start_byte)
            if self._element_macro(text, element, at, name, decl, holder) or not can_hold_address(element.value):
                continue
            how = element.how if origin is None else "macro"
            self._registrations[
                RegistrationFact(
                    at.line, at.column, name, decl, element.path, element.field, element.value, how, at.guard, function
                )
            ] = None

    def _element_macro(
        self, text: Text, element: Element, at: Place, name: str, decl: str, holder: FunctionBuilder | None
    ) -> bool:
        """Queues an element that a macro makes, such as ``LSM_HOOK_INIT(socket_sendmsg, selinux_socket_sendmsg)``."""
        m = _HEAD.match(element.value)
        head = m[1] if m is not None else element.value
        if head not in self._x.table:
            return False
        macro = self._view.get(head)
        if macro is None or (macro.params is None) is (m is not None):
            return False
        if m is None and not macro.body.startswith(("{", ".")):
            return False
        body = macro.body.lstrip()
        if not body.startswith(("{", ".", "[")) and not self._x.natures.structural(head):
            return False
        origin = text.origin(element.node.start_byte)
        chain = origin.chain if origin is not None else ()
        if head in chain or len(chain) > 8:
            return False
        self._expansions += 1
        if self._expansions > MAX_EXPANSIONS:
            return False
        tokens, _ = self._expanded(element.value, head, 0, at.line)
        if not tokens or tokens[0] == head:
            return False
        words = " ".join(tokens)
        if tokens[0] in ("{", ".", "["):
            place = _POSITION.fullmatch(element.path)
            if place is not None:
                path, index = place[1], int(place[2])
            else:
                path, index = element.path, 0  # .field = MACRO(): the element is the field's whole value
                words = words[1:-1] if tokens[0] == "{" else words
            key = _key(holder) if holder is not None else None
            origin = Origin(at, Role.INITIALISER, (*chain, head), key, frozenset(), name, decl, path, index)
            part = f"int {_ELEMENT} = {{ {words} }};"
            self._queue.append((f"{part}\n" if key is None else f"void f(void){{ {part} }}\n", origin))
            return True
        self._registrations[
            RegistrationFact(
                at.line, at.column, name, decl, element.path, element.field, words, "macro", at.guard,
                holder.name if holder is not None else "",
            )
        ] = None  # fmt: skip
        return True

    # -- aliases ------------------------------------------------------------------------------------------------------

    def _join_aliases(self) -> None:
        """Wrappers that one invocation makes around the body behind it are names of that body: ``__x64_sys_send`` calls
        ``__se_sys_send`` calls ``__do_sys_send``.
        """
        for key, builder in list(self._functions.items()):
            marks = [a for a in builder.aliases if a.startswith(_ALIAS_MARK)]
            if not marks:
                continue
            for mark in marks:
                del builder.aliases[mark]
            target = self._functions.get((marks[0][len(_ALIAS_MARK) :], builder.line))
            if target is not None and target is not builder:
                target.aliases[builder.name] = None
                wrapped = {target.name, builder.name, *target.aliases}
                target.calls.update((c, None) for c in builder.calls if c.callee not in wrapped)
                del self._functions[key]


_ALIAS_MARK: Final = "\0"
_ELEMENT: Final = "xref_element"


def _trailing_include(code: bytes, directives: Directives) -> int:
    """The line of the first ``#include`` behind all code (directives blanked); 0 for none."""
    if not directives.includes:
        return 0
    last = directives.line_at(len(code.rstrip()))
    return next((i.line for i in directives.includes if i.line > last), 0) if last > 1 else 0


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


def _key(builder: FunctionBuilder) -> tuple[str, int]:
    return builder.name, -builder.line if builder.kind == "macro" else builder.line


def _is_prototype(declarator: Node) -> bool:
    """Whether a declarator declares a function, not an object: ``*g(int n)``, but not ``(*g)(int n)``."""
    node: Node | None = declarator
    while node is not None and node.type in ("pointer_declarator", "attributed_declarator"):
        node = node.child_by_field_name("declarator")
    if node is None or node.type != "function_declarator":
        return False
    inner = node.child_by_field_name("declarator")
    return inner is None or inner.type != "parenthesized_declarator"


def kept_macros(macros: tuple[MacroDef, ...]) -> tuple[MacroDef, ...]:
    """The macros that can matter elsewhere: those with parameters, aliases (their body has a name in it), and empty
    ones (attributes that are off).
    """
    return tuple(
        m
        for m in macros
        if m.params is not None or not m.body or "," in m.body or _IDENTIFIER.search(m.body) is not None
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
