# SPDX-License-Identifier: MIT
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xref.facts.assembly import extract_assembly


@pytest.mark.parametrize(
    ("source", "name", "aliases"),
    [
        ("SYM_FUNC_START(memcpy)\n\tret\nSYM_FUNC_END(memcpy)\n", "memcpy", ()),
        ("SYM_CODE_START_NOALIGN(entry)\nSYM_CODE_END(entry)\n", "entry", ()),
        ("ENTRY(csum_partial)\n\tret\nENDPROC(csum_partial)\n", "csum_partial", ()),
        ("  ENTRY( f )\n", "f", ()),
    ],
)
def test_entries(source: str, name: str, aliases: tuple[str, ...]) -> None:
    (f,) = extract_assembly("arch/x86/lib/a.S", source.encode()).functions
    assert (f.name, f.kind, f.aliases, f.line) == (name, "asm", aliases, 1)


def test_calls_between_entries() -> None:
    source = b"""\
/* ENTRY(no) */
#ifdef CONFIG_X
SYM_CODE_START(entry_SYSCALL_64)
	movq	%rsp, %rdi
	call	do_syscall_64		/* returns with IRQs disabled */
	jmp	*%rax
1:	jmp	restore
SYM_CODE_END(entry_SYSCALL_64)
#endif
	call	nobody
SYM_FUNC_START(other)
	ret
SYM_FUNC_END(other)
"""
    a, b = extract_assembly("a.S", source).functions
    assert [(c.callee, c.line, c.column) for c in a.body.calls] == [("do_syscall_64", 5, 6), ("restore", 7, 7)]
    assert (a.guard, a.line, a.end_line) == ("CONFIG_X", 3, 8)
    assert b.body.calls == ()


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_bytes(source: bytes) -> None:
    extract_assembly("a.S", source)


def test_macros_of_the_file_are_expanded_where_it_invokes_them() -> None:
    """errorentry, apicinterrupt and PTREGSCALL of arch/x86/kernel/entry_64.S up to 5.7."""
    source = b"""\
.macro body cfunc error=0
	.if \\error
	call	fix_up
	.endif
	call	\\cfunc
.endm
.macro errorentry sym do_sym
ENTRY(\\sym)
	call	error_entry
	body	\\do_sym error=1
	jmp	error_exit
END(\\sym)
.endm
	.macro PTREGSCALL label,func,arg
ENTRY(\\label)
	call	\\func
END(\\label)
	.endm
#ifdef CONFIG_X
errorentry page_fault \\
	do_page_fault
#endif
	PTREGSCALL stub_clone, sys_clone, %r8
ENTRY(plain)
	body handler
END(plain)
.macro unused
	call	nobody
.endm
"""
    found = extract_assembly("a.S", source).functions
    calls = {f.name: [c.callee for c in f.body.calls] for f in found}
    assert calls == {
        "page_fault": ["error_entry", "fix_up", "do_page_fault", "error_exit"],
        "stub_clone": ["sys_clone"],
        "plain": ["fix_up", "handler"],
    }
    assert [(f.name, f.line, f.guard) for f in found] == [
        ("page_fault", 20, "CONFIG_X"),
        ("stub_clone", 23, ""),
        ("plain", 24, ""),
    ]


def test_a_macro_of_itself_ends() -> None:
    extract_assembly("a.S", b".macro m x\n\tm \\x\n\tm \\x\n.endm\nENTRY(f)\n\tm 1\nEND(f)\n")
