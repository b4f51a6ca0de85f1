# SPDX-License-Identifier: MIT
"""Which functions a pointer can hold: the flow of their addresses, back from a call and on from a function."""
