# SPDX-License-Identifier: MIT
"""Editors change texts, and indexes are made and brought up to date while a server runs."""

import itertools
import os

import pytest

from xref.cli.main import main
from xref.lsp.documents import shift
from xref.resolve.front.resolver import Resolver

from .client import File, lead

CODE = """\
struct ops {
	int (*run)(int);
};

static int fast(int x)
{
	return x;
}

static const struct ops fast_ops = {
	.run = fast,
};

int start(const struct ops *ops)
{
	int value = 1;

	return ops->run(value);
}
"""


def kernel_of(small, **files):
    return small(one=CODE, **files)


def file_of(editor, tree, name="one"):
    return File(editor, tree / "kernel" / f"{name}.c")


def items(file, around, name):
    return [item["name"] for item in file.ask("prepareCallHierarchy", file.at(around, name)) or ()]


def test_without_an_index_it_says_what_to_run_and_goes_on_when_it_is_there(start, small):
    tree = small(index=False, one=CODE)
    editor = start(tree)
    file = file_of(editor, tree)
    assert file.ask("definition", file.at("ops->run(value)", "run")) == []
    assert file.ask("hover", file.at("ops->run(value)", "run")) is None
    assert editor.ask("workspace/symbol", {"query": "start"}) == []
    (said,) = editor.shown  # once
    assert "no index" in said
    assert "xref index" in said
    assert main(["--tree", str(tree), "index"]) == 0
    assert lead(file.ask("definition", file.at("ops->run(value)", "run"))) == ["one.c: run)(int);"]


def test_an_unsaved_text_is_answered_by_what_it_says(start, small):
    editor = start(tree := kernel_of(small))
    file = file_of(editor, tree).open()
    file.change("/* one\n   two */\n" + CODE.replace("int value = 1;", "int value = 1;\n\tint more = 2;"))
    (member,) = file.ask("definition", file.at("return ops->run(value)", "run"))
    assert member["range"]["start"] == file.at("(*run)(int)", "run")  # where it is shown now
    (local,) = file.ask("definition", file.at("ops->run(value)", "value"))
    assert local["range"]["start"] == file.at("int value", "value")
    (target,) = file.ask("implementation", file.at("return ops->run(value)", "run"))
    assert target["range"]["start"] == file.at("static int fast", "fast")
    (item,) = file.ask("prepareCallHierarchy", file.at("int start(", "start"))
    assert item["selectionRange"]["start"] == file.at("int start(", "start")
    (call,) = editor.ask("callHierarchy/outgoingCalls", {"item": item})
    assert call["fromRanges"][0]["start"] == file.at("return ops->run(value)", "ops")
    file.change(file.text.replace("ops->run(value)", "ops ? ops->run(value + more) : 0"))  # the line itself
    (target,) = file.ask("implementation", file.at("ops->run(value", "run"))
    assert target["range"]["start"] == file.at("static int fast", "fast")
    file.change(file.text.replace("ops ? ops->run(value + more) : 0", "fast(value)"))  # a new call
    (function,) = file.ask("definition", file.at("return fast(value)", "fast"))
    assert function["range"]["start"] == file.at("static int fast", "fast")
    assert editor.shown == []


def test_a_file_that_has_changed_is_said_once_and_names_are_found_again(start, small):
    editor = start(tree := kernel_of(small))
    path = tree / "kernel" / "one.c"
    path.write_text("/* new */\n" * 40 + CODE.replace("return x;", "if (x)\n\t\treturn 0;\n\treturn x;"))
    file = file_of(editor, tree)
    (member,) = file.ask("definition", file.at("return ops->run(value)", "run"))
    assert member["range"]["start"] == file.at("(*run)(int)", "run")
    (local,) = file.ask("definition", file.at("ops->run(value)", "value"))
    assert local["range"]["start"] == file.at("int value", "value")
    (target,) = file.ask("implementation", file.at("return ops->run(value)", "run"))
    assert target["range"]["start"] == file.at("static int fast", "fast")
    assert [each for each in editor.shown if "kernel/one.c has changed since it was indexed" in each] == editor.shown
    assert len(editor.shown) == 1
    assert main(["--tree", str(tree), "index"]) == 0
    assert items(file, "ops->run(value)", "run") == ["fast"]
    assert len(editor.shown) == 1
    path.write_text(CODE)
    assert items(file_of(editor, tree), "ops->run(value)", "run") == ["fast"]
    assert len(editor.shown) == 2  # it is true once more


