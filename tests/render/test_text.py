# SPDX-License-Identifier: MIT
"""The tree for people: what is on a line, what is folded, what is said twice, how wide it is."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.render import sample
from xref.graph.answer import Answer, QueryInfo, Truncated
from xref.render import RenderOptions, text
from xref.resolve.edge import Confidence, EdgeKind


def lines(answer: Answer, **options) -> list[str]:
    return text.render(answer, RenderOptions(**{"width": 120, **options})).splitlines()


def line_of(name: str, answer: Answer, **options) -> str:
    return next(line for line in lines(answer, **options) if re.search(rf"[-─] {name}  ", line))


def chain(length: int) -> Answer:
    b = sample.Builder()
    nodes = [b.node(f"a.c:{i}:f{i}", "socket", "spine") for i in range(length)]
    for i, (one, two) in enumerate(pairwise(nodes)):
        b.call(one, two, i, "f();")
    return replace(
        sample.send(), roots=(nodes[0],), nodes=tuple(b.nodes.values()), edges=tuple(b.edges), unresolved=(), notes=()
    )


def test_a_line_has_name_place_way_guard_and_doubt():
    line = line_of("rawv6_sendmsg", sample.send())
    assert line.endswith("rawv6_sendmsg  net/ipv6/raw.c:735  via proto.sendmsg :791  [if CONFIG_IPV6]")
    assert line_of("__sock_sendmsg_nosec", sample.send()).endswith("direct :638  when !err")


def test_a_wide_dispatch_is_folded_with_what_leads_on_first():
    shown = lines(sample.send())
    at = [i for i, line in enumerate(shown) if "via proto_ops.sendmsg" in line]
    assert len(at) == 8
    first = [next(w for w in shown[i].split() if w.endswith("sendmsg")) for i in at[:3]]
    assert first == ["inet_sendmsg", "ieee802154_sock_sendmsg", "pn_socket_sendmsg"]
    assert shown[at[-1] + 1].endswith("... 38 more (--all shows them; xref slots proto_ops.sendmsg)")


def test_all_shows_everything():
    shown = lines(sample.send(), show_all=True)
    assert sum("via proto_ops.sendmsg" in line for line in shown) == 46
    assert not any("more (" in line for line in shown)


def test_goals_are_not_folded_for_being_a_few_more_than_the_limit():
    assert sum("via proto.sendmsg" in line for line in lines(sample.send())) == 14


def test_leaf_calls_share_a_line():
    shown = "\n".join(lines(sample.send()))
    assert "also calls 3: sockfd_lookup_light [socket], move_addr_to_kernel [socket], fput_light [vfs]" in shown


def test_one_step_answers_give_every_callee_its_line():
    answer = replace(sample.send(), query=QueryInfo("callees", "sys_sendto"))
    assert "direct :1797" in line_of("sockfd_lookup_light", answer)


def test_send_fits_two_screens():
    assert len(lines(sample.send())) < 66


def test_layers_have_headers_where_they_change():
    headers = [m[1] for line in lines(sample.send()) if (m := re.search(r"-- (\w+) --$", line))]
    assert headers == ["syscall", "socket", "security", "socket", "family", *["transport"] * 3]


def test_what_was_shown_is_not_expanded_again():
    shown = lines(sample.rare())
    again = [line for line in shown if "(see above)" in line]
    assert len(again) == 2
    assert "netif_receive_skb" in again[0]
    assert "net_rx_action" in again[1]


def test_two_calls_are_one_line_with_both_places():
    assert "direct :440,:444" in line_of("ip_rcv_finish", sample.rare())


def test_words_for_every_kind_of_call():
    answer = sample.rare()
    assert "  macro :3325" in line_of("NF_HOOK", answer)
    assert "  callback param 2 :231" in line_of("ip_rcv", answer)
    assert "  deferred :3330" in line_of("net_rx_action", answer)
    assert line_of("veth_xmit", answer).endswith("via poll :4030  weak")


def test_the_surest_call_decides_the_doubt():
    answer = sample.rare()
    edges = tuple(replace(e, confidence=Confidence.WEAK) if e.line == 440 else e for e in answer.edges)
    assert "weak" not in line_of("ip_rcv_finish", replace(answer, edges=edges))


def test_candidates_unresolved_notes_and_the_cut_are_told():
    shown = "\n".join(lines(replace(sample.rare(), truncated=Truncated("nodes", 5, 7))))
    assert "shown: net/core/dev.c:3320 netif_receive_skb; the name is also:\n  tools/x.c:1 netif_receive_skb" in shown
    assert "cut at nodes 5: 7 more not shown" in shown
    shown = "\n".join(lines(sample.send()))
    assert "Unresolved (1)\n  net/ipv4/af_inet.c:795: inet_sendmsg: sk->sk_destruct" in shown
    assert "Notes\n  send is not in the x86-64 system call table" in shown


def test_calls_that_cannot_follow_are_told_below_their_caller():
    shown = lines(sample.ruled_out())
    (at,) = (k for k, line in enumerate(shown) if "not via proto.sendmsg :781:" in line)
    assert "inet_sendmsg  net/ipv4/af_inet.c" in "".join(shown[at - 5 : at])
    text = " ".join(line.strip(" |") for line in shown[at : at + 2])
    assert text.startswith("not via proto.sendmsg :781: pn_sendmsg, raw_sendmsg(net/ieee802154/raw.c)")
    why = "\n".join(lines(sample.ruled_out(), evidence=True, width=200))
    assert "not pn_sendmsg: its object pn_proto comes with pn_ops, none of which leads here" in why
    assert "not raw_sendmsg: its objects raw_prot, wpan come with a_ops, b_ops, none of which leads here" in why
    assert "pair: net/phonet/datagram.c:184: .prot = &pn_proto," in why


def test_many_calls_that_cannot_follow_are_folded():
    answer = sample.ruled_out()
    many = tuple(replace(answer.ruled_out[0], target=f"net/a.c:f{k}", name=f"f{k}") for k in range(20))
    assert "f11, ... 8 more" in " ".join(line.strip(" |") for line in lines(replace(answer, ruled_out=many)))
    assert "f19" in " ".join(lines(replace(answer, ruled_out=many), show_all=True))


def test_many_unresolved_are_folded():
    answer = sample.send()
    missing = tuple(replace(answer.unresolved[0], line=i) for i in range(30))
    shown = lines(replace(answer, unresolved=missing))
    assert "Unresolved (30)" in shown
    assert "  ... 20 more (--all shows them)" in shown


def test_upwards_the_callers_hang_below():
    shown = lines(sample.callers())
    assert shown[4].startswith("kfree_skb  net/core/skbuff.c:580")
    assert sum("drop_" in line for line in shown) == 8
    assert shown[-1] == "`- ... 22 more (--all shows them)"


def test_evidence_is_shown_when_asked_for():
    shown = "\n".join(lines(sample.send(), evidence=True))
    assert "net/socket.c:630: return sock->ops->sendmsg(iocb, sock, msg, size);" in shown
    assert "designated initialiser: net/ipv4/af_inet.c:1179: .sendmsg = inet_sendmsg," in shown


def test_a_node_that_nothing_leads_to_is_not_lost():
    answer = sample.send()
    stray = replace(answer.nodes[0], id="x.c:stray", name="stray")
    assert any(line.startswith("stray  ") for line in lines(replace(answer, nodes=(*answer.nodes, stray))))


def test_colour_only_when_asked_for_and_never_in_the_width():
    plain, colored = lines(sample.send(), width=100), lines(sample.send(), width=100, color=True)
    assert "\x1b" not in "".join(plain)
    assert [re.sub(r"\x1b\[[\d;]*m", "", line) for line in colored] == plain


def test_unicode_lines_only_when_asked_for():
    assert text.render(sample.send()).isascii()
    assert "├─ " in text.render(sample.send(), RenderOptions(unicode=True))


def test_a_chain_longer_than_the_stack_of_python():
    shown = lines(chain(5000), width=80)
    assert len(shown) > 5000
    assert max(map(len, shown)) <= 80


@pytest.mark.parametrize("width", [60, 80, 100, 120])
@pytest.mark.parametrize("make", [sample.send, sample.rare, sample.callers])
def test_stays_within_its_width(make, width):
    assert max(map(len, lines(make(), width=width, evidence=True))) <= width


@given(st.text(min_size=1, max_size=200), st.integers(40, 120))
def test_stays_within_its_width_whatever_the_text(name, width):
    answer = sample.rare()
    nodes = tuple(replace(n, name=name, guard=name) for n in answer.nodes)
    edges = tuple(replace(e, condition=name, via=name) for e in answer.edges)
    out = text.render(replace(answer, nodes=nodes, edges=edges, notes=(name,)), RenderOptions(width=width))
    assert all(len(line) <= width for line in out.split("\n"))


def test_targets_of_one_slot_are_told_once():
    b = sample.Builder()
    root = b.node("a.c:1:root", "socket", "root")
    targets = [b.node(f"t.c:{i}:t{i}", "transport", "goal") for i in range(4)]
    for i, name in enumerate("ab"):
        family = b.node(f"{name}.c:1:{name}", "family", "spine")
        b.call(root, family, i + 2, f"{name}();")
        for target in targets:
            b.call(family, target, 3, "p->sendmsg();", kind=EdgeKind.INDIRECT, via="proto.sendmsg")
    asked = replace(
        sample.send(), roots=(root,), nodes=tuple(b.nodes.values()), edges=tuple(b.edges), unresolved=(), notes=()
    )
    shown = lines(asked)
    assert sum("t3  " in line for line in shown) == 1
    assert shown[-1].endswith("... the same 4 via proto.sendmsg :3 (see above)")
    assert sum("t3  " in line for line in lines(asked, show_all=True)) == 2
