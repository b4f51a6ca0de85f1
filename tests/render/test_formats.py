# SPDX-License-Identifier: MIT
"""All formats: the registry, the golden files, and that no name can break a document.

Golden files are made anew with ``pytest tests/render --update-golden``.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.render import sample
from xref.graph.answer import Answer, QueryInfo, TreeInfo, Truncated
from xref.render import FORMATS, RenderOptions, format_for, json_, mermaid, quickfix
from xref.render.dot import quoted
from xref.render.strings import link

ANSWERS = {"send": sample.send, "rare": sample.rare, "callers": sample.callers, "ruled_out": sample.ruled_out}
GOLDEN = {"text": "txt", "json": "json", "dot": "dot", "mermaid": "mmd", "quickfix": "qf"}
EMPTY = Answer(
    TreeInfo("/usr/src/linux", "6.12.0", "x86"),
    QueryInfo("callgraph", "nosuch"),
    (),
    (),
    (),
    notes=("There is no function nosuch.",),
)

names = st.text(
    st.one_of(st.sampled_from("<>&\"'\\`#;|{}[]%()\n\r\t\0\x1b\u2028é木🐧"), st.characters()), min_size=1, max_size=30
)


def renamed(answer: Answer, name: str) -> Answer:
    """The answer with a hostile string wherever there is text."""
    nodes = tuple(
        replace(n, name=name, signature=name, guard=name, layer=name if n.layer == "family" else n.layer)
        for n in answer.nodes
    )
    edges = tuple(replace(e, text=name, condition=name, via=name if e.via else "") for e in answer.edges)
    missing = tuple(replace(m, text=name, reason=name, callee=name) for m in answer.unresolved)
    query = replace(answer.query, symbol=name)
    gone = tuple(replace(out, name=name, via=name, objects=(name,), partners=(name,)) for out in answer.ruled_out)
    return replace(
        answer,
        nodes=nodes,
        edges=edges,
        unresolved=missing,
        ruled_out=gone,
        query=query,
        notes=(name,),
        candidates=(name, name),
    )


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("fmt", GOLDEN)
def test_golden(name, fmt, golden):
    golden(f"{name}.{GOLDEN[fmt]}", FORMATS[fmt].render(ANSWERS[name]()).text)


@pytest.mark.parametrize("fmt", FORMATS)
def test_an_empty_answer_says_so_in_every_format(fmt):
    text = FORMATS[fmt].render(EMPTY).text
    assert text.endswith("\n") or fmt == "quickfix"
    if fmt in {"text", "svg", "json", "dot"}:
        assert "There is no function nosuch." in text


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("name", ANSWERS)
def test_the_same_answer_gives_the_same_bytes(name, fmt):
    assert FORMATS[fmt].render(ANSWERS[name]()) == FORMATS[fmt].render(ANSWERS[name]())


def test_format_for():
    assert format_for("out/send.SVG") == "svg"
    assert format_for("send.gv") == "dot"
    assert format_for("send.json") == "json"
    assert format_for("send") is None
    endings = [e for f in FORMATS.values() for e in f.endings]
    assert len(endings) == len(set(endings))


class TestJson:
    @pytest.mark.parametrize("answer", [*(f() for f in ANSWERS.values()), EMPTY])
    def test_is_what_its_schema_says(self, answer):
        jsonschema.Draft202012Validator.check_schema(json_.schema())
        validator = jsonschema.Draft202012Validator(json_.schema())
        validator.validate(json.loads(json_.render(answer)))
        validator.validate(json.loads(json_.render(replace(answer, truncated=Truncated("depth", 3, 12)))))

    def test_the_schema_knows_every_field(self):
        schema, doc = json_.schema(), json_.envelope(sample.send())
        assert list(doc) == schema["required"] or set(doc) == set(schema["required"])
        assert set(doc["nodes"][0]) == set(schema["$defs"]["node"]["required"])
        assert set(doc["edges"][0]) == set(schema["$defs"]["edge"]["required"])
        assert set(doc["unresolved"][0]) == set(schema["$defs"]["unresolved"]["required"])

    def test_a_wrong_document_is_refused(self):
        doc = json_.envelope(sample.send())
        doc["edges"][0]["confidence"] = "probably"
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(doc, json_.schema())

    def test_nothing_is_folded(self):
        doc = json_.envelope(sample.send())
        assert sum(e["via"] == "proto_ops.sendmsg" for e in doc["edges"]) == 46
        assert doc["tree"] == {"version": "3.7.2", "arch": "x86", "config": ""}
        assert doc["edges"][0]["from"] == doc["roots"][0] == "net/socket.c:sys_send"

    @given(names)
    def test_any_text_survives(self, name):
        answer = renamed(sample.rare(), name)
        text = json_.render(answer)
        text.encode("utf-8")
        assert json.loads(text)["nodes"][0]["name"] == name.encode("utf-8", "replace").decode()


class TestDot:
    @given(names)
    def test_quoting_keeps_a_string_in_its_quotes(self, name):
        inside = quoted(name)[1:-1]
        assert re.fullmatch(r'(?:[^"\\\n]|\\[\\"nl])*', inside)

    @pytest.mark.skipif(shutil.which("dot") is None, reason="no Graphviz here")
    @pytest.mark.parametrize("name", ["</a>", 'a"b', "back\\slash\\", "<b>bold</b>", "&amp;", "N\\E\\L", "木"])
    def test_graphviz_reads_back_the_names(self, name):
        dot = FORMATS["dot"].render(renamed(sample.rare(), name)).text
        done = subprocess.run(["dot", "-Tjson0"], input=dot.encode(), capture_output=True, check=True)
        labels = {n["label"].replace("\\\\", "\\") for n in json.loads(done.stdout)["objects"] if "label" in n}
        assert any(label.startswith(f"{name}\\n") for label in labels)

    @pytest.mark.skipif(shutil.which("dot") is None, reason="no Graphviz here")
    @pytest.mark.parametrize("seed", [5, 7, 9])
    def test_graphviz_draws_cycles_through_several_lanes(self, seed):
        dot = FORMATS["dot"].render(sample.tangle(seed)).text
        done = subprocess.run(["dot", "-Tsvg"], input=dot.encode(), capture_output=True)
        assert done.returncode == 0, done.stderr[:200]

    def test_the_lines_of_the_caption_are_set_left(self):
        dot = FORMATS["dot"].render(replace(EMPTY, notes=("One.", "Two."))).text
        assert 'callgraph nosuch\\lOne.\\lTwo.\\l"' in dot

    def test_lanes_are_clusters_and_slots_are_dashed_and_named_once(self):
        dot = FORMATS["dot"].render(sample.send()).text
        assert re.findall(r'    label="(\w+)"; style="rounded,filled"', dot) == [
            "syscall",
            "socket",
            "security",
            "family",
            "transport",
        ]
        slots = [line for line in dot.splitlines() if "->" in line and "class=" in line and "slot" in line]
        assert len(slots) == 4 + 9 + 14
        assert all("style=dashed" in line for line in slots)
        assert dot.count('label="proto_ops.sendmsg"') == 1
        assert dot.count('label="+ 38 more"') == 1
        assert 'URL="https://elixir.bootlin.com/linux/v3.7.2/source/net/ipv4/tcp.c#L1018"' in dot

    def test_macros_are_bridged_unless_asked_for(self):
        assert "NF_HOOK" not in [
            m[1] for m in re.finditer(r'label="(\w+)\\n', FORMATS["dot"].render(sample.rare()).text)
        ]
        with_macros = FORMATS["dot"].render(sample.rare(), RenderOptions(macros=True)).text
        assert 'label="NF_HOOK\\n' in with_macros


class TestMermaid:
    @given(names)
    def test_no_name_leaves_its_quotes(self, name):
        for line in mermaid.render(renamed(sample.rare(), name)).splitlines()[2:]:
            assert line.count('"') % 2 == 0
            assert re.fullmatch(
                r"  (subgraph lane\d+\[\"[^\"]*\"\]|end|  b\d+(\[|\(\[)\"[^\"]*\"(\]|\]\))|"
                r"b\d+ (-\.->|==>|-->)(\|\"[^\"]*\"\|)? b\d+|click b\d+ href \"\S*\" \"[^\"]*\"|class(Def)? \S.*)",
                line,
            )
            for label in re.findall(r'"([^"]*)"', line):
                assert not re.search(r"[&`]|<(?!br/>|small>|/small>)", label) or "click" in line

    def test_one_subgraph_a_layer(self):
        text = mermaid.render(sample.send())
        assert text.count("subgraph") == 5
        assert "-.->" in text
        assert '|"proto.sendmsg"|' in text


class TestQuickfix:
    def test_one_line_a_place_with_columns_from_one(self):
        lines = quickfix.render(sample.send()).splitlines()
        places = [tuple(line.split(":", 3)[:3]) for line in lines]
        assert len(places) == len(set(places))
        assert lines[0].startswith("net/socket.c:1833:9: sys_send -> sys_sendto (direct): return sys_sendto(")
        dispatch = next(line for line in lines if "proto_ops.sendmsg" in line)
        assert "... 38 more (via proto_ops.sendmsg, typed)" in dispatch
        assert "unresolved: no registration of sock.sk_destruct is known" in lines[-1]

    def test_absolute_paths(self):
        text = quickfix.render(sample.send(), RenderOptions(absolute=True))
        assert all(line.startswith("/usr/src/linux/") for line in text.splitlines())

    @given(names)
    def test_every_line_is_a_place(self, name):
        for line in quickfix.render(renamed(sample.rare(), name)).splitlines():
            assert re.match(r"[^:]+:\d+:\d+: ", line)


class TestLinks:
    @pytest.mark.parametrize(
        ("version", "tag"),
        [
            ("3.7.2", "v3.7.2"),
            ("6.12.0", "v6.12"),
            ("6.13.0-rc1", "v6.13-rc1"),
            ("2.6.0", "v2.6.0"),
            ("6.10.0", "v6.10"),
        ],
    )
    def test_elixir_names_versions_as_their_tags(self, version, tag):
        tree = TreeInfo("/src", version, "x86")
        address = link(RenderOptions().url, tree, "net/socket.c", 7)
        assert address == f"https://elixir.bootlin.com/linux/{tag}/source/net/socket.c#L7"

    def test_editor_template_and_odd_file_names(self):
        tree = TreeInfo("/src/my tree", "6.1", "x86")
        assert (
            link("vscode://file/{root}/{file}:{line}", tree, 'a"b<.c', 3) == "vscode://file//src/my%20tree/a%22b%3C.c:3"
        )
        assert link("{file}{other}", tree, "{line}.c", 3) == "%7Bline%7D.c{other}"
        assert link("", tree, "a.c", 3) == ""


@settings(deadline=None, max_examples=25)
@given(names, st.booleans())
def test_no_text_breaks_any_document(name, all_of_it):
    for fmt in FORMATS.values():
        text = fmt.render(renamed(sample.send(), name), RenderOptions(show_all=all_of_it, embed=True)).text
        text.encode("utf-8")
        assert not re.search(r"[\0\x1b]", text)


def test_the_package_holds_the_schema():
    assert (Path(json_.__file__).parent / "schemas" / "callgraph-1.json").is_file()
