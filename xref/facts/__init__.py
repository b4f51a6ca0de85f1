# SPDX-License-Identifier: MIT
"""What one file says: functions, calls, assignments, types, objects, registrations. Pure functions of its bytes and of
the macros.
"""
