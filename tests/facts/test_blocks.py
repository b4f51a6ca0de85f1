# SPDX-License-Identifier: MIT
"""What has a block behind it and is no function: invocations inside functions, and structures with a made head."""

from __future__ import annotations

from .sources import calls, facts_of, function, names, registrations

HARNESS = {
    "include/linux/harness.h": "#define HANDLER() for (; trigger; trigger = bail())\n"
    "#define ASSERT_FALSE(x) do { report(x); } while (0); HANDLER()\n"
    "#define FIXTURE(x) static void __register_##x(void) { note(x); } struct _data_##x\n"
    "#define CRITFLAGS unsigned long flags;\n#define DBG(x) printk(x);\n#define CRITBEGIN lock(&flags);\n"
}


def test_what_an_unknown_macro_repeats_is_no_function():
    # tools/perf/util/pfm.c: the header is that of libpfm
    facts = facts_of("void show(void)\n{\n\tint p;\n\n\tpfm_for_all_pmus(p) {\n\t\tuse(p);\n\t}\n\tdone();\n}\n")
    assert names(facts) == ["show"]
    assert calls(facts, "show") == ["pfm_for_all_pmus", "use", "done"]
    assert [c.condition for c in function(facts, "show").body.calls] == ["", "", ""]


def test_an_argument_that_is_called_is_no_function():
    # ASSERT_FALSE(WIFSIGNALED(status)) { ... }   tools/testing/selftests/ptrace/get_syscall_info.c
    facts = facts_of("void t(int s)\n{\n\tASSERT_FALSE(SIGNALED(s)) {\n\t\tstop(s);\n\t}\n}\n", HARNESS)
    assert names(facts) == ["t"]
    assert calls(facts, "t") == ["ASSERT_FALSE", "SIGNALED", "stop"]


def test_a_declaration_that_a_macro_holds_ends_itself():
    # CRITFLAGS DBG(__func__) CRITBEGIN, a line each   drivers/video/fbdev/matrox/matroxfb_accel.c
    head = "void f(int a)\n{\n\tCRITFLAGS\n\n\tDBG(__func__)\n\n\tCRITBEGIN\n\n"
    facts = facts_of(f"{head}\tif ((a < 1) || (a == 2)) {{\n\t\tg();\n\t}}\n}}\n", HARNESS)
    assert names(facts) == ["f"]
    assert sorted(calls(facts, "f")) == ["DBG", "g", "lock"]
    assert "unsigned long flags" in [v.text for v in function(facts, "f").body.locals]


def test_a_body_behind_the_made_head_of_a_structure():
    facts = facts_of("FIXTURE(ioctl) {\n\tint fd;\n\tvoid (*close)(int fd);\n};\n", HARNESS)
    assert names(facts) == ["__register_ioctl"]
    assert [(r.tag, [f.name for f in r.fields]) for r in facts.records] == [("_data_ioctl", ["fd", "close"])]


def test_a_body_behind_a_made_declaration_is_its_initialiser():
    # arch/powerpc/include/asm/machdep.h
    maker = '#define define_machine(x) extern struct md m_##x; struct md m_##x __attribute__((section(".m"))) =\n'
    facts = facts_of(f"{maker}define_machine(maple) {{\n\t.init = maple_init,\n}};\n")
    assert names(facts) == []
    assert registrations(facts) == [("m_maple", ".init", "maple_init", "macro")]


def test_a_body_behind_the_head_that_an_unknown_macro_makes():
    # DECLARE_RC_STRUCT(dso) of tools/perf/util/dso.h; XS(...) of its scripts makes functions
    facts = facts_of("DECLARE_RC_STRUCT(dso) {\n\tint fd;\n};\n\nXS(boot)\n{\n\trun();\n}\n")
    assert names(facts) == ["boot"]
