# SPDX-License-Identifier: MIT
"""What a process and its children cost: wall and processor time, and the most memory that they held at once."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
_EVERY = 5.0


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds and bytes.

    ``memory`` is the largest sum over the process and its children of the memory that is theirs (PSS where the system
    tells it, so that what forked processes share counts once), and never less than the largest single process.
    """

    wall: float
    cpu: float
    memory: int
    output: str


def run(command: list[str], cwd: Path | None = None) -> Cost:
    """Runs a command to its end. Raises CalledProcessError when it fails."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.perf_counter()
        child = subprocess.Popen(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        peak = _Peak(child.pid)
        peak.start()
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        peak.stop()
        out.seek(0)
        err.seek(0)
        text = out.read().decode("utf-8", "replace")
        if child.returncode:
            raise subprocess.CalledProcessError(child.returncode, command, text, err.read().decode("utf-8", "replace"))
    return Cost(wall, usage.ru_utime + usage.ru_stime, max(peak.bytes, usage.ru_maxrss * 1024), text)


class _Peak(threading.Thread):
    """Adds up, now and then, what a process and all below it hold."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.bytes = 0
        self._pid = pid
        self._done = threading.Event()

    def run(self) -> None:
        while not self._done.wait(_EVERY):
            self.bytes = max(self.bytes, sum(_held(pid) for pid in _family(self._pid)))

    def stop(self) -> None:
        self._done.set()
        self.join()


def _family(pid: int) -> list[int]:
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                found += [int(word) for word in task.read_text().split()]
            except (OSError, ValueError):
                continue
    return found


def _held(pid: int) -> int:
    try:
        pss = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)
        return int(pss[1]) * 1024 if pss else 0
    except OSError:
        pass
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except (OSError, ValueError, IndexError):
        return 0


def xref_command() -> list[str]:
    """How xref is started: the program that is installed beside this Python."""
    beside = Path(sys.executable).with_name("xref")
    return [str(beside)] if beside.exists() else [sys.executable, "-m", "xref.cli.main"]


def kernel_version(tree: Path) -> str:
    """As the top Makefile says; ends the program for a folder that is no kernel tree."""
    from xref.errors import TreeUnreadable
    from xref.tree.root import open_tree

    try:
        return open_tree(tree).version
    except TreeUnreadable as error:
        sys.exit(str(error))


def cores() -> str:
    """How many processors there are, for the head of a table."""
    count = len(os.sched_getaffinity(0))
    return f"{count} core{'' if count == 1 else 's'}"


def software() -> str:
    """The versions that matter, for the head of a table."""
    from xref import __version__

    return f"xref {__version__}, Python {platform.python_version()}"


def read_once(tree: Path) -> None:
    """Reads every file, so that the first tool does not pay for the disk alone."""
    for folder, _, names in os.walk(tree):
        for name in names:
            path = Path(folder, name)
            if path.suffix in (".c", ".h", ".S") and path.is_file() and not path.is_symlink():
                path.read_bytes()


def cscope_command(tree: Path, folder: Path) -> list[str]:
    """What kernel developers wait for today, with its index in ``folder``: `make cscope` runs it with these options."""
    return ["cscope", "-b", "-k", "-q", "-R", f"-s{tree}", f"-f{folder / 'cscope.out'}"]
