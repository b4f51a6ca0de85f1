# SPDX-License-Identifier: MIT
"""What is asked of a table that all drivers have comes from the driver's own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.resolve.small import Small

Make = Callable[..., Small]

HEADER = """\
struct id { const char *name; const void *data; };
struct dev { int x; };
const void *get_match_data(struct dev *d);
const void *get_any(struct dev *d);
const struct id *match(const struct id *table, struct dev *d);
"""
CORE = """\
#include <linux/id.h>
const struct id *match(const struct id *table, struct dev *d)
{
	return table;
}
const void *get_match_data(struct dev *d)
{
	const struct id *found = match(0, d);
	return found->data;
}
const void *get_any(struct dev *d)
{
	const void *data;

	data = get_match_data(d);
	return data ? data : 0;
}
int probe_all(struct dev *d)
{
	int (*init)(struct dev *d) = get_match_data(d);
	return init(d);
}
"""
DRIVER = """\
#include <linux/id.h>
static int NAME_init(struct dev *d) { return 1; }
static const struct id NAME_table[] = { { "NAME", NAME_init }, {} };
int NAME_probe(struct dev *d)
{
	int (*init)(struct dev *d);

	init = ASK;
	return init(d);
}
"""
OTHER = """\
#include <linux/id.h>
int handed_on(struct dev *d, int (*init)(struct dev *d)) { return init(d); }
int NAME_probe(struct dev *d)
{
	return handed_on(d, get_any(d));
}
"""


def tree(ask: str = "get_match_data(d)") -> dict[str, str]:
    """Drivers ``a`` to ``d``, each in a file of its own."""
    drivers = {f"drivers/{n}.c": DRIVER.replace("NAME", n).replace("ASK", ask.replace("NAME", n)) for n in "abcd"}
    return {"include/linux/id.h": HEADER, "drivers/core.c": CORE, **drivers}


def reached(s: Small, name: str) -> list[str]:
    """What the calls through pointers of a function reach; from the other end it is the same."""
    found = sorted(n for names in s.dispatches(name).values() for n in names)
    for n in "abcd":
        own = any(caller.endswith(f":{name}") for caller in s.callers(f"{n}_init"))
        assert own is (f"{n}_init" in found), n
    return found


@pytest.mark.parametrize("ask", ["get_match_data(d)", "get_any(d)", "match(NAME_table, d)->data"])
def test_a_driver_gets_what_its_own_table_has(small: Make, ask: str) -> None:
    s = small(tree(ask))
    assert reached(s, "a_probe") == ["a_init"]
    assert reached(s, "c_probe") == ["c_init"]


def test_who_has_no_table_may_get_what_any_has(small: Make) -> None:
    s = small({**tree(), "drivers/e.c": OTHER.replace("NAME", "e")})
    assert reached(s, "probe_all") == ["a_init", "b_init", "c_init", "d_init"]
    assert reached(s, "handed_on") == ["a_init", "b_init", "c_init", "d_init"]


def test_what_a_driver_hands_on_is_from_its_own_table(small: Make) -> None:
    own = 'static int a_init(struct dev *d) { return 1; }\nstatic const struct id t[] = { { "a", a_init }, {} };\n'
    files = tree() | {"drivers/a.c": OTHER.replace("NAME", "a") + own}
    assert reached(small(files), "handed_on") == ["a_init"]


def test_the_other_files_of_the_module_ask_of_its_table(small: Make) -> None:
    # komeda_dev.c asks, komeda_drv.c has the table   drivers/gpu/drm/arm/display/komeda
    table = (
        "#include <linux/id.h>\nint a_init(struct dev *d) { return 1; }\n"
        'static const struct id a_table[] = { { "a", a_init }, {} };\n'
    )
    ask = "#include <linux/id.h>\nint a_probe(struct dev *d) { int (*init)(struct dev *) = get_match_data(d);"
    files = {
        **tree(),
        "Kbuild": "obj-y += drivers/\n",
        "drivers/Makefile": "obj-y += core.o b.o c.o d.o m/\n",
        "drivers/m/Makefile": "obj-$(CONFIG_M) += m.o\nm-y := drv.o dev.o\n",
        "drivers/m/drv.c": table,
        "drivers/m/dev.c": f"{ask} return init(d); }}\n",
    }
    del files["drivers/a.c"]
    assert reached(small(files), "a_probe") == ["a_init"]


def test_what_is_assigned_may_be_anybodys(small: Make) -> None:
    more = (
        "#include <linux/id.h>\nint other(struct dev *d) { return 0; }\nvoid set(struct id *i) { i->data = other; }\n"
    )
    s = small({**tree(), "drivers/e.c": more})
    assert s.dispatches("a_probe")["init"] == ["a_init", "b_init", "c_init", "d_init", "other"]


def test_what_the_linker_makes_a_table_of_is_no_table_of_a_file(small: Make) -> None:
    # CLK_OF_DECLARE(fixed, "fixed-clock", init) beside of_clk_init()   drivers/clk
    alone = 'static const struct id one = { "one", other };\n'
    core = CORE.replace("int probe_all", f"static int other(struct dev *d) {{ return 0; }}\n{alone}int probe_all")
    s = small({**tree(), "drivers/core.c": core})
    assert s.dispatches("probe_all")["init"] == ["a_init", "b_init", "c_init", "d_init", "other"]
