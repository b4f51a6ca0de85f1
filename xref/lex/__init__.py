# SPDX-License-Identifier: MIT
"""Text before meaning: comments, directives, presence conditions, tokens."""
