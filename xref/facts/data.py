# SPDX-License-Identifier: MIT
"""Reads declarations: locals, objects, and what their initialisers hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from tree_sitter import Node

from xref.facts.builder import FunctionBuilder
from xref.facts.expansions import MAX_EXPANSIONS, Expansions
from xref.facts.initialisers import Element, can_hold_address, may_hold, walk
from xref.facts.model import LocalFact, ObjectFact, RegistrationFact
from xref.facts.records import declared_name, record_tag, type_text
from xref.facts.sections import section_entries
from xref.facts.state import Owner, Spell, key_of
from xref.facts.text import FileText, Origin, Place, Role, Text
from xref.lex import guard as g
from xref.lex.tokens import is_identifier
from xref.macros.body import body_tokens, names_something
from xref.macros.expand import Expander
from xref.parse.ctype import looks_like_type
from xref.parse.parens import matching_paren

_HEAD: Final = re.compile(r"(?<![A-Za-z_$])([A-Za-z_$][\w$]*+)\s*+\(")
_WRAPPED: Final = re.compile(r"(?:(?<=[\w*,] )|(?<=[*,]))([A-Za-z_]\w*)\s*\(\s*(\w+)\s*\)")
_MADE_STATIC: Final = re.compile(r"static\s+([A-Za-z_]\w*)\s*\((?=.*\)$)", re.DOTALL)
_GIVEN_A_NAME: Final = re.compile(r"\(\s*+\w++\s*+\)")
_POSITION: Final = re.compile(r"(.*)#(\d+)")
_BEHIND: Final = re.compile(r"(.*)\.\w+\+\d+")
_TYPEOF: Final = re.compile(rb"_*typeof(?:_unqual)?_*\s*\(")
_ELEMENT: Final = "xref_element"
_MAX_LOCAL: Final = 600
_MOST_ALIASES: Final = 4
_OPENS_LIST: Final = ("{", ".", "[")
_OPENING: Final = frozenset("([{")
_CLOSING: Final = frozenset(")]}")
_HOLDS_LIST: Final = frozenset({"cast_expression", "init_declarator", "initializer_list", "initializer_pair"})
"""Where a list in braces, or a part of one, can stand (C11 6.5.2.5, 6.7.9)."""


class DataReader(Expansions):
    """Adds declarations to what is read of a file."""

    def _local(self, text: Text, captures: dict[str, list[Node]], owner: Owner, spelled: Spell) -> None:
        node = captures["local"][0]
        holder = owner(node.start_byte)
        if holder is None:
            return
        source = text.source
        start, end = node.start_byte, node.end_byte
        brace = source.find(b"{", start, end)
        if brace >= 0 or b"static" in source[start : min(end, start + 16)]:
            self._object(text, node, holder, spelled)
        stop = end if brace < 0 else brace
        words = self._of_inline_record(text, node, spelled) if brace >= 0 else ""
        words = words or " ".join(source[start : min(stop, start + _MAX_LOCAL)].decode("latin-1").split()).rstrip("; =")
        if words == f"int {_ELEMENT}":
            return
        origin = text.origin(start)
        at = text.place(start)
        made = _MADE_STATIC.match(words) if words.startswith("static ") else None
        if made is not None and self._makes_variable(made[1], holder, at):
            self._expand(text, holder, start, at, words[made.start(1) :], made[1])
            return
        if "(" in words:
            for macro in _HEAD.finditer(words):
                self._cleanup(holder, words, macro, at)
            words = self._without_wrapped_names(words)
        scope = captures["scope"][0]
        if origin is None or origin.role is Role.MACRO_BODY:
            last = text.place(scope.end_byte).line
        elif scope.parent is not None and scope.parent.type == "function_definition":
            last = holder.end_line  # DECLARE_WAITQUEUE(wait, current); is there to the end of the block around it
        else:
            last = at.line
        holder.locals[LocalFact(at.line, last, words)] = None

    def _makes_variable(self, name: str, holder: FunctionBuilder, at: Place) -> bool:
        """Whether a name behind ``static`` is a macro that declares: ``static DECLARE_WORK(once, fn);``."""
        macro = self._view_of(holder, at.line).get(name) if name in self._x.table else None
        return macro is not None and macro.params is not None and holder.kind != "macro"

    def _without_wrapped_names(self, words: str) -> str:
        """A declaration with the names that a macro initialises with themselves spelled out:
        ``struct dm_target *uninitialized_var(ti)`` up to 5.8.
        """
        if _GIVEN_A_NAME.search(words) is None:
            return words
        for m in reversed(list(_WRAPPED.finditer(words))):
            macro = self._view.get(m[1]) if m[1] in self._x.table else None
            if macro is not None and macro.params and body_tokens(macro.body)[:1] == (macro.params[0],):
                words = f"{words[: m.start()]}{m[2]}{words[m.end() :]}"
        return words

    def _of_inline_record(self, text: Text, node: Node, spelled: Spell) -> str:
        """The declaration of locals whose struct is declared along with them: ``struct { struct pci_packet pkt; char
        buffer[64]; } ctxt;`` of drivers/pci/controller/pci-hyperv.c; '' for others.
        """
        kind = node.child_by_field_name("type")
        if kind is None or kind.child_by_field_name("body") is None:
            return ""
        names = ", ".join(
            spelled(named.child_by_field_name("declarator") or named if named.type == "init_declarator" else named)
            for named in node.children_by_field_name("declarator")
        )
        return f"{self._declared_type(text, node, spelled)} {names}" if names else ""

    def _sections(self, text: Text, owner: Owner) -> None:
        """What inline assembly at file scope puts into a section."""
        for entry in section_entries(text.source):
            if owner(entry.offset) is None:
                at = text.place(entry.offset)
                decl = f"section {entry.section}"
                put = RegistrationFact(
                    at.line, at.column, entry.label, decl, "", "", entry.symbol, "assembler", at.guard
                )
                self._registrations[put] = None

    def _object(self, text: Text, node: Node, holder: FunctionBuilder | None, spelled: Spell) -> None:
        """A declaration: its objects, and what their initialisers hold."""
        base = self._declared_type(text, node, spelled)
        if not base:
            return
        head = text.masked[node.start_byte : min(node.end_byte, node.start_byte + 60)].split()
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
            at = text.place(named.start_byte)
            if _is_prototype(named):
                made = [(own, own, cond) for own, cond in self._named_by_macro(name, spelled(named), at.guard)]
            else:
                words = self._object_declarators.get(node.start_byte, "") if isinstance(text, FileText) else ""
                made = [(words.partition("[")[0].lstrip("*") or name, words or spelled(named), at.guard)]
            function = holder.name if holder is not None else ""
            for own, words, guard in made:
                declared = ObjectFact(own, f"{base} {words}", at.line, linkage, guard, function)
                lasts = own != _ELEMENT and (holder is None or linkage == "static")
                if lasts:
                    self._objects[declared] = None
                if value is not None and value.type == "initializer_list":
                    self._initialiser(text, value, own, declared.decl, holder, spelled)
                elif value is not None and lasts:
                    whole = Element("", "", spelled(value), "designated", value)
                    self._single(text, named, declared, whole, holder)

    def _named_by_macro(self, head: str, words: str, guard: str) -> list[tuple[str, str]]:
        """The names of what seems to declare a function, where ``head`` is a macro that makes a name of its argument,
        and when it does: ``static struct proto_ops SOCKOPS_WRAPPED(x25_proto_ops) = {...}`` of 2.6.
        """
        if head not in self._x.table:
            return []
        found = []
        for definition in self._view.candidates(head):
            if definition.params is not None:
                made = Expander({head: definition}.get).expand_text(words)
                cond = g.conj(g.from_text(guard), g.from_text(definition.guard))
                if len(made) == 1 and is_identifier(made[0]) and cond is not g.NEVER:
                    found.append((made[0], g.to_text(cond)))
        return found

    def _single(
        self, text: Text, named: Node, declared: ObjectFact, value: Element, holder: FunctionBuilder | None
    ) -> None:
        """An initialiser that is no list."""
        if self._element_macro(text, value, named.start_byte, declared.name, declared.decl, holder):
            return  # struct device_attribute x = __ATTR(x, 0444, show, NULL);
        if can_hold_address(value.value):
            at = text.place(named.start_byte)
            self._registrations[
                RegistrationFact(
                    at.line, at.column, declared.name, declared.decl, "", "", value.value, "designated", at.guard,
                    declared.function,
                )
            ] = None  # fmt: skip

    def _declared_type(self, text: Text, node: Node, spelled: Spell) -> str:
        """The type that a declaration begins with."""
        base = type_text(node, spelled, lambda n: record_tag(n, spelled, text.mark, self._salt))
        base = self._object_types.get(node.start_byte, base) if isinstance(text, FileText) else base
        return self._type_of_typeof(text, node, base) if base and base[0] in "_t" else base

    @staticmethod
    def _type_of_typeof(text: Text, node: Node, base: str) -> str:
        """``__typeof__(struct sock *) name``, as DEFINE_PER_CPU has it: the parser saw ``int`` in its place."""
        named = node.child_by_field_name("type")
        m = _TYPEOF.match(text.source, named.start_byte) if named is not None else None
        if m is None:
            return base
        closing = matching_paren(text.source, m.end() - 1)
        if closing < 0:
            return base
        inside = " ".join(text.source[m.end() : closing - 1].decode("latin-1").split())
        # static const typeof(pv_ops) xen_cpu_ops   arch/x86/xen/enlighten_pv.c: the type is that of an object
        return f"typeof({inside})" if inside.isidentifier() and not looks_like_type(inside) else inside

    def _initialiser(
        self, text: Text, node: Node, name: str, decl: str, holder: FunctionBuilder | None, spelled: Spell
    ) -> None:
        origin = text.origin(node.start_byte)
        path, index = "", 0
        if origin is not None and origin.role is Role.INITIALISER and name == _ELEMENT:
            name, decl, path, index = origin.object, origin.decl, origin.path, origin.index
        function = holder.name if holder is not None and holder.kind != "macro" else ""
        if holder is not None and holder.kind == "macro":
            return  # a table inside a macro's body is made where the macro is used
        for element in walk(node, spelled, path, index):
            start = element.node.start_byte
            if self._element_macro(text, element, start, name, decl, holder) or not can_hold_address(element.value):
                continue
            at = text.place(start)
            how = element.how if origin is None else "macro"
            self._registrations[
                RegistrationFact(
                    at.line, at.column, name, decl, element.path, element.field, element.value, how, at.guard, function
                )
            ] = None

    def _made_list(self, text: Text, call: Node, holder: FunctionBuilder, spelled: Spell) -> bool:
        """Whether the invocation of a macro that makes a list is an initialiser, a part of one, or a literal:
        ``struct spi_mem_op op = SPI_MEM_OP(...)``, ``*kctl = (struct snd_kcontrol_new)SOC_ENUM_EXT(...)``. What it
        registers is read here, but for parts, which are read with the list that they are in.
        """
        parent = call.parent
        declaration = parent.parent if parent is not None else None
        if parent is None or declaration is None:
            return False
        name, decl = "", ""
        if parent.type == "cast_expression":
            cast = parent.child_by_field_name("type")
            decl = spelled(cast) if cast is not None else ""
        elif (
            parent.type == "init_declarator"
            and b"static" not in text.masked[declaration.start_byte : declaration.start_byte + 16]
        ):
            named = parent.child_by_field_name("declarator")
            base = self._declared_type(text, declaration, spelled)
            if named is not None and base:
                name, decl = declared_name(named, spelled), f"{base} {spelled(named)}"
        if decl and holder.kind != "macro":
            self._element_macro(
                text, Element("", "", spelled(call), "designated", call), call.start_byte, name, decl, holder
            )
        return parent.type in _HOLDS_LIST

    def _makes_list(self, name: str, line: int) -> bool:
        """Whether what a macro makes is written between the braces of an initialiser, or begins with them."""
        view = self._view.at(line)
        for _ in range(_MOST_ALIASES):
            macro = view.get(name)
            body = macro.body if macro is not None else ""
            if body[:1] in _OPENS_LIST or not body.endswith(")"):
                return body[:1] in _OPENS_LIST
            m = _HEAD.match(body)
            if m is None:
                return False
            name = m[1]
        return False

    def _element_macro(
        self, text: Text, element: Element, offset: int, name: str, decl: str, holder: FunctionBuilder | None
    ) -> bool:
        """Queues an element that a macro makes, such as ``LSM_HOOK_INIT(socket_sendmsg, selinux_socket_sendmsg)``."""
        m = _HEAD.match(element.value) if "(" in element.value else None
        head = m[1] if m is not None else element.value
        if head not in self._x.table:
            return False
        at = text.place(offset)
        view = self._view.at(at.line)
        macro = view.get(head)
        if macro is None or (macro.params is None) is (m is not None):
            return False
        if m is None and head.isupper() and self._x.names_something(head):
            # { CTL_INT, KERN_PANIC, "panic" }, where CTL_INT is bin_intvec   kernel/sysctl_binary.c up to 5.8
            # .pm = PCI_PM_OPS_PTR, which is (&pci_dev_pm_ops) or NULL   drivers/pci/pci-driver.c
            bodies = (other.body for other in view.candidates(head) if other.params is None)
            named = [body for body in bodies if names_something(body) and body != head]
            for body in named:
                self._registrations[
                    RegistrationFact(
                        at.line, at.column, name, decl, element.path, element.field, body, "macro", at.guard,
                        holder.name if holder is not None else "",
                    )
                ] = None  # fmt: skip
            if named:
                return True
        several = "," in macro.body and _POSITION.fullmatch(element.path) is not None
        several = several and _lists_several(body_tokens(macro.body))
        if m is None and not macro.body.startswith(("{", ".")) and not several:
            return False
        body = macro.body.lstrip()
        if not several and not body.startswith(_OPENS_LIST) and not self._x.natures.structural((macro,)):
            if not view.depends_on_line(head):
                return False
        origin = text.origin(element.node.start_byte)
        chain = origin.chain if origin is not None else ()
        if head in chain or len(chain) > 8:
            return False
        self._expansions += 1
        if self._expansions > MAX_EXPANSIONS:
            return False
        tokens, _ = self._expanded(view, element.value, head, 0, at.line)
        if not tokens or tokens[0] == head:
            return False
        tokens = list(_without_type(tokens))
        words = " ".join(tokens)
        if tokens[0] in _OPENS_LIST or (several and _lists_several(tokens)):
            if not may_hold(tokens, self._x.table):
                return True
            place = _POSITION.fullmatch(element.path)
            behind = _BEHIND.fullmatch(element.path) if tokens[0] != "{" else None
            if place is not None:
                path, index = place[1], int(place[2])
            elif behind is not None:
                path, index = behind[1], 0  # .stop = f, COMMON_OPS: what it names it names itself
            else:
                path, index = element.path, 0  # .field = MACRO(): the element is the field's whole value
                words = words[1:-1] if tokens[0] == "{" else words
            key = key_of(holder) if holder is not None else None
            origin = Origin(at, Role.INITIALISER, (*chain, head), key, frozenset(), name, decl, path, index)
            part = f"int {_ELEMENT} = {{ {words} }};"
            self._queue.append((f"{part}\n" if key is None else f"void f(void){{ {part} }}\n", origin))
            return True
        if ") {" in words:  # & ( struct soc_mixer_control ) { ... }: an object of its own
            if may_hold(tokens, self._x.table):
                key = key_of(holder) if holder is not None else None
                origin = Origin(at, Role.INITIALISER, (*chain, head), key)
                part = f"int {_ELEMENT} = {words};"
                self._queue.append((f"{part}\n" if key is None else f"void f(void){{ {part} }}\n", origin))
        elif can_hold_address(words):
            self._registrations[
                RegistrationFact(
                    at.line, at.column, name, decl, element.path, element.field, words, "macro", at.guard,
                    holder.name if holder is not None else "",
                )
            ] = None  # fmt: skip
        return True


def _lists_several(tokens: Sequence[str]) -> bool:
    """Whether tokens are several elements: ``#define K_HANDLERS k_self, k_fn, k_spec``, drivers/tty/vt/keyboard.c."""
    nesting = 0
    for t in tokens:
        nesting += (t in _OPENING) - (t in _CLOSING)
        if t == "," and not nesting:
            return True
    return False


