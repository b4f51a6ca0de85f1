# SPDX-License-Identifier: MIT
"""The picture: a sound document that holds what it must, and a layout in which nothing lies on anything else."""

from __future__ import annotations

import itertools
import json
import random
import re
import stat
import subprocess
import sys
import time
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.render import sample
from xref.graph.answer import Answer
from xref.render import RenderOptions, engine, svg
from xref.render.layout import Layout, lay_out
from xref.render.order import spread
from xref.render.picture import picture

NS = {"s": "http://www.w3.org/2000/svg"}
ANSWERS = [sample.send, sample.rare, sample.callers]


def drawn(answer: Answer, **options) -> ET.Element:
    return ET.fromstring(svg.render(answer, RenderOptions(**options)).text)


def with_class(root: ET.Element, name: str) -> list[ET.Element]:
    return [g for g in root.iter() if name in g.get("class", "").split()]


def tangle(seed: int, count: int, calls: int) -> Answer:
    """A random answer: cycles, calls back up, everything in six layers."""
    rnd = random.Random(seed)
    b = sample.Builder()
    layers = sample.send().layers
    nodes = [
        b.node(f"d/f{i}.c:{i}:function_{'x' * rnd.randrange(12)}_{i}", rnd.choice(layers), "spine")
        for i in range(count)
    ]
    for i in range(calls):
        one, two = rnd.choice(nodes), rnd.choice(nodes)
        b.call(one, two, i, "f();")
    return replace(
        sample.send(), roots=(nodes[0],), nodes=tuple(b.nodes.values()), edges=tuple(b.edges), unresolved=(), notes=()
    )


def placed(answer: Answer, **options) -> Layout:
    return lay_out(picture(answer, RenderOptions(**options), cards=True))


