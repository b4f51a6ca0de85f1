# SPDX-License-Identifier: MIT
"""Values and types that macros stand between."""

from collections.abc import Callable

from tests.resolve.small import Small
from xref.resolve.edge import EdgeKind

Make = Callable[..., Small]


def test_a_local_that_a_macro_initialises_with_itself(small: Make) -> None:
    """uninitialized_var() of include/linux/compiler-gcc.h up to 5.8, as drivers/md/dm-table.c uses it."""
    s = small(
        "#define uninitialized_var(x) x = x\n"
        "struct target { int (*map)(int n); };\nint linear(int n)\n{\n}\nint other(int n)\n{\n}\n"
        "struct target t = { .map = linear };\n"
        "int f(int n)\n{\n\tstruct target *uninitialized_var(ti);\n\tint uninitialized_var(a);\n"
        "\tint (*uninitialized_var(g))(int n);\n"
        "\tti = &t;\n\tg = other;\n\ta = g(n);\n\treturn ti->map(a);\n}\n"
    )
    assert s.reached("f", EdgeKind.INDIRECT) == ["net/a.c:other", "net/a.c:linear"]


def test_a_macro_that_does_nothing_is_not_the_likeliest_for_being_long(small: Make) -> None:
    """hotcpu_notifier() of include/linux/cpu.h in 3.7."""
    s = small(
        "struct block { int (*call)(int n); };\nint register_block(struct block *b)\n{\n\treturn b->call(1);\n}\n"
        "#ifdef CONFIG_SMP\n#define notifier(fn) { \\\n\tstatic struct block fn##_nb = { .call = fn }; \\\n"
        "\tregister_block(&fn##_nb); \\\n}\n#else\n#define notifier(fn) do { (void)(fn); } while (0)\n#endif\n"
        "#ifdef CONFIG_HOTPLUG_CPU\n#define hot_notifier(fn) notifier(fn)\n#else\n"
        "#define hot_notifier(fn) do { (void)(fn); } while (0)\n#endif\n"
        "int on_cpu(int n)\n{\n}\nvoid init(void)\n{\n\thot_notifier(on_cpu);\n}\n"
    )
    assert s.reached("register_block", EdgeKind.INDIRECT) == ["net/a.c:on_cpu"]


def test_a_struct_that_a_macro_declares(small: Make) -> None:
    """CONFIGFS_EATTR_STRUCT() and CONFIGFS_EATTR_OPS() of include/target/configfs_macros.h in 3.7."""
    s = small(
        "#define ATTR_STRUCT(_name, _item) \\\nstruct _name##_attribute { \\\n"
        "\tint (*show)(struct _item *item); \\\n}\n"
        "#define ATTR_OPS(_name, _item) \\\nint _name##_attr_show(struct _item *item, void *attr) \\\n{ \\\n"
        "\tstruct _name##_attribute *_name##_attr = attr; \\\n\treturn _name##_attr->show(item); \\\n}\n"
        "struct dev { int n; };\nATTR_STRUCT(stat, dev);\nATTR_OPS(stat, dev)\n"
        "int show_it(struct dev *d)\n{\n}\nstruct stat_attribute one = { .show = show_it };\n"
    )
    assert s.dispatches("stat_attr_show") == {"stat_attribute.show": ["show_it"]}


def test_an_array_of_callbacks_that_a_slot_is_given(small: Make) -> None:
    """find_vqs() of the virtio drivers up to 6.10, and virtio_console, which fills what it has allocated."""
    s = small(
        "typedef void callback_t(int n);\nstruct queue { void (*done)(int n); };\n"
        "struct config { int (*find)(int n, callback_t *callbacks[]); };\n"
        "static void setup(struct queue *q, callback_t *callback)\n{\n\tq->done = callback;\n}\n"
        "static int pci_find(int n, callback_t *callbacks[])\n{\n\tstruct queue *q = get(n);\n"
        "\tsetup(q, callbacks[n]);\n}\n"
        "struct config pci = { .find = pci_find };\n"
        "void interrupt(struct queue *q)\n{\n\tq->done(0);\n}\n"
        "static void received(int n)\n{\n}\nstatic void sent(int n)\n{\n}\n"
        "int probe(struct config *c)\n{\n\tcallback_t *calls[] = { received };\n\treturn c->find(1, calls);\n}\n"
        "int other(struct config *c)\n{\n\tcallback_t **io = alloc(2);\n\tio[0] = sent;\n\treturn c->find(2, io);\n}\n"
    )
    assert s.dispatches("interrupt") == {"queue.done": ["received", "sent"]}
    assert s.callers("received") == s.callers("sent") == ["net/a.c:interrupt"]


