# SPDX-License-Identifier: MIT
"""What is said of a name that is there, but not as what was asked for."""

import json

import pytest

CODE = """\
struct file_ops {
	int (*read)(int n);
	int owner;
};
struct attr_ops {
	int (*read)(int n);
};
struct plain {
	int count;
	struct file_ops *ops;
};
extern unsigned long ticks;
#define SIZE (1UL << SHIFT)
static int read_one(int n)
{
	return n;
}
static int read_two(int n)
{
	return n;
}
struct file_ops first = { .read = read_one };
struct file_ops second = { .read = read_two };
struct attr_ops third = { .read = read_two };
#ifdef CONFIG_NET
int net_only(int n)
{
	return n;
}
#endif
int run(struct plain *p)
{
	return p->ops->read(p->count);
}
"""


@pytest.fixture
def says(xref, bare_kernel):
    """The sentence that a command line fails with."""
    (bare_kernel / "kernel" / "code.c").write_text(CODE)

    def ask(*args, code=1):
        ran = xref("--tree", bare_kernel, *args)
        assert ran.code == code, ran.err
        return ran.err.strip().splitlines()[-1].removeprefix("xref: error: ")

    return ask


@pytest.mark.parametrize("command", [["callers", "net_only"], ["callgraph", "net_only"], ["def", "net_only"]])
def test_what_a_configuration_leaves_out_is_said_to_be_there(says, tmp_path, command):
    config = tmp_path / "config"
    config.write_text("CONFIG_X86=y\n# CONFIG_NET is not set\n")
    said = says("--config", config, *command)
    assert said == f"'net_only' stands in kernel/code.c:26, under CONFIG_NET, but {config} does not compile it"


def test_what_is_no_function_is_said_to_be_what_it_is(says):
    assert says("callers", "ticks").startswith("'ticks' is a variable, not a function: xref refs ticks ")
    assert says("callers", "SIZE").startswith("'SIZE' is a macro without parameters, ")
    assert says("callers", "plain").startswith("'plain' is a struct or union, ")
    assert says("callers", "count").startswith("'count' is a member of structs, ")
    assert "xref slots file_ops.read shows" in says("callers", "file_ops.read")
    assert "slots" not in says("callers", "plain.count")
    assert (
        says("callers", "first.read")
        == "first is a struct file_ops: xref slots file_ops.read shows what that slot holds"
    )


def test_slots_suggests_structs_and_their_members(says):
    assert says("slots", "plain") == "struct plain has no member that holds functions"
    assert says("slots", "first").startswith("first is no type but a struct file_ops: xref slots file_ops has ")
    assert says("slots", "file_op") == "there is no struct 'file_op'; did you mean file_ops?"
    assert says("slots", "file_op.read").endswith("did you mean file_ops.read?")
    assert says("slots", "file_ops.reads").endswith("did you mean file_ops.read?")


def test_a_members_name_alone_lists_the_structs_with_such_a_slot(says):
    assert says("slots", "read") == (
        "'read' is no struct, but a slot of several: file_ops.read, attr_ops.read; name one of them"
    )


def test_def_of_a_struct_is_of_nothing_else(says, xref, bare_kernel):
    (bare_kernel / "kernel" / "more.c").write_text("struct holder {\n\tint plain;\n};\n")
    ran = xref("--tree", bare_kernel, "def", "struct", "plain", "--format", "quickfix")
    assert ran.out == "kernel/code.c:8:1: struct plain, 2 members\n"
    assert says("def", "CONFIG_NET") == (
        "CONFIG_NET is an option of Kconfig, no name of C: xref refs CONFIG_NET shows what asks for it"
    )


def test_def_says_how_constants_are_found(says):
    assert "constants outside of include/: xref refs zone_type" in says("def", "zone_type")


def test_def_finds_constants_of_shared_headers(xref, bare_kernel):
    (bare_kernel / "include" / "linux").mkdir(parents=True)
    (bare_kernel / "include" / "linux" / "mmzone.h").write_text(
        "/* enum zone { */\n"
        "enum zone_type {\n\tZONE_DMA, /* ZONE_HIGH, */\n#ifdef CONFIG_X\n\tZONE_DMA32 = 4,\n#endif\n"
        "\tZONE_NORMAL\n};\n# define ZONE_SHIFT 2 /* ZONE_LOW */\n"
        "static inline enum zone_type f(int ZONE_NONE) { g(ZONE_NONE, 1); }\n"
    )

    def found(name):
        ran = xref("--tree", bare_kernel, "def", name, "--format", "json")
        return [
            (row["kind"], row["line"], row["end_line"], row["text"])
            for row in json.loads(ran.out or '{"rows": []}')["rows"]
        ]

    assert found("zone_type") == [("enum", 2, 8, "enum zone_type")]
    assert found("enum zone_type") == found("zone_type")
    assert found("ZONE_DMA") == [("enumerator", 3, 3, "enum zone_type")]
    assert found("ZONE_DMA32") == [("enumerator", 5, 5, "enum zone_type")]
    assert found("ZONE_NORMAL") == [("enumerator", 7, 7, "enum zone_type")]
    assert found("ZONE_SHIFT") == [("macro", 9, 9, "ZONE_SHIFT 2")]
    assert found("ZONE_LOW") == []
    assert found("ZONE_HIGH") == found("ZONE_NONE") == found("zone") == []


def test_a_name_in_other_letters_or_with_another_beginning(says):
    assert says("callers", "READ_one").endswith("did you mean read_one, read_two?")
    assert "did you mean attr_ops" in says("def", "stor_ops")
    assert "did you mean attr_ops" in says("refs", "stor_ops")


def test_a_layer_that_is_misspelt(says):
    for way in ([], ["--up"]):
        assert "did you mean transport" in says("callgraph", "run", "--to", "transprot", *way)


def test_a_member_that_holds_no_function(says):
    expected = "plain.count is a member, not a function: xref refs plain.count shows its uses"
    assert says("callers", "plain.count") == expected


def test_a_slot_that_one_struct_alone_has_needs_no_struct(xref, bare_kernel):
    (bare_kernel / "kernel" / "code.c").write_text(CODE.replace("read", "turn").replace("(*turn)", "(*other)", 1))
    ran = xref("--tree", bare_kernel, "slots", "turn", "--format", "json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["query"]["symbol"] == "attr_ops.turn"


def test_all_callers_are_shown_as_far_as_one_looks_and_all_with_all(xref, bare_kernel):
    calls = "".join(f"int user_{n}(void)\n{{\n\treturn target();\n}}\n" for n in range(2100))
    (bare_kernel / "kernel" / "code.c").write_text(f"int target(void)\n{{\n\treturn 1;\n}}\n{calls}")
    few = xref("--tree", bare_kernel, "callers", "target").out
    assert "user_99 " in few
    assert "... 1899 more (--all shows them)" in few
    assert "cut at nodes 2000: 101 more not shown (--all shows them)" in few
    every = xref("--tree", bare_kernel, "callers", "target", "--all").out
    assert "user_2099 " in every
    assert "more" not in every
