# SPDX-License-Identifier: MIT
"""What other packages ask: the calls that leave and reach a symbol, slots, and what a name means."""
