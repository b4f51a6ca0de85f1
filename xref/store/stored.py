# SPDX-License-Identifier: MIT
"""How facts are stored, and what is read out of them either way: who asks an index needs none of the patterns that its
rows are made with (:mod:`xref.store.rows`), which take longer to load than many an answer takes.
"""

from __future__ import annotations

import re
import zlib
from array import array
from typing import Final

import msgspec

from xref.facts.model import Body, FieldFact
from xref.lex.model import Include

_LAST_MEMBER: Final = re.compile(r"(?:->|\.)\s*([A-Za-z_$][\w$]*)[\s)]*(?:\[[^\]]*\][\s)]*)?$")
_SUBSCRIPT: Final = re.compile(r"\[[^\[\]]*\]")
_FIRST_NAME: Final = re.compile(r"[(*\s]*([A-Za-z_$][\w$]*)")
NAMED: Final = re.compile(r"[\s(]*&\s*([A-Za-z_]\w*)[\s)]*")
"""The address of an object, and nothing else."""
_ARM: Final = re.compile(r":\s*([A-Za-z_]\w*)\s*(?=[,)])")
# default: __kmem_cache_create)(__name, __object_size, __args, __VA_ARGS__)   include/linux/slab.h
STATIC_CALL: Final = re.compile(r"\b__SC[TK]__(\w+)")
"""What names the key of a static call: include/linux/static_call_types.h."""
_TAG: Final = re.compile(
    r"(?:(?:static|extern|const|volatile|register|inline|__\w+)\s+)*(?:(?:struct|union)\s+(\w+)|([A-Za-z_]\w*))"
)
WORDS: Final = frozenset(
    "struct union enum const void int long short char unsigned signed sizeof typeof static volatile return if else "
    "float double inline register extern bool".split()
)
_encoder: Final = msgspec.msgpack.Encoder()
_body_decoder: Final = msgspec.msgpack.Decoder(Body)
_fields_decoder: Final = msgspec.msgpack.Decoder(tuple[FieldFact, ...])
_includes_decoder: Final = msgspec.msgpack.Decoder(tuple[Include, ...])
WIDE_KINDS: Final = frozenset("irw")
"""The kinds of postings that are about registrations."""
_COMPRESS_ABOVE: Final = 160
_COMPRESS_BODIES_ABOVE: Final = 320
"""A shorter body takes as long as a longer one, and would be smaller by a third at most."""


def type_tag(decl: str) -> str:
    """The tag or typedef name that a declaration begins with; '' for a built-in type."""
    m = _TAG.match(decl)
    if m is None:
        return ""
    return m[1] or (m[2] if m[2] not in WORDS else "")


def encode_body(body: Body) -> bytes:
    """A body as stored: a flag byte (0 plain, 1 compressed), then msgpack."""
    data = _encoder.encode(body)
    return b"\x01" + zlib.compress(data, 1) if len(data) > _COMPRESS_BODIES_ABOVE else b"\x00" + data


def decode_body(data: bytes) -> Body:
    """The inverse of :func:`encode_body`."""
    return _body_decoder.decode(zlib.decompress(data[1:]) if data[:1] == b"\x01" else data[1:])


def encode_fields(fields: tuple[FieldFact, ...]) -> bytes:
    """The members of a record as stored."""
    return _encoder.encode(fields)


def decode_fields(data: bytes) -> tuple[FieldFact, ...]:
    """The inverse of :func:`encode_fields`."""
    return _fields_decoder.decode(data)


def encode_includes(includes: tuple[Include, ...]) -> bytes:
    """A file's include directives as stored."""
    return _encoder.encode(includes)


def decode_includes(data: bytes) -> tuple[Include, ...]:
    """The inverse of :func:`encode_includes`."""
    return _includes_decoder.decode(data)


def ids_of(kind: str) -> array[int]:
    """An empty posting list: rows of functions and records have 32-bit numbers, those of registrations wide ones."""
    return array("Q" if kind in WIDE_KINDS else "I")


def encode_ids(ids: array[int]) -> bytes:
    """A posting list as stored: a flag byte (1 compressed, 2 wide numbers), then the numbers."""
    data = ids.tobytes()
    wide = 2 if ids.typecode == "Q" else 0
    if len(data) > _COMPRESS_ABOVE:
        return bytes((wide | 1,)) + zlib.compress(data, 1)
    return bytes((wide,)) + data


def decode_ids(data: bytes) -> array[int]:
    """The inverse of :func:`encode_ids`."""
    ids: array[int] = array("Q" if data[0] & 2 else "I")
    ids.frombytes(zlib.decompress(data[1:]) if data[0] & 1 else data[1:])
    return ids


def last_member(text: str) -> str:
    """The member (or variable) that an expression ends in: ``sendmsg`` for ``sock->ops->sendmsg``, ``(*a->sendmsg)``
    and ``t[i].sendmsg``; ``t`` for ``t[i]`` and ``(*t)``.
    """
    if text.count("[") > 1:  # fsm->jumpmatrix[fsm->state_count * fnlist[i].event + fnlist[i].state]
        while (shorter := _SUBSCRIPT.sub("", text)) != text:
            text = shorter
    m = _LAST_MEMBER.search(text)
    if m is not None:
        return m[1]
    m = _FIRST_NAME.match(text)
    return m[1] if m is not None else ""


def chosen_among(callee: str) -> tuple[str, ...]:
    """The functions of which a callee chooses one by a type: ``_Generic((x), void *: f, default: g)``."""
    return tuple(_ARM.findall(callee)) if "_Generic" in callee else ()
