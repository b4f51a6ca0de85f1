# SPDX-License-Identifier: MIT
"""Macro invocations at file scope: what they define, and how the text looks to the parser without them.

An invocation with a body behind it (``SYSCALL_DEFINE4(send, ...) { ... }``) becomes a plain function header of the same
length, so the body is parsed where it stands; the real header comes from the expansion. One without a body is blanked,
and its expansion becomes a synthetic text of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from xref.facts.builder import FunctionBuilder
from xref.facts.headers import aliases, header_start
from xref.facts.text import FileText, Origin, Place, Role, Text
from xref.lex import guard as g
from xref.lex.comments import BLANK
from xref.lex.model import MacroDef
from xref.lex.tokens import tokenize
from xref.macros.expand import Expander
from xref.macros.nature import Nature, Natures
from xref.macros.passes import Environment
from xref.macros.table import MacroTable
from xref.macros.template import Templates
from xref.macros.view import MacroView, Reading
from xref.parse.mask import Masker
from xref.parse.parens import matching_brace, matching_paren

_HEAD: Final = (
    rb"((?:(?:static|extern|const|inline|__always_inline|__init|__read_mostly|noinline|asmlinkage)\s++)*+)"
    rb"([A-Za-z_]\w*+)[ \t]*+\("
)
_FIRST: Final = re.compile(_HEAD)
_INVOCATION: Final = re.compile(rb"\n" + _HEAD)
"""With the line feed and not with ``^``, which is asked for at every byte."""
# An export is an attribute of a function that is defined elsewhere. Its expansion is a linker section for a symbol
# table, the same 37,000 times in 6.12, and says nothing that the name does not.
_EXPORT: Final = re.compile(rb"\w*EXPORT_(?:PER_CPU_)?SYMBOL\w*")
# PAGEFLAG(LRU, lru, PF_HEAD) __CLEARPAGEFLAG(LRU, lru, PF_HEAD)   include/linux/page-flags.h
_CHAINED: Final = re.compile(rb"\s+()([A-Za-z_]\w*)[ \t]*\(")
_NEXT: Final = re.compile(rb"\s*(.)", re.DOTALL)
_CALLEE: Final = re.compile(r"([A-Za-z_]\w*)\s*\(")
_TYPEOF: Final = re.compile(r"_*typeof(?:_unqual)?_*\s*\(")
_HOLDS_LIST: Final = re.compile(r"(?:struct|union)\s+\w+|.*=", re.DOTALL)
_STUB: Final = b"int F()"
_OPTION: Final = re.compile(r"\bCONFIG_\w+")
_STRING: Final = re.compile(r'"(?:\\.|[^"\\])*"')
_DECLARATION: Final = re.compile(r"[\s;]*[A-Za-z_]")
MAX_VARIANTS: Final = 2
_MOST_LATER: Final = 8_000_000
"""With so much text made, in bytes, a file is read no further times: fs/xfs/xfs_trace.h of 6.12 would make 5 MB."""
_MOST_LED: Final = 40


@dataclass(slots=True)
class Found:
    """The text with its makers masked, the parts to parse, the functions whose bodies stand in the text, the offset at
    which each of those begins, the types of the objects that a maker declares, by their offsets, and their declarators
    where the text has no room for them, and the symbols that are exported to modules. ``cut`` tells that not all
    readings of the file were made.
    """

    code: bytes
    parts: list[tuple[str, Origin]] = field(default_factory=list)
    functions: list[FunctionBuilder] = field(default_factory=list)
    bodies: dict[int, tuple[str, int]] = field(default_factory=dict)
    types: dict[int, str] = field(default_factory=dict)
    declarators: dict[int, str] = field(default_factory=dict)
    exports: list[str] = field(default_factory=list)
    cut: bool = False


def _invocations(code: bytes, done: list[int]) -> Iterator[re.Match[bytes]]:
    """What may be an invocation at file scope: at the beginning of a line, or right behind one that was taken, of which
    the consumer puts the end into ``done``.
    """
    at = 0
    first = _FIRST.match(code)
    if first is not None:
        at = first.end()
        yield first
    while True:
        m = _CHAINED.match(code, done[0]) if done[0] > at else None
        m = m or _INVOCATION.search(code, max(at, done[0]))
        if m is None:
            return
        at = m.end()
        yield m


class Makers:
    """Finds and expands the makers of one file."""

    def __init__(
        self, table: MacroTable, view: MacroView, natures: Natures, masker: Masker, later: Sequence[Environment] = ()
    ) -> None:
        """``later``: what the macros mean in each further reading of the file, by its trailing includes."""
        self._table = table
        self._later = later
        self._text = 0
        self._view = view
        self._here = view
        """The macros as they are where the invocation stands that is being read."""
        self._natures = natures
        self._masker = masker
        self._readings: dict[tuple[int, str, int, int], Reading] = {}
        self._readings_of: dict[tuple[str, int], int] = {}
        self._templates = Templates()
        self._options: dict[str, Environment] = {}
        """By option, what macros mean besides where it is set."""
        self._displaced = Reading(self._as_displaced)
        self._leads: dict[str, set[str]] = {}
        self._open = 0
        """How many braces the invocations so far have left open."""

    def find(self, code: bytes, text: FileText) -> Found:
        """All makers of ``code`` (comments and directives blanked); ``text`` places its offsets."""
        found = Found(code)
        buffer = bytearray(code)
        done = [0]
        for m in _invocations(code, done):
            name = m[2].decode("latin-1")
            if self._view.ended:
                self._here = self._view.at(text.place(m.start(2)).line)
            macro = self._maker(name)
            if macro is None or self._natures.of(name) & Nature.ATTRIBUTE:
                continue
            closing = matching_paren(code, m.end() - 1)
            if closing < 0 or (_continues(code, m.start(1)) and not self._behind_list(code, m.start(1))):
                continue
            if macro.guard and not self._has_other(macro, text.place(m.start(1)).guard):
                continue
            following = _NEXT.match(code, closing)
            next_char = following[1] if following else b""
            if next_char == b"(":
                # SYSCALL_DEFINE(pread)(unsigned int fd, ...) { }   fs/read_write.c until 3.8
                closing = matching_paren(code, following.start(1) if following else closing)
                behind = _NEXT.match(code, closing) if closing > 0 else None
                next_char = behind[1] if behind and behind[1] == b"{" else b"."
            elif next_char[:1].isalpha():
                # SYSCALL_DEFINE5(clone, ...) in each arm of a conditional, and one body below them all: kernel/fork.c
                below = _NEXT.match(code, text.behind_arms(closing))
                next_char = b"{" if below is not None and below[1] == b"{" else next_char
            invocation = code[m.start(2) : closing].decode("latin-1")
            if next_char == b"{":
                if not self._with_body(found, buffer, text, m, closing, invocation):
                    continue
            elif next_char == b"=":
                self._object(found, buffer, m, closing, invocation)
            elif next_char in (b",", b")", b"(", b"[", b"."):
                continue
            else:
                if _EXPORT.fullmatch(m[2]) is not None:
                    found.exports.append(invocation.partition("(")[2].split(",")[0].rstrip(") \t"))
                elif not self._inert(name) or self._made_later(name):
                    self._without_body(found, text, m, closing, invocation)
                _overwrite(buffer, m.start(1), closing, b"")
            done[0] = closing
        found.code = bytes(buffer)
        return found

    def _maker(self, name: str) -> MacroDef | None:
        """The likeliest definition of a macro with parameters, or of another name for one: TRACE_EVENT_RCU of
        include/trace/events/rcu.h.
        """
        macro = self._here.get(name)
        if macro is not None and macro.params is None and macro.body.isidentifier():
            macro = self._here.get(macro.body)
        return macro if macro is not None and macro.params is not None else None

    def _has_other(self, macro: MacroDef, guard: str) -> bool:
        """Whether ``macro`` or another definition of it can be in force under ``guard``: the longest body that
        RESERVEDMEM_OF_DECLARE has is its stub, and kernel/dma/coherent.c invokes it inside CONFIG_OF_RESERVED_MEM.
        """
        return not _contradicted(macro.guard, guard) or bool(_uncontradicted(self._here.candidates(macro.name), guard))

    def _inert(self, name: str) -> bool:
        """Whether an invocation can define no function and fill no slot, under any definition."""
        candidates = self._here.candidates(name)
        if self._here.depends_on_line(name):
            return False
        return all(m.params is not None for m in candidates) and self._natures.inert(candidates)

    def _expand(
        self, invocation: str, name: str, variant: int, at: Place, environment: Environment | None = None
    ) -> str:
        """The invocation expanded: everything outside braces, inside them only what an argument decides."""
        reading = self._reading(variant, at.guard, environment)

        def want(n: str, depth: int) -> bool:
            return n == name or self._wanted(n, depth, reading[n])

        def hold(n: str) -> bool:
            return (environment is None or optional) and self._calls_in_some(reading[n])

        optional = environment is not None and environment in self._options.values()
        way = (variant, at.guard, id(environment), self._here.region)
        fresh = partial(Expander, reading, want, at.line, hold)
        if optional:
            return " ".join(fresh().expand(tokenize(invocation)))  # what is pasted together with an argument is lost
        tokens, _ = self._templates.expanded(name, invocation, reading, fresh, way, located=False)
        return " ".join(tokens)

    def _calls_in_some(self, definition: MacroDef | None) -> bool:
        """Whether a macro is a call in some configurations, and so perhaps a function in the others:
        ``#define _raw_write_lock_irq(lock) __LOCK_IRQ(lock)`` of include/linux/spinlock_api_up.h.
        """
        return (
            definition is not None
            and definition.params is not None
            and _CALLEE.match(definition.body) is not None
            and not self._table.known.certain(definition.guard)
            and not self._natures.structural((definition,))
        )

    def _reading(self, variant: int, guard: str, environment: Environment | None) -> Reading:
        """The definitions in force in one reading of the file, for an invocation under ``guard``."""
        if environment is None and not guard:
            return self._here.reading(variant)
        view = self._here
        key = (variant, guard, id(environment), view.region)  # the environments live as long as this does
        known = self._readings.get(key)
        if known is None:

            def find(n: str) -> MacroDef | None:
                if environment is not None and n in environment:
                    return environment[n]
                found = view.variant(n, variant)
                if found is not None and found.guard and guard and _contradicted(found.guard, guard):
                    # PAGEFLAG_FALSE(HighMem, highmem) makes what is a macro in the other arm
                    return next(iter(_uncontradicted(view.candidates(n), guard)), None)
                return found

            known = self._readings[key] = Reading(find)
        return known

    def _wanted(self, name: str, depth: int, definition: MacroDef | None) -> bool:
        """Whether to expand ``name``, of which ``definition`` is in force, at this depth of braces."""
        if self._natures.of(name) & Nature.ATTRIBUTE:
            return depth == 0 and definition is not None and definition.params is not None  # __alias(__do_sys_getpid)
        if depth == 0:
            return True
        if name in g.OPTION_TESTS:
            return False
        if self._here.region and (name in self._here.ended or self._here.depends_on_line(name)):
            return True
        return definition is None or definition.params is None or bool(self._natures.structural((definition,)))

    def _variants(self, name: str) -> int:
        """How many readings of an invocation to make: more than one where its machinery has several definitions."""
        key = (name, self._here.region)
        known = self._readings_of.get(key)
        if known is None:
            known = self._readings_of[key] = self._count_readings(name)
        return known

    def _count_readings(self, name: str) -> int:
        seen: set[str] = set()
        todo = [name]
        while todo and len(seen) < 40:
            n = todo.pop()
            if n in seen:
                continue
            seen.add(n)
            if self._here.variants(n) > 1:
                return MAX_VARIANTS
            for d in self._here.candidates(n):
                todo.extend(t for t in re.findall(r"[A-Za-z_]\w*", d.body) if self._here.get(t) is not None)
        return 1

    def _with_body(
        self, found: Found, buffer: bytearray, text: Text, m: re.Match[bytes], closing: int, invocation: str
    ) -> bool:
        at = text.place(m.start(2))
        name = m[2].decode("latin-1")
        builder: FunctionBuilder | None = None
        for k in range(self._variants(name)):
            expansion = self._expand(invocation, name, k, at)
            cut = header_start(expansion)
            header = expansion[cut:].strip()
            if builder is None and _HOLDS_LIST.fullmatch(header) is not None:
                return self._with_list(found, buffer, text, m, closing, expansion)
            made = self._header_name(header)
            if not made or made == name:
                continue
            if builder is None:
                words = header.split()
                prefix = m[1].decode("latin-1").split()
                linkage = "static" if "static" in words[: words.index(made)] + prefix else "extern"
                builder = FunctionBuilder(
                    made, at.line, at.column, at.line, "function", linkage, at.guard, " ".join([*prefix, header])
                )
                builder.made_by = name
                found.functions.append(builder)
            elif made != builder.name:
                builder.aliases[made] = None
            if expansion[:cut].strip():
                origin = Origin(at, Role.MAKER, (name,), alias_of=(builder.name, builder.line), line_end=at.line)
                found.parts.append((expansion[:cut] + "\n", origin))
                builder.aliases.update(dict.fromkeys(aliases(expansion)))
        if builder is None:
            return False
        self._other_names(builder, invocation, name)
        found.bodies[m.start(1)] = (builder.name, builder.line)
        _overwrite(buffer, m.start(1), closing, _STUB)
        return True

    @staticmethod
    def _with_list(
        found: Found, buffer: bytearray, text: Text, m: re.Match[bytes], closing: int, expansion: str
    ) -> bool:
        """``FIXTURE(ftruncate) { ... };`` of the selftests has the body of a structure behind it, and
        ``define_machine(x) { ... };`` of arch/powerpc an initialiser.
        """
        end = matching_brace(buffer, buffer.index(b"{", closing))
        if end < 0:
            return False
        at = text.place(m.start(2))
        body = bytes(buffer[closing:end]).decode("latin-1")
        origin = Origin(at, Role.MAKER, (m[2].decode("latin-1"),), line_end=text.place(end).line)
        found.parts.append((f"{m[1].decode('latin-1')}{expansion}{body};\n", origin))
        _overwrite(buffer, m.start(1), end, b"")
        return True

    def _behind_list(self, code: bytes, at: int) -> bool:
        """Whether what stands before is an object-like macro alone on its line, which is a list of its own."""
        line = code[:at].rstrip().rpartition(b"\n")[2].strip().decode("latin-1")
        macro = self._view.get(line) if line.isidentifier() else None
        return macro is not None and macro.params is None and "(" in macro.body

    def _other_names(self, builder: FunctionBuilder, invocation: str, name: str) -> None:
        """What the function would be called where the architecture does not replace the makers: ``sys_send`` is
        ``__x64_sys_send`` on x86-64, and who asks for the one means the other.
        """
        displaced = self._table.displaced
        reading = self._displaced

        def want(n: str, depth: int) -> bool:
            return n in displaced or self._wanted(n, depth, reading[n])

        expander = Expander(reading, want)
        expansion = " ".join(expander.expand_text(invocation))
        if displaced.keys().isdisjoint(expander.used):
            return
        for other in (self._header_name(expansion[header_start(expansion) :].strip()), *aliases(expansion)):
            if other and other not in (name, builder.name):
                builder.aliases[other] = None

    def _as_displaced(self, name: str) -> MacroDef | None:
        displaced = self._table.displaced
        return displaced[name][0] if name in displaced else self._view.get(name)

    def _header_name(self, header: str) -> str:
        """The function that a header declares: the name before its parameter list, attributes aside."""
        masked = self._masker.mask(header.encode("latin-1", "replace"), self._view).text.decode("latin-1")
        for m in _CALLEE.finditer(masked):
            return m[1]
        return ""

    def _without_body(self, found: Found, text: Text, m: re.Match[bytes], closing: int, invocation: str) -> None:
        at = text.place(m.start(2))
        name = m[2].decode("latin-1")
        prefix = m[1].decode("latin-1")
        made = self._under(option[0], invocation, name, at) if (option := _OPTION.search(invocation)) else []
        if not made:
            variants = self._variants(name) if self._structural(name) else 1
            made = [(at, self._expand(invocation, name, k, at)) for k in range(variants)]
        self._text += sum(len(e) for _, e in made)
        for env in self._made_later(name):
            if self._text > _MOST_LATER:
                found.cut = True
                break
            made.append((at, self._expand(invocation, name, 0, at, env)))
            self._text += len(made[-1][1])
        for place, expansion in dict.fromkeys(made):  # two readings may make the same
            if not prefix and " " not in expansion.strip() and not any(c in expansion for c in "{=("):
                continue
            if not self._open and not _DECLARATION.match(f"{prefix}{expansion}"):
                continue  # what FN of include/trace/events/tcp.h makes where it is defined for a list: no declaration
            # IRQCHIP_PLATFORM_DRIVER_BEGIN(x) IRQCHIP_MATCH(y, f) ..._END(x) are one object
            plain = _STRING.sub("", expansion)
            self._open = max(0, self._open + plain.count("{") - plain.count("}"))
            origin = Origin(place, Role.MAKER, (name,), line_end=text.place(closing).line)
            found.parts.append((f"{prefix}{expansion};\n", origin))

    def _under(self, option: str, invocation: str, name: str, at: Place) -> list[tuple[Place, str]]:
        """The expansions without and with an option, placed under that; none where they are alike. With what
        ``IS_ENABLED(cfg)`` is ``DEFINE_STATIC_KEY_MAYBE(CONFIG_X, init_on_alloc)`` of mm/mm_init.c pastes a name.
        """
        known = self._options.setdefault(option, {option: MacroDef(option, None, "", "1", "", "", 0, 0)})
        unset, are_set = (self._expand(invocation, name, 0, at, environment) for environment in (None, known))
        if unset == are_set or option in unset:
            return []
        cond = g.from_text(option)
        guards = (g.to_text(g.conj(g.from_text(at.guard), c)) for c in (g.neg(cond), cond))
        places = (Place(at.line, at.column, guard) for guard in guards)
        return [(p, e) for p, e in zip(places, (unset, are_set), strict=True) if p.guard != "0"]

    def _made_later(self, name: str) -> list[Environment]:
        """The further readings in which a maker, or one that its body leads to, means something that counts: a header
        of trace events has makers of its own around DEFINE_EVENT.
        """
        if not self._later:
            return []
        names = self._led_to(name)
        return [env for env in self._later if any(n in env and not self._natures.inert((env[n],)) for n in names)]

    def _led_to(self, name: str) -> set[str]:
        """A macro and what its bodies invoke, and theirs, as far as the first that a further reading defines anew."""
        known = self._leads.get(name)
        if known is None:
            known = self._leads[name] = set()
            todo = [name]
            while todo and len(known) < _MOST_LED:
                n = todo.pop()
                if n not in known:
                    known.add(n)
                    for d in () if any(n in env for env in self._later) else self._view.candidates(n):
                        todo.extend(re.findall(r"[A-Za-z_]\w*(?=\s*\()", d.body))
                        if d.params is None and d.body.isidentifier():
                            todo.append(d.body)  # #define TRACE_EVENT_RCU TRACE_EVENT   include/trace/events/rcu.h
        return known

    def _structural(self, name: str) -> bool:
        here = self._here
        other_names = [m.body for m in here.candidates(name) if m.params is None]
        return any(self._natures.structural(here.candidates(n)) for n in (*other_names, name))

    def _object(self, found: Found, buffer: bytearray, m: re.Match[bytes], closing: int, invocation: str) -> None:
        """``static DEFINE_PER_CPU(struct x, y) = { ... };``: the object keeps its name, and the type if there is
        room.
        """
        expansion = self._expand(invocation, m[2].decode("latin-1"), 0, Place(0, 0, "")).rpartition(";")[2]
        inside = ""
        typeof = _TYPEOF.search(expansion)
        closing_typeof = matching_paren(expansion.encode("latin-1", "replace"), typeof.end() - 1) if typeof else -1
        if typeof is not None and closing_typeof > 0:  # __typeof__(struct rq) runqueues: masking would make it an int
            inside = expansion[typeof.end() : closing_typeof - 1].strip()
            expansion = f"{expansion[: typeof.start()]}T{expansion[closing_typeof:]}"
        masked = self._masker.mask(expansion.encode("latin-1", "replace"), self._view).text.decode("latin-1")
        declarator, bracket, size = " ".join(masked.split()).partition("[")
        # hrtimer_bases[MAX_HRTIMER_BASES]: one word, as the name is of which it is a part
        declaration = declarator.rstrip() + bracket + _BLANKS.sub(r"\1", size.strip()) if bracket else declarator
        room = closing - m.start(2)
        if bracket and len(declaration) > room:
            declaration = f"{declarator.rstrip()}[]"  # DECLARE_BITMAP(dptun_info_regs, 64): its size takes a line
        base, _, name = declaration.rpartition(" ")
        whole = len(declaration) <= room
        if inside or not whole:
            base = re.sub(r"\b(?:static|extern|const)\s+", "", base)
            found.types[m.start(1)] = re.sub(r"\bT\b", lambda _: inside, base, count=1) if inside else base
        if not whole and len(name) + 2 > room:
            found.declarators[m.start(1)] = name  # ICE_DECLARE_PKT_OFFSETS(vlan) of ice_switch.c
            name = "x"
        declaration = declaration if whole else f"T {name}"
        _overwrite(buffer, m.start(2), closing, declaration.encode("latin-1", "replace"))


def _overwrite(buffer: bytearray, start: int, end: int, text: bytes) -> None:
    buffer[start:end] = text + bytes(buffer[start + len(text) : end]).translate(BLANK)


def _continues(code: bytes, at: int) -> bool:
    """Whether the text at ``at`` goes on with what stands before it: a function's name under its return type."""
    before = code[max(0, at - 400) : at].rstrip()
    return bool(before) and (before[-1:].isalnum() or before[-1:] in b"_*,=(")


def _uncontradicted(definitions: Sequence[MacroDef], guard: str) -> list[MacroDef]:
    """Those with a body that can be in force under ``guard``."""
    return [m for m in definitions if m.body and not _contradicted(m.guard, guard)]


def _contradicted(a: str, b: str) -> bool:
    return bool(b) and g.contradicts(g.from_text(a), g.from_text(b))


_BLANKS: Final = re.compile(r"\s*([^\w\s])\s*")
