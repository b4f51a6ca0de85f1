# SPDX-License-Identifier: MIT
"""What may be wrong with tree, index and disk: one sentence, the documented exit code, nothing destroyed."""

import errno
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from xref.cli import main as main_module
from xref.cli.failure import explain
from xref.cli.output import emit, write_whole
from xref.cli.session import Session
from xref.errors import OutputFailed


def only_sentence(ran, code, *says):
    assert ran.code == code
    assert ran.out == ""
    assert "Traceback" not in ran.err
    line = ran.err.strip().splitlines()[-1]
    assert line.startswith("xref: error: ")
    for words in says:
        assert words in line


def test_no_such_tree(xref):
    only_sentence(xref("--tree", "/nowhere/linux", "callgraph", "send"), 4, "no folder /nowhere/linux")


def test_not_a_kernel_tree(xref, tmp_path):
    only_sentence(xref("--tree", tmp_path, "callgraph", "send"), 4, "is not a kernel tree")


def test_no_tree_here_or_above(xref, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    only_sentence(xref("callgraph", "send"), 4, "no kernel tree here or above", "--tree")


def test_the_tree_of_the_environment(xref, monkeypatch):
    monkeypatch.setenv("XREF_TREE", "/nowhere/else")
    only_sentence(xref("callgraph", "send"), 4, "/nowhere/else")


def test_an_architecture_that_the_tree_does_not_have(xref, bare_kernel):
    only_sentence(xref("--tree", bare_kernel, "--arch", "vax", "callgraph", "send"), 2, "no architecture 'vax'", "x86")


def test_a_path_outside_every_tree(xref, tmp_path):
    only_sentence(xref("index", tmp_path), 4, "is not in a kernel tree")
    only_sentence(xref("index", tmp_path / "none"), 4, "there is no file or folder")


@pytest.mark.parametrize("content", [b"not a database, but a text that was named by mistake\n", b"\0" * 4096])
def test_a_foreign_file_is_refused_and_left_alone(xref, bare_kernel, tmp_path, content):
    foreign = tmp_path / "notes.txt"
    foreign.write_bytes(content)
    only_sentence(xref("--tree", bare_kernel, "--db", foreign, "callgraph", "one"), 3, "is not an xref index")
    only_sentence(xref("--tree", bare_kernel, "--db", foreign, "index"), 3, "is not an xref index", "left alone")
    assert foreign.read_bytes() == content


def test_a_foreign_database_is_refused_and_left_alone(xref, bare_kernel, tmp_path):
    foreign = tmp_path / "firefox.sqlite"
    db = sqlite3.connect(foreign)
    db.execute("CREATE TABLE bookmarks (url)")
    db.commit()
    db.close()
    before = foreign.read_bytes()
    only_sentence(xref("--db", foreign, "callgraph", "one"), 3, "is not an xref index")
    only_sentence(xref("--tree", bare_kernel, "--db", foreign, "index"), 3, "left alone")
    assert foreign.read_bytes() == before


def test_a_folder_as_database(xref, bare_kernel, tmp_path):
    for command in (["index"], ["callers", "one"], ["def", "one"]):
        only_sentence(xref("--tree", bare_kernel, "--db", tmp_path, *command), 3, "is a folder", "a file with --db")


def test_what_is_advised_for_a_file_that_is_no_index_works(xref, bare_kernel, tmp_path):
    bad = tmp_path / "bad.db"
    bad.write_text("a text")
    only_sentence(xref("--db", bad, "callers", "one"), 3, "is not an xref index; name another file with --db")
    bad.write_bytes(b"")
    only_sentence(xref("--db", bad, "callers", "one"), 3, "is empty; run `xref index`")
    assert xref("--tree", bare_kernel, "--db", bad, "index").code == 0
    bad.write_bytes(bad.read_bytes()[:4096])
    only_sentence(xref("--db", bad, "callers", "one"), 3, "is damaged", "run `xref index`")
    assert xref("--tree", bare_kernel, "--db", bad, "index").code == 0
    assert xref("--db", bad, "callers", "one").code == 0


def test_a_half_written_index(xref, bare_kernel):
    assert xref("--tree", bare_kernel, "index").code == 0
    index = bare_kernel / ".xref" / "index.db"
    db = sqlite3.connect(index)
    db.execute("DELETE FROM meta WHERE key = 'complete'")
    db.commit()
    db.close()
    only_sentence(xref("--tree", bare_kernel, "callgraph", "one"), 3, "half written", "xref index")
    index.write_bytes(index.read_bytes()[:5000])
    only_sentence(xref("--tree", bare_kernel, "callgraph", "one"), 3, "xref index")


def test_an_index_that_is_damaged_inside(xref, bare_kernel):
    assert xref("--tree", bare_kernel, "index").code == 0
    index = bare_kernel / ".xref" / "index.db"
    whole = index.read_bytes()
    quarter = len(whole) // 4
    index.write_bytes(whole[:quarter] + b"\xa5" * (2 * quarter) + whole[3 * quarter :])
    only_sentence(xref("--tree", bare_kernel, "callgraph", "one"), 3, "damaged", "xref index --force")
    assert xref("--tree", bare_kernel, "index", "--force").code == 0
    assert xref("--tree", bare_kernel, "callees", "two").code == 0


def test_an_index_that_lacks_a_table(xref, bare_kernel):
    assert xref("--tree", bare_kernel, "index").code == 0
    db = sqlite3.connect(bare_kernel / ".xref" / "index.db")
    db.execute("DROP TABLE functions")
    db.commit()
    db.close()
    only_sentence(xref("--tree", bare_kernel, "callgraph", "one"), 3, "damaged", "functions", "xref index --force")


def test_an_index_of_another_tree_says_so(xref, bare_kernel, tmp_path):
    assert xref("--tree", bare_kernel, "--db", tmp_path / "a.db", "index").code == 0
    other = tmp_path / "other"
    bare_kernel.rename(other)
    bare_kernel.symlink_to(other)
    assert xref("--tree", bare_kernel, "--db", tmp_path / "b.db", "index").code == 0
    ran = xref("--tree", bare_kernel, "--db", tmp_path / "a.db", "callers", "one")
    assert ran.code == 0
    assert f"a.db holds Linux 3.7.2 of {bare_kernel}, not {bare_kernel}" in ran.err
    for named in (other, bare_kernel):  # the same one by another path
        assert xref("--tree", named, "--db", tmp_path / "b.db", "callers", "one").err == ""
    assert xref("--db", tmp_path / "a.db", "callers", "one").err == ""


def test_an_old_index_says_what_to_run(xref, bare_kernel):
    assert xref("--tree", bare_kernel, "index").code == 0
    index = bare_kernel / ".xref" / "index.db"
    db = sqlite3.connect(index)
    db.execute("PRAGMA user_version = 1")
    db.commit()
    db.close()
    only_sentence(xref("--tree", bare_kernel, "callgraph", "one"), 3, "another version", "xref index")
    assert xref("--tree", bare_kernel, "index").code == 0
    assert xref("--tree", bare_kernel, "callees", "two").code == 0


def test_an_index_of_another_architecture(xref, bare_kernel):
    (bare_kernel / "arch" / "arm").mkdir()
    assert xref("--tree", bare_kernel, "index").code == 0
    only_sentence(xref("--tree", bare_kernel, "--arch", "arm", "callees", "two"), 3, "holds x86, not arm")


def test_an_unknown_symbol_says_what_is_near(xref, source):
    only_sentence(xref("callgraph", "tcp_sendmessage"), 1, "'tcp_sendmessage'", "did you mean tcp_sendmsg")


@pytest.mark.parametrize(
    "args",
    [["def", "x"], ["refs", "x"], ["slots", "x_ops.y"], ["slots", "x_ops"], ["syscalls", "x"], ["path", "x", "y"]],
)
def test_nothing_found(xref, bare_kernel, args):
    only_sentence(xref("--tree", bare_kernel, *args), 1, "x")


def full(*_args, **_options):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_disk_full_while_writing_a_result(xref, source, tmp_path, monkeypatch):
    target = tmp_path / "send.json"
    target.write_text("the old answer")
    monkeypatch.setattr(os, "fsync", full)
    only_sentence(xref("callgraph", "send", "-o", target), 73, str(target), "disk is full")
    assert target.read_text() == "the old answer"
    assert list(tmp_path.iterdir()) == [target]


def test_disk_full_on_stdout(monkeypatch):
    class Full:
        buffer = None
        write = flush = staticmethod(full)

    monkeypatch.setattr(sys, "stdout", Full())
    with pytest.raises(OutputFailed, match="disk is full"):
        emit("text")


def test_disk_full_while_indexing(xref, bare_kernel, monkeypatch):
    monkeypatch.setattr(Session, "build", full)
    only_sentence(xref("--tree", bare_kernel, "index"), 73, "disk is full")


def test_no_permission_to_write_the_result(xref, source, tmp_path):
    only_sentence(xref("callgraph", "send", "-o", tmp_path / "none" / "send.json"), 73, "No such file or directory")


def test_an_interrupt(xref, bare_kernel, monkeypatch):
    def interrupt(*_args, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("xref.index.build.build_index", interrupt)
    only_sentence(xref("--tree", bare_kernel, "index"), 130, "interrupted; the old index is unchanged")


def test_an_interrupted_question_has_nothing_to_do_with_the_index(xref, bare_kernel, monkeypatch):
    def interrupt(*_args, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(Session, "open_resolver", interrupt)
    ran = xref("--tree", bare_kernel, "callers", "one")
    assert (ran.code, ran.err.strip()) == (130, "xref: error: interrupted")


def test_a_tree_that_may_not_be_read(xref, bare_kernel, monkeypatch):
    def deny(*_):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    monkeypatch.setattr(os, "scandir", deny)
    only_sentence(xref("--tree", bare_kernel, "callers", "one"), 4, "may not be read: permission denied")


def test_an_internal_error_shows_no_traceback_unless_asked(xref, monkeypatch):
    def fail(*_):
        raise RuntimeError("a thing that cannot be\nand more of it")

    monkeypatch.setattr(Session, "open_resolver", fail)
    only_sentence(xref("callgraph", "send"), 70, "a thing that cannot be", "--debug for the traceback")
    with pytest.raises(RuntimeError):
        main_module.main(["--debug", "callgraph", "send"])


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OSError(errno.ENOSPC, "x", "/a/b"), 73),
        (OSError(errno.EDQUOT, "x"), 73),
        (PermissionError(errno.EACCES, "denied", "/a/b"), 4),
        (sqlite3.OperationalError("database or disk is full"), 73),
        (MemoryError(), 70),
        (ValueError(""), 70),
        (KeyboardInterrupt(), 130),
    ],
)
def test_one_sentence_and_a_code(error, code):
    sentence, found = explain(error)
    assert found == code
    assert sentence
    assert "\n" not in sentence