def _without_type(tokens: Sequence[str]) -> Sequence[str]:
    """The braces of a compound literal that is an element's whole value, without its type: ``(struct x) { .f = f }``,
    as SND_SOC_DAPM_PGA_E() of include/sound/soc-dapm.h makes it. An array's is an object of its own.
    """
    start, end = 0, len(tokens)
    while end - start > 2 and tokens[start] == "(" and tokens[end - 1] == ")" and tokens[start + 1] == "(":
        start, end = start + 1, end - 1  # ((struct x) { ... })
    if tokens[start] == "(" and tokens[end - 1] == "}" and ")" in tokens[start:end]:
        closing = tokens.index(")", start)
        inside = tokens[start + 1 : closing]
        if tokens[closing + 1] == "{" and not {"(", "["} & set(inside):
            return tokens[closing + 1 : end]
    return tokens


def _is_prototype(declarator: Node) -> bool:
    """Whether a declarator declares a function, not an object: ``*g(int n)``, but not ``(*g)(int n)``."""
    node: Node | None = declarator
    while node is not None and node.type in ("pointer_declarator", "attributed_declarator"):
        node = node.child_by_field_name("declarator")
    if node is None or node.type != "function_declarator":
        return False
    inner = node.child_by_field_name("declarator")
    return inner is None or inner.type != "parenthesized_declarator"
