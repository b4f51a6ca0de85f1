# SPDX-License-Identifier: MIT
"""Inline assembly that calls: what an operand names, and in which macro."""

from __future__ import annotations

from .sources import calls, facts_of, registrations


def test_what_inline_assembly_calls() -> None:
    # PVOP_VCALL2(mmu.tlb_remove_table, tlb, table)   arch/x86/include/asm/paravirt.h
    header = """\
#define PARAVIRT_CALL "call *%[paravirt_opptr];"
#define paravirt_ptr(op) [paravirt_opptr] "m" (pv_ops.op)
#define PVOP_CALL(op, clobbers, ...) \\
	({ asm volatile(PARAVIRT_CALL : clobbers : paravirt_ptr(op), ##__VA_ARGS__ : "memory"); })
#define PVOP_VCALL1(op, arg) PVOP_CALL(op, "=a" (eax), "D" ((unsigned long)(arg)))
"""
    facts = facts_of(header + "void f(void *table)\n{\n\tPVOP_VCALL1(mmu.remove, table);\n}\n")
    assert [c.replace(" ", "") for c in calls(facts, "f")] == ["PVOP_VCALL1", "(pv_ops.mmu.remove)"]


def test_a_macro_whose_assembly_calls_its_argument() -> None:
    # alternative_call() of arch/x86/include/asm/alternative.h
    header = """\
#define asm_inline asm __inline
#define alternative_call(oldfunc, newfunc, output, input...) \\
	asm_inline volatile(ALTERNATIVE("call %c[old]", "call %c[new]") : output \\
		: [old] "i" (oldfunc), [new] "i" (newfunc), ## input)
"""
    facts = facts_of(header + 'void f(int x)\n{\n\talternative_call(clear, clear_rep, "=D" (x), "D" (x));\n}\n')
    assert {"(clear)", "(clear_rep)"} <= {c.replace(" ", "") for c in calls(facts, "f")}


def test_assembly_that_calls_what_another_macro_names() -> None:
    # do_softirq_own_stack() and DEFINE_IDTENTRY_SYSVEC of arch/x86/include/asm/{irq_stack,idtentry}.h
    header = """\
#define ASM_CALL_ARG0 "call %c[__func]"
#define call_on_stack(stack, func, asm_call, argconstr...) \\
	{ asm volatile("push" asm_call "pop" : "+r" (stack) : [__func] "i" (func) argconstr : "cc"); }
#define call_on_irqstack(func, asm_call, argconstr...) call_on_stack(own_stack, func, asm_call, argconstr)
#define assert_function_type(func, proto) static_assert(__builtin_types_compatible_p(typeof(&func), proto))
#define run_sysvec(func, regs) \\
	{ assert_function_type(func, void (*)(struct pt_regs *)); call_on_irqstack(func, ASM_CALL_ARG0, regs); }
#define DEFINE_SYSVEC(func) \\
	static void __##func(struct pt_regs *regs); \\
	void func(struct pt_regs *regs) { run_sysvec(__##func, regs); enter(); } \\
	static void __##func(struct pt_regs *regs)
"""
    source = (
        "void f(void)\n{\n\tcall_on_irqstack(__do_softirq, ASM_CALL_ARG0);\n}\n"
        "DEFINE_SYSVEC(sysvec_x)\n{\n\tapic_eoi();\n}\nstruct irq_chip chip = { .eoi = apic_eoi };\n"
    )
    facts = facts_of(header + source)
    assert "(__do_softirq)" in [c.replace(" ", "") for c in calls(facts, "f")]
    assert {"apic_eoi", "enter"} <= set(calls(facts, "__sysvec_x"))
    assert registrations(facts) == [("chip", ".eoi", "apic_eoi", "designated")]


def test_an_operand_that_is_not_called() -> None:
    facts = facts_of('void f(void)\n{\n\tasm("call %P[old]" : : [old] "i" (g), [new] "i" (h) : "cc");\n}\n')
    assert calls(facts, "f") == ["(g)"]
