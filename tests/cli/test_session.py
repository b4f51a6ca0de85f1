# SPDX-License-Identifier: MIT
"""Where the index lies, what progress says, and what a build reports."""

import io
import re
import shutil
from pathlib import Path

import pytest

from xref.cli.index import lines
from xref.cli.progress import Lines, describe, reporting
from xref.index import locate
from xref.index.locate import cache_folder, locate_index
from xref.index.summary import Progress, Summary


def test_the_option_wins_then_the_environment_then_the_tree(tmp_path):
    environ = {"XREF_DB": "/somewhere/else.db", "HOME": "/home/ada"}
    assert locate_index(tmp_path, db=Path("mine.db"), environ=environ) == Path("mine.db")
    assert locate_index(tmp_path, environ=environ) == Path("/somewhere/else.db")
    assert locate_index(tmp_path, environ={"HOME": "/home/ada"}) == tmp_path / ".xref" / "index.db"


def test_a_tree_that_cannot_be_written(tmp_path, monkeypatch):
    monkeypatch.setattr(locate, "_can_hold", lambda _: False)
    found = locate_index(tmp_path, environ={"HOME": "/home/ada", "XDG_CACHE_HOME": "/cache"})
    assert found.parts[:3] == ("/", "cache", "xref")
    assert found.parent.name.startswith(tmp_path.name + "-")
    other = locate_index(tmp_path / "other", environ={"HOME": "/home/ada", "XDG_CACHE_HOME": "/cache"})
    assert other != found
    (tmp_path / ".xref").mkdir()
    (tmp_path / ".xref" / "index.db").touch()
    assert locate_index(tmp_path, environ={"HOME": "/home/ada"}) == tmp_path / ".xref" / "index.db"


@pytest.mark.parametrize(
    ("platform", "environ", "folder"),
    [
        ("linux", {"HOME": "/home/ada"}, "/home/ada/.cache/xref"),
        ("linux", {"HOME": "/home/ada", "XDG_CACHE_HOME": "/c"}, "/c/xref"),
        ("linux", {"HOME": "/home/ada", "XDG_CACHE_HOME": "relative"}, "/home/ada/.cache/xref"),
        ("darwin", {"HOME": "/Users/ada"}, "/Users/ada/Library/Caches/xref"),
        ("win32", {"HOME": "/u/ada", "LOCALAPPDATA": "/u/ada/Local"}, "/u/ada/Local/xref/cache"),
    ],
)
def test_cache_folders(platform, environ, folder):
    assert cache_folder(environ, platform) == Path(folder)


def test_progress_in_words():
    half = Progress(600, 1200, 50_000_000, 100_000_000, "extracting")
    assert describe(half, 5.0) == "extracting: 600 of 1,200 files, 10.0 MB/s, 5 s left"
    assert describe(Progress(3, 0, 0, 0, "listing"), 1.0) == "listing: 3 files"


def test_a_line_now_and_then():
    out = io.StringIO()
    ticks = iter([0.0, 1.0, 6.0, 7.0, 12.0, 20.0])
    report = Lines(out, clock=lambda: next(ticks))
    for phase, done in (("reading", 1), ("reading", 2), ("extracting", 1), ("extracting", 2), ("extracting", 3)):
        report(Progress(done, 4, done * 1_000_000, 4_000_000, phase))
    assert out.getvalue().splitlines() == [
        "xref: reading: 2 of 4 files, 0.4 MB/s, 5 s left",
        "xref: extracting: 2 of 4 files, 0.4 MB/s, 5 s left",
        "xref: extracting: 3 of 4 files, 0.2 MB/s, 4 s left",
    ]


def test_that_somebody_waits_is_said_at_once():
    out = io.StringIO()
    ticks = iter([0.0, 0.1])
    Lines(out, clock=lambda: next(ticks))(Progress(0, 0, 0, 0, "waiting for another xref that indexes this tree"))
    assert out.getvalue() == "xref: waiting for another xref that indexes this tree\n"


def test_a_bar_on_a_terminal(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setenv("TERM", "xterm")
    out = Terminal()
    with reporting(out) as report:
        report(Progress(1, 2, 10, 20, "reading macros"))
        report(Progress(2, 2, 20, 20, "extracting"))
    assert "files" in out.getvalue()


def test_a_summary_in_words():
    summary = Summary(1200, 34_500_000, 5000, 900, 40000, 3000, 700, 10, (("too large", 2),), 12.34, 1000, 5_600_000)
    assert list(lines(summary)) == [
        "1,200 files, 34.5 MB in 12.3 s, 1,000 of them unchanged",
        "5,000 functions, 900 macros",
        "40,000 call sites, 3,000 through pointers; 700 registrations",
        "10 functions (0.2 %) hold text that could not be parsed",
        "left out: 2 files (too large)",
        "5.6 MB of index",
    ]


def test_a_tree_that_has_another_name_is_read_where_it_is(xref, bare_kernel):
    assert xref("--tree", bare_kernel, "index").code == 0
    moved = bare_kernel.rename(bare_kernel.with_name("renamed"))
    for more in ((), ("--db", moved / ".xref" / "index.db")):
        ran = xref("--tree", moved, *more, "callers", "one", "--evidence")
        assert ran.code == 0
        assert "return one();" in ran.out
        assert "answer is about" not in ran.err


def test_an_index_begins_from_that_of_another_copy(xref, bare_kernel, tmp_path):
    assert xref("--tree", bare_kernel, "index").code == 0
    other = shutil.copytree(bare_kernel, tmp_path / "other", ignore=shutil.ignore_patterns(".xref"))
    ran = xref("--tree", other, "index", "--from", bare_kernel / ".xref" / "index.db")
    assert ran.code == 0
    assert re.search(r"^(\d+) files, .*, \1 of them unchanged$", ran.out, re.MULTILINE)
    assert "return one();" in xref("--tree", other, "callers", "one", "--evidence").out


def test_an_index_to_begin_from_that_is_of_no_use(xref, bare_kernel, tmp_path):
    (tmp_path / "foreign.db").write_bytes(b"not an index")
    for name, why in (("none.db", "no index"), ("foreign.db", "not an xref index")):
        ran = xref("--tree", bare_kernel, "index", "--from", tmp_path / name)
        assert (ran.code, ran.out) == (3, "")
        assert why in ran.err
    assert not (bare_kernel / ".xref" / "index.db").exists()
