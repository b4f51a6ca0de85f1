# SPDX-License-Identifier: MIT
"""What is assigned to a macro is put into the member that the macro stands for."""

from collections.abc import Callable

import pytest

from tests.resolve.small import Small

Make = Callable[..., Small]

DEVICE = """\
struct ops { int (*open)(int x); };
struct dev { struct ops ops; struct ops *all[2]; int (*hooks[3])(int x); };
int f(int x)
{
}
"""


@pytest.mark.parametrize(
    ("macro", "target", "called", "slot"),
    [
        ("#define opener(d) ((d)->ops.open)\n", "opener(d)", "d->ops.open(1)", "ops.open"),
        ("#define opener(d, n) (d)->all[n]->open\n", "opener(d, 1)", "d->all[0]->open(1)", "ops.open"),
        (
            "#define dev_ops(d) (&(d)->ops)\n#define opener(d) (dev_ops(d)->open)\n",
            "opener(d)",
            "d->ops.open(1)",
            "ops.open",
        ),
        ("#define hook(d, n) ((d)->hooks[n])\n", "hook(d, 2)", "d->hooks[2](1)", "dev.hooks"),
    ],
)
def test_the_member_is_registered(small: Make, macro: str, target: str, called: str, slot: str) -> None:
    source = f"{DEVICE}void set(struct dev *d)\n{{\n\t{target} = f;\n}}\n"
    source += f"int run(struct dev *d)\n{{\n\treturn {called};\n}}\n"
    s = small({"net/a.c": f"#include <linux/dev.h>\n{source}", "include/linux/dev.h": macro})
    assert s.via("run", slot) == ["f"]
    assert s.callers("f") == ["net/a.c:run"]
    struct, _, field = slot.partition(".")
    assert [(e.function.name, e.how) for e in s.resolver.slot(struct, field).entries] == [("f", "assignment")]
