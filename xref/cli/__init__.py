# SPDX-License-Identifier: MIT
"""The command line: one module a command, each imported only when it is called.

The program begins in ``__main__``; ``main`` holds the group and ``run()``; ``session`` finds tree and index for a
command; ``output`` writes answers; ``failure`` turns whatever goes wrong into one sentence and an exit code.
"""
