# SPDX-License-Identifier: MIT
"""Text for terminals, pipes and mail: the answer as an indented tree.

A function is expanded where it first stands; later it is one line that says ``(see above)``. What is folded says how
many it hides and how to see them.
"""

from __future__ import annotations

from collections.abc import Iterator

from xref.graph.answer import Answer, Node, ambiguity
from xref.render.ansi import Span, painted, wrapped
from xref.render.few import few
from xref.render.fold import Folded, Link, More, fold
from xref.render.options import DEFAULT, RenderOptions
from xref.render.repeat import Again, Repeats, together
from xref.render.ruled import listed, reason, ruled_out
from xref.render.strings import cut, how, one_line, place, shorten, title
from xref.render.turns import further
from xref.resolve.edge import Confidence, EdgeKind, SymbolKind

_UNICODE = ("├─ ", "└─ ", "│  ", "   ", "── ")
_ASCII = ("|- ", "`- ", "|  ", "   ", "-- ")
_ONE_STEP = frozenset({"callers", "callees"})
_CALLERS = 100
"""So many callers are shown where they are all that was asked for."""
_SITES = 4
_UNRESOLVED = 10
_RULED_OUT = 12


def render(answer: Answer, options: RenderOptions = DEFAULT) -> str:
    """The whole answer: what was asked, the tree, and under it what is not certain."""
    return "".join(f"{line}\n" for line in _Text(answer, options).lines())


