# SPDX-License-Identifier: MIT
"""GNU C expressions given as text: fast and tolerant, and what is plain is not parsed at all."""

from __future__ import annotations

import re

from xref.parse.ctree import Expr, Member, Name, Unknown
from xref.parse.ctype import IsType
from xref.parse.expression import MAX_DEPTH, SPECIAL, ExprParser

_OPEN, _CLOSE = frozenset("([{"), frozenset(")]}")
_PATH = re.compile(r"\s*([A-Za-z_]\w*)((?:\s*(?:->|\.)\s*[A-Za-z_]\w*)*)\s*")
_STEP = re.compile(r"(->|\.)\s*(\w+)")
_CUTS = re.compile(r"""[][(){},]|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""")
_HARD = re.compile(r"[][(){}\"']")
_MEMO_SIZE, _MEMO_TEXT = 1 << 15, 400
_memo: dict[str, Expr] = {}


def parse_expr(text: str, is_type: IsType) -> Expr:
    """The tree of an expression; ``Unknown`` with the whole text if it is none. Never raises.

    What was read without asking ``is_type`` depends on the text alone and is remembered.
    """
    found = _memo.get(text)
    if found is not None:
        return found
    expr: Expr
    path = _PATH.fullmatch(text)
    if path is not None and path[1] not in SPECIAL and text.count("->") + text.count(".") <= MAX_DEPTH:
        expr = Name(path[1])
        for arrow, field in _STEP.findall(path[2]):
            expr = Member(expr, field, arrow == "->")
    else:
        parser = ExprParser(text, is_type)
        end = parser.end
        if end and parser.toks[end - 1] == ";":
            end -= 1
        try:
            expr = parser.whole(end)
        except (RecursionError, IndexError):
            return Unknown(text)
        if isinstance(expr, Unknown):
            return Unknown(text)
        if parser.asked:
            return expr
    if len(text) <= _MEMO_TEXT:
        if len(_memo) >= _MEMO_SIZE:
            _memo.clear()
        _memo[text] = expr
    return expr


def _split(text: str) -> list[str]:
    """The pieces of the text between commas outside brackets and strings, blanks trimmed. Nothing else than those is
    looked at: no other token has any of these characters in it.
    """
    pieces: list[str] = []
    depth = start = 0
    for m in _CUTS.finditer(text):
        tok = m.group()
        if tok == ",":
            if depth <= 0:
                at = m.start()
                pieces.append(text[start:at].strip())
                start = at + 1
        elif tok in _OPEN:
            depth += 1
        elif tok in _CLOSE:
            depth -= 1
    pieces.append(text[start:].strip())
    return pieces


def parse_args(text: str) -> list[str]:
    """The arguments in the text between a call's parentheses; none in a blank one."""
    if _HARD.search(text) is None:
        return [arg.strip() for arg in text.split(",")] if text and not text.isspace() else []
    return _split(text)
