# SPDX-License-Identifier: MIT
"""Facts as rows: what an extraction worker sends to the one writer.

A worker does the costly half (finding the names a function mentions, encoding and compressing its body), so the writer
only inserts.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from xref.facts.model import Body, FileFacts, FunctionFact, RecordFact
from xref.parse.cexpr import parse_args
from xref.parse.words import unquoted
from xref.store.model import FileRow, FunctionRow, RecordRow
from xref.store.numbers import MOST
from xref.store.stored import (
    NAMED,
    STATIC_CALL,
    WORDS,
    chosen_among,
    encode_body,
    encode_fields,
    encode_includes,
    last_member,
    type_tag,
)

_IDENTIFIER: Final = re.compile(r"[A-Za-z_$][\w$]*")
_ONE_NAME: Final = re.compile(r"[(&*\s]*(?:\([^()]*\)\s*)?[(&*\s]*([A-Za-z_$][\w$]*)[)\s]*")
# These run over every expression of the tree. A name is tried once, from its first letter to its last: without the
# possessive repeats and the look behind, each of its tails would be tried too, which cost ten times as much. \w is
# written out for Latin-1, in which all sources are read: a set is looked up, Unicode's categories are asked.
_W: Final = "".join(c for c in map(chr, range(256)) if c.isalnum()) + "_"
# What is written in capitals throughout is a constant, or a macro's argument. The element of a table is handed on, not
# a member of one: phy_interrupts[j] of drivers/scsi/hisi_sas/hisi_sas_v1_hw.c
_VALUE: Final = re.compile(
    rf"[A-Za-z_$](?<![{_W}.>$].)(?:(?<=[a-z_$])|(?=[A-Z\d_]*+[a-z]))[{_W}$]*+"
    rf"(?!\s*+(?:[{_W}(.]|->|\[[^\[\],]*+\]\s*+(?:\.|->)))"
)
_PARAMETER: Final = re.compile(rf"(?<![A-Za-z_$])([A-Za-z_$][{_W}$]*+)\s*+(?:\[[^\]]*+\]\s*+)*[,)]")
_DECLARED: Final = re.compile(
    rf"(?<![A-Za-z_$])([A-Za-z_$][{_W}$]*+)\s*+(?:\[[^\]]*+\]\s*+|\)\s*+\([^()]*+\)\s*+)*(?:=|,|$)"
)
# What tells of which record a member is, as far as its own function does: x->a.b->field where x is a struct tag, or
# points to one.
_CALLED: Final = re.compile(r"\w\s*\(")
_ACCESS: Final = re.compile(r"[*&\s]*([A-Za-z_]\w*)((?:\s*(?:->|\.)\s*\w+)*)\s*(?:->|\.)\s*(\w+)")
# &x->a[i].b: the address of a member is handed on, and what is done to it later is done to every such member
_AT: Final = r"(?:\s*\[[^\[\]]*\])*"
_PATH_FROM: Final = rf"((?:\s*(?:->|\.)\s*\w+{_AT})*)\s*(?:->|\.)\s*(\w+)(?!\s*[\w(.\-])(?!\s*\[[^\[\]]*\]\s*[\[.\-])"
_ADDRESS: Final = re.compile(rf"&[&(\s]*([A-Za-z_]\w*)[)\s]*+{_AT}{_PATH_FROM}")
# &to_tcp_ctrl(ctrl)->err_work of drivers/nvme/host/tcp.c, &((struct a *)x)->b
_ADDRESS_BEHIND: Final = re.compile(
    rf"&[&(\s]*(?:\w+\s*\(|\((?!\s*\w+\s*\)))(?:[^()]++|\((?:[^()]++|\([^()]*+\))*+\))*+\)[)\s]*+{_AT}{_PATH_FROM}"
)
_SUBSCRIPT: Final = re.compile(r"\[[^\[\]]*\]")
# x->a.b as a value: neither called nor stepped over; without what it begins with where that is no name
_GOT: Final = re.compile(
    rf"(?:(?:(?<![{_W}$)\].>])([A-Za-z_][{_W}]*+)|(?<![{_W}$)\]])(?<![{_W}$)\]]\s)\(\s*+([A-Za-z_][{_W}]*+)\s*+\))"
    rf"((?:\s*+(?:->|\.)\s*+[{_W}]++)*)\s*+)?(?:->|\.)\s*+([A-Za-z_][{_W}]*+)"
    rf"(?!\s*+(?:[{_W}(.]|->))"
)
_MEMBER: Final = re.compile(r"(?:->|\.)\s*([A-Za-z_]\w*)")
_SOME_NAMED: Final = re.compile(r"&\s*([A-Za-z_]\w*)\s*(?:[,)]|$)")
# #define sk_prot __sk_common.skc_prot   include/net/sock.h; in parentheses in drivers/net/ethernet/8390/lib8390.c
_MEMBER_PATH: Final = re.compile(r"[A-Za-z_]\w*(?:\s*(?:\.|->)\s*[A-Za-z_]\w*)*\s*(?:\.|->)\s*([A-Za-z_]\w*)")
_PUNCTUATION: Final = str.maketrans("", "", "()&*")
_STEP: Final = re.compile(r"\w+")
# A name that is neither behind struct nor ends in _t may be an attribute: __maybe_unused struct sock *sk
_RECORD_PARAMETER: Final = re.compile(
    r"\b(?:(?:struct|union)\s+(\w+)|(?<!struct\s)(?<!union\s)([a-z]\w*_t))\s*\**\s*(?:const\s+)?(\w+)\s*[,)]"
)
_RECORD_LOCAL: Final = re.compile(r"(?:(?:const|static)\s+)*(?:(?:struct|union)\s+(\w+)|([a-z]\w*_t))\s*[*\s]")
_INSIDE: Final = re.compile(r"\([^()]*\)")
_VALUES: Final = re.compile(r"=[^,]*")
LEFT_OUT: Final = "left out: "
"""What the notes on a file begin with that is in the index by name only; the reason follows."""


def single_name(text: str) -> str:
    """The one identifier that a value consists of, casts and ``&`` aside; '' if there is more to it."""
    m = _ONE_NAME.fullmatch(text)
    return m[1] if m is not None else ""


def renamed(name: str, decl: str) -> str:
    """The type of which a typedef is another name, where it is no pointer to it; '' for none."""
    tag = type_tag(decl) if "*" not in decl else ""
    return tag if tag != name else ""


def member_alias(name: str, body: str) -> tuple[str, str] | None:
    """The member that a macro without parameters is another name of, and that name."""
    m = _MEMBER_PATH.fullmatch(body.strip("() ")) if "." in body or ">" in body else None
    return (m[1], name) if m is not None else None


def _tags(f: FunctionFact) -> dict[str, str]:
    """The tags (or typedefs) of the parameters and locals that are a struct or point to one; '' for a name with
    several.
    """
    found: dict[str, str] = {}
    if f.kind == "macro":
        return found
    for named, typedef, name in _RECORD_PARAMETER.findall(f.signature):
        tag = named or typedef
        found[name] = tag if found.get(name, tag) == tag else ""
    for declaration in f.body.locals:
        text = declaration.text
        while "(" in text and (shorter := _INSIDE.sub("", text)) != text:
            text = shorter  # *a = f(b, c) declares no b
        m = _RECORD_LOCAL.match(text)
        tag = m[1] or m[2] if m is not None and "(" not in text else ""
        for name in _DECLARED.findall(_VALUES.sub("=", text)):
            found[name] = tag if found.get(name, tag) == tag else ""
    return found


def _shaped(access: str, name: str, tags: dict[str, str]) -> str:
    """``name`` with the shape of the access that ends in it: ``sendmsg socket ops`` for ``sock->ops->sendmsg``; the
    bare name where the function does not tell.
    """
    if "(" in access:
        if _CALLED.search(access) is not None:
            return name
        access = access.translate(_PUNCTUATION)  # (&(&x->work)->timer)->function, as INIT_DELAYED_WORK() makes it
    while "[" in access:
        shorter = _SUBSCRIPT.sub("", access)
        if shorter == access:
            return name
        access = shorter
    m = _ACCESS.fullmatch(access.strip())
    if m is None or m[3] != name:
        return name
    return _with_shape(name, m[1], m[2], tags)


def _with_shape(name: str, root: str, steps: str, tags: dict[str, str]) -> str:
    tag = tags.get(root, "")
    return " ".join((name, tag, *(_STEP.findall(steps) if steps else ()))) if tag else name


def record_row(r: RecordFact) -> RecordRow:
    """A record with the names of its members and of their types."""
    by_value = {type_tag(f.decl) for f in r.fields if "*" not in f.decl.partition("[")[0]}
    names = {f"{f.name} {type_tag(f.decl)}" for f in r.fields if f.name}
    types = tuple(f"{tag} {r.tag}" for tag in by_value if tag)
    return RecordRow(r.tag, r.kind, r.line, r.guard, r.open, encode_fields(r.fields), tuple(names), types)


def names_inside(value: str) -> tuple[str, ...]:
    """The names that an initialiser's value is made of, but for what is called: ``f`` of ``pm_ptr(f)``."""
    return tuple(set(_VALUE.findall(value)) - WORDS)


