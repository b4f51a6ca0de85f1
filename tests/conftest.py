# SPDX-License-Identifier: MIT
"""``pytest --update-golden`` writes the golden files anew; the diff is then for a person to read."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

# for ``from tests.render import sample``; last, so that an xref that is installed is the one that is tested
sys.path.append(str(Path(__file__).parents[1]))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite golden files instead of comparing")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """``golden(name, text)``: the text is what ``golden/name`` beside the test says."""

    def check(name: str, text: str) -> None:
        path = request.path.parent / "golden" / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        assert path.read_text(encoding="utf-8") == text

    return check
