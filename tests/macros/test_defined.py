# SPDX-License-Identifier: MIT
"""Which ``#ifdef``s the tree's own definitions decide."""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Mapping
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xref.lex import guard as g
from xref.lex.comments import blank_comments
from xref.lex.directives import plain_numbers, scan
from xref.lex.model import Marker
from xref.macros.defined import Known, defined_names, header_conditions
from xref.macros.visibility import IncludeGraph
from xref.tree.kbuild import defined_flags
from xref.tree.root import open_tree

Files = Mapping[str, str]
GENERIC = "include/asm-generic/bug.h"
ARCH = "arch/x86/include/asm/bug.h"
HEADER = "include/linux/bug.h"


def defined(files: Files, flags: Collection[str] = ()) -> dict[str, str]:
    """The verdicts on a tree of these files, as an index has them: "" for always, "0" for never."""
    sources = {path: blank_comments(text.encode()) for path, text in files.items()}
    scans = {path: scan(source.decode(), path) for path, source in sources.items()}
    includes = {path: d.includes for path, d in scans.items()}
    graph = IncludeGraph(includes, "x86")
    headers = header_conditions(includes, graph)
    macros = [
        msgspec.structs.replace(m, guard=g.to_text(g.conj(g.from_text(m.guard), headers.get(m.file, g.ALWAYS))))
        for d in scans.values()
        for m in d.macros
    ]
    numbers = {name for source in sources.values() for name in plain_numbers(source)}
    markers = {
        path: [
            Marker(m.name, g.to_text(g.conj(g.from_text(m.guard), headers.get(path, g.ALWAYS))), m.ended)
            for m in d.markers
        ]
        for path, d in scans.items()
    }
    asked = {path: d.asked() for path, d in scans.items()}
    return {n: g.to_text(c) for n, c in defined_names(macros, markers, asked, numbers, flags, graph, "x86").items()}


def conditions(files: Files, arch: str = "x86") -> dict[str, str]:
    """The headers that are not always included, and when they are."""
    includes = {path: scan(text, path).includes for path, text in files.items()}
    return {p: g.to_text(c) for p, c in header_conditions(includes, IncludeGraph(includes, arch)).items()}


# -- names ------------------------------------------------------------------------------------------------------------

ASKS = "#ifndef HAVE_ARCH_BUG\n#define BUG() panic()\n#endif\n"
FALLBACK = "#ifndef HAVE_ARCH_BUG\n#define HAVE_ARCH_BUG nothing\n#endif\n"


