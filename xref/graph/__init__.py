# SPDX-License-Identifier: MIT
"""Slices of the call graph: down from a root, up to the entries, between two ends.

``slice`` is what the command line asks; ``source`` says what it needs of the resolver; ``answer`` is what comes out.
"""
