# SPDX-License-Identifier: MIT
"""Functions that run later, in the shapes in which several ages of the kernel have them run."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from tests.resolve.small import Small
from xref.resolve.edge import Confidence, EdgeKind

Make = Callable[..., Small]

HEADER = """\
struct work_struct { unsigned long data; void (*func)(struct work_struct *work); };
struct delayed_work { struct work_struct work; struct timer_list timer; int cpu; };
struct timer_list { unsigned long expires; void (*function)(struct timer_list *t); };
struct napi_struct { int (*poll)(struct napi_struct *napi, int budget); };
struct callback_head { struct callback_head *next; void (*func)(struct callback_head *head); };
#define rcu_head callback_head
typedef void (*rcu_callback_t)(struct rcu_head *head);
typedef int (*irq_handler_t)(int irq, void *data);
struct irqaction { irq_handler_t handler; void *dev_id; };
struct softirq_action { void (*action)(struct softirq_action *a); };
struct cpu_stop_work { int (*fn)(void *arg); void *arg; };
enum { HI_SOFTIRQ, NET_TX_SOFTIRQ, NET_RX_SOFTIRQ };
#define __INIT_WORK(_work, _func) do { (_work)->data = 0; (_work)->func = (_func); } while (0)
#define INIT_WORK(_work, _func) __INIT_WORK((_work), (_func))
#define __timer_init(_timer, _fn, _flags) init_timer_key((_timer), (_fn), (_flags))
#define timer_setup(timer, callback, flags) __timer_init((timer), (callback), (flags))
#define INIT_DELAYED_WORK(_work, _func) do { INIT_WORK(&(_work)->work, (_func)); \\
	__timer_init(&(_work)->timer, delayed_work_timer_fn, 1); } while (0)
