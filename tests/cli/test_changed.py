# SPDX-License-Identifier: MIT
"""Files that have changed since they were indexed: no line of theirs stands for the one that was meant."""

import json
import os
import sys

import pytest

from xref.resolve.front.wording import CHANGED


@pytest.fixture
def indexed(xref, bare_kernel):
    assert xref("--tree", bare_kernel, "index").code == 0
    return bare_kernel / "kernel" / "one.c"


def test_a_changed_file_is_said_to_be_one_and_none_of_its_lines_is_shown(xref, bare_kernel, indexed):
    assert "return one();" in xref("--tree", bare_kernel, "callers", "one", "--evidence").out
    indexed.write_text("/* one line more */\n" + indexed.read_text())
    ran = xref("--tree", bare_kernel, "callers", "one", "--evidence")
    assert CHANGED in ran.out
    assert "int two" not in ran.out
    answer = json.loads(xref("--tree", bare_kernel, "callers", "one", "--format", "json").out)
    assert answer["notes"][-1] == (
        "kernel/one.c has changed since the index was made: lines may be others now; run xref index."
    )
    assert answer["edges"][0]["text"] == CHANGED
    assert xref("--tree", bare_kernel, "index").code == 0
    assert "return one();" in xref("--tree", bare_kernel, "callers", "one", "--evidence").out


def test_a_file_that_was_touched_is_the_same(xref, bare_kernel, indexed):
    os.utime(indexed, (1, 1))
    ran = xref("--tree", bare_kernel, "callers", "one", "--evidence")
    assert "return one();" in ran.out
    assert "changed" not in ran.out


def test_to_tell_whether_a_file_has_changed_loads_nothing_of_what_makes_an_index(
    xref, bare_kernel, indexed, monkeypatch
):
    os.utime(indexed, (1, 1))
    monkeypatch.setitem(sys.modules, "xref.index.worker", None)
    assert xref("--tree", bare_kernel, "callers", "one").code == 0


def test_doctor_counts_changed_files(xref, bare_kernel, indexed):
    assert "changed files    0 of 1 since they were indexed\n" in xref("--tree", bare_kernel, "doctor").out
    indexed.write_text("int one(void);\n")
    said = "changed files    1 of 1 since they were indexed (xref index reads them again)\n"
    assert said in xref("--tree", bare_kernel, "doctor").out
