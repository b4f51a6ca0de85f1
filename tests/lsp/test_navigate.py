# SPDX-License-Identifier: MIT
"""Where names lead: definitions, implementors, references, hover, symbols."""

import json

import pytest

from xref.cli.main import main

from .client import File, lead, place


@pytest.fixture
def socket(editor, kernel):
    return File(editor, kernel / "net" / "socket.c")


@pytest.fixture
def inet(editor, kernel):
    return File(editor, kernel / "net" / "ipv4" / "af_inet.c")


def xref(capfdbinary, kernel, *words):
    capfdbinary.readouterr()
    assert main(["--tree", str(kernel), *words, "--format", "json"]) == 0
    return json.loads(capfdbinary.readouterr().out)


@pytest.mark.parametrize(
    ("around", "name", "expected"),
    [
        ("sock_sendmsg_nosec(sock, msg);", "", ["socket.c: sock_sendmsg_nosec(struct socket"]),
        ("inet6_sendmsg, inet_sendmsg, sock", "inet_sendmsg", ["af_inet.c: inet_sendmsg(struct socket"]),
        ("return sock_sendmsg_nosec(sock, msg_sys)", "msg_sys", ["socket.c: msg_sys, unsigned int flags, bool"]),
        ("&sock, 0);", "sock", ["socket.c: sock;"]),
        ("sock->file->f_op = &socket_file_ops", "socket_file_ops", ["socket.c: socket_file_ops = {"]),
        ("static const struct file_operations socket", "file_operations", ["fs.h: file_operations {"]),
        ("READ_ONCE(sock->ops)->sendmsg", "sendmsg", ["net.h: sendmsg)(struct socket"]),  # behind a macro
        ("READ_ONCE(sock->ops)->sendmsg", "READ_ONCE", ["compiler.h: READ_ONCE(x)"]),
        (".release =\tsock_close", "release", ["fs.h: release)("]),
        (".release =\tsock_close", "sock_close", ["socket.c: sock_close(struct file *file)"]),
        ("SYSCALL_DEFINE4(send,", "send", ["socket.c: SYSCALL_DEFINE4(send,"]),
        ("<linux/indirect_call_wrapper.h>", "indirect", ["indirect_call_wrapper.h: "]),
    ],
)
def test_definition(socket, around, name, expected):
    found = lead(socket.ask("definition", socket.at(around, name)))
    assert [each[: len(text)] for each, text in zip(found, expected, strict=True)] == expected


def test_definition_is_not_the_prototype(socket):
    (found,) = lead(socket.ask("definition", socket.at("static int sock_close(struct file *file);", "sock_close")))
    assert not found.endswith(";")


def test_a_member_that_a_macro_renames(inet):
    found = lead(inet.ask("definition", inet.at("sk->sk_prot->sendmsg", "sk_prot")))
    assert found == ["sock.h: skc_prot;", "sock.h: sk_prot\t\t__sk_common.skc_prot"]
    (found,) = lead(inet.ask("definition", inet.at("sk->sk_prot->sendmsg", "sendmsg")))
    assert found.startswith("sock.h: sendmsg)(struct sock *sk")


def test_a_parameter_of_a_function_that_a_macro_makes(socket):
    position = socket.at("return __sys_sendto(fd, buff, len, flags, NULL, 0)", "flags")
    assert lead(socket.ask("definition", position)) == ["socket.c: flags)"]


def test_labels_and_keywords(small, start):
    text = """\
int out(void) { return 0; }
int one(int x)
{
	if (x)
		goto out;
	x = x ?
		out : 2;
out:
	return x;
}
int two(int x)
{
out:
	goto out;
}
"""
    tree = small(one=text)
    file = File(start(tree), tree / "kernel" / "one.c")
    assert file.places("definition", "goto out;", "out") == ["one.c:8"]
    assert file.places("definition", "out : 2", "out") == ["one.c:1"]
    assert file.places("references", "goto out;", "out", context={"includeDeclaration": True}) == ["one.c:5", "one.c:8"]
    for keyword in ("return", "int one", "if"):
        assert file.ask("definition", file.at(keyword)) == []


def test_a_name_that_the_file_cannot_mean_is_not_guessed_at(small, start):
    hidden = "static int secret(void)\n{\n\treturn 1;\n}\n"
    tree = small(one=hidden, two="int two(int secret_too)\n{\n\treturn secret(1);\n}\n")
    file = File(start(tree), tree / "kernel" / "two.c")
    assert file.ask("definition", file.at("secret(1)", "secret")) == []


def test_words_of_comments_are_names_where_they_are_marked(small, start):
    text = """\
struct box {
	int message;
};
/**
 * use() - a message of &struct box->message
 * @box: what use() looks at
 */
int use(struct box *box)
{
	return box->message;
}
"""
    tree = small(one=text)
    editor = start(tree)
    file = File(editor, tree / "kernel" / "one.c")
    assert file.places("definition", "@box", "box") == ["one.c:8"]
    assert file.places("definition", "box->message", "message") == ["one.c:2"]
    assert file.places("definition", "use() looks", "use") == ["one.c:8"]
    assert file.places("references", "@box", "box", context={"includeDeclaration": True}) == ["one.c:8", "one.c:10"]
    assert editor.shown == []
    for method in ("definition", "implementation", "references"):
        assert file.ask(method, file.at("a message", "message"), context={"includeDeclaration": True}) == []
    assert file.ask("hover", file.at("a message", "message")) is None
    (said,) = editor.shown
    assert "'message' is a word of a comment" in said


def test_nothing_stands_between_names(socket):
    assert socket.ask("definition", {"line": 15, "character": 0}) == []
    assert socket.ask("hover", {"line": 15, "character": 0}) is None


