# SPDX-License-Identifier: MIT
"""A ``xref.callgraph/1`` answer, asked by name."""

from __future__ import annotations

from typing import Any


class Graph:
    """The answer: nodes by id, and what each calls, macros on the way passed through."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.answer = answer
        self.nodes = {n["id"]: n for n in answer["nodes"]}
        self._below: dict[str, set[str]] = {}
        for e in answer["edges"]:
            self._below.setdefault(e["from"], set()).add(e["to"])

    def ids(self, name: str) -> set[str]:
        """The nodes of that name or alias; ``dir/file.c:name`` for one of several."""
        file, _, bare = name.rpartition(":")
        return {
            i for i, n in self.nodes.items() if bare in (n["name"], *n.get("aliases", ())) and n["file"].endswith(file)
        }

    def below(self, name: str) -> set[str]:
        """The ids that ``name`` calls."""
        found: set[str] = set()
        todo = [t for i in self.ids(name) for t in self._below.get(i, ())]
        seen: set[str] = set()
        while todo:
            i = todo.pop()
            if i in seen:
                continue
            seen.add(i)
            if self.nodes[i]["kind"] == "macro":
                todo.extend(self._below.get(i, ()))
            else:
                found.add(i)
        return found

    def calls(self, caller: str, callee: str) -> bool:
        """Whether ``caller`` calls ``callee``."""
        return bool(self.below(caller) & self.ids(callee))