@pytest.mark.parametrize(
    ("files", "verdict"),
    [
        pytest.param({ARCH: "#define HAVE_ARCH_BUG\n", GENERIC: ASKS}, "", id="architecture"),
        pytest.param({GENERIC: ASKS}, "0", id="nobody"),
        pytest.param(
            {ARCH: "#ifdef CONFIG_BUG\n#define HAVE_ARCH_BUG\n#endif\n", GENERIC: ASKS}, "CONFIG_BUG", id="option"
        ),
        pytest.param(
            {
                ARCH: "#ifdef CONFIG_A\n#define HAVE_ARCH_BUG a\n#endif\n",
                HEADER: "#ifdef CONFIG_B\n#define HAVE_ARCH_BUG b\n#endif\n",
                GENERIC: f"#include <linux/bug.h>\n{ASKS}",
            },
            "CONFIG_A || CONFIG_B",
            id="two-options",
        ),
        pytest.param(
            {ARCH: "#ifdef CONFIG_A\n#define HAVE_ARCH_BUG a\n#else\n#define HAVE_ARCH_BUG b\n#endif\n", GENERIC: ASKS},
            "",
            id="both-arms",
        ),
        pytest.param({ARCH: "#define HAVE_ARCH_BUG\n", HEADER: FALLBACK}, "", id="fallback-behind-better"),
        pytest.param({HEADER: FALLBACK}, "0", id="fallback-alone"),
        pytest.param({HEADER: FALLBACK, "include/linux/kernel.h": FALLBACK}, "0", id="two-fallbacks"),
        pytest.param({HEADER: FALLBACK, GENERIC: ASKS}, None, id="asked-beside-its-fallback"),
        pytest.param(
            {
                ARCH: "#ifdef CONFIG_BUG\n#define HAVE_ARCH_BUG\n#endif\n",
                HEADER: f"#include <asm/bug.h>\n{FALLBACK}",
            },
            "CONFIG_BUG",
            id="better-under-an-option",
        ),
        pytest.param({"net/a.c": "#define HAVE_ARCH_BUG\n", GENERIC: ASKS}, None, id="source-file"),
        pytest.param({"net/a.h": "#define HAVE_ARCH_BUG\n", GENERIC: ASKS}, None, id="header-of-a-folder"),
        pytest.param({ARCH: "#define HAVE_ARCH_BUG\n#undef HAVE_ARCH_BUG\n", GENERIC: ASKS}, None, id="undef"),
        pytest.param({HEADER: "#define HAVE_ARCH_BUG\n", GENERIC: ASKS}, None, id="not-included"),
        pytest.param({"tools/include/linux/a.h": "#define HAVE_ARCH_BUG\n", GENERIC: ASKS}, "0", id="other-program"),
        pytest.param({"arch/arm/include/asm/bug.h": "#define HAVE_ARCH_BUG\n", GENERIC: ASKS}, None, id="other-arch"),
        pytest.param({"net/a.c": ASKS}, None, id="asked-in-a-source-file"),
        pytest.param({"tools/perf/a.c": ASKS, ARCH: "\n"}, None, id="asked-in-another-program"),
        pytest.param({ARCH: "#define HAVE_ARCH_BUG 2\n", GENERIC: ASKS}, None, id="number"),
        # arch/x86/include/asm/string_64.h and string_32.h
        pytest.param({ARCH: "#define HAVE_ARCH_BUG 1\n", GENERIC: ASKS}, "", id="one"),
        pytest.param(
            {ARCH: "#ifdef CONFIG_A\n#define HAVE_ARCH_BUG 1\n#else\n#define HAVE_ARCH_BUG\n#endif\n", GENERIC: ASKS},
            "",
            id="one-or-empty",
        ),
        pytest.param(
            {ARCH: "#ifdef CONFIG_A\n#define HAVE_ARCH_BUG 1\n#endif\n", GENERIC: ASKS}, "CONFIG_A", id="one-sometimes"
        ),
        pytest.param(
            {ARCH: "#define HAVE_ARCH_BUG 1\n", HEADER: "#define HAVE_ARCH_BUG 0\n", GENERIC: ASKS},
            None,
            id="one-or-zero",
        ),
        pytest.param(
            {ARCH: "#define HAVE_ARCH_BUG 1\n#undef HAVE_ARCH_BUG\n", GENERIC: ASKS}, None, id="one-for-a-while"
        ),
        pytest.param(
            {HEADER: f"#ifdef CONFIG_A\n{FALLBACK.replace('nothing', '1')}#endif\n{ASKS}"},
            None,
            id="one-if-none-better",
        ),
        pytest.param({ARCH: "#define HAVE_ARCH_BUG (-1)\n", GENERIC: ASKS}, None, id="number-in-parentheses"),
    ],
)
def test_when_a_name_is_defined(files: Files, verdict: str | None) -> None:
    assert defined(files).get("HAVE_ARCH_BUG") == verdict


@pytest.mark.parametrize("name", ["__x86_64__", "__clang__", "_LP64", "__GNUC_MINOR__", "__SIZEOF_INT128__"])
def test_what_a_compiler_may_define_is_undecided(name: str) -> None:
    assert name not in defined({HEADER: f"#ifdef {name}\n#endif\n#ifdef plain\n#endif\n"})


def test_a_compiler_s_name_that_the_tree_defines_is_decided() -> None:
    files = {ARCH: "#define __HAVE_ARCH_MEMCPY\n", HEADER: "#ifndef __HAVE_ARCH_MEMCPY\n#endif\n"}
    assert defined(files) == {"__HAVE_ARCH_MEMCPY": ""}


def test_options_are_nobody_s_business_here() -> None:
    assert defined({HEADER: "#ifdef CONFIG_NET\n#endif\n#if IS_ENABLED(CONFIG_IPV6)\n#endif\n"}) == {}


def test_comparisons_are_undecided() -> None:
    assert defined({HEADER: "#if PAGETABLE_LEVELS > 3\n#endif\n#if FOO\n#endif\n"}) == {}


def test_a_guard_against_double_inclusion_asks_for_nothing() -> None:
    assert defined({HEADER: "#ifndef _LINUX_BUG_H\n#define _LINUX_BUG_H\nint x;\n#endif\n"}) == {}