#define DECLARE_WORK(n, f) struct work_struct n = { .data = 0, .func = (f) }
void __queue_work(int cpu, void *wq, struct work_struct *work);
static inline int queue_work(void *wq, struct work_struct *work)
{
	__queue_work(1, wq, work);
	return 0;
}
static inline int schedule_work(struct work_struct *work)
{
	return queue_work(0, work);
}
"""
CORE = """\
#include <linux/later.h>
void delayed_work_timer_fn(struct timer_list *t)
{
}
void __queue_work(int cpu, void *wq, struct work_struct *work)
{
}
int queue_delayed_work_on(int cpu, void *wq, struct delayed_work *dwork, unsigned long delay)
{
	struct work_struct *work = &dwork->work;
	if (!delay)
		__queue_work(cpu, wq, &dwork->work);
	return 0;
}
static void do_init_timer(struct timer_list *timer, void (*func)(struct timer_list *), unsigned int flags)
{
	timer->function = func;
}
void init_timer_key(struct timer_list *timer, void (*func)(struct timer_list *), unsigned int flags)
{
	do_init_timer(timer, func, flags);
}
static int __mod_timer(struct timer_list *timer, unsigned long expires)
{
}
int mod_timer(struct timer_list *timer, unsigned long expires)
{
	return __mod_timer(timer, expires);
}
void call_rcu(struct rcu_head *head, rcu_callback_t func)
{
	head->func = func;
}
int request_threaded_irq(unsigned int irq, irq_handler_t handler, void *dev)
{
	struct irqaction *action;
	action->handler = handler;
}
int request_irq(unsigned int irq, irq_handler_t handler, void *dev)
{
	return request_threaded_irq(irq, handler, dev);
}
static struct softirq_action softirq_vec[10];
void raise_softirq(unsigned int nr)
{
}
void open_softirq(int nr, void (*action)(struct softirq_action *))
{
	softirq_vec[nr].action = action;
}
int stop_one_cpu(unsigned int cpu, int (*fn)(void *arg), void *arg)
{
	struct cpu_stop_work work = { .fn = fn, .arg = arg };
	return cpu;
}
"""
DRIVER = """\
#include <linux/later.h>
struct adapter { struct work_struct reset; struct delayed_work watch; struct timer_list tick; struct rcu_head rcu; };
struct other { struct work_struct reset; };
static void reset_task(struct work_struct *work)
{
}
static void other_task(struct work_struct *work)
{
}
static void watchdog(struct work_struct *work)
{
}
static void on_tick(struct timer_list *t)
{
}
static void on_free(struct rcu_head *head)
{
}
static int on_irq(int irq, void *data)
{
}
static void rx(struct softirq_action *a)
{
}
static void tx(struct softirq_action *a)
{
}
static int on_stop(void *arg)
{
}
static DECLARE_WORK(global_work, watchdog);
void probe(struct adapter *a, struct other *o)
{
	INIT_WORK(&a->reset, reset_task);
	INIT_WORK(&o->reset, other_task);
	INIT_DELAYED_WORK(&a->watch, watchdog);
	timer_setup(&a->tick, on_tick, 0);
	open_softirq(NET_RX_SOFTIRQ, rx);
	open_softirq(NET_TX_SOFTIRQ, tx);
}
"""


def _kernel(body: str) -> Mapping[str, str]:
    return {"include/linux/later.h": HEADER, "kernel/core.c": CORE, "drivers/a.c": DRIVER + body}


def _runs(s: Small, name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for e in s.resolver.deferred(s.resolver.lookup(name)[0]):
        assert e.kind is EdgeKind.DEFERRED
        found.setdefault(e.via, []).append(e.callee.name)
    return found


@pytest.mark.parametrize(
    ("body", "runs"),
    [
        ("schedule_work(&a->reset);", {"work_struct.func": ["reset_task"]}),
        ("queue_work(0, &o->reset);", {"work_struct.func": ["other_task"]}),
        ("schedule_work(&global_work);", {"work_struct.func": ["watchdog"]}),
        ("struct work_struct *w = &a->reset;\n\tschedule_work(w);", {"work_struct.func": ["reset_task"]}),
        ("queue_delayed_work_on(1, 0, &a->watch, 5);", {"work_struct.func": ["watchdog"]}),
        ("mod_timer(&a->tick, 5);", {"timer_list.function": ["on_tick"]}),
        ("call_rcu(&a->rcu, on_free);", {"callback_head.func": ["on_free"]}),
        ("request_irq(1, on_irq, a);", {"irqaction.handler": ["on_irq"]}),
        ("raise_softirq(NET_RX_SOFTIRQ);", {"softirq_action.action": ["rx"]}),
        ("raise_softirq(NET_TX_SOFTIRQ);", {"softirq_action.action": ["tx"]}),
        ("stop_one_cpu(1, on_stop, a);", {"cpu_stop_work.fn": ["on_stop"]}),
    ],
)
def test_who_starts_it_leads_to_what_runs(small: Make, body: str, runs: dict[str, list[str]]) -> None:
    s = small(_kernel(f"void go(struct adapter *a, struct other *o)\n{{\n\t{body}\n}}\n"))
    assert _runs(s, "go") == runs
    for target in {name for names in runs.values() for name in names}:
        assert "go" in [e.caller.name for e in s.resolver.deferrers(s.resolver.lookup(target)[0])]


@pytest.mark.parametrize(
    "body",
    [
        # tulip_init_one() of drivers/net/ethernet/dec/tulip: each card's entry of a table names its timer
        "struct card { void (*media_timer)(struct timer_list *t); } cards[] = { { on_media } };\n"
        "void init(struct ap *a, int n)\n{\n\ttimer_setup(&a->media, cards[n].media_timer, 0);\n}\n",
        # sctp_timer_events[] of net/sctp/sm_sideeffect.c
        "void (*events[])(struct timer_list *t) = { 0, on_media };\n"
        "void init(struct ap *a, int n)\n{\n\ttimer_setup(&a->media, events[n], 0);\n}\n",
        # inet_csk_init_xmit_timers() of net/ipv4/inet_connection_sock.c
        "void init(struct ap *a, void (*handler)(struct timer_list *t))\n{\n\ttimer_setup(&a->media, handler, 0);\n}\n"
        "void start(struct ap *a)\n{\n\tinit(a, &on_media);\n}\n",
        # bnxt_init_napi() of drivers/net/ethernet/broadcom/bnxt/bnxt.c
        "static void on_other(struct timer_list *t)\n{\n}\nvoid init(struct ap *a, int n)\n{\n"
        "\tvoid (*fn)(struct timer_list *t) = on_other;\n\n\tif (n)\n\t\tfn = on_media;\n"
        "\ttimer_setup(&a->media, fn, 0);\n}\n",
        # hfs_file_fsync() of fs/hfs/inode.c: &HFS_SB(inode->i_sb)->mdb_work
        "struct ap *ap_of(void *p)\n{\n\treturn p;\n}\n"
        "void init(void *p)\n{\n\ttimer_setup(&ap_of(p)->media, on_media, 0);\n}\n",
    ],
    ids=["slot", "table", "parameter", "variable", "what a call returns"],
)
def test_what_is_put_there_by_another_name_is_started_all_the_same(small: Make, body: str) -> None:
    head = "struct ap { struct timer_list media; };\nstatic void on_media(struct timer_list *t)\n{\n}\n"
    s = small(_kernel(f"{head}{body}void go(struct ap *a)\n{{\n\tmod_timer(&a->media, 5);\n}}\n"))
    assert "on_media" in _runs(s, "go")["timer_list.function"]
    assert [e.caller.name for e in s.resolver.deferrers(s.resolver.lookup("on_media")[0])] == ["go"]


def test_what_only_hands_on_starts_nothing_of_its_own(small: Make) -> None:
    s = small(
        _kernel(
            "void hand(struct work_struct *w)\n{\n\tschedule_work(w);\n}\n"
            "void go(struct adapter *a)\n{\n\thand(&a->reset);\n}\n"
        )
    )
    assert _runs(s, "hand") == {}
    assert _runs(s, "go") == {"work_struct.func": ["reset_task"]}


def test_to_set_up_is_not_to_start(small: Make) -> None:
    s = small(_kernel(""))
    assert _runs(s, "probe") == {}


def test_an_object_that_nothing_is_known_of_runs_nothing(small: Make) -> None:
    s = small(
        _kernel(
            "struct quiet { struct work_struct reset; };\nvoid go(struct quiet *q)\n{\n\tschedule_work(&q->reset);\n}\n"
        )
    )
    assert _runs(s, "go") == {}


def test_the_evidence_names_the_start_and_where_the_function_was_put(small: Make) -> None:
    s = small(_kernel("void go(struct adapter *a)\n{\n\tmod_timer(&a->tick, 5);\n}\n"))
    (edge,) = s.resolver.deferred(s.resolver.lookup("go")[0])
    assert edge.confidence is Confidence.OBJECT
    assert [(v.rule, v.text.strip()) for v in edge.evidence] == [
        ("deferred", "mod_timer(&a->tick, 5);"),
        ("argument", "timer_setup(&a->tick, on_tick, 0);"),
    ]


def test_two_structs_of_one_tag_are_two(small: Make) -> None:
    # struct e1000_adapter of drivers/net/ethernet/intel/e1000 and of e1000e
    files = dict(_kernel("void go(struct adapter *a)\n{\n\tschedule_work(&a->reset);\n}\n"))
    files["drivers/b/b.c"] = (
        "#include <linux/later.h>\nstruct adapter { int x; struct work_struct reset; };\n"
        "static void b_task(struct work_struct *work)\n{\n}\n"
        "void b_probe(struct adapter *a)\n{\n\tINIT_WORK(&a->reset, b_task);\n}\n"
        "void b_go(struct adapter *a)\n{\n\tschedule_work(&a->reset);\n}\n"
    )
    s = small(files)
    assert _runs(s, "go") == {"work_struct.func": ["reset_task"]}
    assert _runs(s, "b_go") == {"work_struct.func": ["b_task"]}


def test_a_known_object_of_a_slot_that_all_share_is_called_alone(small: Make) -> None:
    # q->immediate.func(&q->immediate);   net/sctp/inqueue.c
    s = small(
        _kernel(
            "void now(struct adapter *a)\n{\n\ta->reset.func(&a->reset);\n}\n"
            "void any(struct work_struct *w)\n{\n\tw->func(w);\n}\n"
        )
    )
    assert s.via("now", "work_struct.func") == ["reset_task"]
    assert s.via("any", "work_struct.func") == ["other_task", "reset_task", "watchdog"]


def test_what_is_copied_out_of_a_slot_that_all_share_is_not_everything(small: Make) -> None:
    # INIT_WORK(&cl->work, cl->work.func);   include/linux/closure.h
    s = small(
        _kernel(
            "struct closure { struct work_struct work; };\n"
            "void go(struct closure *cl)\n{\n\tINIT_WORK(&cl->work, cl->work.func);\n\tschedule_work(&cl->work);\n}\n"
        )
    )
    assert _runs(s, "go") == {}


def test_what_is_saved_and_put_back_is_not_everything(small: Make) -> None:
    # saved_work = rps->work.func; rps->work.func = dummy_rps_work; ...   drivers/gpu/drm/i915/gt/selftest_rps.c
    s = small(
        _kernel(
            "struct rps { struct work_struct rwork; };\nvoid dummy(struct work_struct *w)\n{\n}\n"
            "void go(struct rps *r)\n{\n\tvoid (*saved)(struct work_struct *w);\n\n\tsaved = r->rwork.func;\n"
            "\tr->rwork.func = dummy;\n\tr->rwork.func = saved;\n\tschedule_work(&r->rwork);\n}\n"
        )
    )
    assert _runs(s, "go") == {"work_struct.func": ["dummy"]}


def test_who_hand_on_to_each_other_start_the_same_whoever_is_asked_first(small: Make) -> None:
    body = (
        "void pong(struct work_struct *w, int n);\n"
        "void ping(struct work_struct *w, int n)\n{\n\tpong(w, n);\n}\n"
        "void pong(struct work_struct *w, int n)\n{\n\tif (n)\n\t\tping(w, n - 1);\n\tschedule_work(w);\n}\n"
        "void first(struct adapter *a)\n{\n\tping(&a->reset, 1);\n}\n"
        "void second(struct adapter *a)\n{\n\tpong(&a->reset, 1);\n}\n"
    )
    for order in (("first", "second"), ("second", "first")):
        s = small(_kernel(body))
        assert [_runs(s, name) for name in order] == [{"work_struct.func": ["reset_task"]}] * 2


def test_a_part_of_itself_without_end_ends(small: Make) -> None:
    s = small(
        _kernel(
            "void deep(struct delayed_work *d)\n{\n\tdeep((struct delayed_work *)&d->work);\n"
            "\tschedule_work(&d->work);\n}\n"
            "void go(struct adapter *a)\n{\n\tdeep(&a->watch);\n}\n"
        )
    )
    assert _runs(s, "go") == {"work_struct.func": ["watchdog"]}


INIT_H = """\
typedef int (*initcall_t)(void);
int do_one_initcall(initcall_t fn);
#define __define_initcall(fn, id) \\
	static initcall_t __initcall_##fn##id __attribute__((__section__(".initcall" #id ".init"))) = fn
