"""The page of commands, read off the command line itself."""

from __future__ import annotations

import click

from econsim.cli import commands as econsim


def page() -> str:
    """Every command with its arguments, options and defaults."""
    lines = [
        "# Commands",
        "",
        "Results go to standard output, progress to standard error; with `--json` standard output is JSON alone. "
        "`SCENARIO` is a shipped name or the path of a file. Exit codes: 0 done; 1 a check failed; 2 bad usage, bad "
        "input, or a file, disk or cluster that cannot be used; 3 too many futures failed to solve; 4 a stored result "
        "does not match; 130 interrupted, what is done is kept.",
        "",
    ]
    for name in econsim.list_commands(click.Context(econsim)):
        command = econsim.get_command(click.Context(econsim), name)
        assert command is not None
        lines += _section(command, f"econsim {name}", 2)
    return "\n".join(lines) + "\n"


def _section(command: click.Command, path: str, level: int) -> list[str]:
    context = click.Context(command, info_name=path)
    usage = " ".join(command.collect_usage_pieces(context))
    lines = [f"{'#' * level} {path}", "", *_help(command.help or ""), "", "```text", f"{path} {usage}", "```", ""]
    records = [record for one in command.params if (record := one.get_help_record(context))]
    if records:
        lines += ["| option | meaning |", "| --- | --- |"]
        lines += [f"| `{_escaped(option)}` | {_escaped(text)} |" for option, text in records]
        lines.append("")
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            lines += _section(inner, f"{path} {name}", level + 1)
    return lines


def _help(text: str) -> list[str]:
    """Paragraphs as they are; what click would leave unwrapped (marked by \\b) as a block."""
    lines: list[str] = []
    for paragraph in text.split("\n\n"):
        if paragraph.startswith("\b"):
            lines += ["```text", *paragraph.splitlines()[1:], "```", ""]
        else:
            lines += [_escaped(paragraph), ""]
    return lines


def _escaped(text: str) -> str:
    return text.replace("|", r"\|").replace("<", "&lt;")
