# SPDX-License-Identifier: MIT
"""What types decide: the arm that cannot be taken has no calls, and where nobody can tell both stay."""

from collections.abc import Callable

import pytest

from tests.resolve.small import Small
from xref.resolve.edge import EdgeKind

Make = Callable[..., Small]

KEYS = """\
#define likely(x) __builtin_expect(!!(x), 1)
#define __same_type(a, b) __builtin_types_compatible_p(typeof(a), typeof(b))
struct key { int enabled; };
struct key_true { struct key key; };
struct key_false { struct key key; };
#define DEFINE_KEY_TRUE(name) struct key_true name = { { 1 } }
#define DEFINE_KEY_FALSE(name) struct key_false name = { { 0 } }
extern int wrong_key(void);
static inline int nop(struct key *k) { return 0; }
static inline int jump(struct key *k) { return 0; }
static inline int count(struct key *k) { return 0; }
#ifdef CONFIG_JUMP_LABEL
#define branch(x) \\
({ \\
	int taken; \\
	if (__builtin_types_compatible_p(typeof(*x), struct key_true)) \\
		taken = !nop(&(x)->key); \\
	else if (__builtin_types_compatible_p(typeof(*x), struct key_false)) \\
		taken = !jump(&(x)->key); \\
	else \\
		taken = wrong_key(); \\
	likely(taken); \\
})
#else
#define branch(x) likely(count(&(x)->key))
#endif
#define net_branch(net) (branch(&(net)->key) ? 1 : 0)
"""
USERS = """\
#include <linux/key.h>
struct net { struct key_true key; int n; };
struct both {
#ifdef CONFIG_TRUE
	struct key_true key;
#else
	struct key_false key;
#endif
};
DEFINE_KEY_TRUE(on);
DEFINE_KEY_FALSE(off);
extern typeof(off) off;
DEFINE_KEY_FALSE(list[2]);
#define wanted branch(&on)
"""


def arms(s: Small, name: str) -> list[str]:
    """The arms that a function takes."""
    found = {e.callee.name for e in s.calls(name).edges if e.kind is EdgeKind.DIRECT}
    return sorted(found & {"nop", "jump", "f", "g", "h"})


@pytest.mark.parametrize(
    ("parameter", "argument", "found"),
    [
        ("void", "&on", ["nop"]),
        ("void", "&off", ["jump"]),
        ("struct key_false *key", "key", ["jump"]),
        ("struct net *net", "&net->key", ["nop"]),
        ("struct net **all", "&all[1]->key", ["nop"]),
        ("int i", "&list[i]", ["jump"]),
        ("void *p", "(struct key_true *)p", ["nop"]),
        ("struct both *b", "&b->key", ["jump", "nop"]),  # the configuration says
        ("struct nowhere *n", "&n->key", ["jump", "nop"]),
        ("void", "&elsewhere", ["jump", "nop"]),
    ],
)
def test_the_type_of_the_argument_says_which_arm_is_taken(
    small: Make, parameter: str, argument: str, found: list[str]
) -> None:
    source = f"{USERS}int use({parameter})\n{{\n\treturn branch({argument});\n}}\n"
    s = small({"net/a.c": source, "include/linux/key.h": KEYS})
    assert arms(s, "use") == found
    assert s.callers("nop") == (["net/a.c:use"] if "nop" in found else [])
    assert s.callers("jump") == (["net/a.c:use"] if "jump" in found else [])


def test_the_macro_has_its_other_calls_and_the_arms_are_its_users(small: Make) -> None:
    source = f"{USERS}int use(void)\n{{\n\treturn branch(&on);\n}}\n"
    s = small({"net/a.c": source, "include/linux/key.h": KEYS})
    left = {e.callee.name for sym in s.resolver.lookup("branch") for e in s.resolver.calls(sym).edges}
    assert left == {"likely", "count"}
    assert s.callers("count") == ["include/linux/key.h:branch@25"]
    (edge,) = (e for e in s.calls("use").edges if e.callee.name == "nop")
    assert (edge.file, edge.guard, edge.kind) == ("net/a.c", "CONFIG_JUMP_LABEL", EdgeKind.DIRECT)
    assert [e.rule for e in edge.evidence] == ["expansion of branch", "call"]
    assert s.calls("use").unresolved == ()


def test_a_parameter_that_names_a_variable_is_known_to_the_macro(small: Make) -> None:
    made = "#define ___UNIQUE(a, b) a##b\n#define UNIQUE(a) ___UNIQUE(unique_, a)\n"
    made += (
        "#define __say(id) do { static struct key_false id; branch(&id); } while (0)\n#define say() __say(UNIQUE(k))\n"
    )
    s = small({"net/a.c": f"{USERS}void use(void)\n{{\n\tsay();\n}}\n", "include/linux/key.h": KEYS + made})
    found = {e.callee.name for name in ("use", "say", "__say") for e in s.calls(name).edges}
    assert found & {"nop", "jump"} == {"jump"}


