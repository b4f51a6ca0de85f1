# SPDX-License-Identifier: MIT
"""What each call of a function calls: what the name in the call means, or what the slot or variable holds."""
