# SPDX-License-Identifier: MIT
"""Calls of what a statement expression yields: pointers that assembler loads, as arm64 reads what must be read once."""

from collections.abc import Callable

import pytest

from tests.resolve.small import Small

Make = Callable[..., Small]

ACQUIRE = """\
#define __read_pointer(x) ({ \\
	typeof(&(x)) at = &(x); int in_one = 1; \\
	union { typeof(*at) value; char bytes[1]; } got; \\
	switch (sizeof(x)) { \\
	case 8: asm volatile("load %0, %1" : "=r" (*(long *)got.bytes) : "Q" (*at) : "memory"); break; \\
	default: in_one = 0; } \\
	in_one ? (typeof(*at))got.value : (*(volatile typeof(*at) *)at); })
#define read_pointer(x) ({ check_type(x); __read_pointer(x); })
#define deref(p) ({ typeof(*p) *local = (typeof(*p) *)read_pointer(p); ((typeof(*p) *)(local)); })
#define either(f, f1, ...) f(__VA_ARGS__)
typedef int (*fn_t)(int);
struct dst { fn_t out; struct dst *next; };
int ip_out(int x) { return x; }
int ip_in(int x) { return x; }
struct dst d = { .out = ip_out };
fn_t hook = ip_in;
"""


@pytest.mark.parametrize(
    ("body", "via", "callee"),
    [
        ("return read_pointer(p->out)(1);", "dst.out", "ip_out"),  # READ_ONCE(neigh->output)(...): net/core/neighbour.c
        ("return either(read_pointer(p->out), ip_out, 1);", "dst.out", "ip_out"),  # dst_output() of include/net/dst.h
        (
            "fn_t f = read_pointer(p->out); return f(1);",
            "dst.out",
            "ip_out",
        ),  # udp_queue_rcv_one_skb() of net/ipv4/udp.c
        ("fn_t f; f = read_pointer(p->out); return f(1);", "dst.out", "ip_out"),
        ("return read_pointer(p->next)->out(1);", "dst.out", "ip_out"),
        ("return deref(p->next)->out(1);", "dst.out", "ip_out"),
        ("return deref(hook)(1);", "hook", "ip_in"),
    ],
)
def test_what_is_loaded_by_assembler_is_called(small: Make, body: str, via: str, callee: str) -> None:
    s = small(f"{ACQUIRE}int f(struct dst *p) {{ {body} }}\n")
    assert s.dispatches("f") == {via: [callee]}
    assert "net/a.c:f" in s.callers(callee)


def test_what_is_loaded_by_assembler_is_one_of_the_objects_that_are_put_there(small: Make) -> None:
    """__sock_create() of net/socket.c calls the families that were registered, and not those of net/bluetooth."""
    s = small(
        f"""{ACQUIRE}
struct family {{ int (*create)(int); }};
int inet_create(int x) {{ return x; }}
int sco_create(int x) {{ return x; }}
static struct family inet = {{ .create = inet_create }};
static struct family sco = {{ .create = sco_create }};
static struct family *families[2];
static struct family *inner[2];
void first(void) {{ families[0] = &inet; inner[0] = &sco; }}
int f(int i) {{ struct family *pf = deref(families[i]); return pf->create(1); }}
"""
    )
    assert s.dispatches("f") == {"family.create": ["inet_create"]}
