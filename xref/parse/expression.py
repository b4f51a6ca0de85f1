# SPDX-License-Identifier: MIT
"""The grammar of GNU C expressions, over the cursor of the grammar of types.

The text may hold unexpanded macros, so an argument can be a type (``container_of(p, struct x, member)``) or no C at
all: such an argument alone becomes ``TypeName`` or ``Unknown``, and the call around it stands.
"""

from __future__ import annotations

from xref.parse.ctree import (
    Assign,
    Binary,
    Call,
    Cast,
    Compound,
    Cond,
    CType,
    Decl,
    Expr,
    Generic,
    Index,
    LabelAddr,
    Member,
    Name,
    Num,
    SizeofLike,
    StmtExpr,
    Str,
    TypeName,
    Unary,
    Unknown,
)
from xref.parse.ctype import AUTO, IDENT, STMT, WORD, Bail, TypeParser

_LEVELS = (",", "||", "&&", "|", "^", "&", "== !=", "< > <= >=", "<< >>", "+ -", "* / %")
_PREC = {op: level for level, ops in enumerate(_LEVELS) for op in ops.split() if level}
_ASSIGN = frozenset(("=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="))
_PREFIX = frozenset(("*", "&", "!", "-", "~", "+", "++", "--"))
_BRANCH = frozenset(("if", "for", "while", "switch"))
_SIZEOF, _GENERIC, _SKIP, _BAD = range(4)
SPECIAL = {word: _BAD for word, kind in WORD.items() if kind == STMT}
SPECIAL |= dict.fromkeys(("sizeof", "alignof", "__alignof__", "__alignof", "_Alignof", "offsetof"), _SIZEOF)
SPECIAL |= dict.fromkeys(("__builtin_offsetof", "__builtin_types_compatible_p", "__builtin_has_attribute"), _SIZEOF)
SPECIAL |= {"_Generic": _GENERIC, "__extension__": _SKIP}
_OPAQUE = frozenset(w for w, k in WORD.items() if k == STMT and w != "sizeof") | {"{", "asm", "__asm__", "__asm"}
MAX_DEPTH = 100
_MAX_CHAIN = 250


