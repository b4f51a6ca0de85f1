# SPDX-License-Identifier: MIT
"""What the facts say of who calls, assigns, registers or dispatches where. Nothing is followed from there."""
