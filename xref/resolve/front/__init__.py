# SPDX-License-Identifier: MIT
"""What others ask: the calls that leave and reach a symbol, slots, what a name means, and the words of the answer."""