@pytest.mark.parametrize("flags", [(), ("DEBUG_LOCKS",)])
def test_what_a_makefile_may_define_is_undecided(flags: Collection[str]) -> None:
    assert defined({HEADER: "#ifdef DEBUG_LOCKS\n#endif\n"}, flags) == ({} if flags else {"DEBUG_LOCKS": "0"})


def test_the_condition_of_a_name_may_be_another_name() -> None:
    files = {
        ARCH: "#ifdef CONFIG_A\n#define first a\n#endif\n#ifdef first\n#define second b\n#endif\n"
        "#if defined(second) && defined(CONFIG_B)\n#define third c\n#endif\n",
        HEADER: "#ifdef third\n#endif\n",
    }
    assert defined(files) == {"first": "CONFIG_A", "second": "CONFIG_A", "third": "CONFIG_A && CONFIG_B"}


def test_a_name_behind_one_that_nobody_defines_is_never_defined() -> None:
    files = {ARCH: "#ifdef gone\n#define second b\n#endif\n", HEADER: "#ifdef second\n#endif\n"}
    assert defined(files) == {"gone": "0", "second": "0"}


def test_the_condition_of_the_header_counts() -> None:
    files = {
        "include/linux/rt.h": "#define rt_mutex_base x\n",
        "include/linux/mutex.h": "#ifdef CONFIG_PREEMPT_RT\n#include <linux/rt.h>\n#endif\n"
        "#ifdef rt_mutex_base\n#endif\n",
        "net/a.c": "#include <linux/mutex.h>\n",
    }
    assert defined(files) == {"rt_mutex_base": "CONFIG_PREEMPT_RT"}


def test_names_that_ask_for_one_another_end() -> None:
    files = {
        ARCH: "#ifdef a\n#define b x\n#endif\n#ifdef b\n#define c x\n#endif\n#ifdef c\n#define a x\n#endif\n",
    }
    assert not set(defined(files).values()) & {""}  # whatever is said, none of them is always there


def test_a_large_condition_is_not_carried() -> None:
    arms = "".join(f"#ifdef CONFIG_{i}\n#define HAVE_ARCH_BUG {i}x\n#endif\n" for i in range(40))
    assert "HAVE_ARCH_BUG" not in defined({ARCH: arms, GENERIC: ASKS})


@pytest.mark.xfail(strict=True, reason="an #undef in another file than the definition is not seen")
def test_a_name_that_another_header_takes_away_is_undecided() -> None:
    files = {
        ARCH: "#define HAVE_ARCH_BUG\n",
        HEADER: "#include <asm/bug.h>\n#undef HAVE_ARCH_BUG\n",
        GENERIC: f"#include <linux/bug.h>\n{ASKS}",
    }
    assert "HAVE_ARCH_BUG" not in defined(files)


@pytest.mark.xfail(strict=True, reason="the order of lines is not looked at")
@pytest.mark.parametrize(
    "files",
    [
        pytest.param({HEADER: "#ifdef late\nint x;\n#endif\n#define late x\n"}, id="own-line"),
        pytest.param(
            {"include/linux/late.h": "#define late x\n", HEADER: "#ifdef late\n#endif\n#include <linux/late.h>\n"},
            id="own-include",
        ),
        pytest.param(
            {"include/linux/late.h": "#define late x\n#include <linux/bug.h>\n", HEADER: "#ifdef late\n#endif\n"}
            | {"net/a.c": "#include <linux/bug.h>\n"},
            id="some-includer",
        ),
    ],
)
def test_a_name_that_is_defined_behind_the_question_is_not_always_there(files: Files) -> None:
    assert defined({"net/b.c": "#include <linux/late.h>\n", **files}).get("late") != ""


def test_long_chains_of_names_end() -> None:
    text = "".join(f"#if defined(n{i + 1}) && defined(n{i + 2})\n#define n{i} x\n#endif\n" for i in range(18))
    assert set(defined({ARCH: text}).values()) == {"0"}


def test_chains_of_names_take_no_time() -> None:
    text = "".join(f"#if defined(n{i + 1}) && defined(n{i + 2})\n#define n{i} x\n#endif\n" for i in range(26))
    started = time.process_time()
    defined({ARCH: text})
    assert time.process_time() - started < 0.3


