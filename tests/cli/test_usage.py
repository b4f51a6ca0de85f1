# SPDX-License-Identifier: MIT
"""Questions that make no sense: a sentence on stderr, exit code 2, and nothing searched for."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from xref import __version__
from xref.cli.answers import FORMATS
from xref.cli.main import COMMANDS, cli
from xref.render import FORMATS as RENDERED


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command):
    result = CliRunner().invoke(cli, [command, "--help"])
    assert result.exit_code == 0
    assert result.output.startswith("Usage: ")
    assert cli.get_command(None, command).help


def test_the_group_lists_every_command():
    result = CliRunner().invoke(cli, ["--help"])
    assert result.exit_code == 0
    for command in COMMANDS:
        assert f"\n  {command}" in result.output
    assert "xref callgraph send " in result.output


def test_help_is_a_word_too(xref):
    assert xref("help") == xref("--help")
    assert xref("help", "callers") == xref("callers", "--help")


def completed(*words):
    """What a shell is offered for the last word."""
    shell = {"_XREF_COMPLETE": "bash_complete", "COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1)}
    result = CliRunner().invoke(cli, [], env=shell, prog_name="xref")
    return [line.partition(",")[2] for line in result.output.split()]


def test_a_shell_completes_commands_options_and_names(small_kernel):
    assert completed("xref", "calle") == ["callers", "callees"]
    assert "--evidence" in completed("xref", "callers", "--e")
    tree = ["xref", "--tree", str(small_kernel)]
    assert completed(*tree, "callers", "inet_sendm") == ["inet_sendmsg"]
    assert completed(*tree, "slots", "proto_ops.sendm") == ["proto_ops.sendmsg"]
    assert completed(*tree, "path", "sock_no_send", "inet_sendm") == ["inet_sendmsg"]
    assert completed("xref", "--tree", "/nowhere", "callers", "inet") == []


def test_version(xref):
    assert xref("--version") == (0, f"xref {__version__}\n", "")


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["callgrph", "send"], "Did you mean callgraph"),
        (["callgraph"], "Missing argument 'SYMBOL'"),
        (["callgraph", "send", "--format", "png"], "'png' is not one of"),
        (["callgraph", "send", "--depth", "0"], "0 is not in the range"),
        (["callgraph", "send", "--to", "transport", "--depth", "2"], "two different ends"),
        (["callgraph", "send", "-o", "send.png"], "no format has the ending '.png'"),
        (["callgraph", "send", "--layers", "/nowhere/layers.toml"], "cannot read the layers"),
        (["path", "send"], "Missing argument 'B'"),
        (["--config", "/nowhere/.config", "callgraph", "send"], "does not exist"),
        (["--nonsense"], "No such option"),
        (["slots"], "Missing argument"),
        (["explain", "send"], "There are index, callgraph, callers,"),
        (["help", "explain"], "no command 'explain'"),
        (["callers", "send", "--json"], "That is --format json."),
        (["callers", "send", "--depth", "2"], "callgraph and path have it."),
        (["callers", "send", "--tree", "."], "stands before the command: xref --tree ... callers"),
        (["def", "struct", "sock", "more"], "unexpected extra arguments"),
        (["def", "one", "two"], "unexpected extra arguments"),
    ],
)
def test_usage_errors(xref, args, says):
    ran = xref(*args)
    assert ran.code == 2
    assert ran.out == ""
    assert says in ran.err
    assert "xref: error: " in ran.err
    assert "Traceback" not in ran.err


def test_no_command_shows_the_help(xref):
    ran = xref()
    assert ran.code == 2
    assert "Commands:" in ran.err


def test_formats_are_those_of_the_renderers():
    assert set(FORMATS) == set(RENDERED)


def test_help_imports_nothing_heavy():
    heavy = "rich, tree_sitter, sqlite3, msgspec, xref.render, xref.resolve.front.resolver, xref.index.build"
    script = (
        "import sys; from xref.cli.main import main; main(['callgraph', '--help'])\n"
        f"print([name for name in '{heavy}'.split(', ') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("words", [("def", "sock_sendmsg"), ("syscalls", "send")])
def test_what_a_name_means_is_told_without_the_machinery_behind_calls(small_kernel, words):
    heavy = "sites, values, types, slots, names, macros"
    script = (
        f"import sys; from xref.cli.main import main; code = main(['--tree', {str(small_kernel)!r}, *{words!r}])\n"
        f"print(code, [name for name in '{heavy}'.split(', ') if f'xref.resolve.{{name}}' in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "0 []"
