# SPDX-License-Identifier: MIT
r"""The macros of the assembler, as far as a file invokes those that it defines.

``errorentry page_fault do_page_fault`` of arch/x86/kernel/entry_64.S makes an entry that calls: ``.macro errorentry sym
do_sym``, ``ENTRY(\sym)``, ``call \do_sym``. Both arms of an ``.if`` are kept (GNU as manual, 7.84 ".macro").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

_MACRO: Final = re.compile(r"[ \t]*\.macro[ \t]+(\w+)[ \t,]*(.*)")
_ENDM: Final = re.compile(r"[ \t]*\.endm\b")
_INVOKES: Final = re.compile(r"[ \t]*(?:[\w.$]+:)?[ \t]*([A-Za-z_]\w*+)(?![ \t]*[:=])(.*)")
_ARGUMENT: Final = re.compile(r'(?:"[^"]*"|\([^()]*\)|[^\s,"(])+')
_PARAMETER: Final = re.compile(r"(\w+)(?::\w+)?(?:=([^\s,]*))?")
_KEYWORD: Final = re.compile(r"(\w+)=(.*)")
_SUBSTITUTED: Final = re.compile(r"\\(\w+|\(\)|@)")
_DEEPEST: Final = 8
_MOST: Final = 100_000


class Statement(NamedTuple):
    """A line, and where in the file it stands: where the outermost macro is invoked that makes it."""

    offset: int
    text: str


class _Macro(NamedTuple):
    """Its parameters with their defaults, and its lines."""

    params: tuple[tuple[str, str], ...]
    body: list[Statement]


def statements(code: str) -> Iterator[Statement]:
    """The lines of a file, macros that it defines and invokes expanded; continued lines are one."""
    if ".macro" not in code:
        yield from _lines(code)
        return
    macros: dict[str, _Macro] = {}
    rest: list[Statement] = []
    inside: list[_Macro] = []
    for line in _lines(code):
        m = _MACRO.match(line.text) if ".macro" in line.text else None
        if m is not None:
            params = tuple((p[1], p[2] or "") for p in _PARAMETER.finditer(m[2]))
            inside.append(macros.setdefault(m[1], _Macro(params, [])))
        elif inside and _ENDM.match(line.text) is not None:
            inside.pop()
        else:
            (inside[-1].body if inside else rest).append(line)
    invoked: set[str] = set()
    made = list(_expanded(rest, macros, invoked, 0))
    # what only other files invoke that include this one
    made += [line for name, macro in macros.items() if name not in invoked for line in macro.body]
    yield from sorted(made[:_MOST], key=lambda line: line.offset)


def _lines(code: str) -> Iterator[Statement]:
    at, held, start = 0, "", 0
    for line in code.split("\n"):
        start = start if held else at
        at += len(line) + 1
        if line.endswith("\\"):
            held += line[:-1] + " "
            continue
        yield Statement(start, held + line)
        held = ""


def _expanded(
    lines: Sequence[Statement], macros: dict[str, _Macro], invoked: set[str], depth: int
) -> Iterator[Statement]:
    for line in lines:
        m = _INVOKES.match(line.text)
        macro = macros.get(m[1]) if m is not None else None
        if m is None or macro is None or depth > _DEEPEST:
            yield line
            continue
        invoked.add(m[1])
        given = _arguments(macro, m[2])
        body = [Statement(line.offset, _substituted(each.text, given)) for each in macro.body]
        yield from _expanded(body, macros, invoked, depth + 1)


def _arguments(macro: _Macro, text: str) -> dict[str, str]:
    """What the parameters are, by position or by name."""
    given = dict(macro.params)
    position = 0
    for argument in _ARGUMENT.findall(text):
        named = _KEYWORD.fullmatch(argument)
        if named is not None and named[1] in given:
            given[named[1]] = named[2]
        elif position < len(macro.params):
            given[macro.params[position][0]] = argument.strip('"')
            position += 1
    return given


def _substituted(text: str, given: dict[str, str]) -> str:
    def of(m: re.Match[str]) -> str:
        return "" if m[1] in ("()", "@") else given.get(m[1], m.group())

    return _SUBSTITUTED.sub(of, text)
