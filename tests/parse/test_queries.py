# SPDX-License-Identifier: MIT
import shutil
from pathlib import Path

import pytest

from xref.errors import XrefError
from xref.parse import queries
from xref.parse.queries import FAMILIES, Grammar, queries_dir

CHECKOUT = Path(__file__).parents[2] / "queries"


_IN_CHECKOUT = pytest.mark.skipif(
    not Path(queries.__file__).is_relative_to(CHECKOUT.parent / "xref"),
    reason="xref is installed, not beside its queries",
)


@_IN_CHECKOUT
def test_a_checkout_has_its_queries_beside_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XREF_QUERIES", raising=False)
    assert queries_dir() == CHECKOUT
    assert {p.stem for p in CHECKOUT.glob("*.scm")} == set(FAMILIES)


def test_the_environment_overrides(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shutil.copytree(CHECKOUT, tmp_path / "q")
    monkeypatch.setenv("XREF_QUERIES", str(tmp_path / "q"))
    assert queries_dir() == tmp_path / "q"
    assert next(Grammar().matches(Grammar().parse(b"void f(void) { g(); }")))


@_IN_CHECKOUT
def test_an_override_that_is_empty_falls_back(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XREF_QUERIES", str(tmp_path))
    assert queries_dir() == CHECKOUT


@pytest.mark.skipif(not queries.__file__.endswith(".py"), reason="a compiled module's own names cannot be replaced")
def test_lost_queries_are_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("XREF_QUERIES", raising=False)
    monkeypatch.setattr(queries, "_PACKAGE", tmp_path / "site" / "xref")
    with pytest.raises(XrefError, match="queries are missing") as e:
        queries_dir()
    assert str(tmp_path / "site") in str(e.value)
    assert "reinstall" in str(e.value)


@pytest.mark.parametrize(
    ("source", "capture", "text"),
    [
        (b"int f(void) { return 1; }", "definition.function", "int f(void) { return 1; }"),
        (b"void f(void) { sock->ops->sendmsg(sock, m); }", "reference.call", "sock->ops->sendmsg"),
        (b"void f(void) { (*ops->f)(x); }", "reference.call", "(*ops->f)"),
        (b"void f(void) { a->b = g; }", "assignment.target", "a->b"),
        (b"void f(void) { dst->input = dst->output = g; }", "assignment.target", "dst->output"),
        (b"void *f(void) { return &g; }", "return.value", "&g"),
        (b"void f(void) { struct sock *sk = x; }", "local", "struct sock *sk = x;"),
        (b"struct s { int a; };", "definition.record", "struct s { int a; }"),
        (b"union u { int a; };", "definition.record", "union u { int a; }"),
        (b"typedef int (*fn)(void);", "definition.typedef", "typedef int (*fn)(void);"),
        (b"struct o x = { .f = g };", "definition.object", "struct o x = { .f = g };"),
        (b"void f(void) { g((struct o){ .f = h }); }", "literal.value", "{ .f = h }"),
    ],
)
def test_every_family_captures_its_construct(source: bytes, capture: str, text: str) -> None:
    grammar = Grammar()
    found = [
        node.text.decode()
        for captures in grammar.matches(grammar.parse(source))
        for name, nodes in captures.items()
        if name == capture
        for node in nodes
        if node.text is not None
    ]
    assert text in found
