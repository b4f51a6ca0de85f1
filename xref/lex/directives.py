# SPDX-License-Identifier: MIT
"""One scan over a file's preprocessing directives: includes, macro definitions, and who stands under which ``#if``.

Nothing is evaluated: every arm of every conditional is kept under its presence condition (C11 6.10.1), because the tree
has no configuration until somebody names one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import msgspec

from xref.lex import guard as g
from xref.lex.comments import BLANK, blank_continuations
from xref.lex.guard import Cond
from xref.lex.lines import Lines
from xref.lex.model import Include, MacroDef, Marker

# Definitions of plain numbers are the bulk of register headers (2.4 million lines in drivers/gpu/drm/amd/include of
# 6.12) and can neither call nor alias anything: the pattern steps over them without stopping, those of options aside,
# which decide what is compiled below (CONFIG_IP_PIMSM of net/ipv4/ipmr.c until 3.8), and 1, which others ask for.
# It begins with the #, not with ^: a search for one character passes over code at five times the speed.
_DIRECTIVE: Final = re.compile(
    r"""\#[ \t]*
        (?!define[ \t]+(?!CONFIG_)(?a:\w+[ \t]+(?!1[ \t\r]*$)\(?[-+~]?\d\w*)\)?[ \t\r]*$)
        (?P<word>[a-z_]+)(?P<rest>[^\\\n]*(?:\\(?:\r?\n|[^\n])[^\\\n]*)*)""",
    re.MULTILINE | re.VERBOSE,
)
_DEFINE: Final = re.compile(r"\s*([A-Za-z_$][\w$]*)(\([^)]*\))?(.*)", re.DOTALL)
_INCLUDE: Final = re.compile(r'\s*(?:<([^>\n]+)>|"([^"\n]+)")')
_CONTINUATION: Final = re.compile(r"\\\r?\n")
_WORD: Final = re.compile(r"[A-Za-z_$][\w$]*")
_MARKER: Final = re.compile(r"\s*#[ \t]*define[ \t]+(\w+)[ \t]*1?[ \t\r]*$", re.MULTILINE)
# #if !defined(_TRACE_SOCK_H) || defined(TRACE_HEADER_MULTI_READ): read again on purpose, but never absent
_GUARD_NAME: Final = re.compile(
    r"(?:\s*!\s*defined\s*\(?\s*)?\s*(\w+)\s*\)?\s*(?:\|\|\s*defined\s*\(?\s*\w+\s*\)?\s*)?"
)


@dataclass(frozen=True, slots=True)
class Arm:
    """The text between two directives of one conditional, ``[start, end)`` in bytes, and what it stands under."""

    start: int
    end: int
    cond: Cond


@dataclass(frozen=True, slots=True)
class ArmGroup:
    """One ``#if`` ... ``#endif``; ``exhaustive`` when it has an ``#else``."""

    arms: tuple[Arm, ...]
    exhaustive: bool


@dataclass(slots=True)
class _Open:
    """A conditional that is still open while scanning."""

    outer: Cond
    taken: list[Cond]
    arm_start: int
    arm_cond: Cond
    arms: list[Arm] = field(default_factory=list)
    exhaustive: bool = False


@dataclass(frozen=True, slots=True)
class Directives:
    """All directives of one file. ``markers`` are the names that it defines to 1, which are no ``macros``."""

    includes: tuple[Include, ...]
    macros: tuple[MacroDef, ...]
    markers: tuple[Marker, ...]
    groups: tuple[ArmGroup, ...]
    _starts: tuple[int, ...]
    _conds: tuple[Cond, ...]
    lines: Lines

    def cond_at(self, offset: int) -> Cond:
        """The presence condition at a byte offset."""
        return self._conds[bisect_right(self._starts, offset) - 1]

    def place(self, offset: int) -> tuple[int, int, Cond]:
        """Line, column and presence condition at a byte offset."""
        line, column = self.lines.position(offset)
        return line, column, self._conds[bisect_right(self._starts, offset) - 1]

    def asked(self) -> tuple[str, ...]:
        """The names that the conditionals ask for, options aside."""
        names: set[str] = set()
        for cond in set(self._conds):
            names.update(cond.about)
        return tuple(sorted(n for n in names if not n.startswith("CONFIG_")))

    def line_at(self, offset: int) -> int:
        """The 1-based line of a byte offset."""
        return self.lines.at(offset)

    def offset_of(self, line: int) -> int:
        """The byte offset at which a 1-based line begins."""
        return self.lines.start(line)

    def column_at(self, offset: int) -> int:
        """The 0-based byte column of a byte offset."""
        return self.lines.position(offset)[1]

    def moved(self, to: Callable[[int], int], lines: Lines) -> Directives:
        """The same for a text in which ``to`` says where the offsets of this one have come to."""
        groups = tuple(
            ArmGroup(tuple(Arm(to(a.start), to(a.end), a.cond) for a in group.arms), group.exhaustive)
            for group in self.groups
        )
        starts = (0, *map(to, self._starts[1:]))
        return Directives(self.includes, self.macros, self.markers, groups, starts, self._conds, lines)


