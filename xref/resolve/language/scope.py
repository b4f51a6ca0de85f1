# SPDX-License-Identifier: MIT
"""The names inside one function: parameters and locals, with their declarations."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from xref.facts.model import Body, LocalFact
from xref.parse.ctree import CType, Decl, Function, Name, Pointer, Tagged, TypeofExpr
from xref.parse.ctype import WORD, parse_declaration, parse_signature
from xref.store.model import FunctionInfo

_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*")
_RECORD = r"(?:const\s+)?(struct|union)\s+([A-Za-z_]\w*)\s*(\*{0,2})\s*([A-Za-z_]\w*)\s*"
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_ERROR = re.compile(r"\b(?:error|__error__)\s*\(")
_PLAIN_LOCAL = re.compile(_RECORD + r"(?:[=,;]|$)")
_PLAIN_PARAM = re.compile(r"[(,]\s*" + _RECORD + r"(?=[,)])")


class Scope:
    """The names of one function. ``extra`` holds what a statement expression around an expression declares."""

    def __init__(self, function: FunctionInfo, body: Body, is_type: Callable[[str], bool]) -> None:
        self.function = function
        self.file_id = function.file_id
        self.body = body
        self._is_type = is_type
        signature = function.signature.partition("(")[2] if function.kind != "macro" else ""
        self._text = "\n".join([signature, *(local.text for local in body.locals)])
        """All declarations: what is not in here is not declared here, which is quickly seen."""
        self.extra: dict[str, Decl] = {}
        self._words: frozenset[str] | None = None
        self._params: tuple[Decl, ...] | None = None
        self._names: tuple[str, ...] | None = None
        self._plain: dict[str, CType | None] = {}
        self._locals: dict[str, list[tuple[LocalFact, Decl]]] = {}

    @property
    def words(self) -> frozenset[str]:
        """Every identifier in the declarations."""
        if self._words is None:
            self._words = frozenset(_IDENTIFIER.findall(self._text))
        return self._words

    def mentions(self, name: str) -> bool:
        """A cheap first test for "may be local": whether ``name`` is in the declarations."""
        return name in self._text and name in self.words

    @property
    def params(self) -> tuple[Decl, ...]:
        """The parameters, in order; a macro's have no types."""
        if self._params is None:
            is_macro = self.function.kind == "macro"
            declared = None if is_macro else parse_signature(self.function.signature, self._is_type)
            self._params = declared.params if declared is not None else ()
        return self._params

    @property
    def macro_params(self) -> tuple[str, ...]:
        """A macro's parameters; none for a function."""
        if self._names is None:
            self._names = self._macro_names()
        return self._names

    def _macro_names(self) -> tuple[str, ...]:
        inside = self.function.signature.partition("(")[2].rpartition(")")[0]
        params = tuple(p.strip() for p in inside.split(",")) if self.function.kind == "macro" else ()
        if params and params[-1].endswith("..."):
            return (*params[:-1], params[-1][:-3].strip() or "__VA_ARGS__")
        return params

    @property
    def variadic(self) -> str:
        """The macro's parameter that takes the rest of the arguments; '' where there is none."""
        return self.macro_params[-1] if "..." in self.function.signature and self.macro_params else ""

    def macro_param(self, name: str) -> int | None:
        """The 0-based position of a macro's parameter; None where ``name`` is none."""
        return self.macro_params.index(name) if name in self.macro_params else None

    def plain(self, name: str) -> CType | None:
        """The type of a parameter or local variable of a function where there is just one of the name and it is
        declared as ``struct sock *sk``; None for all others, of which some are declared too.
        """
        if name in self.extra:
            return None
        if name in self._plain:
            return self._plain[name]
        found: CType | None = None
        if name in self._text and self.function.kind != "macro":
            signature = self.function.signature
            rivals = [local.text for local in self.body.locals if name in local.text]
            if not rivals and signature.count("(") == 1:
                found = next((_record(m) for m in _PLAIN_PARAM.finditer(signature) if m[4] == name), None)
            elif len(rivals) == 1:
                m = _PLAIN_LOCAL.match(rivals[0])
                if m is not None and m[4] == name:
                    found = _record(m)
            self._plain[name] = found
        return found

    def local(self, name: str, line: int) -> Decl | None:
        """The declaration of a local variable as it holds at ``line``: the innermost one."""
        if name in self.extra:
            return self.extra[name]
        found = self.declaration(name, line)
        return found[1] if found is not None else None

    def declaration(self, name: str, line: int) -> tuple[LocalFact, Decl] | None:
        """The same with the fact it comes from; names that a statement expression declares have none."""
        if not self.mentions(name):
            return None
        rivals = self.declarations(name)
        if not rivals:
            return None
        holding = [r for r in rivals if r[0].line <= line <= r[0].end_line]
        if not holding:
            return rivals[0] if len(rivals) == 1 and self.function.kind != "macro" else None
        return max(holding, key=lambda r: (r[0].line, -r[0].end_line))

    def declarations(self, name: str) -> list[tuple[LocalFact, Decl]]:
        """All declarations of a local variable. Of a function's declarations most are never asked for, nor parsed.

        A prototype inside a block declares none: it means the function of that name outside (C11 6.2.2 p5).
        """
        return [found for found in self._declared(name) if not isinstance(found[1].ctype, Function)]

    def only_value(self, name: str, line: int) -> str | None:
        """What the local variable that holds at a line is declared with or assigned, where that is said once."""
        declared = self.declaration(name, line)
        if declared is None:
            return None
        values = {a.value for a in self.body.assigns if a.target == name}
        if declared[1].init_text is not None:
            values.add(declared[1].init_text)
        return values.pop() if len(values) == 1 else None

    def prototype(self, name: str, line: int) -> LocalFact | None:
        """The prototype of a function ``name`` that holds at ``line``, where one stands inside this function."""
        if not self.mentions(name):
            return None
        holding = [
            local
            for local, decl in self._declared(name)
            if isinstance(decl.ctype, Function) and local.line <= line <= local.end_line
        ]
        return holding[-1] if holding else None

    def _declared(self, name: str) -> list[tuple[LocalFact, Decl]]:
        found = self._locals.get(name)
        if found is None:
            found = self._locals[name] = [
                (local, decl)
                for local in self.body.locals
                if name in local.text
                for decl in parse_declaration(local.text, self._is_type)
                if decl.name == name
            ]
        return found

    def declares(self, name: str) -> bool:
        """Whether a local variable or a parameter of this name is declared anywhere in the function."""
        return self.mentions(name) and (bool(self.declarations(name)) or self.param(name) is not None)

    @contextmanager
    def declaring(self, decls: tuple[Decl, ...]) -> Iterator[None]:
        """Inside, the names that a statement expression declares hold as well; ``extern typeof(x) x`` declares what is
        there (C11 6.2.2 p4; symbol_get() of include/linux/module.h without CONFIG_MODULES).
        """
        saved = dict(self.extra)
        self.extra.update((d.name, d) for d in decls if d.name and d.ctype != TypeofExpr(Name(d.name)))
        try:
            yield
        finally:
            self.extra.clear()
            self.extra.update(saved)

    def param(self, name: str) -> tuple[int, Decl] | None:
        """A parameter with its 0-based position."""
        if not self.mentions(name):
            return None
        for i, decl in enumerate(self.params):
            if decl.name == name:
                return i, decl
        return None

    def parameter_name(self, position: int) -> str:
        """The name of the parameter at a 0-based position; '' where there is none."""
        names = self.macro_params if self.function.kind == "macro" else [decl.name for decl in self.params]
        return names[position] if position < len(names) else ""

    def holds(self, name: str, line: int) -> bool:
        """Whether ``name`` is a local variable or a parameter here."""
        if name in self.extra:
            return True
        return self.mentions(name) and (self.local(name, line) is not None or self.param(name) is not None)


def fails_the_build(prototype: str) -> bool:
    """Whether a function is declared to fail the build if a call of it is left: a kernel that was built has none.

    ``__compiletime_assert()`` of include/linux/compiler_types.h declares such a function right before it calls it. GCC,
    "Common Function Attributes": "If the error or warning attribute is used on a function declaration and a call to
    such a function is not eliminated through dead code elimination or other optimizations, an error or warning
    (respectively) that includes message is diagnosed."
    """
    return "__attribute__" in prototype and _ERROR.search(_STRING.sub('""', prototype)) is not None


def _record(m: re.Match[str]) -> CType | None:
    """The type in a match of ``_RECORD``."""
    if m[2] in WORD or m[4] in WORD:
        return None
    found: CType = Tagged(m[1], m[2])
    for _ in m[3]:
        found = Pointer(found)
    return found