def test_two_definitions_may_call_the_same(small: Make) -> None:
    debug = "#ifdef CONFIG_LOUD\n#define say(x) branch(&(x)->key)\n#else\n#define say(x) !branch(&(x)->key)\n#endif\n"
    source = f"{USERS}int use(struct net *net)\n{{\n\treturn say(net);\n}}\n"
    s = small({"net/a.c": source, "include/linux/key.h": KEYS + debug})
    assert [(e.callee.name, e.guard) for e in s.calls("use").edges if e.kind is EdgeKind.DIRECT] == [
        ("nop", "CONFIG_JUMP_LABEL")
    ]


def test_a_macro_hands_its_argument_on(small: Make) -> None:
    source = f"{USERS}int use(struct net *net)\n{{\n\treturn net_branch(net);\n}}\n"
    s = small({"net/a.c": source, "include/linux/key.h": KEYS})
    assert arms(s, "use") == ["nop"]
    assert s.callers("nop") == ["net/a.c:use"]
    assert {e.callee.name for e in s.calls("net_branch").edges} == {"branch"}


def test_a_macro_without_parameters_does_so_too(small: Make) -> None:
    source = f"{USERS}int use(void)\n{{\n\tif (wanted)\n\t\treturn 1;\n\treturn 0;\n}}\n"
    assert arms(small({"net/a.c": source, "include/linux/key.h": KEYS}), "use") == ["nop"]


def test_under_a_configuration_its_members_are_known(small: Make) -> None:
    source = f"{USERS}int use(struct both *b)\n{{\n\treturn branch(&b->key);\n}}\n"
    files = {"net/a.c": source, "include/linux/key.h": KEYS, "Kconfig": 'config TRUE\n\tbool "true"\n'}
    assert arms(small(files, config="CONFIG_TRUE=y\nCONFIG_JUMP_LABEL=y\n"), "use") == ["nop"]


FUNCTIONS = "int f(long long x)\n{\n}\nint g(long long x)\n{\n}\nint h(long long x)\n{\n}\n"
TYPES = "typedef unsigned long long u64;\ntypedef unsigned int u32;\ntypedef unsigned char u8;\nenum e { ONE };\n"


def sized(small: Make, condition: str, params: str) -> list[str]:
    body = f"int use({params})\n{{\n\tif ({condition})\n\t\treturn f(1);\n\telse\n\t\treturn g(1);\n}}\n"
    return arms(small(TYPES + FUNCTIONS + body), "use")


@pytest.mark.parametrize(
    ("condition", "params", "found"),
    [
        ("sizeof(x) == 8", "u64 x", ["f"]),
        ("sizeof(x) == 8", "u32 x", ["g"]),
        ("sizeof(*x) <= 4", "u8 *x", ["f"]),
        ("sizeof(u64) > 4 && y", "int y", ["f", "g"]),
        ("sizeof(u64) < 4 && y", "int y", ["g"]),
        ("y || sizeof(u64) == 8", "int y", ["f"]),
        ("!(sizeof(short) == 2)", "void", ["g"]),
        ("sizeof(x + 1) == 4", "u8 x", ["f"]),  # promoted
        ("sizeof(x + y) == 8", "u8 x, u64 y", ["f"]),
        ("sizeof(x << y) == 8", "u8 x, u64 y", ["g"]),
        ("sizeof(x) == 8", "long x", ["f", "g"]),  # as wide as an address
        ("sizeof(x) == 8", "void *x", ["f", "g"]),
        ("sizeof(x) == 4", "enum e x", ["f", "g"]),
        ("sizeof(x) == 4", "size_t x", ["f", "g"]),
        ("sizeof(struct unknown) == 8", "void", ["f", "g"]),
        ("x == 8", "u64 x", ["f", "g"]),
        ("__builtin_types_compatible_p(typeof(x), u64)", "unsigned long long x", ["f"]),
        ("__builtin_types_compatible_p(typeof(x), long)", "long long x", ["g"]),
        ("__builtin_types_compatible_p(typeof(x), char *)", "const char *x", ["f", "g"]),  # qualifiers
        ("__builtin_types_compatible_p(typeof(x), int *)", "const char *x", ["g"]),
        ("__builtin_types_compatible_p(typeof(x), int)", "enum e x", ["f", "g"]),
        ("__builtin_types_compatible_p(typeof(x), u64)", "int x[2]", ["g"]),
    ],
)
def test_what_is_certain_decides(small: Make, condition: str, params: str, found: list[str]) -> None:
    assert sized(small, condition, params) == found


def test_a_conditional_expression_has_arms_as_well(small: Make) -> None:
    log2 = "#define log2(n) (__builtin_constant_p(n) ? h(n) : sizeof(n) <= 4 ? f(n) : g(n))\n"
    users = "".join(
        f"int {name}({params})\n{{\n\treturn log2({argument});\n}}\n"
        for name, params, argument in [
            ("narrow", "u32 x", "x"),
            ("wide", "u64 x", "x"),
            ("read", "u64 *x", "*x"),
            ("constant", "void", "64"),
            ("open", "long x", "x"),
        ]
    )
    s = small({"net/a.c": f"#include <linux/log2.h>\n{TYPES}{FUNCTIONS}{users}", "include/linux/log2.h": log2})
    assert [arms(s, name) for name in ("narrow", "wide", "read", "constant", "open")] == [
        ["f", "h"],  # a parameter of what may be inlined
        ["g", "h"],
        ["g", "h"],
        ["h"],
        ["f", "g", "h"],
    ]
    wide = small({"net/a.c": f"#include <linux/log2.h>\n{TYPES}{FUNCTIONS}{users}", "include/linux/log2.h": log2},
                 config="CONFIG_64BIT=y\n")  # fmt: skip
    assert arms(wide, "open") == ["g", "h"]


