"""Groups of commands: their help where no command is given, and what a misspelt one was meant to be."""

from __future__ import annotations

import click

from econsim.errors import nearest_name


class Commands(click.Group):
    """A group that lists its commands in the order they were given and knows what a misspelt one was meant to be.

    Without a command it shows its help, and so it does for `help`, also of one of its commands: `help run`.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args:
            args = ["--help"]
        elif args[0] == "help" and "help" not in self.commands:
            args = [*args[1:], "--help"]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        if name and not name.startswith("-") and self.get_command(ctx, name) is None:
            near = nearest_name(name, self.commands)
            hint = f"; did you mean '{near}'?" if near else f"; commands: {', '.join(self.commands)}"
            raise click.UsageError(f"unknown command '{name}'{hint}", ctx)
        return super().resolve_command(ctx, args)


__all__ = ["Commands"]
