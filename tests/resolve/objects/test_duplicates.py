# SPDX-License-Identifier: MIT
"""Copies of objects that a function returns."""

from collections.abc import Callable

import pytest

from tests.resolve.small import Small

Make = Callable[..., Small]

TYPES = """\
struct ops { int (*run)(int); };
struct device { const struct ops *ops; };
int one(int x) { return x; }
int two(int x) { return x; }
int three(int x) { return x; }
const struct ops first = { .run = one };
const struct ops second = { .run = two };
const struct ops third = { .run = three };
struct device other = { .ops = &first };
int run(struct device *d)
{
	return d->ops->run(0);
}
"""
# mm/util.c
COPY = """\
void *duplicate(const void *src, unsigned long len)
{
	void *p;

	p = allocate(len);
	if (p)
		memcpy(p, src, len);
	return p;
}
"""
ALL = ["one", "three", "two"]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (COPY, ["one", "two"]),
        # include/linux/fortify-string.h has another one that calls the first
        (f"{COPY}static void *duplicate(const void *p, unsigned long len) {{ return real(p, len); }}", ["one", "two"]),
        (COPY.replace("	return p;", "	if (!p)\n		return NULL;\n	return p;"), ["one", "two"]),
        (COPY.replace("memcpy(p, src, len)", "fill(p, len)"), ALL),
        (COPY.replace("memcpy(p, src, len)", "memcpy(other, src, len)"), ALL),
        (COPY.replace("	return p;", "	return get(p);"), ALL),
    ],
)  # fmt: skip
def test_a_copy_holds_what_the_original_does(small: Make, more: str, expected: list[str]) -> None:
    s = small(f"{TYPES}{more}void make(struct device *d) {{ d->ops = duplicate(&second, sizeof(second)); }}")
    assert s.dispatches("run") == {"ops.run": expected}
    assert [name for name in ALL if "net/a.c:run" in s.callers(name)] == expected
