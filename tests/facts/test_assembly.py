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