#define core_initcall(fn) __define_initcall(fn, 1)
#define ____asm_initcall(fn, stub, sec) \\
	int stub(void); \\
	int stub(void) { return fn(); } \\
	asm(".section	\\"" sec "\\", \\"a\\"\\n" ".long	" #stub " - .\\n" ".previous\\n");
#define late_initcall(fn) ____asm_initcall(fn, __initstub_##fn, ".initcall7.init")
#define module_init(initfn) static inline initcall_t __inittest(void) { return initfn; }
"""
MAIN = """\
#include <linux/init.h>
extern initcall_t __initcall_start[];
int do_one_initcall(initcall_t fn)
{
	return fn();
}
void do_initcalls(void)
{
	initcall_t *fn;
	for (fn = __initcall_start; fn; fn++)
		do_one_initcall(*fn);
}
"""


@pytest.mark.parametrize("maker", ["core_initcall", "late_initcall", "module_init"])
def test_the_linkers_table_of_initcalls_is_gone_through(small: Make, maker: str) -> None:
    functions = "#include <linux/init.h>\nstatic int my_init(void)\n{\n}\nstatic int not_init(void)\n{\n}\n"
    init = f"{functions}{maker}(my_init);\n"
    s = small({"include/linux/init.h": INIT_H, "init/main.c": MAIN, "drivers/a.c": init})
    assert _runs(s, "do_one_initcall") == {"initcall_t": ["my_init"]}
    assert not s.calls("do_one_initcall").unresolved
    assert [e.caller.name for e in s.resolver.deferrers(s.resolver.lookup("my_init")[0])] == ["do_one_initcall"]
    assert not s.resolver.deferrers(s.resolver.lookup("not_init")[0])


EXIT = """\
typedef void (*exitcall_t)(void);
struct module { int state; void (*exit)(void); };
#define module_exit(exitfn) \\
	static inline exitcall_t __exittest(void) { return exitfn; } \\
	void cleanup_module(void) __attribute__((alias(#exitfn)));
"""


def test_a_module_is_left_by_its_exit_function(small: Make) -> None:
    unload = "long sys_delete_module(struct module *mod)\n{\n\tif (mod->exit)\n\t\tmod->exit();\n\treturn 0;\n}\n"
    init = "static void my_exit(void)\n{\n}\nstatic void no_exit(void)\n{\n}\nmodule_exit(my_exit);\n"
    s = small({"kernel/module.c": EXIT + unload, "fs/a.c": EXIT + init})
    assert _runs(s, "sys_delete_module") == {"exitcall_t": ["my_exit"]}
    assert not s.calls("sys_delete_module").unresolved
    assert [e.caller.name for e in s.resolver.deferrers(s.resolver.lookup("my_exit")[0])] == ["sys_delete_module"]
    assert not s.resolver.deferrers(s.resolver.lookup("no_exit")[0])


def test_who_leaves_a_module_is_found_without_all_others(small: Make) -> None:
    """Every module has functions of the same names; what one question needs are those of one file."""
    unload = "long sys_delete_module(struct module *mod)\n{\n\tmod->exit();\n\treturn 0;\n}\n"
    init = "static void my_exit(void)\n{\n}\nmodule_exit(my_exit);\n"
    s = small({"kernel/module.c": EXIT + unload, **{f"fs/{name}.c": EXIT + init for name in "abc"}})
    wanted = next(sym for sym in s.resolver.lookup("my_exit") if sym.file == "fs/b.c")
    assert [e.callee.node for e in s.resolver.deferrers(wanted)] == ["fs/b.c:my_exit"]
    assert "__exittest" not in s.resolver.reader._named


CONSOLE = """\
#include <linux/init.h>
#define console_initcall(fn) ____asm_initcall(fn, __initstub_##fn, ".con_initcall.init")
static int my_console(void)
{
}
static int my_device(void)
{
}
console_initcall(my_console);
late_initcall(my_device);
"""


def test_consoles_have_a_table_of_their_own(small: Make) -> None:
    console = (
        "#include <linux/init.h>\nvoid console_init(void)\n{\n\tinitcall_t call;\n\tcall = next();\n\tcall();\n}\n"
    )
    files = {"init/main.c": MAIN, "kernel/printk.c": console, "drivers/a.c": CONSOLE}
    s = small({"include/linux/init.h": INIT_H, **files})
    assert _runs(s, "do_one_initcall") == {"initcall_t": ["my_device"]}
    assert _runs(s, "console_init") == {"initcall_t": ["my_console"]}


FIXUPS = """\
#define __PASTE(a, b) a##b
#define __UNIQUE_ID(x) __PASTE(__UNIQUE_ID_##x, __COUNTER__)
struct pci_fixup { unsigned short vendor; int hook_offset; };
#define ___DECLARE(sec, vendor, hook) \\
	asm(".section "	#sec ", \\"a\\"	\\n" ".short "	#vendor "\\n" ".long "	#hook " - .\\n" ".previous \\n");
#define __DECLARE(sec, vendor, hook, stub) \\
	void stub(struct pci_dev *dev); \\
	void stub(struct pci_dev *dev) { hook(dev); } \\
	___DECLARE(sec, vendor, stub)
#define _DECLARE(sec, vendor, hook, stub) __DECLARE(sec, vendor, hook, stub)
#define DECLARE_FIXUP(vendor, hook) _DECLARE(.pci_fixup_final, vendor, hook, __UNIQUE_ID(hook))
static void quirk(struct pci_dev *dev)
{
}
static void no_quirk(struct pci_dev *dev)
{
}
DECLARE_FIXUP(1, quirk);
static void pci_do_fixups(struct pci_dev *dev, struct pci_fixup *f, struct pci_fixup *end)
{
	for (; f < end; f++) {
		void (*hook)(struct pci_dev *dev);
		hook = offset_to_ptr(&f->hook_offset);
		hook(dev);
	}
}
"""


def test_fixups_that_assembler_puts_into_a_section(small: Make) -> None:
    s = small({"drivers/pci/quirks.c": FIXUPS})
    assert _runs(s, "pci_do_fixups") == {"pci_fixup": ["quirk"]}
    assert [gap.callee_text for gap in s.calls("pci_do_fixups").unresolved] == ["offset_to_ptr"]
    assert [e.caller.name for e in s.resolver.deferrers(s.resolver.lookup("quirk")[0])] == ["pci_do_fixups"]
    assert not s.resolver.deferrers(s.resolver.lookup("no_quirk")[0])


PARTS = """\
#include <linux/later.h>
struct port { int up; struct work_struct work; };
struct card { struct port ports[4]; struct port spare; struct port *more; };
static void one(struct work_struct *work)
{
}
static void two(struct work_struct *work)
{
}
"""


@pytest.mark.parametrize(
    ("put", "start", "runs"),
    [
        # an element of an array inside another struct, started by who has a pointer to it
        ("INIT_WORK(&c->ports[0].work, one);", "schedule_work(&p->work);", ["one"]),
        # the other way round
        ("INIT_WORK(&p->work, one);", "schedule_work(&c->ports[i].work);", ["one"]),
        # a subscript of a pointer follows it
        ("INIT_WORK(&p->work, one);", "schedule_work(&c->more[i].work);", ["one"]),
        ("INIT_WORK(&c->more[i].work, one);", "schedule_work(&p->work);", ["one"]),
        # what is known of the very member counts alone
        (
            "INIT_WORK(&c->spare.work, one); INIT_WORK(&c->ports[i].work, two);",
            "schedule_work(&c->spare.work);",
            ["one"],
        ),
        ("INIT_WORK(&c->spare.work, one); INIT_WORK(&p->work, two);", "schedule_work(&c->ports[i].work);", ["two"]),
        # a variable, by who has a pointer
        ("INIT_WORK(&the_port.work, one);", "schedule_work(&p->work);", ["one"]),
        ("INIT_WORK(&the_port.work, one); INIT_WORK(&p->work, two);", "schedule_work(&the_port.work);", ["one"]),
    ],
)
def test_a_struct_inside_another(small: Make, put: str, start: str, runs: list[str]) -> None:
    body = (
        "static struct port the_port;\n"
        f"void setup(struct card *c, struct port *p, int i)\n{{\n\t{put}\n}}\n"
        f"void run(struct card *c, struct port *p, int i)\n{{\n\t{start}\n}}\n"
    )
    tree = small({"include/linux/later.h": HEADER, "kernel/core.c": CORE, "drivers/card.c": PARTS + body})
    run = tree.resolver.lookup("run")[0]
    assert sorted(e.callee.name for e in tree.resolver.deferred(run)) == runs
    for name in ("one", "two"):
        deferrers = [e.caller.name for e in tree.resolver.deferrers(tree.resolver.lookup(name)[0])]
        assert deferrers == ["run"] * (name in runs)


def test_an_object_on_the_stack(small: Make) -> None:
    body = "void f(void)\n{\n\tstruct port p;\n\tINIT_WORK(&p.work, one);\n\tschedule_work(&p.work);\n}\n"
    tree = small({"include/linux/later.h": HEADER, "kernel/core.c": CORE, "drivers/card.c": PARTS + body})
    assert [e.callee.name for e in tree.resolver.deferred(tree.resolver.lookup("f")[0])] == ["one"]
    assert [e.caller.name for e in tree.resolver.deferrers(tree.resolver.lookup("one")[0])] == ["f"]


def test_a_carrier_of_the_ground_leads_to_the_slot(small: Make) -> None:
    body = (
        "struct rcu_work { struct work_struct work; struct rcu_head rcu; };\n"
        "struct ctx { struct rcu_work free; };\n"
        "int queue_rcu_work(void *wq, struct rcu_work *rwork)\n{\n}\n"
        "void f(struct ctx *c)\n{\n\tINIT_WORK(&c->free.work, one);\n\tqueue_rcu_work(0, &c->free);\n}\n"
    )
    tree = small({"include/linux/later.h": HEADER, "kernel/core.c": CORE, "drivers/card.c": PARTS + body})
    assert [e.callee.name for e in tree.resolver.deferred(tree.resolver.lookup("f")[0])] == ["one"]


def test_a_function_that_a_new_task_runs(small: Make) -> None:
    """rest_init() of init/main.c, now and up to 5.4."""
    run = "int kernel_init(void *p)\n{\n}\nvoid rest_init(void)\n{\n\tkernel_thread(kernel_init, 0, 1);\n}\n"
    s = small(
        "struct kernel_clone_args { int (*fn)(void *); void *fn_arg; };\n"
        "int kernel_clone(struct kernel_clone_args *a);\n"
        "int kernel_thread(int (*fn)(void *), void *arg, int flags)\n{\n"
        "\tstruct kernel_clone_args args = { .fn = fn, .fn_arg = arg };\n\treturn kernel_clone(&args);\n}\n" + run
    )
    edges = s.resolver.deferred(s.resolver.lookup("rest_init")[0])
    assert [(e.callee.node, e.via) for e in edges] == [("net/a.c:kernel_init", "kernel_clone_args.fn")]
    s = small(
        "int do_fork(int flags, unsigned long stack, unsigned long arg);\n"
        "int kernel_thread(int (*fn)(void *), void *arg, int flags)\n{\n"
        "\treturn do_fork(flags, (unsigned long)fn, (unsigned long)arg);\n}\n" + run
    )
    edges = s.resolver.deferred(s.resolver.lookup("rest_init")[0])
    assert [(e.callee.node, e.via) for e in edges] == [("net/a.c:kernel_init", "kernel_thread")]
