# SPDX-License-Identifier: MIT
"""Which macros store an argument in another: the bodies have the kernel's shapes, of several ages."""

from __future__ import annotations

import pytest

from xref.lex.directives import scan
from xref.macros.stores import Store, Stores
from xref.macros.table import MacroTable
from xref.macros.visibility import IncludeGraph

HEADER = """\
#define __WRITE_ONCE(x, val) do { *(volatile typeof(x) *)&(x) = (val); } while (0)
#define WRITE_ONCE(x, val) do { compiletime_assert_rwonce_type(x); __WRITE_ONCE(x, val); } while (0)
#define RCU_INITIALIZER(v) (typeof(*(v)) __force __rcu *)(v)
#define smp_store_release(p, v) do { barrier(); WRITE_ONCE(*p, v); } while (0)
#define rcu_assign_pointer(p, v) do { \\
	uintptr_t _r_a_p__v = (uintptr_t)(v); \\
	if (__builtin_constant_p(v) && (_r_a_p__v) == (uintptr_t)NULL) WRITE_ONCE((p), (typeof(p))(_r_a_p__v)); \\
	else smp_store_release(&p, RCU_INITIALIZER((typeof(p))_r_a_p__v)); } while (0)
#define __rcu_assign_pointer(p, v, space) do { smp_wmb(); (p) = (typeof(*v) __force space *)(v); } while (0)
#define RCU_INIT_POINTER(p, v) do { rcu_check_sparse(p, __rcu); WRITE_ONCE(p, RCU_INITIALIZER(v)); } while (0)
#define rcu_replace(rcu_ptr, ptr) ({ typeof(ptr) __tmp = read(rcu_ptr); rcu_assign_pointer((rcu_ptr), (ptr)); __tmp; })
#define xchg(ptr, ...) ({ typeof(ptr) __ai_ptr = (ptr); raw_xchg(__ai_ptr, __VA_ARGS__); })
#define set_mb(var, value) do { var = value; mb(); } while (0)
#define later(p, v) do { (p)->next = (v); } while (0)
#define min(a, b) ({ typeof(a) _a = (a); typeof(b) _b = (b); _a < _b ? _a : _b; })
#define next(a, b) do { a = (b) + 1; } while (0)
#define member(a, b) do { a = (b)->ops; } while (0)
#define swap(a, b) do { typeof(a) __tmp = (a); (a) = (b); (b) = __tmp; } while (0)
#define round(a, b) again(a, b)
#define again(a, b) do { if (a) round(a, b); a = b; } while (0)
"""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("__WRITE_ONCE", [Store(0, 1, 0)]),
        ("WRITE_ONCE", [Store(0, 1, 0)]),
        ("smp_store_release", [Store(0, 1, 1)]),
        ("rcu_assign_pointer", [Store(0, 1, 0)]),
        ("__rcu_assign_pointer", [Store(0, 1, 0)]),
        ("RCU_INIT_POINTER", [Store(0, 1, 0)]),
        ("rcu_replace", [Store(0, 1, 0)]),
        ("xchg", [Store(0, 1, 1)]),
        ("set_mb", [Store(0, 1, 0)]),
        ("swap", [Store(0, 1, 0), Store(1, 0, 0)]),
        ("round", [Store(0, 1, 0)]),
        ("again", [Store(0, 1, 0)]),
        ("RCU_INITIALIZER", []),
        ("later", []),
        ("min", []),
        ("next", []),
        ("member", []),
        ("nobody", []),
    ],
)
def test_what_an_invocation_stores(name: str, expected: list[Store]) -> None:
    macros = scan(HEADER, "include/linux/x.h").macros
    table = MacroTable(macros, IncludeGraph({"include/linux/x.h": ()}, "x86"))
    assert list(Stores(table).of(name)) == expected
