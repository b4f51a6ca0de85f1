# SPDX-License-Identifier: MIT
"""The subset of make that Kbuild files are written in, evaluated for all configurations at once.

A variable holds words, each under the condition on which it is there. ``obj-$(CONFIG_NET) += socket.o`` puts
``socket.o`` into ``obj-y`` under ``CONFIG_NET``, ``ifdef CONFIG_X`` puts a condition on all that follows, and
``:=`` takes the words that were there before under the opposite of its own condition::

    obj-y             := nonet.o            net/Makefile of 3.7: nonet.o is there under !CONFIG_NET
    obj-$(CONFIG_NET) := socket.o core/

Paths: ``$(srctree)`` is ``@``, ``$(src)`` and ``$(obj)`` are ``@/`` and the folder; :func:`in_tree` undoes that.
Recipes are not run, ``$(shell)`` and ``$(call)`` are unknown; what depends on the unknown is taken to hold.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from xref.tree.terms import FALSE, TRUE, Terms, both, either, opposite, option

Words: TypeAlias = list[tuple[str, Terms]]
"""Words in order, each with the condition on which it is there."""

_REF = r"\$(?:\((?:[^()]|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))*\)|\{[^{}]*\})"
_ASSIGN = re.compile(rf"(?:(?:export|override|private)\s+)*((?:[^\s:=+?!#$]|{_REF})+)\s*(::?=|[+?!]?=)\s*(.*)", re.S)
_CONFIG_SUFFIX = re.compile(rf"(.*?-)((?:{_REF})+)", re.S)
_DIRECTIVE = re.compile(r"(ifeq|ifneq|ifdef|ifndef|else|endif|-?include|sinclude|define|endef)\b\s*(.*)", re.S)
_COMMENT = re.compile(r"(?<!\\)#.*")
_CONTINUED = re.compile(r"\\\r?\n[ \t]*")
_WORD = re.compile(rf"(?:[^\s$]|{_REF}|\$)+")
_PART = re.compile(rf"({_REF})|\$(.?)")
_OPTION = re.compile(r"CONFIG_\w+")
_DEEP: Final = 20
_MANY: Final = 64
"""A word that stands for more than this many words is dropped."""


class _UnknownError(Exception):
    """The value depends on something that only a running make knows."""


@dataclass(slots=True)
class _Frame:
    """One open conditional."""

    before: Terms
    """The arms above this one."""
    now: Terms
    known: bool


def in_tree(word: str, folder: str) -> str:
    """A path as a Kbuild file in ``folder`` writes it, relative to the tree; ``../`` above the tree stays."""
    if "." not in word.removesuffix(".o") and "@" not in word and "//" not in word and folder and word[0] != "/":
        return f"{folder}/{word.rstrip('/')}"  # nearly always, and this is called for every object of the kernel
    _, marked, path = word.rpartition("@/")
    return posixpath.normpath(path if marked else posixpath.join(folder, word)) if word != "@" else "."


class Makefile:
    """The variables that the makefiles of one folder set."""

    def __init__(self, root: Path, folder: str, tristate: Set[str], outer: Makefile | None = None) -> None:
        """``tristate``: the options that can be m; ``outer``: where variables that are not set here come from."""
        self._root = root
        self._folder = folder
        self._tristate = tristate
        self._outer = outer
        self._vars: dict[str, list[tuple[str, Terms, bool]]] = {}  # word, condition, still to be expanded
        self._fixed: set[str] = set()
        self._simple: set[str] = set()  # variables that were set by :=, to which += appends what a text stands for now
        self._open: set[str] = set()  # variables that are being expanded
        self._frames: list[_Frame] = []
        self._here = TRUE
        self._certain = True
        self._doubtful: set[str] = set()  # variables that were set where it is not known whether make goes there
        self._strict = False
        self._depth = 0
        self._read: set[str] = set()
        self.unclear = False
        """Whether something stood for words that only a running make knows: a list may hold more than is said here."""
        self.set("src", f"@/{folder}")
        self.set("obj", f"@/{folder}")

    def set(self, name: str, value: str) -> None:
        """Give a variable a value that no makefile overrides, as on make's command line."""
        self._fixed.add(name)
        self._vars[name] = [(word, TRUE, False) for word in value.split()]

    def names(self) -> list[str]:
        """The variables that are set here; ``x-$(CONFIG_Y)`` counts as ``x-y``."""
        return list(self._vars)

    def words(self, name: str) -> Words:
        """The words of a variable; none when it is not set."""
        found = self._vars.get(name)
        if found is None:
            return self._outer.words(name) if self._outer else []
        if name in self._open:
            return []  # make says "Recursive variable references itself"
        self._open.add(name)
        try:
            return [
                (w, joint)
                for word, condition, raw in found
                for w, c in (self._list(word) if raw else [(word, TRUE)])
                if (joint := both(condition, c)) != FALSE
            ]
        finally:
            self._open.discard(name)

    def local(self, name: str) -> Words:
        """As :meth:`words`, but only of what is set here."""
        return self.words(name) if name in self._vars else []

    def read(self, path: str) -> bool:
        """Evaluate a makefile (relative to the tree); False when it cannot be read. Each is read once."""
        if path in self._read:
            return True
        self._read.add(path)
        if path.startswith(("..", "/")):
            return False
        try:
            data = (self._root / path).read_bytes().decode("utf-8", "replace")
        except (OSError, ValueError):
            return False
        recipe = skip = False
        depth = len(self._frames)
        for line in _CONTINUED.sub(" ", data).split("\n"):
            if not line or (recipe and line[0] == "\t"):
                continue
            line = _COMMENT.sub("", line).strip()
            if not line:
                continue
            directive = _DIRECTIVE.fullmatch(line)
            word = directive[1] if directive and not re.match(r"[+:?]?=", directive[2]) else ""
            if skip or word in ("define", "endef"):
                skip = word != "endef"
            elif word and directive:
                self._directive(word, directive[2])
            elif assign := _ASSIGN.fullmatch(line):
                self._assign(*assign.groups())
                recipe = False
            else:
                recipe = ":" in line
        del self._frames[depth:]
        self._state()
        return True

    def _directive(self, word: str, rest: str) -> None:
        if word.startswith("if"):
            self._frames.append(_Frame(FALSE, *self._test(word, rest)))
        elif word in ("else", "endif"):
            if not self._frames:
                return
            frame = self._frames.pop()
            if word == "else":
                before = either(frame.before, frame.now) if frame.known else FALSE
                now, known = opposite(before), frame.known
                if nested := _DIRECTIVE.fullmatch(rest):
                    test, sure = self._test(nested[1], nested[2])
                    now, known = both(now, test), known and sure
                self._frames.append(_Frame(before, now, known))
        else:
            for path, _ in self._list(rest):
                if not self.read(in_tree(path, "")) and word == "include":
                    self.unclear = True
        self._state()

    def _state(self) -> None:
        self._here, self._certain = TRUE, True
        for frame in self._frames:
            self._here = both(self._here, frame.now)
            self._certain &= frame.known

    def _assign(self, name: str, op: str, value: str) -> None:
        here = replaces = self._here
        if op == "!=" or here == FALSE:
            return
        suffix = _CONFIG_SUFFIX.fullmatch(name)
        if suffix and (options := dict.fromkeys(_OPTION.findall(suffix[2]))):
            # what is no option is a variable: acpi-$(ACPI_FUTURE_USAGE), which none sets, is acpi-, which none builds
            name = suffix[1] + "y"
            for literal in options:
                here = both(here, option(literal))
                # x-$(CONFIG_T) := leaves x-y alone when CONFIG_T is m
                replaces = both(replaces, option(literal + "=y" if literal in self._tristate else literal))
        if "$" not in name:
            self._put(name, op, value, here, replaces)
            return
        unclear = self.unclear
        names = self._list(name)  # obj-$(VDSO32-y) is obj-y where VDSO32-y is y, and else obj-
        self.unclear = unclear  # what none sets is empty; acpi-$(ACPI_FUTURE_USAGE) is no gap in acpi-y
        for made, when in names:
            if (joint := both(here, when)) != FALSE:
                self._put(made, op, value, joint, both(replaces, when))

    def _put(self, name: str, op: str, value: str, here: Terms, replaces: Terms) -> None:
        """Sets a variable under the condition ``here``; what it was goes under ``replaces``."""
        old = self._vars.get(name, [])
        if name in self._fixed or (op == "?=" and old):
            return
        if op != "+=" and old and self._certain:
            rest = opposite(replaces)
            old = [(w, left, raw) for w, c, raw in old if (left := both(c, rest)) != FALSE]
        if op in (":=", "::="):
            self._simple.add(name)
        elif op == "=":
            self._simple.discard(name)
        if "$" not in value:
            new = [(w, here, False) for w in value.split()]
        elif name in self._simple:  # GNU make manual, 6.6
            new = [(w, c, False) for w, own in self._list(value) if (c := both(here, own)) != FALSE]
        else:
            new = [(w, here, "$" in w) for w in _WORD.findall(value)]
        self._vars[name] = old + new
        if not self._certain:
            self._doubtful.add(name)

    def _test(self, word: str, rest: str) -> tuple[Terms, bool]:
        """The condition of an ``ifeq`` and so on, and whether it is known."""
        self._strict = True
        try:
            if word in ("ifdef", "ifndef"):
                holds = opposite(_none(self._reference(rest.strip())))
            else:
                left, right = _sides(rest)
                holds = self._equal(left, right)
            return (opposite(holds) if word in ("ifneq", "ifndef") else holds), True
        except _UnknownError:
            return TRUE, False
        finally:
            self._strict = False

    def _equal(self, left: str, right: str) -> Terms:
        if "$" in right and "$" not in left:
            left, right = right, left
        if "$" in right:
            raise _UnknownError
        if not right:
            return _none(self._list(left))
        if len(_WORD.findall(left)) > 1:
            raise _UnknownError
        if _OPTION.search(left) and not re.fullmatch(r"[ymn_]+", right):
            raise _UnknownError  # an option that holds a number or a text
        found = FALSE
        for word, condition in self._word(left):
            if word == right:
                found = either(found, condition)
        return found

    def _list(self, text: str) -> Words:
        """The words that a text stands for."""
        if "$" not in text:
            return [(word, TRUE) for word in text.split()]
        return [pair for word in _WORD.findall(text) for pair in self._word(word) if pair[0]]

    def _word(self, word: str) -> Words:
        """What one word stands for; when it is a piece of text around references, every combination of them."""
        if "$" not in word:
            return [(word, TRUE)]
        whole = _PART.fullmatch(word)
        if whole and whole[1]:
            return self._reference(word[2:-1])
        made: Words = [("", TRUE)]
        at = 0
        for part in _PART.finditer(word):
            between, at = word[at : part.start()], part.end()
            values = self._reference(part[1][2:-1]) if part[1] else [("$", TRUE)] if part[2] == "$" else []
            empty = _none(values)
            self.unclear |= empty == TRUE and not self._strict
            if empty != FALSE:
                values = [*values, ("", empty)]
            made = [
                (before + between + value, joint)
                for before, c in made
                for value, own in values
                if (joint := both(c, own)) != FALSE
            ]
            if len(made) > _MANY:
                return []
        return [(value + word[at:], c) for value, c in made]

    def _reference(self, content: str) -> Words:
        """What ``$(content)`` stands for."""
        self._depth += 1
        try:
            if self._depth > _DEEP:
                return []
            return self._value(content)
        finally:
            self._depth -= 1

    def _value(self, content: str) -> Words:
        function, space, rest = content.partition(" ")
        if space and function in _FUNCTIONS:
            return _FUNCTIONS[function](self, [*_arguments(rest.strip()), "", ""])
        if space or "\t" in content:
            return self._gap()
        if ":" in content and (colon := re.fullmatch(r"([^:]+):([^=]*)=(.*)", content)):
            old, new = (colon[2], colon[3]) if "%" in colon[2] else ("%" + colon[2], "%" + colon[3])
            return [(_patsubst(old, new, w), c) for w, c in self._value(colon[1])]
        if "$" in content:
            names = self._list(content)
            return self._value(names[0][0]) if len(names) == 1 and "$" not in names[0][0] else self._gap()
        if _OPTION.fullmatch(content):
            if content in self._tristate:
                return [("y", option(content + "=y")), ("m", option(content + "=m"))]
            return [("y", option(content))]
        if content == "srctree":
            return [("@", TRUE)]
        if content in self._doubtful:
            self._unknown()
        if content in self._vars or (self._outer and content in self._outer._vars):
            return self.words(content)
        return self._unknown()

    def _gap(self) -> Words:
        self.unclear |= not self._strict
        return self._unknown()

    def _unknown(self) -> Words:
        if self._strict:
            raise _UnknownError
        return []

    def _if(self, arguments: list[str]) -> Words:
        empty = _none(self._list(arguments[0]))
        yes, no = arguments[1:3]
        arms = [(self._list(yes), opposite(empty)), (self._list(no), empty)]
        return [(w, c) for words, test in arms for w, own in words if (c := both(own, test)) != FALSE]

    def _mapped(self, text: str, change: Callable[[str], str | None]) -> Words:
        return [(new, c) for w, c in self._list(text) if (new := change(w))]

    def _filtered(self, patterns: str, text: str, kept: bool) -> Words:
        """What make's ``filter`` keeps of a text, or leaves out."""
        wanted = self._plain(patterns)
        return self._mapped(text, lambda w: w if _filter(wanted, w) == kept else None)

    def _joined(self, fix: str, text: str, join: Callable[[str, str], str]) -> Words:
        return [
            (join(f, w), joint)
            for w, own in self._list(text)
            for f, c in self._word(fix.strip())
            if (joint := both(own, c)) != FALSE
        ]

    def _plain(self, text: str) -> str:
        return " ".join(w for w, _ in self._list(text))


