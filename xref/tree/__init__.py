# SPDX-License-Identifier: MIT
"""What lies on disk: the kernel tree, its files, and what its build files say about them.

Everything here reads the tree as it is, without make, ``.config`` or git, and never writes to it. Nothing here parses
C. A tree that is no tree is an error (:class:`xref.errors.TreeUnreadable`); a file inside it that cannot be read or
understood is left out, and the others still count.

================== ==================================================================================
:mod:`.root`       where the tree is, its version and its architectures
:mod:`.files`      the source files of one architecture, and which program each belongs to
:mod:`.kbuild`     which option compiles a file, and where it looks for headers
:mod:`.makefile`   the subset of make that the above needs, and :mod:`.terms` for its conditions
:mod:`.kconfig`    options that are always or never set for an architecture
:mod:`.config`     a ``.config`` that the user names
:mod:`.syscalltbl` the system call tables of all architectures
================== ==================================================================================
"""
