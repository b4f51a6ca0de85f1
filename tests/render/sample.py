# SPDX-License-Identifier: MIT
"""A realistic answer: what `xref callgraph send` says of Linux 3.7.2, shortened to what the formats need."""

from __future__ import annotations

import random

from msgspec import Struct
from msgspec.structs import replace

from xref.graph.answer import Answer, Missing, Node, QueryInfo, RuledOut, TreeInfo
from xref.resolve.edge import Confidence, EdgeKind, Evidence, SymbolKind

SOCKET = "net/socket.c"
FAMILY = """
net/ipv4/af_inet.c:779:inet_sendmsg net/ieee802154/af_ieee802154.c:106:ieee802154_sock_sendmsg
net/phonet/socket.c:418:pn_socket_sendmsg net/core/sock.c:2060:sock_no_sendmsg
net/unix/af_unix.c:1446:unix_dgram_sendmsg net/unix/af_unix.c:1614:unix_stream_sendmsg
net/unix/af_unix.c:1790:unix_seqpacket_sendmsg net/packet/af_packet.c:2362:packet_sendmsg
net/packet/af_packet.c:1559:packet_sendmsg_spkt net/netlink/af_netlink.c:1497:netlink_sendmsg
net/appletalk/ddp.c:1577:atalk_sendmsg net/ax25/af_ax25.c:1436:ax25_sendmsg net/atm/common.c:561:vcc_sendmsg
net/bluetooth/hci_sock.c:797:hci_sock_sendmsg net/bluetooth/l2cap_sock.c:724:l2cap_sock_sendmsg
net/bluetooth/rfcomm/sock.c:558:rfcomm_sock_sendmsg net/bluetooth/sco.c:666:sco_sock_sendmsg
net/caif/caif_socket.c:513:caif_seqpkt_sendmsg net/caif/caif_socket.c:602:caif_stream_sendmsg
net/can/bcm.c:1284:bcm_sendmsg net/can/raw.c:666:raw_sendmsg net/decnet/af_decnet.c:1907:dn_sendmsg
net/econet/af_econet.c:227:econet_sendmsg net/ipx/af_ipx.c:1704:ipx_sendmsg net/irda/af_irda.c:1286:irda_sendmsg
net/irda/af_irda.c:1560:irda_sendmsg_dgram net/irda/af_irda.c:1670:irda_sendmsg_ultra
net/iucv/af_iucv.c:1020:iucv_sock_sendmsg net/key/af_key.c:3575:pfkey_sendmsg
net/l2tp/l2tp_ppp.c:299:pppol2tp_sendmsg net/llc/af_llc.c:899:llc_ui_sendmsg
net/netrom/af_netrom.c:1014:nr_sendmsg net/nfc/llcp/sock.c:620:llcp_sock_sendmsg
net/nfc/rawsock.c:203:rawsock_sendmsg net/rds/send.c:924:rds_sendmsg net/rose/af_rose.c:1040:rose_sendmsg
net/rxrpc/af_rxrpc.c:520:rxrpc_sendmsg net/tipc/socket.c:559:send_msg net/tipc/socket.c:647:send_packet
net/tipc/socket.c:733:send_stream net/x25/af_x25.c:1076:x25_sendmsg drivers/net/tun.c:1452:tun_sendmsg
drivers/net/macvtap.c:1101:macvtap_sendmsg drivers/net/ppp/pppoe.c:845:pppoe_sendmsg
drivers/isdn/mISDN/socket.c:178:mISDN_sock_sendmsg crypto/algif_hash.c:47:hash_sendmsg
"""
INET = """
net/ipv4/tcp.c:1018:tcp_sendmsg net/ipv4/udp.c:802:udp_sendmsg net/ipv4/raw.c:472:raw_sendmsg
net/ipv4/ping.c:465:ping_sendmsg net/ipv6/udp.c:981:udpv6_sendmsg net/ipv6/raw.c:735:rawv6_sendmsg
net/dccp/proto.c:723:dccp_sendmsg net/sctp/socket.c:1538:sctp_sendmsg net/l2tp/l2tp_ip.c:399:l2tp_ip_sendmsg
net/l2tp/l2tp_ip6.c:484:l2tp_ip6_sendmsg
"""
WPAN = "net/ieee802154/dgram.c:209:dgram_sendmsg net/ieee802154/raw.c:107:raw_sendmsg"
PHONET = "net/phonet/datagram.c:84:pn_sendmsg net/phonet/pep.c:1115:pep_sendmsg"
LSM = """
security/selinux/hooks.c:3861:selinux_socket_sendmsg security/smack/smack_lsm.c:2765:smack_socket_sendmsg
security/tomoyo/tomoyo.c:470:tomoyo_socket_sendmsg security/capability.c:647:cap_socket_sendmsg
"""
DISPATCH = "return sock->ops->sendmsg(iocb, sock, msg, size);"
PROTO = "return sk->sk_prot->sendmsg(iocb, sk, msg, size);"
GUARDS = {
    "net/ipv6/udp.c:udpv6_sendmsg": "CONFIG_IPV6",
    "net/ipv6/raw.c:rawv6_sendmsg": "CONFIG_IPV6",
    "net/sctp/socket.c:sctp_sendmsg": "CONFIG_IP_SCTP",
    "net/l2tp/l2tp_ip6.c:l2tp_ip6_sendmsg": "CONFIG_L2TP_IP && CONFIG_IPV6",
    "security/selinux/hooks.c:selinux_socket_sendmsg": "CONFIG_SECURITY_SELINUX",
}


