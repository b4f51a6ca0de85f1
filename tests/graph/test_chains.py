# SPDX-License-Identifier: MIT
"""Which of many call chains are shown, and where a search upwards ends."""

import pytest

from xref.errors import NoMatch, UsageError
from xref.graph import upward
from xref.graph.slice import between, up
from xref.graph.start import find_start
from xref.render import FORMATS
from xref.render.options import RenderOptions

from .fake import FakeSource


def names(answer):
    return [node.name for node in answer.nodes]


def chain(source, first, last, **options):
    return between(source, find_start(source, first), find_start(source, last), **options)


def test_by_name_rather_than_through_a_pointer_that_may_be_anything():
    source = FakeSource()
    source.dispatch("fs/a.c:first", "file_operations.write", *(f"drivers/d{n}.c:write{n}" for n in range(100)))
    source.call("drivers/d7.c:write7", "fs/a.c:last")
    source.call("first", "fs/a.c:second")
    source.call("second", "fs/a.c:third")
    source.call("third", "fs/a.c:fourth")
    source.call("fourth", "last")
    assert names(chain(source, "first", "last", count=1)) == ["first", "second", "third", "fourth", "last"]
    assert "write7" in names(chain(source, "first", "last"))


def test_around_what_everybody_calls():
    source = FakeSource()
    source.call("mm/a.c:first", "mm/slab.c:alloc")
    source.call("alloc", "mm/a.c:last")
    for n in range(200):
        source.call(f"lib/b.c:user{n}", "alloc")
    source.call("first", "mm/a.c:second")
    source.call("second", "mm/a.c:third")
    source.call("third", "last")
    assert names(chain(source, "first", "last", count=1)) == ["first", "second", "third", "last"]


def test_only_what_was_handed_over_is_called_back():
    source = FakeSource()
    source.hand("fs/a.c:get_a", "fs/super.c:get_tree", "fs/a.c:fill_a")
    source.hand("fs/b.c:get_b", "fs/super.c:get_tree", "fs/b.c:fill_b")
    source.dispatch("fs/super.c:vfs_get_tree", "ops.get_tree", "get_a", "get_b")
    answer = chain(source, "vfs_get_tree", "fill_b")
    assert names(answer) == ["vfs_get_tree", "get_b", "get_tree", "fill_b"]
    assert "1 chain that calls back what nobody on the way has handed over is left out." in answer.notes
    assert not chain(source, "get_a", "fill_b").edges
    assert names(chain(source, "get_tree", "fill_b")) == ["get_tree", "fill_b"]


def test_the_search_goes_on_where_the_cheap_chains_are_none():
    source = FakeSource()
    source.hand("fs/a.c:first", "fs/super.c:each", "fs/a.c:one")
    source.hand("fs/b.c:other", "fs/super.c:each", "fs/b.c:last")
    at = "first"
    for n in range(30):
        source.call(at, f"fs/c.c:step{n}")
        at = f"step{n}"
    source.call(at, "other")
    found = names(chain(source, "first", "last"))
    assert found[:2] == ["first", "step0"]
    assert found[-3:] == ["other", "each", "last"]


def test_no_chain_is_not_certain_where_not_all_were_looked_at(monkeypatch):
    source = FakeSource()
    source.hand("fs/b.c:other", "fs/super.c:each", "fs/b.c:last")
    source.hand("fs/a.c:y9", "fs/super.c:each", "fs/a.c:one")
    for n in range(9):  # two ways at each of nine steps
        source.call(f"fs/a.c:y{n}", f"fs/a.c:a{n}", f"fs/a.c:b{n}")
        source.call(f"fs/a.c:a{n}", f"fs/a.c:y{n + 1}")
        source.call(f"fs/a.c:b{n}", f"fs/a.c:y{n + 1}")
    assert "in what could be resolved" in chain(source, "each", "y0").notes[0]
    monkeypatch.setattr("xref.graph.chains._OFTEN", 1)
    answer = chain(source, "y0", "last", count=1)
    assert "so far as the search went" in answer.notes[0]
    assert not answer.complete


def test_a_chain_within_a_depth_though_a_cheaper_one_is_longer():
    source = FakeSource()
    source.dispatch("fs/a.c:first", "ops.go", *(f"fs/d{n}.c:go{n}" for n in range(300)))
    source.call("fs/d7.c:go7", "fs/a.c:last")
    source.call("first", "fs/a.c:second")
    source.call("second", "fs/a.c:third")
    source.call("third", "last")
    assert names(chain(source, "first", "last", depth=2)) == ["first", "go7", "last"]