class TestDocument:
    def test_lanes_in_order_with_their_names(self):
        lanes = with_class(drawn(sample.send()), "lane")
        assert [g.findtext("s:text", namespaces=NS) for g in lanes] == [
            "syscall",
            "socket",
            "security",
            "family",
            "transport",
        ]

    def test_plain_calls_beside_the_way_are_drawn_on_request(self):
        assert "fput_light" not in svg.render(sample.send()).text
        assert "8 functions that are called by name beside the way are not drawn" in svg.render(sample.send()).text
        assert "fput_light" in svg.render(sample.send(), RenderOptions(show_all=True)).text

    def test_the_main_line_is_the_shortest_way_to_a_goal(self):
        chain = [box.nodes[0].name for box in picture(sample.send(), RenderOptions(), cards=True).boxes if box.spine]
        assert chain == [
            "sys_send",
            "sys_sendto",
            "sock_sendmsg",
            "__sock_sendmsg",
            "__sock_sendmsg_nosec",
            "inet_sendmsg",
            "tcp_sendmsg",
        ]

    def test_targets_that_several_callers_share_are_one_card(self):
        b = sample.Builder()
        root = b.node("a.c:1:root", "socket", "root")
        for name in "xyz":
            family = b.node(f"{name}.c:1:{name}", "family", "spine")
            b.call(root, family, 2, f"{name}();")
            b.fan(family, "t.c:1:t1 t.c:2:t2 t.c:3:t3", 3, "p->sendmsg();", "proto.sendmsg", "transport", "goal")
        asked = replace(sample.send(), roots=(root,), nodes=tuple(b.nodes.values()), edges=tuple(b.edges))
        boxes = picture(asked, RenderOptions(), cards=True).boxes
        assert [len(box.nodes) for box in boxes if box.nodes[0].layer == "transport"] == [3]

    def test_every_arrow_is_drawn_and_says_why(self):
        root = drawn(sample.send())
        edges = [g for g in with_class(root, "edge") if g.find("s:title", NS) is not None]
        assert len(edges) == len(picture(sample.send(), RenderOptions(), cards=True).arrows) == 13
        titles = [g.findtext("s:title", "", NS) for g in edges]
        dispatch = next(t for t in titles if t.startswith("__sock_sendmsg_nosec -> inet_sendmsg"))
        assert "net/socket.c:630: via proto_ops.sendmsg (typed): return sock->ops->sendmsg(" in dispatch
        assert "designated initialiser: net/ipv4/af_inet.c:1179: .sendmsg = inet_sendmsg," in dispatch

    def test_every_shown_function_is_a_link_to_its_line(self):
        root = drawn(sample.send())
        links = {a.get("href") for a in root.iter("{http://www.w3.org/2000/svg}a")}
        assert "https://elixir.bootlin.com/linux/v3.7.2/source/net/ipv4/tcp.c#L1018" in links
        shown = [n for b in picture(sample.send(), RenderOptions(), cards=True).boxes for n in b.nodes]
        assert len(with_class(root, "node")) == len(shown) == len(links)

    def test_without_a_template_nothing_is_a_link(self):
        assert "href" not in svg.render(sample.send(), RenderOptions(url="")).text

    def test_each_slot_is_named_once_a_dispatch(self):
        labels = [t.text for t in with_class(drawn(sample.send()), "label")]
        assert sorted(labels) == [
            "proto.sendmsg",
            "proto.sendmsg",
            "proto.sendmsg",
            "proto_ops.sendmsg",
            "security_operations.socket_sendmsg",
        ]

    def test_the_fold_is_counted_and_its_tooltip_names_what_it_hides(self):
        (more,) = with_class(drawn(sample.send()), "more")
        assert more.findtext("s:text", namespaces=NS) == "+ 38 more"
        assert "netlink_sendmsg  net/netlink/af_netlink.c:1497" in more.findtext("s:title", "", NS)

    def test_title_kernel_notes_and_unresolved(self):
        text = "\n".join(drawn(sample.send()).itertext())
        assert "xref callgraph send, down to transport" in text
        assert "Linux 3.7.2, x86" in text
        assert "Unresolved (1): net/ipv4/af_inet.c:795" in text
        assert "send is not in the x86-64 system call table" in text

    def test_the_legend_holds_what_is_drawn_and_nothing_else(self):
        assert "callback or deferred" not in svg.render(sample.send()).text
        assert "callback or deferred" in svg.render(sample.rare()).text

    def test_dark_paper(self):
        assert "prefers-color-scheme: dark" in svg.render(sample.send()).text
        assert "prefers-color-scheme" not in svg.render(sample.send(), RenderOptions(theme="dark")).text

    def test_the_answer_itself_can_be_inside(self):
        metadata = drawn(sample.send(), embed=True).findtext("s:metadata", namespaces=NS)
        assert len(json.loads(metadata)["edges"]) == len(sample.send().edges)

    @settings(deadline=None, max_examples=30)
    @given(st.text(min_size=1, max_size=60))
    def test_any_name_is_sound_xml(self, name):
        answer = sample.rare()
        nodes = tuple(replace(n, name=name, file=name, layer=name) for n in answer.nodes)
        edges = tuple(replace(e, text=name, via=name) for e in answer.edges)
        root = drawn(replace(answer, nodes=nodes, edges=edges, notes=(name,)), embed=True)
        assert len(with_class(root, "node")) == 5