def members_inside(value: str) -> tuple[str, ...]:
    """The members that an initialiser's value is, or is made of: ``dump`` of ``link->dump``."""
    return tuple({name for *_, name in _GOT.findall(value)}) if "->" in value or "." in value else ()


def registration_shape(field: str, tag: str, path: str, decl: str) -> str:
    """A field with what tells the record of an initialiser: ``open file_operations .open 0``."""
    return f"{field} {tag} {path} {decl.count('[')}"


def function_row(f: FunctionFact) -> FunctionRow:
    """A function with the names that it mentions."""
    body = f.body
    tags: dict[str, str] | None = None
    local: set[str] = set(_PARAMETER.findall(f.signature.partition("(")[2])) if f.kind != "macro" else set()
    texts: set[str] = {ret.value for ret in body.returns}
    for declaration in body.locals:
        text = declaration.text
        head, _, value = text.partition("=")
        given = value
        while "," in given and (shorter := _INSIDE.sub("#", given)) != given:
            given = shorter  # int err = request(dev, handler, 0), *p declares no handler, and no request
        local.update(_DECLARED.findall(f"{head}={given}" if "," in given else head))  # cb = f declares no f
        texts.add(value)
    called: set[str] = set()
    through: set[str] = set()
    assigned: set[str] = set()
    handing: dict[str, int] = {}
    dispatches = 0
    for call in body.calls:
        callee = call.callee
        given = call.arguments
        texts.add(given)
        if callee.isidentifier() and callee not in local:
            called.add(callee)
            if "&" in given and not local.issuperset(_SOME_NAMED.findall(given)):
                for k, arg in enumerate(parse_args(given)):
                    named = NAMED.fullmatch(arg)
                    if named is not None and named[1] not in local:
                        handing[f"{callee} {k}"] = handing.get(f"{callee} {k}", 0) + 1
        else:
            dispatches += 1
            name = last_member(callee)
            if name:
                if tags is None:
                    tags = _tags(f)
                through.add(_shaped(callee, name, tags))
            if "{" in callee or "?" in callee:
                through.update(_MEMBER.findall(callee))
            called.update(chosen_among(callee))
            if "__SC" in callee:
                through.update(f"__SCT__{key}" for key in STATIC_CALL.findall(callee))
    for assign in body.assigns:
        target = assign.target
        texts.add(assign.value)
        if f.kind == "macro":
            continue  # assigned where it is used
        name = target if target.isidentifier() and target.isascii() else last_member(target)
        if "->" in target or "." in target:
            if name:
                if tags is None:
                    tags = _tags(f)
                assigned.add(_shaped(target, name, tags))
        elif name and name not in local:
            assigned.add(name)
    # one search over all of them, each argument once; nothing that a pattern for names looks at goes beyond a comma
    plain = [unquoted(text) for text in texts]
    pieces = set(",".join(plain).split(","))
    values = set(_VALUE.findall(",".join(pieces))).difference(local, WORDS)
    stepping = ";".join([text for text in plain if "->" in text or "." in text])
    addressed: set[str] = set()
    if "&" in stepping:
        for root, steps, name in _ADDRESS.findall(stepping):
            if tags is None:
                tags = _tags(f)
            addressed.add(_with_shape(name, root, _SUBSCRIPT.sub("", steps) if "[" in steps else steps, tags))
        addressed.update(name for _, name in _ADDRESS_BEHIND.findall(stepping))
    got: set[str] = set()
    if stepping:
        for outside, inside, steps, name in _GOT.findall(",".join([p for p in pieces if "->" in p or "." in p])):
            root = outside or inside
            if root and tags is None:
                tags = _tags(f)
            got.add(_with_shape(name, root, steps, tags) if root and tags else name)
    return FunctionRow(
        f.name, f.line, f.column, f.end_line, f.kind, f.linkage, f.aliases, f.guard, f.signature, f.trouble, f.made_by,
        encode_body(body), len(body.calls), dispatches, tuple(called), tuple(through), tuple(assigned), tuple(values),
        tuple(addressed), tuple(got), _always_handed(body, handing),
    )  # fmt: skip


