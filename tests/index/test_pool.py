# SPDX-License-Identifier: MIT
"""Whoever does the work, the index is the same."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from xref.errors import UsageError, XrefError
from xref.index.build import build_index
from xref.index.pool import Lent, Pool, cluster
from xref.tree.root import open_tree

from .trees import FIXTURES, rows


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tree = tmp_path_factory.mktemp("kernel") / "linux"
    shutil.copytree(FIXTURES / "linux-6.12", tree)
    return tree


@pytest.fixture
def plain(kernel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[tuple[object, ...]]]:
    """What one process makes of it; from then on the portions are small."""
    db = tmp_path / "plain.db"
    build_index(open_tree(kernel), db, arch="x86", jobs=1)
    monkeypatch.setattr("xref.index.pool.PORTION_BYTES", 8_000)
    return rows(db)


def made(kernel: Path, db: Path, pool: Pool) -> dict[str, list[tuple[object, ...]]]:
    build_index(open_tree(kernel), db, arch="x86", pool=pool)
    assert [path.name for path in db.parent.iterdir() if "new" in path.name] == []
    return rows(db)


def test_processes_that_are_not_forked(kernel: Path, tmp_path: Path, plain: dict[str, Any]) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        assert made(kernel, tmp_path / "i.db", Lent(executor)) == plain


@pytest.fixture
def dask() -> Iterator[str]:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as local:
        yield f"dask://{local.scheduler_address.removeprefix('tcp://')}"


def test_a_dask_cluster_of_two_workers(kernel: Path, tmp_path: Path, plain: dict[str, Any], dask: str) -> None:
    with cluster(dask) as pool:
        assert made(kernel, tmp_path / "i.db", pool) == plain


class Failing(Executor):
    """Loses its third piece of work."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(1)
        self._given = 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self._given += 1
        if self._given == 3:
            return self._threads.submit(self._fail)
        return self._threads.submit(fn, *args, **kwargs)

    @staticmethod
    def _fail() -> None:
        raise ConnectionError("the worker at tcp://10.0.0.7 has gone\nand more")


def test_a_worker_that_is_lost_is_one_sentence(kernel: Path, tmp_path: Path, plain: dict[str, Any]) -> None:
    with pytest.raises(XrefError, match="has gone") as e:
        made(kernel, tmp_path / "db" / "i.db", Lent(Failing()))
    assert "\n" not in str(e.value)
    assert list((tmp_path / "db").iterdir()) == []


@pytest.mark.parametrize("address", ["", "dask", "dask://", "dask://host", "http://host:80"])
def test_what_is_no_executor(address: str) -> None:
    with pytest.raises(UsageError, match="dask://HOST:PORT"), cluster(address):
        pass


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("xref.index.pool._PATIENCE", "0.2s")
    with pytest.raises(XrefError, match="no Dask scheduler answers"), cluster("dask://127.0.0.1:9"):
        pass