def test_a_macro_may_ask_for_a_type(small: Make) -> None:
    same = "#define __same_type(a, b) __builtin_types_compatible_p(typeof(a), typeof(b))\n"
    body = "int use(u64 x, u64 y)\n{\n\tif (!__same_type(x, y))\n\t\treturn f(1);\n\treturn g(1);\n}\n"
    source = f"#include <linux/same.h>\n{TYPES}{FUNCTIONS}{body}"
    assert arms(small({"net/a.c": source, "include/linux/same.h": same}), "use") == ["g"]


def test_an_expression_may_be_chosen(small: Make) -> None:
    body = "int use(u64 x)\n{\n\treturn __builtin_choose_expr(sizeof(x) == 4, f(x), g(x));\n}\n"
    assert arms(small(TYPES + FUNCTIONS + body), "use") == ["g"]


def test_a_call_in_two_arms_is_made_where_one_is_taken(small: Make) -> None:
    pick = "#define pick(x) (sizeof(x) == 4 ? f(1) : sizeof(x) == 8 ? f(1) : g(1))\n"
    users = "int wide(u64 x)\n{\n\treturn pick(x);\n}\nint byte(u8 x)\n{\n\treturn pick(x);\n}\n"
    s = small(TYPES + FUNCTIONS + pick + users)
    assert (arms(s, "wide"), arms(s, "byte")) == (["f"], ["g"])


def test_what_an_option_makes_of_a_type_stays_open(small: Make) -> None:
    maybe = """\
#define ___PASTE(a, b) a##b
#define __PASTE(a, b) ___PASTE(a, b)
#define __ARG_PLACEHOLDER_1 0,
#define __take_second_arg(ignored, val, ...) val
#define ____is_defined(junk) __take_second_arg(junk 1, 0)
#define ___is_defined(val) ____is_defined(__ARG_PLACEHOLDER_##val)
#define __is_defined(x) ___is_defined(x)
#define IS_ENABLED(option) __is_defined(option)
#define _DEFINE_KEY_1(name) DEFINE_KEY_TRUE(name)
#define _DEFINE_KEY_0(name) DEFINE_KEY_FALSE(name)
#define DEFINE_KEY_MAYBE(cfg, name) __PASTE(_DEFINE_KEY_, IS_ENABLED(cfg))(name)
"""
    users = "DEFINE_KEY_MAYBE(CONFIG_ON, first);\nDEFINE_KEY_MAYBE(CONFIG_ON, second);\n"
    users += "int use(void)\n{\n\treturn branch(&second);\n}\n"
    files = {"net/a.c": USERS + users, "include/linux/key.h": KEYS + maybe, "Kconfig": 'config ON\n\tbool "on"\n'}
    assert arms(small(files), "use") == ["jump", "nop"]
    assert arms(small(files, config="CONFIG_ON=y\nCONFIG_JUMP_LABEL=y\n"), "use") == ["nop"]
    assert arms(small(files, config="CONFIG_JUMP_LABEL=y\n"), "use") == ["jump"]


def test_whether_a_value_is_known_to_the_compiler_stays_open(small: Make) -> None:
    bits = "#define bit(n, p) ((__builtin_constant_p(n) && __builtin_constant_p((long)(p) != 0)) ? f(n) : g(n))\n"
    named = "#define named(n) bit(n, &word)\n"
    body = (
        "int use(int n, long *p)\n{\n\treturn bit(n, p) + bit(3, p);\n}\nint other(int n)\n{\n\treturn named(n);\n}\n"
    )
    s = small(FUNCTIONS + bits + named + "long word;\n" + body)
    assert arms(s, "use") == arms(s, "other") == ["f", "g"]
    assert set(s.callers("f")) == set(s.callers("g")) == {"net/a.c:other", "net/a.c:use"}


def test_who_calls_by_a_choice_is_found_through_macros_that_do_not_choose(small: Make) -> None:
    inner = "#define chosen(x) (sizeof(*x) == 4 ? f(1) : g(1))\n#define outer(p) ({ f(2); chosen(&(p)->n); })\n"
    body = "struct s { u32 n; };\nint use(struct s *p)\n{\n\treturn outer(p);\n}\n"
    s = small(TYPES + FUNCTIONS + inner + body)
    assert arms(s, "use") == ["f"]
    assert {node.partition("@")[0] for node in s.callers("f")} == {"net/a.c:outer", "net/a.c:use"}
    assert s.callers("g") == []
