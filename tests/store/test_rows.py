# SPDX-License-Identifier: MIT
"""Facts go in as they are and come out as they were."""

from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xref.facts.model import AssignFact, Body, CallFact, FieldFact, FileFacts, FunctionFact, LocalFact, ReturnFact
from xref.lex.model import Include
from xref.store.rows import file_row, function_row, single_name
from xref.store.stored import (
    decode_body,
    decode_fields,
    decode_ids,
    decode_includes,
    encode_body,
    encode_fields,
    encode_ids,
    encode_includes,
    last_member,
    type_tag,
)

texts = st.text(max_size=20)
numbers = st.integers(0, 2**31)
calls = st.builds(CallFact, numbers, numbers, texts, texts, texts, texts)
bodies = st.builds(
    Body,
    st.lists(calls, max_size=8).map(tuple),
    st.lists(st.builds(AssignFact, numbers, numbers, texts, texts, texts, texts), max_size=4).map(tuple),
    st.lists(st.builds(ReturnFact, numbers, texts), max_size=4).map(tuple),
    st.lists(st.builds(LocalFact, numbers, numbers, texts), max_size=4).map(tuple),
)


@given(bodies)
@settings(max_examples=100, deadline=None)
def test_bodies(body: Body) -> None:
    assert decode_body(encode_body(body)) == body


def test_long_bodies_are_compressed() -> None:
    body = Body(tuple(CallFact(n, 0, "sock->ops->sendmsg", "sock, msg") for n in range(500)))
    data = encode_body(body)
    assert len(data) < 10_000
    assert decode_body(data) == body


@given(st.lists(st.integers(0, 2**32 - 1), max_size=200))
@settings(max_examples=100, deadline=None)
def test_postings(ids: list[int]) -> None:
    assert list(decode_ids(encode_ids(array("I", ids)))) == ids


def test_fields_and_includes() -> None:
    fields = (FieldFact("a", "int a", 3, "CONFIG_A"), FieldFact("", "struct b", 4))
    assert decode_fields(encode_fields(fields)) == fields
    includes = (Include("linux/net.h", True, 1, ""), Include("a.h", False, 2, "X"))
    assert decode_includes(encode_includes(includes)) == includes


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("sock->ops->sendmsg", "sendmsg"),
        ("(*a->sendmsg)", "sendmsg"),
        ("t[i].sendmsg", "sendmsg"),
        ("a->table[i]", "table"),
        ("t[i]", "t"),
        ("(*t)", "t"),
        ("READ_ONCE(sock->ops)->sendmsg", "sendmsg"),
        ("f(x)", "f"),
        ("a . b", "b"),
        ("fsm->jump[fsm->count * list[i].event + list[i].state]", "jump"),  # drivers/isdn/mISDN/fsm.c
        ("t[a->b[i]]", "t"),
        ("t[a[i]].f[1][2]", "f"),
        ("", ""),
    ],
)
def test_the_member_that_an_expression_ends_in(text: str, name: str) -> None:
    assert last_member(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("f", "f"),
        ("&f", "f"),
        ("(fn_t)f", "f"),
        ("(int (*)(void))f", ""),
        ("a->b", ""),
        ("a + b", ""),
        ("f()", ""),
        ("((f))", "f"),
    ],
)
def test_a_value_that_is_one_name(text: str, name: str) -> None:
    assert single_name(text) == name


@pytest.mark.parametrize(
    ("decl", "tag"),
    [
        ("struct proto_ops o", "proto_ops"),
        ("static const struct proto_ops o", "proto_ops"),
        ("union u x", "u"),
        ("fn_t x[]", "fn_t"),
        ("unsigned int x", ""),
        ("const char *s", ""),
        ("struct o __percpu *x", "o"),
    ],
)
def test_the_tag_of_a_declaration(decl: str, tag: str) -> None:
    assert type_tag(decl) == tag