def chain(length: int) -> str:
    """Names of which each asks for the next; nobody defines the last."""
    return "".join(f"#ifdef n{i + 1}\n#define n{i} x\n#endif\n" for i in range(length))


@pytest.mark.parametrize("length", [1, 4, 12])
def test_a_chain_of_names_is_followed(length: int) -> None:
    assert defined({ARCH: chain(length)}) == {f"n{i}": "0" for i in range(1, length + 1)}
    last = f"#ifdef CONFIG_A\n#define n{length} x\n#endif\n"
    assert defined({ARCH: chain(length) + last}) == {f"n{i}": "CONFIG_A" for i in range(1, length + 1)}


def test_a_very_long_chain_of_names_ends() -> None:
    text = chain(1000)
    started = time.process_time()
    found = defined({ARCH: text})
    assert time.process_time() - started < 1
    assert {found[f"n{i}"] for i in range(990, 1001)} == {"0"}
    # what was not followed to its end says so: neither always there nor under another condition
    assert all(re.fullmatch(r"n\d+|0", said) for said in found.values())


lines = st.sampled_from(
    "#define A x|#define B|#define C(x) y|#undef A|#ifdef A|#ifndef A|#ifndef B|#ifdef CONFIG_X|#if defined(A) || B|"
    "#else|#endif|#elif defined(C)|#include <linux/b.h>|#include <asm/a.h>|#include <linux/c.h>|#define A 1".split("|")
)
trees = st.dictionaries(
    st.sampled_from(["include/linux/b.h", "include/linux/c.h", "arch/x86/include/asm/a.h", "net/a.c", "net/x.h"]),
    st.lists(lines, max_size=8).map(lambda ls: "\n".join(ls) + "\n"),
)


@given(trees)
@settings(max_examples=150, deadline=None)
def test_any_tree_has_an_answer_and_it_reads_back(files: dict[str, str]) -> None:
    known = Known({"CONFIG_X": True}, {n: g.from_text(t) for n, t in defined(files).items()})
    again = Known.from_text(*known.to_text())
    assert (again.constants, again.to_text()) == (known.constants, known.to_text())
    assert all(again.meaning(name) is known.meaning(name) for name in ("A", "B", "C", "CONFIG_X"))
    assert all(name in {"A", "B", "C"} for name in known.defined)
    for path, text in conditions(files).items():
        assert path.endswith(".h")
        assert text


# -- headers ----------------------------------------------------------------------------------------------------------

ROOT = "net/a.c"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param({ROOT: "#include <linux/a.h>\n", "include/linux/a.h": ""}, {}, id="always"),
        pytest.param({"include/linux/a.h": ""}, {}, id="nobody-in-sight"),
        pytest.param(
            {ROOT: "#ifdef CONFIG_A\n#include <linux/a.h>\n#endif\n", "include/linux/a.h": ""},
            {"include/linux/a.h": "CONFIG_A"},
            id="option",
        ),
        pytest.param(
            {
                ROOT: "#ifdef CONFIG_A\n#include <linux/a.h>\n#endif\n",
                "net/b.c": "#ifdef CONFIG_B\n#include <linux/a.h>\n#endif\n",
                "include/linux/a.h": "",
            },
            {"include/linux/a.h": "CONFIG_A || CONFIG_B"},
            id="two-includers",
        ),
        pytest.param(
            {
                ROOT: "#ifdef CONFIG_A\n#include <linux/a.h>\n#else\n#include <linux/b.h>\n#endif\n",
                "include/linux/a.h": "",
                "include/linux/b.h": "",
            },
            {"include/linux/a.h": "CONFIG_A", "include/linux/b.h": "!CONFIG_A"},
            id="either",
        ),
        pytest.param(
            {ROOT: "#ifdef CONFIG_A\n#include <linux/a.h>\n#endif\n#include <linux/a.h>\n", "include/linux/a.h": ""},
            {},
            id="twice-in-one-file",
        ),
        pytest.param(
            {
                ROOT: "#ifdef CONFIG_A\n#include <linux/a.h>\n#endif\n",
                "include/linux/a.h": "#include <linux/b.h>\n#ifdef CONFIG_B\n#include <linux/c.h>\n#endif\n",
                "include/linux/b.h": "",
                "include/linux/c.h": "",
            },
            {
                "include/linux/a.h": "CONFIG_A",
                "include/linux/b.h": "CONFIG_A",
                "include/linux/c.h": "CONFIG_A && CONFIG_B",
            },
            id="through-a-header",
        ),
        pytest.param(
            {"tools/a.c": "#ifdef CONFIG_A\n#include <linux/a.h>\n#endif\n", "include/linux/a.h": ""},
            {},
            id="other-program",
        ),
        pytest.param(
            {
                ROOT: "#include <asm/bug.h>\n",
                ARCH: "#ifdef CONFIG_A\n#include <asm-generic/bug.h>\n#endif\n",
                GENERIC: "",
            },
            {GENERIC: "CONFIG_A"},
            id="generic-half",
        ),
        pytest.param(
            {ROOT: "#include <asm/bug.h>\n", ARCH: "", GENERIC: ""},
            {GENERIC: "0"},
            id="generic-replaced",
        ),
        pytest.param({ROOT: "#include <asm/bug.h>\n", GENERIC: ""}, {}, id="generic-for-want-of-one"),
        pytest.param(
            {
                ROOT: "#ifdef CONFIG_A\n#include <linux/a.h>\n#endif\n",
                "include/linux/a.h": "#include <linux/b.h>\n",
                "include/linux/b.h": "#include <linux/a.h>\n",
            },
            {"include/linux/a.h": "CONFIG_A", "include/linux/b.h": "CONFIG_A"},
            id="circle-entered-under-an-option",
        ),
    ],
)
def test_when_a_header_is_included(files: Files, expected: dict[str, str]) -> None:
    assert conditions(files) == expected