def _always_handed(body: Body, handing: dict[str, int]) -> tuple[str, ...]:
    """Those of ``handing``, callees with a position and in how many calls the argument there is the address of an
    object, of which that is all calls.
    """
    if not handing:
        return ()
    times = Counter([call.callee for call in body.calls])
    return tuple(key for key, count in handing.items() if count == times[key.partition(" ")[0]])


def file_row(facts: FileFacts, size: int, mtime_ns: int, digest: bytes, seconds: float) -> FileRow:
    """The rows of one file."""
    return FileRow(
        facts.path,
        size,
        mtime_ns,
        digest,
        facts.error_bytes,
        encode_includes(facts.includes),
        "; ".join((*facts.notes, *(["too many functions: not all kept"] if len(facts.functions) > MOST else []))),
        tuple(function_row(f) for f in facts.functions[:MOST]),
        tuple(record_row(r) for r in facts.records[:MOST]),
        tuple((t.name, t.decl, t.line, t.guard, renamed(t.name, t.decl)) for t in facts.typedefs),
        tuple((o.name, o.decl, o.line, o.linkage, o.guard, o.function) for o in facts.objects),
        tuple(
            (
                r.line,
                r.column,
                r.object,
                r.decl,
                r.path,
                r.field,
                r.value,
                single_name(r.value),
                r.how,
                r.guard,
                r.function,
                type_tag(r.decl),
            )
            for r in facts.registrations
        ),
        tuple(
            (
                m.name,
                m.line,
                m.end_line,
                m.body_line,
                m.until,
                None if m.params is None else ",".join(m.params),
                m.variadic,
                m.body,
                m.guard,
            )
            for m in facts.macros
        ),
        facts.exports,
        tuple(
            pair
            for macro in facts.macros
            if macro.params is None and (pair := member_alias(macro.name, macro.body)) is not None
        ),
        seconds,
    )
