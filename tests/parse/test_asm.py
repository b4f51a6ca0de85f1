# SPDX-License-Identifier: MIT
"""Inline assembly: its operands are read, the rest is overwritten, and nothing moves."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xref.parse.asm import mask_asm

from ..facts.sources import calls, facts_of, function


def masked(code: str) -> str:
    """The text that is parsed, white space aside."""
    result = mask_asm(code.encode())
    assert len(result) == len(code)
    return "".join(result.decode().split())


@pytest.mark.parametrize(
    ("code", "left"),
    [
        # arch/x86/include/asm/barrier.h, irqflags.h
        ('asm volatile("mfence" ::: "memory");', ";"),
        ('asm("nop");', ";"),
        ('asm volatile("pushf ; pop %0" : "=rm" (flags) : : "memory");', "A((flags));"),
        (
            'asm volatile("x" : "=r" (a), "+m" (*b) : "r" (f(c)), "i" (sizeof(d)) : "cc");',
            "A((a),(*b),(f(c)),(sizeof(d)));",
        ),
        ('__asm__ __volatile__("x" : "=r"(a) : "0"(b));', "A((a),(b));"),
        ('__asm("x" : "=r"(a));', "A((a));"),
        ('asm inline volatile("x" : "=r" (a));', "A((a));"),
        # names of operands
        ('asm("mov %[v], %[p]" : [v] "=r" (val) : [p] "m" (*(ptr)));', "A((val),(*(ptr)));"),
        # arch/x86/include/asm/jump_label.h
        (
            'asm goto("1:" "jmp %l[l_yes]\\n" : : "i" (key), "i" (branch) : : l_yes);',
            "A((key),(branch));",
        ),
        ('asm_volatile_goto("x" : : "r" (a) : : out);', 'asm_volatile_goto("x"::"r"(a)::out);'),
        # arch/x86/include/asm/bitops.h: literals that macros make
        (
            'asm volatile(LOCK_PREFIX "xorb %2,%1" CC_SET(s) : CC_OUT(s) (negative), WBYTE_ADDR(a) : "iq" (f(mask)));',
            "A((s),(negative),(a),(f(mask)));",
        ),
        ('asm(ALTERNATIVE("a", "b", X) : "=r" (v) : "r" (g(1)));', "A((v),(g(1)));"),
        # brackets, colons and quotes in literals
        ('asm("a:b)(\\")" : "=r" (x));', "A((x));"),
        ('asm("x" : "=r" (c ? a : b), "=r" (d[f(":")]));', 'A((c?a:b),(d[f(":")]));'),
        ('asm("x" : : "i" (\')\'));', "A((')'));"),
        # not assembly
        ("p->asm(x); q.asm(x); no_asm(y); asmlinkage(z);", "p->asm(x);q.asm(x);no_asm(y);asmlinkage(z);"),
        ("asm;", "asm;"),
        ("asm(never closed;", "asm(neverclosed;"),
        ("asm {", "asm{"),
        # another name for the linker
        ('int f(void) asm("name");', "intf(void);"),
    ],
)
def test_only_operands_are_left(code: str, left: str) -> None:
    assert masked(code) == left.replace("\\n", "\n")


def test_operands_stay_where_they_are() -> None:
    code = b'asm volatile("x"\n\t: "=r" (a)\n\t: "r" (f(b)));'
    result = mask_asm(code)
    for operand in (b"(a)", b"(f(b))"):
        assert result.find(operand) == code.find(operand)


@pytest.mark.parametrize(
    ("code", "left"),
    [
        pytest.param(
            'asm("x" : CC_OUT(s)(a) : "r" (b));',
            "A((s),(a),(b));",
            marks=pytest.mark.xfail(strict=True, reason="there is no room for a comma"),
        ),
        ('asm("x" : "=r" (a) : "r"\n(b));', "A((a),(b));"),
    ],
)
def test_operands_without_a_blank_before_them(code: str, left: str) -> None:
    assert masked(code) == left
    assert mask_asm(code.encode()).count(b"\n") == code.count("\n")


def test_a_literal_that_speaks_of_it_is_left_alone() -> None:
    code = 'printk("asm ("); f(x);'
    assert mask_asm(code.encode()).decode() == code


pieces = st.sampled_from(
    [
        b"asm", b"__asm__ ", b"volatile", b"goto", b"(", b")", b":", b'"', b"'", b'"=r"', b" (x)", b"f(y)", b",", b"\\",
        b"\n", b";", b"[v]", b" ", b"\xff",
    ]
)  # fmt: skip
soup = st.one_of(
    st.binary(max_size=80),
    st.lists(pieces, max_size=30).map(b"".join),
    st.lists(pieces, max_size=30).map(lambda p: b"asm(" + b"".join(p) + b")"),
)


@given(soup)
@settings(max_examples=400, deadline=None)
def test_any_bytes_keep_their_place(code: bytes) -> None:
    result = mask_asm(code)
    assert len(result) == len(code)
    assert all(r == c or r in b" A(),\n" for r, c in zip(result, code, strict=True))


@given(st.lists(st.tuples(st.sampled_from(['"=r" ', '[v] "m" ', "OUT ", '"r"  ']), st.integers(0, 9)), max_size=6))
@settings(max_examples=100, deadline=None)
def test_every_operand_is_left(operands: list[tuple[str, int]]) -> None:
    code = 'asm("x" : ' + ", ".join(f"{constraint}(f{n}(a, b))" for constraint, n in operands) + ' : "r" (last()));'
    expected = ",".join([*(f"(f{n}(a,b))" for _, n in operands), "(last())"])
    assert masked(code) == f"A({expected});"


@pytest.mark.parametrize("word", [b'asm("', b"asm(", b"asm(:("])
def test_what_is_never_closed_takes_no_time(word: bytes) -> None:
    started = time.process_time()
    assert len(mask_asm(word * 2000)) == len(word) * 2000
    assert time.process_time() - started < 0.5


def test_a_long_operand_takes_no_time() -> None:
    code = b'asm("x" : "r" (' + b"(" * 50_000 + b"x" + b")" * 50_000 + b"));"
    started = time.process_time()
    assert len(mask_asm(code)) == len(code)
    assert time.process_time() - started < 0.5


# -- in the facts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('asm volatile("x" : "=r" (a) : "r" (f(b)), "i" (g(h(c))));', ["f", "g", "h"]),
        ('asm goto("1: jmp %l[yes]" : : "i" (f(key)) : : yes); g(); yes: h();', ["f", "g", "h"]),
        ('if (x) asm volatile("nop"); else f();', ["f"]),
        ('register int r asm("r10") = f(x);', ["f"]),
        ('int a = ({ asm("x" : "=r" (a) : "r" (f(1))); g(a); });', ["f", "g"]),
        ('asm(LOCK "x" SET(s) : OUT(s) (a) : "iq" (f(mask)) : "memory"); g();', ["f", "g"]),
        ('asm("call %P1" : "=a" (r), ASM_CALL_CONSTRAINT : "i" (f), "D" (g(p)));', ["g"]),
    ],
)
def test_what_operands_call(body: str, expected: list[str]) -> None:
    facts = facts_of(f"int caller(int x)\n{{\n\t{body}\n}}\n\nvoid after(void)\n{{\n\tend();\n}}\n")
    assert [c for c in calls(facts, "caller") if c not in ("a", "A")] == expected
    assert calls(facts, "after") == ["end"]
    assert not function(facts, "caller").trouble


@pytest.mark.parametrize("word", ["asm", "__asm__", "asm volatile"])
def test_assembly_itself_is_no_call(word: str) -> None:
    facts = facts_of(f'void caller(int x)\n{{\n\t{word}("x" : : "r" (x));\n}}\n')
    assert calls(facts, "caller") == []


def test_operands_of_macros_in_capitals_call_what_they_hold() -> None:
    source = '#define OUT(x) "=@cc" #x\nvoid caller(void)\n{\n\tasm("x" : OUT(s) (*f(a)) : "r" (g(b)));\n}\n'
    assert [c for c in calls(facts_of(source), "caller") if c not in ("a", "A")] == ["f", "g"]


def test_assembly_at_file_scope_hides_nothing() -> None:
    facts = facts_of('asm(".globl x\\n" "x: ret");\n\nint f(void)\n{\n\treturn g();\n}\n')
    assert calls(facts, "f") == ["g"]
