# SPDX-License-Identifier: MIT
"""C's own rules: which function a name means, what is declared, what type an expression has, and what both decide."""
