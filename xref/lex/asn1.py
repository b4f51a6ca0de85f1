# SPDX-License-Identifier: MIT
"""Grammars that a build makes C of, read as that C.

``scripts/asn1_compiler`` (since 3.7) turns ``x509.asn1`` into ``x509.asn1.c``: a table of the functions that the
grammar names as actions, ``({ x509_note_OID })``, and a ``struct asn1_decoder`` that holds it. A decoder calls them
through the table and nothing else names them. What is made here has them on the lines on which they stand in the
grammar.
"""

from __future__ import annotations

import re
from typing import Final

SUFFIX: Final = ".asn1"

_COMMENT: Final = re.compile(rb"--.*?(?:--|$)", re.M)
_ACTION: Final = re.compile(rb"\(\{\s*([A-Za-z_]\w*)\s*\}\)")
_INCLUDE: Final = b"#include <linux/asn1_ber_bytecode.h>"


def as_c(path: str, grammar: bytes) -> bytes:
    """What the file is to the kernel's compiler, as far as functions go; never raises.

    The second line holds the head of the table besides its own actions, and those of the first, which an ``#include``
    takes.
    """
    name = re.sub(rb"\W", b"_", path.rpartition("/")[2].removesuffix(SUFFIX).encode("utf-8", "replace"))
    lines = _COMMENT.sub(b"", grammar).split(b"\n")
    lines += [b""] * (3 - len(lines))
    lines[:2] = [b"", b" ".join(lines[:2])]
    seen: set[bytes] = set()
    made = []
    for line in lines:
        actions = [action for action in _ACTION.findall(line) if action not in seen]
        seen.update(actions)
        made.append(b"".join(action + b", " for action in dict.fromkeys(actions)))
    made[0] = _INCLUDE
    made[1] = b"static const asn1_action_t %b_action_table[] = { %b" % (name, made[1])
    made[-1] += b"}; const struct asn1_decoder %b_decoder = { .actions = %b_action_table };" % (name, name)
    return b"\n".join(made) + b"\n"
