# SPDX-License-Identifier: MIT
"""What the way to a call tells of it: objects that never come together, and functions that were handed over."""
