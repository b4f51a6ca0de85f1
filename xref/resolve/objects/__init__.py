# SPDX-License-Identifier: MIT
"""Which objects a pointer can lead to, what those objects hold, and when all of them are known."""
