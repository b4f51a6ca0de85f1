# SPDX-License-Identifier: MIT
"""What a bus calls in the drivers of its devices."""

from collections.abc import Callable

import pytest

from tests.resolve.small import Small

Make = Callable[..., Small]

CORE = """\
struct device;
struct dev_pm_ops { int (*suspend)(struct device *); };
struct bus_type { int (*probe)(struct device *); const struct dev_pm_ops *pm; };
struct device_driver { const struct bus_type *bus; const struct dev_pm_ops *pm; };
struct device { struct device_driver *driver; const struct bus_type *bus; struct device *parent; };
#define pm_ptr(p) (PM ? (p) : 0)
int mine(struct device *d) { return 0; }
int mine_too(struct device *d) { return 0; }
int theirs(struct device *d) { return 0; }
const struct dev_pm_ops mine_pm = { .suspend = mine };
const struct dev_pm_ops mine_too_pm = { .suspend = mine_too };
const struct dev_pm_ops theirs_pm = { .suspend = theirs };
struct slow_driver { int speed; struct device_driver driver; };
struct fast_driver { int (*probe)(int); struct device_driver driver; };
static struct slow_driver one = { .driver = { .pm = pm_ptr(&mine_pm) } };
#ifdef CONFIG_PM
#define MINE_TOO_PM (&mine_too_pm)
#else
#define MINE_TOO_PM NULL
#endif
static struct slow_driver two = { .driver.pm = MINE_TOO_PM };
static struct fast_driver three = { .driver = { .pm = &theirs_pm } };
static int slow_suspend(struct device *dev)
{
	struct device_driver *drv = dev->driver;

	return drv->pm->suspend(dev);
}
"""
SLOW = """\
static const struct dev_pm_ops slow_pm = { .suspend = slow_suspend };
static const struct bus_type slow_bus = { .pm = &slow_pm };
int slow_register(struct slow_driver *drv) { drv->driver.bus = &slow_bus; return 0; }
"""
ALL = ["mine", "mine_too", "theirs"]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (SLOW, ["mine", "mine_too"]),
        ("\n".join(SLOW.splitlines()[1:]).replace(".pm = &slow_pm", ".probe = slow_suspend"), ["mine", "mine_too"]),
        # somebody else calls it
        (f"{SLOW}int other(struct device *dev) {{ return slow_suspend(dev->parent); }}", ALL),
        (f"{SLOW}struct dev_pm_ops others_pm = {{ .suspend = slow_suspend }};", ALL),
        (f"{SLOW}struct device_driver other = {{ .pm = &slow_pm }};", ALL),
        (f"{SLOW}void other(struct device_driver *drv) {{ drv->pm = &slow_pm; }}", ALL),
        # nobody is known to be of that bus
        (SLOW.replace("= &slow_bus", "= some_bus()"), ALL),
    ],
)
def test_a_bus_calls_its_own_drivers(small: Make, more: str, expected: list[str]) -> None:
    s = small(CORE + more)
    found = s.dispatches("slow_suspend")["dev_pm_ops.suspend"]
    assert [name for name in found if name != "slow_suspend"] == expected
    assert [name for name in ALL if "net/a.c:slow_suspend" in s.callers(name)] == expected


# gb_bundle_create() of drivers/greybus/bundle.c
TYPED = SLOW.replace(
    "int slow_register",
    """\
static const struct device_type slow_type = { .pm = &slow_pm };
int slow_register""",
).replace(".pm = &slow_pm };\nstatic const struct device_type", ".probe = 0 };\nstatic const struct device_type")
MADE = "void make(struct slow *s) { s->dev.bus = &slow_bus; s->dev.type = &slow_type; }\n"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (MADE, ["mine", "mine_too"]),
        ("", ALL),
        (MADE.replace("s->dev.bus = &slow_bus; ", ""), ALL),
        (f"{MADE}void make_too(struct device *d) {{ d->type = &slow_type; }}\n", ALL),
        (f"{MADE}struct device one_more = {{ .type = &slow_type }};\n", ALL),
    ],
)
def test_devices_of_a_type_are_of_its_bus(small: Make, more: str, expected: list[str]) -> None:
    core = CORE.replace(
        "struct device *parent; };",
        """struct device *parent; const struct device_type *type; };
struct device_type { const struct dev_pm_ops *pm; };
struct slow { struct device dev; };""",
    )
    s = small(core + TYPED + more)
    found = s.dispatches("slow_suspend")["dev_pm_ops.suspend"]
    assert [name for name in found if name != "slow_suspend"] == expected


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("static int on_bus(struct device *dev) { return slow_suspend(dev); }", ["mine", "mine_too"]),
        ("static int on_bus(struct device *dev) { return !busy(dev) ? slow_suspend(dev) : 0; }", ["mine", "mine_too"]),
        ("static int on_bus(struct device *dev) { return slow_suspend(dev->parent); }", ALL),
        ("static int on_bus(struct device *dev) { dev = other(dev); return slow_suspend(dev); }", ALL),
        ("static int on_bus(struct device *dev) { return slow_suspend(dev); }\n"
         "int other(struct device *dev) { return slow_suspend(dev); }", ALL),
    ],
)  # fmt: skip
def test_a_device_is_handed_on(small: Make, head: str, expected: list[str]) -> None:
    s = small(f"{CORE}{head}\n" + SLOW.replace(".suspend = slow_suspend", ".suspend = on_bus"))
    found = s.dispatches("slow_suspend")["dev_pm_ops.suspend"]
    assert [name for name in found if name != "on_bus"] == expected


def test_what_this_architecture_never_builds_hands_over_nothing(small: Make) -> None:
    # drivers/sh/pm_runtime.c has platform_pm_suspend() in a dev_pm_domain of its own
    files = {
        "kernel/sh.c": "struct dev_pm_ops others_pm = { .suspend = slow_suspend };",
        "Kbuild": "obj-y += kernel/ net/\n",
        "net/Makefile": "obj-y += a.o\n",
        "arch/sh/Kconfig": "config SUPERH\n\tdef_bool y\n",
        "arch/x86/Kconfig": "config X86\n\tdef_bool y\n",
        "Kconfig": 'source "arch/$(SRCARCH)/Kconfig"\n',
    }
    code = (CORE + SLOW).replace("static int slow_suspend", "int slow_suspend")
    for makefile, expected in (("obj-$(CONFIG_SUPERH) += sh.o\n", ["mine", "mine_too"]), ("obj-y += sh.o\n", ALL)):
        s = small(files | {"net/a.c": code, "kernel/Makefile": makefile})
        found = s.dispatches("slow_suspend")["dev_pm_ops.suspend"]
        assert [name for name in found if name != "slow_suspend"] == expected
