# SPDX-License-Identifier: MIT
"""Extraction never raises, whatever the bytes, and what it says stays inside the file."""

import time
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xref.facts.extract import Extractor
from xref.facts.model import FileFacts
from xref.lex.comments import blank_comments
from xref.lex.directives import scan
from xref.macros.nature import Natures
from xref.macros.table import MacroTable
from xref.macros.visibility import IncludeGraph
from xref.parse.queries import grammar
from xref.store.rows import file_row
from xref.store.stored import decode_body

from .sources import facts_of

KERNEL = Path(__file__).parents[2] / "fixtures" / "linux-6.12"
FILES = (
    "net/socket.c", "security/security.c", "include/linux/file.h", "net/ipv4/af_inet.c", "include/linux/security.h",
    "net/tls/tls_main.c", "include/trace/events/sock.h", "kernel/workqueue.c",
)  # fmt: skip


@cache
def extractor() -> Extractor:
    """Knows the macros of the whole small kernel."""
    scans = {
        p.relative_to(KERNEL).as_posix(): scan(
            blank_comments(p.read_bytes()).decode("latin-1"), p.relative_to(KERNEL).as_posix()
        )
        for suffix in ("*.c", "*.h")
        for p in sorted(KERNEL.rglob(suffix))
    }
    table = MacroTable(
        [m for d in scans.values() for m in d.macros],
        IncludeGraph({p: d.includes for p, d in scans.items()}, "x86"),
    )
    return Extractor(table, Natures(table), grammar())


def check(facts: FileFacts, source: bytes) -> None:
    """What must hold for any file, and that it can be stored."""
    lines = source.count(b"\n") + 1
    for f in facts.functions:
        assert f.name
        assert 1 <= f.line <= lines
        assert f.line <= f.end_line <= lines
        assert all(1 <= c.line <= lines for c in f.body.calls)
        assert all("\0" not in a for a in f.aliases)
    assert all(1 <= r.line <= lines for r in facts.registrations)
    keys = [(f.name, f.line, f.kind) for f in facts.functions]
    assert len(keys) == len(set(keys))
    row = file_row(facts, len(source), 0, b"", 0.0)
    for f, stored in zip(facts.functions, row.functions, strict=True):
        assert decode_body(stored.body) == f.body


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_bytes(source: bytes) -> None:
    check(facts_of(source), source)


pieces = st.sampled_from(
    b"int f(void)|{|}|;|(|)|#define M(x) x(|#define N(x) x##x|#ifdef A|#else|"
    b'#endif|\\|M(f)|N(M)|struct s {|.a = f,|= {|,|"'
    b"|'|/*|*/|static |M(N)(f)|\n|\n|return f|->|*|[|]|union|typedef |extern |"
    b"if (|else|for (;;)|case 1:|__attribute__((x))".split(b"|")
)


@given(st.lists(pieces, max_size=40).map(b" ".join))
@settings(max_examples=100, deadline=None)
def test_any_pieces_of_c(source: bytes) -> None:
    check(facts_of(source), source)


@given(
    st.sampled_from(FILES),
    st.sampled_from(["cut", "drop", "double", "flip", "swap"]),
    st.integers(0, 10**6),
    st.integers(1, 300),
    st.binary(min_size=1, max_size=8),
)
@settings(max_examples=100, deadline=None)
def test_damaged_files(file: str, damage: str, at: int, size: int, noise: bytes) -> None:
    source = (KERNEL / file).read_bytes()
    at %= len(source)
    head, part, tail = source[:at], source[at : at + size], source[at + size :]
    source = {
        "cut": head,
        "drop": head + tail,
        "double": head + part + part + tail,
        "flip": head + noise + source[at + len(noise) :],
        "swap": tail + part + head,
    }[damage]
    check(extractor().extract(file, source), source)


@pytest.mark.parametrize("file", FILES)
def test_the_files_as_they_are(file: str) -> None:
    source = (KERNEL / file).read_bytes()
    facts = extractor().extract(file, source)
    check(facts, source)
    assert not facts.notes
    assert facts == extractor().extract(file, source)


@pytest.mark.parametrize(
    "source",
    [
        b"int f(void) { return " + b"(" * 3000 + b"1" + b")" * 3000 + b"; }",
        b"int x = " + b"{" * 3000 + b"}" * 3000 + b";",
        b"void f(void) " + b"{" * 3000 + b"g();" + b"}" * 3000,
        b"#define f(x) x\nint y(void) { return " + b"f(" * 1500 + b"g" + b")" * 1500 + b"; }\n",
        b"#define f(x) (x)(1)\nint y(void) { return " + b"f(" * 100 + b"g" + b")" * 100 + b"; }\n",
        b"#if A\n" * 2000,
        b"int f(void) { a" + b"->b" * 5000 + b"(); }",
        b"struct a { " * 1500 + b"int x; " + b"};" * 1500,
        b"\xff\xfe" + "int f(void) { }".encode("utf-16-le"),
    ],
    ids=[
        "parentheses",
        "initialiser",
        "blocks",
        "invocations",
        "callees",
        "conditionals",
        "members",
        "records",
        "utf-16",
    ],
)
def test_what_is_deeply_nested(source: bytes) -> None:
    check(facts_of(source), source)


@pytest.mark.parametrize(("body", "depth"), [(b"x() x", 13), (b"(x)(1)", 200)], ids=["doubling", "nesting"])
def test_a_short_line_does_not_hold_up_the_index(body: bytes, depth: int) -> None:
    """Invocations inside invocations make more text for the parser at every level, out of a line of no length."""
    started = time.process_time()
    facts_of(b"#define f(x) %s\nint y(void) { return %s; }\n" % (body, b"f(" * depth + b"g" + b")" * depth))
    assert time.process_time() - started < 5
