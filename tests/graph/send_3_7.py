# SPDX-License-Identifier: MIT
"""How Linux 3.7.2 sends, as an in-memory source: every node and edge stands in that tree, seen from net/socket.c."""

from __future__ import annotations

from xref.resolve.edge import Confidence

from .fake import FakeSource

SOCK_OPS = "proto_ops.sendmsg"
SK_PROT = "proto.sendmsg"

LSM = (
    "security/selinux/hooks.c:selinux_socket_sendmsg",
    "security/smack/smack_lsm.c:smack_socket_sendmsg",
    "security/tomoyo/tomoyo.c:tomoyo_socket_sendmsg",
    "security/capability.c:cap_socket_sendmsg",
)
ALONE = (
    "net/unix/af_unix.c:unix_stream_sendmsg",
    "net/netlink/af_netlink.c:netlink_sendmsg",
    "net/packet/af_packet.c:packet_sendmsg",
    "net/can/raw.c:raw_sendmsg",
    "net/core/sock.c:sock_no_sendmsg",
    "drivers/net/tun.c:tun_sendmsg",
    "crypto/algif_hash.c:hash_sendmsg",
)
TRANSPORT = (
    "net/ipv4/tcp.c:tcp_sendmsg",
    "net/ipv4/udp.c:udp_sendmsg",
    "net/ipv6/udp.c:udpv6_sendmsg",
    "net/ipv4/raw.c:raw_sendmsg",
    "net/ipv6/raw.c:rawv6_sendmsg",
    "net/ipv4/ping.c:ping_sendmsg",
    "net/dccp/proto.c:dccp_sendmsg",
    "net/sctp/socket.c:sctp_sendmsg",
    "net/l2tp/l2tp_ip.c:l2tp_ip_sendmsg",
    "net/l2tp/l2tp_ip6.c:l2tp_ip6_sendmsg",
)
IEEE802154 = ("net/ieee802154/dgram.c:dgram_sendmsg", "net/ieee802154/raw.c:raw_sendmsg")
PHONET = ("net/phonet/datagram.c:pn_sendmsg", "net/phonet/pep.c:pep_sendmsg")
FAMILIES = (
    "net/ipv4/af_inet.c:inet_sendmsg",
    "net/ieee802154/af_ieee802154.c:ieee802154_sock_sendmsg",
    "net/phonet/socket.c:pn_socket_sendmsg",
)


def send_3_7() -> FakeSource:
    source = FakeSource()
    socket = "net/socket.c"
    source.system_call(socket, "sendto")
    source.system_call(socket, "send")
    source.system_call(socket, "socketcall")
    for name in (
        "sock_sendmsg",
        "__sock_sendmsg",
        "__sock_sendmsg_nosec",
        "sockfd_lookup_light",
        "move_addr_to_kernel",
    ):
        source.function(f"{socket}:{name}")
    source.function("security/security.c:security_socket_sendmsg")
    source.macro("include/linux/aio.h:init_sync_kiocb")
    for node in (*LSM, *ALONE, *FAMILIES, *TRANSPORT, *IEEE802154, *PHONET):
        source.function(node)

    source.call("sys_send", "sys_sendto")
    source.call("sys_socketcall", "sys_send", "sys_sendto")
    source.call(
        "sys_sendto", "sockfd_lookup_light", "move_addr_to_kernel", "sock_sendmsg", "include/linux/file.h:fput_light"
    )
    source.call("sockfd_lookup_light", "fs/file_table.c:fget_light")
    source.call("fs/file_table.c:fget_light", "sock_sendmsg")  # helpers of no layer are never passed through
    source.call("sock_sendmsg", "init_sync_kiocb", "__sock_sendmsg", "fs/aio.c:wait_on_sync_kiocb")
    source.call("__sock_sendmsg", "security_socket_sendmsg", "__sock_sendmsg_nosec")
    source.dispatch("security_socket_sendmsg", "security_operations.socket_sendmsg", *LSM)
    source.call(LSM[1], "net/ipv4/cipso_ipv4.c:cipso_v4_sock_setattr")
    source.call(LSM[0], "net/ipv4/tcp.c:tcp_done")  # a hook is beside the way, whatever it calls
    source.call("__sock_sendmsg_nosec", "include/net/cls_cgroup.h:sock_update_classid")
    source.dispatch("__sock_sendmsg_nosec", SOCK_OPS, *ALONE, *FAMILIES)
    source.call(FAMILIES[0], "include/net/sock.h:sock_rps_record_flow", "net/ipv4/af_inet.c:inet_autobind")
    source.dispatch(FAMILIES[0], SK_PROT, *TRANSPORT)
    source.dispatch("net/ipv4/af_inet.c:inet_autobind", "proto.get_port", "net/ipv4/udp.c:udp_v4_get_port")
    source.dispatch(FAMILIES[1], SK_PROT, *IEEE802154)
    source.dispatch(FAMILIES[2], SK_PROT, *PHONET)

    source.call(ALONE[0], "net/core/sock.c:sock_alloc_send_skb", "security/security.c:security_unix_may_send")
    source.call("net/core/sock.c:sock_alloc_send_skb", "net/ipv4/tcp.c:tcp_enter_memory_pressure")  # up, then down
    source.dispatch(ALONE[0], "sock.sk_data_ready", "net/sctp/socket.c:sctp_data_ready")  # an upcall
    source.dispatch(ALONE[1], "netlink_sock.netlink_rcv", "net/packet/af_packet.c:packet_diag_rcv")
    source.call("net/packet/af_packet.c:packet_diag_rcv", "net/ipv4/tcp_diag.c:tcp_diag_dump")  # sideways, then down
    source.call(ALONE[2], "net/core/dev.c:dev_queue_xmit")
    source.dispatch("net/core/dev.c:dev_queue_xmit", "Qdisc.enqueue", "net/sched/sch_fifo.c:pfifo_enqueue")
    source.dispatch(ALONE[3], "weak.member", "net/ipv4/tcp.c:tcp_close", confidence=Confidence.WEAK)

    source.call(TRANSPORT[0], "net/ipv4/tcp_output.c:tcp_push")
    source.call("net/ipv4/tcp_output.c:tcp_push", "net/ipv4/tcp_output.c:tcp_transmit_skb")
    source.dispatch(
        "net/ipv4/tcp_output.c:tcp_transmit_skb",
        "inet_connection_sock_af_ops.queue_xmit",
        "net/ipv4/ip_output.c:ip_queue_xmit",
        "net/ipv6/inet6_connection_sock.c:inet6_csk_xmit",
    )
    source.call("net/ipv6/inet6_connection_sock.c:inet6_csk_xmit", "net/ipv6/ip6_output.c:ip6_xmit")
    source.call("net/ipv4/ip_output.c:ip_queue_xmit", "include/net/dst.h:dst_output")
    source.dispatch("include/net/dst.h:dst_output", "dst_entry.output", "net/ipv4/ip_output.c:ip_output")
    source.call("net/ipv4/ip_output.c:ip_output", "net/core/dev.c:dev_queue_xmit")

    x64, i386 = "arch/x86/syscalls/syscall_64.tbl", "arch/x86/syscalls/syscall_32.tbl"
    source.table("x86", "common", 0, "read", x64)
    source.table("x86", "i386", 3, "read", i386)
    source.table("x86", "common", 44, "sendto", x64)
    source.table("x86", "i386", 102, "socketcall", i386)
    source.table("arm", "", 289, "send", "arch/arm/kernel/calls.S")
    source.table("alpha", "", 101, "send", "arch/alpha/kernel/systbls.S")
    return source