def test_the_names_that_a_function_mentions() -> None:
    body = Body(
        (
            CallFact(2, 0, "register_cb", "dev, on_event, &table[i], &names[i].x, sk->data, MAX, ReadIO"),
            CallFact(3, 0, "cb", ""),
            CallFact(4, 0, "dev->ops->start", "dev"),
        ),
        (AssignFact(5, 0, "dev->stop", "do_stop"), AssignFact(6, 0, "cb", "f(other)"), AssignFact(7, 0, "hook", "x")),
        (ReturnFact(8, "a ? first : second"),),
        (LocalFact(1, 9, "int i, (*cb)(int) = pick(initial)"), LocalFact(1, 9, "char x[4]")),
    )
    signature = "int f(struct device *dev, int a[2])"
    f = FunctionFact("f", 1, 0, 9, "function", "external", (), "", signature, "", "", body)
    (row,) = file_row(FileFacts("a.c", (f,)), 1, 2, b"", 0.0).functions
    assert row.called == ("register_cb",)
    assert (set(row.through), row.dispatches) == ({"cb", "start device ops"}, 2)
    assert set(row.assigned) == {"stop device", "hook"}
    assert set(row.values) == {"on_event", "table", "ReadIO", "do_stop", "other", "first", "second", "initial"}


@pytest.mark.parametrize(
    ("signature", "local", "target", "assigned"),
    [
        ("int f(struct a *x)", "", "x->b->c", "c a b"),
        ("int f(const struct a *x, union u y)", "", "y.b[3].c", "c u b"),
        ("int f(union u y)", "", "y.c[3]", "c u"),
        ("int f(struct a *x)", "", "x->b[y[i].n].d[1][2].c[x->n]", "c a b d"),
        ("int f(struct a *x)", "", "x->b[g(i)].c", "c"),
        ("int f(struct a *x)", "", "x->b[0.c", "c"),
        ("int f(void)", "struct a x[2]", "x[1].c", "c a"),
        ("int f(void)", "struct a *x = g(y, h(z)), *w", "x->c", "c a"),
        ("int f(void)", "struct a *x = g(y, z), *w", "w->c", "c a"),
        ("int f(void)", "struct a *x = y, *w", "y->c", "c"),
        ("int f(void)", "struct a *x = g(y, z", "x->c", "c"),
        ("int f(struct b *y)", "struct a *x = g(y, z)", "y->c", "c b"),
        ("int f(struct b *y)", "struct a *x = container_of(y, struct a, y)", "(&x->d)->c", "c a d"),
        ("int f(void)", "struct a *x, y", "y.c", "c a"),
        ("int f(struct b *x)", "struct a *x", "x->c", "c"),
        ("int f(struct b *x)", "int x", "x->c", "c"),
        ("int f(struct b *x, int (*g)(struct d *x))", "", "x->c", "c"),
        ("int f(t *x)", "", "x->c", "c"),
        ("int f(tuple_t *x)", "", "x->c", "c tuple_t"),
        ("int f(struct x_t *x)", "", "x->c", "c x_t"),
        ("int f(struct a __user_t *x)", "", "x->c", "c"),
        ("int f(void)", "const tuple_t x[2]", "x[i].c", "c tuple_t"),
        ("int f(void)", "__maybe_unused struct a *x", "x->c", "c"),
        ("int f(struct b *x)", "", "g(x)->c", "c"),
        ("int f(struct b *x)", "", "(*x).c", "c b"),
        ("int f(struct b *x)", "", "(&(&x->work)->timer)->c", "c b work timer"),
    ],
)
def test_the_shape_of_an_assignment(signature: str, local: str, target: str, assigned: str) -> None:
    body = Body((), (AssignFact(5, 0, target, "h"),), (), (LocalFact(1, 9, local),) if local else ())
    f = FunctionFact("f", 1, 0, 9, "function", "external", (), "", signature, "", "", body)
    (row,) = file_row(FileFacts("a.c", (f,)), 1, 2, b"", 0.0).functions
    assert row.assigned == (assigned,)


def test_what_a_macro_assigns_is_assigned_where_it_is_used() -> None:
    body = Body((), (AssignFact(5, 0, "x->c", "h"),))
    f = FunctionFact("f", 1, 0, 9, "macro", "macro", (), "", "#define f(x)", "", "", body)
    assert function_row(f).assigned == ()
    assert function_row(f).values == ("h",)


