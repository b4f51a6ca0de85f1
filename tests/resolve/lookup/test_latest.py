# SPDX-License-Identifier: MIT
"""Members that the function which loads them has assigned before."""

from collections.abc import Callable

import pytest

from tests.resolve.small import Small

Make = Callable[..., Small]

TYPES = """\
struct file;
struct fops { int (*open)(struct file *); };
struct file { const struct fops *op; int (*done)(struct file *); struct file *next; };
struct misc { const struct fops *fops; };
int one(struct file *f) { return 0; }
int two(struct file *f) { return 0; }
int three(struct file *f) { return 0; }
static const struct fops a = { .open = one };
static const struct fops b = { .open = two };
static const struct fops c = { .open = three };
void fill(struct file *f, int n) { f->op = n ? &b : &c; f->done = n > 1 ? two : three; put(&f->op); }
void set(struct misc *m) { m->fops = &a; }
#define replace_fops(f, fops) do { struct file *__file = (f); BUG_ON(!(__file->op = (fops))); } while (0)
"""
ALL = ["one", "three", "two"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("f->op = &a; \n return f->op->open(f);", ["one"]),
        ("f->op = m->fops; \n return f->op->open(f);", ["one"]),
        ("replace_fops(f, m->fops); \n return f->op->open(f);", ["one"]),  # misc_open() of drivers/char/misc.c
        ("struct file *g = f; f->op = &a; \n return g->op->open(f);", ["one"]),
        ("f->op = &a; \n if (n) f->op = &b; \n return f->op->open(f);", ["one", "two"]),
        ("if (n) { f->op = &a; \n return f->op->open(f); } \n return 0;", ["one"]),
        ("for (;;) { f->op = &a; \n f->op->open(f); }", ["one"]),
        ("f->op = &a; \n look(f->next); \n return f->op->open(f);", ["one"]),
        # somebody comes here who has not assigned it
        ("if (n) f->op = &a; \n return f->op->open(f);", ALL),
        ("for (; n; n--) f->op = &a; \n return f->op->open(f);", ALL),
        ("if (n) replace_fops(f, &a); \n return f->op->open(f);", ALL),
        ("switch (n) { default: f->op = &a; } \n return f->op->open(f);", ALL),
        ("if (n) goto out; \n f->op = &a; \n out: \n return f->op->open(f);", ALL),
        ("n && (f->op = &a); \n return f->op->open(f);", ALL),
        ("int r = f->op->open(f); \n f->op = &a; \n return r;", ALL),
        # another object, or one that others have had
        ("f->op = &a; \n f = f->next; \n return f->op->open(f);", ALL),
        ("f->op = &a; \n return f->next->op->open(f);", ALL),
        ("f->op = &a; \n change(f); \n return f->op->open(f);", ALL),
        ("struct file *g = f; f->op = &a; \n change(g); \n return f->op->open(f);", ALL),
        ("f->next->op = &a; \n change(f->next); \n return f->next->op->open(f);", ALL),
    ],
)
def test_receiver(small: Make, body: str, expected: list[str]) -> None:
    s = small(f"{TYPES}int f(struct file *f, struct misc *m, int n)\n{{ {body} }}\n")
    assert s.dispatches("f") == {"fops.open": expected}
    assert [name for name in ALL if "net/a.c:f" in s.callers(name)] == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("f->done = one; \n return f->done(f);", ["one"]),
        ("f->done = n ? one : two; \n return f->done(f);", ["one", "two"]),
        ("f->done = unknown(n); \n return f->done(f);", ALL),
        ("if (n) f->done = one; \n return f->done(f);", ALL),
    ],
)
def test_the_slot_itself(small: Make, body: str, expected: list[str]) -> None:
    other = "void g(struct file *f) { f->done = one; }"
    s = small(f"{TYPES}{other}\nint f(struct file *f, struct misc *m, int n)\n{{ {body} }}\n")
    assert s.dispatches("f") == {"file.done": expected}
    assert [name for name in ALL if "net/a.c:f" in s.callers(name)] == expected


def test_one_of_many_objects(small: Make) -> None:
    """EXPORT_GPL_DEV_PM_OPS() of include/linux/pm.h names its object otherwise without CONFIG_PM, so that nobody seems
    to name it: it may be one of the many.
    """
    many = "".join(
        f"int m{k}(struct file *f) {{ return 0; }}\nstatic const struct fops o{k} = {{ .open = m{k} }};\n"
        f"void set{k}(struct misc *m) {{ m->fops = &o{k}; }}\n"
        for k in range(50)
    )
    more = "int four(struct file *f) { return 0; }\nstatic const struct fops __static_d = { .open = four };\n"
    s = small(f"{TYPES}{many}{more}int f(struct file *f, struct misc *m)\n{{ f->op = m->fops;\n f->op->open(f); }}\n")
    assert s.dispatches("f") == {"fops.open": sorted(["four", "one", *(f"m{k}" for k in range(50))])}
    assert ["net/a.c:f" in s.callers(name) for name in ("four", "one", "m7", "two")] == [True, True, True, False]


def test_members_that_a_function_hands_round(small: Make) -> None:
    # each load has its value of an assignment, which is a load again: seen through one by one they are millions
    turn = "f->op = f->spare; \n f->spare = f->op; \n"
    body = "f->spare = m->fops; \n" + 12 * turn + "return f->op->open(f);"
    types = TYPES.replace("struct file { ", "struct file { const struct fops *spare; ")
    s = small(f"{types}int run(struct file *f, struct misc *m, int n)\n{{\n{body}\n}}\n")
    assert s.dispatches("run") == {"fops.open": ["one"]}
