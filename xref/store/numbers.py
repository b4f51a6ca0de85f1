# SPDX-License-Identifier: MIT
"""How rows are numbered: by file, and inside a file in the order of the source.

The files of a fresh index are numbered as they are listed, from 1. So the rows of a file that has changed have the same
numbers whether they are put into an old index or a new one is built.
"""

from __future__ import annotations

from typing import Final

BITS: Final = 15
"""Of a function or a record, whose numbers stand in posting lists of 32 bits: 131,071 files of 32,768 functions. The
most in one file of 6.12 are 12,460."""
WIDE_BITS: Final = 24
"""Of all other rows."""
MOST: Final = 1 << BITS
"""So many functions, and records, of one file are kept."""
MOST_FILES: Final = (1 << (32 - BITS)) - 1


def first(file_id: int) -> int:
    """The number of a file's first function, and of its first record."""
    return file_id << BITS


def first_wide(file_id: int) -> int:
    """The number of a file's first row in the other tables."""
    return file_id << WIDE_BITS


def file_of(number: int) -> int:
    """The file that a function or a record stands in."""
    return number >> BITS


def file_of_wide(number: int) -> int:
    """The file that a row of another table belongs to."""
    return number >> WIDE_BITS
