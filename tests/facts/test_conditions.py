# SPDX-License-Identifier: MIT
"""Under which condition a call happens: the branch as text, and what of it the configuration decides."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .sources import facts_of, function


def found(body: str, headers: str = "", source: str = "") -> list[tuple[str, str, str]]:
    """Callee, condition and guard of every call in a function with that body."""
    facts = facts_of(f"{source}\nint caller(int x)\n{{\n\t{body}\n}}\n", {"include/linux/x.h": headers})
    assert not any(f.trouble for f in facts.functions)
    return [(c.callee, c.condition, c.guard) for c in function(facts, "caller").body.calls]


def conditions(body: str) -> dict[str, str]:
    return {callee: condition for callee, condition, _ in found(body)}


def guards(body: str, headers: str = "") -> dict[str, str]:
    return {callee: guard for callee, _, guard in found(body, headers) if not callee.startswith(("IS_", "unlikely"))}


# -- the text ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("f();", {"f": ""}),
        ("if (x > 1) f();", {"f": "x > 1"}),
        ("if (x) { g(); f(); } h();", {"g": "x", "f": "x", "h": ""}),
        ("if (x) f(); else g();", {"f": "x", "g": "!x"}),
        ("if (!x) f(); else g();", {"f": "!x", "g": "x"}),
        ("if (x > 1) f(); else g();", {"f": "x > 1", "g": "!(x > 1)"}),
        ("if (x) f(); else if (y) g(); else h();", {"f": "x", "g": "y", "h": "!y"}),
        ("if (f()) g();", {"f": "", "g": "f()"}),
        ("if (x) { if (y) f(); g(); }", {"f": "y", "g": "x"}),
        ("return x ? f() : g();", {"f": "x", "g": "!x"}),
        ("return x ?: f();", {"f": "!x"}),
        ("return (x) ? f() : 0;", {"f": "x"}),
        ("return x && f();", {"f": "x"}),
        ("return x || f();", {"f": "!x"}),
        ("return f() && g() && h();", {"f": "", "g": "f()", "h": "f() && g()"}),
        ("if (x && f()) g();", {"f": "x", "g": "x && f()"}),
        ("while (x--) f();", {"f": "x--"}),
        ("do f(); while (g());", {"f": "", "g": ""}),
        ("for (x = f(); g(); h()) k();", {"f": "", "g": "", "h": "", "k": ""}),
        (
            "switch (f()) { case SYS_SEND: g(); break; case 1 ... 3: h(); break; default: k(); }",
            {"f": "", "g": "case SYS_SEND", "h": "case 1", "k": ""},
        ),
        ("switch (x) { case 1: case 2: f(); }", {"f": "case 2"}),
        ("switch (x) { case 1: if (y) f(); g(); }", {"f": "y", "g": "case 1"}),
        ("if (x) { switch (y) { default: f(); } }", {"f": "x"}),
        ("if (a->b\n\t    &&\n\t    c) f();", {"f": "a->b && c"}),
        ("if (x /* why */) f();", {"f": "x"}),
        ("if ((x)) f();", {"f": "(x)"}),
        ("if ((a) && (b)) f();", {"f": "(a) && (b)"}),
        ("out: if (x) goto out; f();", {"f": ""}),
    ],
)
def test_the_branch_a_call_stands_in(body: str, expected: dict[str, str]) -> None:
    assert conditions(body) == expected


def test_the_opposite_of_an_opposite() -> None:
    assert conditions("if (!sk_full) f(); else g();") == {"f": "!sk_full", "g": "sk_full"}


def test_a_long_condition_is_cut() -> None:
    words = " && ".join(f"condition_{i}" for i in range(20))
    condition = conditions(f"if ({words}) f();")["f"]
    assert len(condition) == 80
    assert condition == words[:77] + "..."


def test_calls_through_pointers_and_of_macros_have_theirs() -> None:
    body = "if (x) p->ops->open(); if (y) (*p)(x); if (z) log(1);"
    assert found(body, "#define log(n) do { } while (0)\n") == [
        ("p->ops->open", "x", ""),
        ("(*p)", "y", ""),
        ("log", "z", ""),
    ]


MAKERS = """\
#define get(sk) sk->ops->get(sk)
#define for_each(p, h) for (p = first(h); p; p = p->next)
#define current get_current()
#define named(key) made_##key
"""


@pytest.mark.parametrize(
    ("body", "callee"),
    [
        pytest.param("if (COND) get(x);", "x -> ops -> get", id="structural"),
        pytest.param("if (COND) for_each(p, x) f();", "for_each", id="iterator"),
        pytest.param("if (COND) f(current);", "get_current", id="object-like"),
        pytest.param("if (COND) named(key)(x);", "made_key", id="made-name"),
    ],
)
class TestCallsThatAMacroMakes:
    def test_without_a_branch(self, body: str, callee: str) -> None:
        assert (callee, "", "") in found(body.replace("if (COND)", ""), MAKERS)

    def test_the_branch_is_that_of_the_invocation(self, request: pytest.FixtureRequest, body: str, callee: str) -> None:
        if callee != "for_each":
            reason = "the branch around an invocation is not that of the calls it makes"
            request.applymarker(pytest.mark.xfail(strict=True, reason=reason))
        assert (callee, "y", "") in found(body.replace("COND", "y"), MAKERS)

    def test_the_configuration_decides_them_too(self, request: pytest.FixtureRequest, body: str, callee: str) -> None:
        if callee in ("for_each", "get_current"):
            request.applymarker(pytest.mark.xfail(strict=True, reason="what the configuration says is not asked"))
        made = [g for c, _, g in found(body.replace("COND", "IS_ENABLED(CONFIG_A)"), MAKERS) if c == callee]
        assert made == ["CONFIG_A"]

    def test_there_is_none_where_nothing_runs(self, body: str, callee: str) -> None:
        assert callee not in {c for c, _, _ in found(body.replace("COND", "0"), MAKERS)}


ITERATOR = "#define for_each(p) for (p = 0; p; p++)\n"


def test_the_arguments_of_an_iterator_are_no_condition() -> None:
    assert ("f", "p", "") not in found("for_each(p) f();", ITERATOR)


def test_an_iterator_over_nought_is_one() -> None:
    assert "f" in guards("for_each(0) f();", ITERATOR)


@pytest.mark.parametrize("body", ["return sizeof(*current);", "return sizeof(named(key)(x));", "return 0 && current;"])
def test_what_is_never_evaluated_makes_no_call(body: str) -> None:
    assert not {"get_current", "made_key"} & {callee for callee, _, _ in found(body, MAKERS)}


# -- what the configuration decides -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("if (IS_ENABLED(CONFIG_A)) f(); else g();", {"f": "CONFIG_A", "g": "!CONFIG_A"}),
        ("if (!IS_ENABLED(CONFIG_A)) f(); else g();", {"f": "!CONFIG_A", "g": "CONFIG_A"}),
        ("if (!!IS_ENABLED(CONFIG_A)) f();", {"f": "CONFIG_A"}),
        ("if (IS_BUILTIN(CONFIG_A)) f(); else g();", {"f": "CONFIG_A=y", "g": "!CONFIG_A=y"}),
        ("if (IS_MODULE(CONFIG_A)) f();", {"f": "CONFIG_A=m"}),
        ("if (IS_ENABLED(CONFIG_A) && x) f(); else g();", {"f": "CONFIG_A", "g": ""}),
        ("if (x && IS_ENABLED(CONFIG_A)) f(); else g();", {"f": "CONFIG_A", "g": ""}),
        ("if (IS_ENABLED(CONFIG_A) || x) f(); else g();", {"f": "", "g": "!CONFIG_A"}),
        (
            "if (IS_ENABLED(CONFIG_A) || IS_ENABLED(CONFIG_B)) f(); else g();",
            {"f": "CONFIG_A || CONFIG_B", "g": "!CONFIG_A && !CONFIG_B"},
        ),
        (
            "if (IS_ENABLED(CONFIG_A)) { if (IS_ENABLED(CONFIG_B)) f(); g(); }",
            {"f": "CONFIG_A && CONFIG_B", "g": "CONFIG_A"},
        ),
        ("if (IS_ENABLED(CONFIG_A)) { if (x) f(); }", {"f": "CONFIG_A"}),
        ("return IS_ENABLED(CONFIG_A) ? f() : g();", {"f": "CONFIG_A", "g": "!CONFIG_A"}),
        ("return IS_ENABLED(CONFIG_A) && f();", {"f": "CONFIG_A"}),
        ("return !IS_ENABLED(CONFIG_A) || f();", {"f": "CONFIG_A"}),
        ("return IS_ENABLED(CONFIG_A) && x && f();", {"f": "CONFIG_A"}),
        ("while (IS_ENABLED(CONFIG_A) && x) f();", {"f": "CONFIG_A"}),
        ("if (unlikely(IS_ENABLED(CONFIG_A) && x)) f();", {"f": "CONFIG_A"}),
        ("if (IS_ENABLED( CONFIG_A )) f();", {"f": "CONFIG_A"}),
        ("if (x == IS_ENABLED(CONFIG_A)) f(); else g();", {"f": "", "g": ""}),
        ("if (x & 1) f(); else g();", {"f": "", "g": ""}),
        ("if (0) f(); else g();", {"g": ""}),
        ("if (0 && x) f(); else g();", {"g": ""}),
        ("if (x && 0) f(); else g();", {"g": ""}),
        ("if (x || 0) f(); else g();", {"f": "", "g": ""}),
        ("if (1) f(); else g();", {"f": ""}),
        ("if (x || 1) f(); else g();", {"f": ""}),
        ("while (0) f();", {}),
        ("while (1) f();", {"f": ""}),
        ("do f(); while (0);", {"f": ""}),
        ("while (0 && f()) g();", {}),
        ("return 0 ? f() : g();", {"g": ""}),
        ("return 0 && f();", {}),
        ("return 1 || f();", {}),
        ("return sizeof(f());", {}),
        ("return sizeof(f()) + g();", {"g": ""}),
        ("return sizeof f() + g();", {"g": ""}),
        ("return sizeof(int) * f(1);", {"f": ""}),
        ("typeof(f()) y = g();", {"g": ""}),
        ("if (x) { if (0) f(); else g(); }", {"g": ""}),
        ("if (IS_ENABLED(CONFIG_A)) { if (!IS_ENABLED(CONFIG_A)) f(); g(); }", {"g": "CONFIG_A"}),
    ],
)
def test_what_the_configuration_decides(body: str, expected: dict[str, str]) -> None:
    assert guards(body) == expected


def test_the_guard_of_the_lines_counts_too() -> None:
    body = "\n#ifdef CONFIG_B\n\tif (IS_ENABLED(CONFIG_A)) f();\n\tg();\n#endif\n\th();"
    assert guards(body) == {"f": "CONFIG_A && CONFIG_B", "g": "CONFIG_B", "h": ""}


def test_what_the_lines_and_the_branch_cannot_both_have_is_no_call() -> None:
    assert guards("\n#ifdef CONFIG_A\n\tif (!IS_ENABLED(CONFIG_A)) f();\n\tg();\n#endif\n") == {"g": "CONFIG_A"}


def test_the_text_stays_where_the_configuration_decides() -> None:
    assert found("if (IS_ENABLED(CONFIG_A) && x) f();")[-1] == ("f", "IS_ENABLED(CONFIG_A) && x", "CONFIG_A")


# -- arguments that a macro drops -------------------------------------------------------------------------------------

RCU = (
    "#ifdef CONFIG_PROVE_RCU\n#define RCU_LOCKDEP_WARN(c, s) do { if (c) splat(s); } while (0)\n"
    "#else\n#define RCU_LOCKDEP_WARN(c, s) do { } while (0 && (c))\n#endif\n"
    "#define rcu_dereference_check(p, c) ({ RCU_LOCKDEP_WARN(!(c), #p); (p); })\n"
    "#define pr_none(fmt, ...) ({ if (0) printk(fmt, ##__VA_ARGS__); 0; })\n"
    "#define BUILD_BUG_ON_INVALID(e) ((void)(sizeof((long)(e))))\n"
    "#define swap(a, b) do { exchange(a); exchange(b); } while (0)\n"
)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("RCU_LOCKDEP_WARN(f(), g());", {"f": "CONFIG_PROVE_RCU", "g": "CONFIG_PROVE_RCU"}),
        ("rcu_dereference_check(f(), g());", {"f": "", "g": "CONFIG_PROVE_RCU"}),
        ("rcu_dereference_check(f(), x && g(h()));", {"f": "", "g": "CONFIG_PROVE_RCU", "h": "CONFIG_PROVE_RCU"}),
        ('pr_none("%d", f(), g()); h();', {"h": ""}),
        ("BUILD_BUG_ON_INVALID(f());", {}),
        ("swap(f(), g());", {"f": "", "g": ""}),
        ("unknown(f(), g());", {"f": "", "g": ""}),
        (
            "rcu_dereference_check(rcu_dereference_check(f(), g()), h());",
            {"f": "", "g": "CONFIG_PROVE_RCU", "h": "CONFIG_PROVE_RCU"},
        ),
        (
            "if (IS_ENABLED(CONFIG_A)) rcu_dereference_check(f(), g());",
            {"f": "CONFIG_A", "g": "CONFIG_A && CONFIG_PROVE_RCU"},
        ),
    ],
)
def test_arguments_that_are_not_evaluated(body: str, expected: dict[str, str]) -> None:
    macros = {"RCU_LOCKDEP_WARN", "rcu_dereference_check", "pr_none", "BUILD_BUG_ON_INVALID", "swap", "unknown"}
    assert {callee: guard for callee, guard in guards(body, RCU).items() if callee not in macros} == expected


def test_a_macro_s_body_knows_its_own_conditions() -> None:
    facts = facts_of(
        "#define check(x) do { if (IS_ENABLED(CONFIG_A)) f(x); if (0) g(x); sizeof(h(x)); } while (0)\nint y;\n"
    )
    assert [(c.callee, c.guard) for c in function(facts, "check").body.calls if c.callee != "IS_ENABLED"] == [
        ("f", "CONFIG_A")
    ]


def test_of_two_files_each_has_its_own_macro() -> None:
    headers = {
        "drivers/net/a/dbg.h": "#define dbg(x) do { } while (0)\n",
        "drivers/net/b/dbg.h": "#define dbg(x) do { printk(x); } while (0)\n",
    }
    source = '#include "dbg.h"\nint caller(void)\n{\n\tdbg(f());\n}\n'
    there = function(facts_of(source, headers, "drivers/net/b/b.c"), "caller")
    assert [c.callee for c in there.body.calls] == ["dbg", "f"]
    here = function(facts_of(source, headers, "drivers/net/a/a.c"), "caller")
    assert [c.callee for c in here.body.calls] == ["dbg"]


# -- any branches -----------------------------------------------------------------------------------------------------

tests = st.recursive(
    st.sampled_from(["0", "1", "x", "IS_ENABLED(CONFIG_A)"]),
    lambda inner: st.one_of(
        inner.map(lambda a: f"!({a})"),
        st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(lambda t: f"({t[0]}) {t[1]} ({t[2]})"),
    ),
    max_leaves=6,
)


def worth(text: str, a: bool, x: bool) -> bool:
    """What C makes of such a test."""
    python = text.replace("IS_ENABLED(CONFIG_A)", str(a)).replace("x", str(x)).replace("&&", " and ")
    return bool(eval(python.replace("||", " or ").replace("!", " not ")))


@given(tests)
@settings(max_examples=200, deadline=None)
def test_a_guard_says_when_a_branch_can_be_taken(test: str) -> None:
    told = guards(f"if ({test}) f(); else g();")
    for a in (False, True):
        for callee, wanted in (("f", True), ("g", False)):
            possible = any(worth(test, a, x) is wanted for x in (False, True))
            said = callee in told and told[callee] != ("!CONFIG_A" if a else "CONFIG_A")
            assert said or not possible  # no call that can happen is left out
            if "x" not in test:
                assert said is possible  # where the configuration decides all, so do we


@pytest.mark.parametrize(
    ("body", "until"),
    [
        ("p->op = a;", 9),
        ("if (x) p->op = a;", 0),
        ("if (x) {\n p->op = a;\n x++;\n }", 7),
        ("if ((p->op = a)) x++;", 9),
        ("x && (p->op = a);", 0),
        ("for (x = 0; x; x--)\n p->op = a;", 0),
        ("while (x)\n p->op = a;", 0),
        ("for_each(x)\n p->op = a;", 0),
        ("do {\n p->op = a;\n } while (x);", 9),
        ("switch (x) {\n case 1: p->op = a;\n x++;\n default:\n x--; }", 6),
        ("switch (x) {\n default: p->op = a;\n x++; }", 6),
        ("p->op = a;\n x++;\nout:\n x--;", 5),
        ("out:\n p->op = a;\n x--;", 9),
        ("replace(p, a);", 9),
        ("if (x)\n replace(p, a);", 0),
        ("if (x) {\n replace(p, a);\n x++;\n }", 7),
        ("replace_if(x, p, a);", 0),
        ("WRITE_ONCE(p->op, a);", 9),
    ],
)
def test_how_long_an_assignment_has_been_made(body: str, until: int) -> None:
    headers = """\
#define for_each(x) for (; x; x--)
#define replace(p, v) do { struct s *_p = (p); BUG_ON(!(_p->op = (v))); } while (0)
#define replace_if(x, p, v) do { if (x) BUG_ON(!((p)->op = (v))); } while (0)
#define WRITE_ONCE(x, v) do { *(volatile typeof(x) *)&(x) = (v); } while (0)
"""
    source = f"struct s {{ int (*op)(int); }};\nint f(struct s *p, int (*a)(int), int x)\n{{\n {body}"
    facts = facts_of(source + "\n" * (8 - source.count("\n")) + "}\n", {"include/linux/x.h": headers})
    assert [a.until for a in function(facts, "f").body.assigns if a.target.endswith("op")] == [until]