MEMBERS = """\
#define ENTRY(__name, __type) \\
struct reg##__name { \\
	void (*read)(__type *data); \\
	unsigned int flags; \\
} __name
#define BUILDER(fname) ((*build_##fname)(int n))
#define HEADER unsigned char type; \\
	unsigned char flags;
#define __group(TAG, NAME, ATTRS, MEMBERS...) \\
	union { struct { MEMBERS } ATTRS; struct TAG { MEMBERS } ATTRS NAME; } ATTRS
#define group_tagged(TAG, NAME, MEMBERS...) __group(TAG, NAME, , MEMBERS)
typedef int (*handler_t)(int n);
struct debug {
	int before;
	ENTRY(csr, int);
	ENTRY(rf, long);
	int after;
};
struct ctx {
	void BUILDER(eth);
	int BUILDER(gre);
};
struct {int a;}one;
struct data {HEADER handler_t handler;
	void *pointer;
};
struct params {
	group_tagged(params_slow, slow,
		struct dev *dev;
		void (*init)(int n);
	);
};
struct pool { struct params_slow slow; };
void read_csr(int *d) { }
void read_rf(long *d) { }
void eth(int n) { }
int gre(int n) { }
int handle(int n) { }
struct debug d = { .csr = { .read = read_csr }, .rf = { .read = read_rf } };
struct ctx c = { .build_eth = eth, .build_gre = gre };
struct data dd = { .handler = handle };
void debug(struct debug *d) { d->csr.read(0); d->rf.read(0); }
void build(struct ctx *c) { c->build_eth(0); c->build_gre(0); }
void run(struct data *d) { d->handler(0); }
void init(struct pool *p) { p->slow.init(0); }
"""


def test_members_that_macros_make(small: Make) -> None:
    """rt2x00debug.h, mlx5's dr_ste.h, ACPICA's acobject.h, and include/net/page_pool/types.h of 6.12."""
    s = small(MEMBERS)
    assert s.dispatches("debug") == {"regcsr.read": ["read_csr"], "regrf.read": ["read_rf"]}
    assert s.dispatches("build") == {"ctx.build_eth": ["eth"], "ctx.build_gre": ["gre"]}
    assert s.dispatches("run") == {"data.handler": ["handle"]}
    assert s.dispatches("init") == {"params_slow.init": []}
    fields = [f.name for f in s.resolver.reader.records("debug")[0].fields]
    assert fields == ["before", "after", "csr", "rf"]


def test_locals_that_macros_declare(small: Make) -> None:
    """DEFINE_IO_COMP_BATCH() of io_uring, closure_type() of bcachefs, and static DECLARE_WORK() of fs/kernfs."""
    s = small(
        "struct batch { int (*complete)(int n); };\n#define DEFINE_BATCH(name) struct batch name = { }\n"
        "struct op { int (*end_io)(int n); struct closure cl; };\n"
        "#define closure_type(name, type, member) type *name = container_of(ws, type, member)\n"
        "struct work { int (*func)(int n); };\n#define DECLARE_WORK(n, f) struct work n = { .func = f }\n"
        "int done(int n)\n{\n}\nint ended(int n)\n{\n}\nint worked(int n)\n{\n}\nstruct op one = { .end_io = ended };\n"
        "void set(struct batch *b)\n{\n\tb->complete = done;\n}\n"
        "int poll(int n)\n{\n\tDEFINE_BATCH(iob);\n\n\tif (n) {\n\t\tset(&iob);\n\t}\n\treturn iob.complete(n);\n}\n"
        "int write(struct closure *ws)\n{\n\tclosure_type(op, struct op, cl);\n\n\treturn op->end_io(1);\n}\n"
        "int start(int n)\n{\n\tstatic DECLARE_WORK(once, worked);\n\n\treturn once.func(n);\n}\n"
    )
    assert s.dispatches("poll") == {"batch.complete": ["done"]}
    assert s.dispatches("write") == {"op.end_io": ["ended"]}
    assert s.dispatches("start") == {"work.func": ["worked"]}


