# SPDX-License-Identifier: MIT
"""What an editor means by a position, however it counts; and that no position, file or text is too much."""

import pytest

from xref.lsp.documents import UTF8, UTF32, column, units

from .client import File, lead

WIDE = "\U0001f600 \u00e9"
CODE = (
    f'int one(void)\n{{\n\treturn 1;\n}}\n\nint two(void)\n{{\n\tf("{WIDE}"); return one(); /* {WIDE} */ one();\n}}\n'
)


@pytest.mark.parametrize("text", ["", "plain", WIDE, f"{WIDE}{WIDE}x", "\u4e2d\u6587"])
@pytest.mark.parametrize("encoding", [UTF8, "utf-16", UTF32])
def test_bytes_and_characters_agree(text, encoding):
    line = text.encode()
    for n in range(len(text) + 1):
        at = len(text[:n].encode())
        assert column(line, units(line[:at], encoding), encoding) == at
    assert column(line, 10_000, encoding) == len(line)
    assert units(line, "utf-16") == len(text.encode("utf-16-le")) // 2


def test_bytes_that_are_no_text_count_one_each():
    line = b"/* caf\xe9 */ one();"
    assert units(line, "utf-16") == len(line)
    assert column(line, 12, "utf-16") == 12


@pytest.mark.parametrize(("encoding", "width"), [("utf-16", 2), (UTF32, 4), (UTF8, 1)])
def test_an_editor_counts_as_was_agreed(start, small, encoding, width):
    tree = small(one=CODE)
    asked = ["utf-7", encoding]
    editor = start(tree, general={"positionEncodings": asked})
    assert editor.capabilities["positionEncoding"] == encoding
    file = File(editor, tree / "kernel" / "one.c")
    line = CODE.split("\n")[7]
    name = "utf-8" if encoding == UTF8 else f"{encoding}-le"
    for begin in (line.index("one()"), line.rindex("one()")):
        at = {"line": 7, "character": len(line[:begin].encode(name)) // width}
        (found,) = file.ask("definition", at)
        assert found["range"]["start"] == {"line": 0, "character": 4}
        assert file.ask("hover", at)["range"]["start"] == at
    found = file.ask("references", {"line": 0, "character": 5}, context={"includeDeclaration": False})
    starts = [each["range"]["start"]["character"] for each in found]
    assert starts == [len(line[: line.index("one()")].encode(name)) // width, at["character"]]


def test_no_position_is_too_far(editor, kernel):
    file = File(editor, kernel / "net" / "socket.c").open()
    far = 2**31 - 1
    for position in ({"line": far, "character": 0}, {"line": 0, "character": far}, {"line": far, "character": far}):
        assert file.ask("definition", position) == []
        assert file.ask("implementation", position) == []
        assert file.ask("references", position, context={"includeDeclaration": True}) == []
        assert file.ask("hover", position) is None
        assert file.ask("prepareCallHierarchy", position) is None


@pytest.mark.parametrize(
    "uri",
    [
        "file:///etc/hostname", "file:///nowhere/at/all.c", "untitled:one.c", "file:///", "", "http://[/x",
        "{tree}/../../x.c", "{tree}/a%00b.c",
    ],
)  # fmt: skip
def test_a_file_that_is_none_of_the_tree(editor, kernel, uri):
    file = File(editor, kernel / "none.c")
    file.uri = uri.format(tree=kernel.as_uri())
    at = {"line": 0, "character": 0}
    for ask in (file.ask, file.open("sock_sendmsg").ask):
        for method in ("definition", "implementation"):
            assert ask(method, at) == []
        assert editor.ask("textDocument/documentSymbol", {"textDocument": {"uri": file.uri}}) == []


@pytest.mark.parametrize("name", ["net/none.c", "Makefile", "net"])
def test_a_file_that_the_index_does_not_have_is_answered_by_names(editor, kernel, name):
    file = File(editor, kernel / name / "x")
    file.uri = (kernel / name).as_uri()
    file.open("\tsock_sendmsg(sock->ops);\n")
    assert lead(file.ask("definition", file.at("sock_sendmsg")))[0].startswith("socket.c: sock_sendmsg(struct socket")
    assert "net.h: ops;" in lead(file.ask("definition", file.at("sock->ops", "ops")))
    assert editor.ask("textDocument/documentSymbol", {"textDocument": {"uri": file.uri}}) == []
    editor.tell("textDocument/didClose", {"textDocument": {"uri": file.uri}})


def test_a_text_that_is_no_code(editor, kernel):
    file = File(editor, kernel / "net" / "can" / "raw.c").open(
        "\x00\ud83d\udc00#include <\n}}}{ -> . x->\r\n'\"/* \f\u2028y"
    )
    for line in range(4):
        for character in range(12):
            at = {"line": line, "character": character}
            file.ask("definition", at)
            file.ask("hover", at)
            file.ask("prepareCallHierarchy", at)
            file.ask("references", at, context={"includeDeclaration": True})
    editor.tell("textDocument/didClose", {"textDocument": {"uri": file.uri}})


def test_a_form_feed_ends_no_line(start, small):
    tree = small(one="int one(void)\n{\n\treturn 1;\n}\n\f\nint two(void)\n{\n\treturn one();\n}\n")
    editor = start(tree)
    file = File(editor, tree / "kernel" / "one.c").open()
    assert lead(file.ask("definition", file.at("return one()", "one"))) == ["one.c: one(void)"]
    file.change(file.text.replace("return one();", "return 1 +\f one();"))
    assert lead(file.ask("definition", file.at("return 1 +", "one()"))) == ["one.c: one(void)"]


def test_old_sources_are_not_all_utf_8(start, small):
    tree = small(one=b"/* caf\xe9 */ int one(void)\n{\n\treturn 1;\n}\n\nint two(void)\n{\n\treturn one();\n}\n")
    file = File(start(tree), tree / "kernel" / "one.c")
    (found,) = file.ask("definition", file.at("return one()", "one"))
    assert found["range"]["start"] == {"line": 0, "character": 15}


def test_the_tree_is_called_as_the_editor_calls_it(start, small, tmp_path):
    tree = small(one=CODE)
    (tmp_path / "link").symlink_to(tree)
    editor = start(tmp_path / "link" / "kernel")  # a folder inside will do
    file = File(editor, tmp_path / "link" / "kernel" / "one.c")
    (found,) = file.ask("definition", file.at("return one()", "one"))
    assert found["uri"] == file.uri


def test_without_a_folder_the_file_tells_the_tree(start, small, tmp_path):
    tree = small(one=CODE)
    editor = start(None)
    File(editor, tmp_path / "notes.c").open("int none;\n")  # of no tree: nothing is wrong with that
    file = File(editor, tree / "kernel" / "one.c").open()
    assert lead(file.ask("definition", file.at("return one()", "one"))) == ["one.c: one(void)"]
    assert editor.shown == []
