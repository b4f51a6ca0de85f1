# SPDX-License-Identifier: MIT
"""What a macro is for, learnt from its own body.

``attribute``: stands where ``__attribute__`` may (or expands to nothing); ``iterator``: ends in an open loop or
condition head, so a statement follows; ``structural``, which is asked for by itself: an argument becomes a name, a
member, a callee or a type, so only the expansion says what happens. Everything else is a plain macro whose body can be
read once for all its uses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from xref.lex import guard as g
from xref.lex.model import MacroDef
from xref.lex.tokens import is_identifier
from xref.macros.body import body_tokens
from xref.macros.expand import Expander
from xref.macros.fixpoint import Fixpoint
from xref.macros.shapes import (
    calls_by_cast,
    is_array_of_pointers,
    is_declared,
    is_receiver,
    skip_brackets,
    split_arguments,
    typed_by,
    until,
)
from xref.macros.view import MacroSource, Reading, program


class Nature:
    """The natures of one name, as bits: a name may have several. Plain integers, because they are tested for every
    identifier of a tree and an ``enum.Flag`` takes twenty times as long to do so.
    """

    PLAIN: Final = 0
    ATTRIBUTE: Final = 1
    STATIC: Final = 2
    INLINE: Final = 4
    ITERATOR: Final = 8


CALLED_OPERANDS: Final = frozenset({"paravirt_opptr", "thunk_target", "__func"})
"""The operands of inline assembly that are called: ``call *%[paravirt_opptr]`` (PARAVIRT_CALL of
arch/x86/include/asm/paravirt_types.h), ``call *%[thunk_target]`` (CALL_NOSPEC of nospec-branch.h) and
``call %c[__func]`` (ASM_CALL_ARG0 of irq_stack.h). The operand stands in one macro and the instruction in another, so
that the name is what ties them.
"""
CALLING: Final = r"\bcall[lq]?\s+\*?%[a-zA-Z]?\[(\w+)\]"
"""An instruction that calls an operand of the same ``asm``: ``call %P[old]`` of alternative_call()."""
_CALLING: Final = re.compile(CALLING)
_ATTRIBUTE_WORDS: Final = frozenset({"__attribute__", "__attribute", "__declspec", "asm", "__asm__", "_Pragma"})
_QUALIFIERS: Final = frozenset(
    "static inline __inline __inline__ extern const volatile register __extension__ __signed__ noreturn "
    "_Noreturn __seg_gs __seg_fs".split()
)
_LOOPS: Final = frozenset({"for", "while", "if", "switch"})
_MAX_DEFINITIONS: Final = 8
_WORD: Final = re.compile(r"[A-Za-z_$][\w$]*")
_BEFORE_NO_USE: Final = frozenset({"##", ".", "->"})
_PASTED_HEAD: Final = re.compile(r"(?:^|[;){}])\s*(?:\w+\s*##\s*)+\w+\s*\(")
NOT_CALLED: Final = frozenset(
    "if for while switch return sizeof do else case typeof __typeof__ __typeof defined __attribute__ asm __asm__ goto "
    "_Static_assert __builtin_offsetof _Generic __alignof__ _Alignof alignof offsetof typeof_unqual "
    "volatile __volatile__".split()
)
"""Words that a parenthesis may follow although nothing is called."""


_IN: Final = "\n"
"""Between a name and where it is used."""
_PROGRAM: Final = ":"
"""Before a program that stands for all its files."""
_FEW: Final = 8
_Group = dict[str, tuple[MacroDef, ...]]


class Natures:
    """Answers for every macro of a table; each name is worked out once."""

    def __init__(self, table: MacroSource) -> None:
        self._table = table
        self._grouped: dict[str, _Group] = {}
        self._known: dict[str, int] = {}
        self._among: dict[tuple[tuple[str, int], ...], int] = {}
        self._inert: dict[tuple[str, int], bool] = {}
        self._keys: dict[tuple[str, str], str] = {}
        self._structural = Fixpoint(self._structural_of, frozenset[int]())
        self._naming = Fixpoint(self._naming_of, frozenset[int]())
        self._calls = Fixpoint(self._calls_of, False)

    def of(self, name: str) -> int:
        """The nature of ``name`` over all definitions of the kernel, or else of other programs; PLAIN for what is no
        macro.
        """
        known = self._known.get(name)
        if known is None:
            self._known[name] = Nature.PLAIN  # a macro that reaches itself is plain
            defs = self._table.all(name)
            if len(defs) > 1:
                defs = tuple(m for m in defs if program(m.file) == "kernel") or defs
            known = self._known[name] = self._judge(name, defs)
        return known

    def among(self, name: str, definitions: tuple[MacroDef, ...]) -> int:
        """The nature of ``name`` where these definitions may be in force."""
        key = tuple((m.file, m.line) for m in definitions)
        known = self._among.get(key)
        if known is None:
            known = self._among[key] = self._judge(name, definitions)
        return known

    def anywhere(self, name: str) -> int:
        """What ``name`` may be under one definition or another."""
        nature = Nature.PLAIN
        for m in self._table.all(name):
            nature |= self.among(name, (m,))
        return nature

    def _judge(self, name: str, defs: tuple[MacroDef, ...]) -> int:
        if not defs:
            return Nature.PLAIN
        nature = Nature.PLAIN
        kinds = [self._attribute(m) for m in defs]
        if all(k is not None for k in kinds) and (
            any(k for k in kinds)
            or all(m.params is None and not m.body for m in defs)
            or (name.startswith("__") and all(_is_for_checkers(m) for m in defs))
        ):
            nature |= Nature.ATTRIBUTE
            words = {w for k in kinds for w in k or ()}
            if all("static" in (k or ()) for k in kinds):
                nature |= Nature.STATIC
            if words & {"inline", "__inline", "__inline__"}:
                nature |= Nature.INLINE
            return nature
        for m in defs:
            if m.params is not None and _may_stay_open(m.body) and self._is_iterator(body_tokens(m.body)):
                nature |= Nature.ITERATOR
            elif m.params is None and m.body.isidentifier() and self.of(m.body) & Nature.ITERATOR:
                nature |= Nature.ITERATOR  # for_each_of_range is for_each_of_pci_range   include/linux/of_address.h
        return nature

    def structural(self, definitions: Iterable[MacroDef]) -> frozenset[int]:
        """The positions of the parameters that decide a name, a member, a callee or what is stored in a member, under
        one of these definitions or another; the variadic one counts behind the last.
        """
        return self._union(self._structural, definitions)

    def naming(self, definitions: Iterable[MacroDef]) -> frozenset[int]:
        """Those of :meth:`structural` that decide a name; the others are only stored in a member."""
        return self._union(self._naming, definitions)

    def _union(self, judge: Fixpoint[str, frozenset[int]], definitions: Iterable[MacroDef]) -> frozenset[int]:
        found: frozenset[int] = frozenset()
        for m in definitions:
            if m.params is not None:
                found |= judge(self._key(m.name, m.file))
        return found

    def _structural_of(self, key: str) -> frozenset[int]:
        found: set[int] = set()
        for m in self._meant(key):
            found |= self._structural_params(m, body_tokens(m.body), self._structural)
        return frozenset(found)

    def _naming_of(self, key: str) -> frozenset[int]:
        found: set[int] = set()
        for m in self._meant(key):
            found |= self._structural_params(m, body_tokens(m.body), self._naming, stored=False)
        return frozenset(found)

    def _meant(self, key: str) -> tuple[MacroDef, ...]:
        """The definitions with parameters that a name may have where it is used: see :meth:`_key`."""
        name, _, where = key.partition(_IN)
        return self._of(name, where) or self._of(name, "")

    def _key(self, name: str, file: str) -> str:
        """The name, and where it is used.

        What counts are the definitions of the file itself, unless they only stand in for another one; else all that the
        program has. SET_FIELD means one thing in rt2x00reg.h and another in qed_if.h, and what
        ``__compiletime_error`` is to a tool is no matter of the kernel's.
        """
        pair = name, file
        key = self._keys.get(pair)
        if key is None:
            own = self._of(name, file)
            alone = own and not any(name in g.from_text(m.guard).about for m in own)
            key = self._keys[pair] = f"{name}{_IN}{file if alone else _PROGRAM + program(file)}"
        return key

    def _of(self, name: str, where: str) -> tuple[MacroDef, ...]:
        """The definitions of ``name`` with parameters in a file, or in a program, or all of them ('')."""
        group = self._grouped.get(name)
        if group is None:
            every = self._table.all(name)
            if len(every) <= _FEW:
                return tuple([m for m in every if m.params is not None and _is_in(m, where)])
            group = self._grouped[name] = _grouped(every)
        return group.get(where, ())

    def inert(self, definitions: tuple[MacroDef, ...]) -> bool:
        """Whether an invocation at file scope can define no function and fill no slot, whatever its arguments, under
        any of these definitions: ``MODULE_LICENSE``.
        """
        for m in definitions:
            known = self._inert.get((m.file, m.line))
            if known is None:
                known = self._inert[m.file, m.line] = not self._makes(m)
            if not known:
                return False
        return True

    def _makes(self, m: MacroDef) -> bool:
        """Whether the definition, expanded with its own parameters for arguments, defines or initialises anything."""
        if "##" in m.body and _PASTED_HEAD.search(m.body) is not None:
            return True  # DEFINE_FETCH_##method(u8): the argument says what is invoked

        def fullest(n: str) -> MacroDef | None:
            return None if n == m.name else max(self._table.all(n), key=lambda d: len(d.body), default=None)

        args = [[p] for p in (*(m.params or ()), *((m.variadic,) if m.variadic else ()))]
        expander = Expander(Reading(fullest), lambda n, _: not self.of(n) & Nature.ATTRIBUTE)
        tokens = expander.expand(expander.expand_once(m, args))
        for i, t in enumerate(tokens):
            following = tokens[i + 1] if i + 1 < len(tokens) else ""
            if t == "{" and (i == 0 or tokens[i - 1] in (")", "=")):
                return True
            if t == "{" and i > 1 and tokens[i - 2] in ("struct", "union"):
                return True  # CONFIGFS_EATTR_STRUCT(name, item) of include/target/configfs_macros.h
            if t == "=" and following[:1] not in ('"', "{") and not following[:1].isdigit():
                return True
            if following in ("", ";", "[") and i and [t] in args and _ends_type(tokens[i - 1]):
                return True  # DEFINE_PER_CPU(type, name), and nothing behind it
        return expander.cut or "##" in tokens

    def calls(self, name: str) -> bool:
        """Whether using ``name`` calls a function: its body does, or a macro in its body. ``BIT(3)`` does not."""
        return self._calls(name)

    def _calls_of(self, name: str) -> bool:
        return any(self._body_calls(m) for m in self._table.all(name)[:_MAX_DEFINITIONS])

    def _body_calls(self, m: MacroDef) -> bool:
        tokens = body_tokens(m.body)
        params = {*(m.params or ()), m.variadic}
        for i, t in enumerate(tokens):
            if not is_identifier(t) or t in params or t in NOT_CALLED or t == m.name:
                continue
            if t.startswith("__builtin_") or (i and tokens[i - 1] in _BEFORE_NO_USE):
                continue
            definitions = self._table.all(t)
            if i + 1 == len(tokens) or tokens[i + 1] != "(":
                if any(d.params is None for d in definitions) and self.calls(t):
                    return True  # VM_STACK_FLAGS, in which VM_DATA_DEFAULT_FLAGS stands, in which current does
            elif not definitions or self.calls(t):
                return True
        return False

    def _attribute(self, m: MacroDef) -> set[str] | None:
        """The words an attribute-like body is made of, or None where the body is something else. An empty body gives
        the empty set: it may be an attribute that is off.
        """
        if not self._may_be_attribute(m):
            return None
        tokens = body_tokens(m.body)
        if tokens and all(t in _CLOSERS for t in tokens):
            return {"__attribute__"}  # } endfor_nexthops(fi): what only closes what another macro opened
        words: set[str] = set()
        i, n = 0, len(tokens)
        while i < n:
            t = tokens[i]
            if t in _ATTRIBUTE_WORDS:
                words.add("__attribute__")
                i += 1
                while i < n and tokens[i] in ("volatile", "__volatile__", "goto"):
                    return None
                if i < n and tokens[i] == "(":
                    i = skip_brackets(tokens, i)
                if t in ("asm", "__asm__") and n - i == 0 and len(words) == 1 and not _renames(tokens):
                    return None  # a statement of its own, not the asm("name") of a declarator
            elif t in _QUALIFIERS:
                words.add(t)
                i += 1
            elif is_identifier(t) and t != m.name and self._table.all(t) and self.of(t) & Nature.ATTRIBUTE:
                words.add("__attribute__")
                if self.of(t) & Nature.STATIC:
                    words.add("static")
                if self.of(t) & Nature.INLINE:
                    words.add("inline")
                i += 1
                if i < n and tokens[i] == "(":
                    i = skip_brackets(tokens, i)
            elif t == m.name and n == 1:
                return words  # `#define noinline noinline`
            else:
                return None
        return words

    def _may_be_attribute(self, m: MacroDef) -> bool:
        """What the first token says of it: of most macros that is all there is to know, and they need not be read."""
        first = _WORD.match(m.body)
        if first is None:
            return m.body[:1] in _CLOSERS_OR_NOTHING
        word = first[0]
        if word in _ATTRIBUTE_WORDS or word in _QUALIFIERS or word == m.name:
            return True
        return bool(self._table.all(word)) and bool(self.of(word) & Nature.ATTRIBUTE)

    def _is_iterator(self, tokens: tuple[str, ...]) -> bool:
        """Whether the body leaves a loop or a condition open behind its last token."""
        i, n = 0, len(tokens)
        open_head = False
        while i < n:
            t = tokens[i]
            if t == "do":
                return False
            if t == "{":
                end = skip_brackets(tokens, i)
                # { int nhsel; for (...): a block that stays open, as net/ipv4/fib_semantics.c has it
                i = end if tokens[end - 1] == "}" else i + 1
                open_head = False
            elif t in _LOOPS and i + 1 < n and tokens[i + 1] == "(":
                i = skip_brackets(tokens, i + 1)
                open_head = True
            elif t == "else":
                open_head = True
                i += 1
            elif is_identifier(t) and i + 1 < n and tokens[i + 1] == "(":
                end = skip_brackets(tokens, i + 1)
                inner = self.of(t)
                open_head = end >= n and bool(inner & Nature.ITERATOR)
                i = end
            else:
                open_head = False
                i = skip_brackets(tokens, i) if t in ("(", "[") else i + 1
        return open_head

    def _structural_params(
        self, m: MacroDef, tokens: tuple[str, ...], judge: Callable[[str], frozenset[int]], *, stored: bool = True
    ) -> set[int]:
        """The parameters of one definition that decide something; ``judge`` says so of the macros in its body, and
        ``stored`` whether being put into a member counts.
        """
        position = {p: i for i, p in enumerate(m.params or ())}
        if m.variadic:
            position[m.variadic] = len(position)
        found: set[int] = set()
        if not position:
            return found
        n = len(tokens)
        casting = calls_by_cast(tokens, position)
        typed = typed_by(tokens, position)
        called = set(_CALLING.findall(m.body)) if "call" in m.body else ()
        for i, t in enumerate(tokens):
            following = tokens[i + 1] if i + 1 < n else ""
            before = tokens[i - 1] if i else ""
            if before == "[" and (t in CALLED_OPERANDS or t in called):
                opening = next((k for k in range(i, n) if tokens[k] == "("), n)
                found.update(position[p] for p in tokens[opening : skip_brackets(tokens, opening)] if p in position)
            elif t == "##":
                if before == "," and following == m.variadic:
                    continue
                found.update(position[p] for p in (before, following) if p in position)
            elif t in position:
                if following == "(" and before not in _TYPE_OPERATORS:
                    found.add(position[t])  # the argument is called, or makes the head of a call
                elif before in (".", "->") and (
                    following in ("=", "(") or (following == ")" and i + 2 < n and tokens[i + 2] == "(")
                ):
                    found.add(position[t])  # the argument names a member that is set or called
                elif is_declared(tokens, i, position):
                    found.add(position[t])
                elif is_receiver(tokens, i) or (casting and "->" in tokens[i + 1 : i + 3]):
                    found.add(position[t])  # the argument's type says what is called
                elif before == "(" and following == ")" and i + 2 < n and tokens[i + 2] == "(":
                    if i < 2 or tokens[i - 2] not in _TYPE_OPERATORS:
                        found.add(position[t])  # (fn)(args)
            elif t == "=" and stored and before not in position and i >= 2 and tokens[i - 2] in (".", "->"):
                value = [v for v in until(tokens, i + 1) if v not in ("(", ")", "&")]
                if value and value[-1] in position and "#" not in value:
                    found.add(position[value[-1]])  # x->member = argument
            elif t == "{" and stored and is_array_of_pointers(tokens, i):
                found.update(position[p] for p in tokens[i : skip_brackets(tokens, i)] if p in position)
            elif t in typed and is_receiver(tokens, i):
                found.update(typed[t])  # the argument's type says what is called by way of a variable of that type
            elif following == "(" and is_identifier(t) and t != m.name and self._table.all(t):
                meant = self._key(t, m.file)
                inner = judge(meant)
                if inner:
                    last = max((len(d.params or ()) for d in self._meant(meant)), default=0)
                    for k, arg in enumerate(split_arguments(tokens, i + 1)):
                        if min(k, last) in inner:
                            found.update(position[a] for a in arg if a in position)
                end = skip_brackets(tokens, i + 1)
                if end < n and tokens[end] == "(":
                    # CONCATENATE(UNROLL_, N)(MACRO, args): what is invoked is known only when it is expanded
                    found.update(position[a] for a in tokens[end : skip_brackets(tokens, end)] if a in position)
        return found


def _is_in(m: MacroDef, where: str) -> bool:
    """Whether a definition stands in a file, or in a program (all of its files), or anywhere ('')."""
    if where[:1] == _PROGRAM:
        return program(m.file) == where[1:]
    return not where or m.file == where


def _grouped(definitions: Iterable[MacroDef]) -> _Group:
    """Those with parameters, by their files, by their programs, and all of them."""
    found: dict[str, list[MacroDef]] = {}
    for m in definitions:
        if m.params is not None:
            for where in (m.file, _PROGRAM + program(m.file), ""):
                found.setdefault(where, []).append(m)
    return {where: tuple(defs) for where, defs in found.items()}


def _may_stay_open(body: str) -> bool:
    """What the last character says of whether a loop or a condition can stand open behind it."""
    return body.endswith((")", "else")) or body.count("(") != body.count(")")


_CLOSERS: Final = frozenset("})")
_CLOSERS_OR_NOTHING: Final = frozenset({"", "}", ")"})


def _ends_type(token: str) -> bool:
    return token in (")", "*") or (is_identifier(token) and token not in ("goto", "return"))


def _renames(tokens: tuple[str, ...]) -> bool:
    """Whether the body is ``__asm__(#name)``: another name for the linker."""
    return len(tokens) == 5 and tokens[2] == "#"


_TYPE_OPERATORS: Final = frozenset({"sizeof", "typeof", "__typeof__", "__typeof", "typeof_unqual", "__alignof__"})


def _is_for_checkers(m: MacroDef) -> bool:
    """Whether a macro that is empty for a compiler can be an attribute that a checker is told: ``__releases(x)`` of
    include/linux/compiler_types.h. ``__printk_cpu_sync_put()`` of printk.h, and ``__print_symbol(fmt, addr)`` of
    kallsyms.h in 3.7, stand in for a function.
    """
    return not m.body and (m.params is None or len(m.params) == 1)
