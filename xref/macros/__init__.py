# SPDX-License-Identifier: MIT
"""Every macro of a tree: which definition is in force where, what it is for, and its expansion."""
