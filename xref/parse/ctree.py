# SPDX-License-Identifier: MIT
"""What C text is parsed into: types, declared names, expressions. Data alone; ``ctype`` and ``cexpr`` are the parsers.

The classes are ``msgspec.Struct`` and not dataclasses: a frozen dataclass with slots takes five times as long to make,
and an export makes millions. ``gc=False`` is safe because the trees are immutable and so cannot hold cycles.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec


class Base(msgspec.Struct, frozen=True, gc=False):
    """A built-in type, its name normalised: ``unsigned long``, ``int``, ``void``, ``bool``."""

    name: str


class Tagged(msgspec.Struct, frozen=True, gc=False):
    """``struct tag``, ``union tag`` or ``enum tag``; the tag of an anonymous one is empty."""

    kind: str
    tag: str


class Named(msgspec.Struct, frozen=True, gc=False):
    """A typedef's name."""

    name: str


class Pointer(msgspec.Struct, frozen=True, gc=False):
    """A pointer."""

    to: CType


class Array(msgspec.Struct, frozen=True, gc=False):
    """An array of any length."""

    of: CType


class Function(msgspec.Struct, frozen=True, gc=False):
    """A function. Parameter names are no part of a type: ``Decl.params`` has them."""

    returns: CType
    params: tuple[CType, ...] = ()
    variadic: bool = False


class TypeofExpr(msgspec.Struct, frozen=True, gc=False):
    """``typeof(expression)``; ``typeof(type)`` is that type itself."""

    expr: Expr


class AutoType(msgspec.Struct, frozen=True, gc=False):
    """``__auto_type``: the type of the initialiser."""


CType: TypeAlias = Base | Tagged | Named | Pointer | Array | Function | TypeofExpr | AutoType

UNKNOWN = Base("?")
"""Stands where a type could not be read, so that the positions of the parameters after it stay true."""


class Decl(msgspec.Struct, frozen=True, gc=False):
    """One declared name (empty for an abstract parameter)."""

    name: str
    ctype: CType
    init_text: str | None = None
    """The initialiser as it is written."""
    init: Expr | None = None
    """The initialiser parsed; only in a statement expression's declarations, which then have no ``init_text``."""
    params: tuple[Decl, ...] = ()
    """The parameters, with their names, of the function (or of the function pointed to) that is declared."""


class Params(list[Decl]):
    """The parameters of a function, and whether ``...`` ends them."""

    variadic = False


class Name(msgspec.Struct, frozen=True, gc=False):
    """An identifier."""

    name: str


class Num(msgspec.Struct, frozen=True, gc=False):
    """A number or a character constant."""

    text: str


class Str(msgspec.Struct, frozen=True, gc=False):
    """A string, or several side by side, macros such as ``KERN_ERR`` among them."""

    text: str


class Call(msgspec.Struct, frozen=True, gc=False):
    """``func(args)``: a function or an unexpanded macro."""

    func: Expr
    args: tuple[Expr, ...]


class Member(msgspec.Struct, frozen=True, gc=False):
    """``base.field`` or ``base->field``."""

    base: Expr
    field: str
    arrow: bool


class Index(msgspec.Struct, frozen=True, gc=False):
    """``base[index]``."""

    base: Expr
    index: Expr


class Unary(msgspec.Struct, frozen=True, gc=False):
    """A prefix operator, or ``post++`` and ``post--``."""

    op: str
    operand: Expr


class Binary(msgspec.Struct, frozen=True, gc=False):
    """A binary operator, the comma among them."""

    op: str
    left: Expr
    right: Expr


class Assign(msgspec.Struct, frozen=True, gc=False):
    """``target = value``, ``target += value``, ..."""

    op: str
    target: Expr
    value: Expr


class Cond(msgspec.Struct, frozen=True, gc=False):
    """``test ? then : other``; ``then`` is None in GNU's ``test ?: other``."""

    test: Expr
    then: Expr | None
    other: Expr


class Cast(msgspec.Struct, frozen=True, gc=False):
    """``(type)operand``."""

    type: CType
    operand: Expr


class TypeName(msgspec.Struct, frozen=True, gc=False):
    """A type where an expression is expected: an argument of a macro."""

    type: CType


class SizeofLike(msgspec.Struct, frozen=True, gc=False):
    """``sizeof``, ``offsetof`` and their kin, whose operands are not evaluated; kept as text."""

    op: str
    text: str


class StmtExpr(msgspec.Struct, frozen=True, gc=False):
    """``({ ... })``. ``stmts`` are all but the declarations and the result; what is no expression stays text."""

    decls: tuple[Decl, ...]
    stmts: tuple[str | Expr, ...]
    result: Expr | None


class Compound(msgspec.Struct, frozen=True, gc=False):
    """``(type){ ... }``; ``text`` has the braces."""

    type: CType
    text: str


class Generic(msgspec.Struct, frozen=True, gc=False):
    """``_Generic(control, type: expr, default: expr)``; the default arm has None for its type."""

    control: Expr
    arms: tuple[tuple[CType | None, Expr], ...]


class LabelAddr(msgspec.Struct, frozen=True, gc=False):
    """``&&label``."""

    label: str


class Unknown(msgspec.Struct, frozen=True, gc=False):
    """Text that could not be read."""

    text: str


Expr: TypeAlias = (
    Name | Num | Str | Call | Member | Index | Unary | Binary | Assign | Cond | Cast | TypeName | SizeofLike
    | StmtExpr | Compound | Generic | LabelAddr | Unknown
)  # fmt: skip


def accessed(e: Expr) -> Expr:
    """The name or member of which ``e`` is an element, or what it points to: ``t`` of ``t[i]`` and ``(*t)[i]``."""
    while isinstance(e, Index) or (isinstance(e, Unary) and e.op == "*"):
        e = e.base if isinstance(e, Index) else e.operand
    return e
