# SPDX-License-Identifier: MIT
"""What the facts mean together: names, types, slots, the flow of values, and so who calls whom.

The packages follow the way of the data; each may import only those to its left::

    language > lookup > valueflow > objects > deferred > callsites > context > front

=========  =====================================================================================
language   C's own rules: which function a name means, what is declared, what type something has
lookup     what the facts say of who calls, assigns, registers or dispatches where
valueflow  which functions a pointer can hold
objects    which objects a pointer can lead to, and what they hold
deferred   what runs later
callsites  what each call of a function calls
context    what the way to a call tells of it
front      what other packages ask
=========  =====================================================================================

``edge.py`` (what is answered) and ``model.py`` (what the packages hand to each other) are for all of them and import
none.
"""