class ExprParser(TypeParser):
    """The grammar of expressions over the same cursor."""

    __slots__ = ()

    def operand(self, a: int, b: int) -> Expr:
        """The expression in ``typeof(...)``."""
        self.i = a
        expr = self.comma()
        return expr if self.i == b else Unknown(self.text_of(a, b))

    def initializer(self, a: int, b: int) -> tuple[str | None, Expr | None]:
        """The initialiser of a local, parsed unless it is a braced list."""
        return (self.text_of(a, b), None) if self.toks[a] == "{" else (None, self.piece(a, b))

    def piece(self, a: int, b: int) -> Expr:
        """What stands between two tokens: an expression, a type, or Unknown."""
        if 0 < WORD.get(self.toks[a], 0) <= AUTO:
            return self._type_piece(a, b)
        depth = self.depth
        self.i = a
        try:
            expr = self.assign()
            if self.i == b:
                return expr
        except Bail:
            self.depth = depth
        return self._failed(a, b)

    def whole(self, end: int) -> Expr:
        """What all tokens up to ``end`` are."""
        if 0 < WORD.get(self.toks[0], 0) <= AUTO:
            return self._type_piece(0, end)
        try:
            expr = self.comma()
            if self.i == end:
                return expr
        except Bail:
            pass
        return self._failed(0, end)

    def _failed(self, a: int, b: int) -> Expr:
        """What the tokens are that are no expression: ``u32 *`` still is a type."""
        toks = self.toks
        if toks[b - 1] == "*" and all(x == "*" or x[0] in IDENT for x in toks[a:b]):
            return self._type_piece(a, b)
        self.i = b
        return Unknown(self.text_of(a, b))

    def _type_piece(self, a: int, b: int) -> Expr:
        """A type between two tokens, or Unknown."""
        depth = self.depth
        self.i = a
        try:
            ctype = self.type_name()
            if self.i == b:
                return TypeName(ctype)
        except Bail:
            self.depth = depth
        self.i = b
        return Unknown(self.text_of(a, b))

    def comma(self) -> Expr:
        """An expression with the comma operator."""
        left = self.assign()
        count = 0
        while self.toks[self.i] == ",":
            self.i += 1
            count += 1
            left = Binary(",", left, self.assign())
            if count > _MAX_CHAIN:
                raise Bail
        return left

    def assign(self) -> Expr:
        """An assignment or conditional expression. All recursion passes here, so depth is counted here."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Bail
        left = self.unary()
        toks = self.toks
        t = toks[self.i]
        if t in _PREC:
            left = self.binary(left, 1)
            t = toks[self.i]
        if t == "?":
            pending: list[tuple[Expr, Expr | None]] = []
            while toks[self.i] == "?":
                self.i += 1
                then = None if toks[self.i] == ":" else self.comma()
                if toks[self.i] != ":" or len(pending) > _MAX_CHAIN:
                    raise Bail
                self.i += 1
                pending.append((left, then))
                left = self.unary()
                if toks[self.i] in _PREC:
                    left = self.binary(left, 1)
            for test, then in reversed(pending):
                left = Cond(test, then, left)
            t = toks[self.i]
        if t in _ASSIGN:
            self.i += 1
            left = Assign(t, left, self.assign())
        self.depth -= 1
        return left

    def binary(self, left: Expr, least: int) -> Expr:
        """Operators that bind at least that tightly, behind their first operand."""
        toks = self.toks
        for _ in range(_MAX_CHAIN):
            op = toks[self.i]
            level = _PREC.get(op, 0)
            if level < least:
                return left
            self.i += 1
            right = self.unary()
            if _PREC.get(toks[self.i], 0) > level:
                right = self.binary(right, level + 1)
            left = Binary(op, left, right)
        raise Bail

    def unary(self) -> Expr:
        """Prefix operators and casts, a primary expression, and what is put behind it."""
        toks = self.toks
        i = self.i
        before: list[str | CType] = []
        node: Expr
        while True:
            t = toks[i]
            c = t[0]
            if c in IDENT:
                i += 1
                special = SPECIAL.get(t)
                if special is not None:
                    if special == _SKIP:
                        continue
                    self.i = i
                    node = self._special(t, special)
                    i = self.i
                elif toks[i][0] == '"' or (toks[i][0] in IDENT and toks[i + 1] == "(" and toks[i + 2][0] == '"'):
                    node, i = self._strings(i - 1)
                else:
                    node = Name(t)
                break
            if c == "(":
                if toks[i + 1] == "{":
                    node = self._stmt_expr(i)
                    i = self.i
                    break
                if self._is_type_group(i):
                    self.i = i + 1
                    close = self.match(i)
                    ctype = self.type_name()
                    i = close + 1
                    if toks[i] == "{":
                        end = self.match(i) + 1
                        node, i = Compound(ctype, self.text_of(i, end)), end
                        break
                    before.append(ctype)
                    continue
                self.i = i + 1
                node = self.comma()
                i = self.i
                if toks[i] != ")":
                    raise Bail
                i += 1
                break
            if t in _PREFIX:
                before.append(t)
                i += 1
                continue
            if c == '"':
                node, i = self._strings(i)
            elif c.isdigit() or c == "'" or (c == "." and len(t) > 1 and t != "..."):
                node = Num(t)
                i += 1
            elif t == "&&" and toks[i + 1][0] in IDENT:
                node = LabelAddr(toks[i + 1])
                i += 2
            else:
                raise Bail
            break
        for _ in range(_MAX_CHAIN):
            t = toks[i]
            if t == "->" or t == ".":
                field = toks[i + 1]
                if field[0] not in IDENT:
                    raise Bail
                node = Member(node, field, t == "->")
                i += 2
            elif t == "(":
                self.i = i + 1
                node = Call(node, self._args())
                i = self.i
                if toks[i][0] == '"':
                    node, i = self._strings(i)
            elif t == "[":
                self.i = i + 1
                index = self.comma()
                i = self.i
                if toks[i] != "]":
                    raise Bail
                i += 1
                node = Index(node, index)
            elif t == "++" or t == "--":
                node = Unary("post" + t, node)
                i += 1
            else:
                break
        else:
            raise Bail
        self.i = i
        if before:
            if len(before) > _MAX_CHAIN:
                raise Bail
            for pre in reversed(before):
                node = Unary(pre, node) if isinstance(pre, str) else Cast(pre, node)
        return node

    def _strings(self, a: int) -> tuple[Str, int]:
        """Strings side by side, with macros such as ``PRId64`` or ``__stringify(x)`` between them."""
        toks, i = self.toks, a
        while True:
            c = toks[i][0]
            if c == '"':
                i += 1
            elif c in IDENT:
                i += 1
                if toks[i] == "(":
                    i = self.match(i) + 1
            else:
                return Str(self.text_of(a, i)), i

    def _args(self) -> tuple[Expr, ...]:
        """The arguments of a call, behind its parenthesis; one that is no expression does not spoil the others."""
        toks = self.toks
        if toks[self.i] == ")":
            self.i += 1
            return ()
        args: list[Expr] = []
        while True:
            a, depth = self.i, self.depth
            t = toks[a]
            if 0 < WORD.get(t, 0) <= AUTO:
                args.append(self._type_piece(a, self.until(a, ",;")))
                t = toks[self.i]
            else:
                # Never parse an argument twice: it may hold calls whose arguments would be parsed twice, and so on.
                try:
                    arg = self.assign()
                    t = toks[self.i]
                except Bail:
                    self.depth, t = depth, ""
                if t != "," and t != ")":
                    b = self.until(a, ",;")
                    arg = self._failed(a, b)
                    t = toks[b]
                args.append(arg)
            self.i += 1
            if t == ")":
                return tuple(args)
            if t != ",":
                raise Bail

    def _special(self, word: str, special: int) -> Expr:
        """``sizeof`` and its kin, and ``_Generic``."""
        toks, i = self.toks, self.i
        if special == _SIZEOF:
            if toks[i] == "(":
                self.i = self.match(i) + 1
                while toks[self.i] in ("->", ".", "["):
                    self.i = self.match(self.i) + 1 if toks[self.i] == "[" else self.i + 2
            elif word.startswith("__builtin") or word == "offsetof":
                return Name(word)
            else:
                self.depth += 1
                if self.depth > MAX_DEPTH:
                    raise Bail
                self.unary()
                self.depth -= 1
            return SizeofLike(word, self.text_of(i, self.i))
        if special == _BAD or toks[i] != "(":
            raise Bail
        close = self.match(i)
        stop = self.until(i + 1, ",")
        control = self.piece(i + 1, stop)
        arms: list[tuple[CType | None, Expr]] = []
        while stop < close:
            self.i = stop + 1
            ctype = None if toks[self.i] == "default" else self.type_name()
            colon = self.until(stop + 1, ":")
            stop = self.until(colon, ",")
            arms.append((ctype, self.piece(colon + 1, stop)))
        self.i = close + 1
        return Generic(control, tuple(arms))

    def _is_type_group(self, i: int) -> bool:
        """Whether the parenthesis at ``i`` holds a type."""
        toks = self.toks
        t = toks[i + 1]
        if t[0] not in IDENT:
            return False
        kind = WORD.get(t)
        if kind is not None:
            return kind != STMT and t != "__extension__"
        after = toks[i + 2]
        if after == ")":
            after = toks[i + 3]
            if after in ("~", "!", "{") or after[0] in IDENT or after[0].isdigit() or after[0] in "\"'":
                return True
            return after in ("(", "*", "&", "-", "+", "++", "--") and self.known(t)
        if after == "(":
            return (toks[i + 3] == "*" and toks[i + 4] == ")") or toks[self.match(i) - 1] == "*"
        if after == "[":
            return toks[self.match(i) + 1] == "{"
        if after != "*" and after[0] not in IDENT:
            return False
        adjacent = after != "*"
        k = i + 2
        while toks[k] == "*" or toks[k][0] in IDENT:
            k += 1
        if toks[k] != ")":
            return adjacent and toks[self.match(i) - 1] == "*"
        return adjacent or toks[k - 1] == "*" or toks[k - 1] in WORD

    def _declares(self, i: int) -> bool:
        """Whether a statement is a declaration."""
        toks = self.toks
        t = toks[i]
        kind = WORD.get(t)
        if kind is not None:
            return kind != STMT
        if t[0] not in IDENT:
            return False
        after = toks[i + 1]
        if after[0] in IDENT:
            return True
        if after == "(":
            return toks[i + 2] == "*" and toks[self.match(i + 1) + 1] == "(" and self.known(t)
        if after != "*":
            return False
        k = i + 2
        while toks[k] == "*" or WORD.get(toks[k], STMT) < STMT:
            k += 1
        return toks[k][0] in IDENT and (toks[k + 1] == "=" or (toks[k + 1] in (";", ",", "[", "}") and self.known(t)))

    def _past_statement(self, i: int, end: int) -> int:
        """Where the statement at ``i`` is over."""
        toks = self.toks
        while i < end:
            t = toks[i]
            if t == "{":
                return self.match(i) + 1
            if t in _BRANCH or (t[0] in IDENT and t not in WORD and toks[i + 1] == "("):
                i = self.match(i + 1) + 1
                if t not in _BRANCH:
                    return self.match(i) + 1 if toks[i] == "{" else min(self.until(i, ";") + 1, end)
                if t == "if":
                    self.depth += 1
                    if self.depth > MAX_DEPTH:
                        raise Bail
                    i = self._past_statement(i, end)
                    self.depth -= 1
                    if toks[i] != "else":
                        return i
                    i += 1
            elif t == "do":
                self.depth += 1
                if self.depth > MAX_DEPTH:
                    raise Bail
                i = self._past_statement(i + 1, end)
                self.depth -= 1
            else:
                return min(self.until(i, ";") + 1, end)
        return end

    def _stmt_expr(self, i: int) -> StmtExpr:
        """``({ ... })`` from its parenthesis on."""
        toks = self.toks
        end = self.match(i + 1)
        if toks[end + 1] != ")":
            raise Bail
        decls: list[Decl] = []
        stmts: list[str | Expr] = []
        result: Expr | None = None
        i += 2
        while i < end:
            t = toks[i]
            if t == ";" or t == "__extension__":
                i += 1
                continue
            if toks[i + 1] == ":" and t[0] in IDENT:
                i += 2
                continue
            if result is not None:
                stmts.append(result)
                result = None
            if t in _OPAQUE:
                stop = self._past_statement(i, end)
                stmts.append(self.text_of(i, stop))
            elif self._declares(i):
                stop = self.until(i, ";")
                self.i = i
                decls += self.declaration()
            else:
                stop = self.until(i, ";")
                depth = self.depth
                self.i = i
                try:
                    result = self.comma()
                except Bail:
                    self.depth = depth
                if result is None or self.i != stop:
                    result = None
                    stop = self._past_statement(i, end)
                    stmts.append(self.text_of(i, stop))
            i = stop
        self.i = end + 2
        return StmtExpr(tuple(decls), tuple(stmts), result)
