# SPDX-License-Identifier: MIT
"""What runs later: work items, timers, callbacks that are given away, and tables that only the linker makes."""
