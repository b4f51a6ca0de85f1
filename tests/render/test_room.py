# SPDX-License-Identifier: MIT
"""A picture of a great many functions is one that can be looked at, and says what it leaves out."""

from msgspec.structs import replace

from tests.render import sample
from xref.render import FORMATS, RenderOptions
from xref.render.picture import picture
from xref.render.room import MOST
from xref.resolve.edge import SymbolKind


def probing(drivers: int = 12, each: int = 12, *, up: bool = False):
    """A driver's probe: functions of its own folder that call others of their own, and each of those two of the kernel.
    ``up``: all turned round.
    """
    b = sample.Builder()
    root = b.node("drivers/net/e.c:1:probe", "", "root")
    line = 10

    def call(one, two):
        nonlocal line
        line += 1
        b.call(two if up else one, one if up else two, line, "f();")

    for i in range(drivers):
        own = b.node(f"drivers/net/e.c:{100 + i}:own_{i}", "", "spine")
        other = b.node(f"mm/m.c:{100 + i}:kernel_{i}", "", "spine")
        call(root, own)
        call(root, other)
        for k in range(each):
            deep = b.node(f"drivers/net/e.c:{1000 + 100 * i + k}:deep_{i}_{k}", "", "spine")
            call(own, deep)
            call(other, deep)
            for m in range(2):
                call(deep, b.node(f"lib/l.c:{2000 + 100 * i + 10 * k + m}:lib_{i}_{k}_{m}", "", "leaf"))
    base = sample.send()
    direction = "up" if up else "down"
    return replace(
        base, query=replace(base.query, symbol="probe", direction=direction, to=""), roots=(root,),
        nodes=tuple(b.nodes.values()), edges=tuple(b.edges), unresolved=(), notes=(), layers=(), truncated=None,
    )  # fmt: skip


def names(pic):
    return {n.name for box in pic.boxes for n in box.nodes}


def test_no_more_boxes_and_arrows_than_can_be_looked_at():
    for up in (False, True):
        answer = probing(up=up)
        pic = picture(answer, RenderOptions(), cards=True)
        assert MOST / 2 < max(len(pic.boxes), len(pic.arrows)) <= MOST
        assert "probe" in names(pic)
        whole = picture(answer, RenderOptions(show_all=True), cards=True)
        assert len(names(whole)) == len(answer.nodes)
        assert not whole.left


def test_what_is_in_the_folder_of_the_question_is_opened_first():
    pic = picture(probing(), RenderOptions(), cards=True)
    called = {answer_edge.source for arrow in pic.arrows for answer_edge in arrow.edges}
    assert any(":own_" in node for node in called)
    assert not any(":kernel_" in node for node in called)


def test_what_is_left_out_is_counted_and_said():
    answer = probing()
    pic = picture(answer, RenderOptions(), cards=True)
    counted = [more for box in pic.boxes for more in box.behind if more]
    assert pic.left
    assert counted
    svg = FORMATS["svg"].render(answer, RenderOptions()).text
    assert f"{pic.left:,} further functions are left out for room" in svg
    assert ">drivers/net/e.c:1107 +2<" in svg
    assert "left out for room" in FORMATS["dot"].render(answer, RenderOptions()).text
    assert "left out for room" in FORMATS["mermaid"].render(answer, RenderOptions()).text


def test_macros_of_what_is_not_drawn_are_not_drawn():
    answer = probing()
    nodes = tuple(
        replace(n, kind=SymbolKind.MACRO) if n.name.startswith("deep_") and n.name.endswith("_1") else n
        for n in answer.nodes
    )
    pic = picture(replace(answer, nodes=nodes), RenderOptions(), cards=True)
    assert not any(n.kind is SymbolKind.MACRO for box in pic.boxes for n in box.nodes)


def test_a_small_answer_is_drawn_as_it_is():
    pic = picture(sample.send(), RenderOptions(), cards=True)
    assert not pic.left
    assert not any(box.behind for box in pic.boxes)