def test_parameters_of_a_function_that_a_macro_names(small: Make) -> None:
    """FNAME(walk_addr_generic)(...) of arch/x86/kvm/mmu/paging_tmpl.h."""
    s = small(
        "struct mmu { int (*get)(int n); };\nint get_it(int n)\n{\n}\nstruct mmu m = { .get = get_it };\n"
        "#define FNAME(name) paging64_##name\n"
        "static int FNAME(walk)(int n, struct mmu *mmu)\n{\n\treturn mmu->get(n);\n}\n"
    )
    assert s.dispatches("paging64_walk") == {"mmu.get": ["get_it"]}


def test_listings_may_have_another_name_for_what_the_includer_defines(small: Make) -> None:
    """KVM_X86_OP_OPTIONAL of arch/x86/include/asm/kvm-x86-ops.h."""
    s = small(
        {
            "arch/x86/include/asm/ops.h": "OP(one)\nOP_OPTIONAL(two)\nOP_OPTIONAL(three)\nOP(four)\n",
            "net/a.c": "typedef int (*op_t)(int n);\nstruct ops { op_t one, two, three, four; };\n"
            "int f(int n)\n{\n}\nint call(struct ops *o)\n{\n\treturn o->two(1);\n}\nvoid fill(struct ops *o)\n{\n"
            "#define __OP(x) o->x = f;\n#define OP(x) __OP(x)\n#define OP_OPTIONAL __OP\n"
            "#include <asm/ops.h>\n}\n",
        }
    )
    assert s.dispatches("call") == {"ops.two": ["f"]}


def test_a_constant_may_be_a_function_by_another_name(small: Make) -> None:
    """CTL_INT of kernel/sysctl_binary.c up to 5.8, and DUMMY of drivers/video/console."""
    s = small(
        "struct table { int (*convert)(int n); int number; };\n"
        "static int intvec(int n)\n{\n}\nstatic int dummy(int n)\n{\n}\n"
        "#define CTL_INT intvec\n#define DUMMY (void *) dummy\n#define NR 3\n#define KERN_NR NR\n"
        "static const struct table t[] = { { CTL_INT, KERN_NR }, { .convert = DUMMY, .number = NR } };\n"
        "int call(const struct table *t)\n{\n\treturn t->convert(1);\n}\n"
    )
    assert s.dispatches("call") == {"table.convert": ["dummy", "intvec"]}
    assert s.callers("intvec") == ["net/a.c:call"]


def test_a_function_whose_parameters_depend_on_the_configuration(small: Make) -> None:
    """HFC_outb_pcimem() of drivers/isdn/hardware/mISDN/hfcmulti.c, which comes to HFC_outb_nodebug by a copy."""
    s = small(
        "struct hfc { int (*outb)(struct hfc *h, int reg); int (*nodebug)(struct hfc *h, int reg); };\n"
        "static int\n#ifdef DEBUG\npcimem(struct hfc *h, int reg,\n\tconst char *function)\n#else\n"
        "pcimem(struct hfc *h, int reg)\n#endif\n{\n}\n"
        "void init(struct hfc *h)\n{\n\th->outb = pcimem;\n\th->nodebug = h->outb;\n}\n"
        "int call(struct hfc *h)\n{\n\treturn h->nodebug(h, 1);\n}\n"
    )
    assert set(s.dispatches("call")["hfc.nodebug"]) == {"pcimem"}


def test_a_macro_behind_an_arrow(small: Make) -> None:
    """fs_cs(i) of fs/ufs/ufs_fs.h is no call, and a macro may lead on to one."""
    s = small(
        "struct csum { int free; };\nstruct ops { int (*run)(int n); };\n"
        "struct sb { struct csum *s_csp; struct ops ops[2]; };\n"
        "#define fs_cs(i) s_csp[(i)]\n#define run_nth(i) ops[(i)].run(i)\n"
        "int go(int n)\n{\n}\nvoid init(struct sb *s)\n{\n\ts->ops[1].run = go;\n}\n"
        "int f(struct sb *sbi)\n{\n\treturn sbi->fs_cs(1).free;\n}\n"
        "int g(struct sb *sbi)\n{\n\treturn sbi->run_nth(1);\n}\n"
    )
    assert s.dispatches("f") == {}
    assert s.dispatches("g") == {"ops.run": ["go"]}
