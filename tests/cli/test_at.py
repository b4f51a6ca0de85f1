# SPDX-License-Identifier: MIT
"""``xref at``: what stands at a place, in three formats."""

import json

import jsonschema
import pytest

from xref.render import json_


@pytest.fixture
def at(xref, small_kernel):
    """Asks for the place of a text in a file of the small kernel, with the column where ``name`` begins in it."""

    def ask(file, around, name=None, *options):
        lines = (small_kernel / file).read_text().split("\n")
        line = next(n for n, text in enumerate(lines, 1) if around in text)
        text = lines[line - 1]
        column = "" if name is None else f":{text.index(name, text.index(around)) + 1}"
        return xref("--tree", small_kernel, "at", f"{small_kernel / file}:{line}{column}", *options)

    return ask


@pytest.fixture
def answer(at):
    def ask(file, around, name=None):
        ran = at(file, around, name, "--format", "json")
        assert ran.code == 0, ran.err
        found = json.loads(ran.out)
        jsonschema.Draft202012Validator(json_.schema("xref.at/1")).validate(found)
        return found

    return ask


def test_the_schema_knows_every_field(answer):
    schema = json_.schema("xref.at/1")
    jsonschema.Draft202012Validator.check_schema(schema)
    found = answer("net/socket.c", "sock->ops->sendmsg(", "sendmsg")
    assert list(found) == schema["required"]
    for key, part in (("name", found["name"]), ("slot", found["slot"]), ("definition", found["definitions"][0])):
        assert list(part) == schema["$defs"][key]["required"]
    graph = json_.schema()["$defs"]
    assert {key: schema["$defs"][key] for key in ("node", "edge", "evidence", "unresolved")} == {
        key: graph[key] for key in ("node", "edge", "evidence", "unresolved")
    }


def test_a_dispatch(answer, xref, small_kernel):
    found = answer("net/socket.c", "sock->ops->sendmsg(", "sendmsg")
    assert found["name"]["member_of"] == "proto_ops"
    assert [(each["kind"], each["name"]) for each in found["definitions"]] == [("field", "proto_ops.sendmsg")]
    assert found["within"] == ["net/socket.c:__sock_sendmsg_nosec"]
    down = json.loads(xref("--tree", small_kernel, "callees", "__sock_sendmsg_nosec", "--format", "json").out)
    line = found["edges"][0]["line"]
    assert found["edges"] == [edge for edge in down["edges"] if edge["line"] == line]
    assert {edge["via"] for edge in found["edges"]} == {"proto_ops.sendmsg"}
    assert {edge["to"] for edge in found["edges"]} <= {node["id"] for node in found["nodes"]}
    slots = json.loads(xref("--tree", small_kernel, "slots", "proto_ops.sendmsg", "--format", "json").out)
    assert found["slot"]["registrations"] == len(slots["slots"][0]["registrations"])


def test_without_a_column_the_calls_of_the_line(answer):
    found = answer("net/socket.c", "sock->ops->sendmsg(")
    assert found["name"] is None
    assert found["definitions"] == []
    assert len(found["edges"]) > 3


def test_a_local_variable(answer):
    (found,) = answer("net/socket.c", "sock->ops->sendmsg(", "sock")["definitions"]
    assert found["kind"] == "parameter"


def test_text(at):
    ran = at("net/socket.c", "sock->ops->sendmsg(", "sendmsg")
    assert ran.code == 0
    assert "proto_ops.sendmsg  in __sock_sendmsg_nosec" in ran.out
    assert "indirect via proto_ops.sendmsg, object" in ran.out
    assert "inet_sendmsg  net/ipv4/af_inet.c:" in ran.out


def test_quickfix_lines_lead_to_names(at, small_kernel):
    ran = at("net/socket.c", "sock->ops->sendmsg(", "sendmsg", "--format", "quickfix")
    lines = ran.out.splitlines()
    assert len(lines) == len(set(lines)) > 3
    called = [line for line in lines if "is called" in line]
    assert called
    for line in called:
        file, row, column, text = line.split(":", 3)
        source = (small_kernel / file).read_text().split("\n")[int(row) - 1]
        assert source[int(column) - 1 :].startswith(text.split()[0])


