# SPDX-License-Identifier: MIT
"""From bytes to syntax: masks, conditional arms, tree-sitter with its queries, and a parser for single expressions
and declarations.
"""
