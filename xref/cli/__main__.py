# SPDX-License-Identifier: MIT
"""The console entry point, and ``python -m xref.cli``."""

from __future__ import annotations

import gc


def run() -> None:
    """Run the command line of this process. What is imported for that stays: nothing looks for garbage in it."""
    gc.disable()
    from xref.cli.main import run as run_command

    run_command()


if __name__ == "__main__":
    run()
