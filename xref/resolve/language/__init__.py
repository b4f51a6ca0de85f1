# SPDX-License-Identifier: MIT
"""C's own rules: which function a name means, what is declared, and what type an expression has."""