def test_a_file_that_has_changed(xref, bare_kernel):
    assert xref("--tree", bare_kernel, "index").code == 0
    path = bare_kernel / "kernel" / "one.c"
    path.write_text("/* new */\n" * 9 + path.read_text())
    ran = xref("--tree", bare_kernel, "at", f"{path}:17:9", "--format", "json")
    assert "has changed since it was indexed" in ran.err
    found = json.loads(ran.out)
    assert found["changed"] is True
    assert found["text"] == "return one();"
    assert [edge["to"] for edge in found["edges"]] == ["kernel/one.c:one"]


DESCRIBED = """\
enum state { IDLE };
#define BUSY is_busy
/**
 * struct queue - what waits for a state
 * @length: how much, as &struct queue->length says too
 * @head: in a union
 */
struct queue {
	int length;
	/** @inner: by itself */
	int inner;
	union {
		int head;
	};
};
struct other {
	int message;
};

/**
 * wait_for() - send a message to the queue of start()
 * @queue: the one whose &queue.head is %BUSY
 * @message: no argument
 *
 * length is a word here.
 */
static int wait_for(struct queue *queue)
{
	return queue->length; /* start(), which see */
}

int start(struct queue *queue)
{
	static const char text[] = "the message of start()";
	return wait_for(queue);
}
"""


@pytest.fixture
def described(xref, bare_kernel):
    """What a word in a comment or a string leads to, or what is said of it."""
    path = bare_kernel / "kernel" / "doc.c"
    path.write_text(DESCRIBED)
    assert xref("--tree", bare_kernel, "index").code == 0

    def ask(around, name):
        lines = DESCRIBED.split("\n")
        line = next(n for n, text in enumerate(lines) if around in text)
        column = lines[line].index(name, lines[line].index(around))
        ran = xref("--tree", bare_kernel, "at", f"{path}:{line + 1}:{column + 1}", "--format", "json")
        if ran.code:
            return ran.err
        return [(each["kind"], each["name"], each["line"]) for each in json.loads(ran.out)["definitions"]]

    return ask


@pytest.mark.parametrize(
    ("around", "name", "leads"),
    [
        ("struct queue - what", "queue", ("struct", "queue", 8)),
        ("@length: how", "length", ("field", "queue.length", 9)),
        ("&struct queue->length", "queue", ("struct", "queue", 8)),
        ("queue->length says", "length", ("field", "queue.length", 9)),
        ("@head: in", "head", ("field", "queue.head", 13)),
        ("@inner: by", "inner", ("field", "queue.inner", 11)),
        ("wait_for() - send", "wait_for", ("function", "wait_for", 27)),
        ("queue of start()", "start", ("function", "start", 32)),
        ("@queue: the", "queue", ("parameter", "queue", 27)),
        ("&queue.head", "head", ("field", "queue.head", 13)),
        ("%BUSY", "BUSY", ("macro", "BUSY", 2)),
        ("/* start(), which", "start", ("function", "start", 32)),
    ],
)
def test_what_kernel_doc_marks_is_a_name(described, around, name, leads):
    assert described(around, name) == [leads]


@pytest.mark.parametrize(
    ("around", "name", "said"),
    [
        ("send a message", "message", "'message' is a word of a comment; names are those marked as name()"),
        ("length is a word", "length", "'length' is a word of a comment"),
        ("@message: no", "message", "'message' is defined nowhere"),
        ("(), which see", "which", "'which' is a word of a comment"),
        ("the message of start", "start", "'start' stands in a string"),
    ],
)
def test_other_words_of_comments_and_strings_are_none(described, around, name, said):
    assert said in described(around, name)


@pytest.mark.parametrize(
    ("place", "code", "said"),
    [
        ("net/socket.c", 2, "is no place"),
        ("net/socket.c:x", 2, "is no place"),
        ("net/socket.c:0", 2, "is no place"),
        ("net/socket.c:7:0", 2, "is no place"),
        ("net/none.c:7", 1, "has no file"),
        ("/etc/hostname:1", 1, "has no file"),
        ("net/socket.c:99999", 1, "lines"),
        ("net/socket.c:1", 1, "no call begins"),
        ("net/socket.c:1:99999", 1, "no call begins"),
    ],
)
def test_what_is_no_place(xref, small_kernel, place, code, said):
    ran = xref("--tree", small_kernel, "at", place)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err