@lru_cache(maxsize=4096)
def _ifdef(name: str) -> Cond:
    return g.parse_if(f"defined({name})")


@lru_cache(maxsize=8192)
def _if(text: str) -> Cond:
    return g.parse_if(text)


def _include_guard(m: re.Match[str]) -> bool:
    """Whether this ``#ifndef X`` / ``#if !defined(X)`` is the guard against double inclusion: ``#define X`` follows."""
    name = _GUARD_NAME.fullmatch(m["rest"])
    if name is None:
        return False
    after = _MARKER.match(m.string, m.end())
    return after is not None and after[1] == name[1]


def parse_define(rest: str, guard: str, file: str, line: int) -> MacroDef | None:
    """A definition from the text behind ``#define``; None where it is not one."""
    m = _DEFINE.match(rest)
    if m is None:
        return None
    name, params, body = m.groups()
    end, begins = line, line
    if "\n" in rest:
        end += rest.count("\n")
        body = _CONTINUATION.sub("\n", body)
        begins += rest.count("\n", 0, m.start(3)) + body[: len(body) - len(body.lstrip())].count("\n")
    body = body.strip()
    if params is None:
        return MacroDef(name, None, "", body, guard, file, line, end, 0, begins)
    names: list[str] = []
    variadic = ""
    for raw in params[1:-1].split(","):
        p = _CONTINUATION.sub(" ", raw).strip()
        if p == "...":
            variadic = "__VA_ARGS__"
        elif p.endswith("..."):
            variadic = p[:-3].strip()
        elif p:
            names.append(p)
    return MacroDef(name, tuple(names), variadic, body, guard, file, line, end, 0, begins)


def _directives(text: str) -> Iterator[tuple[int, re.Match[str]]]:
    """Every directive, with the offset at which its line begins."""
    at = 0
    while at >= 0 and (m := _DIRECTIVE.search(text, at)) is not None:
        start = text.rfind("\n", 0, m.start()) + 1
        if text[start : m.start()].strip(" \t\f"):
            at = text.find("\n", m.start())  # a # in a line of code
        else:
            yield start, m
            at = m.end()


