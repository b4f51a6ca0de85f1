# SPDX-License-Identifier: MIT
"""Path rules: the shipped ones on files of every age, and what a user's own file may get wrong."""

import pytest

from xref.errors import UsageError
from xref.graph.globs import name_globs, path_globs
from xref.graph.layers import load_layers
from xref.resolve.edge import Symbol, SymbolKind


def symbol(node, *aliases):
    file, _, name = node.rpartition(":")
    return Symbol(0, node, name, SymbolKind.FUNCTION, file, 1, 2, "extern", aliases, "", "")


@pytest.mark.parametrize(
    ("node", "layer"),
    [
        ("net/socket.c:sys_send", "syscall"),
        ("net/socket.c:__do_sys_sendto", "syscall"),
        ("net/compat.c:compat_sys_socketcall", "syscall"),
        ("net/socket.c:__sys_sendto", "socket"),
        ("net/socket.c:sock_sendmsg", "socket"),
        ("include/net/sock.h:sk_wait_event", "socket"),
        ("security/smack/smack_lsm.c:smack_socket_sendmsg", "security"),
        ("include/linux/security.h:security_socket_sendmsg", "security"),
        ("kernel/bpf/bpf_lsm.c:bpf_lsm_socket_sendmsg", "security"),
        ("include/linux/bpf_lsm.h:bpf_inode", "security"),
        ("kernel/bpf/core.c:bpf_prog_run", ""),
        ("net/ipv4/af_inet.c:inet_sendmsg", "family"),
        ("net/bluetooth/l2cap_sock.c:l2cap_sock_sendmsg", "family"),
        ("net/l2tp/l2tp_ppp.c:pppol2tp_sendmsg", "family"),
        ("net/l2tp/l2tp_ip6.c:l2tp_ip6_sendmsg", "transport"),
        ("net/ipv6/ping.c:ping_v6_sendmsg", "transport"),
        ("net/ipv4/tcp_output.c:tcp_write_xmit", "transport"),
        ("net/ieee802154/socket.c:dgram_sendmsg", "transport"),
        ("net/ieee802154/socket.c:ieee802154_sock_sendmsg", "family"),
        ("include/net/tcp.h:tcp_sk", "transport"),
        ("include/net/dst.h:dst_output", "internet"),
        ("net/ipv4/ip_output.c:ip_queue_xmit", "internet"),
        ("net/ipv6/route.c:ip6_route_output", "internet"),
        ("net/ipv4/arp.c:arp_xmit", "link"),
        ("net/core/dev.c:dev_queue_xmit", "link"),
        ("net/sched/sch_generic.c:sch_direct_xmit", "link"),
        ("drivers/net/loopback.c:loopback_xmit", "driver"),
        ("lib/iovec.c:memcpy_fromiovec", ""),
        ("net/sunrpc/svcsock.c:svc_tcp_data_ready", ""),
    ],
)
def test_layers_of_the_network(node, layer):
    layers = load_layers()
    assert layers.domains[0].layer(symbol(node)) == layer


def test_an_alias_makes_a_system_call():
    assert load_layers().domains[0].layer(symbol("net/socket.c:sendto", "__x64_sys_sendto")) == "syscall"


@pytest.mark.parametrize(
    ("node", "domain", "layer"),
    [
        ("fs/read_write.c:vfs_write", "fs", "vfs"),
        ("fs/ext4/file.c:ext4_file_write_iter", "fs", "filesystem"),
        ("fs/notify/fsnotify.c:fsnotify", "fs", "vfs"),
        ("block/blk-core.c:submit_bio", "block", "block"),
        ("block/mq-deadline.c:dd_insert_requests", "block", "elevator"),
        ("mm/mmap.c:sys_brk", "mm", "syscall"),
        ("mm/slub.c:kfree", "mm", "allocator"),
        ("net/unix/af_unix.c:unix_bind", "net", "family"),
    ],
)
def test_the_domain_is_decided_by_the_file(node, domain, layer):
    layers = load_layers()
    home = layers.home_of(symbol(node))
    assert home is not None
    assert (home.name, layers.layer(symbol(node), None)) == (domain, layer)


def test_a_file_of_no_domain():
    layers = load_layers()
    assert layers.home_of(symbol("kernel/fork.c:do_fork")) is None
    assert layers.layer(symbol("kernel/fork.c:do_fork"), None) == ""


