# SPDX-License-Identifier: MIT
"""Callees that are cast before they are called: the type of the cast says which functions can be meant.

``((void (*)(void *, struct sock *))(it_func))(__data, sk)`` of include/linux/tracepoint.h calls what every tracepoint
of the kernel has put into one slot. A call through another type is undefined (C11 6.3.2.3 p8), and CONFIG_CFI_CLANG
stops it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, TypeVar

from xref.parse.ctree import CType, Function, Pointer
from xref.parse.ctype import parse_signature
from xref.parse.derived import to_text
from xref.resolve.model import Holding, Target
from xref.store.model import FunctionInfo

_Found = TypeVar("_Found", Holding, Target)

NONE_OF_TYPE: Final = "no function of the type that it is cast to is known here"


def fits(function: FunctionInfo, ctype: CType | None) -> bool:
    """Whether a callee that is cast to ``ctype`` can mean ``function``: not where it is another type."""
    wanted = _wanted(ctype)
    return wanted is None or _fits(function, wanted)


def fitting(found: tuple[_Found, ...], ctype: CType | None) -> tuple[_Found, ...]:
    """Those of ``found`` that a callee which is cast to ``ctype`` can mean."""
    wanted = _wanted(ctype)
    return found if wanted is None else tuple(f for f in found if _fits(f.function, wanted))


def seems_meant(holding: Holding, given: int) -> bool:
    """Whether a function that came to a call by detours takes the ``given`` arguments of the call: what a match table
    holds for any driver, or a union for another member, may not. What is put into the called slot itself is taken at
    its word, and so is a function without parameters that was handed over: ``on_each_cpu((void *)f, NULL, 1)``.
    """
    if len(holding.steps) < 2:
        return True
    handed = all(step.rule != "return" for step in holding.steps)
    return _accepts(holding.function.signature, given, handed)


@lru_cache(maxsize=65536)
def _accepts(signature: str, given: int, handed: bool) -> bool:
    decl = parse_signature(signature)
    if decl is None or not isinstance(decl.ctype, Function) or signature.count(f"{decl.name}(") > 1:
        return True  # HFC_outb_pcimem() of drivers/isdn/hardware/mISDN/hfcmulti.c has other parameters in each #if arm
    many = len(decl.ctype.params)
    if not many and (handed or signature.rpartition("(")[2].strip(") ") != "void"):
        return True  # int f(): nothing is said of what it takes (C11 6.7.6.3 p14)
    return given >= many if decl.ctype.variadic else given == many


def _wanted(ctype: CType | None) -> tuple[str, ...] | None:
    """The types of the parameters of the function that ``ctype`` points to; None where it is no such type, or a macro
    stands for some of them: ``(void (*)(TP_PROTO(int x)))``.
    """
    if not (isinstance(ctype, Pointer) and isinstance(ctype.to, Function)):
        return None
    return None if any(isinstance(p, Function) for p in ctype.to.params) else _parameters(ctype.to)


def _parameters(function: Function) -> tuple[str, ...]:
    return tuple(to_text(p) for p in function.params)


@lru_cache(maxsize=65536)
def _taken(signature: str) -> tuple[str, ...] | None:
    """The types of a function's parameters as text; None where its header could not be read."""
    decl = parse_signature(signature)
    return _parameters(decl.ctype) if decl is not None and isinstance(decl.ctype, Function) else None


@lru_cache(maxsize=65536)
def _how_many(signature: str, name: str) -> int | None:
    """How many parameters a function has, where that is seen without parsing; ``(void)`` counts as one."""
    head, _, inside = signature.partition("(")
    return None if "(" in inside or not head.rstrip().endswith(name) else inside.count(",") + head.count(",") + 1


def _fits(function: FunctionInfo, wanted: tuple[str, ...]) -> bool:
    signature = function.signature
    # seen without parsing: of the probes of all tracepoints few fit one of them
    if wanted:
        count = _how_many(signature, function.name)
        if count is not None and count != len(wanted):
            return False
    taken = _taken(signature)
    if taken is None:
        return True
    return len(taken) == len(wanted) and all(a == b or "?" in (a, b) for a, b in zip(taken, wanted, strict=True))
