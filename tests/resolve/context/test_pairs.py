# SPDX-License-Identifier: MIT
"""Calls that cannot follow a dispatch, because the objects of both never come together."""

from collections.abc import Callable

import pytest

from tests.resolve.small import Small
from xref.resolve.edge import Apart, EdgeKind

Make = Callable[..., Small]

TYPES = """\
struct proto { int (*send)(void *sk); int id; };
struct proto_ops { int (*send)(void *sock); };
struct protosw { int type; struct proto *prot; const struct proto_ops *ops; };
struct sock { struct proto *prot; struct sock *parent; };
struct socket { const struct proto_ops *ops; struct sock *sk; };
int tcp_send(void *sk) { return 1; }
int pn_send(void *sk) { return 2; }
void create(struct sock *sk, struct socket *sock, struct protosw *p) { sk->prot = p->prot; sock->ops = p->ops; }
"""
INET = """\
int inet_send(struct socket *sock) { struct sock *sk = sock->sk; return sk->prot->send(sk); }
struct proto_ops inet_ops = { .send = inet_send };
"""
PHONET = """\
int pn_socket_send(struct socket *sock) { return sock->sk->prot->send(sock->sk); }
struct proto_ops pn_ops = { .send = pn_socket_send };
"""
TOP = "int send(struct socket *sock) { return sock->ops->send(sock); }\n"
PROTOS = "struct proto tcp = { .send = tcp_send };\nstruct proto pn = { .send = pn_send };\n"
TIES = "struct protosw a = { 1, &tcp, &inet_ops };\nstruct protosw b = { .prot = &pn, .ops = &pn_ops };\n"
ALL = TYPES + INET + PHONET + TOP + PROTOS + TIES


def apart(s: Small, first: str, *names: str) -> dict[str, Apart | None]:
    """What follows the way from ``first`` over ``names`` through slots, and why not."""
    way = []
    at = s.resolver.lookup(first)[0]
    for name in names:
        way.append(next(e for e in s.resolver.calls(at).edges if e.callee.name == name))
        at = way[-1].callee
    return {e.callee.name: s.resolver.apart(way, e) for e in s.resolver.calls(at).edges if e.kind is EdgeKind.INDIRECT}


def allowed(s: Small, *names: str) -> list[str]:
    """What may follow."""
    return sorted(name for name, why in apart(s, *names).items() if why is None)


def test_what_never_comes_together_is_apart(small: Make) -> None:
    s = small(ALL)
    found = apart(s, "send", "inet_send")
    assert found["tcp_send"] is None
    why = found["pn_send"]
    assert why is not None
    assert (why.objects, why.partners) == (("pn",), ("pn_ops",))
    assert [(e.rule, e.text) for e in why.evidence] == [
        ("registration", "struct proto pn = { .send = pn_send };"),
        ("pair", "struct protosw b = { .prot = &pn, .ops = &pn_ops };"),
    ]
    assert allowed(s, "send", "pn_socket_send") == ["pn_send"]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        # tls_prots: only ever put alone, so it can come with any
        (
            "struct proto tls = { .send = pn_send };\nvoid g(struct sock *s) { s->prot = &tls; }\n",
            ["pn_send", "tcp_send"],
        ),
        # given back by who took it away: pn comes alone too, but inet_ops never does
        ("void g(struct sock *s) { s->prot = &pn; }\n", ["tcp_send"]),
        ("void g(struct sock *s, struct socket *k) { s->prot = &pn; k->ops = &inet_ops; }\n", ["pn_send", "tcp_send"]),
        (
            "void g(struct sock *s) { s->prot = &pn; }\nvoid h(struct socket *k) { k->ops = &inet_ops; }\n",
            ["pn_send", "tcp_send"],
        ),
        # who only looks at an object puts it nowhere
        ("int look(struct proto *p) { return p->id; }\nint g(void) { return look(&pn); }\n", ["tcp_send"]),
        (
            "int g(struct sock *s) { return s->prot == &pn; }\nvoid h(struct socket *k) { k->ops = &inet_ops; }\n",
            ["tcp_send"],
        ),
        (
            "int keep(struct sock *s, struct proto *p) { s->prot = p; return 0; }\n"
            "int pass(struct sock *s, struct proto *q) { return keep(s, q); }\n"
            "void g(struct sock *s) { pass(s, &pn); }\nvoid h(struct socket *k) { k->ops = &inet_ops; }\n",
            ["pn_send", "tcp_send"],
        ),
        # a copy with partners of its own
        (
            "struct proto pn6;\nvoid g(struct protosw *w) { pn6 = pn; w->prot = &pn6; w->ops = &inet_ops; }\n",
            ["pn_send", "tcp_send"],
        ),
        # who copies what an object points to puts it nowhere, though assembler does it
        (
            "struct proto pn6;\nvoid memcpy(void);\n"
            "void build(struct proto *to, struct proto_ops *ops, struct proto *from) { memcpy(to, from, 8); }\n"
            "void g(void) { build(&pn6, &inet_ops, &pn); }\n",
            ["tcp_send"],
        ),
        # a copy without stands in for its original
        ("struct proto pn6;\nvoid g(struct sock *s) { pn6 = pn; s->prot = &pn6; }\n", ["tcp_send"]),
        # what a partner holds is not known: who gets its address fills it
        (
            "struct proto_ops esp_ops;\nvoid fill(struct proto_ops *o) { *o = inet_ops; }\n"
            "void g(struct protosw *w) { fill(&esp_ops); w->prot = &pn; w->ops = &esp_ops; }\n",
            ["pn_send", "tcp_send"],
        ),
    ],
)  # fmt: skip
def test_what_else_puts_an_object_in_place(small: Make, more: str, expected: list[str]) -> None:
    assert allowed(small(ALL + more), "send", "inet_send") == expected