def test_writing_whole_keeps_permissions_and_follows_links(tmp_path):
    target = tmp_path / "send.svg"
    target.write_bytes(b"old")
    target.chmod(0o640)
    link = tmp_path / "link.svg"
    link.symlink_to(target)
    write_whole(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert target.stat().st_mode & 0o777 == 0o640


def test_a_new_file_gets_the_usual_permissions(tmp_path):
    mask = os.umask(0o027)
    try:
        write_whole(tmp_path / "new", b"x")
    finally:
        os.umask(mask)
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o640


def test_writing_to_a_device(tmp_path):
    write_whole(Path(os.devnull), b"x")
    assert not Path(os.devnull).is_file()


ROOT = Path(__file__).parents[2]


def test_a_closed_pipe_is_quiet(small_kernel):
    script = f"{sys.executable} -m xref.cli.main --tree {small_kernel} callgraph send --format json | head -n 1"
    result = subprocess.run(script, shell=True, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.stdout == "{\n"
    assert result.stderr == ""


@pytest.mark.parametrize("command", ["callgraph send", "def sock_sendmsg", "slots proto_ops.sendmsg", "doctor"])
def test_a_closed_stdout_is_one_sentence(small_kernel, command):
    script = f"{sys.executable} -m xref.cli.main --tree {small_kernel} {command} >&-"
    result = subprocess.run(script, shell=True, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 73
    assert result.stderr == "xref: error: the answer cannot be written: the standard output is closed\n"


def test_a_closed_stdout_does_not_matter_to_a_file(small_kernel, tmp_path):
    script = f"{sys.executable} -m xref.cli.main --tree {small_kernel} callgraph send -o {tmp_path}/send.txt >&- 2>&-"
    assert subprocess.run(script, shell=True, cwd=ROOT, check=False).returncode == 0
    assert (tmp_path / "send.txt").read_text().startswith("Linux 3.7")


def test_a_closed_stderr_leaves_its_lines_out(small_kernel, bare_kernel):
    """Python prints to stdout what is for a stderr that is not there."""
    command = f"--tree {bare_kernel} --db {small_kernel}/.xref/index.db callgraph send --format json"
    script = f"{sys.executable} -m xref.cli.main {command} 2>&-"
    result = subprocess.run(script, shell=True, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0
    assert result.stdout.startswith("{")


def test_an_interrupt_from_the_keyboard(bare_kernel):
    """A signal in the middle of a build leaves the sentence, the code, and the old index."""
    assert main_module.main(["--tree", str(bare_kernel), "index"]) == 0
    index = bare_kernel / ".xref" / "index.db"
    before = index.read_bytes()
    script = (
        "import os, signal, time, xref.index.build as b\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a shell's background jobs ignore it
        "b.list_files = lambda *_: (os.kill(os.getpid(), signal.SIGINT), time.sleep(30))\n"
        "from xref.cli.main import run\n"
        "run()\n"
    )
    command = [sys.executable, "-c", script, "--tree", str(bare_kernel), "index", "--force"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 128 + signal.SIGINT
    assert result.stderr.strip() == "xref: error: interrupted; the old index is unchanged"
    assert index.read_bytes() == before
