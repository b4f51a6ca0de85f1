# SPDX-License-Identifier: MIT
"""What the way to a call says of it: objects that never come together, and what was handed over to be called back."""
