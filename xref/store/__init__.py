# SPDX-License-Identifier: MIT
"""The index file: schema, bulk load, typed look-ups."""