def test_what_only_a_replaced_header_includes_is_gone_with_it() -> None:
    files = {ROOT: "#include <asm/bug.h>\n", ARCH: "", GENERIC: "#include <asm-generic/bits.h>\n"}
    files["include/asm-generic/bits.h"] = ""
    assert conditions(files).get("include/asm-generic/bits.h") == "0"
    assert conditions(files, "arm") == {}  # it has none of its own


def test_a_circle_that_nobody_enters_is_not_gone() -> None:
    files = {
        "include/linux/a.h": "#ifdef CONFIG_A\n#include <linux/b.h>\n#endif\n",
        "include/linux/b.h": "#ifdef CONFIG_B\n#include <linux/a.h>\n#endif\n",
    }
    assert "0" not in conditions(files).values()


def layers(depth: int, width: int) -> dict[str, str]:
    """Headers in layers, each of which includes all of the next; the first under an option. The last come first."""
    names = [[f"linux/h{i}_{k}.h" for k in range(width)] for i in range(depth)]
    lines = ["".join(f"#include <{name}>\n" for name in layer) for layer in [*names[1:], []]]
    files = {f"include/{name}": lines[i] for i in reversed(range(depth)) for name in names[i]}
    first = "".join(f"#include <{name}>\n" for name in names[0])
    return files | {ROOT: f"#ifdef CONFIG_X\n{first}#endif\n"}


@pytest.mark.parametrize(("depth", "width"), [(1, 1), (15, 1), (4, 3), (2, 8)])
def test_layers_of_headers_share_their_condition(depth: int, width: int) -> None:
    found = conditions(layers(depth, width))
    assert len(found) == depth * width
    assert set(found.values()) == {"CONFIG_X"}


def test_a_long_chain_of_headers_has_one_condition() -> None:
    assert set(conditions(layers(30, 1)).values()) == {"CONFIG_X"}
    assert len(conditions(layers(30, 1))) == 30


def test_layers_of_headers_take_no_time() -> None:
    files = layers(10, 3)
    started = time.process_time()
    conditions(files)
    assert time.process_time() - started < 0.3


def test_a_header_that_very_many_include_counts_as_always_there() -> None:
    files = {f"net/{i}.c": f"#ifdef CONFIG_{i}\n#include <linux/a.h>\n#endif\n" for i in range(30)}
    assert conditions({**files, "include/linux/a.h": ""}) == {}


# -- what is known ----------------------------------------------------------------------------------------------------

KNOWN = Known(
    {"CONFIG_64BIT": True, "CONFIG_MODULES": False}, {"HAVE_A": g.ALWAYS, "HAVE_B": g.atom("CONFIG_B"), "gone": g.NEVER}
)


