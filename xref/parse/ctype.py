# SPDX-License-Identifier: MIT
"""C types, and a tolerant parser for GNU C declarations given as text.

The text comes straight from a kernel tree: comments and directives are gone, macros may or may not be expanded, and
attributes can look like any other identifier (``u8 __user *buf``, ``struct list_head head ____cacheline_aligned``).
Nothing here raises on bad input; what is not a declaration gives an empty answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeAlias

from xref.lex.tokens import tokenize
from xref.parse.ctree import (
    UNKNOWN,
    Array,
    AutoType,
    Base,
    CType,
    Decl,
    Expr,
    Function,
    Named,
    Params,
    Pointer,
    Tagged,
    TypeofExpr,
)

IsType: TypeAlias = Callable[[str], bool]


class Bail(Exception):
    """The text is not what the parser took it for."""


# not (), which mypyc would take for the type of what is assigned later
_NAMED_BY_MACRO: Final = re.compile(r"(?<=[\s*])[A-Z]\w*\((\w+)\)\s*\(")  # FNAME(walk_addr)(...) of arch/x86/kvm
_NO_PARAMS: Final[tuple[Decl, ...]] = ()
QUAL, BASE, TAG, TYPEOF, AUTO, ATTR, ATTR_CALL, STMT = range(1, 9)

_WORDS: dict[int, str] = {
    QUAL: "const volatile restrict __restrict __restrict__ __const __const__ __volatile__ __volatile _Atomic register"
    " static extern inline __inline__ __inline typedef _Thread_local __thread _Noreturn",
    BASE: "void char short int long float double signed unsigned _Bool bool __signed__ __signed __int128",
    TAG: "struct union enum",
    TYPEOF: "typeof __typeof__ __typeof typeof_unqual __typeof_unqual__ TYPEOF_UNQUAL __unqual_scalar_typeof",
    AUTO: "__auto_type auto",
    ATTR: "__user __kernel __iomem __percpu __rcu __force __safe __nocast __init __initdata __initconst __exit"
    " __exitdata __devinit __devinitdata __devexit __devexitdata __cpuinit __cpuinitdata __meminit __net_init"
    " __net_exit __ref __net_initdata __refdata __read_mostly __ro_after_init __always_inline noinline __noinline"
    " notrace noinstr asmlinkage fastcall __sched __kprobes __cold __hot __pure __attribute_const__ __used"
    " __unused __maybe_unused __always_unused __must_check __packed __weak __deprecated __lockfunc __visible"
    " __flatten __noreturn __private __bitwise __latent_entropy __randomize_layout noinline_for_stack __noclone"
    " __cpuidle __irq_entry __malloc __cacheline_aligned ____cacheline_aligned ____cacheline_aligned_in_smp"
    " __cacheline_aligned_in_smp __arena ____cacheline_internodealigned_in_smp __nosavedata __nonstring"
    " __bpf_kfunc __bpf_hook_start __private_extern__ __attribute_const __gnu_inline __naked __compat __extension__"
    " __aligned_largest __inline_maybe_unused __kretprobes __seg_gs",
    ATTR_CALL: "__attribute__ __attribute __declspec _Alignas __aligned __section __printf __scanf __acquires "
    " __releases __must_hold __releases_shared __counted_by __counted_by_le __counted_by_be __alias"
    " __alloc_size __nonnull __format_arg asm __asm__ __asm __realloc_size __cleanup __free __guarded_by"
    " __context_unsafe __acquires_shared __no_sanitize __cond_acquires __cond_lock __diagnose_as __sized_by",
    STMT: "if else for while do switch case default return goto break continue sizeof __label__ _Static_assert",
}
WORD: dict[str, int] = {word: kind for kind, words in _WORDS.items() for word in words.split()}
"""What an identifier that has a fixed meaning in a declaration is."""

_CANON = {"__signed__": "signed", "__signed": "signed", "_Bool": "bool"}
_END = "\0"
_PAD = [_END] * 4
_OPEN = frozenset("([{")
_CLOSE = frozenset(")]}")
IDENT = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_$")
_MAX_DEPTH = 40
_TYPE_NAME = re.compile(r"\w+_t|(?:__)?[us](?:8|16|32|64)|__[bl]e(?:16|32|64)|__sum16|__wsum|u(?:int|long|short|char)")
_ATTR_LIKE = re.compile(r"__\w*|[A-Z][A-Z0-9_]*")
_DECL, _PARAM, _TYPE = range(3)


def looks_like_type(name: str) -> bool:
    """Whether a name is spelt as the kernel spells its plainest typedefs: what ``is_type`` is when no one can tell."""
    return _TYPE_NAME.fullmatch(name) is not None


@lru_cache(maxsize=256)
def _base(words: tuple[str, ...]) -> Base:
    """The built-in type that a set of words names, whatever their order."""
    have = [_CANON.get(w, w) for w in words]
    for word in ("void", "bool", "float"):
        if word in have:
            return Base(word)
    longs = have.count("long")
    if "double" in have:
        return Base("long double" if longs else "double")
    sign = "unsigned " if "unsigned" in have else ""
    if "char" in have:
        return Base("signed char" if "signed" in have else sign + "char")
    if "__int128" in have:
        return Base(sign + "__int128")
    size = "short" if "short" in have else "long long" if longs > 1 else "long" if longs else "int"
    return Base(sign + size)


def _declared(idents: list[str]) -> str:
    """Which of the identifiers behind a type is the name: the last that does not look like an attribute."""
    if len(idents) > 1:
        for ident in reversed(idents):
            if _ATTR_LIKE.fullmatch(ident) is None:
                return ident
    return idents[-1]


class TypeParser:
    """A cursor over the tokens of one text, with the grammar of types and declarations."""

    __slots__ = ("asked", "depth", "end", "i", "is_type", "params", "starts", "text", "toks")

    def __init__(self, text: str, is_type: IsType) -> None:
        self.text = text
        self.toks = tokenize(text)
        self.end = len(self.toks)
        self.toks += _PAD
        self.i = 0
        self.depth = 0
        self.is_type = is_type
        self.asked = False
        self.params = _NO_PARAMS
        self.starts: list[tuple[int, int]] | None = None

    def known(self, name: str) -> bool:
        """Whether the caller knows the name as a type; remembers that the answer now rests on the caller."""
        self.asked = True
        return self.is_type(name)

    def text_of(self, a: int, b: int) -> str:
        """The text of tokens ``a`` to ``b`` as it is written. Places are looked up only when one is wanted."""
        if a >= b:
            return ""
        if self.starts is None:
            starts, at, find = [], 0, self.text.find
            for tok in self.toks[: self.end]:
                at = find(tok, at)
                starts.append((at, at := at + len(tok)))
            self.starts = starts
        return self.text[self.starts[a][0] : self.starts[b - 1][1]]

    def match(self, i: int) -> int:
        """Where the bracket at ``i`` closes."""
        depth = 0
        toks = self.toks
        for j in range(i, self.end):
            t = toks[j]
            if t in _OPEN:
                depth += 1
            elif t in _CLOSE:
                depth -= 1
                if not depth:
                    return j
        raise Bail

    def until(self, i: int, stops: str) -> int:
        """The first token from ``i`` on, out of brackets, that is in ``stops``, closes a bracket, or ends all."""
        depth = 0
        toks = self.toks
        while i < self.end:
            t = toks[i]
            if t in _OPEN:
                depth += 1
            elif t in _CLOSE:
                if not depth:
                    return i
                depth -= 1
            elif not depth and t in stops:
                return i
            i += 1
        return i

    def operand(self, a: int, b: int) -> Expr:
        """The expression in ``typeof(...)``."""
        from xref.parse.cexpr import parse_expr  # the two grammars need each other

        return parse_expr(self.text_of(a, b), self.is_type)

    def initializer(self, a: int, b: int) -> tuple[str | None, Expr | None]:
        """An initialiser, as text and (where expressions are parsed too) as an expression."""
        return self.text_of(a, b), None

    def typeof(self, i: int) -> tuple[CType, int]:
        """``typeof (...)``, whose parenthesis is at ``i``."""
        close = self.match(i)
        first = self.toks[i + 1]
        if 0 < WORD.get(first, 0) <= TYPEOF or self.toks[close - 1] == "*":
            self.i = i + 1
            return self.type_name(), close + 1
        if close == i + 2 and first[0] in IDENT and self.known(first):
            return Named(first), close + 1
        return TypeofExpr(self.operand(i + 1, close)), close + 1

    def _attribute(self, i: int, begun: bool) -> bool:
        """Whether the unknown ``name(...)`` at ``i`` only annotates what follows: ``MACRO(x) int y``."""
        if begun and not self.toks[i].startswith("__"):
            return False
        after = self.toks[self.match(i + 1) + 1]
        if begun:
            return after[0] in IDENT and after not in WORD and not after.startswith("__")
        return after[0] in IDENT and 0 < WORD.get(after, BASE) < ATTR

    def specifiers(self, mode: int) -> tuple[CType | None, str]:
        """The type that the specifiers name, and the declared name if it stands right behind them.

        Where nothing names a type but a name stands there, the type is None.
        """
        toks, i = self.toks, self.i
        words: list[str] = []
        ctype: CType | None = None
        idents: list[str] = []
        auto = False
        while True:
            t = toks[i]
            kind = WORD.get(t)
            if kind is None:
                if t[0] not in IDENT:
                    break
                if toks[i + 1] == "(":
                    if mode == _TYPE:
                        close = self.match(i + 1)
                        if toks[close + 1] == "*":  # a macro that makes a type: (__my_type(x) *)
                            idents.append(t)
                            i = close + 1
                            continue
                    elif self._attribute(i, bool(words or ctype or idents)):
                        i = self.match(i + 1) + 1
                        continue
                    idents.append(t)
                    i += 1
                    break
                idents.append(t)
                i += 1
                continue
            if kind == ATTR or (kind == QUAL and (t != "_Atomic" or toks[i + 1] != "(")):
                i += 1
                continue
            if kind == ATTR_CALL:
                i += 1
                if toks[i] == "(":
                    i = self.match(i) + 1
                continue
            if kind == STMT or ((words or ctype) and idents):
                break
            idents.clear()  # they stand before a type: attributes
            if kind == BASE:
                words.append(t)
                i += 1
            elif kind == TAG:
                ctype, i = self._tag(t, i + 1)
            elif kind == AUTO:
                auto = True
                i += 1
            elif toks[i + 1] == "(":  # typeof, _Atomic
                ctype, i = self.typeof(i + 1)
            else:
                break
        self.i = i
        t = toks[i]
        bare = mode == _TYPE or t == "*" or (t == "(" and self._pointed(i))  # no name stands here
        if words:
            ctype = _base(tuple(words))
        elif ctype is None:
            if auto:
                ctype = AutoType()
            elif not idents:
                return None, ""
            elif len(idents) == 1 and not bare and mode != _PARAM:
                return None, idents[0]
            else:
                first = 0
                for k, ident in enumerate(idents[: None if bare else -1]):
                    if looks_like_type(ident):
                        first = k
                        break
                ctype = Named(idents[first])
                del idents[: first + 1]
        return ctype, _declared(idents) if idents and not bare else ""

    def _tag(self, kind: str, i: int) -> tuple[Tagged, int]:
        """``struct tag { ... }`` behind its keyword; the body is passed over."""
        toks = self.toks
        while WORD.get(toks[i], 0) in (ATTR, ATTR_CALL):
            i += 1
            if toks[i] == "(":
                i = self.match(i) + 1
        tag = ""
        if toks[i][0] in IDENT:
            tag = toks[i]
            i += 1
        if toks[i] == "{":
            i = self.match(i) + 1
        return Tagged(kind, tag), i

    def _pointed(self, i: int) -> bool:
        """Whether ``(*name)(`` or ``(ATTRIBUTE *name)(`` stands at ``i``: neither a call nor parameters."""
        toks = self.toks
        if toks[i + 1] != "*" and (toks[i + 2] != "*" or toks[i + 1][0] not in IDENT):
            return False
        return toks[self.match(i) + 1] in ("(", "[")

    def _nested(self, i: int) -> bool:
        """Whether the parenthesis at ``i`` holds a declarator, and not parameters."""
        t = self.toks[i + 1]
        if t in ("*", "("):
            return True
        if t[0] not in IDENT or 0 < WORD.get(t, 0) <= AUTO:
            return False
        return self.toks[self.match(i) + 1] in ("(", "[")

    def declarator(self, base: CType, name: str) -> tuple[str, CType]:
        """The declared name (unless the specifiers found it already) and its type."""
        toks, i = self.toks, self.i
        if not name:
            idents: list[str] = []
            limit = i + 8 * _MAX_DEPTH
            while True:
                t = toks[i]
                if i > limit:
                    raise Bail
                if t == "*":
                    base = Pointer(base)
                    idents.clear()
                elif t[0] not in IDENT:
                    break
                else:
                    kind = WORD.get(t)
                    if kind is None:
                        idents.append(t)
                        if toks[i + 1] == "(" and toks[i + 2] != "*":
                            i += 1
                            break
                    elif kind == ATTR_CALL and toks[i + 1] == "(":
                        i = self.match(i + 1)
                    elif kind not in (QUAL, ATTR, ATTR_CALL):
                        break
                i += 1
            if idents:
                name = _declared(idents)
            elif toks[i] == "(" and self._nested(i):
                self.depth += 1
                if self.depth > _MAX_DEPTH:
                    raise Bail
                self.i = self.match(i) + 1
                base = self.suffixes(base)
                after = self.i
                self.i = i + 1
                name, base = self.declarator(base, "")
                self.i = after
                self.depth -= 1
                return name, base
        self.i = i
        return name, self.suffixes(base)

    def suffixes(self, base: CType) -> CType:
        """The array and function parts behind a declarator's name."""
        toks, i = self.toks, self.i
        arrays = 0
        while toks[i] == "[":
            arrays += 1
            i = self.match(i) + 1
        if toks[i] == "(":
            self.i = i + 1
            params = self.param_list()
            base = Function(base, tuple([p.ctype for p in params]), params.variadic)
            self.params = tuple(params)
            i = self.i
        self.i = i
        if arrays > _MAX_DEPTH:
            raise Bail
        for _ in range(arrays):
            base = Array(base)
        return base

    def param_list(self) -> Params:
        """Parameters up to the parenthesis that closes them, which is passed, or the end of the text."""
        toks = self.toks
        out = Params()
        if toks[self.i] == "void" and toks[self.i + 1] in (")", _END):
            self.i += 1
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise Bail
        while toks[self.i] not in (")", _END):
            if toks[self.i] == "...":
                out.variadic = True
                self.i += 1
            else:
                ctype, name = self.specifiers(_PARAM)
                self.params = _NO_PARAMS
                if ctype is not None:
                    name, ctype = self.declarator(ctype, name)
                out.append(Decl(name, ctype or UNKNOWN, None, None, self.params))
            self.i = self.until(self.i, ",;")
            if toks[self.i] not in (",", ";"):
                break
            self.i += 1
        self.i += 1
        self.depth -= 1
        return out

    def declaration(self, implicit: bool = False) -> list[Decl]:
        """The names that one declaration declares; ``implicit`` lets a function header do without a type."""
        toks = self.toks
        base, name = self.specifiers(_DECL)
        if base is None:
            if not (implicit and name and toks[self.i] == "("):
                return []
            base = Base("int")
        out: list[Decl] = []
        while True:
            self.params = _NO_PARAMS
            name, ctype = self.declarator(base, name)
            params = self.params
            init_text, init = None, None
            t = toks[self.i]
            if t[0] in IDENT or t == ":":  # attributes, a bit-field's width
                self.i = self.until(self.i, ",;=")
                t = toks[self.i]
            if t == "=":
                begin = self.i + 1
                stop = self.until(begin, ",;")
                init_text, init = self.initializer(begin, stop)
                self.i = stop
                t = toks[stop]
            if name:
                out.append(Decl(name, ctype, init_text, init, params))
            if t != ",":
                break
            self.i += 1
            name = ""
        if t not in (";", "{", _END) and isinstance(base, Named):
            return []  # an expression, more likely
        return out

    def type_name(self) -> CType:
        """A type without a name, as in a cast."""
        ctype, _ = self.specifiers(_TYPE)
        if ctype is None:
            raise Bail
        if self.toks[self.i] in (")", _END):
            return ctype
        return self.declarator(ctype, "")[1]


_FAILS = (Bail, RecursionError, IndexError)


@lru_cache(maxsize=1 << 14)
def _declaration(text: str, is_type: IsType) -> tuple[Decl, ...]:
    try:
        return tuple(TypeParser(text, is_type).declaration())
    except _FAILS:
        return ()


def parse_declaration(text: str, is_type: IsType = looks_like_type) -> list[Decl]:
    """What a declaration such as ``int a, *b, (*fn)(struct sk_buff *skb)`` declares; nothing if it is not one.

    ``is_type`` is asked only about a lone name in ``typeof(name)``; it must be stable, for answers are remembered.
    """
    return list(_declaration(text, is_type))


@lru_cache(maxsize=1 << 12)
def parse_type_name(text: str, is_type: IsType = looks_like_type) -> CType:
    """The type in a cast or ``sizeof``; ``UNKNOWN`` where there is none."""
    try:
        return TypeParser(text, is_type).type_name()
    except _FAILS:
        return UNKNOWN


def parse_params(text: str, is_type: IsType = looks_like_type) -> Params:
    """The parameters in a list without its parentheses; ``variadic`` tells of a ``...``."""
    try:
        return TypeParser(text, is_type).param_list()
    except _FAILS:
        return Params()


def parse_signature(text: str, is_type: IsType = looks_like_type) -> Decl | None:
    """A function's header: ``ctype`` is the ``Function``, ``params`` its named parameters; None if it is no header."""
    try:
        decls = TypeParser(_NAMED_BY_MACRO.sub(r"\1(", text), is_type).declaration(implicit=True)
    except _FAILS:
        return None
    return decls[0] if decls and isinstance(decls[0].ctype, Function) else None
