# SPDX-License-Identifier: MIT
"""Values and types that macros stand between."""

from collections.abc import Callable

from xref.resolve.edge import EdgeKind

from .small import Small

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
