# SPDX-License-Identifier: MIT
"""Builds an index: worker processes in, one file out."""
