# SPDX-License-Identifier: MIT
"""Killed at any moment, built twice at once: there is always a whole index, and nothing is left behind."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from xref.errors import IndexUnavailable
from xref.index.lock import alone
from xref.index.summary import Progress
from xref.store.editor import Editor
from xref.store.model import FileRow
from xref.store.reader import Reader

from .trees import FIXTURES, index, rows

MOMENTS = 14


@pytest.fixture
def kernel(tmp_path: Path) -> Path:
    tree = tmp_path / "linux"
    shutil.copytree(FIXTURES / "linux-3.7", tree)
    return tree


def _children(pid: int) -> set[int]:
    try:
        return {int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}
    except OSError:
        return set()


def _gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs /proc")
@pytest.mark.parametrize("edited", [False, True], ids=["whole build", "update"])
def test_killed_at_any_moment(kernel: Path, tmp_path: Path, edited: bool) -> None:
    db = tmp_path / "db" / "i.db"
    index(kernel, db, jobs=2)
    source = next(path for path in sorted(kernel.rglob("*.c")) if path.stat().st_size > 1000)
    source.write_bytes(source.read_bytes() + b"\nint xref_new(void)\n{\n\treturn 1;\n}\n")
    fork = multiprocessing.get_context("fork")
    started = time.monotonic()
    copy = tmp_path / "copy.db"
    shutil.copy(db, copy)
    index(kernel, copy, jobs=2, force=not edited)
    lasts = time.monotonic() - started
    before = db.read_bytes()
    finished = 0
    for k in range(MOMENTS):
        child = fork.Process(target=index, args=(kernel, db), kwargs={"jobs": 2, "force": not edited})
        child.start()
        time.sleep(lasts * 1.1 * k / MOMENTS)
        assert child.pid is not None
        workers = _children(child.pid)
        if child.is_alive():
            os.kill(child.pid, signal.SIGKILL)
        child.join()
        reader = Reader(db)
        if db.read_bytes() == before:
            assert not reader.functions_named("xref_new")
        else:  # it had finished
            finished += 1
            assert reader.functions_named("xref_new")
        reader.close()
        if finished:
            db.write_bytes(before)
        until = time.monotonic() + 5
        while not all(map(_gone, workers)) and time.monotonic() < until:
            time.sleep(0.01)
        assert all(map(_gone, workers)), "a worker has outlived the one who started it"
    assert finished < MOMENTS
    index(kernel, db)
    assert [path.name for path in db.parent.iterdir()] == [db.name]
    connection = sqlite3.connect(db)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


@pytest.mark.parametrize("built", [False, True], ids=["read", "built anew"])
def test_killed_in_the_middle_of_an_edit(kernel: Path, tmp_path: Path, built: bool) -> None:
    """Of an index that is half changed already, the next one who reads it has the old one back; who builds it anew does
    not get the old one's pages mixed into his.
    """
    db = tmp_path / "i.db"
    index(kernel, db)
    before = db.read_bytes()

    def edit() -> None:
        editor = Editor(db, in_place=True)
        editor._db.execute("PRAGMA cache_size = 1")  # so that pages are written before the end
        editor.replace(1, FileRow("", 0, 0, b"", 0, b"", ""))
        editor._db.execute("UPDATE functions SET name = 'gone'")
        os.kill(os.getpid(), signal.SIGKILL)

    child = multiprocessing.get_context("fork").Process(target=edit)
    child.start()
    child.join()
    assert db.read_bytes() != before
    if built:
        shutil.rmtree(kernel / "net")
        index(kernel, db, force=True)
        Reader(db).close()
        index(kernel, tmp_path / "fresh.db")
        assert rows(db) == rows(tmp_path / "fresh.db")
        return
    link = tmp_path / "link.db"
    link.symlink_to(db)
    reader = Reader(link)
    assert not reader.functions_named("gone")
    reader.close()
    assert db.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["i.db", "link.db", "linux"]


def test_an_index_that_is_being_edited_is_waited_for(
    kernel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = tmp_path / "i.db"
    index(kernel, db)
    editor = Editor(db, in_place=True)
    monkeypatch.setattr("xref.store.database._PATIENCE", 0.05)
    with pytest.raises(IndexUnavailable, match="cannot be read now"):
        Reader(db)
    monkeypatch.setattr("xref.store.database._PATIENCE", 10)
    with ThreadPoolExecutor(1) as beside:
        reading = beside.submit(lambda: Reader(db).close())
        time.sleep(0.1)
        assert not reading.done()
        editor.abandon()
        reading.result()


def test_the_second_waits_says_so_and_finds_nothing_left_to_do(kernel: Path, tmp_path: Path) -> None:
    db = tmp_path / "i.db"
    fork = multiprocessing.get_context("fork")
    entered, go_on = fork.Event(), fork.Event()

    def first() -> None:
        def report(progress: Progress) -> None:
            if progress.phase == "extracting":
                entered.set()
                go_on.wait(20)

        index(kernel, db, jobs=1, progress=report)

    child = fork.Process(target=first)
    child.start()
    assert entered.wait(20)
    said = []

    def report(progress: Progress) -> None:
        said.append(progress.phase)
        go_on.set()

    summary = index(kernel, db, jobs=1, progress=report)
    child.join()
    assert said == ["waiting for another xref that indexes this tree"]
    assert summary.reused_files == summary.files
    assert sorted(path.name for path in tmp_path.iterdir()) == ["i.db", "linux"]


def test_a_lock_that_was_left_behind_is_none(tmp_path: Path) -> None:
    (tmp_path / "i.db.lock").write_text("")
    waited: list[bool] = []
    with alone(tmp_path / "i.db", lambda: waited.append(True)):
        assert not waited
    assert not (tmp_path / "i.db.lock").exists()