class Call(Struct, frozen=True):
    """An edge of an answer, all of it known."""

    source: str
    target: str
    kind: EdgeKind
    via: str
    confidence: Confidence
    file: str
    line: int
    column: int
    text: str
    guard: str
    condition: str
    evidence: tuple[Evidence, ...]

    @property
    def weak(self) -> bool:
        return self.confidence is Confidence.WEAK


class Builder:
    """Collects nodes and edges the way the graph package does: in the order of the call sites."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self.edges: list[Call] = []

    def node(self, place: str, layer: str, role: str, *, macro: bool = False, aliases: tuple[str, ...] = ()) -> str:
        file, line, name = place.split(":")
        key = f"{file}:{name}"
        if key not in self.nodes:
            kind = SymbolKind.MACRO if macro else SymbolKind.FUNCTION
            self.nodes[key] = Node(
                key,
                name,
                kind,
                file,
                int(line),
                int(line) + 12,
                layer,
                f"{name}(...)" if macro else f"int {name}(struct socket *sock, struct msghdr *msg)",
                GUARDS.get(key, ""),
                aliases,
                role,
            )
        return key

    def call(
        self,
        source: str,
        target: str,
        line: int,
        text: str,
        *,
        kind: EdgeKind = EdgeKind.DIRECT,
        via: str = "",
        confidence: Confidence = Confidence.EXACT,
        condition: str = "",
        evidence: tuple[Evidence, ...] = (),
    ) -> None:
        file = source.split(":")[0]
        guard = GUARDS.get(target, "")
        self.edges.append(
            Call(
                source,
                target,
                kind,
                via,
                confidence,
                file,
                line,
                8,
                text,
                guard,
                condition,
                evidence or (Evidence("linkage", file, line, text),),
            )
        )

    def fan(self, source: str, places: str, line: int, text: str, via: str, layer: str, role: str) -> list[str]:
        out = []
        obj, member = via.split(".")
        for place in places.split():
            file, at, name = place.split(":")
            leads = name in {"inet_sendmsg", "ieee802154_sock_sendmsg", "pn_socket_sendmsg"}
            target = self.node(place, layer, "spine" if leads else role)
            registered = Evidence("designated initialiser", file, int(at) + 400, f".{member} = {name},")
            receiver = Evidence("receiver type", source.split(":")[0], line, f"struct {obj} *")
            self.call(
                source,
                target,
                line,
                text,
                kind=EdgeKind.INDIRECT,
                via=via,
                confidence=Confidence.TYPED,
                evidence=(receiver, registered),
            )
            out.append(target)
        return out


def send() -> Answer:
    """`xref callgraph send` down to the transport layer."""
    b = Builder()
    send = b.node(f"{SOCKET}:1830:sys_send", "syscall", "root", aliases=("SyS_send", "SYSC_send"))
    sendto = b.node(f"{SOCKET}:1783:sys_sendto", "syscall", "spine", aliases=("SyS_sendto", "SYSC_sendto"))
    b.call(send, sendto, 1833, "return sys_sendto(fd, buff, len, flags, NULL, 0);")
    lookup = b.node(f"{SOCKET}:437:sockfd_lookup_light", "socket", "leaf")
    move = b.node(f"{SOCKET}:180:move_addr_to_kernel", "socket", "leaf")
    sendmsg = b.node(f"{SOCKET}:641:sock_sendmsg", "socket", "spine")
    fput = b.node("include/linux/file.h:26:fput_light", "vfs", "leaf")
    b.call(sendto, lookup, 1797, "sock = sockfd_lookup_light(fd, &err, &fput_needed);")
    b.call(sendto, move, 1808, "err = move_addr_to_kernel(addr, addr_len, &address);", condition="addr")
    b.call(sendto, sendmsg, 1817, "err = sock_sendmsg(sock, &msg, len);")
    b.call(sendto, fput, 1820, "fput_light(sock->file, fput_needed);")
    init = b.node("include/linux/aio.h:124:init_sync_kiocb", "vfs", "leaf", macro=True)
    inner = b.node(f"{SOCKET}:633:__sock_sendmsg", "socket", "spine")
    wait = b.node("fs/aio.c:307:wait_on_sync_kiocb", "vfs", "leaf")
    b.call(sendmsg, init, 647, "init_sync_kiocb(&iocb, NULL);", kind=EdgeKind.MACRO)
    b.call(sendmsg, inner, 649, "ret = __sock_sendmsg(&iocb, sock, msg, size);")
    b.call(sendmsg, wait, 651, "ret = wait_on_sync_kiocb(&iocb);", condition="-EIOCBQUEUED == ret")
    hook = b.node("security/security.c:1122:security_socket_sendmsg", "security", "leaf")
    nosec = b.node(f"{SOCKET}:617:__sock_sendmsg_nosec", "socket", "spine")
    b.call(inner, hook, 636, "int err = security_socket_sendmsg(sock, msg, size);")
    b.call(inner, nosec, 638, "return err ?: __sock_sendmsg_nosec(iocb, sock, msg, size);", condition="!err")
    b.fan(
        hook,
        LSM,
        1124,
        "return security_ops->socket_sendmsg(sock, msg, size);",
        "security_operations.socket_sendmsg",
        "security",
        "leaf",
    )
    classid = b.node("net/core/sock.c:1239:sock_update_classid", "socket", "leaf")
    b.call(nosec, classid, 622, "sock_update_classid(sock->sk);")
    family = b.fan(nosec, FAMILY, 630, DISPATCH, "proto_ops.sendmsg", "family", "leaf")
    inet, wpan, phonet = family[:3]
    rps = b.node("include/net/sock.h:760:sock_rps_record_flow", "socket", "leaf")
    autobind = b.node("net/ipv4/af_inet.c:178:inet_autobind", "family", "leaf")
    b.call(inet, rps, 784, "sock_rps_record_flow(sk);")
    b.call(inet, autobind, 788, "inet_autobind(sk))", condition="!inet_sk(sk)->inet_num")
    b.fan(inet, INET, 791, PROTO, "proto.sendmsg", "transport", "goal")
    b.fan(wpan, WPAN, 111, PROTO, "proto.sendmsg", "transport", "goal")
    b.call(
        phonet, b.node("net/phonet/socket.c:230:pn_socket_autobind", "family", "leaf"), 423, "pn_socket_autobind(sock)"
    )
    b.fan(phonet, PHONET, 438, PROTO, "proto.sendmsg", "transport", "goal")
    return Answer(
        TreeInfo("/usr/src/linux", "3.7.2", "x86"),
        QueryInfo("callgraph", "send", "down", "transport"),
        (send,),
        tuple(b.nodes.values()),
        tuple(b.edges),
        (
            Missing(
                inet,
                "sk->sk_destruct",
                "sock.sk_destruct",
                "net/ipv4/af_inet.c",
                795,
                3,
                "sk->sk_destruct(sk);",
                "",
                "no registration of sock.sk_destruct is known",
            ),
        ),
        False,
        None,
        ("syscall", "vfs", "socket", "security", "family", "transport"),
        (
            "send is not in the x86-64 system call table: the C library's send() enters sendto(2); 32-bit programs"
            " reach sys_send through socketcall(2).",
        ),
    )


def rare() -> Answer:
    """What `send` does not show: macros in the way, callbacks, deferred and weak calls, cycles, a cut, candidates."""
    b = Builder()
    root = b.node("net/core/dev.c:3320:netif_receive_skb", "link", "root")
    hook = b.node("include/linux/netfilter.h:230:NF_HOOK", "link", "spine", macro=True)
    rcv = b.node("net/ipv4/ip_input.c:412:ip_rcv", "internet", "goal")
    finish = b.node("net/ipv4/ip_input.c:320:ip_rcv_finish", "internet", "goal")
    work = b.node("net/core/dev.c:4010:net_rx_action", "link", "spine")
    guess = b.node("drivers/net/veth.c:160:veth_xmit", "driver", "leaf")
    b.call(root, hook, 3325, "return NF_HOOK(PF, skb);", kind=EdgeKind.MACRO)
    b.call(root, work, 3330, "napi_schedule(&sd->backlog);", kind=EdgeKind.DEFERRED, confidence=Confidence.OBJECT)
    b.call(hook, rcv, 231, "nf_hook(skb, okfn)", kind=EdgeKind.CALLBACK, via="param 2", confidence=Confidence.OBJECT)
    b.call(rcv, finish, 440, "return ip_rcv_finish(skb);")
    b.call(rcv, finish, 444, "return ip_rcv_finish(skb);")
    b.call(work, root, 4020, "netif_receive_skb(skb);")
    b.call(work, work, 4022, "net_rx_action(h);")
    b.call(work, guess, 4030, "n->poll(n, weight);", kind=EdgeKind.INDIRECT, via="poll", confidence=Confidence.WEAK)
    answer = replace(send(), roots=(root,), nodes=tuple(b.nodes.values()), edges=tuple(b.edges), unresolved=())
    return replace(
        answer,
        query=QueryInfo("callgraph", "netif_receive_skb", depth=3),
        layers=("link", "internet", "driver"),
        notes=(),
        complete=True,
        candidates=("net/core/dev.c:3320 netif_receive_skb", "tools/x.c:1 netif_receive_skb"),
    )


def callers(count: int = 30) -> Answer:
    """`xref callgraph kfree_skb --up`: one function and many who call it."""
    b = Builder()
    root = b.node("net/core/skbuff.c:580:kfree_skb", "socket", "root")
    for i in range(count):
        b.call(
            b.node(f"net/sched/sch_{i:02}.c:{100 + i}:drop_{i:02}", "link", "leaf"), root, 200 + i, "kfree_skb(skb);"
        )
    answer = replace(send(), roots=(root,), nodes=tuple(b.nodes.values()), edges=tuple(b.edges), unresolved=())
    return replace(
        answer,
        query=QueryInfo("callgraph", "kfree_skb", "up"),
        layers=("socket", "link"),
        notes=(),
        complete=True,
    )


def ruled_out() -> Answer:
    """The study with two calls of inet_sendmsg that cannot follow the way to it."""
    evidence = (Evidence("pair", "net/phonet/datagram.c", 184, ".prot = &pn_proto,"),)
    source, site = "net/ipv4/af_inet.c:inet_sendmsg", ("proto.sendmsg", "net/ipv4/af_inet.c", 781, 8)
    other = "net/ieee802154/raw.c:raw_sendmsg"
    return replace(
        send(),
        ruled_out=(
            RuledOut(
                source, "net/phonet/datagram.c:pn_sendmsg", "pn_sendmsg", *site, ("pn_proto",), ("pn_ops",), evidence
            ),
            RuledOut(source, other, "raw_sendmsg", *site, ("raw_prot", "wpan"), ("a_ops", "b_ops"), evidence),
        ),
    )


def tangle(seed: int) -> Answer:
    """Functions of up to four layers that call one another at random, so that the main line runs through cycles."""
    chance = random.Random(seed)
    b = Builder()
    lanes = 1 + seed % 4
    ids = [
        b.node(f"net/{i}.c:{i + 1}:f{i}", f"lane{chance.randrange(lanes)}", "spine" if i else "root")
        for i in range(6 + seed % 12)
    ]
    for i in range(1, len(ids)):
        b.call(ids[chance.randrange(i)], ids[i], 9, "x")
    for i, caller in enumerate(ids):
        for j, callee in enumerate(ids[1:], 1):
            if i != j and chance.random() < 0.15:
                b.call(caller, callee, 10 + j, "x")
    return Answer(
        TreeInfo("/usr/src/linux", "6.12.0", "x86"),
        QueryInfo("callgraph", "f0"),
        (ids[0],),
        tuple(b.nodes.values()),
        tuple(b.edges),
        layers=tuple(f"lane{i}" for i in range(lanes)),
    )
