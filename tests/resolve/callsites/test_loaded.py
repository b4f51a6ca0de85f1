# SPDX-License-Identifier: MIT
"""Pointers that are loaded from a slot into a local variable before they are called."""

from collections.abc import Callable

import pytest

from tests.resolve.small import Small

Make = Callable[..., Small]

TYPES = """\
struct ops { int (*open)(int); int (*close)(int); };
int one(int x) { return x; }
int two(int x) { return x; }
int three(int x) { return x; }
static const struct ops a = { .open = one };
static const struct ops b = { .open = two };
struct dev { const struct ops *ops; };
static int first(struct dev *d) { d->ops = &a; return 0; }
#define either(f, f1, ...) ({ typeof(f) __f = (f); __f == f1 ? f1(__VA_ARGS__) : __f(__VA_ARGS__); })
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return a.open(1);", ["one"]),
        ("int (*f)(int) = a.open; return f(1);", ["one"]),
        ("int (*f)(int); f = a.open; return f(1);", ["one"]),
        ("int (*f)(int) = d->ops->open; return f(1);", ["one"]),  # nothing but &a comes to dev.ops
        ("return either(d->ops->open, one, 1);", ["one"]),  # dev_gro_receive() of net/core/gro.c
        # another value, or somebody who can bring one
        ("int (*f)(int) = a.open; if (d) f = three; return f(1);", ["one", "three", "two"]),
        ("int (*f)(int) = a.open; f = b.open; return f(1);", ["one", "two"]),
        ("int (*f)(int) = a.open; choose(&f); return f(1);", ["one", "two"]),
    ],
)
def test_only_what_the_receiver_holds(small: Make, body: str, expected: list[str]) -> None:
    s = small(f"{TYPES}int f(struct dev *d) {{ {body} }}\n")
    assert s.dispatches("f") == {"ops.open": expected}
    assert [name for name in ("one", "three", "two") if "net/a.c:f" in s.callers(name)] == expected


def test_members_that_macros_name_are_the_same_object(small: Make) -> None:
    """aes_alg of crypto/aes_ti.c says .cra_cipher, which is cra_u.cipher."""
    s = small(
        """\
struct cipher { int (*encrypt)(int); };
struct alg { int type; union { struct cipher cipher; } u; };
#define alg_cipher u.cipher
int aes(int x) { return x; }
int des(int x) { return x; }
int xor(int x) { return x; }
static struct alg a = { .alg_cipher.encrypt = aes };
static struct alg b = { .u = { .cipher = { .encrypt = des } } };
static struct cipher c = { .encrypt = xor };
static struct cipher *of(struct alg *t) { return &t->alg_cipher; }
int f(struct alg *t) { return of(t)->encrypt(1); }
int g(struct alg *t) { int (*fn)(int) = of(t)->encrypt; return fn(1); }
int h(struct alg *t) { return a.u.cipher.encrypt(1); }
"""
    )
    for caller in "fg":
        assert s.dispatches(caller) == {"cipher.encrypt": ["aes", "des"]}
    assert s.dispatches("h") == {"cipher.encrypt": ["aes"]}
    assert s.callers("aes") == ["net/a.c:f", "net/a.c:g", "net/a.c:h"]


def test_what_a_void_pointer_is_called_as(small: Make) -> None:
    """__reserved_mem_init_node() of drivers/of/of_reserved_mem.c, and timer_probe() of drivers/clocksource."""
    s = small(
        """\
struct id { const char *compatible; const void *data; };
struct mem; struct node;
int for_mem(struct mem *m) { return 0; }
int for_node(struct node *n) { return 0; }
int for_nodes(struct node *n, struct node *parent) { return 0; }
typedef int (*mem_init_t)(struct mem *m);
static const struct id mems[] = { { "a", for_mem } }, nodes[] = { { "b", for_node }, { "c", for_nodes } };
int f(const struct id *i, struct mem *m) { mem_init_t init = i->data; return init(m); }
int g(const struct id *i, struct node *n) { int (*init)(struct node *); init = i->data; return init(n); }
int h(const struct id *i, void *p) { int (*init)(void *) = i->data; return init(p); }
"""
    )
    assert s.dispatches("f") == {"id.data": ["for_mem"]}
    assert s.dispatches("g") == {"id.data": ["for_node"]}
    assert s.dispatches("h") == {"id.data": []}
    assert s.calls("h").unresolved[0].reason == "no function of the type that it is cast to is known here"
    assert s.callers("for_node") == ["net/a.c:g"]