@pytest.mark.parametrize(
    ("glob", "yes", "no"),
    [
        ("fs/*", "fs/open.c", "fs/ext4/file.c"),
        ("fs/**", "fs/ext4/file.c", "mm/slab.c"),
        ("net/ipv{4,6}/tcp*", "net/ipv6/tcp_ipv6.c", "net/ipv5/tcp.c"),
        ("arch/**/sys_*.c", "arch/x86/kernel/sys_x86_64.c", "arch/x86/kernel/signal.c"),
        ("net/[a-c]*/x.c", "net/can/x.c", "net/dccp/x.c"),
        ("net/[!a-c]*/x.c", "net/dccp/x.c", "net/can/x.c"),
        ("a?.c", "ab.c", "a/.c"),
        ("a+b.c", "a+b.c", "aab.c"),
        ("net/{a,b/{c,d}}/x.c", "net/b/d/x.c", "net/b/x.c"),
        ("net/core/sock.c", "net/core/sock.c", "net/core/sock.cc"),
        ("net/x/**", "net/x/y/z.c", "net/xy/z.c"),
    ],
)
def test_globs(glob, yes, no):
    globs = path_globs([glob])
    assert globs is not None
    assert globs.matches(yes)
    assert not globs.matches(no)


@pytest.mark.parametrize(
    ("glob", "yes", "no"),
    [
        ("sys_send", "sys_send", "sys_sendto"),
        ("sock.sk_*", "sock.sk_data_ready", "sock_sk_"),
        ("*.data_ready", "strp_callbacks.data_ready", "strp_callbacks.data_ready2"),
        ("dst_ops.[!l]*", "dst_ops.mtu", "dst_ops.local_out"),
    ],
)
def test_globs_of_names(glob, yes, no):
    globs = name_globs(["nothing", glob])
    assert globs is not None
    assert globs.matches(yes)
    assert not globs.matches(no)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[net", "is not a file of layers"),
        ("net = 1", "is not a domain"),
        ("[net]\norder = 'a'", "'order' is not a list of strings"),
        ("[net]\norder = []", "not in its 'order'"),
        ("[net]\norder = ['a']\ndefault_stop = 'b'", "not in its 'order'"),
        ("[net]\norder = ['a']\naside = ['b']", "not in its 'order'"),
        ("[net]\norder = ['a']\nrule = 3", "'rule' is not a list"),
        ("[net]\norder = ['a']\n[[net.rule]]\nlayer = 'b'", "whose layer is not in"),
        ("[net]\norder = ['a']\n[[net.rule]]\nlayer = 'a'", "neither files nor symbols"),
        ("[net]\norder = ['a']\n[[net.rule]]\nlayer = 'a'\nfiles = ['{a']", "glob that cannot be read"),
    ],
)
def test_a_file_of_ones_own_that_is_wrong(tmp_path, text, says):
    path = tmp_path / "layers.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=says):
        load_layers(path)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UsageError, match="cannot read the layers"):
        load_layers(tmp_path / "none.toml")


def test_a_file_of_ones_own(tmp_path):
    path = tmp_path / "layers.toml"
    path.write_text(
        "[toy]\nhome = ['toy/**']\norder = ['top', 'bottom']\ndefault_stop = 'bottom'\n"
        "[[toy.rule]]\nlayer = 'top'\nsymbols = ['top_*']\n[[toy.rule]]\nlayer = 'bottom'\nfiles = ['toy/**']\n"
    )
    layers = load_layers(path)
    assert layers.layer(symbol("toy/a.c:top_half"), None) == "top"
    assert layers.layer(symbol("toy/a.c:half"), None) == "bottom"
    assert layers.names() == ("top", "bottom")


@pytest.mark.parametrize(
    "node",
    [
        "net/core/skbuff.c:kfree_skb",
        "net/core/rtnetlink.c:rtnl_lock",
        "net/core/dev.c:dev_get_by_index_rcu",
        "net/core/neighbour.c:__neigh_create",
    ],
)
def test_what_every_layer_uses_is_of_none(node):
    net = load_layers().domains[0]
    assert net.layer(symbol(node)) == ""


@pytest.mark.parametrize("node", ["net/core/dev.c:dev_queue_xmit", "net/core/neighbour.c:neigh_resolve_output"])
def test_what_passes_a_packet_on_is_of_the_link_layer(node):
    net = load_layers().domains[0]
    assert net.layer(symbol(node)) == "link"


def test_a_layer_to_be_seen_through_must_be_one(tmp_path):
    path = tmp_path / "layers.toml"
    path.write_text('[net]\norder = ["a"]\nthrough = ["b"]\n', "utf-8")
    with pytest.raises(UsageError, match="not in its 'order'"):
        load_layers(path)