def test_implementation_at_a_dispatch_site_is_what_it_can_reach(socket, kernel, capfdbinary):
    found = socket.places("implementation", "READ_ONCE(sock->ops)->sendmsg", "sendmsg")
    answer = xref(capfdbinary, kernel, "callees", "sock_sendmsg_nosec")
    nodes = {node["id"]: node for node in answer["nodes"]}
    called = [nodes[edge["to"]] for edge in answer["edges"] if edge["via"] == "proto_ops.sendmsg"]
    assert found == [f"{node['file'].rsplit('/', 1)[1]}:{node['line']}" for node in called]
    assert len(found) == 7


def test_implementation_of_a_slot_is_what_is_put_into_it(inet, kernel, capfdbinary):
    found = inet.places("implementation", ".sendmsg\t   = inet_sendmsg,", "sendmsg")
    (slot,) = xref(capfdbinary, kernel, "slots", "proto_ops.sendmsg")["slots"]
    assert len(found) == len({entry["function"] for entry in slot["registrations"]})
    assert {"af_inet.c:107", "raw.c:25"} <= set(found)


def test_implementation_of_a_function_is_its_definition(socket):
    position = socket.at("static int sock_close(struct file *file);", "sock_close")
    assert socket.ask("implementation", position) == socket.ask("definition", position) != []


def test_references_are_those_of_the_command_line(socket, kernel, capfdbinary):
    found = socket.places(
        "references", "return __sock_sendmsg(sock, msg);", "__sock", context={"includeDeclaration": False}
    )
    rows = xref(capfdbinary, kernel, "refs", "__sock_sendmsg")["rows"]
    assert found == [f"socket.c:{row['line']}" for row in rows]
    assert len(found) > 2


def test_references_to_a_member_are_of_one_struct(socket, kernel, capfdbinary):
    asked = socket.ask(
        "references", socket.at("READ_ONCE(sock->ops)->sendmsg", "ops"), context={"includeDeclaration": True}
    )
    found = {place(each["uri"], each["range"]) for each in asked}
    rows = xref(capfdbinary, kernel, "refs", "socket.ops")["rows"]
    assert found == {f"{row['file'].rsplit('/', 1)[1]}:{row['line']}" for row in rows} | {"net.h:89"}


def test_references_to_a_local_variable_stay_in_its_function(socket):
    position = socket.at("struct msghdr msg = {.msg_iter = *from};", "msg = ")
    found = lead(socket.ask("references", position, context={"includeDeclaration": True}))
    assert found == [
        "socket.c: msg = {.msg_iter = *from};",
        "socket.c: msg.msg_flags = MSG_DONTWAIT;",
        "socket.c: msg);\t/* calls: __sock_sendmsg */",
    ]


def said(file, around, name=""):
    return file.ask("hover", file.at(around, name))["contents"]["value"]


def test_hover(socket):
    slot = said(socket, "READ_ONCE(sock->ops)->sendmsg", "sendmsg")
    assert "int (*sendmsg)(struct socket *sock" in slot
    assert "slot `proto_ops.sendmsg`: 7 implementors in 10 registrations, called from 1 place" in slot
    assert "here it can call `inet_sendmsg`" in slot
    assert "static inline int sock_sendmsg_nosec(struct socket *sock" in said(socket, "sock_sendmsg_nosec(sock, msg);")
    assert "#define INDIRECT_CALL_INET(f, f2, f1, ...)" in said(socket, "INDIRECT_CALL_INET(READ_ONCE")
    assert "parameter `msg_sys`" in said(socket, "sock_sendmsg_nosec(sock, msg_sys)", "msg_sys")


def test_hover_covers_the_name(socket):
    span = socket.ask("hover", socket.at("READ_ONCE(sock->ops)->sendmsg", "sendmsg"))["range"]
    line = socket.text.split("\n")[span["start"]["line"]]
    assert line[span["start"]["character"] : span["end"]["character"]] == "sendmsg"


def names(editor, query):
    return [each["name"] for each in editor.ask("workspace/symbol", {"query": query})]


def test_symbols_of_the_tree(editor):
    assert names(editor, "sock_sendmsg") == ["sock_sendmsg", "sock_sendmsg_nosec"]
    assert "proto_ops" in names(editor, "proto_o")  # a struct
    assert names(editor, "sock_sendmgs")[0] == "sock_sendmsg"  # nearly
    assert names(editor, "proto_ops.sendmsg") == ["proto_ops.sendmsg"]
    assert names(editor, "udp.c:udp_sendmsg") == ["udp_sendmsg"]
    assert names(editor, "") == names(editor, "!?") == []


def test_symbols_of_a_file(editor, kernel, start):
    uri = (kernel / "include" / "linux" / "net.h").as_uri()
    flat = editor.ask("textDocument/documentSymbol", {"textDocument": {"uri": uri}})
    assert {"proto_ops", "socket", "msg_data_left"} <= {each["name"] for each in flat}
    assert all(each["location"]["uri"] == uri for each in flat)
    able = {"documentSymbol": {"hierarchicalDocumentSymbolSupport": True}}
    nested = start(kernel, textDocument=able).ask("textDocument/documentSymbol", {"textDocument": {"uri": uri}})
    (ops,) = [each for each in nested if each["name"] == "proto_ops"]
    assert "sendmsg" in [each["name"] for each in ops["children"]]
    for each in nested:
        for end in ("start", "end"):
            inner, outer = each["selectionRange"][end], each["range"][end]
            order = [(outer["line"], outer["character"]), (inner["line"], inner["character"])]
            assert order == sorted(order, reverse=end == "end")