@pytest.mark.parametrize(
    "inet",
    [
        # another socket's: one that the first leads to is not the first
        "int inet_send(struct socket *sock) { return sock->sk->parent->prot->send(sock); }\n",
        # what it was called with is not what was handed on
        "int inet_send(struct socket *sock) { sock = other(); return sock->sk->prot->send(sock); }\n",
        "int inet_send(struct socket *sock) { struct sock *sk = lookup(); return sk->prot->send(sk); }\n",
        "int inet_send(struct socket *sock)\n"
        "{ struct sock *sk = sock->sk; if (!sk) sk = lookup(); return sk->prot->send(sk); }\n",
    ],
)
def test_another_object_may_have_anything(small: Make, inet: str) -> None:
    s = small(TYPES + inet + INET.splitlines()[1] + "\n" + PHONET + TOP + PROTOS + TIES)
    assert allowed(s, "send", "inet_send") == ["pn_send", "tcp_send"]


@pytest.mark.parametrize(
    "top",
    [
        "int send(struct socket *s) { const struct proto_ops *ops = READ_ONCE(s->ops); return ops->send(s); }\n"
        "#define READ_ONCE(x) (*(const volatile typeof(x) *)&(x))\n",
        "int send(struct file *f) { struct socket *sock = f->data; return sock->ops->send(sock); }\n"
        "struct file { void *data; };\n",
    ],
)
def test_the_object_whose_pointer_was_followed_is_handed_on(small: Make, top: str) -> None:
    lines = top.splitlines(keepends=True)
    s = small("".join(lines[1:]) + TYPES + INET + PHONET + lines[0] + PROTOS + TIES)
    assert allowed(s, "send", "inet_send") == ["tcp_send"]


ACQUIRE = """\
#define read_pointer(x) ({ \\
	typeof(&(x)) at = &(x); int in_one = 1; \\
	union { typeof(*at) value; char bytes[1]; } got; \\
	switch (sizeof(x)) { \\
	case 8: %s; break; \\
	default: in_one = 0; } \\
	in_one ? (typeof(*at))got.value : (*(volatile typeof(*at) *)at); })
"""
READ = 'asm volatile("load %0, %1" : "=r" (*(long *)got.bytes) : "Q" (*at) : "memory")'


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        (READ, ["tcp_send"]),  # __READ_ONCE of arch/arm64/include/asm/rwonce.h
        (READ.replace("*at)", "other)"), ["pn_send", "tcp_send"]),  # of something else
        (f"got.value = other; {READ}", ["pn_send", "tcp_send"]),
    ],
)
def test_what_assembler_has_read_is_what_the_other_arm_reads_in_c(small: Make, how: str, expected: list[str]) -> None:
    top = "int send(struct socket *s) { return read_pointer(s->ops)->send(s); }\n"
    s = small(ACQUIRE % how + TYPES + INET + PHONET + top + PROTOS + TIES)
    assert allowed(s, "send", "inet_send") == expected


def test_another_object_is_handed_on(small: Make) -> None:
    top = "int send(struct socket *a, struct socket *sock) { return a->ops->send(sock); }\n"
    s = small(TYPES + INET + PHONET + top + PROTOS + TIES)
    assert allowed(s, "send", "inet_send") == ["pn_send", "tcp_send"]


def test_calls_by_name_hand_it_on(small: Make) -> None:
    """inet_stream_connect() of net/ipv4/af_inet.c calls __inet_stream_connect(), which dispatches."""
    inet = (
        "int __inet_send(int flags, struct sock *sk) { return sk->prot->send(sk); }\n"
        "int inet_send(struct socket *sock) { return __inet_send(1, sock->sk); }\n"
        "struct proto_ops inet_ops = { .send = inet_send };\n"
    )
    s = small(TYPES + inet + PHONET + TOP + PROTOS + TIES)
    assert allowed(s, "send", "inet_send", "__inet_send") == ["tcp_send"]


def test_a_function_that_sets_both_by_turns_ties_each_to_all(small: Make) -> None:
    """ieee802154_create() of net/ieee802154 sets two locals in every case of a switch."""
    ties = (
        "void create_by(struct socket *sock, struct sock *sk, int type)\n{\n\tstruct proto *prot;\n"
        "\tconst struct proto_ops *ops;\n\tswitch (type) {\n"
        "\tcase 1:\n\t\tprot = &pn;\n\t\tops = &pn_ops;\n\t\tbreak;\n"
        "\tdefault:\n\t\tprot = &raw;\n\t\tops = &raw_ops;\n\t}\n\tsk->prot = prot;\n\tsock->ops = ops;\n}\n"
        "int raw_send(void *sk) { return 3; }\nstruct proto raw = { .send = raw_send };\n"
        "struct proto_ops raw_ops = { .send = pn_socket_send };\nstruct protosw a = { 1, &tcp, &inet_ops };\n"
    )
    s = small(TYPES + INET + PHONET + TOP + PROTOS + ties)
    assert allowed(s, "send", "pn_socket_send") == ["pn_send", "raw_send"]
    assert allowed(s, "send", "inet_send") == ["tcp_send"]


def test_elements_of_one_array_are_apart(small: Make) -> None:
    ties = "struct protosw sw[] = { { 1, &tcp, &inet_ops }, { 2, &pn, &pn_ops } };\n"
    s = small(TYPES + INET + PHONET + TOP + PROTOS + ties)
    assert allowed(s, "send", "inet_send") == ["tcp_send"]
