# SPDX-License-Identifier: MIT
"""An index is built whole or not at all, the same every time, and anew when something has changed."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest

from xref.errors import EXIT_OUTPUT, OutputFailed, XrefError
from xref.index import worker
from xref.index.reuse import read_old
from xref.index.summary import Progress, Summary
from xref.store.editor import Editor
from xref.store.reader import Reader
from xref.store.writer import Writer
from xref.tree.files import list_files
from xref.tree.root import open_tree

from .trees import FIXTURES, index, rows


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy that nobody changes."""
    tree = tmp_path_factory.mktemp("kernel") / "linux"
    shutil.copytree(FIXTURES / "linux-3.7", tree)
    return tree


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Three files to play with."""
    tree = tmp_path / "linux"
    (tree / "kernel").mkdir(parents=True)
    (tree / "arch" / "x86").mkdir(parents=True)
    (tree / "Makefile").write_text("VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 0\n")
    (tree / "kernel" / "a.c").write_text("int a(void)\n{\n\treturn b();\n}\n")
    (tree / "kernel" / "b.c").write_text("int b(void)\n{\n\treturn 1;\n}\n")
    (tree / "kernel" / "h.h").write_text("#define h(x) a(x)\n")
    return tree


def names(db: Path) -> list[str]:
    return sorted(str(r[3]) for r in rows(db)["functions"])


def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes work for several processes out of a small tree."""
    monkeypatch.setattr("xref.index.pool.PORTION_BYTES", 4000)


# -- the same every time -----------------------------------------------------------------------------------------------


def test_two_builds_are_equal(kernel: Path, tmp_path: Path) -> None:
    a, b = tmp_path / "a.db", tmp_path / "b.db"
    first, second = index(kernel, a), index(kernel, b)
    assert rows(a) == rows(b)
    assert first.functions == second.functions > 100