@pytest.mark.parametrize("in_place", [True, False])
def test_the_index_is_brought_up_to_date_beside_it(start, small, in_place):
    others = {f"other{n}": f"int other{n}(void)\n{{\n\treturn {n};\n}}\n" for n in range(6)}
    editor = start(tree := kernel_of(small, **others))
    file = file_of(editor, tree)
    assert items(file, "ops->run(value)", "run") == ["fast"]
    db = tree / ".xref" / "index.db"
    before = db.stat().st_ino
    path = tree / "kernel" / "one.c"
    path.write_text(CODE.replace("fast", "swift"))
    os.utime(path, ns=(1, 1))
    if not in_place:
        (tree / "kernel" / "two.c").write_text("int two(void)\n{\n\treturn 2;\n}\n")
    assert main(["--tree", str(tree), "index"]) == 0
    assert (db.stat().st_ino == before) is in_place  # nobody held it
    file = file_of(editor, tree)
    assert items(file, "ops->run(value)", "run") == ["swift"]
    assert editor.shown == []


def test_what_is_remembered_does_not_grow_for_ever(start, small, monkeypatch):
    editor = start(tree := kernel_of(small))
    file = file_of(editor, tree)
    opened = []

    class Counting:
        @staticmethod
        def open(*words, **options):
            opened.append(words)
            return Resolver.open(*words, **options)

    monkeypatch.setattr("xref.lsp.index.Resolver", Counting)
    assert items(file, "ops->run(value)", "run") == ["fast"]
    before = len(opened)
    monkeypatch.setattr("xref.lsp.index._MUCH", 1)
    sizes = (10**12 * 3**n for n in itertools.count())
    monkeypatch.setattr("xref.lsp.index._memory", lambda: next(sizes))
    for _ in range(3):
        assert items(file, "ops->run(value)", "run") == ["fast"]
    assert len(opened) > before


def test_a_part_of_a_tree_is_said_to_be_one(start, small, capfdbinary):
    tree = small(index=False, one=CODE)
    (tree / "net").mkdir()
    (tree / "net" / "two.c").write_text("int two(void)\n{\n\treturn 2;\n}\n")
    assert main(["--tree", str(tree), "callees", "start", "--partial"]) == 0
    editor = start(tree)
    file = file_of(editor, tree)
    assert items(file, "ops->run(value)", "run") == ["fast"]
    (said,) = editor.shown
    assert "holds a part of the tree" in said


def test_an_index_that_is_damaged_is_said_to_be(start, small):
    tree = small(index=False, one=CODE)
    (tree / ".xref").mkdir()
    (tree / ".xref" / "index.db").write_text("no index")
    editor = start(tree)
    file = file_of(editor, tree)
    assert file.ask("definition", file.at("ops->run(value)", "run")) == []
    (said,) = editor.shown
    assert "is not an xref index" in said


def test_an_empty_answer_says_why(start, small):
    editor = start(tree := kernel_of(small))
    file = file_of(editor, tree)
    (item,) = file.ask("prepareCallHierarchy", file.at("int start(", "start"))
    assert editor.ask("callHierarchy/incomingCalls", {"item": item}) == []
    assert any("No caller of start is known" in each for each in editor.shown)


def test_lines_that_stay_are_found_in_both_texts():
    saved = b"a\nb\nc\nd\ne\n"
    edited = b"a\nb\nx\ny\nd\ne\n", b"a\ne\n", b"a\nb\nc\nc\nd\ne\n", b"x\na\nb\ny\nc\nd\nz\ne\n", b"a\r\nb\r\n"
    for shown in (saved, b"", b"x\n" + saved, saved + b"x", *edited):
        moved = shift(saved, shown)
        old, new = saved.split(b"\n"), shown.split(b"\n")
        kept = [n for n, line in enumerate(old, 1) if line and line in [each.rstrip() for each in new]]
        for line in kept:
            assert new[moved.shown(line) - 1].rstrip() == old[line - 1]
            assert moved.saved(moved.shown(line)) == line
        assert all(1 <= moved.shown(n) <= len(new) for n in range(1, len(old) + 1))
        assert all(1 <= moved.saved(n) <= len(old) for n in range(1, len(new) + 1))
