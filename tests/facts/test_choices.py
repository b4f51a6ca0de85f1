# SPDX-License-Identifier: MIT
"""What a call keeps of the conditions that types decide."""

import pytest

from .sources import facts_of, function

SAME = "#define __same_type(a, b) __builtin_types_compatible_p(typeof(a), typeof(b))\n#define odd(x) ((x) & 1)\n"


def choices(source: str) -> dict[str, str]:
    return {c.callee: c.choice for c in function(facts_of(SAME + source), "f").body.calls}


@pytest.mark.parametrize(
    ("condition", "then", "otherwise"),
    [
        ("sizeof(x) == 8", "(sizeof(x) == 8)", "!(sizeof(x) == 8)"),
        ("!(sizeof(x) == 8)", "(!(sizeof(x) == 8))", "!(!(sizeof(x) == 8))"),
        ("sizeof(x) == 8 && n", "(sizeof(x) == 8)", ""),
        ("n || sizeof(x) == 8", "", "!(sizeof(x) == 8)"),
        ("__same_type(x, n)", "(__same_type(x, n))", "!(__same_type(x, n))"),
        ("likely(sizeof(x) == 8)", "(sizeof(x) == 8)", "!(sizeof(x) == 8)"),
        ("n == sizeof(x)", "", ""),
        ("odd(n)", "", ""),
        ("n", "", ""),
    ],
)
def test_of_a_condition_what_is_made_of_types(condition: str, then: str, otherwise: str) -> None:
    found = choices(f"void f(int x, int n)\n{{\n\tif ({condition})\n\t\tg();\n\telse\n\t\th();\n}}\n")
    assert (found["g"], found["h"]) == (then, otherwise)


def test_conditions_inside_one_another_hold_together() -> None:
    inside = "\tif (sizeof(x) > 1) {\n\t\tif (n && sizeof(x) < 8)\n\t\t\tg();\n\t\th();\n\t}\n\tk();\n"
    assert choices(f"void f(int x, int n)\n{{\n{inside}}}\n") == {
        "g": "(sizeof(x) > 1) && (sizeof(x) < 8)",
        "h": "(sizeof(x) > 1)",
        "k": "",
    }


def test_what_is_expanded_there_hangs_on_them_as_well() -> None:
    call = "#define run(f) f(1)\n"
    found = choices(f"{call}void f(int x)\n{{\n\tif (sizeof(x) > 1)\n\t\trun(g);\n}}\n")
    assert found["g"] == "(sizeof(x) > 1)"


def test_a_macro_keeps_them_with_its_parameters() -> None:
    facts = facts_of("#define pick(x) (sizeof(x) == 4 ? f(x) : g(x))\n")
    assert [(c.callee, c.choice) for c in function(facts, "pick").body.calls] == [
        ("f", "(sizeof(x) == 4)"),
        ("g", "!(sizeof(x) == 4)"),
    ]


def test_a_call_in_two_arms_hangs_on_either() -> None:
    found = facts_of("#define call() f()\nint g(int x)\n{\n\treturn sizeof(x) == 4 ? call() : call();\n}\n")
    assert len(function(found, "g").body.calls) == 2
    made = facts_of("#define pick(x, fn) (sizeof(x) == 4 ? fn(x) : sizeof(x) == 8 ? fn(x) : h(x))\n"
                    "int g(int x)\n{\n\treturn pick(x, run);\n}\n")  # fmt: skip
    (run,) = (c for c in function(made, "g").body.calls if c.callee == "run")
    assert run.choice == "((sizeof ( x ) == 4) || !(sizeof ( x ) == 4) && (sizeof ( x ) == 8))"


def test_a_statement_stays_one() -> None:
    profile = "#define if(cond, ...) if (trace_if(cond, ## __VA_ARGS__))\n#define all() branch(x)\n"
    profile += "#define branch(x) ({ if (sizeof(x) == 8) g(); else h(); })\n"
    found = choices(f"{profile}#define wanted branch(x)\nvoid f(int x)\n{{\n\twanted;\n}}\n")
    assert found["g"] and found["h"] and "trace_if" not in found
