# SPDX-License-Identifier: MIT
"""What a statement expression yields, past what assembler reads into a variable of its own.

``READ_ONCE`` of an arm64 kernel that is linked as a whole ends in ``atomic ? (typeof(*__x))__u.__val : (*(volatile
typeof(*__x) *)__x)``, where assembler has put ``*__x`` into ``__u`` (arch/arm64/include/asm/rwonce.h). Both arms are
the same value. The second says in C which value that is, so it stands for both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from xref.parse import ctree as x

_ASM: Final = re.compile(r"\b(?:asm|__asm__|__asm)\b")
_WORD: Final = re.compile(r"[A-Za-z_]\w*")


def read_in_c(e: x.Expr) -> x.Expr:
    """``e``; where it is a statement expression that yields one of two arms of which assembler has read one, with the
    other alone; where it yields what a variable of its own points to, with that: ``x`` for ``*__x``.
    """
    if not isinstance(e, x.StmtExpr) or e.result is None:
        return e
    result = _in_c(e, e.result) if isinstance(e.result, x.Cond) else e.result
    if isinstance(result, x.Unary) and result.op == "*":
        result = _outside(result, {d.name: d.init for d in e.decls})
    return e if result is e.result else msgspec.structs.replace(e, result=result)


def _in_c(e: x.StmtExpr, result: x.Cond) -> x.Expr:
    if result.then is not None:
        blank = {d.name for d in e.decls if d.init is None}
        for arm, other in ((result.then, result.other), (result.other, result.then)):
            filled = _root(arm)
            if filled in blank and _by_assembler(filled, _root(other), e.stmts):
                return other
    return result


def yielded(e: x.Expr) -> x.Expr:
    """What a statement expression yields, said by what is outside of it; any other expression is itself.
    ``({ typeof(*p) *__p = READ_ONCE(p); ...; (typeof(*p) *)__p; })`` of rcu_dereference() yields
    ``(typeof(*p) *)READ_ONCE(p)``, and ``({ typeof(&(x)) __x = &(x); ...; *(volatile typeof(*__x) *)__x; })`` of
    READ_ONCE() for arm64 yields ``x``.
    """
    if not isinstance(e, x.StmtExpr) or e.result is None:
        return e
    return _outside(e.result, {d.name: d.init for d in e.decls})


def _outside(e: x.Expr, own: Mapping[str, x.Expr | None]) -> x.Expr:
    match e:
        case x.Cast(ctype, operand):
            return x.Cast(ctype, _outside(operand, own))
        case x.Name(name):
            return own.get(name) or e
        case x.Unary("*", operand):
            pointer = _outside(operand, own)
            target = pointer
            while isinstance(target, x.Cast):
                target = target.operand
            return target.operand if isinstance(target, x.Unary) and target.op == "&" else x.Unary("*", pointer)
        case _:
            return e


def _root(e: x.Expr) -> str:
    """The variable that an expression is, is a part of, or is reached by; '' for all else."""
    while not isinstance(e, x.Name):
        match e:
            case x.Cast(_, operand) | x.Unary("*", operand):
                e = operand
            case x.Member(base, _, False):
                e = base
            case _:
                return ""
    return e.name


def _by_assembler(filled: str, source: str, stmts: Sequence[str | x.Expr]) -> bool:
    """Whether nothing but assembler writes to a variable, and has ``source`` for an operand."""
    texts = [text for text in stmts if isinstance(text, str) and filled in _WORD.findall(text)]
    set_in_c = re.compile(rf"\b{re.escape(filled)}\b(?:\s*\.\s*\w+)*\s*=(?!=)")
    return (
        bool(source and texts)
        and all(_ASM.search(text) is not None and source in _WORD.findall(text) for text in texts)
        and not any(set_in_c.search(text) for text in texts)
        and not any(isinstance(s, x.Assign) and _root(s.target) == filled for s in stmts)
    )