def test_a_function_that_a_local_is_set_to_is_mentioned() -> None:
    body = Body(locals=(LocalFact(3, 9, "int (*cb)(int) = initial"), LocalFact(4, 9, "int a = 1, b = other")))
    function = FunctionFact("f", 1, 0, 9, "function", "extern", (), "", "int f(int n)", "", "", body)
    (row,) = file_row(FileFacts("a.c", (function,)), 0, 0, b"", 0.0).functions
    assert "initial" in row.values
    assert "cb" not in row.values


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("p->out", "out ops"),
        ("(p)->out", "out ops"),
        ("*(volatile fn_t *)&((p)->out)", "out ops"),
        ("s->ops->out", "out sk ops"),
        ("s->ops[2].out", "out"),
        ("get(p)->out", "out"),
        ("get ( p ) -> out", "out"),
        ("g->out", "out"),
        ("p->table[3]", "table ops"),
    ],
)
def test_members_that_are_read(value: str, expected: str) -> None:
    """By what the access begins with, where the function tells; without it else."""
    body = Body(assigns=(AssignFact(1, 1, "x", value),))
    f = FunctionFact("f", 1, 0, 2, "function", "extern", (), "", "void f(struct ops *p, struct sk *s)", "", "", body)
    assert expected in function_row(f).got


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("wq, &p->work", {"work ops"}),
        ("&((p)->work)", {"work ops"}),  # as mt76_rr() of drivers/net/wireless/mediatek/mt76 makes it
        ("wq, &to_ctrl(p)->work", {"work"}),  # drivers/nvme/host/tcp.c
        ("&((struct ops *)q)->a.work[1]", {"work"}),
        ("&container_of(q, struct ops, at(1, (2)))->work", {"work"}),
        ("&(get(p)->work)", {"work"}),
        ("get(p)->work, &get(p)->run(1)", set()),
    ],
)
def test_members_whose_address_is_taken(arguments: str, expected: set[str]) -> None:
    body = Body((CallFact(1, 0, "queue_work", arguments),))
    f = FunctionFact("f", 1, 0, 2, "function", "extern", (), "", "void f(struct ops *p)", "", "", body)
    assert set(function_row(f).addressed) == expected


def test_what_an_initialiser_hands_over_is_no_variable() -> None:
    """init/initramfs.c: int res = decompress(buf, len, NULL, flush_buffer, NULL, &my_inptr, error)"""
    text = "int (*res)(int) = run(buf, (len), NULL, on_flush, on_error), other = get(1), *p"
    calls = CallFact(1, 0, "run", "buf, (len), NULL, on_flush, on_error"), CallFact(1, 0, "get", "1")
    body = Body(calls, locals=(LocalFact(1, 9, text),))
    f = FunctionFact("f", 1, 0, 9, "function", "extern", (), "", "void f(int buf, int len)", "", "", body)
    assert set(function_row(f).values) == {"on_flush", "on_error"}
    assert set(function_row(f).called) == {"run", "get"}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (r'dev, "scsi_suspend: %d\n", err', {"dev", "err"}),
        (r'"say \"hello\", done", a', {"a"}),
        (r"""s, '"', b, "c", d""", {"s", "b", "d"}),
        (r"""s, '\'', b, "it's c", d""", {"s", "b", "d"}),
        ('"one" FMT "two", a', {"a"}),
    ],
)
def test_the_words_of_a_message_are_no_names(arguments: str, expected: set[str]) -> None:
    body = Body((CallFact(1, 0, "print", arguments),))
    f = FunctionFact("f", 1, 0, 2, "function", "extern", (), "", "void f(void)", "", "", body)
    assert set(function_row(f).values) == expected


@pytest.mark.parametrize("value", ["p->out(1)", "p->out", "3.5 + x", "f(a, b)"])
def test_what_is_called_is_not_read(value: str) -> None:
    body = Body(assigns=(AssignFact(1, 1, "x", value),))
    f = FunctionFact("f", 1, 0, 2, "function", "extern", (), "", "void f(struct ops *p)", "", "", body)
    assert function_row(f).got == (("out ops",) if value == "p->out" else ())