def test_any_number_of_processes_gives_the_same(kernel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_chunks(monkeypatch)
    a, b = tmp_path / "a.db", tmp_path / "b.db"
    index(kernel, a, jobs=1)
    index(kernel, b, jobs=2)
    assert rows(a) == rows(b)


def test_the_size_of_the_portions_does_not_matter(
    kernel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Functions carry no state from one file to the next."""
    a, b = tmp_path / "a.db", tmp_path / "b.db"
    index(kernel, a)
    monkeypatch.setattr("xref.index.pool.PORTION_BYTES", 1)
    index(kernel, b)
    left, right = rows(a), rows(b)
    assert {t: sorted(map(repr, r)) for t, r in left.items()} == {t: sorted(map(repr, r)) for t, r in right.items()}


def test_the_summary_counts_what_is_there(kernel: Path, tmp_path: Path) -> None:
    db = tmp_path / "i.db"
    summary = index(kernel, db)
    found = rows(db)
    kinds = [r[7] for r in found["functions"]]
    assert summary.functions == len(kinds) - kinds.count("macro")
    assert summary.macros == kinds.count("macro")
    assert summary.files == len(found["files"]) == len(list_files(open_tree(kernel), "x86").files)
    assert summary.registrations == len(found["registrations"])
    assert summary.bytes == sum(int(str(r[3])) for r in found["files"])
    assert summary.db_bytes == db.stat().st_size
    assert summary.reused_files == 0
    reader = Reader(db)
    assert sum(len(reader.body(r[0]).calls) for r in found["functions"]) == summary.call_sites  # type: ignore[arg-type]
    reader.close()


def test_progress_goes_forward_to_the_end(kernel: Path, tmp_path: Path) -> None:
    seen: list[Progress] = []
    index(kernel, tmp_path / "i.db", progress=seen.append)
    assert seen[-1].phase == "done"
    assert seen[-1].files_done == seen[-1].files_total > 0
    assert seen[-1].bytes_done == seen[-1].bytes_total > 0
    for phase in ("reading macros", "extracting"):
        done = [p.bytes_done for p in seen if p.phase == phase]
        assert done == sorted(done)
        assert done[-1] == seen[-1].bytes_total


# -- what has changed --------------------------------------------------------------------------------------------------


def test_an_unchanged_tree_is_not_read_again(small: Path, tmp_path: Path) -> None:
    db = tmp_path / "i.db"
    first = index(small, db)
    before = (db.stat().st_mtime_ns, db.stat().st_ino)
    second = index(small, db)
    assert (db.stat().st_mtime_ns, db.stat().st_ino) == before
    assert second.reused_files == first.files == 3
    assert (second.functions, second.skipped) == (first.functions, first.skipped)


def test_force_builds_anew(small: Path, tmp_path: Path) -> None:
    db = tmp_path / "i.db"
    index(small, db)
    assert index(small, db, force=True).reused_files == 0


def _touch(path: Path, text: str) -> None:
    old = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(text)
    os.utime(path, ns=(old + 10**9, old + 10**9))


@pytest.mark.parametrize("change", ["changed", "same size", "added", "removed", "renamed"])
def test_a_change_is_seen(small: Path, tmp_path: Path, change: str) -> None:
    db = tmp_path / "i.db"
    index(small, db)
    b = small / "kernel" / "b.c"
    if change == "changed":
        _touch(b, "int b(void)\n{\n}\nint more(void)\n{\n}\n")
    elif change == "same size":
        _touch(b, b.read_text().replace("int b(", "int z("))
    elif change == "added":
        _touch(small / "kernel" / "c.c", "int c(void)\n{\n}\n")
    elif change == "removed":
        b.unlink()
    else:
        b.rename(small / "kernel" / "d.c")
    listed = list_files(open_tree(small), "x86")
    old = read_old(db, "x86")
    assert old is not None
    assert old.suspects(listed.files) or old.files.keys() != {f.path for f in listed.files}
    index(small, db)
    expected = {
        "changed": ["a", "b", "h", "more"], "same size": ["a", "h", "z"], "added": ["a", "b", "c", "h"],
        "removed": ["a", "h"], "renamed": ["a", "b", "h"],
    }  # fmt: skip
    assert names(db) == expected[change]


def test_a_changed_macro_reaches_the_files_that_use_it(small: Path, tmp_path: Path) -> None:
    db = tmp_path / "i.db"
    header, user = small / "kernel" / "h.h", small / "kernel" / "u.c"
    _touch(header, "#define MAKE(x) int x##_one(void) { }\n")
    _touch(user, '#include "h.h"\nMAKE(f)\n')
    index(small, db)
    assert "f_one" in names(db)
    _touch(header, "#define MAKE(x) int x##_two(void) { }\n")
    index(small, db)
    assert "f_two" in names(db)
    assert "f_one" not in names(db)


def test_the_index_of_another_architecture_is_no_old_one(small: Path, tmp_path: Path) -> None:
    db = tmp_path / "i.db"
    index(small, db)
    assert read_old(db, "x86") is not None
    assert read_old(db, "arm") is None


@pytest.mark.parametrize("content", [b"", b"not a database", b"SQLite format 3\0"])
def test_a_broken_index_is_replaced(small: Path, tmp_path: Path, content: bytes) -> None:
    db = tmp_path / "i.db"
    db.write_bytes(content)
    assert index(small, db).files == 3
    assert names(db) == ["a", "b", "h"]


# -- whatever happens, the old index stays -----------------------------------------------------------------------------


@pytest.fixture
def old(small: Path, tmp_path: Path) -> tuple[Path, Path, bytes]:
    """A tree whose index has to be built anew: tree, index, and the bytes of the index."""
    db = tmp_path / "db" / "i.db"
    index(small, db)
    _touch(small / "kernel" / "b.c", "int changed(void)\n{\n}\n")
    _touch(small / "kernel" / "a.c", (small / "kernel" / "a.c").read_text() + "\n")  # most of the tree, with b.c
    return small, db, db.read_bytes()


def untouched(db: Path, before: bytes) -> None:
    assert db.read_bytes() == before
    assert [p.name for p in db.parent.iterdir()] == [db.name]


@pytest.mark.parametrize("phase", ["reading macros", "extracting", "writing"])
@pytest.mark.parametrize("jobs", [1, 2])
def test_an_interrupt(old: tuple[Path, Path, bytes], phase: str, jobs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    small, db, before = old
    monkeypatch.setattr("xref.index.pool.PORTION_BYTES", 1)

    def interrupt(p: Progress) -> None:
        if p.phase == phase:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index(small, db, jobs=jobs, progress=interrupt)
    untouched(db, before)
    assert worker._table is None


def test_after_an_interrupt_the_next_build_works(old: tuple[Path, Path, bytes]) -> None:
    small, db, _ = old

    def interrupt(p: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index(small, db, progress=interrupt)
    index(small, db)
    assert names(db) == ["a", "changed", "h"]


@pytest.mark.parametrize("method", ["add", "add_syscalls", "finish"])
@pytest.mark.parametrize(
    "failure",
    [
        sqlite3.OperationalError("database or disk is full"),
        sqlite3.OperationalError("disk I/O error"),
        OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
        OSError(errno.EDQUOT, os.strerror(errno.EDQUOT)),
    ],
    ids=["full", "io", "ENOSPC", "EDQUOT"],
)
def test_a_full_disk(
    old: tuple[Path, Path, bytes], method: str, failure: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    small, db, before = old

    def fail(*_: object, **__: object) -> None:
        raise failure

    monkeypatch.setattr(Writer, method, fail)
    with pytest.raises(OutputFailed) as e:
        index(small, db)
    assert e.value.exit_code == EXIT_OUTPUT
    assert str(db.parent) in str(e.value)
    untouched(db, before)


@pytest.mark.parametrize("method", ["add", "replace", "finish"])
def test_a_full_disk_while_files_are_replaced(
    small: Path, tmp_path: Path, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = tmp_path / "db" / "i.db"
    index(small, db)
    before = db.read_bytes()
    _touch(small / "kernel" / "c.c", "int c(void)\n{\n}\n")

    def fail(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Editor, method, fail)
    with pytest.raises(OutputFailed, match="disk is full"):
        index(small, db)
    untouched(db, before)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(old: tuple[Path, Path, bytes]) -> None:
    small, db, before = old
    db.parent.chmod(0o500)
    try:
        with pytest.raises(OutputFailed):
            index(small, db)
    finally:
        db.parent.chmod(0o700)
    untouched(db, before)


def test_a_folder_that_is_a_file(small: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(XrefError) as e:
        index(small, tmp_path / "file" / "i.db")
    assert "\n" not in str(e.value)


def _die(_: str, __: Sequence[object]) -> bytes:
    os._exit(9)


def _die_by_signal(_: str, __: Sequence[object]) -> bytes:
    os.kill(os.getpid(), signal.SIGKILL)
    return b""


@pytest.mark.parametrize("death", [_die, _die_by_signal])
@pytest.mark.parametrize("work", ["lex_files", "extract_files"])
def test_a_worker_that_dies(
    old: tuple[Path, Path, bytes], work: str, death: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    small, db, before = old
    monkeypatch.setattr("xref.index.pool.PORTION_BYTES", 1)
    monkeypatch.setattr(worker, work, death)
    with pytest.raises(XrefError, match="worker process died") as e:
        index(small, db, jobs=2, force=True)
    assert "unchanged" in str(e.value)
    untouched(db, before)


def test_leftovers_of_killed_builds_are_cleared(small: Path, tmp_path: Path) -> None:
    db = tmp_path / "i.db"
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    dead, alive, other = (tmp_path / f"i.db.new-{n}" for n in (pid, os.getppid(), "notes"))
    for path in (dead, alive, other):
        path.write_bytes(b"x")
    index(small, db)
    assert not dead.exists()
    assert alive.exists()
    assert other.exists()


# -- what cannot be read -----------------------------------------------------------------------------------------------


def reasons(summary: Summary) -> dict[str, int]:
    return dict(summary.skipped)


def test_binary_files_are_counted(small: Path, tmp_path: Path) -> None:
    (small / "kernel" / "x.c").write_bytes(b"int x;\0\0\0")
    assert reasons(index(small, tmp_path / "i.db")) == {"binary": 1}
    assert names(tmp_path / "i.db") == ["a", "b", "h"]


def test_huge_files_are_counted(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "MAX_FILE", 1000)
    (small / "kernel" / "x.c").write_bytes(b"int x;\n" * 1000)
    (reason,) = reasons(index(small, tmp_path / "i.db"))
    assert "larger" in reason


def test_a_file_that_vanishes_is_counted(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def vanish(p: Progress) -> None:
        (small / "kernel" / "b.c").unlink(missing_ok=True)

    summary = index(small, tmp_path / "i.db", progress=vanish)
    (reason,) = reasons(summary)
    assert reason.startswith("cannot be read")
    assert names(tmp_path / "i.db") == ["a", "h"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_files_are_counted(small: Path, tmp_path: Path) -> None:
    (small / "kernel" / "b.c").chmod(0)
    (reason,) = reasons(index(small, tmp_path / "i.db"))
    assert reason.startswith("cannot be read")


def test_a_file_that_only_the_second_pass_cannot_read_is_not_lost_silently(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = worker.read

    def unreadable(root: str, path: str) -> tuple[bytes, str]:
        return (b"", "cannot be read: Permission denied") if path.endswith("b.c") else real(root, path)

    monkeypatch.setattr(worker, "read", unreadable)
    assert reasons(index(small, tmp_path / "i.db")) == {"cannot be read: Permission denied": 1}


def test_loops_of_links_are_counted_and_not_followed(small: Path, tmp_path: Path) -> None:
    (small / "kernel" / "loop").symlink_to(small)
    (small / "kernel" / "self.c").symlink_to("self.c")
    (small / "kernel" / "away.c").symlink_to("/etc/passwd")
    (small / "kernel" / "gone").symlink_to("nowhere")
    summary = index(small, tmp_path / "i.db")
    assert summary.files == 3
    assert reasons(summary) == {"symbolic link": 3}


def test_a_file_that_is_nested_too_deeply_costs_only_itself(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deep(*_: object) -> None:
        raise RecursionError

    monkeypatch.setattr("xref.index.worker.extract_assembly", deep)
    (small / "kernel" / "x.S").write_text("ENTRY(x)\n")
    assert reasons(index(small, tmp_path / "i.db")) == {"nested too deeply": 1}
    assert names(tmp_path / "i.db") == ["a", "b", "h"]


def test_one_wild_file_does_not_stop_the_others(small: Path, tmp_path: Path) -> None:
    wild = b"#define f(x) (x)(1)\nint y(void) { return " + b"f(" * 100 + b"g" + b")" * 100 + b"; }\n"
    (small / "kernel" / "wild.c").write_bytes(wild)
    index(small, tmp_path / "i.db")
    assert {"a", "b", "h"} <= set(names(tmp_path / "i.db"))


def test_skipped_files_are_remembered(small: Path, tmp_path: Path) -> None:
    (small / "kernel" / "x.c").write_bytes(b"\0")
    db = tmp_path / "i.db"
    first = index(small, db)
    assert index(small, db).skipped == first.skipped == (("binary", 1),)


def test_names_that_are_no_utf_8_are_left_out(small: Path, tmp_path: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(small / "kernel") + b"/\xff.c")).write_text("int x;")
    except OSError:
        pytest.skip("the file system takes no such name")
    assert sum(reasons(index(small, tmp_path / "i.db")).values()) == 1
