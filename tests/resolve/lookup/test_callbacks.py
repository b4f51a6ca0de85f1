# SPDX-License-Identifier: MIT
"""Functions that are handed over as an argument: who calls them tells what they get."""

from collections.abc import Callable

import pytest

from tests.resolve.small import Small

Make = Callable[..., Small]

TYPES = """\
struct ops { int (*run)(int); };
int one(int x) { return x; }
int two(int x) { return x; }
int three(int x) { return x; }
const struct ops first = { .run = one };
const struct ops second = { .run = two };
const struct ops third = { .run = three };
static int do_run(int x, const struct ops *ops)
{
	return ops->run(x);
}
"""
# scsi_bus_resume_common() of drivers/scsi/scsi_pm.c
COMMON = """\
static int common(int x, int (*cb)(int, const struct ops *))
{
	int err;

	if (!cb)
		return 0;
	err = cb(x, x ? &first : &second);
	return err;
}
"""
KEPT = "int (*kept)(int, const struct ops *);\n"
ALL = ["one", "three", "two"]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (f"{COMMON}int start(void) {{ return common(1, do_run); }}", ["one", "two"]),
        (f"{COMMON}int start(void) {{ int err = common(1, &do_run); return err; }}", ["one", "two"]),
        # a message is no use of a function
        (f'{COMMON}int start(void) {{ log("do_run %d", 1); return common(1, do_run); }}', ["one", "two"]),
        # by way of another
        (
            f"{COMMON}static int outer(int (*f)(int, const struct ops *)) {{ return common(2, f); }}\n"
            "int start(void) { return outer(do_run); }",
            ["one", "two"],
        ),
        # called by its name as well
        (f"{COMMON}int start(void) {{ do_run(2, &third); return common(1, do_run); }}", ALL),
        (f"{COMMON}int start(const struct ops *o) {{ do_run(2, o); return common(1, do_run); }}", ALL),
        # kept, or handed to somebody who is not known, or who keeps it
        (f"{COMMON}{KEPT}int start(void) {{ kept = do_run; return common(1, do_run); }}", ALL),
        (f"{COMMON}int start(void) {{ unknown(do_run); return common(1, do_run); }}", ALL),
        (
            f"{COMMON}{KEPT}"
            "static void keep(int (*f)(int, const struct ops *)) { kept = f; }\n"
            "int start(void) { keep(do_run); return common(1, do_run); }",
            ALL,
        ),
        (COMMON.replace("if (!cb)", "cb = some(); if (!cb)") + "int start(void) { return common(1, do_run); }", ALL),
        # what it is given is not known
        (
            "static int common(const struct ops *o, int (*cb)(int, const struct ops *)) { return cb(1, o); }\n"
            "int start(const struct ops *o) { return common(o, do_run); }",
            ALL,
        ),
    ],
)  # fmt: skip
def test_who_calls_a_callback_tells_its_parameters(small: Make, more: str, expected: list[str]) -> None:
    s = small(TYPES + more)
    assert s.dispatches("do_run") == {"ops.run": expected}
    assert [name for name in ALL if "net/a.c:do_run" in s.callers(name)] == expected