def _none(words: Words) -> Terms:
    """That none of the words is there."""
    some = FALSE
    for _, condition in words:
        some = either(some, condition)
    return opposite(some)


def _patsubst(old: str, new: str, word: str) -> str:
    head, percent, tail = old.partition("%")
    if not percent:
        return new if word == old else word
    if len(word) < len(head) + len(tail) or not (word.startswith(head) and word.endswith(tail)):
        return word
    return new.replace("%", word[len(head) : len(word) - len(tail)], 1)


def _filter(patterns: str, word: str) -> bool:
    """Whether make's ``filter`` keeps the word."""
    return any(_patsubst(p, "", word) == "" for p in patterns.split())


def _arguments(text: str) -> list[str]:
    """Split at the commas outside of parentheses."""
    parts, depth, start = [], 0, 0
    for at, char in enumerate(text):
        if char in "({":
            depth += 1
        elif char in ")}":
            depth -= 1
        elif char == "," and not depth:
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]


def _sides(text: str) -> tuple[str, str]:
    """The two sides of ``ifeq (a,b)`` or ``ifeq "a" "b"``."""
    text = text.strip()
    if text.startswith("(") and text.endswith(")"):
        sides = _arguments(text[1:-1])
    else:
        sides = [a or b for a, b in re.findall(r'"([^"]*)"|\'([^\']*)\'', text)]
    if len(sides) != 2:
        raise _UnknownError
    return sides[0].strip().strip('"'), sides[1].strip().strip('"')


def _subst(make: Makefile, arguments: list[str]) -> Words:
    old, new = arguments[0].strip(), make._plain(arguments[1])
    return make._mapped(arguments[2], lambda w: w.replace(old, new) if old else w)


_FUNCTIONS: Final[dict[str, Callable[[Makefile, list[str]], Words]]] = {
    "addprefix": lambda make, a: make._joined(a[0], a[1], lambda prefix, w: prefix + w),
    "addsuffix": lambda make, a: make._joined(a[0], a[1], lambda suffix, w: w + suffix),
    "filter": lambda make, a: make._filtered(a[0], a[1], True),
    "filter-out": lambda make, a: make._filtered(a[0], a[1], False),
    "if": Makefile._if,
    "patsubst": lambda make, a: make._mapped(a[2], lambda w: _patsubst(a[0].strip(), make._plain(a[1]), w)),
    "sort": lambda make, a: make._list(a[0]),
    "strip": lambda make, a: make._list(a[0]),
    "subst": _subst,
}
