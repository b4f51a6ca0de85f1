# SPDX-License-Identifier: MIT
"""Pairs of objects that one initialiser or one function ties together."""

from collections.abc import Callable

import pytest

from xref.graph.ties import Tie, Ties

from .small import Small

Make = Callable[..., Small]

TYPES = """\
struct proto { int (*sendmsg)(int n); };
struct proto_ops { int (*sendmsg)(int n); };
struct limits { int low, high; };
struct protosw { int type; struct proto *prot; const struct proto_ops *ops; struct limits *limits; void *data; };
struct sock { struct proto *prot; };
struct socket { const struct proto_ops *ops; struct sock *sk; };
struct proto tcp, udp;
struct proto_ops stream, dgram;
struct limits wide;
struct sock *alloc(int family, struct proto *prot)
{
	struct sock *sk = make();
	sk->prot = prot;
	return sk;
}
"""
FIRST = TYPES.count("\n")
PROT, OPS = "protosw.prot", "protosw.ops"


def ties(s: Small) -> list[tuple[str, int, str, str, str, str]]:
    """Object, line behind the types, and the two slots with their values."""
    finder = Ties(s.resolver)
    reader = s.resolver.reader
    found: list[Tie] = list(finder.of_initialisers())
    for function in reader.functions_between(0, 1 << 32):
        found.extend(finder.of_function(function))
    return [(t.object, t.line - FIRST, t.slot_a, t.value_a, t.slot_b, t.value_b) for t in found]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        # inetsw_array of net/ipv4/af_inet.c
        (
            "struct protosw sw[] = {\n{ .type = 1, .prot = &tcp, .ops = &stream },\n{ .prot = &udp, .ops = &dgram } };",
            [("sw", 2, PROT, "tcp", OPS, "stream"), ("sw", 3, PROT, "udp", OPS, "dgram")],
        ),
        (
            "struct protosw sw[] = {\n{ 1, &tcp, &stream },\n{ 2, &udp, &dgram } };",
            [("sw", 2, PROT, "tcp", OPS, "stream"), ("sw", 3, PROT, "udp", OPS, "dgram")],
        ),
        # another element is another registration
        ("struct protosw sw[] = { { .prot = &tcp }, { .ops = &stream } };", []),
        # what can dispatch nothing ties nothing, whatever its member is called
        ("struct protosw sw = { .prot = &tcp, .limits = &wide };", []),
        ("struct protosw sw = { .prot = &tcp, .data = &stream };", [("sw", 1, PROT, "tcp", "protosw.data", "stream")]),
        # packet_create() of net/packet/af_packet.c: one is assigned, the other stored by who gets it
        (
            "void create(struct socket *sock) {\n\tsock->ops = &dgram;\n\tsock->sk = alloc(2, &udp);\n}",
            [("create()", 2, "socket.ops", "dgram", "sock.prot", "udp")],
        ),
        # which goes with which is not said
        (
            "void create(struct socket *sock, int n) {\n\tif (n) sock->ops = &stream; else sock->ops = &dgram;\n"
            "\tsock->sk = alloc(2, &udp);\n}",
            [],
        ),
        # ieee802154_create() of net/ieee802154/socket.c: by locals, a pair in each case
        (
            "void create(struct socket *sock, int n) {\n\tstruct proto *prot;\n\tconst struct proto_ops *ops;\n"
            "\tswitch (n) {\n\tcase 1:\n\t\tprot = &tcp;\n\t\tops = &stream;\n\t\tbreak;\n"
            "\tdefault:\n\t\tprot = &udp;\n\t\tops = &dgram;\n\t}\n\tsock->ops = ops;\n\tsock->sk = alloc(2, prot);\n}",
            [
                ("create()", 6, "sock.prot", "tcp", "socket.ops", "stream"),
                ("create()", 10, "sock.prot", "udp", "socket.ops", "dgram"),
            ],
        ),
        # a local of that name is no object
        ("void create(struct socket *s, struct sock *sk) { struct proto tcp; s->ops = &stream; sk->prot = &tcp; }", []),
    ],
)
def test_what_is_tied(small: Make, source: str, expected: list[tuple[str, int, str, str, str, str]]) -> None:
    assert ties(small(TYPES + source + "\n")) == expected


def test_only_what_the_configuration_compiles(small: Make) -> None:
    source = "#ifdef CONFIG_TCP\nstruct protosw sw = { .prot = &tcp, .ops = &stream };\n#endif\n"
    assert len(ties(small(TYPES + source, config="CONFIG_TCP=y\n"))) == 1
    assert ties(small(TYPES + source, config="# CONFIG_TCP is not set\n")) == []
