# SPDX-License-Identifier: MIT
"""``xref``: the group of commands with its global options, and the console entry point."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Final

import click

from xref import __version__
from xref.cli.failure import explain
from xref.cli.session import Session
from xref.errors import EXIT_OK, EXIT_USAGE

COMMANDS: Final = {
    "index": "xref.cli.index",
    "callgraph": "xref.cli.callgraph",
    "callers": "xref.cli.callers",
    "callees": "xref.cli.callees",
    "path": "xref.cli.path",
    "def": "xref.cli.definitions",
    "refs": "xref.cli.references",
    "slots": "xref.cli.slots",
    "at": "xref.cli.at",
    "syscalls": "xref.cli.syscalls",
    "export": "xref.cli.export",
    "lsp": "xref.cli.lsp",
    "doctor": "xref.cli.doctor",
}


class LazyGroup(click.Group):
    """Commands in the order of ``COMMANDS``, each imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: D102
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: D102
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        command = import_module(module).command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(  # noqa: D102
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] == "help" and len(args) > 1:  # as others have it: git help log
            args = [args[1], "--help"]
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            if args[0] == "help":
                click.echo(ctx.get_help())
                ctx.exit()
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, n=2)
            hint = f"Did you mean {' or '.join(near)}?" if near else f"There are {', '.join(COMMANDS)}."
            raise click.UsageError(f"There is no command '{args[0]}'. {hint}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:  # noqa: D102
        try:
            result = super().invoke(ctx)
            if sys.stdout is not None:  # closed: it need not be there for -o
                sys.stdout.flush()
            return result
        except BrokenPipeError:
            _leave_pipe()
            ctx.exit(EXIT_OK)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", prog_name="xref", message="%(prog)s %(version)s")
@click.option(
    "--tree",
    type=click.Path(path_type=Path, readable=False),  # who opens it says why it cannot be read
    envvar="XREF_TREE",
    help="Top of the kernel tree (default: found from here).",
)
@click.option(
    "--db",
    type=click.Path(path_type=Path, readable=False),
    envvar="XREF_DB",
    help="The index (default: .xref/index.db).",
)
@click.option("--arch", metavar="ARCH", help="Architecture to look at (default: x86).")
@click.option(
    "--config",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Keep what this .config compiles.",
)
@click.option("--debug", is_flag=True, help="Show tracebacks.")
@click.pass_context
def cli(
    ctx: click.Context, tree: Path | None, db: Path | None, arch: str | None, config: Path | None, debug: bool
) -> None:
    """Cross-reference a Linux kernel tree: who really calls whom, through macros and ops structs, and why.

    \b
      xref callgraph send             the system call, down to the transport layer
      xref callgraph send -o send.svg the same as a picture
      xref callers tcp_sendmsg        one step up, with sites and evidence
      xref slots proto_ops.sendmsg    what a slot holds, and who calls through it
    """  # noqa: D301
    ctx.obj = Session(tree=tree, db=db, arch=arch, config=config, debug=debug)


def main(args: list[str] | None = None) -> int:
    """Run the command line ``args`` (default: the process's own); the exit code."""
    words = sys.argv[1:] if args is None else args
    try:
        result = cli.main(words, prog_name="xref", standalone_mode=False)
    except click.Abort as error:
        sentence, code = explain(error.__cause__ or KeyboardInterrupt())
        _complain(sentence)
        return code
    except click.ClickException as error:
        return _usage(error)
    except BaseException as error:
        if isinstance(error, SystemExit):
            raise
        if "--debug" in words and not isinstance(error, KeyboardInterrupt):
            raise
        sentence, code = explain(error)
        _complain(sentence)
        return code
    return result if isinstance(result, int) else EXIT_OK


def run() -> None:
    """The console entry point: never a traceback, unless ``--debug`` asks for one."""
    gc.disable()  # what is imported stays; who builds an index enables it again
    code = main()
    if code == EXIT_OK:
        with suppress(OSError, ValueError, AttributeError):  # stdout may be closed
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)  # to take apart what was remembered of a whole kernel takes as long as some of the answers
    sys.exit(code)


def _usage(error: click.ClickException) -> int:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return error.exit_code
    if isinstance(error, click.UsageError) and error.ctx is not None:
        click.echo(error.ctx.get_usage(), err=True)
    hint = _where_else(error) if isinstance(error, click.NoSuchOption) else ""
    _complain(error.format_message() + hint)
    return error.exit_code if isinstance(error, click.UsageError) else EXIT_USAGE


def _where_else(error: click.NoSuchOption) -> str:
    """What somebody may have meant by an option that a command does not have: a format, or an option of others."""
    if error.possibilities or error.ctx is None:
        return ""
    word = error.option_name.lstrip("-")
    for param in error.ctx.command.params:
        if param.name == "form" and isinstance(param.type, click.Choice) and word in param.type.choices:
            return f" That is --format {word}."
    root = error.ctx.find_root()
    having = [name for name in COMMANDS if _has(cli.get_command(root, name), error.option_name)]
    if not having and _has(root.command, error.option_name):
        return f" It stands before the command: xref {error.option_name} ... {error.ctx.info_name}"
    return f" {' and '.join((', '.join(having[:-1]), having[-1]) if having[1:] else having)} have it." if having else ""


def _has(command: click.Command | None, option: str) -> bool:
    return command is not None and any(option in param.opts for param in command.params)


def _complain(sentence: str) -> None:
    click.echo(f"xref: error: {sentence}", err=True)


def _leave_pipe() -> None:
    """Point stdout elsewhere, so that the interpreter's last flush does not complain of the closed pipe either."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        return


if __name__ == "__main__":
    run()
