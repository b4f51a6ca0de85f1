# SPDX-License-Identifier: MIT
"""What the facts mean together: names, types, slots, the flow of values, and so who calls whom.

The packages follow the way of the data; each may import only those to its left::

    language > lookup > valueflow > objects > deferred > callsites > context > front

``edge.py`` (what is answered) and ``model.py`` (what is handed on inside) are for all of them and import none.
"""
