# SPDX-License-Identifier: MIT
"""xref: who really calls whom in a Linux kernel source tree, and why we believe it.

The packages follow the way of the data; each may import only those to its left::

    tree > lex > macros > parse > facts > store > index > resolve > graph > render > lsp > cli

``docs/architecture.md`` is the map.
"""

__version__ = "0.1.0"
__all__ = ["__version__"]
