# SPDX-License-Identifier: MIT
"""Graphviz as a child process with a time limit: ``dot`` from the PATH, or pygraphviz in a Python of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from xref.render.options import Engine


def commands(engine: Engine) -> Iterator[tuple[Engine, list[str]]]:
    """What can be tried, the wanted engine first."""
    dot = shutil.which("dot")
    if engine == "dot" and dot:
        yield "dot", [dot, "-Tsvg"]
    if engine in ("dot", "pygraphviz"):
        yield "pygraphviz", [sys.executable, "-m", "xref.render._layout"]


def graphviz(text: str, engine: Engine, timeout: float) -> tuple[str, Engine] | None:
    """The SVG and who drew it; None when none could in time."""
    end = time.monotonic() + timeout
    here = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(p for p in (here, os.environ.get("PYTHONPATH", "")) if p)
    for name, command in commands(engine):
        left = end - time.monotonic()
        if left <= 0:
            break
        try:
            done = subprocess.run(
                command,
                input=text.encode("utf-8", "replace"),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=left,
                check=False,
                env={**os.environ, "PYTHONPATH": path},
            )
        except (subprocess.TimeoutExpired, OSError):
            continue
        if done.returncode == 0 and b"</svg>" in done.stdout:
            return done.stdout.decode("utf-8", "replace"), name
    return None


def available() -> dict[str, str]:
    """What is there, by engine, for ``xref doctor``: the path of ``dot``, the version of pygraphviz."""
    found = {"builtin": "always"}
    if dot := shutil.which("dot"):
        found["dot"] = dot
    # Asked of the package's metadata: importing it loads all of Graphviz.
    from importlib import metadata

    with contextlib.suppress(metadata.PackageNotFoundError):
        found["pygraphviz"] = metadata.version("pygraphviz")
    return found
