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
