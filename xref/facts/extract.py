# SPDX-License-Identifier: MIT
"""Bytes of a file in, facts of that file out: a pure function of them and of the tree's macros.

The file's own text is parsed first; whatever its macros make (definitions at file scope, calls and assignments inside
functions, initialisers) is expanded, parsed and read by the very same code, in rounds, until nothing new is made.
"""

from __future__ import annotations

import re
from typing import Final

from xref.facts.aliases import join_aliases
from xref.facts.bodies import macro_body
from xref.facts.builder import FunctionBuilder
from xref.facts.captures import CaptureReader, error_bytes
from xref.facts.listings import Listings, opened_records
from xref.facts.makers import Makers
from xref.facts.members import with_parts
from xref.facts.model import CallFact, FileFacts
from xref.facts.state import Context
from xref.facts.text import FileText, Origin, Place, Role, Synthesis, SyntheticText, batches
from xref.lex.comments import BLANK, blank_comments
from xref.lex.directives import Directives, blank_directives, has_code, scan
from xref.lex.model import MacroDef
from xref.lex.packed import packed
from xref.macros.nature import NOT_CALLED
from xref.macros.passes import Environment, passes
from xref.parse.arms import blank_dead, variants
from xref.parse.mask import words_of
from xref.parse.rescue import with_members_opened, without_brace_arguments

MAX_ROUNDS: Final = 6
_IDENTIFIER: Final = re.compile(r"[A-Za-z_$][\w$]*")
_HEAD: Final = re.compile(r"(?<![A-Za-z_$])([A-Za-z_$][\w$]*+)\s*+\(")
_OPERATOR: Final = re.compile(r"[-+*/%<>=!&|^~]+")


class Extractor(Context):
    """Extracts facts under one table of macros; one a process."""

    def extract(self, path: str, source: bytes) -> FileFacts:
        """The facts of the C file ``path`` with the content ``source``; never raises for any content."""
        return _FileExtraction(self, path).run(source)


class _FileExtraction(CaptureReader):
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
                    if (again.type == "ERROR", error_bytes(again)) < (root.type == "ERROR", error_bytes(root)):
                        variant, root = other, again
            whole = FileText(variant, found.code, masked.iterators, directives, i == 0)
            whole.statics, whole.lists, whole.words = masked.statics, masked.lists, masked.words
            self._read(whole, root, found.bodies)
        for macro in directives.macros:
            self._macro(macro)
        self._rounds()
        join_aliases(self._functions)
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