class TestLayout:
    @pytest.mark.parametrize("make", [*ANSWERS, lambda: tangle(1, 30, 60), lambda: tangle(2, 80, 100)])
    def test_boxes_lie_in_their_lanes_and_on_nothing(self, make):
        layout = placed(make())
        rects = [(p.x, p.y, p.x + p.content.width, p.y + p.content.height) for p in layout.boxes]
        for (ax, ay, bx, by), (cx, cy, dx, dy) in itertools.combinations(rects, 2):
            assert bx <= cx or dx <= ax or by <= cy or dy <= ay
        assert all(x >= 80 and right <= layout.width for x, _, right, _ in rects)
        order = [b.y for b in layout.bands]
        assert order == sorted(order)
        for p in layout.boxes:
            band = layout.bands[p.box.lane]
            assert band.y <= p.y
            assert p.y + p.content.height <= band.y + band.height

    @pytest.mark.parametrize("make", [*ANSWERS, lambda: tangle(1, 30, 60), lambda: tangle(2, 80, 100)])
    def test_arrows_join_their_boxes_and_go_through_none(self, make):
        layout = placed(make())
        rects = {p.box.id: (p.x, p.y, p.x + p.content.width, p.y + p.content.height) for p in layout.boxes}
        for line in layout.lines:
            for end, box in ((line.points[0], line.arrow.tail), (line.points[-1], line.arrow.head)):
                left, top, right, bottom = rects[box]
                assert left - 0.1 <= end[0] <= right + 0.1
                assert top - 0.1 <= end[1] <= bottom + 0.1
            for (ax, ay), (bx, by) in itertools.pairwise(line.points):
                assert abs(ax - bx) < 0.5 or abs(ay - by) < 0.5
                for left, top, right, bottom in rects.values():
                    inside = min(ax, bx) < right - 1 and max(ax, bx) > left + 1
                    assert not (inside and min(ay, by) < bottom - 1 and max(ay, by) > top + 1)

    def test_the_spine_is_straight(self):
        layout = placed(sample.send())
        lines = [line for line in layout.lines if line.arrow.spine]
        assert len(lines) == 6
        assert len({round(x, 3) for line in lines for x, _ in line.points}) == 1

    def test_labels_lie_on_no_box_and_no_label(self):
        layout = placed(sample.send())
        texts = [(t.x, t.y - 9, t.x + len(t.text) * 6.4, t.y + 2) for t in layout.labels]
        rects = [(p.x, p.y, p.x + p.content.width, p.y + p.content.height) for p in layout.boxes]
        for (ax, ay, bx, by), (cx, cy, dx, dy) in itertools.chain(
            itertools.combinations(texts, 2), itertools.product(texts, rects)
        ):
            assert bx <= cx or dx <= ax or by <= cy or dy <= ay

    def test_no_line_goes_through_a_label_of_send(self):
        layout = placed(sample.send())
        for t in layout.labels:
            right = t.x + len(t.text) * 6.4
            for line in layout.lines:
                for (ax, ay), (bx, by) in itertools.pairwise(line.points):
                    inside = min(ax, bx) < right and max(ax, bx) > t.x
                    assert not (inside and min(ay, by) < t.y and max(ay, by) > t.y - 8)

    def test_a_page_is_wide_enough_for_send(self):
        assert placed(sample.send()).width < 1200
        assert placed(sample.send(), show_all=True).width < 1500

    def test_a_big_tangle_is_drawn_in_time(self):
        start = time.monotonic()
        placed(tangle(3, 200, 400), show_all=True)
        assert time.monotonic() - start < 20

    @given(st.lists(st.tuples(st.floats(-100, 100), st.floats(0.5, 5)), min_size=1, max_size=12), st.floats(1, 30))
    def test_spread_keeps_order_distance_and_bound(self, wishes, apart):
        want, weights = [w for w, _ in wishes], [w for _, w in wishes]
        out = spread(want, [apart] * (len(want) - 1), weights, -50)
        assert out[0] >= -50 - 1e-6
        assert all(b - a >= apart - 1e-6 for a, b in itertools.pairwise(out))


class TestEngines:
    def test_the_built_in_one_needs_nothing(self, monkeypatch):
        monkeypatch.setenv("PATH", "")
        monkeypatch.setattr(subprocess, "run", None)
        assert svg.render(sample.send()).engine == "builtin"

    def fake_dot(self, tmp_path, monkeypatch, script):
        path = tmp_path / "dot"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")

    def test_dot_draws_when_asked_to(self, tmp_path, monkeypatch):
        self.fake_dot(tmp_path, monkeypatch, "cat >/dev/null; echo noise >&2; echo '<!DOCTYPE x><svg><g/></svg>'")
        done = svg.render(sample.send(), RenderOptions(engine="dot", embed=True))
        assert done.engine == "dot"
        assert "DOCTYPE" not in done.text
        assert "prefers-color-scheme" in done.text
        ET.fromstring(done.text)

    @pytest.mark.parametrize("script", ["exit 1", "exec sleep 30", "cat >/dev/null; echo '<svg'"])
    def test_the_built_in_one_steps_in(self, tmp_path, monkeypatch, script, capfd):
        self.fake_dot(tmp_path, monkeypatch, script)
        monkeypatch.setattr(sys, "executable", "/nonexistent/python")
        start = time.monotonic()
        done = svg.render(sample.send(), RenderOptions(engine="dot", timeout=0.5))
        assert done.engine == "builtin"
        assert time.monotonic() - start < 10
        assert capfd.readouterr().err == ""
        ET.fromstring(done.text)

    def test_pygraphviz_in_a_child(self, monkeypatch):
        pytest.importorskip("pygraphviz")
        monkeypatch.setenv("PATH", "")
        done = svg.render(sample.send(), RenderOptions(engine="dot"))
        assert done.engine == "pygraphviz"
        root = ET.fromstring(done.text)
        assert re.search(r"tcp_sendmsg", " ".join(root.itertext()))

    def test_available_names_them(self):
        assert engine.available()["builtin"] == "always"
