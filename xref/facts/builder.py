# SPDX-License-Identifier: MIT
"""A function while its facts are being gathered: from the text itself, from other arms, from expansions."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from xref.facts.model import AssignFact, Body, CallFact, FunctionFact, LocalFact, ReturnFact


@dataclass(slots=True)
class FunctionBuilder:
    """Gathers one function; facts that a second arm repeats are kept once."""

    name: str
    line: int
    column: int
    end_line: int
    kind: str
    linkage: str
    guard: str
    signature: str
    trouble: str = ""
    made_by: str = ""
    aliases: dict[str, None] = field(default_factory=dict)
    params: frozenset[str] = frozenset()
    calls: dict[CallFact, None] = field(default_factory=dict)
    assigns: dict[AssignFact, None] = field(default_factory=dict)
    returns: dict[ReturnFact, None] = field(default_factory=dict)
    locals: dict[LocalFact, None] = field(default_factory=dict)

    def relative(self, guard: str) -> str:
        """A guard as it is kept on a fact: '' where it is the function's own."""
        return "" if guard == self.guard else guard

    def build(self) -> FunctionFact:
        """The finished facts, calls in the order of the source."""
        merged: dict[tuple[object, ...], CallFact] = {}
        for c in self.calls:
            key = (c.line, c.column, c.callee, c.arguments, c.guard, c.macro)
            other = merged.get(key)
            if other is None:
                merged[key] = c
            elif other.choice != c.choice or (other.condition != c.condition and not c.condition):
                merged[key] = _either(other, c)  # in one arm of an #if inside an if, in the other not
        calls = sorted(merged.values(), key=lambda c: (c.line, c.column))
        body = Body(tuple(calls), tuple(self.assigns), tuple(self.returns), tuple(self.locals))
        return FunctionFact(
            self.name,
            self.line,
            self.column,
            self.end_line,
            self.kind,
            self.linkage,
            tuple(self.aliases),
            self.guard,
            self.signature,
            self.trouble,
            self.made_by,
            body,
        )


def _either(one: CallFact, other: CallFact) -> CallFact:
    """A call that is made in either of two branches."""
    condition = one.condition and other.condition and one.condition
    alike = one.choice == other.choice
    chosen = one.choice if alike else one.choice and other.choice and f"({one.choice} || {other.choice})"
    return msgspec.structs.replace(one, condition=condition, choice=chosen)
