# SPDX-License-Identifier: MIT
"""The facts of one file, as frozen rows.

They are :class:`msgspec.Struct` rather than dataclasses: frozen and slotted all the same, but made in C (a frozen
dataclass costs ten times as much, and a tree has ten million facts) and with a typed codec of their own, so a fact goes
into the index and comes out of it as what it is.

Lines are 1-based, columns 0-based bytes. Expressions and declarations are kept as the source spells them, comments and
directives removed; whoever needs their meaning parses them with :mod:`xref.parse.cexpr` and :mod:`xref.parse.ctype`.
"""

from __future__ import annotations

import msgspec

from xref.lex.model import Include, MacroDef


class Fact(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Base of all facts: immutable, compared by value, encoded as arrays."""


class CallFact(Fact, frozen=True, array_like=True, gc=False):
    """One call: ``callee`` and ``arguments`` (without their parentheses) as source text.

    ``macro`` names the function-like macro whose expansion made it, '' for what the source itself spells. ``condition``
    is the branch that the call stands in, as text. ``choice`` is what types must be like for the call to be one,
    ``(sizeof(n) <= 4)``; '' where it does not hang on them.
    """

    line: int
    column: int
    callee: str
    arguments: str
    guard: str = ""
    macro: str = ""
    condition: str = ""
    choice: str = ""


class AssignFact(Fact, frozen=True, array_like=True, gc=False):
    """``target = value``, where the value can carry an address.

    ``until``, where the target is a member: the last line to which nobody comes, through its function, who has not made
    this assignment before, if it stands below; 0 for none.
    """

    line: int
    column: int
    target: str
    value: str
    guard: str = ""
    macro: str = ""
    until: int = 0


class ReturnFact(Fact, frozen=True, array_like=True, gc=False):
    """``return value;``, where the value can carry an address."""

    line: int
    value: str


class LocalFact(Fact, frozen=True, array_like=True, gc=False):
    """A declaration inside a function: its text, and the lines between which it holds."""

    line: int
    end_line: int
    text: str


class Body(Fact, frozen=True, array_like=True, gc=False):
    """What happens inside one function or macro."""

    calls: tuple[CallFact, ...] = ()
    assigns: tuple[AssignFact, ...] = ()
    returns: tuple[ReturnFact, ...] = ()
    locals: tuple[LocalFact, ...] = ()


class FunctionFact(Fact, frozen=True, array_like=True, gc=False):
    """A function, a function-like macro (``kind`` "macro") or an assembly entry ("asm").

    ``signature`` is the header as the source spells it, or, for a macro, its parameters. ``trouble`` says what
    the parser met inside that it could not read. ``made_by`` names the macro invocation that defines it.
    """

    name: str
    line: int
    column: int
    end_line: int
    kind: str
    linkage: str
    aliases: tuple[str, ...]
    guard: str
    signature: str
    trouble: str
    made_by: str
    body: Body


class FieldFact(Fact, frozen=True, array_like=True, gc=False):
    """One member: ``decl`` is a declaration of it alone (``int (*sendmsg)(struct socket *sock, ...)``); an anonymous
    member has an empty name.
    """

    name: str
    decl: str
    line: int
    guard: str = ""


class RecordFact(Fact, frozen=True, array_like=True, gc=False):
    """A struct or union with its members. An untagged one is called after its place, ``__anon_LINE_COLUMN``.
    ``open`` tells that further members come from an ``#include`` or an unknown macro inside the braces.
    """

    tag: str
    kind: str
    line: int
    guard: str
    open: bool
    fields: tuple[FieldFact, ...]


class TypedefFact(Fact, frozen=True, array_like=True, gc=False):
    """A typedef; ``decl`` declares the name with the type it stands for."""

    name: str
    decl: str
    line: int
    guard: str = ""


class ObjectFact(Fact, frozen=True, array_like=True, gc=False):
    """A variable at file scope (or a static one inside ``function``); ``linkage``: static, extern, or declared."""

    name: str
    decl: str
    line: int
    linkage: str
    guard: str = ""
    function: str = ""


class RegistrationFact(Fact, frozen=True, array_like=True, gc=False):
    """One initialiser value that may be an address: ``object``, of the type in ``decl``, gets ``value`` at ``path``.

    ``path`` is a sequence of ``.field``, ``[index]`` (designated) and ``#n`` (positional) steps. ``field`` is the last
    field named in it, '' if the last step is positional. ``function`` is the one it stands in, '' at file scope.
    """

    line: int
    column: int
    object: str
    decl: str
    path: str
    field: str
    value: str
    how: str
    guard: str = ""
    function: str = ""


class FileFacts(Fact, frozen=True, array_like=True, gc=False):
    """All that was learnt from one file."""

    path: str
    functions: tuple[FunctionFact, ...] = ()
    records: tuple[RecordFact, ...] = ()
    typedefs: tuple[TypedefFact, ...] = ()
    objects: tuple[ObjectFact, ...] = ()
    registrations: tuple[RegistrationFact, ...] = ()
    macros: tuple[MacroDef, ...] = ()
    includes: tuple[Include, ...] = ()
    exports: tuple[str, ...] = ()
    error_bytes: int = 0
    notes: tuple[str, ...] = ()
