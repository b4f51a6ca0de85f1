# SPDX-License-Identifier: MIT
"""C tokens, as the preprocessor sees them (C11 6.4).

One compiled pattern does the work; a token is its text and nothing more, because macro bodies are expanded millions of
times and only the spelling matters to them.
"""

from __future__ import annotations

import re

_PUNCT = r"\.\.\.|<<=|>>=|\#\#|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[][{}();,.?:~!<>=+\-*/%&|^\#@\\$`]"
_TEXT = re.compile(
    r"""[A-Za-z_$][\w$]*|\.?\d(?:[eEpP][+-]|[\w.])*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|""" + _PUNCT + r"|[^\s\w]"
)
_IDENT_START = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_$")


def tokenize(text: str) -> list[str]:
    """The spellings of the tokens in ``text``, comments already removed; white space is dropped."""
    return _TEXT.findall(text)


def is_identifier(token: str) -> bool:
    """Whether the token is an identifier or a keyword."""
    return token[0] in _IDENT_START


def join(tokens: list[str]) -> str:
    """Text that tokenizes to ``tokens`` again: a blank wherever two of them would otherwise run together."""
    return " ".join(tokens)
