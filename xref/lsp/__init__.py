# SPDX-License-Identifier: MIT
"""The language server: an index, asked by editors over the Language Server Protocol (3.17).

``server`` speaks the protocol; ``index`` keeps an index open while it is brought up to date by others; ``documents``
knows what an editor's positions are in the index. ``navigate``, ``hierarchy`` and ``symbols`` answer, each through the
functions that the command line answers with.
"""