class _Text:
    """One rendering: the folded answer, looked up by node."""

    def __init__(self, answer: Answer, options: RenderOptions) -> None:
        answer, self.left = few(answer, options.limit)
        self.answer = answer
        self.options = options
        self.width = max(40, options.width)
        limit = options.limit
        if answer.query.command == "callers" and limit is not None:
            limit = max(limit, _CALLERS)
        self.folded: Folded = fold(answer, limit, macros=True, leaves=False)
        self.up = self.folded.up
        self.nodes = {n.id: n for n in answer.nodes}
        self.below: dict[str, list[Link]] = {}
        for link in self.folded.links:
            self.below.setdefault(link.target if self.up else link.source, []).append(link)
        self.more: dict[str, list[More]] = {}
        for more in self.folded.more:
            self.more.setdefault(more.anchor, []).append(more)
        self.ruled_out = ruled_out(answer)
        self.marks = _UNICODE if options.unicode else _ASCII
        self.seen: set[str] = set()
        self.printed: set[str] = set()
        self.repeats = None if self.up or options.show_all else Repeats()

    def lines(self) -> Iterator[str]:
        """Every line, without line ends."""
        yield from self._wrap([(title(self.answer), "spine")], "", "  ")
        if len(self.answer.candidates) > 1:
            shown, *others = self.answer.candidates
            yield from self._wrap([(one_line(f"shown: {shown}; the name is also:"), "warn")], "", "  ")
            yield from self._folded_list([one_line(c) for c in others], "  ")
        yield from self._wrap([("(name, where it is defined, how and in which :line it is called)", "soft")], "", "  ")
        yield ""
        roots = [r for r in self.answer.roots if r in self.nodes]
        for root in roots:
            yield from self._tree(root)
        for node in self.folded.nodes:
            if node.id not in self.printed:
                yield from self._tree(node.id)
        if not self.answer.nodes:
            yield "nothing found"
        yield from self._tail()

    def _tree(self, root: str) -> Iterator[str]:
        """A root and what hangs on it, depth first, with a stack of its own: call chains are longer than Python's."""
        node = self.nodes[root]
        if node.layer:
            yield self._header(node.layer, "")
        yield from self._wrap(self._spans(node, None), "", "    ")
        stack = [self._open(node, "")]
        while stack:
            item = next(stack[-1], None)
            if item is None:
                stack.pop()
            elif isinstance(item, str):
                yield item
            else:
                stack.append(self._open(*item))

    def _open(self, node: Node, prefix: str) -> Iterator[str | tuple[Node, str]]:
        """The lines right below a function; a pair stands for "now what is below that one"."""
        tee, corner, bar, blank, _ = self.marks
        if node.id in self.seen:
            return
        self.seen.add(node.id)
        prefix = _short(prefix, self.width)
        links, plain = self._split(node)
        mores = self.more.get(node.id, [])
        rows = self.repeats.rows(links, mores) if self.repeats else together(links, mores)
        yield from self._also(plain, node, prefix + (bar if rows else blank))
        yield from self._never(node, prefix + (bar if rows else blank))
        layer = node.layer
        for i, row in enumerate(rows):
            last = i + 1 == len(rows)
            first = prefix + (corner if last else tee)
            if isinstance(row, More):
                yield from self._rest(row, first)
                continue
            if isinstance(row, Again):
                text = f"... the same {row.count} {self._ways(row.link)} (see above)"
                yield from self._wrap([(text, "soft")], first, " " * len(first))
                continue
            child = self.nodes[row.source if self.up else row.target]
            if child.layer and child.layer != layer:
                layer = child.layer
                yield self._header(layer, prefix + bar)
            inner = prefix + (blank if last else bar)
            yield from self._wrap(self._spans(child, row), first, inner + "    ")
            if self.options.evidence:
                yield from self._reasons(row, inner + "    ")
            if child.id not in self.seen:
                yield (child, inner)

    def _split(self, node: Node) -> tuple[list[Link], list[Link]]:
        """The links that get a line of their own, and the plain leaf calls that share one."""
        links = self.below.get(node.id, [])
        if self.up or self.answer.query.command in _ONE_STEP or self.options.show_all:
            return links, []
        listed = [
            k
            for k in links
            if k.main.kind in (EdgeKind.DIRECT, EdgeKind.MACRO)
            and self.nodes[k.target].role == "leaf"
            and not self.below.get(k.target)
            and not self.more.get(k.target)
        ]
        return [k for k in links if k not in listed], listed

    def _spans(self, node: Node, link: Link | None) -> list[Span]:
        """A function's line: name, place, how it is called and where, guard, confidence."""
        self.printed.add(node.id)
        spans: list[Span] = [(one_line(node.name), str(node.kind) if node.kind == "macro" else node.role)]
        spans.append((place(node), "place"))
        if link is None:
            if node.aliases:
                spans.append((one_line(f"= {', '.join(node.aliases)}"), "soft"))
        else:
            spans.append((self._ways(link), "slot" if link.main.via else "soft"))
            if link.main.condition:
                spans.append((f"when {shorten(link.main.condition, 40)}", "guard"))
        guard = link.main.guard if link is not None and link.main.guard else node.guard
        for end in (link.source, link.target) if link is not None and self.up else (link.source,) if link else ():
            guard = " && ".join(further(guard, self.nodes[end].guard))
        if guard:
            spans.append((f"[if {one_line(guard)}]", "guard"))
        if link is not None and link.weak:
            spans.append((str(Confidence.WEAK), "soft"))
        if node.id in self.seen and (self.below.get(node.id) or self.more.get(node.id) or link is None):
            spans.append(("(see above)", "soft"))
        return spans

    def _ways(self, link: Link) -> str:
        """``via proto_ops.sendmsg :630``: each way once, with the lines of its calls."""
        ways: dict[str, dict[str, None]] = {}
        caller = self.nodes[link.source]
        for e in link.edges:
            site = f":{e.line}" if e.file == caller.file else one_line(f"{e.file}:{e.line}")
            ways.setdefault(how(e), {})[site] = None
        parts = []
        for way, sites in ways.items():
            some = list(sites)
            rest = f" +{len(some) - _SITES}" if len(some) > _SITES else ""
            parts.append(f"{way} {','.join(some[:_SITES])}{rest}")
        return ", ".join(parts)

    def _reasons(self, link: Link, prefix: str) -> Iterator[str]:
        """The source lines of the calls and the evidence for them."""
        said: set[str] = set()
        for edge in link.edges:
            lines = [f"{edge.file}:{edge.line}: {edge.text}"]
            lines += [f"{e.rule}: {e.file}:{e.line}: {e.text}" for e in edge.evidence]
            for line in lines:
                if line not in said:
                    said.add(line)
                    yield from self._wrap([(one_line(line), "soft")], prefix, prefix + "  ")

    def _also(self, listed: list[Link], node: Node, prefix: str) -> Iterator[str]:
        """Plain leaf calls, wrapped; the layer is named where it is not the caller's."""
        if not listed:
            return
        words: list[str] = []
        lines = {self.nodes[k.target].name for k in self.below[node.id] if k not in listed}
        for link in listed:
            leaf = self.nodes[link.target]
            self.printed.add(leaf.id)
            if leaf.kind is SymbolKind.MACRO and not self.options.macros:
                continue
            tag = f" [{leaf.layer}]" if leaf.layer and leaf.layer != node.layer else ""
            word = one_line(leaf.name + tag)
            if word not in words and leaf.name not in lines:
                words.append(word)
        if not words:
            return
        spans: list[Span] = [(f"also calls {len(words)}:", "soft")]
        spans += [(f"{word}," if i + 1 < len(words) else word, "") for i, word in enumerate(words)]
        yield from self._wrap(spans, prefix, prefix + "  ", gap=" ")

    def _never(self, node: Node, prefix: str) -> Iterator[str]:
        """Calls that cannot follow the way here, wrapped; with ``--evidence`` why."""
        calls = self.ruled_out.get(node.id, [])
        for head, words in listed(calls, self.answer.nodes):
            some = words if self.options.show_all else words[:_RULED_OUT]
            rest = [f"... {len(words) - len(some)} more"] if len(some) < len(words) else []
            spans: list[Span] = [(head, "soft")]
            spans += [(f"{word},", "soft") for word in (*some, *rest)[:-1]] + [((*some, *rest)[-1], "soft")]
            yield from self._wrap(spans, prefix, prefix + "  ", gap=" ")
        for call in calls if self.options.evidence else ():
            yield from self._wrap([(reason(call), "soft")], prefix + "  ", prefix + "    ")
            for e in call.evidence:
                line = one_line(f"{e.rule}: {e.file}:{e.line}: {e.text}")
                yield from self._wrap([(line, "soft")], prefix + "    ", prefix + "      ")

    def _rest(self, more: More, prefix: str) -> Iterator[str]:
        hint = "--all shows them"
        slot = more.kind is EdgeKind.INDIRECT and "." in more.via and not self.up
        hint += f"; xref slots {one_line(more.via)}" if slot else ""
        text = f"... {len(more.hidden)} more ({hint})"
        yield from self._wrap([(text, "soft")], prefix, " " * len(prefix))

    def _header(self, layer: str, prefix: str) -> str:
        line = self.marks[4].strip()
        text = shorten(layer, 40)
        color = self.options.color
        return painted(prefix, "soft", color) + painted(f"{line} {text} {line}", "layer", color)

    def _tail(self) -> Iterator[str]:
        """What the reader must know besides the tree."""
        a = self.answer
        if a.unresolved:
            yield ""
            yield painted(f"Unresolved ({len(a.unresolved)})", "warn", self.options.color)
            lines = []
            for m in a.unresolved:
                caller = self.nodes[m.source].name if m.source in self.nodes else m.source
                reason = f"  ({m.reason})" if m.reason else ""
                lines.append(
                    one_line(f"{m.file}:{m.line}: {caller}: {m.callee or m.text}") + one_line(reason).join(("  ", ""))
                )
            yield from self._folded_list(lines, "  ")
        said = ambiguity(a.query.symbol, a.candidates) if len(a.candidates) > 1 else ""  # at the head of the answer
        notes = [*(note for note in a.notes if note != said), *([cut(a)] if a.truncated else [])]
        if self.left:
            notes.append(f"The chains of {self.left} more are not shown (--all shows them).")
        if notes:
            yield ""
            yield painted("Notes", "layer", self.options.color)
            for note in notes:
                yield from self._wrap([(one_line(note), "")], "  ", "    ")

    def _folded_list(self, lines: list[str], prefix: str) -> Iterator[str]:
        shown = lines if self.options.show_all else lines[:_UNRESOLVED]
        for line in shown:
            yield from self._wrap([(line, "")], prefix, prefix + "    ")
        if len(shown) < len(lines):
            yield f"{prefix}... {len(lines) - len(shown)} more (--all shows them)"

    def _wrap(self, spans: list[Span], first: str, rest: str, gap: str = "  ") -> list[str]:
        return wrapped(spans, first, rest, self.width, color=self.options.color, gap=gap)


def _short(prefix: str, width: int) -> str:
    """The tree lines of a deep place, cut so that half the width is left; the depth says what is cut."""
    most = max(12, width // 2 - 8)
    if len(prefix) <= most:
        return prefix
    mark = f"[+{(len(prefix) - most) // 3}] "
    return mark + prefix[len(prefix) - most + len(mark) :]
