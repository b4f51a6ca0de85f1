# SPDX-License-Identifier: MIT
"""Processes that stay do what processes that are forked anew do."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import closing

import pytest

from xref.errors import XrefError
from xref.index.standing import Standing

LARGE = 300_000
"""In bytes: more than a pipe holds."""


@pytest.fixture
def pool() -> Iterator[Standing]:
    with closing(Standing(2)) as standing:
        yield standing


def who(root: str, chunk: Sequence[int]) -> bytes:
    return str(os.getpid()).encode()


def sums(root: str, chunk: Sequence[int]) -> bytes:
    if root == "bad" and 7 in chunk:
        raise ValueError("no seven")
    if root == "killed" and 7 in chunk:
        os.kill(os.getpid(), signal.SIGKILL)
    return f"{root}{sum(chunk)}".encode() + bytes(LARGE)


def numbers(count: int) -> list[list[int]]:
    return [[k, 1] for k in range(count)]


def expected(root: str, count: int) -> list[bytes]:
    return [f"{root}{k + 1}".encode() + bytes(LARGE) for k in range(count)]


def test_results_come_in_the_order_of_the_portions(pool: Standing) -> None:
    assert list(pool.run(sums, "r", numbers(50))) == expected("r", 50)


def test_the_same_processes_do_the_next_work(pool: Standing) -> None:
    first = {*pool.run(who, "", numbers(30))}
    assert {*pool.run(who, "", numbers(30))} == first
    assert str(os.getpid()).encode() not in first


def test_one_portion_is_no_work_for_others(pool: Standing) -> None:
    assert list(pool.run(who, "", numbers(1))) == [str(os.getpid()).encode()]


def test_a_failure_is_raised_here_and_the_next_work_is_done(pool: Standing) -> None:
    with pytest.raises(ValueError, match="no seven"):
        list(pool.run(sums, "bad", numbers(20)))
    assert list(pool.run(sums, "r", numbers(20))) == expected("r", 20)


def test_who_stops_listening_gets_no_old_answers(pool: Standing) -> None:
    results = pool.run(sums, "old", numbers(20))
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert list(pool.run(sums, "new", numbers(20))) == expected("new", 20)


def test_a_process_that_dies_is_an_error(pool: Standing) -> None:
    with pytest.raises(XrefError, match="worker process died"):
        list(pool.run(sums, "killed", numbers(20)))


def test_they_end_when_they_are_told_to() -> None:
    standing = Standing(2)
    processes = {int(pid) for pid in standing.run(who, "", numbers(30))}
    standing.close()
    for pid in processes:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
