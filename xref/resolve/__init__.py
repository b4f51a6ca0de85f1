# SPDX-License-Identifier: MIT
"""What the facts mean together: names, types, slots, the flow of values, and so who calls whom."""
