# SPDX-License-Identifier: MIT
"""Spells an expression again, as text that parses to the same expression."""

from __future__ import annotations

from xref.parse import ctree as x
from xref.parse.derived import to_text


def spell(e: x.Expr) -> str:
    """The expression as C text; parentheses wherever they could matter."""
    match e:
        case x.Name(name):
            return name
        case x.Num(text) | x.Str(text) | x.Unknown(text):
            return text
        case x.Member(base, field, arrow):
            return f"{_tight(base)}{'->' if arrow else '.'}{field}"
        case x.Call(func, args):
            return f"{_tight(func)}({', '.join(spell(a) for a in args)})"
        case x.Index(base, index):
            return f"{_tight(base)}[{spell(index)}]"
        case x.Unary(op, operand):
            return f"{_tight(operand)}{op[4:]}" if op.startswith("post") else f"{op}{_tight(operand)}"
        case x.Binary(op, left, right):
            return f"{_tight(left)} {op} {_tight(right)}"
        case x.Assign(op, target, value):
            return f"{_tight(target)} {op} {_tight(value)}"
        case x.Cond(test, then, other):
            middle = f" {_tight(then)} " if then is not None else ""
            return f"{_tight(test)} ?{middle}: {_tight(other)}"
        case x.Cast(ctype, operand):
            return f"({to_text(ctype)}){_tight(operand)}"
        case x.TypeName(ctype):
            return to_text(ctype)
        case x.SizeofLike(op, text):
            return f"{op}({text})"
        case x.Compound(ctype, text):
            return f"({to_text(ctype)}){text}"
        case x.LabelAddr(label):
            return f"&&{label}"
        case x.StmtExpr(_, _, result):
            return f"({{ {spell(result)}; }})" if result is not None else "({ })"
        case x.Generic(control, _):
            return spell(control)
    return ""


def _tight(e: x.Expr) -> str:
    text = spell(e)
    if isinstance(e, x.Name | x.Num | x.Str | x.Member | x.Call | x.Index | x.StmtExpr | x.SizeofLike):
        return text
    return f"({text})"
