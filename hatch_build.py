# SPDX-License-Identifier: MIT
"""Compiles what an index spends its time in, with mypyc, when a wheel is built.

The sources stay what they are: where there is no C compiler, and in an editable installation (whose edits must count at
once), the same modules are interpreted. ``XREF_COMPILE=0`` leaves the compiler out, ``XREF_COMPILE=1`` makes its
absence an error. ``xref doctor`` says which of the two is running.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDERS = ("lex", "macros", "parse", "facts", "store", "resolve", "graph")
"""Where the time of an index goes, and that of questions; each calls the others all the time, so they are compiled into
one library."""
DATA = (
    "lex/model.py", "macros/marks.py", "parse/ctree.py", "facts/model.py", "store/model.py", "resolve/edge.py",
    "resolve/deferred/later.py", "resolve/model.py", "graph/answer.py", "graph/between.py",
    "graph/crossref.py", "graph/layers.py", "graph/model.py", "graph/start.py", "graph/ties.py", "graph/uses.py",
)  # fmt: skip
"""Classes that derive from msgspec's or from built-in ones, which mypyc's own cannot."""


class CompileHook(BuildHookInterface[Any]):
    """Puts the compiled modules into the wheel, beside their sources."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before the wheel is put together."""
        choice = os.environ.get("XREF_COMPILE", "")
        if version == "editable" or choice == "0":
            return
        missing = _what_is_missing()
        if missing and choice == "1":
            raise RuntimeError(f"cannot compile: {missing}")
        if missing:
            self.app.display_warning(f"nothing is compiled: {missing}; an index will take longer")
            return
        self._folder = tempfile.mkdtemp(prefix="xref-build-")
        try:
            libraries = _compile(Path(self.root), Path(self._folder))
        except (Exception, SystemExit) as e:
            if choice == "1":
                raise
            self.app.display_warning(f"nothing is compiled: {e!r}; an index will take longer")
            return
        build_data["force_include"].update(libraries)
        build_data["pure_python"] = False
        build_data["infer_tag"] = True

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Called when the wheel is written."""
        shutil.rmtree(getattr(self, "_folder", ""), ignore_errors=True)


def _what_is_missing() -> str:
    if sys.implementation.name != "cpython":
        return f"mypyc compiles for CPython, not for {sys.implementation.name}"
    compiler = shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")[0]
    if shutil.which(compiler) is None:
        return f"there is no C compiler ({compiler})"
    if not Path(sysconfig.get_paths()["include"], "Python.h").is_file():
        return "the headers of Python are not installed"
    return ""


def _compile(root: Path, folder: Path) -> dict[str, str]:
    """Compiles into ``folder``; the libraries, and where in the wheel each belongs."""
    from mypyc.build import mypycify
    from setuptools import Distribution
    from setuptools.command.build_ext import build_ext

    package = root / "xref"
    sources = [
        str(path.relative_to(root))
        for name in FOLDERS
        for path in sorted((package / name).rglob("*.py"))
        if path.name != "__init__.py" and str(path.relative_to(package)) not in DATA
    ]
    before = Path.cwd()
    os.chdir(root)
    try:
        extensions = mypycify(
            ["--strict", *sources],
            opt_level="2", debug_level="0", multi_file=True, group_name="xref",
            target_dir=str(folder / "c"),
        )  # fmt: skip
        command = build_ext(Distribution({"name": "xref", "ext_modules": extensions}))
        command.build_lib = str(folder / "lib")
        command.build_temp = str(folder / "tmp")
        command.parallel = os.cpu_count()
        command.ensure_finalized()
        command.run()
    finally:
        os.chdir(before)
    found = (folder / "lib").rglob("*.so")
    return {str(path): str(path.relative_to(folder / "lib")) for path in found}
