# SPDX-License-Identifier: MIT
"""A ``.config`` that the user names: one configuration, which decides every option."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from xref.errors import UsageError

_SET = re.compile(r"(CONFIG_\w+)=(.*)")
_COMPARISON = re.compile(r"(CONFIG_\w+) (==|!=|<=|>=|<|>) (0[xX][0-9a-fA-F]+|\d+)[uUlL]*")
_RELATIONS: Mapping[str, Callable[[int, int], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt,
}  # fmt: skip
_UNSET = re.compile(r"# (CONFIG_\w+) is not set")
_HEADER = re.compile(r"# .*(Kernel Configuration|Automatically generated)")


@dataclass(frozen=True, slots=True)
class Config:
    """One configuration."""

    path: str
    """The file, as the user named it."""
    values: Mapping[str, str]
    """``CONFIG_X`` to ``y``, ``m``, a number or a text without its quotes. Options that are not set are not here."""

    def lookup(self, name: str) -> bool | None:
        """Whether an atom of a guard holds: True or False for options, None for whatever is none.

        ``CONFIG_X`` holds for y, m and any number or text; an option that the file does not speak of is not set,
        because a ``.config`` lists all that can be. ``CONFIG_HZ > 100`` holds by the number; what is not set is 0
        there (C11 6.10.1 p4). ``MODULE`` differs from object to object, and other macros are not options.
        """
        if not name.startswith("CONFIG_"):
            return None
        if comparison := _COMPARISON.fullmatch(name):
            return self._compared(*comparison.groups())
        option, equals, state = name.partition("=")
        if not option.isidentifier():
            return None  # CONFIG_A * 2 > CONFIG_B
        if not equals:
            return option in self.values
        return self.values.get(option) == state if state in ("y", "m") else None

    def _compared(self, option: str, relation: str, number: str) -> bool | None:
        value = self.values.get(option, "0")
        if value in ("y", "m"):
            value = "1"
        try:
            return _RELATIONS[relation](int(value, 0), int(number, 0))
        except ValueError:
            return None


def read_config(path: Path) -> Config:
    """Read a ``.config``.

    :raises UsageError: the file cannot be read, or is no kernel configuration
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not a kernel configuration: it is no text") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"the configuration {path} cannot be read: {getattr(error, 'strerror', error)}") from None
    values: dict[str, str] = {}
    seen = False
    for line in text.splitlines():
        line = line.strip()
        if found := _SET.fullmatch(line):
            seen = True
            value = found[2].strip()
            if value != "n":
                values[found[1]] = _unquote(value)
            else:
                values.pop(found[1], None)
        elif found := _UNSET.fullmatch(line):
            seen = True
            values.pop(found[1], None)  # the last word counts, as for the kernel's own reader
        elif _HEADER.match(line):
            seen = True
        elif line and line[0] != "#":
            raise UsageError(f'{path} is not a kernel configuration: "{line[:40]}" sets no option')
    if not seen:
        raise UsageError(f"{path} is not a kernel configuration: it names no option")
    return Config(str(path), values)


def _unquote(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] == '"':
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    return value