def scan(text: str, file: str = "") -> Directives:
    """Scans ``text`` (comments blanked, one character a byte); never raises, whatever the text."""
    includes: list[Include] = []
    macros: list[MacroDef] = []
    markers: list[Marker] = []
    groups: list[ArmGroup] = []
    starts: list[int] = [0]
    conds: list[Cond] = [g.ALWAYS]
    stack: list[_Open] = []
    options: dict[str, Cond] = {}
    current = g.ALWAYS
    line, counted = 1, 0

    def enter(cond: Cond, offset: int) -> None:
        nonlocal current
        current = cond
        starts.append(offset)
        conds.append(cond)

    def meaning(name: str) -> Cond | None:
        return g.disj(g.atom(name), options[name]) if name in options else None

    def meant(cond: Cond) -> Cond:
        """A condition, with the options in it that the file itself has defined above."""
        return g.rewrite(cond, meaning) if options and not options.keys().isdisjoint(cond.about) else cond

    for start, m in _directives(text):
        word, rest = m.groups()
        end = m.end()
        line += text.count("\n", counted, start)
        counted = start
        if word == "define":
            macro = parse_define(rest, g.to_text(current), file, line)
            if macro is not None and macro.body == "1" and macro.params is None and macro.name[:7] != "CONFIG_":
                markers.append(Marker(macro.name, macro.guard))
            elif macro is not None:
                macros.append(macro)
                if macro.name.startswith("CONFIG_"):
                    options[macro.name] = g.disj(options.get(macro.name, g.NEVER), current)
        elif word == "include" or word == "include_next":
            inc = _INCLUDE.match(rest)
            if inc is not None:
                includes.append(Include(inc[1] or inc[2], inc[1] is not None, line, g.to_text(current)))
            elif _WORD.match(rest.strip()):
                includes.append(Include("", False, line, g.to_text(current)))
        elif word in ("if", "ifdef", "ifndef"):
            rest = _CONTINUATION.sub(" ", rest).strip()
            if word == "if":
                own = _if(rest)
            else:
                name = _WORD.match(rest)
                own = _ifdef(name.group()) if name else g.ALWAYS
                if word == "ifndef":
                    own = g.neg(own)
            own = meant(own)
            if word != "ifdef" and (not stack or "||" in rest) and _include_guard(m):
                own = g.ALWAYS
            stack.append(_Open(current, [own], end, g.conj(current, own)))
            enter(stack[-1].arm_cond, end)
        elif word in ("elif", "else") and stack:
            top = stack[-1]
            top.arms.append(Arm(top.arm_start, start, top.arm_cond))
            others = [g.neg(c) for c in top.taken]
            if word == "elif":
                own = meant(_if(_CONTINUATION.sub(" ", rest).strip()))
                top.taken.append(own)
                others.append(own)
            else:
                top.exhaustive = True
            top.arm_start = end
            top.arm_cond = g.conj(top.outer, *others)
            enter(top.arm_cond, end)
        elif word == "endif" and stack:
            top = stack.pop()
            top.arms.append(Arm(top.arm_start, start, top.arm_cond))
            groups.append(ArmGroup(tuple(top.arms), top.exhaustive))
            enter(top.outer, end)
        elif word == "undef":
            name = _WORD.search(rest)
            if name is not None:
                for i, old in enumerate(macros):
                    if old.name == name.group() and not old.until:
                        macros[i] = msgspec.structs.replace(old, until=line)
                for i, marker in enumerate(markers):
                    if marker.name == name.group():
                        markers[i] = Marker(marker.name, marker.guard, True)
    return Directives(
        tuple(includes), tuple(macros), tuple(markers), tuple(groups), tuple(starts), tuple(conds), Lines(text)
    )


_TO_ITS_END: Final = re.compile(rb"#[^\\\n]*+(?:\\(?:\r?\n|[^\n])[^\\\n]*+)*+")


def blank_directives(source: bytes) -> bytes:
    """``source`` (comments blanked) with its directives blanked too, and the joints of lines, of the same length."""
    parts: list[bytes] = []
    done = 0
    at = source.find(b"#")
    while at >= 0:
        line = source.rfind(b"\n", 0, at) + 1
        if source[line:at].strip(b" \t\f"):
            done_here = source.find(b"\n", at)  # a # in a line of code, where no other begins a directive either
            if done_here < 0:
                break
        else:
            directive = _TO_ITS_END.match(source, at)
            done_here = directive.end() if directive is not None else at + 1
            parts += source[done:line], source[line:done_here].translate(BLANK)
            done = done_here
        at = source.find(b"#", done_here)
    return blank_continuations(b"".join((*parts, source[done:])) if parts else source)


_NUMBER: Final = re.compile(
    r"#[ \t]*define[ \t]+(\w+)[ \t]+(?!1[ \t\r]*$)\(?[-+~]?\d\w*\)?[ \t\r]*$", re.MULTILINE | re.ASCII
)
_CODE_LINE: Final = re.compile(rb"\n[ \t]*+(?:[^\s#]|[\r\f\v][^\S\n]*\S)")


def plain_numbers(source: bytes) -> tuple[str, ...]:
    """The names that ``source`` (comments blanked) defines to a plain number but 1: :func:`scan` steps over those."""
    if b"define" not in source:
        return ()
    text = source.decode("latin-1")
    names: dict[str, None] = {}
    for m in _NUMBER.finditer(text):
        at = m.start()
        if not text[text.rfind("\n", 0, at) + 1 : at].strip(" \t"):
            names[m[1]] = None
    return tuple(names)


def has_code(source: bytes) -> bool:
    """Whether anything but directives stands in ``source``: register headers (479 MB of drivers/gpu/drm/amd/include in
    6.12) hold none and need no parser. A directive of several lines, or one without a line feed, passes for code.
    """
    last = source[source.rfind(b"\n") + 1 :]
    return b"\\" in source or bool(last.strip()) or _CODE_LINE.search(b"\n" + source) is not None