@pytest.mark.parametrize(
    ("guard", "left"),
    [
        ("CONFIG_64BIT", ""),
        ("!CONFIG_64BIT", "0"),
        ("CONFIG_MODULES=m", "0"),  # nothing is a module of what is off
        ("CONFIG_64BIT=y", "CONFIG_64BIT=y"),
        ("HAVE_A && CONFIG_Z", "CONFIG_Z"),
        ("HAVE_B", "CONFIG_B"),
        ("!HAVE_B", "!CONFIG_B"),
        ("HAVE_B && !CONFIG_B", "0"),
        ("gone || CONFIG_64BIT", ""),
        ("gone", "0"),
        ("unknown", "unknown"),
        ("", ""),
    ],
)
def test_what_is_left_of_a_guard(guard: str, left: str) -> None:
    assert g.to_text(KNOWN.simplified(g.from_text(guard))) == left
    assert KNOWN.possible(guard) is (left != "0")


def test_the_meaning_of_a_name_may_be_decided_in_turn() -> None:
    known = Known({"CONFIG_B": False}, {"HAVE_B": g.atom("CONFIG_B")})
    assert known.simplified(g.atom("HAVE_B")) is g.NEVER
    assert not known.possible("HAVE_B")
    assert known.possible("!HAVE_B")


def test_a_configuration_decides_before_the_architecture() -> None:
    config = {"CONFIG_NET": False, "CONFIG_64BIT": False}
    known = Known.from_text(*KNOWN.to_text(), config.get)
    assert known.meaning("CONFIG_NET") is g.NEVER
    assert known.meaning("CONFIG_64BIT") is g.NEVER
    assert known.meaning("CONFIG_MODULES") is g.NEVER
    assert known.meaning("HAVE_B") is g.atom("CONFIG_B")
    assert known.meaning("CONFIG_OTHER") is None


# -- flags ------------------------------------------------------------------------------------------------------------


def kernel(root: Path, files: Files) -> Path:
    for path, content in {"kernel/Kconfig": "", "Makefile": "VERSION = 3\nPATCHLEVEL = 7\n", **files}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    return root


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("ccflags-y += -DDEBUG", {"DEBUG"}),
        ("EXTRA_CFLAGS := -DDEBUG=1 -D_LINUX -DCONFIG_X", {"DEBUG", "_LINUX", "CONFIG_X"}),
        ("CFLAGS_a.o = -D DEBUG", {"DEBUG"}),
        ("ccflags-$(CONFIG_X) += -DMODNAME='\"x\"'", {"MODNAME"}),
        ("ccflags-y += -I$(src)/x-Dir -g", set()),
        ("ccflags-y += --Dlong a-DX", set()),
    ],
)
def test_what_build_files_define(tmp_path: Path, line: str, found: set[str]) -> None:
    root = kernel(tmp_path, {"net/x/Makefile": line + "\n", "net/x/a.c": ""})
    assert defined_flags(open_tree(root), ["net/x/a.c"]) == found


def test_build_files_above_the_sources_count_and_others_do_not(tmp_path: Path) -> None:
    files = {
        "Makefile": "VERSION = 3\nPATCHLEVEL = 7\nKBUILD_CFLAGS += -DTOP\n",
        "net/Makefile": "ccflags-y += -DABOVE\n",
        "net/x/Kbuild": "ccflags-y += -DKBUILD\n",
        "net/x/Makefile.lib": "ccflags-y += -DLIB\n",
        "net/x/notes.txt": "-DNOTES\n",
        "net/x/a.c": "",
        "fs/Makefile": "ccflags-y += -DELSEWHERE\n",
    }
    found = defined_flags(open_tree(kernel(tmp_path, files)), ["net/x/a.c", "gone/b.c"])
    assert found == {"TOP", "ABOVE", "KBUILD", "LIB"}


@given(st.binary(max_size=60))
@settings(max_examples=60, deadline=None)
def test_any_build_file_is_survived(tmp_path_factory: pytest.TempPathFactory, text: bytes) -> None:
    root = kernel(tmp_path_factory.mktemp("flags"), {})
    (root / "kernel/Makefile").write_bytes(text + b"\n-DEND\n")
    found = defined_flags(open_tree(root), ["kernel/a.c"])
    assert "END" in found
    assert all(re.fullmatch(r"[A-Za-z_]\w*", name) for name in found)