def test_nothing_beyond_the_depth_is_read():
    source = FakeSource()
    for at in range(50):
        source.call(f"fs/a.c:f{at}", f"fs/a.c:f{at + 1}")
    assert not chain(source, "f0", "f50", depth=3).edges
    assert set(source.asked) <= {f"fs/a.c:f{at}" for at in range(3)}
    assert len(chain(source, "f0", "f3", depth=3).edges) == 3


def calls_of_the_system():
    source = FakeSource()
    for file, name in (("net/socket.c", "send"), ("net/socket.c", "sendto"), ("kernel/acct.c", "acct")):
        source.system_call(file, name)
        source.table("x86", "64", 1, name, "arch/x86/syscalls.tbl")
    source.call("sys_send", "sys_sendto")
    source.call("sys_sendto", "net/socket.c:sock_sendmsg")
    source.dispatch("sock_sendmsg", "ops.sendmsg", "net/ipv4/af_inet.c:inet_sendmsg")
    source.call("inet_sendmsg", "net/ipv4/tcp.c:tcp_sendmsg")
    source.call("sys_acct", "kernel/acct.c:acct_on")
    source.call("acct_on", "kernel/acct.c:acct_write")
    source.call("acct_write", "sock_sendmsg")
    source.call("drivers/nbd.c:nbd_thread", "sock_sendmsg")
    return source


def up_to(source, name, to, **options):
    return up(source, find_start(source, name), to=to, **options)


def test_up_to_the_system_calls_each_by_one_chain():
    answer = up_to(calls_of_the_system(), "tcp_sendmsg", "syscall")
    assert {node.name for node in answer.nodes if node.role == "goal"} == {"sys_send", "sys_sendto", "sys_acct"}
    assert "nbd_thread" not in names(answer)
    assert answer.notes == ("tcp_sendmsg is reached from 3 system calls, the likeliest first: sendto, send, acct.",)
    assert answer.complete
    text = FORMATS["text"].render(answer).text
    assert text.index("sys_sendto") < text.index("acct_write") < text.index("Notes")


def test_up_to_a_layer_ends_at_its_first_functions():
    source = calls_of_the_system()
    answer = up_to(source, "tcp_sendmsg", "socket")
    assert names(answer) == ["tcp_sendmsg", "inet_sendmsg", "sock_sendmsg"]
    assert answer.notes == ("tcp_sendmsg is reached from 1 function of socket.",)
    with pytest.raises(UsageError, match="is in layer transport itself"):
        up_to(source, "tcp_sendmsg", "transport")


def test_up_to_a_function():
    source = calls_of_the_system()
    assert names(up_to(source, "tcp_sendmsg", "acct_write"))[-1] == "acct_write"
    answer = up_to(source, "sys_send", "tcp_sendmsg")
    assert "Nothing of tcp_sendmsg was found from which a chain of calls leads to sys_send" in answer.notes[0]
    with pytest.raises(NoMatch, match="neither a layer"):
        up_to(source, "tcp_sendmsg", "nothing_of_the_kind")


@pytest.mark.skipif(not upward.__file__.endswith(".py"), reason="a compiled module's own names cannot be replaced")
def test_a_search_upwards_that_is_cut_says_so(monkeypatch):
    monkeypatch.setattr("xref.graph.upward.MOST", 5)
    answer = up_to(calls_of_the_system(), "tcp_sendmsg", "syscall")
    assert answer.truncated is not None
    assert answer.truncated.hidden
    assert not answer.complete


def test_of_many_chains_upwards_the_likeliest_are_shown():
    source = FakeSource()
    for n in range(60):
        source.system_call("net/socket.c", f"call{n:02}")
        source.call(f"sys_call{n:02}", "net/ipv4/tcp.c:tcp_sendmsg")
    answer = up_to(source, "tcp_sendmsg", "syscall")
    assert len(answer.nodes) == 61
    text = FORMATS["text"].render(answer).text
    assert "sys_call23" in text
    assert "sys_call24 " not in text
    assert "The chains of 36 more are not shown (--all shows them)." in text
    assert "sys_call59" in FORMATS["text"].render(answer, RenderOptions(show_all=True)).text
