# SPDX-License-Identifier: MIT
"""Lists of initialisers in functions that a macro makes, braces and all."""

from __future__ import annotations

import pytest

from .sources import calls, facts_of, function

KCONTROLS = """\
#define KCONTROL(xname, xget, xput) { .name = xname, .get = xget, .put = xput }
#define KCONTROL_EXT(n, g, p) KCONTROL(n, g, p)
#define KCONTROL_PARTS(g) .name = "x", .get = g##_get
"""


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("*k = (struct kcontrol)KCONTROL(0, get, put);", {("", ".get", "get"), ("", ".put", "put")}),
        ("*k = (struct kcontrol) KCONTROL_EXT(0, get, 0);", {("", ".get", "get")}),
        ("add(&(struct kcontrol)KCONTROL(0, get, 0));", {("", ".get", "get")}),
        ("struct kcontrol x = KCONTROL(0, get, put);", {("x", ".get", "get"), ("x", ".put", "put")}),
        ("static struct kcontrol x = KCONTROL(0, get, 0);", {("x", ".get", "get")}),
        ("struct kcontrol x[] = { KCONTROL(0, get, 0), };", {("x", "#0.get", "get")}),
        ("struct kcontrol x = { KCONTROL_PARTS(my) };", {("x", ".get", "my_get")}),
        ("struct kcontrol x = { .next = KCONTROL(0, get, 0) };", {("x", ".next.get", "get")}),
    ],
)
def test_lists_in_a_function(statement: str, found: set[tuple[str, str, str]]) -> None:
    """drivers/staging/greybus/audio_topology.c, sound/pci/hda/patch_ca0132.c; nothing of them is an assignment."""
    source = f"void f(struct kcontrol *k)\n{{\n\t{statement}\n}}\n"
    facts = facts_of(source, {"include/sound/soc.h": KCONTROLS})
    assert {(r.object, r.path, r.value) for r in facts.registrations} == found
    assert all(r.function == "f" and "struct kcontrol" in r.decl for r in facts.registrations)
    assert not [a for a in function(facts, "f").body.assigns if "=" in a.target or "{" in a.target]
    assert any(c.callee.startswith("KCONTROL") for c in function(facts, "f").body.calls)


def test_a_block_is_no_list() -> None:
    header = "#define LOCKED(lock, f) { spin_lock(lock); f##_locked(lock); }\n"
    facts = facts_of("void f(int *l)\n{\n\tLOCKED(l, put);\n}\n", {"include/linux/x.h": header})
    assert "put_locked" in calls(facts, "f")
