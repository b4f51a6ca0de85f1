# SPDX-License-Identifier: MIT
"""What each call of a function means: the called name, the slot or the variable, and the targets of that."""
