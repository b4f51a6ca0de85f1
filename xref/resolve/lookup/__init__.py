# SPDX-License-Identifier: MIT
"""What is looked up in the facts: who calls, assigns, registers or dispatches where. Nothing is followed from there."""
